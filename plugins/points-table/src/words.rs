//! Every sentence of the table, in Chinese and English, and the plan that carries them. Nothing is computed.

use rongyi_sdk::say::phrase;
use rongyi_sdk::text;
use rongyi_sdk::types::{Field, FieldKind, KindPlan, Phrase, Plan, Subject, Text, Window};

use crate::params::{self, BonusOf, Rounding};
use crate::table::{Bound, Row, Way};

/// The plan of a table.
pub(crate) fn plan(rows: &[Row]) -> Plan {
    let mut phrases: Vec<Phrase> = Vec::new();
    for row in rows {
        let needed = kind_phrases(row).into_iter().chain(bound_phrases(row));
        for phrase in needed {
            if !phrases.iter().any(|known| known.code == phrase.code) {
                phrases.push(phrase);
            }
        }
    }
    Plan {
        kinds: rows.iter().map(kind_plan).collect(),
        pricing: None,
        traits: Vec::new(),
        phrases,
        summary: rows.iter().map(summary).collect(),
    }
}

fn kind_plan(row: &Row) -> KindPlan {
    KindPlan {
        code: row.kind.code.clone(),
        title: row.kind.title.clone().into(),
        unit: row.unit(),
        scale: row.kind.scale,
        quantity_min: row.quantity_min,
        quantity_max: row.quantity_max,
        fields: row.kind.fields.iter().map(field).collect(),
        facts: row.needs.clone(),
    }
}

fn field(field: &params::Field) -> Field {
    Field {
        name: field.name.clone(),
        title: field.title.clone().into(),
        required: field.required,
        kind: match &field.kind {
            params::FieldKind::Integer { min, max } => FieldKind::Integer((*min, *max)),
            params::FieldKind::Decimal { places } => FieldKind::Decimal(*places),
            params::FieldKind::Choice { choices } => {
                let one =
                    |choice: &params::Choice| (choice.code.clone(), choice.title.clone().into());
                FieldKind::Choice(choices.iter().map(one).collect())
            }
            params::FieldKind::YesNo => FieldKind::YesNo,
            params::FieldKind::Day => FieldKind::Day,
        },
    }
}

fn kind_phrases(row: &Row) -> Vec<Phrase> {
    let Text { zh: title, en } = row.kind.title.clone().into();
    let unit = row.unit();
    let (u, ue) = (unit.zh.as_str(), unit.en.as_str());
    let mut said = Vec::new();
    let mut say = |name: &str, zh: String, en: String| said.push(phrase(row.phrase(name), zh, en));
    match row.way {
        Way::Fixed(points) if points < 0 => {
            say(
                "deduct",
                format!("{title}：扣 {{0}} 分"),
                format!("{en}: {{0}} points taken off"),
            );
        }
        Way::Fixed(_) => say(
            "fixed",
            format!("{title}：每次 {{0}} 分"),
            format!("{en}: {{0}} points each time"),
        ),
        Way::PerUnit => {
            let zh = format!("{title} {{0}} {u} × 每{u} {{1}} 分");
            let en = format!("{en}: {{0}} {ue} × {{1}} points");
            let (tail, tail_en) = match row.kind.rounding {
                Rounding::Floor => ("零头不计", "fractions dropped"),
                Rounding::Ceil => ("零头算 1 分", "rounded up"),
                Rounding::Nearest => ("四舍五入", "rounded to the nearest"),
            };
            say(
                "per-unit-round",
                format!("{zh}（{tail}）"),
                format!("{en} ({tail_en})"),
            );
            say("per-unit", zh, en);
        }
        Way::Steps { .. } => {
            say(
                "first",
                format!("{title}：第一{u} {{0}} 分"),
                format!("{en}: {{0}} points for the first"),
            );
            say(
                "further",
                format!("后面 {{0}} {u} × 每{u} {{1}} 分"),
                "{0} more × {1} points".to_owned(),
            );
        }
        Way::Faults { .. } => {
            say(
                "base",
                format!("{title}：底分 {{0}} 分"),
                format!("{en}: {{0}} points to begin with"),
            );
            say(
                "faults",
                format!("{{0}} {u} × 每{u}扣 {{1}} 分"),
                format!("{{0}} {ue} × {{1}} points off"),
            );
            say(
                "least",
                "最少得 {0} 分".to_owned(),
                "Never less than {0} points".to_owned(),
            );
        }
        Way::Bands => say(
            "band",
            format!("{title} {{0}} {u}：这一档 {{1}} 分"),
            format!("{en}: {{1}} points for {{0}} {ue}"),
        ),
    }
    said.extend(extra_phrases(row));
    said
}

