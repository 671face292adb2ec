//! A kind, and pricing, belongs to one rule of the community on each day. Which rule may change with a day.

use std::collections::BTreeSet;

use rongyi_config::{Diagnostic, RuleEntry};
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;

use super::Checked;

/// What two rules would both decide on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Both<'r> {
    Kind(&'r str),
    Pricing,
}

/// Every kind that two rules would decide on the same day, once for each two, at the later entry. The entries stand in
/// the same order as the rules.
pub(super) fn overlaps(entries: &[RuleEntry], rules: &[Checked]) -> Vec<Diagnostic> {
    let mut found = same_day(entries, rules);
    let mut told = BTreeSet::new();
    // As it is, and as it would be with what only runs beside it.
    let days = turning_days(rules).into_iter();
    for (day, shadows) in days.flat_map(|day| [(day, false), (day, true)]) {
        let decide = in_force(rules, (day, shadows));
        for (at, later) in decide.iter().enumerate() {
            for earlier in &decide[..at] {
                let both = both(&rules[*earlier], &rules[*later]).into_iter();
                for what in both.filter(|what| told.insert((*earlier, *later, *what))) {
                    found.push(clash(&entries[*later], &rules[*earlier], what, day));
                }
            }
        }
    }
    found
}

/// The days on which what is in force may change.
fn turning_days(rules: &[Checked]) -> BTreeSet<LocalDate> {
    let begins = rules.iter().map(|rule| rule.active_from);
    let ends = rules.iter().filter_map(|rule| rule.active_until);
    begins.chain(ends.map(|last| last.plus_days(1))).collect()
}

/// The places of the rules that decide on a day, with those that only run beside them or without: of each name the one that
/// began last.
fn in_force(rules: &[Checked], (on, shadows): (LocalDate, bool)) -> Vec<usize> {
    let covers = |rule: &Checked| {
        let until = rule.active_until;
        (shadows || !rule.shadow) && rule.active_from <= on && until.is_none_or(|last| on <= last)
    };
    let later = |one: &Checked, other: &Checked| {
        one.rule.about.name == other.rule.about.name && one.active_from > other.active_from
    };
    let decides = |rule: &Checked| {
        covers(rule)
            && !rules
                .iter()
                .any(|other| covers(other) && later(other, rule))
    };
    let all = rules.iter().enumerate();
    all.filter(|(_, rule)| decides(rule))
        .map(|(at, _)| at)
        .collect()
}

fn both<'r>(one: &'r Checked, other: &'r Checked) -> Vec<Both<'r>> {
    if one.rule.about.name == other.rule.about.name {
        return Vec::new();
    }
    let (one, other) = (&one.rule.plan, &other.rule.plan);
    let kinds = one.kinds.iter().map(|kind| &kind.code);
    let shared = kinds.filter(|code| other.kinds.iter().any(|kind| kind.code == **code));
    let pricing = (one.pricing.is_some() && other.pricing.is_some()).then_some(Both::Pricing);
    shared
        .map(|code| Both::Kind(code.as_str()))
        .chain(pricing)
        .collect()
}

fn clash(entry: &RuleEntry, other: &Checked, what: Both<'_>, day: LocalDate) -> Diagnostic {
    let name = &other.rule.about.name;
    let message = match what {
        Both::Kind(code) => Text {
            zh: format!("{day} 起，事项“{code}”已经由规则“{name}”处理。"),
            en: format!("From {day} on the kind “{code}” is already handled by the rule “{name}”."),
        },
        Both::Pricing => Text {
            zh: format!("{day} 起，已经有一个定价规则“{name}”。"),
            en: format!("From {day} on there is already a rule for prices, “{name}”."),
        },
    };
    let help = Text {
        zh: format!(
            "同一天一类事项只能归一个规则，定价也是。要从某一天起换规则，就给“{name}”再写一段从那天起、不带它的 [[rule]]，或给原来那段写上 active_until。"
        ),
        en: format!(
            "On one day a kind, and pricing, belongs to one rule. To change rules on a day, write another [[rule]] for “{name}” without it from that day on, or give the old one active_until."
        ),
    };
    entry.plugin_diagnostic("config.duplicate", message, help)
}

/// Two entries of one rule from the same day: nobody could tell which one decides.
fn same_day(entries: &[RuleEntry], rules: &[Checked]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (at, later) in rules.iter().enumerate() {
        let same = |one: &Checked| {
            one.rule.about.name == later.rule.about.name && one.active_from == later.active_from
        };
        if rules[..at].iter().any(same) {
            let (name, from) = (&later.rule.about.name, later.active_from);
            found.push(entries[at].plugin_diagnostic(
                "config.duplicate",
                Text {
                    zh: format!("规则“{name}”从 {from} 起写了两段。"),
                    en: format!("The rule “{name}” is written twice from {from} on."),
                },
                Text {
                    zh: "留一段；要换新的版本或参数，就把后一段的 active_from 改晚。".into(),
                    en: "Keep one; for a new version or new parameters give the second a later active_from.".into(),
                },
            ));
        }
    }
    found
}
