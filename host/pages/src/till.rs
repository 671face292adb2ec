//! The counter: enter a code, look at the slip, hand over, and the large answer.
//! Settles nothing itself.

use askama::Template;

use crate::account::FieldError;
use crate::format::{self, Day, Moment};
use crate::shell::Shell;

/// `GET /{community}/till`. The form posts `code` to the same address.
#[derive(Debug, Clone, Template)]
#[template(path = "till.html")]
pub struct TillView {
    /// Around the page.
    pub shell: Shell,
    /// What was typed before.
    pub code: String,
    /// The merchant whose till it is; empty for the community's own.
    pub merchant: String,
    /// What was wrong with it (field `code`).
    pub errors: Vec<FieldError>,
    /// What waits and what was handed over.
    pub day: TillDay,
}

impl TillView {
    fn error(&self) -> Option<&str> {
        self.errors.first().map(|e| e.message.as_str())
    }
}

/// An order that waits to be collected.
#[derive(Debug, Clone)]
pub struct TillWaiting {
    /// Its number.
    pub no: u64,
    /// What is still to be handed over.
    pub title: String,
    /// Whose, masked.
    pub masked_name: String,
    /// The last day to pick it up.
    pub until: Day,
    /// How many days that is from today.
    pub days_left: i64,
}

/// Orders, pieces and points of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TillSums {
    /// Orders.
    pub orders: i64,
    /// Pieces.
    pub pieces: i64,
    /// Points.
    pub points: i64,
}

impl TillSums {
    fn say(&self, shell: &Shell) -> String {
        let parts = [
            shell.tn("till-sum-orders", self.orders),
            shell.tn("till-sum-pieces", self.pieces),
            shell.points(self.points),
        ];
        parts.join(" · ")
    }
}

/// How goods come back that were handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnWay {
    /// This reader takes them back.
    Here,
    /// This reader does, what was handed over today at their own till.
    Own,
    /// One of these does.
    Ask(Vec<String>),
}

/// The day of a till.
#[derive(Debug, Clone)]
pub struct TillDay {
    /// Orders that wait, those whose last day is nearest first; perhaps not all of them.
    pub waiting: Vec<TillWaiting>,
    /// How many wait.
    pub waiting_in_all: i64,
    /// For how many of them today is the last day.
    pub last_today: i64,
    /// What was handed over today, the newest first; perhaps not all of it.
    pub handed: Vec<TillLine>,
    /// How many hand-overs there were.
    pub handed_in_all: i64,
    /// What they add up to.
    pub out: TillSums,
    /// What came back today.
    pub back: Vec<TillLine>,
    /// What that adds up to.
    pub returned: TillSums,
    /// How goods come back.
    pub way: ReturnWay,
}

impl TillDay {
    fn is_here(&self) -> bool {
        self.return_path().is_some()
    }

    /// Where a return is sent, by whoever may.
    fn return_path(&self) -> Option<&'static str> {
        match &self.way {
            ReturnWay::Here => Some("/amend/reverse"),
            ReturnWay::Own => Some("/till/return"),
            ReturnWay::Ask(_) => None,
        }
    }

    /// Whom to ask, where this reader may not.
    fn ask(&self, shell: &Shell) -> String {
        match &self.way {
            ReturnWay::Here | ReturnWay::Own => String::new(),
            ReturnWay::Ask(names) if names.is_empty() => shell.t("till-return-office"),
            ReturnWay::Ask(names) => {
                let names = names.join(&shell.t("till-names"));
                shell.t1("till-return-ask", "names", names)
            }
        }
    }

    fn is_cut(&self) -> bool {
        let there = |lines: usize| i64::try_from(lines).unwrap_or(i64::MAX);
        there(self.waiting.len()) < self.waiting_in_all
            || there(self.handed.len()) < self.handed_in_all
    }

    fn until(&self, shell: &Shell, order: &TillWaiting) -> String {
        match order.days_left {
            ..=0 => shell.t("till-last-today"),
            1 => shell.t("till-last-tomorrow"),
            _ => shell.t1("home-waiting-until", "day", shell.day(order.until)),
        }
    }
}

/// `GET /{community}/till/day`: all of it, for printing.
#[derive(Debug, Clone, Template)]
#[template(path = "till_sheet.html")]
pub struct TillDayView {
    /// Around the page.
    pub shell: Shell,
    /// The day.
    pub day: TillDay,
    /// The merchant whose day it is; empty for the community's own.
    pub merchant: String,
    /// Which day it is.
    pub today: Day,
    /// When the shop is open; may be empty.
    pub shop_hours: String,
}

/// Something that went over the counter today.
#[derive(Debug, Clone)]
pub struct TillLine {
    /// What, with its quantity.
    pub title: String,
    /// Whose, masked: `陈*婆`.
    pub masked_name: String,
    /// When.
    pub at: Moment,
    /// The order's number.
    pub order: u64,
    /// The entry that booked it.
    pub entry: u64,
    /// Points that were spent on it, or came back.
    pub points: i64,
    /// Who booked it.
    pub by: String,
    /// The entry that took it back meanwhile.
    pub returned: Option<u64>,
    /// The idempotency key of taking it back.
    pub key: String,
}

impl TillLine {
    fn time(&self) -> String {
        format!("{:02}:{:02}", self.at.hour, self.at.minute)
    }
}

/// One item of a slip, with what is still to be handed over of it. Its number is posted as `pieces.{item}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TillPieces {
    /// The item's code.
    pub item: String,
    /// Its name, in the reader's language.
    pub title: String,
    /// Pieces that are still set aside, 1 or more.
    pub left: i64,
    /// Pieces that were handed over before.
    pub handed: i64,
}

