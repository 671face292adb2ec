//! Staff, added one by one or from a file. What may be changed about them later is in [`crate::access::recovery`].

pub(crate) mod web;

use rongyi_core::command::Rejection;
use rongyi_core::ids::Code;
use rongyi_core::typed;
use rongyi_sheets::{BadRow, Columns, Row, Rows};
use rongyi_store::{NewStaff, StoreError};

use super::secret::{hash_all, new_password};
use super::{Added, FirstSecret, RowError, Stopped, bad, conflict, text};
use crate::access::recovery::{self, By, Deed};
use crate::earning::resident_no;
use crate::house::House;

/// What staff may be.
pub const ROLES: [&str; 5] = ["reviewer", "shopkeeper", "operator", "leader", "merchant"];
/// The columns of a file of staff.
pub const STAFF_COLUMNS: Columns = Columns {
    required: &["login", "name", "role"],
    optional: &["resident"],
    prefixes: &[],
};

/// Adds staff in the name of whoever sits at this process. A login that is there already, with the same name and role,
/// stays as it is and gets no new password; with others it is a conflict.
pub async fn add_staff(house: &House, community: &Code, key: [u8; 32], rows: Rows<'_>) -> Added {
    let by = By::Terminal(house.hand.code().to_string());
    add_staff_by((house, community), key, rows, &by).await
}

/// The same in anybody's name.
pub async fn add_staff_by(
    (house, community): (&House, &Code),
    key: [u8; 32],
    rows: Rows<'_>,
    by: &By,
) -> Added {
    let mut added = Added::default();
    let mut wanted: Vec<StaffRow> = Vec::new();
    for row in rows {
        let result = match row {
            Ok(row) => match new_staff(house, community, &row).await {
                Ok(Some(new)) => match wanted.iter().find(|earlier| earlier.login == new.login) {
                    Some(earlier)
                        if (&earlier.name, earlier.role, earlier.person)
                            != (&new.name, new.role, new.person) =>
                    {
                        let place = format!("登录名 login {}", earlier.login);
                        let told = |staff: &StaffRow| format!("{} {}", staff.name, staff.role);
                        Err(conflict(&row, &place, &told(earlier), &told(&new)).into())
                    }
                    Some(_) => Ok(None),
                    None => Ok(Some(new)),
                },
                other => other,
            },
            Err(bad) => Err(RowError::Bad(bad)),
        };
        match result {
            Ok(Some(new)) => wanted.push(new),
            Ok(None) => added.known += 1,
            Err(error) => {
                if !added.count(Err(error)) {
                    return added;
                }
            }
        }
    }
    let passwords: Vec<String> = wanted.iter().map(|_| new_password()).collect();
    let Some(hashes) = hash_all(key, passwords.clone()).await else {
        added.stopped = Some(Stopped::Hashing);
        return added;
    };
    for ((new, password), hash) in wanted.into_iter().zip(passwords).zip(hashes) {
        let (login, name, role) = (new.login.as_str(), new.name.as_str(), new.role);
        let staff = NewStaff {
            community,
            login,
            name,
            role,
            password_hash: &hash,
            must_change: true,
        };
        let record = recovery::record(community, Deed::Add, by, ("", house.clock.now()));
        let tied = recovery::record(community, Deed::Person, by, ("", house.clock.now()));
        let result = async {
            let id = house.store.add_staff(staff, record).await?;
            if new.person.is_some() {
                let set = house.store.set_staff_person(id, new.person, tied);
                set.await?;
            }
            Ok::<_, StoreError>(true)
        };
        let result = result.await.map_err(RowError::from);
        let good = result.is_ok();
        if good {
            added.secrets.push(FirstSecret {
                who: new.login,
                name: new.name,
                secret: password,
            });
        }
        if !added.count(result) {
            break;
        }
    }
    added
}

struct StaffRow {
    login: String,
    name: String,
    role: &'static str,
    person: Option<i64>,
}

/// `None` when the login is there already with the same role.
async fn new_staff(
    house: &House,
    community: &Code,
    row: &Row,
) -> Result<Option<StaffRow>, RowError> {
    let login = crate::earning::code(row.need("login")?, "login")
        .map_err(|error| bad(row, &error))?
        .to_string();
    let name = text(row, "name", row.need("name")?)?.to_owned();
    let written = row.need("role")?;
    let role = ROLES
        .into_iter()
        .find(|role| *role == written)
        .ok_or_else(|| {
            let all = ROLES.join(", ");
            BadRow::new(
                row.line,
                "role.unknown",
                format!(
                    "没有“{written}”这种岗位。可以写：{all}（审核员、店员、管理员、活动组织者、商家）。"
                ),
                format!("There is no role “{written}”. The roles are: {all}."),
            )
        })?;
    let person = match row.get("resident") {
        Some(written) => {
            let resident = resident_no(written).map_err(|error| bad(row, &error))?;
            let found = house.store.resident_person(community, resident).await?;
            let found = found.ok_or_else(|| {
                let text = Rejection::ResidentUnknown { resident }.text();
                BadRow::new(row.line, "resident.unknown", text.zh, text.en)
            })?;
            Some(found.person_id)
        }
        None => None,
    };
    match house.store.staff_by_login(community, &login).await? {
        None => Ok(Some(StaffRow {
            login,
            name,
            role,
            person,
        })),
        Some(old)
            if old.role == role
                && typed::name(&old.name) == name
                && (person.is_none() || person == old.person_id) =>
        {
            Ok(None)
        }
        Some(old) if old.role == role && typed::name(&old.name) == name => {
            Err(RowError::Bad(BadRow::new(
                row.line,
                "staff.person",
                format!("“{login}”登记的不是这位居民。"),
                format!("“{login}” is not tied to this resident."),
            )))
        }
        Some(old) => Err(RowError::Bad(BadRow::new(
            row.line,
            "login.taken",
            format!(
                "登录名“{login}”已经是 {} 的了（{}）。请换一个登录名。",
                old.name, old.role
            ),
            format!(
                "The login “{login}” belongs to {} ({}). Choose another.",
                old.name, old.role
            ),
        ))),
    }
}
