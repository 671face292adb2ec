//! Who is there: households, persons, residents and staff, added one by one or from a file by the same functions.
//! First PINs and passwords are random and changed at first use. Signing in is elsewhere ([`crate::access`]).

pub(crate) mod accounts;
pub mod api;
pub(crate) mod card;
pub(crate) mod cli;
mod columns;
pub mod enrolment;
pub mod finding;
mod households;
pub(crate) mod leaving;
pub(crate) mod mine;
mod office;
pub mod own;
pub(crate) mod privacy;
pub mod readings;
pub mod secret;
pub(crate) mod slip;

pub(crate) mod staff;
pub mod tokens;
pub mod traits;

pub use columns::{HOUSEHOLD_COLUMNS, PERSON_COLUMNS, RESIDENT_COLUMNS};
pub use households::add_households;
pub use office::Office;
pub use staff::{ROLES, STAFF_COLUMNS, add_staff, add_staff_by};

use std::collections::BTreeMap;

use rongyi_clerk::ClerkError;
use rongyi_core::command::{Ask, Enrol, SaltedText};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_core::typed;
use rongyi_sheets::{BadRow, Row, Rows};
use rongyi_store::{ResidentRow, StoreError};

use crate::access::random;
use crate::earning::{InputError, household_no, resident_no, whole};
use crate::house::House;
use secret::{hash_all, new_pin};

/// The longest name or address in characters.
const TEXT_MAX: usize = 200;

/// A first PIN or password. It is shown once and stored nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstSecret {
    /// What is typed with it: resident number, person number or login.
    pub who: String,
    /// The person's name.
    pub name: String,
    /// The PIN or password.
    pub secret: String,
}

/// What became of a list of people or goods.
#[derive(Debug, Default)]
pub struct Added {
    /// How many are new.
    pub new: u64,
    /// How many were there already, with the same content.
    pub known: u64,
    /// Rows that cannot be used.
    pub bad: Vec<BadRow>,
    /// First PINs and passwords of the new ones.
    pub secrets: Vec<FirstSecret>,
    /// Why the list was not finished; what was added before stays.
    pub stopped: Option<Stopped>,
    /// The entries of goods that were typed one by one.
    pub entries: Vec<u64>,
}

/// Why a list was not finished.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The clerk.
    #[error(transparent)]
    Clerk(ClerkError),
    /// The machine was stopped while hashing.
    #[error("hashing was interrupted")]
    Hashing,
}

/// Why one row was not added.
pub(crate) enum RowError {
    Bad(BadRow),
    Stop(Stopped),
}

impl From<StoreError> for RowError {
    fn from(error: StoreError) -> Self {
        RowError::Stop(error.into())
    }
}

impl From<BadRow> for RowError {
    fn from(bad: BadRow) -> Self {
        RowError::Bad(bad)
    }
}

impl RowError {
    /// What the clerk's answer means for a row.
    pub(crate) fn clerk(line: u64, error: ClerkError) -> Self {
        if let ClerkError::Rejected(rejection) = error {
            return RowError::Bad(BadRow {
                line,
                code: rejection.code().into(),
                text: rejection.text(),
            });
        }
        RowError::Stop(Stopped::Clerk(error))
    }
}

impl Added {
    /// Counts one row; `false` when the list must stop.
    pub(crate) fn count(&mut self, row: Result<bool, RowError>) -> bool {
        match row {
            Ok(true) => self.new += 1,
            Ok(false) => self.known += 1,
            Err(RowError::Bad(bad)) => self.bad.push(bad),
            Err(RowError::Stop(stopped)) => {
                self.stopped = Some(stopped);
                return false;
            }
        }
        true
    }
}

/// The same key with other content: both are shown. Nobody is overwritten by a slip; the way out is the door's to say.
pub(crate) fn conflict(row: &Row, what: &str, old: &str, new: &str) -> BadRow {
    BadRow::new(
        row.line,
        "row.conflict",
        format!("{what} 已经登记为“{old}”，这里写的是“{new}”。"),
        format!("{what} is registered as “{old}”, this says “{new}”."),
    )
}

