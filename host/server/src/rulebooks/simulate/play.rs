//! What happened, entry by entry: first as it was, up to the first place that is asked about; then under the candidate.
//! Reads no database: what a command needs is named, and handed over. It counts nothing.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use rongyi_clerk::rulebook::{RuleSets, Sandbox};
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{Applied, Book, FateState};
use rongyi_core::command::{Amend, Ask, Command, Need, PeriodRejection, Rejection};
use rongyi_core::ids::{AssetNo, Code, ItemNo, OrderNo};
use rongyi_core::period::{PeriodState, PeriodStep};
use rongyi_core::record::{Asked, Lapse, NoticeStep, PeriodTurn, Place, Record, TransferKind};
use rongyi_core::rule::{Fault, Refusal};
use rongyi_core::time::{Instant, LocalDate};

use super::journal::{Entry, Links, reference};
use super::judge::Candidate;
use crate::audit::verify::Decisions;
use crate::audit::verify::replay::Replayer;
use crate::door::Actor;
use crate::house::Supposed;

/// Places of what the candidate does beside the ledger's own entries: no ledger comes so far.
const BESIDE: u64 = 1 << 62;

/// What became of one entry under the candidate.
#[derive(Debug)]
pub(super) enum Came {
    /// It was decided or carried out; all its records.
    Booked(Vec<Record>),
    /// Its reference had counted before.
    Known,
    /// It cannot be done.
    Not(Rejection),
    /// What it was about has been done already, or is not there: nothing is left to do.
    Moot,
    /// The ledger's own configuration, in whose place the candidate stands.
    Left,
    /// An order that was refused, and is not taken now either: what it would have met.
    NotTaken(Option<Refusal>),
}

/// Why a run ends before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The entry does not follow from what stands before it.
    Broken,
    /// The candidate gave no usable answer.
    Fault(Fault),
    /// A period that the ledger closed cannot be closed by the candidate.
    Period(PeriodRejection),
}

/// What an entry asked, as the command it was; without its key, which nobody sends again.
fn command(book: &Book, first: &Record) -> Option<Command> {
    let items = &book.frame().items;
    let code = |no: ItemNo| {
        let item = items.iter().find(|item| item.no == no)?;
        Some(item.code.clone())
    };
    let command = Command::from_record(first, code)?;
    Some(Command {
        key: None,
        ..command
    })
}

fn records(entry: &Entry) -> impl Iterator<Item = &Record> {
    entry.iter().map(|(_, record)| record)
}

/// The ledger as it was, growing from nothing. No rule is asked: what is recorded is repeated.
pub(super) struct Before {
    pub(super) book: Book,
    judge: Replayer,
}

impl Before {
    pub(super) fn new(community: Code) -> Self {
        Before {
            book: Book::empty(community).replaying(),
            judge: Replayer {
                rules: Sandbox::over(RuleSets::new()),
                decisions: Decisions::None,
                expected: RefCell::default(),
            },
        }
    }

    /// What the entry asked.
    pub(super) fn command(&self, entry: &Entry) -> Option<Command> {
        let (_, first) = entry.first()?;
        command(&self.book, first)
    }

    /// Takes one entry over; `command` is what it asked, and what that needs is loaded.
    pub(super) fn take(
        &mut self,
        (entry, command): (&Entry, &Command),
        links: &Links,
        first: u64,
    ) -> Result<(), Stop> {
        let (seq, record) = entry.first().ok_or(Stop::Broken)?;
        let envelope = record.envelope().ok_or(Stop::Broken)?;
        self.judge.expected.borrow_mut().answer = records(entry).nth(1).cloned();
        self.book.place_next(*seq);
        match self.book.apply(command, envelope.at, &self.judge) {
            Ok(Applied::Fresh(_)) => {}
            Ok(Applied::Replay(_)) | Err(_) => return Err(Stop::Broken),
        }
        self.book.forget_changes();
        if let Some(source) = record.what().and_then(reference)
            && !links.comes_again(*seq, first, source)
        {
            self.book.forget_reference(source);
        }
        Ok(())
    }
}

