//! The fields of the form of a case: what an event's plan asks, and the questions of the kind. It decides nothing.

use std::collections::BTreeMap;

use rongyi_cases::kind::{AnswerKind, Question};
use rongyi_core::amount::Decimal;
use rongyi_core::chain::{Hash, hex};
use rongyi_core::rule::{Field, KindPlan};
use rongyi_pages::{CaseField, CaseInput};

use super::Side;
use crate::earning::form::{input_of, yes_no};

/// Answers shorter than this stand in one line.
pub(super) const LINE_MAX: u16 = 120;

/// What was typed.
#[derive(Debug, Default)]
pub(super) struct Typing {
    pub(super) key: String,
    pub(super) resident: String,
    pub(super) quantity: String,
    pub(super) on: String,
    pub(super) time: String,
    pub(super) fields: BTreeMap<String, String>,
    pub(super) answers: BTreeMap<String, String>,
    pub(super) photos: Vec<(String, Hash)>,
}

pub(super) fn written(units: i32, scale: u8) -> String {
    Decimal { units, scale }.to_string()
}

pub(super) fn claim_fields(side: &Side<'_>, plan: &KindPlan, typing: &Typing) -> Vec<CaseField> {
    let visit = side.visit;
    let unit = visit.say(&plan.unit);
    let range = (
        written(plan.quantity_min, plan.scale),
        written(plan.quantity_max, plan.scale),
    );
    let mut fields = vec![CaseField {
        name: "quantity".to_owned(),
        title: visit.either(&format!("多少（{unit}）"), &format!("How much ({unit})")),
        hint: visit.either(
            &format!("{} 到 {}", range.0, range.1),
            &format!("{} to {}", range.0, range.1),
        ),
        required: true,
        input: CaseInput::Number,
        value: typing.quantity.clone(),
    }];
    fields.extend(
        plan.fields
            .iter()
            .map(|field| plan_field(side, field, typing)),
    );
    fields.push(CaseField {
        name: "on".to_owned(),
        title: visit.either("哪一天", "On which day"),
        hint: String::new(),
        required: true,
        input: CaseInput::Day,
        value: typing.on.clone(),
    });
    fields.push(CaseField {
        name: "time".to_owned(),
        title: visit.either("几点开始", "From what time"),
        hint: String::new(),
        required: false,
        input: CaseInput::Time,
        value: typing.time.clone(),
    });
    fields
}

fn plan_field(side: &Side<'_>, field: &Field, typing: &Typing) -> CaseField {
    let visit = side.visit;
    let (input, hint) = input_of(visit, field);
    let value = typing.fields.get(field.name.as_str());
    CaseField {
        name: format!("field.{}", field.name),
        title: visit.say(&field.title),
        hint,
        required: field.required,
        input,
        value: value.cloned().unwrap_or_default(),
    }
}

/// A question of the kind.
pub(super) fn asked(side: &Side<'_>, question: &Question, typing: &Typing) -> CaseField {
    let visit = side.visit;
    let name = format!("q.{}", question.key);
    let (input, hint) = match &question.answer {
        AnswerKind::Text { max } if *max > LINE_MAX => (CaseInput::Long(*max), String::new()),
        AnswerKind::Text { max } => (CaseInput::Short(*max), String::new()),
        AnswerKind::Choice(all) => {
            let all = all
                .iter()
                .map(|(code, title)| (code.to_string(), visit.say(title)));
            (CaseInput::Choice(all.collect()), String::new())
        }
        AnswerKind::Number { scale, min, max } => {
            let (min, max) = (written(*min, *scale), written(*max, *scale));
            let hint = visit.either(&format!("{min} 到 {max}"), &format!("{min} to {max}"));
            (CaseInput::Number, hint)
        }
        AnswerKind::Day => (CaseInput::Day, String::new()),
        AnswerKind::YesNo => (yes_no(side.visit), String::new()),
        AnswerKind::Entry => (
            CaseInput::Number,
            visit.either(
                "打开存折，点那一行，上面写着第几笔。",
                "Open the passbook and touch the line: its number stands there.",
            ),
        ),
        AnswerKind::Photos { max } => {
            let mine = typing.photos.iter().filter(|(field, _)| *field == name);
            let kept = mine.map(|(_, digest)| hex(digest)).collect();
            let hint = visit.shell().t1("case-photos-hint", "max", i64::from(*max));
            (CaseInput::Photos { kept }, hint)
        }
    };
    let value = typing.answers.get(question.key.as_str());
    CaseField {
        name,
        title: visit.say(&question.title),
        hint,
        required: question.required,
        input,
        value: value.cloned().unwrap_or_default(),
    }
}
