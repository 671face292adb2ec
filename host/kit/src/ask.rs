//! Questions from a file, one JSON object a line: an event or a basket, written as in a scenario, and whose it is.
//! It asks nothing itself; what lines before add up to is `past.rs`.

use std::collections::BTreeMap;

use rongyi_core::rule::{CloseAsk, EarnAsk, PriceAsk};
use rongyi_rules::scenario as asked;
use rongyi_sdk::CLOSING_KIND;
use rongyi_sdk::scenario::{self, Expect, GivenEvent, GivenFact, Question, Scenario};
use rongyi_sdk::types::{FactNeed, FieldKind, Plan};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::Problem;

/// One question.
#[derive(Debug, Clone)]
pub enum Ask {
    /// What is this event worth?
    Earn(EarnAsk),
    /// What does this basket cost?
    Price(PriceAsk),
    /// What happens at the end of this period?
    Close(CloseAsk),
}

/// One question of a file.
#[derive(Debug, Clone)]
pub struct FileQuestion {
    /// The line of the file.
    pub line: usize,
    /// What is asked.
    pub ask: Ask,
    /// The number of the resident it is about; 1 where the line says nothing.
    pub resident: u32,
    /// The number of their household; 1 where the line says nothing.
    pub household: u32,
    /// Which facts the line states itself, in the order of the plan's needs; first those of the whole, then
    /// those of each basket line.
    pub stated: Vec<Vec<bool>>,
    /// Whether the line states the balances of a closing itself.
    pub balances_stated: bool,
}

impl Ask {
    /// The export that is called for it.
    pub fn hook(&self) -> &'static str {
        match self {
            Ask::Earn(_) => "earn",
            Ask::Price(_) => "price",
            Ask::Close(_) => "close",
        }
    }

    /// What a scenario asks of a rule with this plan.
    ///
    /// # Errors
    /// What the scenario lacks, in words; one that only says that parameters are wrong asks nothing.
    pub fn of_scenario(scenario: &Scenario, plan: &Plan) -> Result<Ask, String> {
        match scenario::question(plan, scenario)? {
            Question::Earn(event) => asked::earn_ask(&event).map(Ask::Earn),
            Question::Price(basket) => asked::price_ask(&basket).map(Ask::Price),
            Question::Close(closing) => asked::close_ask(&closing).map(Ask::Close),
        }
    }
}

/// Every question of a file, with its line.
///
/// # Errors
/// [`Problem`] naming each line that cannot be asked.
pub fn read(shown: &str, text: &str, plan: &Plan) -> Result<Vec<FileQuestion>, Problem> {
    let mut asks = Vec::new();
    let mut wrong = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match one(at + 1, line, plan) {
            Ok(asked) => asks.push(asked),
            Err(why) => wrong.push(format!("    {shown}:{}: {why}", at + 1)),
        }
    }
    if wrong.is_empty() && asks.is_empty() {
        return Err(Problem::new(
            "kit.events",
            format!(
                "{shown} 里没有事项。每行写一个，例如 {{\"kind\": \"waste.kitchen\", \"quantity\": 7.6, \"on\": \"2026-11-22\"}}。"
            ),
            format!(
                "{shown} holds no event. Write one a line, such as {{\"kind\": \"waste.kitchen\", \"quantity\": 7.6, \"on\": \"2026-11-22\"}}."
            ),
        ));
    }
    if wrong.is_empty() {
        return Ok(asks);
    }
    let list = wrong.join("\n");
    Err(Problem::new(
        "kit.events",
        format!("{shown} 有 {} 行不能问规则：\n{list}", wrong.len()),
        format!(
            "{} line(s) of {shown} cannot be asked; they are listed above.",
            wrong.len()
        ),
    ))
}

fn one(at: usize, line: &str, plan: &Plan) -> Result<FileQuestion, String> {
    let Json::Object(mut rows) =
        serde_json::from_str(line).map_err(|why| format!("not JSON: {why}"))?
    else {
        return Err("write an object: {\"kind\": …, \"quantity\": …, \"on\": …}".to_owned());
    };
    let facts = rows.remove("facts");
    let traits = rows.remove("traits");
    let mut number = |key: &str| match rows.remove(key) {
        None => Ok(1),
        Some(json) => json
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| *number > 0)
            .ok_or_else(|| format!("{key} is a number from 1 on, such as 1001; here it is {json}")),
    };
    let (resident, household) = (number("resident")?, number("household")?);
    let (basket, closing) = (rows.contains_key("lines"), rows.contains_key("period"));
    let balances_stated = rows.contains_key("balances");
    let rows = Json::Object(rows);
    let mut scenario = Scenario {
        name: String::new(),
        params: None,
        event: None,
        basket: None,
        closing: None,
        traits: traits.map_or(Ok(BTreeMap::new()), read_as)?,
        facts: facts.map_or(Ok(Vec::new()), read_as)?,
        expect: Expect::default(),
    };
    if basket {
        scenario.basket = Some(read_as(rows)?);
    } else if closing {
        scenario.closing = Some(read_as(rows)?);
    } else {
        let mut event: GivenEvent = read_as(rows)?;
        read_days(&mut event, plan);
        scenario.event = Some(event);
    }
    if let Some(lacking) = lacking(&scenario, plan) {
        return Err(lacking);
    }
    Ok(FileQuestion {
        line: at,
        ask: Ask::of_scenario(&scenario, plan)?,
        resident,
        household,
        stated: stated(&scenario, plan)?,
        balances_stated,
    })
}

