//! The way in, seen and mended: the browsers somebody signed in with; the office's desk that sets a resident's PIN anew
//! and prints its slip; and an operator's page about the staff. Who may do what is decided in
//! [`crate::access::recovery`].

use std::ops::ControlFlow::{self, Break, Continue};

use axum::Form;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rongyi_core::ids::{HouseholdNo, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_core::{shown, typed};
use rongyi_pages::{
    Audience, DeviceRow, DevicesView, FieldError, Helped, ResetView, StaffListView, StaffOneView,
    StaffRow,
};
use rongyi_store::{AccessRecord, Person, ResidentRow, Staff, Whose};
use serde::Deserialize;

use crate::access::recovery::{By, Post, RecoveryError};
use crate::access::{self, AccessError, Origin, Role, SignedIn, StaffMember, recovery, token_hash};
use crate::door::Kind;
use crate::door::asked::{No, Path};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::people::enrolment::{phone_tail, residents_called};
use crate::people::leaving::member;
use crate::people::own::ERASED;
use crate::people::slip::{Slip, slip};

/// Residents of one name that a page offers.
const CALLED_MAX: u32 = 20;
/// Records that a page shows.
const RECORDS: u32 = 20;

/// Whoever is signed in with a secret of their own.
fn with_own_secret(visit: &Visit) -> Result<SignedIn, Fault> {
    match visit.who.clone() {
        None => Err(AccessError::SignInNeeded.into()),
        Some(who) if who.must_change() => Err(AccessError::PinFirst.into()),
        Some(who) => Ok(who),
    }
}

/// What was done to the reader's way in, in sentences.
pub(crate) async fn sentences(
    visit: &Visit,
    records: &[AccessRecord],
) -> Result<Vec<String>, Fault> {
    let mut told = Vec::new();
    for record in records {
        let name = match record.by_staff {
            Some(id) => visit
                .app
                .house
                .store
                .staff(id)
                .await?
                .map(|staff| staff.name),
            None => None,
        };
        let who = match name {
            Some(name) => Text {
                zh: name.clone(),
                en: name,
            },
            None => Text {
                zh: "系统管理员".into(),
                en: "the administrator of the machine".into(),
            },
        };
        let on = visit.moment(record.at).day;
        let day = Text {
            zh: format!("{}月{}日", on.month, on.day),
            en: format!("{}-{:02}-{:02}", on.year, on.month, on.day),
        };
        told.push(visit.say(&recovery::sentence(record, &who, &day)));
    }
    Ok(told)
}

/// Who set the reader's secret anew last, for the page on which it is changed and for 我的.
pub(crate) async fn reset_told(visit: &Visit, whose: Whose) -> Result<String, Fault> {
    let mut records = visit.app.house.store.access_records(whose, RECORDS).await?;
    records.retain(|record| record.what == recovery::Deed::Secret.word());
    records.truncate(1);
    let told = sentences(visit, &records).await?;
    Ok(told.into_iter().next().unwrap_or_default())
}

/// What a resident was not told of yet; from now on they are.
pub(crate) async fn tell(visit: &Visit, person_id: i64) -> Result<Vec<String>, Fault> {
    let store = &visit.app.house.store;
    let records = recovery::untold(store, person_id).await?;
    if let Some(newest) = records.first() {
        store.set_access_told(person_id, newest.record_id).await?;
    }
    sentences(visit, &records).await
}

async fn devices_page(visit: &Visit, origin: &Origin, done: bool) -> Result<Response, Fault> {
    let whose = with_own_secret(visit)?.whose();
    let (store, now) = (&visit.app.house.store, visit.app.house.clock.now());
    let here = access::known_browser(store, whose, origin).await?;
    let here = here.map(|(browser, _)| browser);
    let row = |browser: rongyi_store::KnownBrowser| DeviceRow {
        id: browser.browser_id,
        first: visit.moment(browser.created_at),
        last: visit.moment(browser.seen_at),
        here: here == Some(browser.browser_id),
        signed_in: browser.sessions > 0,
        label: browser.label,
    };
    let browsers = store.browsers(whose, now).await?;
    let records = store.access_records(whose, RECORDS).await?;
    Ok(Html(DevicesView {
        rows: browsers.into_iter().map(row).collect(),
        records: sentences(visit, &records).await?,
        done,
        shell: visit.shell(),
    })
    .into_response())
}

/// `GET /{community}/devices`.
pub(crate) async fn show_devices(visit: Visit, origin: Origin) -> Result<Response, Fault> {
    devices_page(&visit, &origin, false).await
}

/// Which browser: its number, or `others`.
#[derive(Debug, Deserialize)]
pub(crate) struct DeviceInput {
    #[serde(default)]
    device: String,
}

/// `POST /{community}/devices`: signs out elsewhere.
pub(crate) async fn end_device(
    visit: Visit,
    origin: Origin,
    Form(input): Form<DeviceInput>,
) -> Result<Response, Fault> {
    let whose = with_own_secret(&visit)?.whose();
    let store = &visit.app.house.store;
    if input.device == "others" {
        let but = origin.session.as_deref().map(token_hash);
        store.end_sessions(whose, but.as_ref()).await?;
    } else {
        let number = typed::number(&input.device).ok_or_else(Fault::not_found)?;
        if !store.end_browser(whose, i64::from(number)).await? {
            return Err(Fault::not_found());
        }
    }
    devices_page(&visit, &origin, true).await
}

/// In whose name the office acts.
pub(crate) fn by(staff: &StaffMember) -> By {
    By::Staff {
        staff_id: staff.staff_id,
        name: staff.name.clone(),
        role: staff.role,
        person_id: staff.person_id,
    }
}

/// Which resident.
#[derive(Debug, Deserialize)]
pub(crate) struct NumberInput {
    #[serde(default)]
    number: String,
}

fn reset_view(visit: &Visit, number: &str) -> ResetView {
    ResetView {
        shell: visit.shell(),
        number: shown::short(number, 40).into_owned(),
        errors: Vec::new(),
        found: None,
        several: Vec::new(),
        unlocked: false,
    }
}

/// The resident behind what was typed; else the page with what is wrong.
async fn helped(
    visit: &Visit,
    number: &str,
) -> Result<ControlFlow<Response, (ResidentNo, Person)>, Fault> {
    let wrong = |message: String| {
        let mut view = reset_view(visit, number);
        view.errors = vec![FieldError {
            field: "number",
            message,
        }];
        let fault = Fault::input("", "", "");
        Ok(Break((fault.status, Html(view)).into_response()))
    };
    let Some(resident) = typed::number(number).map(ResidentNo) else {
        return wrong(visit.either(
            "没有叫这个名字、用这个电话或编号的居民。请看积分卡，或写身份证上的全名。",
            "No resident has this number, name or telephone. Look at the card, or write the whole name as on the identity card.",
        ));
    };
    let store = &visit.app.house.store;
    let person = store.resident_person(&visit.code, resident).await?;
    match person.filter(|person| person.name != ERASED) {
        Some(person) => Ok(Continue((resident, person))),
        None => wrong(visit.either(
            &format!("没有 {resident} 号居民。请看积分卡，或写身份证上的全名。"),
            &format!("There is no resident {resident}. Look at the card, or write the whole name as on the identity card."),
        )),
    }
}

/// The last four digits, where there are enough that four say little.
pub(crate) fn tail(phone: Option<&str>) -> String {
    let digits: Vec<char> = phone
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    match digits.len() {
        0..7 => String::new(),
        all => digits[all - 4..].iter().collect(),
    }
}

pub(super) async fn household_of(
    visit: &Visit,
    resident: ResidentNo,
) -> Result<Option<HouseholdNo>, Fault> {
    let found = member(&visit.app.house.store, &visit.code, resident).await?;
    Ok(found.map(|member| member.household))
}

async fn check_page(
    visit: &Visit,
    (resident, person): (ResidentNo, &Person),
    unlocked: bool,
) -> Result<Response, Fault> {
    let now = visit.app.house.clock.now();
    let household = match household_of(visit, resident).await? {
        Some(no) => visit.household_title(no).await?,
        None => String::new(),
    };
    let locked = access::is_locked(&visit.app.house.store, person.person_id, now).await?;
    let mut view = reset_view(visit, &resident.to_string());
    view.unlocked = unlocked;
    view.found = Some(Helped {
        number: format!("{:04}", resident.0),
        name: person.name.clone(),
        household,
        phone_tail: phone_tail(person.phone.as_deref()),
        locked,
    });
    Ok(Html(view).into_response())
}

/// `GET /{community}/reset`.
pub(crate) async fn show_reset(OnDuty { visit, .. }: OnDuty) -> Result<Response, Fault> {
    Ok(Html(reset_view(&visit, "")).into_response())
}

async fn shown_as(visit: &Visit, row: &ResidentRow) -> Result<Helped, Fault> {
    Ok(Helped {
        number: format!("{:04}", row.resident.0),
        name: row.name.clone().unwrap_or_default(),
        household: visit.household_title(row.household).await?,
        phone_tail: phone_tail(row.phone.as_deref()),
        locked: false,
    })
}

/// The number of the one resident who is called so or has this telephone; else a page that asks which one it is.
async fn called(duty: &OnDuty, typed: &str) -> Result<ControlFlow<Response, String>, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    // A number that a card has is no telephone.
    if let Some(resident) = typed::number(typed).map(ResidentNo)
        && store
            .resident_person(&visit.code, resident)
            .await?
            .is_some()
    {
        return Ok(Continue(typed.to_owned()));
    }
    let found = residents_called(store, &visit.code, typed, CALLED_MAX).await?;
    match found.as_slice() {
        [] => Ok(Continue(typed.to_owned())),
        [only] => Ok(Continue(only.resident.to_string())),
        several => {
            let numbers: Vec<ResidentNo> = several.iter().map(|row| row.resident).collect();
            duty.reads(Kind::List, &numbers).await?;
            let mut view = reset_view(visit, typed);
            for row in several {
                view.several.push(shown_as(visit, row).await?);
            }
            Ok(Break(Html(view).into_response()))
        }
    }
}

