//! Sessions: who a request comes from, and how long that stays so. Devices show a token instead. How people sign in is
//! in [`super::sign_in`](mod@super::sign_in).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;
use rongyi_store::{Person, Session, Store, Subject, Whose};

use super::AccessError;
use super::secret::{new_token, token_hash};

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
    /// Works for a merchant, and does only what is that merchant's.
    Merchant,
}

impl Role {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Role::Reviewer => "reviewer",
            Role::Shopkeeper => "shopkeeper",
            Role::Leader => "leader",
            Role::Operator => "operator",
            Role::Merchant => "merchant",
        }
    }

    /// The role behind a stored word.
    pub fn from_word(word: &str) -> Option<Role> {
        match word {
            "reviewer" => Some(Role::Reviewer),
            "shopkeeper" => Some(Role::Shopkeeper),
            "leader" => Some(Role::Leader),
            "operator" => Some(Role::Operator),
            "merchant" => Some(Role::Merchant),
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
    /// Which person it is, where that is known.
    pub person_id: Option<i64>,
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

    /// Whose it is wherever they sign in: a resident of several communities is one person.
    pub fn whose(&self) -> Whose {
        match self {
            SignedIn::Resident(resident) => Whose::Person(resident.person_id),
            SignedIn::Staff(staff) => Whose::Staff(staff.staff_id),
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

/// A session that begins now, with the token for the cookie.
pub(super) fn new_session(community: &Code, subject: Subject, now: Instant) -> (String, Session) {
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
    (token, session)
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
                    person_id: staff.person_id,
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

impl Scope {
    /// All of them.
    pub const ALL: [Scope; 4] = [Scope::Events, Scope::Till, Scope::Read, Scope::People];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Scope::Events => "events",
            Scope::Till => "till",
            Scope::Read => "read",
            Scope::People => "people",
        }
    }

    /// The scope behind a stored word.
    pub fn from_word(word: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// Devices seen a moment ago. A scale sends many events a second; asking the database who it is for each of
/// them would cost more than booking them. A revoked token stops working after `DEVICE_KNOWN` at most.
#[derive(Default)]
pub struct Devices {
    known: Mutex<KnownDevices>,
}

/// By the token's hash and the community: who it is, and when the database said so.
type KnownDevices = HashMap<([u8; 32], Code), (Device, Instant)>;

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

    /// A token that was revoked on this host stops working at once.
    pub(crate) fn forget(&self, token_id: i64) {
        self.lock()
            .retain(|_, (device, _)| device.token_id != token_id);
    }

    fn lock(&self) -> MutexGuard<'_, KnownDevices> {
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
    let scope = Scope::from_word(&token.scope).ok_or(AccessError::TokenUnknown)?;
    Ok(Device {
        token_id: token.token_id,
        scope,
    })
}
