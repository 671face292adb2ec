//! The shop as a resident sees it: shelf, item, and the check before an order. Prices and reasons come from the
//! community's rule through `redemption`; this module only shows them.

use crate::ledger::titles::asset_title;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rongyi_core::book::{Frame, Offer, Order};
use rongyi_core::command::Rejection;
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::record::{Item, OrderLine};
use rongyi_core::rule::{Arg, Line, Refusal};
use rongyi_core::typed;
use rongyi_pages::{BasketBar, Blocked, Filter, ItemView, Picture, ShopView, Stock, Tile};
use serde::Deserialize;

use super::basket::{Kept, PIECES_MAX};
use super::wishes;
use crate::access::SignedResident;
use crate::door::asked::{Path, Pieces, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{BASKET, Html, Member, Visit, day, go, own_path};
use crate::ledger::explain;
use crate::redemption::whose::Merchants;
use crate::redemption::{self, Basket, Priced, Shopfront, total};

/// Fewer pieces than this are counted out.
const FEW: i64 = 10;
/// The shelf of what is given away.
const FUND: &str = "fund";
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

/// What a basket costs, and why it can't be had; `left` pieces of its item are there, where it is of one.
pub(crate) fn blocked(
    visit: &Visit,
    front: &Shopfront,
    priced: Option<&Priced>,
    left: Option<i64>,
) -> (Option<i64>, Option<Blocked>) {
    let spendable = front.wallet.points.spendable(visit.today());
    match priced {
        None => (None, None),
        Some(Err(rejection)) => {
            let sentence = visit.say(&rejection.text());
            let refused = Blocked::Refused {
                sentence,
                opens_again: None,
            };
            (None, Some(refused))
        }
        Some(Ok(offer)) => {
            let sum = offer.quote.as_ref().map(total);
            let blocked = offer
                .refusal
                .as_ref()
                .map(|no| match (no.code.as_str(), sum, left) {
                    ("stock.out", Some(_), Some(left)) if left > 0 => Blocked::Fewer(left),
                    ("stock.out", Some(_), Some(_)) => Blocked::Gone,
                    ("balance.short", Some(sum), _) => {
                        Blocked::Short(needed(no).unwrap_or(sum).saturating_sub(spendable))
                    }
                    _ => refused(visit, front, no),
                });
            (sum, blocked)
        }
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
    let (sum, blocked) = blocked(visit, front, priced, Some(left));
    Tile {
        item: item.code.to_string(),
        title: visit.say(&item.title),
        picture: picture(item),
        photo: front
            .photos
            .get(&item.code)
            .map(|digest| photo_path(visit, &item.code, digest)),
        pieces: 0,
        price: sum.map(|sum| sum / i64::from(pieces.max(1))),
        value_fen: (item.value_fen > 0).then_some(i64::from(item.value_fen)),
        stock: stock(left),
        blocked,
    }
}

/// Where a photo of an item is: under its digest, so that another photo has another address.
pub(crate) fn photo_path(visit: &Visit, item: &Code, digest: &str) -> String {
    let item = item.as_str().replace('/', "%2F");
    visit.path(&format!("/goods/{item}/{digest}"))
}

/// Every item that is offered, with what one of it costs this resident.
pub(crate) async fn spare_tiles(
    visit: &Visit,
    me: &SignedResident,
) -> Result<Vec<(Item, Tile)>, Fault> {
    let front = redemption::quotes(&visit.app.house, &visit.code, me.resident, each).await?;
    let offered = front.frame.items.iter().filter(|item| item.active);
    let tiles = offered
        .zip(&front.priced)
        .map(|(item, priced)| (item.clone(), tile(visit, &front, item, 1, Some(priced))));
    Ok(tiles.collect())
}

/// A basket for each item that is offered.
pub(crate) fn each(frame: &Frame) -> Vec<Basket> {
    let offered = frame.items.iter().filter(|item| item.active);
    offered
        .map(|item| vec![OrderLine::new(item.code.clone(), 1)])
        .collect()
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

/// The drawing of an item: by its icon, its code, or at least its shelf.
fn picture(item: &Item) -> Picture {
    let by_shelf = match item.category.as_str() {
        "grain" | "food" => Picture::Rice,
        "daily" | "household" => Picture::Soap,
        "service" => Picture::Repair,
        "green" => Picture::Seedling,
        "drink" => Picture::Cup,
        "book" | "study" => Picture::Book,
        "appliance" | "home" => Picture::Cooker,
        "fund" => Picture::Donation,
        _ => Picture::Gift,
    };
    let drawn = [item.icon.as_str(), item.code.as_str()].map(Picture::for_item);
    let known = drawn.into_iter().find(|drawn| *drawn != Picture::Gift);
    known.unwrap_or(by_shelf)
}

/// Which part of the shelf.
#[derive(Debug, Deserialize)]
pub(crate) struct ShopQuery {
    show: Option<String>,
}

/// The filters over the shelf: what one can have, all, then the shelves, giving last.
fn filters(visit: &Visit, offered: &[Item], merchants: &Merchants) -> Vec<Filter> {
    let fixed = ["affordable", "all"].map(|tag| Filter {
        tag: tag.to_owned(),
        label: String::new(),
    });
    let mut categories: Vec<&Code> = offered.iter().map(|item| &item.category).collect();
    categories.sort_by_key(|code| (code.as_str() == FUND, code.as_str()));
    categories.dedup();
    let label = |code: &Code| match merchants.find(code) {
        Some(one) => visit.say(&one.title),
        None if code.as_str() == FUND => visit.either("捐给微基金", "Give to the fund"),
        None => category(visit, code),
    };
    let shelves = categories.into_iter().map(|code| Filter {
        tag: code.to_string(),
        label: label(code),
    });
    fixed.into_iter().chain(shelves).collect()
}

/// `GET /{community}/shop`.
pub(crate) async fn list_shop(
    Member { visit, me }: Member,
    headers: HeaderMap,
    Typed(query): Typed<ShopQuery>,
) -> Result<Response, Fault> {
    let kept = Kept::of(&headers, &me);
    let store = &visit.app.house.store;
    let wanted = |frame: &Frame| {
        let mut all = each(frame);
        all.extend((!kept.lines.is_empty()).then(|| kept.lines.clone()));
        all
    };
    let front = redemption::quotes(&visit.app.house, &visit.code, me.resident, wanted).await?;
    let offered: Vec<Item> = front
        .frame
        .items
        .iter()
        .filter(|item| item.active)
        .cloned()
        .collect();
    let merchants = Merchants::of(store, &visit.code).await?;
    let show = query.show.unwrap_or_else(|| "all".to_owned());
    let both = offered.iter().zip(&front.priced).map(|(item, priced)| {
        let mut tile = tile(&visit, &front, item, 1, Some(priced));
        tile.pieces = i64::from(kept.pieces(&item.code));
        (item, tile)
    });
    let mut tiles: Vec<Tile> = both
        .filter(|(item, tile)| match show.as_str() {
            "all" => true,
            "affordable" => tile.blocked.is_none(),
            category => item.category.as_str() == category,
        })
        .map(|(_, tile)| tile)
        .collect();
    tiles.sort_by_key(|tile| (tile.blocked.is_some(), tile.price));
    let balance = front.wallet.points.spendable(visit.today());
    Ok(Html(ShopView {
        filters: filters(&visit, &offered, &merchants),
        balance,
        show,
        tiles,
        basket: bar(&visit, &front, &kept, offered.len()),
        arrived: wishes::arrived(&visit, &me, &front.frame).await?,
        shell: visit.shell(),
    })
    .into_response())
}

/// What stands at the foot of the shelf; the basket was priced after the items.
fn bar(visit: &Visit, front: &Shopfront, kept: &Kept, after: usize) -> Option<BasketBar> {
    if kept.lines.is_empty() {
        return None;
    }
    let (total, why) = blocked(visit, front, front.priced.get(after), None);
    let pieces = kept.lines.iter().map(|line| i64::from(line.quantity));
    Some(BasketBar {
        pieces: pieces.sum(),
        total,
        blocked: why.map(|why| why.sentence(&visit.shell())),
    })
}

/// `POST /{community}/basket`: so many of an item from now on, or of several; the same tap twice changes nothing.
pub(crate) async fn change_basket(
    Member { visit, me }: Member,
    headers: HeaderMap,
    sent: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let mut kept = Kept::of(&headers, &me);
    let frame = visit.app.house.store.frame(&visit.code).await?;
    let items = frame.map(|frame| frame.items).unwrap_or_default();
    let (mut back, mut last) = (String::new(), None);
    let mut not = None;
    for (name, value) in sent.form().await? {
        match name.as_str() {
            "back" => back = value,
            "item" => {
                let code = code_of(&value)?;
                if !items.iter().any(|item| item.code == code) {
                    return Err(Rejection::ItemUnknown { item: code }.into());
                }
                last = Some(code);
            }
            "pieces" => {
                let code = last.as_ref().ok_or_else(Fault::malformed)?;
                let pieces = typed::number(&value).and_then(|number| i32::try_from(number).ok());
                not = not.or(kept.put(code, pieces.unwrap_or(-1)).err());
            }
            _ => {}
        }
    }
    let item = last.ok_or_else(Fault::malformed)?;
    let inside = own_path(&back).filter(|path| path.starts_with("/shop") || *path == BASKET);
    let way = match (not, inside) {
        (Some(not), _) => format!("{BASKET}?news={}", not.word()),
        (None, Some(path)) if path.starts_with("/shop?") => format!("{path}#item-{item}"),
        (None, Some(path)) => path.to_owned(),
        (None, None) => BASKET.to_owned(),
    };
    Ok(kept.keep(&visit, go(&visit.path(&way))))
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
    pub(crate) fn pieces(&self) -> i32 {
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
    let gone = chosen.blocked.as_ref().is_some_and(Blocked::is_gone);
    let wish = if gone {
        Some(wishes::of(&visit, &me, &code).await?)
    } else {
        None
    };
    let view = ItemView {
        wish,
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
