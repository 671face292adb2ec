//! What needs nobody signed in, and signing in itself: communities, settings, the public head, PINs, files.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Form;
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use rongyi_core::chain::hex;
use rongyi_core::{shown, typed};
use rongyi_pages::{
    Audience, CommunitiesView, CommunityLink, FieldError, Head, HeadView, Lang, PinView, Shell,
    SignInView, Size, Theme,
};
use serde::Deserialize;

use crate::access::{self, AccessError, Credentials, Door, Entered, Origin, SignedIn};
use crate::audit::proof::web::published;
use crate::door::app::App;
use crate::door::asked::{Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::Anybody;
use crate::door::visit::{Html, Visit, cookie, desks, go, own_path};
use crate::people::accounts::reset_told;
use crate::people::secret::is_pattern;

/// Of what was typed as a number, so much is shown again.
const NUMBER_SHOWN_MAX: usize = 40;
/// Language and size are remembered for a year.
const REMEMBER: &str = "Path=/; Max-Age=31536000; SameSite=Lax";

/// `GET /`: which community?
pub async fn list_communities(State(app): State<Arc<App>>, Anybody(manner): Anybody) -> Response {
    let link = |community: &crate::house::Community| CommunityLink {
        path: format!("/{}", community.config.code),
        title: manner.say(&community.config.title),
        note: manner.say(&community.config.shop.title),
    };
    let communities: Vec<CommunityLink> = app
        .house
        .communities()
        .values()
        .map(|community| link(community))
        .collect();
    if let [only] = communities.as_slice() {
        return go(&format!("{}/", only.path));
    }
    let shell = Shell {
        lang: manner.lang,
        size: manner.size,
        theme: manner.theme,
        site: app.site(),
        community_title: String::new(),
        community_path: String::new(),
        signed_in_name: None,
        reader: rongyi_pages::Reader::Nobody,
        demo: app.house.demo,
        phone: String::new(),
        request_id: manner.request_id,
        here: "/".to_owned(),
    };
    Html(CommunitiesView { shell, communities }).into_response()
}

/// What the settings form sends.
#[derive(Debug, Deserialize)]
pub struct SettingsForm {
    lang: Option<String>,
    size: Option<String>,
    theme: Option<String>,
    #[serde(default, rename = "return")]
    back: String,
}

/// `POST /settings`: language, text size and colours, remembered by the browser.
pub async fn keep_settings(Form(form): Form<SettingsForm>) -> Response {
    let mut response = go(own_path(&form.back).unwrap_or("/"));
    let lang = form
        .lang
        .as_deref()
        .and_then(Lang::from_tag)
        .map(|lang| ("lang", lang.tag()));
    let size = form
        .size
        .as_deref()
        .and_then(Size::from_tag)
        .map(|size| ("size", size.tag()));
    let theme = form
        .theme
        .as_deref()
        .and_then(Theme::from_tag)
        .map(|theme| ("theme", theme.tag()));
    for (name, value) in lang.into_iter().chain(size).chain(theme) {
        if let Ok(line) = format!("{name}={value}; {REMEMBER}").parse() {
            response.headers_mut().append(header::SET_COOKIE, line);
        }
    }
    response
}

/// Where somebody begins.
pub(crate) fn usual_place(who: Option<&SignedIn>) -> &'static str {
    match who {
        None => "/sign-in",
        Some(SignedIn::Resident(_)) => "/home",
        Some(SignedIn::Staff(staff)) => desks(staff.role)
            .first()
            .map_or("/notice", |desk| desk.path()),
    }
}

/// The newest block, as pages show it.
pub(crate) async fn head_of(visit: &Visit) -> Result<Head, Fault> {
    let heads = visit
        .app
        .house
        .store
        .heads(std::slice::from_ref(&visit.code))
        .await?;
    let (_, head) = heads.into_iter().next().ok_or_else(Fault::not_found)?;
    Ok(Head {
        height: head.height,
        hash: hex(&head.hash),
        at: visit.moment(head.last_at),
    })
}

/// `GET /{community}/head`: the newest block, for everybody.
pub async fn show_head(visit: Visit) -> Result<Response, Fault> {
    let head = head_of(&visit).await?;
    let published = published(&visit).await;
    Ok(Html(HeadView {
        shell: visit.shell(),
        head,
        published,
    })
    .into_response())
}

/// Where to go after the sign-in.
#[derive(Debug, Deserialize)]
pub(crate) struct NextQuery {
    #[serde(default)]
    next: String,
}

fn sign_in_view(visit: &Visit, audience: Audience, next: String) -> SignInView {
    SignInView {
        shell: visit.shell(),
        audience,
        number: String::new(),
        next,
        errors: Vec::new(),
        demo_hint: None,
    }
}

