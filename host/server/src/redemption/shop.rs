//! The shop as a resident sees it: shelf, item, and the check before an order. Prices and reasons come from the
//! community's rule through `redemption`; this module only shows them.

use crate::ledger::titles::asset_title;
use axum::response::{IntoResponse, Response};
use rongyi_core::book::{Frame, Offer, Order, Stand};
use rongyi_core::chain::hex;
use rongyi_core::command::Rejection;
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::record::{Item, OrderLine, Record};
use rongyi_core::rule::{Arg, Line, Refusal};
use rongyi_core::time::LocalDate;
use rongyi_pages::{Blocked, ConfirmView, Draw, Filter, ItemView, Picture, ShopView, Stock, Tile};
use serde::Deserialize;

use crate::access::{SignedResident, random};
use crate::door::asked::{Path, Pieces, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, Visit, day, go};
use crate::ledger::explain;
use crate::redemption::whose::Merchants;
use crate::redemption::{self, Priced, Shopfront, Wallet, total};

/// For how long the same order once more is asked about, in µs.
const JUST_NOW: i64 = 30 * 60 * 1_000_000;
/// Fewer pieces than this are counted out.
const FEW: i64 = 10;
/// Pieces of one item in one order from the pages.
pub(crate) const PIECES_MAX: i32 = Pieces::MAX;

pub(crate) fn fresh_key() -> String {
    hex(&random::<16>())
}

fn stock(left: i64) -> Stock {
    match left {
        ..=0 => Stock::Gone,
        1..FEW => Stock::Few(left),
        _ => Stock::Plenty,
    }
}

fn refused(visit: &Visit, front: &Shopfront, refusal: &Refusal) -> Blocked {
    let plain = Refusal {
        opens: None,
        ..refusal.clone()
    };
    let sentence = explain::refusal(&front.plan, Some(&front.frame), &plain, visit.tongue());
    Blocked::Refused {
        sentence,
        opens_again: refusal.opens.map(day),
    }
}

