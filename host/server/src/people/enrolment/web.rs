//! Finding somebody, and enrolling one person: a form, a page that asks whether it is right and nobody who is there, and
//! the slip with the first PIN.

use std::collections::BTreeSet;

use axum::Form;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rongyi_core::ids::{HouseholdNo, ResidentNo};
use rongyi_core::{shown, typed};
use rongyi_pages::{
    Audience, EnrolCheckView, EnrolTyped, EnrolView, FieldError, PeopleView, PersonRow,
};
use rongyi_sheets::Row;
use serde::Deserialize;

use super::listed::{hand, person_rows, printed};
use super::{Outcome, Plan, Planned, book, free_numbers, plan, residents_called};
use crate::door::Kind;
use crate::door::asked::{No, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::people::Office;
use crate::people::accounts::by;
use crate::people::slip::{Slip, not_finished, slip};

/// Residents of one name that a page offers.
const FOUND_MAX: u32 = 20;
/// Of what was typed, so much is shown again.
const SHOWN_MAX: usize = 200;

async fn people_view(
    visit: &Visit,
    who: &str,
    errors: Vec<FieldError>,
    found: Vec<PersonRow>,
) -> Result<PeopleView, Fault> {
    let residents = visit.app.house.store.residents(&visit.code).await?;
    let households: BTreeSet<_> = residents.iter().map(|row| row.household).collect();
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    Ok(PeopleView {
        shell: visit.shell(),
        who: shown::short(who, SHOWN_MAX).into_owned(),
        errors,
        found,
        residents: count(residents.len()),
        households: count(households.len()),
    })
}

/// `GET /{community}/people`.
pub(crate) async fn show_people(OnDuty { visit, .. }: OnDuty) -> Result<Response, Fault> {
    let view = people_view(&visit, "", Vec::new(), Vec::new()).await?;
    Ok(Html(view).into_response())
}

/// Whom somebody looks for.
#[derive(Debug, Deserialize)]
pub(crate) struct WhoInput {
    #[serde(default)]
    who: String,
}

/// The number of a household, where one is named: `第 12 户`, `12户`, `household 12`.
fn household_named(text: &str) -> Option<u32> {
    let plain = typed::canonical(text).to_lowercase();
    let zh = plain.strip_suffix('户');
    let zh = zh.map(|rest| rest.strip_prefix('第').unwrap_or(rest));
    let inner = zh.or_else(|| plain.strip_prefix("household"))?;
    typed::number(inner)
}

/// `POST /{community}/people`.
pub(crate) async fn find_people(
    duty: OnDuty,
    Form(input): Form<WhoInput>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    if let Some(no) = household_named(&input.who) {
        return Ok(go(&visit.path(&format!("/people/households/{no}"))));
    }
    if let Some(resident) = typed::number(&input.who).map(ResidentNo)
        && store
            .resident_person(&visit.code, resident)
            .await?
            .is_some()
    {
        return Ok(go(&visit.path(&format!("/residents/{resident}"))));
    }
    let found = residents_called(store, &visit.code, &input.who, FOUND_MAX).await?;
    if let [only] = found.as_slice() {
        let no = only.resident;
        return Ok(go(&visit.path(&format!("/residents/{no}"))));
    }
    if found.is_empty() {
        let fault = Fault::input("", "", "");
        let errors = vec![FieldError {
            field: "who",
            message: visit.either(
                "没有找到。请写积分卡上的编号、身份证上的全名、登记过的电话，或“第几户”。",
                "Nobody is found. Write the number on the card, the whole name, a telephone on record, or a household's number.",
            ),
        }];
        let view = people_view(visit, &input.who, errors, Vec::new()).await?;
        return Ok((fault.status, Html(view)).into_response());
    }
    let rows = person_rows(&duty, Kind::List, &found).await?;
    let view = people_view(visit, &input.who, Vec::new(), rows).await?;
    Ok(Html(view).into_response())
}

/// The household in which somebody is to be enrolled.
#[derive(Debug, Deserialize)]
pub(crate) struct NewQuery {
    household: Option<No>,
}

/// `GET /{community}/people/new`.
pub(crate) async fn show_new(
    OnDuty { visit, staff }: OnDuty,
    Typed(query): Typed<NewQuery>,
) -> Result<Response, Fault> {
    let by = hand(&staff);
    let (resident, household) = free_numbers(office(&visit, &by)).await?;
    let asked = query.household.map(|No(no)| no.to_string());
    let typed = EnrolTyped {
        resident: resident.to_string(),
        household: asked.unwrap_or_else(|| household.to_string()),
        ..EnrolTyped::default()
    };
    Ok(Html(EnrolView {
        shell: visit.shell(),
        typed,
        errors: Vec::new(),
        free_household: household.to_string(),
    })
    .into_response())
}

fn office<'a>(visit: &'a Visit, by: &'a crate::door::Actor) -> Office<'a> {
    Office {
        house: &visit.app.house,
        community: &visit.code,
        by,
    }
}

/// What the forms about one person send.
#[derive(Debug, Deserialize)]
pub(crate) struct EnrolInput {
    #[serde(default)]
    step: String,
    #[serde(default)]
    other: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    resident: String,
    #[serde(default)]
    household: String,
    #[serde(default)]
    household_name: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    child: String,
}

impl EnrolInput {
    fn typed(&self) -> EnrolTyped {
        let kept = |text: &str| shown::short(text, SHOWN_MAX).into_owned();
        EnrolTyped {
            name: kept(&self.name),
            phone: kept(&self.phone),
            resident: kept(&self.resident),
            household: kept(&self.household),
            household_name: kept(&self.household_name),
            address: kept(&self.address),
            child: kept(&self.child),
        }
    }

    fn row(&self) -> Row {
        Row::typed(&[
            ("name", Some(&self.name)),
            ("phone", Some(&self.phone)),
            ("resident", Some(&self.resident)),
            ("household", Some(&self.household)),
            ("household_name", Some(&self.household_name)),
            ("address", Some(&self.address)),
            ("child", Some(&self.child)),
        ])
    }
}

/// `POST /{community}/people/new`: checked, asked about, booked.
pub(crate) async fn enrol_one(
    duty: OnDuty,
    headers: HeaderMap,
    Form(input): Form<EnrolInput>,
) -> Result<Response, Fault> {
    let (visit, staff) = (&duty.visit, &duty.staff);
    let actor = hand(staff);
    let at = office(visit, &actor);
    let planned = plan(at, vec![Ok(input.row())]).await?;
    let Some(one) = planned.rows.first() else {
        return Err(Fault::not_found());
    };
    if input.step == "edit" {
        return form(visit, input.typed(), Vec::new()).await;
    }
    if one.written.name.is_empty() {
        let message = visit.either("请写上姓名。", "Write the name.");
        return wrong(visit, &input, "name", message).await;
    }
    match one.outcome {
        Outcome::Known => Ok(go(
            &visit.path(&format!("/residents/{}?done=known", one.written.resident))
        )),
        Outcome::Bad | Outcome::Conflict => {
            let (column, message) = (one.column, why(visit, one));
            wrong(visit, &input, column, message).await
        }
        Outcome::New if one.new_household && !one.names_household => {
            let message = visit.either(
                "这是新的一户，请写户名；如果是已有的户，请核对户号。",
                "This is a new household: write its name. If it is one that is there, check its number.",
            );
            wrong(visit, &input, "household_name", message).await
        }
        Outcome::New if input.step != "book" || !(one.alike.is_empty() || input.other == "yes") => {
            check(&duty, one).await
        }
        Outcome::New => enrolled(&duty, &headers, (&input, &planned)).await,
    }
}

/// Why a row can't be taken, with the way out that these pages have.
pub(super) fn why(visit: &Visit, planned: &Planned) -> String {
    let told = planned.why.as_ref().map(|text| visit.say(text));
    let told = told.unwrap_or_default();
    if planned.outcome != Outcome::Conflict {
        return told;
    }
    let way = visit.either(
        "是更正，就在那一位或那一户的页面上改；是另一位或另一户，就换一个号。",
        " For a correction, change it on the page of that resident or household; for another one, take another number.",
    );
    format!("{told}{way}")
}

async fn form(
    visit: &Visit,
    typed: EnrolTyped,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let nobody = crate::door::Actor::Job;
    let (_, household) = free_numbers(office(visit, &nobody)).await?;
    let bad = !errors.is_empty();
    let page = Html(EnrolView {
        shell: visit.shell(),
        typed,
        errors,
        free_household: household.to_string(),
    });
    if bad {
        return Ok((Fault::input("", "", "").status, page).into_response());
    }
    Ok(page.into_response())
}

async fn wrong(
    visit: &Visit,
    input: &EnrolInput,
    field: &'static str,
    message: String,
) -> Result<Response, Fault> {
    form(visit, input.typed(), vec![FieldError { field, message }]).await
}

async fn check(duty: &OnDuty, one: &Planned) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let written = &one.written;
    let household = crate::earning::household_no(&written.household)?;
    let store = &visit.app.house.store;
    let members = store.residents_of_household(&visit.code, household).await?;
    let title = match written.household_name.as_str() {
        "" => visit.household_title(household).await?,
        name => titled(visit, name, household),
    };
    Ok(Html(EnrolCheckView {
        shell: visit.shell(),
        typed: EnrolTyped {
            name: written.name.clone(),
            phone: written.phone.clone(),
            resident: written.resident.clone(),
            household: written.household.clone(),
            household_name: written.household_name.clone(),
            address: written.address.clone(),
            child: if written.is_child() {
                "yes".to_owned()
            } else {
                String::new()
            },
        },
        new_household: one.new_household,
        household: title,
        members: person_rows(duty, Kind::Identity, &members).await?,
        alike: person_rows(duty, Kind::Identity, &one.alike).await?,
    })
    .into_response())
}

