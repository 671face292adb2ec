//! Stores to be tried: real engines, and the same engines made to misbehave on purpose.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use rongyi_core::account::Account;
use rongyi_core::book::{AccountState, Changes, Frame, Loaded};
use rongyi_core::command::Need;
use rongyi_core::ids::Code;
use rongyi_core::record::{LotDate, Record};
use rongyi_load::postgres::Cluster;
use rongyi_store::{Store, StoreError, Written};

/// What a broken store does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Writes over a head that has moved: the last one wins.
    ForgetsTheHead,
    /// Loses one counter of each commit.
    DropsACounter,
    /// Answers balances as they were when first asked for.
    StaleBalances,
    /// Does not keep external references.
    ForgetsSources,
    /// Does not keep idempotency keys.
    ForgetsKeys,
    /// Keeps one lot only.
    MergesLots,
    /// Leaves orders as they were placed.
    FreezesOrders,
    /// Forgets which events wait.
    ForgetsWaiting,
    /// Writes the first community of a batch and answers for all.
    HalfABatch,
    /// Keeps an emptied lot.
    KeepsEmptiedLots,
    /// Loses personal texts.
    ForgetsTexts,
    /// Does not keep which holders of a period are closed.
    ForgetsClosings,
    /// Forgets what became of entries.
    ForgetsFates,
    /// Answers an earlier entry without its movements.
    CutsEntries,
    /// Keeps the texts that are to be erased.
    KeepsErasedTexts,
    /// Keeps whom it should forget.
    ForgetsNobody,
    /// Does not keep what staff said about residents.
    ForgetsTraits,
    /// Does not keep what somebody is to look at.
    ForgetsMarks,
}

impl Fault {
    /// Each, with how the suite's complaint about it begins.
    pub(crate) const ALL: [(Fault, &'static str); 18] = [
        (Fault::ForgetsTheHead, "a race: found [Done, Done]"),
        (Fault::DropsACounter, "answer:"),
        (Fault::StaleBalances, "answer:"),
        (Fault::ForgetsSources, "answer: found Ok(Fresh("),
        (Fault::ForgetsKeys, "answer: found Ok(Fresh("),
        (Fault::MergesLots, "changes:"),
        (Fault::FreezesOrders, "answer:"),
        (Fault::ForgetsWaiting, "answer: found Err(NotWaiting"),
        (Fault::HalfABatch, "answer: found Err(NotConfigured)"),
        (Fault::KeepsEmptiedLots, "changes:"),
        (Fault::ForgetsTexts, "text: found None"),
        (Fault::ForgetsClosings, "answer: found Ok(Fresh("),
        (Fault::ForgetsFates, "answer:"),
        (Fault::CutsEntries, "answer:"),
        (Fault::KeepsErasedTexts, "text: found Some("),
        (Fault::ForgetsNobody, "salt: found Some([9"),
        (Fault::ForgetsTraits, "answer: found Ok(Fresh("),
        (Fault::ForgetsMarks, "open marks: found []"),
    ];
}

/// Where a store lives, so that it can be opened again.
pub(crate) struct Place {
    url: String,
    fault: Option<Fault>,
    _folder: Option<tempfile::TempDir>,
}

impl Place {
    /// A new database in a cluster.
    pub(crate) fn postgres(cluster: &Cluster, name: &str, fault: Option<Fault>) -> Self {
        Place {
            url: cluster.database(name),
            fault,
            _folder: None,
        }
    }

    /// A new SQLite file.
    pub(crate) fn sqlite(fault: Option<Fault>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Place {
            url: format!("sqlite:{}", folder.path().join("ledger.db").display()),
            fault,
            _folder: Some(folder),
        }
    }

    /// Opens it, now or again.
    pub(crate) async fn open(&self) -> Result<Tried, String> {
        let store = Store::open(&self.url, true)
            .await
            .map_err(|error| error.to_string())?;
        Ok(Tried {
            store,
            fault: self.fault,
            first_seen: Mutex::default(),
            kept: Mutex::default(),
        })
    }
}

/// A store under trial.
pub(crate) struct Tried {
    /// What reads go to.
    pub(crate) store: Store,
    fault: Option<Fault>,
    first_seen: Mutex<HashMap<(Code, Account), AccountState>>,
    kept: Mutex<HashMap<(Code, Account), BTreeMap<LotDate, i64>>>,
}

impl Tried {
    /// Whether it answers entries as they were written: then the model may ask it too.
    pub(crate) fn whole(&self) -> bool {
        self.fault != Some(Fault::CutsEntries)
    }

