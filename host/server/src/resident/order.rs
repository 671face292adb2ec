//! An order for somebody without a telephone: the shelf with what they would pay, the check, and the slip with the
//! pick-up code. Prices and refusals are the shop's own; the record names who stood at the counter.

use std::ops::ControlFlow::{self, Break, Continue};

use axum::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rongyi_core::amount::Amount;
use rongyi_core::book::{Frame, Stand};
use rongyi_core::command::Rejection;
use rongyi_core::ids::{OrderNo, ResidentNo};
use rongyi_core::record::{OrderLine, Record};
use rongyi_pages::{FieldError, OrderFor, OrderForView, OrderSlipView, Tile};
use serde::Deserialize;

use super::{somebody, whom};
use crate::access::{AccessError, SignedIn, SignedResident};
use crate::door::asked::{No, Path, Pieces, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, day, go};
use crate::door::{Act, Kind};
use crate::ledger::explain;
use crate::ledger::titles::{goods, order_lines};
use crate::ledger::wallets::at_hand;
use crate::redemption::order::qr_text;
use crate::redemption::shop::{
    PIECES_MAX, code_of, fresh_key, front_of, just_ordered, own_part, paid_with, pick_up_of, said,
    tile,
};
use crate::redemption::{self, Shopfront, Wanted, till, total};

/// What was chosen.
#[derive(Debug, Deserialize)]
pub(crate) struct ChosenQuery {
    #[serde(default)]
    item: String,
    quantity: Option<Pieces>,
}

/// `GET /{community}/residents/{resident}/order`; with `?item=` the check.
pub(crate) async fn show_order_for(
    visit: Visit,
    Path((_, No(no))): Path<(String, No)>,
    Typed(query): Typed<ChosenQuery>,
) -> Result<Response, Fault> {
    let duty = match at_counter(visit, ResidentNo(no))? {
        Continue(duty) => duty,
        Break(shop) => return Ok(shop),
    };
    let me = somebody(&duty.visit, ResidentNo(no)).await?;
    let pieces = query.quantity.map_or(1, |Pieces(pieces)| pieces);
    let chosen = (!query.item.is_empty()).then_some((query.item.as_str(), pieces));
    show(&duty, &me, chosen, Vec::new()).await
}

/// Whoever stands at the counter. Residents order for themselves in the shop, and for nobody else.
fn at_counter(visit: Visit, resident: ResidentNo) -> Result<ControlFlow<Response, OnDuty>, Fault> {
    match visit.who.clone() {
        Some(SignedIn::Staff(staff)) if staff.must_change => Err(AccessError::PinFirst.into()),
        Some(SignedIn::Staff(staff)) => Ok(Continue(OnDuty { visit, staff })),
        Some(SignedIn::Resident(me)) if me.resident == resident => {
            Ok(Break(go(&visit.path("/shop"))))
        }
        Some(SignedIn::Resident(_)) => Err(AccessError::Forbidden.into()),
        None => Err(AccessError::StaffSignInNeeded.into()),
    }
}

fn wrong(message: String) -> Vec<FieldError> {
    let field = "form";
    vec![FieldError { field, message }]
}

async fn show(
    duty: &OnDuty,
    me: &SignedResident,
    chosen: Option<(&str, i32)>,
    mut errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    duty.reads(Kind::Order, &[me.resident]).await?;
    let (chosen, reason) = match chosen {
        Some(chosen) => check(visit, me, chosen).await?,
        None => (None, None),
    };
    if errors.is_empty() {
        errors.extend(reason.into_iter().flat_map(wrong));
    }
    let (_, wallet) = at_hand(visit, me).await?;
    let tiles = match chosen {
        Some(_) => Vec::new(),
        None => shelf(visit, me).await?,
    };
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::CONFLICT
    };
    let view = OrderForView {
        whom: whom(visit, (me, &wallet)).await?,
        has_page: duty.may(Act::SeeResident),
        balance: wallet.points.spendable(visit.today()),
        tiles,
        chosen,
        errors,
        shell: visit.shell(),
    };
    Ok((status, Html(view)).into_response())
}

/// Everything on the shelf with what one costs this resident, what can be had first.
async fn shelf(visit: &Visit, me: &SignedResident) -> Result<Vec<Tile>, Fault> {
    let each = |frame: &Frame| {
        let offered = frame.items.iter().filter(|item| item.active);
        offered
            .map(|item| vec![OrderLine::new(item.code.clone(), 1)])
            .collect()
    };
    let front = redemption::quotes(&visit.app.house, &visit.code, me.resident, each).await?;
    let offered = front.frame.items.iter().filter(|item| item.active);
    let mut tiles: Vec<Tile> = offered
        .zip(&front.priced)
        .map(|(item, priced)| tile(visit, &front, item, 1, Some(priced)))
        .collect();
    tiles.sort_by_key(|tile| (tile.blocked.is_some(), tile.price));
    Ok(tiles)
}

