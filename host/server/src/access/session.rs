//! Signing in and out, and who a request comes from. Residents sign in with their number and PIN, staff with
//! their login and password; devices show a token.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;
use rongyi_store::{Person, Session, SignInDelay, Staff, Store, Subject};

use super::delay::{next_try, seconds_until, subject};
use super::secret::{Vault, new_token, token_hash};
use super::{AccessError, Door};

const DAY: i64 = 86_400_000_000;
const HOUR: i64 = 3_600_000_000;
/// A resident's phone stays signed in while it is used at least once in this time…
const RESIDENT_IDLE: i64 = 30 * DAY;
/// …and for this long at most.
const RESIDENT_LIMIT: i64 = 180 * DAY;
/// A counter's browser is signed out after this long without a request…
const STAFF_IDLE: i64 = 12 * HOUR;
/// …and after this long in any case.
const STAFF_LIMIT: i64 = 24 * HOUR;

/// What a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Checks claims.
    Reviewer,
    /// Hands goods over.
    Shopkeeper,
    /// Leads activities.
    Leader,
    /// Looks after rules and configuration; may do what the others may.
    Operator,
}

impl Role {
    /// The role behind a stored word.
    pub fn from_word(word: &str) -> Option<Role> {
        match word {
            "reviewer" => Some(Role::Reviewer),
            "shopkeeper" => Some(Role::Shopkeeper),
            "leader" => Some(Role::Leader),
            "operator" => Some(Role::Operator),
            _ => None,
        }
    }
}

/// A member of staff who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Number in this installation.
    pub staff_id: i64,
    /// Name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether the first password is still in use.
    pub must_change: bool,
}

/// A resident who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedResident {
    /// The number on the card.
    pub resident: ResidentNo,
    /// The human being.
    pub person_id: i64,
    /// Name.
    pub name: String,
    /// Whether the printed PIN is still in use.
    pub must_change: bool,
}

/// Who a browser's session belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedIn {
    /// A resident.
    Resident(SignedResident),
    /// A member of staff.
    Staff(StaffMember),
}

impl SignedIn {
    /// Whether the first PIN or password must be replaced before anything else.
    pub fn must_change(&self) -> bool {
        match self {
            SignedIn::Resident(resident) => resident.must_change,
            SignedIn::Staff(staff) => staff.must_change,
        }
    }

    /// Whose session it is, for the store.
    pub fn subject(&self) -> Subject {
        match self {
            SignedIn::Resident(resident) => Subject::Resident(resident.resident),
            SignedIn::Staff(staff) => Subject::Staff(staff.staff_id),
        }
    }

    /// The name, as the person may be greeted.
    pub fn name(&self) -> &str {
        match self {
            SignedIn::Resident(resident) => &resident.name,
            SignedIn::Staff(staff) => &staff.name,
        }
    }
}

/// An account at the door: what its typed secret is compared with.
struct Account {
    subject: Subject,
    stored: Option<String>,
}

async fn account(
    store: &Store,
    community: &Code,
    door: Door,
    number: &str,
) -> Result<Option<Account>, AccessError> {
    match door {
        Door::Resident => {
            let Some(resident) = number.parse().ok().map(ResidentNo) else {
                return Ok(None);
            };
            let person = store.resident_person(community, resident).await?;
            Ok(person.map(|person: Person| Account {
                subject: Subject::Resident(resident),
                stored: person.pin_hash,
            }))
        }
        Door::Staff => {
            let staff = store
                .staff_by_login(community, number)
                .await?
                .filter(|staff: &Staff| staff.active);
            Ok(staff.map(|staff| Account {
                subject: Subject::Staff(staff.staff_id),
                stored: Some(staff.password_hash),
            }))
        }
    }
}

