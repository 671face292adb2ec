//! Entries with their reasons, and the public head of the chain.

use axum::extract::State;
use rongyi_clerk::receipt;
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{Frame, Receipt};
use rongyi_core::chain::hex;
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::record::{Asked, Record, Transfer};
use rongyi_core::rule::Line;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

use crate::access::AccessError;
use crate::audit::proof::heads::stamp;
use crate::audit::proof::prove;
use crate::audit::proof::wire::ProofFile;
use crate::door::app::App;
use crate::door::asked::{Path, Seq};
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::door::json::{Both, Json};
use crate::door::{self, Kind, Signed};
use crate::ledger::explain::{self, Lang};
use crate::redemption::{Wallet, belongs, wallet};

/// A movement of an entry.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Movement {
    /// Gives: `household/3/points/available`.
    pub from: String,
    /// Receives.
    pub to: String,
    /// How much.
    pub amount: i64,
}

/// One line of a breakdown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reason {
    /// The phrase's code.
    pub code: String,
    /// The sentence.
    pub text: Both,
    /// Which asset it speaks of.
    pub asset: String,
    /// What it adds or takes away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i32>,
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Available => "available",
        Purpose::Notice => "notice",
        Purpose::Held => "held",
        Purpose::Issuance => "issuance",
        Purpose::Redeemed => "redeemed",
        Purpose::Expired => "expired",
        Purpose::Adjustment => "adjustment",
        Purpose::Donated => "donated",
        Purpose::Shelf => "shelf",
        Purpose::Reserved => "reserved",
        Purpose::Handed => "handed",
        Purpose::Supplied => "supplied",
    }
}

/// The code of an asset that the community declares.
fn declared(frame: &Frame, asset: AssetNo) -> Option<String> {
    let all = frame.settings.as_ref().map(|settings| &settings.assets);
    let declared_asset = all.into_iter().flatten().find(|(_, no)| *no == asset);
    declared_asset.map(|(code, _)| code.to_string())
}

/// An account as programs read it: `holder/asset/purpose`.
fn account(frame: &Frame, account: &Account) -> String {
    let holder = match account.holder {
        Holder::Community => "community".to_owned(),
        Holder::Resident(no) => format!("resident/{no}"),
        Holder::Household(no) => format!("household/{no}"),
        Holder::Fund(no) => format!("fund/{no}"),
    };
    let asset = match account.asset {
        AssetNo::POINTS => "points".to_owned(),
        AssetNo::MINUTES => "minutes".to_owned(),
        AssetNo::CONDUCT => "conduct".to_owned(),
        other if declared(frame, other).is_some() => declared(frame, other).unwrap_or_default(),
        other => {
            let item = frame
                .items
                .iter()
                .find(|item| AssetNo::of_item(item.no) == Some(other));
            item.map_or_else(|| other.to_string(), |item| item.code.to_string())
        }
    };
    format!("{holder}/{asset}/{}", purpose(account.purpose))
}

pub(crate) fn movements(frame: &Frame, receipt: &Receipt) -> Vec<Movement> {
    let movement = |transfer: &Transfer| Movement {
        from: account(frame, &transfer.debit),
        to: account(frame, &transfer.credit),
        amount: transfer.amount.get(),
    };
    let moved = receipt.records.iter().filter_map(|record| {
        if let Record::Moved(_, transfer) = record {
            Some(movement(transfer))
        } else {
            None
        }
    });
    moved.collect()
}

pub(crate) fn reasons(frame: &Frame, receipt: &Receipt) -> Vec<Reason> {
    let found = receipt.records.iter().find_map(|record| {
        if let Record::Decided(set, _, decision) = record {
            Some((*set, decision.lines.as_slice()))
        } else if let Record::Quoted(set, _, quote) = record {
            Some((*set, quote.lines.as_slice()))
        } else {
            None
        }
    });
    let Some((set, lines)) = found else {
        return Vec::new();
    };
    lines_of(frame, &explain::plan_of(frame, Some(set)), lines)
}

