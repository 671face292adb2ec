//! Who works here and what is known of the people, sealed: once a day, and within a minute of every change of staff, the
//! ledger gets a record with a commitment to the list of staff and a digest of the people's rows. So who “staff/1” was
//! on a past day can be proved, and the people's table of an old backup can be told from another.
//!
//! A change of staff that no deed of the program explains is not sealed: it stays to be seen until somebody answers for
//! it. What residents do about their PINs is sealed with the next day, and no single change of theirs can be told apart.

use std::collections::BTreeMap;

use rongyi_clerk::ClerkError;
use rongyi_core::chain::{Hash, hex, sha256};
use rongyi_core::command::{self, Ask, SaltedText};
use rongyi_core::ids::Code;
use rongyi_core::record::{Asked, Record};
use rongyi_core::time::LocalDate;
use rongyi_store::{AccessRecord, SealedPerson, Staff, Store, StoreError, Whose};
use serde::{Deserialize, Serialize};

use crate::access::random;
use crate::access::recovery::Deed;
use crate::door::Actor;
use crate::house::House;

/// Deeds read at once when a list is compared.
const DEEDS_MAX: u32 = 1000;

/// One member of staff as they are sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Number in this installation, as entries name it: 13 of `staff/13`.
    pub no: i64,
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// What they do.
    pub role: String,
    /// Whether they may come in.
    pub active: bool,
    /// SHA-256 of the kept hash of the password, in hexadecimal.
    pub password: String,
}

impl From<&Staff> for Member {
    fn from(staff: &Staff) -> Self {
        Member {
            no: staff.staff_id,
            login: staff.login.clone(),
            name: staff.name.clone(),
            role: staff.role.clone(),
            active: staff.active,
            password: hex(&sha256(staff.password_hash.as_bytes())),
        }
    }
}

/// The list of staff: the text that a record commits to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The members, in the order of their numbers.
    pub staff: Vec<Member>,
    /// The newest deed of the record of access that the list knows.
    pub deed: i64,
    /// Why a list that the record of access does not explain was sealed all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A list that was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The place of its record.
    pub seq: u64,
    /// The day.
    pub on: LocalDate,
    /// The list; `None` when its text is not there or not one that this program wrote.
    pub roster: Option<Roster>,
    /// Digest of the people's rows.
    pub people: Hash,
}

/// A member of staff who is not as they were sealed, and no deed says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexplained {
    /// Who: `staff/13 (wang)`.
    pub who: String,
    /// What is otherwise.
    pub what: String,
}

/// The staff of a community as they are now.
///
/// # Errors
/// What the database said.
pub async fn now(store: &Store, code: &Code) -> Result<Roster, StoreError> {
    let mut staff: Vec<Member> = store
        .all_staff(code)
        .await?
        .iter()
        .map(Member::from)
        .collect();
    staff.sort_by_key(|member| member.no);
    let newest = store.access_records_in(code, 1).await?;
    Ok(Roster {
        staff,
        deed: newest.first().map_or(0, |record| record.record_id),
        reason: None,
    })
}

/// The digest of what is known of a community's people: numbers, names, telephones, hashes of PINs.
///
/// # Errors
/// What the database said.
pub async fn people(store: &Store, code: &Code) -> Result<Hash, StoreError> {
    let rows = store.sealed_people(code).await?;
    Ok(digest(&rows))
}

fn digest(rows: &[SealedPerson]) -> Hash {
    let mut hashes = b"rongyi-people-1".to_vec();
    for person in rows {
        let row = (
            person.resident.0,
            person.person_id,
            &person.name,
            &person.phone,
            &person.pin_hash,
        );
        let text = serde_json::to_vec(&row).unwrap_or_default();
        hashes.extend_from_slice(&sha256(&text));
    }
    sha256(&hashes)
}