/// The check before anything moves; or why it can't be had.
async fn check(
    visit: &Visit,
    me: &SignedResident,
    (item, pieces): (&str, i32),
) -> Result<(Option<OrderFor>, Option<String>), Fault> {
    let code = code_of(item)?;
    let front = front_of(visit, me, &code, &[pieces]).await?;
    let listed = front.item(&code).ok_or_else(Fault::not_found)?;
    let one = tile(visit, &front, listed, pieces, front.priced.first());
    let quote = front
        .priced
        .first()
        .and_then(|priced| priced.as_ref().ok()?.quote.as_ref());
    let (Some(quote), None) = (quote, &one.blocked) else {
        let why = one.blocked.map(|blocked| blocked.sentence(&visit.shell()));
        return Ok((None, why));
    };
    let sum = total(quote);
    let offer = front.priced.first().and_then(|priced| priced.as_ref().ok());
    let own = offer.map_or(sum, |offer| own_part(offer, sum));
    let mut limits = said(visit, &front, &quote.lines);
    limits.splice(
        0..0,
        offer.and_then(|offer| paid_with(visit, &offer.paid())),
    );
    let today = visit.today();
    let again = just_ordered(visit, me, &code, pieces).await?;
    Ok((
        Some(OrderFor {
            key: fresh_key(),
            item: code.to_string(),
            title: format!("{} × {pieces}", one.title),
            quantity: i64::from(pieces),
            total: sum,
            after: front.wallet.points.spendable(today).saturating_sub(own),
            until: day(today.plus_days(i32::from(hold_days(&front)))),
            limits,
            again: again.map(|(no, _)| u64::from(no)),
        }),
        None,
    ))
}

fn hold_days(front: &Shopfront) -> u16 {
    let settings = front.frame.settings.as_ref();
    settings.map_or(0, |settings| settings.order_hold_days)
}

/// What the check sends.
#[derive(Debug, Deserialize)]
pub(crate) struct OrderForm {
    #[serde(default)]
    key: String,
    #[serde(default)]
    item: String,
    quantity: i32,
    total: i64,
    #[serde(default)]
    again: Option<No>,
}

/// `POST /{community}/residents/{resident}/order`: the slip. The hidden key makes a second press answer the same order.
pub(crate) async fn place_order_for(
    visit: Visit,
    Path((_, No(no))): Path<(String, No)>,
    Form(form): Form<OrderForm>,
) -> Result<Response, Fault> {
    let duty = match at_counter(visit, ResidentNo(no))? {
        Continue(duty) => duty,
        Break(shop) => return Ok(shop),
    };
    let visit = &duty.visit;
    let me = somebody(visit, ResidentNo(no)).await?;
    let item = code_of(&form.item)?;
    let pieces = form.quantity.clamp(1, PIECES_MAX);
    let seen = Amount::new(form.total).map_err(|_| Rejection::OutOfRange)?;
    let known = just_ordered(visit, &me, &item, form.quantity).await?;
    if let Some((again, key)) = known
        && form.again.map(|No(no)| no) != Some(again)
        && key.as_deref() != Some(form.key.as_str())
    {
        return show(&duty, &me, Some((&form.item, pieces)), Vec::new()).await;
    }
    let wanted = Wanted {
        resident: me.resident,
        basket: vec![OrderLine::new(item, form.quantity)],
        seen,
        actor: duty.actor().for_resident(me.resident).code(),
        key: Some(form.key).filter(|key| (1..=128).contains(&key.len())),
    };
    let answer = redemption::place(&visit.app.house, &visit.code, wanted).await?;
    let Some(refusal) = answer.receipt.refusal() else {
        let placed = answer.receipt.records.iter().find_map(redemption::placed);
        let placed = placed.ok_or_else(|| Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR))?;
        return slip(&duty, &me, placed).await;
    };
    let (frame, _) = at_hand(visit, &me).await?;
    let set = answer.receipt.records.iter().find_map(|record| {
        if let Record::Refused(set, ..) = record {
            *set
        } else {
            None
        }
    });
    let plan = explain::plan_of(&frame, set);
    let sentence = explain::refusal(&plan, Some(&frame), refusal, visit.tongue());
    show(&duty, &me, Some((&form.item, pieces)), wrong(sentence)).await
}

async fn slip(duty: &OnDuty, me: &SignedResident, no: OrderNo) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let (frame, wallet) = at_hand(visit, me).await?;
    let order = house.store.order(&visit.code, no).await?;
    let order = order.ok_or_else(Fault::not_found)?;
    duty.reads(Kind::Order, &[me.resident]).await?;
    let seen = visit.seen(&order);
    let code = match seen.stand {
        Stand::Reserved => till::code_of(house, &visit.code, &order).await?,
        Stand::Settled { .. } | Stand::Cancelled { .. } | Stand::TimedOut { .. } => None,
    };
    let code = code.unwrap_or_default();
    let (place, hours) = pick_up_of(visit, &frame, &order).await?;
    Ok(Html(OrderSlipView {
        whom: whom(visit, (me, &wallet)).await?,
        has_page: duty.may(Act::SeeResident),
        title: goods(visit, &frame, order_lines(&order)),
        total: seen.total(),
        qr_text: qr_text(visit, &code),
        code,
        place,
        hours,
        until: day(order.deadline),
        at: visit.moment(house.clock.now()),
        no: u64::from(no.0),
        shell: visit.shell(),
    })
    .into_response())
}
