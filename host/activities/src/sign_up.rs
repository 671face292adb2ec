//! Joining a shift: a seat, or a place in line; leaving it; who moves up. Two who want the last seat are told apart by who was
//! written first, which is the store's business.

use rongyi_core::time::Instant;

use crate::activity::{Activity, Place, Shift, Signup, Span, State};
use crate::refusal::Refusal;

/// Another shift that somebody is on, in whatever community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// When.
    pub span: Span,
    /// What it is called, with its time as people read it.
    pub told: String,
}

/// Somebody who wants to join.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Volunteer {
    /// Their number.
    pub resident: u32,
    /// Whether they are a child.
    pub minor: bool,
    /// Whether somebody who cares for them agreed, and it holds on the day.
    pub consent: bool,
    /// The trainings that hold on the day of the shift.
    pub trainings: Vec<String>,
    /// The trainings that lapsed before it.
    pub lapsed: Vec<String>,
    /// Where else they are.
    pub busy: Vec<Busy>,
    /// How often they had a seat this year and did not come.
    pub absences: u32,
    /// After so many they cannot join; `None` where they may, however many.
    pub absences_max: Option<u32>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// They have a seat.
    Seat,
    /// They wait; so many stand before them.
    Waiting(u32),
}

/// Whether somebody may join a shift, and with what.
///
/// # Errors
/// [`Refusal`].
pub fn join(
    activity: &Activity,
    shift: &Shift,
    who: &Volunteer,
    now: Instant,
) -> Result<Joined, Refusal> {
    match activity.state {
        State::Open => {}
        State::Cancelled => {
            return Err(Refusal::new(
                "join.cancelled",
                "这个活动取消了。看看别的活动吧。",
                "This activity was cancelled. Have a look at the others.",
            ));
        }
        State::Draft | State::Review => {
            return Err(Refusal::new(
                "join.not-open",
                "这个活动还没有开始报名。",
                "Signing up for this activity has not begun.",
            ));
        }
    }
    if shift.ended_at.is_some() || now >= shift.span.starts {
        return Err(Refusal::new(
            "join.late",
            "这一班已经开始，不能在网上报名了。人在现场的话，请找带队的人点名。",
            "This shift has begun. If you are there, ask its leader to put you on the list.",
        ));
    }
    if let Some(mine) = shift.of(who.resident) {
        return Ok(match mine.place {
            Place::Seat => Joined::Seat,
            Place::Waiting | Place::Left => Joined::Waiting(before(shift, mine.turn)),
        });
    }
    fits(activity, who)?;
    if let Some(busy) = who.busy.iter().find(|busy| busy.span.overlaps(shift.span)) {
        return Err(Refusal::new(
            "join.overlap",
            format!("时间和您报的“{}”撞了。要换的话，先退掉那一班。", busy.told),
            format!(
                "It overlaps with “{}”, which you signed up for. Leave that one first.",
                busy.told
            ),
        ));
    }
    if shift.free() > 0 && shift.at(Place::Waiting).is_empty() {
        return Ok(Joined::Seat);
    }
    Ok(Joined::Waiting(before(shift, u32::MAX)))
}

fn before(shift: &Shift, turn: u32) -> u32 {
    let waiting = shift.at(Place::Waiting);
    let before = waiting.iter().filter(|one| one.turn < turn).count();
    u32::try_from(before).unwrap_or(u32::MAX)
}

fn fits(activity: &Activity, who: &Volunteer) -> Result<(), Refusal> {
    if who.absences_max.is_some_and(|most| who.absences >= most) {
        let absences = who.absences;
        return Err(Refusal::new(
            "join.absences",
            format!(
                "今年有 {absences} 次报了名没有来，报名先停了。请到社区说一声，工作人员记下“可以再报名”，就又能报了。"
            ),
            format!(
                "{absences} times this year you had a seat and did not come, so you cannot sign up for now. Speak to the office: once it is noted that you may, you can."
            ),
        ));
    }
    let needs = &activity.needs;
    if needs.adult && who.minor {
        return Err(Refusal::new(
            "join.adults",
            "这个活动要成年人参加。适合你的活动，列表里也有。",
            "This activity is for grown-ups. The list has others that suit you.",
        ));
    }
    if needs.consent && who.minor && !who.consent {
        return Err(Refusal::new(
            "join.consent",
            "未成年人参加要家长同意。请家长到社区签个字，记下来就能报名。",
            "A minor needs a guardian's consent. Ask them to sign at the office; once it is noted you can sign up.",
        ));
    }
    let training = needs.training.trim();
    if training.is_empty() || who.trainings.iter().any(|one| one == training) {
        return Ok(());
    }
    if who.lapsed.iter().any(|one| one == training) {
        return Err(Refusal::new(
            "join.training-lapsed",
            format!("要参加过“{training}”培训，您的到活动那天已经过期了。请到社区重新参加。"),
            format!(
                "It needs the training “{training}”; yours will have lapsed by that day. Please take it again."
            ),
        ));
    }
    Err(Refusal::new(
        "join.training",
        format!("要先参加“{training}”培训。参加以后社区会记下来，就能报名了。"),
        format!(
            "It needs the training “{training}”. Once the office has noted it you can sign up."
        ),
    ))
}

/// Whether somebody may leave a shift.
///
/// # Errors
/// [`Refusal`].
pub fn leave(shift: &Shift, resident: u32, now: Instant) -> Result<Signup, Refusal> {
    let mine = shift.of(resident).ok_or_else(|| {
        Refusal::new(
            "leave.not-on-list",
            "您不在这一班的名单上，可能已经退过了。",
            "You are not on the list of this shift; perhaps you left it already.",
        )
    })?;
    if now >= shift.span.starts || shift.ended_at.is_some() {
        return Err(Refusal::new(
            "leave.late",
            "这一班已经开始，网上不能退了。来不了的话，请打电话告诉带队的人。",
            "This shift has begun. If you cannot come, please ring its leader.",
        ));
    }
    Ok(mine)
}

/// Who moves up into free seats now, in their turn; `blocked` are those who cannot take one, because they are elsewhere by
/// now. Nobody moves up once it has begun.
pub fn moves_up(shift: &Shift, blocked: &[u32], now: Instant) -> Vec<u32> {
    if shift.ended_at.is_some() || now >= shift.span.starts {
        return Vec::new();
    }
    let waiting = shift.at(Place::Waiting);
    let can = waiting
        .iter()
        .filter(|one| !blocked.contains(&one.resident));
    can.map(|one| one.resident)
        .take(shift.free() as usize)
        .collect()
}
