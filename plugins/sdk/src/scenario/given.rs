//! From what a person wrote to what a rule is asked. Judges nothing.

use serde_json::Value as Json;
use toml::value::Datetime;

use std::collections::BTreeMap;

use super::{GivenBasket, GivenClosing, GivenEvent, GivenFact};
use crate::calendar::{parse_date, weekday};
use crate::params::{Exact, clamp};
use crate::types::{
    Basket, BasketLine, Closing, Date, Event, Fact, FactNeed, FieldKind, KindPlan, Metric, Plan,
    PricingPlan, Subject, Value,
};
use crate::window::{parse_subject, parse_window, window_code};
use crate::{CLOSING_KIND, NO_TIME};

/// One sentence in both languages.
pub(super) fn both(zh: impl std::fmt::Display, en: impl std::fmt::Display) -> String {
    format!("{zh}\n{en}")
}

/// JSON as the host makes it.
pub(super) fn json(value: &toml::Value) -> Json {
    match value {
        toml::Value::String(text) => Json::String(text.clone()),
        toml::Value::Integer(number) => Json::from(*number),
        // The shortest text that names this number is what people write; `0.50` and `0.5` mean the same.
        toml::Value::Float(number) => Json::String(number.to_string()),
        toml::Value::Boolean(yes) => Json::Bool(*yes),
        toml::Value::Datetime(when) => Json::String(when.to_string()),
        toml::Value::Array(all) => Json::Array(all.iter().map(json).collect()),
        toml::Value::Table(rows) => Json::Object(
            rows.iter()
                .map(|(key, value)| (key.clone(), json(value)))
                .collect(),
        ),
    }
}

pub(super) fn date(when: &Datetime) -> Result<Date, String> {
    parse_date(&when.to_string()).ok_or_else(|| {
        both(
            format!("“{when}”不是日期，写成 2026-11-22"),
            format!("“{when}” is no plain date; write 2026-11-22"),
        )
    })
}

fn exact(value: &toml::Value) -> Result<Exact, String> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(_)
        | toml::Value::Datetime(_)
        | toml::Value::Array(_)
        | toml::Value::Table(_) => value.to_string(),
    };
    Exact::parse(&text).ok_or_else(|| {
        both(
            format!("“{text}”不是数，写成 3 或 7.6"),
            format!("“{text}” is no number such as 3 or 7.6"),
        )
    })
}

fn at_scale(value: &toml::Value, scale: u8) -> Result<i32, String> {
    let exact = exact(value)?;
    let units = exact.at_scale(scale);
    units.map(clamp).ok_or_else(|| {
        both(
            format!("{exact} 的小数多于 {scale} 位"),
            format!("{exact} has more than {scale} decimal places"),
        )
    })
}

/// The kind of the plan that an event is of.
pub(super) fn kind<'p>(plan: &'p Plan, code: &str) -> Result<&'p KindPlan, String> {
    let found = plan.kinds.iter().find(|kind| kind.code == code);
    let all = || plan.kinds.iter().map(|kind| kind.code.as_str());
    found.ok_or_else(|| match all().collect::<Vec<_>>().join(", ") {
        all if all.is_empty() => both(
            format!("规则里没有事项“{code}”，一种也没有"),
            format!("the plan has no kind “{code}”; it has none at all"),
        ),
        all => both(
            format!("规则里没有事项“{code}”，有：{all}"),
            format!("the plan has no kind “{code}”; it has: {all}"),
        ),
    })
}

/// The plan's pricing half.
pub(super) fn pricing(plan: &Plan) -> Result<&PricingPlan, String> {
    let found = plan.pricing.as_ref();
    found.ok_or_else(|| {
        both(
            "这个规则不定价，它算事项",
            "the plan prices nothing; this rule answers events",
        )
    })
}

