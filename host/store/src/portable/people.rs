//! Persons, who is which resident, households and staff. None of it is in the ledger; all of it can be corrected.

use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::time::Instant;

use super::access::record;
use super::find;
use super::forms::{changed, code, narrow, no_community};
use super::{Own, STAFF_LOGIN, community, row, statements};
use crate::error::{StoreError, corrupt};
use crate::model::{
    HouseholdText, NewAccessRecord, NewStaff, Person, ResidentRow, SealedPerson, Staff, Whose,
};

statements! {
    CREATE_PERSON = "INSERT INTO person (name, phone, created_at) VALUES ($1, $2, $3) RETURNING person_id";
    PERSON = "SELECT person_id, name, phone, pin_hash, pin_must_change, created_at FROM person WHERE person_id = $1";
    SET_PIN = "UPDATE person SET pin_hash = $2, pin_must_change = $3 WHERE person_id = $1";
    RENAME_PERSON = "UPDATE person SET name = $2, phone = $3 WHERE person_id = $1";
    ERASE_PERSON = "UPDATE person SET name = $2, phone = NULL, pin_hash = NULL, pin_must_change = $3 WHERE person_id = $1";
    LEAVE_STAFF = "UPDATE staff SET person_id = NULL WHERE person_id = $1";
    SET_STAFF_PERSON = "UPDATE staff SET person_id = $2 WHERE staff_id = $1";
    RESIDENCIES = "SELECT c.code, r.resident FROM person_of_resident AS r \
        JOIN community AS c ON c.community_id = r.community_id WHERE r.person_id = $1 ORDER BY c.code, r.resident";
    LINK_RESIDENT = "INSERT INTO person_of_resident (community_id, resident, person_id, salt) \
        SELECT community_id, $2, $3, $4 FROM community WHERE code = $1 \
        ON CONFLICT (community_id, resident) DO UPDATE SET person_id = excluded.person_id, salt = excluded.salt";
    RESIDENT_PERSON = concat!("SELECT p.person_id, p.name, p.phone, p.pin_hash, p.pin_must_change, p.created_at \
        FROM person_of_resident AS r JOIN person AS p ON p.person_id = r.person_id WHERE r.community_id = ",
        community!(), " AND r.resident = $2");
    RESIDENT_SALT = concat!("SELECT salt FROM person_of_resident WHERE community_id = ", community!(),
        " AND resident = $2");
    RESIDENTS = concat!("SELECT r.resident, r.household, p.person_id, p.name, p.phone FROM resident AS r \
        LEFT JOIN person_of_resident AS l ON l.community_id = r.community_id AND l.resident = r.resident \
        LEFT JOIN person AS p ON p.person_id = l.person_id WHERE r.community_id = ", community!(),
        " ORDER BY r.resident");
    SEALED_PEOPLE = concat!("SELECT l.resident, p.person_id, p.name, p.phone, p.pin_hash \
        FROM person_of_resident AS l JOIN person AS p ON p.person_id = l.person_id WHERE l.community_id = ",
        community!(), " ORDER BY l.resident");
    LAST_ROSTER = concat!("SELECT seq, body FROM record WHERE community_id = ", community!(),
        " AND kind = 26 ORDER BY seq DESC LIMIT 1");
    CONFIGURED = concat!("SELECT seq, body FROM record WHERE community_id = ", community!(),
        " AND kind = 31 ORDER BY seq DESC LIMIT $2");
    RESIDENTS_OF_HOUSEHOLD = concat!("SELECT r.resident, r.household, p.person_id, p.name, p.phone \
        FROM resident AS r \
        LEFT JOIN person_of_resident AS l ON l.community_id = r.community_id AND l.resident = r.resident \
        LEFT JOIN person AS p ON p.person_id = l.person_id WHERE r.community_id = ", community!(),
        " AND r.household = $2 ORDER BY r.resident");
    RESIDENTS_CALLED = concat!("SELECT r.resident, r.household, p.person_id, p.name, p.phone FROM person AS p \
        JOIN person_of_resident AS l ON l.person_id = p.person_id \
        JOIN resident AS r ON r.community_id = l.community_id AND r.resident = l.resident \
        WHERE l.community_id = ", community!(), " AND (p.name = $2 OR p.phone = $2) ORDER BY r.resident LIMIT $3");
    RESIDENTS_BY_PHONE = concat!("SELECT r.resident, r.household, p.person_id, p.name, p.phone FROM person AS p \
        JOIN person_of_resident AS l ON l.person_id = p.person_id \
        JOIN resident AS r ON r.community_id = l.community_id AND r.resident = l.resident \
        WHERE l.community_id = ", community!(), " AND p.phone = $2 ORDER BY r.resident");
    PUT_HOUSEHOLD = "INSERT INTO household_text (community_id, household, name, address) \
        SELECT community_id, $2, $3, $4 FROM community WHERE code = $1 \
        ON CONFLICT (community_id, household) DO UPDATE SET name = excluded.name, address = excluded.address";
    HOUSEHOLD = concat!("SELECT household, name, address FROM household_text WHERE community_id = ", community!(),
        " AND household = $2");
    HOUSEHOLDS = concat!("SELECT household, name, address FROM household_text WHERE community_id = ", community!(),
        " ORDER BY household");
    ADD_STAFF = "INSERT INTO staff (community_id, login, name, role, password_hash, must_change) \
        SELECT community_id, $2, $3, $4, $5, $6 FROM community WHERE code = $1 RETURNING staff_id";
    STAFF_BY_LOGIN = concat!("SELECT staff_id, $1 AS community, login, name, role, password_hash, must_change, active, person_id \
        FROM staff WHERE community_id = ", community!(), " AND login = $2");
    STAFF = "SELECT s.staff_id, c.code AS community, s.login, s.name, s.role, s.password_hash, s.must_change, s.active, s.person_id \
        FROM staff AS s JOIN community AS c ON c.community_id = s.community_id WHERE s.staff_id = $1";
    ALL_STAFF = concat!("SELECT staff_id, $1 AS community, login, name, role, password_hash, must_change, active, person_id \
        FROM staff WHERE community_id = ", community!(), " ORDER BY login");
    SET_STAFF_PASSWORD = "UPDATE staff SET password_hash = $2, must_change = $3 WHERE staff_id = $1";
}

