//! What a command reads, so that it can be loaded before anything is decided: the list, and what can be put on it.

use super::award::times;
use super::facts::{Subjects, asset_of, joined, kinds_of, purse};
use super::{Book, Fate, scales};
use crate::account::{Account, Purpose};
use crate::actor::key_owner;
use crate::command::{Command, Need};
use crate::counters::{CounterKey, CounterSubject, months};
use crate::ids::{AssetNo, Code, ItemNo, ResidentNo};
use crate::record::{Record, Source};
use crate::rule::{FactNeed, Metric};
use crate::time::LocalDate;

pub(super) struct Missing<'b> {
    pub(super) book: &'b Book,
    pub(super) needs: Vec<Need>,
}

pub(super) fn missing(book: &Book, command: &Command) -> Vec<Need> {
    let mut list = Missing {
        book,
        needs: Vec::new(),
    };
    if let Some(key) = &command.key {
        list.key(&key_owner(&command.actor), &key.text);
    }
    command.ask.needs(&mut list, command);
    list.needs
}

impl Missing<'_> {
    pub(super) fn account(&mut self, account: Account) {
        if !self.book.accounts.contains_key(&account) {
            self.needs.push(Need::Account(account));
        }
    }

    pub(super) fn resident(&mut self, resident: ResidentNo) {
        if !self.book.residents.contains_key(&resident) {
            self.needs.push(Need::Resident(resident));
        }
    }

    pub(super) fn key(&mut self, actor: &Code, text: &str) {
        if !self
            .book
            .keys
            .contains_key(&(actor.clone(), text.to_owned()))
        {
            self.needs.push(Need::Key(actor.clone(), text.to_owned()));
        }
    }

    pub(super) fn source(&mut self, source: &Source) {
        if !self
            .book
            .sources
            .contains_key(&(source.name.clone(), source.external_ref.clone()))
        {
            self.needs.push(Need::Source(
                source.name.clone(),
                source.external_ref.clone(),
            ));
        }
    }

    /// The other form under which a reference counts.
    pub(super) fn other_form(&mut self, source: &Source, command: &Command) {
        if let Some(reference) = &command.reference {
            self.source(&Source {
                external_ref: reference.other.0.clone(),
                ..source.clone()
            });
        }
    }

    pub(super) fn code(&mut self, code: &str) {
        if !self.book.codes.contains_key(code) {
            self.needs.push(Need::PickupCode(code.to_owned()));
        }
    }

    pub(super) fn counter(&mut self, subject: CounterSubject, kind: &Code, month: i32) {
        let key = CounterKey {
            subject,
            kind: kind.clone(),
            month,
        };
        if !self.book.counters.contains_key(&key) {
            self.needs.push(Need::Counter(key));
        }
    }

    pub(super) fn goods(&mut self, item: ItemNo, purposes: &[Purpose]) {
        if let Some(asset) = AssetNo::of_item(item) {
            for purpose in purposes {
                self.account(Account::of_community(asset, *purpose));
            }
        }
    }

    /// The rows that a command writes whether a rule asks for them or not: this month and all time.
    pub(super) fn counted(&mut self, who: &Subjects, kind: &Code, on: LocalDate) {
        let subjects = [
            CounterSubject::Resident(who.resident),
            CounterSubject::Household(who.household),
            CounterSubject::Community,
        ];
        for subject in subjects {
            for (_, kind) in scales::rows(self.book, kind) {
                self.counter(subject, &kind, on.month_index());
                self.counter(subject, &kind, 0);
            }
        }
    }

    /// The minutes that a person's events took.
    pub(super) fn times(&mut self, who: ResidentNo, month: i32) {
        let key = times::key(who, month);
        self.counter(key.subject, &key.kind, key.month);
    }

    pub(super) fn facts(
        &mut self,
        needs: &[FactNeed],
        on: LocalDate,
        who: &Subjects,
        item: Option<&Code>,
    ) {
        for need in needs {
            if need.metric == Metric::Balance
                && let Some(asset) = asset_of(self.book, need)
                && let Some(purse) = purse(self.book, asset, who)
            {
                self.account(purse);
            }
            for kind in kinds_of(self.book, need, item) {
                let rows = scales::rows(self.book, &kind).into_iter();
                let all = if need.metric == Metric::Quantity {
                    usize::MAX
                } else {
                    1
                };
                for (_, kind) in rows.take(all) {
                    for month in months(need, on) {
                        let subject = who.of(need.subject);
                        self.counter(subject, &kind, month);
                        for no in joined(self.book, subject) {
                            self.counter(CounterSubject::Resident(*no), &kind, month);
                        }
                    }
                }
            }
        }
    }

    /// Somebody with the household that they belonged to when an entry was booked.
    pub(super) fn who_at(&mut self, resident: ResidentNo, entry: u64) -> Option<Subjects> {
        self.resident(resident);
        let household = self.book.member(resident).ok()?.home_at(entry);
        Some(Subjects {
            resident,
            household,
        })
    }

    pub(super) fn who(&mut self, resident: ResidentNo) -> Option<Subjects> {
        self.resident(resident);
        let household = self.book.household(resident).ok()?;
        Some(Subjects {
            resident,
            household,
        })
    }

    /// Asks for everybody, where it has to be known who else belongs to a household.
    pub(super) fn everyone(&mut self) {
        if !self.book.everyone {
            self.needs.push(Need::Everyone);
        }
    }

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

    /// Asks for what became of an entry; answers it when it is loaded.
    pub(super) fn fate(&mut self, entry: u64) -> Option<Fate> {
        match self.book.fates.get(&entry) {
            None => {
                self.needs.push(Need::Fate(entry));
                None
            }
            Some(fate) => *fate,
        }
    }
}
