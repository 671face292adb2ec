//! The canonical form of what rules say: plans, decisions, quotes, refusals. Only writes and reads.

use crate::codec::{Malformed, Reader, Writer};
use crate::rule::{
    Arg, Award, Decision, Fact, FactNeed, Field, FieldKind, KindPlan, Line, Mark, Metric, Phrase,
    Plan, PricingPlan, Quote, Refusal, Short, Subject, Text, Value, Window,
};

const METRICS: [Metric; 12] = [
    Metric::Points,
    Metric::Minutes,
    Metric::Quantity,
    Metric::Events,
    Metric::DistinctDays,
    Metric::DaysSinceLast,
    Metric::RedeemedPoints,
    Metric::RedeemedItems,
    Metric::RankAtCutoff,
    Metric::Balance,
    Metric::StreakDays,
    Metric::Redemptions,
];
const SUBJECTS: [Subject; 3] = [Subject::Person, Subject::Household, Subject::Community];
const SHORTS: [Short; 3] = [Short::Clamp, Short::Refuse, Short::Owe];

fn place<T: PartialEq>(all: &[T], value: &T) -> u8 {
    all.iter()
        .position(|one| one == value)
        .and_then(|at| u8::try_from(at).ok())
        .unwrap_or(u8::MAX)
}

fn at<T: Copy>(all: &[T], place: u8) -> Result<T, Malformed> {
    all.get(usize::from(place)).copied().ok_or(Malformed)
}

fn write_text(w: &mut Writer, text: &Text) {
    w.text(&text.zh);
    w.text(&text.en);
}

fn read_text(r: &mut Reader<'_>) -> Result<Text, Malformed> {
    Ok(Text {
        zh: r.text()?,
        en: r.text()?,
    })
}

fn write_need(w: &mut Writer, need: &FactNeed) {
    w.byte(place(&METRICS, &need.metric));
    match need.window {
        Window::Day => w.byte(0),
        Window::Week => w.byte(1),
        Window::Month => w.byte(2),
        Window::Quarter => w.byte(3),
        Window::Year => w.byte(4),
        Window::Lifetime => w.byte(5),
        Window::Trailing(days) => {
            w.byte(6);
            w.u32(u32::from(days));
        }
        Window::HalfYear => w.byte(7),
    }
    w.byte(place(&SUBJECTS, &need.subject));
    w.option(need.of.as_ref(), Writer::code);
}

fn read_need(r: &mut Reader<'_>) -> Result<FactNeed, Malformed> {
    let metric = at(&METRICS, r.byte()?)?;
    let window = match r.byte()? {
        0 => Window::Day,
        1 => Window::Week,
        2 => Window::Month,
        3 => Window::Quarter,
        4 => Window::Year,
        5 => Window::Lifetime,
        6 => Window::Trailing(u16::try_from(r.u32()?).map_err(|_| Malformed)?),
        7 => Window::HalfYear,
        _ => return Err(Malformed),
    };
    Ok(FactNeed {
        metric,
        window,
        subject: at(&SUBJECTS, r.byte()?)?,
        of: r.option(Reader::code)?,
    })
}

fn write_field(w: &mut Writer, field: &Field) {
    w.code(&field.name);
    write_text(w, &field.title);
    match &field.kind {
        FieldKind::Integer { min, max } => {
            w.byte(0);
            w.i32(*min);
            w.i32(*max);
        }
        FieldKind::Decimal(scale) => {
            w.byte(1);
            w.byte(*scale);
        }
        FieldKind::Choice(choices) => {
            w.byte(2);
            w.list(choices, |w, (code, text)| {
                w.code(code);
                write_text(w, text);
            });
        }
        FieldKind::YesNo => w.byte(3),
        FieldKind::Day => w.byte(4),
    }
    w.byte(u8::from(field.required));
}

fn read_field(r: &mut Reader<'_>) -> Result<Field, Malformed> {
    let name = r.code()?;
    let title = read_text(r)?;
    let kind = match r.byte()? {
        0 => FieldKind::Integer {
            min: r.i32()?,
            max: r.i32()?,
        },
        1 => FieldKind::Decimal(r.byte()?),
        2 => FieldKind::Choice(r.list(|r| Ok((r.code()?, read_text(r)?)))?),
        3 => FieldKind::YesNo,
        4 => FieldKind::Day,
        _ => return Err(Malformed),
    };
    Ok(Field {
        name,
        title,
        kind,
        required: r.flag()?,
    })
}

pub(super) fn write_plan(w: &mut Writer, plan: &Plan) {
    w.list(&plan.kinds, |w, kind| {
        w.code(&kind.code);
        write_text(w, &kind.title);
        write_text(w, &kind.unit);
        w.byte(kind.scale);
        w.i32(kind.quantity_min);
        w.i32(kind.quantity_max);
        w.list(&kind.fields, write_field);
        w.list(&kind.facts, write_need);
    });
    w.option(plan.pricing.as_ref(), |w, pricing| {
        w.list(&pricing.order_facts, write_need);
        w.list(&pricing.line_facts, write_need);
    });
    w.list(&plan.traits, Writer::code);
    w.list(&plan.phrases, |w, phrase| {
        w.code(&phrase.code);
        write_text(w, &phrase.text);
    });
    w.list(&plan.summary, write_text);
}

