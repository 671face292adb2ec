//! Every sentence of a period's end, in Chinese and English, and the plan that carries them. Nothing is computed.

use rongyi_sdk::say::phrase;
use rongyi_sdk::types::{KindPlan, Phrase, Plan, Text};
use rongyi_sdk::window::{HasTrait, every, this};
use rongyi_sdk::{CLOSING_KIND, text};

use crate::close::End;
use crate::params::{Allowance, Balance, Counted, Each, Keep, Length};

/// The plan. Its one kind is never reported: its facts are what `close` wants to know.
pub(crate) fn plan(end: &End) -> Plan {
    let mut traits: Vec<String> = Vec::new();
    let groups = end
        .params
        .allowances
        .iter()
        .filter_map(|one| one.has.as_ref());
    let tenure = end
        .params
        .level
        .iter()
        .filter_map(|level| level.tenure.clone());
    for name in groups.map(|has| has.name.clone()).chain(tenure) {
        if !traits.contains(&name) {
            traits.push(name);
        }
    }
    Plan {
        kinds: vec![KindPlan {
            code: CLOSING_KIND.to_owned(),
            title: text("期末结算", "End of a period"),
            unit: text("次", "times"),
            scale: 0,
            quantity_min: 1,
            quantity_max: 1,
            fields: Vec::new(),
            facts: end.needs.list(),
        }],
        pricing: None,
        traits,
        phrases: phrases(end),
        summary: summary(end),
    }
}

/// What an asset is called.
fn asset(code: &str) -> Text {
    match code {
        "points" => text("积分", "points"),
        "minutes" => text("志愿时长", "volunteer minutes"),
        "conduct" => text("操行分", "conduct points"),
        // In quotes: a host that knows its title puts it in the place of the code.
        other => text(format!("“{other}”"), format!("“{other}”")),
    }
}

/// When a row counts: at the end of a month, or of every period.
fn ends(at: Option<Length>) -> Text {
    match at {
        None => text("每期", "each period"),
        Some(Length::Month) => text("每月底", "each month"),
        Some(Length::Quarter) => text("每季末", "each quarter"),
        Some(Length::HalfYear) => text("每半年末", "each half-year"),
        Some(Length::Year) => text("每年底", "each year"),
    }
}

fn counted(metric: Counted) -> Text {
    match metric {
        Counted::Points => text("分", "points"),
        Counted::Minutes => text("分钟", "minutes"),
        Counted::Quantity => text("个单位", "units"),
        Counted::Events => text("次", "times"),
        Counted::DistinctDays => text("天", "days"),
    }
}

fn phrases(end: &End) -> Vec<Phrase> {
    let mut all = Vec::new();
    let mut say = |code: String, zh: String, en: String| all.push(phrase(code, zh, en));
    for (at, balance) in end.params.balances.iter().enumerate() {
        let what = asset(&balance.asset);
        say(
            format!("kept-{at}"),
            format!("期末{}有 {{0}}，按规定留下 {{1}}", what.zh),
            format!("{{0}} {} at the end of the period, {{1}} are kept", what.en),
        );
        say(
            format!("forgiven-{at}"),
            format!("期末{}是 {{0}}，欠的不再追要", what.zh),
            format!(
                "{{0}} {} at the end of the period, the debt is forgiven",
                what.en
            ),
        );
        say(
            format!("base-{at}"),
            format!("新一期的底分 {{0}}（{}）", what.zh),
            format!("The new period begins with {{0}} {}", what.en),
        );
    }
    for (at, one) in end.params.allowances.iter().enumerate() {
        let (what, title) = (asset(&one.asset), Text::from(one.title.clone()));
        let (since, since_en) = match one.each {
            None => ("", ""),
            Some(Each::Year) => ("满 {1} 年，", " for {1} whole years"),
            Some(Each::Month) => ("满 {1} 个月，", " for {1} whole months"),
        };
        say(
            format!("allowance-{at}"),
            format!("{}：{since}{} {{0}}", title.zh, what.zh),
            format!("{}: {{0}} {}{since_en}", title.en, what.en),
        );
    }
    for (at, prize) in end.params.prizes.iter().enumerate() {
        let title = Text::from(prize.title.clone());
        say(
            format!("prize-{at}"),
            format!("{}第 {{0}} 名（{{1}} 分），得 {{2}} 分", title.zh),
            format!("{}: place {{0}} with {{1}} points, {{2}} points", title.en),
        );
    }
    for (at, goal) in end.params.goals.iter().enumerate() {
        let (what, title) = (asset(&goal.asset), Text::from(goal.title.clone()));
        let unit = counted(goal.metric);
        say(
            format!("goal-{at}"),
            format!(
                "{}：{{0}} {}，达到 {{1}}，{} {{2}}",
                title.zh, unit.zh, what.zh
            ),
            format!(
                "{}: {{0}} {}, {{1}} are reached, {{2}} {}",
                title.en, unit.en, what.en
            ),
        );
    }
    for (at, streak) in end.params.streaks.iter().enumerate() {
        let (what, title) = (asset(&streak.asset), Text::from(streak.title.clone()));
        say(
            format!("streak-{at}"),
            format!("{}：连续 {{0}} 个月，{} {{1}}", title.zh, what.zh),
            format!("{}: {{0}} months in a row, {{1}} {}", title.en, what.en),
        );
    }
    if let Some(level) = &end.params.level {
        let (title, unit) = (Text::from(level.title.clone()), counted(level.metric));
        say(
            "level-up".to_owned(),
            format!("{}：{{2}} {}，从 {{0}} 级升到 {{1}} 级", title.zh, unit.zh),
            format!(
                "{}: {{2}} {}, from level {{0}} up to {{1}}",
                title.en, unit.en
            ),
        );
        say(
            "level-down".to_owned(),
            format!("{}：{{2}} {}，从 {{0}} 级降到 {{1}} 级", title.zh, unit.zh),
            format!(
                "{}: {{2}} {}, from level {{0}} down to {{1}}",
                title.en, unit.en
            ),
        );
    }
    all
}

