//! The shop over the API: items, quotes, orders. The same functions as behind the pages.

mod places;

pub(crate) use places::one_place;

use axum::response::{IntoResponse, Response};
use rongyi_core::amount::Amount;
use rongyi_core::book::{Frame, Order, Stand};
use rongyi_core::command::Rejection;
use rongyi_core::ids::{AssetNo, Code, OrderNo, ResidentNo};
use rongyi_core::record::{OrderLine, Record};
use rongyi_core::rule::{Plan, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::door::Kind;
use crate::door::asked::{No, Path, Unread};
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::door::json::{Both, Json, Replayable};
use crate::ledger::api::{Reason, lines_of};
use crate::ledger::explain::{self, Lang};
use crate::redemption::{self, Basket, Wanted, belongs, till, total, wallet};

/// One line of a basket.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BasketLine {
    /// The item's code.
    #[schema(example = "rice-5kg")]
    pub item: String,
    /// Pieces.
    #[schema(example = 1)]
    pub quantity: i32,
}

pub(crate) fn basket(lines: &[BasketLine]) -> Result<Basket, Fault> {
    let line = |line: &BasketLine| {
        let code: Result<Code, _> = line.item.parse();
        let bad = || Fault::input("item", "不是物品代码。", "this is not an item's code.");
        Ok(OrderLine::new(code.map_err(|_| bad())?, line.quantity))
    };
    lines.iter().map(line).collect()
}

/// For whom a caller acts: residents for themselves, shopkeepers for whom they name.
pub(crate) fn for_whom(caller: &Caller, named: Option<u32>) -> Result<ResidentNo, Fault> {
    let resident = named.map(ResidentNo).or(caller.resident());
    let missing = || {
        Fault::input(
            "resident",
            "请写明是给哪位居民的。",
            "name the resident it is for.",
        )
    };
    let resident = resident.ok_or_else(missing)?;
    caller.about(resident)?;
    Ok(resident)
}

/// What the shop offers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemAnswer {
    /// Its code.
    pub item: String,
    /// Its name.
    pub title: Both,
    /// Its shelf.
    pub category: String,
    /// Its value in 1/100 yuan.
    pub value_fen: i32,
    /// Pieces on the shelf.
    pub left: i64,
}

/// All items that can be ordered.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemList {
    /// In the order in which they were defined.
    pub items: Vec<ItemAnswer>,
}

/// What the shop offers, with what is left.
#[utoipa::path(
    get, path = "/communities/{community}/items", tag = "redemption",
    params(("community" = String, Path, description = "The community")),
    responses((status = 200, body = ItemList), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_items(caller: Caller) -> Result<Json<ItemList>, Fault> {
    let store = &caller.house().store;
    let frame = store
        .frame(&caller.code)
        .await?
        .ok_or(Rejection::NotConfigured)?;
    let stock = store.stock(&caller.code).await?;
    let items = frame
        .items
        .into_iter()
        .filter(|item| item.active)
        .map(|item| ItemAnswer {
            left: stock
                .iter()
                .find(|(no, _)| *no == item.no)
                .map_or(0, |(_, left)| *left),
            item: item.code.to_string(),
            title: item.title.into(),
            category: item.category.to_string(),
            value_fen: item.value_fen,
        });
    Ok(Json(ItemList {
        items: items.collect(),
    }))
}

/// A basket to be priced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteInput {
    /// For whom; residents may leave it out.
    #[serde(default, deserialize_with = "crate::door::asked::maybe_no")]
    #[schema(maximum = 2147483647)]
    pub resident: Option<u32>,
    /// What.
    pub lines: Vec<BasketLine>,
}

/// What a basket costs.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteAnswer {
    /// `quoted`, or `refused` as an order for it would be now: by the rule, for want of goods or of points.
    pub outcome: &'static str,
    /// Points in all; also when only goods or points are wanting.
    pub total: Option<i64>,
    /// Points for each line.
    pub points: Vec<i32>,
    /// How it would be paid, where something is taken beside points.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paid: Vec<PaidAnswer>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Points that can be spent now; told to the resident alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spendable: Option<i64>,
    /// For a refusal: its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// For a refusal: its sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Both>,
    /// For a refusal: the first day on which it may be otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<String>,
}

/// So much of an asset.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaidAnswer {
    /// The code of the asset.
    pub asset: String,
    /// How much of it; one of it is one point of the price.
    pub amount: i64,
}

fn paid(frame: &Frame, paid: &[(AssetNo, i64)]) -> Vec<PaidAnswer> {
    let named = |asset: AssetNo| match asset {
        AssetNo::POINTS => "points".to_owned(),
        asset => {
            let settings = frame.settings.as_ref();
            let declared =
                settings.and_then(|settings| settings.assets.iter().find(|(_, no)| *no == asset));
            declared.map_or_else(|| asset.0.to_string(), |(code, _)| code.to_string())
        }
    };
    let one = |(asset, amount): &(AssetNo, i64)| PaidAnswer {
        asset: named(*asset),
        amount: *amount,
    };
    paid.iter().map(one).collect()
}

