//! Proof for people who hold no copy of the ledger: published heads, and the way from an entry to one of them.
//!
//! It reads the store and hashes; it decides nothing, and changes no ledger. Publishing writes lines to files,
//! because what stands in the database could be changed together with the ledger.

pub mod claims;
pub(crate) mod cli;
pub mod heads;
pub(crate) mod heads_cli;
mod tree;
pub(crate) mod web;
pub mod wire;

use rongyi_core::account::{Account, Holder};
use rongyi_core::book::OrderState;
use rongyi_core::chain::{leaf, sha256};
use rongyi_core::ids::{Code, OrderNo};
use rongyi_core::proof::{After, Inclusion, ProvedRecord, PublishedHead, merkle_path};
use rongyi_core::record::Record;
use rongyi_core::time::Instant;
use rongyi_store::{Store, StoreError, StoredBlock};

pub use tree::Trees;

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofFault {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing stands at that place.
    #[error(
        "这个社区的账本里没有第 {0} 号记录。请核对号码。 There is no record {0} in this community's ledger. Check the number."
    )]
    NoRecord(u64),
    /// The record of an order of before codes were sealed holds its pick-up code.
    #[error(
        "第 {0} 号兑换单还没有取货，它的记录里写着取货码，取货以后才能出凭证。 Order {0} still waits to be picked up and its record holds the pick-up code; its proof can be had afterwards."
    )]
    OrderOpen(OrderNo),
    /// No such ledger.
    #[error("这里没有社区“{0}”的账本。 There is no ledger of community “{0}” here.")]
    NoCommunity(Code),
    /// A file of published heads.
    #[error("{0}：{1}。请核对路径和权限。 {0}: {1}. Check the path and its permissions.")]
    File(std::path::PathBuf, std::io::Error),
    /// The ledger is not the one whose heads were published.
    #[error(
        "社区 {community} 公示过第 {height} 页，指纹是 {published}，现在的账本却{now}。请停止使用，找出原因，不要继续公示。 Community {community} published block {height} as {published}, but the ledger now {now_en}. Stop using it and find out why; nothing more is published."
    )]
    NotThePublished {
        /// Whose.
        community: Code,
        /// Which block.
        height: u64,
        /// What was published.
        published: String,
        /// What stands there now.
        now: String,
        /// The same in English.
        now_en: String,
    },
}

/// What is there of a community's ledger, as it would be published now; `None` before its first block.
///
/// # Errors
/// [`ProofFault`] of the database.
pub async fn head_now(
    store: &Store,
    trees: &Trees,
    community: &Code,
) -> Result<Option<heads::HeadLine>, ProofFault> {
    let heads = store.heads(std::slice::from_ref(community)).await?;
    let Some((_, head)) = heads.into_iter().next().filter(|(_, head)| head.height > 0) else {
        return Ok(None);
    };
    let tree = trees.root(store, community, head.height).await?;
    Ok(Some(heads::HeadLine {
        community: community.clone(),
        head: PublishedHead {
            height: head.height,
            hash: head.hash,
            tree,
        },
        records: head.next_seq.saturating_sub(1),
        at: head.last_at,
    }))
}

/// The block that holds a record: blocks lie in order of their records, so halving finds it.
///
/// # Errors
/// What the database said.
pub async fn block_of(
    store: &Store,
    community: &Code,
    newest: u64,
    seq: u64,
) -> Result<Option<StoredBlock>, StoreError> {
    let (mut low, mut high) = (1, newest);
    let mut found = None;
    while low <= high {
        let middle = low.midpoint(high);
        let page = store.blocks(community, middle, 1).await?;
        let Some(stored) = page.into_iter().next() else {
            break;
        };
        if stored.block.first_seq <= seq {
            low = middle.saturating_add(1);
            found = Some(stored);
        } else {
            high = middle.saturating_sub(1);
        }
    }
    Ok(found.filter(|stored| seq < stored.block.first_seq.saturating_add(stored.block.count)))
}

