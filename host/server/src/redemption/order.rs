//! Orders as a resident places, shows and cancels them. The ledger decides; a refusal becomes a page with its
//! reason and a way on.

use axum::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rongyi_clerk::ClerkError;
use rongyi_core::amount::Amount;
use rongyi_core::book::{Frame, Order, Stand};
use rongyi_core::command::Rejection;
use rongyi_core::ids::OrderNo;
use rongyi_core::record::{self, Record};
use rongyi_core::rule::Text;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_pages::{OrderLine, OrderState, OrderView, OrdersView};
use serde::Deserialize;

use super::shop::{PIECES_MAX, code_of, confirm, fresh_key, just_ordered, paid_with, pick_up_of};
use crate::access::SignedResident;
use crate::door::asked::{No, Path, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, Visit, day, go};
use crate::door::{Actor, error_page};
use crate::ledger::explain;
use crate::ledger::titles::{goods, handed_lines, item_title, order_lines, rest_lines};
use crate::ledger::wallets::at_hand;
use crate::ledger::web::orders_of;
use crate::redemption::{self, Wanted, belongs, till};

/// What the check page sends.
#[derive(Debug, Deserialize)]
pub(crate) struct OrderForm {
    key: String,
    item: String,
    quantity: i32,
    total: i64,
    /// The same order, placed a moment ago: it is meant once more.
    #[serde(default)]
    again: Option<No>,
}

/// `POST /{community}/orders`. The hidden key makes a second tap answer the same order.
pub(crate) async fn place_order(
    Member { visit, me }: Member,
    Form(form): Form<OrderForm>,
) -> Result<Response, Fault> {
    let item = code_of(&form.item)?;
    let seen = Amount::new(form.total).map_err(|_| Rejection::OutOfRange)?;
    // Back from the slip and one more tap is the same order still, unless the page said so and was pressed all the same.
    let known = just_ordered(&visit, &me, &item, form.quantity).await?;
    if let Some((no, key)) = known
        && form.again.map(|No(no)| no) != Some(no)
        && key.as_deref() != Some(form.key.as_str())
    {
        return Ok(go(&visit.path(&format!("/orders/{no}?placed=1"))));
    }
    let wanted = Wanted {
        resident: me.resident,
        basket: vec![record::OrderLine::new(item.clone(), form.quantity)],
        seen,
        actor: Actor::Resident(me.resident).code(),
        key: Some(form.key).filter(|key| (1..=128).contains(&key.len())),
    };
    let answer = redemption::place(&visit.app.house, &visit.code, wanted).await?;
    let refusal = answer.receipt.refusal().cloned();
    let Some(refusal) = refusal else {
        let no = answer.receipt.records.iter().find_map(redemption::placed);
        let no = no.ok_or_else(|| Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR))?;
        return Ok(go(&visit.path(&format!("/orders/{no}?placed=1"))));
    };
    if refusal.code.as_str() == "price.changed" {
        return confirm(
            &visit,
            &me,
            &item,
            form.quantity.clamp(1, PIECES_MAX),
            Some(form.total),
        )
        .await;
    }
    let (frame, _) = at_hand(&visit, &me).await?;
    let set = answer.receipt.records.iter().find_map(|record| {
        if let Record::Refused(set, ..) = record {
            *set
        } else {
            None
        }
    });
    let plan = explain::plan_of(&frame, set);
    let zh = explain::refusal(&plan, Some(&frame), &refusal, explain::Lang::Zh);
    let en = explain::refusal(&plan, Some(&frame), &refusal, explain::Lang::En);
    let next = (
        visit.path("/shop?show=affordable"),
        visit.either("看看能换的", "See what you can have"),
    );
    // An answer of the shop is no error: it bears no code.
    Ok(error_page::told(
        &visit,
        (StatusCode::CONFLICT, ""),
        &Text { zh, en },
        next,
    ))
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
        several => (
            goods(visit, frame, order_lines(order)),
            i64::from(several.len() > 1),
        ),
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
    Typed(query): Typed<PlacedQuery>,
) -> Result<Response, Fault> {
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
