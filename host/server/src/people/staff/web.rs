//! The page on which an operator takes somebody on. What is changed about them later is in
//! [`crate::people::accounts`].

use axum::Form;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rongyi_core::shown;
use rongyi_pages::{Audience, FieldError, StaffNewView};
use rongyi_sheets::Row;
use serde::Deserialize;

use super::add_staff_by;
use crate::access::Role;
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::people::accounts::by;
use crate::people::slip::{Slip, not_finished, slip};

fn view(visit: &Visit, typed: [String; 4], errors: Vec<FieldError>) -> StaffNewView {
    StaffNewView {
        shell: visit.shell(),
        typed,
        errors,
    }
}

/// `GET /{community}/operator/staff/new`.
pub(crate) async fn show_new(OnDuty { visit, .. }: OnDuty) -> Response {
    Html(view(&visit, Default::default(), Vec::new())).into_response()
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(crate) struct NewInput {
    #[serde(default)]
    login: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    resident: String,
}

/// Which field a mistake is about.
fn field_of(code: &str, input: &NewInput) -> &'static str {
    match code {
        "role.unknown" => "role",
        "resident.unknown" | "number.form" | "staff.person" => "resident",
        "code.form" | "login.taken" | "row.conflict" => "login",
        "row.empty" if !input.name.trim().is_empty() => "login",
        _ => "name",
    }
}

/// `POST /{community}/operator/staff/new`: the slip with the first password.
pub(crate) async fn take_on(
    OnDuty { visit, staff }: OnDuty,
    headers: HeaderMap,
    Form(input): Form<NewInput>,
) -> Result<Response, Fault> {
    let wrong = |field, message| {
        let kept = |text: &str| shown::short(text, 200).into_owned();
        let typed = [&input.login, &input.name, &input.role, &input.resident];
        let typed = typed.map(|text| kept(text));
        let errors = vec![FieldError { field, message }];
        let status = Fault::input("", "", "").status;
        Ok((status, Html(view(&visit, typed, errors))).into_response())
    };
    if Role::from_word(&input.role).is_none() {
        return wrong("role", visit.shell().t("staff-new-role"));
    }
    let row = Row::typed(&[
        ("login", Some(&input.login)),
        ("name", Some(&input.name)),
        ("role", Some(&input.role)),
        ("resident", Some(&input.resident)),
    ]);
    let app = &visit.app;
    let at = (&*app.house, &visit.code);
    let added = add_staff_by(at, app.vault.secret(), row.alone(), &by(&staff)).await;
    if let Some(stopped) = added.stopped {
        return Err(not_finished(stopped));
    }
    if let Some(bad) = added.bad.first() {
        let message = match bad.code.as_str() {
            "row.empty" => visit.either(
                "姓名和工号都要写。",
                "Write both the name and the sign-in name.",
            ),
            _ => visit.say(&bad.text),
        };
        return wrong(field_of(&bad.code, &input), message);
    }
    match added.secrets.into_iter().next() {
        Some(first) => {
            let slip_of = Slip::of(Audience::Staff, first.name, first.who, first.secret);
            Ok(slip(&visit, &headers, slip_of, "/operator/staff"))
        }
        // They are there already, with the same content: the password was shown then.
        None => Ok(go(&visit.path("/operator/staff"))),
    }
}
