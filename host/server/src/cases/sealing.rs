//! What was done in cases is sealed into the ledger once a day: after midnight, one record over every step since the seal
//! before. Nobody can edit a step later without `verify` naming it.

use rongyi_clerk::ClerkError;
use rongyi_core::chain::{Hash, hex, merkle_root};
use rongyi_core::command::{Ask, CasesSealed, SaltedText, SealedStep};
use rongyi_core::ids::Code;
use rongyi_core::record::{Asked, Record};
use rongyi_core::time::Instant;
use rongyi_store::{Store, StoreError};

use crate::access::random;
use crate::door::Actor;
use crate::house::House;
use crate::redemption::key;

/// Minutes after midnight for which a day is not sealed yet: what was decided before midnight is written by then.
const GRACE_MINUTES: u16 = 5;
/// Steps in one record; more make several.
const STEPS_MAX: usize = 5_000;
/// Steps read at once.
const PAGE: u32 = 1_000;
const MINUTE: i64 = 60_000_000;

/// A seal as the ledger has it.
///
/// # Errors
/// [`StoreError::Corrupt`] when the bytes are none.
pub(crate) fn seal(code: &Code, (seq, body): (u64, &[u8])) -> Result<CasesSealed, StoreError> {
    match Record::decode(CasesSealed::NUMBER, body) {
        Ok(Record::Asked(_, Asked::CasesSealed(sealed))) => Ok(sealed),
        Ok(_) | Err(_) => Err(StoreError::Corrupt {
            what: "record",
            place: format!("{code}/{seq}"),
        }),
    }
}

/// The line of a step in the list that stands beside a seal.
fn line(step: &SealedStep) -> String {
    format!("{}/{} {}", step.case_no, step.step, hex(&step.leaf()))
}

/// Steps from a moment on and before another one, at most `most` of them.
///
/// # Errors
/// What the database said.
pub(crate) async fn steps(
    store: &Store,
    code: &Code,
    (from, until): (Instant, Instant),
    most: usize,
) -> Result<Vec<SealedStep>, StoreError> {
    let mut all: Vec<SealedStep> = Vec::new();
    let mut after = (from, 0, 0);
    loop {
        let page = store.case_steps_between(code, until, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after = (last.at, last.case_no, last.step);
        let full = page.len() >= PAGE as usize;
        all.extend(page);
        if !full || all.len() >= most {
            return Ok(all);
        }
    }
}

/// Cuts a list that is too long for one record where an instant ends; answers where it ends now.
fn cut(steps: &mut Vec<SealedStep>, until: Instant) -> Instant {
    let Some(beyond) = steps.get(STEPS_MAX).map(|step| step.at) else {
        return until;
    };
    let whole = steps.partition_point(|step| step.at < beyond);
    if whole > 0 {
        steps.truncate(whole);
        return beyond;
    }
    // More of one instant than a record has room for: all of them, or the next one would lack some.
    let same = steps.partition_point(|step| step.at <= beyond);
    steps.truncate(same);
    Instant(beyond.0.saturating_add(1))
}

/// The moment of a step that is written now: never one of a span that is sealed, even where the machine's clock was set
/// back.
///
/// # Errors
/// What the database said.
pub(crate) async fn now(house: &House, code: &Code) -> Result<Instant, StoreError> {
    let now = house.clock.now();
    let before = house.store.last_cases_seal(code).await?;
    let before = before.map(|(seq, body)| seal(code, (seq, &body)));
    Ok(before.transpose()?.map_or(now, |seal| now.max(seal.until)))
}

/// Seals what was done until last midnight and is not sealed yet; answers how many steps.
///
/// # Errors
/// [`ClerkError`] when the database does not answer; the next round tries again.
pub async fn round(house: &House, code: &Code) -> Result<usize, ClerkError> {
    let (_, minute) = house.today(code);
    let now = house.clock.now();
    if minute < GRACE_MINUTES {
        return Ok(0);
    }
    let this_minute = now.0.saturating_sub(now.0.rem_euclid(MINUTE));
    let midnight = Instant(this_minute.saturating_sub(i64::from(minute).saturating_mul(MINUTE)));
    let mut sealed = 0;
    loop {
        let before = house.store.last_cases_seal(code).await?;
        let before = before.map(|(seq, body)| seal(code, (seq, &body)));
        let from = before.transpose()?.map_or(Instant(0), |seal| seal.until);
        if from >= midnight {
            return Ok(sealed);
        }
        let span = (from, midnight);
        // One more than fits tells that there are more.
        let mut steps = steps(&house.store, code, span, STEPS_MAX.saturating_add(1)).await?;
        if steps.is_empty() {
            return Ok(sealed);
        }
        let until = cut(&mut steps, midnight);
        sealed += steps.len();
        book(house, code, (from, until), &steps).await?;
    }
}

async fn book(
    house: &House,
    code: &Code,
    (from, until): (Instant, Instant),
    steps: &[SealedStep],
) -> Result<(), ClerkError> {
    let leaves: Vec<Hash> = steps.iter().map(SealedStep::leaf).collect();
    let lines: Vec<String> = steps.iter().map(line).collect();
    let text = SaltedText {
        salt: random(),
        text: lines.join("\n"),
    };
    let ask = CasesSealed {
        day: house.day_of(code, Instant(until.0.saturating_sub(1))),
        from,
        until,
        count: steps.len() as u64,
        root: merkle_root(&leaves),
        list: text.commitment(),
    };
    let mut command = house.command(code, &Actor::Job.code(), Ask::CasesSealed(ask));
    command.text = Some(text);
    // Two hosts that come to it at once book it once.
    let name = format!("cases-sealed-{}", until.0);
    command.key = key(Some(name.clone()), &name);
    house.clerk.ask_patiently(code, command).await?;
    Ok(())
}

/// A step as a list beside a seal names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The case.
    pub(crate) case_no: u64,
    /// The step.
    pub(crate) step: u32,
    /// Its leaf, in hexadecimal.
    pub(crate) leaf: String,
}

