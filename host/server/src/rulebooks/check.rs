//! `rongyi check`: reads the configuration, loads every rule with its parameters, and says what would be in
//! force, and from when it differs from what the ledger has in force now. Changes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use rongyi_cases::WorkCalendar;
use rongyi_clerk::clock::{Clock, SystemClock, local};
use rongyi_config::{self as config, Config};
use rongyi_core::rule::{Plan, Text};
use rongyi_core::shown;
use rongyi_core::time::LocalDate;
use rongyi_store::Store;

use crate::door::terminal::{Failure, Installation, foreign, load, say, say_json};
use crate::house::{self, Checked, Stretch, difference};

/// What to check.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / example:
  rongyi check --config config/rongyi.toml

有错时逐条写明文件、行、列和改法，退出码 78。Every mistake is told with file, line, column and the way out; exit code 78.
有账本时还写明从哪一天起和现在执行的有什么不同。Where there is a ledger it also says from which day what would differ.
改好以后先 rongyi plan 看会改变什么，再 rongyi apply 启用；写了 auto_apply = true 的，保存就启用。
Then look at what it changes with `rongyi plan` and bring it into force with `rongyi apply`; with auto_apply = true what is saved is in force.")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    installation: Installation,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: &CheckArgs) -> Result<(), Failure> {
    let mut parted = if args.json {
        config::load_parted(&args.installation.config).map_err(|found| told_as_json(&found))?
    } else {
        load(&args.installation.config)?
    };
    if let Some(url) = &args.installation.database {
        parted.config.database_url.clone_from(url);
    }
    let mut found = parted.mistakes();
    let config = parted.config;
    // The folder of compiled rules is used when it is there; checking makes none.
    let engine = house::engine(&config, house::known_cache(&config))?;
    let mut all = Vec::new();
    for community in &config.communities {
        match house::check_rules(&engine, community) {
            Ok(rules) => all.push(rules),
            Err(diagnostics) => found.extend(diagnostics),
        }
    }
    found.extend(unlinked(&config));
    if !found.is_empty() {
        return Err(if args.json {
            told_as_json(&found)
        } else {
            Failure::Config(found)
        });
    }
    let against = compare(&config, &all).await;
    if args.json {
        say_json(&as_json(&config, &all, &against));
    } else {
        show(&config, &all, &against);
    }
    Ok(())
}

/// How far dates of cases reach ahead: a complaint has fifteen working days, and more when it waits.
const AHEAD_DAYS: i32 = 60;

/// Files of scenarios that lie beside the communities and that no rule names: nobody would ever run them.
fn unlinked(config: &Config) -> Vec<config::Diagnostic> {
    let named = config
        .communities
        .iter()
        .flat_map(|community| &community.rules);
    let named = named.filter_map(|rule| rule.scenarios.as_ref()?.canonicalize().ok());
    let named: BTreeSet<PathBuf> = named.collect();
    let root = config.file.parent().unwrap_or(Path::new(""));
    let folder = root.join("scenarios");
    let lying = folder.read_dir().into_iter().flatten().flatten();
    let lying = lying.map(|entry| entry.path());
    let lying = lying.filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    let mut alone: Vec<PathBuf> = lying
        .filter(|path| {
            path.canonicalize()
                .is_ok_and(|canonical| !named.contains(&canonical))
        })
        .collect();
    alone.sort_unstable();
    let told = |path: PathBuf| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        config::Diagnostic::of_file(
            path,
            "config.unlinked",
            Text {
                zh: "这个情景文件没有哪条规则写着它，所以从来不会跑。".into(),
                en: "No rule names this file of scenarios, so it is never run.".into(),
            },
            Text {
                zh: format!(
                    "在那条 [[rule]] 里写 scenarios = \"../scenarios/{name}\"，或者删掉文件。"
                ),
                en: format!(
                    "Write scenarios = \"../scenarios/{name}\" in its [[rule]], or delete the file."
                ),
            },
        )
    };
    alone.into_iter().map(told).collect()
}

/// A community's rules beside what its ledger has in force.
pub(super) struct Against {
    pub(super) today: LocalDate,
    /// What would differ; `None` without a ledger.
    pub(super) stretches: Option<Vec<Stretch>>,
}

/// Every community against its ledger, in the same order. A database that cannot be read is as if there were none:
/// a configuration is checked on any machine.
async fn compare(config: &Config, all: &[Vec<Checked>]) -> Vec<Against> {
    let store = Store::open_read_only(&config.database_url).await.ok();
    let now = SystemClock.now();
    let mut against = Vec::new();
    for (community, rules) in config.communities.iter().zip(all) {
        let zone = jiff::tz::TimeZone::get(&community.timezone);
        let (today, _) = local(now, &zone.unwrap_or(jiff::tz::TimeZone::UTC));
        let frame = match &store {
            Some(store) => store.frame(&community.code).await.ok().flatten(),
            None => None,
        };
        let stretches = frame.map(|frame| difference(frame, community, rules, today));
        against.push(Against { today, stretches });
    }
    against
}

pub(super) fn show_difference(against: &Against) {
    let Some(stretches) = &against.stretches else {
        say("  还没有账本，这些规则从头开始。 No ledger yet: these rules begin with it.");
        return;
    };
    if stretches.is_empty() {
        say("  和现在执行的规则一样。 The same as what is in force.");
        return;
    }
    say("  和现在执行的规则相比： Against what is in force:");
    for stretch in stretches {
        let first = stretch.first.map_or("…".to_owned(), |day| day.to_string());
        let last = stretch.last.map_or("…".to_owned(), |day| day.to_string());
        let late = stretch.last.is_some_and(|last| last < against.today);
        let note = match late {
            true => "（只影响以后补记的）（only what is entered late）",
            false => "",
        };
        say(&format!("    {first} – {last}{note}"));
        for change in &stretch.changes {
            let text = change.text();
            say(&format!("      · {}\n        {}", text.zh, text.en));
        }
    }
}