/// The sentences of what may be added to any way: most units, minutes, referrer, bonus.
fn extra_phrases(row: &Row) -> Vec<Phrase> {
    let unit = row.unit();
    let (u, ue) = (unit.zh.as_str(), unit.en.as_str());
    let mut said = Vec::new();
    let mut say = |name: &str, zh: String, en: String| said.push(phrase(row.phrase(name), zh, en));
    if row.kind.max_units.is_some() {
        say(
            "most",
            format!("一次最多计 {{0}} {u}"),
            format!("At most {{0}} {ue} count at one time"),
        );
    }
    if row.kind.minutes_per_unit.is_some() {
        say(
            "minutes",
            format!("志愿时长 {{0}} {u} × 每{u} {{1}} 分钟"),
            format!("Volunteer time: {{0}} {ue} × {{1}} minutes"),
        );
    }
    if row.kind.minutes_max.is_some() {
        say(
            "minutes-most",
            "时长一次最多记 {0} 分钟".to_owned(),
            "At most {0} minutes are kept at one time".to_owned(),
        );
    }
    if row.kind.referrer.is_some() {
        say(
            "referrer",
            "介绍人得 {0} 分".to_owned(),
            "{0} points for whoever brought them along".to_owned(),
        );
    }
    if let Some(bonus) = &row.kind.bonus {
        let (zh, en) = match bonus.of {
            BonusOf::Quantity => (u, ue),
            BonusOf::Hours => ("小时", "hours"),
            BonusOf::Events => ("次", "times"),
        };
        let (since, since_en) = window(bonus.window);
        say(
            "bonus",
            format!("{since}每满 {{0}} {zh}另加 {{1}} 分，这次满了 {{2}} 回"),
            format!("{{1}} more points for every {{0}} {en} {since_en}, reached {{2}} times now"),
        );
    }
    said
}

fn bound_phrases(row: &Row) -> Vec<Phrase> {
    let mut said = Vec::new();
    if !row.kind.boosts.is_empty() {
        said.push(phrase(
            "boost",
            "这一天按 {0} 倍计分",
            "On this day points count {0} times",
        ));
    }
    for limit in &row.limits {
        let (who, when, en) = here(limit);
        let zh = format!("{who}{when}这一项最多 {{0}} 次，已经有 {{1}} 次");
        let en = format!("{en}: at most {{0}} times, already {{1}}");
        said.push(phrase(limit.code("limit"), zh.clone(), en.clone()));
        if row.kind.minutes_per_unit.is_some() {
            said.push(phrase(
                limit.code("limit-cut"),
                format!("{zh}，这次只记时长"),
                format!("{en}; only the time is kept"),
            ));
        }
    }
    for cap in &row.caps {
        let (who, when, en) = here(cap);
        let (all, all_en) = if cap.all {
            ("各项合计", " for all kinds together")
        } else {
            ("", "")
        };
        said.push(phrase(
            cap.code("cut"),
            format!("{who}{when}{all}上限 {{0}} 分，此前已得 {{1}} 分，只剩 {{2}} 分"),
            format!("{en}: at most {{0}} points{all_en}, {{1}} had before, {{2}} left"),
        ));
        let one = if cap.all { "各项合计" } else { "这一项" };
        said.push(phrase(
            cap.code("cap"),
            format!("{who}{when}{one}最多得 {{0}} 分，已经得了 {{1}} 分"),
            format!("{en}: at most {{0}} points{all_en}, already {{1}}"),
        ));
    }
    said
}

/// "本户", "本月" and "Your household this month".
fn here(bound: &Bound) -> (&'static str, &'static str, String) {
    let (who, who_en) = match bound.subject {
        Subject::Person => ("本人", "You"),
        Subject::Household => ("本户", "Your household"),
        Subject::Community => ("全社区", "The whole community"),
    };
    let (when, when_en) = window(bound.window);
    (who, when, format!("{who_en} {when_en}"))
}

fn window(window: impl Into<Span>) -> (&'static str, &'static str) {
    match window.into() {
        Span::Day => ("当天", "on this day"),
        Span::Week => ("本周", "this week"),
        Span::Month => ("本月", "this month"),
        Span::Quarter => ("本季度", "this quarter"),
        Span::Year => ("今年", "this year"),
        Span::Ever => ("累计", "in all"),
    }
}