pub(super) fn read_plan(r: &mut Reader<'_>) -> Result<Plan, Malformed> {
    Ok(Plan {
        kinds: r.list(|r| {
            Ok(KindPlan {
                code: r.code()?,
                title: read_text(r)?,
                unit: read_text(r)?,
                scale: r.byte()?,
                quantity_min: r.i32()?,
                quantity_max: r.i32()?,
                fields: r.list(read_field)?,
                facts: r.list(read_need)?,
            })
        })?,
        pricing: r.option(|r| {
            Ok(PricingPlan {
                order_facts: r.list(read_need)?,
                line_facts: r.list(read_need)?,
            })
        })?,
        traits: r.list(Reader::code)?,
        phrases: r.list(|r| {
            Ok(Phrase {
                code: r.code()?,
                text: read_text(r)?,
            })
        })?,
        summary: r.list(read_text)?,
    })
}

pub(super) fn write_value(w: &mut Writer, value: &Value) {
    match value {
        Value::Integer(number) => {
            w.byte(0);
            w.i32(*number);
        }
        Value::Decimal(number) => {
            w.byte(1);
            w.decimal(*number);
        }
        Value::Choice(code) => {
            w.byte(2);
            w.code(code);
        }
        Value::YesNo(yes) => {
            w.byte(3);
            w.byte(u8::from(*yes));
        }
        Value::Day(day) => {
            w.byte(4);
            w.date(*day);
        }
    }
}

pub(super) fn read_value(r: &mut Reader<'_>) -> Result<Value, Malformed> {
    Ok(match r.byte()? {
        0 => Value::Integer(r.i32()?),
        1 => Value::Decimal(r.decimal()?),
        2 => Value::Choice(r.code()?),
        3 => Value::YesNo(r.flag()?),
        4 => Value::Day(r.date()?),
        _ => return Err(Malformed),
    })
}

fn write_arg(w: &mut Writer, arg: &Arg) {
    match arg {
        Arg::Integer(number) => {
            w.byte(0);
            w.i32(*number);
        }
        Arg::Decimal(number) => {
            w.byte(1);
            w.decimal(*number);
        }
        Arg::Day(day) => {
            w.byte(2);
            w.date(*day);
        }
        Arg::Code(code) => {
            w.byte(3);
            w.code(code);
        }
    }
}

fn read_arg(r: &mut Reader<'_>) -> Result<Arg, Malformed> {
    Ok(match r.byte()? {
        0 => Arg::Integer(r.i32()?),
        1 => Arg::Decimal(r.decimal()?),
        2 => Arg::Day(r.date()?),
        3 => Arg::Code(r.code()?),
        _ => return Err(Malformed),
    })
}

fn write_line(w: &mut Writer, line: &Line) {
    w.code(&line.code);
    w.list(&line.args, write_arg);
    w.code(&line.asset);
    w.option(line.amount, Writer::i32);
}

fn read_line(r: &mut Reader<'_>) -> Result<Line, Malformed> {
    Ok(Line {
        code: r.code()?,
        args: r.list(read_arg)?,
        asset: r.code()?,
        amount: r.option(Reader::i32)?,
    })
}

pub(crate) fn write_facts(w: &mut Writer, facts: &[Fact]) {
    w.list(facts, |w, fact| {
        w.i32(fact.value);
        w.byte(u8::from(fact.saturated));
    });
}

pub(crate) fn read_facts(r: &mut Reader<'_>) -> Result<Vec<Fact>, Malformed> {
    r.list(|r| {
        Ok(Fact {
            value: r.i32()?,
            saturated: r.flag()?,
        })
    })
}

pub(super) fn write_decision(w: &mut Writer, decision: &Decision) {
    w.list(&decision.awards, |w, award| {
        w.code(&award.role);
        w.code(&award.asset);
        w.i32(award.amount);
        w.byte(place(&SHORTS, &award.short));
        w.option(award.expires, Writer::date);
    });
    w.list(&decision.lines, write_line);
    w.list(&decision.marks, |w, mark| {
        w.code(&mark.code);
        w.list(&mark.args, write_arg);
    });
}

pub(super) fn read_decision(r: &mut Reader<'_>) -> Result<Decision, Malformed> {
    Ok(Decision {
        awards: r.list(|r| {
            Ok(Award {
                role: r.code()?,
                asset: r.code()?,
                amount: r.i32()?,
                short: at(&SHORTS, r.byte()?)?,
                expires: r.option(Reader::date)?,
            })
        })?,
        lines: r.list(read_line)?,
        marks: r.list(|r| {
            Ok(Mark {
                code: r.code()?,
                args: r.list(read_arg)?,
            })
        })?,
    })
}

pub(super) fn write_quote(w: &mut Writer, quote: &Quote) {
    w.list(&quote.points, |w, points| w.i32(*points));
    w.list(&quote.lines, write_line);
}

pub(super) fn read_quote(r: &mut Reader<'_>) -> Result<Quote, Malformed> {
    Ok(Quote {
        points: r.list(Reader::i32)?,
        lines: r.list(read_line)?,
    })
}

pub(super) fn write_refusal(w: &mut Writer, refusal: &Refusal) {
    w.code(&refusal.code);
    w.list(&refusal.args, write_arg);
    w.option(refusal.opens, Writer::date);
}

pub(super) fn read_refusal(r: &mut Reader<'_>) -> Result<Refusal, Malformed> {
    Ok(Refusal {
        code: r.code()?,
        args: r.list(read_arg)?,
        opens: r.option(Reader::date)?,
    })
}
