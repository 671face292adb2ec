//! The record of who reads what is kept about whom, for the person to see. A reading is on record before it is
//! answered; the same reader, person, kind and door within one hour is one line, which counts.
//!
//! What counts up a line that is there already waits in memory for the next minute, so that a program that asks
//! again and again costs no write each time. Then the count may lag, the line never does.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rongyi_core::account::Holder;
use rongyi_core::book::Receipt;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::{About, Record};
use rongyi_core::rule::Text;
use rongyi_core::time::Instant;
use rongyi_store::{ReadNote, Store, StoreError};

use super::{Actor, Right};

/// Lines remembered at most; one more, and what waits is written and the memory begins anew.
const LINES_MAX: usize = 20_000;
/// Readings written in one transaction.
const CHUNK: usize = 500;
const HOUR: i64 = 3_600_000_000;

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What a resident has, now or in the past.
    Balance,
    /// A resident's movements.
    Passbook,
    /// An entry of the ledger that is about a resident.
    Entry,
    /// The proof of such an entry.
    Proof,
    /// A resident's order.
    Order,
    /// Everything that is kept about a person.
    Person,
    /// Who somebody is: name, household, the end of the telephone number.
    Identity,
    /// A list in which a resident stands with what they have.
    List,
    /// The office's page about a resident, with everything on it.
    Resident,
    /// What a resident asked of the community.
    Case,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 10] = [
        Kind::Balance,
        Kind::Passbook,
        Kind::Entry,
        Kind::Proof,
        Kind::Order,
        Kind::Person,
        Kind::Identity,
        Kind::List,
        Kind::Resident,
        Kind::Case,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Balance => "balance",
            Kind::Passbook => "passbook",
            Kind::Entry => "entry",
            Kind::Proof => "proof",
            Kind::Order => "order",
            Kind::Person => "person",
            Kind::Identity => "identity",
            Kind::List => "list",
            Kind::Resident => "resident",
            Kind::Case => "case",
        }
    }

    /// What the person reads; a word that this program does not know is shown as it is.
    pub fn told(word: &str) -> Text {
        let known = Kind::ALL.into_iter().find(|kind| kind.word() == word);
        let (zh, en) = match known {
            Some(Kind::Balance) => ("看了余额", "saw the balance"),
            Some(Kind::Passbook) => ("看了明细", "saw the passbook"),
            Some(Kind::Entry) => ("看了一笔账", "saw an entry"),
            Some(Kind::Proof) => ("取了一笔账的凭证", "took the proof of an entry"),
            Some(Kind::Order) => ("看了兑换单", "saw an order"),
            Some(Kind::Person) => ("导出了全部资料", "exported everything"),
            Some(Kind::Identity) => ("核对了您是谁", "checked who you are"),
            Some(Kind::Case) => ("看了一件办件", "saw what was asked"),
            Some(Kind::List) => ("在名单里看到", "saw you in a list"),
            Some(Kind::Resident) => ("打开了您的居民页", "opened the page about you"),
            None => (word, word),
        };
        Text {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }
}

