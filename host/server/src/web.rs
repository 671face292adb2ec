//! The door for browsers and programs: every address of this host, and what is around all of them.
//!
//! Handlers read the store, ask the clerk, and fill view models; they decide nothing about points.

mod amend;
pub mod errors;
pub mod front;
pub mod headers;
mod lines;
mod operator;
mod order;
mod own;
mod pending;
mod periods;
mod proof;
mod record;
mod resident;
pub mod shell;
mod shop;
mod staff;
mod why;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Router, middleware};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::access::{AccessError, Devices, Flood, Vault, random, server_secret};
use crate::api;
use crate::api::error::Fault;
use crate::house::House;

/// The most a request may carry.
pub const BODY_MAX_BYTES: usize = 1024 * 1024;
/// After this long a request is answered, one way or the other.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// What handlers need.
pub struct App {
    /// The installation.
    pub house: Arc<House>,
    /// Where PINs are compared.
    pub vault: Vault,
    /// The limit per address.
    pub flood: Flood,
    /// Devices seen a moment ago.
    pub devices: Devices,
    /// Whether residents reach this host with `https://`.
    pub https: bool,
}

impl App {
    /// The name of the session's cookie. `__Host-` ties it to this very host, and needs https.
    pub fn cookie_name(&self) -> &'static str {
        if self.https {
            "__Host-rongyi"
        } else {
            "rongyi"
        }
    }
}

/// Every address of this host.
pub fn router(house: Arc<House>) -> Router {
    let secret = server_secret(&house.config.secret_file).unwrap_or_else(|error| {
        let file = house.config.secret_file.display();
        tracing::error!(%error, %file, "the server's secret cannot be read, so no PIN will match; mend the file and restart");
        random()
    });
    let https = house
        .config
        .public_url
        .as_ref()
        .is_some_and(|url| url.starts_with("https://"));
    let app = Arc::new(App {
        house,
        vault: Vault::new(secret),
        flood: Flood::default(),
        devices: Devices::default(),
        https,
    });
    let pages = pages()
        .fallback(async || Fault::not_found())
        .layer(guard(&app))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            errors::dress,
        ));
    let programs = api::router()
        .layer(guard(&app))
        .layer(middleware::from_fn(api::as_json));
    let around = ServiceBuilder::new()
        .layer(SetRequestIdLayer::x_request_id(ShortId))
        .layer(TraceLayer::new_for_http())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(middleware::from_fn_with_state(https, headers::secure))
        .layer(CompressionLayer::new());
    Router::new()
        .nest("/api/v1", programs)
        .merge(pages)
        .route("/healthz", get(front::health))
        .layer(around)
        .with_state(app)
}

/// Every page, in the order in which people meet them.
fn pages() -> Router<Arc<App>> {
    Router::new()
        // Before anybody signs in.
        .route("/", get(front::list_communities))
        .route("/settings", post(front::keep_settings))
        .route(rongyi_pages::CSS_PATH, get(front::style_sheet))
        .route(rongyi_pages::JS_PATH, get(front::script))
        .route("/heads", get(proof::list_heads))
        .route("/heads/{file}", get(proof::get_heads_file))
        .route("/check-proof.py", get(proof::get_checker))
        .route("/{community}", get(front::show_front))
        .route("/{community}/", get(front::show_front))
        .route("/{community}/head", get(front::show_head))
        .route(
            "/{community}/proof",
            get(proof::show_check).post(proof::check_proof),
        )
        .route(
            "/{community}/sign-in",
            get(front::show_sign_in).post(front::sign_in),
        )
        .route(
            "/{community}/staff/sign-in",
            get(front::show_staff_sign_in).post(front::sign_in_staff),
        )
        .route("/{community}/sign-out", post(front::sign_out))
        .route(
            "/{community}/pin",
            get(front::show_pin).post(front::change_pin),
        )
        // A resident.
        .route("/{community}/home", get(resident::show_home))
        .route("/{community}/passbook", get(resident::show_passbook))
        .route("/{community}/passbook/{seq}", get(why::show_why))
        .route("/{community}/passbook/{seq}/proof", get(proof::show_proof))
        .route(
            "/{community}/passbook/{seq}/proof.json",
            get(proof::get_proof_file),
        )
        .route("/{community}/me", get(resident::show_me))
        .route(
            "/{community}/me/data",
            get(own::show_own).post(own::erase_own),
        )
        .route("/{community}/me/data.json", get(own::get_own_file))
        // What is under notice; everybody may look.
        .route("/{community}/notice", get(amend::show_notice))
        .route("/{community}/notice/{seq}/object", post(amend::object))
        // The shop.
        .route("/{community}/shop", get(shop::list_shop))
        .route("/{community}/shop/{item}", get(shop::show_item))
        .route("/{community}/shop/{item}/confirm", get(shop::show_confirm))
        .route(
            "/{community}/orders",
            get(order::list_orders).post(order::place_order),
        )
        .route("/{community}/orders/{no}", get(order::show_order))
        .route("/{community}/orders/{no}/cancel", post(order::cancel_order))
        // Staff.
        .route(
            "/{community}/till",
            get(staff::show_till).post(staff::look_up_code),
        )
        .route("/{community}/till/{no}/settle", post(staff::settle_order))
        .route(
            "/{community}/record",
            get(record::show_record).post(record::record_event),
        )
        .route("/{community}/amend", get(amend::show_desk))
        .route("/{community}/amend/reverse", post(amend::reverse))
        .route("/{community}/amend/adjust", post(amend::adjust))
        .route("/{community}/amend/{seq}/approve", post(amend::approve))
        .route("/{community}/amend/{seq}/decline", post(amend::decline))
        .route("/{community}/amend/{seq}/review", post(amend::review))
        .route("/{community}/operator", get(operator::show_operator))
        .route("/{community}/operator/periods", get(periods::list_periods))
        .route(
            "/{community}/operator/periods/{period}",
            get(periods::show_period).post(periods::take_step),
        )
}

/// What every handler is protected by; faults leave as [`Fault`]s for the layer outside.
fn guard(
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

/// Ids that a person can read out on the telephone: eight letters and digits that look unlike each other.
#[derive(Clone, Copy)]
struct ShortId;

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
