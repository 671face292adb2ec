//! `/.well-known/security.txt` (RFC 9116): to whom somebody writes who found a hole in this installation, as its
//! configuration says. Nobody is made up: where it names no one, there is no such file.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use rongyi_clerk::clock::local;

use super::app::App;
use crate::door::fault::Fault;

/// Where programs and people look for it.
pub const PATH: &str = "/.well-known/security.txt";
/// For how many days after it was read the file may be relied on.
const GOOD_FOR_DAYS: i32 = 90;

/// `GET /.well-known/security.txt`.
pub(crate) async fn get_contact(State(app): State<Arc<App>>) -> Result<Response, Fault> {
    let config = &app.house.config;
    if config.security_contact.is_empty() {
        return Err(Fault::not_found());
    }
    let mut text = String::new();
    for contact in &config.security_contact {
        // Writing to a String does not fail.
        let _ = writeln!(text, "Contact: {contact}");
    }
    let (today, _) = local(app.house.clock.now(), &TimeZone::UTC);
    let until = today.plus_days(GOOD_FOR_DAYS);
    let _ = writeln!(text, "Expires: {until}T00:00:00Z");
    let _ = writeln!(text, "Preferred-Languages: zh, en");
    if let Some(site) = &config.public_url {
        let _ = writeln!(text, "Canonical: {site}{PATH}");
    }
    let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
    Ok(([kind], text).into_response())
}
