//! The rules in force, one plain sentence for each kind. Nothing is computed.

use rongyi_sdk::text;
use rongyi_sdk::types::{Date, Text};
use rongyi_sdk::window::{each, every, this};

use crate::assets;
use crate::beside;
use crate::extra::When;
use crate::params::BonusOf;
use crate::suspended;
use crate::table::{Row, Way};

/// The rule of one kind in one sentence.
pub(crate) fn summary(row: &Row) -> Text {
    let Text { zh: title, en } = row.kind.title.clone().into();
    let unit = row.unit();
    let (u, ue) = (unit.zh.as_str(), unit.en.as_str());
    let Text { zh: p, en: pe } = assets::words(&row.kind);
    let (zh, way_en) = match row.way {
        Way::Fixed(points) if points < 0 => {
            let taken = points.unsigned_abs();
            (
                format!("每次扣 {taken} {p}"),
                format!("{taken} {} off each time", one_of(points, &pe)),
            )
        }
        Way::Fixed(points) => (
            format!("每次 {points} {p}"),
            format!("{points} {} each time", one_of(points, &pe)),
        ),
        Way::PerUnit => {
            let each = row
                .kind
                .per_unit
                .map(|each| each.to_string())
                .unwrap_or_default();
            (
                format!("每{u} {each} {p}"),
                format!(
                    "counted in {ue}: {each} {} each",
                    one_of(i32::from(each == "1"), &pe)
                ),
            )
        }
        Way::Steps { first, further } => (
            format!("第一{u} {first} {p}，后面每{u} {further} {p}"),
            format!("{first} {pe} for the first, {further} for each further one"),
        ),
        Way::Faults {
            base,
            per_fault,
            min,
        } => (
            format!("底分 {base} {p}，每{u}扣 {per_fault} {p}，最少 {min} {p}"),
            format!(
                "{base} {pe}, {per_fault} off for each, counted in {ue}; never less than {min}"
            ),
        ),
        Way::Bands => bands(row, u, ue, (&p, &pe)),
        Way::Levels => levels(row, (&p, &pe)),
        Way::Give => {
            let to = row.kind.give.as_ref().map(|give| &give.title);
            let (zh, en) = to.map_or(("", ""), |to| (to.zh.as_str(), to.en.as_str()));
            (format!("积分送给{zh}"), format!("points for {en}"))
        }
        Way::Purchase => purchase(row),
        Way::Beside => beside::summary(row),
        Way::Judged => {
            let count = row.kind.judges.as_ref().map_or(0, |judges| judges.count);
            (
                format!("{count} 位评委打分"),
                format!("by the scores of {count} judges"),
            )
        }
    };
    let mut zh = format!("{title}：{zh}");
    let mut en = format!("{en}: {way_en}");
    bounds(row, &mut zh, &mut en);
    extras(row, &mut zh, &mut en);
    suspended::summary(row, &mut zh, &mut en);
    text(zh, en)
}

/// `1 point`, `2 points`; the singular of what a community counts is not known.
fn one_of(number: i32, plural: &str) -> &str {
    match (number, plural) {
        (1 | -1, "points") => "point",
        _ => plural,
    }
}

fn purchase(row: &Row) -> (String, String) {
    let Some(purchase) = &row.kind.purchase else {
        return (String::new(), String::new());
    };
    let (percent, points) = (purchase.percent, purchase.points_per_yuan);
    let mut zh = format!("消费用积分抵，最多抵 {percent}%，{points} 分抵 1 元");
    let mut en = format!("at most {percent}% of a purchase, {points} points for each yuan off");
    if let Some(most) = purchase.most {
        zh.push_str(&format!("，一次最多抵 {most} 元"));
        en.push_str(&format!("; at most {most} yuan at one time"));
    }
    if let Some(least) = purchase.at_least {
        zh.push_str(&format!("，满 {least} 元才能抵"));
        en.push_str(&format!("; from {least} yuan on"));
    }
    for most in &purchase.most_points {
        let (who, when) = (every(most.subject), each(most.window));
        zh.push_str(&format!("，{}{}最多用 {} 分", who.zh, when.zh, most.amount));
        en.push_str(&format!(
            "; at most {} points {} for {}",
            most.amount, when.en, who.en
        ));
    }
    (zh, en)
}