/// `GET /{community}/sign-in`.
pub(crate) async fn show_sign_in(visit: Visit, Typed(query): Typed<NextQuery>) -> Response {
    Html(sign_in_view(&visit, Audience::Resident, query.next)).into_response()
}

/// `GET /{community}/staff/sign-in`.
pub(crate) async fn show_staff_sign_in(visit: Visit, Typed(query): Typed<NextQuery>) -> Response {
    Html(sign_in_view(&visit, Audience::Staff, query.next)).into_response()
}

/// What the sign-in form sends.
#[derive(Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    number: String,
    #[serde(default)]
    pin: String,
    #[serde(default)]
    next: String,
}

/// The address of the other side, where the server was told it.
pub struct Peer(pub(crate) Option<SocketAddr>);

impl FromRequestParts<Arc<App>> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Peer(peer.map(|info| info.0)))
    }
}

impl FromRequestParts<Arc<App>> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> Result<Self, Self::Rejection> {
        let headers = &parts.headers;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let agent = headers.get(header::USER_AGENT);
        let of_cookie = |name| cookie(headers, name).map(str::to_owned);
        Ok(Origin {
            address: peer.map(|peer| app.proxies.client(peer.0, headers)),
            word: of_cookie(app.browser_cookie()),
            session: of_cookie(app.cookie_name()),
            program: access::program_of(agent.and_then(|agent| agent.to_str().ok()).unwrap_or("")),
        })
    }
}

/// `POST /{community}/sign-in`.
pub async fn sign_in(
    visit: Visit,
    origin: Origin,
    Form(form): Form<SignInForm>,
) -> Result<Response, Fault> {
    enter(visit, origin, Door::Resident, form).await
}

/// `POST /{community}/staff/sign-in`.
pub async fn sign_in_staff(
    visit: Visit,
    origin: Origin,
    Form(form): Form<SignInForm>,
) -> Result<Response, Fault> {
    enter(visit, origin, Door::Staff, form).await
}

async fn enter(
    visit: Visit,
    origin: Origin,
    door: Door,
    form: SignInForm,
) -> Result<Response, Fault> {
    let (app, now) = (&visit.app, visit.app.house.clock.now());
    let typed = Credentials {
        number: &form.number,
        secret: &form.pin,
    };
    let tried = access::sign_in(app.desk(), (&visit.code, door), typed, &origin, now);
    let error = match tried.await {
        Ok(entered) => {
            let home = visit.path("/");
            let inside = own_path(&form.next).filter(|path| path.starts_with(&home));
            return Ok((cookies(app, &entered)?, go(inside.unwrap_or(&home))).into_response());
        }
        Err(error @ AccessError::Store(_)) => return Err(error.into()),
        Err(error) => error,
    };
    let fault = Fault::from(error);
    let audience = if door == Door::Resident {
        Audience::Resident
    } else {
        Audience::Staff
    };
    let mut view = sign_in_view(&visit, audience, form.next);
    view.number = shown::short(&form.number, NUMBER_SHOWN_MAX).into_owned();
    view.errors = vec![FieldError {
        field: "pin",
        message: visit.say(&fault.text),
    }];
    let mut response = (fault.status, Html(view)).into_response();
    if let Some(seconds) = fault.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// The session, and the word by which this browser is known again for as long as browsers allow.
fn cookies(
    app: &App,
    entered: &Entered,
) -> Result<AppendHeaders<[(header::HeaderName, HeaderValue); 2]>, Fault> {
    Ok(AppendHeaders([
        (header::SET_COOKIE, session_cookie(app, &entered.token)?),
        (header::SET_COOKIE, browser_cookie(app, &entered.word)?),
    ]))
}

fn browser_cookie(app: &App, word: &str) -> Result<HeaderValue, Fault> {
    let secure = if app.https { "; Secure" } else { "" };
    let age = access::BROWSERS_KEPT / 1_000_000;
    format!(
        "{}={word}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}",
        app.browser_cookie()
    )
    .parse()
    .map_err(|_| Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR))
}

pub(crate) fn session_cookie(app: &App, token: &str) -> Result<HeaderValue, Fault> {
    let secure = if app.https { "; Secure" } else { "" };
    let age = if token.is_empty() { 0 } else { 180 * 24 * 3600 };
    format!(
        "{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}",
        app.cookie_name()
    )
    .parse()
    .map_err(|_| Fault::of_status(StatusCode::INTERNAL_SERVER_ERROR))
}

/// `POST /{community}/sign-out`.
pub async fn sign_out(visit: Visit, headers: HeaderMap) -> Result<Response, Fault> {
    if let Some(token) = cookie(&headers, visit.app.cookie_name()) {
        access::sign_out(&visit.app.house.store, token).await?;
    }
    let way = match visit.who {
        Some(SignedIn::Staff(_)) => "/staff/sign-in",
        Some(SignedIn::Resident(_)) | None => "/sign-in",
    };
    Ok((
        AppendHeaders([(header::SET_COOKIE, session_cookie(&visit.app, "")?)]),
        go(&visit.path(way)),
    )
        .into_response())
}

