//! One's own certificates: asked for, followed, taken home.

use axum::response::{IntoResponse, Response};
use rongyi_pages::{CaseFault, DossierForm, DossierLink, DossierList, DossierView};
use rongyi_store::{CertificateFilter, CertificateState, StoredCertificate};

use super::words::{Sent, ask_form, days_of, facts, file_links, row, state_word};
use crate::activities::certificates::{self, Wish};
use crate::activities::web::dossier::{blank, token};
use crate::activities::web::{DoneQuery, wrong};
use crate::door::asked::{Path, Seq, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, go};

/// `GET /{community}/me/certificates`.
pub(crate) async fn list_own(member: Member) -> Result<Response, Fault> {
    let view = own_view(&member, (&Sent::default(), Vec::new())).await?;
    Ok(Html(view).into_response())
}

async fn own_view(
    member: &Member,
    (sent, errors): (&Sent, Vec<CaseFault>),
) -> Result<DossierView, Fault> {
    let visit = &member.visit;
    let store = &visit.app.house.store;
    let filter = CertificateFilter::Of(member.me.resident);
    let all = store.certificates(&visit.code, &filter).await?;
    let mut rows = Vec::new();
    let mut seen = None;
    for one in &all {
        // The newest revision stands for all of them.
        if seen != Some(one.no) {
            rows.push(row(visit, one, false).await?);
        }
        seen = Some(one.no);
    }
    let t = |zh: &str, en: &str| visit.either(zh, en);
    Ok(DossierView {
        home: "home",
        back: Some(DossierLink {
            href: visit.path("/me/hours"),
            title: t("我的时长", "My hours"),
            main: false,
        }),
        title: t("我的时长证明", "My certificates"),
        sub: t(
            "签发以后可以打印，别人扫码就能核对真假。",
            "Once signed it can be printed, and anybody can check it by its code.",
        ),
        lists: vec![DossierList {
            title: t("申请过的", "Asked for"),
            empty: t("还没有申请过。", "None yet."),
            rows,
        }],
        forms: vec![DossierForm {
            folded: false,
            ..ask_form(visit, visit.path("/me/certificates"), sent, false)
        }],
        errors,
        ..blank(visit)
    })
}

/// `POST /{community}/me/certificates`.
pub(crate) async fn ask_own(member: Member, sent: Unread<Sent>) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &member.visit;
    let asked = match days_of(visit, &sent) {
        Ok(days) => {
            let wish = Wish {
                resident: member.me.resident,
                team: None,
                corrects: None,
                days,
                token: &token(&sent.key),
            };
            let house = &visit.app.house;
            let asked = certificates::ask(house, &visit.code, &member.actor(), &wish).await;
            asked.map_err(|error| ("from", Fault::from(error)))
        }
        Err(wrong) => Err(wrong),
    };
    match asked {
        Ok((no, _)) => Ok(go(&visit.path(&format!("/me/certificates/{no}?done=ask")))),
        Err((_, fault)) if !fault.status.is_client_error() => Err(fault),
        Err((field, fault)) => {
            let errors = wrong(visit, &format!("ask-{field}"), &fault);
            let view = own_view(&member, (&sent, errors)).await?;
            Ok((fault.status, Html(view)).into_response())
        }
    }
}

/// One's own certificate, and whether the office is correcting it; nobody else's. A revision that holds stands before one that is
/// only asked for.
pub(super) async fn own(member: &Member, no: u64) -> Result<(StoredCertificate, bool), Fault> {
    let visit = &member.visit;
    let all = certificates::find(&visit.app.house, &visit.code, no).await?;
    let shown = all
        .iter()
        .find(|one| one.state == CertificateState::Issued)
        .or(certificates::standing(&all));
    let shown = shown.filter(|one| one.resident == member.me.resident);
    let shown = shown.ok_or_else(Fault::not_found)?;
    let corrected = certificates::standing(&all).is_some_and(|one| one.revision > shown.revision);
    Ok((shown.clone(), corrected))
}

/// `GET /{community}/me/certificates/{no}`.
pub(crate) async fn show_own(
    member: Member,
    Path((_, Seq(no))): Path<(String, Seq)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let visit = &member.visit;
    let (one, corrected) = own(&member, no).await?;
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let forms = if certificates::may_take_back(&one, member.me.resident) {
        vec![DossierForm {
            act: "take-back",
            action: visit.path(&format!("/me/certificates/{no}")),
            title: String::new(),
            about: String::new(),
            fields: Vec::new(),
            button: t("不要了，撤回申请", "Take it back"),
            get: false,
            folded: false,
            main: false,
        }]
    } else {
        Vec::new()
    };
    let done = match query.done.as_str() {
        "ask" => t(
            "申请好了。社区核对、签发以后，回到这一页就能打印。",
            "Asked for. Once it is checked and signed it can be printed from this page.",
        ),
        _ => String::new(),
    };
    Ok(Html(DossierView {
        home: "home",
        back: Some(DossierLink {
            href: visit.path("/me/certificates"),
            title: t("我的时长证明", "My certificates"),
            main: false,
        }),
        title: t("时长证明", "Certificate of hours"),
        state: Some(state_word(visit, one.state)),
        done,
        told: if corrected {
            vec![t(
                "社区正在更正这张证明；新版签发以前，这一版还有效。",
                "The office is correcting this certificate; it holds until the new revision is signed.",
            )]
        } else {
            Vec::new()
        },
        facts: facts(visit, &one, None).await?,
        links: file_links(visit, "/me/certificates", &one),
        forms,
        ..blank(visit)
    })
    .into_response())
}

/// `POST /{community}/me/certificates/{no}`.
pub(crate) async fn take_back(
    member: Member,
    Path((_, Seq(no))): Path<(String, Seq)>,
) -> Result<Response, Fault> {
    let visit = &member.visit;
    let house = &visit.app.house;
    certificates::take_back(house, &visit.code, member.me.resident, no).await?;
    Ok(go(&visit.path("/me/certificates")))
}
