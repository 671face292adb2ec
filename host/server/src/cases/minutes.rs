//! Minutes of a meeting as they come in, as they are kept beside a step, and as they are read again. What they must be is
//! decided in `rongyi-cases`.

use rongyi_cases::kind::{Kind, Meeting};
use rongyi_cases::{Act, Minutes, Refusal};
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;
use rongyi_core::typed;
use rongyi_store::{CaseText, StoredCase, StoredCaseStep};

use super::refusal;

/// Letters of where a meeting was.
const PLACE_MAX: usize = 100;
const ON: &str = "minutes.on";
const PLACE: &str = "minutes.place";
const PRESENT: &str = "minutes.present";
const MEMBERS: &str = "minutes.members";
const AGREED: &str = "minutes.agreed";

/// What was written about a meeting, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SentMinutes {
    /// The day.
    pub on: String,
    /// Where it was.
    pub place: String,
    /// How many belong to the body.
    pub members: String,
    /// How many were there.
    pub present: String,
    /// How many agreed.
    pub agreed: String,
}

impl SentMinutes {
    fn number(text: &str, zh: &str, en: &str) -> Result<u16, Refusal> {
        let digits = typed::digits(text).and_then(|digits| digits.parse().ok());
        digits.ok_or_else(|| {
            refusal(
                "case.minutes",
                format!("“{zh}”请填人数，例如 9。"),
                format!("“{en}” is a number of people, such as 9."),
            )
        })
    }

    /// What it says in numbers; nothing where nothing was written.
    ///
    /// # Errors
    /// What could not be read.
    pub(super) fn read(&self) -> Result<Option<Minutes>, Refusal> {
        let all = [
            &self.on,
            &self.place,
            &self.members,
            &self.present,
            &self.agreed,
        ];
        if all.iter().all(|text| text.trim().is_empty()) {
            return Ok(None);
        }
        let on = typed::day(&self.on).ok_or_else(|| {
            refusal(
                "case.minutes",
                "请填开会的日子，例如 2026-11-15。",
                "Say on which day the meeting was, such as 2026-11-15.",
            )
        })?;
        let has = self.place.trim().chars().count();
        if has == 0 || has > PLACE_MAX {
            return Err(refusal(
                "case.minutes",
                format!("请填在哪里开的会，最多 {PLACE_MAX} 个字。"),
                format!("Say where the meeting was, in at most {PLACE_MAX} characters."),
            ));
        }
        Ok(Some(Minutes {
            on,
            members: Self::number(&self.members, "应到", "belong to it")?,
            present: Self::number(&self.present, "实到", "were there")?,
            agreed: Self::number(&self.agreed, "同意", "agreed")?,
        }))
    }

    /// The same as it is kept: by key and text, in the order of keys.
    pub(super) fn kept(&self, minutes: &Minutes) -> [(&'static str, String); 5] {
        [
            (AGREED, minutes.agreed.to_string()),
            (MEMBERS, minutes.members.to_string()),
            (ON, minutes.on.to_string()),
            (PLACE, self.place.replace('\0', "").trim().to_owned()),
            (PRESENT, minutes.present.to_string()),
        ]
    }
}

/// Minutes that a step brought, with where it was; `None` without, or where they were erased.
pub(super) fn of_step(texts: &[CaseText], step: u32) -> Option<(Minutes, String)> {
    let text = |key: &str| {
        let mut texts = texts.iter();
        let found = texts.find(|text| text.step == step && text.key == key);
        found.map(|text| text.text.text.clone())
    };
    let minutes = Minutes {
        on: text(ON)?.parse().ok()?,
        members: text(MEMBERS)?.parse().ok()?,
        present: text(PRESENT)?.parse().ok()?,
        agreed: text(AGREED)?.parse().ok()?,
    };
    Some((minutes, text(PLACE)?))
}

/// The meeting that a step ended, as the kind has it.
fn meeting<'k>(kind: &'k Kind, step: &StoredCaseStep) -> Option<&'k Meeting> {
    let Ok(Act::Move { code, .. }) = Act::read(&step.word, &step.argument) else {
        return None;
    };
    let mut moves = kind.moves.iter().filter(|step| step.code == code);
    moves.find_map(|step| {
        let mut from = step.from.iter().filter_map(|state| kind.state(state));
        from.find_map(|state| state.meeting.as_ref())
    })
}

/// Minutes as people read them.
pub(super) fn told(case: &StoredCase, kind: &Kind, step: &StoredCaseStep) -> Option<Text> {
    let (minutes, place) = of_step(&case.texts, step.step)?;
    let Minutes {
        on,
        present,
        members,
        agreed,
    } = minutes;
    let (zh, en) = match meeting(kind, step).map(|meeting| minutes.enough(meeting)) {
        None => ("", ""),
        Some((false, _)) => (
            "人数不够，会不作数。",
            " Too few were there for it to count.",
        ),
        Some((true, false)) => (
            "人数够，同意的不够。",
            " Enough were there, too few agreed.",
        ),
        Some((true, true)) => ("人数够，通过。", " Enough were there, and it passed."),
    };
    Some(Text {
        zh: format!("{on}，{place}。应到 {members} 人，实到 {present} 人，同意 {agreed} 人。{zh}"),
        en: format!("{on}, {place}. {present} of {members} were there, {agreed} agreed.{en}"),
    })
}

/// A meeting of a case.
#[derive(Debug, Clone)]
pub(crate) struct Met {
    /// Its day.
    pub(crate) on: LocalDate,
    /// Whether enough were there and agreed.
    pub(crate) carried: bool,
    /// As people read it.
    pub(crate) text: Text,
}

/// The newest meeting of a case.
pub(crate) fn newest(case: &StoredCase, kind: &Kind) -> Option<Met> {
    let mut steps = case.steps.iter().rev();
    steps.find_map(|step| {
        let (minutes, _) = of_step(&case.texts, step.step)?;
        Some(Met {
            on: minutes.on,
            carried: minutes.enough(meeting(kind, step)?) == (true, true),
            text: told(case, kind, step)?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_read_and_what_was_not_is_none() {
        assert_eq!(SentMinutes::default().read(), Ok(None));
        let sent = SentMinutes {
            on: "2026-11-15".to_owned(),
            place: " 榕树下 ".to_owned(),
            members: "１１".to_owned(),
            present: "9".to_owned(),
            agreed: "6".to_owned(),
        };
        let read = sent.read().unwrap().unwrap();
        assert_eq!((read.members, read.present, read.agreed), (11, 9, 6));
        let kept = sent.kept(&read);
        assert!(kept.is_sorted_by_key(|(key, _)| *key));
        let place = kept.iter().find(|(key, _)| *key == PLACE).unwrap();
        assert_eq!(place.1, "榕树下");
        for wrong in [
            SentMinutes {
                on: "上周".to_owned(),
                ..sent.clone()
            },
            SentMinutes {
                place: String::new(),
                ..sent.clone()
            },
            SentMinutes {
                place: "长".repeat(101),
                ..sent.clone()
            },
            SentMinutes {
                present: "许多".to_owned(),
                ..sent.clone()
            },
            SentMinutes {
                agreed: String::new(),
                ..sent.clone()
            },
        ] {
            assert_eq!(wrong.read().unwrap_err().code, "case.minutes", "{wrong:?}");
        }
    }
}
