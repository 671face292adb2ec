//! What surrounds every page: which community, language and text size, who is signed in; and the small
//! conversions between the ledger's values and what pages show. No page's own content.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use rongyi_clerk::clock::local;
use rongyi_config::Shop;
use rongyi_core::book::{Order, Seen};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_pages::{Day, Desk, Lang, Moment, Page, Reader, Shell, Size, Theme};
use tower_http::request_id::RequestId;

use super::app::App;
use crate::access::{self, AccessError, Role, SignedIn, SignedResident, StaffMember};
use crate::door::fault::Fault;
use crate::door::{Act, Actor, Kind, May, Reading, Right, Signed, Way, may, refused};
use crate::ledger::explain;

/// How a reader wants their pages, known before anything else of the request.
#[derive(Debug, Clone)]
pub struct Manner {
    /// The language.
    pub lang: Lang,
    /// The text size.
    pub size: Size,
    /// Light or dark.
    pub theme: Theme,
    /// The id of the request.
    pub request_id: String,
    /// Where a change of language returns to; answers to GET.
    pub here: String,
    /// The community the address names, whether or not there is one.
    pub community: Option<Code>,
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

impl Manner {
    /// Reads it from a request.
    pub fn of(parts: &Parts) -> Manner {
        let headers = &parts.headers;
        let wanted = headers
            .get(header::ACCEPT_LANGUAGE)
            .map_or("", |value| value.to_str().unwrap_or_default());
        let lang = cookie(headers, "lang").and_then(Lang::from_tag);
        let size = cookie(headers, "size").and_then(Size::from_tag);
        let theme = cookie(headers, "theme").and_then(Theme::from_tag);
        let id = parts
            .extensions
            .get::<RequestId>()
            .and_then(|id| id.header_value().to_str().ok());
        Manner {
            lang: lang.unwrap_or_else(|| Lang::from_accept_language(wanted)),
            size: size.unwrap_or_default(),
            theme: theme.unwrap_or_default(),
            request_id: id.unwrap_or_default().to_owned(),
            here: here(parts),
            community: parts
                .uri
                .path()
                .split('/')
                .nth(1)
                .and_then(|code| code.parse().ok()),
        }
    }

