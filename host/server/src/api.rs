//! The JSON API under `/api/v1`: the same house, asked by programs. Its routes, who is asking, and how bodies
//! and faults look; what is asked lies in the files below.

pub mod amend;
pub mod chains;
pub mod earning;
pub mod error;
pub mod ledger;
mod marks;
pub mod openapi;
pub mod people;
pub mod periods;
pub mod redemption;

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rongyi_core::chain::{hex, sha256};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::shown;
use serde::Serialize;
use tower_http::request_id::RequestId;
use utoipa::ToSchema;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::access::{self, AccessError, Device, SignedIn};
use crate::door::{Act, Actor, Address, Kind, May, Reading, Right, Way, may, of_api};
use crate::house::House;
use crate::serving::Slow;
use crate::web::App;
use crate::web::shell::cookie;
use error::Fault;

/// Every operation of the API, below `/api/v1`, with the act it is.
fn operations() -> Vec<(Act, UtoipaMethodRouter<Arc<App>>)> {
    vec![
        // Points are earned.
        (Act::RecordEvent, routes!(earning::post_event)),
        (Act::RecordEvent, routes!(earning::post_events)),
        (Act::RecordEvent, routes!(chains::post_chain)),
        // A resident.
        (Act::ReadBalance, routes!(people::get_balance)),
        (Act::ReadPassbook, routes!(people::get_passbook)),
        // The shop.
        (Act::SeeShop, routes!(redemption::list_items)),
        (Act::Quote, routes!(redemption::quote_basket)),
        (Act::PlaceOrder, routes!(redemption::place_order)),
        (Act::ReadOrder, routes!(redemption::get_order)),
        (Act::HandOver, routes!(redemption::settle_order)),
        (Act::CancelOrder, routes!(redemption::cancel_order)),
        // Periods, and what was.
        (Act::SeePeriods, routes!(periods::list_periods)),
        (
            Act::ReadPeriodHolders,
            routes!(periods::list_period_holders),
        ),
        (Act::StepPeriod, routes!(periods::post_period_step)),
        (Act::ReadBalance, routes!(periods::get_past_balance)),
        (Act::State, routes!(periods::post_statement)),
        // What was booked is taken back, corrected, objected to.
        (Act::Reverse, routes!(amend::reverse_entry)),
        (Act::Propose, routes!(amend::propose_change)),
        (Act::SeeDesk, routes!(amend::list_proposals)),
        (Act::Approve, routes!(amend::approve_proposal)),
        (Act::Decline, routes!(amend::decline_proposal)),
        (Act::SeePublic, routes!(amend::list_notices)),
        (Act::Object, routes!(amend::object_to_entry)),
        (Act::Review, routes!(amend::review_entry)),
        // What somebody is to look at.
        (Act::SeeDesk, routes!(marks::list_marks)),
        (Act::Review, routes!(marks::see_mark)),
        // The ledger.
        (Act::ReadEntry, routes!(ledger::get_entry)),
        (Act::ReadProof, routes!(ledger::get_proof)),
        (Act::SeePublic, routes!(ledger::get_head)),
        (Act::SeePublic, routes!(ledger::list_heads)),
    ]
}

/// The addresses of the API with their acts, below `/api/v1`.
pub fn addresses() -> Vec<Address> {
    let all = operations().into_iter();
    let mut list: Vec<Address> = all.flat_map(|(act, own)| of_api(act, own).0).collect();
    list.push(Address {
        method: "GET",
        path: "/openapi.json".to_owned(),
        act: Act::SeePublic,
    });
    list
}

pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    let empty = OpenApiRouter::with_openapi(openapi::frame());
    operations().into_iter().fold(empty, |router, (act, own)| {
        router.routes(of_api(act, own).1)
    })
}

pub(crate) fn router() -> axum::Router<Arc<App>> {
    let (router, _) = routes().split_for_parts();
    router
        .route("/openapi.json", axum::routing::get(openapi::get_openapi))
        .fallback(async || Fault::not_found())
}

