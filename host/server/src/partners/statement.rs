//! A merchant's month: what went over its till and what came back, by the day on which the ledger booked it, and what it comes
//! to in yuan. A month that is over never changes, because nothing is booked on a past day: what comes back later stands in the
//! month in which it comes back. Two different people sign a month off; what they signed is kept beside the ledger, and compared
//! with it whenever it is shown.

mod sheet;

pub use sheet::table;

use std::collections::BTreeMap;

use rongyi_clerk::receipt;
use rongyi_core::account::{Account, Purpose};
use rongyi_core::book::Frame;
use rongyi_core::chain::{hex, sha256};
use rongyi_core::ids::{AssetNo, Code, ItemNo, OrderNo};
use rongyi_core::record::{Item, Record, TransferKind};
use rongyi_core::time::LocalDate;
use rongyi_store::{Store, StoreError, StoredMerchant, StoredStatement};
use serde::{Deserialize, Serialize};

use super::{PartnerError, find, items_in, refuse};
use crate::access::Role;
use crate::door::one_person;
use crate::house::House;
use crate::jobs;
use crate::reports::{Months, months};

/// Movements read at once, and how often: a month of the busiest merchant.
const PAGE: u32 = 200;
const PAGES_MAX: usize = 500;

/// An entry that went over the till, or came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The entry.
    pub entry: u64,
    /// The day on which it was booked.
    pub on: LocalDate,
    /// Its order.
    pub order: OrderNo,
    /// Whether it came back.
    pub back: bool,
    /// Pieces of each item; below zero for what came back.
    pub pieces: BTreeMap<ItemNo, i64>,
    /// What was spent, by asset; below zero for what was given back.
    pub spent: BTreeMap<AssetNo, i64>,
    /// What that is worth, in 1/100 yuan.
    pub value_fen: i64,
}

/// What was spent of one asset, and what that is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// The asset: `points`, or a declared one.
    pub asset: String,
    /// What was spent, less what was given back.
    pub points: i64,
    /// What one is worth, in 1/100 yuan.
    pub fen_per: i64,
    /// What all of it is worth.
    pub fen: i64,
}

/// A month in numbers: what is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// The month: `2026-10`.
    pub month: String,
    /// Orders of which something was handed over.
    pub orders: i64,
    /// Hand-overs that came back.
    pub returns: i64,
    /// Pieces handed over, less what came back.
    pub pieces: i64,
    /// What was spent.
    pub spent: Vec<Spent>,
    /// What it is worth, in 1/100 yuan.
    pub value_fen: i64,
    /// How much goes back to the fund, in percent.
    pub return_percent: u8,
    /// That share, rounded down to the fen.
    pub return_fen: i64,
    /// What is owed to the merchant; below zero where it owes.
    pub owed_fen: i64,
}

impl Numbers {
    /// What is signed, as it is kept.
    fn body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// How far a month has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It is not over.
    Running,
    /// Nobody has signed.
    Unsigned,
    /// One has, or two.
    Signed(StoredStatement),
}

/// A month of a merchant.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The merchant.
    pub merchant: StoredMerchant,
    /// The month's first day.
    pub first: LocalDate,
    /// How far it has come.
    pub stage: Stage,
    /// The numbers: as they were signed, or as they are.
    pub numbers: Numbers,
    /// What went over the till, the oldest first.
    pub passed: Vec<Passed>,
    /// Whether numbers and ledger say the same.
    pub agrees: bool,
    /// The newest entry it knows.
    pub entry: u64,
    /// The items, for their names.
    pub items: Vec<Item>,
}

impl Statement {
    /// The digest of what is signed, or would be.
    pub fn seen(&self) -> String {
        let body = match &self.stage {
            Stage::Signed(stored) => stored.body.clone(),
            Stage::Running | Stage::Unsigned => self.numbers.body(),
        };
        hex(&sha256(body.as_bytes()))
    }
}

fn share(value_fen: i64, percent: u8) -> i64 {
    value_fen
        .saturating_mul(i64::from(percent))
        .checked_div(100)
        .unwrap_or(0)
}

/// Reads a month, of one moment of the database.
///
/// # Errors
/// [`PartnerError::Unknown`], also for what is no month, or what the database said.
pub async fn read(
    house: &House,
    community: &Code,
    merchant: &Code,
    month: &str,
) -> Result<Statement, PartnerError> {
    jobs::catch_up(house, community).await?;
    let merchant = find(house, community, merchant).await?;
    let store = house.store.snapshot().await?;
    let read = read_at((house, &store), community, merchant, month).await;
    store.close().await?;
    read
}

