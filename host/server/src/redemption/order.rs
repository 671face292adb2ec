//! Orders as a resident places, shows and cancels them. The ledger decides; a refusal becomes a page with its
//! reason and a way on.

use axum::Form;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rongyi_clerk::ClerkError;
use rongyi_core::amount::Amount;
use rongyi_core::book::{Frame, Order, Stand};
use rongyi_core::command::Rejection;
use rongyi_core::ids::OrderNo;
use rongyi_core::record::{self, Record};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_pages::{News, OrderLine, OrderState, OrderView, OrdersView};
use serde::Deserialize;

use super::basket::{Kept, fresh_key};
use super::check::{Told, check, just_ordered, ordered_under};
use super::shop::{code_of, paid_with, pick_up_of};
use crate::access::SignedResident;
use crate::door::Actor;
use crate::door::asked::{No, Path, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, Visit, day, go};
use crate::ledger::titles::{goods, handed_lines, item_title, order_lines, rest_lines};
use crate::ledger::wallets::at_hand;
use crate::ledger::web::orders_of;
use crate::redemption::whose::Merchants;
use crate::redemption::{self, Basket, Wanted, belongs, till};

/// What the check page sends: `item` and `quantity` for each line, in the order of the form.
pub(crate) struct Sent {
    /// The idempotency key.
    pub(crate) key: String,
    /// What, line by line.
    pub(crate) basket: Basket,
    /// The total that was seen.
    pub(crate) total: i64,
    /// The same order, placed a moment ago: it is meant once more.
    pub(crate) again: Option<u32>,
}

impl Sent {
    /// Reads a form.
    ///
    /// # Errors
    /// `body.malformed` where something is missing or is no number.
    pub(crate) fn of(fields: Vec<(String, String)>) -> Result<Sent, Fault> {
        let (mut key, mut total, mut again) = (None, None, None);
        let (mut basket, mut item) = (Basket::new(), None);
        for (name, value) in fields {
            match name.as_str() {
                "key" => key = Some(value),
                "total" => total = value.parse().ok(),
                "again" => again = value.parse().ok(),
                "item" => item = Some(code_of(&value)?),
                "quantity" => {
                    let code = item.take().ok_or_else(Fault::malformed)?;
                    let pieces = value.parse().map_err(|_| Fault::malformed())?;
                    basket.push(record::OrderLine::new(code, pieces));
                }
                _ => {}
            }
        }
        if basket.is_empty() || item.is_some() {
            return Err(Fault::malformed());
        }
        Ok(Sent {
            key: key.ok_or_else(Fault::malformed)?,
            basket,
            total: total.ok_or_else(Fault::malformed)?,
            again,
        })
    }
}

/// `POST /{community}/orders`. The hidden key makes a second tap answer the same order; a basket that was ordered from
/// another page meanwhile is not ordered again.
pub(crate) async fn place_order(
    Member { visit, me }: Member,
    headers: HeaderMap,
    sent: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let sent = Sent::of(sent.form().await?)?;
    let seen = Amount::new(sent.total).map_err(|_| Rejection::OutOfRange)?;
    let merchants = Merchants::of(&visit.app.house.store, &visit.code).await?;
    if !merchants.is_together(&sent.basket) {
        return Err(Fault::input(
            "item",
            "这些东西不在一个地方取，请分开下单。",
            "These things are picked up at different places: order them apart.",
        ));
    }
    let mut kept = Kept::of(&headers, &me);
    // Back from the slip and one more tap is the same order still, unless the page said so and was pressed all the same.
    let known = just_ordered(&visit, &me, &sent.basket).await?;
    if let Some((no, key)) = known
        && sent.again != Some(no)
        && key.as_deref() != Some(sent.key.as_str())
    {
        return Ok(go(&visit.path(&format!("/orders/{no}?placed=1"))));
    }
    let wanted = Wanted {
        resident: me.resident,
        basket: sent.basket.clone(),
        seen,
        actor: Actor::Resident(me.resident).code(),
        key: Some(sent.key.clone()).filter(|key| (1..=128).contains(&key.len())),
    };
    let placed = redemption::place(&visit.app.house, &visit.code, wanted).await;
    let answer = match placed {
        Err(ClerkError::Rejected(Rejection::KeyConflict { .. })) => {
            return ordered_before(&visit, &me, (kept, &sent)).await;
        }
        placed => placed?,
    };
    if let Some(refusal) = answer.receipt.refusal() {
        let changed = refusal.code.as_str() == "price.changed";
        return not_placed(&visit, &me, (kept, &sent), changed).await;
    }
    let no = answer.receipt.records.iter().find_map(redemption::placed);
    let no = no.ok_or_else(|| Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR))?;
    if kept.key == sent.key {
        kept.ordered(&sent.basket);
    }
    Ok(kept.keep(&visit, go(&visit.path(&format!("/orders/{no}?placed=1")))))
}