/// An item as a tile, with the answer for one basket of it.
pub(crate) fn tile(
    visit: &Visit,
    front: &Shopfront,
    item: &Item,
    pieces: i32,
    priced: Option<&Priced>,
) -> Tile {
    let left = front.left(&item.code);
    let spendable = front.wallet.points.spendable(visit.today());
    let (price, blocked) = match priced {
        None => (None, None),
        Some(Err(rejection)) => {
            let sentence = visit.say(&rejection.text());
            (
                None,
                Some(Blocked::Refused {
                    sentence,
                    opens_again: None,
                }),
            )
        }
        Some(Ok(offer)) => {
            let sum = offer.quote.as_ref().map(total);
            let blocked = offer
                .refusal
                .as_ref()
                .map(|no| match (no.code.as_str(), sum) {
                    ("stock.out", Some(_)) => Blocked::Gone,
                    ("balance.short", Some(sum)) => {
                        Blocked::Short(needed(no).unwrap_or(sum).saturating_sub(spendable))
                    }
                    _ => refused(visit, front, no),
                });
            (sum.map(|sum| sum / i64::from(pieces.max(1))), blocked)
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

/// How many points of one's own a refusal for want of them asks for.
fn needed(refusal: &Refusal) -> Option<i64> {
    match refusal.args.first()? {
        Arg::Integer(own) => Some(i64::from(*own)),
        Arg::Decimal(_) | Arg::Day(_) | Arg::Code(_) => None,
    }
}

/// What of a price is paid in one's own points.
pub(crate) fn own_part(offer: &Offer, sum: i64) -> i64 {
    let paid = offer.paid();
    let own = paid.iter().find(|(asset, _)| *asset == AssetNo::POINTS);
    match paid.as_slice() {
        [] => sum,
        _ => own.map_or(0, |(_, points)| *points),
    }
}

/// In which kinds of points something is paid, where it is more than one.
pub(crate) fn paid_with(visit: &Visit, paid: &[(AssetNo, i64)]) -> Option<String> {
    if paid.is_empty() {
        return None;
    }
    let own = paid.iter().find(|(asset, _)| *asset == AssetNo::POINTS);
    let own = own.map_or(0, |(_, points)| *points);
    let rest = paid.iter().filter(|(asset, _)| *asset != AssetNo::POINTS);
    let rest: Vec<(String, i64)> = rest
        .map(|(asset, points)| (asset_title(visit, *asset), *points))
        .collect();
    let zh: Vec<String> = rest
        .iter()
        .map(|(title, points)| format!("{title} {points} 分"))
        .collect();
    let en: Vec<String> = rest
        .iter()
        .map(|(title, points)| format!("{points} {title}"))
        .collect();
    Some(visit.either(
        &format!("用自己的 {own} 分，{}", zh.join("，")),
        &format!("Paid with {own} points of your own and {}", en.join(", ")),
    ))
}

fn picture(item: &Item) -> Picture {
    let drawn = Picture::for_item(item.icon.as_str());
    if drawn == Picture::Gift {
        Picture::for_item(item.code.as_str())
    } else {
        drawn
    }
}

/// Which part of the shelf.
#[derive(Debug, Deserialize)]
pub(crate) struct ShopQuery {
    show: Option<String>,
}

/// `GET /{community}/shop`.
pub(crate) async fn list_shop(
    Member { visit, me }: Member,
    Typed(query): Typed<ShopQuery>,
) -> Result<Response, Fault> {
    let each = |frame: &Frame| {
        let offered = frame.items.iter().filter(|item| item.active);
        offered
            .map(|item| vec![OrderLine::new(item.code.clone(), 1)])
            .collect()
    };
    let front = redemption::quotes(&visit.app.house, &visit.code, me.resident, each).await?;
    let offered: Vec<&Item> = front
        .frame
        .items
        .iter()
        .filter(|item| item.active)
        .collect();
    let merchants = Merchants::of(&visit.app.house.store, &visit.code).await?;
    let show = query.show.unwrap_or_else(|| "all".to_owned());
    let both = offered
        .iter()
        .zip(&front.priced)
        .map(|(item, priced)| (item, tile(&visit, &front, item, 1, Some(priced))));
    let mut tiles: Vec<Tile> = both
        .filter(|(item, tile)| match show.as_str() {
            "all" => true,
            "affordable" => tile.blocked.is_none(),
            category => item.category.as_str() == category,
        })
        .map(|(_, tile)| tile)
        .collect();
    tiles.sort_by_key(|tile| (tile.blocked.is_some(), tile.price));
    let mut filters: Vec<Filter> = ["affordable", "all"]
        .map(|tag| Filter {
            tag: tag.to_owned(),
            label: String::new(),
        })
        .into();
    let mut categories: Vec<&Code> = offered.iter().map(|item| &item.category).collect();
    categories.sort();
    categories.dedup();
    filters.extend(categories.into_iter().map(|code| {
        Filter {
            tag: code.to_string(),
            label: merchants
                .find(code)
                .map_or_else(|| category(&visit, code), |one| visit.say(&one.title)),
        }
    }));
    let balance = front.wallet.points.spendable(visit.today());
    Ok(Html(ShopView {
        shell: visit.shell(),
        balance,
        show,
        filters,
        tiles,
    })
    .into_response())
}

/// Where an item is picked up, and when: at the merchant whose it is, or in the community's shop.
pub(crate) async fn pick_up(visit: &Visit, item: &Code) -> Result<(String, String), Fault> {
    let merchants = Merchants::of(&visit.app.house.store, &visit.code).await?;
    Ok(match merchants.of_item(item) {
        Some(one) => {
            let parts = [visit.say(&one.title), one.place.clone(), one.phone.clone()];
            let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            (parts.join(&visit.either("，", ", ")), String::new())
        }
        None => (visit.say(&visit.shop.place), visit.say(&visit.shop.hours)),
    })
}

/// The same of what was ordered.
pub(crate) async fn pick_up_of(
    visit: &Visit,
    frame: &Frame,
    order: &Order,
) -> Result<(String, String), Fault> {
    let first = order.lines.first().map(|(line, _)| line.item);
    let item = frame.items.iter().find(|item| Some(item.no) == first);
    match item {
        Some(item) => pick_up(visit, &item.code).await,
        None => Ok((visit.say(&visit.shop.place), visit.say(&visit.shop.hours))),
    }
}

/// What a shelf is called. Codes outside this list show as they are written.
pub(crate) fn category(visit: &Visit, code: &Code) -> String {
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
pub(crate) struct QuantityQuery {
    quantity: Option<Pieces>,
}

impl QuantityQuery {
    fn pieces(&self) -> i32 {
        self.quantity.map_or(1, |Pieces(pieces)| pieces)
    }
}

pub(crate) fn code_of(item: &str) -> Result<Code, Fault> {
    item.parse().map_err(|_| Fault::not_found())
}

pub(crate) async fn front_of(
    visit: &Visit,
    me: &SignedResident,
    code: &Code,
    pieces: &[i32],
) -> Result<Shopfront, Fault> {
    let baskets: Vec<_> = pieces
        .iter()
        .map(|pieces| vec![OrderLine::new(code.clone(), *pieces)])
        .collect();
    let front = redemption::quotes(&visit.app.house, &visit.code, me.resident, |_| {
        baskets.clone()
    })
    .await?;
    if front.item(code).is_none() {
        return Err(Rejection::ItemUnknown { item: code.clone() }.into());
    }
    Ok(front)
}

pub(crate) fn said(visit: &Visit, front: &Shopfront, lines: &[Line]) -> Vec<String> {
    let notes = lines.iter().filter(|line| line.amount.is_none());
    notes
        .map(|line| explain::line(&front.plan, Some(&front.frame), line, visit.tongue()))
        .collect()
}

/// `GET /{community}/shop/{item}`.
pub(crate) async fn show_item(
    Member { visit, me }: Member,
    Path((_, item)): Path<(String, String)>,
    Typed(query): Typed<QuantityQuery>,
) -> Result<Response, Fault> {
    let (code, pieces) = (code_of(&item)?, query.pieces());
    let choices: Vec<i32> = (1..=PIECES_MAX).collect();
    let front = front_of(&visit, &me, &code, &choices).await?;
    let item = front.item(&code).ok_or_else(Fault::not_found)?;
    let at = |pieces: i32| {
        front
            .priced
            .get(usize::try_from(pieces.saturating_sub(1)).unwrap_or(0))
    };
    let one = tile(&visit, &front, item, 1, at(1));
    let chosen = tile(&visit, &front, item, pieces, at(pieces));
    let quote = at(pieces).and_then(|priced| priced.as_ref().ok()?.quote.as_ref());
    // Only what can be had is offered: up to the first number that the rule, the shelf or the purse does not allow.
    let can = |pieces: &i32| {
        tile(&visit, &front, item, *pieces, at(*pieces))
            .blocked
            .is_none()
    };
    let most = choices.into_iter().take_while(can).last().unwrap_or(1);
    let (place, hours) = pick_up(&visit, &code).await?;
    let view = ItemView {
        tile: Tile {
            price: one.price,
            blocked: chosen.blocked,
            ..one
        },
        description: String::new(),
        limits: at(pieces)
            .and_then(|priced| priced.as_ref().ok())
            .map(|offer| {
                let lines = offer.quote.as_ref().map_or(&[][..], |quote| &quote.lines);
                let mut limits = said(&visit, &front, lines);
                limits.splice(0..0, paid_with(&visit, &offer.paid()));
                limits
            })
            .unwrap_or_default(),
        place,
        hours,
        quantity: i64::from(pieces),
        quantity_max: i64::from(most),
        total: quote.map(total),
        balance: front.wallet.points.spendable(visit.today()),
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// `GET /{community}/shop/{item}/confirm`.
pub(crate) async fn show_confirm(
    Member { visit, me }: Member,
    Path((_, item)): Path<(String, String)>,
    Typed(query): Typed<QuantityQuery>,
) -> Result<Response, Fault> {
    confirm(&visit, &me, &code_of(&item)?, query.pieces(), None).await
}

pub(crate) async fn confirm(
    visit: &Visit,
    me: &SignedResident,
    code: &Code,
    pieces: i32,
    price_was: Option<i64>,
) -> Result<Response, Fault> {
    let front = front_of(visit, me, code, &[pieces]).await?;
    let item = front.item(code).ok_or_else(Fault::not_found)?;
    let one = tile(visit, &front, item, pieces, front.priced.first());
    let quote = front
        .priced
        .first()
        .and_then(|priced| priced.as_ref().ok()?.quote.as_ref());
    // What can't be had has its reason on the item's own page.
    let (Some(quote), None) = (quote, &one.blocked) else {
        return Ok(go(&visit.path(&format!("/shop/{code}?quantity={pieces}"))));
    };
    let sum = total(quote);
    let today = visit.today();
    let hold_days = front
        .frame
        .settings
        .as_ref()
        .map_or(0, |settings| settings.order_hold_days);
    let offer = front.priced.first().and_then(|priced| priced.as_ref().ok());
    let own = offer.map_or(sum, |offer| own_part(offer, sum));
    let until = today.plus_days(i32::from(hold_days));
    let beside_late = offer.map_or(0, |offer| beside_lapsing(offer, until));
    let (place, hours) = pick_up(visit, code).await?;
    let view = ConfirmView {
        own,
        paid_with: offer
            .and_then(|offer| paid_with(visit, &offer.paid()))
            .unwrap_or_default(),
        key: fresh_key(),
        item: code.to_string(),
        title: one.title,
        picture: one.picture,
        quantity: i64::from(pieces),
        total: sum,
        balance: front.wallet.points.spendable(today),
        place,
        hours,
        until: day(until),
        limits: said(visit, &front, &quote.lines),
        late_lapsed: late_lapsed(&front.wallet, own, (today, until)).saturating_add(beside_late),
        again: just_ordered(visit, me, code, pieces)
            .await?
            .map(|(no, _)| u64::from(no)),
        draws: draws(&front.wallet, own, today),
        price_was,
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
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

/// The order of the very same thing that this resident placed a moment ago and has not picked up, with the key it was
/// placed under.
pub(crate) async fn just_ordered(
    visit: &Visit,
    me: &SignedResident,
    item: &rongyi_core::ids::Code,
    quantity: i32,
) -> Result<Option<(u32, Option<String>)>, Fault> {
    let store = &visit.app.house.store;
    let now = visit.app.house.clock.now();
    for order in store
        .orders_of_resident(&visit.code, me.resident, 5)
        .await?
    {
        let [(line, _)] = order.lines.as_slice() else {
            continue;
        };
        let open = visit.seen(&order).stand == Stand::Reserved && !handed_any(&order);
        if !open || line.quantity != quantity {
            continue;
        }
        let Some(stored) = store.entry(&visit.code, order.entry).await? else {
            continue;
        };
        let receipt = rongyi_clerk::receipt(&stored)?;
        let Some(placed) = receipt.records.first().and_then(Record::envelope) else {
            continue;
        };
        let frame = store.frame(&visit.code).await?;
        let items = frame.map(|frame| frame.items).unwrap_or_default();
        let same = items
            .iter()
            .any(|listed| listed.no == line.item && listed.code == *item);
        if same && now.0.saturating_sub(placed.at.0) < JUST_NOW {
            let key = placed.key.as_ref().map(|key| key.text.clone());
            return Ok(Some((order.no.0, key)));
        }
    }
    Ok(None)
}

fn handed_any(order: &Order) -> bool {
    order.handed.iter().any(|pieces| *pieces > 0)
}
