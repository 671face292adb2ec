//! The host's check of every answer, before the ledger sees it. What fails here is the guest's fault.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::ids::Code;
use rongyi_core::rule::{
    Arg, CloseAsk, Decision, EarnAsk, FieldKind, Line, Plan, PriceAsk, Quote, Refusal,
};
use rongyi_core::time::LocalDate;

use crate::limits::Limits;

/// The largest award of one decision in either direction.
const AMOUNT_MAX: i32 = 1_000_000_000;

/// What is wrong, naming the field, the value and the limit.
type Wrong = String;

/// The plan itself: sizes, and every code named once.
pub(crate) fn plan(plan: &Plan, limits: &Limits) -> Result<(), Wrong> {
    let sizes = [
        ("kinds", plan.kinds.len(), limits.kinds),
        ("phrases", plan.phrases.len(), limits.phrases),
        ("summary", plan.summary.len(), limits.phrases),
        ("traits", plan.traits.len(), limits.facts),
    ];
    for (field, has, max) in sizes {
        at_most(field, has, max)?;
    }
    once("kinds", plan.kinds.iter().map(|kind| &kind.code))?;
    once("phrases", plan.phrases.iter().map(|phrase| &phrase.code))?;
    for kind in &plan.kinds {
        at_most(
            &format!("facts of {}", kind.code),
            kind.facts.len(),
            limits.facts,
        )?;
        at_most(
            &format!("fields of {}", kind.code),
            kind.fields.len(),
            limits.facts,
        )?;
        once(
            &format!("fields of {}", kind.code),
            kind.fields.iter().map(|field| &field.name),
        )?;
        for field in &kind.fields {
            if let FieldKind::Choice(choices) = &field.kind {
                let name = format!("choices of {} of {}", field.name, kind.code);
                at_most(&name, choices.len(), limits.kinds)?;
            }
        }
    }
    if let Some(pricing) = &plan.pricing {
        at_most("order-facts", pricing.order_facts.len(), limits.facts)?;
        at_most("line-facts", pricing.line_facts.len(), limits.facts)?;
    }
    Ok(())
}

fn at_most(field: &str, has: usize, max: usize) -> Result<(), Wrong> {
    if has > max {
        Err(format!(
            "{field}: {has} are more than the {max} that are allowed"
        ))
    } else {
        Ok(())
    }
}

fn once<'c>(field: &str, codes: impl Iterator<Item = &'c Code>) -> Result<(), Wrong> {
    let mut seen = BTreeSet::new();
    for code in codes {
        if !seen.insert(code) {
            return Err(format!("{field}: “{code}” is named twice"));
        }
    }
    Ok(())
}

fn phrase(plan: &Plan, limits: &Limits, code: &Code, args: &[Arg]) -> Result<(), Wrong> {
    at_most(
        &format!("arguments of “{code}”"),
        args.len(),
        limits.answer_args,
    )?;
    if plan.phrases.iter().any(|phrase| phrase.code == *code) {
        Ok(())
    } else {
        Err(format!("“{code}” is not one of the phrases in the plan"))
    }
}

fn lines(plan: &Plan, limits: &Limits, lines: &[Line]) -> Result<(), Wrong> {
    at_most("lines", lines.len(), limits.answer_items)?;
    lines
        .iter()
        .try_for_each(|line| phrase(plan, limits, &line.code, &line.args))
}

/// A decision: sane amounts, declared phrases, and lines that add up to the awards. A role that nobody fills is no fault
/// of the rule: the event lacks somebody, and the book refuses that event.
pub(crate) fn decision(
    plan: &Plan,
    limits: &Limits,
    ask: &EarnAsk,
    decision: &Decision,
) -> Result<(), Wrong> {
    decided(plan, limits, ask.on, decision)
}

/// What is decided at the end of a period: everything goes to the one holder, whatever its awards call the role.
pub(crate) fn closing(
    plan: &Plan,
    limits: &Limits,
    ask: &CloseAsk,
    decision: &Decision,
) -> Result<(), Wrong> {
    decided(plan, limits, ask.last, decision)
}

/// Sane amounts, declared phrases, and lines that add up to the awards.
fn decided(plan: &Plan, limits: &Limits, on: LocalDate, decision: &Decision) -> Result<(), Wrong> {
    at_most("awards", decision.awards.len(), limits.answer_items)?;
    at_most("marks", decision.marks.len(), limits.answer_items)?;
    lines(plan, limits, &decision.lines)?;
    for mark in &decision.marks {
        phrase(plan, limits, &mark.code, &mark.args)?;
    }
    let mut sums: BTreeMap<&Code, i64> = BTreeMap::new();
    for award in &decision.awards {
        if award
            .amount
            .checked_abs()
            .is_none_or(|amount| amount > AMOUNT_MAX)
        {
            return Err(format!(
                "awards.amount: {} is beyond {AMOUNT_MAX} in either direction",
                award.amount
            ));
        }
        if award.expires.is_some_and(|day| day < on) {
            return Err("awards.expires: the day lies before the event".into());
        }
        *sums.entry(&award.asset).or_default() += i64::from(award.amount);
    }
    let mut explained: BTreeMap<&Code, i64> = BTreeMap::new();
    for line in &decision.lines {
        if let Some(amount) = line.amount {
            *explained.entry(&line.asset).or_default() += i64::from(amount);
        }
    }
    let assets: BTreeSet<&Code> = sums.keys().chain(explained.keys()).copied().collect();
    for asset in assets {
        let of = |map: &BTreeMap<&Code, i64>| map.get(asset).copied().unwrap_or(0);
        let (awarded, said) = (of(&sums), of(&explained));
        if awarded != said {
            return Err(format!(
                "lines: those of “{asset}” add up to {said}, its awards to {awarded}"
            ));
        }
    }
    Ok(())
}

/// A quote: one price for each basket line, none below zero, lines that add up to the total.
pub(crate) fn quote(
    plan: &Plan,
    limits: &Limits,
    ask: &PriceAsk,
    quote: &Quote,
) -> Result<(), Wrong> {
    if quote.points.len() != ask.lines.len() {
        return Err(format!(
            "points: {} prices for {} lines",
            quote.points.len(),
            ask.lines.len()
        ));
    }
    if let Some(price) = quote
        .points
        .iter()
        .find(|price| !(0..=AMOUNT_MAX).contains(*price))
    {
        return Err(format!("points: {price} is not between 0 and {AMOUNT_MAX}"));
    }
    lines(plan, limits, &quote.lines)?;
    let total: i64 = quote.points.iter().map(|price| i64::from(*price)).sum();
    let said: i64 = quote
        .lines
        .iter()
        .filter_map(|line| line.amount)
        .map(i64::from)
        .sum();
    if total == said {
        Ok(())
    } else {
        Err(format!(
            "lines: they add up to {said}, the prices to {total}"
        ))
    }
}

/// A refusal: a declared phrase.
pub(crate) fn refusal(plan: &Plan, limits: &Limits, refusal: &Refusal) -> Result<(), Wrong> {
    phrase(plan, limits, &refusal.code, &refusal.args)
}
