//! The shop as a resident uses it: shelf, item, check, order, slip. Prices and reasons come from the
//! community's rule through `redemption`; this module only shows them.

use axum::Form;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rongyi_core::amount::Amount;
use rongyi_core::book::{Frame, Order, OrderState as Standing};
use rongyi_core::chain::hex;
use rongyi_core::command::Rejection;
use rongyi_core::ids::{Code, OrderNo};
use rongyi_core::record::{Item, Record, ReleaseReason};
use rongyi_core::rule::{Line, Refusal, Text};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_pages::{
    Blocked, ConfirmView, Draw, Filter, ItemView, OrderLine, OrderState, OrderView, OrdersView, Picture, ShopView,
    Stock, Tile,
};
use serde::Deserialize;

use super::lines::{goods, item_title, order_lines};
use super::resident::{at_hand, orders_of};
use super::shell::{Html, Member, Visit, day, go};
use super::errors;
use crate::access::random;
use crate::api::error::Fault;
use crate::clerk::ClerkError;
use crate::explain;
use crate::redemption::{self, Priced, Shopfront, Wallet, Wanted, belongs, collectable, total};

/// Fewer pieces than this are counted out.
const FEW: i64 = 10;
/// Pieces of one item in one order from the pages.
const PIECES_MAX: i32 = 10;

fn fresh_key() -> String {
    hex(&random::<16>())
}

fn actor(visit: &Visit, no: impl std::fmt::Display) -> Code {
    let _ = visit;
    format!("resident/{no}").parse().unwrap_or_else(|_| Code::literal("resident"))
}

fn stock(left: i64) -> Stock {
    match left {
        ..=0 => Stock::Gone,
        1..FEW => Stock::Few(left),
        _ => Stock::Plenty,
    }
}

fn refused(visit: &Visit, front: &Shopfront, refusal: &Refusal) -> Blocked {
    let plain = Refusal { opens: None, ..refusal.clone() };
    let sentence = explain::refusal(&front.plan, Some(&front.frame), &plain, visit.tongue());
    Blocked::Refused { sentence, opens_again: refusal.opens.map(day) }
}

/// An item as a tile, with the answer for one basket of it.
fn tile(visit: &Visit, front: &Shopfront, item: &Item, pieces: i32, priced: Option<&Priced>) -> Tile {
    let left = front.left(&item.code);
    let spendable = front.wallet.points.spendable(visit.today());
    let (price, blocked) = match priced {
        None => (None, None),
        Some(Err(rejection)) => {
            let sentence = visit.say(&rejection.text());
            (None, Some(Blocked::Refused { sentence, opens_again: None }))
        }
        Some(Ok(Err(refusal))) => (None, Some(refused(visit, front, refusal))),
        Some(Ok(Ok(quote))) => {
            let sum = total(quote);
            let short = sum.saturating_sub(spendable);
            let blocked = if left < i64::from(pieces) {
                Some(Blocked::Gone)
            } else {
                (short > 0).then_some(Blocked::Short(short))
            };
            (Some(sum / i64::from(pieces.max(1))), blocked)
        }
    };
    Tile {
        item: item.code.to_string(),
        title: visit.say(&item.title),
        picture: picture(item),
        price,
        value_fen: (item.value_fen > 0).then_some(i64::from(item.value_fen)),
        stock: stock(left),
        blocked,
    }
}

fn picture(item: &Item) -> Picture {
    match Picture::for_item(item.icon.as_str()) {
        Picture::Gift => Picture::for_item(item.code.as_str()),
        own => own,
    }
}

/// Which part of the shelf.
#[derive(Debug, Deserialize)]
pub(super) struct ShopQuery {
    show: Option<String>,
}

/// `GET /{community}/shop`.
pub(super) async fn list_shop(Member { visit, me }: Member, Query(query): Query<ShopQuery>) -> Result<Response, Fault> {
    let each = |frame: &Frame| {
        let offered = frame.items.iter().filter(|item| item.active);
        offered.map(|item| vec![(item.code.clone(), 1)]).collect()
    };
    let front = redemption::quotes(&visit.app.house, &visit.code, me.resident, each).await?;
    let offered: Vec<&Item> = front.frame.items.iter().filter(|item| item.active).collect();
    let show = query.show.unwrap_or_else(|| "all".to_owned());
    let both = offered.iter().zip(&front.priced).map(|(item, priced)| (item, tile(&visit, &front, item, 1, Some(priced))));
    let mut tiles: Vec<Tile> = both
        .filter(|(item, tile)| match show.as_str() {
            "all" => true,
            "affordable" => tile.blocked.is_none(),
            category => item.category.as_str() == category,
        })
        .map(|(_, tile)| tile)
        .collect();
    tiles.sort_by_key(|tile| (tile.blocked.is_some(), tile.price));
    let mut filters: Vec<Filter> =
        ["affordable", "all"].map(|tag| Filter { tag: tag.to_owned(), label: String::new() }).into();
    let mut categories: Vec<&Code> = offered.iter().map(|item| &item.category).collect();
    categories.sort();
    categories.dedup();
    filters.extend(categories.into_iter().map(|code| Filter { tag: code.to_string(), label: category(&visit, code) }));
    let balance = front.wallet.points.spendable(visit.today());
    Ok(Html(ShopView { shell: visit.shell(), balance, show, filters, tiles }).into_response())
}