/// A "no" with its reason.
struct RefusalAnswer {
    code: String,
    text: Both,
    opens: Option<String>,
}

/// The answer to the resident, or to somebody else, who is not told by it what the resident has.
fn refusal(caller: &Caller, frame: &Frame, plan: &Plan, no: &Refusal) -> RefusalAnswer {
    let untold = explain::without_balance(no);
    let refusal = if caller.resident().is_some() {
        no
    } else {
        &untold
    };
    RefusalAnswer {
        code: refusal.code.to_string(),
        text: Both {
            zh: explain::refusal(plan, Some(frame), refusal, Lang::Zh),
            en: explain::refusal(plan, Some(frame), refusal, Lang::En),
        },
        opens: refusal.opens.map(|day| day.to_string()),
    }
}

/// What a basket would cost now; changes nothing.
#[utoipa::path(
    post, path = "/communities/{community}/quotes", tag = "redemption",
    params(("community" = String, Path, description = "The community")),
    request_body = QuoteInput,
    responses((status = 200, body = QuoteAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn quote_basket(
    caller: Caller,
    sent: Unread<QuoteInput>,
) -> Result<Json<QuoteAnswer>, Fault> {
    let input = sent.read().await?;
    let resident = for_whom(&caller, input.resident)?;
    let basket = one_place(&caller, &input.lines).await?;
    let mut front = redemption::quotes(caller.house(), &caller.code, resident, |_| {
        vec![basket.clone()]
    })
    .await?;
    let spendable = front
        .wallet
        .points
        .spendable(caller.house().today(&caller.code).0);
    let spendable = caller.resident().map(|_| spendable);
    let priced = front.priced.pop().ok_or(Rejection::BasketShape)??;
    let paid = paid(&front.frame, &priced.paid());
    let no = priced.refusal.as_ref();
    let no = no.map(|no| refusal(&caller, &front.frame, &front.plan, no));
    let quote = priced.quote.unwrap_or_default();
    let outcome = if no.is_some() { "refused" } else { "quoted" };
    let (code, text, opens) = no.map_or((None, None, None), |no| {
        (Some(no.code), Some(no.text), no.opens)
    });
    Ok(Json(QuoteAnswer {
        outcome,
        total: (!quote.points.is_empty()).then(|| total(&quote)),
        paid,
        reasons: lines_of(&front.frame, &front.plan, &quote.lines),
        points: quote.points,
        spendable,
        code,
        text,
        opens,
    }))
}

/// An order to be placed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderInput {
    /// For whom; residents may leave it out.
    #[serde(default, deserialize_with = "crate::door::asked::maybe_no")]
    #[schema(maximum = 2147483647)]
    pub resident: Option<u32>,
    /// What.
    pub lines: Vec<BasketLine>,
    /// The total the person saw: more is never charged.
    pub total: i64,
}

/// One line of an order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderLineAnswer {
    /// The item's code.
    #[schema(example = "rice-5kg")]
    pub item: String,
    /// Pieces as they were ordered.
    #[schema(example = 5)]
    pub quantity: i32,
    /// Pieces that were handed over.
    pub handed: i32,
    /// Pieces that can still be collected.
    pub left: i32,
    /// Points for all that was ordered.
    pub points: i64,
    /// Points for what was handed over.
    pub charged: i64,
}

/// An order as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderAnswer {
    /// `placed`, or `refused` with its reason.
    pub outcome: &'static str,
    /// Whether it had been answered before.
    pub replayed: bool,
    /// Its number.
    pub order: Option<u32>,
    /// `reserved`, `settled`, `cancelled` or `timed-out`; the last also while it is only due.
    pub state: Option<&'static str>,
    /// The resident for whom it is ordered.
    pub resident: Option<u32>,
    /// What.
    pub lines: Vec<OrderLineAnswer>,
    /// What it costs as it stands: `charged` and `held`.
    pub total: Option<i64>,
    /// What of each is set aside, or was, where it is paid in something beside points.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paid: Vec<PaidAnswer>,
    /// Points for what was handed over.
    pub charged: Option<i64>,
    /// Points that are set aside for what can still be collected.
    pub held: Option<i64>,
    /// Points that came back, or, past the last day, are about to.
    pub returned: Option<i64>,
    /// Points that did not come back, because their last day passed while they were set aside.
    pub lapsed: Option<i64>,
    /// The pick-up code; only for the resident who ordered, and only while it can be used.
    pub pickup_code: Option<String>,
    /// The last day to collect it.
    pub collect_until: Option<String>,
    /// When it was handed over or given back, in microseconds since 1970 UTC.
    pub closed_at_us: Option<i64>,
    /// Who handed it over.
    pub closed_by: Option<String>,
    /// For a refusal: its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// For a refusal: its sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Both>,
    /// For a refusal: the first day on which it may be otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<String>,
}

