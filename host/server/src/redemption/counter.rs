//! The counter: a code is looked up, the goods are handed over once, and a second try is told when and by
//! whom. Settling itself is the ledger's, which lets only one of two tills through.

mod day;
mod scope;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rongyi_clerk::ClerkError;
use rongyi_core::account::Purpose;
use rongyi_core::book::{Frame, Order, Receipt, Stand};
use rongyi_core::chain::hex;
use rongyi_core::command::{AmendRejection, Rejection};
use rongyi_core::ids::{ItemNo, OrderNo};
use rongyi_core::record::{OrderLine, Record};
use rongyi_core::{shown, typed};
use rongyi_pages::{
    FieldError, TillCheckView, TillItem, TillOutcome, TillPieces, TillResultView, TillView,
};
use serde::Deserialize;

use super::order::end_of;
use crate::access::random;
use crate::door::asked::{No, Path, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{self, Html, OnDuty, Visit};
use crate::ledger::titles::{goods, item_title, order_lines, rest_lines};
use crate::redemption::{self, Basket, till};

pub(crate) use day::show_till_day;
pub(crate) use scope::{Till, return_goods};

/// A code, as typed or scanned.
#[derive(Debug, Deserialize)]
pub(crate) struct CodeInput {
    #[serde(default)]
    code: String,
}

/// `GET /{community}/till`; with `?code=` from the QR code the slip comes at once.
pub(crate) async fn show_till(
    duty: OnDuty,
    Typed(input): Typed<CodeInput>,
) -> Result<Response, Fault> {
    if !input.code.is_empty() {
        return look_up(&duty, &input.code).await;
    }
    let till = Till::at(&duty).await?;
    Ok(Html(TillView {
        code: String::new(),
        merchant: till.title(&duty.visit),
        errors: Vec::new(),
        day: day::below(&duty, &till).await?,
        shell: duty.visit.shell(),
    })
    .into_response())
}

/// `POST /{community}/till`.
pub(crate) async fn look_up_code(duty: OnDuty, sent: Unread<CodeInput>) -> Result<Response, Fault> {
    let input = sent.form().await?;
    look_up(&duty, &input.code).await
}

async fn look_up(duty: &OnDuty, typed: &str) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let till = Till::at(duty).await?;
    let Some(code) = till::digits(typed) else {
        let message = visit.either(
            "取货码是 8 位数字，请对照手机或纸单再输一次。",
            "A pick-up code has 8 digits; type it again from the slip.",
        );
        let errors = vec![FieldError {
            field: "code",
            message,
        }];
        let view = TillView {
            shell: visit.shell(),
            code: shown::short(typed, 40).into_owned(),
            merchant: till.title(visit),
            errors,
            day: day::below(duty, &till).await?,
        };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(view)).into_response());
    };
    let actor = duty.actor().code();
    let Some(order) = till::find(&visit.app.house, &visit.code, &actor, &code).await? else {
        return Ok(unknown(visit, code));
    };
    if let Some(outcome) = till.elsewhere(visit, &order).await? {
        return Ok(refused(visit, (StatusCode::CONFLICT, outcome)));
    }
    if visit.seen(&order).stand != Stand::Reserved {
        return told(visit, &order, None).await;
    }
    check(visit, (&order, &code), Vec::new()).await
}

async fn frame(visit: &Visit) -> Result<Frame, Fault> {
    let frame = visit.app.house.store.frame(&visit.code).await?;
    frame.ok_or_else(Fault::not_found)
}

/// The slip, before anything is handed over; with the code as it was typed here.
async fn check(
    visit: &Visit,
    (order, code): (&Order, &str),
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let frame = frame(visit).await?;
    let pieces = order.lines.iter().zip(&order.handed);
    let pieces = pieces.map(|((line, _), handed)| TillPieces {
        item: item_code(&frame, line.item),
        title: item_title(visit, &frame, line.item),
        left: i64::from(line.quantity.saturating_sub(*handed)),
        handed: i64::from(*handed),
    });
    let wrong = !errors.is_empty();
    let view = TillCheckView {
        no: u64::from(order.no.0),
        reference: format!("#{}", order.no),
        code: code.to_owned(),
        key: hex(&random::<16>()),
        pieces: pieces.filter(|line| line.left > 0).collect(),
        total: order.total.get(),
        masked_name: visit.masked(order.resident).await?,
        placed_on: visit::day(order.placed_on),
        until: visit::day(order.deadline),
        errors,
        shell: visit.shell(),
    };
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok((status, Html(view)).into_response())
}