/// What a shelf is called. Codes outside this list show as they are written.
fn category(visit: &Visit, code: &Code) -> String {
    let (zh, en) = match code.as_str() {
        "grain" | "food" => ("粮油", "Grain and oil"),
        "daily" | "household" => ("日用品", "Daily goods"),
        "service" => ("服务", "Services"),
        "green" => ("绿植", "Plants"),
        "drink" => ("饮品", "Drinks"),
        "book" | "study" => ("书本文具", "Books and paper"),
        "appliance" | "home" => ("小家电", "Appliances"),
        "fund" => ("公益", "Giving"),
        other => (other, other),
    };
    visit.either(zh, en)
}

/// How many.
#[derive(Debug, Deserialize)]
pub(super) struct QuantityQuery {
    quantity: Option<i32>,
}

impl QuantityQuery {
    fn pieces(&self) -> i32 {
        self.quantity.unwrap_or(1).clamp(1, PIECES_MAX)
    }
}

fn code_of(item: &str) -> Result<Code, Fault> {
    item.parse().map_err(|_| Fault::not_found())
}

async fn front_of(visit: &Visit, me: &crate::access::SignedResident, code: &Code, pieces: &[i32]) -> Result<Shopfront, Fault> {
    let baskets = pieces.iter().map(|pieces| vec![(code.clone(), *pieces)]).collect();
    let front = redemption::quotes(&visit.app.house, &visit.code, me.resident, |_| baskets).await?;
    if front.item(code).is_none() {
        return Err(Rejection::ItemUnknown { item: code.clone() }.into());
    }
    Ok(front)
}

fn said(visit: &Visit, front: &Shopfront, lines: &[Line]) -> Vec<String> {
    let notes = lines.iter().filter(|line| line.amount.is_none());
    notes.map(|line| explain::line(&front.plan, Some(&front.frame), line, visit.tongue())).collect()
}

