//! What a resident has: balance and passbook.

use rongyi_core::account::{Account, Purpose};
use rongyi_core::book::{AccountState, Frame};
use rongyi_core::command::Rejection;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::Record;
use rongyi_core::time::LocalDate;
use rongyi_store::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::door::Kind;
use crate::door::asked::{Lines, No, Path, Query, Seq};
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::door::json::Json;
use crate::ledger::past;
use crate::redemption::{Wallet, wallet};
use crate::{due, jobs};

async fn at_hand(caller: &Caller, resident: ResidentNo) -> Result<(Frame, Wallet), Fault> {
    caller.about(resident)?;
    let store = &caller.house().store;
    jobs::catch_up(caller.house(), &caller.code).await?;
    let frame = store
        .frame(&caller.code)
        .await?
        .ok_or(Rejection::NotConfigured)?;
    let today = caller.house().today(&caller.code).0;
    let wallet = wallet(store, &frame, resident, today)
        .await?
        .ok_or(Rejection::ResidentUnknown { resident })?;
    Ok((frame, wallet))
}

/// Points that lapse on one day.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lot {
    /// How many.
    pub points: i64,
    /// Their last good day; none for points that stay.
    pub expires_on: Option<String>,
}

/// What a resident has.
#[derive(Debug, Serialize, ToSchema)]
pub struct Balance {
    /// The number on the card.
    pub resident: u32,
    /// The household.
    pub household: u32,
    /// Points that can be spent now.
    pub points: i64,
    /// Points set aside for orders.
    pub held: i64,
    /// Points under notice.
    pub notice: i64,
    /// Volunteer minutes of the person.
    pub minutes: i64,
    /// When the points lapse, the undated first.
    pub lots: Vec<Lot>,
    /// Every asset that the community counts, points and minutes among them.
    pub assets: Vec<AssetBalance>,
}

/// What a resident has of one asset, alone or with the household.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssetBalance {
    /// `points`, `minutes`, `conduct`, or one that the community declares.
    pub asset: String,
    /// What can be spent now.
    pub spendable: i64,
    /// What is under notice.
    pub notice: i64,
    /// What is set aside for orders.
    pub held: i64,
}

/// What a resident has of every asset, with everything done that is due.
async fn assets(
    caller: &Caller,
    frame: &Frame,
    (resident, wallet): (ResidentNo, &Wallet),
) -> Result<Vec<AssetBalance>, Fault> {
    let today = caller.house().today(&caller.code).0;
    let settings = frame.settings.as_ref();
    let booked = settings.map(|settings| past::booked(settings, resident, wallet.household));
    let booked = booked.unwrap_or_default();
    let purposes = [Purpose::Available, Purpose::Notice, Purpose::Held];
    let of = |account: Account| purposes.map(|purpose| Account { purpose, ..account });
    let accounts: Vec<_> = booked
        .iter()
        .flat_map(|(_, account)| of(*account))
        .collect();
    let states = due::accounts(&caller.house().store, frame, today, &accounts).await?;
    let all = booked.iter().zip(states.chunks(purposes.len()));
    let asset = |((code, _), states): (&(Code, Account), &[AccountState])| {
        let total = |place: usize| states.get(place).map_or(0, |state| state.total);
        AssetBalance {
            asset: code.to_string(),
            spendable: states.first().map_or(0, |state| state.spendable(today)),
            notice: total(1),
            held: total(2),
        }
    };
    Ok(all.map(asset).collect())
}