/// The newest list that was sealed.
///
/// # Errors
/// What the database said.
pub async fn newest(store: &Store, code: &Code) -> Result<Option<Sealed>, StoreError> {
    let Some((seq, body)) = store.last_roster(code).await? else {
        return Ok(None);
    };
    let record = Record::decode(command::Roster::NUMBER, &body);
    let Ok(Record::Asked(envelope, Asked::Roster(command::Roster { people, .. }))) = record else {
        return Err(StoreError::Corrupt {
            what: "record",
            place: format!("{code}/{seq}"),
        });
    };
    let texts = store.texts(code, seq, 1).await?;
    let text = texts.into_iter().find(|(place, _)| *place == seq);
    let roster = text.and_then(|(_, text)| serde_json::from_str(&text.text).ok());
    Ok(Some(Sealed {
        seq,
        on: envelope.today,
        roster,
        people,
    }))
}

/// Everybody who is not as they were sealed and whom no deed since then explains.
///
/// # Errors
/// What the database said.
pub async fn unexplained(
    store: &Store,
    code: &Code,
    (sealed, now): (&Roster, &Roster),
) -> Result<Vec<Unexplained>, StoreError> {
    if sealed.staff == now.staff {
        return Ok(Vec::new());
    }
    let deeds = store.access_records_in(code, DEEDS_MAX).await?;
    Ok(compare(sealed, now, &deeds))
}

fn compare(sealed: &Roster, now: &Roster, deeds: &[AccessRecord]) -> Vec<Unexplained> {
    let by_no = |roster: &Roster| -> BTreeMap<i64, Member> {
        roster
            .staff
            .iter()
            .map(|member| (member.no, member.clone()))
            .collect()
    };
    let (before, after) = (by_no(sealed), by_no(now));
    let done = |no: i64, deed: Deed| {
        deeds.iter().any(|record| {
            record.record_id > sealed.deed
                && record.whose == Whose::Staff(no)
                && record.what == deed.word()
        })
    };
    let mut found = Vec::new();
    let mut tell = |member: &Member, what: String| {
        let who = format!("staff/{} ({})", member.no, member.login);
        found.push(Unexplained { who, what });
    };
    for (no, old) in &before {
        let Some(new) = after.get(no) else {
            tell(old, "the row is gone".to_owned());
            continue;
        };
        let role = done(*no, Deed::Role) || old.role == new.role;
        let active =
            done(*no, Deed::Enable) || done(*no, Deed::Disable) || old.active == new.active;
        let password =
            done(*no, Deed::Secret) || done(*no, Deed::Own) || old.password == new.password;
        let fields = [
            (
                old.login == new.login,
                format!("the login was {}", old.login),
            ),
            (old.name == new.name, format!("the name was {}", old.name)),
            (
                role,
                format!("the role was {}, it is {}", old.role, new.role),
            ),
            (
                active,
                format!("active was {}, it is {}", old.active, new.active),
            ),
            (password, "the password is another one".to_owned()),
        ];
        for (_, what) in fields.into_iter().filter(|(good, _)| !good) {
            tell(new, what);
        }
    }
    for (no, new) in after.iter().filter(|(no, _)| !before.contains_key(no)) {
        if !done(*no, Deed::Add) {
            tell(new, "nobody was entered under this number".to_owned());
        }
    }
    found
}

/// Seals what has changed since the last time, or what a day has passed over. Answers whom it did not seal because
/// nothing explains them; with a `reason` they are sealed too, and the reason stands beside the list.
///
/// # Errors
/// [`ClerkError`] when the database does not answer; the next round tries again.
pub async fn keep(
    house: &House,
    code: &Code,
    reason: Option<(&str, Code)>,
) -> Result<Vec<Unexplained>, ClerkError> {
    let today = house.today(code).0;
    let moment = house.store.snapshot().await?;
    let found = async {
        let list = now(&moment, code).await?;
        let before = newest(&moment, code).await?;
        let before_list = before.as_ref().and_then(|sealed| sealed.roster.clone());
        let strange = match &before_list {
            Some(sealed) => unexplained(&moment, code, (sealed, &list)).await?,
            // Nothing was sealed yet, or what was sealed is gone: `verify` says which.
            None => Vec::new(),
        };
        let same = before_list.is_some_and(|roster| roster.staff == list.staff);
        let due = !same || before.is_none_or(|sealed| sealed.on < today) || reason.is_some();
        let people = if due && (strange.is_empty() || reason.is_some()) {
            Some(people(&moment, code).await?)
        } else {
            None
        };
        Ok::<_, StoreError>((list, strange, people))
    };
    let found = found.await;
    moment.close().await?;
    let (mut list, strange, people) = found?;
    let Some(people) = people else {
        return Ok(strange);
    };
    let (reason, actor) = match reason {
        Some((reason, actor)) => (Some(reason.to_owned()), actor),
        None => (None, Actor::Job.code()),
    };
    list.reason = reason;
    let text = SaltedText {
        salt: random(),
        text: serde_json::to_string(&list).unwrap_or_default(),
    };
    let staff = text.commitment();
    let mut command = house.command(code, &actor, Ask::Roster(command::Roster { staff, people }));
    command.text = Some(text);
    house.clerk.ask_patiently(code, command).await?;
    Ok(strange)
}

