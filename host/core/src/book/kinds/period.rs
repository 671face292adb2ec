//! A step in closing a period: cut-off, sign-off, one holder after another, seal.
//!
//! | step | from | checks, in this order | to |
//! | --- | --- | --- | --- |
//! | cut-off | nothing, or withdrawn | over, no other one of its length open, not closed at this length, rule in force | cut off |
//! | withdraw | cut off | | withdrawn |
//! | sign-off | cut off | not by whoever made the cut-off, unless nobody else can | signed |
//! | close | signed | the holder had a standing; closed before: the same answer again | signed |
//! | seal | signed | every holder is closed | sealed |
//! | ask back | sealed | nothing later is cut off | asked back |
//! | agree | asked back | not by whoever asked, unless nobody else can; nothing later is cut off | taking back |
//! | keep closed | asked back | | sealed |
//! | take back | taking back | the holder was closed | taking back |
//! | reopen | taking back | no holder is closed any more | withdrawn |

use super::{Act, Kept, Title};
use crate::actor::same_person;
use crate::book::needs::Missing;
use crate::book::period::{self, row_in, turn};
use crate::book::{Applied, Asking, Book};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, NotReversible, PeriodRejection, Rejection};
use crate::period::{
    Period, PeriodRow, PeriodState, PeriodStep, pack_holder, read_period, unpack_holder,
};
use crate::record::{Personal, Record};

/// A step and the period it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodTurn {
    /// Which period.
    pub period: Period,
    /// The step.
    pub step: PeriodStep,
}

impl Act for PeriodTurn {
    fn needs(&self, list: &mut Missing<'_>, command: &Command) {
        period::needs(list, &self.period, &self.step, command.today);
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let (period, command) = (self.period, asking.command);
        let envelope = asking.envelope.clone();
        let first = Record::asked(envelope.clone(), self.clone());
        match &self.step {
            PeriodStep::CutOff { rule } => {
                period::cut_off(book, command, first, period, rule.as_ref())
            }
            PeriodStep::Withdraw => {
                let row = row_in(book, &period, PeriodState::CutOff)?;
                let row = PeriodRow {
                    state: PeriodState::Withdrawn,
                    ..row
                };
                Ok(turn(book, command, first, row))
            }
            PeriodStep::SignOff { alone } => {
                let row = row_in(book, &period, PeriodState::CutOff)?;
                if !alone && same_person(&row.cut_by.0, &envelope.actor) {
                    let by = envelope.actor;
                    return Err(PeriodRejection::SamePerson { period, by }.into());
                }
                let row = PeriodRow {
                    state: PeriodState::Signed,
                    signed_by: Some((envelope.actor, envelope.at, *alone)),
                    ..row
                };
                Ok(turn(book, command, first, row))
            }
            PeriodStep::Close(holder) => period::close(book, &asking, first, period, *holder),
            PeriodStep::Seal => {
                let row = row_in(book, &period, PeriodState::Signed)?;
                let left = row.holders.saturating_sub(row.closed);
                if left > 0 {
                    return Err(PeriodRejection::Unfinished { period, left }.into());
                }
                let row = PeriodRow {
                    state: PeriodState::Sealed,
                    sealed_by: Some((envelope.actor, envelope.at)),
                    ..row
                };
                Ok(turn(book, command, first, row))
            }
            PeriodStep::AskBack { .. } => {
                let row = row_in(book, &period, PeriodState::Sealed)?;
                newest(book, &period)?;
                let row = PeriodRow {
                    state: PeriodState::AskedBack,
                    back_by: Some((envelope.actor, envelope.at)),
                    ..row
                };
                Ok(turn(book, command, first, row))
            }
            PeriodStep::AgreeBack { alone } => {
                let row = row_in(book, &period, PeriodState::AskedBack)?;
                newest(book, &period)?;
                let asked = row.back_by.as_ref();
                if !alone && asked.is_some_and(|(by, _)| same_person(by, &envelope.actor)) {
                    return Err(PeriodRejection::SameAsker { period }.into());
                }
                let row = PeriodRow {
                    state: PeriodState::TakingBack,
                    ..row
                };
                Ok(turn(book, command, first, row))
            }
            PeriodStep::KeepClosed => {
                let row = row_in(book, &period, PeriodState::AskedBack)?;
                let row = PeriodRow {
                    state: PeriodState::Sealed,
                    back_by: None,
                    ..row
                };
                Ok(turn(book, command, first, row))
            }
            PeriodStep::TakeBack(holder) => {
                period::take_back(book, command, first, period, *holder)
            }
            PeriodStep::Reopen => {
                let row = row_in(book, &period, PeriodState::TakingBack)?;
                let left = row.closed;
                if left > 0 {
                    return Err(PeriodRejection::StillClosed { period, left }.into());
                }
                let row = PeriodRow {
                    state: PeriodState::Withdrawn,
                    ..row
                };
                Ok(turn(book, command, first, row))
            }
        }
    }
}

