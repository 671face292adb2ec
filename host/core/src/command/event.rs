//! Why an event cannot be decided on the day it names: rules, times, places of a number, people who are gone.
//! Sentences and stable codes only; the order of checks stands in `book/earning`.

use crate::ids::{Code, ResidentNo};
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
    /// It is dated today, but later than now.
    TimeFuture {
        /// Its minute of the day.
        minute: u16,
        /// The minute it is now.
        now: u16,
    },
    /// A minute that no day has.
    TimeRange {
        /// The minute.
        minute: u16,
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
        /// The event's day, whose rules count so.
        on: LocalDate,
    },
    /// The data of this person were erased.
    ResidentErased {
        /// Who.
        resident: ResidentNo,
    },
}

fn clock(minute: u16) -> String {
    format!(
        "{:02}:{:02}",
        minute.checked_div(60).unwrap_or_default(),
        minute.checked_rem(60).unwrap_or_default()
    )
}

impl EventRejection {
    /// The stable code of the API.
    pub fn code(&self) -> &'static str {
        match self {
            EventRejection::KindNotActive { .. } => "kind.not-active",
            EventRejection::TimeFuture { .. } => "date.future",
            EventRejection::TimeRange { .. } => "date.form",
            EventRejection::TimeMissing { .. } => "time.missing",
            EventRejection::QuantityPlaces { .. } => "quantity.places",
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
            EventRejection::TimeFuture { minute, now } => {
                let (minute, now) = (clock(*minute), clock(*now));
                (
                    format!(
                        "时间 {minute} 还没有到，现在是 {now}。请改成已经发生的时间；说不准时间就只写日期。"
                    ),
                    format!(
                        "The time {minute} lies in the future; it is {now} now. Give the time at which it happened, or the date alone."
                    ),
                )
            }
            EventRejection::TimeRange { minute } => (
                format!("一天里没有第 {minute} 分钟：时间写 00:00 到 23:59。"),
                format!("No day has a minute {minute}; a time is 00:00 to 23:59."),
            ),
            EventRejection::TimeMissing { kind } => (
                format!("“{kind}”要写几点几分，例如 2026-11-20T09:20。请补上时间。"),
                format!("“{kind}” needs the time of day, such as 2026-11-20T09:20. Add it."),
            ),
            EventRejection::QuantityPlaces {
                quantity,
                scale: 0,
                on,
            } => (
                format!("数量“{quantity}”不能有小数：{on} 的规则只数整数。"),
                format!(
                    "The quantity “{quantity}” has a fraction; the rules of {on} count whole ones."
                ),
            ),
            EventRejection::QuantityPlaces {
                quantity,
                scale,
                on,
            } => (
                format!("数量“{quantity}”的小数太多：{on} 的规则最多数 {scale} 位小数。"),
                format!(
                    "The quantity “{quantity}” is too fine; the rules of {on} count to {scale} decimal places."
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
