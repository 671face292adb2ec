//! What a rule, or the house, asks somebody to look at: the list of the reviewers' desk, and that one has looked.

use rongyi_core::command::Rejection;
use rongyi_core::ids::ResidentNo;
use serde::Serialize;
use utoipa::ToSchema;

use crate::amend::marks::{self, SeeError};
use crate::door::asked::{Path, Seq};
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::door::json::{Both, Json};
use crate::door::{self, Kind};

/// An event that somebody is to look at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MarkAnswer {
    /// Its entry: ask `entries/{entry}` for all of it.
    pub entry: u64,
    /// The event's kind; none for one that was decided later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whom it concerns, by their numbers.
    pub residents: Vec<u32>,
    /// The day on which it was recorded.
    pub recorded_on: String,
    /// Who recorded it: `staff/3`. Somebody else has to look.
    pub by: String,
    /// What is to be looked at.
    pub says: Vec<Both>,
}

/// Who took part; of what was decided later, whom it concerns.
fn residents(marked: &marks::Marked, whose: &[ResidentNo]) -> Vec<u32> {
    match marked.event() {
        Some(event) => event.roles.iter().map(|(_, who)| who.0).collect(),
        None => whose.iter().map(|who| who.0).collect(),
    }
}

/// What is marked, stands, and nobody has looked at: the earliest fifty.
#[utoipa::path(
    get, path = "/communities/{community}/marks", tag = "amend",
    params(("community" = String, Path, description = "The community")),
    responses((status = 200, body = [MarkAnswer]), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_marks(caller: Caller) -> Result<Json<Vec<MarkAnswer>>, Fault> {
    let store = &caller.house().store;
    let frame = store.frame(&caller.code).await?;
    let frame = frame.ok_or(Rejection::NotConfigured)?;
    let mut all = Vec::new();
    for marked in marks::open(store, &caller.code).await? {
        let whose = door::concerned(store, &caller.code, &marked.receipt).await?;
        caller.reads(Kind::Entry, &whose).await?;
        let says = marked.says(&frame).into_iter();
        all.push(MarkAnswer {
            entry: marked.receipt.entry,
            kind: marked.event().map(|event| event.kind.to_string()),
            residents: residents(&marked, &whose),
            recorded_on: marked.on.to_string(),
            by: marked.by.to_string(),
            says: says
                .map(|text| Both {
                    zh: text.zh,
                    en: text.en,
                })
                .collect(),
        });
    }
    Ok(Json(all))
}

/// What became of a look.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeenAnswer {
    /// The entry that was looked at.
    pub entry: u64,
}

/// Somebody has looked at what is marked, who did not record it. Asked twice, it is as done as before.
#[utoipa::path(
    post, path = "/communities/{community}/marks/{seq}/seen", tag = "amend",
    params(("community" = String, Path, description = "The community"), ("seq" = u64, Path, description = "The entry", maximum = 9007199254740991_i64)),
    responses((status = 200, body = SeenAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn see_mark(
    caller: Caller,
    Path((_, Seq(entry))): Path<(String, Seq)>,
) -> Result<Json<SeenAnswer>, Fault> {
    let by = caller.actor().code();
    marks::see(caller.house(), &caller.code, entry, &by).await?;
    Ok(Json(SeenAnswer { entry }))
}

impl From<SeeError> for Fault {
    fn from(error: SeeError) -> Self {
        match error {
            SeeError::Entry(rejection) => rejection.into(),
            SeeError::Store(error) => error.into(),
            SeeError::Unmarked(_) | SeeError::Own => {
                let text = error.text();
                Fault::input("", &text.zh, &text.en)
            }
        }
    }
}