/// `GET /{community}/shop/{item}`.
pub(super) async fn show_item(
    Member { visit, me }: Member,
    Path((_, item)): Path<(String, String)>,
    Query(query): Query<QuantityQuery>,
) -> Result<Response, Fault> {
    let (code, pieces) = (code_of(&item)?, query.pieces());
    // One more than chosen shows whether more can be had at all.
    let front = front_of(&visit, &me, &code, &[1, pieces, 2]).await?;
    let item = front.item(&code).ok_or_else(Fault::not_found)?;
    let one = tile(&visit, &front, item, 1, front.priced.first());
    let chosen = tile(&visit, &front, item, pieces, front.priced.get(1));
    let quote = front.priced.get(1).and_then(|priced| priced.as_ref().ok()?.as_ref().ok());
    let more = front.priced.get(2).is_some_and(|priced| matches!(priced, Ok(Ok(_))));
    let most = if more { i32::try_from(front.left(&code)).unwrap_or(PIECES_MAX).clamp(1, PIECES_MAX) } else { 1 };
    let view = ItemView {
        tile: Tile { price: one.price, blocked: chosen.blocked, ..one },
        description: String::new(),
        limits: quote.map(|quote| said(&visit, &front, &quote.lines)).unwrap_or_default(),
        place: visit.say(&visit.shop.place),
        hours: visit.say(&visit.shop.hours),
        quantity: i64::from(pieces),
        quantity_max: i64::from(most),
        total: quote.map(total),
        balance: front.wallet.points.spendable(visit.today()),
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// `GET /{community}/shop/{item}/confirm`.
pub(super) async fn show_confirm(
    Member { visit, me }: Member,
    Path((_, item)): Path<(String, String)>,
    Query(query): Query<QuantityQuery>,
) -> Result<Response, Fault> {
    confirm(&visit, &me, &code_of(&item)?, query.pieces(), None).await
}

async fn confirm(
    visit: &Visit,
    me: &crate::access::SignedResident,
    code: &Code,
    pieces: i32,
    price_was: Option<i64>,
) -> Result<Response, Fault> {
    let front = front_of(visit, me, code, &[pieces]).await?;
    let item = front.item(code).ok_or_else(Fault::not_found)?;
    let one = tile(visit, &front, item, pieces, front.priced.first());
    let quote = front.priced.first().and_then(|priced| priced.as_ref().ok()?.as_ref().ok());
    // What can't be had has its reason on the item's own page.
    let (Some(quote), None) = (quote, &one.blocked) else {
        return Ok(go(&visit.path(&format!("/shop/{code}?quantity={pieces}"))));
    };
    let sum = total(quote);
    let today = visit.today();
    let hold_days = front.frame.settings.as_ref().map_or(0, |settings| settings.order_hold_days);
    let view = ConfirmView {
        key: fresh_key(),
        item: code.to_string(),
        title: one.title,
        picture: one.picture,
        quantity: i64::from(pieces),
        total: sum,
        balance: front.wallet.points.spendable(today),
        place: visit.say(&visit.shop.place),
        hours: visit.say(&visit.shop.hours),
        until: day(today.plus_days(i32::from(hold_days))),
        limits: said(visit, &front, &quote.lines),
        draws: draws(&front.wallet, sum, today),
        price_was,
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// Which lots an order would draw: the earliest date first, undated last, as the ledger does.
fn draws(wallet: &Wallet, sum: i64, today: LocalDate) -> Vec<Draw> {
    let dated = wallet.points.lots.range(today.to_days().max(1)..);
    let lasting = wallet.points.lots.get_key_value(&0);
    let mut left = sum;
    let mut draws = Vec::new();
    for (lot, there) in dated.chain(lasting) {
        let points = left.min(*there);
        if points > 0 {
            let expires = if *lot == 0 { None } else { LocalDate::from_days(*lot).map(day) };
            draws.push(Draw { points, expires });
            left = left.saturating_sub(points);
        }
    }
    draws
}

/// What the check page sends.
#[derive(Debug, Deserialize)]
pub(super) struct OrderForm {
    key: String,
    item: String,
    quantity: i32,
    total: i64,
}

/// `POST /{community}/orders`. The hidden key makes a second tap answer the same order.
pub(super) async fn place_order(Member { visit, me }: Member, Form(form): Form<OrderForm>) -> Result<Response, Fault> {
    let item = code_of(&form.item)?;
    let seen = Amount::new(form.total).map_err(|_| Rejection::OutOfRange)?;
    let wanted = Wanted {
        resident: me.resident,
        basket: vec![(item.clone(), form.quantity)],
        seen,
        actor: actor(&visit, me.resident),
        key: Some(form.key).filter(|key| (1..=128).contains(&key.len())),
    };
    let answer = redemption::place(&visit.app.house, &visit.code, wanted).await?;
    let refusal = answer.receipt.refusal().cloned();
    let Some(refusal) = refusal else {
        let no = answer.receipt.records.iter().find_map(|record| match record {
            Record::Place(_, no, ..) => Some(*no),
            _ => None,
        });
        let no = no.ok_or_else(|| Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR))?;
        return Ok(go(&visit.path(&format!("/orders/{no}?placed=1"))));
    };
    if refusal.code.as_str() == "price.changed" {
        return confirm(&visit, &me, &item, form.quantity.clamp(1, PIECES_MAX), Some(form.total)).await;
    }
    let (frame, _) = at_hand(&visit, &me).await?;
    let set = answer.receipt.records.iter().find_map(|record| match record {
        Record::Refused(set, ..) => *set,
        _ => None,
    });
    let plan = explain::plan_of(&frame, set);
    let zh = explain::refusal(&plan, Some(&frame), &refusal, explain::Lang::Zh);
    let en = explain::refusal(&plan, Some(&frame), &refusal, explain::Lang::En);
    let next = (visit.path("/shop?show=affordable"), visit.either("看看能换的", "See what you can have"));
    Ok(errors::told(&visit, (StatusCode::CONFLICT, refusal.code.as_str()), &Text { zh, en }, next))
}

/// An order of this resident, or the answer that there is none: a stranger's looks the same as none.
async fn own_order(visit: &Visit, me: &crate::access::SignedResident, no: u32) -> Result<(Frame, Order), Fault> {
    let (frame, wallet) = at_hand(visit, me).await?;
    let order = visit.app.house.store.order(&visit.code, OrderNo(no)).await?;
    let own = order.filter(|order| belongs(order, me.resident, &wallet));
    let order = own.ok_or(Rejection::OrderUnknown { order: OrderNo(no) })?;
    Ok((frame, order))
}

/// How far an order has come, as pages show it.
async fn standing(visit: &Visit, order: &Order) -> OrderState {
    match &order.state {
        Standing::Reserved if !collectable(order, visit.today()) => {
            OrderState::TimedOut { at: end_of(visit, order.deadline) }
        }
        Standing::Reserved => OrderState::Reserved {
            code: order.code.clone(),
            qr_text: qr_text(visit, &order.code),
            until: day(order.deadline),
            may_cancel: true,
        },
        Standing::Settled { at, by } => {
            OrderState::HandedOver { at: visit.moment(*at), by: visit.actor(by).await }
        }
        Standing::Released { at, reason: ReleaseReason::Cancelled } => OrderState::Cancelled { at: visit.moment(*at) },
        Standing::Released { at, reason: ReleaseReason::TimedOut } => OrderState::TimedOut { at: visit.moment(*at) },
    }
}

/// The last minute of a day.
pub(super) fn end_of(_: &Visit, date: LocalDate) -> rongyi_pages::Moment {
    rongyi_pages::Moment { day: day(date), hour: 23, minute: 59 }
}

/// With a public address the counter's telephone opens the slip; without one the code holds only the digits.
fn qr_text(visit: &Visit, code: &str) -> String {
    match &visit.app.house.config.public_url {
        Some(url) => format!("{url}/{}/till?code={code}", visit.code),
        None => code.to_owned(),
    }
}

/// When an order was placed, from its entry.
async fn placed_at(visit: &Visit, order: &Order) -> Result<Instant, Fault> {
    let entry = visit.app.house.store.entry(&visit.code, order.entry).await?.ok_or_else(Fault::not_found)?;
    let receipt = crate::clerk::receipt(&entry)?;
    Ok(receipt.records.first().and_then(Record::envelope).map_or(Instant(0), |envelope| envelope.at))
}

/// `大米 5 公斤` and how many; several items stand in one title.
pub(super) fn contents(visit: &Visit, frame: &Frame, order: &Order) -> (String, i64) {
    match order.lines.as_slice() {
        [(only, _)] => (item_title(visit, frame, only.item), i64::from(only.quantity)),
        several => (goods(visit, frame, order_lines(order)), i64::from(several.len() > 1)),
    }
}

/// Whether the order was placed just now.
#[derive(Debug, Deserialize)]
pub(super) struct PlacedQuery {
    placed: Option<u8>,
}

/// `GET /{community}/orders/{no}`.
pub(super) async fn show_order(
    Member { visit, me }: Member,
    Path((_, no)): Path<(String, u32)>,
    Query(query): Query<PlacedQuery>,
) -> Result<Response, Fault> {
    let (frame, order) = own_order(&visit, &me, no).await?;
    let (title, quantity) = contents(&visit, &frame, &order);
    let view = OrderView {
        no: u64::from(no),
        reference: format!("#{no}"),
        title,
        quantity,
        total: order.total.get(),
        state: standing(&visit, &order).await,
        place: visit.say(&visit.shop.place),
        hours: visit.say(&visit.shop.hours),
        placed_at: visit.moment(placed_at(&visit, &order).await?),
        key: fresh_key(),
        just_placed: query.placed.is_some() && order.state == Standing::Reserved,
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// What the cancel button sends.
#[derive(Debug, Deserialize)]
pub(super) struct KeyForm {
    #[serde(default)]
    key: String,
}

/// `POST /{community}/orders/{no}/cancel`.
pub(super) async fn cancel_order(
    Member { visit, me }: Member,
    Path((_, no)): Path<(String, u32)>,
    Form(form): Form<KeyForm>,
) -> Result<Response, Fault> {
    let (_, order) = own_order(&visit, &me, no).await?;
    let key = Some(form.key).filter(|key| (1..=128).contains(&key.len()));
    match redemption::cancel(&visit.app.house, &visit.code, order.no, (actor(&visit, me.resident), key)).await {
        // Too late either way: the slip says what became of it.
        Ok(_) | Err(ClerkError::Rejected(Rejection::OrderSettled { .. } | Rejection::OrderReleased { .. })) => {
            Ok(go(&visit.path(&format!("/orders/{no}"))))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /{community}/orders`.
pub(super) async fn list_orders(Member { visit, me }: Member) -> Result<Response, Fault> {
    let (frame, wallet) = at_hand(&visit, &me).await?;
    let (mut waiting, mut past) = (Vec::new(), Vec::new());
    for order in orders_of(&visit, &me, &wallet).await? {
        let line = OrderLine {
            no: u64::from(order.no.0),
            title: goods(&visit, &frame, order_lines(&order)),
            total: order.total.get(),
            placed_on: day(order.placed_on),
            state: standing(&visit, &order).await,
        };
        let waits = matches!(line.state, OrderState::Reserved { .. });
        if waits { waiting.push(line) } else { past.push(line) }
    }
    Ok(Html(OrdersView { shell: visit.shell(), waiting, past, older: None }).into_response())
}
