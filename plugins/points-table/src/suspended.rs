//! When a kind is not accepted any more, or not for a while: after so many absences, after points lost by something else,
//! for some days after it. Written as in the shop's rule, of which this is the other half.

use rongyi_sdk::say::{number, phrase, refuse};
use rongyi_sdk::suspension::Suspension;
use rongyi_sdk::types::{Event, Phrase, Refusal, Subject, Text};
use rongyi_sdk::window::answer;

use crate::table::Row;

/// Whose events count where nothing is written.
pub(crate) const SUBJECT: Subject = Subject::Person;

/// Refuses an event of whoever is out.
pub(crate) fn stopped(row: &Row, event: &Event) -> Result<(), Refusal> {
    let all = row.kind.suspensions.iter().zip(&row.suspension_facts);
    for (at, (one, fact)) in all.enumerate() {
        let Some(out) = one.out(answer(&event.facts, *fact), event.on) else {
            continue;
        };
        let counted = out.counted.into_iter();
        let args = counted.flat_map(|(most, has)| [number(most), number(has)]);
        let args = args.collect();
        return Err(refuse(
            row.phrase(&format!("suspended-{at}")),
            args,
            out.until,
        ));
    }
    Ok(())
}

/// What residents read.
pub(crate) fn phrases(row: &Row) -> Vec<Phrase> {
    let say = |(at, one): (usize, &Suspension)| {
        let Text { zh, en } = one.told();
        phrase(row.phrase(&format!("suspended-{at}")), zh, en)
    };
    row.kind.suspensions.iter().enumerate().map(say).collect()
}

/// One sentence more for each.
pub(crate) fn summary(row: &Row, zh: &mut String, en: &mut String) {
    for one in &row.kind.suspensions {
        let more = one.summary(SUBJECT);
        zh.push_str(&more.zh);
        en.push_str(&more.en);
    }
}