/// Adds persons who are not residents of a community yet. Each row is a new person: nothing tells two people
/// of one name apart.
pub async fn add_persons(house: &House, key: [u8; 32], rows: Rows<'_>) -> Added {
    let mut added = Added::default();
    let mut wanted = Vec::new();
    for row in rows {
        let read = row.and_then(|row| {
            Ok((
                text(&row, "name", row.need("name")?)?.to_owned(),
                phone(&row)?,
            ))
        });
        match read {
            Ok(person) => wanted.push(person),
            Err(bad) => added.bad.push(bad),
        }
    }
    let pins: Vec<String> = wanted.iter().map(|_| new_pin()).collect();
    let Some(hashes) = hash_all(key, pins.clone()).await else {
        added.stopped = Some(Stopped::Hashing);
        return added;
    };
    for (((name, phone), pin), hash) in wanted.into_iter().zip(pins).zip(hashes) {
        match create_person(house, &name, phone.as_deref(), &hash).await {
            Ok(person) => {
                added.new += 1;
                added.secrets.push(FirstSecret {
                    who: format!("person {person}"),
                    name,
                    secret: pin,
                });
            }
            Err(error) => {
                added.stopped = Some(error.into());
                break;
            }
        }
    }
    added
}

async fn create_person(
    house: &House,
    name: &str,
    phone: Option<&str>,
    hash: &str,
) -> Result<i64, StoreError> {
    let person = house
        .store
        .create_person(name, phone, house.clock.now())
        .await?;
    house.store.set_pin(person, hash, true).await?;
    Ok(person)
}

struct NewResident {
    line: u64,
    resident: ResidentNo,
    household: HouseholdNo,
    who: Who,
    traits: Vec<(Code, i32)>,
}

enum Who {
    /// Somebody who is here already, with their own PIN.
    Person(i64),
    /// Somebody new.
    New { name: String, phone: Option<String> },
}

/// Enrols residents in the name of whoever sits at this process. One that is there already, with the same content,
/// stays as it is and gets no new PIN; with another name or telephone it is a conflict, or corrected where `update` is
/// meant.
pub async fn add_residents(
    house: &House,
    community: &Code,
    key: [u8; 32],
    rows: Rows<'_>,
    update: bool,
) -> Added {
    add_residents_at(Office::here(house, community), key, rows, update).await
}

/// The same in anybody's name. One list at a time: two that name the same number would each take it for free.
pub async fn add_residents_at(
    office: Office<'_>,
    key: [u8; 32],
    rows: Rows<'_>,
    update: bool,
) -> Added {
    let _alone = office.house.enrolling.lock().await;
    let mut added = Added::default();
    let wanted = match new_residents(office, rows, &mut added, update).await {
        Ok(wanted) => wanted,
        Err(error) => {
            added.stopped = Some(error.into());
            return added;
        }
    };
    // Who is here already keeps their own: hashing one that nobody gets would cost a moment each.
    let draw = |new: &NewResident| match &new.who {
        Who::Person(_) => None,
        Who::New { .. } => Some(new_pin()),
    };
    let pins: Vec<_> = wanted.iter().map(draw).collect();
    let Some(hashes) = hash_all(key, pins.iter().flatten().cloned().collect()).await else {
        added.stopped = Some(Stopped::Hashing);
        return added;
    };
    let mut hashes = hashes.into_iter();
    for (new, pin) in wanted.into_iter().zip(pins) {
        let hash = pin.as_ref().and_then(|_| hashes.next()).unwrap_or_default();
        let first = match (&new.who, pin) {
            (Who::New { name, .. }, Some(secret)) => Some(FirstSecret {
                who: new.resident.to_string(),
                name: name.clone(),
                secret,
            }),
            _ => None,
        };
        let result = enrol(office, &new, &hash).await;
        let good = result.is_ok();
        let result = match result {
            Ok(()) => mark(office, &new).await.map(|_| true),
            Err(error) => Err(error),
        };
        let go_on = added.count(result);
        added.secrets.extend(first.filter(|_| good));
        if !go_on {
            break;
        }
    }
    added
}

/// Sets the traits that a row names; whether that changed anything.
async fn mark(office: Office<'_>, new: &NewResident) -> Result<bool, RowError> {
    if new.traits.is_empty() {
        return Ok(false);
    }
    traits::set_at(office, new.line, new.resident, new.traits.clone()).await
}

/// What a row about a resident comes to.
enum Fate {
    /// Somebody new.
    New(NewResident),
    /// Somebody who is there, with the same content.
    Known(NewResident),
    /// Somebody who is there, with another name or telephone.
    Corrected {
        new: NewResident,
        person: i64,
        name: String,
        phone: Option<String>,
        /// What is said where nothing may be corrected.
        conflict: BadRow,
    },
    /// Nothing.
    Bad(BadRow),
}