/// What a fault looks like to a program.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:rongyi:` and the code.
    r#type: String,
    /// The HTTP status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// Stable; decide by this one.
    code: String,
    /// What is wrong and what to do, in Chinese.
    detail_zh: String,
    /// The same in English.
    detail: String,
    /// The id of this request, which the office can look up.
    request_id: String,
    /// Of a chain: the step that was not booked, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<usize>,
}

impl Problem {
    /// The answer that tells a fault.
    pub(crate) fn answer(fault: &Fault, request_id: String) -> Response {
        let status = fault.status;
        let body = Problem {
            r#type: format!("urn:rongyi:{}", fault.code),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            code: fault.code.clone().into_owned(),
            detail_zh: fault.text.zh.clone(),
            detail: fault.text.en.clone(),
            request_id,
            step: fault.step,
        };
        let mut answer = (status, Json(body)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        answer.headers_mut().insert(header::CONTENT_TYPE, kind);
        answer
    }
}

/// Around the API: gives every fault its body.
pub(crate) async fn as_json(request: Request, next: Next) -> Response {
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok());
    let request_id = id.unwrap_or_default().to_owned();
    let slow = Slow::of(request.extensions());
    let response = next.run(request).await;
    let status = response.status();
    let fault = match response.extensions().get::<Fault>() {
        _ if status.is_client_error() && slow.is_some_and(|slow| slow.is_so()) => {
            Fault::body_slow()
        }
        Some(fault) => fault.clone(),
        None if (status.is_client_error() || status.is_server_error()) && !is_json(&response) => {
            Fault::of_status(status)
        }
        None => return response,
    };
    let mut answer = Problem::answer(&fault, request_id);
    // A refused method says which ones there are.
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}

fn is_json(response: &Response) -> bool {
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.contains("json"))
}

