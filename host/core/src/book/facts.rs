//! Facts out of counters, and counters out of what was decided. It moves nothing.

use std::collections::BTreeMap;

use super::{Book, scales};
use crate::account::{Account, Holder, Purpose};
use crate::command::Rejection;
use crate::counters::{
    Cell, CounterKey, CounterRow, CounterSubject, ahead, answer, fitting, issued_kind, months, sum,
};
use crate::ids::{AssetNo, Code, HouseholdNo, ResidentNo};
use crate::record::{Event, RuleSet};
use crate::rule::{Award, Decision, Fact, FactNeed, Metric, Subject};
use crate::time::LocalDate;
use crate::traits::Traits;

/// The people a fact can be about.
pub(super) struct Subjects {
    pub(super) resident: ResidentNo,
    pub(super) household: HouseholdNo,
}

impl Subjects {
    pub(super) fn of(&self, subject: Subject) -> CounterSubject {
        match subject {
            Subject::Person => CounterSubject::Resident(self.resident),
            Subject::Household => CounterSubject::Household(self.household),
            Subject::Community => CounterSubject::Community,
        }
    }
}

/// The counter kinds a need sums over.
pub(super) fn kinds_of(book: &Book, need: &FactNeed, line_item: Option<&Code>) -> Vec<Code> {
    if need.metric == Metric::Balance {
        return Vec::new();
    }
    let redeemed = matches!(
        need.metric,
        Metric::RedeemedItems | Metric::RedeemedPoints | Metric::Redemptions
    );
    if redeemed {
        return match need.of.as_ref().or(line_item) {
            Some(item) => vec![item_kind(item)],
            None => book
                .frame
                .items
                .iter()
                .map(|item| item_kind(&item.code))
                .collect(),
        };
    }
    if let Some(kind) = ahead(need) {
        return vec![kind];
    }
    match &need.of {
        Some(kind) => vec![kind.clone()],
        None => {
            let all = book
                .frame
                .sets
                .iter()
                .flat_map(|set| set.plan.kinds.iter().map(|kind| kind.code.clone()));
            all.collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect()
        }
    }
}

/// The counter kind of a shop item. Item codes are at most 43 letters, so this always fits.
pub(super) fn item_kind(item: &Code) -> Code {
    format!("item/{item}")
        .parse()
        .unwrap_or_else(|_| item.clone())
}

impl Book {
    /// The traits of a person that a rule set asks for.
    pub(super) fn traits_for(
        &self,
        resident: ResidentNo,
        set: &RuleSet,
    ) -> Result<Vec<(Code, i32)>, Rejection> {
        Ok(self.member(resident)?.traits.wanted(&set.plan.traits))
    }

    /// The traits of a holder that a rule set asks for; of a household, the most that one of its people has.
    pub(super) fn traits_of(&self, holder: Holder, set: &RuleSet) -> Vec<(Code, i32)> {
        let mut all = Traits::default();
        match holder {
            Holder::Resident(no) => {
                let traits = self.member(no).map(|member| member.traits.clone());
                all = traits.unwrap_or_default();
            }
            Holder::Household(no) if !set.plan.traits.is_empty() => {
                let everyone = self.residents.values().flatten();
                everyone
                    .filter(|member| member.household == no)
                    .for_each(|member| all.merge(&member.traits));
            }
            Holder::Household(_) | Holder::Community | Holder::Fund(_) => {}
        }
        all.wanted(&set.plan.traits)
    }
}

/// The days a fact depends on.
#[derive(Clone, Copy)]
pub(super) struct Days {
    /// The event's own day, in whose windows is counted.
    pub(super) on: LocalDate,
    /// The day of the decision, on which a balance is what can be spent.
    pub(super) today: LocalDate,
}

/// The asset whose balance is asked for; none when the community has no such asset.
pub(super) fn asset_of(book: &Book, need: &FactNeed) -> Option<AssetNo> {
    match &need.of {
        None => Some(AssetNo::POINTS),
        Some(code) => book.frame.settings.as_ref()?.asset(code),
    }
}

/// The account whose balance a person can spend.
pub(super) fn purse(book: &Book, asset: AssetNo, who: &Subjects) -> Option<Account> {
    let settings = book.frame.settings.as_ref()?;
    Some(Account {
        holder: settings.holder(asset, who.resident, who.household),
        asset,
        purpose: Purpose::Available,
    })
}

pub(super) fn fact(
    book: &Book,
    need: &FactNeed,
    days: Days,
    who: &Subjects,
    line_item: Option<&Code>,
) -> Fact {
    let on = days.on;
    if need.metric == Metric::Balance {
        let asset = asset_of(book, need);
        let account = asset.and_then(|asset| purse(book, asset, who));
        return fitting(account.map_or(0, |account| book.account(&account).spendable(days.today)));
    }
    let subject = who.of(need.subject);
    let kinds = kinds_of(book, need, line_item);
    let joined = joined(book, subject);
    let together = together(book, (subject, joined), need, (on, &kinds));
    let row = |kind: &Code, month: i32| {
        let key = CounterKey {
            subject,
            kind: kind.clone(),
            month,
        };
        match joined.is_empty() {
            true => book.counters.get(&key).and_then(Option::as_ref),
            false => together.get(&(key.kind, month)),
        }
    };
    if need.metric == Metric::Quantity {
        let of = |code: &Code| sum(need, on, std::slice::from_ref(code), row).quantity;
        let all = kinds.iter().map(|kind| scales::total(book, kind, on, of));
        return fitting(all.fold(0, i64::saturating_add));
    }
    answer(need, on, &kinds, row)
}