fn item_code(frame: &Frame, no: ItemNo) -> String {
    let item = frame.items.iter().find(|item| item.no == no);
    item.map_or_else(String::new, |item| item.code.to_string())
}

/// What the check page sends: how many pieces of which item, in the order of the form.
struct Handing {
    code: String,
    key: Option<String>,
    pieces: Vec<(String, String)>,
}

impl Handing {
    fn of(sent: Vec<(String, String)>) -> Handing {
        let mut handing = Handing {
            code: String::new(),
            key: None,
            pieces: Vec::new(),
        };
        for (name, value) in sent {
            match name.as_str() {
                "code" => handing.code = value,
                "key" => handing.key = Some(value).filter(|key| (1..=128).contains(&key.len())),
                _ => {
                    if let Some(item) = name.strip_prefix("pieces.") {
                        handing.pieces.push((item.to_owned(), value));
                    }
                }
            }
        }
        handing
    }

    /// What is handed over now: `Ok(None)` for everything that is left.
    ///
    /// # Errors
    /// The sentence for the form.
    fn basket(&self, visit: &Visit) -> Result<Option<Basket>, String> {
        if self.pieces.is_empty() {
            return Ok(None);
        }
        let mut basket = Basket::new();
        for (item, pieces) in &self.pieces {
            let number = typed::number(pieces).and_then(|number| i32::try_from(number).ok());
            let (Some(number), Ok(code)) = (number, item.parse()) else {
                return Err(visit.either(
                    "份数请写整数，例如 1；不交付的写 0。",
                    "Write whole numbers such as 1, and 0 for what is not handed over.",
                ));
            };
            if number > 0 {
                basket.push(OrderLine::new(code, number));
            }
        }
        if basket.is_empty() {
            return Err(visit.either(
                "至少要交付一份。什么也不交付，请按“先不交付”。",
                "Hand over at least one piece, or choose “Not now”.",
            ));
        }
        Ok(Some(basket))
    }
}

