//! Certificates at the office: what waits, one of them with the hours as the ledger has them now, and what is done with it.

use axum::response::{IntoResponse, Response};
use rongyi_core::ids::ResidentNo;
use rongyi_pages::{
    CaseFault, CaseField, CaseInput, DossierForm, DossierLink, DossierList, DossierView,
};
use rongyi_store::{CertificateFilter, CertificateState, StoredCertificate};

use super::words::{Sent, ask_form, days_of, facts, file_links, hours, row, state_word};
use crate::activities::ActivityError;
use crate::activities::certificates::{self, Wish, is_alive};
use crate::activities::web::dossier::{blank, token, told};
use crate::activities::web::form::{At, at, input, line};
use crate::activities::web::{DoneQuery, wrong};
use crate::door::Kind;
use crate::door::asked::{Path, Seq, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::earning;

/// Certificates on the office's list.
const NEWEST: u32 = 200;

/// `GET /{community}/certificates`.
pub(crate) async fn list(duty: OnDuty) -> Result<Response, Fault> {
    let view = list_view(&duty, (&Sent::default(), Vec::new())).await?;
    Ok(Html(view).into_response())
}

async fn list_view(
    duty: &OnDuty,
    (sent, errors): (&Sent, Vec<CaseFault>),
) -> Result<DossierView, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let open = store
        .certificates(&visit.code, &CertificateFilter::Open)
        .await?;
    let newest = CertificateFilter::Newest(NEWEST);
    let newest = store.certificates(&visit.code, &newest).await?;
    let named: Vec<ResidentNo> = open.iter().chain(&newest).map(|one| one.resident).collect();
    duty.reads(Kind::Identity, &named).await?;
    let (mut waiting, mut ended) = (Vec::new(), Vec::new());
    for one in &open {
        waiting.push(row(visit, one, true).await?);
    }
    for one in newest.iter().filter(|one| !open.contains(one)) {
        ended.push(row(visit, one, true).await?);
    }
    let t = |zh: &str, en: &str| visit.either(zh, en);
    Ok(DossierView {
        home: "volunteering",
        back: Some(DossierLink {
            href: visit.path("/volunteering"),
            title: t("活动", "Activities"),
            main: false,
        }),
        title: t("时长证明", "Certificates of hours"),
        lists: vec![
            DossierList {
                title: t("等着办", "Waiting"),
                empty: t("没有等着办的。", "Nothing waits."),
                rows: waiting,
            },
            DossierList {
                title: t("办过的", "Done"),
                empty: t("还没有。", "None yet."),
                rows: ended,
            },
        ],
        forms: vec![ask_form(visit, visit.path("/certificates"), sent, true)],
        errors,
        ..blank(visit)
    })
}

/// `POST /{community}/certificates`: for somebody without a telephone.
pub(crate) async fn ask_for(duty: OnDuty, sent: Unread<Sent>) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    match asked_for(&duty, &sent).await {
        Ok(no) => Ok(go(&visit.path(&format!("/certificates/{no}?done=ask")))),
        Err((_, fault)) if !fault.status.is_client_error() => Err(fault),
        Err((field, fault)) => {
            let errors = wrong(visit, &format!("ask-{field}"), &fault);
            let view = list_view(&duty, (&sent, errors)).await?;
            Ok((fault.status, Html(view)).into_response())
        }
    }
}

async fn asked_for(duty: &OnDuty, sent: &Sent) -> Result<u64, At> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let resident = earning::resident_no(&sent.resident).map_err(at("resident"))?;
    let person = house.store.resident_person(&visit.code, resident).await;
    if person
        .map_err(|error| ("resident", Fault::from(error)))?
        .is_none()
    {
        let (zh, en) = (
            format!("没有 {resident} 号居民，请核对号码。"),
            format!("There is no resident {resident}; check the number."),
        );
        return Err(("resident", input(&zh, &en)));
    }
    let wish = Wish {
        resident,
        team: None,
        corrects: None,
        days: days_of(visit, sent)?,
        token: &token(&sent.key),
    };
    let asked = certificates::ask(house, &visit.code, &duty.actor(), &wish).await;
    asked
        .map(|(no, _)| no)
        .map_err(|error| ("from", error.into()))
}

/// `GET /{community}/certificates/{no}`.
pub(crate) async fn show(
    duty: OnDuty,
    Path((_, Seq(no))): Path<(String, Seq)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let done = match query.done.as_str() {
        "ask" => visit.either("申请好了。", "Asked for."),
        "check" => visit.either(
            "核对好了，请另一位同事签发。",
            "Checked; a colleague can sign it.",
        ),
        "issue" => visit.either("签发好了，可以打印了。", "Signed; it can be printed."),
        "end" => visit.either("办好了。", "Done."),
        _ => String::new(),
    };
    let view = view(&duty, no, (&Sent::default(), Vec::new())).await?;
    Ok(Html(DossierView { done, ..view }).into_response())
}