    /// This reader's half of a text.
    pub fn say(&self, text: &Text) -> String {
        said(self.lang, text).to_owned()
    }
}

/// A language's half of a text.
pub fn said(lang: Lang, text: &Text) -> &str {
    match lang {
        Lang::Zh => &text.zh,
        Lang::En => &text.en,
    }
}

/// Where what somebody wants to order is kept, whoever they turn out to be.
pub const BASKET: &str = "/basket";

/// A page after a form was sent has an address that answers only to POST; its neighbour answers to GET.
fn here(parts: &Parts) -> String {
    let path = parts.uri.path();
    if parts.method == Method::GET {
        let both = parts.uri.path_and_query();
        return both.map_or(path, |both| both.as_str()).to_owned();
    }
    let front = path.split('/').nth(1).unwrap_or("");
    if path.ends_with("/settle") || path.ends_with("/till/return") {
        format!("/{front}/till")
    } else if path.split('/').nth(2) == Some("stock") {
        // The deeds of an item stand one step below its page.
        let page: Vec<&str> = path.split('/').take(4).collect();
        page.join("/")
    } else if let Some(activity) = path
        .strip_suffix("/join")
        .or_else(|| path.strip_suffix("/leave"))
        .or_else(|| path.strip_suffix("/mark"))
        .or_else(|| path.strip_suffix("/end"))
        .or_else(|| path.strip_suffix("/confirm"))
        .or_else(|| path.strip_suffix("/wish"))
    {
        activity.to_owned()
    } else if path.split('/').nth(2) == Some("amend") {
        format!("/{front}/amend")
    } else if path.split('/').nth(2) == Some("reset") {
        format!("/{front}/reset")
    } else if path.ends_with("/people/sheet/book") {
        format!("/{front}/people/sheet")
    } else if path.split('/').nth(3) == Some("tokens") {
        format!("/{front}/operator/tokens")
    } else if let Some(page) = path
        .strip_suffix("/step")
        .or_else(|| path.strip_suffix("/manage"))
    {
        page.to_owned()
    } else if path.ends_with("/record/roster/book") {
        format!("/{front}/record/roster")
    } else if let Some(queue) = path.strip_suffix("/bulk") {
        queue.to_owned()
    } else if path.ends_with("/object") {
        format!("/{front}/notice")
    } else if let Some(order) = path.strip_suffix("/cancel") {
        order.to_owned()
    } else if path == format!("/{front}/orders") {
        format!("/{front}{BASKET}")
    } else if path.ends_with("/sign-out") {
        format!("/{front}/")
    } else {
        path.to_owned()
    }
}

/// A request to one community of this host.
#[derive(Clone)]
pub struct Visit {
    /// What handlers need.
    pub app: Arc<App>,
    /// How the reader wants it.
    pub manner: Manner,
    /// The community.
    pub code: Code,
    /// Its title.
    pub title: Text,
    /// Its shop.
    pub shop: Shop,
    /// Its time zone.
    pub zone: TimeZone,
    /// Who is signed in here.
    pub who: Option<SignedIn>,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Fault> {
        let params = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| Fault::not_found())?;
        let named = params
            .iter()
            .find(|(name, _)| *name == "community")
            .map(|(_, value)| value);
        let code: Code = named
            .and_then(|text| text.parse().ok())
            .ok_or_else(Fault::not_found)?;
        let community = app.house.community(&code).ok_or_else(Fault::not_found)?;
        let who = match cookie(&parts.headers, app.cookie_name()) {
            Some(token) => {
                access::who(&app.house.store, &code, token, app.house.clock.now()).await?
            }
            None => None,
        };
        let act = parts.extensions.get::<Act>().copied();
        let act = act.ok_or(AccessError::Forbidden)?;
        let right = Right::of(who.as_ref());
        if may(right, act) == May::No {
            let first = who.as_ref().is_some_and(SignedIn::must_change);
            let why = refused(right, act);
            let why = if first && matches!(why, AccessError::Forbidden) {
                AccessError::PinFirst
            } else {
                why
            };
            return Err(why.into());
        }
        Ok(Visit {
            app: Arc::clone(app),
            manner: Manner::of(parts),
            title: community.config.title.clone(),
            shop: community.config.shop.clone(),
            zone: community.zone.clone(),
            code,
            who,
        })
    }
}

impl Visit {
    /// The reader's language.
    pub fn lang(&self) -> Lang {
        self.manner.lang
    }

    /// The same, for explanations.
    pub fn tongue(&self) -> explain::Lang {
        match self.manner.lang {
            Lang::Zh => explain::Lang::Zh,
            Lang::En => explain::Lang::En,
        }
    }

    /// One of two sentences.
    pub fn either(&self, zh: &str, en: &str) -> String {
        let half = if self.lang() == Lang::Zh { zh } else { en };
        half.to_owned()
    }

    /// The reader's half of a text.
    pub fn say(&self, text: &Text) -> String {
        self.manner.say(text)
    }

    /// An address of this community: `path("/home")`.
    pub fn path(&self, below: &str) -> String {
        format!("/{}{below}", self.code)
    }

    /// What is around the page.
    pub fn shell(&self) -> Shell {
        let title = format!("{} · {}", self.say(&self.title), self.say(&self.shop.title));
        Shell {
            lang: self.manner.lang,
            size: self.manner.size,
            theme: self.manner.theme,
            site: self.app.site(),
            community_title: title,
            community_path: self.path(""),
            signed_in_name: self.who.as_ref().map(|who| who.name().to_owned()),
            reader: reader(self.who.as_ref()),
            demo: self.app.house.demo,
            phone: self.shop.phone.clone(),
            request_id: self.manner.request_id.clone(),
            here: self.manner.here.clone(),
        }
    }

    /// Today, here.
    pub fn today(&self) -> LocalDate {
        self.app.house.today(&self.code).0
    }