/// A window as it is spoken of.
enum Span {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Ever,
}

impl From<Window> for Span {
    fn from(window: Window) -> Self {
        match window {
            Window::Day => Span::Day,
            Window::Week => Span::Week,
            Window::Month => Span::Month,
            Window::Quarter => Span::Quarter,
            Window::Year => Span::Year,
            Window::Lifetime | Window::TrailingDays(_) => Span::Ever,
        }
    }
}

impl From<params::Window> for Span {
    fn from(window: params::Window) -> Self {
        crate::table::days(window).into()
    }
}

/// "每户每月" and "each household and month".
fn each(bound: &Bound) -> (String, String) {
    let (who, who_en) = match bound.subject {
        Subject::Person => ("每人", "each person"),
        Subject::Household => ("每户", "each household"),
        Subject::Community => ("全社区", "the whole community"),
    };
    let (when, when_en) = match Span::from(bound.window) {
        Span::Day => ("每天", "a day"),
        Span::Week => ("每周", "a week"),
        Span::Month => ("每月", "a month"),
        Span::Quarter => ("每季度", "a quarter"),
        Span::Year => ("每年", "a year"),
        Span::Ever => ("总共", "in all"),
    };
    (format!("{who}{when}"), format!("{when_en} for {who_en}"))
}

/// The rule of one kind in one sentence.
fn summary(row: &Row) -> Text {
    let Text { zh: title, en } = row.kind.title.clone().into();
    let unit = row.unit();
    let (u, ue) = (unit.zh.as_str(), unit.en.as_str());
    let (zh, way_en) = match row.way {
        Way::Fixed(points) if points < 0 => {
            let taken = points.unsigned_abs();
            (
                format!("每次扣 {taken} 分"),
                format!("{taken} points off each time"),
            )
        }
        Way::Fixed(points) => (
            format!("每次 {points} 分"),
            format!("{points} points each time"),
        ),
        Way::PerUnit => {
            let each = row
                .kind
                .per_unit
                .map(|each| each.to_string())
                .unwrap_or_default();
            (
                format!("每{u} {each} 分"),
                format!("{each} points for each of the {ue}"),
            )
        }
        Way::Steps { first, further } => (
            format!("第一{u} {first} 分，后面每{u} {further} 分"),
            format!("{first} points for the first, {further} for each further one"),
        ),
        Way::Faults {
            base,
            per_fault,
            min,
        } => (
            format!("底分 {base} 分，每{u}扣 {per_fault} 分，最少 {min} 分"),
            format!("{base} points, {per_fault} off for each of the {ue}, never less than {min}"),
        ),
        Way::Bands => (
            format!("按{u}数分 {} 档", row.kind.bands.len()),
            format!("by {} bands of {ue}", row.kind.bands.len()),
        ),
    };
    let mut zh = format!("{title}：{zh}");
    let mut en = format!("{en}: {way_en}");
    if let Some(most) = row.kind.max_units {
        zh.push_str(&format!("，一次最多计 {most} {u}"));
        en.push_str(&format!("; at most {most} {ue} at one time"));
    }
    for cap in &row.caps {
        let (who, who_en) = each(cap);
        let (all, all_en) = if cap.all {
            ("各项合计", " for all kinds together")
        } else {
            ("", "")
        };
        zh.push_str(&format!("，{who}{all}最多 {} 分", cap.most));
        en.push_str(&format!("; at most {} points{all_en} {who_en}", cap.most));
    }
    for limit in &row.limits {
        let (who, who_en) = each(limit);
        zh.push_str(&format!("，{who}最多 {} 次", limit.most));
        en.push_str(&format!("; at most {} times {who_en}", limit.most));
    }
    if let Some(bonus) = &row.kind.bonus {
        let (zh_unit, en_unit) = match bonus.of {
            BonusOf::Quantity => (u, ue),
            BonusOf::Hours => ("小时", "hours"),
            BonusOf::Events => ("次", "times"),
        };
        zh.push_str(&format!(
            "，每满 {} {zh_unit}另加 {} 分",
            bonus.every, bonus.amount
        ));
        en.push_str(&format!(
            "; {} more for every {} {en_unit}",
            bonus.amount, bonus.every
        ));
    }
    if let Some(points) = row.kind.referrer {
        zh.push_str(&format!("，介绍人得 {points} 分"));
        en.push_str(&format!("; {points} for whoever brought them along"));
    }
    text(zh, en)
}