/// `POST /{community}/till/{no}/settle`.
pub(crate) async fn settle_order(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
    sent: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let till = Till::at(&duty).await?;
    let handing = Handing::of(sent.form().await?);
    let no = OrderNo(no);
    let store = &visit.app.house.store;
    let load = async || {
        let order = store.order(&visit.code, no).await?;
        order.ok_or_else(|| Fault::from(Rejection::OrderUnknown { order: no }))
    };
    // The code must be the order's own, each time: a number alone hands nothing over.
    let actor = duty.actor().code();
    let code = till::digits(&handing.code).unwrap_or_default();
    let known = (no, Some(code.as_str()).filter(|code| !code.is_empty()));
    let known_order = till::opened_by(&visit.app.house, &visit.code, &actor, known).await?;
    // The code that was typed is what is wrong, not the number in the address.
    let Some(known_order) = known_order else {
        return Ok(unknown(visit, shown::short(&handing.code, 40).into_owned()));
    };
    if let Some(outcome) = till.elsewhere(visit, &known_order).await? {
        return Ok(refused(visit, (StatusCode::CONFLICT, outcome)));
    }
    let wrong = |message: String| {
        vec![FieldError {
            field: "pieces",
            message,
        }]
    };
    let basket = match handing.basket(visit) {
        Ok(basket) => basket,
        Err(message) => return check(visit, (&known_order, &code), wrong(message)).await,
    };
    let by = (actor, handing.key.clone());
    let house = &visit.app.house;
    let answer = match basket {
        Some(basket) => redemption::settle_part(house, &visit.code, (no, basket), by).await,
        None => redemption::settle(house, &visit.code, no, by).await,
    };
    match answer {
        Ok(answer) => {
            let handed = (handed_over(&answer.receipt), answer.receipt.entry);
            told(visit, &load().await?, Some(handed)).await
        }
        Err(ClerkError::Rejected(
            Rejection::OrderSettled { .. }
            | Rejection::OrderReleased { .. }
            | Rejection::OrderTimedOut { .. },
        )) => told(visit, &load().await?, None).await,
        // More than is left, perhaps because another till was faster: the form comes back with what is there now.
        Err(ClerkError::Rejected(rejection @ Rejection::Amend(AmendRejection::PartShape))) => {
            let message = visit.say(&rejection.text());
            check(visit, (&load().await?, &code), wrong(message)).await
        }
        // Back from the answer and sent anew with other numbers: what was handed over stays, and the form comes anew.
        Err(ClerkError::Rejected(Rejection::KeyConflict { .. })) => {
            let order = load().await?;
            if visit.seen(&order).stand != Stand::Reserved {
                return told(visit, &order, None).await;
            }
            let message = visit.either(
                "刚才已经交付过一次，已经记下。下面是现在还没有领的，请重新核对份数。",
                "Pieces were handed over a moment ago, and that is booked. Below is what is left now; please check the numbers again.",
            );
            check(visit, (&order, &code), wrong(message)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// No order has this code.
fn unknown(visit: &Visit, code: String) -> Response {
    refused(
        visit,
        (StatusCode::NOT_FOUND, TillOutcome::Unknown { code }),
    )
}

/// The large answer that says nothing about any order.
fn refused(visit: &Visit, (status, outcome): (StatusCode, TillOutcome)) -> Response {
    let view = TillResultView {
        shell: visit.shell(),
        outcome,
        item: None,
    };
    (status, Html(view)).into_response()
}

/// The goods that an entry handed over.
fn handed_over(receipt: &Receipt) -> Vec<OrderLine> {
    let moved = receipt.records.iter().filter_map(|record| {
        let Record::Moved(_, moved) = record else {
            return None;
        };
        let item = moved.credit.asset.item()?;
        (moved.credit.purpose == Purpose::Handed).then(|| OrderLine {
            item,
            quantity: i32::try_from(moved.amount.get()).unwrap_or(i32::MAX),
        })
    });
    moved.collect()
}

/// The large answer. `handed`: what this very request, or the one that it repeats, handed over.
async fn told(
    visit: &Visit,
    order: &Order,
    handed: Option<(Vec<OrderLine>, u64)>,
) -> Result<Response, Fault> {
    let frame = frame(visit).await?;
    let done = handed.is_some();
    let seen = visit.seen(order);
    let outcome = match &seen.stand {
        Stand::Settled { .. } if done => TillOutcome::HandedOver,
        Stand::Reserved if done => TillOutcome::HandedPart {
            left: goods(visit, &frame, rest_lines(order)),
            until: visit::day(order.deadline),
            paid: seen.charged,
            kept: seen.held,
        },
        Stand::Settled { at, by } => TillOutcome::AlreadyHandedOver {
            at: visit.moment(*at),
            by: visit.actor(by).await,
        },
        Stand::Cancelled { at } => TillOutcome::Cancelled {
            at: visit.moment(*at),
        },
        Stand::TimedOut { .. } | Stand::Reserved => TillOutcome::TimedOut {
            at: end_of(visit, order.deadline),
        },
    };
    let (lines, entry) = handed.unzip();
    let item = TillItem {
        entry,
        title: goods(visit, &frame, lines.unwrap_or_else(|| order_lines(order))),
        masked_name: visit.masked(order.resident).await?,
        reference: format!("#{}", order.no),
    };
    let status = if done {
        StatusCode::OK
    } else {
        StatusCode::CONFLICT
    };
    let view = TillResultView {
        shell: visit.shell(),
        outcome,
        item: Some(item),
    };
    Ok((status, Html(view)).into_response())
}
