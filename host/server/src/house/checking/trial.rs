//! Every kind, and pricing, asked once with the community's own parameters and limits before they are taken over. Only
//! whether the rule stays within its limits is looked at: what it answers is the business of scenarios.

use rongyi_core::ids::Code;
use rongyi_core::rule::{
    BasketLine, Denial, EarnAsk, Fact, FactNeed, Fault, KindPlan, PriceAsk, PricingPlan,
};
use rongyi_core::time::LocalDate;
use rongyi_rules::{Lowered, Rule};

use rongyi_config::{Diagnostic, RuleEntry};

/// The first limit that would let every event of a kind, or every order, fail.
pub(super) fn beyond_limits(entry: &RuleEntry, rule: &Rule) -> Option<Diagnostic> {
    // Under the operator's limits a rule that goes beyond is parked and told; what was lowered is this file's mistake.
    if entry.lowered == Lowered::default() {
        return None;
    }
    let on = entry.active_from;
    let kinds = rule.plan.kinds.iter();
    let asked = kinds.flat_map(|kind| {
        [kind.quantity_min, kind.quantity_max].map(|quantity| {
            let denial = rule.earn(&event(kind, quantity, on)).err();
            (kind.code.to_string(), denial)
        })
    });
    let priced = rule.plan.pricing.iter().map(|plan| {
        let denial = rule.price(&basket(plan, on)).err();
        ("pricing".to_owned(), denial)
    });
    let mut all = asked.chain(priced);
    let (what, fault) = all.find_map(|(what, denial)| {
        let Some(Denial::Failed(fault)) = denial else {
            return None;
        };
        let limit = fault.code.starts_with("limit.") && fault.code != "limit.time";
        limit.then_some((what, fault))
    })?;
    let Fault { code, message, .. } = fault;
    Some(entry.limits_diagnostic(
        format!("这些限额不够用：问“{what}”时超限（{code}），每一件都会等着。{message}"),
        format!("These limits are too low: asked about “{what}” the rule fails ({code}), so all of it would wait. {message}"),
    ))
}

fn facts(needs: &[FactNeed]) -> Vec<Fact> {
    let none = Fact {
        value: 0,
        saturated: false,
    };
    vec![none; needs.len()]
}

fn event(kind: &KindPlan, quantity: i32, on: LocalDate) -> EarnAsk {
    EarnAsk {
        kind: kind.code.clone(),
        quantity,
        fields: Vec::new(),
        roles: vec![Code::literal("doer")],
        on,
        minute: 600,
        facts: facts(&kind.facts),
        traits: Vec::new(),
        seed: [0; 16],
    }
}

fn basket(plan: &PricingPlan, on: LocalDate) -> PriceAsk {
    PriceAsk {
        lines: vec![BasketLine {
            item: Code::literal("item"),
            category: Code::literal("category"),
            value_fen: 100,
            quantity: 1,
            facts: facts(&plan.line_facts),
        }],
        on,
        minute: 0,
        facts: facts(&plan.order_facts),
        traits: Vec::new(),
    }
}
