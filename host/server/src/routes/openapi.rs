//! The description of the API, made from the handlers themselves and finished here with what is the same everywhere:
//! who may ask, which headers count, and every answer that is a fault. The file `host/server/openapi.json` is kept
//! beside it, and a test fails when the two differ.

use axum::response::IntoResponse;
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Content, HeaderBuilder, ObjectBuilder, PathItem, Ref, RefOr, Response, ResponseBuilder, Type,
};

use crate::door::json::Json;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rongyi",
        description = "Points, passbooks, goods and proof of the communities of one host. Devices send \
            `Authorization: Bearer <token>`, browsers their session cookie. An `Idempotency-Key` makes a \
            repeated request answer as the first did. Every fault is `application/problem+json` with the shape \
            `Problem`; decide by its `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/api/v1")),
    components(schemas(crate::door::json::Problem))
)]
struct Description;

pub(crate) fn frame() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// What everybody may read without signing in.
const PUBLIC: [&str; 3] = ["get_head", "list_heads", "list_notices"];

/// The faults, by their status.
const FAULTS: [(&str, &str); 13] = [
    (
        "400",
        "The head of the request, or one of its parts, cannot be understood.",
    ),
    ("401", "Nobody is signed in, or the token is unknown."),
    ("403", "This caller may not do that."),
    (
        "404",
        "There is no such community, resident, order, entry or period.",
    ),
    (
        "405",
        "This address does not take this method; `Allow` says which it takes.",
    ),
    ("408", "The body did not arrive in its time."),
    (
        "409",
        "It contradicts what is there: booked already, reversed already, another request under the same key.",
    ),
    ("413", "More than 1 MiB was sent."),
    ("415", "The body is not said to be JSON."),
    (
        "422",
        "The body, or a part of the query, is not what it should be.",
    ),
    (
        "429",
        "Too many requests wait, or too many guesses were wrong; `Retry-After` says for how long.",
    ),
    ("500", "The host failed."),
    (
        "503",
        "The host is full, busy or stopping, or the books cannot be reached; `Retry-After` says when to ask again.",
    ),
];

/// Whether an operation can answer with a status.
fn answers_with(status: &str, operation: &Operation, public: bool, post: bool) -> bool {
    let placed = |places: &[ParameterIn]| {
        let all = operation.parameters.iter().flatten();
        all.filter_map(|one| match one {
            RefOr::T(one) => Some(one),
            RefOr::Ref(_) => None,
        })
        .any(|one| places.contains(&one.parameter_in))
    };
    let body = operation.request_body.is_some();
    match status {
        "401" | "403" => !public,
        "404" => placed(&[ParameterIn::Path]),
        "409" => post,
        "408" | "413" | "415" => body,
        "422" => body || post || placed(&[ParameterIn::Query]),
        "429" => post,
        _ => true,
    }
}

fn told(status: &str, description: &str) -> Response {
    let kind = "application/problem+json";
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let answer = ResponseBuilder::new()
        .description(description)
        .content(kind, problem);
    let header = |description: &str, kind| {
        HeaderBuilder::new()
            .description(Some(description))
            .schema(Some(ObjectBuilder::new().schema_type(kind).build()))
            .build()
    };
    match status {
        "405" => answer.header("Allow", header("The methods it takes.", Type::String)),
        "429" | "503" => answer.header("Retry-After", header("Seconds.", Type::Integer)),
        _ => answer,
    }
    .build()
}

fn idempotency_key() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(128))
        .pattern(Some("^[\\x20-\\x7e]+$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "1-128 ASCII characters. The same key with the same body is answered as before, for 30 days.",
        ))
        .schema(Some(text.build()))
        .build()
}

fn finish_operation(operation: &mut Operation, post: bool) {
    let public = operation
        .operation_id
        .as_deref()
        .is_some_and(|id| PUBLIC.contains(&id));
    let none: [&str; 0] = [];
    operation.security = Some(if public {
        Vec::new()
    } else {
        vec![
            SecurityRequirement::new("token", none),
            SecurityRequirement::new("session", none),
        ]
    });
    if post {
        let parameters = operation.parameters.get_or_insert_default();
        parameters.retain(|one| match one {
            RefOr::T(one) => one.name != "Idempotency-Key",
            RefOr::Ref(_) => true,
        });
        parameters.push(RefOr::T(idempotency_key()));
    }
    let summary = operation.summary.clone().unwrap_or_default();
    let mut answers = std::mem::take(&mut operation.responses.responses);
    answers.remove("default");
    for answer in answers.values_mut() {
        if let RefOr::T(answer) = answer
            && answer.description.is_empty()
        {
            answer.description.clone_from(&summary);
        }
    }
    for (status, _) in FAULTS {
        if answers_with(status, operation, public, post) {
            let name = format!("Fault{status}");
            answers.insert(status.to_owned(), RefOr::Ref(Ref::from_response_name(name)));
        }
    }
    operation.responses.responses = answers;
}

/// Adds what is the same for every operation.
fn finish(mut all: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let components = all.components.get_or_insert_default();
    for (status, description) in FAULTS {
        components.responses.insert(
            format!("Fault{status}"),
            RefOr::T(told(status, description)),
        );
    }
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A device's token, made with `rongyi token add`."))
        .build();
    components.add_security_scheme("token", SecurityScheme::Http(token));
    let session = ApiKeyValue::with_description(
        "rongyi",
        "The session of a browser in which somebody is signed in; over https the cookie is called `__Host-rongyi`.",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    for item in all.paths.paths.values_mut() {
        let PathItem { get, post, .. } = item;
        if let Some(operation) = get {
            finish_operation(operation, false);
        }
        if let Some(operation) = post {
            finish_operation(operation, true);
        }
    }
    all
}

/// The description as JSON, as it is kept in the repository.
pub fn description() -> String {
    let mut text = finish(super::api_routes().into_openapi())
        .to_pretty_json()
        .unwrap_or_default();
    text.push('\n');
    text
}

/// `GET /api/v1/openapi.json`.
pub(crate) async fn get_openapi() -> impl IntoResponse {
    Json(finish(super::api_routes().into_openapi()))
}
