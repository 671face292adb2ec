//! `rongyi check`: reads the configuration, loads every rule with its parameters, and says what would be in
//! force. Opens no database and changes nothing.

use clap::Args;

use rongyi_core::shown;

use super::{Failure, Installation, foreign, load, say, say_json};
use crate::config::{self, Config};
use crate::house::{self, Checked};

/// What to check.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / example:
  rongyi check --config config/rongyi.toml

有错时逐条写明文件、行、列和改法，退出码 78。Every mistake is told with file, line, column and the way out; exit code 78.
改好的配置在下一次 serve、登记或导入时记入账本。What is right here goes into force with the next serve, enrolment or import.")]
pub(super) struct CheckArgs {
    #[command(flatten)]
    installation: Installation,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &CheckArgs) -> Result<(), Failure> {
    let parted = if args.json {
        config::load_parted(&args.installation.config).map_err(|found| told_as_json(&found))?
    } else {
        load(&args.installation.config)?
    };
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
    if !found.is_empty() {
        return Err(if args.json {
            told_as_json(&found)
        } else {
            Failure::Config(found)
        });
    }
    if args.json {
        say_json(&as_json(&config, &all));
    } else {
        show(&config, &all);
    }
    Ok(())
}

fn told_as_json(found: &[config::Diagnostic]) -> Failure {
    say_json(&config::to_json(found));
    Failure::Config(Vec::new())
}

fn show(config: &Config, all: &[Vec<Checked>]) {
    for (community, rules) in config.communities.iter().zip(all) {
        say(&format!(
            "{} · {} / {}",
            community.code,
            foreign(&community.title.zh),
            foreign(&community.title.en)
        ));
        for rule in rules {
            let about = &rule.rule.about;
            say(&format!(
                "  {} {}  {} 起 / from {}",
                about.name,
                foreign(&about.version),
                rule.active_from,
                rule.active_from
            ));
            for line in &rule.rule.plan.summary {
                let (zh, en) = (shown::line(&line.zh), shown::line(&line.en));
                say(&format!("    · {zh}\n      {en}"));
            }
        }
    }
    say("配置没有问题。 OK: the configuration can be used.");
}

fn as_json(config: &Config, all: &[Vec<Checked>]) -> serde_json::Value {
    let rule = |rule: &Checked| {
        let summary: Vec<_> = rule
            .rule
            .plan
            .summary
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
            "kinds": kinds,
            "pricing": rule.rule.plan.pricing.is_some(),
            "summary": summary,
        })
    };
    let communities: Vec<_> = config
        .communities
        .iter()
        .zip(all)
        .map(|(community, rules)| {
            let rules: Vec<_> = rules.iter().map(rule).collect();
            serde_json::json!({ "community": community.code.to_string(), "rules": rules })
        })
        .collect();
    serde_json::json!({ "ok": true, "communities": communities })
}