/// JSON has no days: what a field of a day says as text is read as one.
fn read_days(event: &mut GivenEvent, plan: &Plan) {
    let kinds = plan.kinds.iter();
    let fields = kinds
        .filter(|kind| kind.code == event.kind)
        .flat_map(|kind| &kind.fields);
    for field in fields.filter(|field| matches!(field.kind, FieldKind::Day)) {
        if let Some(value) = event.fields.get_mut(&field.name)
            && let Some(Ok(day)) = value.as_str().map(str::parse)
        {
            *value = toml::Value::Datetime(day);
        }
    }
}

/// What a scenario's event must say and does not, in both languages: a serving host would not take such an event.
pub fn lacking(scenario: &Scenario, plan: &Plan) -> Option<String> {
    let Ok(Question::Earn(event)) = scenario::question(plan, scenario) else {
        return None;
    };
    let lacking = scenario::lacking(plan, &event).join(", ");
    (!lacking.is_empty()).then(|| {
        format!(
            "必填的字段没有填，主机不会收：{lacking}\n     these fields are required and not filled in, so a host would not take it: {lacking}"
        )
    })
}

/// Which of the plan's needs the scenario answers itself.
fn stated(scenario: &Scenario, plan: &Plan) -> Result<Vec<Vec<bool>>, String> {
    let of = |needs: &[FactNeed], given: &[GivenFact]| {
        let given: Vec<FactNeed> = given.iter().map(scenario::need).collect::<Result<_, _>>()?;
        Ok::<_, String>(needs.iter().map(|need| given.contains(need)).collect())
    };
    if let (Some(basket), Some(pricing)) = (&scenario.basket, &plan.pricing) {
        let whole = of(&pricing.order_facts, &scenario.facts);
        let lines = basket.lines.iter();
        let lines = lines.map(|line| of(&pricing.line_facts, &line.facts));
        return std::iter::once(whole).chain(lines).collect();
    }
    let event = scenario.event.as_ref();
    let kind = event.map_or(CLOSING_KIND, |event| &event.kind);
    let kind = plan.kinds.iter().find(|planned| planned.code == kind);
    let needs = kind.map_or(&[][..], |kind| &kind.facts);
    Ok(vec![of(needs, &scenario.facts)?])
}

fn read_as<T: for<'de> Deserialize<'de>>(json: Json) -> Result<T, String> {
    let value = as_toml(json)?;
    value
        .try_into()
        .map_err(|why: toml::de::Error| match why.message() {
            // The file is JSON, which has no dates of its own.
            no_date if no_date.ends_with("expected a TOML datetime") => no_date.replace(
                "expected a TOML datetime",
                "expected a day such as \"2026-11-22\"",
            ),
            other => other.to_owned(),
        })
}

/// Scenarios are written in TOML, which has dates; in JSON a text that is a date is one.
pub(crate) fn as_toml(json: Json) -> Result<toml::Value, String> {
    Ok(match json {
        Json::Null => return Err("leave a key out instead of writing null".to_owned()),
        Json::Bool(yes) => yes.into(),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number
                .as_f64()
                .ok_or_else(|| format!("{number} is too large"))?
                .into(),
        },
        Json::String(text) => match text.parse::<toml::value::Datetime>() {
            Ok(date) if date.time.is_none() => toml::Value::Datetime(date),
            _ => toml::Value::String(text),
        },
        Json::Array(items) => {
            let items = items.into_iter().map(as_toml);
            toml::Value::Array(items.collect::<Result<_, _>>()?)
        }
        Json::Object(rows) => {
            let rows = rows
                .into_iter()
                .map(|(key, value)| Ok((key, as_toml(value)?)));
            toml::Value::Table(rows.collect::<Result<_, String>>()?)
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_line_that_cannot_be_asked_is_named() {
        let text = "{\"kind\": \"a\", \"quantity\": 1, \"on\": \"2026-11-22\"}\n\nnonsense\n[1]\n{\"kind\": null}\n{\"on\": \"2026-11-22\", \"lines\": []}\n";
        let text = &format!(
            "{text}{{\"kind\": \"a\", \"quantity\": 1, \"on\": \"2026-11-22\", \"resident\": \"Wang\"}}\n"
        );
        let problem = read(
            "e.jsonl",
            text,
            &Plan {
                kinds: vec![],
                pricing: None,
                traits: vec![],
                phrases: vec![],
                summary: vec![],
            },
        )
        .unwrap_err();
        assert_eq!(problem.code, "kit.events");
        for part in [
            "e.jsonl:1",
            "no kind “a”",
            "e.jsonl:3",
            "not JSON",
            "e.jsonl:4",
            "e.jsonl:5",
            "null",
            "e.jsonl:6",
            "prices nothing",
            "e.jsonl:7",
            "resident is a number from 1 on",
        ] {
            assert!(problem.zh.contains(part), "{part}?\n{problem}");
        }
    }

    #[test]
    fn a_text_that_is_a_date_is_one() {
        let json = serde_json::json!({ "on": "2026-11-22", "name": "2026", "much": 7.6 });
        let value = as_toml(json).unwrap();
        assert!(value["on"].is_datetime());
        assert!(value["name"].is_str());
        assert_eq!(value["much"].as_float(), Some(7.6));
    }
}
