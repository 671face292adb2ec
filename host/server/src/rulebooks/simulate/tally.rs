//! What a run comes to, counted while it goes: the ledger's side from what is recorded, the candidate's from what came out.
//! It keeps sums, what each holder has, and the few entries that changed most; no sentence and no name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::Book;
use rongyi_core::ids::{AssetNo, Code, RuleSetNo};
use rongyi_core::record::{Asked, Record, Transfer, TransferKind};
use rongyi_core::rule::{Refusal, Text};
use rongyi_core::settings::Settings;
use rongyi_core::time::LocalDate;

use super::journal::Entry;
use super::play::{Came, alike, same};

/// So many entries are shown with both whys.
pub const CHANGED_MAX: usize = 10;

/// Why an event has no rule: none was ever there, or none is on its day.
pub(super) const UNRULED: [&str; 2] = ["kind.unknown", "kind.not-active"];

/// A number as the ledger has it, and as the candidate would.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Both {
    /// In the ledger.
    pub ledger: i64,
    /// Under the candidate.
    pub candidate: i64,
}

impl Both {
    /// How much more it would be.
    pub fn more(self) -> i64 {
        self.candidate.saturating_sub(self.ledger)
    }

    fn add(&mut self, side: Side, amount: i64) {
        let sum = match side {
            Side::Ledger => &mut self.ledger,
            Side::Candidate => &mut self.candidate,
        };
        *sum = sum.saturating_add(amount);
    }
}

/// Whose number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Ledger,
    Candidate,
}

/// Points on their way.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Flows {
    /// Given out, less what was taken back of it.
    pub issued: Both,
    /// Deducted or corrected away, less what came back.
    pub deducted: Both,
    /// Paid for goods that were handed over, less returns.
    pub spent: Both,
    /// Lapsed.
    pub lapsed: Both,
    /// Minutes given.
    pub minutes: Both,
}

/// One kind of event.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct OfKind {
    /// How many there are.
    pub events: i64,
    /// Points they brought, deductions taken off.
    pub points: Both,
    /// Minutes they brought.
    pub minutes: Both,
    /// How many were refused.
    pub refused: Both,
    /// How many no rule of the candidate decides.
    pub unruled: i64,
}

/// One refusal of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfRefusal {
    /// Events that would be refused so and were not.
    pub appear: i64,
    /// Events that were refused so and would not be.
    pub vanish: i64,
    /// An example: the set that said it, and what.
    pub example: (Option<RuleSetNo>, Refusal),
    /// Whether the candidate said the example.
    pub by_candidate: bool,
}

/// What became of orders.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Orders {
    /// Orders that were taken.
    pub taken: i64,
    /// What they cost.
    pub points: Both,
    /// Those that would have cost more.
    pub dearer: i64,
    /// Those that would have cost less.
    pub cheaper: i64,
    /// Those that the candidate refuses or cannot price; nothing is handed over for them.
    pub refused: i64,
    /// Those for which points would have been missing.
    pub short: i64,
    /// How many points were missing, all together.
    pub missing: i64,
    /// Who could not have afforded an order they made.
    pub who: BTreeSet<Holder>,
    /// Orders that were refused and could have been afforded.
    pub now: i64,
}

/// Something that was done and cannot be done under the candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// How many entries.
    pub entries: i64,
    /// The first of them.
    pub first: u64,
    /// Why.
    pub why: Text,
}

/// An entry that came out otherwise.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Its place.
    pub entry: u64,
    /// Its day.
    pub day: LocalDate,
    /// Whose points it changes.
    pub holder: Option<Holder>,
    /// Points of the entry.
    pub points: Both,
    /// Minutes of the entry.
    pub minutes: Both,
    /// As it is recorded.
    pub recorded: Vec<Record>,
    /// As it came out.
    pub came: Vec<Record>,
    /// Why it cannot be decided, where it cannot.
    pub not: Option<Text>,
}

