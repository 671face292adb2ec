//! Files that pages need: style sheets, the script, what a browser keeps for the time without a network, icons, and what makes
//! a community's pages an app on a telephone. Nothing of anybody's.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rongyi_pages::{ICON_192_PATH, ICON_512_PATH};
use serde_json::json;

use crate::door::visit::Visit;

fn asset(kind: &'static str, bytes: &'static [u8]) -> Response {
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (header::CACHE_CONTROL, kept),
        ],
        bytes,
    )
        .into_response()
}

/// The style sheet; its address changes with its content.
pub async fn style_sheet() -> Response {
    asset("text/css; charset=utf-8", rongyi_pages::CSS)
}

/// The style sheet of reports and wall lists.
pub async fn paper_sheet() -> Response {
    asset("text/css; charset=utf-8", rongyi_pages::PAPER)
}

/// The script; every page works without it.
pub async fn script() -> Response {
    asset("text/javascript; charset=utf-8", rongyi_pages::JS)
}

/// The banyan.
pub async fn icon() -> Response {
    asset("image/svg+xml", rongyi_pages::ICON)
}

/// The banyan in points, for telephones.
pub async fn icon_192() -> Response {
    asset("image/png", rongyi_pages::ICON_192)
}

/// The same, larger.
pub async fn icon_512() -> Response {
    asset("image/png", rongyi_pages::ICON_512)
}

/// `GET /favicon.ico`: what browsers ask for without being told.
pub async fn favicon() -> Response {
    let kept = HeaderValue::from_static("public, max-age=86400");
    let kind = HeaderValue::from_static("image/png");
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)],
        rongyi_pages::ICON_192,
    )
        .into_response()
}

/// `GET /worker.js`: asked for anew each time, because its address stays.
pub async fn worker() -> Response {
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], rongyi_pages::WORKER).into_response()
}

/// `GET /{community}/app.webmanifest`: what a telephone needs to put the community on its screen.
pub async fn manifest(visit: Visit) -> Response {
    let shell = visit.shell();
    let icon = |path: &str, size: &str| json!({ "src": path, "sizes": size, "type": "image/png", "purpose": "any maskable" });
    let said = json!({
        "name": shell.community_title,
        "short_name": shell.community_short(),
        "description": shell.t("about"),
        "lang": shell.lang.tag(),
        "start_url": visit.path("/home"),
        "scope": visit.path("/"),
        "display": "standalone",
        "background_color": "#faf6ec",
        "theme_color": "#0d5237",
        "icons": [icon(ICON_192_PATH, "192x192"), icon(ICON_512_PATH, "512x512")],
    });
    let kind = HeaderValue::from_static("application/manifest+json");
    ([(header::CONTENT_TYPE, kind)], said.to_string()).into_response()
}
