//! Who is asked instead of the rules that decided. Keeps the first fault, which ends the run.

use std::cell::{Cell, RefCell};

use rongyi_clerk::rulebook::Sandbox;
use rongyi_core::ids::RuleSetNo;
use rongyi_core::record::Record;
use rongyi_core::rule::{
    Blame, CloseAsk, Decision, Denial, EarnAsk, Fault, Judge, PriceAsk, Quote,
};

/// The rules of a candidate.
pub(super) struct Candidate {
    rules: Sandbox,
    /// What is recorded behind the question.
    recorded: RefCell<Option<Record>>,
    fault: RefCell<Option<Fault>>,
    asked: Cell<u64>,
}

impl Candidate {
    pub(super) fn over(rules: Sandbox) -> Self {
        Candidate {
            rules,
            recorded: RefCell::default(),
            fault: RefCell::default(),
            asked: Cell::new(0),
        }
    }

    /// What the ledger says was answered to what is asked next.
    pub(super) fn expect(&self, recorded: Option<&Record>) {
        self.recorded.replace(recorded.cloned());
    }

    /// The fault, if there was one.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault.take()
    }

    /// How often a rule was asked.
    pub(super) fn asked(&self) -> u64 {
        self.asked.get()
    }

    fn heard<T>(
        &self,
        ask: impl FnOnce(&Sandbox) -> Result<T, Denial<Fault>>,
    ) -> Result<T, Denial<Fault>> {
        let answer = ask(&self.rules);
        self.asked.set(self.asked.get().saturating_add(1));
        if let Err(Denial::Failed(fault)) = &answer {
            self.fault.replace(Some(fault.clone()));
        }
        answer
    }
}

impl Judge for Candidate {
    fn earn(&self, set: RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        // The very same set was asked in vain: what was the matter then, its host perhaps, is not looked for again.
        if let Some(Record::Waiting(asked, code)) = &*self.recorded.borrow()
            && *asked == set
        {
            return Err(Denial::Failed(Fault {
                code: code.clone(),
                blame: Blame::Host,
                message: String::new(),
            }));
        }
        self.heard(|rules| rules.earn(set, ask))
    }

    fn price(&self, set: RuleSetNo, ask: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        self.heard(|rules| rules.price(set, ask))
    }

    fn close(&self, set: RuleSetNo, ask: &CloseAsk) -> Result<Decision, Denial<Fault>> {
        self.heard(|rules| rules.close(set, ask))
    }
}
