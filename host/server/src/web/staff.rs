//! The counter: a code is looked up, the goods are handed over once, and a second try is told when and by
//! whom. Settling itself is the ledger's, which lets only one of two tills through.

use axum::Form;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rongyi_core::book::{Order, OrderState};
use rongyi_core::chain::hex;
use rongyi_core::command::Rejection;
use rongyi_core::ids::{Code, OrderNo};
use rongyi_core::record::ReleaseReason;
use rongyi_pages::{FieldError, TillCheckView, TillItem, TillOutcome, TillResultView, TillView};
use serde::Deserialize;

use super::lines::{goods, order_lines};
use super::order::{contents, end_of};
use super::shell::{Html, OnDuty, Visit, day};
use crate::access::{AccessError, Role, StaffMember, random};
use crate::api::error::Fault;
use crate::clerk::ClerkError;
use crate::redemption::{self, collectable};

/// Handing over is the shopkeeper's; the operator may step in.
fn at_the_till(staff: &StaffMember) -> Result<(), AccessError> {
    match staff.role {
        Role::Shopkeeper | Role::Operator => Ok(()),
        Role::Reviewer | Role::Leader => Err(AccessError::Forbidden),
    }
}

/// A code, as typed or scanned.
#[derive(Debug, Deserialize)]
pub(super) struct CodeInput {
    #[serde(default)]
    code: String,
    /// Set by the check page's form.
    #[serde(default)]
    key: String,
}

/// The eight digits in what was typed, or in the address a scanner read.
fn digits(typed: &str) -> Option<String> {
    let tail = typed.rsplit_once("code=").map_or(typed, |(_, code)| code);
    let digits: String = tail
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .collect();
    (digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// `GET /{community}/till`; with `?code=` from the QR code the slip comes at once.
pub(super) async fn show_till(
    OnDuty { visit, staff }: OnDuty,
    Query(input): Query<CodeInput>,
) -> Result<Response, Fault> {
    at_the_till(&staff)?;
    if !input.code.is_empty() {
        return look_up(&visit, &input.code).await;
    }
    Ok(Html(TillView {
        shell: visit.shell(),
        code: String::new(),
        errors: Vec::new(),
        recent: Vec::new(),
    })
    .into_response())
}

/// `POST /{community}/till`.
pub(super) async fn look_up_code(
    OnDuty { visit, staff }: OnDuty,
    Form(input): Form<CodeInput>,
) -> Result<Response, Fault> {
    at_the_till(&staff)?;
    look_up(&visit, &input.code).await
}

async fn look_up(visit: &Visit, typed: &str) -> Result<Response, Fault> {
    let Some(code) = digits(typed) else {
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
            code: typed.to_owned(),
            errors,
            recent: Vec::new(),
        };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(view)).into_response());
    };
    let Some(order) = visit
        .app
        .house
        .store
        .order_by_code(&visit.code, &code)
        .await?
    else {
        let view = TillResultView {
            shell: visit.shell(),
            outcome: TillOutcome::Unknown { code },
            item: None,
        };
        return Ok((StatusCode::NOT_FOUND, Html(view)).into_response());
    };
    if order.state != OrderState::Reserved || !collectable(&order, visit.today()) {
        return told(visit, &order, false).await;
    }
    let frame = visit
        .app
        .house
        .store
        .frame(&visit.code)
        .await?
        .ok_or_else(Fault::not_found)?;
    let (title, quantity) = contents(visit, &frame, &order);
    let view = TillCheckView {
        no: u64::from(order.no.0),
        reference: format!("#{}", order.no),
        code,
        key: hex(&random::<16>()),
        title,
        quantity,
        total: order.total.get(),
        masked_name: visit.masked(order.resident).await?,
        placed_on: day(order.placed_on),
        until: day(order.deadline),
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// `POST /{community}/till/{no}/settle`.
pub(super) async fn settle_order(
    OnDuty { visit, staff }: OnDuty,
    Path((_, no)): Path<(String, u32)>,
    Form(input): Form<CodeInput>,
) -> Result<Response, Fault> {
    at_the_till(&staff)?;
    let no = OrderNo(no);
    let store = &visit.app.house.store;
    // The code must be the order's own: a number alone hands nothing over.
    let shown = store
        .order(&visit.code, no)
        .await?
        .filter(|order| Some(&order.code) == digits(&input.code).as_ref());
    shown.ok_or(Rejection::OrderUnknown { order: no })?;
    let actor: Code = format!("staff/{}", staff.staff_id)
        .parse()
        .map_err(|_| Fault::not_found())?;
    let key = Some(input.key).filter(|key| (1..=128).contains(&key.len()));
    let done = match redemption::settle(&visit.app.house, &visit.code, no, (actor, key)).await {
        Ok(_) => true,
        Err(ClerkError::Rejected(
            Rejection::OrderSettled { .. }
            | Rejection::OrderReleased { .. }
            | Rejection::OrderTimedOut { .. },
        )) => false,
        Err(error) => return Err(error.into()),
    };
    let order = store
        .order(&visit.code, no)
        .await?
        .ok_or(Rejection::OrderUnknown { order: no })?;
    told(&visit, &order, done).await
}

/// The large answer. `done`: this very request, or a repetition of it, handed it over.
async fn told(visit: &Visit, order: &Order, done: bool) -> Result<Response, Fault> {
    let outcome = match &order.state {
        OrderState::Settled { .. } if done => TillOutcome::HandedOver,
        OrderState::Settled { at, by } => TillOutcome::AlreadyHandedOver {
            at: visit.moment(*at),
            by: visit.actor(by).await,
        },
        OrderState::Released {
            at,
            reason: ReleaseReason::Cancelled,
        } => TillOutcome::Cancelled {
            at: visit.moment(*at),
        },
        OrderState::Released { .. } | OrderState::Reserved => TillOutcome::TimedOut {
            at: end_of(visit, order.deadline),
        },
    };
    let frame = visit
        .app
        .house
        .store
        .frame(&visit.code)
        .await?
        .ok_or_else(Fault::not_found)?;
    let item = TillItem {
        title: goods(visit, &frame, order_lines(order)),
        masked_name: visit.masked(order.resident).await?,
        reference: format!("#{}", order.no),
    };
    let status = if done {
        StatusCode::OK
    } else {
        StatusCode::CONFLICT
    };
    Ok((
        status,
        Html(TillResultView {
            shell: visit.shell(),
            outcome,
            item: Some(item),
        }),
    )
        .into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_from_fingers_and_scanners() {
        let check = |typed: &str, code: Option<&str>| {
            assert_eq!(digits(typed).as_deref(), code, "{typed:?}")
        };
        check("4827 1936", Some("48271936"));
        check(" 4827-1936\n", Some("48271936"));
        check(
            "https://rongyi.example.cn/nanmen/till?code=48271936",
            Some("48271936"),
        );
        check("4827193", None);
        check("abcdefgh", None);
    }
}
