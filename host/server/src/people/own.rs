//! What is somebody's own: everything the installation holds about a person, to be exported, and its erasure. What
//! stays is in the ledger by number: movements, and commitments to texts that nobody can read any more.

use std::collections::BTreeSet;

use rongyi_core::account::Holder;
use rongyi_core::command::{Ask, Command};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::record::{Erasure, Record};
use rongyi_core::traits::Traits;
use rongyi_store::{HouseholdText, Person, ReadLine, Store, StoreError, Whose};

use crate::clerk::ClerkError;
use crate::door::Actor;
use crate::house::House;

/// What stands in the place of an erased name.
pub const ERASED: &str = "已删除";
/// Texts, lines and records read at once.
const PAGE: u32 = 1000;

/// A person's place in one community.
#[derive(Debug, Clone)]
pub struct Residency {
    /// What staff set about them, for rules to ask.
    pub traits: Traits,
    /// Where.
    pub community: Code,
    /// The number on the card.
    pub resident: ResidentNo,
    /// The household.
    pub household: HouseholdNo,
    /// What the household is called and where it lives.
    pub household_text: Option<HouseholdText>,
    /// Whether nobody else belongs to the household.
    pub alone: bool,
    /// Texts that were written about the person, by entry.
    pub texts: Vec<(u64, String)>,
}

/// Everything about a person.
#[derive(Debug, Clone)]
pub struct Own {
    /// The person.
    pub person: Person,
    /// Where the person is a resident.
    pub residencies: Vec<Residency>,
    /// Who read what of it, by community.
    pub reads: Vec<(Code, ReadLine)>,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum OwnError {
    /// Nobody has that number.
    #[error(
        "没有这个人，或者资料已经删除。请核对号码。 There is no such person, or the data was erased. Check the number."
    )]
    Nobody,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger.
    #[error("{0}")]
    Clerk(#[from] ClerkError),
    /// A damaged record.
    #[error(
        "账本里第 {0} 号记录读不出来，请先运行 verify。 Record {0} of the ledger cannot be read; run verify first."
    )]
    Damaged(u64),
}

/// Collects everything about a person.
///
/// # Errors
/// [`OwnError`].
pub async fn collect(store: &Store, person_id: i64) -> Result<Own, OwnError> {
    let person = store.person(person_id).await?;
    let person = person
        .filter(|own| own.name != ERASED)
        .ok_or(OwnError::Nobody)?;
    let mut residencies = Vec::new();
    for (community, resident) in store.residencies(person_id).await? {
        let all = store.residents(&community).await?;
        let Some(row) = all.iter().find(|row| row.resident == resident) else {
            continue;
        };
        let household = row.household;
        let others = all.iter().filter(|row| row.household == household);
        let traits = super::traits::of(store, &community, resident).await?;
        residencies.push(Residency {
            traits: traits.unwrap_or_default(),
            household_text: store.household(&community, household).await?,
            alone: others.count() == 1,
            texts: texts(store, &community, resident).await?,
            community,
            resident,
            household,
        });
    }
    Ok(Own {
        reads: super::readings::of_person(store, person_id).await?,
        person,
        residencies,
    })
}

/// The texts of entries that are about this resident.
async fn texts(
    store: &Store,
    community: &Code,
    resident: ResidentNo,
) -> Result<Vec<(u64, String)>, OwnError> {
    let (mut own, mut from) = (Vec::new(), 1);
    loop {
        let page = store.texts(community, from, PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(own);
        };
        from = last.saturating_add(1);
        for (seq, text) in page {
            if about(store, community, seq, resident).await? {
                own.push((seq, text.text));
            }
        }
    }
}

async fn about(
    store: &Store,
    community: &Code,
    seq: u64,
    resident: ResidentNo,
) -> Result<bool, OwnError> {
    let found = store.journal(community, seq, 1).await?;
    let found = found.into_iter().find(|(own, ..)| *own == seq);
    let (_, kind, body) = found.ok_or(OwnError::Damaged(seq))?;
    let record = Record::decode(kind, &body).map_err(|_| OwnError::Damaged(seq))?;
    if let Record::Event(_, event) = &record {
        return Ok(event.roles.iter().any(|(_, who)| *who == resident));
    }
    if let Record::Open(_, holder, ..) = &record {
        return Ok(*holder == Holder::Resident(resident));
    }
    Ok(false)
}

/// What was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Communities in which the person was a resident.
    pub residencies: usize,
    /// Texts.
    pub texts: usize,
}

/// On whose wish, and with whose consent.
#[derive(Debug, Clone)]
pub enum Wish {
    /// The person's own.
    Own,
    /// Somebody of the office, and another who agreed.
    Office {
        /// Who does it.
        by: Code,
        /// Who agreed.
        consent: Code,
    },
}

/// Erases a person: texts and salts in every community, one commit each, and at last name, telephone, PIN and
/// sessions. Broken off in between, the next run finishes it.
///
/// # Errors
/// [`OwnError`]; what was erased until then stays erased.
pub async fn erase(house: &House, person_id: i64, wish: &Wish) -> Result<Erased, OwnError> {
    let own = collect(&house.store, person_id).await?;
    let mut erased = Erased::default();
    for residency in &own.residencies {
        let community = &residency.community;
        let (actor, consent) = match wish {
            Wish::Office { by, consent } => (by.clone(), consent.clone()),
            Wish::Own => {
                let own = Actor::Resident(residency.resident).code();
                (own.clone(), own)
            }
        };
        let places: BTreeSet<u64> = residency.texts.iter().map(|(seq, _)| *seq).collect();
        erased.texts += places.len();
        erased.residencies += 1;
        let ask = Ask::Erase(Box::new(Erasure {
            residents: vec![residency.resident],
            texts: places.into_iter().collect(),
            consent,
        }));
        let command = Command {
            actor,
            ..house.command(community, &Actor::Job.code(), ask)
        };
        house.clerk.ask_patiently(community, command).await?;
        if residency.alone && residency.household_text.is_some() {
            let household = residency.household;
            house
                .store
                .put_household(community, household, ERASED, "")
                .await?;
        }
    }
    super::readings::forget(&house.store, person_id).await?;
    house.store.forget_access(Whose::Person(person_id)).await?;
    house.store.erase_person(person_id, ERASED).await?;
    Ok(erased)
}
