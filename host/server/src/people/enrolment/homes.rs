//! A household and who lives there, and what it and its people are called.

use axum::Form;
use axum::response::{IntoResponse, Response};
use rongyi_core::account::Holder;
use rongyi_core::ids::{AssetNo, HouseholdNo, ResidentNo};
use rongyi_core::settings::Unit;
use rongyi_pages::{FieldError, HouseholdView, PersonView};
use rongyi_sheets::Row;
use rongyi_store::ResidentRow;
use serde::Deserialize;

use super::listed::{hand, person_row, person_rows};
use crate::door::Kind;
use crate::door::asked::{No, Path, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::due;
use crate::ledger::past;
use crate::people::own::ERASED;
use crate::people::slip::not_finished;
use crate::people::{Added, Office, add_households, add_residents_at};

/// What has just happened.
#[derive(Debug, Deserialize)]
pub(crate) struct DoneQuery {
    #[serde(default)]
    done: String,
}

/// What the forms of these pages send.
#[derive(Debug, Deserialize)]
pub(crate) struct HomeInput {
    #[serde(default)]
    name: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    address: String,
}

/// A resident of this community whose data is still there.
async fn resident_row(visit: &Visit, no: u32) -> Result<ResidentRow, Fault> {
    let (store, resident) = (&visit.app.house.store, ResidentNo(no));
    let person = store.resident_person(&visit.code, resident).await?;
    let person = person.filter(|person| person.name != ERASED);
    let person = person.ok_or_else(Fault::not_found)?;
    let household = crate::people::accounts::household_of(visit, resident).await?;
    Ok(ResidentRow {
        resident,
        household: household.ok_or_else(Fault::not_found)?,
        person_id: Some(person.person_id),
        name: Some(person.name),
        phone: person.phone,
    })
}

async fn person_view(duty: &OnDuty, row: &ResidentRow) -> Result<PersonView, Fault> {
    let visit = &duty.visit;
    duty.reads(Kind::Identity, &[row.resident]).await?;
    Ok(PersonView {
        shell: visit.shell(),
        typed: (row.name.clone().unwrap_or_default(), String::new()),
        row: person_row(visit, row).await?,
        household: row.household.0,
        errors: Vec::new(),
    })
}

/// `GET /{community}/people/residents/{resident}`.
pub(crate) async fn show_resident(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
) -> Result<Response, Fault> {
    let row = resident_row(&duty.visit, no).await?;
    let view = person_view(&duty, &row).await?;
    Ok(Html(view).into_response())
}

/// `POST /{community}/people/residents/{resident}`: another name or telephone.
pub(crate) async fn correct_resident(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
    Form(input): Form<HomeInput>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let row = resident_row(visit, no).await?;
    let by = hand(&duty.staff);
    let office = Office {
        house: &visit.app.house,
        community: &visit.code,
        by: &by,
    };
    let (resident, household) = (row.resident.to_string(), row.household.to_string());
    let typed = Row::typed(&[
        ("resident", Some(&resident)),
        ("household", Some(&household)),
        ("name", Some(&input.name)),
        ("phone", Some(&input.phone)),
    ]);
    let key = visit.app.vault.secret();
    let added = add_residents_at(office, key, typed.alone(), true).await;
    match refused(visit, added)? {
        None => Ok(go(&visit.path(&format!("/residents/{no}?done=corrected")))),
        Some((code, message)) => {
            let mut view = person_view(&duty, &row).await?;
            let field = if code == "phone.form" {
                "phone"
            } else {
                "name"
            };
            view.errors = vec![FieldError { field, message }];
            view.typed = (input.name, input.phone);
            Ok((Fault::input("", "", "").status, Html(view)).into_response())
        }
    }
}

/// What was wrong with one row: its code and sentence.
fn refused(visit: &Visit, added: Added) -> Result<Option<(String, String)>, Fault> {
    if let Some(stopped) = added.stopped {
        return Err(not_finished(stopped));
    }
    let bad = added.bad.into_iter().next();
    Ok(bad.map(|bad| {
        let message = match bad.code.as_str() {
            "row.subject" | "row.empty" => {
                visit.either("名字不能空着。", "The name can't be empty.")
            }
            _ => visit.say(&bad.text),
        };
        (bad.code, message)
    }))
}

async fn household_view(duty: &OnDuty, no: u32) -> Result<HouseholdView, Fault> {
    let visit = &duty.visit;
    let (store, household) = (&visit.app.house.store, HouseholdNo(no));
    let text = store.household(&visit.code, household).await?;
    let members = store.residents_of_household(&visit.code, household).await?;
    if text.is_none() && members.is_empty() {
        return Err(Fault::not_found());
    }
    let rows = person_rows(duty, Kind::Identity, &members).await?;
    let (name, address) = text.map_or_else(Default::default, |text| (text.name, text.address));
    Ok(HouseholdView {
        shell: visit.shell(),
        no,
        typed: (name.clone(), address.clone()),
        name,
        address,
        errors: Vec::new(),
        done: false,
        moved: false,
        points: household_points(duty, household, &members).await?,
        members: rows,
    })
}

/// What the household has to spend, where points are the household's.
async fn household_points(
    duty: &OnDuty,
    household: HouseholdNo,
    members: &[ResidentRow],
) -> Result<Option<i64>, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let frame = store.frame(&visit.code).await?;
    let frame = frame.ok_or_else(Fault::not_found)?;
    let unit = frame.settings.as_ref().map(|settings| settings.unit);
    if unit != Some(Unit::Household) {
        return Ok(None);
    }
    let numbers: Vec<ResidentNo> = members.iter().map(|row| row.resident).collect();
    duty.reads(Kind::Balance, &numbers).await?;
    let account = past::available(Holder::Household(household), AssetNo::POINTS);
    let states = due::accounts(store, &frame, visit.today(), &[account]).await?;
    Ok(states.first().map(|state| state.spendable(visit.today())))
}

/// `GET /{community}/people/households/{household}`.
pub(crate) async fn show_household(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let mut view = household_view(&duty, no).await?;
    view.done = !query.done.is_empty();
    view.moved = query.done == "moved";
    Ok(Html(view).into_response())
}

/// `POST /{community}/people/households/{household}`: another name or address.
pub(crate) async fn change_household(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
    Form(input): Form<HomeInput>,
) -> Result<Response, Fault> {
    let mut view = household_view(&duty, no).await?;
    let visit = &duty.visit;
    let number = no.to_string();
    let address = match input.address.trim() {
        "" => &view.address,
        _ => &input.address,
    };
    let typed = Row::typed(&[
        ("household", Some(&number)),
        ("name", Some(&input.name)),
        ("address", Some(address)),
    ]);
    let house = &visit.app.house;
    let added = add_households(house, &visit.code, typed.alone(), true).await;
    match refused(visit, added)? {
        None => Ok(go(&visit.path(&format!("/people/households/{no}?done=1")))),
        Some((_, message)) => {
            let field = if input.name.trim().is_empty() || input.address.is_empty() {
                "name"
            } else {
                "address"
            };
            view.errors = vec![FieldError { field, message }];
            view.typed = (input.name, input.address);
            Ok((Fault::input("", "", "").status, Html(view)).into_response())
        }
    }
}
