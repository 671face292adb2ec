//! What a step did, as a value and as the two words that are stored.

use std::str::FromStr;

use rongyi_core::ids::Code;

/// Whether the opener says it is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Solved {
    /// Yes.
    Yes,
    /// In part.
    Partly,
    /// No.
    No,
}

impl Solved {
    fn word(self) -> &'static str {
        match self {
            Solved::Yes => "yes",
            Solved::Partly => "partly",
            Solved::No => "no",
        }
    }
}

/// What the opener says in the end. What was not answered is never assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rating {
    /// Whether it is solved.
    pub solved: Option<Solved>,
    /// How satisfied, from 1 up to what the kind asks for.
    pub satisfied: Option<u8>,
}

/// What a step did. The words that were written with it are the host's to keep and to erase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Took a move of the kind.
    Move {
        /// The move.
        code: Code,
        /// The state it led to.
        to: Code,
        /// The unit it gave the case to.
        unit: Option<Code>,
    },
    /// Wrote or attached something.
    Note,
    /// Granted more time.
    Extend,
    /// Took the case up again: a new round.
    Reopen,
    /// Linked it to this case as the same.
    Merge(u64),
    /// Took that back.
    Unmerge,
    /// The opener's word about it.
    Rate(Rating),
    /// Nobody went on for the time that the state allows.
    GiveUp,
    /// The calendar was changed, and dates with it: told so that nobody wonders.
    Recount,
}

/// Why two words are no [`Act`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored step “{0} {1}” can't be read")]
pub struct BadAct(pub String, pub String);

impl Act {
    /// The first word: what was done.
    pub fn word(&self) -> &'static str {
        match self {
            Act::Move { .. } => "move",
            Act::Note => "note",
            Act::Extend => "extend",
            Act::Reopen => "reopen",
            Act::Merge(_) => "merge",
            Act::Unmerge => "unmerge",
            Act::Rate(_) => "rate",
            Act::GiveUp => "give-up",
            Act::Recount => "recount",
        }
    }

    /// The second word: `dispatch>doing@street`, the number of a case, or `yes/3`; empty for the others.
    pub fn argument(&self) -> String {
        match self {
            Act::Move { code, to, unit } => match unit {
                Some(unit) => format!("{code}>{to}@{unit}"),
                None => format!("{code}>{to}"),
            },
            Act::Merge(into) => into.to_string(),
            Act::Rate(rating) => {
                let solved = rating.solved.map_or("-", Solved::word);
                match rating.satisfied {
                    Some(satisfied) => format!("{solved}/{satisfied}"),
                    None => format!("{solved}/-"),
                }
            }
            Act::Note | Act::Extend | Act::Reopen | Act::Unmerge | Act::GiveUp | Act::Recount => {
                String::new()
            }
        }
    }

    /// The act of two words.
    ///
    /// ```
    /// # use rongyi_cases::Act;
    /// let act = Act::read("move", "dispatch>doing@street").unwrap();
    /// assert_eq!((act.word(), act.argument().as_str()), ("move", "dispatch>doing@street"));
    /// assert!(Act::read("move", "dispatch").is_err());
    /// ```
    ///
    /// # Errors
    /// [`BadAct`] when they are none.
    pub fn read(word: &str, argument: &str) -> Result<Act, BadAct> {
        let bad = || BadAct(word.to_owned(), argument.chars().take(120).collect());
        let plain = |act: Act| {
            if argument.is_empty() {
                Ok(act)
            } else {
                Err(bad())
            }
        };
        match word {
            "move" => moved(argument).ok_or_else(bad),
            "merge" => argument.parse().map(Act::Merge).map_err(|_| bad()),
            "rate" => rated(argument).map(Act::Rate).ok_or_else(bad),
            "note" => plain(Act::Note),
            "extend" => plain(Act::Extend),
            "reopen" => plain(Act::Reopen),
            "unmerge" => plain(Act::Unmerge),
            "give-up" => plain(Act::GiveUp),
            "recount" => plain(Act::Recount),
            _ => Err(bad()),
        }
    }
}

fn moved(argument: &str) -> Option<Act> {
    let (code, rest) = argument.split_once('>')?;
    let (to, unit) = match rest.split_once('@') {
        Some((to, unit)) => (to, Some(Code::from_str(unit).ok()?)),
        None => (rest, None),
    };
    Some(Act::Move {
        code: code.parse().ok()?,
        to: to.parse().ok()?,
        unit,
    })
}

fn rated(argument: &str) -> Option<Rating> {
    let (solved, satisfied) = argument.split_once('/')?;
    let solved = match solved {
        "-" => None,
        "yes" => Some(Solved::Yes),
        "partly" => Some(Solved::Partly),
        "no" => Some(Solved::No),
        _ => return None,
    };
    let satisfied = match satisfied {
        "-" => None,
        number => Some(number.parse().ok()?),
    };
    Some(Rating { solved, satisfied })
}
