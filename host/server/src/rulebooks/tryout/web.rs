//! The page on which a council's secretary tries a rule book: a kind, a form, and what would be booked and why.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use rongyi_core::amount::Decimal;
use rongyi_core::chain::hex;
use rongyi_core::record::Record;
use rongyi_core::rule::{Field, KindPlan};
use rongyi_core::{book::Receipt, typed};
use rongyi_pages::{
    CaseFault, CaseField, CaseInput, CaseTone, DossierForm, DossierLink, DossierList, DossierRow,
    DossierView,
};
use serde::Deserialize;

use super::{Came, Rules, Tryout, open};
use crate::access::random;
use crate::door::asked::{Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit};
use crate::earning::api::{EventInput, Sender};
use crate::earning::form::input_of;
use crate::ledger::explain;
use crate::ledger::told::{breakdown, gains};

/// Which rules, and which kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    of: String,
    kind: String,
}

/// What the form sent.
#[derive(Debug, Default)]
struct Sent {
    of: String,
    kind: String,
    fields: BTreeMap<String, String>,
}

impl Sent {
    fn of(pairs: Vec<(String, String)>) -> Sent {
        let mut sent = Sent::default();
        for (name, value) in pairs {
            let value = value.trim().to_owned();
            match name.as_str() {
                "of" => sent.of = value,
                "kind" => sent.kind = value,
                "act" | "key" => {}
                _ => drop(sent.fields.insert(name, value)),
            }
        }
        sent
    }

    fn get(&self, name: &str) -> String {
        self.fields.get(name).cloned().unwrap_or_default()
    }

    fn event(&self) -> Result<EventInput, Fault> {
        let own = self.fields.iter().filter_map(|(name, value)| {
            let name = name.strip_prefix("field.")?;
            (!value.is_empty()).then(|| (name.to_owned(), value.clone()))
        });
        let resident = crate::earning::resident_no(&typed::canonical(&self.get("resident")))?;
        Ok(EventInput {
            kind: self.kind.clone(),
            resident: resident.0,
            roles: BTreeMap::new(),
            quantity: self.get("quantity"),
            occurred_at: self.get("on"),
            fields: own.collect(),
            source: None,
            external_ref: None,
            note: None,
            replaces: None,
        })
    }
}

fn rules_of(word: &str) -> Rules {
    match word {
        "saved" => Rules::Saved,
        _ => Rules::InForce,
    }
}

/// `GET /{community}/operator/try`; with `?kind=` the form of that kind.
pub(crate) async fn show_try(duty: OnDuty, Typed(asked): Typed<Asked>) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let tryout = open(&visit.app.house, &visit.code, rules_of(&asked.of)).await?;
    let kinds = tryout.kinds();
    let chosen = kinds.iter().find(|kind| kind.code.as_str() == asked.kind);
    let Some(kind) = chosen else {
        return Ok(Html(choose(visit, &asked.of, &kinds)).into_response());
    };
    let one = kind.quantity_min == kind.quantity_max;
    let mut fields = BTreeMap::from([("on".to_owned(), visit.today().to_string())]);
    if one {
        fields.insert("quantity".to_owned(), least(kind));
    }
    let sent = Sent {
        of: asked.of,
        kind: asked.kind,
        fields,
    };
    Ok(Html(page(visit, kind, &sent)).into_response())
}

/// `POST /{community}/operator/try`.
pub(crate) async fn try_event(
    duty: OnDuty,
    pairs: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let sent = Sent::of(pairs.form().await?);
    let tryout = open(&visit.app.house, &visit.code, rules_of(&sent.of)).await?;
    let kinds = tryout.kinds();
    let kind = kinds.iter().find(|kind| kind.code.as_str() == sent.kind);
    let kind = kind.ok_or_else(Fault::not_found)?;
    let by = Sender {
        house: &visit.app.house,
        code: &visit.code,
        actor: duty.actor().code(),
    };
    let came = match sent.event() {
        Ok(event) => tryout.ask(&by, &event).await,
        Err(fault) => Err(fault),
    };
    let view = page(visit, kind, &sent);
    match came {
        Ok(came) => Ok(Html(told(visit, &tryout, &came, view).await?).into_response()),
        Err(fault) if fault.status.is_client_error() && fault.detour.is_none() => {
            let errors = vec![CaseFault {
                field: format!("try{}", field_of(&fault.code)),
                message: visit.say(&fault.text),
            }];
            Ok((fault.status, Html(DossierView { errors, ..view })).into_response())
        }
        Err(fault) => Err(fault),
    }
}