/// Says what a row comes to; somebody new is known to the rows after it. It changes nothing else.
fn survey(known: &mut BTreeMap<ResidentNo, ResidentRow>, row: Result<Row, BadRow>) -> Fate {
    let read = row.and_then(|row| Ok((new_resident(&row)?, row)));
    let (new, row) = match read {
        Ok(read) => read,
        Err(bad) => return Fate::Bad(bad),
    };
    let Some(old) = known.get(&new.resident) else {
        known.insert(new.resident, new.as_known());
        return Fate::New(new);
    };
    match compare(&row, old, &new) {
        Compared::Same => Fate::Known(new),
        Compared::Corrected {
            person,
            name,
            phone,
        } => Fate::Corrected {
            conflict: other_content(&row, old, &new),
            new,
            person,
            name,
            phone,
        },
        Compared::Other(bad) => Fate::Bad(bad),
    }
}

/// All residents of a community by number.
async fn known_residents(
    office: Office<'_>,
) -> Result<BTreeMap<ResidentNo, ResidentRow>, StoreError> {
    let known = office.house.store.residents(office.community).await?;
    Ok(known.into_iter().map(|row| (row.resident, row)).collect())
}

/// The rows that name somebody new; of the others only the traits are set anew.
async fn new_residents(
    office: Office<'_>,
    rows: Rows<'_>,
    added: &mut Added,
    update: bool,
) -> Result<Vec<NewResident>, StoreError> {
    let mut known = known_residents(office).await?;
    let mut wanted = Vec::new();
    for row in rows {
        let result = match survey(&mut known, row) {
            Fate::New(new) => {
                wanted.push(new);
                continue;
            }
            Fate::Known(new) => mark(office, &new).await,
            Fate::Corrected {
                new,
                person,
                name,
                phone,
                conflict: _,
            } if update => {
                let store = &office.house.store;
                store.rename_person(person, &name, phone.as_deref()).await?;
                if let Some(old) = known.get_mut(&new.resident) {
                    (old.name, old.phone) = (Some(name), phone);
                }
                mark(office, &new).await.map(|_| true)
            }
            Fate::Corrected { conflict, .. } | Fate::Bad(conflict) => Err(conflict.into()),
        };
        if !added.count(result) {
            return Ok(Vec::new());
        }
    }
    Ok(wanted)
}

/// What a row says of somebody who is there already.
enum Compared {
    /// The same.
    Same,
    /// Another name or telephone of the same person, which can be corrected.
    Corrected {
        person: i64,
        name: String,
        phone: Option<String>,
    },
    /// Something that a file can't change.
    Other(BadRow),
}

fn compare(row: &Row, old: &ResidentRow, new: &NewResident) -> Compared {
    if old.household != new.household {
        let rejection = rongyi_core::command::Rejection::ResidentExists {
            resident: old.resident,
            household: old.household,
        };
        return Compared::Other(BadRow {
            line: new.line,
            code: rejection.code().into(),
            text: rejection.text(),
        });
    }
    match (&new.who, old.person_id) {
        (Who::Person(person), Some(there)) if *person != there => {
            Compared::Other(other_content(row, old, new))
        }
        (Who::New { name, phone }, there) => {
            let known = old.name.as_deref().map(typed::name);
            // A file without the column says nothing about the telephone.
            let same_phone = phone.is_none() || *phone == old.phone;
            if known.as_deref() == Some(name) && same_phone {
                return Compared::Same;
            }
            match there {
                Some(person) => Compared::Corrected {
                    person,
                    name: name.clone(),
                    phone: phone.clone().or_else(|| old.phone.clone()),
                },
                // Named twice in this file, or erased meanwhile: nobody to correct.
                None => Compared::Other(other_content(row, old, new)),
            }
        }
        (Who::Person(_), _) => Compared::Same,
    }
}

