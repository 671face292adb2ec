//! The one list of addresses: every page and every operation of the API, and what is around all of them.
//!
//! Handlers stand with their features; they read the store, ask the clerk, and fill views. None decides about points.

mod around;
mod casework;
mod merchants;
mod mine;
pub mod openapi;
mod operations;
mod pages;
mod volunteers;

pub use operations::api_addresses;
pub(crate) use operations::api_routes;
pub use pages::addresses;

use std::sync::Arc;

use axum::routing::get;
use axum::{Router, middleware};
use tower::ServiceBuilder;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use crate::access::{Devices, Flood, Proxies, Vault, random, server_secret};
use crate::door::app::App;
use crate::door::fault::Fault;
use crate::door::json;
use crate::house::House;
use around::{ShortId, guard, own_id};
use operations::api_router;

use crate::{door, vitals};

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
            door::error_page::dress,
        ));
    let programs = api_router()
        .layer(guard(&app))
        .layer(middleware::from_fn(json::as_json));
    let around = ServiceBuilder::new()
        .map_request(own_id)
        .layer(SetRequestIdLayer::x_request_id(ShortId))
        .layer(TraceLayer::new_for_http())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(middleware::from_fn_with_state(https, door::headers::secure))
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
