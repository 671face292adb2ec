//! Why a step in closing a period cannot be taken. Sentences and stable codes only; the checks stand in `book/period`.

use super::Rejection;
use crate::account::Holder;
use crate::ids::Code;
use crate::period::{Period, PeriodState};
use crate::time::LocalDate;

/// Why a step in closing a period, or a dated statement, cannot be taken. Nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is explained by its message in `both`"
)]
pub enum PeriodRejection {
    DateClosed {
        on: LocalDate,
        closed_to: LocalDate,
    },
    Unknown {
        period: Period,
    },
    NotOver {
        period: Period,
        today: LocalDate,
    },
    Open {
        period: Period,
    },
    State {
        period: Period,
        state: PeriodState,
        wanted: PeriodState,
    },
    SamePerson {
        period: Period,
        by: Code,
    },
    Unfinished {
        period: Period,
        left: u32,
    },
    Rule {
        rule: Code,
        last: LocalDate,
    },
    NoStanding {
        period: Period,
        holder: Holder,
    },
    AssertToday {
        on: LocalDate,
        today: LocalDate,
    },
    Later {
        period: Period,
        later: Period,
    },
    SameAsker {
        period: Period,
    },
    StillClosed {
        period: Period,
        left: u32,
    },
    NotClosed {
        period: Period,
    },
}

impl From<PeriodRejection> for Rejection {
    fn from(rejection: PeriodRejection) -> Self {
        Rejection::Period(rejection)
    }
}

impl PeriodRejection {
    /// The stable code of the API.
    pub fn code(&self) -> &'static str {
        match self {
            PeriodRejection::DateClosed { .. } => "date.closed",
            PeriodRejection::Unknown { .. } => "period.unknown",
            PeriodRejection::NotOver { .. } => "period.not-over",
            PeriodRejection::Open { .. } => "period.open",
            PeriodRejection::State { .. } => "period.state",
            PeriodRejection::SamePerson { .. } => "period.same-person",
            PeriodRejection::Unfinished { .. } => "period.unfinished",
            PeriodRejection::Rule { .. } => "period.rule",
            PeriodRejection::NoStanding { .. } => "period.no-standing",
            PeriodRejection::AssertToday { .. } => "assert.today",
            PeriodRejection::Later { .. } => "period.later",
            PeriodRejection::SameAsker { .. } => "period.same-asker",
            PeriodRejection::StillClosed { .. } => "period.still-closed",
            PeriodRejection::NotClosed { .. } => "period.not-closed",
        }
    }

    pub(super) fn both(&self) -> (String, String) {
        match self {
            PeriodRejection::DateClosed { on, closed_to } => (
                format!(
                    "{on} 的账已经截止（截止到 {closed_to}），不能再记这一天的事项。确有遗漏的，请由两个人办理更正，记在今天的账上。"
                ),
                format!(
                    "The books are closed up to {closed_to}; nothing of {on} can be entered any more. What was forgotten is booked today, as a correction by two people."
                ),
            ),
            PeriodRejection::Unknown { period } => (
                format!("{period} 这一期还没有截止过。先截止、预览，再签字。"),
                format!(
                    "The period {period} was never cut off. Cut it off and look at the preview first."
                ),
            ),
            PeriodRejection::NotOver { period, today } => (
                format!(
                    "{period} 这一期到 {} 才结束，今天是 {today}。请在结束之后再截止。",
                    period.last
                ),
                format!(
                    "The period {period} runs until {}; today is {today}. Cut it off when it is over.",
                    period.last
                ),
            ),
            PeriodRejection::Open { period } => (
                format!(
                    "{period} 这一期还没有结完。同样长的期一次只结一期：先把它结完，或撤回它的截止。"
                ),
                format!(
                    "The period {period} is still being closed. Of one length one at a time: finish it, or withdraw its cut-off."
                ),
            ),
            PeriodRejection::State {
                period,
                state,
                wanted,
            } => (
                format!(
                    "{period} 这一期现在是“{}”，这一步要在“{}”的时候才能做。",
                    state_zh(*state),
                    state_zh(*wanted)
                ),
                format!(
                    "The period {period} is {}; this step needs it {}.",
                    state_en(*state),
                    state_en(*wanted)
                ),
            ),
            PeriodRejection::SamePerson { period, .. } => (
                format!("{period} 这一期要由另一位管理员签字：截止的人不能自己签。"),
                format!("Somebody else has to sign {period}: whoever made the cut-off cannot."),
            ),
            PeriodRejection::Unfinished { period, left } => (
                format!("{period} 这一期还有 {left} 户（人）没有结完，不能封账。请先运行结账。"),
                format!(
                    "{left} holders of {period} are not closed yet, so it cannot be sealed. Run the closing first."
                ),
            ),
            PeriodRejection::Rule { rule, last } => (
                format!(
                    "{last} 那一天没有名叫“{rule}”的规则在用。请管理员核对社区文件里 [period] 的 rule。"
                ),
                format!(
                    "No rule called “{rule}” was in force on {last}. Check `rule` under [period] in the community's file."
                ),
            ),
            PeriodRejection::NoStanding { period, holder } => {
                let (zh, en) = match holder {
                    Holder::Resident(no) => (format!("{no} 号居民"), format!("Resident {no}")),
                    Holder::Household(no) => (format!("第 {no} 户"), format!("Household {no}")),
                    Holder::Community | Holder::Fund(_) => ("它".into(), "It".into()),
                };
                (
                    format!("{zh}不在 {period} 这一期的名单里：截止的时候还没有登记。"),
                    format!(
                        "{en} is not part of the period {period}: not enrolled at its cut-off."
                    ),
                )
            }
            PeriodRejection::Later { period, later } => later_text(period, later),
            PeriodRejection::SameAsker { period } => asker_text(period),
            PeriodRejection::StillClosed { period, left } => (
                format!(
                    "{period} 这一期还有 {left} 户（人）的结账没有撤回，这几天还不能重新开放。"
                ),
                format!(
                    "{left} holders of {period} are not taken back yet, so its days cannot be opened again."
                ),
            ),
            PeriodRejection::NotClosed { period } => not_closed_text(period),
            PeriodRejection::AssertToday { on, today } => (
                format!("{on} 还没有过完（今天是 {today}），余额还会变。请写今天以前的日期。"),
                format!(
                    "{on} is not over (today is {today}), so its balance may still change. Give a day before today."
                ),
            ),
        }
    }
}

