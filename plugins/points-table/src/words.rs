//! Every sentence of the table, in Chinese and English, and the plan that carries them. Nothing is computed.

use rongyi_sdk::say::phrase;
use rongyi_sdk::text;
use rongyi_sdk::types::{Field, FieldKind, KindPlan, Phrase, Plan, Text};
use rongyi_sdk::window::{this, whose};

use crate::assets;
use crate::params::{self, BonusOf, Rounding};
use crate::summary::summary;
use crate::table::{Bound, Row, Way};

/// The plan of a table.
pub(crate) fn plan(rows: &[Row]) -> Plan {
    let mut phrases: Vec<Phrase> = Vec::new();
    let mut traits: Vec<String> = Vec::new();
    for row in rows {
        let mut in_asset = kind_phrases(row);
        in_asset.extend(extra_phrases(row));
        in_asset.extend(more_phrases(row));
        let needed = assets::spoken(&row.kind, in_asset)
            .into_iter()
            .chain(other_phrases(row))
            .chain(crate::suspended::phrases(row))
            .chain(gift_phrases(row))
            .chain(purchase_phrases(row))
            .chain(crate::beside::phrases(row))
            .chain(bound_phrases(row));
        let boosts = row.kind.boosts.iter().map(|boost| &boost.when);
        let marks = row.kind.marks.iter().map(|mark| &mark.when);
        let voids = row.kind.void.iter().map(|void| &void.when);
        let groups = row.kind.beside.iter().flat_map(|beside| &beside.groups);
        for has in boosts
            .chain(marks)
            .chain(voids)
            .filter_map(|when| when.has.as_ref())
            .chain(groups.map(|group| &group.has))
        {
            if !traits.contains(&has.name) {
                traits.push(has.name.clone());
            }
        }
        for phrase in needed {
            if !phrases.iter().any(|known| known.code == phrase.code) {
                phrases.push(phrase);
            }
        }
    }
    Plan {
        kinds: rows.iter().map(kind_plan).collect(),
        pricing: None,
        traits,
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
        fields: own_fields(row)
            .into_iter()
            .chain(row.kind.fields.iter().map(field))
            .collect(),
        facts: row.needs.clone(),
    }
}

/// The fields that a way needs to work.
fn own_fields(row: &Row) -> Vec<Field> {
    if row.way == Way::Levels {
        let title = row.kind.levels_title.clone();
        let choice = |level: &params::Level| (level.code.clone(), level.title.clone().into());
        return vec![Field {
            name: "level".to_owned(),
            title: title.map_or_else(|| text("级别", "Level"), Text::from),
            required: true,
            kind: FieldKind::Choice(row.kind.levels.iter().map(choice).collect()),
        }];
    }
    let Some(judges) = &row.kind.judges else {
        return Vec::new();
    };
    let required = judges.required.unwrap_or(judges.count);
    let one = |no: u8| Field {
        name: format!("judge-{no}"),
        title: text(format!("评委 {no} 打分"), format!("Score of judge {no}")),
        required: no <= required,
        kind: FieldKind::Integer((judges.min, judges.max)),
    };
    (1..=judges.count).map(one).collect()
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
        Way::Levels => said.extend(level_phrases(row)),
        Way::Judged => said.extend(judge_phrases(row)),
        // These have sentences of their own.
        Way::Give | Way::Purchase | Way::Beside => {}
    }
    said
}

fn level_phrases(row: &Row) -> Vec<Phrase> {
    let Text { zh: title, en } = row.kind.title.clone().into();
    let mut said = Vec::new();
    let mut say = |name: &str, zh: String, en: String| said.push(phrase(row.phrase(name), zh, en));
    say(
        "level",
        format!("{title}：{{0}} {{1}} 分"),
        format!("{en}: {{1}} points for {{0}}"),
    );
    say(
        "no-level",
        format!("{title}：请选一个级别"),
        format!("{en}: please choose a level"),
    );
    for level in &row.kind.levels {
        let Text { zh, en } = level.title.clone().into();
        say(&format!("level-{}", level.code), zh, en);
    }
    said
}

fn judge_phrases(row: &Row) -> Vec<Phrase> {
    let Text { zh: title, en } = row.kind.title.clone().into();
    let mut said = Vec::new();
    let mut say = |name: &str, zh: String, en: String| said.push(phrase(row.phrase(name), zh, en));
    let (how, how_en) = match row.kind.judges.as_ref().map(|judges| judges.method) {
        Some(params::Method::Median) => ("取中间分", "the one in the middle is"),
        Some(params::Method::DropExtremes) => (
            "去掉最高最低，平均",
            "without the highest and the lowest the average is",
        ),
        Some(params::Method::Average) | None => ("平均", "the average is"),
    };
    say(
        "judged",
        format!("{title}：{{0}} 位评委打分，{how} {{1}}，得 {{2}} 分"),
        format!("{en}: {{0}} judges, {how_en} {{1}}, {{2}} points"),
    );
    say(
        "no-scores",
        format!("{title}：至少要 {{0}} 位评委打分，现在有 {{1}} 位"),
        format!("{en}: at least {{0}} judges must score; there are {{1}}"),
    );
    said
}

