//! Many people from a sheet that is pasted or sent as a file: read, told row by row, and booked as it was told. Nothing is
//! kept here between the steps: the content travels with the form, bound to the plan by its digest.

use std::collections::BTreeSet;

use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rongyi_core::ids::ResidentNo;
use rongyi_core::{shown, typed};
use rongyi_pages::{
    FieldError, RowOutcome, SheetDoneView, SheetPlanView, SheetRow, SheetSlip, SheetView,
};
use rongyi_sheets::{Sheet, SheetError};

use super::listed::{hand, person_rows, printed};
use super::web::{titled, why};
use super::{Booked, Outcome, Plan, Planned, ROWS_MAX, SHEET_COLUMNS, TITLES, book, plan};
use crate::door::Kind;
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit};
use crate::earning::household_no;
use crate::people::Office;
use crate::people::accounts::by;
use crate::people::slip::{not_finished, site};

/// The longest text of a sheet in bytes: it travels twice with a form.
const TEXT_MAX: usize = 256 * 1024;

/// `GET /{community}/people/sheet`.
pub(crate) async fn show_sheet(OnDuty { visit, .. }: OnDuty) -> Response {
    Html(view(&visit, String::new(), Vec::new())).into_response()
}

fn view(visit: &Visit, text: String, errors: Vec<FieldError>) -> SheetView {
    SheetView {
        shell: visit.shell(),
        text,
        errors,
        rows_max: i64::try_from(ROWS_MAX).unwrap_or(i64::MAX),
    }
}

/// What the forms about a sheet send.
#[derive(Debug, Default)]
struct Sent {
    text: String,
    file: Vec<u8>,
    sheet: String,
    digest: String,
    untaken: bool,
    others: BTreeSet<u64>,
}

/// Reads a form of parts. The house bounds what a request may carry.
async fn sent(parts: Result<Multipart, MultipartRejection>) -> Result<Sent, Fault> {
    let mut parts = parts.map_err(|rejection| Fault::of_status(rejection.status()))?;
    let mut sent = Sent::default();
    loop {
        let part = parts.next_field().await;
        let Some(part) = part.map_err(|error| Fault::of_status(error.status()))? else {
            return Ok(sent);
        };
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await;
        let bytes = bytes.map_err(|error| Fault::of_status(error.status()))?;
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        match name.as_str() {
            "text" => sent.text = text(),
            "file" => sent.file = bytes.to_vec(),
            "sheet" => sent.sheet = text(),
            "digest" => sent.digest = text(),
            "untaken" => sent.untaken = text() != "0",
            "other" => sent.others.extend(text().parse::<u64>().ok()),
            _ => {}
        }
    }
}

/// A sheet that was read: how, its plan, and its text.
struct Looked {
    understood: String,
    plan: Plan,
    text: String,
}

