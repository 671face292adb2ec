//! Every sentence of a points table, in Chinese and English. Numbers are holes; titles and units are the
//! operator's own words.

use rongyi_sdk::say::phrase;
use rongyi_sdk::types::{Phrase, Subject, Text, Window};
use rongyi_sdk::text;

use crate::params::BonusOf;
use crate::table::{Bound, Row, Way};

/// The short name of a bound inside phrase codes: `household-month`.
pub(crate) fn bound_name(bound: &Bound) -> String {
    let subject = match bound.subject {
        Subject::Person => "person",
        Subject::Household => "household",
        Subject::Community => "community",
    };
    let window = match bound.window {
        Window::Day => "day",
        Window::Week => "week",
        Window::Month => "month",
        Window::Quarter => "quarter",
        Window::Year => "year",
        Window::TrailingDays(_) => "days",
        Window::Lifetime => "ever",
    };
    format!("{}{subject}-{window}", if bound.all { "all-" } else { "" })
}

fn span(bound: &Bound) -> Text {
    let (who_zh, who_en) = match bound.subject {
        Subject::Person => ("本人", "person"),
        Subject::Household => ("本户", "household"),
        Subject::Community => ("全社区", "community"),
    };
    let (when_zh, when_en) = match bound.window {
        Window::Day => ("当天", "day"),
        Window::Week => ("本周", "week"),
        Window::Month => ("本月", "month"),
        Window::Quarter => ("本季度", "quarter"),
        Window::Year => ("今年", "year"),
        Window::TrailingDays(_) => ("近日", "recent days"),
        Window::Lifetime => ("累计", "lifetime"),
    };
    text(format!("{who_zh}{when_zh}"), format!("{who_en} and {when_en}"))
}

/// The operator's title and unit of a row.
pub(crate) fn unit(row: &Row) -> Text {
    row.kind.unit.clone().map_or_else(|| text("次", "times"), Text::from)
}

/// Everything a row can say.
pub(crate) fn phrases(row: &Row) -> Vec<Phrase> {
    let Text { zh: unit_zh, en: unit_en } = unit(row);
    let (zh, en) = (&row.kind.title.zh, &row.kind.title.en);
    let code = |name: &str| format!("{}/{name}", row.kind.code);
    let mut all = vec![match row.way {
        Way::PerUnit => phrase(
            code("per-unit"),
            format!("{zh} {{0}} {unit_zh} × 每{unit_zh} {{1}} 分"),
            format!("{en}: {{0}} {unit_en} × {{1}} points"),
        ),
        Way::Fixed(points) if points < 0 => {
            phrase(code("fixed"), format!("{zh}，扣 {{0}} 分"), format!("{en}: {{0}} points taken off"))
        }
        Way::Fixed(_) => phrase(code("fixed"), format!("{zh}，每次 {{0}} 分"), format!("{en}: {{0}} points each time")),
        Way::Steps { .. } => phrase(
            code("first"),
            format!("{zh}，第 1 {unit_zh} {{0}} 分"),
            format!("{en}: {{0}} points for the first ({unit_en})"),
        ),
        Way::Faults { .. } => {
            phrase(code("base"), format!("{zh}，底分 {{0}} 分"), format!("{en}: base score of {{0}} points"))
        }
        Way::Bands => phrase(
            code("band"),
            format!("{zh} {{0}} {unit_zh}，这一档 {{1}} 分"),
            format!("{en}: {{0}} {unit_en}, worth {{1}} points in this band"),
        ),
    }];
    match row.way {
        Way::Steps { .. } => all.push(phrase(
            code("further"),
            format!("其余 {{0}} {unit_zh} × {{1}} 分"),
            format!("{{0}} further {unit_en} × {{1}} points"),
        )),
        Way::Faults { .. } => {
            all.push(phrase(code("fault"), format!("{{0}} {unit_zh} × 扣 {{1}} 分"), format!("{{0}} {unit_en} × {{1}} points off")));
            all.push(phrase(code("least"), "最少得 {0} 分，补回", "At least {0} points remain"));
        }
        Way::PerUnit | Way::Fixed(_) | Way::Bands => {}
    }
    if row.kind.max_units.is_some() {
        all.push(phrase(
            code("max-units"),
            format!("一次最多计 {{0}} {unit_zh}"),
            format!("At most {{0}} {unit_en} count in one go"),
        ));
    }
    if !row.kind.boosts.is_empty() {
        all.push(phrase(code("boost"), "今天按 {0} 倍计", "Counted {0} times today"));
    }
    if row.kind.minutes_per_unit.is_some() {
        all.push(phrase(code("minutes"), "志愿时长 {0} 分钟", "{0} minutes of volunteering"));
    }
    all.extend(bonus(row));
    bounds(row, &mut all);
    all
}

