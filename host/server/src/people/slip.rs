//! The page with a PIN or password that is shown once, and why there is none.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use rongyi_core::shown;
use rongyi_pages::{Audience, SlipView};

use super::Stopped;
use crate::door::fault::Fault;
use crate::door::visit::{Html, Visit};

/// What stands on a slip.
pub(crate) struct Slip {
    audience: Audience,
    name: String,
    number: String,
    secret: String,
}

impl Slip {
    /// For whom: name, what is typed, and the secret.
    pub(crate) fn of(audience: Audience, name: String, number: String, secret: String) -> Slip {
        Slip {
            audience,
            name,
            number,
            secret,
        }
    }
}

/// The address of this community, as it is typed into a browser.
pub(crate) fn site(visit: &Visit, headers: &HeaderMap) -> String {
    let public = visit.app.house.config.public_url.clone();
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let site = public.unwrap_or_else(|| {
        let host = shown::short(host.unwrap_or_default(), 100);
        format!("http://{host}")
    });
    format!("{site}{}", visit.path(""))
}

/// The page with the secret; `back` is where it leads afterwards.
pub(crate) fn slip(visit: &Visit, headers: &HeaderMap, slip: Slip, back: &'static str) -> Response {
    let view = SlipView {
        shell: visit.shell(),
        audience: slip.audience,
        name: slip.name,
        number: slip.number,
        secret: slip.secret,
        site: site(visit, headers),
        at: visit.moment(visit.app.house.clock.now()),
        back,
    };
    Html(view).into_response()
}

/// Why a list was not finished, as a page tells it.
pub(crate) fn not_finished(stopped: Stopped) -> Fault {
    match stopped {
        Stopped::Store(error) => error.into(),
        Stopped::Clerk(error) => error.into(),
        Stopped::Hashing => crate::access::recovery::RecoveryError::Stopping.into(),
    }
}