row! {
    struct PersonRow {
        person_id: i64,
        name: String,
        phone: Option<String>,
        pin_hash: Option<String>,
        pin_must_change: bool,
        created_at: i64,
    }
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        Person {
            person_id: row.person_id,
            name: row.name,
            phone: row.phone,
            pin_hash: row.pin_hash,
            pin_must_change: row.pin_must_change,
            created_at: Instant(row.created_at),
        }
    }
}

type ResidentColumns = (i64, i64, Option<i64>, Option<String>, Option<String>);

fn residents(rows: Vec<ResidentColumns>) -> Result<Vec<ResidentRow>, StoreError> {
    rows.into_iter()
        .map(|(resident, household, person_id, name, phone)| {
            Ok(ResidentRow {
                resident: ResidentNo(narrow(resident)?),
                household: HouseholdNo(narrow(household)?),
                person_id,
                name,
                phone,
            })
        })
        .collect()
}

row! {
    struct StaffRow {
        staff_id: i64,
        community: String,
        login: String,
        name: String,
        role: String,
        password_hash: String,
        must_change: bool,
        active: bool,
        person_id: Option<i64>,
    }
}

impl StaffRow {
    fn staff(self) -> Result<Staff, StoreError> {
        Ok(Staff {
            staff_id: self.staff_id,
            community: code(&self.community)?,
            login: self.login,
            name: self.name,
            role: self.role,
            password_hash: self.password_hash,
            must_change: self.must_change,
            active: self.active,
            person_id: self.person_id,
        })
    }
}

/// Number, person, name, telephone and hash of the PIN.
type SealedRow = (i64, i64, String, Option<String>, Option<String>);

/// Persons and residents.
impl Own {
    pub(crate) async fn create_person(
        &self,
        name: &str,
        phone: Option<&str>,
        created_at: Instant,
    ) -> Result<i64, StoreError> {
        let mut writer = self.writer().await?;
        Ok(sqlx::query_scalar(CREATE_PERSON)
            .bind(name)
            .bind(phone)
            .bind(created_at.0)
            .fetch_one(&mut *writer)
            .await?)
    }