/// What was sold out, dearer or no longer allowed meanwhile is told with what can be had instead. Nothing was booked.
async fn not_placed(
    visit: &Visit,
    me: &SignedResident,
    (mut kept, sent): (Kept, &Sent),
    price_changed: bool,
) -> Result<Response, Fault> {
    // An answer stays with its key: what is tried next is another try.
    kept.key = fresh_key();
    for line in &sent.basket {
        // What does not fit there was not put there, and is told all the same.
        kept.put(&line.item, line.quantity).ok();
    }
    let told = Told {
        price_was: price_changed.then_some(sent.total),
        news: (!price_changed).then_some(News::Refused),
    };
    // What was pressed is told about, and not what else is in the basket.
    let mut shown = kept.clone();
    shown.lines.clone_from(&sent.basket);
    let first = sent.basket.first().map(|line| &line.item);
    let view = check(visit, me, (&mut shown, first), told).await?;
    let status = if price_changed {
        StatusCode::OK
    } else {
        StatusCode::CONFLICT
    };
    Ok(kept.keep(visit, (status, Html(view)).into_response()))
}

/// The same basket was ordered from another page, as it was then.
async fn ordered_before(
    visit: &Visit,
    me: &SignedResident,
    (mut kept, sent): (Kept, &Sent),
) -> Result<Response, Fault> {
    let found = ordered_under(visit, me, &sent.key).await?;
    let news = match &found {
        Some((no, _)) => News::Ordered(u64::from(*no)),
        None => News::Refused,
    };
    match found {
        Some((_, lines)) if kept.key == sent.key => kept.ordered(&lines),
        Some(_) | None => kept.key = fresh_key(),
    }
    let told = Told {
        news: Some(news),
        ..Told::default()
    };
    let view = check(visit, me, (&mut kept, None), told).await?;
    Ok(kept.keep(visit, (StatusCode::CONFLICT, Html(view)).into_response()))
}

/// An order of this resident, or the answer that there is none: a stranger's looks the same as none.
async fn own_order(visit: &Visit, me: &SignedResident, no: u32) -> Result<(Frame, Order), Fault> {
    let (frame, wallet) = at_hand(visit, me).await?;
    let order = visit
        .app
        .house
        .store
        .order(&visit.code, OrderNo(no))
        .await?;
    let theirs = order.filter(|order| belongs(order, me.resident, &wallet));
    let order = theirs.ok_or(Rejection::OrderUnknown { order: OrderNo(no) })?;
    Ok((frame, order))
}

/// How far an order has come, as pages show it. The code is for the resident who ordered, and no neighbour or member
/// of the household.
async fn standing(visit: &Visit, me: &SignedResident, order: &Order) -> Result<OrderState, Fault> {
    let stand = visit.seen(order).stand;
    let mut code = None;
    if stand == Stand::Reserved && order.resident == me.resident {
        code = till::code_of(&visit.app.house, &visit.code, order).await?;
    }
    let code = code.unwrap_or_default();
    Ok(match &stand {
        Stand::Reserved => OrderState::Reserved {
            qr_text: qr_text(visit, &code),
            code,
            until: day(order.deadline),
            left: i64::from(
                order
                    .deadline
                    .to_days()
                    .saturating_sub(visit.today().to_days()),
            ),
            may_cancel: true,
        },
        Stand::Settled { at, by } => OrderState::HandedOver {
            at: visit.moment(*at),
            by: visit.actor(by).await,
        },
        Stand::Cancelled { at } => OrderState::Cancelled {
            at: visit.moment(*at),
        },
        Stand::TimedOut { at } => OrderState::TimedOut {
            at: at.map_or_else(|| end_of(visit, order.deadline), |at| visit.moment(at)),
        },
    })
}

/// The last minute of a day.
pub(crate) fn end_of(_: &Visit, date: LocalDate) -> rongyi_pages::Moment {
    rongyi_pages::Moment {
        day: day(date),
        hour: 23,
        minute: 59,
    }
}

/// With a public address the counter's telephone opens the slip; without one the code holds only the digits.
pub(crate) fn qr_text(visit: &Visit, code: &str) -> String {
    match &visit.app.house.config.public_url {
        Some(url) => format!("{url}/{}/till?code={code}", visit.code),
        None => code.to_owned(),
    }
}

/// When an order was placed, from its entry.
async fn placed_at(visit: &Visit, order: &Order) -> Result<Instant, Fault> {
    let entry = visit
        .app
        .house
        .store
        .entry(&visit.code, order.entry)
        .await?
        .ok_or_else(Fault::not_found)?;
    let receipt = rongyi_clerk::receipt(&entry)?;
    Ok(receipt
        .records
        .first()
        .and_then(Record::envelope)
        .map_or(Instant(0), |envelope| envelope.at))
}

