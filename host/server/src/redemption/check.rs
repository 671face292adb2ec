//! The basket before points are set aside for it: every line with its price, its limits and why it can't be had, what is paid
//! with which points, and what happens to those that nobody picks up. The same page tells what happened meanwhile.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rongyi_core::book::{Frame, Offer, Order, Stand};
use rongyi_core::command::Rejection;
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::record::{OrderLine, Record};
use rongyi_core::time::LocalDate;
use rongyi_pages::{CheckLine, ConfirmView, Draw, News, Tile};
use serde::Deserialize;

use super::basket::{Kept, NotPut};
use super::shop::{
    QuantityQuery, blocked, code_of, own_part, paid_with, pick_up, said, spare_tiles, tile,
};
use crate::access::SignedResident;
use crate::door::asked::{Path, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, Visit, day, go};
use crate::ledger::wallets::at_hand;
use crate::redemption::whose::Merchants;
use crate::redemption::{self, Basket, Shopfront, Wallet};

/// For how long the same order once more is asked about, in µs.
const JUST_NOW: i64 = 30 * 60 * 1_000_000;
/// How many of somebody's newest orders are looked at for it.
const NEWEST: u32 = 5;
/// What else is shown where something can't be had.
const OTHERS: usize = 4;

/// What the page tells beside the basket.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Told {
    /// The total that was seen before the price changed.
    pub(crate) price_was: Option<i64>,
    /// What happened meanwhile.
    pub(crate) news: Option<News>,
}

/// What did not go into the basket.
#[derive(Debug, Deserialize)]
pub(crate) struct BasketQuery {
    #[serde(default)]
    news: String,
}

/// `GET /{community}/basket`.
pub(crate) async fn show_basket(
    Member { visit, me }: Member,
    headers: HeaderMap,
    Typed(query): Typed<BasketQuery>,
) -> Result<Response, Fault> {
    let mut kept = Kept::of(&headers, &me);
    let news = [(NotPut::Full, News::Full), (NotPut::Pieces, News::Pieces)];
    let news = news
        .into_iter()
        .find(|(not, _)| not.word() == query.news)
        .map(|(_, news)| news);
    let told = Told {
        news,
        ..Told::default()
    };
    let view = check(&visit, &me, (&mut kept, None), told).await?;
    Ok(kept.keep(&visit, Html(view).into_response()))
}

/// `GET /{community}/shop/{item}/confirm`: so many of this item, with what is in the basket and picked up at the same
/// place. From then on it is in the basket.
pub(crate) async fn show_confirm(
    Member { visit, me }: Member,
    Path((_, item)): Path<(String, String)>,
    headers: HeaderMap,
    Typed(query): Typed<QuantityQuery>,
) -> Result<Response, Fault> {
    let (code, pieces) = (code_of(&item)?, query.pieces());
    let mut kept = Kept::of(&headers, &me);
    let frame = visit.app.house.store.frame(&visit.code).await?;
    if !frame.is_some_and(|frame| is_offered(&frame, &code)) {
        return Err(Rejection::ItemUnknown { item: code }.into());
    }
    if let Err(not) = kept.put(&code, pieces) {
        return Ok(go(&visit.path(&format!("/basket?news={}", not.word()))));
    }
    let view = check(&visit, &me, (&mut kept, Some(&code)), Told::default()).await?;
    let mine = view
        .lines
        .iter()
        .find(|line| line.tile.item == code.as_str());
    // What can't be had has its reason on the item's own page.
    if mine.is_none_or(|line| line.tile.blocked.is_some()) {
        return Ok(go(&visit.path(&format!("/shop/{code}?quantity={pieces}"))));
    }
    Ok(kept.keep(&visit, Html(view).into_response()))
}

/// Whether an item can be ordered at all.
pub(crate) fn is_offered(frame: &Frame, code: &Code) -> bool {
    let listed = frame.items.iter().find(|item| item.code == *code);
    listed.is_some_and(|item| item.active)
}

/// The basket's lines that are picked up at one place, and the names of the others: at the place of `first`, or of its
/// first line.
async fn at_one_place(
    visit: &Visit,
    (lines, first): (&Basket, Option<&Code>),
    frame: &Frame,
) -> Result<(Basket, Vec<String>), Fault> {
    let merchants = Merchants::of(&visit.app.house.store, &visit.code).await?;
    let place = |code: &Code| merchants.of_item(code).map(|one| one.code.clone());
    let first = first.or_else(|| lines.first().map(|line| &line.item));
    let here = first.and_then(place);
    let (now, later): (Basket, Basket) = lines
        .iter()
        .cloned()
        .partition(|line| place(&line.item) == here);
    let title = |line: &OrderLine<Code>| {
        let listed = frame.items.iter().find(|item| item.code == line.item)?;
        Some(format!("{} × {}", visit.say(&listed.title), line.quantity))
    };
    Ok((now, later.iter().filter_map(title).collect()))
}