/// Signs somebody in and answers the token for the cookie. An unknown number and a wrong PIN give the same
/// answer after the same time.
///
/// # Errors
/// [`AccessError::Wrong`], [`AccessError::Delayed`] or what the database said.
pub async fn sign_in(
    (store, vault): (&Store, &Vault),
    community: &Code,
    door: Door,
    (number, typed): (&str, &str),
    now: Instant,
) -> Result<String, AccessError> {
    let number = number.trim();
    let found = account(store, community, door, number).await?;
    let canonical = number.trim_start_matches('0');
    let (scope, name) = (door.scope(), subject(community, canonical, found.is_some()));
    let delay = store.sign_in_delay(scope, &name).await?;
    if let Some(delay) = delay {
        let seconds = seconds_until(now, delay.next_at);
        if seconds > 0 {
            return Err(AccessError::Delayed { seconds });
        }
    }
    let stored = found.as_ref().and_then(|account| account.stored.clone());
    let right = vault.matches(typed.to_owned(), stored).await;
    let Some(account) = found.filter(|_| right) else {
        let failures = delay.map_or(0, |delay| delay.failures).saturating_add(1);
        let next_at = next_try(now, failures);
        store
            .put_sign_in_delay(scope, &name, SignInDelay { failures, next_at })
            .await?;
        return Err(AccessError::Wrong);
    };
    store.clear_sign_in_delay(scope, &name).await?;
    open_session(store, community, account.subject, now).await
}

/// Replaces the PIN or password of somebody who is signed in and knows the present one. Wrong tries count as
/// they do at the door.
///
/// # Errors
/// [`AccessError::Wrong`], [`AccessError::Delayed`] or what the database said.
pub async fn change_secret(
    (store, vault): (&Store, &Vault),
    community: &Code,
    who: &SignedIn,
    (current, new): (String, String),
    now: Instant,
) -> Result<(), AccessError> {
    confirm((store, vault), community, who, current, now).await?;
    let hash = vault.hash(new).await.ok_or(AccessError::Wrong)?;
    match who {
        SignedIn::Resident(own) => store.set_pin(own.person_id, &hash, false).await?,
        SignedIn::Staff(own) => store.set_staff_password(own.staff_id, &hash, false).await?,
    }
    Ok(())
}

/// Whether somebody who is signed in knows the present PIN or password, before something that can't be undone.
/// Wrong tries count as they do at the door.
///
/// # Errors
/// [`AccessError::Wrong`], [`AccessError::Delayed`] or what the database said.
pub async fn confirm(
    (store, vault): (&Store, &Vault),
    community: &Code,
    who: &SignedIn,
    current: String,
    now: Instant,
) -> Result<(), AccessError> {
    let (door, number, stored) = match who {
        SignedIn::Resident(own) => {
            let person = store.resident_person(community, own.resident).await?;
            (
                Door::Resident,
                own.resident.to_string(),
                person.and_then(|person: Person| person.pin_hash),
            )
        }
        SignedIn::Staff(own) => {
            let staff = store
                .staff(own.staff_id)
                .await?
                .ok_or(AccessError::StaffSignInNeeded)?;
            (Door::Staff, staff.login, Some(staff.password_hash))
        }
    };
    let (scope, name) = (door.scope(), subject(community, &number, true));
    let delay = store.sign_in_delay(scope, &name).await?;
    let seconds = delay.map_or(0, |delay| seconds_until(now, delay.next_at));
    if seconds > 0 {
        return Err(AccessError::Delayed { seconds });
    }
    if !vault.matches(current, stored).await {
        let failures = delay.map_or(0, |delay| delay.failures).saturating_add(1);
        let next_at = next_try(now, failures);
        store
            .put_sign_in_delay(scope, &name, SignInDelay { failures, next_at })
            .await?;
        return Err(AccessError::Wrong);
    }
    Ok(())
}

/// Makes a session and answers its token.
///
/// # Errors
/// What the database said.
pub async fn open_session(
    store: &Store,
    community: &Code,
    subject: Subject,
    now: Instant,
) -> Result<String, AccessError> {
    let (token, hash) = new_token();
    let limit = match subject {
        Subject::Resident(_) => RESIDENT_LIMIT,
        Subject::Staff(_) => STAFF_LIMIT,
    };
    let session = Session {
        token_hash: hash,
        community: community.clone(),
        subject,
        created_at: now,
        last_seen_at: now,
        expires_at: Instant(now.0.saturating_add(limit)),
    };
    store.create_session(&session).await?;
    Ok(token)
}

/// Ends a session.
///
/// # Errors
/// What the database said.
pub async fn sign_out(store: &Store, token: &str) -> Result<(), AccessError> {
    store.delete_session(&token_hash(token)).await?;
    Ok(())
}

