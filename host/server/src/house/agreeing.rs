//! What a ledger has to be told so that it agrees with its configuration: settings, and the rules that begin or end.
//! It only compares; whoever asked records it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rongyi_core::amount::Amount;
use rongyi_core::book::Frame;
use rongyi_core::chain::sha256;
use rongyi_core::command::Ask;
use rongyi_core::ids::{AssetNo, Code, RuleSetNo};
use rongyi_core::record::RuleSet;
use rongyi_core::rule::Plan;
use rongyi_core::settings::{Expiry, Settings, Unit};
use rongyi_core::time::LocalDate;
use rongyi_rules::Rule;

use super::Checked;
use crate::config::{self, AccountUnit};

/// The first number of an asset that a community declares.
const FIRST_DECLARED: u32 = 4;

/// Every asset that the ledger ever knew keeps its number; a new one takes the next.
fn assets(known: Option<&Settings>, community: &config::Community) -> Vec<(Code, AssetNo)> {
    let mut assets = known.map_or_else(Vec::new, |known| known.assets.clone());
    for (code, _) in &community.assets {
        if assets.iter().all(|(own, _)| own != code) {
            let taken = assets.iter().map(|(_, no)| no.0).max();
            let next = taken.map_or(FIRST_DECLARED, |last| last.saturating_add(1));
            assets.push((code.clone(), AssetNo(next)));
        }
    }
    assets
}

fn settings(known: Option<&Settings>, community: &config::Community) -> Settings {
    let amount = |value: i64| Amount::new(value).unwrap_or_default();
    let assets = assets(known, community);
    let number = |code: &Code| {
        let own = assets.iter().find(|(own, _)| own == code);
        match code.as_str() {
            "points" => Some(AssetNo::POINTS),
            "minutes" => Some(AssetNo::MINUTES),
            "conduct" => Some(AssetNo::CONDUCT),
            _ => own.map(|(_, no)| *no),
        }
    };
    Settings {
        unit: match community.unit {
            AccountUnit::Person => Unit::Person,
            AccountUnit::Household => Unit::Household,
        },
        began_on: community.began_on,
        expiry: match community.expiry {
            config::Expiry::Never => Expiry::Never,
            config::Expiry::Days(days) => Expiry::Days(days),
            config::Expiry::EndOfMonth { months_later } => {
                Expiry::EndOfMonth(u8::try_from(months_later).unwrap_or(u8::MAX))
            }
            config::Expiry::EndOfYear { years_later } => {
                Expiry::EndOfYear(u8::try_from(years_later).unwrap_or(u8::MAX))
            }
            config::Expiry::EndOfQuarter { quarters_later } => {
                Expiry::EndOfQuarter(u8::try_from(quarters_later).unwrap_or(u8::MAX))
            }
            config::Expiry::Months(months) => Expiry::Months(months),
        },
        debt_floor: amount(community.debt_floor),
        order_hold_days: community.order_hold_days,
        award_max: community.award_max.map(amount),
        issue_budget_month: community.issue_budget_month.map(amount),
        debt_floors: community
            .debt_floors
            .iter()
            .filter_map(|(asset, floor)| Some((number(asset)?, amount(*floor))))
            .collect(),
        notice_days: community
            .notices
            .iter()
            .map(|own| (own.kind.clone(), own.days))
            .collect(),
        assets,
    }
}

/// What a ledger has to be told so that it agrees with its configuration.
pub(super) fn changes(
    frame: Option<&Frame>,
    community: &config::Community,
    rules: &[Checked],
    today: LocalDate,
) -> Vec<Ask> {
    let mut changes = Vec::new();
    let known = frame.and_then(|frame| frame.settings.as_ref());
    let wanted = settings(known, community);
    if known != Some(&wanted) {
        changes.push(Ask::Settings(wanted));
    }
    let known = frame.map_or(&[][..], |frame| &frame.sets);
    for wanted in wanted_sets(known, rules) {
        if !in_force(known, &wanted) {
            changes.push(Ask::Activate(Box::new(wanted)));
        }
    }
    let gone = known.iter().filter(|set| {
        !rules
            .iter()
            .any(|rule| rule.rule.about.name == set.name.as_str())
    });
    let gone: BTreeMap<_, _> = gone.map(|set| (set.name.clone(), set)).collect();
    for set in gone.into_values().filter(|set| set.plan != Plan::default()) {
        let empty = RuleSet {
            active_from: today,
            plan: Plan::default(),
            ..(**set).clone()
        };
        changes.push(Ask::Activate(Box::new(empty)));
    }
    changes
}

/// The rule sets of a configuration. A rule that was taken out and came back begins again on the day it ended:
/// what the ledger says about the days before stays.
fn wanted_sets(known: &[Arc<RuleSet>], rules: &[Checked]) -> Vec<RuleSet> {
    let mut wanted: Vec<RuleSet> = Vec::new();
    let mut entries: Vec<&Checked> = rules.iter().collect();
    entries.sort_by_key(|rule| rule.active_from);
    for rule in entries {
        let mut set = rule_set(rule);
        let ended = known
            .iter()
            .filter(|old| old.name == set.name && old.plan == Plan::default())
            .map(|old| old.active_from)
            .max();
        set.active_from = ended.map_or(set.active_from, |day| day.max(set.active_from));
        // Of several that would begin on that day the last one counts.
        wanted.retain(|other| (&other.name, other.active_from) != (&set.name, set.active_from));
        wanted.push(set);
    }
    wanted
}

fn rule_set(rule: &Checked) -> RuleSet {
    RuleSet {
        no: RuleSetNo(0),
        name: rule_name(&rule.rule),
        title: rule.rule.about.title.clone(),
        version: rule.rule.about.version.clone(),
        component: rule.rule.digest,
        params: sha256(rule.params_json.as_bytes()),
        active_from: rule.active_from,
        plan: rule.rule.plan.clone(),
    }
}

/// The rule's name as a code. Loading has checked that it is one.
fn rule_name(rule: &Rule) -> Code {
    rule.about
        .name
        .parse()
        .unwrap_or_else(|_| Code::literal("unnamed"))
}

/// Whether the newest activation of this name and date is exactly this set.
fn in_force(known: &[Arc<RuleSet>], wanted: &RuleSet) -> bool {
    let same_slot =
        |set: &&Arc<RuleSet>| set.name == wanted.name && set.active_from == wanted.active_from;
    let newest = known.iter().filter(same_slot).max_by_key(|set| set.no);
    newest.is_some_and(|set| {
        set.component == wanted.component && set.params == wanted.params && set.plan == wanted.plan
    })
}