/// The page of the basket, and why it can't be ordered as it is. What is no longer offered leaves it.
pub(crate) async fn check(
    visit: &Visit,
    me: &SignedResident,
    (kept, first): (&mut Kept, Option<&Code>),
    told: Told,
) -> Result<ConfirmView, Fault> {
    let (frame, wallet) = at_hand(visit, me).await?;
    kept.lines.retain(|line| is_offered(&frame, &line.item));
    let (lines, later) = at_one_place(visit, (&kept.lines, first), &frame).await?;
    let Some(leading) = lines.first().map(|line| line.item.clone()) else {
        return Ok(empty(visit, &wallet, told));
    };
    let alone = lines.iter().map(|line| vec![line.clone()]);
    let baskets: Vec<Basket> = [lines.clone()].into_iter().chain(alone).collect();
    let house = &visit.app.house;
    let front = redemption::quotes(house, &visit.code, me.resident, |_| baskets.clone()).await?;
    let (sum, why) = blocked(visit, &front, front.priced.first(), None);
    let offer = front.priced.first().and_then(|priced| priced.as_ref().ok());
    let quote = offer.and_then(|offer| offer.quote.as_ref());
    let points = |at: usize| {
        quote
            .and_then(|quote| quote.points.get(at).copied())
            .map(i64::from)
    };
    let singles = lines.iter().zip(front.priced.iter().skip(1)).enumerate();
    let checked: Vec<CheckLine> = singles
        .filter_map(|(at, (line, priced))| {
            let item = front.item(&line.item)?;
            let mut tile = tile(visit, &front, item, line.quantity, Some(priced));
            tile.pieces = i64::from(line.quantity);
            let own = priced.as_ref().ok().and_then(|offer| offer.quote.as_ref());
            Some(CheckLine {
                points: points(at).filter(|_| tile.blocked.is_none()),
                limits: own.map_or_else(Vec::new, |quote| said(visit, &front, &quote.lines)),
                tile,
            })
        })
        .collect();
    let whole = why.is_none() && checked.iter().all(|line| line.tile.blocked.is_none());
    let others = if whole {
        Vec::new()
    } else {
        others(visit, me, &lines, &front).await?
    };
    let mut view = ConfirmView {
        later,
        // Where a line is to blame, its own reason is enough.
        blocked: why
            .filter(|_| checked.iter().all(|line| line.tile.blocked.is_none()))
            .map(|why| why.sentence(&visit.shell())),
        lines: checked,
        key: kept.key.clone(),
        others,
        ..empty(visit, &wallet, told)
    };
    if let (true, Some(sum), Some(offer)) = (whole, sum, offer) {
        dress(visit, (&front, offer), sum, &mut view);
        (view.place, view.hours) = pick_up(visit, &leading).await?;
        view.again = just_ordered(visit, me, &lines)
            .await?
            .map(|(no, _)| u64::from(no));
    }
    Ok(view)
}

/// A basket that holds nothing.
fn empty(visit: &Visit, wallet: &Wallet, told: Told) -> ConfirmView {
    ConfirmView {
        key: String::new(),
        lines: Vec::new(),
        later: Vec::new(),
        news: told.news,
        total: None,
        blocked: None,
        own: 0,
        paid_with: String::new(),
        balance: wallet.points.spendable(visit.today()),
        place: String::new(),
        hours: String::new(),
        until: day(visit.today()),
        notes: Vec::new(),
        draws: Vec::new(),
        price_was: told.price_was,
        late_lapsed: 0,
        again: None,
        others: Vec::new(),
        shell: visit.shell(),
    }
}

/// What an order would cost, with which points, and what becomes of them.
fn dress(visit: &Visit, (front, offer): (&Shopfront, &Offer), sum: i64, view: &mut ConfirmView) {
    let today = visit.today();
    let settings = front.frame.settings.as_ref();
    let hold_days = settings.map_or(0, |settings| settings.order_hold_days);
    let until = today.plus_days(i32::from(hold_days));
    let own = own_part(offer, sum);
    view.total = Some(sum);
    view.own = own;
    view.paid_with = paid_with(visit, &offer.paid()).unwrap_or_default();
    view.until = day(until);
    let lines = offer.quote.as_ref().map_or(&[][..], |quote| &quote.lines);
    let known: Vec<&String> = view.lines.iter().flat_map(|line| &line.limits).collect();
    let mut notes = said(visit, front, lines);
    notes.retain(|note| !known.contains(&note));
    view.notes = notes;
    view.late_lapsed = late_lapsed(&front.wallet, own, (today, until))
        .saturating_add(beside_lapsing(offer, until));
    view.draws = draws(&front.wallet, own, today);
}