fn bonus(row: &Row) -> Option<Phrase> {
    let bonus = row.kind.bonus.as_ref()?;
    let (zh, en) = match bonus.of {
        BonusOf::Quantity => (unit(row).zh, unit(row).en),
        BonusOf::Hours => ("小时".into(), "hours".into()),
        BonusOf::Events => ("次".into(), "times".into()),
    };
    let code = format!("{}/bonus", row.kind.code);
    Some(phrase(
        code,
        format!("累计满 {{0}} {zh}，每满 {{1}} {zh}加 {{2}} 分"),
        format!("{{0}} {en} reached: {{2}} points more for every {{1}} {en}"),
    ))
}

fn bounds(row: &Row, all: &mut Vec<Phrase>) {
    let title = &row.kind.title;
    let mut push = |phrase: Phrase| {
        if !all.iter().any(|known| known.code == phrase.code) {
            all.push(phrase);
        }
    };
    for cap in &row.caps {
        let (name, span) = (bound_name(cap), span(cap));
        let code = |start: &str| format!("{}/{start}-{name}", row.kind.code);
        let (over_zh, over_en) = if cap.all { ("所有项目", " over everything") } else { ("", "") };
        push(phrase(
            code("cap"),
            format!("{}{over_zh}上限 {{0}} 分，此前已得 {{1}} 分，只剩 {{2}} 分", span.zh),
            format!("At most {{0}} points per {}{over_en}; {{1}} were there before, {{2}} were left", span.en),
        ));
        push(phrase(
            code("full"),
            format!("{}：{}{over_zh}上限 {{0}} 分已经得满（{{1}} 分）", title.zh, span.zh),
            format!("{}: the {{0}} points per {}{over_en} are used up ({{1}})", title.en, span.en),
        ));
        if cap.window != Window::Lifetime {
            push(phrase(code("opens"), "{0} 起重新计算上限", "The cap begins anew on {0}"));
        }
    }
    for limit in &row.limits {
        let (name, span) = (bound_name(limit), span(limit));
        push(phrase(
            format!("{}/limit-{name}", row.kind.code),
            format!("{}：{}最多 {{0}} 次，已经有 {{1}} 次", title.zh, span.zh),
            format!("{}: at most {{0}} times per {}; there were {{1}} already", title.en, span.en),
        ));
    }
}

/// One plain sentence about a row.
pub(crate) fn summary(row: &Row) -> Text {
    let Text { zh: unit_zh, en: unit_en } = unit(row);
    let (zh, en) = match row.way {
        Way::PerUnit => {
            let each = row.kind.per_unit.map(exact_text).unwrap_or_default();
            (format!("每{unit_zh} {each} 分"), format!("{each} points for each unit ({unit_en})"))
        }
        Way::Fixed(points) if points < 0 => {
            let off = points.unsigned_abs();
            (format!("每次扣 {off} 分"), format!("{off} points taken off each time"))
        }
        Way::Fixed(points) => (format!("每次 {points} 分"), format!("{points} points each time")),
        Way::Steps { first, further } => (
            format!("第 1 {unit_zh} {first} 分，其余每{unit_zh} {further} 分"),
            format!("{first} points for the first, {further} for each further ({unit_en})"),
        ),
        Way::Faults { base, per_fault, min } => (
            format!("底分 {base} 分，每 1 {unit_zh}扣 {per_fault} 分，最少 {min} 分"),
            format!("{base} points less {per_fault} for each fault ({unit_en}), at least {min}"),
        ),
        Way::Bands => ("按档计分".into(), "points by bands".into()),
    };
    let (mut zh, mut en) = (format!("{}：{zh}", row.kind.title.zh), format!("{}: {en}", row.kind.title.en));
    if let Some(max) = row.kind.max_units.map(exact_text) {
        zh.push_str(&format!("，一次最多计 {max} {unit_zh}"));
        en.push_str(&format!(", at most {max} {unit_en} in one go"));
    }
    for cap in row.caps.iter().filter(|cap| !cap.all) {
        zh.push_str(&format!("，{}最多 {} 分", span(cap).zh, cap.most));
        en.push_str(&format!(", at most {} points per {}", cap.most, span(cap).en));
    }
    for limit in &row.limits {
        zh.push_str(&format!("，{}最多 {} 次", span(limit).zh, limit.most));
        en.push_str(&format!(", at most {} times per {}", limit.most, span(limit).en));
    }
    if let Some(bonus) = &row.kind.bonus {
        let (what_zh, what_en) = match bonus.of {
            BonusOf::Quantity => (unit_zh.as_str(), unit_en.as_str()),
            BonusOf::Hours => ("小时", "hours"),
            BonusOf::Events => ("次", "times"),
        };
        zh.push_str(&format!("，每满 {} {what_zh}加 {} 分", bonus.every, bonus.amount));
        en.push_str(&format!(", {} more for every {} {what_en}", bonus.amount, bonus.every));
    }
    text(format!("{zh}。"), format!("{en}."))
}

fn exact_text(value: rongyi_sdk::params::Exact) -> String {
    let digits = value.units.unsigned_abs().to_string();
    let places = usize::from(value.scale);
    let sign = if value.units < 0 { "-" } else { "" };
    if places == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len().saturating_sub(places));
    format!("{sign}{whole}.{fraction}")
}
