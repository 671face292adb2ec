//! One's own privacy: how one stands in public lists, and who has read what is kept about one; and the desk where
//! staff set the first for somebody without a telephone.

use axum::Form;
use axum::response::{IntoResponse, Response};
use rongyi_core::command::Rejection;
use rongyi_core::ids::ResidentNo;
use rongyi_core::typed;
use rongyi_pages::{FieldError, ListingDeskView, PrivacyView, PublicListing, ReadRow};
use rongyi_store::{Listing, ReadLine, Whose};
use serde::Deserialize;

use crate::access::recovery::{self, Deed};
use crate::door::asked::{No, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, OnDuty, Visit, go, mask};
use crate::door::{Kind, Signed, Way};
use crate::earning::resident_no;

/// Lines shown at most, the newest first.
const LINES_MAX: u32 = 200;

fn shown(listing: Listing) -> PublicListing {
    match listing {
        Listing::Masked => PublicListing::Masked,
        Listing::Named => PublicListing::Named,
        Listing::Hidden => PublicListing::Hidden,
    }
}

fn stored(listing: PublicListing) -> Listing {
    match listing {
        PublicListing::Masked => Listing::Masked,
        PublicListing::Named => Listing::Named,
        PublicListing::Hidden => Listing::Hidden,
    }
}

/// A line as the person reads it: `工作人员 王*芳 · 看了余额`, `11月23日 10:12 · 网页 · 3 次`.
pub(crate) async fn read_row(visit: &Visit, line: ReadLine) -> ReadRow {
    let store = &visit.app.house.store;
    let who = Signed::of(&line.reader)
        .name(store, visit.who.as_ref())
        .await;
    let at = visit.moment(line.last_at);
    let way = visit.say(&Way::told(&line.door));
    let times = match line.reads {
        0 | 1 => String::new(),
        n => visit.either(&format!(" · {n} 次"), &format!(" · {n} times")),
    };
    ReadRow {
        who: visit.say(&who),
        what: visit.say(&Kind::told(&line.kind)),
        note: format!("{} · {way}{times}", visit.shell().moment(at)),
    }
}

/// Whether it was changed just now.
#[derive(Debug, Deserialize)]
pub(crate) struct SavedQuery {
    saved: Option<No>,
}

/// Whose place was changed just now, or is to be.
#[derive(Debug, Deserialize)]
pub(crate) struct DeskQuery {
    saved: Option<No>,
    resident: Option<No>,
}

/// `GET /{community}/me/privacy`.
pub(crate) async fn show_privacy(
    Member { visit, me }: Member,
    Typed(query): Typed<SavedQuery>,
) -> Result<Response, Fault> {
    let house = &visit.app.house;
    let public = house.store.public_name(&visit.code, me.resident).await?;
    let public = public.ok_or_else(Fault::not_found)?;
    let lines = house
        .store
        .reads_of(&visit.code, me.resident, LINES_MAX)
        .await?;
    let mut reads = Vec::new();
    for line in lines {
        reads.push(read_row(&visit, line).await);
    }
    Ok(Html(PrivacyView {
        listing: shown(public.listing),
        masked_name: mask(&public.name),
        name: public.name,
        minor: public.minor,
        saved: query.saved.is_some(),
        reads,
        months: i64::from(house.config.read_log_months),
        shell: visit.shell(),
    })
    .into_response())
}

/// What the forms send.
#[derive(Debug, Deserialize)]
pub(crate) struct ListingForm {
    #[serde(default)]
    listing: String,
    #[serde(default)]
    resident: String,
    #[serde(default)]
    minor: String,
}

fn wanted(form: &ListingForm) -> Result<PublicListing, Fault> {
    PublicListing::from_tag(&form.listing)
        .ok_or_else(|| Fault::input("", "请按页面上的一个按钮。", "press one of the buttons."))
}

/// `POST /{community}/me/privacy`.
pub(crate) async fn set_own_listing(
    Member { visit, me }: Member,
    Form(form): Form<ListingForm>,
) -> Result<Response, Fault> {
    let store = &visit.app.house.store;
    let public = store.public_name(&visit.code, me.resident).await?;
    // A child stands in no list, whatever a form says.
    if public.is_some_and(|public| !public.minor) {
        let listing = stored(wanted(&form)?);
        store.set_listing(&visit.code, me.resident, listing).await?;
    }
    Ok(go(&visit.path("/me/privacy?saved=1")))
}