    /// An order as people see it here and now.
    pub fn seen(&self, order: &Order) -> Seen {
        order.seen(self.today(), |at| local(at, &self.zone).0)
    }

    /// An instant as the clock on the wall here shows it.
    pub fn moment(&self, at: Instant) -> Moment {
        let (date, minute) = local(at, &self.zone);
        let part = |number: u16| u8::try_from(number).unwrap_or(0);
        Moment {
            day: day(date),
            hour: part(minute / 60),
            minute: part(minute % 60),
        }
    }

    /// `陈阿婆家 · 第 3 户`.
    ///
    /// # Errors
    /// What the database said.
    pub async fn household_title(&self, household: HouseholdNo) -> Result<String, Fault> {
        let text = self
            .app
            .house
            .store
            .household(&self.code, household)
            .await?;
        let number = self.either(
            &format!("第 {household} 户"),
            &format!("household {household}"),
        );
        Ok(match text {
            Some(text) if !text.name.is_empty() => format!("{} · {number}", text.name),
            Some(_) | None => number,
        })
    }

    /// Who an actor of the ledger is, as a reader may know it.
    pub async fn actor(&self, actor: &Code) -> String {
        let store = &self.app.house.store;
        let name = Signed::of(actor).name(store, self.who.as_ref()).await;
        self.say(&name)
    }
}

/// Who reads, and for staff the desks of their role: what they may open, and no more.
fn reader(who: Option<&SignedIn>) -> Reader {
    match who {
        None => Reader::Nobody,
        Some(SignedIn::Resident(_)) => Reader::Resident,
        Some(SignedIn::Staff(staff)) => Reader::Staff(desks(staff.role)),
    }
}

/// The desks of a role, as far as the table of permissions opens them; the first is where it begins.
pub(crate) fn desks(role: Role) -> &'static [Desk] {
    match role {
        Role::Operator => &[
            Desk::Operator,
            Desk::Work,
            Desk::Activities,
            Desk::Find,
            Desk::Till,
            Desk::Stock,
            Desk::Merchants,
            Desk::Record,
            Desk::Amend,
            Desk::Reports,
            Desk::Wall,
            Desk::People,
            Desk::Reset,
            Desk::Listing,
            Desk::Staff,
            Desk::Tokens,
        ],
        Role::Shopkeeper => &[Desk::Till, Desk::Find, Desk::Stock, Desk::Wall],
        Role::Reviewer => &[
            Desk::Amend,
            Desk::Work,
            Desk::Activities,
            Desk::Find,
            Desk::Record,
            Desk::Reports,
            Desk::Wall,
            Desk::Reset,
            Desk::Listing,
        ],
        Role::Merchant => &[Desk::Till, Desk::Merchants],
        Role::Leader => &[
            Desk::Record,
            Desk::Work,
            Desk::Activities,
            Desk::Find,
            Desk::Wall,
        ],
    }
}

/// `张桂芳` becomes `张*芳`. The mark before the names of the demonstration stays readable.
pub fn mask(name: &str) -> String {
    if let Some(unmarked) = name.strip_prefix("演示·") {
        return format!("演示·{}", mask(unmarked));
    }
    let letters: Vec<char> = name.chars().collect();
    match letters.as_slice() {
        [] => String::new(),
        [only] => only.to_string(),
        [first, _] => format!("{first}*"),
        [first, .., last] => format!("{first}*{last}"),
    }
}

/// A date as pages show it.
pub fn day(date: LocalDate) -> Day {
    let (year, month, day) = date.parts();
    Day::of(year, month, day)
}

/// A visit by a signed-in resident whose PIN is their own.
pub struct Member {
    /// The visit.
    pub visit: Visit,
    /// Who.
    pub me: SignedResident,
}

impl FromRequestParts<Arc<App>> for Member {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Fault> {
        let visit = Visit::from_request_parts(parts, app).await?;
        match visit.who.clone() {
            Some(SignedIn::Resident(me)) if me.must_change => Err(AccessError::PinFirst.into()),
            Some(SignedIn::Resident(me)) => Ok(Member { visit, me }),
            Some(SignedIn::Staff(_)) | None => Err(AccessError::SignInNeeded.into()),
        }
    }
}