/// Which field a fault is about.
fn field_of(code: &str) -> &'static str {
    match code {
        "resident.unknown" | "number.form" => "-resident",
        code if code.starts_with("quantity.") => "-quantity",
        code if code.starts_with("date.") => "-on",
        _ => "",
    }
}

fn least(kind: &KindPlan) -> String {
    let (units, scale) = (kind.quantity_min, kind.scale);
    Decimal { units, scale }.to_string()
}

fn blank(visit: &Visit) -> DossierView {
    DossierView {
        home: "operator",
        title: visit.either("试一件事", "Try one event"),
        sub: visit.either(
            "看规则会怎么算。什么都不会记账。",
            "See what the rules make of it. Nothing is booked.",
        ),
        ..DossierView::blank(visit.shell(), hex(&random::<16>()))
    }
}

/// Which rules are asked.
fn whose(visit: &Visit, of: &str) -> String {
    match rules_of(of) {
        Rules::InForce => visit.either("启用的规则", "The rules in force"),
        Rules::Saved => visit.either("改好还没启用的文件", "The saved file"),
    }
}

/// The kinds, and the way to the other rules.
fn choose(visit: &Visit, of: &str, kinds: &[KindPlan]) -> DossierView {
    let other = match rules_of(of) {
        Rules::InForce => "saved",
        Rules::Saved => "",
    };
    let row = |kind: &KindPlan| DossierRow {
        href: Some(visit.path(&format!("/operator/try?of={of}&kind={}", kind.code))),
        title: visit.say(&kind.title),
        note: kind.code.to_string(),
        ..DossierRow::default()
    };
    DossierView {
        back: Some(DossierLink {
            href: visit.path("/operator/rules"),
            title: visit.either("规则", "Rules"),
            main: false,
        }),
        facts: vec![(visit.either("问的是", "Asked are"), whose(visit, of))],
        links: vec![DossierLink {
            href: visit.path(&format!("/operator/try?of={other}")),
            title: visit.either(
                &format!("改问：{}", whose(visit, other)),
                &format!("Ask instead: {}", whose(visit, other)),
            ),
            main: false,
        }],
        lists: vec![DossierList {
            title: visit.either("选一类事", "Choose a kind"),
            empty: visit.either("没有规则。", "There is no rule."),
            rows: kinds.iter().map(row).collect(),
        }],
        ..blank(visit)
    }
}

