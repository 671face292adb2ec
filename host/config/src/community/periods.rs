//! `[period]`, or `[[period]]` where a community closes several: how long a period is and which rule is asked. A month
//! beside a year is closed by itself; two of one length would be two names of the same days.

use std::ops::Range;
use std::sync::Arc;

use rongyi_core::ids::Code;
use rongyi_core::period::PeriodLength;
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;

use crate::diagnostic::{Diagnostic, Source};
use crate::reader::{Field, both};

/// How a community closes its periods of one length.
#[derive(Debug, Clone)]
pub struct Closing {
    /// How long a period is.
    pub length: PeriodLength,
    /// The rule that is asked about every holder; without one a period is only sealed.
    pub rule: Option<Code>,
    /// The first period is the one that this day lies in; the community's own first day without it.
    pub active_from: Option<LocalDate>,
    rule_at: (Arc<Source>, Range<usize>),
}

impl Closing {
    /// A mistake in the name of the rule.
    pub fn rule_diagnostic(&self, code: &str, message: Text, help: Text) -> Diagnostic {
        Diagnostic::at(&self.rule_at.0, self.rule_at.1.clone(), code, message, help)
    }
}

/// The lengths as they are written.
const LENGTHS: [(&str, PeriodLength); 4] = [
    ("month", PeriodLength::Month),
    ("quarter", PeriodLength::Quarter),
    ("half-year", PeriodLength::HalfYear),
    ("year", PeriodLength::Year),
];

/// One table, or several; the shortest periods first.
pub(super) fn read(field: &Field<'_>) -> Vec<Closing> {
    if field.value.get_ref().is_table() {
        return one(field).into_iter().collect();
    }
    if !field.value.get_ref().is_array() {
        field.refuse(
            both(
                "多长是一期，要写成一段设置。",
                "How long a period is stands in a table.",
            ),
            both(
                "写 [period]，下面写 length = \"month\"；几种长短都要结的，每种写一段 [[period]]。",
                "Write [period] and below it length = \"month\"; where several lengths are closed, one [[period]] for each.",
            ),
        );
        return Vec::new();
    }
    let mut all: Vec<Closing> = Vec::new();
    for item in field.list().unwrap_or_default() {
        let Some(closing) = one(&item) else { continue };
        if all.iter().any(|other| other.length == closing.length) {
            item.refuse(
                both(
                    "同样长的期写了两次。",
                    "Periods of this length are written twice.",
                ),
                both(
                    "月、季度、半年、年各写一段 [[period]]；同样长的两种办法写进同一条结账规则的参数里。",
                    "Write one [[period]] each for months, quarters, half-years and years; what is done at the same time stands in the parameters of one rule.",
                ),
            );
            continue;
        }
        all.push(closing);
    }
    all.sort_by_key(|closing| closing.length);
    all
}

fn one(field: &Field<'_>) -> Option<Closing> {
    let table = field.table()?;
    let length = table.need("length").and_then(|f| f.one_of(&LENGTHS));
    let rule = table.get("rule");
    let rule_at = rule.as_ref().map_or(field.span(), Field::span);
    let rule = rule.and_then(|f| f.code());
    let active_from = table.get("active_from").and_then(|f| f.date());
    table.finish();
    Some(Closing {
        length: length?,
        rule,
        active_from,
        rule_at: (Arc::clone(&field.desk.source), rule_at),
    })
}
