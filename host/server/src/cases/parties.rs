//! Who is who for a case: the person and household behind an actor, and what a member of staff may be. Here the roles of
//! the installation become those of kinds; nobody else translates them.

use std::collections::BTreeSet;

use rongyi_cases::kind::Role as CaseRole;
use rongyi_cases::{Actor as CaseActor, Party};
use rongyi_core::book::Loaded;
use rongyi_core::command::{Agreer, Need};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_store::{EffectState, Store, StoreError};

use super::CaseAtHand;
use crate::access::Role;
use crate::door::{Actor, Signed};
use crate::house::{Community, House};

/// The unit of a community that names none: everybody who works there.
const OFFICE: &str = "office";

/// The person behind an actor, and the resident they are here.
async fn somebody(
    store: &Store,
    community: &Code,
    actor: &Code,
) -> Result<(Option<i64>, Option<ResidentNo>), StoreError> {
    Ok(match Signed::of(actor) {
        Signed::Staff(id) => {
            let person = store.staff(id).await?.and_then(|staff| staff.person_id);
            let resident = match person {
                Some(person_id) => {
                    let homes = store.residencies(person_id).await?;
                    let home = homes.into_iter().find(|(place, _)| place == community);
                    home.map(|(_, resident)| resident)
                }
                None => None,
            };
            (person, resident)
        }
        Signed::Resident(no) => {
            let person = store.resident_person(community, no).await?;
            (person.map(|person| person.person_id), Some(no))
        }
        Signed::Device(_)
        | Signed::Terminal(_)
        | Signed::Import
        | Signed::Audit
        | Signed::System
        | Signed::Other(_) => (None, None),
    })
}

/// Those who agreed, as the book knows them.
pub(crate) async fn agreers(
    store: &Store,
    community: &Code,
    actors: impl Iterator<Item = Code>,
) -> Result<Vec<Agreer>, StoreError> {
    let mut all: Vec<Agreer> = Vec::new();
    for actor in actors {
        if all.iter().any(|known| known.actor == actor) {
            continue;
        }
        let (_, resident) = somebody(store, community, &actor).await?;
        all.push(Agreer { actor, resident });
    }
    Ok(all)
}

/// Somebody as deciding knows them.
pub(crate) async fn party(
    store: &Store,
    community: &Code,
    actor: &Code,
) -> Result<Party, StoreError> {
    let (person, resident) = somebody(store, community, actor).await?;
    let household = match resident {
        Some(no) => household(store, community, no).await?,
        None => None,
    };
    Ok(Party {
        actor: actor.clone(),
        person,
        household,
    })
}

/// The household of a resident; `None` for a number that nobody has.
pub(crate) async fn household(
    store: &Store,
    community: &Code,
    resident: ResidentNo,
) -> Result<Option<u32>, StoreError> {
    let loaded = store.load(community, &[Need::Resident(resident)]).await?;
    let Some(Loaded::Resident(_, member)) = loaded.into_iter().next() else {
        return Ok(None);
    };
    Ok(member.map(|member| member.household.0))
}

/// The units of a community: their names and titles.
pub fn units(community: &Community) -> Vec<(Code, Text)> {
    let named = &community.config.case_units;
    if named.is_empty() {
        let title = Text {
            zh: "社区办公室".to_owned(),
            en: "The office".to_owned(),
        };
        return vec![(Code::literal(OFFICE), title)];
    }
    let one = |unit: &rongyi_config::CaseUnit| (unit.code.clone(), unit.title.clone());
    named.iter().map(one).collect()
}

fn units_of(community: &Community, login: &str, role: Role) -> Vec<Code> {
    let named = &community.config.case_units;
    if named.is_empty() {
        return vec![Code::literal(OFFICE)];
    }
    let inside = |unit: &&rongyi_config::CaseUnit| {
        unit.staff.iter().any(|known| known == login)
            || unit.roles.iter().any(|word| word == role.word())
    };
    named
        .iter()
        .filter(inside)
        .map(|unit| unit.code.clone())
        .collect()
}

/// What a role of staff may be in cases.
fn roles(role: Role) -> &'static [CaseRole] {
    match role {
        Role::Operator => &[CaseRole::Operator, CaseRole::Lead, CaseRole::Desk],
        Role::Leader => &[CaseRole::Leader],
        Role::Reviewer => &[CaseRole::Reviewer],
        Role::Shopkeeper | Role::Merchant => &[],
    }
}

/// Somebody with what they may be in a case; without one, what they may be at all.
///
/// # Errors
/// What the database said.
pub async fn acting(
    house: &House,
    community: &Code,
    by: &Actor,
    at_hand: Option<&CaseAtHand>,
) -> Result<CaseActor, StoreError> {
    let party = party(&house.store, community, &by.code()).await?;
    let mut actor = CaseActor {
        party,
        roles: BTreeSet::new(),
        units: Vec::new(),
    };
    match by {
        Actor::Staff { id, role } => {
            actor.roles.extend(roles(*role));
            let login = house.store.staff(*id).await?.map(|staff| staff.login);
            let served = house.community(community);
            if let (Some(login), Some(served)) = (login, served) {
                actor.units = units_of(&served, &login, *role);
                let mut named = served.config.case_units.iter();
                if named.any(|unit| unit.desk && actor.units.contains(&unit.code)) {
                    actor.roles.insert(CaseRole::Desk);
                }
            }
            if !actor.units.is_empty() {
                actor.roles.insert(CaseRole::Unit);
            }
            // What the book refused goes back to the opener by whoever checked it, too.
            let refused = at_hand.and_then(CaseAtHand::booking_is_open);
            if refused == Some(EffectState::Refused) && *role == Role::Reviewer {
                actor.roles.insert(CaseRole::Lead);
            }
        }
        Actor::Terminal(_) => actor.roles.extend(roles(Role::Operator)),
        Actor::For { .. } | Actor::Resident(_) | Actor::Device { .. } | Actor::Job => {}
    }
    Ok(actor)
}
