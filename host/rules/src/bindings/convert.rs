//! Between the generated types of one version of the border and the host's own, and nothing else. It is compiled once
//! for each version; what one version says otherwise stands in that version's file.
//!
//! What a rule sends may be nonsense: a code that is none, a date that is none. That is a fault, named here.

use rongyi_core::amount::Decimal;
use rongyi_core::ids::Code;
use rongyi_core::rule as host;
use rongyi_core::time::LocalDate;

use super::{metric, rongyi::rules::types as wit};

/// What is wrong, naming the field.
pub(crate) type Wrong = String;

fn code(field: &str, text: &str) -> Result<Code, Wrong> {
    text.parse().map_err(|error| format!("{field}: {error}"))
}

pub(crate) fn text(text: wit::Text) -> host::Text {
    host::Text {
        zh: text.zh,
        en: text.en,
    }
}

fn date_in(field: &str, date: wit::Date) -> Result<LocalDate, Wrong> {
    LocalDate::new(date.year, date.month, date.day).map_err(|error| format!("{field}: {error}"))
}

fn date_out(date: LocalDate) -> wit::Date {
    let (year, month, day) = date.parts();
    wit::Date { year, month, day }
}

fn decimal_in(field: &str, number: wit::Decimal) -> Result<Decimal, Wrong> {
    if number.scale > 4 {
        return Err(format!("{field}: a scale of {} is above 4", number.scale));
    }
    Ok(Decimal {
        units: number.units,
        scale: number.scale,
    })
}

pub(crate) fn plan(plan: wit::Plan) -> Result<host::Plan, Wrong> {
    Ok(host::Plan {
        kinds: plan.kinds.into_iter().map(kind).collect::<Result<_, _>>()?,
        pricing: plan.pricing.map(pricing).transpose()?,
        traits: plan
            .traits
            .iter()
            .map(|name| code("traits", name))
            .collect::<Result<_, _>>()?,
        phrases: plan
            .phrases
            .into_iter()
            .map(|phrase| {
                Ok(host::Phrase {
                    code: code("phrases", &phrase.code)?,
                    text: text(phrase.text),
                })
            })
            .collect::<Result<_, Wrong>>()?,
        summary: plan.summary.into_iter().map(text).collect(),
    })
}

fn pricing(plan: wit::PricingPlan) -> Result<host::PricingPlan, Wrong> {
    Ok(host::PricingPlan {
        order_facts: plan
            .order_facts
            .into_iter()
            .map(need)
            .collect::<Result<_, _>>()?,
        line_facts: plan
            .line_facts
            .into_iter()
            .map(need)
            .collect::<Result<_, _>>()?,
    })
}

fn kind(kind: wit::KindPlan) -> Result<host::KindPlan, Wrong> {
    if kind.scale > 4 {
        return Err(format!(
            "kind {}: a scale of {} is above 4",
            kind.code, kind.scale
        ));
    }
    if kind.quantity_min > kind.quantity_max {
        return Err(format!(
            "kind {}: quantity-min is above quantity-max",
            kind.code
        ));
    }
    Ok(host::KindPlan {
        code: code("kinds", &kind.code)?,
        title: text(kind.title),
        unit: text(kind.unit),
        scale: kind.scale,
        quantity_min: kind.quantity_min,
        quantity_max: kind.quantity_max,
        fields: kind
            .fields
            .into_iter()
            .map(field)
            .collect::<Result<_, _>>()?,
        facts: kind.facts.into_iter().map(need).collect::<Result<_, _>>()?,
    })
}

fn field(field: wit::Field) -> Result<host::Field, Wrong> {
    let kind = match field.kind {
        wit::FieldKind::Integer((min, max)) => host::FieldKind::Integer { min, max },
        wit::FieldKind::Decimal(scale @ 1..=4) => host::FieldKind::Decimal(scale),
        wit::FieldKind::Decimal(scale) => {
            return Err(format!(
                "field {}: a scale of {scale} is not 1-4",
                field.name
            ));
        }
        wit::FieldKind::Choice(choices) => {
            let one =
                |(name, title): (String, wit::Text)| Ok((code("choice", &name)?, text(title)));
            host::FieldKind::Choice(choices.into_iter().map(one).collect::<Result<_, Wrong>>()?)
        }
        wit::FieldKind::YesNo => host::FieldKind::YesNo,
        wit::FieldKind::Day => host::FieldKind::Day,
    };
    Ok(host::Field {
        name: code("field", &field.name)?,
        title: text(field.title),
        kind,
        required: field.required,
    })
}

fn need(need: wit::FactNeed) -> Result<host::FactNeed, Wrong> {
    let metric = metric(need.metric);
    let window = match need.window {
        wit::Window::Day => host::Window::Day,
        wit::Window::Week => host::Window::Week,
        wit::Window::Month => host::Window::Month,
        wit::Window::Quarter => host::Window::Quarter,
        wit::Window::Year => host::Window::Year,
        wit::Window::Lifetime => host::Window::Lifetime,
        wit::Window::TrailingDays(days @ 1..=400) => host::Window::Trailing(days),
        wit::Window::TrailingDays(host::HALF_YEAR) => host::Window::HalfYear,
        wit::Window::TrailingDays(days) => {
            return Err(format!(
                "facts: trailing days {days} are not 1-400, and not {} for the half-year",
                host::HALF_YEAR
            ));
        }
    };
    let subject = match need.subject {
        wit::Subject::Person => host::Subject::Person,
        wit::Subject::Household => host::Subject::Household,
        wit::Subject::Community => host::Subject::Community,
    };
    let now = window == host::Window::Lifetime && subject == host::Subject::Person;
    if metric == host::Metric::Balance && !now {
        return Err(
            "facts: a balance is asked for with the window lifetime and the subject person: it is what the person can spend now"
                .into(),
        );
    }
    Ok(host::FactNeed {
        metric,
        window,
        subject,
        of: need.of.map(|of| code("facts.of", &of)).transpose()?,
    })
}

