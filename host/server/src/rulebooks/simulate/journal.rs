//! The journal of one community, entry by entry, a page of the database at a time; and first of all which part of it is
//! asked about, and what of it later entries go back to. It applies nothing.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use rongyi_core::command::{Amend, Change};
use rongyi_core::ids::{Code, ItemNo, OrderNo};
use rongyi_core::record::{Asked, NoticeStep, Record, Source};
use rongyi_core::time::LocalDate;
use rongyi_store::Store;

use super::SimulateError;

/// Records read from the database at once.
const PAGE: u32 = 2000;

/// The records of one entry with their places; the first says what was asked.
pub(super) type Entry = Vec<(u64, Record)>;

/// A journal that is being read.
pub(super) struct Entries<'s> {
    store: &'s Store,
    code: &'s Code,
    next: u64,
    end: u64,
    page: std::vec::IntoIter<(u64, u8, Vec<u8>)>,
    open: Entry,
}

impl<'s> Entries<'s> {
    /// From the first record up to the one before `end`.
    pub(super) fn of(store: &'s Store, code: &'s Code, end: u64) -> Self {
        Entries {
            store,
            code,
            next: 1,
            end,
            page: Vec::new().into_iter(),
            open: Vec::new(),
        }
    }

    async fn record(&mut self) -> Result<Option<(u64, u8, Vec<u8>)>, SimulateError> {
        if self.page.as_slice().is_empty() && self.next < self.end {
            let page = self.store.journal(self.code, self.next, PAGE).await?;
            self.page = page.into_iter();
        }
        let found = self.page.next().filter(|(seq, ..)| *seq < self.end);
        match &found {
            Some((seq, ..)) if *seq != self.next => Err(SimulateError::Damaged { entry: *seq }),
            Some((seq, ..)) => {
                self.next = seq.saturating_add(1);
                Ok(found)
            }
            None if self.next < self.end => Err(SimulateError::Damaged { entry: self.next }),
            None => Ok(None),
        }
    }

    /// The next entry.
    pub(super) async fn next(&mut self) -> Result<Option<Entry>, SimulateError> {
        while let Some((seq, kind, body)) = self.record().await? {
            let record = Record::decode(kind, &body);
            let record = record.map_err(|_| SimulateError::Damaged { entry: seq })?;
            let begins = Record::begins(kind);
            let whole = begins && !self.open.is_empty();
            let before = if whole {
                std::mem::take(&mut self.open)
            } else {
                Entry::new()
            };
            self.open.push((seq, record));
            if whole {
                return Ok(Some(before));
            }
        }
        let last = std::mem::take(&mut self.open);
        Ok(Some(last).filter(|entry| !entry.is_empty()))
    }
}

/// The part of a journal that was booked on the days asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The place of its first entry.
    pub(super) first: u64,
    /// The place behind its last one.
    pub(super) end: u64,
    /// The day of the first.
    pub(super) from: LocalDate,
    /// The day of the last.
    pub(super) to: LocalDate,
}

/// What later entries of a span go back to. It costs some bytes for each event and order of the span; the records
/// themselves are kept only of what is named here.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Entries that a later one is about.
    named: HashSet<u64>,
    /// By what each reference was used first.
    references: HashMap<u64, u64>,
    /// References that come more than once.
    again: HashSet<u64>,
    orders: HashMap<OrderNo, u64>,
    /// Steps of notices by the award they are about, and the other way round.
    steps: HashMap<u64, Vec<u64>>,
}

/// What a reference is known by.
fn mark(source: &Source) -> u64 {
    let mut hasher = DefaultHasher::new();
    source.name.as_str().hash(&mut hasher);
    source.external_ref.hash(&mut hasher);
    hasher.finish()
}

/// The reference that an entry counts under.
pub(super) fn reference(what: &Asked<ItemNo>) -> Option<&Source> {
    if let Asked::Open(open) = what {
        return Some(&open.source);
    }
    if let Asked::Carry(carry) = what {
        return Some(&carry.source);
    }
    what.event()?.source.as_ref()
}

impl Links {
    /// Takes one entry by what it asked.
    pub(super) fn add(&mut self, seq: u64, what: &Asked<ItemNo>) {
        if let Some(source) = reference(what) {
            let mark = mark(source);
            match self.references.get(&mark) {
                Some(first) => {
                    self.named.extend([*first, seq]);
                    self.again.insert(mark);
                }
                None => drop(self.references.insert(mark, seq)),
            }
        }
        if let Asked::Place(place) = what {
            self.orders.insert(place.no, seq);
        } else if let Asked::SettlePart(part) = what {
            self.named.extend(self.orders.get(&part.order));
        } else if let Asked::Retry(retry) = what {
            self.named.insert(retry.0);
        } else if let Asked::Replace(replace) = what {
            self.named.insert(replace.replaces);
        } else if let Asked::Notice(step) = what {
            self.step(seq, step);
        } else if let Asked::Amend(amend) = what {
            self.amend(amend);
        }
    }

