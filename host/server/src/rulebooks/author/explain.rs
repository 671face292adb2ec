//! `rongyi rule explain`: what a resident would read, in both languages: the rules in force, the form, and the
//! breakdown of each scenario. The sentences are made by the same code as on the pages.

use rongyi_core::rule::{FieldKind, KindPlan, Metric, Subject, Window};
use rongyi_kit::ask::Ask;
use rongyi_kit::scenarios;

use super::{WithParams, answers};
use crate::door::terminal::{Failure, foreign, say};

pub(super) fn run(args: &WithParams) -> Result<(), Failure> {
    let (folder, desk) = args.trying()?;
    let rule = desk.load(&args.params()?)?;
    let title = &rule.about.title;
    say(&format!("{} / {}", title.zh, title.en));
    for line in &rule.plan.summary {
        say(&format!(
            "  · {}\n    {}",
            foreign(&line.zh),
            foreign(&line.en)
        ));
    }
    for kind in &rule.plan.kinds {
        form(kind);
    }
    for path in folder.scenario_files()? {
        let (_, file) = scenarios::read_file(&path)?;
        for scenario in &file.scenario {
            let params_name = scenario.params.as_deref();
            let loaded = params_name.and_then(|name| desk.rule_of(&file, name));
            let rule = if params_name.is_none() {
                Some(&rule)
            } else {
                loaded.as_ref()
            };
            let asked = rule.and_then(|rule| {
                let plan = rongyi_rules::scenario::plan(&rule.plan);
                Some((rule, Ask::of_scenario(scenario, &plan).ok()?))
            });
            let Some((rule, ask)) = asked else {
                continue;
            };
            say(&format!(
                "\n「{}」\n   {}",
                scenario.name,
                answers::asked(&rule.plan, &ask)
            ));
            answers::read_out(rule, &ask);
        }
    }
    Ok(())
}

/// The claim form of an event kind.
fn form(kind: &KindPlan) {
    let (title, unit) = (&kind.title, &kind.unit);
    let bound = |units: i32| rongyi_core::amount::Decimal {
        units,
        scale: kind.scale,
    };
    let (min, max) = (bound(kind.quantity_min), bound(kind.quantity_max));
    say(&format!("\n{} ({})", title.zh, kind.code));
    say(&format!(
        "   {min}–{max} {} / {}: {min}–{max} {}",
        unit.zh, title.en, unit.en
    ));
    for field in &kind.fields {
        let holds = match &field.kind {
            FieldKind::Integer { min, max } => format!("{min}–{max}"),
            FieldKind::Decimal(scale) => format!("{scale} 位小数 / decimal places"),
            FieldKind::Choice(choices) => {
                let one = |(code, text): &(_, rongyi_core::rule::Text)| {
                    format!("{code} {} / {}", text.zh, text.en)
                };
                choices.iter().map(one).collect::<Vec<_>>().join("; ")
            }
            FieldKind::YesNo => "是或否 / yes or no".to_owned(),
            FieldKind::Day => "日期 / a day".to_owned(),
        };
        let must = if field.required { " *" } else { "" };
        say(&format!(
            "   □ {} / {}{must}: {holds}",
            field.title.zh, field.title.en
        ));
    }
    for need in &kind.facts {
        let of = need
            .of
            .as_ref()
            .map_or(String::new(), |of| format!(" ({of})"));
        let (zh, en) = (words(need.metric), window(need.window));
        let subject = match need.subject {
            Subject::Person => ("本人", "the person's"),
            Subject::Household => ("本户", "the household's"),
            Subject::Community => ("全社区", "the community's"),
        };
        say(&format!(
            "   ? {}{}{}{of} / {} {} {}{of}",
            subject.0, en.0, zh.0, subject.1, zh.1, en.1
        ));
    }
}

fn words(metric: Metric) -> (&'static str, &'static str) {
    match metric {
        Metric::Points => ("已得的分", "points"),
        Metric::Minutes => ("已服务的分钟", "volunteer minutes"),
        Metric::Quantity => ("已有的数量", "quantity"),
        Metric::Events => ("已有的次数", "number of events"),
        Metric::DistinctDays => ("有几天", "number of days with an event"),
        Metric::DaysSinceLast => ("离上一次几天", "days since the last one"),
        Metric::RedeemedPoints => ("已花的分", "points spent"),
        Metric::RedeemedItems => ("已换的件数", "pieces redeemed"),
        Metric::RankAtCutoff => ("截止时的名次", "rank at the cut-off"),
        Metric::Balance => ("现有余额", "balance now"),
        Metric::StreakDays => ("连续几天", "days in a row"),
        Metric::Redemptions => ("已换的次数", "times redeemed"),
    }
}

fn window(window: Window) -> (String, String) {
    let (zh, en) = match window {
        Window::Day => ("当天", "of the day"),
        Window::Week => ("本周", "of the week"),
        Window::Month => ("本月", "of the month"),
        Window::Quarter => ("本季", "of the quarter"),
        Window::HalfYear => ("本半年", "of the half-year"),
        Window::Year => ("本年", "of the year"),
        Window::Lifetime => ("历来", "ever"),
        Window::Trailing(days) => {
            return (format!("近 {days} 天"), format!("of the last {days} days"));
        }
    };
    (zh.to_owned(), en.to_owned())
}
