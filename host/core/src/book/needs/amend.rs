//! What a command about an earlier entry reads: the entry, what became of it, and what taking it back would move.

use super::super::reverse::{event_of, moved, order_of, target};
use super::super::{Fate, FateState, again};
use super::{Missing, issued_kind};
use crate::account::{Account, Purpose};
use crate::command::{Command, Need};
use crate::counters::CounterSubject;
use crate::ids::{Code, ResidentNo};
use crate::record::{Amend, Change, Event, NoticeStep, Record, Source, Transfer};

impl Missing<'_> {
    /// Asks for an entry; answers its records when they are loaded and it exists.
    pub(super) fn entry(&mut self, entry: u64) -> Option<Vec<Record>> {
        match self.book.entries.get(&entry) {
            None => {
                self.needs.push(Need::Entry(entry));
                None
            }
            Some(records) => records.clone(),
        }
    }

    fn waiting(&mut self, entry: u64) {
        let waits = self.book.entries.get(&entry).and_then(Option::as_ref);
        let waits = waits.is_some_and(|own| matches!(own.get(1), Some(Record::Waiting(..))));
        if waits && !self.book.waiting.contains_key(&entry) {
            self.needs.push(Need::Waiting(entry));
        }
    }

    fn fate(&mut self, entry: u64) -> Option<Fate> {
        match self.book.fates.get(&entry) {
            None => {
                self.needs.push(Need::Fate(entry));
                None
            }
            Some(fate) => *fate,
        }
    }

    pub(super) fn replaced(&mut self, event: &Event, replaces: u64, command: &Command) {
        self.fate(replaces);
        let Some(source) = &event.source else {
            return;
        };
        let other = command.reference.iter().map(|own| own.other.0.clone());
        for external_ref in other.chain([source.external_ref.clone()]) {
            let key = (source.name.clone(), external_ref);
            if let Some(Some(used)) = self.book.sources.get(&key) {
                self.entry(used.entry);
            }
        }
    }

    /// What a reference was answered with before: a refusal may come again.
    pub(super) fn answered(&mut self, source: &Source, command: &Command) {
        let Some((used, _)) = again::used(self.book, command, source) else {
            return;
        };
        let records = self.entry(used.entry).unwrap_or_default();
        if let Some(Record::Waiting(..)) = records.get(1) {
            self.fate(used.entry);
        }
    }

    pub(super) fn amend(&mut self, amend: &Amend) {
        match amend {
            Amend::Reverse(entry, _) => self.reversal(*entry),
            Amend::Propose(change, _) => self.change(change),
            Amend::Approve(proposal) | Amend::Decline(proposal, _) => {
                self.fate(*proposal);
                let records = self.entry(*proposal).unwrap_or_default();
                if let (Amend::Approve(_), Some(Record::Amend(_, Amend::Propose(change, _)))) =
                    (amend, records.first())
                {
                    self.change(change);
                }
            }
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Adjust {
                resident, asset, ..
            } => self.adjust(*resident, asset),
            Change::Reverse { entry } => self.reversal(*entry),
        }
    }

    fn adjust(&mut self, resident: ResidentNo, asset: &Code) {
        let Some(who) = self.who(resident) else {
            return;
        };
        let Some(settings) = &self.book.frame.settings else {
            return;
        };
        if let Some(asset) = settings.asset(asset) {
            self.account(Account::of_community(asset, Purpose::Adjustment));
            self.account(Account {
                holder: super::holder(settings, asset, who.resident, who.household),
                asset,
                purpose: Purpose::Available,
            });
        }
    }

    pub(super) fn notice(&mut self, step: &NoticeStep) {
        let entry = step.entry();
        let fate = self.fate(entry);
        match step {
            NoticeStep::Object(..) => {}
            NoticeStep::Post(_) => self.undone(entry),
            NoticeStep::Review(..) => {
                self.undone(entry);
                if let Some(fate) = fate {
                    self.entry(fate.by);
                }
            }
        }
    }

    /// Everything a reversal of `entry` reads.
    fn reversal(&mut self, entry: u64) {
        if self.entry(entry).is_none() {
            return;
        }
        let entry = target(self.book, entry);
        self.waiting(entry);
        let fate = self.fate(entry);
        self.undone(entry);
        if let Some(Fate {
            state: FateState::Posted,
            by,
            ..
        }) = fate
        {
            for (_, transfer) in moved(by, &self.entry(by).unwrap_or_default()) {
                self.sides(&transfer);
            }
        }
    }

    /// The accounts, counters and orders that taking the movements of `entry` back touches.
    fn undone(&mut self, entry: u64) {
        let Some(records) = self.entry(entry) else {
            return;
        };
        for (_, transfer) in moved(entry, &records) {
            self.sides(&transfer);
        }
        if let Some(Record::Retry(_, waited)) = records.first() {
            self.entry(*waited);
        }
        if let Some(Record::History(_, holder, history, ..)) = records.first() {
            self.carried(*holder, history);
        }
        if let Some((event, envelope)) = event_of(self.book, entry) {
            for (_, resident) in &event.roles {
                if let Some(who) = self.who(*resident) {
                    self.counted(&who, &event.kind, event.on);
                    self.times(*resident, event.on.month_index());
                }
            }
            for month in [envelope.today.month_index(), 0] {
                self.counter(CounterSubject::Community, &issued_kind(), month);
            }
        }
        if let Some(no) = order_of(&records) {
            self.order_no(no);
            if let Some(Some(order)) = self.book.orders.get(&no) {
                self.fate(order.entry);
            }
        }
    }

    fn sides(&mut self, transfer: &Transfer) {
        let asset = transfer.debit.asset;
        for account in [transfer.debit, transfer.credit] {
            self.account(account);
            if matches!(account.purpose, Purpose::Held | Purpose::Notice) {
                self.account(Account {
                    purpose: Purpose::Available,
                    ..account
                });
            }
        }
        for purpose in [Purpose::Expired, Purpose::Issuance] {
            self.account(Account::of_community(asset, purpose));
        }
        if asset.item().is_some() {
            self.account(Account::of_community(asset, Purpose::Shelf));
        }
    }
}
