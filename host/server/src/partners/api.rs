//! Merchants over the API: who they are, what they offer, and their months. Reading only; who works for a merchant reads its
//! own.

use std::sync::Arc;

use rongyi_core::ids::Code;
use rongyi_store::StoredMerchant;
use serde::Serialize;
use utoipa::ToSchema;

use super::statement::{self, Stage};
use super::{find, items_in};
use crate::access::{AccessError, SignedIn};
use crate::door::asked::Path;
use crate::door::caller::{Caller, Who};
use crate::door::fault::Fault;
use crate::door::json::{Both, Json};
use crate::redemption::whose::Merchants;
use crate::stock::prices::{self, Price};

/// A merchant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MerchantAnswer {
    /// Its code; the codes of what it offers begin with it.
    merchant: String,
    /// What it is called.
    title: Both,
    /// Where goods are picked up.
    place: String,
    /// Whether it still takes orders.
    open: bool,
}

/// Merchants of a community.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MerchantList {
    /// The merchants, by code.
    merchants: Vec<MerchantAnswer>,
}

/// The merchant for whom a caller works; `None` for those who see all of them.
async fn works_for(caller: &Caller) -> Result<Option<Code>, Fault> {
    if caller.about_anybody() {
        return Ok(None);
    }
    let Who::Person(SignedIn::Staff(staff)) = &caller.who else {
        return Err(AccessError::Forbidden.into());
    };
    let store = &caller.house().store;
    let own = store.merchant_of(&caller.code, staff.staff_id).await?;
    Ok(Some(own.ok_or(AccessError::Forbidden)?))
}

/// The merchant of an address, for those whose business it is.
async fn own(caller: &Caller, code: &str) -> Result<StoredMerchant, Fault> {
    let code: Code = code.parse().map_err(|_| Fault::not_found())?;
    if works_for(caller).await?.is_some_and(|own| own != code) {
        return Err(AccessError::Forbidden.into());
    }
    Ok(find(caller.house(), &caller.code, &code).await?)
}

/// The merchants that the caller sees: all of them, or the one for which they work.
#[utoipa::path(
    get, path = "/communities/{community}/merchants", tag = "merchants",
    params(("community" = String, Path, description = "The community")),
    responses((status = 200, body = MerchantList), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_merchants(caller: Caller) -> Result<Json<MerchantList>, Fault> {
    let own = works_for(&caller).await?;
    let merchants = Merchants::of(&caller.house().store, &caller.code).await?;
    let seen = merchants.all().iter();
    let seen = seen.filter(|one| own.as_ref().is_none_or(|own| one.code == *own));
    Ok(Json(MerchantList {
        merchants: seen
            .map(|one| MerchantAnswer {
                merchant: one.code.to_string(),
                title: one.title.clone().into(),
                place: one.place.clone(),
                open: one.ended.is_none(),
            })
            .collect(),
    }))
}

/// Something that a merchant offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferAnswer {
    /// Its code, as orders name it.
    item: String,
    /// What it is called.
    title: Both,
    /// What a piece is worth, in 1/100 yuan.
    value_fen: i32,
    /// Whether it can be ordered.
    offered: bool,
    /// Pieces that are there and not ordered.
    there: i64,
    /// What one costs today somebody of whom nothing is known; null where the rule says no.
    points: Option<i64>,
}

/// What a merchant offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferList {
    /// The offers, those off the shelf too.
    offers: Vec<OfferAnswer>,
}

/// What a merchant offers, with what of it is there.
#[utoipa::path(
    get, path = "/communities/{community}/merchants/{merchant}/offers", tag = "merchants",
    params(
        ("community" = String, Path, description = "The community"),
        ("merchant" = String, Path, description = "The merchant")
    ),
    responses((status = 200, body = OfferList), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_offers(
    caller: Caller,
    Path((_, merchant)): Path<(String, String)>,
) -> Result<Json<OfferList>, Fault> {
    let merchant = own(&caller, &merchant).await?;
    let house = caller.house();
    let frame = house.store.frame(&caller.code).await?;
    let frame = Arc::new(frame.ok_or_else(Fault::not_found)?);
    let items = items_in(&frame, &merchant.code);
    let stock = house.store.stock(&caller.code).await?;
    let (today, _) = house.today(&caller.code);
    let tags = prices::ask(house, &frame, items.clone(), today).await?;
    let offers = items.into_iter().zip(tags).map(|(item, tag)| {
        let there = stock.iter().find(|(no, _)| *no == item.no);
        OfferAnswer {
            item: item.code.to_string(),
            title: item.title.into(),
            value_fen: item.value_fen,
            offered: item.active,
            there: there.map_or(0, |(_, pieces)| *pieces),
            points: match tag.price {
                Price::Points(points, _) => Some(points),
                Price::Refused(_) | Price::Unknown => None,
            },
        }
    });
    Ok(Json(OfferList {
        offers: offers.collect(),
    }))
}

/// What was spent of one asset, and what that is worth.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatementSpent {
    /// `points`, or what else orders are paid in.
    asset: String,
    /// What was spent, less what was given back.
    spent: i64,
    /// What one is worth, in 1/100 yuan.
    fen_per: i64,
    /// What all of it is worth.
    fen: i64,
}

