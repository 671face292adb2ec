//! What a book is given of its store: earlier entries for a complete one; and a book that holds nothing but what it asked
//! for, which must say and do the same.

use super::*;
use crate::command::Need;

/// What a complete book still asks for: earlier entries, from the journal.
pub(in crate::book) fn load_entries(book: &mut Book, command: &Command, journal: &[Record]) {
    loop {
        let needs = book.missing(command);
        if needs.is_empty() {
            return;
        }
        let rows: Vec<Loaded> = needs
            .into_iter()
            .map(|need| match need {
                Need::Entry(seq) => Loaded::Entry(seq, entry_at(journal, seq)),
                other => panic!("a complete book asks for entries only, not {other:?}"),
            })
            .collect();
        book.load(rows);
    }
}

pub(super) fn entry_at(journal: &[Record], seq: u64) -> Option<Vec<Record>> {
    let from = usize::try_from(seq).unwrap().checked_sub(1)?;
    let first = journal
        .get(from)
        .filter(|first| first.envelope().is_some())?;
    let rest = journal[from + 1..].iter();
    let followed = rest.take_while(|record| record.envelope().is_none());
    Some(std::iter::once(first).chain(followed).cloned().collect())
}

/// A book with the same frame that holds what this command asks for, and nothing else.
pub(in crate::book) fn sparse(full: &Book, command: &Command, journal: &[Record]) -> Book {
    let mut book = Book::new(full.frame.clone());
    book.replays = full.replays;
    loop {
        let needs = book.missing(command);
        if needs.is_empty() {
            return book;
        }
        let rows: Vec<Loaded> = needs
            .into_iter()
            .map(|need| row(full, journal, need))
            .collect();
        book.load(rows);
    }
}

fn row(full: &Book, journal: &[Record], need: Need) -> Loaded {
    match need {
        Need::Account(key) => Loaded::Account(key, full.accounts.get(&key).cloned().flatten()),
        Need::Counter(key) => {
            let found = full.counters.get(&key).cloned().flatten();
            Loaded::Counter(key, found)
        }
        Need::Resident(key) => Loaded::Resident(key, full.residents.get(&key).cloned().flatten()),
        Need::Order(key) => Loaded::Order(key, full.orders.get(&key).cloned().flatten()),
        Need::PickupCode(key) => {
            let found = full.codes.get(&key).copied().flatten();
            Loaded::PickupCode(key, found)
        }
        Need::Source(name, text) => {
            let key = (name, text);
            let found = full.sources.get(&key).cloned().flatten();
            Loaded::Source(key.0, key.1, found)
        }
        Need::Key(actor, text) => {
            let key = (actor, text);
            let found = full.keys.get(&key).cloned().flatten();
            Loaded::Key(key.0, key.1, found)
        }
        Need::Waiting(key) => Loaded::Waiting(key, full.waiting.get(&key).cloned().flatten()),
        Need::Everyone => {
            let all = full.residents.iter();
            let all = all.filter_map(|(no, member)| Some((*no, member.clone()?)));
            Loaded::Everyone(all.collect())
        }
        Need::Standing(cut, holder) => {
            let found = full.standings.get(&(cut, holder)).cloned().flatten();
            Loaded::Standing(cut, holder, found)
        }
        Need::Entry(seq) => Loaded::Entry(seq, entry_at(journal, seq)),
        Need::Fate(key) => Loaded::Fate(key, full.fates.get(&key).copied().flatten()),
    }
}

type Answer = Result<Applied, Rejection>;

/// Both say the same, and what the one that asked would store is what the complete one holds.
pub(in crate::book) fn agree((full, said): (&Book, &Answer), (apart, beside): (&Book, &Answer)) {
    assert_eq!(
        said, beside,
        "a book with what it asked for, and a complete one"
    );
    for account in &apart.dirty.accounts {
        assert_eq!(apart.account(account), full.account(account), "{account:?}");
    }
    for key in &apart.dirty.counters {
        assert_eq!(apart.counters.get(key), full.counters.get(key), "{key:?}");
    }
    for no in &apart.dirty.orders {
        assert_eq!(apart.orders.get(no), full.orders.get(no), "{no:?}");
    }
    for key in &apart.dirty.standings {
        assert_eq!(apart.standings.get(key), full.standings.get(key), "{key:?}");
    }
    for entry in &apart.dirty.fates {
        assert_eq!(apart.fates.get(entry), full.fates.get(entry), "{entry}");
    }
}
