//! The JSON that programs read: answers, faults, and texts in both languages.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rongyi_core::shown;
use serde::Serialize;
use tower_http::request_id::RequestId;
use utoipa::ToSchema;

use super::fault::Fault;
use crate::serving::Slow;

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

/// The house's JSON on its way out; on its way in it is an `Unread`.
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

/// An answer to a command: with the header that says when it had been answered before.
pub struct Replayable<T> {
    /// The body.
    pub body: T,
    /// Whether the same key or reference was answered before.
    pub replayed: bool,
}

impl<T: Serialize> IntoResponse for Replayable<T> {
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