fn pin_view(visit: &Visit, who: &SignedIn) -> PinView {
    let audience = match who {
        SignedIn::Resident(_) => Audience::Resident,
        SignedIn::Staff(_) => Audience::Staff,
    };
    PinView {
        shell: visit.shell(),
        audience,
        first_use: who.must_change(),
        errors: Vec::new(),
        done: false,
        told: String::new(),
    }
}

/// `GET /{community}/pin`.
pub async fn show_pin(visit: Visit) -> Result<Response, Fault> {
    let who = visit.who.as_ref().ok_or(AccessError::SignInNeeded)?;
    let mut view = pin_view(&visit, who);
    if who.must_change() {
        view.told = reset_told(&visit, who.whose()).await?;
    }
    Ok(Html(view).into_response())
}

/// What the PIN form sends.
#[derive(Deserialize)]
pub struct PinForm {
    #[serde(default)]
    current: String,
    #[serde(default)]
    pin: String,
    #[serde(default)]
    again: String,
}

/// `POST /{community}/pin`.
pub(crate) async fn change_pin(
    visit: Visit,
    origin: Origin,
    form: Unread<PinForm>,
) -> Result<Response, Fault> {
    let who = visit.who.clone().ok_or(AccessError::SignInNeeded)?;
    let form = form.form().await?;
    let mut view = pin_view(&visit, &who);
    let wrong = weak(&who, &form);
    if let Some((field, zh, en)) = wrong {
        view.errors = vec![FieldError {
            field,
            message: visit.either(zh, en),
        }];
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(view)).into_response());
    }
    let now = visit.app.house.clock.now();
    let changed = access::change_secret(
        visit.app.desk(),
        &visit.code,
        (&who, &origin),
        (&form.current, &form.pin),
        now,
    );
    let entered = match changed.await {
        Ok(entered) => entered,
        Err(error @ (AccessError::Wrong | AccessError::Delayed { .. } | AccessError::Locked)) => {
            let fault = Fault::from(error.clone());
            let plain = visit.either(
                "现在的密码不对，请再输一次。",
                "The present PIN is wrong; type it again.",
            );
            let message = if matches!(error, AccessError::Wrong) {
                plain
            } else {
                visit.say(&fault.text)
            };
            view.errors = vec![FieldError {
                field: "current",
                message,
            }];
            return Ok((fault.status, Html(view)).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    let cookies = cookies(&visit.app, &entered)?;
    if matches!(who, SignedIn::Staff(_)) {
        return Ok((cookies, go(&visit.path(usual_place(Some(&who))))).into_response());
    }
    view.done = true;
    view.first_use = false;
    Ok((cookies, Html(view)).into_response())
}

/// What is wrong with a new PIN or password: its field and the two sentences. A PIN is looked at as the digits that
/// it will be compared as.
fn weak(who: &SignedIn, form: &PinForm) -> Option<(&'static str, &'static str, &'static str)> {
    let resident = matches!(who, SignedIn::Resident(_));
    let plain = |typed: &str| match typed::digits(typed) {
        Some(digits) if resident => digits,
        _ => typed.to_owned(),
    };
    let (pin, current, again) = (plain(&form.pin), plain(&form.current), plain(&form.again));
    let digits = pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit());
    let letters: std::collections::BTreeSet<char> = pin.chars().collect();
    let easy = match resident {
        true => is_pattern(&pin),
        false => letters.len() <= 2 || ROWS.iter().any(|row| row.contains(&pin.to_lowercase())),
    };
    if resident && !digits {
        return Some((
            "pin",
            "新密码要正好 6 位数字。",
            "The new PIN must be exactly 6 digits.",
        ));
    }
    if !resident && !(8..=64).contains(&pin.chars().count()) {
        return Some((
            "pin",
            "新密码要 8 到 64 个字符。",
            "The new password needs 8 to 64 characters.",
        ));
    }
    if easy {
        return Some((
            "pin",
            "这个密码太好猜了，请不要用连号、重复的数字或常用的组合。",
            "That is too easy to guess; do not use rows, repeated digits or what many people choose.",
        ));
    }
    if pin == current {
        return Some((
            "pin",
            "新密码和现在的一样，请换一个。",
            "That is the present one; choose another.",
        ));
    }
    (pin != again).then_some((
        "again",
        "两次输入的新密码不一样，请再输一遍。",
        "The two do not match; type the new one again.",
    ))
}

/// What fingers type without thinking; a password is not a piece of one of these.
const ROWS: [&str; 4] = [
    "01234567890123456789",
    "98765432109876543210",
    "qwertyuiopasdfghjklzxcvbnm",
    "password123456789",
];
