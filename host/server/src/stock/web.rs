//! The pages of the stock: the list of goods, one item with its book, and what is booked there. What comes of a form is
//! decided by the book; a form that it refuses is shown again as it was sent.

mod forms;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use rongyi_core::book::Frame;
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_core::record::Item;
use rongyi_pages::{
    FieldError, GoodsLine, GoodsMove, GoodsRow, NewItemTyped, StockItemView, StockTyped, StockView,
};
use serde::Deserialize;

use crate::access::random;
use crate::door::Act;
use crate::door::asked::{Path, Seq, Typed};
use crate::door::fault::Fault;
use crate::door::sheet::Csv;
use crate::door::visit::{Html, OnDuty, Visit, day};
use crate::ledger::explain;
use crate::redemption::shop::{category, code_of, photo_path};
use crate::stock::goods::{self, Goods, GoodsStep};
use crate::stock::prices::{self, Price, PriceTag};

pub(crate) use forms::{add_item, book_count, lose_goods, put_on_shelf, receive_goods};

/// The shelves that everybody knows.
const SHELVES: [&str; 8] = [
    "grain",
    "daily",
    "service",
    "green",
    "drink",
    "book",
    "appliance",
    "fund",
];

/// A form and its idempotency key: a form that was wrong booked nothing, the next one is another try.
fn fresh_key() -> String {
    hex(&random::<16>())
}

pub(super) async fn frame(visit: &Visit) -> Result<Arc<Frame>, Fault> {
    let frame = visit.app.house.store.frame(&visit.code).await?;
    frame.map(Arc::new).ok_or_else(Fault::not_found)
}

/// The item of an address.
pub(super) fn item_of(frame: &Frame, code: &str) -> Result<Item, Fault> {
    let code: Code = code_of(code)?;
    let item = frame.items.iter().find(|item| item.code == code);
    item.cloned().ok_or_else(Fault::not_found)
}

/// What the rule says of an item, beside the points.
fn notes(visit: &Visit, frame: &Frame, tag: &PriceTag) -> Vec<String> {
    match &tag.price {
        Price::Points(_, lines) => {
            let notes = lines.iter().filter(|line| line.amount.is_none());
            notes
                .map(|line| explain::line(&tag.plan, Some(frame), line, visit.tongue()))
                .collect()
        }
        Price::Refused(refusal) => vec![explain::refusal(
            &tag.plan,
            Some(frame),
            refusal,
            visit.tongue(),
        )],
        Price::Unknown => Vec::new(),
    }
}

fn points(price: &Price) -> Option<i64> {
    match price {
        Price::Points(points, _) => Some(*points),
        Price::Refused(_) | Price::Unknown => None,
    }
}

async fn rows(
    visit: &Visit,
    frame: &Arc<Frame>,
    goods: Vec<Goods>,
) -> Result<Vec<GoodsRow>, Fault> {
    let house = &visit.app.house;
    let today = visit.today();
    let items = goods.iter().map(|goods| goods.item.clone()).collect();
    let tags = prices::ask(house, frame, items, today).await?;
    let mut rows = Vec::new();
    for (goods, tag) in goods.iter().zip(&tags) {
        let first = today.month_start();
        let handed = goods::handed_since(&house.store, &visit.code, &goods.item, first).await?;
        let next = tag.next.iter();
        rows.push(GoodsRow {
            item: goods.item.code.to_string(),
            title: visit.say(&goods.item.title),
            shelf: goods.shelf,
            reserved: goods.reserved,
            handed,
            price: points(&tag.price),
            notes: notes(visit, frame, tag),
            since: tag.since.map(day),
            next: next
                .map(|(from, price)| (day(*from), points(price)))
                .collect(),
            low: goods.low,
            active: goods.item.active,
        });
    }
    Ok(rows)
}

/// Which goods.
#[derive(Debug, Deserialize)]
pub(crate) struct StockQuery {
    #[serde(default)]
    show: String,
}

/// `GET /{community}/stock`; with `?show=low` what is low.
pub(crate) async fn list_stock(
    OnDuty { visit, .. }: OnDuty,
    Typed(query): Typed<StockQuery>,
) -> Result<Response, Fault> {
    let only_low = query.show == "low";
    let view = listed(&visit, only_low, (NewItemTyped::default(), Vec::new()));
    Ok(Html(view.await?).into_response())
}

/// The list, with what was typed for a new item and what was wrong with it.
async fn listed(
    visit: &Visit,
    only_low: bool,
    (typed, errors): (NewItemTyped, Vec<FieldError>),
) -> Result<StockView, Fault> {
    let frame = frame(visit).await?;
    let store = &visit.app.house.store;
    let mut goods = goods::list(store, &frame, &visit.shop).await?;
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let all = count(goods.len());
    let low = count(goods.iter().filter(|goods| goods.low).count());
    if only_low {
        goods.retain(|goods| goods.low);
    }
    let mut categories: Vec<Code> = SHELVES
        .iter()
        .filter_map(|code| code.parse().ok())
        .collect();
    categories.extend(frame.items.iter().map(|item| item.category.clone()));
    categories.sort();
    categories.dedup();
    let named = categories
        .iter()
        .map(|code| (code.to_string(), category(visit, code)));
    Ok(StockView {
        rows: rows(visit, &frame, goods).await?,
        all,
        low,
        only_low,
        categories: named.collect(),
        typed,
        errors,
        key: fresh_key(),
        shell: visit.shell(),
    })
}

