//! Certificates in the reader's words, and the form that asks for one.

use rongyi_core::time::LocalDate;
use rongyi_pages::{CaseField, CaseInput, CaseTone, DossierForm, DossierLink, DossierRow};
use rongyi_store::{CertificateState, StoredCertificate};
use serde::Deserialize;

use crate::activities::certificates::{Counted, proof_title};
use crate::activities::teams;
use crate::activities::web::form::{At, at};
use crate::door::fault::Fault;
use crate::door::visit::{Visit, day as shown_day};
use crate::earning;

/// What a form about a certificate sends; each uses what it needs.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    pub(super) key: String,
    #[serde(default)]
    pub(super) act: String,
    #[serde(default)]
    pub(super) resident: String,
    #[serde(default)]
    pub(super) from: String,
    #[serde(default)]
    pub(super) to: String,
    #[serde(default)]
    pub(super) reason: String,
}

pub(super) fn state_word(visit: &Visit, state: CertificateState) -> (String, CaseTone) {
    let (zh, en, tone) = match state {
        CertificateState::Asked => ("等核对", "to be checked", CaseTone::Waiting),
        CertificateState::Checked => ("核对了，等签发", "checked, to be signed", CaseTone::Waiting),
        CertificateState::Issued => ("有效", "valid", CaseTone::Done),
        CertificateState::Replaced => (
            "有了新版，这一版作废",
            "replaced by a later revision",
            CaseTone::Ended,
        ),
        CertificateState::Refused => ("没有开", "refused", CaseTone::Ended),
        CertificateState::Withdrawn => ("撤回了，无效", "withdrawn, not valid", CaseTone::Ended),
    };
    (visit.either(zh, en), tone)
}

pub(super) fn told_day(visit: &Visit, day: LocalDate) -> String {
    let (year, month, of_month) = day.parts();
    visit.either(
        &format!("{year}年{month}月{of_month}日"),
        &format!("{year}-{month:02}-{of_month:02}"),
    )
}

pub(super) fn period(visit: &Visit, days: (LocalDate, LocalDate)) -> String {
    let (from, to) = (told_day(visit, days.0), told_day(visit, days.1));
    visit.either(&format!("{from}至{to}"), &format!("{from} to {to}"))
}

pub(super) fn hours(visit: &Visit, minutes: i64) -> String {
    let (whole, rest) = (minutes.div_euclid(60), minutes.rem_euclid(60));
    if rest == 0 {
        return visit.either(&format!("{whole} 小时"), &format!("{whole} h"));
    }
    visit.either(
        &format!("{whole} 小时 {rest} 分钟"),
        &format!("{whole} h {rest} min"),
    )
}

fn day_field(name: &str, title: String, value: String) -> CaseField {
    CaseField {
        name: name.to_owned(),
        title,
        hint: String::new(),
        required: true,
        input: CaseInput::Day,
        value,
    }
}

/// The form that asks: from the beginning of the year to today unless something was typed.
pub(super) fn ask_form(visit: &Visit, action: String, sent: &Sent, office: bool) -> DossierForm {
    let t = |zh: &str, en: &str| visit.either(zh, en);
    let or = |typed: &str, day: LocalDate| {
        if typed.is_empty() {
            day.to_string()
        } else {
            typed.to_owned()
        }
    };
    let mut fields = Vec::new();
    if office {
        fields.push(CaseField {
            name: "resident".to_owned(),
            title: t("居民号码", "Resident number"),
            hint: String::new(),
            required: true,
            input: CaseInput::Number,
            value: sent.resident.clone(),
        });
    }
    fields.push(day_field(
        "from",
        t("从哪天", "From"),
        or(&sent.from, visit.today().year_start()),
    ));
    fields.push(day_field(
        "to",
        t("到哪天", "To"),
        or(&sent.to, visit.today()),
    ));
    DossierForm {
        act: "ask",
        action,
        title: if office {
            t("替人申请证明", "Ask for somebody")
        } else {
            t("申请一张证明", "Ask for a certificate")
        },
        about: t(
            "社区核对账上的时长，由另一位工作人员签发。",
            "The office checks the hours in the ledger; somebody else of them signs.",
        ),
        fields,
        button: t("申请", "Ask"),
        get: false,
        folded: true,
        main: true,
    }
}

pub(super) fn days_of(visit: &Visit, sent: &Sent) -> Result<(LocalDate, LocalDate), At> {
    let column = visit.either("哪天", "day");
    let from = earning::day(&sent.from, &column).map_err(at("from"))?;
    let to = earning::day(&sent.to, &column).map_err(at("to"))?;
    Ok((from, to))
}