fn levels(row: &Row, (p, pe): (&str, &str)) -> (String, String) {
    let all = || row.kind.levels.iter();
    let zh: Vec<_> = all()
        .map(|level| format!("{} {} {p}", level.title.zh, level.points))
        .collect();
    let en: Vec<_> = all()
        .map(|level| format!("{} {}", level.title.en, level.points))
        .collect();
    (zh.join("、"), format!("{pe} by level: {}", en.join(", ")))
}

/// Bands of one kind whose numbers are told; the rest is counted.
const BANDS_MAX: usize = 12;

fn bands(row: &Row, u: &str, ue: &str, (p, pe): (&str, &str)) -> (String, String) {
    let all = &row.kind.bands;
    let told = all.iter().take(BANDS_MAX).map(|band| match band.up_to {
        Some(up_to) => (
            format!("{up_to} 以内 {} {p}", band.points),
            format!("up to {up_to} {}", band.points),
        ),
        None => (
            format!("再多 {} {p}", band.points),
            format!("above {}", band.points),
        ),
    });
    let (zh, en): (Vec<_>, Vec<_>) = told.unzip();
    let (mut zh, mut en) = (zh.join("、"), en.join(", "));
    if all.len() > BANDS_MAX {
        zh.push_str(&format!(" 等 {} 档", all.len()));
        en.push_str(&format!(" and so on, {} bands", all.len()));
    }
    (format!("按{u}数分档：{zh}"), format!("{pe} by {ue}: {en}"))
}

/// What a condition asks, in brackets; nothing for one that always holds.
fn condition(when: &When, weekdays: &[u8]) -> (String, String) {
    const DAYS: [(&str, &str); 7] = [
        ("周一", "Mon"),
        ("周二", "Tue"),
        ("周三", "Wed"),
        ("周四", "Thu"),
        ("周五", "Fri"),
        ("周六", "Sat"),
        ("周日", "Sun"),
    ];
    let mut parts: Vec<(String, String)> = Vec::new();
    let days = weekdays.iter().chain(&when.weekdays);
    let days = days.filter_map(|day| DAYS.get(usize::from(day.saturating_sub(1))));
    let (zh, en): (Vec<&str>, Vec<&str>) = days.copied().unzip();
    if !zh.is_empty() {
        parts.push((zh.join("、"), en.join(", ")));
    }
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    if when.from.is_some() || when.to.is_some() {
        let from = clock(when.from.map_or(0, |from| from.0));
        let to = clock(when.to.map_or(24 * 60, |to| to.0));
        parts.push((format!("{from}–{to}"), format!("{from}–{to}")));
    }
    for days in &when.days {
        let date = |on: Date| format!("{}-{:02}-{:02}", on.year, on.month, on.day);
        let (from, to) = (date(days.from), date(days.to.unwrap_or(days.from)));
        parts.push((format!("{from} 到 {to}"), format!("{from} to {to}")));
    }
    if let Some(field) = &when.field {
        let is = when.is.join("/");
        parts.push((format!("{field} 是 {is}"), format!("{field} is {is}")));
    }
    if let Some(has) = &when.has {
        let words = has.words();
        parts.push((words.zh, words.en));
    }
    if let Some(role) = &when.role {
        parts.push((format!("有 {role}"), format!("with a {role}")));
    }
    if let Some(over) = when.quantity_over {
        parts.push((format!("数量超过 {over}"), format!("more than {over}")));
    }
    if parts.is_empty() {
        return (String::new(), String::new());
    }
    let (zh, en): (Vec<String>, Vec<String>) = parts.into_iter().unzip();
    (
        format!("（{}）", zh.join("，")),
        format!(" ({})", en.join("; ")),
    )
}

