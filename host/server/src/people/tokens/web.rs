//! The operator's page of devices' tokens: made and shown once, ended.

use axum::Form;
use axum::response::{IntoResponse, Response};
use rongyi_core::{shown, typed};
use rongyi_pages::{FieldError, TokenRow, TokensView};
use rongyi_store::Token;
use serde::Deserialize;

use super::NAME_MAX;
use crate::access::Scope;
use crate::door::asked::{No, Path};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit};

async fn view(visit: &Visit) -> Result<TokensView, Fault> {
    let mut tokens = visit.app.house.store.tokens(&visit.code).await?;
    // Those that work stand first, the newest above.
    tokens.sort_by_key(|token| {
        (
            token.revoked_at.is_some(),
            std::cmp::Reverse(token.token_id),
        )
    });
    let row = |token: Token| TokenRow {
        id: token.token_id,
        name: token.name,
        scope: token.scope,
        since: visit.moment(token.created_at).day,
        ended: token.revoked_at.map(|at| visit.moment(at).day),
    };
    Ok(TokensView {
        shell: visit.shell(),
        rows: tokens.into_iter().map(row).collect(),
        typed: Default::default(),
        errors: Vec::new(),
        fresh: None,
        ended: String::new(),
    })
}

/// `GET /{community}/operator/tokens`.
pub(crate) async fn list_tokens(OnDuty { visit, .. }: OnDuty) -> Result<Response, Fault> {
    Ok(Html(view(&visit).await?).into_response())
}

/// What the form for a new one sends.
#[derive(Debug, Deserialize)]
pub(crate) struct TokenInput {
    #[serde(default)]
    name: String,
    #[serde(default)]
    scope: String,
}

/// `POST /{community}/operator/tokens`: a new one, shown this once. The same form again finds the name in use.
pub(crate) async fn add_token(
    OnDuty { visit, staff }: OnDuty,
    Form(input): Form<TokenInput>,
) -> Result<Response, Fault> {
    let name = typed::name(&input.name);
    let scope = Scope::from_word(&input.scope);
    let mut page = view(&visit).await?;
    page.typed = (
        shown::short(&input.name, 2 * NAME_MAX).into_owned(),
        input.scope,
    );
    let mut wrong = |field, message| page.errors.push(FieldError { field, message });
    if name.is_empty() || name.chars().count() > NAME_MAX {
        wrong("name", visit.shell().t("token-name-missing"));
    }
    if scope.is_none() {
        wrong("scope", visit.shell().t("token-scope-missing"));
    }
    if page
        .rows
        .iter()
        .any(|row| row.ended.is_none() && row.name == name)
    {
        wrong(
            "name",
            visit.either(
                &format!("“{name}”已经有一个在用的。设备换新的，请先作废旧的；是另一台，请换一个名字。"),
                &format!("“{name}” has one that works. To renew it, end the old one first; for another device, write another name."),
            ),
        );
    }
    let Some(scope) = scope.filter(|_| page.errors.is_empty()) else {
        return Ok((Fault::input("", "", "").status, Html(page)).into_response());
    };
    let made = super::add(&visit.app.house, &visit.code, &name, scope).await?;
    tracing::info!(community = %visit.code, token = made.0, staff = staff.staff_id, "a device's token was made");
    let mut page = view(&visit).await?;
    page.fresh = Some((name, made.1));
    Ok(Html(page).into_response())
}

/// `POST /{community}/operator/tokens/{id}/end`.
pub(crate) async fn end_token(
    OnDuty { visit, staff }: OnDuty,
    Path((_, No(id))): Path<(String, No)>,
) -> Result<Response, Fault> {
    let app = &visit.app;
    let ended = super::revoke(&app.house, &visit.code, i64::from(id)).await?;
    let ended = ended.ok_or_else(Fault::not_found)?;
    app.devices.forget(ended.token_id);
    tracing::info!(community = %visit.code, token = id, staff = staff.staff_id, "a device's token was ended");
    let mut page = view(&visit).await?;
    page.ended = ended.name;
    Ok(Html(page).into_response())
}
