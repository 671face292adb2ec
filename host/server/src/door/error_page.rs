//! What people see when something went wrong: the page, or the way to the sign-in that is missing.
//! Which status and code an error has is decided in [`super::fault`].

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rongyi_core::rule::Text;
use rongyi_pages::{ErrorView, Lang, Page, Reader, Shell};

use super::app::App;
use super::visit::{BASKET, Html, Manner, Visit, go, said};
use crate::door::fault::{Detour, Fault};
use crate::serving::Slow;

/// Around all pages: gives every fault its page, in the reader's language, with the request's id.
pub async fn dress(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let manner = Manner::of(&parts);
    let get = parts.method == Method::GET || parts.method == Method::HEAD;
    let slow = Slow::of(&parts.extensions);
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let told = response.extensions().get::<Fault>().cloned();
    let fault = match told {
        _ if status.is_client_error() && slow.is_some_and(|slow| slow.is_so()) => {
            Fault::body_slow()
        }
        Some(fault) => fault,
        None if (status.is_client_error() || status.is_server_error()) && !is_page(&response) => {
            Fault::of_status(status)
        }
        None => return response,
    };
    if let Some(way) = detour(&manner, &fault, get) {
        return go(&way);
    }
    let mut page = page(shell(&app, &manner), &fault.text, &fault.code, None);
    *page.status_mut() = fault.status;
    if let Some(after) = response.headers().get(header::RETRY_AFTER) {
        page.headers_mut()
            .insert(header::RETRY_AFTER, after.clone());
    }
    page
}

fn is_page(response: &Response) -> bool {
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// Where a fault leads instead of being shown. Only a page that was asked for is returned to afterwards.
fn detour(manner: &Manner, fault: &Fault, get: bool) -> Option<String> {
    let community = manner.community.as_ref()?;
    // An order that was cut off by the end of a session goes on where it was; other forms do not come back.
    let back = if get || manner.here.ends_with(BASKET) {
        format!("?next={}", encoded(&manner.here))
    } else {
        String::new()
    };
    Some(match fault.detour? {
        Detour::SignIn => format!("/{community}/sign-in{back}"),
        Detour::StaffSignIn => format!("/{community}/staff/sign-in{back}"),
        Detour::Pin => format!("/{community}/pin"),
    })
}

/// An address inside a query.
fn encoded(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// What surrounds an error page: as much as is known of the community, and nobody's name.
fn shell(app: &App, manner: &Manner) -> Shell {
    let community = manner
        .community
        .as_ref()
        .and_then(|code| app.house.community(code));
    let community = community.as_deref();
    let title = |text: &Text| said(manner.lang, text).to_owned();
    Shell {
        lang: manner.lang,
        size: manner.size,
        theme: manner.theme,
        site: app.site(),
        community_title: community
            .map(|community| {
                format!(
                    "{} · {}",
                    title(&community.config.title),
                    title(&community.config.shop.title)
                )
            })
            .unwrap_or_default(),
        community_path: community
            .map(|community| format!("/{}", community.config.code))
            .unwrap_or_default(),
        signed_in_name: None,
        reader: Reader::Nobody,
        demo: app.house.demo,
        phone: community
            .map(|community| community.config.shop.phone.clone())
            .unwrap_or_default(),
        request_id: manner.request_id.clone(),
        here: manner.here.clone(),
    }
}

/// The first sentence says what is wrong, the others what to do.
fn in_two(sentence: &str, lang: Lang) -> (String, String) {
    let end = match lang {
        Lang::Zh => sentence.find('。').map(|at| at + '。'.len_utf8()),
        Lang::En => sentence
            .find(". ")
            .or_else(|| sentence.find("; "))
            .map(|at| at + 1),
    };
    let (what, remedy) = sentence.split_at(end.unwrap_or(sentence.len()));
    let what = what.trim().trim_end_matches(['。', '.', ';']).to_owned();
    if remedy.trim().is_empty() {
        let usual = match lang {
            Lang::Zh => "请返回上一页再试，或打社区电话。",
            Lang::En => "Go back and try again, or call the office.",
        };
        return (what, usual.to_owned());
    }
    let remedy = remedy.trim();
    let mut letters = remedy.chars();
    let remedy = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect());
    (what, remedy.unwrap_or_default())
}

fn page(shell: Shell, text: &Text, code: &str, next: Option<(String, String)>) -> Response {
    let (what, remedy) = in_two(said(shell.lang, text), shell.lang);
    let view = ErrorView {
        code: code.to_owned(),
        what,
        expected: String::new(),
        remedy,
        next,
        shell,
    };
    axum::response::Html(view.html()).into_response()
}

/// An error page with a way on that the handler knows.
pub fn told(
    visit: &Visit,
    (status, code): (StatusCode, &str),
    text: &Text,
    next: (String, String),
) -> Response {
    let (what, remedy) = in_two(said(visit.lang(), text), visit.lang());
    let shell = visit.shell();
    let view = ErrorView {
        shell,
        code: code.to_owned(),
        what,
        expected: String::new(),
        remedy,
        next: Some(next),
    };
    (status, Html(view)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_is_the_heading() {
        let (what, remedy) = in_two("数量 0 不在 1 到 9 之间。请核对数量。", Lang::Zh);
        assert_eq!(
            (what.as_str(), remedy.as_str()),
            ("数量 0 不在 1 到 9 之间", "请核对数量。")
        );
        let (what, remedy) = in_two(
            "The host failed; nothing was booked. Call the office.",
            Lang::En,
        );
        assert_eq!(
            (what.as_str(), remedy.as_str()),
            ("The host failed; nothing was booked", "Call the office.")
        );
        assert!(in_two("没有了", Lang::Zh).1.contains("返回"));
    }

    #[test]
    fn an_address_in_a_query_keeps_its_own_query() {
        assert_eq!(
            encoded("/nanmen/till?code=1&x=二"),
            "/nanmen/till%3Fcode%3D1%26x%3D%E4%BA%8C"
        );
    }
}
