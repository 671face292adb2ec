//! What the lines of a run add up to: the counters and balances a host would keep, in memory and for this run
//! alone. It is the host's own arithmetic (`rongyi_core::counters`); what a line states itself is taken as stated.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::counters::{Cell, CounterKey, CounterRow, CounterSubject, answer, fitting};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::rule::{Decision, Fact, FactNeed, Metric, Plan, Quote, Subject};
use rongyi_core::time::LocalDate;
use rongyi_sdk::CLOSING_KIND;

use crate::ask::{Ask, FileQuestion};

/// The past of one run.
pub struct Past<'p> {
    plan: &'p Plan,
    rows: BTreeMap<CounterKey, CounterRow>,
    items: BTreeSet<Code>,
    /// By resident and asset.
    balances: BTreeMap<(u32, Code), i64>,
}

impl<'p> Past<'p> {
    /// Nothing has happened yet.
    pub fn new(plan: &'p Plan) -> Self {
        Past {
            plan,
            rows: BTreeMap::new(),
            items: BTreeSet::new(),
            balances: BTreeMap::new(),
        }
    }

    /// The question as a host would ask it now: every fact that the line does not state is what the lines before
    /// it add up to.
    pub fn fill(&self, asked: &FileQuestion) -> Ask {
        let mut ask = asked.ask.clone();
        let none = Vec::new();
        let stated = |at: usize| asked.stated.get(at).unwrap_or(&none);
        match &mut ask {
            Ask::Earn(event) => {
                let needs = self.needs(event.kind.as_str());
                self.answer(asked, needs, stated(0), event.on, None, &mut event.facts);
            }
            Ask::Price(basket) => {
                let Some(pricing) = &self.plan.pricing else {
                    return ask;
                };
                let (needs, on) = (&pricing.order_facts, basket.on);
                self.answer(asked, needs, stated(0), on, None, &mut basket.facts);
                for (at, line) in basket.lines.iter_mut().enumerate() {
                    let (needs, item) = (&pricing.line_facts, Some(&line.item));
                    self.answer(asked, needs, stated(at + 1), on, item, &mut line.facts);
                }
            }
            Ask::Close(closing) => {
                let needs = self.needs(CLOSING_KIND);
                let on = closing.last;
                self.answer(asked, needs, stated(0), on, None, &mut closing.facts);
                if !asked.balances_stated {
                    let balances = self.balances(asked.resident);
                    let fits = |amount| i32::try_from(amount).unwrap_or(i32::MAX);
                    closing.balances = balances
                        .map(|(asset, amount)| (asset.clone(), fits(amount)))
                        .collect();
                }
            }
        }
        ask
    }

    fn needs(&self, kind: &str) -> &[FactNeed] {
        let kind = self
            .plan
            .kinds
            .iter()
            .find(|planned| planned.code.as_str() == kind);
        kind.map_or(&[], |kind| &kind.facts)
    }

    fn answer(
        &self,
        asked: &FileQuestion,
        needs: &[FactNeed],
        stated: &[bool],
        on: LocalDate,
        item: Option<&Code>,
        facts: &mut [Fact],
    ) {
        for ((need, fact), stated) in needs.iter().zip(facts).zip(stated) {
            if *stated {
                continue;
            }
            if need.metric == Metric::Balance {
                let points = || "points".parse().ok();
                let asset = need.of.clone().or_else(points);
                let balance = asset.and_then(|asset| self.balances.get(&(asked.resident, asset)));
                *fact = fitting(balance.copied().unwrap_or(0));
                continue;
            }
            let subject = match need.subject {
                Subject::Person => CounterSubject::Resident(ResidentNo(asked.resident)),
                Subject::Household => CounterSubject::Household(HouseholdNo(asked.household)),
                Subject::Community => CounterSubject::Community,
            };
            let row = |kind: &Code, month| {
                let kind = kind.clone();
                self.rows.get(&CounterKey {
                    subject,
                    kind,
                    month,
                })
            };
            *fact = answer(need, on, &self.kinds(need, item), row);
        }
    }

