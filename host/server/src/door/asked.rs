//! What is asked: the numbers, days and places of an address, and the body, each read into its type or refused with
//! the name of what is wrong. Handlers take [`Path`], [`Query`] and [`Unread`] from here and never see the text.
//!
//! A path that is none names nothing (404); a query that is none is refused (422). On pages, a query may hold what
//! people type: full-width digits and blanks are folded first. What a value means is decided elsewhere.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Uri, header};
use rongyi_core::account::Holder;
use rongyi_core::ids::{HouseholdNo, ResidentNo};
use rongyi_core::{shown, typed};
use serde::de::{DeserializeOwned, Error as _, Visitor};
use serde::{Deserialize, Deserializer};

use crate::door::fault::Fault;

/// The largest whole number that every program reads alike.
const WHOLE_MAX: u64 = (1 << 53) - 1;

/// A place in a ledger: of a record, an entry, a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seq(pub(crate) u64);

/// The number of a resident, household or order: below 2^31, as an account has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct No(pub(crate) u32);

/// How many lines a page is to have: 1 to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lines(pub(crate) u32);

impl Lines {
    /// The most lines of a page.
    pub(crate) const MAX: u32 = 200;
    /// The lines of a page when nothing is said.
    pub(crate) const USUAL: Lines = Lines(50);
}

/// How many pieces of an item somebody orders at once: 1 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pieces(pub(crate) i32);

impl Pieces {
    /// The most pieces.
    pub(crate) const MAX: i32 = 10;
}

/// The holder after which a list goes on: `resident/1001`, `household/3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct After(pub(crate) Holder);

/// The largest number of a resident, household or order.
const NO_MAX: u64 = 0x7fff_ffff;

/// The most digits that are read as a number.
const DIGITS_MAX: usize = 19;

/// A whole number within bounds, in digits alone.
fn whole(text: &str, min: u64, max: u64) -> Result<u64, String> {
    let plain = text.len() <= DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok().filter(|_| plain);
    number
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(|| format!("{min}\u{2013}{max}"))
}

/// Reads a type out of the text of an address.
struct FromText<T>(fn(&str) -> Result<T, String>, PhantomData<T>);

impl<T> Visitor<'_> for FromText<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text in an address")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }
}

macro_rules! from_text {
    ($type:ty, $read:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_str(FromText($read, PhantomData))
            }
        }
    };
}

from_text!(Seq, |text| whole(text, 0, WHOLE_MAX).map(Seq));
from_text!(No, |text| {
    let number = whole(text, 0, NO_MAX)?;
    u32::try_from(number)
        .map(No)
        .map_err(|error| error.to_string())
});
from_text!(Lines, |text| {
    let number = whole(text, 1, u64::from(Lines::MAX))?;
    u32::try_from(number)
        .map(Lines)
        .map_err(|error| error.to_string())
});
from_text!(Pieces, |text| {
    let number = whole(text, 1, u64::from(Pieces::MAX.unsigned_abs()))?;
    i32::try_from(number)
        .map(Pieces)
        .map_err(|error| error.to_string())
});
from_text!(After, |text| {
    let wanted = || "resident/1001, household/3".to_owned();
    let (kind, number) = text.split_once('/').ok_or_else(wanted)?;
    let number = whole(number, 0, NO_MAX)?;
    let number = u32::try_from(number).map_err(|error| error.to_string())?;
    match kind {
        "resident" => Ok(After(Holder::Resident(ResidentNo(number)))),
        "household" => Ok(After(Holder::Household(HouseholdNo(number)))),
        _ => Err(wanted()),
    }
});

/// The number of a resident in a body: below 2^31, as accounts have room for. A larger one would be cut to somebody
/// else's.
///
/// # Errors
/// `body.schema`, at its field.
pub(crate) fn no<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let number = u32::deserialize(from)?;
    if u64::from(number) > NO_MAX {
        return Err(D::Error::custom(format!(
            "{number} is not in 0\u{2013}{NO_MAX}"
        )));
    }
    Ok(number)
}

