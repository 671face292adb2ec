//! How the rules are doing, between this host's memory and the database: written once a minute, when something
//! is parked or answers again, and at the end. The operator's page and `rongyi rule list` read it from there, so
//! the figures are those of all hosts together.

use std::collections::BTreeMap;
use std::sync::Arc;

use rongyi_clerk::rulebook::RuleSets;
use rongyi_clerk::rulebook::tally::{Tally, What};
use rongyi_clerk::rulebook::ward::Health;
use rongyi_core::book::{Book, Frame};
use rongyi_core::counters::{CounterKey, CounterSubject};
use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::record::RuleSet;
use rongyi_core::rule::Plan;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_pages::{RuleRemedy, RuleState};
use rongyi_rules::Rule;
use rongyi_store::{RuleCount, RuleHealth, Store, StoreError};

use super::House;

/// One rule set: what was counted about it and how it is doing.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// What was counted.
    pub tally: Tally,
    /// How it is doing.
    pub health: Health,
    /// Events that wait for it.
    pub waiting: u64,
}

impl House {
    /// Writes what this host counted and learns what others know.
    ///
    /// # Errors
    /// [`StoreError`]; what could not be written is kept for the next time.
    pub async fn write_figures(&self, code: &Code) -> Result<(), StoreError> {
        let ward = self.books.ward(code);
        let news = ward.take_news();
        let counts: Vec<RuleCount> = news
            .counts
            .iter()
            .map(|((set, what, bucket), count)| RuleCount {
                set: *set,
                what: what.name(),
                bucket: *bucket,
                count: u64::try_from(*count).unwrap_or_default(),
            })
            .collect();
        let health: Vec<RuleHealth> = news
            .health
            .iter()
            .map(|(set, health)| RuleHealth {
                set: *set,
                fault: health.last_fault.clone(),
                parked: health.parked.clone(),
            })
            .collect();
        if !(counts.is_empty() && health.is_empty())
            && let Err(error) = self.store.add_rule_news(code, &counts, &health).await
        {
            ward.put_back(news);
            return Err(error);
        }
        let known = self.store.rule_health(code).await?;
        let known = known
            .into_iter()
            .map(|row| (row.set, Health::stored(row.fault, row.parked)));
        ward.learn(known);
        Ok(())
    }
}

/// What the database knows of a community's rule sets.
///
/// # Errors
/// [`StoreError`] when it does not answer.
pub async fn figures(
    store: &Store,
    code: &Code,
) -> Result<BTreeMap<RuleSetNo, Figures>, StoreError> {
    let mut all: BTreeMap<RuleSetNo, Figures> = BTreeMap::new();
    for row in store.rule_counts(code).await? {
        // What a newer program counts is not shown by this one.
        if let Some(what) = What::parse(&row.what) {
            let figures = all.entry(row.set).or_default();
            figures.tally.add(what, row.bucket, row.count);
        }
    }
    for row in store.rule_health(code).await? {
        all.entry(row.set).or_default().health = Health::stored(row.fault, row.parked);
    }
    for (_, set) in store.waiting(code).await? {
        let figures = all.entry(set).or_default();
        figures.waiting = figures.waiting.saturating_add(1);
    }
    Ok(all)
}

/// A fault this long ago asks nothing of anybody any more.
const FRESH_US: i64 = 7 * 24 * 3_600_000_000;

/// How one rule set of a ledger is doing, for the page and the command line.
pub struct Report {
    /// The set.
    pub set: Arc<RuleSet>,
    /// Its rule, where it could be loaded.
    pub rule: Option<Arc<Rule>>,
    /// Its figures.
    pub figures: Figures,
    /// Whether it decides.
    pub state: RuleState,
    /// What to do.
    pub remedy: RuleRemedy,
}

impl Report {
    /// Whether events and orders are put to it now.
    pub fn is_asked(&self) -> bool {
        match self.state {
            RuleState::Active | RuleState::Parked => true,
            RuleState::Planned | RuleState::Past => false,
        }
    }
}