    /// The counters a need sums over.
    fn kinds(&self, need: &FactNeed, item: Option<&Code>) -> Vec<Code> {
        let redeemed = matches!(
            need.metric,
            Metric::RedeemedItems | Metric::RedeemedPoints | Metric::Redemptions
        );
        match (redeemed, need.of.as_ref(), item) {
            (false, Some(kind), _) => vec![kind.clone()],
            (false, None, _) => self
                .plan
                .kinds
                .iter()
                .map(|kind| kind.code.clone())
                .collect(),
            (true, Some(item), _) | (true, None, Some(item)) => vec![shelf(item)],
            (true, None, None) => self.items.iter().map(shelf).collect(),
        }
    }

    /// Counts an event that was decided, and books its awards to whoever did it.
    pub fn earned(&mut self, asked: &FileQuestion, decision: &Decision) {
        let Ask::Earn(event) = &asked.ask else {
            return self.closed(asked, decision);
        };
        let mut cell = Cell {
            events: 1,
            quantity: i64::from(event.quantity),
            ..Cell::default()
        };
        let doer = event.roles.first();
        for award in &decision.awards {
            let amount = i64::from(award.amount);
            match award.asset.as_str() {
                "points" => cell.points = cell.points.saturating_add(amount),
                "minutes" => cell.minutes = cell.minutes.saturating_add(amount),
                _ => {}
            }
            // Who stands in the other roles, the line does not say.
            if Some(&award.role) == doer {
                self.book(asked.resident, &award.asset, amount);
            }
        }
        let (kind, on) = (event.kind.clone(), event.on);
        self.count(asked, &kind, on, &cell);
    }

    fn closed(&mut self, asked: &FileQuestion, decision: &Decision) {
        for award in &decision.awards {
            self.book(asked.resident, &award.asset, i64::from(award.amount));
        }
    }

    /// Counts an order as if it had been paid, whatever there was to pay it with.
    pub fn redeemed(&mut self, asked: &FileQuestion, quote: &Quote) {
        let Ask::Price(basket) = &asked.ask else {
            return;
        };
        let lines = basket.lines.iter().zip(&quote.points);
        for (line, points) in lines {
            let cell = Cell {
                events: 1,
                quantity: i64::from(line.quantity),
                points: i64::from(*points),
                minutes: 0,
            };
            self.items.insert(line.item.clone());
            self.count(asked, &shelf(&line.item), basket.on, &cell);
            if let Ok(points_asset) = "points".parse() {
                self.book(asked.resident, &points_asset, -i64::from(*points));
            }
        }
    }

    fn book(&mut self, resident: u32, asset: &Code, amount: i64) {
        let balance = self.balances.entry((resident, asset.clone())).or_default();
        *balance = balance.saturating_add(amount);
    }

    fn count(&mut self, asked: &FileQuestion, kind: &Code, on: LocalDate, cell: &Cell) {
        for subject in [
            CounterSubject::Resident(ResidentNo(asked.resident)),
            CounterSubject::Household(HouseholdNo(asked.household)),
            CounterSubject::Community,
        ] {
            let key = |month| CounterKey {
                subject,
                kind: kind.clone(),
                month,
            };
            let month = self.rows.entry(key(on.month_index())).or_default();
            let distinct = month.add(on, cell);
            let ever = self.rows.entry(key(0)).or_default();
            ever.add_total(on, cell, distinct);
        }
    }

    /// What a resident has after the lines so far, by asset.
    pub fn balances(&self, resident: u32) -> impl Iterator<Item = (&Code, i64)> {
        let theirs = self
            .balances
            .iter()
            .filter(move |((who, _), _)| *who == resident);
        theirs.map(|((_, asset), amount)| (asset, *amount))
    }
}

/// The counter of a shop item.
fn shelf(item: &Code) -> Code {
    let named = format!("item/{item}").parse();
    named.unwrap_or_else(|_| item.clone())
}