/// Why a sheet can't be looked at.
enum Unread {
    /// What is wrong with it, and what is left of it as text.
    Told(String, String),
    /// Something else.
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for Unread {
    fn from(error: E) -> Self {
        Unread::Fault(error.into())
    }
}

/// Reads a sheet and says what its rows come to.
async fn look(duty: &OnDuty, bytes: Vec<u8>) -> Result<Looked, Unread> {
    let visit = &duty.visit;
    // A workbook is unpacked: that is no work for whoever answers others meanwhile.
    let read = tokio::task::spawn_blocking(move || Sheet::from_bytes(&bytes)).await;
    let read = read.map_err(|_| Fault::from(crate::access::recovery::RecoveryError::Stopping))?;
    let told = |text: &str, message| Unread::Told(message, text.to_owned());
    let sheet = read.map_err(|error| told("", unreadable(visit, &error)))?;
    let sheet = sheet.titled(TITLES);
    let text = sheet.text();
    if text.len() > TEXT_MAX {
        let message = visit.either(
            "这个表太大了，最多 256 KiB。请分几次登记。",
            "This sheet is too large: at most 256 KiB are read. Enrol in several parts.",
        );
        return Err(told("", message));
    }
    let rows = match sheet.rows(SHEET_COLUMNS) {
        Ok(rows) => rows.take(ROWS_MAX + 1).collect::<Vec<_>>(),
        Err(error) => return Err(told(&text, unreadable(visit, &error))),
    };
    if rows.len() > ROWS_MAX {
        let message = visit.either(
            &format!("一次最多 {ROWS_MAX} 行。请分几次登记。"),
            &format!("At most {ROWS_MAX} rows are enrolled at once. Enrol in several parts."),
        );
        return Err(told(&text, message));
    }
    if rows.is_empty() {
        let message = visit.either(
            "只有列名，下面还没有人。请把要登记的人写在列名下面，一人一行。",
            "There are column names and nobody below them. Write the people there, one a line.",
        );
        return Err(told(&text, message));
    }
    let actor = hand(&duty.staff);
    let office = Office {
        house: &visit.app.house,
        community: &visit.code,
        by: &actor,
    };
    Ok(Looked {
        understood: visit.say(&sheet.understood(SHEET_COLUMNS)),
        plan: plan(office, rows).await?,
        text,
    })
}

/// Why a sheet can't be read at all, in the reader's language.
fn unreadable(visit: &Visit, error: &SheetError) -> String {
    let columns = visit.either(
        "可以有的列：姓名、电话、编号、户号、户名、地址、未成年。",
        " The columns are: name, phone, resident, household, household_name, address, child.",
    );
    match error {
        SheetError::Header { zh, en, .. } => {
            let zh = zh.replace("“name”", "“姓名”");
            visit.either(
                &format!("第一行要写列名，一列一个：{zh}{columns}"),
                &format!("The first line names the columns: {en}{columns}"),
            )
        }
        SheetError::Empty { .. } => visit.either(
            &format!("表是空的，第一行要写列名。{columns}"),
            &format!("The sheet is empty; its first line names the columns.{columns}"),
        ),
        SheetError::Unreadable(_)
        | SheetError::NoFile
        | SheetError::TooLarge
        | SheetError::Encoding
        | SheetError::Spreadsheet(_) => error.to_string(),
    }
}

fn refused(visit: &Visit, text: String, message: String) -> Response {
    let errors = vec![FieldError {
        field: "text",
        message,
    }];
    let fault = Fault::input("", "", "");
    (fault.status, Html(view(visit, text, errors))).into_response()
}

/// `POST /{community}/people/sheet`: what every row comes to.
pub(crate) async fn look_at_sheet(
    duty: OnDuty,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let sent = sent(parts).await?;
    let bytes = if sent.file.is_empty() {
        sent.text.clone().into_bytes()
    } else {
        sent.file
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let message = visit.shell().t("sheet-empty");
        return Ok(refused(visit, sent.text, message));
    }
    match look(&duty, bytes).await {
        Ok(looked) => plan_page(&duty, looked, None).await,
        Err(Unread::Told(message, text)) => {
            // What was pasted stays, whatever became of the file.
            let kept = if text.is_empty() { sent.text } else { text };
            Ok(refused(visit, kept, message))
        }
        Err(Unread::Fault(fault)) => Err(fault),
    }
}

/// The page with every row; `changed` is what was pasted at first, where this is not what was shown before.
async fn plan_page(
    duty: &OnDuty,
    looked: Looked,
    changed: Option<String>,
) -> Result<Response, Fault> {
    let mut rows = Vec::new();
    for planned in &looked.plan.rows {
        rows.push(sheet_row(duty, planned).await?);
    }
    Ok(Html(SheetPlanView {
        shell: duty.visit.shell(),
        understood: looked.understood,
        rows,
        sheet: looked.plan.sheet(),
        digest: looked.plan.digest(),
        changed: changed.is_some(),
        text: changed.unwrap_or(looked.text),
    })
    .into_response())
}

async fn sheet_row(duty: &OnDuty, planned: &Planned) -> Result<SheetRow, Fault> {
    let visit = &duty.visit;
    let written = &planned.written;
    if planned.outcome == Outcome::Conflict
        && let Ok(resident) = crate::earning::resident_no(&written.resident)
    {
        // It says what is known of them.
        duty.reads(Kind::List, &[resident]).await?;
    }
    let household = match household_no(&written.household) {
        Ok(no) if written.household_name.is_empty() => visit.household_title(no).await?,
        Ok(no) => titled(visit, &written.household_name, no),
        Err(_) => written.household_name.clone(),
    };
    Ok(SheetRow {
        line: planned.line,
        outcome: match planned.outcome {
            Outcome::New => RowOutcome::New,
            Outcome::Known => RowOutcome::Known,
            Outcome::Conflict => RowOutcome::Conflict,
            Outcome::Bad => RowOutcome::Bad,
        },
        who: joined(&written.name, &written.phone),
        number: typed::number(&written.resident)
            .map_or_else(|| written.resident.clone(), |no| printed(ResidentNo(no))),
        proposed: planned.proposed,
        household: joined(&household, &written.address),
        new_household: planned.new_household,
        child: written.is_child(),
        why: why(visit, planned),
        alike: person_rows(duty, Kind::List, &planned.alike).await?,
    })
}

fn joined(first: &str, second: &str) -> String {
    let both = format!("{first} {second}");
    shown::short(both.trim(), 200).into_owned()
}

/// `POST /{community}/people/sheet/book`: what was shown is booked, and nothing else.
pub(crate) async fn book_sheet(
    duty: OnDuty,
    headers: HeaderMap,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let sent = sent(parts).await?;
    let looked = match look(&duty, sent.sheet.clone().into_bytes()).await {
        Ok(looked) => looked,
        Err(Unread::Told(message, _)) => return Ok(refused(visit, sent.text, message)),
        Err(Unread::Fault(fault)) => return Err(fault),
    };
    let known = looked.plan.of(Outcome::Known).count();
    if looked.plan.rows.len() == known {
        let done = done(visit, &headers, (Booked::default(), known));
        let text = if sent.untaken {
            sent.text
        } else {
            String::new()
        };
        return Ok(Html(SheetDoneView { text, ..done }).into_response());
    }
    if looked.plan.digest() != sent.digest {
        return plan_page(&duty, looked, Some(sent.text)).await;
    }
    let actor = hand(&duty.staff);
    let office = Office {
        house: &visit.app.house,
        community: &visit.code,
        by: &actor,
    };
    let key = visit.app.vault.secret();
    let booked = book(office, key, (&looked.plan, &sent.others), &by(&duty.staff)).await?;
    let known = known.saturating_add(usize::try_from(booked.added.known).unwrap_or(0));
    let mut view = done(visit, &headers, (booked, known));
    let rest = sent.untaken || !view.bad.is_empty() || !view.left_out.is_empty();
    if rest || !view.stopped.is_empty() {
        view.text = sent.text;
    }
    Ok(Html(view).into_response())
}

fn done(visit: &Visit, headers: &HeaderMap, (booked, known): (Booked, usize)) -> SheetDoneView {
    let slips = booked.added.secrets.into_iter().map(|first| SheetSlip {
        number: typed::number(&first.who).map_or(first.who, |no| printed(ResidentNo(no))),
        name: first.name,
        secret: first.secret,
    });
    let bad = booked.added.bad.iter();
    let stopped = booked.added.stopped.map(|stopped| {
        let told = not_finished(stopped);
        let then = visit.either(
            "下面有密码条的已经登记好了，其余的没有；过一会儿再看一次、再登记。",
            " Those with a slip below are enrolled, the others are not; look again in a while.",
        );
        format!("{}{then}", visit.say(&told.text))
    });
    SheetDoneView {
        shell: visit.shell(),
        slips: slips.collect(),
        known: i64::try_from(known).unwrap_or(i64::MAX),
        bad: bad.map(|bad| (bad.line, visit.say(&bad.text))).collect(),
        left_out: booked.left_out,
        stopped: stopped.unwrap_or_default(),
        text: String::new(),
        site: site(visit, headers),
        at: visit.moment(visit.app.house.clock.now()),
    }
}