fn args(args: Vec<wit::Arg>) -> Result<Vec<host::Arg>, Wrong> {
    args.into_iter()
        .map(|arg| {
            Ok(match arg {
                wit::Arg::Integer(number) => host::Arg::Integer(number),
                wit::Arg::Decimal(number) => host::Arg::Decimal(decimal_in("args", number)?),
                wit::Arg::Day(date) => host::Arg::Day(date_in("args", date)?),
                wit::Arg::Code(name) => host::Arg::Code(code("args", &name)?),
            })
        })
        .collect()
}

fn line(line: wit::Line) -> Result<host::Line, Wrong> {
    Ok(host::Line {
        code: code("lines.code", &line.code)?,
        args: args(line.args)?,
        asset: code("lines.asset", &line.asset)?,
        amount: line.amount,
    })
}

pub(crate) fn decision(decision: wit::Decision) -> Result<host::Decision, Wrong> {
    let award = |award: wit::Award| {
        Ok(host::Award {
            role: code("awards.role", &award.role)?,
            asset: code("awards.asset", &award.asset)?,
            amount: award.amount,
            short: match award.short {
                wit::Short::Clamp => host::Short::Clamp,
                wit::Short::Refuse => host::Short::Refuse,
                wit::Short::Owe => host::Short::Owe,
            },
            expires: award
                .expires
                .map(|date| date_in("awards.expires", date))
                .transpose()?,
        })
    };
    let mark = |mark: wit::Mark| {
        Ok(host::Mark {
            code: code("marks.code", &mark.code)?,
            args: args(mark.args)?,
        })
    };
    Ok(host::Decision {
        awards: decision
            .awards
            .into_iter()
            .map(award)
            .collect::<Result<_, Wrong>>()?,
        lines: decision
            .lines
            .into_iter()
            .map(line)
            .collect::<Result<_, _>>()?,
        marks: decision
            .marks
            .into_iter()
            .map(mark)
            .collect::<Result<_, Wrong>>()?,
    })
}

pub(crate) fn quote(quote: wit::Quote) -> Result<host::Quote, Wrong> {
    Ok(host::Quote {
        points: quote.points,
        lines: quote
            .lines
            .into_iter()
            .map(line)
            .collect::<Result<_, _>>()?,
    })
}

pub(crate) fn refusal(refusal: wit::Refusal) -> Result<host::Refusal, Wrong> {
    Ok(host::Refusal {
        code: code("refusal.code", &refusal.code)?,
        args: args(refusal.args)?,
        opens: refusal
            .opens
            .map(|date| date_in("refusal.opens", date))
            .transpose()?,
    })
}

fn facts(facts: &[host::Fact]) -> Vec<wit::Fact> {
    facts
        .iter()
        .map(|fact| wit::Fact {
            value: fact.value,
            saturated: fact.saturated,
        })
        .collect()
}

fn pairs(pairs: &[(Code, i32)]) -> Vec<(String, i32)> {
    pairs
        .iter()
        .map(|(name, value)| (name.to_string(), *value))
        .collect()
}

fn value(value: &host::Value) -> wit::Value {
    match value {
        host::Value::Integer(number) => wit::Value::Integer(*number),
        host::Value::Decimal(number) => wit::Value::Decimal(wit::Decimal {
            units: number.units,
            scale: number.scale,
        }),
        host::Value::Choice(code) => wit::Value::Choice(code.to_string()),
        host::Value::YesNo(yes) => wit::Value::YesNo(*yes),
        host::Value::Day(date) => wit::Value::Day(date_out(*date)),
    }
}

pub(crate) fn event(ask: &host::EarnAsk) -> wit::Event {
    wit::Event {
        kind: ask.kind.to_string(),
        quantity: ask.quantity,
        fields: ask
            .fields
            .iter()
            .map(|(name, given)| (name.to_string(), value(given)))
            .collect(),
        roles: ask.roles.iter().map(Code::to_string).collect(),
        on: date_out(ask.on),
        minute: ask.minute,
        weekday: ask.on.weekday(),
        facts: facts(&ask.facts),
        traits: pairs(&ask.traits),
        seed: ask.seed.to_vec(),
    }
}

pub(crate) fn basket(ask: &host::PriceAsk) -> wit::Basket {
    let line = |line: &host::BasketLine| wit::BasketLine {
        item: line.item.to_string(),
        category: line.category.to_string(),
        value_fen: line.value_fen,
        quantity: line.quantity,
        facts: facts(&line.facts),
    };
    wit::Basket {
        lines: ask.lines.iter().map(line).collect(),
        on: date_out(ask.on),
        minute: ask.minute,
        weekday: ask.on.weekday(),
        facts: facts(&ask.facts),
        traits: pairs(&ask.traits),
    }
}

pub(crate) fn closing(ask: &host::CloseAsk) -> wit::Closing {
    wit::Closing {
        period: ask.period.to_string(),
        first: date_out(ask.first),
        last: date_out(ask.last),
        balances: pairs(&ask.balances),
        facts: facts(&ask.facts),
        traits: pairs(&ask.traits),
    }
}
