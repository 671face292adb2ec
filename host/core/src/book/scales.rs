//! Quantities of a kind that counted to other decimal places in other rule sets. What was counted to as many places as in the
//! first set that had the kind stands in the kind's own row, everything else in a row beside it, and a rule is told
//! all of it to the places of its day.
//!
//! Ledgers whose settings do not say so are of before: there the digits stand together, whatever they meant.

use super::Book;
use crate::amount::Decimal;
use crate::ids::Code;
use crate::time::LocalDate;

/// The decimal places that a kind counts to in each rule set, the first one first, each once.
fn scales(book: &Book, kind: &Code) -> Vec<u8> {
    let kinds = book.frame.sets.iter().flat_map(|set| &set.plan.kinds);
    let mut all: Vec<u8> = Vec::new();
    for plan in kinds.filter(|plan| plan.code == *kind) {
        if !all.contains(&plan.scale) {
            all.push(plan.scale);
        }
    }
    all
}

fn apart(book: &Book) -> bool {
    let settings = book.frame.settings.as_ref();
    settings.is_some_and(|settings| settings.by_scale)
}

fn beside(kind: &Code, scale: u8) -> Option<Code> {
    format!("scale-{scale}/{kind}").parse().ok()
}

/// Where a quantity of so many places stands, when it is not the kind's own row.
pub(super) fn aside(book: &Book, kind: &Code, scale: u8) -> Option<Code> {
    let first = scales(book, kind).first().copied();
    let other = apart(book) && first.is_some_and(|first| first != scale);
    beside(kind, scale).filter(|_| other)
}

/// Every row that holds quantities of a kind, its own first, with the places they are counted to.
pub(super) fn rows(book: &Book, kind: &Code) -> Vec<(u8, Code)> {
    let mut scales = scales(book, kind).into_iter();
    let first = (scales.next().unwrap_or_default(), kind.clone());
    let others = scales.filter(|_| apart(book));
    let others = others.filter_map(|scale| Some((scale, beside(kind, scale)?)));
    std::iter::once(first).chain(others).collect()
}

/// All quantities of a kind, to the places that it counts to on this day; what is finer is left out.
pub(super) fn total(book: &Book, kind: &Code, on: LocalDate, of: impl Fn(&Code) -> i64) -> i64 {
    let rows = rows(book, kind);
    let now = book.rule_for(kind, on).map(|(_, kind)| kind.scale);
    let now = now.or_else(|| rows.first().map(|(scale, _)| *scale));
    let now = now.unwrap_or_default();
    if !apart(book) || rows.iter().all(|(scale, _)| *scale == now) {
        return of(kind);
    }
    let size =
        |scale: u8| 10_i128.saturating_pow(u32::from(Decimal::SCALE_MAX.saturating_sub(scale)));
    let all = rows
        .iter()
        .map(|(scale, code)| i128::from(of(code)).saturating_mul(size(*scale)))
        .fold(0, i128::saturating_add);
    let told = all.checked_div(size(now)).unwrap_or_default();
    i64::try_from(told).unwrap_or(i64::MAX)
}
