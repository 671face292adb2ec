//! The JSON API under `/api/v1`: the same house, asked by programs. Its routes, who is asking, and how bodies
//! and faults look; what is asked lies in the files below.

pub mod amend;
pub mod earning;
pub mod error;
pub mod ledger;
pub mod openapi;
pub mod people;
pub mod periods;
pub mod redemption;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rongyi_core::ids::{Code, ResidentNo};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_http::request_id::RequestId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{self, AccessError, Device, Role, Scope, SignedIn};
use crate::house::House;
use crate::web::App;
use crate::web::shell::cookie;
use error::Fault;

/// Every address of the API, below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::frame())
        // Points are earned.
        .routes(routes!(earning::post_event))
        .routes(routes!(earning::post_events))
        // A resident.
        .routes(routes!(people::get_balance))
        .routes(routes!(people::get_passbook))
        // The shop.
        .routes(routes!(redemption::list_items))
        .routes(routes!(redemption::quote_basket))
        .routes(routes!(redemption::place_order))
        .routes(routes!(redemption::get_order))
        .routes(routes!(redemption::settle_order))
        .routes(routes!(redemption::cancel_order))
        // Periods, and what was.
        .routes(routes!(periods::list_periods))
        .routes(routes!(periods::list_period_holders))
        .routes(routes!(periods::post_period_step))
        .routes(routes!(periods::get_past_balance))
        .routes(routes!(periods::post_statement))
        // What was booked is taken back, corrected, objected to.
        .routes(routes!(amend::reverse_entry))
        .routes(routes!(amend::propose_change, amend::list_proposals))
        .routes(routes!(amend::approve_proposal))
        .routes(routes!(amend::decline_proposal))
        .routes(routes!(amend::list_notices))
        .routes(routes!(amend::object_to_entry))
        .routes(routes!(amend::review_entry))
        // The ledger.
        .routes(routes!(ledger::get_entry))
        .routes(routes!(ledger::get_proof))
        .routes(routes!(ledger::get_head))
        .routes(routes!(ledger::list_heads))
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
}

/// Around the API: gives every fault its body.
pub(crate) async fn as_json(request: Request, next: Next) -> Response {
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok());
    let request_id = id.unwrap_or_default().to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let fault = match response.extensions().get::<Fault>() {
        Some(fault) => fault.clone(),
        None if (status.is_client_error() || status.is_server_error()) && !is_json(&response) => {
            Fault::of_status(status)
        }
        None => return response,
    };
    let body = Problem {
        r#type: format!("urn:rongyi:{}", fault.code),
        title: fault
            .status
            .canonical_reason()
            .unwrap_or("Error")
            .to_owned(),
        status: fault.status.as_u16(),
        code: fault.code.clone().into_owned(),
        detail_zh: fault.text.zh.clone(),
        detail: fault.text.en.clone(),
        request_id,
    };
    let mut answer = (fault.status, Json(body)).into_response();
    answer.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if let Some(after) = response.headers().get(header::RETRY_AFTER) {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, after.clone());
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

/// The house's JSON: in, it names what is wrong with a body; out, it is plain.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => {
                let kind = HeaderValue::from_static("application/json");
                ([(header::CONTENT_TYPE, kind)], bytes).into_response()
            }
            Err(_) => Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| {
            kind.split(';')
                .next()
                .unwrap_or("")
                .trim()
                .ends_with("json")
        }) {
            return Err(Fault::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "body.media-type",
                "请求的内容要是 JSON：加上请求头 Content-Type: application/json。",
                "The body must be JSON: send the header Content-Type: application/json.",
            ));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| Fault::of_status(error.status()))?;
        serde_json::from_slice(&bytes).map(Json).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Fault::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "body.malformed",
                format!("第 {line} 行第 {column} 列的 JSON 不合要求：{error}。格式见 /api/v1/openapi.json。"),
                format!("The JSON is not what is expected at line {line}, column {column}: {error}. See /api/v1/openapi.json."),
            )
        })
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

/// A request of a program to one community of this host.
pub struct Caller {
    /// What handlers need.
    pub app: Arc<App>,
    /// The community.
    pub code: Code,
    /// Who asks.
    pub who: Who,
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
        Ok(Caller {
            app: Arc::clone(app),
            code,
            who,
            key,
        })
    }
}

impl Caller {
    /// The installation.
    pub fn house(&self) -> &House {
        &self.app.house
    }

    /// The actor of what this caller changes.
    pub fn actor(&self) -> Code {
        let name = match &self.who {
            Who::Device(device) => format!("token/{}", device.token_id),
            Who::Person(SignedIn::Resident(own)) => format!("resident/{}", own.resident),
            Who::Person(SignedIn::Staff(staff)) => format!("staff/{}", staff.staff_id),
        };
        name.parse().unwrap_or_else(|_| Code::literal("unnamed"))
    }

    /// Whether this is staff with one of these roles (an operator has every role), or a device with this scope.
    pub fn staff(&self, roles: &[Role], scope: Option<Scope>) -> Result<(), AccessError> {
        let may = match &self.who {
            Who::Device(device) => Some(device.scope) == scope,
            Who::Person(SignedIn::Staff(staff)) => {
                staff.role == Role::Operator || roles.contains(&staff.role)
            }
            Who::Person(SignedIn::Resident(_)) => false,
        };
        if may {
            Ok(())
        } else {
            Err(AccessError::Forbidden)
        }
    }

    /// Whether this caller may read what concerns a resident: the resident, any staff, a reading device.
    pub fn may_read(&self, resident: ResidentNo) -> Result<(), AccessError> {
        match &self.who {
            Who::Person(SignedIn::Resident(own)) if own.resident == resident => Ok(()),
            Who::Person(SignedIn::Staff(_)) => Ok(()),
            Who::Device(device) if device.scope == Scope::Read => Ok(()),
            Who::Person(SignedIn::Resident(_)) | Who::Device(_) => Err(AccessError::Forbidden),
        }
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