pub(super) fn event(
    given: &GivenEvent,
    kind: &KindPlan,
    facts: &[GivenFact],
) -> Result<Event, String> {
    let on = date(&given.on)?;
    let quantity = at_scale(&given.quantity, kind.scale)?;
    if !(kind.quantity_min..=kind.quantity_max).contains(&quantity) {
        let scale = kind.scale;
        let shown = |units: i32| Exact {
            units: i64::from(units),
            scale,
        };
        let (has, min, max) = (
            shown(quantity),
            shown(kind.quantity_min),
            shown(kind.quantity_max),
        );
        return Err(both(
            format!("数量 {has} 超出了 {min}–{max}，主机不会来问"),
            format!(
                "the quantity {has} is outside {min}–{max} of the plan; the host would not ask"
            ),
        ));
    }
    let mut fields = Vec::new();
    for (name, value) in &given.fields {
        let field = kind.fields.iter().find(|field| field.name == *name);
        let field = field.ok_or_else(|| {
            let all: Vec<_> = kind
                .fields
                .iter()
                .map(|declared| declared.name.as_str())
                .collect();
            let all = all.join(", ");
            both(
                format!("事项没有字段“{name}”，有：{all}"),
                format!("the plan has no field “{name}”; it has: {all}"),
            )
        })?;
        fields.push((name.clone(), field_value(name, value, &field.kind)?));
    }
    if given.no_time {
        fields.push((NO_TIME.to_owned(), Value::YesNo(true)));
    }
    Ok(Event {
        kind: given.kind.clone(),
        quantity,
        fields,
        roles: given.roles.clone(),
        on,
        minute: if given.no_time { 0 } else { given.minute },
        weekday: weekday(on),
        facts: answers(&kind.facts, facts)?,
        traits: Vec::new(),
        seed: vec![7; 16],
    })
}

fn field_value(name: &str, value: &toml::Value, kind: &FieldKind) -> Result<Value, String> {
    let no = || {
        let (zh, en) = match kind {
            FieldKind::Integer(_) => ("整数，如 3", "a whole number: 3"),
            FieldKind::Decimal(_) => ("数，如 7.6", "a number: 7.6"),
            FieldKind::Choice(_) => ("选项的代码，如 \"wood\"", "one of its choices: \"wood\""),
            FieldKind::YesNo => ("是或否，写 true 或 false", "yes or no: true or false"),
            FieldKind::Day => ("日期，如 2026-11-22", "a day: 2026-11-22"),
        };
        both(
            format!("字段“{name}”要{zh}，这里是 {value}"),
            format!("the field “{name}” holds {en}; here it is {value}"),
        )
    };
    Ok(match kind {
        FieldKind::Integer((min, max)) => {
            let number = at_scale(value, 0)?;
            if !(*min..=*max).contains(&number) {
                return Err(both(
                    format!("字段“{name}”是 {number}，超出了 {min}–{max}，主机不会来问"),
                    format!(
                        "the field “{name}” is {number}, outside {min}–{max}; the host would not ask"
                    ),
                ));
            }
            Value::Integer(number)
        }
        FieldKind::Decimal(scale) => Value::Decimal(crate::types::Decimal {
            units: at_scale(value, *scale)?,
            scale: *scale,
        }),
        FieldKind::Choice(choices) => {
            let chosen = value.as_str().ok_or_else(no)?;
            if !choices.iter().any(|(code, _)| code == chosen) {
                let all: Vec<_> = choices.iter().map(|(code, _)| code.as_str()).collect();
                let all = all.join(", ");
                return Err(both(
                    format!("字段“{name}”没有选项“{chosen}”，有：{all}"),
                    format!("the field “{name}” has no choice “{chosen}”; it has: {all}"),
                ));
            }
            Value::Choice(chosen.to_owned())
        }
        FieldKind::YesNo => Value::YesNo(value.as_bool().ok_or_else(no)?),
        FieldKind::Day => Value::Day(date(value.as_datetime().ok_or_else(no)?)?),
    })
}

pub(super) fn basket(
    given: &GivenBasket,
    plan: &PricingPlan,
    facts: &[GivenFact],
) -> Result<Basket, String> {
    let on = date(&given.on)?;
    let mut lines = Vec::new();
    for line in &given.lines {
        lines.push(BasketLine {
            item: line.item.clone(),
            category: line.category.clone(),
            value_fen: line.value_fen,
            quantity: line.quantity,
            facts: answers(&plan.line_facts, &line.facts)?,
        });
    }
    Ok(Basket {
        lines,
        on,
        minute: given.minute,
        weekday: weekday(on),
        facts: answers(&plan.order_facts, facts)?,
        traits: Vec::new(),
    })
}

/// The end of a period; its facts are those of the kind that is never reported as an event.
pub(super) fn closing(
    given: &GivenClosing,
    plan: &Plan,
    facts: &[GivenFact],
) -> Result<Closing, String> {
    let kind = plan.kinds.iter().find(|kind| kind.code == CLOSING_KIND);
    let needs = kind.map_or(&[][..], |kind| &kind.facts);
    Ok(Closing {
        period: given.period.clone(),
        first: date(&given.first)?,
        last: date(&given.last)?,
        balances: given
            .balances
            .iter()
            .map(|(asset, balance)| (asset.clone(), *balance))
            .collect(),
        facts: answers(needs, facts)?,
        traits: Vec::new(),
    })
}