pub(super) async fn row(
    visit: &Visit,
    one: &StoredCertificate,
    office: bool,
) -> Result<DossierRow, Fault> {
    let path = if office {
        format!("/certificates/{}", one.no)
    } else {
        format!("/me/certificates/{}", one.no)
    };
    let hours = hours(visit, one.minutes);
    let when = period(visit, one.days);
    let (title, note) = if office {
        let store = &visit.app.house.store;
        let person = store.resident_person(&visit.code, one.resident).await?;
        let name = person.map_or_else(|| one.resident.to_string(), |person| person.name);
        (
            format!("{name} {}", one.resident),
            format!("{when} · {hours}"),
        )
    } else {
        (when, hours)
    };
    Ok(DossierRow {
        href: Some(visit.path(&path)),
        title,
        note: match &one.number {
            Some(number) => format!("{note} · {number}"),
            None => note,
        },
        state: Some(state_word(visit, one.state)),
        bar: None,
    })
}

/// What is known of a revision, for whoever may see it.
pub(super) async fn facts(
    visit: &Visit,
    one: &StoredCertificate,
    counted: Option<&Counted>,
) -> Result<Vec<(String, String)>, Fault> {
    let store = &visit.app.house.store;
    let mut facts = Vec::new();
    let mut fact = |zh: &str, en: &str, told: String| {
        if !told.is_empty() {
            facts.push((visit.either(zh, en), told));
        }
    };
    let person = store.resident_person(&visit.code, one.resident).await?;
    let name = person.map_or_else(String::new, |person| person.name);
    fact("谁的", "Whose", format!("{name} {}", one.resident));
    fact("哪段日子", "Period", period(visit, one.days));
    fact("时长", "Hours", hours(visit, one.minutes));
    if let Some(counted) = counted {
        let frame = store.frame(&visit.code).await?;
        let title = |kind: &rongyi_core::ids::Code| {
            let plan = frame
                .as_ref()
                .and_then(|frame| frame.rule_for(kind, one.days.1));
            plan.map_or_else(|| kind.to_string(), |(_, plan)| visit.say(&plan.title))
        };
        let kinds = counted.kinds.iter().map(|(kind, minutes, times)| {
            let times = visit.either(&format!("{times} 次"), &format!("{times} times"));
            format!("{} {}（{times}）", title(kind), hours(visit, *minutes))
        });
        fact(
            "做了什么",
            "What was done",
            kinds.collect::<Vec<_>>().join("；"),
        );
        let proofs = counted.proofs.iter().map(|(proof, minutes)| {
            format!(
                "{} {}",
                visit.say(&proof_title(*proof)),
                hours(visit, *minutes)
            )
        });
        fact("凭证", "Proved", proofs.collect::<Vec<_>>().join("；"));
    }
    if let Some(team) = one.team {
        let team = teams::find(&visit.app.house, &visit.code, team).await?;
        fact("哪个队", "Team", team.words.title);
    }
    fact("编号", "Number", one.number.clone().unwrap_or_default());
    if one.revision > 1 {
        fact("第几版", "Revision", one.revision.to_string());
    }
    if let Some(by) = &one.checked_by {
        fact("核对", "Checked by", visit.actor(by).await);
    }
    if let Some(until) = one.notice_until {
        fact("公示到", "Notice until", told_day(visit, until));
    }
    if let Some((at, by)) = &one.issued {
        let on = visit.app.house.day_of(&visit.code, *at);
        let by = visit.actor(by).await;
        fact(
            "签发",
            "Signed",
            format!("{} · {by}", shown_day(on).short(visit.lang())),
        );
    }
    fact("原因", "Reason", one.told.clone());
    Ok(facts)
}

pub(super) fn file_links(visit: &Visit, base: &str, one: &StoredCertificate) -> Vec<DossierLink> {
    if one.statement.is_none() || one.state != CertificateState::Issued {
        return Vec::new();
    }
    let link = |end: &str, zh: &str, en: &str, main| DossierLink {
        href: visit.path(&format!("{base}/{}/{end}", one.no)),
        title: visit.either(zh, en),
        main,
    };
    vec![
        link(
            "certificate.pdf",
            "打开证明（PDF，可打印）",
            "The certificate as PDF",
            true,
        ),
        link(
            "certificate.json",
            "签名文件（离线核验用）",
            "The signed file, for checking offline",
            false,
        ),
    ]
}