fn remains(balance: &Balance) -> Text {
    let what = asset(&balance.asset);
    let (zh, en) = if let Some(percent) = balance.keep_percent {
        (format!("留 {percent}%"), format!("{percent}% are kept"))
    } else if let Some(max) = balance.keep_max {
        (format!("最多留 {max}"), format!("at most {max} are kept"))
    } else if balance.keep == Some(Keep::None) {
        ("清零".to_owned(), "reset".to_owned())
    } else {
        ("结转".to_owned(), "carried over".to_owned())
    };
    let (more, more_en) = balance.base.map_or_else(Default::default, |base| {
        (
            format!("，新一期底分 {base}"),
            format!("; the new period begins with {base} more"),
        )
    });
    let when = ends(balance.at);
    let (when, when_en) = match balance.at {
        None => ("期末", "a period"),
        Some(_) => (when.zh.as_str(), when.en.as_str()),
    };
    text(
        format!("{when}{}：{zh}{more}。", what.zh),
        format!("At the end of {when_en}, {}: {en}{more_en}.", what.en),
    )
}

/// What stands before a row that counts at the end of one length only.
fn only(at: Option<Length>) -> Text {
    let when = ends(at);
    match at {
        None => text("", ""),
        Some(_) => text(
            format!("{}，", when.zh),
            format!("At the end of {}: ", when.en),
        ),
    }
}

fn allowance(one: &Allowance) -> Text {
    let (what, when) = (asset(&one.asset), ends(one.at));
    let group = one.has.as_ref().map(HasTrait::words);
    let (group, group_en) = group.map_or_else(Default::default, |has| {
        (format!("（{}）", has.zh), format!(" ({})", has.en))
    });
    let (each, each_en) = match one.each {
        None => ("", ""),
        Some(Each::Year) => ("每满一年", " for each whole year"),
        Some(Each::Month) => ("每满一个月", " for each whole month"),
    };
    let (most, most_en) = one.most.map_or_else(Default::default, |most| {
        (format!("，最多 {most}"), format!(", at most {most}"))
    });
    let (title, amount) = (&one.title, one.amount);
    text(
        format!(
            "{}{group}：{}{each}{} {amount}{most}。",
            title.zh, when.zh, what.zh
        ),
        format!(
            "{}{group_en}: {amount} {} {}{each_en}{most_en}.",
            title.en, what.en, when.en
        ),
    )
}

fn summary(end: &End) -> Vec<Text> {
    let mut all: Vec<Text> = end.params.balances.iter().map(remains).collect();
    for one in &end.params.allowances {
        all.push(allowance(one));
    }
    for prize in &end.params.prizes {
        let places: Vec<String> = prize.points.iter().map(i32::to_string).collect();
        let (who, when) = (every(prize.subject), this(prize.window));
        all.push(text(
            format!(
                "{}{}（{}{}得分排名）：{} 分。",
                only(prize.at).zh,
                prize.title.zh,
                who.zh,
                when.zh,
                places.join("、")
            ),
            format!(
                "{}{}, by the points of {} {}: {}.",
                only(prize.at).en,
                prize.title.en,
                who.en,
                when.en,
                places.join(", ")
            ),
        ));
    }
    for goal in &end.params.goals {
        let (what, unit) = (asset(&goal.asset), counted(goal.metric));
        all.push(text(
            format!(
                "{}{}：满 {} {}，{} {}。",
                only(goal.at).zh,
                goal.title.zh,
                goal.at_least,
                unit.zh,
                what.zh,
                goal.amount
            ),
            format!(
                "{}{}: {} {} for {} {}.",
                only(goal.at).en,
                goal.title.en,
                goal.amount,
                what.en,
                goal.at_least,
                unit.en
            ),
        ));
    }
    for streak in &end.params.streaks {
        let what = asset(&streak.asset);
        all.push(text(
            format!(
                "{}{}：连续 {} 个月，{} {}。",
                only(streak.at).zh,
                streak.title.zh,
                streak.months,
                what.zh,
                streak.amount
            ),
            format!(
                "{}{}: {} {} for {} months in a row.",
                only(streak.at).en,
                streak.title.en,
                streak.amount,
                what.en,
                streak.months
            ),
        ));
    }
    if let Some(level) = &end.params.level {
        let steps: Vec<String> = level.steps.iter().map(i32::to_string).collect();
        let unit = counted(level.metric);
        all.push(text(
            format!(
                "{}{}：{} {}各升一级。",
                only(level.at).zh,
                level.title.zh,
                steps.join("、"),
                unit.zh
            ),
            format!(
                "{}{}: a level each at {} {}.",
                only(level.at).en,
                level.title.en,
                steps.join(", "),
                unit.en
            ),
        ));
    }
    all
}
