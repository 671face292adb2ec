//! The judge of a replay: asks the archived rule again, or repeats what the record says. It compares nothing.

use std::cell::RefCell;

use rongyi_clerk::rulebook::Sandbox;
use rongyi_core::ids::RuleSetNo;
use rongyi_core::record::Record;
use rongyi_core::rule::{
    Blame, CloseAsk, Decision, Denial, EarnAsk, Fault, Judge, PriceAsk, Quote,
};

use super::Decisions;

/// What the record says that a rule answered, so that it can be replayed or compared.
#[derive(Default)]
pub(crate) struct Expected {
    pub(crate) answer: Option<Record>,
    seen: u64,
    pub(super) asked: u64,
}

/// Asks the archived rule again, or repeats what the record says.
pub(crate) struct Replayer {
    pub(crate) rules: Sandbox,
    pub(crate) decisions: Decisions,
    pub(crate) expected: RefCell<Expected>,
}

impl Replayer {
    /// A waiting event is repeated as a fault: a fault is never a decision, and the rule may be mended by now.
    fn next(&self) -> (Option<Record>, bool) {
        let mut expected = self.expected.borrow_mut();
        let answer = expected.answer.clone();
        if let Some(Record::Waiting(..)) = answer {
            return (answer, false);
        }
        expected.seen += 1;
        let ask = match self.decisions {
            Decisions::All => true,
            Decisions::Sample(every) => expected.seen.is_multiple_of(every.max(1)),
            Decisions::None => false,
        };
        expected.asked += u64::from(ask);
        (answer, ask)
    }
}

fn lost(what: &str) -> Fault {
    Fault {
        code: "replay.lost".into(),
        blame: Blame::Host,
        message: what.to_owned(),
    }
}

impl Judge for Replayer {
    fn earn(&self, set: RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        match self.next() {
            (Some(Record::Waiting(_, code)), _) => Err(Denial::Failed(Fault {
                code,
                blame: Blame::Guest,
                message: String::new(),
            })),
            (_, true) => self.rules.earn(set, ask),
            (Some(Record::Decided(_, _, decision)), false) => Ok(decision),
            (Some(Record::Refused(_, _, refusal)), false) => Err(Denial::Refused(refusal)),
            (_, false) => Err(lost("no decision is recorded").into()),
        }
    }

    fn price(&self, set: RuleSetNo, ask: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        match self.next() {
            (_, true) => self.rules.price(set, ask),
            (Some(Record::Quoted(_, _, quote)), false) => Ok(quote),
            (Some(Record::Refused(_, _, refusal)), false) => Err(Denial::Refused(refusal)),
            (_, false) => Err(lost("no quote is recorded").into()),
        }
    }

    fn close(&self, set: RuleSetNo, ask: &CloseAsk) -> Result<Decision, Denial<Fault>> {
        match self.next() {
            (_, true) => self.rules.close(set, ask),
            (Some(Record::Decided(_, _, decision)), false) => Ok(decision),
            (Some(Record::Refused(_, _, refusal)), false) => Err(Denial::Refused(refusal)),
            (_, false) => Err(lost("no decision is recorded").into()),
        }
    }
}