/// The same ledger from the first place on, under the candidate.
pub(super) struct After {
    pub(super) book: Book,
    judge: Candidate,
    links: Links,
    first: u64,
    /// The candidate's records of entries that differ and that a later one goes back to.
    kept: HashMap<u64, Vec<Record>>,
    /// Entries that differ.
    others: HashSet<u64>,
    /// Awards under notice by the last day of it.
    pending: BTreeMap<LocalDate, Vec<u64>>,
    /// The day of the last entry.
    day: Option<LocalDate>,
    /// The place of the next thing that is done beside the ledger's entries.
    beside: u64,
}

impl After {
    pub(super) fn of(before: Before, candidate: Supposed, links: Links, first: u64) -> Self {
        let mut book = before.book.supposing();
        book.suppose(candidate.settings, candidate.sets);
        let mut pending: BTreeMap<LocalDate, Vec<u64>> = BTreeMap::new();
        for (entry, fate) in book.fates() {
            if let (FateState::Pending | FateState::Upheld, Some(until)) = (fate.state, fate.until)
            {
                pending.entry(until).or_default().push(entry);
            }
        }
        After {
            book,
            judge: Candidate::over(Sandbox::over(candidate.rules)),
            links,
            first,
            kept: HashMap::new(),
            others: HashSet::new(),
            pending,
            day: None,
            beside: BESIDE,
        }
    }

    /// How often a rule was asked.
    pub(super) fn asked(&self) -> u64 {
        self.judge.asked()
    }

    /// What the entry asked.
    pub(super) fn command(&self, entry: &Entry) -> Option<Command> {
        let (_, first) = entry.first()?;
        command(&self.book, first)
    }

    /// What falls due with the day of an entry and that no entry of the ledger asks for. As long as nothing came out
    /// otherwise, that is nothing: the ledger's own entries say all of it.
    pub(super) fn due(&mut self, entry: &Entry) -> Vec<Command> {
        let Some(envelope) = entry.first().and_then(|(_, record)| record.envelope()) else {
            return Vec::new();
        };
        let today = envelope.today;
        let mut asks: Vec<Ask> = Vec::new();
        if self.day.is_none_or(|day| day < today) {
            self.day = Some(today);
            let later = self.pending.split_off(&today);
            let over = std::mem::replace(&mut self.pending, later);
            // What came out as in the ledger is posted where the ledger did it.
            let over = over.into_values().flatten();
            let over = over.filter(|award| self.others.contains(award));
            asks.extend(over.map(|award| Ask::from(NoticeStep::Post(award))));
            if !self.others.is_empty() {
                let past = self.book.past_lots(today);
                asks.extend((!past.is_empty()).then(|| Ask::from(Lapse(past))));
            }
        }
        asks.extend(self.left_to_close(entry));
        let command = |ask| Command {
            actor: Actor::Job.code(),
            key: None,
            today,
            ask,
            text: None,
            reference: None,
        };
        asks.into_iter().map(command).collect()
    }

    /// Before a period is sealed, or its days are opened again: the holders that had something at the candidate's cut-off only.
    fn left_to_close(&self, entry: &Entry) -> Vec<Ask> {
        let first = entry.first().and_then(|(_, record)| record.what());
        let Some(Asked::Period(PeriodTurn { period, step })) = first else {
            return Vec::new();
        };
        let closes = match step {
            PeriodStep::Seal => true,
            PeriodStep::Reopen => false,
            PeriodStep::CutOff { .. }
            | PeriodStep::Withdraw
            | PeriodStep::SignOff { .. }
            | PeriodStep::Close(_)
            | PeriodStep::AskBack { .. }
            | PeriodStep::AgreeBack { .. }
            | PeriodStep::KeepClosed
            | PeriodStep::TakeBack(_) => return Vec::new(),
        };
        let wanted = match closes {
            true => PeriodState::Signed,
            false => PeriodState::TakingBack,
        };
        let rows = &self.book.frame().periods;
        let row = rows
            .iter()
            .find(|row| row.period == *period && row.state == wanted);
        let Some(row) = row else {
            return Vec::new();
        };
        let standings = self.book.standings();
        let left = standings
            .iter()
            .filter(|((cut, _), standing)| *cut == row.cut && (standing.entry == 0) == closes);
        left.map(|((_, holder), _)| {
            Ask::from(PeriodTurn {
                period: *period,
                step: match closes {
                    true => PeriodStep::Close(*holder),
                    false => PeriodStep::TakeBack(*holder),
                },
            })
        })
        .collect()
    }