/// A household that has its name from a form.
pub(super) fn titled(visit: &Visit, name: &str, household: HouseholdNo) -> String {
    let number = visit.either(
        &format!("第 {household} 户"),
        &format!("household {household}"),
    );
    format!("{name} · {number}")
}

async fn enrolled(
    duty: &OnDuty,
    headers: &HeaderMap,
    (input, planned): (&EnrolInput, &Plan),
) -> Result<Response, Fault> {
    let (visit, staff) = (&duty.visit, &duty.staff);
    let actor = hand(staff);
    let at = office(visit, &actor);
    // Whoever was shown was said to be another person.
    let others: BTreeSet<u64> = planned.rows.iter().map(|row| row.line).collect();
    let key = visit.app.vault.secret();
    let booked = book(at, key, (planned, &others), &by(staff)).await?;
    if let Some(stopped) = booked.added.stopped {
        return Err(not_finished(stopped));
    }
    if let Some(bad) = booked.added.bad.first() {
        return wrong(visit, input, "name", visit.say(&bad.text)).await;
    }
    let Some(first) = booked.added.secrets.into_iter().next() else {
        // Somebody else sent the same a moment before.
        let resident = planned.rows.first().map(|row| row.written.resident.clone());
        let no = resident.unwrap_or_default();
        return Ok(go(&visit.path(&format!("/residents/{no}?done=known"))));
    };
    let number = typed::number(&first.who).map_or(first.who, |no| printed(ResidentNo(no)));
    let slip_of = Slip::of(Audience::Resident, first.name, number, first.secret);
    Ok(slip(visit, headers, slip_of, "/people"))
}

#[cfg(test)]
mod tests {
    use super::household_named;

    #[test]
    fn households_are_named_as_people_say() {
        for named in [
            "第 12 户",
            "12户",
            "第１２户",
            "household 12",
            "Household 12",
        ] {
            assert_eq!(household_named(named), Some(12), "{named}");
        }
        for other in ["12", "陈家", "户", "第户", "household"] {
            assert_eq!(household_named(other), None, "{other}");
        }
    }
}