/// The sentences of points that change hands.
fn gift_phrases(row: &Row) -> Vec<Phrase> {
    let Some(give) = &row.kind.give else {
        return Vec::new();
    };
    let Text { zh: title, en } = row.kind.title.clone().into();
    let Text { zh: to, en: to_en } = give.title.clone().into();
    let mut said = vec![
        phrase(
            row.phrase("given"),
            format!("{title}：送出 {{0}} 分"),
            format!("{en}: {{0}} points given"),
        ),
        phrase(
            row.phrase("received"),
            format!("{to}收到 {{0}} 分"),
            format!("{{0}} points for {to_en}"),
        ),
        phrase(
            row.phrase("no-receiver"),
            format!("{title}：请写明送给谁（{to}）"),
            format!("{en}: please say who receives it ({to_en})"),
        ),
    ];
    if give.step.is_some() {
        said.push(phrase(
            row.phrase("step"),
            format!("{title}：要是 {{0}} 的倍数，这次是 {{1}} 分"),
            format!("{en}: a multiple of {{0}}; this is {{1}}"),
        ));
    }
    if give.honour_every.is_some() {
        said.push(phrase(
            row.phrase("honour"),
            "累计每送出 {0} 分记操行 1 分，这次满了 {1} 回",
            "A conduct point for every {0} given in all, reached {1} times now",
        ));
    }
    for (at, most) in give.most.iter().enumerate() {
        let (who, when) = (whose(most.subject), this(most.window));
        said.push(phrase(
            row.phrase(&format!("most-{at}")),
            format!(
                "{}{}最多送出 {{0}} 分，已经送出 {{1}} 分，还能送 {{2}} 分",
                who.zh, when.zh
            ),
            format!(
                "{} {}: at most {{0}} points given away, {{1}} so far, {{2}} left",
                who.en, when.en
            ),
        ));
    }
    said
}

/// The sentences of money off a purchase.
fn purchase_phrases(row: &Row) -> Vec<Phrase> {
    let Some(purchase) = &row.kind.purchase else {
        return Vec::new();
    };
    let Text { zh: title, en } = row.kind.title.clone().into();
    let mut said = Vec::new();
    let mut say = |name: &str, zh: String, en: String| said.push(phrase(row.phrase(name), zh, en));
    say(
        "buy",
        format!("{title}：消费 {{0}} 元，最多抵 {{1}} 元"),
        format!("{en}: {{0}} yuan, of which at most {{1}} may be off"),
    );
    say(
        "buy-off",
        "用 {0} 分抵 {1} 元，还要付 {2} 元".to_owned(),
        "{0} points take {1} yuan off; {2} yuan remain to pay".to_owned(),
    );
    say(
        "buy-balance",
        "现在可用 {0} 分，有多少用多少".to_owned(),
        "{0} points are there, and no more are used".to_owned(),
    );
    say(
        "buy-nothing",
        format!("{title}：现在可用 {{0}} 分，抵不了钱，要付 {{1}} 元"),
        format!("{en}: {{0}} points are there, which take nothing off; {{1}} yuan are to pay"),
    );
    say(
        "buy-small",
        format!("{title}：满 {{0}} 元才能抵，这次是 {{1}} 元，照付"),
        format!("{en}: from {{0}} yuan on; this is {{1}}, to be paid in full"),
    );
    for (at, most) in purchase.most_points.iter().enumerate() {
        let (who, when) = (whose(most.subject), this(most.window));
        say(
            &format!("buy-most-{at}"),
            format!(
                "{}{}最多用 {{0}} 分抵，已经用了 {{1}} 分，还能用 {{2}} 分",
                who.zh, when.zh
            ),
            format!(
                "{} {}: at most {{0}} points for money off, {{1}} used so far, {{2}} left",
                who.en, when.en
            ),
        );
    }
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
    if let Some(bonus) = &row.kind.bonus {
        let (zh, en) = match bonus.of {
            BonusOf::Quantity => (u, ue),
            BonusOf::Hours => ("小时", "hours"),
            BonusOf::Events => ("次", "times"),
        };
        let Text {
            zh: since,
            en: since_en,
        } = this(bonus.window);
        say(
            "bonus",
            format!("{since}每满 {{0}} {zh}另加 {{1}} 分，这次满了 {{2}} 回"),
            format!("{{1}} more points for every {{0}} {en} {since_en}, reached {{2}} times now"),
        );
    }
    said
}

