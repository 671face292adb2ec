//! The door for browsers and programs: every address of this host, and what is around all of them.
//!
//! Handlers read the store, ask the clerk, and fill view models; they decide nothing about points.

mod accounts;
mod amend;
mod carried;
pub mod contact;
pub mod errors;
pub mod front;
pub mod headers;
mod lines;
mod marks;
mod months;
mod operator;
mod order;
mod own;
mod pending;
mod periods;
mod privacy;
mod proof;
mod record;
mod resident;
pub mod shell;
mod shop;
mod staff;
mod unmoved;
pub mod vitals;
mod why;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::get;
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

use crate::access::{AccessError, Desk, Devices, Flood, Proxies, Vault, random, server_secret};
use crate::api;
use crate::api::error::Fault;
use crate::door::{Act, Addresses};
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
    /// The budget of each line.
    pub flood: Flood,
    /// The proxies that are believed.
    pub proxies: Proxies,
    /// Devices seen a moment ago.
    pub devices: Devices,
    /// Whether residents reach this host with `https://`.
    pub https: bool,
}

impl App {
    /// What a sign-in needs.
    pub fn desk(&self) -> Desk<'_> {
        Desk {
            store: &self.house.store,
            vault: &self.vault,
            flood: &self.flood,
        }
    }

    /// The name of the cookie by which a browser is known again.
    pub fn browser_cookie(&self) -> &'static str {
        if self.https {
            "__Host-rongyi-device"
        } else {
            "rongyi-device"
        }
    }

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
    let counts = Arc::clone(&house.clerk.vitals);
    let proxies = house.config.trusted_proxies.clone();
    let app = Arc::new(App {
        house,
        vault: Vault::new(secret),
        flood: Flood::new(random()),
        proxies: Proxies::new(proxies),
        devices: Devices::default(),
        https,
    });
    let pages = addresses()
        .into_router()
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
        .map_request(own_id)
        .layer(SetRequestIdLayer::x_request_id(ShortId))
        .layer(TraceLayer::new_for_http())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(middleware::from_fn_with_state(https, headers::secure))
        .layer(CompressionLayer::new());
    Router::new()
        .nest("/api/v1", programs)
        .merge(pages)
        .route("/healthz", get(vitals::health))
        .route("/readyz", get(vitals::ready))
        .route("/metrics", get(vitals::metrics))
        .layer(middleware::from_fn_with_state(counts, vitals::count))
        .layer(around)
        .with_state(app)
}