fn desk(
    visit: &Visit,
    resident: String,
    errors: Vec<FieldError>,
    saved: String,
) -> ListingDeskView {
    ListingDeskView {
        shell: visit.shell(),
        resident,
        errors,
        saved,
        now: String::new(),
    }
}

/// `GET /{community}/listing`.
pub(crate) async fn show_listing_desk(
    duty: OnDuty,
    Typed(query): Typed<DeskQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    if let Some(No(number)) = query.resident {
        let mut view = desk(visit, number.to_string(), Vec::new(), String::new());
        view.now = now_listed(&duty, ResidentNo(number)).await?;
        return Ok(Html(view).into_response());
    }
    let saved = match query.saved {
        Some(No(number)) => now_listed(&duty, ResidentNo(number)).await?,
        None => String::new(),
    };
    Ok(Html(desk(visit, String::new(), Vec::new(), saved)).into_response())
}

/// How somebody stands in public lists, in words; nothing for a number without a person.
pub(crate) async fn listed(visit: &Visit, resident: ResidentNo) -> Result<String, Fault> {
    let store = &visit.app.house.store;
    let public = store.public_name(&visit.code, resident).await?;
    Ok(match public.map(|public| (public.minor, public.listing)) {
        None => String::new(),
        Some((true, _)) => visit.either("未成年人，不出现", "a child, in no list"),
        Some((false, Listing::Masked)) => visit.either("只显示姓名的一部分", "part of the name"),
        Some((false, Listing::Named)) => visit.either("显示全名", "the whole name"),
        Some((false, Listing::Hidden)) => visit.either("不显示姓名", "no name"),
    })
}

/// How somebody stands in public lists now, so that whoever set it sees for whom.
async fn now_listed(duty: &OnDuty, resident: ResidentNo) -> Result<String, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let Some(public) = store.public_name(&visit.code, resident).await? else {
        return Ok(String::new());
    };
    duty.reads(Kind::Identity, &[resident]).await?;
    let how = listed(visit, resident).await?;
    let (no, name) = (format!("{:04}", resident.0), public.name);
    Ok(visit.either(
        &format!("{no} 号 {name}：{how}"),
        &format!("{no} {name}: {how}"),
    ))
}

/// `POST /{community}/listing`: for somebody who said so at the counter.
pub(crate) async fn set_listing(
    OnDuty { visit, staff }: OnDuty,
    Form(form): Form<ListingForm>,
) -> Result<Response, Fault> {
    let store = &visit.app.house.store;
    let typed = typed::canonical(&form.resident);
    let found: Result<ResidentNo, Fault> = resident_no(&typed).map_err(Fault::from);
    let person = match &found {
        Ok(resident) => store.resident_person(&visit.code, *resident).await?,
        Err(_) => None,
    };
    let (Ok(resident), Some(person)) = (found, person) else {
        let unknown = Rejection::ResidentUnknown {
            resident: ResidentNo(rongyi_core::typed::number(&typed).unwrap_or(0)),
        };
        let fault = Fault::from(unknown);
        let errors = vec![FieldError {
            field: "resident",
            message: visit.say(&fault.text),
        }];
        let page = Html(desk(&visit, typed, errors, String::new()));
        return Ok((fault.status, page).into_response());
    };
    let listing = match form.minor.as_str() {
        "yes" | "no" => None,
        _ => Some(stored(wanted(&form)?)),
    };
    // Who changed how somebody stands is on record and told to the person, before it is changed.
    let (by, now) = (super::accounts::by(&staff), visit.app.house.clock.now());
    by.may_help(&person)?;
    let deed = recovery::record(&visit.code, Deed::Listing, &by, ("", now));
    let whose = Whose::Person(person.person_id);
    store.add_access_record(whose, deed).await?;
    match form.minor.as_str() {
        "yes" => store.set_minor(person.person_id, true).await?,
        "no" => store.set_minor(person.person_id, false).await?,
        _ => {
            if let Some(listing) = listing {
                store.set_listing(&visit.code, resident, listing).await?;
            }
        }
    }
    let number = resident.0;
    Ok(go(&visit.path(&format!("/listing?saved={number}"))))
}
