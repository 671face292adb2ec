//! The loaded rules of every community, by rule set number; swapped whole when a configuration changes.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::rule::{
    Blame, CloseAsk, Decision, EarnAsk, Fault, Judge, PriceAsk, Quote, Refusal,
};
use rongyi_rules::Rule;

/// The rules of one community.
pub type RuleSets = HashMap<RuleSetNo, Arc<Rule>>;

/// The rules of all communities of this host.
#[derive(Default)]
pub struct RuleBooks {
    by_community: RwLock<HashMap<Code, Arc<RuleSets>>>,
}

impl RuleBooks {
    /// Puts a community's rules in place of those before; commands being decided keep the old ones.
    pub fn put(&self, community: Code, sets: RuleSets) {
        let mut all = self
            .by_community
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        all.insert(community, Arc::new(sets));
    }

    /// Whether this host serves the community.
    pub fn knows(&self, community: &Code) -> bool {
        self.by_community
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .contains_key(community)
    }

    /// The judge of a community, as its rules are now.
    pub fn judge(&self, community: &Code) -> Sandbox {
        let all = self
            .by_community
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Sandbox {
            sets: all.get(community).cloned().unwrap_or_default(),
        }
    }
}

/// A judge that asks the sandboxed rules.
pub struct Sandbox {
    sets: Arc<RuleSets>,
}

impl Sandbox {
    /// A judge over these rules, for replay.
    pub fn over(sets: RuleSets) -> Self {
        Sandbox {
            sets: Arc::new(sets),
        }
    }

    fn rule(&self, set: RuleSetNo) -> Result<&Rule, Fault> {
        self.sets.get(&set).map(Arc::as_ref).ok_or_else(|| Fault {
            code: "rule.not-loaded".into(),
            blame: Blame::Host,
            message: format!(
                "rule set {set} is not loaded on this host; check its component with `rongyi check`"
            ),
        })
    }
}

impl Judge for Sandbox {
    fn earn(&self, set: RuleSetNo, ask: &EarnAsk) -> Result<Result<Decision, Refusal>, Fault> {
        self.rule(set)?
            .earn(ask)
            .inspect_err(|fault| told(set, fault))
    }

    fn price(&self, set: RuleSetNo, ask: &PriceAsk) -> Result<Result<Quote, Refusal>, Fault> {
        self.rule(set)?
            .price(ask)
            .inspect_err(|fault| told(set, fault))
    }

    fn close(&self, set: RuleSetNo, ask: &CloseAsk) -> Result<Result<Decision, Refusal>, Fault> {
        self.rule(set)?
            .close(ask)
            .inspect_err(|fault| told(set, fault))
    }
}

/// The journal keeps a fault's code; its author needs the sentence with the limit and what was used.
fn told(set: RuleSetNo, fault: &Fault) {
    tracing::warn!(%set, code = fault.code, blame = ?fault.blame, "{}", fault.message);
}