/// A line of an order that was refused.
fn unpriced(line: &BasketLine) -> OrderLineAnswer {
    OrderLineAnswer {
        item: line.item.clone(),
        quantity: line.quantity,
        handed: 0,
        left: 0,
        points: 0,
        charged: 0,
    }
}

async fn order_answer(
    caller: &Caller,
    frame: &Frame,
    order: &Order,
    replayed: bool,
) -> Result<OrderAnswer, Fault> {
    let house = caller.house();
    let seen = order.seen(house.today(&caller.code).0, |at| {
        house.day_of(&caller.code, at)
    });
    let item = |no| {
        frame
            .items
            .iter()
            .find(|item| item.no == no)
            .map(|item| item.code.to_string())
    };
    let lines = seen.lines.iter().map(|line| OrderLineAnswer {
        item: item(line.item).unwrap_or_default(),
        quantity: line.ordered,
        handed: line.handed,
        left: line.left,
        points: line.points,
        charged: line.charged,
    });
    let by = if let Stand::Settled { by, .. } = &seen.stand {
        Some(by.to_string())
    } else {
        None
    };
    // Staff, tills and neighbours learn the code from the resident who ordered, or the check of it would prove nothing.
    let shows_code = caller.resident() == Some(order.resident) && seen.stand == Stand::Reserved;
    let pickup_code = if shows_code {
        till::code_of(caller.house(), &caller.code, order).await?
    } else {
        None
    };
    Ok(OrderAnswer {
        outcome: "placed",
        replayed,
        order: Some(order.no.0),
        state: Some(seen.stand.word()),
        resident: Some(order.resident.0),
        lines: lines.collect(),
        total: Some(seen.total()),
        paid: paid(frame, &order.paid()),
        charged: Some(seen.charged),
        held: Some(seen.held),
        returned: Some(seen.back),
        lapsed: Some(seen.lapsed),
        pickup_code,
        collect_until: Some(order.deadline.to_string()),
        closed_at_us: seen.stand.closed_at().map(|at| at.0),
        closed_by: by,
        code: None,
        text: None,
        opens: None,
    })
}