/// A visit by a signed-in member of staff whose password is their own.
pub struct OnDuty {
    /// The visit.
    pub visit: Visit,
    /// Who.
    pub staff: StaffMember,
}

impl FromRequestParts<Arc<App>> for OnDuty {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Fault> {
        let visit = Visit::from_request_parts(parts, app).await?;
        match visit.who.clone() {
            Some(SignedIn::Staff(staff)) if staff.must_change => Err(AccessError::PinFirst.into()),
            Some(SignedIn::Staff(staff)) => Ok(OnDuty { visit, staff }),
            Some(SignedIn::Resident(_)) | None => Err(AccessError::StaffSignInNeeded.into()),
        }
    }
}

impl Member {
    /// As whom this resident acts.
    pub fn actor(&self) -> Actor {
        Actor::Resident(self.me.resident)
    }
}

impl OnDuty {
    /// As whom this member of staff acts.
    pub fn actor(&self) -> Actor {
        Actor::staff(self.staff.staff_id, self.staff.role)
    }

    /// Puts on record that they read what is kept about these residents, before it is answered.
    ///
    /// # Errors
    /// What the database said; then nothing may be answered.
    pub async fn reads(&self, kind: Kind, whose: &[ResidentNo]) -> Result<(), Fault> {
        let house = &self.visit.app.house;
        let reading = Reading {
            by: &self.actor(),
            kind,
            way: Way::Page,
            at: house.clock.now(),
        };
        let noted = house
            .readings
            .note(&house.store, &self.visit.code, reading, whose);
        Ok(noted.await?)
    }

    /// Whether they may do something else than what they ask for now.
    pub fn may(&self, act: Act) -> bool {
        may(Right::Staff(self.staff.role), act) == May::Yes
    }

    /// The merchant for which they work and whose things alone are theirs; `None` for the community's own staff.
    ///
    /// # Errors
    /// [`AccessError::Forbidden`] for an account of a merchant that none was named for, or what the database said.
    pub async fn merchant(&self) -> Result<Option<Code>, Fault> {
        if self.staff.role != Role::Merchant {
            return Ok(None);
        }
        let store = &self.visit.app.house.store;
        let of = store.merchant_of(&self.visit.code, self.staff.staff_id);
        Ok(Some(of.await?.ok_or(AccessError::Forbidden)?))
    }
}

/// A page as an answer.
pub struct Html<P>(pub P);

impl<P: Page> IntoResponse for Html<P> {
    fn into_response(self) -> Response {
        axum::response::Html(self.0.html()).into_response()
    }
}

/// Leads on to an address of this host with GET.
pub fn go(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// An address that a form may return to: of this host, and no other.
pub fn own_path(path: &str) -> Option<&str> {
    let plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    (plain && path.starts_with('/') && !path.starts_with("//")).then_some(path)
}

/// How the reader wants pages, for those of no community.
pub struct Anybody(pub Manner);

impl FromRequestParts<Arc<App>> for Anybody {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(Anybody(Manner::of(parts)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_masked() {
        let check = |name: &str, masked: &str| assert_eq!(mask(name), masked);
        check("张桂芳", "张*芳");
        check("李明", "李*");
        check("欧阳秀英", "欧*英");
        check("演示·陈阿婆", "演示·陈*婆");
        check("", "");
    }

    #[test]
    fn forms_return_only_to_this_host() {
        assert_eq!(own_path("/nanmen/home?x=1"), Some("/nanmen/home?x=1"));
        for bad in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "",
            "/a b",
            "/a\r\nX: y",
        ] {
            assert_eq!(own_path(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            header::HeaderValue::from_static("xlang=fr; lang=en; size=large"),
        );
        assert_eq!(cookie(&headers, "lang"), Some("en"));
        assert_eq!(cookie(&headers, "siz"), None);
    }
}
