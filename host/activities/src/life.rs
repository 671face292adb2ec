//! The moves of an activity's life: who may take which, and why not. Who may work on activities at all is the host's table.

use rongyi_core::time::Instant;

use crate::activity::{Activity, Shift, State};
use crate::refusal::Refusal;
use crate::wording::numbers_in;

/// What somebody wants to do with an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Hand the draft in, for somebody else to look at.
    HandIn,
    /// Put it up for everybody.
    Publish,
    /// Back to a draft, while nobody signed up.
    TakeBack,
    /// It will not be; with a reason.
    Cancel,
}

/// Who takes a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// As the ledger names them: `staff/3`.
    pub actor: String,
    /// Whether they run the community: they may publish what they wrote.
    pub runs: bool,
}

/// Whether a move may be taken: the state afterwards, or why not. `words` is what was written with it, `texts` all that
/// everybody will read.
///
/// # Errors
/// [`Refusal`].
pub fn take(
    activity: &Activity,
    wanted: Move,
    by: &By,
    (words, texts): (&str, &[&str]),
    now: Instant,
) -> Result<State, Refusal> {
    match (wanted, activity.state) {
        (Move::HandIn, State::Draft) => {
            ready(activity, texts, now)?;
            Ok(State::Review)
        }
        (Move::Publish, State::Draft | State::Review) => {
            ready(activity, texts, now)?;
            if activity.made_by == by.actor && !by.runs {
                return Err(Refusal::new(
                    "activity.own",
                    "自己写的活动要请另一位同事看过再发布。请先“交给同事看”。",
                    "Somebody else looks at an activity before it is published. Hand it in first.",
                ));
            }
            Ok(State::Open)
        }
        (Move::TakeBack, State::Open | State::Review) if activity.has_people() => {
            Err(Refusal::new(
                "activity.has-people",
                "已经有人报名，不能撤回修改。确实办不成的话，请“取消活动”并写明原因，报名的人会看到。",
                "People signed up already, so it cannot be taken back. If it cannot take place, cancel it with a reason; those who signed up will read it.",
            ))
        }
        (Move::TakeBack, State::Open | State::Review) => Ok(State::Draft),
        (Move::Cancel, State::Draft | State::Review | State::Open) => {
            if activity.has_people() && words.trim().is_empty() {
                return Err(Refusal::new(
                    "activity.reason",
                    "有人报了名，请写明为什么取消，他们会看到。",
                    "People signed up: write why it is cancelled; they will read it.",
                ));
            }
            let inside = activity.shifts.iter().any(|shift| shift.span.starts <= now);
            if inside && activity.has_people() {
                return Err(Refusal::new(
                    "activity.began",
                    "已经开始了，不能取消。请点“结束，大家签退”，到了的人时长照记。",
                    "It has begun and cannot be cancelled. End the shift instead; whoever came keeps their time.",
                ));
            }
            Ok(State::Cancelled)
        }
        (Move::HandIn, State::Review | State::Open | State::Cancelled)
        | (Move::Publish, State::Open | State::Cancelled)
        | (Move::TakeBack, State::Draft | State::Cancelled)
        | (Move::Cancel, State::Cancelled) => Err(Refusal::new(
            "activity.moved",
            "这个活动已经不在这一步了，可能是同事先办了。请看看现在的样子。",
            "This activity is not at that step any more; perhaps a colleague was first. Look at how it stands now.",
        )),
    }
}

fn ready(activity: &Activity, texts: &[&str], now: Instant) -> Result<(), Refusal> {
    if activity.shifts.is_empty() {
        return Err(Refusal::new(
            "activity.no-shift",
            "还没有排班，请先加一班。",
            "There is no shift yet; add one first.",
        ));
    }
    if activity.shifts.iter().all(|shift| shift.span.ends <= now) {
        return Err(Refusal::new(
            "activity.past",
            "这些班次的时间都已经过了，请改成以后的日子。",
            "All its shifts are in the past; give it a day to come.",
        ));
    }
    if activity.needs.insured && activity.insurance.trim().is_empty() {
        return Err(Refusal::new(
            "activity.insurance",
            "这类活动有风险，发布前请写明给志愿者买的是哪份保险。",
            "This kind of service has risks: note the volunteers' insurance before it is published.",
        ));
    }
    let found = texts
        .iter()
        .find_map(|text| numbers_in(text).into_iter().next());
    if let Some(found) = found {
        return Err(Refusal::new(
            "activity.personal",
            format!(
                "招募文字里有像电话或身份证的号码（{}）。这里谁都看得到，请删掉；报名以后大家能看到社区的电话。",
                found.shown
            ),
            format!(
                "The text holds what looks like a telephone or identity number ({}). Everybody reads it: take it out. The community's number stands on every page.",
                found.shown
            ),
        ));
    }
    Ok(())
}

/// Whether a shift may be ended now by its leader.
///
/// # Errors
/// [`Refusal`].
pub fn end_shift(activity: &Activity, shift: &Shift, now: Instant) -> Result<(), Refusal> {
    if activity.state != State::Open {
        return Err(Refusal::new(
            "activity.not-open",
            "这个活动没有在进行。",
            "This activity is not under way.",
        ));
    }
    if shift.ended_at.is_some() {
        return Err(Refusal::new(
            "shift.ended",
            "这一班已经结束了，可能是同事先点的。",
            "This shift is ended already; perhaps a colleague did it.",
        ));
    }
    if now < shift.span.starts {
        return Err(Refusal::new(
            "shift.early",
            "还没到开始的时间，不能结束。",
            "It has not begun, so it cannot be ended.",
        ));
    }
    Ok(())
}