/// Nothing that was closed later rests on this period.
fn newest(book: &Book, period: &Period) -> Result<(), Rejection> {
    let place = |period: &Period| (period.last, period.length);
    let later = book
        .frame
        .periods
        .iter()
        .find(|row| row.state != PeriodState::Withdrawn && place(&row.period) > place(period));
    match later {
        Some(row) => Err(PeriodRejection::Later {
            period: *period,
            later: row.period,
        }
        .into()),
        None => Ok(()),
    }
}

impl Kept for PeriodTurn {
    const NUMBERS: &'static [u8] = &[19];

    fn write(&self, w: &mut Writer) {
        w.text(&self.period.to_string());
        match &self.step {
            PeriodStep::CutOff { rule } => {
                w.byte(1);
                w.option(rule.as_ref(), Writer::code);
            }
            PeriodStep::Withdraw => w.byte(2),
            PeriodStep::SignOff { alone } => {
                w.byte(3);
                w.byte(u8::from(*alone));
            }
            PeriodStep::Close(holder) => {
                w.byte(4);
                w.i64(pack_holder(*holder));
            }
            PeriodStep::Seal => w.byte(5),
            PeriodStep::AskBack { reason } => {
                w.byte(6);
                w.raw(reason);
            }
            PeriodStep::AgreeBack { alone } => {
                w.byte(7);
                w.byte(u8::from(*alone));
            }
            PeriodStep::KeepClosed => w.byte(8),
            PeriodStep::TakeBack(holder) => {
                w.byte(9);
                w.i64(pack_holder(*holder));
            }
            PeriodStep::Reopen => w.byte(10),
        }
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let period = read_period(r)?;
        let step = match r.byte()? {
            1 => PeriodStep::CutOff {
                rule: r.option(Reader::code)?,
            },
            2 => PeriodStep::Withdraw,
            3 => PeriodStep::SignOff { alone: r.flag()? },
            4 => PeriodStep::Close(unpack_holder(r.i64()?).ok_or(Malformed)?),
            5 => PeriodStep::Seal,
            6 => PeriodStep::AskBack { reason: r.hash()? },
            7 => PeriodStep::AgreeBack { alone: r.flag()? },
            8 => PeriodStep::KeepClosed,
            9 => PeriodStep::TakeBack(unpack_holder(r.i64()?).ok_or(Malformed)?),
            10 => PeriodStep::Reopen,
            _ => return Err(Malformed),
        };
        Ok(PeriodTurn { period, step })
    }

    fn word(&self) -> &'static str {
        "period"
    }

    fn title(&self) -> Title {
        let period = self.period;
        match &self.step {
            PeriodStep::CutOff { .. }
            | PeriodStep::Withdraw
            | PeriodStep::SignOff { .. }
            | PeriodStep::Close(_)
            | PeriodStep::Seal => Title::plain(
                &format!("{period} 期末结账"),
                &format!("End of the period {period}"),
            ),
            PeriodStep::AskBack { .. }
            | PeriodStep::AgreeBack { .. }
            | PeriodStep::KeepClosed
            | PeriodStep::TakeBack(_)
            | PeriodStep::Reopen => Title::plain(
                &format!("{period} 期末结账撤回"),
                &format!("End of the period {period}, taken back"),
            ),
        }
    }

    fn personal(&self) -> Personal {
        Personal {
            text: match &self.step {
                PeriodStep::AskBack { reason } => Some(*reason),
                PeriodStep::CutOff { .. }
                | PeriodStep::Withdraw
                | PeriodStep::SignOff { .. }
                | PeriodStep::Close(_)
                | PeriodStep::Seal
                | PeriodStep::AgreeBack { .. }
                | PeriodStep::KeepClosed
                | PeriodStep::TakeBack(_)
                | PeriodStep::Reopen => None,
            },
            ..Personal::default()
        }
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        Some(NotReversible::Final)
    }
}