pub(crate) fn lines_of(
    frame: &Frame,
    plan: &rongyi_core::rule::Plan,
    lines: &[Line],
) -> Vec<Reason> {
    let reason = |line: &Line| Reason {
        code: line.code.to_string(),
        text: Both {
            zh: explain::line(plan, Some(frame), line, Lang::Zh),
            en: explain::line(plan, Some(frame), line, Lang::En),
        },
        asset: line.asset.to_string(),
        amount: line.amount,
    };
    lines.iter().map(reason).collect()
}

/// An entry of the ledger with its why.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryAnswer {
    /// The place of its first record.
    pub entry: u64,
    /// What was asked: `event`, `place`, `settle`, …
    pub asked: &'static str,
    /// When, in microseconds since 1970 UTC.
    pub at_us: i64,
    /// The local day.
    pub today: String,
    /// Who asked.
    pub actor: String,
    /// Through which door: `session`, `device`, `terminal` or `host`.
    pub door: &'static str,
    /// What moved.
    pub movements: Vec<Movement>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// For a refusal: its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// For a refusal: its sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Both>,
    /// The rule that decided, with its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// Whether an entry concerns a resident: by its movements, its event, or its order.
async fn concerns(caller: &Caller, receipt: &Receipt, wallet: &Wallet) -> Result<bool, Fault> {
    let Some(resident) = caller.resident() else {
        return Ok(false);
    };
    let accounts = wallet.accounts(resident);
    for record in &receipt.records {
        if let Record::Moved(_, moved) = record
            && (accounts.contains(&moved.debit) || accounts.contains(&moved.credit))
        {
            return Ok(true);
        }
        if let Some(event) = record.event()
            && event.roles.iter().any(|(_, who)| *who == resident)
        {
            return Ok(true);
        }
        if let Some(Asked::Carry(carry)) = record.what()
            && [
                Holder::Resident(resident),
                Holder::Household(wallet.household),
            ]
            .contains(&carry.holder)
        {
            return Ok(true);
        }
        // A refused order has no row: whose it would have been stands in the record.
        if let Some(Asked::Place(placed)) = record.what()
            && placed.resident == resident
        {
            return Ok(true);
        }
        if let Some(no) = record.order() {
            let order = caller.house().store.order(&caller.code, no).await?;
            if order.is_some_and(|order| {
                order.entry <= receipt.entry && belongs(&order, resident, wallet)
            }) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// An entry that the caller may read; residents their own.
async fn readable(caller: &Caller, seq: u64, kind: Kind) -> Result<(Frame, Receipt), Fault> {
    let store = &caller.house().store;
    let frame = store
        .frame(&caller.code)
        .await?
        .ok_or_else(Fault::not_found)?;
    let stored = store
        .entry(&caller.code, seq)
        .await?
        .ok_or_else(Fault::not_found)?;
    let receipt = receipt(&stored)?;
    let mine = match caller.resident() {
        _ if caller.about_anybody() => true,
        Some(resident) => {
            let today = caller.house().today(&caller.code).0;
            match wallet(store, &frame, resident, today).await? {
                Some(wallet) => concerns(caller, &receipt, &wallet).await?,
                None => false,
            }
        }
        None => false,
    };
    if mine {
        let whose = door::concerned(store, &caller.code, &receipt).await?;
        caller.reads(kind, &whose).await?;
        Ok((frame, receipt))
    } else {
        Err(AccessError::Forbidden.into())
    }
}

/// Proof that an entry stands in the ledger, to be checked with SHA-256 alone; without the personal text.
#[utoipa::path(
    get, path = "/communities/{community}/entries/{seq}/proof", tag = "ledger",
    params(("community" = String, Path, description = "The community"), ("seq" = u64, Path, description = "The place of any of its records", maximum = 9007199254740991_i64)),
    responses((status = 200, body = ProofFile), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn get_proof(
    caller: Caller,
    Path((_, Seq(seq))): Path<(String, Seq)>,
) -> Result<Json<ProofFile>, Fault> {
    readable(&caller, seq, Kind::Proof).await?;
    let house = caller.house();
    let published = house.heads.newest(&caller.code).await;
    let trees = &house.heads.trees;
    let mut proved = prove(&house.store, trees, &caller.code, seq, published.as_ref()).await?;
    proved.inclusion.texts.clear();
    Ok(Json(ProofFile::from(&proved)))
}

/// One entry and why it is so, in both languages.
#[utoipa::path(
    get, path = "/communities/{community}/entries/{seq}", tag = "ledger",
    params(("community" = String, Path, description = "The community"), ("seq" = u64, Path, description = "The place of any of its records", maximum = 9007199254740991_i64)),
    responses((status = 200, body = EntryAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn get_entry(
    caller: Caller,
    Path((_, Seq(seq))): Path<(String, Seq)>,
) -> Result<Json<EntryAnswer>, Fault> {
    let (frame, receipt) = readable(&caller, seq, Kind::Entry).await?;
    let first = receipt.records.first().ok_or_else(Fault::not_found)?;
    let envelope = first.envelope().ok_or_else(Fault::not_found)?;
    let said = receipt.records.iter().find_map(|record| {
        if let Record::Decided(set, ..) | Record::Quoted(set, ..) | Record::Refused(Some(set), ..) =
            record
        {
            Some(*set)
        } else {
            None
        }
    });
    let plan = explain::plan_of(&frame, said);
    let rule = frame
        .sets
        .iter()
        .find(|set| Some(set.no) == said)
        .map(|set| format!("{} {}", set.name, set.version));
    let refusal = receipt.refusal();
    Ok(Json(EntryAnswer {
        entry: receipt.entry,
        asked: first.what().map_or("followed", Asked::word),
        at_us: envelope.at.0,
        today: envelope.today.to_string(),
        actor: envelope.actor.to_string(),
        door: Signed::of(&envelope.actor).door(),
        movements: movements(&frame, &receipt),
        reasons: reasons(&frame, &receipt),
        refused: refusal.map(|refusal| refusal.code.to_string()),
        text: refusal.map(|refusal| Both {
            zh: explain::refusal(&plan, Some(&frame), refusal, Lang::Zh),
            en: explain::refusal(&plan, Some(&frame), refusal, Lang::En),
        }),
        rule,
    }))
}

/// The newest block of a community.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeadAnswer {
    /// The community.
    pub community: String,
    /// Its height.
    pub height: u64,
    /// Its hash, hexadecimal.
    pub hash: String,
    /// The place the next record takes.
    pub next_seq: u64,
}

/// The newest block; public.
#[utoipa::path(
    get, path = "/communities/{community}/head", tag = "ledger",
    params(("community" = String, Path, description = "The community")),
    responses((status = 200, body = HeadAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn get_head(
    State(app): State<Arc<App>>,
    Path(community): Path<String>,
) -> Result<Json<HeadAnswer>, Fault> {
    let code: Code = community.parse().map_err(|_| Fault::not_found())?;
    let heads = app.house.store.heads(std::slice::from_ref(&code)).await?;
    let (_, head) = heads.into_iter().next().ok_or_else(Fault::not_found)?;
    Ok(Json(HeadAnswer {
        community,
        height: head.height,
        hash: hex(&head.hash),
        next_seq: head.next_seq,
    }))
}

/// A published head.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedHeadAnswer {
    /// The community.
    pub community: String,
    /// The height of its newest block.
    pub height: u64,
    /// The hash of that block.
    pub hash: String,
    /// The history root: over all blocks up to it.
    pub tree: String,
    /// Records up to it.
    pub records: u64,
    /// When its newest block was written.
    pub at: String,
    /// Short enough for a notice board.
    pub short: String,
}

/// Published heads, one for each community that has one.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedHeadsAnswer {
    /// The heads.
    pub heads: Vec<PublishedHeadAnswer>,
}

/// The newest published head of every community; public.
#[utoipa::path(
    get, path = "/heads", tag = "ledger",
    responses((status = 200, body = PublishedHeadsAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_heads(
    State(app): State<Arc<App>>,
) -> Result<Json<PublishedHeadsAnswer>, Fault> {
    let mut heads = Vec::new();
    for code in app.house.communities().keys() {
        let Some(line) = app.house.heads.newest(code).await else {
            continue;
        };
        heads.push(PublishedHeadAnswer {
            community: code.to_string(),
            height: line.head.height,
            hash: hex(&line.head.hash),
            tree: hex(&line.head.tree),
            records: line.records,
            at: stamp(line.at),
            short: line.short(),
        });
    }
    Ok(Json(PublishedHeadsAnswer { heads }))
}