fn page(visit: &Visit, kind: &KindPlan, sent: &Sent) -> DossierView {
    let range = visit.either(
        &format!(
            "{} 到 {} {}",
            least(kind),
            most(kind),
            visit.say(&kind.unit)
        ),
        &format!(
            "{} to {} {}",
            least(kind),
            most(kind),
            visit.say(&kind.unit)
        ),
    );
    let plain = |name: &str, title: String, hint: String, input: CaseInput| CaseField {
        name: name.to_owned(),
        title,
        hint,
        required: true,
        input,
        value: sent.get(name),
    };
    let hidden = |name: &str, value: &str| CaseField {
        name: name.to_owned(),
        title: String::new(),
        hint: String::new(),
        required: false,
        input: CaseInput::Hidden,
        value: value.to_owned(),
    };
    let mut fields = vec![
        hidden("of", &sent.of),
        hidden("kind", &sent.kind),
        plain(
            "resident",
            visit.either("居民号码", "Resident's number"),
            visit.either(
                "用他现在的分数和次数来算",
                "Asked with what they have by now",
            ),
            CaseInput::Number,
        ),
        plain("quantity", visit.say(&kind.title), range, CaseInput::Number),
        plain(
            "on",
            visit.either("哪一天", "On which day"),
            String::new(),
            CaseInput::Day,
        ),
    ];
    let own = |field: &Field| {
        let name = format!("field.{}", field.name);
        let (input, hint) = input_of(visit, field);
        CaseField {
            value: sent.get(&name),
            name,
            title: visit.say(&field.title),
            hint,
            required: field.required,
            input,
        }
    };
    fields.extend(kind.fields.iter().map(own));
    DossierView {
        back: Some(DossierLink {
            href: visit.path(&format!("/operator/try?of={}", sent.of)),
            title: visit.either("选别的事", "Another kind"),
            main: false,
        }),
        title: visit.say(&kind.title),
        facts: vec![(visit.either("问的是", "Asked are"), whose(visit, &sent.of))],
        forms: vec![DossierForm {
            act: "try",
            action: visit.path("/operator/try"),
            title: visit.either("试一件事", "Try one event"),
            about: String::new(),
            fields,
            button: visit.either("算算看", "See what it comes to"),
            get: false,
            folded: false,
            main: true,
        }],
        ..blank(visit)
    }
}

fn most(kind: &KindPlan) -> String {
    let (units, scale) = (kind.quantity_max, kind.scale);
    Decimal { units, scale }.to_string()
}

/// What would be booked, and why.
async fn told(
    visit: &Visit,
    tryout: &Tryout,
    came: &Came,
    view: DossierView,
) -> Result<DossierView, Fault> {
    let receipt = match came {
        Ok(receipt) => receipt,
        Err(rejection) => {
            return Ok(DossierView {
                state: Some((visit.either("记不了", "can't be booked"), CaseTone::Ended)),
                told: vec![visit.say(&rejection.text())],
                ..view
            });
        }
    };
    if let Some(sentence) = refusal(visit, tryout, receipt) {
        return Ok(DossierView {
            state: Some((
                visit.either("规则不给", "the rule says no"),
                CaseTone::Ended,
            )),
            told: vec![sentence],
            ..view
        });
    }
    let (gains, asset) = gains(visit, receipt).await?;
    let (_, reasons) = breakdown(visit, &tryout.frame, receipt, asset);
    let list = |title, empty, rows| DossierList { title, empty, rows };
    let gained = gains.iter().map(|gain| DossierRow {
        title: format!("{} {}", gain.who, gain.change),
        ..DossierRow::default()
    });
    let why = reasons.iter().map(|reason| DossierRow {
        title: reason.text.clone(),
        note: reason.amount.map_or_else(String::new, |amount| {
            let plus = if amount > 0 { "+" } else { "" };
            format!("{plus}{amount}")
        }),
        ..DossierRow::default()
    });
    let waits = receipt.waiting().is_some();
    Ok(DossierView {
        state: Some(match waits {
            true => (
                visit.either("规则没有回答", "the rule gave no answer"),
                CaseTone::Ended,
            ),
            false => (visit.either("会这样记", "would be booked"), CaseTone::Done),
        }),
        lists: vec![
            list(
                visit.either("谁得多少", "Who gets what"),
                visit.either("谁也不得分。", "Nobody gets anything."),
                gained.collect(),
            ),
            list(
                visit.either("为什么", "Why"),
                visit.either("规则没有说。", "The rule does not say."),
                why.collect(),
            ),
        ],
        ..view
    })
}

fn refusal(visit: &Visit, tryout: &Tryout, receipt: &Receipt) -> Option<String> {
    receipt.records.iter().find_map(|record| {
        if let Record::Refused(set, _, refusal) = record {
            let plan = explain::plan_of(&tryout.frame, *set);
            let frame = Some(&tryout.frame);
            Some(explain::refusal(&plan, frame, refusal, visit.tongue()))
        } else {
            None
        }
    })
}
