//! What is somebody's own: everything the installation holds about a person, to be exported, and its erasure. What
//! stays is in the ledger by number: movements, and commitments to texts that nobody can read any more.

pub(crate) mod cli;
mod theirs;
pub(crate) mod web;

use std::collections::BTreeSet;

use rongyi_clerk::ClerkError;
use rongyi_core::book::Order;
use rongyi_core::command::{Ask, Command, Rejection, SetTraits};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::record::Erasure;
use rongyi_core::rule::Text;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_core::traits::{ERASED as ERASED_NUMBER, Traits};
use rongyi_store::{HouseholdText, Person, ReadLine, Session, Store, StoreError, Whose};

use crate::door::{Actor, one_person};
use crate::house::House;
use crate::stock;

/// What stands in the place of an erased name.
pub const ERASED: &str = "已删除";

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
    /// Whether nobody else belongs to the household whose data is still there.
    pub last: bool,
    /// Texts that were written about the person or by them, by entry; those about the household are the last one's.
    pub texts: Vec<(u64, String)>,
    /// References that were typed with entries about the person, by entry.
    pub references: Vec<(u64, String)>,
    /// What was written in cases that are the person's: the case, the step, the question, the words.
    pub case_texts: Vec<(u64, u32, String, String)>,
    /// The photos in them: the case, the step, the digest under which the case shows it.
    pub case_photos: Vec<(u64, u32, String)>,
    /// Everything that moved on what the person holds, alone or with the household, oldest first.
    pub movements: Vec<Movement>,
    /// What the person ordered, newest first.
    pub orders: Vec<Order>,
    /// Where the person is signed in.
    pub sessions: Vec<Session>,
}

/// A line of somebody's accounts.
#[derive(Debug, Clone)]
pub struct Movement {
    /// The entry.
    pub entry: u64,
    /// When.
    pub at: Option<Instant>,
    /// Who asked for it.
    pub actor: Option<Code>,
    /// The kind and day of the event, when it was one.
    pub event: Option<(Code, LocalDate)>,
    /// The account on which something moved.
    pub account: String,
    /// How much.
    pub change: i64,
    /// What was there afterwards.
    pub after: i64,
    /// Why.
    pub why: Vec<Text>,
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
        .filter(|person| person.name != ERASED)
        .ok_or(OwnError::Nobody)?;
    let mut residencies = Vec::new();
    for (community, resident) in store.residencies(person_id).await? {
        residencies.extend(theirs::residency(store, community, resident).await?);
    }
    Ok(Own {
        reads: super::readings::of_person(store, person_id).await?,
        person,
        residencies,
    })
}

/// What was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Communities in which the person was a resident.
    pub residencies: usize,
    /// Texts.
    pub texts: usize,
    /// Whether the engine has also removed what it had written of them: see [`Store::scrub`]. Otherwise somebody was
    /// reading just then, and it happens with the next erasure or when the host stops.
    pub scrubbed: bool,
}

/// Who wishes the erasure, and who consents to it.
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

/// Everything about a person, with what they gave to a shop, where they stand by name alone: that takes a look at all
/// texts of a community, so no page waits for it.
///
/// # Errors
/// [`OwnError`].
pub async fn collect_whole(store: &Store, person_id: i64) -> Result<Own, OwnError> {
    let mut personal_data = collect(store, person_id).await?;
    let begins = stock::donated_by(&personal_data.person.name);
    for residency in &mut personal_data.residencies {
        let given = store.texts_from(&residency.community, &begins).await?;
        let known: BTreeSet<u64> = residency.texts.iter().map(|(seq, _)| *seq).collect();
        let given = given.into_iter().filter(|(seq, _)| !known.contains(seq));
        residency
            .texts
            .extend(given.map(|(seq, salted)| (seq, salted.text)));
        residency.texts.sort_unstable();
    }
    Ok(personal_data)
}

/// Erases a person: texts and salts in every community, one commit each, and at last name, telephone, PIN and
/// sessions; then what the engine still holds of it. With `rewrite` the whole file is written anew, which also removes
/// what older programs left in it. Broken off in between, the next run finishes it.
///
/// # Errors
/// [`OwnError`]; what was erased until then stays erased.
pub async fn erase(
    house: &House,
    person_id: i64,
    wish: &Wish,
    rewrite: bool,
) -> Result<Erased, OwnError> {
    let personal_data = collect_whole(&house.store, person_id).await?;
    let mut erased = Erased::default();
    for residency in &personal_data.residencies {
        let community = &residency.community;
        let (actor, consent) = match wish {
            Wish::Office { by, consent } => {
                if one_person(&house.store, community, by, consent).await? {
                    return Err(ClerkError::Rejected(Rejection::ErasureAlone).into());
                }
                (by.clone(), consent.clone())
            }
            Wish::Own => {
                let resident_code = Actor::Resident(residency.resident).code();
                (resident_code.clone(), resident_code)
            }
        };
        let texts = residency.texts.iter().chain(&residency.references);
        let places: BTreeSet<u64> = texts.map(|(seq, _)| *seq).collect();
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
        let resident = residency.resident;
        let gone = house.store.forget_case_texts(community, resident).await?;
        erased.texts += usize::try_from(gone).unwrap_or(usize::MAX);
        house.store.forget_case_photos(community, resident).await?;
        house.store.forget_case_papers(community, resident).await?;
        house.store.forget_certificates(community, resident).await?;
        house.store.forget_messages(community, resident).await?;
        close_number(house, (community, residency.resident), &residency.traits).await?;
        if residency.last && residency.household_text.is_some() {
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
    erased.scrubbed = house.store.scrub(rewrite).await?;
    Ok(erased)
}

/// Nobody stands behind the number any more: nothing new is booked for it, and what staff marked of the person is gone.
async fn close_number(
    house: &House,
    (community, resident): (&Code, ResidentNo),
    traits: &Traits,
) -> Result<(), OwnError> {
    let erased = Code::literal(ERASED_NUMBER);
    let known = || traits.iter().map(|(name, _)| name);
    if known().any(|name| *name == erased) {
        return Ok(());
    }
    let gone = known().map(|name| (name.clone(), 0));
    let changes = gone.chain([(erased.clone(), 1)]).collect();
    let ask = Ask::Traits(SetTraits { resident, changes });
    let command = house.command(community, &Actor::Job.code(), ask);
    house.clerk.ask_patiently(community, command).await?;
    Ok(())
}

/// Closes the numbers of those who were erased before numbers were closed, or where that was broken off; answers how
/// many.
///
/// # Errors
/// [`OwnError`]; the next time goes on.
pub async fn close_earlier(house: &House, community: &Code) -> Result<usize, OwnError> {
    let all = house.store.residents(community).await?;
    let erased = all
        .into_iter()
        .filter(|row| row.name.as_deref() == Some(ERASED));
    let mut closed = 0;
    for row in erased {
        let member = theirs::member(&house.store, community, row.resident).await?;
        if let Some(member) = member.filter(|member| !member.is_erased()) {
            close_number(house, (community, row.resident), &member.traits).await?;
            closed += 1;
        }
    }
    Ok(closed)
}
