//! What an event must be before a rule is asked about it: its day, its kind on that day, people, quantity, fields.

use std::sync::Arc;

use super::doer;
use crate::amount::Decimal;
use crate::book::{Book, period};
use crate::command::{EventRejection, Rejection};
use crate::record::{Event, RuleSet};
use crate::rule::{FieldKind, KindPlan, Value};
use crate::time::LocalDate;

pub(super) fn rule_and_kind(
    book: &Book,
    event: &Event,
) -> Result<(Arc<RuleSet>, KindPlan), Rejection> {
    if let Some((set, kind)) = book.rule_for(&event.kind, event.on) {
        return Ok((set.clone(), kind.clone()));
    }
    let kinds = || {
        book.frame
            .sets
            .iter()
            .flat_map(|set| set.plan.kinds.iter().map(move |kind| (set, kind)))
    };
    let (kind, on) = (&event.kind, event.on);
    let known = kinds().any(|(_, own)| own.code == *kind).then(|| {
        let days = book.turning_days();
        let first = days
            .iter()
            .find(|day| **day > on && book.rule_for(kind, **day).is_some());
        let ends = days.iter().rev().map(|day| day.plus_days(-1));
        let mut before = ends.filter(|day| *day < on);
        let last = before.find(|day| book.rule_for(kind, *day).is_some());
        (first.copied(), last)
    });
    Err(match known {
        Some((first, last)) => EventRejection::KindNotActive {
            kind: kind.clone(),
            on,
            first,
            last,
        }
        .into(),
        None => {
            let nearest = kinds()
                .map(|(_, kind)| {
                    (
                        distance(kind.code.as_str(), event.kind.as_str()),
                        &kind.code,
                    )
                })
                .filter(|(far, _)| *far <= 3)
                .min()
                .map(|(_, code)| code.clone());
            Rejection::KindUnknown {
                kind: event.kind.clone(),
                nearest,
            }
        }
    })
}

/// How many letters differ, for "did you mean".
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i.saturating_add(1);
        for (j, other) in b.iter().enumerate() {
            let at = j.saturating_add(1);
            let change = corner.saturating_add(usize::from(letter != *other));
            corner = row[at];
            row[at] = change
                .min(row[j].saturating_add(1))
                .min(corner.saturating_add(1));
        }
    }
    row[b.len()]
}

pub(super) fn check_date(book: &Book, event: &Event, today: LocalDate) -> Result<(), Rejection> {
    let settings = book.settings_or_reject()?;
    if event.on > today {
        return Err(Rejection::DateFuture {
            on: event.on,
            today,
        });
    }
    if event.on < settings.began_on {
        return Err(Rejection::DateTooEarly {
            on: event.on,
            began_on: settings.began_on,
        });
    }
    period::open_day(book, event.on)
}

pub(super) fn check(book: &Book, event: &Event, kind: &KindPlan) -> Result<(), Rejection> {
    doer(event)?;
    for (_, resident) in &event.roles {
        book.household(*resident)?;
    }
    if !(kind.quantity_min..=kind.quantity_max).contains(&event.quantity) {
        let show = |units| {
            Decimal {
                units,
                scale: kind.scale,
            }
            .to_string()
        };
        return Err(Rejection::QuantityRange {
            quantity: show(event.quantity),
            min: show(kind.quantity_min),
            max: show(kind.quantity_max),
        });
    }
    for field in &kind.fields {
        match event.fields.iter().find(|(name, _)| *name == field.name) {
            None if field.required => {
                return Err(Rejection::FieldMissing {
                    field: field.name.clone(),
                });
            }
            Some((_, value)) if !fits(value, &field.kind) => {
                return Err(Rejection::FieldValue {
                    field: field.name.clone(),
                });
            }
            None | Some(_) => {}
        }
    }
    match event
        .fields
        .iter()
        .find(|(name, _)| !kind.fields.iter().any(|field| field.name == *name))
    {
        Some((name, _)) => Err(Rejection::FieldUnknown {
            field: name.clone(),
        }),
        None => Ok(()),
    }
}

fn fits(value: &Value, kind: &FieldKind) -> bool {
    match (value, kind) {
        (Value::Integer(number), FieldKind::Integer { min, max }) => (min..=max).contains(&number),
        (Value::Decimal(number), FieldKind::Decimal(scale)) => number.scale == *scale,
        (Value::Choice(code), FieldKind::Choice(choices)) => {
            choices.iter().any(|(own, _)| own == code)
        }
        (Value::YesNo(_), FieldKind::YesNo) | (Value::Day(_), FieldKind::Day) => true,
        (
            Value::Integer(_)
            | Value::Decimal(_)
            | Value::Choice(_)
            | Value::YesNo(_)
            | Value::Day(_),
            _,
        ) => false,
    }
}
