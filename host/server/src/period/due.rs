//! Which periods can be cut off next, and how they are spoken of. It closes nothing.

use rongyi_core::book::Frame;
use rongyi_core::ids::Code;
use rongyi_core::period::{Period, PeriodLength, PeriodRow, PeriodState};
use rongyi_core::time::LocalDate;

use super::{length_en, length_zh};
use crate::house::House;

/// A period that is over and not cut off, with the rule that will be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The period.
    pub period: Period,
    /// The rule; without one it is only sealed.
    pub rule: Option<Code>,
}

/// The lengths that a community closes, with their rules and from when on: the shortest first. Without a word of it the
/// month, which is only sealed; none at all for a community that is not in the configuration.
pub(super) fn closings(house: &House, code: &Code) -> Vec<(PeriodLength, Option<Code>, LocalDate)> {
    let Some(community) = house.community(code) else {
        return Vec::new();
    };
    let began = community.config.began_on;
    let all: Vec<_> = community
        .config
        .periods
        .iter()
        .map(|closing| {
            let from = closing.active_from.map_or(began, |from| from.max(began));
            (closing.length, closing.rule.clone(), from)
        })
        .collect();
    match all.is_empty() {
        true => vec![(PeriodLength::Month, None, began)],
        false => all,
    }
}

/// What can be cut off next: of each length the first period after the last closed one, or the first of all. The one that
/// ended first stands in front.
pub(super) fn due(house: &House, code: &Code, periods: &[PeriodRow]) -> Vec<Due> {
    let today = house.today(code).0;
    let next = |(length, rule, from): (PeriodLength, Option<Code>, LocalDate)| {
        let closed = periods
            .iter()
            .filter(|row| row.state != PeriodState::Withdrawn && row.period.length == length)
            .map(|row| row.period.last)
            .max();
        let day = closed.map_or(from, |last| last.plus_days(1));
        let period = Period::of(length, day);
        (period.last < today).then_some(Due { period, rule })
    };
    let mut all: Vec<Due> = closings(house, code).into_iter().filter_map(next).collect();
    all.sort_by_key(|due| (due.period.last, due.period.length));
    all
}

/// Those of what is `due` that can be cut off at once: nothing of their length is being closed, and nothing of another
/// ended earlier.
pub fn next(house: &House, code: &Code, periods: &[PeriodRow]) -> Vec<Due> {
    let all = due(house, code, periods);
    let able = |due: &&Due| {
        let open = periods.iter().any(|row| match row.state {
            PeriodState::CutOff | PeriodState::Signed => row.period.length == due.period.length,
            PeriodState::AskedBack | PeriodState::TakingBack => true,
            PeriodState::Sealed | PeriodState::Withdrawn => false,
        });
        !open && earlier(&all, &due.period).is_none()
    };
    all.iter().filter(able).cloned().collect()
}

/// What is due of another length and ended before this period.
pub(super) fn earlier(due: &[Due], period: &Period) -> Option<Period> {
    let all = due.iter().map(|due| due.period);
    let mut before = all.filter(|other| other.length != period.length && other.last < period.last);
    before.next()
}

/// How long a period is and which rule decides, in both languages.
pub fn about(length: PeriodLength, rule: Option<&Code>) -> (String, String) {
    let (zh, en) = (length_zh(length), length_en(length));
    match rule {
        Some(rule) => (
            format!("按{zh}，规则 {rule}"),
            format!("by the {en}, rule {rule}"),
        ),
        None => (
            format!("按{zh}，只封账"),
            format!("by the {en}, only sealed"),
        ),
    }
}

/// The rule that decides a period which was cut off.
pub fn rule_in<'f>(frame: &'f Frame, row: &PeriodRow) -> Option<&'f Code> {
    let set = frame.sets.iter().find(|set| Some(set.no) == row.set);
    set.map(|set| &set.name)
}
