//! How a field that a rule declares is asked in a form.

use rongyi_core::rule::{Field, FieldKind};
use rongyi_pages::CaseInput;

use crate::door::visit::Visit;

/// What can be written in it, and what is said below it.
pub(crate) fn input_of(visit: &Visit, field: &Field) -> (CaseInput, String) {
    match &field.kind {
        FieldKind::Integer { min, max } => (
            CaseInput::Number,
            visit.either(&format!("{min} 到 {max}"), &format!("{min} to {max}")),
        ),
        FieldKind::Decimal(scale) => (
            CaseInput::Number,
            visit.either(
                &format!("最多 {scale} 位小数"),
                &format!("at most {scale} decimal places"),
            ),
        ),
        FieldKind::Choice(all) => {
            let all = all
                .iter()
                .map(|(code, title)| (code.to_string(), visit.say(title)));
            (CaseInput::Choice(all.collect()), String::new())
        }
        FieldKind::YesNo => (yes_no(visit), String::new()),
        FieldKind::Day => (CaseInput::Day, String::new()),
    }
}

/// Yes or no.
pub(crate) fn yes_no(visit: &Visit) -> CaseInput {
    CaseInput::Choice(vec![
        ("yes".to_owned(), visit.either("是", "Yes")),
        ("no".to_owned(), visit.either("否", "No")),
    ])
}
