//! What a ledger was asked, written as an author's files have it: a line of `events.jsonl`, or a scenario. What a rule
//! sees names nobody, so nothing has to be left out: no resident, no household, no reference, no note.

use rongyi_core::amount::Decimal;
use rongyi_core::rule::{Decision, EarnAsk, Plan, Refusal, Value};
use rongyi_sdk::{NO_TIME, scenario};
use serde_json::{Map, Value as Json, json};

use crate::Problem;
use crate::ask::as_toml;

/// The question as a line of `events.jsonl`. Who it was about is “1” of household “1”.
pub fn event_line(plan: &Plan, ask: &EarnAsk) -> Json {
    let mut line = event(plan, ask);
    line.insert("facts".to_owned(), facts(plan, ask));
    if !ask.traits.is_empty() {
        line.insert("traits".to_owned(), traits(ask));
    }
    Json::Object(line)
}

/// The question with its parameters and what came of it, as a scenario file with one example. A question that has no
/// answer yet expects nothing: its author writes what it should have been.
///
/// # Errors
/// [`Problem`] when the parameters are no JSON.
pub fn as_scenario(
    name: &str,
    params: &str,
    (plan, ask): (&Plan, &EarnAsk),
    answer: Option<&Result<Decision, Refusal>>,
) -> Result<String, Problem> {
    let params: Json = serde_json::from_str(params).map_err(|why| {
        let why = why.to_string();
        Problem::new("kit.params", why.clone(), why)
    })?;
    let expect = match answer {
        Some(Ok(decision)) => {
            let awards = decision.awards.iter().map(|award| {
                json!({ "role": award.role.as_str(), "asset": award.asset.as_str(), "amount": award.amount })
            });
            json!({ "awards": awards.collect::<Vec<_>>() })
        }
        Some(Err(refusal)) => json!({ "refusal": refusal.code.as_str() }),
        None => json!({ "awards": [] }),
    };
    let whole = json!({
        "params": { name: params },
        "scenario": [{
            "name": name,
            "params": name,
            "event": event(plan, ask),
            "facts": facts(plan, ask),
            "traits": traits(ask),
            "expect": expect,
        }],
    });
    let text =
        as_toml(whole).and_then(|whole| toml::to_string(&whole).map_err(|no| no.to_string()));
    text.map_err(|why| Problem::new("kit.scenarios", why.clone(), why))
}

/// Parameters out of an archive as they stand in a community's file.
///
/// # Errors
/// [`Problem`] when they are no JSON.
pub fn below_rule(params: &str) -> Result<String, Problem> {
    let problem = |why: String| Problem::new("kit.params", why.clone(), why);
    let params: Json = serde_json::from_str(params).map_err(|why| problem(why.to_string()))?;
    let whole = as_toml(json!({ "rule": { "params": params } })).map_err(problem)?;
    toml::to_string(&whole).map_err(|why| problem(why.to_string()))
}

fn event(plan: &Plan, ask: &EarnAsk) -> Map<String, Json> {
    let kind = plan.kinds.iter().find(|kind| kind.code == ask.kind);
    let scale = kind.map_or(0, |kind| kind.scale);
    let mut line = Map::new();
    let mut put = |key: &str, value: Json| line.insert(key.to_owned(), value);
    put("kind", ask.kind.as_str().into());
    put("quantity", number(ask.quantity, scale));
    put("on", ask.on.to_string().into());
    let known = !ask.fields.iter().any(|(name, _)| name.as_str() == NO_TIME);
    if known {
        put("minute", ask.minute.into());
    } else {
        put("no_time", true.into());
    }
    let roles: Vec<&str> = ask.roles.iter().map(|role| role.as_str()).collect();
    put("roles", roles.into());
    let mut fields = Map::new();
    for (name, value) in &ask.fields {
        if name.as_str() == NO_TIME {
            continue;
        }
        let value = match value {
            Value::Integer(number) => (*number).into(),
            Value::Decimal(decimal) => number(decimal.units, decimal.scale),
            Value::Choice(code) => code.as_str().into(),
            Value::YesNo(yes) => (*yes).into(),
            Value::Day(day) => day.to_string().into(),
        };
        fields.insert(name.to_string(), value);
    }
    if !fields.is_empty() {
        put("fields", fields.into());
    }
    line
}

/// A number as a person writes it; one with decimal places is a text, so that none is lost on the way.
fn number(units: i32, scale: u8) -> Json {
    if scale == 0 {
        units.into()
    } else {
        Decimal { units, scale }.to_string().into()
    }
}