fn later_text(period: &Period, later: &Period) -> (String, String) {
    (
        format!(
            "{later} 这一期结得更晚，是接着 {period} 的余额算的。请先撤回 {later}，再撤回 {period}。"
        ),
        format!(
            "{later} was closed later and counts on from {period}. Take back {later} first, then {period}."
        ),
    )
}

fn not_closed_text(period: &Period) -> (String, String) {
    (
        format!("{period} 这一期里，这一户（人）的结账已经撤回了。"),
        format!("What closing {period} booked for this holder is taken back already."),
    )
}

fn asker_text(period: &Period) -> (String, String) {
    (
        format!("撤回 {period} 的结账要由另一位管理员同意：提出的人不能自己同意。"),
        format!("Somebody else has to agree to taking back {period}: whoever asked for it cannot."),
    )
}

fn state_zh(state: PeriodState) -> &'static str {
    match state {
        PeriodState::CutOff => "已截止，待签字",
        PeriodState::Signed => "已签字，结账中",
        PeriodState::Sealed => "已封账",
        PeriodState::Withdrawn => "已撤回",
        PeriodState::AskedBack => "有人提出撤回，待另一人同意",
        PeriodState::TakingBack => "正在撤回",
    }
}

fn state_en(state: PeriodState) -> &'static str {
    match state {
        PeriodState::CutOff => "cut off and not signed",
        PeriodState::Signed => "signed and being closed",
        PeriodState::Sealed => "sealed",
        PeriodState::Withdrawn => "withdrawn",
        PeriodState::AskedBack => "asked to be taken back",
        PeriodState::TakingBack => "being taken back",
    }
}