/// One holder of points.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct OfHolder {
    /// Earned in the span, deductions taken off.
    pub earned: Both,
    /// What they hold at its end.
    pub held: Both,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Tally {
    /// Entries of the span.
    pub entries: i64,
    /// Entries that come to something else.
    pub differing: i64,
    /// Entries whose records are other ones, be it only that another rule set says the same.
    pub apart: i64,
    /// Changes of configuration that the candidate stands in for.
    pub left: i64,
    /// What the candidate does beside the ledger's entries.
    pub besides: i64,
    /// All points.
    pub flows: Flows,
    /// By the month in which it was booked.
    pub months: BTreeMap<i32, Flows>,
    /// By kind of event.
    pub kinds: BTreeMap<Code, OfKind>,
    /// By kind and code.
    pub refusals: BTreeMap<(Option<Code>, Code), OfRefusal>,
    /// The shop.
    pub orders: Orders,
    /// By code.
    pub undone: BTreeMap<&'static str, Undone>,
    /// What each holder has.
    pub holders: BTreeMap<Holder, OfHolder>,
    /// The entries that changed most.
    pub changed: Vec<Changed>,
    /// Kinds of events that wait for their rule.
    waiting: HashMap<u64, Code>,
}

/// What is a holder's.
fn owned(account: &Account) -> bool {
    let purpose = matches!(
        account.purpose,
        Purpose::Available | Purpose::Notice | Purpose::Held
    );
    purpose && account.holder != Holder::Community
}

/// What one movement of points does.
struct Move {
    holder: Holder,
    issued: i64,
    deducted: i64,
    spent: i64,
    lapsed: i64,
    change: i64,
}

fn moves(transfer: &Transfer) -> Vec<Move> {
    let amount = transfer.amount.get();
    let one = |account: &Account, other: &Account, change: i64| {
        let of = |purpose| if other.purpose == purpose { change } else { 0 };
        let opening = transfer.kind == TransferKind::Opening;
        Move {
            holder: account.holder,
            issued: if opening { 0 } else { of(Purpose::Issuance) },
            deducted: of(Purpose::Adjustment).saturating_neg(),
            spent: of(Purpose::Redeemed).saturating_neg(),
            lapsed: of(Purpose::Expired).saturating_neg(),
            change,
        }
    };
    let (debit, credit) = (&transfer.debit, &transfer.credit);
    match (owned(debit), owned(credit)) {
        (true, true) if debit.holder == credit.holder => Vec::new(),
        (true, true) => vec![
            one(debit, credit, amount.saturating_neg()),
            one(credit, debit, amount),
        ],
        (true, false) => vec![one(debit, credit, amount.saturating_neg())],
        (false, true) => vec![one(credit, debit, amount)],
        (false, false) => Vec::new(),
    }
}

/// What an entry comes to.
#[derive(Default)]
struct Sums {
    /// Points earned by holder, deductions taken off.
    earned: BTreeMap<Holder, i64>,
    held: i64,
    minutes: i64,
}

impl Sums {
    fn points(&self) -> i64 {
        self.earned
            .values()
            .fold(0, |sum, one| sum.saturating_add(*one))
    }
}

fn refusal(records: &[Record]) -> Option<(Option<RuleSetNo>, &Refusal)> {
    if let Some(Record::Refused(set, _, refusal)) = records.get(1) {
        Some((*set, refusal))
    } else {
        None
    }
}

impl Tally {
    /// With what everybody has at the first place.
    pub(super) fn begin(book: &Book) -> Self {
        let mut tally = Tally::default();
        for (account, state) in book.accounts() {
            if owned(&account) && account.asset == AssetNo::POINTS {
                let held = &mut tally.holders.entry(account.holder).or_default().held;
                held.add(Side::Ledger, state.total);
                held.add(Side::Candidate, state.total);
            }
        }
        let waiting = book.waiting().into_iter();
        tally.waiting = waiting
            .map(|(entry, event)| (entry, event.kind.clone()))
            .collect();
        tally
    }

    /// Counts one side of an entry.
    fn sum(&mut self, side: Side, month: i32, records: &[Record]) -> Sums {
        let mut sums = Sums::default();
        for record in records {
            let Record::Moved(_, transfer) = record else {
                continue;
            };
            let flows = [self.months.entry(month).or_default(), &mut self.flows];
            if transfer.debit.asset == AssetNo::MINUTES {
                let amount = transfer.amount.get();
                let minutes = match (owned(&transfer.debit), owned(&transfer.credit)) {
                    (false, true) => amount,
                    (true, false) => amount.saturating_neg(),
                    (true, true) | (false, false) => 0,
                };
                sums.minutes = sums.minutes.saturating_add(minutes);
                flows
                    .into_iter()
                    .for_each(|flows| flows.minutes.add(side, minutes));
                continue;
            }
            if transfer.debit.asset != AssetNo::POINTS {
                continue;
            }
            if transfer.kind == TransferKind::Hold {
                sums.held = sums.held.saturating_add(transfer.amount.get());
            }
            let all = moves(transfer);
            for flows in flows {
                for one in &all {
                    flows.issued.add(side, one.issued);
                    flows.deducted.add(side, one.deducted);
                    flows.spent.add(side, one.spent);
                    flows.lapsed.add(side, one.lapsed);
                }
            }
            for one in &all {
                let holder = self.holders.entry(one.holder).or_default();
                let earned = one.issued.saturating_sub(one.deducted);
                holder.earned.add(side, earned);
                holder.held.add(side, one.change);
                let sum = sums.earned.entry(one.holder).or_default();
                *sum = sum.saturating_add(earned);
            }
        }
        sums
    }

