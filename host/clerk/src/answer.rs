//! What the clerk says: an answer with its receipt, or why there is none.

use std::sync::Arc;

use rongyi_core::book::Receipt;
use rongyi_core::command::{Ask, Command, Rejection};
use rongyi_core::ids::Code;
use rongyi_core::record::Record;
use rongyi_core::rule::Text;
use rongyi_store::{StoreError, StoredEntry};

/// Commands that may wait at one desk; one more is told to come back.
pub const QUEUE_MAX: usize = 4096;
/// What became of a command.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its entry, as it stands in the journal.
    pub receipt: Receipt,
    /// Whether the same key or reference had been answered before.
    pub replayed: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClerkError {
    /// The input cannot be decided; nothing is stored.
    #[error("{}", .0.text().en)]
    Rejected(Rejection),
    /// Too many commands wait.
    #[error("more than {QUEUE_MAX} commands are waiting; try again in a moment")]
    QueueFull,
    /// No such community here.
    #[error("there is no community “{0}” here")]
    CommunityUnknown(Code),
    /// The database did not take it; nothing is stored.
    #[error("the database did not answer: {0}")]
    Store(Arc<StoreError>),
    /// The connection to the database was lost, or its disk failed, before what was written was confirmed.
    #[error(
        "the database broke off before it confirmed it; whether this was stored is not known: look, or ask again with the same key ({0})"
    )]
    Unsure(Arc<StoreError>),
    /// A step of a chain was not booked, so none is; nothing is stored.
    #[error("step {} of the chain was not booked: {}", step + 1, why.text())]
    Fell {
        /// Which one, from 0.
        step: usize,
        /// Why.
        why: Box<Fallen>,
    },
    /// The host stood still for a while, and takes nothing for a moment; see `pulse`.
    #[error(
        "this host stood still for a moment; whether this was stored is not known: look, or ask again with the same key"
    )]
    Slept,
    /// The host is stopping.
    #[error("the host is stopping; nothing was stored")]
    Stopped,
}

impl ClerkError {
    /// The stable code for programs, through whatever door they come.
    pub fn code(&self) -> &'static str {
        match self {
            ClerkError::Rejected(rejection) => rejection.code(),
            ClerkError::QueueFull => "queue.full",
            ClerkError::CommunityUnknown(_) => "community.unknown",
            ClerkError::Store(error) => error.code(),
            ClerkError::Unsure(_) => "store.unsure",
            ClerkError::Fell { .. } => "chain.fell",
            ClerkError::Slept => "host.slept",
            ClerkError::Stopped => "host.stopping",
        }
    }

    /// What is wrong and what to do. Of a database that did not take it, what operators read: residents are told less.
    pub fn text(&self) -> Text {
        let (zh, en) = match self {
            ClerkError::Rejected(rejection) => return rejection.text(),
            ClerkError::Store(error) => (error.to_string(), String::new()),
            ClerkError::Unsure(_) => return unsure(),
            ClerkError::QueueFull => (
                "现在排队的人太多，这一笔没有记账。请过几秒再试，不会记两次。".to_owned(),
                "Too many commands are waiting; this one was not booked. Try again in a few seconds; it is never booked twice.".to_owned(),
            ),
            ClerkError::CommunityUnknown(code) => (
                format!("这里没有叫“{code}”的社区。请核对，或从首页选择社区。"),
                format!("There is no community “{code}” here. Check it, or choose one on the front page."),
            ),
            ClerkError::Fell { step, .. } => (
                format!("第 {} 步没有记成，所以这一串什么都没有记。", step.saturating_add(1)),
                self.to_string(),
            ),
            ClerkError::Slept => (
                "这台服务器刚才停住了一会儿，这一笔可能没有记上。请先看一眼明细，再试一次；用同一个编号重试不会记两次。".to_owned(),
                "This host stood still for a moment, and this may not have been booked. Look at the passbook, then try again; the same key is never booked twice.".to_owned(),
            ),
            ClerkError::Stopped => (
                "系统正在重启，什么也没有记账。请过一分钟再试。".to_owned(),
                "The host is restarting; nothing was booked. Try again in a minute.".to_owned(),
            ),
        };
        Text { zh, en }
    }
}

/// What is said when nobody knows whether something was booked.
pub fn unsure() -> Text {
    Text {
        zh: "账本没有确认就中断了，这一笔是否已经记上还不知道。请先看一眼明细；用同一个编号重试不会记两次。".to_owned(),
        en: "The books broke off before they confirmed it, and whether this was booked is not known yet. Look at the passbook first; the same key is never booked twice.".to_owned(),
    }
}

/// Why a step brought its chain down.
#[derive(Debug, Clone)]
pub enum Fallen {
    /// It cannot be decided.
    Rejected(Rejection),
    /// The answer would have been a refusal, or that it waits for its rule.
    NotBooked(Receipt),
    /// It, or one before it, was answered in another chain or alone: by this entry.
    Known(u64),
}

impl Fallen {
    fn text(&self) -> String {
        match self {
            Fallen::Rejected(rejection) => rejection.text().en,
            Fallen::NotBooked(receipt) => match receipt.refusal() {
                Some(refusal) => format!("refused, {}", refusal.code),
                None => "its rule cannot decide now".to_owned(),
            },
            Fallen::Known(entry) => format!("answered before, by entry {entry}"),
        }
    }
}

impl From<StoreError> for ClerkError {
    fn from(error: StoreError) -> Self {
        ClerkError::Store(Arc::new(error))
    }
}

/// The receipt of a stored entry.
///
/// # Errors
/// [`StoreError`] when its bytes are not records.
pub fn receipt(stored: &StoredEntry) -> Result<Receipt, StoreError> {
    let decode = |(seq, kind, body): &(u64, u8, Vec<u8>)| {
        Record::decode(*kind, body).map_err(|_| damaged("record", *seq))
    };
    let records = stored
        .records
        .iter()
        .map(decode)
        .collect::<Result<_, _>>()?;
    let balances = stored
        .balances_after
        .iter()
        .filter_map(|(account, after)| {
            Some((*account, rongyi_core::amount::Amount::new(*after).ok()?))
        })
        .collect();
    Ok(Receipt {
        entry: stored.first_seq,
        records,
        balances,
    })
}

/// Whether asking twice books once.
pub(crate) fn is_repeatable(command: &Command) -> bool {
    let source = if let Ask::Earn(event) = &command.ask {
        event.source.is_some()
    } else if let Ask::Agreed(agreed) = &command.ask {
        agreed.event.source.is_some()
    } else {
        matches!(command.ask, Ask::Open(_) | Ask::Carry(_))
    };
    source || command.key.is_some()
}

pub(crate) fn damaged(what: &'static str, place: u64) -> StoreError {
    StoreError::Corrupt {
        what,
        place: place.to_string(),
    }
}