async fn read_at(
    (house, store): (&House, &Store),
    community: &Code,
    merchant: StoredMerchant,
    month: &str,
) -> Result<Statement, PartnerError> {
    let frame = store.frame(community).await?;
    let frame = frame.ok_or(PartnerError::Unknown)?;
    let today = house.today(community).0;
    // The month stands in the path: what is none names nothing.
    let months = Months::asked(Some(month), Some(month), (today, today))
        .map_err(|_| PartnerError::Unknown)?;
    let (first, index) = (months.first, months.first.month_index());
    let items = items_in(&frame, &merchant.code);
    let places = (
        store.place_of_day(community, first).await?,
        store
            .place_of_day(community, months.last.plus_days(1))
            .await?,
    );
    let mut passed = passed(store, &frame, &items, places).await?;
    let signed = store.statements_of(community, &merchant.code).await?;
    let signed = signed.into_iter().find(|one| one.month == index);
    let kept: Option<Numbers> = match &signed {
        Some(stored) => {
            Some(
                serde_json::from_str(&stored.body).map_err(|_| StoreError::Corrupt {
                    what: "statement",
                    place: format!("{community} {} {month}", merchant.code),
                })?,
            )
        }
        None => None,
    };
    let rates = rates(house, community, kept.as_ref());
    for one in &mut passed {
        let each = one.spent.iter();
        let each = each.map(|(asset, points)| points.saturating_mul(rates.of(&frame, *asset)));
        one.value_fen = each.fold(0, i64::saturating_add);
    }
    let fresh = numbers(&frame, &passed, (months::code(first), &rates));
    let held = held(store, community, &items, places).await?;
    let agrees = held == fresh.pieces && kept.as_ref().is_none_or(|kept| *kept == fresh);
    Ok(Statement {
        stage: match signed {
            Some(stored) => Stage::Signed(stored),
            None if today > months.last => Stage::Unsigned,
            None => Stage::Running,
        },
        numbers: kept.unwrap_or(fresh),
        merchant,
        first,
        passed,
        agrees,
        entry: frame.head.next_seq.saturating_sub(1),
        items,
    })
}

/// What one of an asset is worth, and what goes back: as it was signed, or as the community's file says now.
struct Rates {
    fen_per: Vec<(String, i64)>,
    return_percent: u8,
}

impl Rates {
    fn of(&self, frame: &Frame, asset: AssetNo) -> i64 {
        let code = asset_code(frame, asset);
        let mut all = self.fen_per.iter();
        all.find(|(known, _)| *known == code)
            .map_or(0, |(_, fen)| *fen)
    }
}

fn rates(house: &House, community: &Code, kept: Option<&Numbers>) -> Rates {
    if let Some(kept) = kept {
        let each = kept.spent.iter();
        return Rates {
            fen_per: each.map(|one| (one.asset.clone(), one.fen_per)).collect(),
            return_percent: kept.return_percent,
        };
    }
    let community = house.community(community);
    let settling = community.and_then(|community| community.config.merchants.clone());
    settling.map_or(
        Rates {
            fen_per: Vec::new(),
            return_percent: 0,
        },
        |settling| Rates {
            fen_per: settling
                .fen_per
                .iter()
                .map(|(asset, fen)| (asset.to_string(), *fen))
                .collect(),
            return_percent: settling.return_percent,
        },
    )
}

fn numbers(frame: &Frame, passed: &[Passed], (month, rates): (String, &Rates)) -> Numbers {
    let mut orders: Vec<OrderNo> = Vec::new();
    let mut returns = 0_i64;
    let mut pieces = 0_i64;
    let mut by_asset: BTreeMap<AssetNo, i64> = BTreeMap::from([(AssetNo::POINTS, 0)]);
    for one in passed {
        if one.back {
            returns = returns.saturating_add(1);
        } else {
            orders.push(one.order);
        }
        pieces = pieces.saturating_add(one.pieces.values().sum());
        for (asset, points) in &one.spent {
            let sum = by_asset.entry(*asset).or_default();
            *sum = sum.saturating_add(*points);
        }
    }
    orders.sort_unstable();
    orders.dedup();
    let spent: Vec<Spent> = by_asset
        .into_iter()
        .map(|(asset, points)| {
            let fen_per = rates.of(frame, asset);
            Spent {
                asset: asset_code(frame, asset),
                points,
                fen_per,
                fen: points.saturating_mul(fen_per),
            }
        })
        .collect();
    let value_fen = spent.iter().map(|one| one.fen).fold(0, i64::saturating_add);
    let return_fen = share(value_fen, rates.return_percent);
    Numbers {
        month,
        orders: i64::try_from(orders.len()).unwrap_or(i64::MAX),
        returns,
        pieces,
        spent,
        value_fen,
        return_percent: rates.return_percent,
        return_fen,
        owed_fen: value_fen.saturating_sub(return_fen),
    }
}