/// Every page with what it is for, in the order in which people meet them.
#[expect(
    clippy::too_many_lines,
    reason = "one list of addresses, read from top to bottom"
)]
pub fn addresses() -> Addresses {
    use Act::{
        Approve, ChangeSecret, Decline, HandOver, ManageOwn, ManageStaff, Object, OrderOwn,
        Propose, ReadPeriodHolders, RecordEvent, ResetPin, Reverse, Review, SeeDesk, SeeOperations,
        SeeOwn, SeePeriods, SeePublic, SetListing, StepPeriod,
    };
    Addresses::default()
        // Before anybody signs in.
        .get(SeePublic, "/", front::list_communities)
        .post(SeePublic, "/settings", front::keep_settings)
        .get(SeePublic, rongyi_pages::CSS_PATH, front::style_sheet)
        .get(SeePublic, rongyi_pages::JS_PATH, front::script)
        .get(SeePublic, "/heads", proof::list_heads)
        .get(SeePublic, "/heads/{file}", proof::get_heads_file)
        .get(SeePublic, "/check-proof.py", proof::get_checker)
        .get(SeePublic, contact::PATH, contact::get_contact)
        .get(SeePublic, "/{community}", front::show_front)
        .get(SeePublic, "/{community}/", front::show_front)
        .get(SeePublic, "/{community}/head", front::show_head)
        .get(SeePublic, "/{community}/proof", proof::show_check)
        .post(SeePublic, "/{community}/proof", proof::check_proof)
        .get(SeePublic, "/{community}/sign-in", front::show_sign_in)
        .post(SeePublic, "/{community}/sign-in", front::sign_in)
        .get(
            SeePublic,
            "/{community}/staff/sign-in",
            front::show_staff_sign_in,
        )
        .post(
            SeePublic,
            "/{community}/staff/sign-in",
            front::sign_in_staff,
        )
        .post(SeePublic, "/{community}/sign-out", front::sign_out)
        .get(ChangeSecret, "/{community}/pin", front::show_pin)
        .post(ChangeSecret, "/{community}/pin", front::change_pin)
        .get(ChangeSecret, "/{community}/devices", accounts::show_devices)
        .post(ChangeSecret, "/{community}/devices", accounts::end_device)
        // A resident.
        .get(SeeOwn, "/{community}/home", resident::show_home)
        .get(SeeOwn, "/{community}/passbook", resident::show_passbook)
        .get(SeeOwn, "/{community}/passbook/{seq}", why::show_why)
        .get(
            SeeOwn,
            "/{community}/passbook/{seq}/proof",
            proof::show_proof,
        )
        .get(
            SeeOwn,
            "/{community}/passbook/{seq}/proof.json",
            proof::get_proof_file,
        )
        .get(SeeOwn, "/{community}/me", resident::show_me)
        .get(SeeOwn, "/{community}/me/data", own::show_own)
        .post(ManageOwn, "/{community}/me/data", own::erase_own)
        .get(SeeOwn, "/{community}/me/data.json", own::get_own_file)
        .get(SeeOwn, "/{community}/me/privacy", privacy::show_privacy)
        .post(
            ManageOwn,
            "/{community}/me/privacy",
            privacy::set_own_listing,
        )
        // What is under notice; everybody may look.
        .get(SeePublic, "/{community}/notice", amend::show_notice)
        .post(Object, "/{community}/notice/{seq}/object", amend::object)
        // The shop.
        .get(SeeOwn, "/{community}/shop", shop::list_shop)
        .get(SeeOwn, "/{community}/shop/{item}", shop::show_item)
        .get(
            SeeOwn,
            "/{community}/shop/{item}/confirm",
            shop::show_confirm,
        )
        .get(SeeOwn, "/{community}/orders", order::list_orders)
        .post(OrderOwn, "/{community}/orders", order::place_order)
        .get(SeeOwn, "/{community}/orders/{no}", order::show_order)
        .post(
            OrderOwn,
            "/{community}/orders/{no}/cancel",
            order::cancel_order,
        )
        // Staff.
        .get(HandOver, "/{community}/till", staff::show_till)
        .post(HandOver, "/{community}/till", staff::look_up_code)
        .post(
            HandOver,
            "/{community}/till/{no}/settle",
            staff::settle_order,
        )
        .get(RecordEvent, "/{community}/record", record::show_record)
        .post(RecordEvent, "/{community}/record", record::record_event)
        .get(SeeDesk, "/{community}/amend", amend::show_desk)
        .post(Reverse, "/{community}/amend/reverse", amend::reverse)
        .post(Propose, "/{community}/amend/adjust", amend::adjust)
        .post(Approve, "/{community}/amend/{seq}/approve", amend::approve)
        .post(Decline, "/{community}/amend/{seq}/decline", amend::decline)
        .post(Review, "/{community}/amend/{seq}/review", amend::review)
        .post(Review, "/{community}/amend/{seq}/seen", marks::see)
        .get(
            SetListing,
            "/{community}/listing",
            privacy::show_listing_desk,
        )
        .get(ResetPin, "/{community}/reset", accounts::show_reset)
        .post(ResetPin, "/{community}/reset", accounts::look_up_resident)
        .get(ResetPin, "/{community}/reset/pin", accounts::back_to_reset)
        .post(ResetPin, "/{community}/reset/pin", accounts::reset_pin)
        .get(
            ResetPin,
            "/{community}/reset/unlock",
            accounts::back_to_reset,
        )
        .post(
            ResetPin,
            "/{community}/reset/unlock",
            accounts::unlock_resident,
        )
        .get(
            ManageStaff,
            "/{community}/operator/staff",
            accounts::list_staff,
        )
        .get(
            ManageStaff,
            "/{community}/operator/staff/{id}",
            accounts::show_staff,
        )
        .post(
            ManageStaff,
            "/{community}/operator/staff/{id}",
            accounts::change_staff,
        )
        .post(SetListing, "/{community}/listing", privacy::set_listing)
        .get(
            SeeOperations,
            "/{community}/operator",
            operator::show_operator,
        )
        .get(
            SeePeriods,
            "/{community}/operator/periods",
            periods::list_periods,
        )
        .get(
            ReadPeriodHolders,
            "/{community}/operator/periods/{period}",
            periods::show_period,
        )
        .post(
            StepPeriod,
            "/{community}/operator/periods/{period}",
            periods::take_step,
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

/// An id that a client brings along is none: it would stand on pages and in the log like one of ours.
fn own_id<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    request.headers_mut().remove("x-request-id");
    request
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
