//! Why an event cannot be decided on the day it names: rules, times, places of a number, people who are gone.
//! Sentences and stable codes only; the order of checks stands in `book/award`.

use super::Rejection;
use crate::ids::{Code, ResidentNo};
use crate::rule::Text;
use crate::time::LocalDate;

/// The input was refused before anything was decided; nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventRejection {
    /// The kind has a rule, but not on this day.
    KindNotActive {
        /// Which kind.
        kind: Code,
        /// The event's day.
        on: LocalDate,
        /// The first later day for which it has a rule.
        first: Option<LocalDate>,
        /// The last earlier day, where no later one comes.
        last: Option<LocalDate>,
    },
    /// Its kind needs the time of day.
    TimeMissing {
        /// Which kind.
        kind: Code,
    },
    /// The number has more decimal places than its kind counts on that day.
    QuantityPlaces {
        /// As written.
        quantity: String,
        /// How many places there are.
        scale: u8,
        /// What is counted.
        unit: Text,
    },
    /// Its kind needs more people who agree.
    AgreedByFew {
        /// Which kind.
        kind: Code,
        /// How many it needs.
        needs: u16,
        /// How many different people agreed.
        has: u16,
    },
    /// Its doer, or somebody of the doer's household, is among those who agreed.
    AgreedByOwn {
        /// Which kind.
        kind: Code,
    },
    /// The data of this person were erased.
    ResidentErased {
        /// Who.
        resident: ResidentNo,
    },
}

impl From<EventRejection> for Rejection {
    fn from(rejection: EventRejection) -> Self {
        Rejection::Event(rejection)
    }
}

impl EventRejection {
    /// The stable code of the API.
    pub fn code(&self) -> &'static str {
        match self {
            EventRejection::KindNotActive { .. } => "kind.not-active",
            EventRejection::TimeMissing { .. } => "time.missing",
            EventRejection::QuantityPlaces { .. } => "quantity.places",
            EventRejection::AgreedByFew { .. } => "event.agreed-few",
            EventRejection::AgreedByOwn { .. } => "event.agreed-own",
            EventRejection::ResidentErased { .. } => "resident.erased",
        }
    }

    pub(super) fn both(&self) -> (String, String) {
        match self {
            EventRejection::KindNotActive {
                kind,
                on,
                first,
                last,
            } => not_active(kind, *on, (*first, *last)),
            EventRejection::TimeMissing { kind } => (
                format!("“{kind}”要写几点几分，例如 2026-11-20T09:20。请补上时间。"),
                format!("“{kind}” needs the time of day, such as 2026-11-20T09:20. Add it."),
            ),
            EventRejection::QuantityPlaces {
                quantity,
                scale: 0,
                unit,
            } => (
                format!(
                    "数量“{quantity}”不能有小数：这一类按{}计，只数整数。",
                    unit.zh
                ),
                format!(
                    "The quantity “{quantity}” has a fraction; this kind counts whole {}.",
                    unit.en
                ),
            ),
            EventRejection::QuantityPlaces {
                quantity,
                scale,
                unit,
            } => (
                format!(
                    "数量“{quantity}”的小数太多：这一类按{}计，最多 {scale} 位小数。",
                    unit.zh
                ),
                format!(
                    "The quantity “{quantity}” is too fine; this kind counts {} to {scale} decimal places.",
                    unit.en
                ),
            ),
            EventRejection::AgreedByFew { kind, needs, has } => (
                format!(
                    "“{kind}”要 {needs} 个人同意才能入账，现在有 {has} 个。请作为办件（申报、扣分）提出，由别的同事核对。"
                ),
                format!(
                    "“{kind}” is booked when {needs} people agreed; {has} did. Open it as a case (a claim, a deduction), so that colleagues look at it."
                ),
            ),
            EventRejection::AgreedByOwn { kind } => (
                format!("“{kind}”不能由本人或同户的人同意。请别户的同事来核对。"),
                format!(
                    "“{kind}” cannot be agreed to by the person it is about or their household. A colleague of another household looks at it."
                ),
            ),
            EventRejection::ResidentErased { resident } => (
                format!(
                    "{resident} 号居民的资料已经删除，不能再记新的事项。请核对号码；这个人回来了就重新登记一个号码。"
                ),
                format!(
                    "The data of resident {resident} were erased, so nothing new can be booked for this number. Check it; somebody who came back is enrolled under a new one."
                ),
            ),
        }
    }
}

fn not_active(
    kind: &Code,
    on: LocalDate,
    near: (Option<LocalDate>, Option<LocalDate>),
) -> (String, String) {
    match near {
        (Some(first), _) => (
            format!("“{kind}”从 {first} 起才有规则，{on} 的事项不能计分。"),
            format!("“{kind}” has a rule from {first} on; an event of {on} cannot be decided."),
        ),
        (None, Some(last)) => (
            format!(
                "“{kind}”的规则到 {last} 为止，{on} 的事项不能计分。要继续，请管理员在社区文件里写上新的规则。"
            ),
            format!(
                "“{kind}” had a rule until {last}; an event of {on} cannot be decided. To go on, the operator writes a new one in the community's file."
            ),
        ),
        (None, None) => (
            format!(
                "“{kind}”的规则已经从社区文件里拿掉了，{on} 的事项不能计分。要补记，请管理员写回那段规则，加上 active_until。"
            ),
            format!(
                "The rule for “{kind}” was taken out of the community's file; an event of {on} cannot be decided. To book late ones, the operator writes it back with active_until."
            ),
        ),
    }
}