/// A proof, and when the head that it leads to was published.
#[derive(Debug, Clone)]
pub struct Proved {
    /// The proof.
    pub inclusion: Inclusion,
    /// Records under its head.
    pub records: u64,
    /// When the newest block under its head was written.
    pub head_at: Instant,
    /// Whether that head was published; otherwise it is the newest of this moment, and a later one will be.
    pub published: bool,
}

/// Proves the entry that the record at `seq` belongs to: to `published` where it holds the entry's block, otherwise
/// to the newest head. Its text is part of it when it is still there.
///
/// # Errors
/// [`ProofFault`]: no such record, or the database.
pub async fn prove(
    store: &Store,
    trees: &Trees,
    community: &Code,
    seq: u64,
    published: Option<&heads::HeadLine>,
) -> Result<Proved, ProofFault> {
    let entry = store.entry(community, seq).await?;
    let entry = entry.ok_or(ProofFault::NoRecord(seq))?;
    code_stays_secret(store, community, &entry.records).await?;
    let now = head_now(store, trees, community).await?;
    let now = now.ok_or(ProofFault::NoRecord(seq))?;
    let first = entry.first_seq;
    let stored = block_of(store, community, now.head.height, first).await?;
    let block = stored.ok_or(ProofFault::NoRecord(seq))?.block;
    let line = published.filter(|line| line.head.height >= block.height);
    let head = line.map_or(now.head, |line| line.head);
    let limit = u32::try_from(block.count).unwrap_or(u32::MAX);
    let journal = store.journal(community, block.first_seq, limit).await?;
    let leaves: Vec<_> = journal
        .iter()
        .map(|(seq, kind, body)| leaf(block.version, *seq, *kind, body))
        .collect();
    let place =
        |seq: u64| usize::try_from(seq.saturating_sub(block.first_seq)).unwrap_or(usize::MAX);
    let entry_len = entry.records.len();
    let records = entry
        .records
        .into_iter()
        .map(|(seq, kind, bytes)| ProvedRecord {
            seq,
            kind,
            bytes,
            path: merkle_path(&leaves, place(seq)),
        })
        .collect();
    let next = first.saturating_add(u64::try_from(entry_len).unwrap_or(u64::MAX));
    let follows = journal.iter().find(|(seq, ..)| *seq == next);
    let after = follows.filter(|_| block.version >= 2);
    let after = after.map(|(seq, kind, body)| After {
        kind: *kind,
        digest: sha256(body),
        path: merkle_path(&leaves, place(*seq)),
    });
    let history = trees
        .path(store, community, block.height, head.height)
        .await?;
    let texts = store.texts(community, first, 1).await?;
    Ok(Proved {
        inclusion: Inclusion {
            community: community.clone(),
            entry: first,
            records,
            after,
            block,
            history,
            head,
            texts: texts.into_iter().filter(|(seq, _)| *seq == first).collect(),
        },
        records: line.map_or(now.records, |line| line.records),
        head_at: line.map_or(now.at, |line| line.at),
        published: line.is_some(),
    })
}

/// A proof shows the bytes of its records: of an order of an old ledger they hold the code while it can be used.
async fn code_stays_secret(
    store: &Store,
    community: &Code,
    records: &[(u64, u8, Vec<u8>)],
) -> Result<(), ProofFault> {
    for (_, kind, bytes) in records {
        let Ok(record) = Record::decode(*kind, bytes) else {
            continue;
        };
        if record.personal().clear_code.is_none() {
            continue;
        }
        let Some(no) = record.order() else {
            continue;
        };
        let order = store.order(community, no).await?;
        if order.is_some_and(|order| order.state == OrderState::Reserved) {
            return Err(ProofFault::OrderOpen(no));
        }
    }
    Ok(())
}

/// An account in few words: `household/3 asset 1 available`, `community asset 1 issuance`.
pub fn account(account: &Account) -> String {
    let holder = match account.holder {
        Holder::Community => "community".to_owned(),
        Holder::Resident(no) => format!("resident/{no}"),
        Holder::Household(no) => format!("household/{no}"),
        Holder::Fund(no) => format!("fund/{no}"),
    };
    let purpose = format!("{:?}", account.purpose).to_lowercase();
    format!("{holder} asset {} {purpose}", account.asset.0)
}