    fn step(&mut self, seq: u64, step: &NoticeStep) {
        let award = match step {
            NoticeStep::Post(award)
            | NoticeStep::Object(award, _)
            | NoticeStep::Review(award, ..) => *award,
        };
        self.named.extend([award]);
        if !matches!(step, NoticeStep::Post(_)) {
            self.named.insert(seq);
        }
        self.steps.entry(award).or_default().push(seq);
        self.steps.entry(seq).or_default().push(award);
    }

    fn amend(&mut self, amend: &Amend) {
        match amend {
            Amend::Reverse(entry, _) | Amend::Propose(Change::Reverse { entry }, _) => {
                self.named.insert(*entry);
                let steps = self.steps.get(entry).cloned().unwrap_or_default();
                for step in steps {
                    self.named
                        .extend(self.steps.get(&step).into_iter().flatten());
                    self.named.insert(step);
                }
            }
            Amend::Approve(proposal) | Amend::Decline(proposal, _) => {
                self.named.insert(*proposal);
            }
            Amend::Propose(Change::Adjust { .. }, _) => {}
        }
    }

    /// Whether a later entry of the span goes back to this one.
    pub(super) fn names(&self, entry: u64) -> bool {
        self.named.contains(&entry)
    }

    /// Whether the reference of an entry at `seq` comes again in the span behind it.
    pub(super) fn comes_again(&self, seq: u64, first: u64, source: &Source) -> bool {
        let mark = mark(source);
        if seq < first {
            self.references.contains_key(&mark)
        } else {
            self.again.contains(&mark)
        }
    }
}

/// The first records of entries, up to one: what was asked, when and by whom.
struct Openings<'s> {
    store: &'s Store,
    code: &'s Code,
    next: u64,
    end: u64,
    page: std::vec::IntoIter<(u64, u8, Vec<u8>)>,
}

impl<'s> Openings<'s> {
    fn of(store: &'s Store, code: &'s Code, end: u64) -> Self {
        Openings {
            store,
            code,
            next: 1,
            end,
            page: Vec::new().into_iter(),
        }
    }

    async fn next(&mut self) -> Result<Option<(u64, Record)>, SimulateError> {
        if self.page.as_slice().is_empty() {
            let page = self.store.openings(self.code, self.next, PAGE).await?;
            self.page = page.into_iter();
        }
        let Some((seq, kind, body)) = self.page.next().filter(|(seq, ..)| *seq < self.end) else {
            return Ok(None);
        };
        self.next = seq.saturating_add(1);
        let record = Record::decode(kind, &body);
        let record = record.map_err(|_| SimulateError::Damaged { entry: seq })?;
        Ok(Some((seq, record)))
    }
}

/// The day of the first entry.
pub(super) async fn began(store: &Store, code: &Code) -> Result<Option<LocalDate>, SimulateError> {
    let mut openings = Openings::of(store, code, u64::MAX);
    let first = openings.next().await?;
    Ok(first.and_then(|(_, record)| Some(record.envelope()?.today)))
}

/// What was looked for, or the newest day where nothing was booked on those days.
type Looked = Result<(Span, Links), LocalDate>;

/// Looks for the entries of the days from `from` to `to`, and at what they go back to.
pub(super) async fn look(
    (store, code, end): (&Store, &Code, u64),
    (from, to): (Option<LocalDate>, Option<LocalDate>),
) -> Result<Looked, SimulateError> {
    let mut openings = Openings::of(store, code, end);
    let mut span: Option<Span> = None;
    let mut links = Links::default();
    let mut newest = LocalDate::FIRST;
    while let Some((seq, record)) = openings.next().await? {
        let (Some(envelope), Some(what)) = (record.envelope(), record.what()) else {
            return Err(SimulateError::Damaged { entry: seq });
        };
        let day = envelope.today;
        newest = newest.max(day);
        if from.is_some_and(|from| day < from) && span.is_none() {
            continue;
        }
        if to.is_some_and(|to| day > to) {
            if let Some(span) = &mut span {
                span.end = seq;
                break;
            }
            continue;
        }
        match &mut span {
            Some(span) => span.to = span.to.max(day),
            None => {
                span = Some(Span {
                    first: seq,
                    end,
                    from: day,
                    to: day,
                });
            }
        }
        links.add(seq, what);
    }
    Ok(span.map(|span| (span, links)).ok_or(newest))
}
