//! What both twins decide: points for kitchen waste with a cap, prices, the end of a period. One text, compiled against
//! each version's own types; it uses every hook, fields, facts, traits, a refusal with a date, a mark and the log.

use crate::bindings::exports::rongyi::rules::rules::Guest;
use crate::bindings::rongyi::rules::host::{Level, log};
use crate::bindings::rongyi::rules::types::{
    About, Arg, Award, Basket, Closing, Date, Decimal, Decision, Diagnostic, Event, FactNeed,
    Field, FieldKind, KindPlan, Line, Mark, Metric, Phrase, Plan, PricingPlan, Quote, Refusal,
    Severity, Short, Subject, Text, Value, Window,
};

/// The most a household gets in a month.
const MONTH_MAX: i32 = 300;

pub(crate) struct Component;

fn text(text: &str) -> Text {
    Text {
        zh: text.into(),
        en: text.into(),
    }
}

/// An event kind with these facts.
pub(crate) fn kind(code: &str, facts: Vec<FactNeed>) -> KindPlan {
    KindPlan {
        code: code.into(),
        title: text(code),
        unit: text("kg"),
        scale: 1,
        quantity_min: 1,
        quantity_max: 10_000,
        fields: vec![Field {
            name: "clean".into(),
            title: text("clean"),
            kind: FieldKind::YesNo,
            required: false,
        }],
        facts,
    }
}

fn month(metric: Metric, of: Option<&str>) -> FactNeed {
    FactNeed {
        metric,
        window: Window::Month,
        subject: Subject::Household,
        of: of.map(Into::into),
    }
}

fn refusal(code: &str, args: Vec<Arg>, opens: Option<Date>) -> Refusal {
    Refusal {
        code: code.into(),
        args,
        opens,
    }
}

/// One award of points with the lines that explain it.
fn points(lines: Vec<(&str, Vec<Arg>, i32)>, marks: Vec<Mark>) -> Decision {
    let amount = lines.iter().map(|(.., amount)| amount).sum();
    let award = Award {
        role: "doer".into(),
        asset: "points".into(),
        amount,
        short: Short::Clamp,
        expires: None,
    };
    let line = |(code, args, amount): (&str, Vec<Arg>, i32)| Line {
        code: code.into(),
        args,
        asset: "points".into(),
        amount: Some(amount),
    };
    Decision {
        awards: vec![award],
        lines: lines.into_iter().map(line).collect(),
        marks,
    }
}

impl Guest for Component {
    fn describe() -> About {
        About {
            name: "twin".into(),
            version: "1".into(),
            title: text("twin"),
            authors: vec![],
            license: "Apache-2.0".into(),
            config_schema: "{}".into(),
            scenarios: String::new(),
        }
    }

    fn configure(params: String) -> Result<Plan, Vec<Diagnostic>> {
        if params.contains("wrong") {
            return Err(vec![Diagnostic {
                severity: Severity::Error,
                path: "wrong".into(),
                code: "wrong.said".into(),
                message: text("wrong"),
            }]);
        }
        let mut kinds = vec![
            kind(
                "waste.kitchen",
                vec![month(Metric::Points, Some("waste.kitchen"))],
            ),
            kind("period.close", vec![month(Metric::RankAtCutoff, None)]),
        ];
        kinds.extend(crate::newer(&params));
        let phrase = |code: &str| Phrase {
            code: code.into(),
            text: text("{0}"),
        };
        Ok(Plan {
            kinds,
            pricing: Some(PricingPlan {
                order_facts: vec![month(Metric::RedeemedPoints, None)],
                line_facts: vec![month(Metric::RedeemedItems, None)],
            }),
            traits: vec!["senior".into()],
            phrases: ["weight", "senior", "cap", "full", "late", "goods", "rank"]
                .map(phrase)
                .to_vec(),
            summary: vec![text("10")],
        })
    }

    fn earn(event: Event) -> Result<Decision, Refusal> {
        if event.kind == "told.newer" {
            let told = event
                .facts
                .iter()
                .map(|fact| ("weight", vec![Arg::Integer(fact.value)], fact.value));
            return Ok(points(told.collect(), vec![]));
        }
        let had = event.facts.first().map_or(0, |fact| fact.value);
        let left = MONTH_MAX - had;
        if left <= 0 {
            let Date { year, month, .. } = event.on;
            let opens = Date {
                year: year + i32::from(month == 12),
                month: month % 12 + 1,
                day: 1,
            };
            return Err(refusal("full", vec![Arg::Integer(MONTH_MAX)], Some(opens)));
        }
        let kilograms = Decimal {
            units: event.quantity,
            scale: 1,
        };
        let mut lines = vec![("weight", vec![Arg::Decimal(kilograms)], event.quantity)];
        if event
            .traits
            .iter()
            .any(|(name, has)| name == "senior" && *has > 0)
        {
            lines.push(("senior", vec![], 5));
        }
        let clean = |(name, value): &(String, Value)| {
            name == "clean" && matches!(value, Value::YesNo(true))
        };
        if event.fields.iter().any(clean) {
            log(Level::Info, "clean");
            lines.push(("weight", vec![Arg::Code("kg".into())], 2));
        }
        let sum: i32 = lines.iter().map(|(.., amount)| amount).sum();
        if sum > left {
            lines.push(("cap", vec![Arg::Integer(had)], left - sum));
        }
        let late = (event.minute >= 1320).then(|| Mark {
            code: "late".into(),
            args: vec![Arg::Day(event.on)],
        });
        Ok(points(lines, late.into_iter().collect()))
    }

    fn price(basket: Basket) -> Result<Quote, Refusal> {
        let spent = basket.facts.first().map_or(0, |fact| fact.value);
        if spent > 1000 {
            return Err(refusal("full", vec![Arg::Integer(spent)], None));
        }
        let each: Vec<i32> = basket
            .lines
            .iter()
            .map(|line| {
                line.value_fen / 100 * line.quantity
                    + line.facts.first().map_or(0, |fact| fact.value)
            })
            .collect();
        let goods = Line {
            code: "goods".into(),
            args: vec![],
            asset: "points".into(),
            amount: Some(each.iter().sum()),
        };
        Ok(Quote {
            points: each,
            lines: vec![goods],
        })
    }

    fn close(closing: Closing) -> Result<Decision, Refusal> {
        let rank = closing.facts.first().map_or(0, |fact| fact.value);
        let has = closing.balances.iter().find(|(asset, _)| asset == "points");
        let tenth = has.map_or(0, |(_, balance)| balance / 10);
        let lines = vec![
            ("rank", vec![Arg::Integer(rank)], 100 - rank),
            ("weight", vec![], tenth),
        ];
        Ok(points(lines, vec![]))
    }
}
