//! The scenarios of the bundled rules, run through the compiled components by the function that also runs
//! them natively.
#![expect(clippy::unwrap_used, reason = "tests")]

use rongyi_core::amount::Decimal;
use rongyi_core::ids::Code;
use rongyi_core::rule as own;
use rongyi_core::time::LocalDate;
use rongyi_rules::{Engine, Limits, Rule};
use rongyi_sdk::scenario::{Candidate, run};
use rongyi_sdk::types as sdk;

struct Compiled<'e> {
    engine: &'e Engine,
    bytes: &'static [u8],
    rule: Option<Rule>,
}

type Answer<T> = Result<Result<T, sdk::Refusal>, String>;

impl Candidate for Compiled<'_> {
    fn configure(
        &mut self,
        params: &str,
    ) -> Result<Result<sdk::Plan, Vec<sdk::Diagnostic>>, String> {
        match self.engine.load(self.bytes, params) {
            Ok(rule) => {
                let plan = plan(&rule.plan);
                self.rule = Some(rule);
                Ok(Ok(plan))
            }
            Err(error) if error.diagnostics.is_empty() => Err(error.to_string()),
            Err(error) => Ok(Err(error
                .diagnostics
                .into_iter()
                .map(|d| rongyi_sdk::wrong(d.path, d.code, d.zh, d.en))
                .collect())),
        }
    }

    fn earn(&mut self, event: &sdk::Event) -> Answer<sdk::Decision> {
        let ask = own::EarnAsk {
            kind: code(&event.kind),
            quantity: event.quantity,
            fields: event
                .fields
                .iter()
                .map(|(name, value)| (code(name), value_in(value)))
                .collect(),
            roles: event.roles.iter().map(|role| code(role)).collect(),
            on: date_in(event.on),
            minute: event.minute,
            facts: facts(&event.facts),
            traits: vec![],
            seed: [0; 16],
        };
        let answer = self
            .rule
            .as_ref()
            .unwrap()
            .earn(&ask)
            .map_err(|fault| fault.message)?;
        Ok(answer.map(|d| decision(&d)).map_err(|no| refusal(&no)))
    }

    fn price(&mut self, basket: &sdk::Basket) -> Answer<sdk::Quote> {
        let line = |line: &sdk::BasketLine| own::BasketLine {
            item: code(&line.item),
            category: if line.category.is_empty() {
                code("none")
            } else {
                code(&line.category)
            },
            value_fen: line.value_fen,
            quantity: line.quantity,
            facts: facts(&line.facts),
        };
        let ask = own::PriceAsk {
            lines: basket.lines.iter().map(line).collect(),
            on: date_in(basket.on),
            minute: basket.minute,
            facts: facts(&basket.facts),
            traits: vec![],
        };
        let answer = self
            .rule
            .as_ref()
            .unwrap()
            .price(&ask)
            .map_err(|fault| fault.message)?;
        let quote = |quote: own::Quote| sdk::Quote {
            points: quote.points,
            lines: quote.lines.iter().map(line_out).collect(),
        };
        Ok(answer.map(quote).map_err(|no| refusal(&no)))
    }
}

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

fn date_in(date: sdk::Date) -> LocalDate {
    LocalDate::new(date.year, date.month, date.day).unwrap()
}

fn date_out(date: LocalDate) -> sdk::Date {
    let (year, month, day) = date.parts();
    sdk::Date { year, month, day }
}

fn facts(facts: &[sdk::Fact]) -> Vec<own::Fact> {
    facts
        .iter()
        .map(|fact| own::Fact {
            value: fact.value,
            saturated: fact.saturated,
        })
        .collect()
}

fn value_in(value: &sdk::Value) -> own::Value {
    match value {
        sdk::Value::Integer(number) => own::Value::Integer(*number),
        sdk::Value::Decimal(number) => own::Value::Decimal(Decimal {
            units: number.units,
            scale: number.scale,
        }),
        sdk::Value::Choice(choice) => own::Value::Choice(code(choice)),
        sdk::Value::YesNo(yes) => own::Value::YesNo(*yes),
        sdk::Value::Day(day) => own::Value::Day(date_in(*day)),
    }
}

