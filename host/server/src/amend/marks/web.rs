//! Events that a rule, or the house, asks somebody to look at: on the reviewers' desk until one has looked. Looking moves
//! no points; what is found wrong is taken back at the same desk.

use axum::response::Response;
use rongyi_core::book::Frame;
use rongyi_core::ids::Code;
use rongyi_pages::MarkRow;
use serde::Deserialize;

use crate::amend::marks;
use crate::door::asked::{Path, Seq, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{OnDuty, day, go};
use crate::door::{self, Kind};
use crate::ledger::titles::{about, booked_on, event_of, title};
use crate::ledger::told::{gains, said};

/// What is marked, stands, and nobody has looked at, the earliest first.
/// It is noted that they were read, because whose they are can be seen.
pub(crate) async fn open(duty: &OnDuty, frame: &Frame, me: &Code) -> Result<Vec<MarkRow>, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let mut rows = Vec::new();
    for marked in marks::open(store, &visit.code).await? {
        let receipt = marked.receipt;
        let whose = door::concerned(store, &visit.code, &receipt).await?;
        duty.reads(Kind::Entry, &whose).await?;
        let first = receipt.records.first().ok_or_else(Fault::not_found)?;
        let about = about(visit, (receipt.entry, first), None).await?;
        let roles = event_of(first, &about).map_or(&[][..], |event| &event.roles);
        let doer = roles.iter().find(|(role, _)| role.as_str() == "doer");
        let doer = doer.map(|(_, who)| *who);
        rows.push(MarkRow {
            entry: receipt.entry,
            title: title(visit, frame, first, &about),
            masked_name: match doer {
                Some(resident) => visit.masked(resident).await?,
                None => String::new(),
            },
            on: day(booked_on(first)),
            gains: gains(visit, &receipt).await?.0,
            says: said(visit, frame, &receipt),
            own: marked.by == *me,
            by: visit.actor(&marked.by).await,
        });
    }
    Ok(rows)
}

/// What the button sends: nothing but itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Looked {}

/// `POST /{community}/amend/{seq}/seen`: a reviewer has looked, who is not the one that recorded it.
pub(crate) async fn see(
    duty: OnDuty,
    Path((_, Seq(entry))): Path<(String, Seq)>,
    sent: Unread<Looked>,
) -> Result<Response, Fault> {
    sent.form().await?;
    let (me, visit) = (duty.actor().code(), &duty.visit);
    marks::see(&visit.app.house, &visit.code, entry, &me).await?;
    Ok(go(&visit.path("/amend#marks")))
}