fn asset_code(frame: &Frame, asset: AssetNo) -> String {
    if asset == AssetNo::POINTS {
        return "points".to_owned();
    }
    let declared = frame.settings.iter().flat_map(|settings| &settings.assets);
    let mut declared = declared.filter(|(_, no)| *no == asset);
    declared
        .next()
        .map_or_else(|| asset.0.to_string(), |(code, _)| code.to_string())
}

fn handed(item: &Item) -> Option<Account> {
    let asset = AssetNo::of_item(item.no)?;
    Some(Account::of_community(asset, Purpose::Handed))
}

/// Pieces handed over between two places, by the accounts' own balances: what the entries are held against.
async fn held(
    store: &Store,
    community: &Code,
    items: &[Item],
    (from, to): (u64, u64),
) -> Result<i64, StoreError> {
    let mut sum = 0_i64;
    for account in items.iter().filter_map(handed) {
        let after = store.held_before(community, account, to).await?;
        let before = store.held_before(community, account, from).await?;
        sum = sum.saturating_add(after.saturating_sub(before));
    }
    Ok(sum)
}

/// The entries between two places that moved a merchant's goods out of its shop or back, the oldest first.
async fn passed(
    store: &Store,
    frame: &Frame,
    items: &[Item],
    (from, to): (u64, u64),
) -> Result<Vec<Passed>, StoreError> {
    let accounts: Vec<Account> = items.iter().filter_map(handed).collect();
    let community = &frame.community;
    let mut entries: Vec<u64> = Vec::new();
    let mut before = Some(to);
    for _ in 0..PAGES_MAX {
        let rows = store.passbook(community, &accounts, before, PAGE).await?;
        let inside = rows.iter().filter(|row| row.seq >= from);
        entries.extend(inside.map(|row| row.entry));
        before = rows.last().map(|row| row.seq);
        if before.is_none_or(|seq| seq < from) {
            break;
        }
    }
    entries.sort_unstable();
    entries.dedup();
    let mut all = Vec::new();
    for entry in entries {
        all.extend(entry_of(store, community, entry).await?);
    }
    Ok(all)
}

async fn entry_of(
    store: &Store,
    community: &Code,
    entry: u64,
) -> Result<Option<Passed>, StoreError> {
    let damaged = || StoreError::Corrupt {
        what: "record",
        place: format!("{community} {entry}"),
    };
    let stored = store.entry(community, entry).await?;
    let receipt = receipt(&stored.ok_or_else(damaged)?)?;
    let envelope = receipt.records.first().and_then(Record::envelope);
    let mut passed = Passed {
        entry,
        on: envelope.ok_or_else(damaged)?.today,
        order: OrderNo(0),
        back: false,
        pieces: BTreeMap::new(),
        spent: BTreeMap::new(),
        value_fen: 0,
    };
    let mut order = None;
    for record in &receipt.records {
        let Record::Moved(_, moved) = record else {
            continue;
        };
        passed.back |= moved.kind == TransferKind::Reversal;
        order = order.or(moved.order);
        for (account, sign) in [(moved.credit, 1), (moved.debit, -1)] {
            let amount = moved.amount.get().saturating_mul(sign);
            if account.purpose == Purpose::Redeemed {
                let sum = passed.spent.entry(account.asset).or_default();
                *sum = sum.saturating_add(amount);
            } else if account.purpose == Purpose::Handed
                && let Some(item) = account.asset.item()
            {
                let sum = passed.pieces.entry(item).or_default();
                *sum = sum.saturating_add(amount);
            }
        }
    }
    Ok(order.map(|order| Passed { order, ..passed }))
}

