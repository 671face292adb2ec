//! A program at the door of one community: who asks, and whether they may.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use rongyi_core::chain::{hex, sha256};
use rongyi_core::ids::{Code, ResidentNo};

use super::app::App;
use super::fault::Fault;
use super::visit::cookie;
use super::{Act, Actor, Kind, May, Reading, Right, Way, may};
use crate::access::{self, AccessError, Device, SignedIn};
use crate::house::House;

/// Who asks: a device with its token, or a browser with its session.
#[derive(Debug, Clone)]
pub enum Who {
    /// A device.
    Device(Device),
    /// A person.
    Person(SignedIn),
}

impl Who {
    /// By what right they ask.
    pub fn right(&self) -> Right {
        match self {
            Who::Device(device) => Right::Device(device.scope),
            Who::Person(person) => Right::of(Some(person)),
        }
    }
}

/// A request of a program to one community of this host, by somebody who may ask it.
pub struct Caller {
    /// What handlers need.
    pub app: Arc<App>,
    /// The community.
    pub code: Code,
    /// Who asks.
    pub who: Who,
    /// What is asked.
    pub act: Act,
    /// Whether for anybody, or only for what is their own.
    may: May,
    /// The `Idempotency-Key`.
    pub key: Option<String>,
}

/// The community that an address names.
async fn community(parts: &mut Parts, app: &Arc<App>) -> Result<Code, Fault> {
    let params = RawPathParams::from_request_parts(parts, app)
        .await
        .map_err(|_| Fault::not_found())?;
    let named = params
        .iter()
        .find(|(name, _)| *name == "community")
        .map(|(_, value)| value.to_owned());
    let named = named.unwrap_or_default();
    let known = named
        .parse()
        .ok()
        .filter(|code| app.house.community(code).is_some());
    known.ok_or_else(|| {
        let shown: String = named.chars().take(48).collect();
        Fault::new(
            StatusCode::NOT_FOUND,
            "community.unknown",
            format!("这里没有叫“{shown}”的社区。请核对网址。"),
            format!("There is no community “{shown}” here. Check the address."),
        )
    })
}

fn idempotency_key(parts: &Parts) -> Result<Option<String>, Fault> {
    let Some(value) = parts.headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .ok()
        .filter(|key| (1..=128).contains(&key.len()));
    let bad = || {
        Fault::input(
            "Idempotency-Key",
            "要 1 到 128 个 ASCII 字符。",
            "give 1 to 128 ASCII characters.",
        )
    };
    key.map(|key| Some(key.to_owned())).ok_or_else(bad)
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Fault> {
        let code = community(parts, app).await?;
        let key = idempotency_key(parts)?;
        let store = &app.house.store;
        let bearer = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let who = if let Some(bearer) = bearer {
            let token = bearer
                .strip_prefix("Bearer ")
                .ok_or(AccessError::TokenUnknown)?;
            let now = app.house.clock.now();
            let device = app.devices.device(store, &code, token.trim(), now);
            Who::Device(device.await?)
        } else {
            let token =
                cookie(&parts.headers, app.cookie_name()).ok_or(AccessError::SignInNeeded)?;
            let person = access::who(store, &code, token, app.house.clock.now()).await?;
            let person = person.ok_or(AccessError::SignInNeeded)?;
            if person.must_change() {
                return Err(AccessError::PinFirst.into());
            }
            Who::Person(person)
        };
        let act = parts.extensions.get::<Act>().copied();
        let act = act.ok_or(AccessError::Forbidden)?;
        let may = may(who.right(), act);
        if may == May::No {
            return Err(AccessError::Forbidden.into());
        }
        Ok(Caller {
            app: Arc::clone(app),
            code,
            who,
            act,
            may,
            key,
        })
    }
}

impl Caller {
    /// The installation.
    pub fn house(&self) -> &House {
        &self.app.house
    }

    /// Who changes what this caller changes.
    pub fn actor(&self) -> Actor {
        match &self.who {
            Who::Device(device) => Actor::from(device),
            Who::Person(person) => Actor::from(person),
        }
    }

    /// The same caller, asking another act.
    ///
    /// # Errors
    /// [`AccessError::Forbidden`] when they may not.
    pub fn acting(&self, act: Act) -> Result<Caller, AccessError> {
        let may = may(self.who.right(), act);
        if may == May::No {
            return Err(AccessError::Forbidden);
        }
        Ok(Caller {
            app: Arc::clone(&self.app),
            code: self.code.clone(),
            who: self.who.clone(),
            act,
            may,
            key: self.key.clone(),
        })
    }

    /// The idempotency key of one of several things that were sent together.
    pub fn key_at(&self, place: usize) -> Option<String> {
        let key = self.key.as_ref()?;
        Some(hex(&sha256(format!("{key}/{place}").as_bytes())))
    }

    /// Whether what is asked may be asked about this resident.
    ///
    /// # Errors
    /// [`AccessError::Forbidden`] for somebody else's.
    pub fn about(&self, resident: ResidentNo) -> Result<(), AccessError> {
        if self.about_anybody() || self.resident() == Some(resident) {
            Ok(())
        } else {
            Err(AccessError::Forbidden)
        }
    }

    /// Puts on record that this caller reads what is kept about these residents, before it is answered.
    ///
    /// # Errors
    /// What the database said; then nothing may be answered.
    pub async fn reads(&self, kind: Kind, whose: &[ResidentNo]) -> Result<(), Fault> {
        let reading = Reading {
            by: &self.actor(),
            kind,
            way: Way::Api,
            at: self.house().clock.now(),
        };
        let (readings, store) = (&self.house().readings, &self.house().store);
        Ok(readings.note(store, &self.code, reading, whose).await?)
    }

    /// Whether what is asked may be asked about anybody.
    pub fn about_anybody(&self) -> bool {
        self.may == May::Yes
    }

    /// The resident who asks, when it is one.
    pub fn resident(&self) -> Option<ResidentNo> {
        match &self.who {
            Who::Person(SignedIn::Resident(resident)) => Some(resident.resident),
            Who::Person(SignedIn::Staff(_)) | Who::Device(_) => None,
        }
    }
}