fn text(text: &own::Text) -> sdk::Text {
    rongyi_sdk::text(text.zh.clone(), text.en.clone())
}

fn args(args: &[own::Arg]) -> Vec<sdk::Arg> {
    let one = |arg: &own::Arg| match arg {
        own::Arg::Integer(number) => sdk::Arg::Integer(*number),
        own::Arg::Decimal(number) => sdk::Arg::Decimal(sdk::Decimal {
            units: number.units,
            scale: number.scale,
        }),
        own::Arg::Day(day) => sdk::Arg::Day(date_out(*day)),
        own::Arg::Code(code) => sdk::Arg::Code(code.to_string()),
    };
    args.iter().map(one).collect()
}

fn line_out(line: &own::Line) -> sdk::Line {
    sdk::Line {
        code: line.code.to_string(),
        args: args(&line.args),
        asset: line.asset.to_string(),
        amount: line.amount,
    }
}

fn refusal(no: &own::Refusal) -> sdk::Refusal {
    sdk::Refusal {
        code: no.code.to_string(),
        args: args(&no.args),
        opens: no.opens.map(date_out),
    }
}

fn decision(decision: &own::Decision) -> sdk::Decision {
    let award = |award: &own::Award| sdk::Award {
        role: award.role.to_string(),
        asset: award.asset.to_string(),
        amount: award.amount,
        short: match award.short {
            own::Short::Clamp => sdk::Short::Clamp,
            own::Short::Refuse => sdk::Short::Refuse,
            own::Short::Owe => sdk::Short::Owe,
        },
        expires: award.expires.map(date_out),
    };
    let mark = |mark: &own::Mark| sdk::Mark {
        code: mark.code.to_string(),
        args: args(&mark.args),
    };
    sdk::Decision {
        awards: decision.awards.iter().map(award).collect(),
        lines: decision.lines.iter().map(line_out).collect(),
        marks: decision.marks.iter().map(mark).collect(),
    }
}

fn need(need: &own::FactNeed) -> sdk::FactNeed {
    sdk::FactNeed {
        metric: match need.metric {
            own::Metric::Points => sdk::Metric::Points,
            own::Metric::Minutes => sdk::Metric::Minutes,
            own::Metric::Quantity => sdk::Metric::Quantity,
            own::Metric::Events => sdk::Metric::Events,
            own::Metric::DistinctDays => sdk::Metric::DistinctDays,
            own::Metric::DaysSinceLast => sdk::Metric::DaysSinceLast,
            own::Metric::RedeemedPoints => sdk::Metric::RedeemedPoints,
            own::Metric::RedeemedItems => sdk::Metric::RedeemedItems,
            own::Metric::RankAtCutoff => sdk::Metric::RankAtCutoff,
        },
        window: match need.window {
            own::Window::Day => sdk::Window::Day,
            own::Window::Week => sdk::Window::Week,
            own::Window::Month => sdk::Window::Month,
            own::Window::Quarter => sdk::Window::Quarter,
            own::Window::Year => sdk::Window::Year,
            own::Window::Trailing(days) => sdk::Window::TrailingDays(days),
            own::Window::Lifetime => sdk::Window::Lifetime,
        },
        subject: match need.subject {
            own::Subject::Person => sdk::Subject::Person,
            own::Subject::Household => sdk::Subject::Household,
            own::Subject::Community => sdk::Subject::Community,
        },
        of: need.of.as_ref().map(Code::to_string),
    }
}

fn field(field: &own::Field) -> sdk::Field {
    let kind = match &field.kind {
        own::FieldKind::Integer { min, max } => sdk::FieldKind::Integer((*min, *max)),
        own::FieldKind::Decimal(scale) => sdk::FieldKind::Decimal(*scale),
        own::FieldKind::Choice(choices) => sdk::FieldKind::Choice(
            choices
                .iter()
                .map(|(name, title)| (name.to_string(), text(title)))
                .collect(),
        ),
        own::FieldKind::YesNo => sdk::FieldKind::YesNo,
        own::FieldKind::Day => sdk::FieldKind::Day,
    };
    sdk::Field {
        name: field.name.to_string(),
        title: text(&field.title),
        kind,
        required: field.required,
    }
}

