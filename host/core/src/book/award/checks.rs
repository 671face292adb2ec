//! What an event must be before a rule is asked about it: its day, its kind on that day, people, quantity, fields.

use std::sync::Arc;

use strsim::levenshtein;

use crate::amount::Decimal;
use crate::book::{Book, period};
use crate::command::{EventRejection, PeopleRejection, Rejection};
use crate::ids::{Code, ResidentNo, RuleSetNo};
use crate::record::{Event, Quantity, RuleSet};
use crate::rule::{FieldKind, KindPlan, NO_TIME, Value};
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
    let known = kinds().any(|(_, plan)| plan.code == *kind).then(|| {
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
        None => kind_unknown(book, kind),
    })
}

/// No rule set ever had this kind; the one that was perhaps meant.
pub(in crate::book) fn kind_unknown(book: &Book, kind: &Code) -> Rejection {
    let kinds = book.frame.sets.iter().flat_map(|set| &set.plan.kinds);
    let nearest = kinds
        .map(|plan| (levenshtein(plan.code.as_str(), kind.as_str()), &plan.code))
        .filter(|(far, _)| *far <= 3)
        .min()
        .map(|(_, code)| code.clone());
    Rejection::KindUnknown {
        kind: kind.clone(),
        nearest,
    }
}

/// Nothing new is booked for somebody whose data were erased. What waited for its rule before is decided all the same.
pub(super) fn check_people(book: &Book, event: &Event) -> Result<(), Rejection> {
    for (_, resident) in &event.roles {
        check_person(book, *resident)?;
    }
    Ok(())
}

/// Somebody stands behind the number, where older versions did not look.
pub(in crate::book) fn check_person_now(
    book: &Book,
    resident: ResidentNo,
) -> Result<(), Rejection> {
    if book.replays {
        return book.member(resident).map(drop);
    }
    check_person(book, resident)
}

/// Somebody stands behind the number.
pub(in crate::book) fn check_person(book: &Book, resident: ResidentNo) -> Result<(), Rejection> {
    if book.member(resident)?.is_erased() {
        return Err(EventRejection::ResidentErased { resident }.into());
    }
    if let Some(left) = book.member(resident)?.left {
        return Err(PeopleRejection::Left {
            resident,
            on: left.on,
        }
        .into());
    }
    Ok(())
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

/// What an event says, in the words of its kind on its day.
pub(super) struct SaidEvent {
    /// At the kind's scale.
    pub(super) quantity: i32,
    /// Decimals at the scale of their field; what nobody said about the time stands among them.
    pub(super) fields: Vec<(Code, Value)>,
}

pub(super) fn check(book: &Book, event: &Event, kind: &KindPlan) -> Result<SaidEvent, Rejection> {
    event.doer().ok_or(Rejection::RoleMissing)?;
    for (_, resident) in &event.roles {
        book.household(*resident)?;
    }
    let settings = book.settings_or_reject()?;
    if event.minute.is_none() && settings.timed.contains(&event.kind) {
        let kind = event.kind.clone();
        return Err(EventRejection::TimeMissing { kind }.into());
    }
    let quantity = units(event, kind)?;
    let mut fields = fields(event, kind)?;
    if event.minute.is_none() {
        fields.push((Code::literal(NO_TIME), Value::YesNo(true)));
    }
    Ok(SaidEvent { quantity, fields })
}

/// The quantity at the kind's scale, within its bounds.
fn units(event: &Event, kind: &KindPlan) -> Result<i32, Rejection> {
    let bounds = kind.quantity_min..=kind.quantity_max;
    if let Some(units) = event.quantity.at(kind.scale)
        && bounds.contains(&units)
    {
        return Ok(units);
    }
    if let Quantity::Written(number) = event.quantity
        && number.scale > kind.scale
        && number.at(kind.scale).is_none()
    {
        return Err(EventRejection::QuantityPlaces {
            quantity: number.to_string(),
            scale: kind.scale,
            unit: kind.unit.clone(),
        }
        .into());
    }
    let scale = kind.scale;
    let show = |units| Decimal { units, scale }.to_string();
    Err(Rejection::QuantityRange {
        quantity: event.quantity.number(scale).to_string(),
        min: show(kind.quantity_min),
        max: show(kind.quantity_max),
    })
}

/// The units that an event counted for, when this set decided it.
pub(in crate::book) fn units_in(book: &Book, event: &Event, set: RuleSetNo) -> i32 {
    event
        .quantity
        .at(scale_in(book, event, set))
        .unwrap_or_default()
}

/// The decimal places that an event was counted to, when this set decided it.
pub(in crate::book) fn scale_in(book: &Book, event: &Event, set: RuleSetNo) -> u8 {
    let kinds = book.set(set).into_iter().flat_map(|set| &set.plan.kinds);
    let mut kind = kinds.filter(|kind| kind.code == event.kind);
    kind.next().map_or(0, |kind| kind.scale)
}

fn fields(event: &Event, kind: &KindPlan) -> Result<Vec<(Code, Value)>, Rejection> {
    let mut fields = Vec::new();
    for (name, value) in &event.fields {
        let Some(field) = kind.fields.iter().find(|field| field.name == *name) else {
            return Err(Rejection::FieldUnknown {
                field: name.clone(),
            });
        };
        let value = fitting(value, &field.kind).ok_or_else(|| Rejection::FieldValue {
            field: name.clone(),
        })?;
        fields.push((name.clone(), value));
    }
    let filled = |name: &Code| event.fields.iter().any(|(given, _)| given == name);
    let mut required = kind.fields.iter().filter(|field| field.required);
    match required.find(|field| !filled(&field.name)) {
        Some(field) => Err(Rejection::FieldMissing {
            field: field.name.clone(),
        }),
        None => Ok(fields),
    }
}

/// The value as its field holds it; `None` when it cannot.
fn fitting(value: &Value, kind: &FieldKind) -> Option<Value> {
    let fits = match (value, kind) {
        (Value::Decimal(number), FieldKind::Decimal(scale)) => {
            return number.at(*scale).map(Value::Decimal);
        }
        (Value::Integer(number), FieldKind::Integer { min, max }) => (min..=max).contains(&number),
        (Value::Choice(code), FieldKind::Choice(choices)) => {
            choices.iter().any(|(choice, _)| choice == code)
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
    };
    fits.then(|| value.clone())
}