/// The slip behind a code, before anything is handed over.
/// The form posts `key`, `code` and, where there is more than one piece, how many of each are handed over now to
/// `/{community}/till/{no}/settle`.
#[derive(Debug, Clone, Template)]
#[template(path = "till_check.html")]
pub struct TillCheckView {
    /// Around the page.
    pub shell: Shell,
    /// The order's number in its address.
    pub no: u64,
    /// The order's number as it is printed.
    pub reference: String,
    /// The code that was entered.
    pub code: String,
    /// The idempotency key of this hand-over.
    pub key: String,
    /// What is still to be handed over, item by item.
    pub pieces: Vec<TillPieces>,
    /// What all of it cost.
    pub total: i64,
    /// Whose, masked.
    pub masked_name: String,
    /// When it was ordered.
    pub placed_on: Day,
    /// The last day to pick it up.
    pub until: Day,
    /// What was wrong with the numbers (field `pieces`).
    pub errors: Vec<FieldError>,
}

impl TillCheckView {
    /// A single piece is handed over or not; only several can be parted.
    fn can_be_parted(&self) -> bool {
        self.pieces.iter().map(|piece| piece.left).sum::<i64>() > 1
    }

    fn error(&self) -> Option<&str> {
        self.errors.first().map(|e| e.message.as_str())
    }

    /// The first field is where an error leads to.
    fn field(&self, place: &usize) -> String {
        match place {
            0 => "field-pieces".to_owned(),
            place => format!("field-pieces-{place}"),
        }
    }
}

/// What the counter is told, large.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TillOutcome {
    /// Done now.
    HandedOver,
    /// A part is done now; the rest stays set aside.
    HandedPart {
        /// What stays, with its quantity.
        left: String,
        /// The last day to pick it up.
        until: Day,
        /// What was paid so far.
        paid: i64,
        /// What is still set aside.
        kept: i64,
    },
    /// Somebody was first.
    AlreadyHandedOver {
        /// When.
        at: Moment,
        /// Who handed it over.
        by: String,
    },
    /// Nobody came in time.
    TimedOut {
        /// When.
        at: Moment,
    },
    /// The resident or the office cancelled it.
    Cancelled {
        /// When.
        at: Moment,
    },
    /// It is another shop's to hand over.
    Elsewhere {
        /// Whose.
        title: String,
        /// Where that is, and whom to call; may be empty.
        place: String,
    },
    /// No order has this code.
    Unknown {
        /// What was entered.
        code: String,
    },
}

/// The item on the result page.
#[derive(Debug, Clone)]
pub struct TillItem {
    /// What, with its quantity.
    pub title: String,
    /// Whose, masked.
    pub masked_name: String,
    /// The order's number as it is printed.
    pub reference: String,
    /// The entry that handed it over, where this very request did: what a return is booked against.
    pub entry: Option<u64>,
}

/// After a code was entered or a slip handed over.
#[derive(Debug, Clone, Template)]
#[template(path = "till_result.html")]
pub struct TillResultView {
    /// Around the page.
    pub shell: Shell,
    /// What happened.
    pub outcome: TillOutcome,
    /// The order, where there is one.
    pub item: Option<TillItem>,
}

impl TillResultView {
    fn is_good(&self) -> bool {
        matches!(
            self.outcome,
            TillOutcome::HandedOver | TillOutcome::HandedPart { .. }
        )
    }

    fn word(&self) -> String {
        self.shell.t(match &self.outcome {
            TillOutcome::HandedOver => "till-handed",
            TillOutcome::HandedPart { .. } => "till-part",
            TillOutcome::AlreadyHandedOver { .. } => "till-already",
            TillOutcome::TimedOut { .. } => "till-timed-out",
            TillOutcome::Cancelled { .. } => "till-cancelled",
            TillOutcome::Elsewhere { .. } => "till-elsewhere",
            TillOutcome::Unknown { .. } => "till-unknown",
        })
    }

    fn sentence(&self) -> String {
        let s = &self.shell;
        match &self.outcome {
            TillOutcome::HandedOver => s.t("till-handed-text"),
            TillOutcome::HandedPart {
                left,
                until,
                paid,
                kept,
            } => {
                let told = s.t2("till-part-text", "left", left, "day", s.day(*until));
                let (paid, kept) = (s.points(*paid), s.points(*kept));
                let price = s.t2("till-part-price", "paid", paid, "kept", kept);
                format!("{told} {price}")
            }
            TillOutcome::AlreadyHandedOver { at, by } => {
                s.t2("till-already-text", "at", s.moment(at), "by", by)
            }
            TillOutcome::TimedOut { at } => s.t1("till-timed-out-text", "at", s.moment(at)),
            TillOutcome::Cancelled { at } => s.t1("till-cancelled-text", "at", s.moment(at)),
            TillOutcome::Elsewhere { title, place } => {
                s.t2("till-elsewhere-text", "title", title, "place", place)
            }
            TillOutcome::Unknown { code } => {
                s.t1("till-unknown-text", "code", format::code_groups(code))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_has_two_digits() {
        let line = TillLine {
            title: String::new(),
            masked_name: String::new(),
            at: Moment {
                day: Day::of(2026, 11, 22),
                hour: 9,
                minute: 5,
            },
            order: 1,
            entry: 2,
            points: 5,
            by: String::new(),
            returned: None,
            key: String::new(),
        };
        assert_eq!(line.time(), "09:05");
    }
}