/// The same where it may be left out.
///
/// # Errors
/// As [`no`].
pub(crate) fn maybe_no<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    #[derive(Deserialize)]
    struct One(#[serde(deserialize_with = "no")] u32);
    Ok(Option::<One>::deserialize(from)?.map(|One(number)| number))
}

/// A place in a ledger in a body, where it may be left out: whole numbers that every program reads alike.
///
/// # Errors
/// `body.schema`, at its field.
pub(crate) fn maybe_seq<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let number = Option::<u64>::deserialize(from)?;
    match number {
        Some(number) if number > WHOLE_MAX => Err(D::Error::custom(format!(
            "{number} is not in 0\u{2013}{WHOLE_MAX}"
        ))),
        Some(_) | None => Ok(number),
    }
}

/// The number of an entry that must be given.
///
/// # Errors
/// `body.schema`, at its field.
pub(crate) fn seq<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    maybe_seq(from)?.ok_or_else(|| D::Error::custom("null is not a number"))
}

/// The same for each role.
///
/// # Errors
/// As [`no`].
pub(crate) fn nos<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, u32>, D::Error> {
    #[derive(Deserialize)]
    struct One(#[serde(deserialize_with = "no")] u32);
    let all = BTreeMap::<String, One>::deserialize(from)?.into_iter();
    Ok(all.map(|(role, One(number))| (role, number)).collect())
}

/// The named parts of an address. One that cannot be is nobody's address.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Fault;

    #[expect(
        clippy::disallowed_types,
        reason = "this is the house's own word for it"
    )]
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(parameters)| Path(parameters))
            .map_err(|_| Fault::not_found())
    }
}

/// The query of an address that a program wrote.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        read(&parts.uri).map(Query)
    }
}

/// The query of a page, part of which somebody may have typed.
#[derive(Debug)]
pub(crate) struct Typed<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Typed<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let pairs: Vec<(String, String)> = read(&parts.uri)?;
        let folded: Vec<(String, String)> = pairs
            .iter()
            .map(|(name, value)| (name.clone(), typed::canonical(value)))
            .collect();
        if folded == pairs {
            return read(&parts.uri).map(Typed);
        }
        let query: Vec<String> = folded
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        let uri = format!("/?{}", query.join("&")).parse::<Uri>();
        read(&uri.map_err(|_| Fault::not_found())?).map(Typed)
    }
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[expect(
    clippy::disallowed_types,
    reason = "this is the house's own word for it"
)]
fn read<T: DeserializeOwned>(uri: &Uri) -> Result<T, Fault> {
    axum::extract::Query::try_from_uri(uri)
        .map(|axum::extract::Query(query)| query)
        .map_err(|rejection| refused(&rejection))
}

/// A body that nobody has looked at. Whether the caller may send it is decided first, so that a stranger learns
/// nothing about what is right, and costs nothing.
#[derive(Debug)]
pub(crate) struct Unread<T>(Request, PhantomData<T>);

impl<T, S: Send + Sync> FromRequest<S> for Unread<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &S) -> Result<Self, Fault> {
        Ok(Unread(request, PhantomData))
    }
}

impl<T> Unread<T> {
    /// Whether a browser sent it in parts, as it does with files.
    pub(crate) fn has_parts(&self) -> bool {
        let kind = self.0.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or("");
        kind.trim_start()
            .to_ascii_lowercase()
            .starts_with("multipart/form-data")
    }

    /// All of it, for whoever reads it part by part.
    pub(crate) fn request(self) -> Request {
        self.0
    }
}

impl<T: DeserializeOwned> Unread<T> {
    /// What a program sent.
    ///
    /// # Errors
    /// `body.media-type`, `body.malformed` for what is no JSON, `body.schema` for JSON that does not fit.
    pub(crate) async fn read(self) -> Result<T, Fault> {
        if !is_json(&self.0) {
            return Err(Fault::not_json());
        }
        let bytes = Bytes::from_request(self.0, &())
            .await
            .map_err(|error| Fault::of_status(error.status()))?;
        from_json(&bytes)
    }

    /// What a browser sent.
    ///
    /// # Errors
    /// `body.malformed` for what is no form, or another one.
    pub(crate) async fn form(self) -> Result<T, Fault> {
        let form = axum::Form::<T>::from_request(self.0, &()).await;
        form.map(|axum::Form(fields)| fields)
            .map_err(|rejection| Fault::of_status(rejection.status()))
    }
}

