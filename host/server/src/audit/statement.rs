//! Dated statements: somebody writes down what a resident had at the end of a past day, from the paper book or an
//! audit. A right one goes into the ledger and is compared again at every verification; a wrong one is told with
//! the difference and the movements around that day, and is not kept.

pub(crate) mod cli;

use rongyi_clerk::{Answer, ClerkError};
use rongyi_core::account::{Account, Holder};
use rongyi_core::amount::Amount;
use rongyi_core::book::Loaded;
use rongyi_core::command::{Ask, Assert, Need, Rejection, SaltedText};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::{Asked, Record};
use rongyi_core::time::LocalDate;
use rongyi_store::{Store, StoreError};

use crate::access::random;
use crate::house::House;
use crate::ledger::past::{self, Moment, PastBalance, Step};

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Whose.
    pub resident: ResidentNo,
    /// The asset it is about: `points`.
    pub asset: Code,
    /// The day at whose end they had it.
    pub on: LocalDate,
    /// How much.
    pub amount: i64,
    /// Where it is written: `旧账本第 3 页`.
    pub source: String,
}

/// What became of it.
#[derive(Debug, Clone)]
pub enum StatementOutcome {
    /// The ledger says the same; it is kept.
    Right(Box<Answer>),
    /// The ledger says something else; it is not kept.
    Wrong(PastBalance),
}

/// Compares a statement with the ledger, and keeps it when it is right.
///
/// # Errors
/// [`ClerkError`] when it cannot be compared: nobody has this number, or the day is not over.
pub async fn state(
    house: &House,
    code: &Code,
    actor: &Code,
    statement: &Statement,
) -> Result<StatementOutcome, ClerkError> {
    let today = house.today(code).0;
    if statement.on >= today {
        let early = rongyi_core::command::PeriodRejection::AssertToday {
            on: statement.on,
            today,
        };
        return Err(ClerkError::Rejected(early.into()));
    }
    let account = account(&house.store, code, statement.resident, &statement.asset).await?;
    let held = past::held(&house.store, code, account, Moment::EndOf(statement.on)).await?;
    if held.balance != statement.amount {
        return Ok(StatementOutcome::Wrong(held));
    }
    let text = SaltedText {
        salt: random(),
        text: statement.source.clone(),
    };
    let amount = Amount::new(statement.amount);
    let ask = Ask::Assert(Assert {
        holder: account.holder,
        asset: statement.asset.clone(),
        on: statement.on,
        amount: amount.map_err(|_| ClerkError::Rejected(Rejection::OutOfRange))?,
        reason: text.commitment(),
    });
    let mut command = house.command(code, actor, ask);
    command.text = Some(text);
    let answer = house.clerk.ask_patiently(code, command).await?;
    Ok(StatementOutcome::Right(Box::new(answer)))
}

/// The spendable account of a resident's asset.
///
/// # Errors
/// [`ClerkError::Rejected`] for a resident or asset that is not there.
pub async fn account(
    store: &Store,
    code: &Code,
    resident: ResidentNo,
    asset: &Code,
) -> Result<Account, ClerkError> {
    let frame = store.frame(code).await?;
    let settings = frame.and_then(|frame| frame.settings);
    let settings = settings.ok_or(ClerkError::Rejected(Rejection::NotConfigured))?;
    let no = settings.asset(asset).ok_or_else(|| {
        ClerkError::Rejected(Rejection::AssetUnknown {
            asset: asset.clone(),
        })
    })?;
    let found = store.load(code, &[Need::Resident(resident)]).await?;
    let household = found.into_iter().find_map(|row| {
        if let Loaded::Resident(_, member) = row {
            member.map(|member| member.household)
        } else {
            None
        }
    });
    let household = household.ok_or(ClerkError::Rejected(Rejection::ResidentUnknown {
        resident,
    }))?;
    let holder = past::holder_of(&settings, no, resident, household);
    Ok(past::available(holder, no))
}

/// A kept statement that no longer holds.
#[derive(Debug, Clone)]
pub struct Broken {
    /// The record that made it.
    pub seq: u64,
    /// Whose.
    pub holder: Holder,
    /// The asset it is about.
    pub asset: Code,
    /// The day at whose end they had it.
    pub on: LocalDate,
    /// What was stated.
    pub stated: i64,
    /// What the ledger says now.
    pub held: PastBalance,
}

/// A kept statement: its place and record.
#[derive(Debug, Clone)]
pub struct KeptStatement {
    seq: u64,
    holder: Holder,
    asset: Code,
    on: LocalDate,
    stated: i64,
}

/// The statement that a record keeps.
pub fn kept(seq: u64, record: &Record) -> Option<KeptStatement> {
    if let Record::Asked(_, Asked::Assert(assertion)) = record {
        Some(KeptStatement {
            seq,
            holder: assertion.holder,
            asset: assertion.asset.clone(),
            on: assertion.on,
            stated: assertion.amount.get(),
        })
    } else {
        None
    }
}

/// Compares a kept statement again.
///
/// # Errors
/// What the database said.
pub async fn again(
    store: &Store,
    code: &Code,
    kept: &KeptStatement,
) -> Result<Option<Broken>, StoreError> {
    let frame = store.frame(code).await?;
    let settings = frame.and_then(|frame| frame.settings);
    let Some(asset) = settings.and_then(|settings| settings.asset(&kept.asset)) else {
        return Ok(None);
    };
    let account = past::available(kept.holder, asset);
    let held = past::held(store, code, account, Moment::EndOf(kept.on)).await?;
    let right = held.balance == kept.stated;
    Ok((!right).then(|| Broken {
        seq: kept.seq,
        holder: kept.holder,
        asset: kept.asset.clone(),
        on: kept.on,
        stated: kept.stated,
        held,
    }))
}

/// The movements around a moment, one a line.
pub(crate) fn around(held: &PastBalance, before: &str, after: &str) -> String {
    let line = |word: &str, step: &Step| {
        format!(
            "\n    {word} #{} {} {:+} → {}",
            step.entry, step.day, step.change, step.balance_after
        )
    };
    let old = held.before.iter().rev().map(|step| line(before, step));
    old.chain(held.after.iter().map(|step| line(after, step)))
        .collect()
}