/// What a resident has now.
#[utoipa::path(
    get, path = "/communities/{community}/residents/{resident}/balance", tag = "people",
    params(("community" = String, Path, description = "The community"), ("resident" = u32, Path, description = "The number on the card", maximum = 2147483647)),
    responses((status = 200, body = Balance), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn get_balance(
    caller: Caller,
    Path((_, No(resident))): Path<(String, No)>,
) -> Result<Json<Balance>, Fault> {
    let (frame, wallet) = at_hand(&caller, ResidentNo(resident)).await?;
    caller.reads(Kind::Balance, &[ResidentNo(resident)]).await?;
    let assets = assets(&caller, &frame, (ResidentNo(resident), &wallet)).await?;
    let today = caller.house().today(&caller.code).0;
    let lots = wallet.points.lots.iter().map(|(lot, points)| Lot {
        points: *points,
        expires_on: LocalDate::from_days(*lot)
            .filter(|_| *lot != 0)
            .map(|day| day.to_string()),
    });
    Ok(Json(Balance {
        resident,
        household: wallet.household.0,
        points: wallet.points.spendable(today),
        held: wallet.held.total,
        notice: wallet.notice.total,
        minutes: wallet.minutes,
        lots: lots.collect(),
        assets,
    }))
}

/// Which page.
#[derive(Debug, Deserialize)]
pub struct PageQuery {
    before: Option<Seq>,
    limit: Option<Lines>,
}

/// One line of a passbook.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassbookLine {
    /// Its place.
    pub seq: u64,
    /// The entry it belongs to: ask `entries/{entry}` for its why.
    pub entry: u64,
    /// `points`, `minutes`, `conduct`, or one that the community declares.
    pub asset: String,
    /// The change, with its sign.
    pub change: i64,
    /// The balance after it.
    pub balance_after: i64,
    /// When, in microseconds since 1970 UTC.
    pub at_us: i64,
    /// The event's kind, when it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// A page of a passbook.
#[derive(Debug, Serialize, ToSchema)]
pub struct Passbook {
    /// Newest first.
    pub lines: Vec<PassbookLine>,
    /// The `before` of the next older page.
    pub older: Option<u64>,
}

/// The movements of everything that a resident has, newest first: points, minutes, other assets.
#[utoipa::path(
    get, path = "/communities/{community}/residents/{resident}/passbook", tag = "people",
    params(
        ("community" = String, Path, description = "The community"), ("resident" = u32, Path, description = "The number on the card", maximum = 2147483647),
        ("before" = Option<u64>, Query, description = "Lines before this seq", maximum = 9007199254740991_i64), ("limit" = Option<u32>, Query, description = "1-200, 50 without it", minimum = 1, maximum = 200)
    ),
    responses((status = 200, body = Passbook), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn get_passbook(
    caller: Caller,
    Path((_, No(resident))): Path<(String, No)>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Passbook>, Fault> {
    let resident = ResidentNo(resident);
    let (frame, wallet) = at_hand(&caller, resident).await?;
    caller.reads(Kind::Passbook, &[resident]).await?;
    let limit = page.limit.unwrap_or(Lines::USUAL).0;
    let settings = frame.settings.as_ref();
    let booked = settings.map(|settings| past::booked(settings, resident, wallet.household));
    let booked = booked.unwrap_or_default();
    let accounts: Vec<_> = booked.iter().map(|(_, account)| *account).collect();
    let rows = caller
        .house()
        .store
        .passbook(
            &caller.code,
            &accounts,
            page.before.map(|Seq(seq)| seq),
            limit,
        )
        .await?;
    let full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    let older = rows.last().filter(|_| full).map(|row| row.seq);
    let mut lines = Vec::new();
    for row in rows {
        let first = Record::decode(row.first.0, &row.first.1).map_err(|_| StoreError::Corrupt {
            what: "record",
            place: row.entry.to_string(),
        })?;
        lines.push(PassbookLine {
            seq: row.seq,
            entry: row.entry,
            asset: booked
                .iter()
                .find(|(_, account)| *account == row.account)
                .map_or_else(String::new, |(code, _)| code.to_string()),
            change: row.change,
            balance_after: row.balance_after,
            at_us: first.envelope().map_or(0, |envelope| envelope.at.0),
            kind: first.event().map(|event| event.kind.to_string()),
        });
    }
    Ok(Json(Passbook { lines, older }))
}