/// The traits that were given; one that the plan does not ask for is a slip of the scenario's author.
pub(super) fn traits(
    plan: &Plan,
    given: &BTreeMap<String, i32>,
) -> Result<Vec<(String, i32)>, String> {
    match given.keys().find(|name| !plan.traits.contains(name)) {
        Some(name) => Err(both(
            format!("规则不看特征“{name}”"),
            format!("the plan does not ask for the trait “{name}”"),
        )),
        None => Ok(given
            .iter()
            .map(|(name, value)| (name.clone(), *value))
            .collect()),
    }
}

/// Answers in the order of the needs. A given fact that nobody asks for is a slip of the scenario's author.
fn answers(needs: &[FactNeed], given: &[GivenFact]) -> Result<Vec<Fact>, String> {
    let mut facts = vec![
        Fact {
            value: 0,
            saturated: false,
        };
        needs.len()
    ];
    for one in given {
        let asked = fact_need(one)?;
        let at = needs.iter().position(|need| *need == asked);
        let place = at.and_then(|at| facts.get_mut(at));
        let place = place.ok_or_else(|| {
            let all = needs.iter().map(spoken).collect::<Vec<_>>().join("; ");
            let all = if all.is_empty() { "nothing" } else { &all };
            let asked = spoken(&asked);
            both(
                format!("规则不问 {asked}，它问：{all}"),
                format!("the plan does not ask for {asked}; it asks for: {all}"),
            )
        })?;
        place.value = one.value;
    }
    Ok(facts)
}

const METRICS: [(&str, Metric); 12] = [
    ("points", Metric::Points),
    ("minutes", Metric::Minutes),
    ("quantity", Metric::Quantity),
    ("events", Metric::Events),
    ("distinct-days", Metric::DistinctDays),
    ("days-since-last", Metric::DaysSinceLast),
    ("redeemed-points", Metric::RedeemedPoints),
    ("redeemed-items", Metric::RedeemedItems),
    ("rank-at-cutoff", Metric::RankAtCutoff),
    ("balance", Metric::Balance),
    ("streak-days", Metric::StreakDays),
    ("redemptions", Metric::Redemptions),
];

/// A need with its answer.
pub(super) fn written(need: &FactNeed, value: i32) -> GivenFact {
    let metric = METRICS.iter().find(|(_, metric)| *metric == need.metric);
    let subject = match need.subject {
        Subject::Person => "person",
        Subject::Household => "household",
        Subject::Community => "community",
    };
    GivenFact {
        metric: metric.map_or("?", |(name, _)| name).to_owned(),
        window: window_code(need.window),
        subject: subject.to_owned(),
        of: need.of.clone(),
        value,
    }
}

/// A need as it is written: `points month household of waste.kitchen`.
fn spoken(need: &FactNeed) -> String {
    let given = written(need, 0);
    let of = given.of.map_or(String::new(), |of| format!(" of {of}"));
    format!("{} {} {}{of}", given.metric, given.window, given.subject)
}

pub(super) fn fact_need(given: &GivenFact) -> Result<FactNeed, String> {
    let metric = METRICS.iter().find(|(name, _)| *name == given.metric);
    let (_, metric) = metric.ok_or_else(|| {
        let all: Vec<_> = METRICS.iter().map(|(name, _)| *name).collect();
        let (named, all) = (&given.metric, all.join(", "));
        both(
            format!("metric 没有“{named}”，有：{all}"),
            format!("there is no metric “{named}”; there are: {all}"),
        )
    })?;
    let window = parse_window(&given.window).ok_or_else(|| {
        let named = &given.window;
        both(
            format!("window 没有“{named}”，见下面英文里列的，trailing-30 是近 30 天"),
            format!("there is no window “{named}”; there are: day, week, month, quarter, year, lifetime, and trailing-30 for the last 30 days"),
        )
    })?;
    let subject = parse_subject(&given.subject).ok_or_else(|| {
        let named = &given.subject;
        both(
            format!(
                "subject 没有“{named}”，有：person（本人）、household（本户）、community（全社区）"
            ),
            format!("there is no subject “{named}”; there are: person, household, community"),
        )
    })?;
    Ok(FactNeed {
        metric: *metric,
        window,
        subject,
        of: given.of.clone(),
    })
}
