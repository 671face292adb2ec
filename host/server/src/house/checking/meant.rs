//! What a rule was told and can never count: kinds that no rule of the community has, debts where none may be, and the
//! end of periods that nobody closes.

use std::collections::BTreeSet;

use rongyi_config::{self as config, Diagnostic, RuleEntry};
use rongyi_core::counters::AHEAD;
use rongyi_core::ids::Code;
use rongyi_core::period::PeriodLength;
use rongyi_core::rule::{FactNeed, Metric, Plan, Text};
use serde_json::Value;

use super::Checked;
use crate::period::length_en;

/// The bundled rule that closes periods.
const CLOSES: &str = "period-close";

/// The entries stand in the same order as the rules.
pub(super) fn not_meant(community: &config::Community, rules: &[Checked]) -> Vec<Diagnostic> {
    let kinds = rules.iter().flat_map(|rule| &rule.rule.plan.kinds);
    let kinds: BTreeSet<&Code> = kinds.map(|kind| &kind.code).collect();
    let mut found = Vec::new();
    for (entry, rule) in community.rules.iter().zip(rules) {
        let named: BTreeSet<Code> = kinds_asked_about(&rule.rule.plan).collect();
        let unknown = named.iter().filter(|kind| !kinds.contains(kind));
        found.extend(unknown.map(|kind| unknown_kind(entry, kind, &kinds)));
        if let Ok(params) = serde_json::from_str(&entry.params_json) {
            owing(community, entry, (&params, ""), &mut found);
            if rule.rule.about.name == CLOSES {
                unclosed(community, entry, &params, &mut found);
            }
        }
    }
    found
}

/// The event kinds whose past a rule wants to know.
fn kinds_asked_about(plan: &Plan) -> impl Iterator<Item = Code> {
    let of_kinds = plan.kinds.iter().flat_map(|kind| &kind.facts);
    let pricing = plan.pricing.iter();
    let of_pricing = pricing.flat_map(|pricing_plan| {
        pricing_plan
            .order_facts
            .iter()
            .chain(&pricing_plan.line_facts)
    });
    let of_events = |need: &&FactNeed| match need.metric {
        Metric::Points
        | Metric::Minutes
        | Metric::Quantity
        | Metric::Events
        | Metric::DistinctDays
        | Metric::DaysSinceLast
        | Metric::StreakDays => true,
        // These name items and assets.
        Metric::RedeemedPoints
        | Metric::RedeemedItems
        | Metric::Redemptions
        | Metric::RankAtCutoff
        | Metric::Balance => false,
    };
    let all = of_kinds.chain(of_pricing).filter(of_events);
    all.filter_map(|need| {
        let of = need.of.as_ref()?;
        // Days that follow are asked of a kind too.
        let kind = of.as_str().strip_prefix(AHEAD).unwrap_or(of.as_str());
        kind.parse().ok()
    })
}

fn unknown_kind(entry: &RuleEntry, kind: &Code, kinds: &BTreeSet<&Code>) -> Diagnostic {
    let all: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    entry.plugin_diagnostic(
        "config.kind",
        Text {
            zh: format!("这个规则要看“{kind}”的次数或数量，但本社区没有规则管这种事项，所以永远是 0。"),
            en: format!("This rule looks at the past of “{kind}”, which no rule of this community decides, so it would be 0 for ever."),
        },
        Text {
            zh: format!("改成有的事项，或给它写上规则。有的是：{}。", all.join("、")),
            en: format!("Name a kind that there is, or write a rule for it. There are: {}.", all.join(", ")),
        },
    )
}

/// Every row of the bundled rule for periods that counts at the end of a length which the community does not close.
fn unclosed(
    community: &config::Community,
    entry: &RuleEntry,
    params: &Value,
    found: &mut Vec<Diagnostic>,
) {
    let declared = community.periods.iter();
    let mut closed: Vec<&str> = declared.map(|period| length_en(period.length)).collect();
    if closed.is_empty() {
        closed.push(length_en(PeriodLength::Month));
    }
    let mut look = |path: String, row: &Value| {
        let at = row.get("at").and_then(Value::as_str);
        if let Some(at) = at.filter(|at| !closed.contains(at)) {
            let (zh, en) = (closed.join("、"), closed.join(", "));
            found.push(entry.param_diagnostic(
                &format!("{path}.at"),
                "config.period",
                &format!("这一行只在“{at}”结束时算，但本社区不结这样的期（结的是：{zh}），所以永远不算。在社区文件里加一段 [[period]]，写 length = \"{at}\"，或改这一行。"),
                &format!("This row counts only where a period of the length {at} ends, and this community closes none (it closes: {en}), so it would never count. Add a [[period]] with length = \"{at}\" to the community's file, or change the row."),
            ));
        }
    };
    let Some(rows) = params.as_object() else {
        return;
    };
    for (key, value) in rows {
        if let Value::Array(all) = value {
            for (at, row) in all.iter().enumerate() {
                look(format!("{key}[{at}]"), row);
            }
        } else {
            look(key.clone(), value);
        }
    }
}

/// Every `short = "owe"` of the parameters, where the asset may not go below zero.
fn owing(
    community: &config::Community,
    entry: &RuleEntry,
    (value, path): (&Value, &str),
    found: &mut Vec<Diagnostic>,
) {
    match value {
        Value::Object(rows) => {
            let text = |key: &str| rows.get(key).and_then(Value::as_str);
            let asset = text("asset").unwrap_or("points");
            if text("short") == Some("owe") && floor(community, asset) == 0 {
                found.push(entry.param_diagnostic(
                    &format!("{path}.short"),
                    "config.debt",
                    &format!("这里写了可以欠（owe），但本社区的 {asset} 不能低于 0，所以一分也欠不了。在社区文件里写 debt_floor（例如 -50），或改成 clamp、refuse。"),
                    &format!("This may owe, but {asset} never goes below 0 in this community, so nothing could be owed. Write debt_floor (such as -50) in the community's file, or clamp or refuse here."),
                ));
            }
            for (key, inner) in rows {
                let path = match path {
                    "" => key.clone(),
                    path => format!("{path}.{key}"),
                };
                owing(community, entry, (inner, &path), found);
            }
        }
        Value::Array(all) => {
            for (at, inner) in all.iter().enumerate() {
                owing(community, entry, (inner, &format!("{path}[{at}]")), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn floor(community: &config::Community, asset: &str) -> i64 {
    let mut declared = community.debt_floors.iter();
    let declared = declared.find(|(code, _)| code.as_str() == asset);
    declared.map_or(community.debt_floor, |(_, floor)| *floor)
}
