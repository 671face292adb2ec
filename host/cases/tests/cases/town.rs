//! A small town to play cases in: its people by name, and one case that they work on.

use std::collections::BTreeSet;

use rongyi_cases::Ground;
use rongyi_cases::calendar::CountedDay;
use rongyi_cases::kind::{MayOpen, Role};
use rongyi_cases::rates::{Rated, Rates, rates};
use rongyi_cases::{
    Actor, Answer, Ask, Case, Input, Kind, May, Minutes, Moment, Outcome, Party, Refusal, Request,
    Standing, Taken, WorkCalendar, bundled, bundled_calendar,
};
use rongyi_core::ids::Code;
use rongyi_core::time::LocalDate;

/// A name.
pub(crate) fn code(text: &str) -> Code {
    text.parse().unwrap()
}

/// A day.
pub(crate) fn day(text: &str) -> LocalDate {
    text.parse().unwrap()
}

/// A local moment, `2026-11-02 09:00`.
pub(crate) fn at(text: &str) -> Moment {
    let (on, time) = text.split_once(' ').unwrap();
    let (hour, minute) = time.split_once(':').unwrap();
    let minutes = hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap();
    Moment::new(day(on), minutes)
}

/// Counted days as they are written.
pub(crate) fn days(counted: &[CountedDay]) -> Vec<String> {
    counted
        .iter()
        .map(|counted| counted.day.to_string())
        .collect()
}

/// Somebody of the town. Li and his wife live in household 1, everybody else alone.
pub(crate) fn person(name: &str) -> Party {
    let names = [
        "li",
        "li-wife",
        "desk",
        "lead",
        "unit-a",
        "unit-b",
        "reviewer-1",
        "reviewer-2",
        "reviewer-3",
        "leader",
    ];
    let number = names.iter().position(|other| *other == name).unwrap();
    let number = u32::try_from(number).unwrap();
    Party {
        actor: code(name),
        person: Some(i64::from(number) + 100),
        household: Some(if number < 2 { 1 } else { number + 10 }),
    }
}

/// Somebody with their roles.
pub(crate) fn actor(name: &str) -> Actor {
    let role = match name {
        "desk" => Some(Role::Desk),
        "lead" => Some(Role::Lead),
        "leader" => Some(Role::Leader),
        "unit-a" | "unit-b" => Some(Role::Unit),
        "li-wife" => Some(Role::Reviewer),
        reviewer if reviewer.starts_with("reviewer") => Some(Role::Reviewer),
        _ => None,
    };
    Actor {
        party: person(name),
        roles: role.into_iter().collect::<BTreeSet<_>>(),
        units: name.strip_prefix("unit-").map(code).into_iter().collect(),
    }
}

/// A kind of a TOML text that must be right.
pub(crate) fn kind_of(name: &str, text: &str) -> Kind {
    Kind::from_toml(&code(name), text).unwrap_or_else(|found| panic!("{found:#?}"))
}

/// Li asks for something.
pub(crate) fn request(answers: Vec<(Code, Answer)>) -> Request {
    Request {
        number: 7,
        way: MayOpen::Resident,
        opener: person("li"),
        concerned: Vec::new(),
        involved: Vec::new(),
        event: None,
        notice_days: 0,
        answers,
        opened_today: 0,
    }
}

/// A case and everything around it.
pub(crate) struct Town {
    /// The kind.
    pub(crate) kind: Kind,
    /// The working days.
    pub(crate) calendar: WorkCalendar,
    /// The case.
    pub(crate) case: Case,
    /// The unit that is named where one is wanted.
    pub(crate) unit: Code,
    /// Photos that come with every act.
    pub(crate) photos: u8,
    /// How many steps the next page shows; all there are without.
    pub(crate) seen: Option<usize>,
    /// The minutes that come with every act.
    pub(crate) minutes: Option<Minutes>,
}

impl Town {
    /// A case of a bundled kind, with answers that fit.
    pub(crate) fn new(kind: &str, when: &str) -> Town {
        let answers = match kind {
            "message" => vec![
                (code("class"), Answer::Choice(code("help"))),
                (code("text"), Answer::Text("路灯坏了".into())),
            ],
            _ => Vec::new(),
        };
        Town::with(kind, when, answers)
    }