    /// What a command reads that is not loaded. Entries that came out otherwise are known here already.
    pub(super) fn missing(&mut self, command: &Command) -> Vec<Need> {
        loop {
            let needs = self.book.missing(command);
            let mut own = Vec::new();
            let mut others = Vec::new();
            for need in needs {
                match &need {
                    Need::Entry(entry) if *entry >= self.first => {
                        let differs = *entry >= BESIDE || self.others.contains(entry);
                        if differs {
                            let kept = self.kept.get(entry).cloned();
                            own.push(rongyi_core::book::Loaded::Entry(*entry, kept));
                        } else {
                            others.push(need);
                        }
                    }
                    Need::Entry(_)
                    | Need::Account(_)
                    | Need::Counter(_)
                    | Need::Resident(_)
                    | Need::Order(_)
                    | Need::PickupCode(_)
                    | Need::Source(..)
                    | Need::Key(..)
                    | Need::Waiting(_)
                    | Need::Everyone
                    | Need::Standing(..)
                    | Need::Fate(_) => others.push(need),
                }
            }
            if own.is_empty() {
                return others;
            }
            self.book.load(own);
        }
    }

    /// Something beside the ledger's entries; what it needs is loaded. Answers its records, if anything came of it.
    pub(super) fn besides(&mut self, command: &Command, at: Instant) -> Option<Vec<Record>> {
        let place = self.beside;
        self.book.place_next(place);
        self.judge.expect(None);
        let applied = self.book.apply(command, at, &self.judge);
        self.book.forget_changes();
        // A rule that fails is told with the entry that comes next.
        let Ok(Applied::Fresh(receipt)) = applied else {
            return None;
        };
        self.beside = place.saturating_add(receipt.records.len() as u64);
        if let Ask::Notice(step) = &command.ask {
            // A reversal of the award looks at both; nobody else looks at either again.
            let award = step.entry();
            if self.links.names(award) {
                self.kept.insert(place, receipt.records.clone());
            } else {
                self.kept.remove(&award);
            }
        }
        Some(receipt.records)
    }

    /// One entry under the candidate; `command` is what it asked, and what that needs is loaded.
    pub(super) fn take(&mut self, entry: &Entry, command: &Command) -> Result<Came, Stop> {
        let (seq, first) = entry.first().ok_or(Stop::Broken)?;
        let what = first.what().ok_or(Stop::Broken)?;
        if let Some(fault) = self.judge.fault() {
            return Err(Stop::Fault(fault));
        }
        if matches!(
            what,
            Asked::Settings(_) | Asked::Activate(_) | Asked::Configure(_)
        ) {
            return Ok(Came::Left);
        }
        let at = first.envelope().ok_or(Stop::Broken)?.at;
        let recorded = entry.get(1).map(|(_, record)| record);
        self.judge.expect(recorded);
        self.book.place_next(*seq);
        let came = match (what, recorded) {
            (Asked::Place(_), Some(Record::Refused(..))) => self.not_taken(command)?,
            (Asked::Place(place), _) => {
                self.book.order_next(place.no);
                self.booked(command, at)?
            }
            (_, _) => self.booked(command, at)?,
        };
        if let Some(fault) = self.judge.fault() {
            return Err(Stop::Fault(fault));
        }
        self.book.forget_changes();
        if let Some(source) = reference(what)
            && !self.links.comes_again(*seq, self.first, source)
        {
            self.book.forget_reference(source);
        }
        let fate = self.book.fate_row(*seq);
        let pending = fate
            .filter(|fate| fate.state == FateState::Pending)
            .and_then(|fate| fate.until);
        if let Some(until) = pending {
            self.pending.entry(until).or_default().push(*seq);
        }
        if !same(entry, &came) {
            self.others.insert(*seq);
            let again = pending.is_some() || self.links.names(*seq);
            if let (true, Came::Booked(records)) = (again, &came) {
                self.kept.insert(*seq, records.clone());
            }
        }
        Ok(came)
    }