/// The numbers under which somebody had been enrolled, too.
pub(super) fn joined(book: &Book, subject: CounterSubject) -> &[ResidentNo] {
    match subject {
        CounterSubject::Resident(no) => book
            .residents
            .get(&no)
            .and_then(Option::as_ref)
            .map_or(&[], |member| &member.joined),
        CounterSubject::Household(_) | CounterSubject::Community => &[],
    }
}

/// The rows that a need reads of somebody with several numbers, each kind and month as one; none for everybody else.
fn together(
    book: &Book,
    (subject, joined): (CounterSubject, &[ResidentNo]),
    need: &FactNeed,
    (on, kinds): (LocalDate, &[Code]),
) -> BTreeMap<(Code, i32), CounterRow> {
    let mut all: BTreeMap<(Code, i32), CounterRow> = BTreeMap::new();
    if joined.is_empty() {
        return all;
    }
    let others = joined.iter().map(|no| CounterSubject::Resident(*no));
    for subject in std::iter::once(subject).chain(others) {
        let rows = kinds.iter().flat_map(|kind| scales::rows(book, kind));
        for (_, kind) in rows {
            for month in months(need, on) {
                let key = CounterKey {
                    subject,
                    kind: kind.clone(),
                    month,
                };
                if let Some(Some(row)) = book.counters.get(&key) {
                    all.entry((key.kind, month)).or_default().join(row);
                }
            }
        }
    }
    all
}

/// Keeps what the host's monthly budget is checked against: new points by the day they were decided; `out` takes
/// them away again.
pub(super) fn count_issued(book: &mut Book, today: LocalDate, decision: &Decision, out: bool) {
    let new_points = |award: &&Award| award.asset.as_str() == "points" && award.amount > 0;
    let issued = decision
        .awards
        .iter()
        .filter(new_points)
        .map(|award| i64::from(award.amount))
        .fold(0, i64::saturating_add);
    if issued > 0 {
        let cell = Cell {
            events: 1,
            points: issued,
            ..Cell::default()
        };
        let cell = if out { cell.negated() } else { cell };
        add(
            book,
            CounterSubject::Community,
            &issued_kind(),
            today,
            &cell,
        );
    }
}

/// Adds a decided event to the counters of everybody it concerns, or takes one that was `booked` with this entry out of its
/// window again: out of those of the households of then.
pub(super) fn count_event(
    book: &mut Book,
    event: &Event,
    ((quantity, scale), decision): ((i32, u8), &Decision),
    booked: Option<u64>,
) -> Result<(), Rejection> {
    let out = booked.is_some();
    let mut people: BTreeMap<ResidentNo, Cell> = BTreeMap::new();
    let who = event.doer().ok_or(Rejection::RoleMissing)?;
    let one = people.entry(who).or_default();
    one.events = 1;
    one.quantity = i64::from(quantity);
    let aside = scales::aside(book, &event.kind, scale);
    let beside = aside.map(|kind| {
        let quantity = std::mem::take(&mut one.quantity);
        let cell = Cell {
            quantity,
            ..Cell::default()
        };
        (kind, cell)
    });
    for award in &decision.awards {
        let Some((_, who)) = event.roles.iter().find(|(role, _)| *role == award.role) else {
            continue;
        };
        let cell = people.entry(*who).or_default();
        match award.asset.as_str() {
            "points" => cell.points = cell.points.saturating_add(i64::from(award.amount)),
            "minutes" => cell.minutes = cell.minutes.saturating_add(i64::from(award.amount)),
            _ => {}
        }
    }
    for (resident, cell) in people {
        let cell = if out { cell.negated() } else { cell };
        let member = book.member(resident)?;
        let household = booked.map_or(member.household, |entry| member.home_at(entry));
        let subjects = [
            CounterSubject::Resident(resident),
            CounterSubject::Household(household),
            CounterSubject::Community,
        ];
        for subject in subjects {
            add(book, subject, &event.kind, event.on, &cell);
        }
        if let Some((kind, cell)) = beside.as_ref().filter(|_| resident == who) {
            let cell = if out { cell.negated() } else { *cell };
            for subject in subjects {
                add(book, subject, kind, event.on, &cell);
            }
        }
    }
    Ok(())
}

/// Adds to the month's row and the row of all time.
pub(super) fn add(
    book: &mut Book,
    subject: CounterSubject,
    kind: &Code,
    on: LocalDate,
    cell: &Cell,
) {
    let key = |month| CounterKey {
        subject,
        kind: kind.clone(),
        month,
    };
    let month = key(on.month_index());
    let distinct = row(book, &month).add(on, cell);
    row(book, &key(0)).add_total(on, cell, distinct);
    book.dirty.counters.insert(month);
    book.dirty.counters.insert(key(0));
}

pub(super) fn row<'b>(book: &'b mut Book, key: &CounterKey) -> &'b mut CounterRow {
    book.counters
        .entry(key.clone())
        .or_default()
        .get_or_insert_default()
}
