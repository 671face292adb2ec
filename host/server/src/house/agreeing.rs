//! What a ledger has to be told so that it agrees with its configuration: rule sets that it does not know, and then the
//! settings, which name every block that is in force. It only compares; whoever asked records it.
//!
//! What decides on a day, past or coming, follows from the blocks as they are written now. What was taken out or put off
//! is no longer named, and what was decided stays as it was.

use std::sync::Arc;

use rongyi_config::{self as config, AccountUnit};
use rongyi_core::amount::Amount;
use rongyi_core::book::{Book, Frame};
use rongyi_core::chain::sha256;
use rongyi_core::command::{Ask, Command, Rejection};
use rongyi_core::ids::{AssetNo, Code, RuleSetNo};
use rongyi_core::record::RuleSet;
use rongyi_core::rule::{Blame, Decision, Denial, EarnAsk, Fault, Judge, PriceAsk, Quote};
use rongyi_core::settings::{Beside, InForce, RoleRule, Settings, Unit};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_rules::Rule;

use super::Checked;

/// The first number of an asset that a community declares.
const FIRST_DECLARED: u32 = 4;

/// Every asset that the ledger ever knew keeps its number; a new one takes the next.
fn assets(known: Option<&Settings>, community: &config::Community) -> Vec<(Code, AssetNo)> {
    let mut assets = known.map_or_else(Vec::new, |known| known.assets.clone());
    for (code, _) in &community.assets {
        if assets.iter().all(|(asset, _)| asset != code) {
            let taken = assets.iter().map(|(_, no)| no.0).max();
            let next = taken.map_or(FIRST_DECLARED, |last| last.saturating_add(1));
            assets.push((code.clone(), AssetNo(next)));
        }
    }
    assets
}

fn settings(
    known: Option<&Settings>,
    community: &config::Community,
    in_force: Vec<InForce>,
) -> Settings {
    let amount = |value: i64| Amount::new(value).unwrap_or_default();
    let assets = assets(known, community);
    let number = |code: &Code| {
        let declared = assets.iter().find(|(asset, _)| asset == code);
        match code.as_str() {
            "points" => Some(AssetNo::POINTS),
            "minutes" => Some(AssetNo::MINUTES),
            "conduct" => Some(AssetNo::CONDUCT),
            _ => declared.map(|(_, no)| *no),
        }
    };
    let beside = community.shop.beside.as_ref().and_then(|beside| {
        Some(Beside {
            asset: number(&beside.asset)?,
            each: beside.each,
            groups: beside.groups.clone(),
            days: beside.days.clone(),
        })
    });
    Settings {
        unit: match community.unit {
            AccountUnit::Person => Unit::Person,
            AccountUnit::Household => Unit::Household,
        },
        began_on: community.began_on,
        expiry: community.expiry,
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
            .map(|notice| (notice.kind.clone(), notice.days))
            .collect(),
        assets,
        in_force: Some(in_force),
        minutes_max_day: community.minutes_max_day.map(amount),
        timed: community
            .timed
            .iter()
            .map(|(kind, _)| kind.clone())
            .collect(),
        roles: Some(community.kinds.iter().filter_map(role_rule).collect()),
        overlaps: community
            .kinds
            .iter()
            .filter_map(|of_kind| Some((of_kind.kind.clone(), of_kind.overlap?)))
            .collect(),
        unit_minutes: community
            .kinds
            .iter()
            .filter_map(|of_kind| Some((of_kind.kind.clone(), of_kind.unit_minutes?)))
            .collect(),
        by_scale: true,
        written: known.and_then(|known| known.written),
        beside,
        leaving: community.leaving,
        agreements: community
            .kinds
            .iter()
            .filter_map(|of_kind| Some((of_kind.kind.clone(), of_kind.checks?)))
            .collect(),
    }
}

/// What a kind allows of the people in its roles, where it says anything.
fn role_rule(of_kind: &config::OfKind) -> Option<RoleRule> {
    let says = !of_kind.same_person.is_empty() || !of_kind.other_household.is_empty();
    says.then(|| RoleRule {
        kind: of_kind.kind.clone(),
        same_person: of_kind.same_person.clone(),
        other_household: of_kind.other_household.clone(),
    })
}

/// A block of the configuration as a ledger would name it.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// Its rule set, not numbered yet.
    set: RuleSet,
    /// Its last day.
    until: Option<LocalDate>,
}