/// A report of every rule set, those that decide first, then the newest.
pub fn reports(
    frame: &Frame,
    rules: &RuleSets,
    mut figures: BTreeMap<RuleSetNo, Figures>,
    today: LocalDate,
    now: Instant,
) -> Vec<Report> {
    let book = Book::new(frame.clone());
    let in_force: Vec<RuleSetNo> = book.in_force(today).into_iter().map(|set| set.no).collect();
    let planned = book.planned(today);
    let mut all: Vec<Report> = frame
        .sets
        .iter()
        .rev()
        // A set without a plan only says that a rule ended.
        .filter(|set| set.plan != Plan::default())
        .map(|set| {
            let figures = figures.remove(&set.no).unwrap_or_default();
            let rule = rules.get(&set.no).cloned();
            let state = if planned.contains(&set.no) {
                RuleState::Planned
            } else if !in_force.contains(&set.no) {
                RuleState::Past
            } else if figures.health.parked.is_some() {
                RuleState::Parked
            } else {
                RuleState::Active
            };
            let remedy = remedy(state, rule.is_some(), &figures, now);
            Report {
                set: Arc::clone(set),
                rule,
                figures,
                state,
                remedy,
            }
        })
        .collect();
    let rank = |state| match state {
        RuleState::Parked => 0,
        RuleState::Active => 1,
        RuleState::Planned => 2,
        RuleState::Past => 3,
    };
    all.sort_by_key(|report| rank(report.state));
    all
}

fn remedy(state: RuleState, loaded: bool, figures: &Figures, now: Instant) -> RuleRemedy {
    match state {
        RuleState::Parked => return RuleRemedy::Parked,
        RuleState::Past | RuleState::Planned if figures.waiting == 0 => return RuleRemedy::Fine,
        RuleState::Active if !loaded => return RuleRemedy::Host,
        RuleState::Active | RuleState::Past | RuleState::Planned => {}
    }
    let last = figures.health.last_fault.as_ref();
    let fresh = |at: Instant| figures.waiting > 0 || now.0.saturating_sub(at.0) < FRESH_US;
    match last.filter(|fault| fresh(fault.at)) {
        None => RuleRemedy::Fine,
        Some(fault) => match fault.code.as_str() {
            "limit.time" => RuleRemedy::Host,
            code if code.starts_with("host.") || code == "rule.not-loaded" => RuleRemedy::Host,
            code if code.starts_with("limit.") => RuleRemedy::Limit,
            _ => RuleRemedy::Broken,
        },
    }
}

/// How many events of yesterday each rule set decided, or orders it priced, as the book counts them.
///
/// # Errors
/// What the database said.
pub async fn yesterday(
    store: &Store,
    frame: &Frame,
    today: LocalDate,
) -> Result<BTreeMap<RuleSetNo, i64>, StoreError> {
    let day = today.plus_days(-1);
    let (_, _, number) = day.parts();
    let mut counts = BTreeMap::new();
    for set in frame.in_force(day) {
        let mut count: i64 = 0;
        for kind in counted(frame, set, day) {
            let key = CounterKey {
                subject: CounterSubject::Community,
                kind,
                month: day.month_index(),
            };
            let row = store.counter_row(&frame.community, &key).await?;
            let cell = row.and_then(|row| row.days.get(&number).copied());
            count = count.saturating_add(cell.map_or(0, |cell| cell.events));
        }
        counts.insert(set.no, count);
    }
    Ok(counts)
}

/// What is counted of the events that this set decides on `day`, and of the goods that it prices.
fn counted(frame: &Frame, set: &RuleSet, day: LocalDate) -> Vec<Code> {
    let decides = |kind: &Code| {
        let rule = frame.rule_for(kind, day);
        rule.is_some_and(|(rule, _)| rule.no == set.no)
    };
    let kinds = set.plan.kinds.iter().map(|kind| kind.code.clone());
    let mut counted: Vec<Code> = kinds.filter(decides).collect();
    if frame.pricing_for(day).is_some_and(|rule| rule.no == set.no) {
        let goods = frame.items.iter();
        counted.extend(goods.filter_map(|item| format!("item/{}", item.code).parse().ok()));
    }
    counted
}