/// `POST /{community}/reset`: who is it?
pub(crate) async fn look_up_resident(
    duty: OnDuty,
    Form(input): Form<NumberInput>,
) -> Result<Response, Fault> {
    let OnDuty { visit, staff } = &duty;
    let number = match called(&duty, &input.number).await? {
        Continue(number) => number,
        Break(page) => return Ok(page),
    };
    match helped(visit, &number).await? {
        Continue((resident, person)) => {
            by(staff).may_help(&person)?;
            duty.reads(Kind::Identity, &[resident]).await?;
            check_page(visit, (resident, &person), false).await
        }
        Break(page) => Ok(page),
    }
}

/// `POST /{community}/reset/unlock`: wrong tries no longer count.
pub(crate) async fn unlock_resident(
    OnDuty { visit, staff }: OnDuty,
    Form(input): Form<NumberInput>,
) -> Result<Response, Fault> {
    let (resident, person) = match helped(&visit, &input.number).await? {
        Continue(found) => found,
        Break(page) => return Ok(page),
    };
    let house = &visit.app.house;
    let now = house.clock.now();
    recovery::unlock(&house.store, &visit.code, &person, &by(&staff), now).await?;
    check_page(&visit, (resident, &person), true).await
}

/// `POST /{community}/reset/pin`: the slip with the new PIN.
pub(crate) async fn reset_pin(
    OnDuty { visit, staff }: OnDuty,
    headers: HeaderMap,
    Form(input): Form<NumberInput>,
) -> Result<Response, Fault> {
    let (resident, person) = match helped(&visit, &input.number).await? {
        Continue(found) => found,
        Break(page) => return Ok(page),
    };
    let (house, by) = (&visit.app.house, by(&staff));
    let now = house.clock.now();
    let at = (&*house.store, &visit.app.vault);
    let pin = recovery::new_pin_for(at, &visit.code, &person, &by, now).await?;
    let number = format!("{:04}", resident.0);
    let slip_of = Slip::of(Audience::Resident, person.name, number, pin);
    Ok(slip(&visit, &headers, slip_of, "/reset"))
}