fn told_as_json(found: &[config::Diagnostic]) -> Failure {
    say_json(&config::to_json(found));
    Failure::Config(Vec::new())
}

fn show(config: &Config, all: &[Vec<Checked>], against: &[Against]) {
    for ((community, rules), against) in config.communities.iter().zip(all).zip(against) {
        say(&format!(
            "{} · {} / {}",
            community.code,
            foreign(&community.title.zh),
            foreign(&community.title.en)
        ));
        for rule in rules {
            let about = &rule.rule.about;
            let until = rule.active_until;
            let until = until.map(|day| format!("，到 {day} / until {day}"));
            say(&format!(
                "  {} {}  {} 起 / from {}{}",
                about.name,
                foreign(&about.version),
                rule.active_from,
                rule.active_from,
                until.unwrap_or_default()
            ));
            for line in summary(&rule.rule.plan, community) {
                let (zh, en) = (shown::line(&line.zh), shown::line(&line.en));
                say(&format!("    · {zh}\n      {en}"));
            }
        }
        show_difference(against);
        if !community.cases.is_empty() {
            for year in unlisted_years(&community.calendar, against.today) {
                say(&format!(
                    "  办件期限：{year} 年的放假安排还没有，先按周末休息算；公布以后写进 rongyi.toml 的 [calendar.year.{year}]。\n  Dates of cases: the days off of {year} are not listed, so only weekends count; add [calendar.year.{year}] to rongyi.toml when they are known."
                ));
            }
        }
    }
    say("配置没有问题。 OK: the configuration can be used.");
}

/// Years that dates of cases lean on now and in the next weeks, and whose days off are not listed.
fn unlisted_years(calendar: &WorkCalendar, today: LocalDate) -> BTreeSet<i32> {
    let days = [today, today.plus_days(AHEAD_DAYS)];
    let years = days.map(|day| day.parts().0).into_iter();
    years.filter(|year| !calendar.has_list(*year)).collect()
}

/// The rules in force in plain words. A rule knows an asset of the community by its code alone and writes it in quotes; here
/// it has its name.
pub(super) fn summary(plan: &Plan, community: &config::Community) -> Vec<Text> {
    let named = |line: &Text| {
        let mut line = line.clone();
        for (code, title) in &community.assets {
            let quoted = format!("“{code}”");
            line.zh = line.zh.replace(&quoted, &title.zh);
            line.en = line.en.replace(&quoted, &title.en);
        }
        line
    };
    plan.summary.iter().map(named).collect()
}

fn as_json(config: &Config, all: &[Vec<Checked>], against: &[Against]) -> serde_json::Value {
    let rule = |rule: &Checked, community: &config::Community| {
        let summary: Vec<_> = summary(&rule.rule.plan, community)
            .iter()
            .map(|line| serde_json::json!({ "zh": line.zh, "en": line.en }))
            .collect();
        let kinds: Vec<_> = rule
            .rule
            .plan
            .kinds
            .iter()
            .map(|kind| kind.code.to_string())
            .collect();
        serde_json::json!({
            "name": rule.rule.about.name,
            "version": rule.rule.about.version,
            "active_from": rule.active_from.to_string(),
            "active_until": rule.active_until.map(|day| day.to_string()),
            "kinds": kinds,
            "pricing": rule.rule.plan.pricing.is_some(),
            "summary": summary,
        })
    };
    let communities: Vec<_> = config
        .communities
        .iter()
        .zip(all)
        .zip(against)
        .map(|((community, rules), against)| {
            let rules: Vec<_> = rules
                .iter()
                .map(|checked| rule(checked, community))
                .collect();
            serde_json::json!({
                "community": community.code.to_string(),
                "rules": rules,
                "differs": differs(against),
            })
        })
        .collect();
    serde_json::json!({ "ok": true, "communities": communities })
}

/// What would differ, by day; null without a ledger.
pub(super) fn differs(against: &Against) -> serde_json::Value {
    let change = |change: &house::Change| {
        let text = change.text();
        serde_json::json!({ "code": change.code(), "text": { "zh": text.zh, "en": text.en } })
    };
    let stretch = |stretch: &Stretch| {
        let changes: Vec<_> = stretch.changes.iter().map(change).collect();
        serde_json::json!({
            "first": stretch.first.map(|day| day.to_string()),
            "last": stretch.last.map(|day| day.to_string()),
            "changes": changes,
        })
    };
    let all = against.stretches.as_ref();
    let all: Option<Vec<_>> = all.map(|all| all.iter().map(stretch).collect());
    serde_json::json!(all)
}

#[cfg(test)]
mod tests {
    use rongyi_cases::bundled_calendar;

    use super::unlisted_years;

    #[test]
    fn a_year_without_a_list_is_named_when_dates_reach_it() {
        let calendar = bundled_calendar();
        let years = |day: &str| {
            let day = day.parse().expect("a day");
            let years = unlisted_years(&calendar, day);
            years.into_iter().collect::<Vec<_>>()
        };
        assert!(years("2026-10-01").is_empty());
        assert_eq!(years("2026-12-01"), [2027]);
        assert_eq!(years("2027-12-01"), [2027, 2028]);
    }
}