    /// What the candidate did beside the ledger's entries.
    pub(super) fn beside(&mut self, day: LocalDate, records: &[Record]) {
        self.besides = self.besides.saturating_add(1);
        self.sum(Side::Candidate, day.month_index(), records);
    }

    /// The kind of event that an entry is about.
    fn kind(&mut self, seq: u64, recorded: &[Record]) -> Option<Code> {
        let what = recorded.first()?.what()?;
        if let Asked::Retry(retry) = what {
            return self.waiting.remove(&retry.0);
        }
        if let Asked::Period(_) = what {
            let asked = recorded.get(1).is_some_and(|record| record.set().is_some());
            return asked.then(|| Code::literal("period.close"));
        }
        let kind = what.event()?.kind.clone();
        if let Some(Record::Waiting(..)) = recorded.get(1) {
            self.waiting.insert(seq, kind.clone());
        }
        Some(kind)
    }

    /// One entry: as it is recorded, and what came of it. `owed` is what was missing for the points of an order.
    pub(super) fn add(&mut self, entry: &Entry, came: &Came, owed: Option<(Holder, i64)>) {
        let Some((seq, first)) = entry.first() else {
            return;
        };
        let Some(envelope) = first.envelope() else {
            return;
        };
        let (day, month) = (envelope.today, envelope.today.month_index());
        self.entries = self.entries.saturating_add(1);
        if let Came::Left = came {
            self.left = self.left.saturating_add(1);
            return;
        }
        let recorded: Vec<Record> = entry.iter().map(|(_, record)| record.clone()).collect();
        let booked: &[Record] = match came {
            Came::Booked(records) => records,
            Came::Known | Came::Not(_) | Came::Moot | Came::Left | Came::NotTaken(_) => &[],
        };
        let before = self.sum(Side::Ledger, month, &recorded);
        let after = self.sum(Side::Candidate, month, booked);
        let kind = self.kind(*seq, &recorded);
        if let Some(kind) = &kind {
            self.of_kind(kind, (&recorded, &before), (came, booked, &after));
        }
        if let Some(Asked::Place(_)) = first.what() {
            self.order((&recorded, before.held), (came, booked, after.held), owed);
        }
        if let Came::Not(rejection) = came {
            let row = self.undone.entry(rejection.code());
            let row = row.or_insert_with(|| Undone {
                entries: 0,
                first: *seq,
                why: rejection.text(),
            });
            row.entries = row.entries.saturating_add(1);
        }
        self.apart = self.apart.saturating_add(i64::from(!same(entry, came)));
        if alike(entry, came) {
            return;
        }
        self.differing = self.differing.saturating_add(1);
        self.refused(kind, &recorded, (came, booked));
        let both = |ledger, candidate| Both { ledger, candidate };
        let held = both(before.held.saturating_neg(), after.held.saturating_neg());
        let earned = both(before.points(), after.points());
        let order = first.order().is_some();
        let points = if order { held } else { earned };
        let minutes = both(before.minutes, after.minutes);
        let Some(at) = self.place_of(points, minutes) else {
            return;
        };
        let holder = after.earned.keys().chain(before.earned.keys()).next();
        let changed = Changed {
            entry: *seq,
            day,
            holder: holder.copied(),
            points,
            minutes,
            came: booked.to_vec(),
            not: match came {
                Came::Not(rejection) => Some(rejection.text()),
                Came::Booked(_) | Came::Known | Came::Moot | Came::Left | Came::NotTaken(_) => None,
            },
            recorded,
        };
        self.changed.insert(at, changed);
        self.changed.truncate(CHANGED_MAX);
    }

