//! An order for somebody without a telephone: the shelf with what they would pay, the check, and the slip with the
//! pick-up code. Prices and refusals are the shop's own; the record names who stood at the counter.

use std::ops::ControlFlow::{self, Break, Continue};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rongyi_core::amount::Amount;
use rongyi_core::book::Stand;
use rongyi_core::command::Rejection;
use rongyi_core::ids::{Code, OrderNo, ResidentNo};
use rongyi_core::record::{OrderLine, Record};
use rongyi_pages::{FieldError, OrderFor, OrderForView, OrderSlipView, Tile};

use super::{somebody, whom};
use crate::access::{AccessError, SignedIn, SignedResident};
use crate::door::asked::{No, Path, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, day, go};
use crate::door::{Act, Kind};
use crate::ledger::explain;
use crate::ledger::titles::{goods, order_lines};
use crate::ledger::wallets::at_hand;
use crate::redemption::basket::fresh_key;
use crate::redemption::check::just_ordered;
use crate::redemption::order::{Sent, qr_text};
use crate::redemption::shop::{
    blocked, code_of, own_part, paid_with, pick_up_of, said, spare_tiles, tile,
};
use crate::redemption::whose::Merchants;
use crate::redemption::{self, Basket, Shopfront, Wanted, till};

/// What was chosen: `item` and `quantity` for each, none of what was left at 0.
fn chosen(query: Vec<(String, String)>) -> Result<Basket, Fault> {
    let (mut basket, mut item) = (Basket::new(), None);
    for (name, value) in query {
        match (name.as_str(), item.take()) {
            ("item", None) => item = Some(code_of(&value)?),
            ("quantity", Some(code)) => {
                let pieces: i32 = value.parse().map_err(|_| Fault::malformed())?;
                if pieces != 0 {
                    basket.push(OrderLine::new(code, pieces));
                }
            }
            ("item" | "quantity", _) => return Err(Fault::malformed()),
            (_, left) => item = left,
        }
    }
    basket.extend(item.map(|code| OrderLine::new(code, 1)));
    Ok(basket)
}

/// `GET /{community}/residents/{resident}/order`; with `?item=…&quantity=…` the check.
pub(crate) async fn show_order_for(
    visit: Visit,
    Path((_, No(no))): Path<(String, No)>,
    Typed(query): Typed<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let duty = match at_counter(visit, ResidentNo(no))? {
        Continue(duty) => duty,
        Break(shop) => return Ok(shop),
    };
    let me = somebody(&duty.visit, ResidentNo(no)).await?;
    let asked = query.iter().any(|(name, _)| name == "item");
    let basket = chosen(query)?;
    let errors = if asked && basket.is_empty() {
        wrong(duty.visit.either(
            "还没有选东西。在要换的后面选几份，再核对。",
            "Nothing is chosen yet. Say how many of what, then check.",
        ))
    } else {
        Vec::new()
    };
    show(&duty, &me, &basket, errors).await
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
    basket: &Basket,
    mut errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    duty.reads(Kind::Order, &[me.resident]).await?;
    let (chosen, reason) = if basket.is_empty() {
        (None, None)
    } else {
        check(visit, me, basket).await?
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
    let tiles = spare_tiles(visit, me).await?;
    let mut tiles: Vec<Tile> = tiles.into_iter().map(|(_, tile)| tile).collect();
    tiles.sort_by_key(|tile| (tile.blocked.is_some(), tile.price));
    Ok(tiles)
}

/// The check before anything moves; or why it can't be had: of each thing its own reason.
async fn check(
    visit: &Visit,
    me: &SignedResident,
    basket: &Basket,
) -> Result<(Option<OrderFor>, Option<String>), Fault> {
    let house = &visit.app.house;
    let merchants = Merchants::of(&house.store, &visit.code).await?;
    if !merchants.is_together(basket) {
        let apart = visit.either(
            "这些东西不在一个地方取，请分开换。",
            "These things are picked up at different places: order them apart.",
        );
        return Ok((None, Some(apart)));
    }
    let alone = basket.iter().map(|line| vec![line.clone()]);
    let baskets: Vec<Basket> = [basket.clone()].into_iter().chain(alone).collect();
    let front = redemption::quotes(house, &visit.code, me.resident, |_| baskets.clone()).await?;
    let (mut titles, mut reasons) = (Vec::new(), Vec::new());
    for (line, priced) in basket.iter().zip(front.priced.iter().skip(1)) {
        let unknown = || Rejection::ItemUnknown {
            item: line.item.clone(),
        };
        let listed = front.item(&line.item).ok_or_else(unknown)?;
        let one = tile(visit, &front, listed, line.quantity, Some(priced));
        if let Some(why) = &one.blocked {
            let why = why.sentence(&visit.shell());
            reasons.push(visit.either(
                &format!("{}：{why}", one.title),
                &format!("{}: {why}", one.title),
            ));
        }
        titles.push(format!("{} × {}", one.title, line.quantity));
    }
    if !reasons.is_empty() {
        return Ok((None, Some(reasons.join(&visit.either("；", "; ")))));
    }
    let (sum, why) = blocked(visit, &front, front.priced.first(), None);
    let offer = front.priced.first().and_then(|priced| priced.as_ref().ok());
    let (Some(sum), Some(offer), None) = (sum, offer, &why) else {
        return Ok((None, why.map(|why| why.sentence(&visit.shell()))));
    };
    let lines = offer.quote.as_ref().map_or(&[][..], |quote| &quote.lines);
    let mut limits = said(visit, &front, lines);
    limits.splice(0..0, paid_with(visit, &offer.paid()));
    let today = visit.today();
    let left = front.wallet.points.spendable(today);
    let again = just_ordered(visit, me, basket).await?;
    let line = |line: &OrderLine<Code>| (line.item.to_string(), i64::from(line.quantity));
    Ok((
        Some(OrderFor {
            key: fresh_key(),
            lines: basket.iter().map(line).collect(),
            title: titles.join(&visit.either("、", ", ")),
            total: sum,
            after: left.saturating_sub(own_part(offer, sum)),
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

/// `POST /{community}/residents/{resident}/order`: the slip. The hidden key makes a second press answer the same order.
pub(crate) async fn place_order_for(
    visit: Visit,
    Path((_, No(no))): Path<(String, No)>,
    sent: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let duty = match at_counter(visit, ResidentNo(no))? {
        Continue(duty) => duty,
        Break(shop) => return Ok(shop),
    };
    let visit = &duty.visit;
    let me = somebody(visit, ResidentNo(no)).await?;
    let sent = Sent::of(sent.form().await?)?;
    let basket = &sent.basket;
    let seen = Amount::new(sent.total).map_err(|_| Rejection::OutOfRange)?;
    let known = just_ordered(visit, &me, basket).await?;
    if let Some((again, key)) = known
        && sent.again != Some(again)
        && key.as_deref() != Some(sent.key.as_str())
    {
        return show(&duty, &me, basket, Vec::new()).await;
    }
    let wanted = Wanted {
        resident: me.resident,
        basket: basket.clone(),
        seen,
        actor: duty.actor().for_resident(me.resident).code(),
        key: Some(sent.key.clone()).filter(|key| (1..=128).contains(&key.len())),
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
    show(&duty, &me, basket, wrong(sentence)).await
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