fn is_json(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    let kind = kind.to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Reads a body, or says where it is not what was expected.
fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut from);
    let read = read.map_err(|error| (error.path().to_string(), error.into_inner()));
    let ended = read.and_then(|body| match from.end() {
        Ok(()) => Ok(body),
        Err(error) => Err((String::new(), error)),
    });
    ended.map_err(|(path, error)| {
        let told = error.to_string();
        // It repeats values of the body.
        let told = shown::short(&told, 200);
        if error.is_data() {
            Fault::schema(&shown::short(&path, 120), &told)
        } else {
            Fault::no_json(&told)
        }
    })
}

/// Names what is wrong with a query. The framework's sentence begins with the name of the field.
fn refused(rejection: &QueryRejection) -> Fault {
    let told = std::error::Error::source(rejection).map(ToString::to_string);
    let told = shown::short(told.as_deref().unwrap_or("?"), 120);
    Fault::query(&told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    struct Page {
        before: Option<Seq>,
        limit: Option<Lines>,
        after: Option<After>,
        quantity: Option<Pieces>,
        no: Option<No>,
    }

    async fn ask(query: &str) -> Result<Page, Fault> {
        let request = axum::http::Request::builder().uri(format!("/?{query}"));
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let strict = Query::<Page>::from_request_parts(&mut parts, &()).await;
        strict.map(|Query(page)| page)
    }

    async fn type_in(query: &str) -> Result<Page, Fault> {
        let request = axum::http::Request::builder().uri(format!("/?{query}"));
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let lenient = Typed::<Page>::from_request_parts(&mut parts, &()).await;
        lenient.map(|Typed(page)| page)
    }

    #[tokio::test]
    async fn numbers_are_read_or_refused() {
        let page = ask(
            "before=9007199254740991&limit=200&after=household/3&quantity=10&no=2147483647&x=y",
        );
        let page = page.await.unwrap();
        assert_eq!(page.before, Some(Seq(WHOLE_MAX)));
        assert_eq!(
            (page.limit, page.quantity),
            (Some(Lines(200)), Some(Pieces(10)))
        );
        assert_eq!(page.after, Some(After(Holder::Household(HouseholdNo(3)))));
        assert_eq!(page.no, Some(No(0x7fff_ffff)));
        for name in ["before", "limit", "quantity", "no"] {
            for nasty in [
                "",
                "-1",
                "+1",
                "%2B1",
                "1.0",
                "1e3",
                "0x1",
                "9223372036854775808",
                "9007199254740992",
                "99999999999999999999999999",
                "x",
                "%20",
                "1%00",
                "NaN",
                "1&{}=1",
            ] {
                let query = format!("{name}={nasty}").replace("{}", name);
                let fault = ask(&query).await.unwrap_err();
                assert_eq!(
                    (fault.status.as_u16(), &*fault.code),
                    (422, "query.invalid"),
                    "{query}"
                );
                assert!(fault.text.zh.contains(name), "{query}: {}", fault.text.zh);
            }
            let wide = format!("{name}=%EF%BC%91");
            assert!(ask(&wide).await.is_err(), "{wide}");
        }
        for nasty in [
            "",
            "resident",
            "resident/",
            "resident/-1",
            "fund/1",
            "resident/2147483648",
            "/",
        ] {
            assert!(ask(&format!("after={nasty}")).await.is_err(), "{nasty}");
        }
    }

    #[tokio::test]
    async fn on_a_page_habits_are_numbers_too() {
        for habit in ["7", "%EF%BC%97", "07", "+7", "%C2%A07%E2%80%8B"] {
            let page = type_in(&format!("quantity={habit}")).await.unwrap();
            assert_eq!(page.quantity, Some(Pieces(7)), "{habit}");
        }
        for nasty in [
            "",
            "-7",
            "%2B7",
            "0",
            "11",
            "7.5",
            "%E4%B8%83",
            "7&quantity=7",
        ] {
            assert!(
                type_in(&format!("quantity={nasty}")).await.is_err(),
                "{nasty}"
            );
        }
    }
}