    fn of_kind(
        &mut self,
        kind: &Code,
        (recorded, before): (&[Record], &Sums),
        (came, booked, after): (&Came, &[Record], &Sums),
    ) {
        let row = self.kinds.entry(kind.clone()).or_default();
        row.events = row.events.saturating_add(1);
        row.points.add(Side::Ledger, before.points());
        row.points.add(Side::Candidate, after.points());
        row.minutes.add(Side::Ledger, before.minutes);
        row.minutes.add(Side::Candidate, after.minutes);
        row.refused
            .add(Side::Ledger, i64::from(refusal(recorded).is_some()));
        row.refused
            .add(Side::Candidate, i64::from(refusal(booked).is_some()));
        if let Came::Not(rejection) = came
            && UNRULED.contains(&rejection.code())
        {
            row.unruled = row.unruled.saturating_add(1);
        }
    }

    fn order(
        &mut self,
        (recorded, before): (&[Record], i64),
        (came, booked, after): (&Came, &[Record], i64),
        owed: Option<(Holder, i64)>,
    ) {
        let orders = &mut self.orders;
        if let Came::NotTaken(met) = came {
            let price_seen =
                refusal(recorded).is_some_and(|(_, no)| no.code.as_str() == "price.changed");
            orders.now = orders
                .now
                .saturating_add(i64::from(met.is_none() && !price_seen));
            return;
        }
        let taken = refusal(booked).is_none() && !booked.is_empty();
        if refusal(recorded).is_some() {
            return;
        }
        orders.taken = orders.taken.saturating_add(1);
        orders.points.add(Side::Ledger, before);
        orders.points.add(Side::Candidate, after);
        if !taken {
            orders.refused = orders.refused.saturating_add(1);
            return;
        }
        orders.dearer = orders.dearer.saturating_add(i64::from(after > before));
        orders.cheaper = orders.cheaper.saturating_add(i64::from(after < before));
        if let Some((holder, missing)) = owed {
            orders.short = orders.short.saturating_add(1);
            orders.missing = orders.missing.saturating_add(missing);
            orders.who.insert(holder);
        }
    }

    fn refused(
        &mut self,
        kind: Option<Code>,
        recorded: &[Record],
        (came, booked): (&Came, &[Record]),
    ) {
        let (before, mut after) = (refusal(recorded), refusal(booked));
        if let Came::NotTaken(Some(met)) = came {
            after = Some((None, met));
        }
        if before.map(|(_, no)| &no.code) == after.map(|(_, no)| &no.code) {
            return;
        }
        for (side, by_candidate) in [(before, false), (after, true)] {
            let Some((set, no)) = side else {
                continue;
            };
            let row = self.refusals.entry((kind.clone(), no.code.clone()));
            let row = row.or_insert_with(|| OfRefusal {
                appear: 0,
                vanish: 0,
                example: (set, no.clone()),
                by_candidate,
            });
            let count = if by_candidate {
                &mut row.appear
            } else {
                &mut row.vanish
            };
            *count = count.saturating_add(1);
        }
    }

    /// Where an entry stands among those that changed most; of two alike the earlier one stands first.
    fn place_of(&self, points: Both, minutes: Both) -> Option<usize> {
        let weight = |points: Both, minutes: Both| {
            let points = points.more().unsigned_abs();
            (points, minutes.more().unsigned_abs())
        };
        let own = weight(points, minutes);
        let heavier = |one: &Changed| weight(one.points, one.minutes) >= own;
        let place = self.changed.partition_point(heavier);
        (own != (0, 0) && place < CHANGED_MAX).then_some(place)
    }

    /// What people hold all together at the end.
    pub fn held(&self) -> Both {
        let mut sum = Both::default();
        for one in self.holders.values() {
            sum.add(Side::Ledger, one.held.ledger);
            sum.add(Side::Candidate, one.held.candidate);
        }
        sum
    }

    /// How many holders would have earned more, less, and the same.
    pub fn winners(&self) -> (i64, i64, i64) {
        let more = self.holders.values().map(|one| one.earned.more());
        more.fold((0, 0, 0), |(gain, lose, same), more| {
            let (up, down) = (i64::from(more > 0), i64::from(more < 0));
            (gain + up, lose + down, same + 1 - up - down)
        })
    }

    /// Months in which more was given out than the settings allow, on the candidate's side.
    pub fn beyond(&self, settings: &Settings) -> i64 {
        let Some(most) = settings.issue_budget_month else {
            return 0;
        };
        let beyond = |flows: &&Flows| flows.issued.candidate > most.get();
        i64::try_from(self.months.values().filter(beyond).count()).unwrap_or(i64::MAX)
    }
}