fn bounds(row: &Row, zh: &mut String, en: &mut String) {
    let unit = row.unit();
    let (u, ue) = (unit.zh.as_str(), unit.en.as_str());
    if let Some(most) = row.kind.max_units {
        zh.push_str(&format!("，一次最多计 {most} {u}"));
        en.push_str(&format!("; at most {most} {ue} at one time"));
    }
    for cap in &row.caps {
        let (who, when) = (every(cap.subject), each(cap.window));
        let (who, who_en) = (
            format!("{}{}", who.zh, when.zh),
            format!("{} for {}", when.en, who.en),
        );
        let (all, all_en) = if cap.all {
            ("各项合计", " for all kinds together")
        } else {
            ("", "")
        };
        zh.push_str(&format!("，{who}{all}最多 {} 分", cap.most));
        en.push_str(&format!("; at most {} points{all_en} {who_en}", cap.most));
    }
    for limit in &row.limits {
        let (who, when) = (every(limit.subject), each(limit.window));
        let (who, who_en) = (
            format!("{}{}", who.zh, when.zh),
            format!("{} for {}", when.en, who.en),
        );
        zh.push_str(&format!("，{who}最多 {} 次", limit.most));
        en.push_str(&format!("; at most {} {who_en}", times(limit.most)));
    }
}

/// `once`, `4 times`.
fn times(number: i32) -> String {
    if number == 1 {
        "once".to_owned()
    } else {
        format!("{number} times")
    }
}

fn extras(row: &Row, zh: &mut String, en: &mut String) {
    let unit = row.unit();
    let (u, ue) = (unit.zh.as_str(), unit.en.as_str());
    let Text { zh: p, en: pe } = assets::words(&row.kind);
    if let Some(bonus) = &row.kind.bonus {
        let (zh_unit, en_unit) = match bonus.of {
            BonusOf::Quantity => (u, ue),
            BonusOf::Hours => ("小时", "hours"),
            BonusOf::Events => ("次", "times"),
        };
        zh.push_str(&format!(
            "，每满 {} {zh_unit}另加 {} {p}",
            bonus.every, bonus.amount
        ));
        en.push_str(&format!(
            "; {} more for every {} {en_unit}",
            bonus.amount, bonus.every
        ));
    }
    for void in &row.kind.void {
        let (if_zh, if_en) = condition(&void.when, &[]);
        zh.push_str(&format!("，{}{if_zh}这一次不计", void.title.zh));
        en.push_str(&format!("; {}{if_en}: nothing counts", void.title.en));
    }
    for boost in &row.kind.boosts {
        let (if_zh, if_en) = condition(&boost.when, &boost.weekdays);
        let (zh_title, en_title) = match boost.title.as_ref() {
            Some(title) => (title.zh.as_str(), title.en.as_str()),
            None => ("", "more"),
        };
        let (how, how_en) = match (boost.times, boost.plus) {
            (Some(times), _) => (
                format!("按 {times} 倍计分"),
                format!("counts {times} times"),
            ),
            (None, plus) => {
                let plus = plus.unwrap_or(0);
                (format!("另加 {plus} {p}"), format!("{plus} {pe} more"))
            }
        };
        zh.push_str(&format!("，{zh_title}{if_zh}{how}"));
        en.push_str(&format!("; {en_title}{if_en}: {how_en}"));
    }
    for nth in &row.kind.nth {
        let since = this(nth.window);
        zh.push_str(&format!(
            "，{}第 {} 次另加 {} {p}",
            since.zh, nth.time, nth.points
        ));
        en.push_str(&format!(
            "; {} more for time {} {}",
            nth.points, nth.time, since.en
        ));
    }
    if let Some(back) = &row.kind.comeback {
        zh.push_str(&format!(
            "，隔 {} 天以上再来另加 {} {p}",
            back.after_days, back.points
        ));
        en.push_str(&format!(
            "; {} more after {} days away",
            back.points, back.after_days
        ));
    }
    if let Some(streak) = &row.kind.streak {
        zh.push_str(&format!(
            "，连续 {} 天另加 {} {p}",
            streak.days, streak.points
        ));
        en.push_str(&format!(
            "; {} more for {} days in a row",
            streak.points, streak.days
        ));
    }
    if let Some(thanks) = row.kind.referrer {
        let points = thanks.points();
        zh.push_str(&format!("，介绍人得 {points} 分"));
        en.push_str(&format!("; {points} for whoever brought them along"));
    }
}
