//! Events that a rule, or the house, asks somebody to look at: what is open, and that one has looked who did not record
//! it. Looking moves nothing; what is found wrong is taken back like any entry.

pub(crate) mod api;
pub(crate) mod cli;
pub(crate) mod web;

use rongyi_clerk::receipt;
use rongyi_core::book::{Frame, Receipt};
use rongyi_core::command::{AmendRejection, Rejection};
use rongyi_core::ids::Code;
use rongyi_core::record::{Event, Record};
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;
use rongyi_store::{Store, StoreError};

use crate::house::House;
use crate::ledger::explain::{self, Lang};

/// Told at once; the others come up as these are looked at.
pub const SHOWN_MAX: u32 = 50;

/// Something to be looked at.
#[derive(Debug, Clone)]
pub struct Marked {
    /// What was booked.
    pub receipt: Receipt,
    /// Who recorded it.
    pub by: Code,
    /// The local day on which it was recorded.
    pub on: LocalDate,
}

impl Marked {
    /// The event, where it was decided with its recording.
    pub fn event(&self) -> Option<&Event> {
        self.receipt.records.first().and_then(Record::event)
    }

    /// What is to be looked at, in whole sentences.
    pub fn says(&self, frame: &Frame) -> Vec<Text> {
        said(frame, &self.receipt)
    }
}

/// What is to be looked at in a decided event, in whole sentences.
pub fn said(frame: &Frame, receipt: &Receipt) -> Vec<Text> {
    let Some(Record::Decided(set, _, decision)) = receipt.records.get(1) else {
        return Vec::new();
    };
    let plan = explain::plan_of(frame, Some(*set));
    let both = |mark| Text {
        zh: explain::mark(&plan, Some(frame), mark, Lang::Zh),
        en: explain::mark(&plan, Some(frame), mark, Lang::En),
    };
    decision.marks.iter().map(both).collect()
}

/// What is marked, stands, and nobody has looked at, the earliest first; at most [`SHOWN_MAX`].
///
/// # Errors
/// What the database said.
pub async fn open(store: &Store, community: &Code) -> Result<Vec<Marked>, StoreError> {
    let mut all = Vec::new();
    for entry in store.open_marks(community, SHOWN_MAX).await? {
        let Some(stored) = store.entry(community, entry).await? else {
            continue;
        };
        let receipt = receipt(&stored)?;
        let envelope = receipt.records.first().and_then(Record::envelope);
        if let Some(envelope) = envelope.cloned() {
            all.push(Marked {
                receipt,
                by: envelope.actor,
                on: envelope.today,
            });
        }
    }
    Ok(all)
}

/// Why nobody has looked.
#[derive(Debug, thiserror::Error)]
pub enum SeeError {
    /// There is no such entry.
    #[error("{}", .0.text().en)]
    Entry(Rejection),
    /// Nothing is marked there.
    #[error("nothing to be looked at in entry {0}")]
    Unmarked(u64),
    /// Whoever recorded it is not the one to look.
    #[error("recorded by the one who looks")]
    Own,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SeeError {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            SeeError::Entry(rejection) => rejection.code(),
            SeeError::Unmarked(_) => "mark.none",
            SeeError::Own => "mark.own",
            SeeError::Store(error) => error.code(),
        }
    }

    /// What is wrong and what to do.
    pub fn text(&self) -> Text {
        let both = |zh: String, en: String| Text { zh, en };
        match self {
            SeeError::Entry(rejection) => rejection.text(),
            SeeError::Unmarked(entry) => both(
                format!("第 {entry} 笔没有要看的地方。请核对编号。"),
                format!("Nothing is to be looked at in entry {entry}. Check the number."),
            ),
            SeeError::Own => both(
                "这件事是您自己登记的，要请另一位工作人员看。".to_owned(),
                "You recorded this; another member of staff has to look at it.".to_owned(),
            ),
            SeeError::Store(error) => both(error.to_string(), error.to_string()),
        }
    }
}

/// Notes that somebody has looked at an entry who did not record it. Whoever comes second finds it looked at already,
/// which is what they wanted.
///
/// # Errors
/// [`SeeError`].
pub async fn see(house: &House, community: &Code, entry: u64, by: &Code) -> Result<(), SeeError> {
    let store = &house.store;
    let stored = store.entry(community, entry).await?;
    let stored = stored
        .filter(|stored| stored.first_seq == entry)
        .ok_or_else(|| SeeError::Entry(AmendRejection::EntryUnknown { entry }.into()))?;
    let receipt = receipt(&stored)?;
    let first = receipt.records.first().and_then(Record::envelope);
    if first.is_some_and(|envelope| envelope.actor == *by) {
        return Err(SeeError::Own);
    }
    let now = house.clock.now();
    if store.see_mark(community, entry, by, now).await?
        || store.mark_seen(community, entry).await?.is_some()
    {
        Ok(())
    } else {
        Err(SeeError::Unmarked(entry))
    }
}