/// The sentences of boosts, of the first or the tenth time, of rows, shares, the budget and marks.
fn more_phrases(row: &Row) -> Vec<Phrase> {
    let mut said = Vec::new();
    let mut say = |code: String, zh: String, en: String| said.push(phrase(code, zh, en));
    for (at, void) in row.kind.void.iter().enumerate() {
        let title = Text::from(void.title.clone());
        say(
            row.phrase(&format!("void-{at}")),
            format!("{}：这一次不计", title.zh),
            format!("{}: this time counts for nothing", title.en),
        );
    }
    for (at, boost) in row.kind.boosts.iter().enumerate() {
        let code = row.boost_phrase(at);
        let (zh, en) = match (boost.title.clone().map(Text::from), boost.times.is_some()) {
            (Some(title), true) => (
                format!("{}：按 {{0}} 倍计分", title.zh),
                format!("{}: points count {{0}} times", title.en),
            ),
            (Some(title), false) => (
                format!("{}：另加 {{0}} 分", title.zh),
                format!("{}: {{0}} points more", title.en),
            ),
            (None, false) => (
                "符合条件，另加 {0} 分".to_owned(),
                "{0} points more on this condition".to_owned(),
            ),
            (None, true) if !boost.when.only_weekdays() => (
                "符合条件，按 {0} 倍计分".to_owned(),
                "Points count {0} times on this condition".to_owned(),
            ),
            (None, true) => (
                "这一天按 {0} 倍计分".to_owned(),
                "On this day points count {0} times".to_owned(),
            ),
        };
        say(code, zh, en);
    }
    for (at, nth) in row.kind.nth.iter().enumerate() {
        let since = this(nth.window);
        let (zh, en) = if nth.time == 1 && nth.window == rongyi_sdk::types::Window::Lifetime {
            (
                "第一次，另加 {1} 分".to_owned(),
                "The first time: {1} points more".to_owned(),
            )
        } else {
            (
                format!("{}第 {{0}} 次，另加 {{1}} 分", since.zh),
                format!("Time {{0}} {}: {{1}} points more", since.en),
            )
        };
        say(row.phrase(&format!("nth-{at}")), zh, en);
    }
    if row.kind.comeback.is_some() {
        say(
            row.phrase("comeback"),
            "隔了 {0} 天又来了，另加 {1} 分".to_owned(),
            "Back after {0} days: {1} points more".to_owned(),
        );
    }
    if row.kind.streak.is_some() {
        say(
            row.phrase("streak"),
            "连续 {0} 天，另加 {1} 分".to_owned(),
            "{0} days in a row: {1} points more".to_owned(),
        );
    }
    for share in &row.kind.share {
        let Text { zh, en } = share.title.clone().into();
        let (zh, en) = match share.of {
            Some(_) => (
                format!("平分成 {{0}} 份，一份归{zh}，{{1}} 分"),
                format!("One of {{0}} equal parts, {{1}} points, for {en}"),
            ),
            None => (
                format!("其中 {{0}}% 归{zh}，{{1}} 分"),
                format!("{{0}}% of it, {{1}} points, for {en}"),
            ),
        };
        say(row.phrase(&format!("share-{}", share.role)), zh, en);
    }
    if row
        .budget
        .as_ref()
        .is_some_and(|budget| !budget.scale.is_empty())
    {
        say(
            "budget".to_owned(),
            "全社区预算 {0} 分已用 {1}%，按 {2} 倍计分".to_owned(),
            "{1}% of the community's {0} points are used: points count {2} times".to_owned(),
        );
    }
    said
}

/// What is said in points whatever the kind is paid in, and in the operator's own words.
fn other_phrases(row: &Row) -> Vec<Phrase> {
    let mut said = Vec::new();
    let mut say = |name: &str, zh: String, en: String| said.push(phrase(row.phrase(name), zh, en));
    if row.kind.referrer.is_some() {
        say(
            "referrer",
            "介绍人得 {0} 分".to_owned(),
            "{0} points for whoever brought them along".to_owned(),
        );
    }
    for (at, mark) in row.kind.marks.iter().enumerate() {
        let Text { zh, en } = mark.say.clone().into();
        say(&format!("mark-{at}"), zh, en);
    }
    said
}

fn bound_phrases(row: &Row) -> Vec<Phrase> {
    let mut said = Vec::new();
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
fn here(bound: &Bound) -> (String, String, String) {
    let (who, when) = (whose(bound.subject), this(bound.window));
    (who.zh, when.zh, format!("{} {}", who.en, when.en))
}