/// Whose session a cookie is, in this community; `None` when it has ended, is another community's, or its
/// account is gone.
///
/// # Errors
/// What the database said.
pub async fn who(
    store: &Store,
    community: &Code,
    token: &str,
    now: Instant,
) -> Result<Option<SignedIn>, AccessError> {
    let hash = token_hash(token);
    let Some(session) = store.find_session(&hash, now).await? else {
        return Ok(None);
    };
    let idle = match session.subject {
        Subject::Resident(_) => RESIDENT_IDLE,
        Subject::Staff(_) => STAFF_IDLE,
    };
    let over = now >= session.expires_at || now.0.saturating_sub(session.last_seen_at.0) > idle;
    if over {
        store.delete_session(&hash).await?;
        return Ok(None);
    }
    if session.community != *community {
        return Ok(None);
    }
    Ok(match session.subject {
        Subject::Resident(resident) => {
            let person = store.resident_person(community, resident).await?;
            person.map(|person: Person| {
                SignedIn::Resident(SignedResident {
                    resident,
                    person_id: person.person_id,
                    name: person.name,
                    must_change: person.pin_must_change,
                })
            })
        }
        Subject::Staff(staff_id) => store
            .staff(staff_id)
            .await?
            .filter(|staff| staff.active)
            .and_then(|staff| {
                Some(SignedIn::Staff(StaffMember {
                    staff_id,
                    role: Role::from_word(&staff.role)?,
                    name: staff.name,
                    must_change: staff.must_change,
                }))
            }),
    })
}

/// A device that shows a token, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Number of the token in this installation.
    pub token_id: i64,
    /// What it may do.
    pub scope: Scope,
}

/// What a device may do; the table of the [`crate::door`] says it act by act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Send events.
    Events,
    /// Look orders up and hand them over.
    Till,
    /// Read public figures: the shop, periods, heads.
    Read,
    /// Read what people have; each read is on the record.
    People,
}

/// Devices seen a moment ago. A scale sends many events a second; asking the database who it is for each of
/// them would cost more than booking them. A revoked token stops working after [`DEVICE_KNOWN`] at most.
#[derive(Default)]
pub struct Devices {
    known: Mutex<Known>,
}

/// By the token's hash and the community: who it is, and when the database said so.
type Known = HashMap<([u8; 32], Code), (Device, Instant)>;

/// How long a device is believed without asking again.
const DEVICE_KNOWN: i64 = 2_000_000;
/// Remembered devices at most; one more and all are asked for again.
const DEVICES_MAX: usize = 10_000;

impl Devices {
    /// The device behind a token, in this community.
    ///
    /// # Errors
    /// [`AccessError::TokenUnknown`] for an unknown, revoked or foreign token.
    pub async fn device(
        &self,
        store: &Store,
        community: &Code,
        token: &str,
        now: Instant,
    ) -> Result<Device, AccessError> {
        let key = (token_hash(token), community.clone());
        if let Some((device, seen)) = self.lock().get(&key)
            && (0..DEVICE_KNOWN).contains(&now.0.saturating_sub(seen.0))
        {
            return Ok(device.clone());
        }
        let device = device(store, community, token).await?;
        let mut known = self.lock();
        if known.len() >= DEVICES_MAX {
            known.clear();
        }
        known.insert(key, (device.clone(), now));
        Ok(device)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The device behind a token, in this community, asked of the database.
///
/// # Errors
/// [`AccessError::TokenUnknown`] for an unknown, revoked or foreign token.
pub async fn device(store: &Store, community: &Code, token: &str) -> Result<Device, AccessError> {
    let found = store.token_by_hash(&token_hash(token)).await?;
    let token = found.filter(|token| token.community == *community && token.revoked_at.is_none());
    let token = token.ok_or(AccessError::TokenUnknown)?;
    let scope = match token.scope.as_str() {
        "events" => Scope::Events,
        "till" => Scope::Till,
        "read" => Scope::Read,
        "people" => Scope::People,
        _ => return Err(AccessError::TokenUnknown),
    };
    Ok(Device {
        token_id: token.token_id,
        scope,
    })
}