/// Through which door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// A page.
    Page,
    /// The API.
    Api,
    /// The terminal.
    Terminal,
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Way::Page => "page",
            Way::Api => "api",
            Way::Terminal => "terminal",
        }
    }

    /// What the person reads.
    pub fn told(word: &str) -> Text {
        let (zh, en) = match word {
            "page" => ("网页", "page"),
            "api" => ("接口", "API"),
            "terminal" => ("机房终端", "terminal"),
            other => (other, other),
        };
        Text {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Line {
    community: Code,
    resident: ResidentNo,
    reader: Code,
    kind: Kind,
    way: Way,
    hour: i64,
}

/// Readings of a line that are not written yet, and the newest of them.
type Waits = HashMap<Line, (u64, Instant)>;

/// What this process put on record a moment ago, and what waits to be counted.
#[derive(Debug, Default)]
pub struct Readings {
    lines: Mutex<Waits>,
}

/// Who reads, what and how.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// Who.
    pub by: &'a Actor,
    /// What.
    pub kind: Kind,
    /// Through which door.
    pub way: Way,
    /// When.
    pub at: Instant,
}

impl Readings {
    /// Puts a reading on record, before it is answered. A resident who reads what is their own leaves none.
    ///
    /// # Errors
    /// What the database said; then nothing may be answered.
    pub async fn note(
        &self,
        store: &Store,
        community: &Code,
        reading: Reading<'_>,
        whose: &[ResidentNo],
    ) -> Result<(), StoreError> {
        if matches!(reading.by.right(), Some(Right::Resident) | None) {
            return Ok(());
        }
        let reader = reading.by.code();
        let mut fresh = Vec::new();
        {
            let mut lines = self.lock();
            for resident in whose {
                let line = Line {
                    community: community.clone(),
                    resident: *resident,
                    reader: reader.clone(),
                    kind: reading.kind,
                    way: reading.way,
                    hour: reading.at.0.div_euclid(HOUR),
                };
                match lines.get_mut(&line) {
                    Some((waits, at)) => {
                        *waits = waits.saturating_add(1);
                        *at = reading.at;
                    }
                    None => fresh.push(line),
                }
            }
        }
        let notes: Vec<ReadNote> = fresh.iter().map(|line| note(line, 1, reading.at)).collect();
        for chunk in notes.chunks(CHUNK) {
            store.note_reads(chunk).await?;
        }
        if self.lock().len().saturating_add(fresh.len()) > LINES_MAX {
            self.flush(store, reading.at).await?;
            self.lock().retain(|_, (waits, _)| *waits > 0);
        }
        let mut lines = self.lock();
        for line in fresh {
            lines.entry(line).or_insert((0, reading.at));
        }
        Ok(())
    }

    /// Writes what waits to be counted, and forgets the lines of hours that are over.
    ///
    /// # Errors
    /// What the database said; what was not written waits for the next time.
    pub async fn flush(&self, store: &Store, now: Instant) -> Result<(), StoreError> {
        let waiting: Vec<(Line, u64, Instant)> = {
            let lines = self.lock();
            let waiting = lines.iter().filter(|(_, (waits, _))| *waits > 0);
            waiting
                .map(|(line, (waits, at))| (line.clone(), *waits, *at))
                .collect()
        };
        for chunk in waiting.chunks(CHUNK) {
            let notes: Vec<ReadNote> = chunk
                .iter()
                .map(|(line, waits, at)| note(line, *waits, *at))
                .collect();
            store.note_reads(&notes).await?;
            let mut lines = self.lock();
            for (line, written, _) in chunk {
                if let Some((waits, _)) = lines.get_mut(line) {
                    *waits = waits.saturating_sub(*written);
                }
            }
        }
        let hour = now.0.div_euclid(HOUR);
        self.lock()
            .retain(|line, (waits, _)| line.hour == hour || *waits > 0);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Waits> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn note(line: &Line, reads: u64, at: Instant) -> ReadNote {
    ReadNote {
        community: line.community.clone(),
        resident: line.resident,
        reader: line.reader.clone(),
        kind: line.kind.word().to_owned(),
        door: line.way.word().to_owned(),
        at,
        reads,
    }
}

/// The residents whose accounts these are: of a household, everybody who belongs to it.
///
/// # Errors
/// What the database said.
pub async fn whose(
    store: &Store,
    community: &Code,
    holders: impl Iterator<Item = Holder>,
) -> Result<Vec<ResidentNo>, StoreError> {
    let mut whose = BTreeSet::new();
    for holder in holders.collect::<BTreeSet<_>>() {
        match holder {
            Holder::Resident(no) => whose.extend([no]),
            Holder::Household(no) => {
                let members = store.residents_of_household(community, no).await?;
                whose.extend(members.into_iter().map(|row| row.resident));
            }
            Holder::Community | Holder::Fund(_) => {}
        }
    }
    Ok(whose.into_iter().collect())
}

/// The residents whom an entry is about: who did something or ordered, and whose accounts moved.
///
/// # Errors
/// What the database said.
pub async fn concerned(
    store: &Store,
    community: &Code,
    receipt: &Receipt,
) -> Result<Vec<ResidentNo>, StoreError> {
    let mut holders = Vec::new();
    for record in &receipt.records {
        if let Record::Moved(_, moved) = record {
            holders.extend([moved.debit.holder, moved.credit.holder]);
        } else if record.what().is_some() {
            let about = record.personal().about.into_iter();
            holders.extend(about.filter_map(|subject| match subject {
                About::Holder(holder) => Some(holder),
                About::Entry(_) => None,
            }));
        }
    }
    whose(store, community, holders.into_iter()).await
}
