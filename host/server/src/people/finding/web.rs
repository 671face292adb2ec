//! The field that finds anybody, on a page: with a form, and while typing where scripts run (the script asks for the same
//! page and takes the list out of it).

use axum::response::{IntoResponse, Response};
use rongyi_core::member::Left;
use rongyi_core::shown;
use rongyi_pages::{FindView, FoundDoes, FoundRow};
use rongyi_store::FoundResident;
use serde::Deserialize;

use super::{find, gone, numbers};
use crate::door::asked::Typed;
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty};
use crate::door::{Act, Kind};
use crate::people::accounts::tail;
use crate::people::leaving::how_left;

/// So much of what was typed is shown again.
const SHOWN_MAX: usize = 200;

/// What was typed.
#[derive(Debug, Deserialize)]
pub(crate) struct FindQuery {
    #[serde(default)]
    q: String,
}

/// What a tap on somebody does for this member of staff.
fn does(duty: &OnDuty) -> FoundDoes {
    if duty.may(Act::SeeResident) {
        FoundDoes::Open
    } else if duty.may(Act::PlaceOrder) {
        FoundDoes::Order
    } else {
        FoundDoes::Record
    }
}

fn row(duty: &OnDuty, found: FoundResident, left: Option<&Left>) -> FoundRow {
    let no = found.household;
    let number = duty
        .visit
        .either(&format!("第 {no} 户"), &format!("household {no}"));
    let household = if found.household_name.is_empty() {
        number
    } else {
        format!("{} · {number}", found.household_name)
    };
    // The end of the telephone tells namesakes apart, for those who set PINs anew by it anyway.
    let phone_tail = if duty.may(Act::SeeResident) {
        tail(found.phone.as_deref())
    } else {
        String::new()
    };
    FoundRow {
        no: found.resident.0,
        number: format!("{:04}", found.resident.0),
        name: found.name,
        household,
        address: found.address,
        phone_tail,
        left: left.map_or_else(String::new, |left| duty.visit.say(&how_left(left.how))),
    }
}

/// `GET /{community}/residents?q=`.
pub(crate) async fn find_residents(
    duty: OnDuty,
    Typed(query): Typed<FindQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let found = find(&visit.app.house.store, &visit.code, &query.q).await?;
    duty.reads(Kind::List, &numbers(&found)).await?;
    let left = gone(&visit.app.house.store, &visit.code, &found).await?;
    Ok(Html(FindView {
        asked: !rongyi_names::asked(&query.q).is_empty(),
        typed: shown::short(&query.q, SHOWN_MAX).into_owned(),
        does: does(&duty),
        more: found.more,
        rows: found
            .residents
            .into_iter()
            .map(|resident| {
                let left = left.get(&resident.resident);
                row(&duty, resident, left)
            })
            .collect(),
        shell: visit.shell(),
    })
    .into_response())
}
