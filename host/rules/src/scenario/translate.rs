//! Between the host's own types and those of the SDK, in which scenarios speak. Nothing is checked here but
//! what a type cannot hold.

use rongyi_core::amount::Decimal;
use rongyi_core::ids::Code;
use rongyi_core::rule as host;
use rongyi_core::time::LocalDate;
use rongyi_sdk::types as sdk;

/// A code, or whose it should have been.
pub(super) fn code(text: &str) -> Result<Code, String> {
    text.parse()
        .map_err(|_| format!("“{text}” is no code of a-z, 0-9, '-', '.', '_' and '/'"))
}

pub(super) fn date_in(date: sdk::Date) -> Result<LocalDate, String> {
    let sdk::Date { year, month, day } = date;
    LocalDate::new(year, month, day).map_err(|_| format!("there is no day {year}-{month}-{day}"))
}

fn date_out(date: LocalDate) -> sdk::Date {
    let (year, month, day) = date.parts();
    sdk::Date { year, month, day }
}

pub(super) fn facts(facts: &[sdk::Fact]) -> Vec<host::Fact> {
    facts
        .iter()
        .map(|fact| host::Fact {
            value: fact.value,
            saturated: fact.saturated,
        })
        .collect()
}

pub(super) fn value_in(value: &sdk::Value) -> Result<host::Value, String> {
    Ok(match value {
        sdk::Value::Integer(number) => host::Value::Integer(*number),
        sdk::Value::Decimal(number) => host::Value::Decimal(Decimal {
            units: number.units,
            scale: number.scale,
        }),
        sdk::Value::Choice(choice) => host::Value::Choice(code(choice)?),
        sdk::Value::YesNo(yes) => host::Value::YesNo(*yes),
        sdk::Value::Day(day) => host::Value::Day(date_in(*day)?),
    })
}

fn text(text: &host::Text) -> sdk::Text {
    rongyi_sdk::text(text.zh.clone(), text.en.clone())
}

fn args(args: &[host::Arg]) -> Vec<sdk::Arg> {
    let one = |arg: &host::Arg| match arg {
        host::Arg::Integer(number) => sdk::Arg::Integer(*number),
        host::Arg::Decimal(number) => sdk::Arg::Decimal(sdk::Decimal {
            units: number.units,
            scale: number.scale,
        }),
        host::Arg::Day(day) => sdk::Arg::Day(date_out(*day)),
        host::Arg::Code(code) => sdk::Arg::Code(code.to_string()),
    };
    args.iter().map(one).collect()
}

pub(super) fn line_out(line: &host::Line) -> sdk::Line {
    sdk::Line {
        code: line.code.to_string(),
        args: args(&line.args),
        asset: line.asset.to_string(),
        amount: line.amount,
    }
}

pub(super) fn refusal(no: &host::Refusal) -> sdk::Refusal {
    sdk::Refusal {
        code: no.code.to_string(),
        args: args(&no.args),
        opens: no.opens.map(date_out),
    }
}

pub(super) fn decision(decision: &host::Decision) -> sdk::Decision {
    let award = |award: &host::Award| sdk::Award {
        role: award.role.to_string(),
        asset: award.asset.to_string(),
        amount: award.amount,
        short: match award.short {
            host::Short::Clamp => sdk::Short::Clamp,
            host::Short::Refuse => sdk::Short::Refuse,
            host::Short::Owe => sdk::Short::Owe,
        },
        expires: award.expires.map(date_out),
    };
    let mark = |mark: &host::Mark| sdk::Mark {
        code: mark.code.to_string(),
        args: args(&mark.args),
    };
    sdk::Decision {
        awards: decision.awards.iter().map(award).collect(),
        lines: decision.lines.iter().map(line_out).collect(),
        marks: decision.marks.iter().map(mark).collect(),
    }
}

fn need(need: &host::FactNeed) -> sdk::FactNeed {
    sdk::FactNeed {
        metric: match need.metric {
            host::Metric::Points => sdk::Metric::Points,
            host::Metric::Minutes => sdk::Metric::Minutes,
            host::Metric::Quantity => sdk::Metric::Quantity,
            host::Metric::Events => sdk::Metric::Events,
            host::Metric::DistinctDays => sdk::Metric::DistinctDays,
            host::Metric::DaysSinceLast => sdk::Metric::DaysSinceLast,
            host::Metric::RedeemedPoints => sdk::Metric::RedeemedPoints,
            host::Metric::RedeemedItems => sdk::Metric::RedeemedItems,
            host::Metric::RankAtCutoff => sdk::Metric::RankAtCutoff,
            host::Metric::Balance => sdk::Metric::Balance,
            host::Metric::StreakDays => sdk::Metric::StreakDays,
            host::Metric::Redemptions => sdk::Metric::Redemptions,
        },
        window: match need.window {
            host::Window::Day => sdk::Window::Day,
            host::Window::Week => sdk::Window::Week,
            host::Window::Month => sdk::Window::Month,
            host::Window::Quarter => sdk::Window::Quarter,
            host::Window::Year => sdk::Window::Year,
            host::Window::Trailing(days) => sdk::Window::TrailingDays(days),
            host::Window::Lifetime => sdk::Window::Lifetime,
            host::Window::HalfYear => rongyi_sdk::window::HALF_YEAR,
        },
        subject: match need.subject {
            host::Subject::Person => sdk::Subject::Person,
            host::Subject::Household => sdk::Subject::Household,
            host::Subject::Community => sdk::Subject::Community,
        },
        of: need.of.as_ref().map(Code::to_string),
    }
}

fn field(field: &host::Field) -> sdk::Field {
    let kind = match &field.kind {
        host::FieldKind::Integer { min, max } => sdk::FieldKind::Integer((*min, *max)),
        host::FieldKind::Decimal(scale) => sdk::FieldKind::Decimal(*scale),
        host::FieldKind::Choice(choices) => sdk::FieldKind::Choice(
            choices
                .iter()
                .map(|(name, title)| (name.to_string(), text(title)))
                .collect(),
        ),
        host::FieldKind::YesNo => sdk::FieldKind::YesNo,
        host::FieldKind::Day => sdk::FieldKind::Day,
    };
    sdk::Field {
        name: field.name.to_string(),
        title: text(&field.title),
        kind,
        required: field.required,
    }
}

pub(super) fn plan(plan: &host::Plan) -> sdk::Plan {
    let kind = |kind: &host::KindPlan| sdk::KindPlan {
        code: kind.code.to_string(),
        title: text(&kind.title),
        unit: text(&kind.unit),
        scale: kind.scale,
        quantity_min: kind.quantity_min,
        quantity_max: kind.quantity_max,
        fields: kind.fields.iter().map(field).collect(),
        facts: kind.facts.iter().map(need).collect(),
    };
    let pricing = |pricing: &host::PricingPlan| sdk::PricingPlan {
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