fn staff_row(viewer: &StaffMember, staff: Staff) -> StaffRow {
    StaffRow {
        id: staff.staff_id,
        own: staff.staff_id == viewer.staff_id,
        name: staff.name,
        login: staff.login,
        role: staff.role,
        active: staff.active,
    }
}

/// What was done, in a sentence for an operator: to whom, what, by whom, when.
async fn log_line(visit: &Visit, record: &AccessRecord) -> Result<String, Fault> {
    let store = &visit.app.house.store;
    let whom = match record.whose {
        Whose::Staff(id) => store.staff(id).await?.map(|staff| staff.name),
        Whose::Person(id) => {
            let homes = store.residencies(id).await?;
            let here = homes.into_iter().find(|(code, _)| *code == visit.code);
            here.map(|(_, resident)| {
                visit.either(
                    &format!("{resident} 号居民"),
                    &format!("resident {resident}"),
                )
            })
        }
    };
    let told = sentences(visit, std::slice::from_ref(record)).await?;
    let told = told.into_iter().next().unwrap_or_default();
    let whom = whom.unwrap_or_default();
    // The sentence speaks to the person; here it is told of them.
    Ok(
        match told
            .strip_prefix('您')
            .or_else(|| told.strip_prefix("Your "))
        {
            Some(rest) => visit.either(&format!("{whom}{rest}"), &format!("{whom}: {rest}")),
            None => format!("{whom} {told}"),
        },
    )
}

/// `GET /{community}/operator/staff`.
pub(crate) async fn list_staff(OnDuty { visit, staff }: OnDuty) -> Result<Response, Fault> {
    let store = &visit.app.house.store;
    let all = store.all_staff(&visit.code).await?;
    let mut records = Vec::new();
    for record in store.access_records_in(&visit.code, RECORDS).await? {
        records.push(log_line(&visit, &record).await?);
    }
    Ok(Html(StaffListView {
        shell: visit.shell(),
        rows: all
            .into_iter()
            .map(|colleague| staff_row(&staff, colleague))
            .collect(),
        records,
    })
    .into_response())
}

