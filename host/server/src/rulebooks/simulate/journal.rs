//! The journal of one community, entry by entry, a page of the database at a time; and first of all which part of it is
//! asked about, and what of it later entries go back to. It applies nothing.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use rongyi_core::command::{Amend, Change};
use rongyi_core::ids::{Code, ItemNo, OrderNo};
use rongyi_core::record::{Asked, NoticeStep, Record, Source};
use rongyi_core::time::LocalDate;
use rongyi_store::Store;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use super::SimulateError;

/// Records read from the database at once.
const PAGE: u32 = 2000;

/// The records of one entry with their places; the first says what was asked.
pub(super) type Entry = Vec<(u64, Record)>;

/// Pages that are read before they are asked for. More would only take memory.
const AHEAD: usize = 2;

/// What a task of its own reads and decodes while what came before is worked on: two processors are busy, not one. It reads
/// the ledger as it was when it began.
struct Ahead<T> {
    pages: Receiver<Vec<T>>,
    page: std::vec::IntoIter<T>,
    task: Option<JoinHandle<Result<(), SimulateError>>>,
}

impl<T: Send + 'static> Ahead<T> {
    /// What `read` sends, of the ledger as it is now.
    async fn of<R>(
        store: &Store,
        read: impl FnOnce(Store, Sender<Vec<T>>) -> R,
    ) -> Result<Self, SimulateError>
    where
        R: Future<Output = Result<(), SimulateError>> + Send + 'static,
    {
        let (sender, pages) = channel(AHEAD);
        Ok(Ahead {
            pages,
            page: Vec::new().into_iter(),
            task: Some(tokio::spawn(read(store.snapshot().await?, sender))),
        })
    }

    async fn next(&mut self) -> Result<Option<T>, SimulateError> {
        loop {
            if let Some(next) = self.page.next() {
                return Ok(Some(next));
            }
            let Some(page) = self.pages.recv().await else {
                break;
            };
            self.page = page.into_iter();
        }
        // It has ended: at the end, or because something was wrong.
        match self.task.take() {
            None => Ok(None),
            Some(task) => match task.await {
                Ok(ended) => ended.map(|()| None),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            },
        }
    }
}

fn decoded(seq: u64, kind: u8, body: &[u8]) -> Result<Record, SimulateError> {
    Record::decode(kind, body).map_err(|_| SimulateError::Damaged { entry: seq })
}

/// The entries of a journal, from the first one on.
pub(super) struct Entries(Ahead<Entry>);

impl Entries {
    /// Up to the record before `end`.
    pub(super) async fn of(store: &Store, code: &Code, end: u64) -> Result<Self, SimulateError> {
        let code = code.clone();
        let read = move |store, sender| entries(store, code, end, sender);
        Ahead::of(store, read).await.map(Entries)
    }

    /// The next entry.
    pub(super) async fn next(&mut self) -> Result<Option<Entry>, SimulateError> {
        self.0.next().await
    }
}

/// Sends the entries up to the record before `end`, page by page; ends early when nobody takes them any more.
async fn entries(
    store: Store,
    code: Code,
    end: u64,
    sender: Sender<Vec<Entry>>,
) -> Result<(), SimulateError> {
    let mut next = 1;
    let mut open = Entry::new();
    while next < end {
        let page = store.journal(&code, next, PAGE).await?;
        let begun = next;
        let mut whole = Vec::new();
        for (seq, kind, body) in page {
            if seq >= end {
                break;
            }
            if seq != next {
                return Err(SimulateError::Damaged { entry: seq });
            }
            next = seq.saturating_add(1);
            let record = decoded(seq, kind, &body)?;
            if Record::begins(kind) && !open.is_empty() {
                whole.push(std::mem::take(&mut open));
            }
            open.push((seq, record));
        }
        if next == begun {
            return Err(SimulateError::Damaged { entry: next });
        }
        if sender.send(whole).await.is_err() {
            return Ok(());
        }
    }
    if !open.is_empty() {
        let _ = sender.send(vec![open]).await;
    }
    Ok(())
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

/// Sends the first records of entries, up to one: what was asked, when and by whom.
async fn openings(
    store: Store,
    code: Code,
    end: u64,
    sender: Sender<Vec<(u64, Record)>>,
) -> Result<(), SimulateError> {
    let mut next = 1;
    loop {
        let mut page = Vec::new();
        for (seq, kind, body) in store.openings(&code, next, PAGE).await? {
            if seq < end {
                page.push((seq, decoded(seq, kind, &body)?));
            }
        }
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        next = last.saturating_add(1);
        if sender.send(page).await.is_err() {
            return Ok(());
        }
    }
}

/// The day of the first entry.
pub(super) async fn began(store: &Store, code: &Code) -> Result<Option<LocalDate>, SimulateError> {
    let first = store.openings(code, 1, 1).await?.into_iter().next();
    let first = first.map(|(seq, kind, body)| decoded(seq, kind, &body));
    Ok(first
        .transpose()?
        .and_then(|record| Some(record.envelope()?.today)))
}

/// What was looked for, or the newest day where nothing was booked on those days.
type Looked = Result<(Span, Links), LocalDate>;

/// Looks for the entries of the days from `from` to `to`, and at what they go back to.
pub(super) async fn look(
    (store, code, end): (&Store, &Code, u64),
    (from, to): (Option<LocalDate>, Option<LocalDate>),
) -> Result<Looked, SimulateError> {
    let read = |store, sender| openings(store, code.clone(), end, sender);
    let mut openings = Ahead::of(store, read).await?;
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