async fn view(
    duty: &OnDuty,
    no: u64,
    (sent, errors): (&Sent, Vec<CaseFault>),
) -> Result<DossierView, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let all = certificates::find(house, &visit.code, no).await?;
    let one = certificates::standing(&all).ok_or_else(Fault::not_found)?;
    duty.reads(Kind::Identity, &[one.resident]).await?;
    let counted = certificates::count(house, &visit.code, one.resident, one.days).await?;
    let mut told = Vec::new();
    if is_alive(one.state) && counted.minutes != one.minutes {
        let (now, then) = (hours(visit, counted.minutes), hours(visit, one.minutes));
        told.push(visit.either(
            &format!("账上现在是 {now}，这里写的是 {then}。"),
            &format!("The ledger has {now} now; here it says {then}."),
        ));
    }
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let forms = forms(visit, one, sent);
    let lists = others(visit, one, &all).await?;
    Ok(DossierView {
        home: "volunteering",
        back: Some(DossierLink {
            href: visit.path("/certificates"),
            title: t("时长证明", "Certificates"),
            main: false,
        }),
        title: t("时长证明", "Certificate of hours"),
        state: Some(state_word(visit, one.state)),
        told,
        facts: facts(visit, one, Some(&counted)).await?,
        links: file_links(visit, "/certificates", one),
        lists,
        forms,
        errors,
        ..blank(visit)
    })
}

/// What can be done with a certificate where it stands.
fn forms(visit: &Visit, one: &StoredCertificate, sent: &Sent) -> Vec<DossierForm> {
    let no = one.no;
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let form = |act, zh: &str, en: &str, fields, folded, main| DossierForm {
        act,
        action: visit.path(&format!("/certificates/{no}")),
        title: t(zh, en),
        about: String::new(),
        fields,
        button: t(zh, en),
        get: false,
        folded,
        main,
    };
    let reason = || CaseField {
        name: "reason".to_owned(),
        title: t("原因（本人会看到）", "The reason, which its holder reads"),
        hint: String::new(),
        required: true,
        input: CaseInput::Short(80),
        value: sent.reason.clone(),
    };
    match one.state {
        CertificateState::Asked => vec![
            form(
                "check",
                "时长对，核对通过",
                "The hours are right",
                Vec::new(),
                false,
                true,
            ),
            form(
                "end",
                "不开这张证明",
                "Refuse it",
                vec![reason()],
                true,
                false,
            ),
        ],
        CertificateState::Checked => vec![
            form("issue", "签发", "Sign it", Vec::new(), false, true),
            form(
                "check",
                "再核对一次",
                "Check it again",
                Vec::new(),
                false,
                false,
            ),
            form(
                "end",
                "不开这张证明",
                "Refuse it",
                vec![reason()],
                true,
                false,
            ),
        ],
        CertificateState::Issued => vec![
            form(
                "correct",
                "更正：按现在的账重新开一版",
                "Correct it: a new revision",
                Vec::new(),
                false,
                false,
            ),
            form(
                "end",
                "撤回这张证明",
                "Withdraw it",
                vec![reason()],
                true,
                false,
            ),
        ],
        CertificateState::Replaced | CertificateState::Refused | CertificateState::Withdrawn => {
            Vec::new()
        }
    }
}

/// The other revisions.
async fn others(
    visit: &Visit,
    one: &StoredCertificate,
    all: &[StoredCertificate],
) -> Result<Vec<DossierList>, Fault> {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let mut rows = Vec::new();
    let other = |older: &&StoredCertificate| older.revision != one.revision;
    for older in all.iter().filter(other) {
        let mut line = row(visit, older, true).await?;
        line.href = None;
        line.title = t(
            &format!("第 {} 版", older.revision),
            &format!("Revision {}", older.revision),
        );
        rows.push(line);
    }
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![DossierList {
        title: t("其他版本", "Other revisions"),
        empty: String::new(),
        rows,
    }])
}

/// `POST /{community}/certificates/{no}`.
pub(crate) async fn step(
    duty: OnDuty,
    Path((_, Seq(no))): Path<(String, Seq)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    match done_with(&duty, no, &sent).await {
        Ok(done) => Ok(go(&visit.path(&format!("/certificates/{no}?done={done}")))),
        Err(wrong) => {
            let (fault, errors) = told(visit, &sent.act, wrong)?;
            let view = view(&duty, no, (&sent, errors)).await?;
            Ok((fault.status, Html(view)).into_response())
        }
    }
}

async fn done_with(duty: &OnDuty, no: u64, sent: &Sent) -> Result<&'static str, At> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let told = |field: &'static str| move |error: ActivityError| (field, Fault::from(error));
    match sent.act.as_str() {
        "check" => {
            let checked = certificates::check(house, &visit.code, &duty.staff, no).await;
            checked.map(|()| "check").map_err(told(""))
        }
        "issue" => {
            let secret = visit.app.vault.secret();
            let place = (&visit.code, secret.as_slice());
            let issued = certificates::issue(house, place, &duty.staff, no).await;
            issued.map(|()| "issue").map_err(told(""))
        }
        "end" => {
            let reason = line(&sent.reason).map_err(|fault| ("reason", fault))?;
            let ended = certificates::end(house, &visit.code, &duty.staff, (no, &reason)).await;
            ended.map(|()| "end").map_err(told("reason"))
        }
        "correct" => {
            let all = certificates::find(house, &visit.code, no)
                .await
                .map_err(told(""))?;
            let one = certificates::standing(&all);
            let one = one.ok_or_else(|| ("", Fault::not_found()))?;
            if one.state != CertificateState::Issued {
                return Err((
                    "",
                    input("这张证明现在不能更正。", "It cannot be corrected now."),
                ));
            }
            let wish = Wish {
                resident: one.resident,
                team: one.team,
                corrects: Some(no),
                days: one.days,
                token: &token(&sent.key),
            };
            let asked = certificates::ask(house, &visit.code, &duty.actor(), &wish).await;
            asked.map(|_| "ask").map_err(told(""))
        }
        _ => Err(("", Fault::not_found())),
    }
}
