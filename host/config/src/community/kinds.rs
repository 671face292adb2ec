//! `[kinds."bank.serve"]`: what the host itself asks of events of one kind, beside the rule that decides them: who may fill
//! its roles together, and whether one person may be at two of them at a time.

use std::ops::Range;

use rongyi_core::ids::Code;
use rongyi_core::settings::Overlap;

use crate::reader::{Field, both};

/// What is asked of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfKind {
    /// The kind.
    pub kind: Code,
    /// Roles that one person may fill together.
    pub same_person: Vec<Code>,
    /// Roles that nobody of the doer's household may fill.
    pub other_household: Vec<Code>,
    /// What becomes of an event in minutes that the person has spent elsewhere.
    pub overlap: Option<Overlap>,
    /// How many minutes one unit is; without it the quantity is minutes.
    pub unit_minutes: Option<u16>,
    /// How many different people must have agreed before it is booked.
    pub checks: Option<u16>,
    /// Its place in the file.
    pub at: Range<usize>,
}

pub(super) fn read(field: &Field<'_>) -> Option<Vec<OfKind>> {
    let table = field.table()?;
    let names: Vec<Range<usize>> = table.names().map(|name| table.key_span(name)).collect();
    let mut kinds = Vec::new();
    for ((name, section), at) in table.free().into_iter().zip(names) {
        match name.parse::<Code>() {
            Ok(kind) => kinds.extend(one(&section, kind, at)),
            Err(_) => section.refuse(
                both(
                    format!("“{name}” 不是事项代号。"),
                    format!("“{name}” is not the code of an event kind."),
                ),
                both(
                    "写规则里的事项代号，例如 [kinds.\"bank.serve\"]。",
                    "Write the kind's code as the rule has it, such as [kinds.\"bank.serve\"].",
                ),
            ),
        }
    }
    kinds.sort_unstable_by(|a, b| a.kind.cmp(&b.kind));
    Some(kinds)
}

fn one(field: &Field<'_>, kind: Code, at: Range<usize>) -> Option<OfKind> {
    let table = field.table()?;
    let roles = |key| {
        table
            .get(key)
            .and_then(|list| roles(&list))
            .unwrap_or_default()
    };
    let of_kind = OfKind {
        kind,
        same_person: same(&table.get("same_person")),
        other_household: roles("other_household"),
        overlap: table.get("overlap").and_then(|overlap| {
            overlap.one_of(&[("refuse", Overlap::Refuse), ("mark", Overlap::Mark)])
        }),
        unit_minutes: table
            .get("unit_minutes")
            .and_then(|minutes| minutes.integer(1..=1440))
            .and_then(|minutes| u16::try_from(minutes).ok()),
        checks: table
            .get("checks")
            .and_then(|checks| checks.integer(1..=2))
            .and_then(|checks| u16::try_from(checks).ok()),
        at,
    };
    table.finish();
    Some(of_kind)
}

/// One role alone can be nobody else's.
fn same(field: &Option<Field<'_>>) -> Vec<Code> {
    let Some(field) = field else {
        return Vec::new();
    };
    let all = roles(field).unwrap_or_default();
    if all.len() == 1 {
        field.refuse(
            both("same_person 至少写两个角色。", "same_person names two roles or more."),
            both(
                "写可以是同一个人的几个角色，例如 [\"doer\", \"fund\"]；不许就删掉这一行。",
                "Name the roles that may be one person, such as [\"doer\", \"fund\"]; delete the line if none may.",
            ),
        );
    }
    all
}

fn roles(field: &Field<'_>) -> Option<Vec<Code>> {
    let list = field.list()?;
    let mut roles: Vec<Code> = list.iter().filter_map(Field::code).collect();
    roles.sort_unstable();
    roles.dedup();
    Some(roles)
}
