//! The pages of merchants: the list, enrolling one, one merchant with what it offers, and its months. Whoever works for a merchant
//! sees that one and no other.

mod forms;
mod months;
mod one;

use axum::response::{IntoResponse, Response};
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_pages::{CaseFault, CaseTone, DossierLink, DossierList, DossierRow, DossierView};
use rongyi_store::StoredMerchant;

pub(crate) use months::{get_statement_csv, get_statement_sheet, show_statement, sign_statement};
pub(crate) use one::{change, manage, show_end, show_merchant};

use self::forms::{Sent, enrol_form};
use super::{PartnerError, Wish, enrol};
use crate::access::{AccessError, random};
use crate::door::asked::Unread;
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::redemption::whose::Merchants;

/// A field and what is wrong with it; no field for the form as a whole.
type At = (&'static str, Fault);

/// A page with nothing on it.
fn blank(visit: &Visit) -> DossierView {
    DossierView {
        home: "merchants",
        ..DossierView::blank(visit.shell(), hex(&random::<16>()))
    }
}

/// What was wrong with a form of this act, for its page; what no page can say is handed on.
fn told(visit: &Visit, act: &str, (field, fault): At) -> Result<(Fault, Vec<CaseFault>), Fault> {
    if !fault.status.is_client_error() || fault.code == "not-found" {
        return Err(fault);
    }
    let field = match field {
        "" => act.to_owned(),
        field => format!("{act}-{field}"),
    };
    let message = visit.say(&fault.text);
    Ok((fault, vec![CaseFault { field, message }]))
}

/// A fault at the field that a refusal is about.
fn at_field(error: PartnerError) -> At {
    let field = match &error {
        PartnerError::Refused(refusal) => match refusal.code {
            "merchant.code" | "merchant.taken" | "offer.code" | "offer.taken" => "code",
            _ => "",
        },
        PartnerError::Unknown | PartnerError::Store(_) | PartnerError::Clerk(_) => "",
    };
    (field, error.into())
}

/// The merchant of an address, for those whose business it is.
async fn own(duty: &OnDuty, code: &str) -> Result<StoredMerchant, Fault> {
    let code: Code = code.parse().map_err(|_| Fault::not_found())?;
    if duty.merchant().await?.is_some_and(|own| own != code) {
        return Err(AccessError::Forbidden.into());
    }
    let visit = &duty.visit;
    Ok(super::find(&visit.app.house, &visit.code, &code).await?)
}

fn state(visit: &Visit, merchant: &StoredMerchant) -> (String, CaseTone) {
    match &merchant.ended {
        None => (visit.either("在用", "open"), CaseTone::Done),
        Some(_) => (visit.either("已停用", "ended"), CaseTone::Ended),
    }
}

/// `GET /{community}/merchants`.
pub(crate) async fn list_merchants(duty: OnDuty) -> Result<Response, Fault> {
    let visit = &duty.visit;
    if let Some(own) = duty.merchant().await? {
        return Ok(go(&visit.path(&format!("/merchants/{own}"))));
    }
    let merchants = Merchants::of(&visit.app.house.store, &visit.code).await?;
    let rows = merchants.all().iter().map(|one| DossierRow {
        href: Some(visit.path(&format!("/merchants/{}", one.code))),
        title: visit.say(&one.title),
        note: one.place.clone(),
        state: Some(state(visit, one)),
        bar: None,
    });
    let rows = rows.collect();
    Ok(Html(DossierView {
        title: visit.either("商家", "Merchants"),
        sub: visit.either(
            "商家拿自己的东西换居民的积分，社区按月和它结算。",
            "Merchants hand their own goods over for residents’ points; the community settles with them month by month.",
        ),
        links: vec![DossierLink {
            href: visit.path("/merchants/new"),
            title: visit.either("登记一个商家", "Enrol a merchant"),
            main: true,
        }],
        lists: vec![DossierList {
            title: visit.either("登记过的商家", "Those enrolled"),
            empty: visit.either("还没有登记商家。", "No merchant is enrolled yet."),
            rows,
        }],
        ..blank(visit)
    })
    .into_response())
}

fn new_view(visit: &Visit, sent: &Sent, errors: Vec<CaseFault>) -> DossierView {
    DossierView {
        back: Some(DossierLink {
            href: visit.path("/merchants"),
            title: visit.either("商家", "Merchants"),
            main: false,
        }),
        title: visit.either("登记一个商家", "Enrol a merchant"),
        sub: visit.either(
            "登记以后，再给它上架优惠、登记它的人。",
            "Then put up what it offers, and enrol who works there.",
        ),
        forms: vec![enrol_form(visit, sent)],
        errors,
        ..blank(visit)
    }
}

/// `GET /{community}/merchants/new`.
pub(crate) async fn show_new(duty: OnDuty) -> Response {
    Html(new_view(&duty.visit, &Sent::default(), Vec::new())).into_response()
}

async fn enrolled(duty: &OnDuty, sent: &Sent) -> Result<Code, At> {
    let visit = &duty.visit;
    let zh = forms::line("zh", &sent.zh)?;
    let en = forms::or_same(&zh, forms::optional("en", &sent.en)?);
    let wish = Wish {
        code: sent.code.clone(),
        title: Text { zh, en },
        place: forms::line("place", &sent.place)?,
        phone: forms::optional("phone", &sent.phone)?,
    };
    let by = duty.actor().code();
    let code = enrol(&visit.app.house, &visit.code, &wish, &by).await;
    code.map_err(at_field)
}

/// `POST /{community}/merchants/new`.
pub(crate) async fn enrol_merchant(duty: OnDuty, sent: Unread<Sent>) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    match enrolled(&duty, &sent).await {
        Ok(code) => Ok(go(&visit.path(&format!("/merchants/{code}?done=new")))),
        Err(wrong) => {
            let (fault, errors) = told(visit, "new", wrong)?;
            Ok((fault.status, Html(new_view(visit, &sent, errors))).into_response())
        }
    }
}
