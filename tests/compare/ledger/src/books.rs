//! The ledgers: their accounts, one award, and recording. Opening an account is a commit of its own, so that is done
//! in memory and copied to the disk.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use doubleentry::store::{SqlStore, Sqlite};
use doubleentry::{AccountKind, Amount, Currency, Date, Entry, Ledger, LedgerId, date};

/// Whole points.
const POINTS: &str = "PTS";
const BEGAN: Date = date!("2026-01-01");
const TODAY: Date = date!("2026-11-20");
/// Where the accounts are opened when there is room.
const MEMORY: &str = "/dev/shm";

/// Ledgers, each of so many communities.
pub(crate) struct Books {
    ledgers: Vec<Ledger<SqlStore<Sqlite>>>,
    communities: u32,
    residents: u32,
    points: Currency,
}

impl Books {
    /// Makes `count` ledgers in the folder, each with `communities` of `residents`.
    pub(crate) async fn make(
        folder: &Path,
        count: u32,
        communities: u32,
        residents: u32,
    ) -> Result<Arc<Self>> {
        let points = Currency::new(POINTS)?;
        std::fs::create_dir_all(folder)?;
        let desk = match Path::new(MEMORY).is_dir() {
            true => tempfile::tempdir_in(MEMORY)?,
            false => tempfile::tempdir_in(folder)?,
        };
        let made = desk.path().join("made.db");
        let (ledger, store) = open(&made).await?;
        ledger.declare_currency(points, 0, BEGAN).await?;
        ledger.define_months(2026, 1..=12).await?;
        for community in 0..communities {
            ledger
                .open(issuance(community), AccountKind::Expense, BEGAN)
                .await?;
            for resident in 0..residents {
                ledger
                    .open(wallet(community, resident), AccountKind::Liability, BEGAN)
                    .await?;
            }
        }
        // Whoever closes a SQLite file last leaves no WAL behind.
        store.close().await;
        let mut ledgers = Vec::new();
        for no in 0..count {
            // They are all alike until the first award.
            let file = folder.join(format!("{no}.db"));
            std::fs::copy(&made, &file)?;
            ledgers.push(open(&file).await?.0);
        }
        Ok(Arc::new(Books {
            ledgers,
            communities,
            residents,
            points,
        }))
    }

    /// The ledgers of one of so many writers.
    pub(crate) fn of_writer(&self, no: u32, writers: u32) -> Vec<u32> {
        (0..)
            .zip(&self.ledgers)
            .map(|(place, _)| place)
            .filter(|place| place % writers == no)
            .collect()
    }

    /// One award in the ledger `no`, drawn by a number.
    pub(crate) fn award(&self, no: u32, drawn: u64, key: u64) -> Result<Entry> {
        let places = u64::from(self.communities) * u64::from(self.residents);
        let place = drawn % places;
        let community = u32::try_from(place / u64::from(self.residents))?;
        let resident = u32::try_from(place % u64::from(self.residents))?;
        // A scale of two decimal places, of which points use none.
        let amount = Amount::from_minor(i128::from(drawn % 90 + 10) * 100)?;
        Ok(Entry::new(format!("{no}-{key:012}"), TODAY)
            .debit(issuance(community), amount, self.points)
            .credit(wallet(community, resident), amount, self.points))
    }

    /// Records them in the ledger `no`; answers how many were new.
    pub(crate) async fn record(&self, no: u32, mut drafts: Vec<Entry>) -> Result<usize> {
        let ledger = self.ledger(no)?;
        if drafts.len() == 1 {
            let draft = drafts.pop().context("one draft")?;
            return Ok(usize::from(!ledger.record(draft).await?.replayed));
        }
        let recorded = ledger.record_batch(drafts).await?;
        Ok(recorded.iter().filter(|receipt| !receipt.replayed).count())
    }

    /// Replays the ledger `no` and compares every table; fails at the first difference. Answers how many entries
    /// there are.
    pub(crate) async fn audit(&self, no: u32) -> Result<u64> {
        Ok(self.ledger(no)?.audit().await?.entries)
    }

    fn ledger(&self, no: u32) -> Result<&Ledger<SqlStore<Sqlite>>> {
        self.ledgers.get(usize::try_from(no)?).context("a ledger")
    }
}

/// Opens or makes a ledger; the store beside it can be closed.
async fn open(file: &Path) -> Result<(Ledger<SqlStore<Sqlite>>, SqlStore<Sqlite>)> {
    let store = SqlStore::sqlite(&format!("sqlite://{}?mode=rwc", file.display())).await?;
    let ledger = Ledger::new(store.clone(), LedgerId::new("example.com/points")?).await?;
    Ok((ledger, store))
}

fn issuance(community: u32) -> String {
    format!("Expenses:Issued:C{community:03}")
}

fn wallet(community: u32, resident: u32) -> String {
    format!("Liabilities:C{community:03}:R{resident:05}")
}