/// The house's JSON on its way out; on its way in it is a [`Unread`](crate::asked::Unread).
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_string(&self.0) {
            Ok(text) => {
                // What turns the reading direction or hides is written as an escape, for those who read it raw.
                let text = shown::json(&text).into_owned();
                let kind = HeaderValue::from_static("application/json");
                ([(header::CONTENT_TYPE, kind)], text).into_response()
            }
            Err(_) => Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Both {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<rongyi_core::rule::Text> for Both {
    fn from(text: rongyi_core::rule::Text) -> Self {
        Both {
            zh: text.zh,
            en: text.en,
        }
    }
}

/// Who asks: a device with its token, or a browser with its session.
#[derive(Debug, Clone)]
pub enum Who {
    /// A device.
    Device(Device),
    /// A person.
    Person(SignedIn),
}

impl Who {
    /// By what right they ask.
    pub fn right(&self) -> Right {
        match self {
            Who::Device(device) => Right::Device(device.scope),
            Who::Person(person) => Right::of(Some(person)),
        }
    }
}

/// A request of a program to one community of this host, by somebody who may ask it.
pub struct Caller {
    /// What handlers need.
    pub app: Arc<App>,
    /// The community.
    pub code: Code,
    /// Who asks.
    pub who: Who,
    /// What is asked.
    pub act: Act,
    /// Whether for anybody, or only for what is their own.
    may: May,
    /// The `Idempotency-Key`.
    pub key: Option<String>,
}

/// The community that an address names.
async fn community(parts: &mut Parts, app: &Arc<App>) -> Result<Code, Fault> {
    let params = RawPathParams::from_request_parts(parts, app)
        .await
        .map_err(|_| Fault::not_found())?;
    let named = params
        .iter()
        .find(|(name, _)| *name == "community")
        .map(|(_, value)| value.to_owned());
    let named = named.unwrap_or_default();
    let known = named
        .parse()
        .ok()
        .filter(|code| app.house.community(code).is_some());
    known.ok_or_else(|| {
        let shown: String = named.chars().take(48).collect();
        Fault::new(
            StatusCode::NOT_FOUND,
            "community.unknown",
            format!("这里没有叫“{shown}”的社区。请核对网址。"),
            format!("There is no community “{shown}” here. Check the address."),
        )
    })
}

fn idempotency_key(parts: &Parts) -> Result<Option<String>, Fault> {
    let Some(value) = parts.headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .ok()
        .filter(|key| (1..=128).contains(&key.len()));
    let bad = || {
        Fault::input(
            "Idempotency-Key",
            "要 1 到 128 个 ASCII 字符。",
            "give 1 to 128 ASCII characters.",
        )
    };
    key.map(|key| Some(key.to_owned())).ok_or_else(bad)
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Fault> {
        let code = community(parts, app).await?;
        let key = idempotency_key(parts)?;
        let store = &app.house.store;
        let bearer = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let who = if let Some(bearer) = bearer {
            let token = bearer
                .strip_prefix("Bearer ")
                .ok_or(AccessError::TokenUnknown)?;
            let now = app.house.clock.now();
            let device = app.devices.device(store, &code, token.trim(), now);
            Who::Device(device.await?)
        } else {
            let token =
                cookie(&parts.headers, app.cookie_name()).ok_or(AccessError::SignInNeeded)?;
            let person = access::who(store, &code, token, app.house.clock.now()).await?;
            let person = person.ok_or(AccessError::SignInNeeded)?;
            if person.must_change() {
                return Err(AccessError::PinFirst.into());
            }
            Who::Person(person)
        };
        let act = parts.extensions.get::<Act>().copied();
        let act = act.ok_or(AccessError::Forbidden)?;
        let may = may(who.right(), act);
        if may == May::No {
            return Err(AccessError::Forbidden.into());
        }
        Ok(Caller {
            app: Arc::clone(app),
            code,
            who,
            act,
            may,
            key,
        })
    }
}

impl Caller {
    /// The installation.
    pub fn house(&self) -> &House {
        &self.app.house
    }

    /// Who changes what this caller changes.
    pub fn actor(&self) -> Actor {
        match &self.who {
            Who::Device(device) => Actor::from(device),
            Who::Person(person) => Actor::from(person),
        }
    }

    /// The same caller, asking another act.
    ///
    /// # Errors
    /// [`AccessError::Forbidden`] when they may not.
    pub fn acting(&self, act: Act) -> Result<Caller, AccessError> {
        let may = may(self.who.right(), act);
        if may == May::No {
            return Err(AccessError::Forbidden);
        }
        Ok(Caller {
            app: Arc::clone(&self.app),
            code: self.code.clone(),
            who: self.who.clone(),
            act,
            may,
            key: self.key.clone(),
        })
    }

    /// The idempotency key of one of several things that were sent together.
    pub fn key_at(&self, place: usize) -> Option<String> {
        let own = self.key.as_ref()?;
        Some(hex(&sha256(format!("{own}/{place}").as_bytes())))
    }

    /// Whether what is asked may be asked about this resident.
    ///
    /// # Errors
    /// [`AccessError::Forbidden`] for somebody else's.
    pub fn about(&self, resident: ResidentNo) -> Result<(), AccessError> {
        if self.about_anybody() || self.resident() == Some(resident) {
            Ok(())
        } else {
            Err(AccessError::Forbidden)
        }
    }

    /// Puts on record that this caller reads what is kept about these residents, before it is answered.
    ///
    /// # Errors
    /// What the database said; then nothing may be answered.
    pub async fn reads(&self, kind: Kind, whose: &[ResidentNo]) -> Result<(), Fault> {
        let reading = Reading {
            by: &self.actor(),
            kind,
            way: Way::Api,
            at: self.house().clock.now(),
        };
        let (readings, store) = (&self.house().readings, &self.house().store);
        Ok(readings.note(store, &self.code, reading, whose).await?)
    }

    /// Whether what is asked may be asked about anybody.
    pub fn about_anybody(&self) -> bool {
        self.may == May::Yes
    }

    /// The resident who asks, when it is one.
    pub fn resident(&self) -> Option<ResidentNo> {
        match &self.who {
            Who::Person(SignedIn::Resident(own)) => Some(own.resident),
            Who::Person(SignedIn::Staff(_)) | Who::Device(_) => None,
        }
    }
}

/// An answer to a command: with the header that says when it had been answered before.
pub struct Told<T> {
    /// The body.
    pub body: T,
    /// Whether the same key or reference was answered before.
    pub replayed: bool,
}

impl<T: Serialize> IntoResponse for Told<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        if self.replayed {
            response
                .headers_mut()
                .insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}
