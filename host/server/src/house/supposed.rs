//! The settings and rule sets that a ledger would have under a configuration that nobody took over. Nothing is recorded.

use std::collections::HashMap;
use std::sync::Arc;

use rongyi_clerk::rulebook::{RuleKey, RuleSets, key_of};
use rongyi_config as config;
use rongyi_core::book::Frame;
use rongyi_core::command::{Command, Rejection};
use rongyi_core::record::RuleSet;
use rongyi_core::settings::Settings;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_rules::Rule;

use super::Checked;
use super::agreeing::{blocks, tried};
use crate::door::Actor;

/// What a ledger would have in force.
pub struct Supposed {
    /// The settings, which name every block.
    pub settings: Settings,
    /// The sets that it has, and behind them those that it does not know yet. One that is exactly the same keeps its number.
    pub sets: Vec<Arc<RuleSet>>,
    /// The rules of the configuration by the numbers of their sets.
    pub rules: RuleSets,
}

/// What the ledger with this frame would have under a configuration.
///
/// # Errors
/// What it would refuse of it.
pub fn supposed(
    frame: Frame,
    community: &config::Community,
    rules: &[Checked],
    today: LocalDate,
) -> Result<Supposed, Rejection> {
    let command = |ask| Command {
        actor: Actor::Job.code(),
        key: None,
        today,
        ask,
        text: None,
        reference: None,
    };
    let (book, refused) = tried(Some(frame), community, &blocks(rules), command, Instant(0));
    if let Some(rejection) = refused.into_iter().next() {
        return Err(rejection);
    }
    let loaded: HashMap<RuleKey, &Arc<Rule>> =
        rules.iter().map(|rule| (rule.key(), &rule.rule)).collect();
    let frame = book.frame();
    let numbered = frame.sets.iter().filter_map(|set| {
        let rule = loaded.get(&key_of(set))?;
        Some((set.no, Arc::clone(rule)))
    });
    Ok(Supposed {
        settings: frame.settings.clone().ok_or(Rejection::NotConfigured)?,
        rules: numbered.collect(),
        sets: frame.sets.clone(),
    })
}
