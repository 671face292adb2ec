//! Every sentence of volunteer hours, in Chinese and English, and the plan that carries them. Nothing is counted.

use rongyi_sdk::say::phrase;
use rongyi_sdk::text;
use rongyi_sdk::types::{Field, FieldKind, KindPlan, Phrase, Plan, Text};
use rongyi_sdk::window::{each, every, this, whose};

use crate::count::{Row, SUSPENDED, cap_code, limit_code};
use crate::params::{All, Cap, Class, Coefficient, DAY_MINUTES, Kind, Proof};
use crate::weight::WORK;

/// The plan of all kinds.
pub(crate) fn plan(rows: &[Row]) -> Plan {
    let mut phrases: Vec<Phrase> = Vec::new();
    let mut traits: Vec<String> = Vec::new();
    for row in rows {
        let coefficients = row.kind.coefficients.iter();
        for has in coefficients.filter_map(|one| one.has.as_ref()) {
            if !traits.contains(&has.name) {
                traits.push(has.name.clone());
            }
        }
        let said = own_phrases(row).into_iter().chain(weight_phrases(row));
        for phrase in said.chain(cap_phrases(row)).chain(bound_phrases(row)) {
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
    let (unit, least, most) = if row.kind.fixed_minutes.is_some() {
        (text("次", "times"), 1, 100)
    } else {
        // Nobody signed out, or nobody came: then there are no minutes.
        let none = row.kind.missing_checkout.is_some() || row.kind.no_show_times.is_some();
        (text("分钟", "minutes"), i32::from(!none), DAY_MINUTES)
    };
    KindPlan {
        code: row.kind.code.clone(),
        title: row.kind.title.clone().into(),
        unit,
        scale: 0,
        quantity_min: least,
        quantity_max: most,
        fields: fields(row),
        facts: row.needs.clone(),
    }
}

fn fields(row: &Row) -> Vec<Field> {
    let kind = &row.kind;
    let mut all = Vec::new();
    let mut field = |name: &str, title: Text, required: bool, kind: FieldKind| {
        all.push(Field {
            name: name.to_owned(),
            title,
            kind,
            required,
        });
    };
    if kind.wants_planned() {
        let title = text("规定时间（分钟）", "Planned time (minutes)");
        field("planned", title, true, FieldKind::Integer((1, DAY_MINUTES)));
    }
    if kind.missing_checkout.is_some() {
        let title = text("已签退", "Signed out");
        field("signed-out", title, true, FieldKind::YesNo);
    }
    if kind.no_show_times.is_some() {
        field(
            "no-show",
            text("没有来", "Did not come"),
            false,
            FieldKind::YesNo,
        );
    }
    let works: Vec<_> = kind.works().collect();
    if !works.is_empty() {
        let one = |(code, one): (&str, &Coefficient)| (code.to_owned(), one.title.clone().into());
        let choices = FieldKind::Choice(works.into_iter().map(one).collect());
        field(
            WORK,
            text("特别的服务内容", "Work of a special kind"),
            false,
            choices,
        );
    }
    if !kind.proofs.is_empty() {
        let one = |proof: &Proof| (proof.code.clone(), proof.title.clone().into());
        let choices = FieldKind::Choice(kind.proofs.iter().map(one).collect());
        field(
            "proof",
            text("记录方式", "How it was recorded"),
            true,
            choices,
        );
    }
    all
}

fn own_phrases(row: &Row) -> Vec<Phrase> {
    let kind = &row.kind;
    let Text { zh: title, en } = kind.title.clone().into();
    let mut said = Vec::new();
    let mut say = |name: &str, zh: String, en: String| said.push(phrase(row.phrase(name), zh, en));
    if kind.fixed_minutes.is_some() {
        say(
            "fixed",
            format!("{title} {{0}} 次 × 每次 {{1}} 分钟"),
            format!("{en}: {{0}} times × {{1}} minutes"),
        );
    } else {
        say(
            "present",
            format!("{title}：在场 {{0}} 分钟"),
            format!("{en}: {{0}} minutes between sign-in and sign-out"),
        );
        say(
            "rounded",
            "{0} 分钟按规定折算为 {1} 分钟".to_owned(),
            "{0} minutes count as {1}".to_owned(),
        );
    }
    if kind.presence_percent.is_some() {
        say(
            "too-short",
            "在场 {0} 分钟，不到规定时间 {1} 分钟的 {2}%，不记时长".to_owned(),
            "{0} minutes are less than {2}% of the {1} planned; no time is kept".to_owned(),
        );
    }
    if kind.missing_checkout.is_some() {
        say(
            "missing",
            format!("{title}：没有签退，按规定记 {{0}} 分钟"),
            format!("{en}: nobody signed out, {{0}} minutes are kept"),
        );
    }
    if kind.no_show_times.is_some() {
        say(
            "no-show",
            format!("{title}：报了名没有来，扣规定时间 {{0}} 分钟的 {{1}} 倍"),
            format!("{en}: signed up and did not come, {{1}} times the {{0}} planned minutes off"),
        );
    }
    for proof in &kind.proofs {
        let Text { zh, en } = proof.title.clone().into();
        let (class, class_en) = match proof.class {
            Class::Credit => ("信用时长", "credit hours"),
            Class::Honour => ("荣誉时长", "honour hours"),
        };
        say(
            &format!("proof-{}", proof.code),
            format!("{zh}，记为{class}"),
            format!("{en}: {class_en}"),
        );
    }
    if kind.proofs.iter().any(|proof| proof.planned_max) {
        say(
            "planned-max",
            "这样记录的不超过规定时间 {0} 分钟".to_owned(),
            "Recorded like this, no more than the {0} planned minutes count".to_owned(),
        );
    }
    if kind.max_minutes.is_some() {
        say(
            "most",
            "一次最多记 {0} 分钟".to_owned(),
            "At most {0} minutes are kept at one time".to_owned(),
        );
    }
    if kind.surplus_to.is_some() {
        say(
            "surplus",
            "超出上限的 {0} 分钟捐出".to_owned(),
            "{0} minutes beyond the cap are given away".to_owned(),
        );
    }
    if kind.spend {
        say(
            "spent",
            format!("{title}：按规定扣 {{0}} 分钟，不够就扣完为止"),
            format!("{en}: {{0}} minutes are taken for the help received, as far as there are any"),
        );
    }
    if kind.paid_by.is_some() {
        say(
            "paid",
            "接受服务的人扣 {0} 分钟，不够就扣完为止".to_owned(),
            "{0} minutes are taken from whoever was helped, as far as there are any".to_owned(),
        );
    }
    if kind.points_per_hour.is_some() {
        say(
            "points",
            format!("{title}：{{0}} 分钟 × 每小时 {{1}} 分（零头不计）"),
            format!("{en}: {{0}} minutes × {{1}} points an hour (fractions dropped)"),
        );
    }
    said
}

/// What is said of minutes that count more than once.
fn weight_phrases(row: &Row) -> Vec<Phrase> {
    let kind = &row.kind;
    let Text { zh: title, en } = kind.title.clone().into();
    let mut said = Vec::new();
    let mut say = |name: &str, zh: String, en: String| said.push(phrase(row.phrase(name), zh, en));
    if let Some(night) = kind.night {
        let (from, to) = (night.from, night.to);
        say(
            "night",
            format!("其中 {{0}} 分钟在 {from}–{to}，按 {{1}} 倍计"),
            format!("{{0}} minutes of it lie in {from}–{to} and count {{1}} times"),
        );
        say(
            "no-time",
            format!("{title}：没有写几点开始，分不出 {from}–{to} 的部分；写明时刻再记"),
            format!(
                "{en}: it was not said when it began, so what lies in {from}–{to} is not known; say the time of day"
            ),
        );
    }
    for (at, one) in kind.coefficients.iter().enumerate() {
        let Text { zh, en } = one.title.clone().into();
        say(
            &format!("coefficient-{at}"),
            format!("{zh}：{{0}} 分钟按 {{1}} 倍计"),
            format!("{en}: {{0}} minutes count {{1}} times"),
        );
    }
    said
}

/// What whoever is out reads, and who comes once too often.
fn bound_phrases(row: &Row) -> Vec<Phrase> {
    let mut said = Vec::new();
    for (at, one) in row.kind.suspensions.iter().enumerate() {
        let Text { zh, en } = one.told();
        said.push(phrase(row.phrase(&format!("suspended-{at}")), zh, en));
    }
    for limit in &row.kind.limits {
        let (who, when) = (whose(limit.subject), this(limit.window));
        said.push(phrase(
            limit_code(limit),
            format!("{}{}这一项最多 {{0}} 次，已经有 {{1}} 次", who.zh, when.zh),
            format!("{} {}: at most {{0}} times, already {{1}}", who.en, when.en),
        ));
    }
    said
}

fn cap_phrases(row: &Row) -> Vec<Phrase> {
    let mut said = Vec::new();
    for cap in &row.kind.caps {
        let (who, when) = (whose(cap.subject), this(cap.window));
        let (all, all_en) = together(cap);
        let zh = format!(
            "{}{}{all}最多记 {{0}} 分钟，此前已有 {{1}} 分钟，只记 {{2}} 分钟",
            who.zh, when.zh
        );
        let en = format!(
            "{} {}: at most {{0}} minutes{all_en}, {{1}} kept before, {{2}} now",
            who.en, when.en
        );
        for word in ["cut", "full"] {
            said.push(phrase(cap_code(cap, word), zh.clone(), en.clone()));
        }
    }
    said
}

/// Whether a cap counts all kinds, in words.
fn together(cap: &Cap) -> (&'static str, &'static str) {
    match cap.of {
        Some(All::All) => ("各项合计", " for all kinds together"),
        None => ("", ""),
    }
}

/// The rule of one kind in one sentence.
fn summary(row: &Row) -> Text {
    let kind = &row.kind;
    let (mut zh, mut en) = (kind.title.zh.clone(), kind.title.en.clone());
    let mut say = |more: String, more_en: String| {
        zh.push_str(&more);
        en.push_str(&more_en);
    };
    match kind.fixed_minutes {
        Some(each) => say(
            format!("：每次记 {each} 分钟"),
            format!(": {each} minutes each time"),
        ),
        None => say(
            "：按签到签退记时长".to_owned(),
            ": time between sign-in and sign-out".to_owned(),
        ),
    }
    if let Some(percent) = kind.presence_percent {
        say(
            format!("，至少在场 {percent}%"),
            format!("; at least {percent}% of the planned time"),
        );
    }
    if !kind.bands.is_empty() {
        let list: Vec<_> = kind
            .bands
            .iter()
            .map(|band| band.minutes.to_string())
            .collect();
        say(
            format!("，不足一小时的分档记 {} 分钟", list.join("、")),
            format!("; parts of an hour count {} minutes", list.join(", ")),
        );
    }
    if let Some(step) = kind.round_to {
        say(
            format!("，以 {step} 分钟为单位"),
            format!("; in steps of {step} minutes"),
        );
    }
    weights(kind, &mut say);
    if let Some(most) = kind.max_minutes {
        say(
            format!("，一次最多 {most} 分钟"),
            format!("; at most {most} minutes at one time"),
        );
    }
    for cap in &kind.caps {
        let (who, when) = (every(cap.subject), each(cap.window));
        let (all, all_en) = together(cap);
        say(
            format!("，{}{}{all}最多 {} 分钟", who.zh, when.zh, cap.minutes),
            format!(
                "; at most {} minutes{all_en} {} for {}",
                cap.minutes, when.en, who.en
            ),
        );
    }
    bounds(kind, &mut say);
    if kind.spend {
        say(
            "，从接受服务的人的时长里扣，扣完为止".to_owned(),
            "; taken from the time of whoever was helped, as far as there is any".to_owned(),
        );
    }
    if let Some(payer) = &kind.paid_by {
        say(
            format!("，从接受服务的人（{payer}）的时长里扣同样多，扣完为止"),
            format!(
                "; as much is taken from the time of whoever was helped ({payer}), as far as there is any"
            ),
        );
    }
    if let Some(points) = kind.points_per_hour {
        say(
            format!("，每小时 {points} 分"),
            format!("; {points} points an hour"),
        );
    }
    text(zh, en)
}

/// What counts more than once, behind the rest of a summary.
fn weights(kind: &Kind, say: &mut dyn FnMut(String, String)) {
    if let Some(night) = kind.night {
        let (from, to, times) = (night.from, night.to, night.times);
        say(
            format!("，{from}–{to} 的部分按 {times} 倍"),
            format!("; what lies in {from}–{to} counts {times} times"),
        );
    }
    for one in &kind.coefficients {
        let (title, times) = (&one.title, one.times);
        let (who, who_en) = one.has.as_ref().map_or_else(
            || (String::new(), String::new()),
            |has| {
                let words = has.words();
                (format!("（{}）", words.zh), format!(" ({})", words.en))
            },
        );
        say(
            format!("，{}{who}按 {times} 倍", title.zh),
            format!("; {}{who_en}: minutes count {times} times", title.en),
        );
    }
}

/// How often, and who is out.
fn bounds(kind: &Kind, say: &mut dyn FnMut(String, String)) {
    if let Some(times) = kind.no_show_times {
        say(
            format!("，报了名没有来扣规定时间的 {times} 倍"),
            format!("; a no-show loses {times} times the planned time"),
        );
    }
    for limit in &kind.limits {
        let (who, when, most) = (every(limit.subject), each(limit.window), limit.events);
        let times = if most == 1 {
            "once".to_owned()
        } else {
            format!("{most} times")
        };
        say(
            format!("，{}{}最多 {most} 次", who.zh, when.zh),
            format!("; at most {times} {} for {}", when.en, who.en),
        );
    }
    for one in &kind.suspensions {
        let Text { zh, en } = one.summary(SUSPENDED);
        say(zh, en);
    }
}
