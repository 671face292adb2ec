//! The public page of a number: whether it is right, for which days, how many hours; not whose.

use axum::response::{IntoResponse, Response};
use rongyi_pages::{CaseField, CaseInput, DossierForm, DossierList, DossierRow, DossierView};
use serde::Deserialize;

use super::words::{hours, period, state_word, told_day};
use crate::activities::certificates;
use crate::activities::web::dossier::blank;
use crate::door::asked::Typed;
use crate::door::fault::Fault;
use crate::door::visit::{Html, Visit};

/// What is typed to check a number.
#[derive(Debug, Deserialize)]
pub(crate) struct NumberQuery {
    #[serde(default)]
    number: String,
}

/// `GET /{community}/certificate`: the number is in the address, so that the code on the paper leads here.
pub(crate) async fn verify(
    visit: Visit,
    Typed(query): Typed<NumberQuery>,
) -> Result<Response, Fault> {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let house = &visit.app.house;
    let secret = visit.app.vault.secret();
    let place = (&visit.code, secret.as_slice());
    let typed = query.number.trim();
    let found = if typed.is_empty() {
        None
    } else {
        certificates::of_number(house, place, typed).await?
    };
    let key = certificates::key(&visit.code, &secret)?;
    let mut facts = Vec::new();
    let mut told = Vec::new();
    let mut state = None;
    if let Some(one) = &found {
        state = Some(state_word(&visit, one.state));
        let number = one.number.clone().unwrap_or_default();
        facts.push((t("编号", "Number"), number));
        facts.push((t("哪段日子", "Period"), period(&visit, one.days)));
        facts.push((t("时长", "Hours"), hours(&visit, one.minutes)));
        facts.push((t("第几版", "Revision"), one.revision.to_string()));
        if let Some((at, _)) = &one.issued {
            let on = house.day_of(&visit.code, *at);
            facts.push((t("签发", "Signed"), told_day(&visit, on)));
        }
        told.push(t(
            "这里不写姓名：请和纸上的日子、时长对一对，一样才是真的。",
            "No name stands here: compare period and hours with the paper; only when they are the same it is genuine.",
        ));
    } else if !typed.is_empty() {
        told.push(t(
            "本社区没有开过这个编号的证明。请核对编号，中间的短横可以不写。",
            "This community issued no certificate with this number. Check it; the dashes may be left out.",
        ));
    }
    let offline = DossierList {
        title: t("没有网络时", "Without the network"),
        empty: String::new(),
        rows: vec![
            DossierRow {
                title: t(
                    "本社区的公钥（请先抄下来）",
                    "This community’s public key, to be noted down beforehand",
                ),
                note: key.public().to_string(),
                ..DossierRow::default()
            },
            DossierRow {
                href: Some("/check-certificate.py".to_owned()),
                title: t("离线核验的小程序", "The program for checking offline"),
                ..DossierRow::default()
            },
        ],
    };
    let form = DossierForm {
        act: "verify",
        action: visit.path("/certificate"),
        title: String::new(),
        about: String::new(),
        fields: vec![CaseField {
            name: "number".to_owned(),
            title: t("证明编号", "The certificate’s number"),
            hint: String::new(),
            required: true,
            input: CaseInput::Short(40),
            value: typed.to_owned(),
        }],
        button: t("查一查", "Look it up"),
        get: true,
        folded: false,
        main: true,
    };
    Ok(Html(DossierView {
        title: t("核验时长证明", "Check a certificate of hours"),
        sub: t(
            "纸上的编号在这里查；没有网络时，用签名文件和公钥也能核对。",
            "Type the number on the paper. Offline, the signed file and the public key prove it as well.",
        ),
        state,
        told,
        facts,
        forms: vec![form],
        lists: vec![offline],
        ..blank(&visit)
    })
    .into_response())
}