#[cfg(test)]
mod tests {
    use rongyi_core::time::Instant;

    use super::*;

    fn member(no: i64) -> Member {
        Member {
            no,
            login: format!("login{no}"),
            name: format!("name{no}"),
            role: "reviewer".to_owned(),
            active: true,
            password: "aa".to_owned(),
        }
    }

    fn deed(record_id: i64, no: i64, deed: Deed) -> AccessRecord {
        AccessRecord {
            record_id,
            at: Instant(0),
            community: Code::literal("nanmen"),
            what: deed.word().to_owned(),
            whose: Whose::Staff(no),
            by_staff: None,
            detail: String::new(),
        }
    }

    /// Every field of a row, with the deeds that explain its change; no deed of before the seal, of somebody else or of
    /// another kind does.
    #[test]
    fn a_change_is_explained_by_its_own_deed_and_by_no_other() {
        let sealed = Roster {
            staff: vec![member(1), member(2)],
            deed: 10,
            reason: None,
        };
        type Change = fn(&mut Roster);
        let changes: [(Change, &[Deed]); 8] = [
            (|roster| roster.staff[0].login = "x".into(), &[]),
            (|roster| roster.staff[0].name = "x".into(), &[]),
            (
                |roster| roster.staff[0].role = "operator".into(),
                &[Deed::Role],
            ),
            (
                |roster| roster.staff[0].active = false,
                &[Deed::Disable, Deed::Enable],
            ),
            (
                |roster| roster.staff[0].password = "bb".into(),
                &[Deed::Secret, Deed::Own],
            ),
            (|roster| roster.staff.push(member(3)), &[Deed::Add]),
            (|roster| drop(roster.staff.remove(0)), &[]),
            (|roster| roster.staff[1] = member(4), &[]),
        ];
        for (at, (change, explain)) in changes.into_iter().enumerate() {
            let mut now = sealed.clone();
            change(&mut now);
            assert!(!compare(&sealed, &now, &[]).is_empty(), "change {at}");
            let subject = if at == 5 { 3 } else { 1 };
            for kind in Deed::ALL {
                let clear = compare(&sealed, &now, &[deed(11, subject, kind)]).is_empty();
                assert_eq!(clear, explain.contains(&kind), "change {at}, {kind:?}");
                for other in [deed(10, subject, kind), deed(11, 2, kind)] {
                    assert!(!compare(&sealed, &now, &[other]).is_empty(), "change {at}");
                }
            }
        }
        assert!(compare(&sealed, &sealed, &[]).is_empty());
    }

    #[test]
    fn every_field_of_a_person_is_in_the_digest() {
        let person = SealedPerson {
            resident: rongyi_core::ids::ResidentNo(1001),
            person_id: 1,
            name: "甲".into(),
            phone: None,
            pin_hash: Some("h".into()),
        };
        let all = |change: &dyn Fn(&mut SealedPerson)| {
            let mut row = person.clone();
            change(&mut row);
            digest(&[row])
        };
        let mut seen = vec![
            digest(&[]),
            all(&|_| {}),
            all(&|row| row.resident.0 = 1002),
            all(&|row| row.person_id = 2),
            all(&|row| row.name.push('乙')),
            all(&|row| row.phone = Some(String::new())),
            all(&|row| row.pin_hash = None),
            digest(&[person.clone(), person.clone()]),
        ];
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 8);
    }
}
