//! What is around every page and every operation: limits, protection against foreign forms, ids of requests.

use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::request_id::{MakeRequestId, RequestId};
use tower_http::timeout::TimeoutLayer;

use crate::access::{AccessError, random};
use crate::door::app::{App, BODY_MAX_BYTES};
use crate::door::fault::Fault;

/// After this long a request is answered, one way or the other.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// What every handler is protected by; faults leave as [`Fault`]s for the layer outside.
pub(super) fn guard(
    app: &App,
) -> impl tower::Layer<
    axum::routing::Route,
    Service: tower::Service<
        axum::extract::Request,
        Response: axum::response::IntoResponse + 'static,
        Error: Into<std::convert::Infallible> + 'static,
        Future: Send + 'static,
    > + Clone
                 + Send
                 + Sync
                 + 'static,
> + Clone
+ Send
+ Sync
+ 'static {
    let mut csrf = CsrfLayer::new();
    if let Some(url) = &app.house.config.public_url {
        csrf = csrf.clone().add_trusted_origin(url).unwrap_or(csrf);
    }
    let csrf =
        csrf.with_rejection_response(|_: ProtectionError| refuse(AccessError::CrossSite.into()));
    ServiceBuilder::new()
        .layer(CatchPanicLayer::custom(|_| {
            refuse(Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR))
        }))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            ANSWER_MAX,
        ))
        .layer(csrf)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
}

fn refuse(fault: Fault) -> axum::response::Response {
    axum::response::IntoResponse::into_response(fault)
}

/// An id that a client brings along is none: it would stand on pages and in the log like one of ours.
pub(super) fn own_id<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    request.headers_mut().remove("x-request-id");
    request
}

/// Ids that a person can read out on the telephone: eight letters and digits that look unlike each other.
#[derive(Clone, Copy)]
pub(super) struct ShortId;

impl MakeRequestId for ShortId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        let id: String = random::<8>()
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
            .collect();
        Some(RequestId::new(id.parse().ok()?))
    }
}