    fn booked(&mut self, command: &Command, at: Instant) -> Result<Came, Stop> {
        let rejection = match self.book.apply(command, at, &self.judge) {
            Ok(Applied::Fresh(receipt)) => return Ok(Came::Booked(receipt.records)),
            Ok(Applied::Replay(_)) => return Ok(Came::Known),
            Err(rejection) => rejection,
        };
        match (&command.ask, rejection) {
            (Ask::Period(turn), Rejection::Period(rejection)) => match &turn.step {
                PeriodStep::Close(_) | PeriodStep::TakeBack(_) => Ok(Came::Moot),
                PeriodStep::CutOff { .. }
                | PeriodStep::Withdraw
                | PeriodStep::SignOff { .. }
                | PeriodStep::Seal
                | PeriodStep::AskBack { .. }
                | PeriodStep::AgreeBack { .. }
                | PeriodStep::KeepClosed
                | PeriodStep::Reopen => Err(Stop::Period(rejection)),
            },
            // A review withdrew the award; here it is booked already, and is taken back.
            (Ask::Notice(NoticeStep::Review(award, false, reason)), _) => {
                let back = Command {
                    ask: Ask::from(Amend::Reverse(*award, *reason)),
                    ..command.clone()
                };
                Ok(match self.book.apply(&back, at, &self.judge) {
                    Ok(Applied::Fresh(receipt)) => Came::Booked(receipt.records),
                    Ok(Applied::Replay(_)) => Came::Known,
                    Err(_) => Came::Moot,
                })
            }
            (Ask::Notice(_) | Ask::Lapse(_) | Ask::Retry(_), _) => Ok(Came::Moot),
            (Ask::Settle(_) | Ask::SettlePart(_) | Ask::Release(_), _) => Ok(Came::Moot),
            (_, rejection) => Ok(Came::Not(rejection)),
        }
    }

    /// Nothing was handed over for an order that was refused, so it is not taken; but it is asked what it would cost.
    fn not_taken(&self, command: &Command) -> Result<Came, Stop> {
        let Ask::Place(place) = &command.ask else {
            return Err(Stop::Broken);
        };
        let lines = &place.lines;
        Ok(
            match self
                .book
                .quote(command.today, place.resident, lines, &self.judge)
            {
                Ok(offer) => Came::NotTaken(offer.refusal),
                Err(rejection) => Came::Not(rejection),
            },
        )
    }

    /// What is missing for the points that an order holds: whose, and how much.
    pub(super) fn owed(&self, records: &[Record]) -> Option<(Holder, i64)> {
        let first = records.first()?;
        let today = first.envelope()?.today;
        if !matches!(first.what()?, Asked::Place(Place { no: OrderNo(_), .. })) {
            return None;
        }
        let mut held: i64 = 0;
        let mut account: Option<Account> = None;
        for record in records {
            if let Record::Moved(_, moved) = record
                && moved.kind == TransferKind::Hold
                && moved.debit.asset == AssetNo::POINTS
            {
                held = held.saturating_add(moved.amount.get());
                account = Some(moved.debit);
            }
        }
        let account = account.filter(|account| account.purpose == Purpose::Available)?;
        let left = self.book.account(&account).spendable(today);
        let missing = left.min(0).saturating_neg().min(held);
        (missing > 0).then_some((account.holder, missing))
    }
}

/// Whether an entry comes to the same, whichever rule set says so and whatever facts it saw.
pub(super) fn alike(entry: &Entry, came: &Came) -> bool {
    let Came::Booked(booked) = came else {
        return same(entry, came);
    };
    let one = |(recorded, booked): (&Record, &Record)| match (recorded, booked) {
        (Record::Decided(_, _, was), Record::Decided(_, _, is)) => was == is,
        (Record::Quoted(_, _, was), Record::Quoted(_, _, is)) => was == is,
        (Record::Refused(_, _, was), Record::Refused(_, _, is)) => was == is,
        (_, _) => recorded == booked,
    };
    let recorded = records(entry).skip(1);
    entry.len() == booked.len() && recorded.zip(booked.iter().skip(1)).all(one)
}

/// Whether an entry came out exactly as it stands in the ledger.
pub(super) fn same(entry: &Entry, came: &Came) -> bool {
    let recorded = records(entry).skip(1);
    match came {
        Came::Booked(records) => recorded.eq(records.iter().skip(1)),
        Came::Known | Came::Not(_) | Came::Moot => false,
        Came::Left => true,
        Came::NotTaken(refusal) => {
            let before = entry.get(1).map(|(_, record)| record);
            if let Some(Record::Refused(_, _, recorded)) = before {
                // A price that a person had seen is not seen again.
                recorded.code.as_str() == "price.changed" || Some(recorded) == refusal.as_ref()
            } else {
                false
            }
        }
    }
}