/// The steps that a list names; `None` for one that this program did not write.
pub(crate) fn listed(text: &str) -> Option<Vec<Listed>> {
    let one = |line: &str| {
        let (place, leaf) = line.split_once(' ')?;
        let (case_no, step) = place.split_once('/')?;
        Some(Listed {
            case_no: case_no.parse().ok()?,
            step: step.parse().ok()?,
            leaf: leaf.to_owned(),
        })
    };
    text.lines().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(case_no: u64, at: i64) -> SealedStep {
        SealedStep {
            case_no,
            step: 1,
            at: Instant(at),
            actor: Code::literal("staff/1"),
            word: "note".to_owned(),
            argument: String::new(),
            texts: Vec::new(),
            opened: None,
        }
    }

    #[test]
    fn a_list_says_what_was_written_and_no_other() {
        let steps = [step(1, 5), step(12, 6)];
        let text: Vec<String> = steps.iter().map(line).collect();
        let read = listed(&text.join("\n")).unwrap();
        assert_eq!((read[1].case_no, read[1].step), (12, 1));
        assert_eq!(read[0].leaf, hex(&steps[0].leaf()));
        assert_eq!(listed("1/2"), None);
        assert_eq!(listed("a/2 00"), None);
        assert_eq!(listed(""), Some(Vec::new()));
    }

    #[test]
    fn a_long_list_is_cut_between_two_instants() {
        let until = Instant(1_000_000);
        let mut few = vec![step(1, 5)];
        assert_eq!(cut(&mut few, until), until);
        let many = |at: fn(usize) -> i64| -> Vec<SealedStep> {
            (0..STEPS_MAX + 7)
                .map(|no| step(no as u64 + 1, at(no)))
                .collect()
        };
        // The last ten of them share an instant with those that do not fit.
        let mut all = many(|no| {
            if no < STEPS_MAX - 3 {
                i64::try_from(no).unwrap()
            } else {
                77_777
            }
        });
        assert_eq!(cut(&mut all, until), Instant(77_777));
        assert_eq!(all.len(), STEPS_MAX - 3);
        let mut same = many(|_| 9);
        assert_eq!(cut(&mut same, until), Instant(10));
        assert_eq!(same.len(), STEPS_MAX + 7);
    }
}
