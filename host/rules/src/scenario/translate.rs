//! Between the host's own types and those of the SDK, in which scenarios speak. Nothing is checked here but
//! what a type cannot hold.

use rongyi_core::amount::Decimal;
use rongyi_core::ids::Code;
use rongyi_core::rule as own;
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

pub(super) fn facts(facts: &[sdk::Fact]) -> Vec<own::Fact> {
    facts
        .iter()
        .map(|fact| own::Fact {
            value: fact.value,
            saturated: fact.saturated,
        })
        .collect()
}

pub(super) fn value_in(value: &sdk::Value) -> Result<own::Value, String> {
    Ok(match value {
        sdk::Value::Integer(number) => own::Value::Integer(*number),
        sdk::Value::Decimal(number) => own::Value::Decimal(Decimal {
            units: number.units,
            scale: number.scale,
        }),
        sdk::Value::Choice(choice) => own::Value::Choice(code(choice)?),
        sdk::Value::YesNo(yes) => own::Value::YesNo(*yes),
        sdk::Value::Day(day) => own::Value::Day(date_in(*day)?),
    })
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

pub(super) fn line_out(line: &own::Line) -> sdk::Line {
    sdk::Line {
        code: line.code.to_string(),
        args: args(&line.args),
        asset: line.asset.to_string(),
        amount: line.amount,
    }
}

pub(super) fn refusal(no: &own::Refusal) -> sdk::Refusal {
    sdk::Refusal {
        code: no.code.to_string(),
        args: args(&no.args),
        opens: no.opens.map(date_out),
    }
}

pub(super) fn decision(decision: &own::Decision) -> sdk::Decision {
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
            own::Metric::Balance => sdk::Metric::Balance,
            own::Metric::StreakDays => sdk::Metric::StreakDays,
            own::Metric::Redemptions => sdk::Metric::Redemptions,
        },
        window: match need.window {
            own::Window::Day => sdk::Window::Day,
            own::Window::Week => sdk::Window::Week,
            own::Window::Month => sdk::Window::Month,
            own::Window::Quarter => sdk::Window::Quarter,
            own::Window::Year => sdk::Window::Year,
            own::Window::Trailing(days) => sdk::Window::TrailingDays(days),
            own::Window::Lifetime => sdk::Window::Lifetime,
            own::Window::HalfYear => rongyi_sdk::window::HALF_YEAR,
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

pub(super) fn plan(plan: &own::Plan) -> sdk::Plan {
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
