//! Events that a rule, or the house, asks somebody to look at: on the reviewers' desk until one has looked. Looking moves
//! no points; what is found wrong is taken back at the same desk.

use axum::response::Response;
use rongyi_core::book::{Frame, Receipt};
use rongyi_core::ids::Code;
use rongyi_core::record::Record;
use rongyi_pages::MarkRow;

use super::amend::Sent;
use super::lines::{about, booked_on, event_of, title};
use super::record::gains;
use super::shell::{OnDuty, Visit, day, go};
use crate::api::error::Fault;
use crate::asked::{Path, Seq, Unread};
use crate::clerk::receipt;
use crate::door::{self, Kind};
use crate::explain;

/// Shown at once; the others come up as these are looked at.
const SHOWN_MAX: u32 = 50;

/// What is marked, stands, and nobody has looked at, the earliest first.
/// It is noted that they were read, because whose they are can be seen.
pub(super) async fn open(duty: &OnDuty, frame: &Frame, me: &Code) -> Result<Vec<MarkRow>, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let mut rows = Vec::new();
    for entry in store.open_marks(&visit.code, SHOWN_MAX).await? {
        let Some(stored) = store.entry(&visit.code, entry).await? else {
            continue;
        };
        let receipt = receipt(&stored)?;
        let whose = door::concerned(store, &visit.code, &receipt).await?;
        duty.reads(Kind::Entry, &whose).await?;
        let first = receipt.records.first().ok_or_else(Fault::not_found)?;
        let about = about(visit, (stored.first_seq, first), None).await?;
        let roles = event_of(first, &about).map_or(&[][..], |event| &event.roles);
        let doer = roles.iter().find(|(role, _)| role.as_str() == "doer");
        let doer = doer.map(|(_, who)| *who);
        let by = first.envelope().map(|own| own.actor.clone());
        rows.push(MarkRow {
            entry,
            title: title(visit, frame, first, &about),
            masked_name: match doer {
                Some(resident) => visit.masked(resident).await?,
                None => String::new(),
            },
            on: day(booked_on(first)),
            gains: gains(visit, &receipt).await?.0,
            says: said(visit, frame, &receipt),
            own: by.as_ref() == Some(me),
            by: match &by {
                Some(by) => visit.actor(by).await,
                None => String::new(),
            },
        });
    }
    Ok(rows)
}

/// What is to be looked at in a decided event, in whole sentences.
pub(super) fn said(visit: &Visit, frame: &Frame, receipt: &Receipt) -> Vec<String> {
    let Some(Record::Decided(set, _, decision)) = receipt.records.get(1) else {
        return Vec::new();
    };
    let plan = explain::plan_of(frame, Some(*set));
    let marks = decision.marks.iter();
    marks
        .map(|own| explain::mark(&plan, Some(frame), own, visit.tongue()))
        .collect()
}

/// `POST /{community}/amend/{seq}/seen`: a reviewer has looked, who is not the one that recorded it.
pub(super) async fn see(
    duty: OnDuty,
    Path((_, Seq(entry))): Path<(String, Seq)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    sent.form().await?;
    let me = duty.actor().code();
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let stored = store.entry(&visit.code, entry).await?;
    let receipt = receipt(&stored.ok_or_else(Fault::not_found)?)?;
    let first = receipt.records.first().and_then(Record::envelope);
    if first.is_some_and(|own| own.actor == me) {
        return Err(Fault::input(
            "",
            "这件事是您自己登记的，要请另一位工作人员看。",
            "You recorded this; another member of staff has to look at it.",
        ));
    }
    let now = visit.app.house.clock.now();
    // Whoever comes second finds it looked at already, which is what they wanted.
    store.see_mark(&visit.code, entry, &me, now).await?;
    Ok(go(&visit.path("/amend#marks")))
}
