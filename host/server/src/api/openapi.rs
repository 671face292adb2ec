//! The description of the API, made from the handlers themselves. The file `host/server/openapi.json` is kept
//! beside it, and a test fails when the two differ.

use axum::response::IntoResponse;
use utoipa::OpenApi;

use super::Json;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rongyi",
        description = "Points, passbooks, goods and proof of the communities of one host. Devices send \
            `Authorization: Bearer <token>`, browsers their session cookie. An `Idempotency-Key` makes a \
            repeated request answer as the first did. Every fault has the shape `Problem`; decide by its `code`.",
        license(name = "Apache-2.0")
    ),
    servers((url = "/api/v1")),
    components(schemas(super::Problem))
)]
struct Description;

pub(super) fn frame() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// The description as JSON, as it is kept in the repository.
pub fn description() -> String {
    let mut text = super::routes()
        .into_openapi()
        .to_pretty_json()
        .unwrap_or_default();
    text.push('\n');
    text
}

/// `GET /api/v1/openapi.json`.
pub(super) async fn get_openapi() -> impl IntoResponse {
    Json(super::routes().into_openapi())
}