/// Sets goods and points aside. A refusal is an answer with status 200.
#[utoipa::path(
    post, path = "/communities/{community}/orders", tag = "redemption",
    params(("community" = String, Path, description = "The community"), ("Idempotency-Key" = Option<String>, Header, description = "1-128 characters")),
    request_body = OrderInput,
    responses((status = 200, body = OrderAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn place_order(
    caller: Caller,
    sent: Unread<OrderInput>,
) -> Result<Response, Fault> {
    let input = sent.read().await?;
    let resident = for_whom(&caller, input.resident)?;
    let seen = Amount::new(input.total).map_err(|_| Rejection::OutOfRange)?;
    let wanted = Wanted {
        resident,
        basket: one_place(&caller, &input.lines).await?,
        seen,
        actor: caller.actor().for_resident(resident).code(),
        key: caller.key.clone(),
    };
    let answer = redemption::place(caller.house(), &caller.code, wanted).await?;
    let frame = caller
        .house()
        .store
        .frame(&caller.code)
        .await?
        .ok_or(Rejection::NotConfigured)?;
    let replayed = answer.replayed;
    for record in &answer.receipt.records {
        if let Record::Refused(set, _, no) = record {
            let plan = explain::plan_of(&frame, *set);
            let no = refusal(&caller, &frame, &plan, no);
            let body = OrderAnswer {
                paid: Vec::new(),
                outcome: "refused",
                replayed,
                order: None,
                state: None,
                resident: Some(resident.0),
                lines: input.lines.iter().map(unpriced).collect(),
                total: None,
                charged: None,
                held: None,
                returned: None,
                lapsed: None,
                pickup_code: None,
                collect_until: None,
                closed_at_us: None,
                closed_by: None,
                code: Some(no.code),
                text: Some(no.text),
                opens: no.opens,
            };
            return Ok(Replayable { body, replayed }.into_response());
        }
    }
    let no = answer.receipt.records.iter().find_map(redemption::placed);
    let order = load(&caller, no.ok_or_else(Fault::not_found)?).await?;
    Ok(Replayable {
        body: order_answer(&caller, &frame, &order, replayed).await?,
        replayed,
    }
    .into_response())
}

async fn load(caller: &Caller, no: OrderNo) -> Result<Order, Fault> {
    let order = caller.house().store.order(&caller.code, no).await?;
    order.ok_or_else(|| Rejection::OrderUnknown { order: no }.into())
}

/// The order behind a number, for those it concerns; a stranger's looks the same as none.
async fn seen(caller: &Caller, no: u32) -> Result<(Frame, Order), Fault> {
    let frame = caller
        .house()
        .store
        .frame(&caller.code)
        .await?
        .ok_or(Rejection::NotConfigured)?;
    let order = load(caller, OrderNo(no)).await?;
    let may = match caller.resident() {
        _ if caller.about_anybody() => true,
        Some(resident) => {
            let today = caller.house().today(&caller.code).0;
            let wallet = wallet(&caller.house().store, &frame, resident, today).await?;
            wallet.is_some_and(|wallet| belongs(&order, resident, &wallet))
        }
        None => false,
    };
    if may {
        Ok((frame, order))
    } else {
        Err(Rejection::OrderUnknown { order: OrderNo(no) }.into())
    }
}

/// An order as it stands.
#[utoipa::path(
    get, path = "/communities/{community}/orders/{no}", tag = "redemption",
    params(("community" = String, Path, description = "The community"), ("no" = u32, Path, description = "The order", maximum = 2147483647)),
    responses((status = 200, body = OrderAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn get_order(
    caller: Caller,
    Path((_, No(no))): Path<(String, No)>,
) -> Result<Json<OrderAnswer>, Fault> {
    let (frame, order) = seen(&caller, no).await?;
    caller.reads(Kind::Order, &[order.resident]).await?;
    Ok(Json(order_answer(&caller, &frame, &order, false).await?))
}

/// Proof that the resident is there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleInput {
    /// The pick-up code of the order.
    #[schema(example = "48271936")]
    pub pickup_code: String,
    /// The pieces that are handed over now; without it, everything that is still set aside.
    #[serde(default)]
    pub lines: Option<Vec<BasketLine>>,
}

/// Hands an order over, once. A second try is told when and by whom it was handed over: `GET` the order.
#[utoipa::path(
    post, path = "/communities/{community}/orders/{no}/settle", tag = "redemption",
    params(("community" = String, Path, description = "The community"), ("no" = u32, Path, description = "The order", maximum = 2147483647), ("Idempotency-Key" = Option<String>, Header, description = "1-128 characters")),
    request_body = SettleInput,
    responses((status = 200, body = OrderAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn settle_order(
    caller: Caller,
    Path((_, No(no))): Path<(String, No)>,
    sent: Unread<SettleInput>,
) -> Result<Response, Fault> {
    let input = sent.read().await?;
    let (frame, order) = seen(&caller, no).await?;
    let typed = till::digits(&input.pickup_code);
    let known = (order.no, typed.as_deref());
    let actor = caller.actor().code();
    let known = till::opened_by(caller.house(), &caller.code, &actor, known).await?;
    if known.is_none() {
        return Err(Rejection::OrderUnknown { order: order.no }.into());
    }
    places::here(&caller, &frame, &order).await?;
    let by = (caller.actor().code(), caller.key.clone());
    let answer = match &input.lines {
        Some(lines) => {
            let part = (order.no, basket(lines)?);
            redemption::settle_part(caller.house(), &caller.code, part, by).await?
        }
        None => redemption::settle(caller.house(), &caller.code, order.no, by).await?,
    };
    let order = load(&caller, order.no).await?;
    Ok(Replayable {
        body: order_answer(&caller, &frame, &order, answer.replayed).await?,
        replayed: answer.replayed,
    }
    .into_response())
}

/// Who cancels an order that concerns this caller.
pub(crate) async fn canceller(caller: &Caller, no: OrderNo) -> Result<Code, Fault> {
    seen(caller, no.0).await?;
    Ok(caller.actor().code())
}

/// Gives an order's points and goods back.
#[utoipa::path(
    post, path = "/communities/{community}/orders/{no}/cancel", tag = "redemption",
    params(("community" = String, Path, description = "The community"), ("no" = u32, Path, description = "The order", maximum = 2147483647), ("Idempotency-Key" = Option<String>, Header, description = "1-128 characters")),
    responses((status = 200, body = OrderAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn cancel_order(
    caller: Caller,
    Path((_, No(no))): Path<(String, No)>,
) -> Result<Response, Fault> {
    let (frame, order) = seen(&caller, no).await?;
    let by = (caller.actor().code(), caller.key.clone());
    let answer = redemption::cancel(caller.house(), &caller.code, order.no, by).await?;
    let order = load(&caller, order.no).await?;
    Ok(Replayable {
        body: order_answer(&caller, &frame, &order, answer.replayed).await?,
        replayed: answer.replayed,
    }
    .into_response())
}