impl Block {
    /// The rule set of a ledger that is exactly this block's; of several the first, so that all hosts name the same.
    fn known(&self, sets: &[Arc<RuleSet>]) -> Option<RuleSetNo> {
        let same = |set: &&Arc<RuleSet>| {
            let unnumbered = RuleSet {
                no: self.set.no,
                ..RuleSet::clone(set)
            };
            unnumbered == self.set
        };
        sets.iter().find(same).map(|set| set.no)
    }
}

/// The blocks of a configuration.
pub(super) fn blocks(rules: &[Checked]) -> Vec<Block> {
    let one = |rule: &Checked| Block {
        set: RuleSet {
            no: RuleSetNo(0),
            name: rule_name(&rule.rule),
            title: rule.rule.about.title.clone(),
            version: rule.rule.about.version.clone(),
            component: rule.rule.digest,
            params: sha256(rule.params_json.as_bytes()),
            active_from: rule.active_from,
            plan: rule.rule.plan.clone(),
        },
        until: rule.active_until,
    };
    // What only runs beside them decides nothing, and the ledger does not know it.
    let decide = rules.iter().filter(|rule| !rule.shadow);
    decide.map(one).collect()
}

/// The rule's name as a code. Loading has checked that it is one.
fn rule_name(rule: &Rule) -> Code {
    rule.about
        .name
        .parse()
        .unwrap_or_else(|_| Code::literal("unnamed"))
}

/// First: the rule sets that a ledger does not know yet. They decide nothing before the settings name them.
pub(super) fn unknown_sets(frame: Option<&Frame>, blocks: &[Block]) -> Vec<Ask> {
    let known = frame.map_or(&[][..], |frame| &frame.sets);
    let new = blocks.iter().filter(|block| block.known(known).is_none());
    new.map(|block| Ask::Activate(Box::new(block.set.clone())))
        .collect()
}

/// Then, when the ledger knows them all: the settings, if they are others than before.
pub(super) fn changed_settings(
    frame: Option<&Frame>,
    community: &config::Community,
    blocks: &[Block],
) -> Option<Ask> {
    let known = frame.and_then(|frame| frame.settings.as_ref());
    let wanted = settings(known, community, named(frame, blocks));
    (known != Some(&wanted)).then_some(Ask::Settings(wanted))
}

/// The blocks by the numbers of their rule sets, in the order of their days.
fn named(frame: Option<&Frame>, blocks: &[Block]) -> Vec<InForce> {
    let sets = frame.map_or(&[][..], |frame| &frame.sets);
    let one = |block: &Block| {
        Some(InForce {
            set: block.known(sets)?,
            from: block.set.active_from,
            until: block.until,
        })
    };
    let mut named: Vec<InForce> = blocks.iter().filter_map(one).collect();
    named.sort_by_key(|rule| (rule.from, rule.set));
    named
}

/// Nobody is asked while only configuration is tried.
struct Nobody;

impl Judge for Nobody {
    fn earn(&self, _: RuleSetNo, _: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        Err(nobody().into())
    }

    fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        Err(nobody().into())
    }
}

fn nobody() -> Fault {
    Fault {
        code: "rule.not-loaded".into(),
        blame: Blame::Host,
        message: "no rule is asked while a configuration is tried".into(),
    }
}

/// The ledger as it would be with this configuration, on a copy that is thrown away, and what it would refuse.
pub(super) fn tried(
    frame: Option<Frame>,
    community: &config::Community,
    blocks: &[Block],
    command: impl Fn(Ask) -> Command,
    now: Instant,
) -> (Book, Vec<Rejection>) {
    let asks = unknown_sets(frame.as_ref(), blocks);
    let mut book = frame.map_or_else(|| Book::empty(community.code.clone()), Book::new);
    let mut refused = Vec::new();
    let mut ask = |book: &mut Book, ask| match book.apply(&command(ask), now, &Nobody) {
        Ok(_) | Err(Rejection::NothingToDo) => {}
        Err(rejection) => refused.push(rejection),
    };
    for activation in asks {
        ask(&mut book, activation);
    }
    if let Some(new_settings) = changed_settings(Some(book.frame()), community, blocks) {
        ask(&mut book, new_settings);
    }
    (book, refused)
}

#[cfg(test)]
mod tests;