    pub(crate) async fn person(&self, person_id: i64) -> Result<Option<Person>, StoreError> {
        let row: Option<PersonRow> = sqlx::query_as(PERSON)
            .bind(person_id)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(Person::from))
    }

    pub(crate) async fn rename_person(
        &self,
        person_id: i64,
        name: &str,
        phone: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let result = sqlx::query(RENAME_PERSON)
            .bind(person_id)
            .bind(name)
            .bind(phone)
            .execute(&mut *transaction)
            .await?;
        changed(&result, "person", person_id)?;
        find::name_person(&mut transaction, person_id).await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn residencies(
        &self,
        person_id: i64,
    ) -> Result<Vec<(Code, ResidentNo)>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(RESIDENCIES)
            .bind(person_id)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(community, resident)| Ok((code(&community)?, ResidentNo(narrow(resident)?))))
            .collect()
    }

    pub(crate) async fn erase_person(&self, person_id: i64, name: &str) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let result = sqlx::query(ERASE_PERSON)
            .bind(person_id)
            .bind(name)
            .bind(false)
            .execute(&mut *transaction)
            .await?;
        changed(&result, "person", person_id)?;
        find::forget_person(&mut transaction, person_id).await?;
        sqlx::query(LEAVE_STAFF)
            .bind(person_id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn set_pin(
        &self,
        person_id: i64,
        pin_hash: &str,
        must_change: bool,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let result = sqlx::query(SET_PIN)
            .bind(person_id)
            .bind(pin_hash)
            .bind(must_change)
            .execute(&mut *writer)
            .await?;
        changed(&result, "person", person_id)
    }

    pub(crate) async fn link_resident(
        &self,
        community: &Code,
        resident: ResidentNo,
        person_id: i64,
        salt: &[u8; 16],
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let result = sqlx::query(LINK_RESIDENT)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(person_id)
            .bind(&salt[..])
            .execute(&mut *transaction)
            .await?;
        changed(&result, "community", community).map_err(|_| no_community(community))?;
        find::name_person(&mut transaction, person_id).await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn resident_person(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<Option<Person>, StoreError> {
        let row: Option<PersonRow> = sqlx::query_as(RESIDENT_PERSON)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(Person::from))
    }

    pub(crate) async fn resident_salt(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<Option<[u8; 16]>, StoreError> {
        let salt: Option<Vec<u8>> = sqlx::query_scalar(RESIDENT_SALT)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .fetch_optional(&self.readers)
            .await?;
        salt.map(|bytes| {
            <[u8; 16]>::try_from(bytes)
                .map_err(|_| corrupt("salt of resident", community, resident))
        })
        .transpose()
    }

    pub(crate) async fn residents(&self, community: &Code) -> Result<Vec<ResidentRow>, StoreError> {
        residents(
            sqlx::query_as(RESIDENTS)
                .bind(community.as_str())
                .fetch_all(&self.readers)
                .await?,
        )
    }

    pub(crate) async fn sealed_people(
        &self,
        community: &Code,
    ) -> Result<Vec<SealedPerson>, StoreError> {
        let rows: Vec<SealedRow> = sqlx::query_as(SEALED_PEOPLE)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(resident, person_id, name, phone, pin_hash)| {
                Ok(SealedPerson {
                    resident: ResidentNo(narrow(resident)?),
                    person_id,
                    name,
                    phone,
                    pin_hash,
                })
            })
            .collect()
    }

    pub(crate) async fn last_roster(
        &self,
        community: &Code,
    ) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let found: Option<(i64, Vec<u8>)> = sqlx::query_as(LAST_ROSTER)
            .bind(community.as_str())
            .fetch_optional(&self.readers)
            .await?;
        found
            .map(|(seq, body)| {
                Ok((
                    u64::try_from(seq).map_err(|_| corrupt("record", community, seq))?,
                    body,
                ))
            })
            .transpose()
    }

    pub(crate) async fn configured(
        &self,
        community: &Code,
        most: u32,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let found: Vec<(i64, Vec<u8>)> = sqlx::query_as(CONFIGURED)
            .bind(community.as_str())
            .bind(i64::from(most))
            .fetch_all(&self.readers)
            .await?;
        let placed = found.into_iter().map(|(seq, body)| {
            let place = u64::try_from(seq).map_err(|_| corrupt("record", community, seq))?;
            Ok((place, body))
        });
        placed.collect()
    }

    pub(crate) async fn residents_called(
        &self,
        community: &Code,
        name: &str,
        most: u32,
    ) -> Result<Vec<ResidentRow>, StoreError> {
        residents(
            sqlx::query_as(RESIDENTS_CALLED)
                .bind(community.as_str())
                .bind(name)
                .bind(i64::from(most))
                .fetch_all(&self.readers)
                .await?,
        )
    }

    pub(crate) async fn residents_of_household(
        &self,
        community: &Code,
        household: HouseholdNo,
    ) -> Result<Vec<ResidentRow>, StoreError> {
        residents(
            sqlx::query_as(RESIDENTS_OF_HOUSEHOLD)
                .bind(community.as_str())
                .bind(i64::from(household.0))
                .fetch_all(&self.readers)
                .await?,
        )
    }

    pub(crate) async fn residents_by_phone(
        &self,
        community: &Code,
        phone: &str,
    ) -> Result<Vec<ResidentRow>, StoreError> {
        residents(
            sqlx::query_as(RESIDENTS_BY_PHONE)
                .bind(community.as_str())
                .bind(phone)
                .fetch_all(&self.readers)
                .await?,
        )
    }

    pub(crate) async fn put_household(
        &self,
        community: &Code,
        household: HouseholdNo,
        name: &str,
        address: &str,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let result = sqlx::query(PUT_HOUSEHOLD)
            .bind(community.as_str())
            .bind(i64::from(household.0))
            .bind(name)
            .bind(address)
            .execute(&mut *transaction)
            .await?;
        changed(&result, "community", community).map_err(|_| no_community(community))?;
        let texts = (name, address);
        find::name_household(&mut transaction, community, household, texts).await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn household(
        &self,
        community: &Code,
        household: HouseholdNo,
    ) -> Result<Option<HouseholdText>, StoreError> {
        let row: Option<(i64, String, String)> = sqlx::query_as(HOUSEHOLD)
            .bind(community.as_str())
            .bind(i64::from(household.0))
            .fetch_optional(&self.readers)
            .await?;
        row.map(household_text).transpose()
    }

    pub(crate) async fn households(
        &self,
        community: &Code,
    ) -> Result<Vec<HouseholdText>, StoreError> {
        let rows: Vec<(i64, String, String)> = sqlx::query_as(HOUSEHOLDS)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(household_text).collect()
    }
}

fn household_text((no, name, address): (i64, String, String)) -> Result<HouseholdText, StoreError> {
    Ok(HouseholdText {
        household: HouseholdNo(narrow(no)?),
        name,
        address,
    })
}

/// Staff.
impl Own {
    pub(crate) async fn add_staff(
        &self,
        new: NewStaff<'_>,
        deed: NewAccessRecord<'_>,
    ) -> Result<i64, StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let added: Result<Option<i64>, StoreError> = sqlx::query_scalar(ADD_STAFF)
            .bind(new.community.as_str())
            .bind(new.login)
            .bind(new.name)
            .bind(new.role)
            .bind(new.password_hash)
            .bind(new.must_change)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(StoreError::from);
        let added = match added {
            Ok(id) => id.ok_or_else(|| no_community(new.community)),
            Err(StoreError::Conflict { detail }) if detail.contains(STAFF_LOGIN) => {
                Err(StoreError::Taken {
                    what: "login",
                    name: new.login.to_owned(),
                })
            }
            Err(other) => Err(other),
        }?;
        record(&mut transaction, Whose::Staff(added), deed).await?;
        transaction.commit().await?;
        Ok(added)
    }

    pub(crate) async fn staff_by_login(
        &self,
        community: &Code,
        login: &str,
    ) -> Result<Option<Staff>, StoreError> {
        let row: Option<StaffRow> = sqlx::query_as(STAFF_BY_LOGIN)
            .bind(community.as_str())
            .bind(login)
            .fetch_optional(&self.readers)
            .await?;
        row.map(StaffRow::staff).transpose()
    }

    pub(crate) async fn staff(&self, staff_id: i64) -> Result<Option<Staff>, StoreError> {
        let row: Option<StaffRow> = sqlx::query_as(STAFF)
            .bind(staff_id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(StaffRow::staff).transpose()
    }

    pub(crate) async fn all_staff(&self, community: &Code) -> Result<Vec<Staff>, StoreError> {
        let rows: Vec<StaffRow> = sqlx::query_as(ALL_STAFF)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(StaffRow::staff).collect()
    }

    pub(crate) async fn set_staff_person(
        &self,
        staff_id: i64,
        person_id: Option<i64>,
        deed: NewAccessRecord<'_>,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let result = sqlx::query(SET_STAFF_PERSON)
            .bind(staff_id)
            .bind(person_id)
            .execute(&mut *transaction)
            .await?;
        changed(&result, "staff", staff_id)?;
        record(&mut transaction, Whose::Staff(staff_id), deed).await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn set_staff_password(
        &self,
        staff_id: i64,
        password_hash: &str,
        must_change: bool,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let result = sqlx::query(SET_STAFF_PASSWORD)
            .bind(staff_id)
            .bind(password_hash)
            .bind(must_change)
            .execute(&mut *writer)
            .await?;
        changed(&result, "staff", staff_id)
    }
}