    /// A case of a bundled kind.
    pub(crate) fn with(kind: &str, when: &str, answers: Vec<(Code, Answer)>) -> Town {
        Town::of(bundled(kind).unwrap(), when, answers)
    }

    /// A case of any kind.
    pub(crate) fn of(kind: Kind, when: &str, answers: Vec<(Code, Answer)>) -> Town {
        let mut request = request(answers);
        if matches!(kind.form, rongyi_cases::kind::Form::Event(_)) {
            request.event = Some(code("tree.plant"));
        }
        let opening = kind
            .begin(request, at(when))
            .unwrap_or_else(|found| panic!("{found:#?}"));
        Town {
            kind,
            calendar: bundled_calendar(),
            case: Case {
                opening,
                steps: Vec::new(),
            },
            unit: code("a"),
            minutes: None,
            photos: 0,
            seen: None,
        }
    }

    /// The ground at a moment.
    pub(crate) fn ground(&self, when: &str) -> Ground<'_> {
        Ground {
            kind: &self.kind,
            calendar: &self.calendar,
            now: at(when),
        }
    }

    /// Where the case stands.
    pub(crate) fn standing(&self, when: &str) -> Standing {
        self.case.standing(&self.ground(when)).unwrap()
    }

    /// When it is due.
    pub(crate) fn due(&self, when: &str) -> String {
        self.standing(when).due.unwrap().end.to_string()
    }

    /// What somebody may do.
    pub(crate) fn moves(&self, name: &str, when: &str) -> Vec<May> {
        self.case.moves(&self.ground(when), &actor(name)).unwrap()
    }

    fn answer(&self, name: &str, when: &str, ask: &Ask, words: &str) -> Outcome {
        let input = Input {
            seen: self.seen.unwrap_or(self.case.steps.len()),
            words: words.to_owned(),
            photos: self.photos,
            files: 0,
            unit: Some(self.unit.clone()),
            minutes: self.minutes,
        };
        self.case
            .take(&self.ground(when), &actor(name), ask, &input)
            .unwrap()
    }

    /// Somebody does something, and it is appended.
    pub(crate) fn ask(&mut self, name: &str, when: &str, ask: &Ask) -> Result<Taken, Refusal> {
        match self.answer(name, when, ask, "说明") {
            Outcome::Taken(taken) => {
                self.case.steps.push(taken.step.clone());
                Ok(*taken)
            }
            Outcome::Refused(refusal) => Err(*refusal),
        }
    }

    /// Somebody takes a move.
    #[track_caller]
    pub(crate) fn go(&mut self, name: &str, when: &str, step: &str) -> Taken {
        self.ask(name, when, &Ask::Move(code(step)))
            .unwrap_or_else(|refusal| panic!("{refusal:#?}"))
    }

    /// Why somebody can't take a move.
    #[track_caller]
    pub(crate) fn no(&self, name: &str, when: &str, step: &str) -> Refusal {
        self.no_ask(name, when, &Ask::Move(code(step)))
    }

    /// Why somebody can't do something.
    #[track_caller]
    pub(crate) fn no_ask(&self, name: &str, when: &str, ask: &Ask) -> Refusal {
        match self.answer(name, when, ask, "说明") {
            Outcome::Refused(refusal) => *refusal,
            Outcome::Taken(taken) => panic!("taken: {taken:#?}"),
        }
    }

    /// Why somebody can't take a move without a word.
    #[track_caller]
    pub(crate) fn no_words(&self, name: &str, when: &str, step: &str) -> Refusal {
        match self.answer(name, when, &Ask::Move(code(step)), "  ") {
            Outcome::Refused(refusal) => *refusal,
            Outcome::Taken(taken) => panic!("taken: {taken:#?}"),
        }
    }

    /// Time does what it does, and it is appended.
    pub(crate) fn tick(&mut self, when: &str) -> Option<Taken> {
        let taken = self.case.tick(&self.ground(when)).unwrap()?;
        self.case.steps.push(taken.step.clone());
        Some(taken)
    }

    /// The rates of this one case in November 2026.
    pub(crate) fn rates(&self, when: &str) -> Rates {
        let standing = self.standing(when);
        let rated = Rated {
            kind: &self.kind,
            standing: &standing,
        };
        rates([rated], day("2026-11-01"), day("2026-11-30"), at(when))
    }
}