/// What else this resident could have now: of the same shelves first, then what costs least.
async fn others(
    visit: &Visit,
    me: &SignedResident,
    lines: &Basket,
    front: &Shopfront,
) -> Result<Vec<Tile>, Fault> {
    let wanted = |code: &Code| lines.iter().any(|line| line.item == *code);
    let shelves: Vec<&Code> = front
        .frame
        .items
        .iter()
        .filter(|item| wanted(&item.code))
        .map(|item| &item.category)
        .collect();
    let mut spare = spare_tiles(visit, me).await?;
    spare.retain(|(item, tile)| tile.blocked.is_none() && !wanted(&item.code));
    spare.sort_by_key(|(item, tile)| (!shelves.contains(&&item.category), tile.price));
    Ok(spare
        .into_iter()
        .map(|(_, tile)| tile)
        .take(OTHERS)
        .collect())
}

/// The same of what is paid beside points.
fn beside_lapsing(offer: &Offer, until: LocalDate) -> i64 {
    let beside = offer
        .held
        .iter()
        .filter(|held| held.asset != AssetNo::POINTS);
    let ending = beside.filter(|held| held.lot != 0 && held.lot <= until.to_days());
    ending.map(|held| held.points).sum()
}

/// How much of an order's points will have run out on the day after its last one, when nobody picked it up.
fn late_lapsed(wallet: &Wallet, sum: i64, (today, until): (LocalDate, LocalDate)) -> i64 {
    let mut left = sum;
    let mut lost: i64 = 0;
    for (lot, there) in wallet.points.lots.range(today.to_days().max(1)..) {
        let part = left.min(*there).max(0);
        left = left.saturating_sub(part);
        if *lot <= until.to_days() {
            lost = lost.saturating_add(part);
        }
    }
    lost
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
            let expires = if *lot == 0 {
                None
            } else {
                LocalDate::from_days(*lot).map(day)
            };
            draws.push(Draw { points, expires });
            left = left.saturating_sub(points);
        }
    }
    draws
}

/// The order of the very same things that this resident placed a moment ago and of which nothing was picked up, with the
/// key it was placed under.
pub(crate) async fn just_ordered(
    visit: &Visit,
    me: &SignedResident,
    lines: &Basket,
) -> Result<Option<(u32, Option<String>)>, Fault> {
    let now = visit.app.house.clock.now();
    for (order, had, key, at) in newest(visit, me).await? {
        let open = visit.seen(&order).stand == Stand::Reserved && !handed_any(&order);
        let same = had.len() == lines.len() && lines.iter().all(|line| had.contains(line));
        if open && same && now.0.saturating_sub(at) < JUST_NOW {
            return Ok(Some((order.no.0, key)));
        }
    }
    Ok(None)
}

/// The order that was placed under a key, with what it is of.
pub(crate) async fn ordered_under(
    visit: &Visit,
    me: &SignedResident,
    key: &str,
) -> Result<Option<(u32, Basket)>, Fault> {
    let mut all = newest(visit, me).await?.into_iter();
    let found = all.find(|(_, _, known, _)| known.as_deref() == Some(key));
    Ok(found.map(|(order, lines, ..)| (order.no.0, lines)))
}

/// An order, what it is of, the key it was placed under, and when.
type Placed = (Order, Basket, Option<String>, i64);

/// The newest orders of a resident.
async fn newest(visit: &Visit, me: &SignedResident) -> Result<Vec<Placed>, Fault> {
    let store = &visit.app.house.store;
    let orders = store
        .orders_of_resident(&visit.code, me.resident, NEWEST)
        .await?;
    let frame = store.frame(&visit.code).await?;
    let items = frame.map(|frame| frame.items).unwrap_or_default();
    let mut all = Vec::new();
    for order in orders {
        let Some(stored) = store.entry(&visit.code, order.entry).await? else {
            continue;
        };
        let receipt = rongyi_clerk::receipt(&stored)?;
        let Some(placed) = receipt.records.first().and_then(Record::envelope) else {
            continue;
        };
        let line = |line: &OrderLine| {
            let item = items.iter().find(|item| item.no == line.item)?;
            Some(OrderLine::new(item.code.clone(), line.quantity))
        };
        let lines = order
            .lines
            .iter()
            .filter_map(|(one, _)| line(one))
            .collect();
        let key = placed.key.as_ref().map(|key| key.text.clone());
        all.push((order, lines, key, placed.at.0));
    }
    Ok(all)
}

fn handed_any(order: &Order) -> bool {
    order.handed.iter().any(|pieces| *pieces > 0)
}