fn plan(plan: &own::Plan) -> sdk::Plan {
    let kind = |kind: &own::KindPlan| sdk::KindPlan {
        code: kind.code.to_string(),
        title: text(&kind.title),
        unit: text(&kind.unit),
        scale: kind.scale,
        quantity_min: kind.quantity_min,
        quantity_max: kind.quantity_max,
        fields: kind.fields.iter().map(field).collect(),
        facts: kind.facts.iter().map(need).collect(),
    };
    let pricing = |pricing: &own::PricingPlan| sdk::PricingPlan {
        order_facts: pricing.order_facts.iter().map(need).collect(),
        line_facts: pricing.line_facts.iter().map(need).collect(),
    };
    sdk::Plan {
        kinds: plan.kinds.iter().map(kind).collect(),
        pricing: plan.pricing.as_ref().map(pricing),
        traits: plan.traits.iter().map(Code::to_string).collect(),
        phrases: plan
            .phrases
            .iter()
            .map(|p| sdk::Phrase {
                code: p.code.to_string(),
                text: text(&p.text),
            })
            .collect(),
        summary: plan.summary.iter().map(text).collect(),
    }
}

#[test]
fn the_components_do_what_their_scenarios_say() {
    let cache = tempfile::tempdir().unwrap();
    let engine = Engine::new(
        Limits {
            instances: 4,
            ..Limits::default()
        },
        Some(cache.path()),
    )
    .unwrap();
    let mut ran = 0;
    for bundled in rongyi_bundled::RULES {
        let folder = format!(
            "{}/../../plugins/{}/scenarios",
            env!("CARGO_MANIFEST_DIR"),
            bundled.name
        );
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let mut candidate = Compiled {
                engine: &engine,
                bytes: bundled.bytes,
                rule: None,
            };
            let report = run(&text, &mut candidate).unwrap();
            assert!(
                report.failures.is_empty(),
                "{}: {:#?}",
                path.display(),
                report.failures
            );
            ran += report.ran;
        }
    }
    assert!(ran >= 30, "only {ran} scenarios were found");
}

#[test]
fn twenty_kinds_leave_half_of_the_fuel() {
    let engine = Engine::new(
        Limits {
            instances: 2,
            ..Limits::default()
        },
        None,
    )
    .unwrap();
    let kind = |n: i32| {
        format!(
            r#"{{"code":"kind-{n}","title":{{"zh":"事项","en":"Thing"}},"unit":{{"zh":"公斤","en":"kg"}},"scale":1,"per_unit":10,
            "caps":[{{"amount":300,"window":"month","subject":"household"}}]}}"#
        )
    };
    let kinds: Vec<String> = (0..20).map(kind).collect();
    let params = format!(r#"{{"kinds":[{}]}}"#, kinds.join(","));
    let bundled = rongyi_bundled::find("points-table").unwrap();
    let rule = engine.load(bundled.bytes, &params).unwrap();
    let facts = vec![
        own::Fact {
            value: 262,
            saturated: false
        };
        rule.plan.kinds[19].facts.len()
    ];
    let ask = own::EarnAsk {
        kind: code("kind-19"),
        quantity: 76,
        fields: vec![],
        roles: vec![code("doer")],
        on: "2026-11-23".parse().unwrap(),
        minute: 600,
        facts,
        traits: vec![],
        seed: [0; 16],
    };
    let (answer, usage) = rule.earn_metered(&ask);
    assert_eq!(answer.unwrap().unwrap().awards[0].amount, 38);
    let limits = engine.limits();
    assert!(usage.fuel < limits.fuel_call / 2, "{usage:?}");
    assert!(usage.configure_fuel < limits.fuel_load / 2, "{usage:?}");
}