/// `大米 5 公斤` and how many; several items stand in one title.
fn contents(visit: &Visit, frame: &Frame, order: &Order) -> (String, i64) {
    match order.lines.as_slice() {
        [(only, _)] => (
            item_title(visit, frame, only.item),
            i64::from(only.quantity),
        ),
        _ => (goods(visit, frame, order_lines(order)), 0),
    }
}

/// What was picked up of an order, and what was not, where it is or was begun and not finished.
fn parts(visit: &Visit, frame: &Frame, order: &Order) -> Option<(String, String)> {
    let (handed, left) = (handed_lines(order), rest_lines(order));
    let begun = !handed.is_empty() && !left.is_empty();
    begun.then(|| (goods(visit, frame, handed), goods(visit, frame, left)))
}

/// Whether the order was placed just now.
#[derive(Debug, Deserialize)]
pub(crate) struct PlacedQuery {
    placed: Option<No>,
}

/// `GET /{community}/orders/{no}`.
pub(crate) async fn show_order(
    Member { visit, me }: Member,
    Path((_, No(no))): Path<(String, No)>,
    headers: HeaderMap,
    Typed(query): Typed<PlacedQuery>,
) -> Result<Response, Fault> {
    let kept = Kept::of(&headers, &me);
    let (frame, order) = own_order(&visit, &me, no).await?;
    let (title, quantity) = contents(&visit, &frame, &order);
    let seen = visit.seen(&order);
    let waits = seen.stand == Stand::Reserved;
    let now = order.returning(visit.today());
    let late = order.returning(order.deadline.plus_days(1));
    let lapses = now
        .until
        .filter(|day| waits && *day <= order.deadline.plus_days(1));
    let (place, hours) = pick_up_of(&visit, &frame, &order).await?;
    let view = OrderView {
        no: u64::from(no),
        reference: format!("#{no}"),
        title,
        quantity,
        total: seen.total(),
        paid_with: paid_with(&visit, &order.paid()).unwrap_or_default(),
        // What a cancellation would bring back, or what came back.
        back: if waits { now.back } else { seen.back },
        lapsed: if waits { now.lapsed } else { seen.lapsed },
        lapses: lapses.map(|from| {
            let then = order.returning(from);
            (day(from), now.back.saturating_sub(then.back))
        }),
        late_lapsed: if waits { late.lapsed } else { 0 },
        parts: parts(&visit, &frame, &order),
        paid: seen.charged,
        state: standing(&visit, &me, &order).await?,
        place,
        hours,
        placed_at: visit.moment(placed_at(&visit, &order).await?),
        key: fresh_key(),
        just_placed: query.placed.is_some() && seen.stand == Stand::Reserved,
        basket_waits: query.placed.is_some() && !kept.lines.is_empty(),
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// What the cancel button sends.
#[derive(Debug, Deserialize)]
pub(crate) struct KeyForm {
    #[serde(default)]
    key: String,
}

/// `POST /{community}/orders/{no}/cancel`.
pub(crate) async fn cancel_order(
    Member { visit, me }: Member,
    Path((_, No(no))): Path<(String, No)>,
    Form(form): Form<KeyForm>,
) -> Result<Response, Fault> {
    let (_, order) = own_order(&visit, &me, no).await?;
    let key = Some(form.key).filter(|key| (1..=128).contains(&key.len()));
    match redemption::cancel(
        &visit.app.house,
        &visit.code,
        order.no,
        (Actor::Resident(me.resident).code(), key),
    )
    .await
    {
        // Too late either way: the slip says what became of it.
        Ok(_)
        | Err(ClerkError::Rejected(
            Rejection::OrderSettled { .. } | Rejection::OrderReleased { .. },
        )) => Ok(go(&visit.path(&format!("/orders/{no}")))),
        Err(error) => Err(error.into()),
    }
}

/// `GET /{community}/orders`.
pub(crate) async fn list_orders(Member { visit, me }: Member) -> Result<Response, Fault> {
    let (frame, wallet) = at_hand(&visit, &me).await?;
    let (mut waiting, mut past) = (Vec::new(), Vec::new());
    for order in orders_of(&visit, &me, &wallet).await? {
        let seen = visit.seen(&order);
        let shown = if seen.stand == Stand::Reserved {
            rest_lines(&order)
        } else {
            order_lines(&order)
        };
        let line = OrderLine {
            no: u64::from(order.no.0),
            title: goods(&visit, &frame, shown),
            total: seen.total(),
            placed_on: day(order.placed_on),
            state: standing(&visit, &me, &order).await?,
        };
        let waits = matches!(line.state, OrderState::Reserved { .. });
        if waits {
            waiting.push(line)
        } else {
            past.push(line)
        }
    }
    Ok(Html(OrdersView {
        shell: visit.shell(),
        waiting,
        past,
        older: None,
    })
    .into_response())
}