/// A colleague of this community, by number.
async fn colleague(visit: &Visit, id: u32) -> Result<Staff, Fault> {
    let staff = visit.app.house.store.staff(i64::from(id)).await?;
    staff
        .filter(|staff| staff.community == visit.code)
        .ok_or_else(Fault::not_found)
}

async fn one_view(
    visit: &Visit,
    viewer: &StaffMember,
    staff: Staff,
) -> Result<StaffOneView, Fault> {
    let homes = match staff.person_id {
        Some(person) => visit.app.house.store.residencies(person).await?,
        None => Vec::new(),
    };
    let here = homes.into_iter().find(|(code, _)| *code == visit.code);
    Ok(StaffOneView {
        shell: visit.shell(),
        row: staff_row(viewer, staff),
        resident: here.map_or_else(String::new, |(_, no)| format!("{:04}", no.0)),
        errors: Vec::new(),
        done: false,
    })
}

/// `GET /{community}/operator/staff/{id}`.
pub(crate) async fn show_staff(
    OnDuty { visit, staff }: OnDuty,
    Path((_, No(id))): Path<(String, No)>,
) -> Result<Response, Fault> {
    let other = colleague(&visit, id).await?;
    Ok(Html(one_view(&visit, &staff, other).await?).into_response())
}

/// What the forms about a colleague send.
#[derive(Debug, Deserialize)]
pub(crate) struct StaffInput {
    #[serde(default)]
    act: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    resident: String,
}

/// `POST /{community}/operator/staff/{id}`.
pub(crate) async fn change_staff(
    OnDuty { visit, staff }: OnDuty,
    Path((_, No(id))): Path<(String, No)>,
    headers: HeaderMap,
    Form(input): Form<StaffInput>,
) -> Result<Response, Fault> {
    let other = colleague(&visit, id).await?;
    let (house, by) = (&visit.app.house, by(&staff));
    let now = house.clock.now();
    if input.act == "person" {
        return tie_staff(&visit, (&staff, other), &input.resident).await;
    }
    let post = match (input.act.as_str(), Role::from_word(&input.role)) {
        ("password", _) => {
            let at = (&*house.store, &visit.app.vault);
            let secret = recovery::new_password_for(at, &other, &by, now).await?;
            let back = "/operator/staff";
            let slip_of = Slip::of(Audience::Staff, other.name, other.login, secret);
            return Ok(slip(&visit, &headers, slip_of, back));
        }
        ("disable", _) => Post::Active(false),
        ("enable", _) => Post::Active(true),
        ("role", Some(role)) => Post::Role(role),
        _ => return Err(Fault::not_found()),
    };
    let changed = recovery::change_post(&house.store, &other, post, &by, now).await;
    let view = one_view(&visit, &staff, colleague(&visit, id).await?).await?;
    told_of(&visit, view, changed)
}

/// The page about a colleague with what came of a change.
fn told_of(
    visit: &Visit,
    mut view: StaffOneView,
    changed: Result<(), RecoveryError>,
) -> Result<Response, Fault> {
    match changed {
        Ok(()) => {
            view.done = true;
            Ok(Html(view).into_response())
        }
        Err(error @ (RecoveryError::LastOperator | RecoveryError::Already)) => {
            let fault = Fault::from(error);
            view.errors = vec![FieldError {
                field: "act",
                message: visit.say(&fault.text),
            }];
            Ok((fault.status, Html(view)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Says which resident a colleague is; nothing typed means none.
async fn tie_staff(
    visit: &Visit,
    (operator, other): (&StaffMember, Staff),
    typed: &str,
) -> Result<Response, Fault> {
    let store = &visit.app.house.store;
    let nobody = typed::canonical(typed).is_empty();
    let person = match typed::number(typed).map(ResidentNo) {
        Some(resident) => store.resident_person(&visit.code, resident).await?,
        None => None,
    };
    let person = person.filter(|person| person.name != ERASED);
    if person.is_none() && !nobody {
        let mut view = one_view(visit, operator, other).await?;
        view.errors = vec![FieldError {
            field: "resident",
            message: visit.either(
                "没有这个编号的居民。请看积分卡再输一次；不是居民就空着。",
                "No resident has this number. Type it again from the card, or leave it empty.",
            ),
        }];
        let fault = Fault::input("", "", "");
        return Ok((fault.status, Html(view)).into_response());
    }
    let now = visit.app.house.clock.now();
    let changed = recovery::tie(store, &other, person.as_ref(), &by(operator), now).await;
    let other = store.staff(other.staff_id).await?;
    let other = other.ok_or_else(Fault::not_found)?;
    told_of(visit, one_view(visit, operator, other).await?, changed)
}

/// `GET /{community}/reset/…`: a step whose page was left is begun again.
pub(crate) async fn back_to_reset(visit: Visit) -> Response {
    go(&visit.path("/reset"))
}