/// Who signs.
#[derive(Debug, Clone)]
pub struct Signer<'s> {
    /// `staff/3`.
    pub code: &'s Code,
    /// What they are here.
    pub role: Role,
}

/// Why somebody cannot sign a month as it stands; `None` where they can.
///
/// # Errors
/// What the database said.
pub async fn not_now(
    house: &House,
    community: &Code,
    statement: &Statement,
    signer: &Signer<'_>,
) -> Result<Option<PartnerError>, PartnerError> {
    let stored = match &statement.stage {
        Stage::Running => {
            return Ok(Some(refuse(
                "statement.running",
                "这个月过完了才能签。",
                "It can be signed when the month is over.",
            )));
        }
        Stage::Unsigned => None,
        Stage::Signed(stored) if stored.second.is_some() => {
            return Ok(Some(refuse(
                "statement.frozen",
                "两个人都签过了，不能再改。",
                "Two have signed; nothing of it changes any more.",
            )));
        }
        Stage::Signed(stored) => Some(stored),
    };
    if !statement.agrees {
        return Ok(Some(refuse(
            "statement.differs",
            "数和账本对不上，现在不能签。请先找出原因。",
            "The numbers are not the ledger’s; find the reason before anybody signs.",
        )));
    }
    let Some(stored) = stored else {
        return Ok(None);
    };
    let first = &stored.first.1;
    if first == signer.code || one_person(&house.store, community, first, signer.code).await? {
        return Ok(Some(refuse(
            "statement.same-person",
            "第一个字是您签的，第二个字要由另一个人签。",
            "You signed first; the second signature is somebody else’s.",
        )));
    }
    let first_works_there = works_at_merchant(house, community, first).await?;
    if first_works_there && signer.role == Role::Merchant {
        return Ok(Some(refuse(
            "statement.operator",
            "商家已经签了一个，另一个要由社区的管理员签。",
            "The merchant has signed; the other signature is an operator’s.",
        )));
    }
    Ok(None)
}

/// Whether an actor signed as somebody of a merchant.
async fn works_at_merchant(
    house: &House,
    community: &Code,
    actor: &Code,
) -> Result<bool, StoreError> {
    let staff = house.store.merchant_staff(community).await?;
    let own = |(id, _): &(i64, Code)| *actor.as_str() == format!("staff/{id}");
    Ok(staff.iter().any(own))
}

/// Signs a month: as the first, or as the second, after which it stays as it is. `seen` is the digest of what the signer read.
///
/// # Errors
/// [`PartnerError::Refused`] where they cannot, or where what they read is not what stands there.
pub async fn sign(
    house: &House,
    community: &Code,
    (merchant, month): (&Code, &str),
    seen: &str,
    signer: &Signer<'_>,
) -> Result<(), PartnerError> {
    let statement = read(house, community, merchant, month).await?;
    if let Some(why) = not_now(house, community, &statement, signer).await? {
        return Err(why);
    }
    if statement.seen() != seen {
        return Err(moved());
    }
    let of = (merchant, statement.first.month_index());
    let by = (signer.code, house.clock.now());
    let store = &house.store;
    let done = match &statement.stage {
        Stage::Signed(stored) => {
            store
                .countersign_statement(community, of, &stored.body, by)
                .await?
        }
        Stage::Running | Stage::Unsigned => {
            let body = statement.numbers.body();
            store.sign_statement(community, of, &body, by).await?
        }
    };
    if done { Ok(()) } else { Err(moved()) }
}

fn moved() -> PartnerError {
    refuse(
        "statement.moved",
        "这一页打开以后，有人签过字或者数变了。请重新核对一遍再签。",
        "Somebody signed, or the numbers changed, since this page was opened. Look at it again before you sign.",
    )
}

/// Takes the only signature of a month back, because the numbers are not right.
///
/// # Errors
/// [`PartnerError::Refused`] where there is none, or two.
pub async fn unsign(
    house: &House,
    community: &Code,
    (merchant, month): (&Code, &str),
) -> Result<(), PartnerError> {
    let statement = read(house, community, merchant, month).await?;
    let of = (merchant, statement.first.month_index());
    if house.store.unsign_statement(community, of).await? {
        Ok(())
    } else {
        Err(moved())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_rounded_towards_nothing() {
        assert_eq!(share(1_234, 5), 61);
        assert_eq!(share(-1_234, 5), -61);
        assert_eq!(share(0, 100), 0);
        assert_eq!(share(999, 100), 999);
    }
}
