//! What somebody asks to be done with a case, as pages and programs write it: `move:check`, `note`, `rate`.

use rongyi_cases::{Ask, MayAct, Rating, Solved};
use rongyi_core::typed;

/// What was written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked<'a> {
    /// The word: `move:check`, `note`.
    pub(super) act: &'a str,
    /// The case that it is linked to.
    pub(super) number: &'a str,
    /// Whether it is solved: `yes`, `partly`, `no`.
    pub(super) solved: &'a str,
    /// How satisfied.
    pub(super) satisfied: &'a str,
}

/// What is asked; `None` for a word that is none.
pub(super) fn ask(asked: Asked<'_>) -> Option<Ask> {
    if let Some(code) = asked.act.strip_prefix("move:") {
        return code.parse().ok().map(Ask::Move);
    }
    Some(match asked.act {
        "note" => Ask::Note,
        "extend" => Ask::Extend,
        "reopen" => Ask::Reopen,
        "unmerge" => Ask::Unmerge,
        "merge" => {
            let digits = typed::digits(asked.number);
            Ask::Merge(digits.and_then(|no| no.parse().ok()).unwrap_or(0))
        }
        "rate" => Ask::Rate(Rating {
            solved: match asked.solved {
                "yes" => Some(Solved::Yes),
                "partly" => Some(Solved::Partly),
                "no" => Some(Solved::No),
                _ => None,
            },
            satisfied: asked.satisfied.parse().ok(),
        }),
        _ => return None,
    })
}

/// The word under which an act is asked for.
pub(super) fn word_of(act: &MayAct) -> String {
    match act {
        MayAct::Move(code) => format!("move:{code}"),
        MayAct::Note => "note".to_owned(),
        MayAct::Extend => "extend".to_owned(),
        MayAct::Reopen => "reopen".to_owned(),
        MayAct::Merge => "merge".to_owned(),
        MayAct::Unmerge => "unmerge".to_owned(),
        MayAct::Rate => "rate".to_owned(),
    }
}