/// An entry that went over the till, or came back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatementEntry {
    /// The entry.
    entry: u64,
    /// The day on which it was booked.
    on: String,
    /// Its order.
    order: u32,
    /// Whether it came back.
    back: bool,
    /// What it is worth, in 1/100 yuan; below zero for what came back.
    fen: i64,
}

/// A merchant's month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MerchantMonth {
    /// The merchant.
    merchant: String,
    /// The month, `2026-10`.
    month: String,
    /// `running`, `unsigned`, `signed-once` or `signed`.
    stage: &'static str,
    /// Orders of which something was handed over.
    orders: i64,
    /// Hand-overs that came back.
    returns: i64,
    /// Pieces handed over, less what came back.
    pieces: i64,
    /// What was spent.
    spent: Vec<StatementSpent>,
    /// What that is worth, in 1/100 yuan.
    value_fen: i64,
    /// What of it goes back to the fund, in percent.
    return_percent: u8,
    /// The same in 1/100 yuan, rounded down.
    return_fen: i64,
    /// What is owed to the merchant.
    owed_fen: i64,
    /// Who signed, first and second.
    signed_by: Vec<String>,
    /// Whether the numbers are the ledger's.
    agrees: bool,
    /// The newest entry it knows.
    entry: u64,
    /// What went over the till, the oldest first.
    entries: Vec<StatementEntry>,
}

/// A merchant's month: what went over its till, what it comes to, and who signed it off.
#[utoipa::path(
    get, path = "/communities/{community}/merchants/{merchant}/statements/{month}", tag = "merchants",
    params(
        ("community" = String, Path, description = "The community"),
        ("merchant" = String, Path, description = "The merchant"),
        ("month" = String, Path, description = "The month, `2026-10`")
    ),
    responses((status = 200, body = MerchantMonth), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn get_merchant_month(
    caller: Caller,
    Path((_, merchant, month)): Path<(String, String, String)>,
) -> Result<Json<MerchantMonth>, Fault> {
    let merchant = own(&caller, &merchant).await?;
    let house = caller.house();
    let read = statement::read(house, &caller.code, &merchant.code, &month).await?;
    let (stage, signed_by) = match &read.stage {
        Stage::Running => ("running", Vec::new()),
        Stage::Unsigned => ("unsigned", Vec::new()),
        Stage::Signed(stored) => {
            let first = stored.first.1.to_string();
            match &stored.second {
                Some((_, by)) => ("signed", vec![first, by.to_string()]),
                None => ("signed-once", vec![first]),
            }
        }
    };
    let numbers = read.numbers;
    let spent = numbers.spent.into_iter().map(|one| StatementSpent {
        asset: one.asset,
        spent: one.points,
        fen_per: one.fen_per,
        fen: one.fen,
    });
    let entries = read.passed.iter().map(|one| StatementEntry {
        entry: one.entry,
        on: one.on.to_string(),
        order: one.order.0,
        back: one.back,
        fen: one.value_fen,
    });
    Ok(Json(MerchantMonth {
        merchant: read.merchant.code.to_string(),
        month: numbers.month,
        stage,
        orders: numbers.orders,
        returns: numbers.returns,
        pieces: numbers.pieces,
        spent: spent.collect(),
        value_fen: numbers.value_fen,
        return_percent: numbers.return_percent,
        return_fen: numbers.return_fen,
        owed_fen: numbers.owed_fen,
        signed_by,
        agrees: read.agrees,
        entry: read.entry,
        entries: entries.collect(),
    }))
}