    pub(crate) async fn frame(&self, community: &Code) -> Result<Option<Frame>, StoreError> {
        self.store.frame(community).await
    }

    pub(crate) async fn load(
        &self,
        community: &Code,
        needs: &[Need],
    ) -> Result<Vec<Loaded>, StoreError> {
        let mut found = self.store.load(community, needs).await?;
        if self.fault == Some(Fault::StaleBalances) {
            let mut seen = self.first_seen.lock().expect("no test panics holding it");
            for row in &mut found {
                if let Loaded::Account(account, Some(state)) = row {
                    *state = seen
                        .entry((community.clone(), *account))
                        .or_insert_with(|| state.clone())
                        .clone();
                }
            }
        }
        if self.fault == Some(Fault::CutsEntries) {
            for row in &mut found {
                if let Loaded::Entry(_, Some(records)) = row {
                    records.retain(|record| record.kind() != Record::MOVED);
                }
            }
        }
        Ok(found)
    }

    pub(crate) async fn write(&self, batch: &[Changes]) -> Result<Vec<Written>, StoreError> {
        let mut batch = batch.to_vec();
        match self.fault {
            None | Some(Fault::StaleBalances | Fault::CutsEntries) => {}
            Some(Fault::HalfABatch) => {
                let answers = self.store.write(&batch[..1]).await?;
                return Ok(vec![answers[0]; batch.len()]);
            }
            Some(Fault::ForgetsTheHead) => {
                for changes in &mut batch {
                    let name = changes.community.clone();
                    let heads = self.store.heads(&[name]).await?;
                    if let Some((_, head)) = heads.first()
                        && *head != changes.before
                    {
                        changes.before = *head;
                        changes.block.height = head.height + 1;
                        changes.after.height = head.height + 1;
                        changes.records.clear();
                        changes.transfers.clear();
                    }
                }
            }
            Some(Fault::KeepsEmptiedLots) => {
                // What a store does that only inserts and replaces: a lot that is gone stays as it was.
                let mut kept = self.kept.lock().expect("no test panics holding it");
                for changes in &mut batch {
                    for (account, state) in &mut changes.accounts {
                        let lots = kept
                            .entry((changes.community.clone(), *account))
                            .or_default();
                        lots.extend(&state.lots);
                        state.lots.clone_from(lots);
                    }
                }
            }
            Some(fault) => batch.iter_mut().for_each(|changes| spoil(changes, fault)),
        }
        self.store.write(&batch).await
    }
}

fn spoil(changes: &mut Changes, fault: Fault) {
    match fault {
        Fault::DropsACounter => {
            changes.counters.pop();
        }
        Fault::ForgetsSources => changes.sources.clear(),
        Fault::ForgetsKeys => changes.keys.clear(),
        Fault::MergesLots => {
            for (_, state) in &mut changes.accounts {
                let all = state.lots.values().sum::<i64>();
                state.lots.clear();
                if all != 0 {
                    state.lots.insert(0, all);
                }
            }
        }
        Fault::FreezesOrders => changes
            .orders
            .retain(|order| order.state == rongyi_core::book::OrderState::Reserved),
        Fault::ForgetsWaiting => changes.waiting.clear(),
        Fault::ForgetsTexts => changes.texts.clear(),
        Fault::ForgetsTraits => {
            for (_, member) in &mut changes.residents {
                member.traits = rongyi_core::traits::Traits::default();
            }
        }
        Fault::ForgetsClosings => changes
            .standings
            .retain(|(_, _, standing)| standing.entry == 0),
        Fault::ForgetsFates => changes.fates.clear(),
        Fault::ForgetsMarks => changes.marked.clear(),
        Fault::KeepsErasedTexts => changes.erased.clear(),
        Fault::ForgetsNobody => changes.forgotten.clear(),
        Fault::CutsEntries
        | Fault::ForgetsTheHead
        | Fault::StaleBalances
        | Fault::HalfABatch
        | Fault::KeepsEmptiedLots => {}
    }
}
