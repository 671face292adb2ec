//! Certificates as files: the document to print, the signed file for checking offline, those of a team together, and the program
//! that checks without this one.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rongyi_certificates as paper;
use rongyi_core::ids::ResidentNo;
use rongyi_pages::Lang;
use rongyi_store::{CertificateState, StoredCertificate};

use super::own::own;
use crate::activities::ActivityError;
use crate::activities::certificates::{find, of_team, signed};
use crate::activities::web::site;
use crate::door::Kind;
use crate::door::asked::{No, Path, Seq};
use crate::door::fault::Fault;
use crate::door::visit::{Member, OnDuty, Visit};

/// The program that checks certificates without this one.
const CHECKER: &str = include_str!("../../../../../../config/check-certificate.py");

/// A file under a name of letters, digits and dashes.
fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Result<Response, Fault> {
    let shown = format!("inline; filename=\"{name}\"");
    let shown = HeaderValue::from_str(&shown).map_err(|_| Fault::not_found())?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, shown),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bytes).into_response())
}

/// Makes what takes a processor for a while where it holds up nobody.
async fn made<F>(make: F) -> Result<Vec<u8>, Fault>
where
    F: FnOnce() -> Result<Vec<u8>, paper::PdfError> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(make).await;
    let done = done.map_err(|error| ActivityError::Damaged(0, error.to_string()))?;
    Ok(done.map_err(|error| ActivityError::Damaged(0, error.to_string()))?)
}

/// Where the code on a paper leads: to the public page of its number.
fn address(
    visit: &Visit,
    headers: &HeaderMap,
) -> impl Fn(&paper::Signed) -> String + Send + 'static {
    let page = format!("{}{}", site(visit, headers), visit.path("/certificate"));
    move |signed| format!("{page}?number={}", signed.statement.number)
}

fn lang(visit: &Visit) -> paper::Lang {
    match visit.lang() {
        Lang::Zh => paper::Lang::Zh,
        Lang::En => paper::Lang::En,
    }
}

async fn document(
    (visit, headers): (&Visit, &HeaderMap),
    all: &[StoredCertificate],
    name: &str,
) -> Result<Response, Fault> {
    let mut certificates = Vec::new();
    for one in all {
        certificates.push(signed(one)?);
    }
    let (qr, lang) = (address(visit, headers), lang(visit));
    let bytes = made(move || paper::pdf(&certificates, &qr, lang)).await?;
    file("application/pdf", name, bytes)
}

fn json(one: &StoredCertificate) -> Result<Response, Fault> {
    let name = format!("{}.json", one.number.clone().unwrap_or_default());
    let bytes = one.statement.clone().ok_or_else(Fault::not_found)?;
    file("application/json", &name, bytes)
}

fn pdf_name(one: &StoredCertificate) -> String {
    format!("{}.pdf", one.number.clone().unwrap_or_default())
}

/// What holds of a certificate; what does not hold is not printed.
fn valid(one: StoredCertificate) -> Result<StoredCertificate, Fault> {
    if one.state == CertificateState::Issued && one.statement.is_some() {
        Ok(one)
    } else {
        Err(Fault::not_found())
    }
}

/// `GET /{community}/me/certificates/{no}/certificate.pdf`.
pub(crate) async fn own_pdf(
    member: Member,
    Path((_, Seq(no))): Path<(String, Seq)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let one = valid(own(&member, no).await?.0)?;
    let name = pdf_name(&one);
    document((&member.visit, &headers), &[one], &name).await
}

/// `GET /{community}/me/certificates/{no}/certificate.json`.
pub(crate) async fn own_json(
    member: Member,
    Path((_, Seq(no))): Path<(String, Seq)>,
) -> Result<Response, Fault> {
    json(&valid(own(&member, no).await?.0)?)
}

async fn of_office(duty: &OnDuty, no: u64) -> Result<StoredCertificate, Fault> {
    let visit = &duty.visit;
    let all = find(&visit.app.house, &visit.code, no).await?;
    let mut all = all.into_iter();
    let one = all.find(|one| one.state == CertificateState::Issued);
    let one = valid(one.ok_or_else(Fault::not_found)?)?;
    duty.reads(Kind::Identity, &[one.resident]).await?;
    Ok(one)
}

/// `GET /{community}/certificates/{no}/certificate.pdf`.
pub(crate) async fn pdf(
    duty: OnDuty,
    Path((_, Seq(no))): Path<(String, Seq)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let one = of_office(&duty, no).await?;
    let name = pdf_name(&one);
    document((&duty.visit, &headers), &[one], &name).await
}

/// `GET /{community}/certificates/{no}/certificate.json`.
pub(crate) async fn signed_file(
    duty: OnDuty,
    Path((_, Seq(no))): Path<(String, Seq)>,
) -> Result<Response, Fault> {
    json(&of_office(&duty, no).await?)
}

async fn all_of_team(duty: &OnDuty, team: u32) -> Result<Vec<StoredCertificate>, Fault> {
    let all = of_team(&duty.visit.app.house, &duty.visit.code, team).await?;
    if all.is_empty() {
        return Err(Fault::not_found());
    }
    let named: Vec<ResidentNo> = all.iter().map(|one| one.resident).collect();
    duty.reads(Kind::Identity, &named).await?;
    Ok(all)
}

/// `GET /{community}/volunteering/teams/{team}/certificates.pdf`.
pub(crate) async fn team_pdf(
    duty: OnDuty,
    Path((_, No(team))): Path<(String, No)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let all = all_of_team(&duty, team).await?;
    document((&duty.visit, &headers), &all, &format!("team-{team}.pdf")).await
}

/// `GET /{community}/volunteering/teams/{team}/certificates.zip`.
pub(crate) async fn team_zip(
    duty: OnDuty,
    Path((_, No(team))): Path<(String, No)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let mut certificates = Vec::new();
    for one in all_of_team(&duty, team).await? {
        certificates.push(signed(&one)?);
    }
    let (qr, lang) = (address(visit, &headers), lang(visit));
    let bytes = made(move || paper::bundle(&certificates, &qr, lang)).await?;
    file("application/zip", &format!("team-{team}.zip"), bytes)
}

/// `GET /check-certificate.py`.
pub(crate) async fn get_checker() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/x-python; charset=utf-8")];
    (kind, CHECKER).into_response()
}