fn facts(plan: &Plan, ask: &EarnAsk) -> Json {
    let plan = rongyi_rules::scenario::plan(plan);
    let kinds = plan.kinds.iter();
    let mut kinds = kinds.filter(|kind| kind.code == ask.kind.as_str());
    let needs = kinds.next().map_or(&[][..], |kind| &kind.facts);
    let rows = needs.iter().zip(&ask.facts).map(|(need, fact)| {
        let given = scenario::written(need, fact.value);
        let mut row = json!({
            "metric": given.metric,
            "window": given.window,
            "subject": given.subject,
            "value": given.value,
        });
        if let (Some(of), Some(row)) = (given.of, row.as_object_mut()) {
            row.insert("of".to_owned(), of.into());
        }
        row
    });
    rows.collect::<Vec<_>>().into()
}

fn traits(ask: &EarnAsk) -> Json {
    let rows = ask.traits.iter();
    let rows = rows.map(|(name, value)| (name.to_string(), Json::from(*value)));
    Json::Object(rows.collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use rongyi_core::ids::Code;
    use rongyi_core::rule::{
        Fact, FactNeed, Field, FieldKind, KindPlan, Metric, Subject, Text, Window,
    };
    use rongyi_core::time::LocalDate;

    use super::*;
    use crate::ask::{Ask, read};

    fn code(text: &str) -> Code {
        text.parse().unwrap()
    }

    fn text() -> Text {
        Text {
            zh: "字".to_owned(),
            en: "word".to_owned(),
        }
    }

    fn plan() -> Plan {
        let field = |name: &str, kind| Field {
            name: code(name),
            title: text(),
            kind,
            required: false,
        };
        let need = |metric, window, of: Option<&str>| FactNeed {
            metric,
            window,
            subject: Subject::Household,
            of: of.map(code),
        };
        Plan {
            kinds: vec![KindPlan {
                code: code("waste.kitchen"),
                title: text(),
                unit: text(),
                scale: 1,
                quantity_min: 1,
                quantity_max: 10_000,
                fields: vec![
                    field("clean", FieldKind::YesNo),
                    field("since", FieldKind::Day),
                    field("share", FieldKind::Decimal(2)),
                    field("sort", FieldKind::Choice(vec![(code("wood"), text())])),
                    field("bags", FieldKind::Integer { min: 0, max: 9 }),
                ],
                facts: vec![
                    need(Metric::Points, Window::Month, Some("waste.kitchen")),
                    need(Metric::StreakDays, Window::Trailing(30), None),
                ],
            }],
            traits: vec![code("star")],
            ..Plan::default()
        }
    }

    fn asked(fields: Vec<(Code, Value)>, minute: u16) -> EarnAsk {
        let fact = |value| Fact {
            value,
            saturated: false,
        };
        EarnAsk {
            kind: code("waste.kitchen"),
            quantity: 76,
            fields,
            roles: vec![code("doer"), code("referrer")],
            on: LocalDate::new(2026, 11, 22).unwrap(),
            minute,
            facts: vec![fact(262), fact(3)],
            traits: vec![(code("star"), 4)],
            seed: [7; 16],
        }
    }

    #[test]
    fn what_was_asked_is_asked_again() {
        let plan = plan();
        let every = vec![
            (code("bags"), Value::Integer(2)),
            (code("clean"), Value::YesNo(true)),
            (
                code("share"),
                Value::Decimal(Decimal {
                    units: 250,
                    scale: 2,
                }),
            ),
            (
                code("since"),
                Value::Day(LocalDate::new(2025, 1, 31).unwrap()),
            ),
            (code("sort"), Value::Choice(code("wood"))),
        ];
        let silent = vec![(code(NO_TIME), Value::YesNo(true))];
        let needs = rongyi_rules::scenario::plan(&plan);
        for ask in [asked(every, 611), asked(silent, 0), asked(vec![], 540)] {
            let line = event_line(&plan, &ask).to_string();
            let again = read("e.jsonl", &line, &needs).unwrap();
            let Ask::Earn(again) = &again[0].ask else {
                panic!("{line}");
            };
            assert_eq!(*again, ask, "{line}");

            let refused = Err(Refusal {
                code: code("month-full"),
                args: vec![],
                opens: None,
            });
            let params = "{\"b\":\"0.50\",\"points\":10,\"since\":\"2026-01-01\"}";
            let kept = as_scenario("entry-7", params, (&plan, &ask), Some(&refused)).unwrap();
            let file = scenario::read(&kept).unwrap();
            assert_eq!(scenario::params_json(&file.params["entry-7"]), params);
            assert_eq!(
                file.scenario[0].expect.refusal.as_deref(),
                Some("month-full")
            );
            let Ask::Earn(again) = Ask::of_scenario(&file.scenario[0], &needs).unwrap() else {
                panic!("{kept}");
            };
            assert_eq!(again, ask, "{kept}");
        }
    }
}
