//! Which rule sets decide on a day. A function of the settings as last recorded and of nothing else; what was decided
//! keeps the set that decided it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Book, Frame, period};
use crate::ids::{Code, RuleSetNo};
use crate::record::RuleSet;
use crate::rule::KindPlan;
use crate::settings::InForce;
use crate::time::LocalDate;

impl Frame {
    /// The blocks as last taken over; `None` for a ledger of before, which names none.
    fn blocks(&self) -> Option<&[InForce]> {
        self.settings.as_ref()?.in_force.as_deref()
    }

    /// The rule sets in force on `on`: of the blocks of one rule that cover the day, the one that began last.
    pub fn in_force(&self, on: LocalDate) -> Vec<&Arc<RuleSet>> {
        let rows = self.begun(on);
        rows.into_iter().map(|(_, set)| set).collect()
    }

    /// The same with the day on which each began.
    fn begun(&self, on: LocalDate) -> Vec<(LocalDate, &Arc<RuleSet>)> {
        let Some(blocks) = self.blocks() else {
            return self.begun_before(on);
        };
        let mut last: BTreeMap<&Code, (LocalDate, &Arc<RuleSet>)> = BTreeMap::new();
        for block in blocks.iter().filter(|block| block.covers(on)) {
            let Some(set) = self.set(block.set) else {
                continue;
            };
            let latest = last.entry(&set.name).or_insert((block.from, set));
            if (block.from, set.no) > (latest.0, latest.1.no) {
                *latest = (block.from, set);
            }
        }
        last.into_values().collect()
    }

    /// Ledgers of before: of each rule name the newest activation that had begun. A rule that was taken out of the
    /// configuration is in force with an empty plan.
    fn begun_before(&self, on: LocalDate) -> Vec<(LocalDate, &Arc<RuleSet>)> {
        let mut newest: BTreeMap<&Code, &Arc<RuleSet>> = BTreeMap::new();
        for set in self.sets.iter().filter(|set| set.active_from <= on) {
            let latest = newest.entry(&set.name).or_insert(set);
            if (set.active_from, set.no) > (latest.active_from, latest.no) {
                *latest = set;
            }
        }
        // Where a rule took over a kind from one of another name, both were in force on the days before; the newer
        // activation decides, whatever its day.
        let rows = newest.into_values();
        rows.map(|set| (LocalDate::FIRST, set)).collect()
    }

    /// The rule sets that begin after `today`.
    pub fn planned(&self, today: LocalDate) -> Vec<RuleSetNo> {
        match self.blocks() {
            Some(blocks) => {
                let coming = blocks.iter().filter(|block| block.from > today);
                coming.map(|block| block.set).collect()
            }
            None => {
                let coming = self.sets.iter().filter(|set| set.active_from > today);
                coming.map(|set| set.no).collect()
            }
        }
    }

    /// Whether the set decides on some day, past or coming. Of ledgers of before nobody can say that it does not.
    pub fn names(&self, no: RuleSetNo) -> bool {
        let blocks = self.blocks();
        blocks.is_none_or(|blocks| blocks.iter().any(|block| block.set == no))
    }

    /// The rule set and plan that decide `kind` on `on`.
    pub fn rule_for(&self, kind: &Code, on: LocalDate) -> Option<(&Arc<RuleSet>, &KindPlan)> {
        if kind.as_str() == period::CLOSE_KIND {
            return None;
        }
        let place_in = |set: &RuleSet| set.plan.kinds.iter().position(|k| k.code == *kind);
        let all = self.begun(on).into_iter();
        let (_, set) = all
            .filter(|(_, set)| place_in(set).is_some())
            .max_by_key(|(from, set)| (*from, set.no))?;
        Some((set, set.plan.kinds.get(place_in(set)?)?))
    }

    /// The rule set that prices baskets on `on`.
    pub fn pricing_for(&self, on: LocalDate) -> Option<&Arc<RuleSet>> {
        let all = self.begun(on).into_iter();
        all.filter(|(_, set)| set.plan.pricing.is_some())
            .max_by_key(|(from, set)| (*from, set.no))
            .map(|(_, set)| set)
    }

    /// The rule set with this number.
    pub fn set(&self, no: RuleSetNo) -> Option<&Arc<RuleSet>> {
        // Numbers are places, counted from one.
        let place = usize::try_from(no.0).ok()?.checked_sub(1)?;
        let near = self.sets.get(place).filter(|set| set.no == no);
        near.or_else(|| self.sets.iter().find(|set| set.no == no))
    }

    /// The days on which what is in force changes: the first days of blocks, and the days after their last.
    pub fn turning_days(&self) -> Vec<LocalDate> {
        let mut days: Vec<LocalDate> = match self.blocks() {
            Some(blocks) => {
                let ends = blocks.iter().filter_map(|block| block.until);
                let ends = ends.map(|last| last.plus_days(1));
                blocks.iter().map(|block| block.from).chain(ends).collect()
            }
            None => self.sets.iter().map(|set| set.active_from).collect(),
        };
        days.sort_unstable();
        days.dedup();
        days
    }
}

impl Book {
    /// As [`Frame::in_force`].
    pub fn in_force(&self, on: LocalDate) -> Vec<&Arc<RuleSet>> {
        self.frame.in_force(on)
    }

    /// As [`Frame::planned`].
    pub fn planned(&self, today: LocalDate) -> Vec<RuleSetNo> {
        self.frame.planned(today)
    }

    /// As [`Frame::rule_for`].
    pub fn rule_for(&self, kind: &Code, on: LocalDate) -> Option<(&Arc<RuleSet>, &KindPlan)> {
        self.frame.rule_for(kind, on)
    }

    /// As [`Frame::pricing_for`].
    pub fn pricing_for(&self, on: LocalDate) -> Option<&Arc<RuleSet>> {
        self.frame.pricing_for(on)
    }

    /// As [`Frame::set`].
    pub fn set(&self, no: RuleSetNo) -> Option<&Arc<RuleSet>> {
        self.frame.set(no)
    }

    /// As [`Frame::turning_days`].
    pub fn turning_days(&self) -> Vec<LocalDate> {
        self.frame.turning_days()
    }
}