/// Which lines, and what was just booked.
#[derive(Debug, Deserialize)]
pub(crate) struct ItemQuery {
    before: Option<Seq>,
    done: Option<Seq>,
}

/// `GET /{community}/stock/{item}`.
pub(crate) async fn show_stock_item(
    duty: OnDuty,
    Path((_, item)): Path<(String, String)>,
    Typed(query): Typed<ItemQuery>,
) -> Result<Response, Fault> {
    let before = query.before.map(|Seq(seq)| seq);
    let view = StockItemView {
        done: query.done.map(|Seq(seq)| seq),
        ..shown_item(&duty, &item, before).await?
    };
    Ok(Html(view).into_response())
}

/// An item's page as it is before anything is typed.
pub(super) async fn shown_item(
    duty: &OnDuty,
    item: &str,
    before: Option<u64>,
) -> Result<StockItemView, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let frame = frame(visit).await?;
    let item = item_of(&frame, item)?;
    let mut goods = goods::list(store, &frame, &visit.shop).await?;
    goods.retain(|goods| goods.item.no == item.no);
    let rows = rows(visit, &frame, goods).await?;
    let row = rows.into_iter().next().ok_or_else(Fault::not_found)?;
    let page = goods::book(store, &visit.code, &item, before).await?;
    let may_undo = duty.may(Act::Reverse);
    let mut lines = Vec::new();
    for line in page.lines {
        let of_goods = matches!(line.doing, GoodsStep::Received | GoodsStep::Missed);
        lines.push(GoodsLine {
            seq: line.seq,
            entry: line.entry,
            at: visit.moment(line.at),
            what: told(line.doing),
            order: line.order.map(|no| u64::from(no.0)),
            by: who(visit, &line).await,
            text: line.text.unwrap_or_default(),
            shelf: line.shelf,
            reserved: line.reserved,
            shelf_after: line.shelf_after,
            reserved_after: line.reserved_after,
            undo: may_undo && of_goods,
        });
    }
    Ok(StockItemView {
        row,
        lines,
        before: page.before,
        further: before.is_some(),
        typed: StockTyped::default(),
        open: None,
        errors: Vec::new(),
        count: None,
        key: fresh_key(),
        done: None,
        today: visit.today().to_string(),
        photo: photo(visit, &item.code).await?,
        waiting: waiting(visit, &item.code).await?,
        shell: visit.shell(),
    })
}

/// Where the photo of an item is.
async fn photo(visit: &Visit, item: &Code) -> Result<Option<String>, Fault> {
    let all = visit.app.house.store.item_photos(&visit.code).await?;
    let found = all.into_iter().find(|(code, _)| code == item);
    Ok(found.map(|(_, digest)| photo_path(visit, item, &hex(&digest))))
}

/// How many wait for an item.
async fn waiting(visit: &Visit, item: &Code) -> Result<i64, Fault> {
    let all = visit.app.house.store.wishes(&visit.code).await?;
    let found = all.into_iter().find(|(code, _)| code == item);
    Ok(found.map_or(0, |(_, count)| i64::try_from(count).unwrap_or(i64::MAX)))
}

/// Who booked a line. Whose order it was is no business of the book of goods.
async fn who(visit: &Visit, line: &goods::BookLine) -> String {
    match line.doing {
        GoodsStep::Kept | GoodsStep::GivenBack => String::new(),
        GoodsStep::Received | GoodsStep::Missed | GoodsStep::HandedOver | GoodsStep::TakenBack => {
            visit.actor(&line.by).await
        }
    }
}

fn told(doing: GoodsStep) -> GoodsMove {
    match doing {
        GoodsStep::Received => GoodsMove::Received,
        GoodsStep::Missed => GoodsMove::Missed,
        GoodsStep::Kept => GoodsMove::Kept,
        GoodsStep::HandedOver => GoodsMove::HandedOver,
        GoodsStep::GivenBack => GoodsMove::GivenBack,
        GoodsStep::TakenBack => GoodsMove::TakenBack,
    }
}

/// `GET /{community}/stock/{item}/book.csv`: all of an item's book, the oldest line first.
pub(crate) async fn get_stock_book(
    OnDuty { visit, .. }: OnDuty,
    Path((_, item)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let frame = frame(&visit).await?;
    let item = item_of(&frame, &item)?;
    let store = &visit.app.house.store;
    let (lines, whole) = goods::whole_book(store, &visit.code, &item).await?;
    let mut sheet = Csv::new([
        "date", "entry", "what", "order", "shelf", "reserved", "on_shelf", "kept", "by", "text",
    ]);
    if !whole {
        sheet.line(["…", "", "", "", "", "", "", "", "", ""]);
    }
    for line in &lines {
        let order = line.order.map(|no| no.to_string()).unwrap_or_default();
        sheet.line([
            line.on.to_string(),
            line.entry.to_string(),
            line.doing.word().to_owned(),
            order,
            line.shelf.to_string(),
            line.reserved.to_string(),
            line.shelf_after.to_string(),
            line.reserved_after.to_string(),
            who(&visit, line).await,
            line.text.clone().unwrap_or_default(),
        ]);
    }
    Ok(sheet.answer(&format!("{}-{}.csv", visit.code, item.no)))
}