fn other_content(row: &Row, old: &ResidentRow, new: &NewResident) -> BadRow {
    let told = |name: Option<&str>, phone: Option<&str>| {
        let parts = [name, phone];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let place = format!("居民 resident {}", old.resident);
    let old_told = match &new.who {
        Who::Person(_) => format!("person {}", old.person_id.unwrap_or_default()),
        Who::New { .. } => told(old.name.as_deref(), old.phone.as_deref()),
    };
    let new_told = match &new.who {
        Who::Person(person) => format!("person {person}"),
        Who::New { name, phone } => told(Some(name), phone.as_deref()),
    };
    conflict(row, &place, &old_told, &new_told)
}

impl NewResident {
    /// As the next row of the same file meets it.
    fn as_known(&self) -> ResidentRow {
        let (person_id, name, phone) = match &self.who {
            Who::Person(person) => (Some(*person), None, None),
            Who::New { name, phone } => (None, Some(name.clone()), phone.clone()),
        };
        ResidentRow {
            resident: self.resident,
            household: self.household,
            person_id,
            name,
            phone,
        }
    }
}

fn new_resident(row: &Row) -> Result<NewResident, BadRow> {
    let resident = resident_no(row.need("resident")?).map_err(|error| bad(row, &error))?;
    let household = household_no(row.need("household")?).map_err(|error| bad(row, &error))?;
    let who = match (row.get("person"), row.get("name")) {
        (Some(person), None) => {
            Who::Person(whole(person, "person", (1, i64::MAX)).map_err(|error| bad(row, &error))?)
        }
        (None, Some(name)) => Who::New {
            name: text(row, "name", name)?.to_owned(),
            phone: phone(row)?,
        },
        _ => {
            return Err(BadRow::new(
                row.line,
                "row.subject",
                "新居民写 name（姓名）；已经登记过的人写 person（人员编号）；两者写一个。",
                "Give the name of somebody new, or the person number of somebody who is here; one of the two.",
            ));
        }
    };
    let traits = traits::parse(row.get("traits").unwrap_or_default())
        .map_err(|wrong| BadRow::new(row.line, "trait.form", wrong.zh, wrong.en))?;
    Ok(NewResident {
        line: row.line,
        traits,
        resident,
        household,
        who,
    })
}

/// Links the person first, then enrols in the ledger: broken off in between, the next run finishes it with
/// the same salt.
async fn enrol(office: Office<'_>, new: &NewResident, hash: &str) -> Result<(), RowError> {
    let (house, community) = (office.house, office.community);
    let linked = house.store.resident_person(community, new.resident).await?;
    let salt = house.store.resident_salt(community, new.resident).await?;
    let (person, salt) = match (linked, salt) {
        (Some(person), Some(salt)) => {
            if matches!(new.who, Who::New { .. }) {
                house.store.set_pin(person.person_id, hash, true).await?;
            }
            (person.person_id, salt)
        }
        _ => {
            let person = person(house, new, hash).await?;
            let salt = random();
            house
                .store
                .link_resident(community, new.resident, person, &salt)
                .await?;
            (person, salt)
        }
    };
    let who = SaltedText {
        salt,
        text: format!("person:{person}"),
    }
    .commitment();
    let ask = Ask::Enrol(Enrol {
        resident: new.resident,
        household: new.household,
        who,
    });
    let answer = house
        .clerk
        .ask_patiently(community, house.command(community, &office.by.code(), ask))
        .await;
    answer
        .map(drop)
        .map_err(|error| RowError::clerk(new.line, error))
}

async fn person(house: &House, new: &NewResident, hash: &str) -> Result<i64, RowError> {
    match &new.who {
        Who::New { name, phone } => Ok(create_person(house, name, phone.as_deref(), hash).await?),
        Who::Person(person) if house.store.person(*person).await?.is_some() => Ok(*person),
        Who::Person(person) => Err(RowError::Bad(BadRow::new(
            new.line,
            "person.unknown",
            format!("没有 {person} 号人员。"),
            format!("There is no person {person}."),
        ))),
    }
}

pub(crate) fn bad(row: &Row, error: &InputError) -> BadRow {
    BadRow {
        line: row.line,
        code: error.code.into(),
        text: error.text.clone(),
    }
}

pub(crate) fn text<'t>(row: &Row, column: &str, text: &'t str) -> Result<&'t str, BadRow> {
    if text.chars().count() <= TEXT_MAX && !text.chars().any(char::is_control) {
        return Ok(text);
    }
    let Text { zh, en } = Text {
        zh: format!("“{column}”最多 {TEXT_MAX} 个字，不能换行。"),
        en: format!("“{column}” has at most {TEXT_MAX} characters and no line breaks."),
    };
    Err(BadRow::new(row.line, "text.form", zh, en))
}

fn phone(row: &Row) -> Result<Option<String>, BadRow> {
    let Some(phone) = row.get("phone") else {
        return Ok(None);
    };
    let written = typed::canonical(phone);
    let good = (5..=20).contains(&written.len())
        && written
            .bytes()
            .all(|b| b.is_ascii_digit() || b"+- ".contains(&b));
    good.then_some(Some(written)).ok_or_else(|| {
        BadRow::new(
            row.line,
            "phone.form",
            format!("电话“{phone}”不像电话号码。请写数字，没有就留空。"),
            format!("“{phone}” is not a telephone number. Write digits, or leave it empty."),
        )
    })
}
