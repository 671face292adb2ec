//! The minutes of a meeting in numbers: when it was, how many were there, how many agreed. Where it was and what was decided
//! are words, which the host keeps.

use rongyi_core::time::LocalDate;

use crate::finding::both;
use crate::kind::{Group, Meeting, ShareOf};
use crate::kind::{Kind, Move};
use crate::refusal::Refusal;

/// What is written down of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minutes {
    /// The day.
    pub on: LocalDate,
    /// How many were there.
    pub present: u16,
    /// How many belong to the body.
    pub members: u16,
    /// How many agreed to what was decided.
    pub agreed: u16,
}

impl Minutes {
    /// Whether enough were there, and whether enough of them agreed.
    pub fn enough(&self, meeting: &Meeting) -> (bool, bool) {
        let (share, of) = &meeting.pass;
        let whole = match of {
            ShareOf::Present => self.present,
            ShareOf::Members => self.members,
        };
        let reaches = |part: u16, share: &crate::kind::Share, whole: u16| {
            let (least, of) = (u64::from(share.part), u64::from(share.whole));
            let has = u64::from(part).saturating_mul(of);
            let wants = u64::from(whole).saturating_mul(least);
            (has, wants)
        };
        let (there, wanted) = reaches(self.present, &meeting.quorum, self.members);
        let (agreed, needed) = reaches(self.agreed, share, whole);
        // Half of them is a tie: what passes with a half passes with more than a half.
        let half = u64::from(share.part).saturating_mul(2) == u64::from(share.whole);
        let passed = if half {
            agreed > needed
        } else {
            agreed >= needed
        };
        (there >= wanted, passed)
    }

    /// What cannot be so.
    pub(crate) fn wrong(&self, today: LocalDate) -> Option<Refusal> {
        let told = |code, zh: String, en: String| Some(Refusal::new(code, both(zh, en)));
        if self.on > today {
            return told(
                "case.minutes-day",
                format!("{} 还没有到，会议记录写开过的会。", self.on),
                format!(
                    "{} has not come yet; minutes are of a meeting that was.",
                    self.on
                ),
            );
        }
        let (present, members, agreed) = (self.present, self.members, self.agreed);
        if members == 0 || present == 0 || present > members {
            return told(
                "case.minutes-people",
                format!(
                    "应到 {members} 人、实到 {present} 人对不上：实到至少 1 人，不会比应到的多。"
                ),
                format!(
                    "{present} of {members} were there: at least one is, and never more than belong to it."
                ),
            );
        }
        if agreed > present {
            return told(
                "case.minutes-votes",
                format!("同意的有 {agreed} 人，比到会的 {present} 人还多，请核对。"),
                format!("{agreed} agreed, but {present} were there; check the numbers."),
            );
        }
        None
    }
}

/// Whether minutes come with a move: it leaves a state that is about a meeting, and does not take the case back.
pub(crate) fn wanted(kind: &Kind, step: &Move, from: &rongyi_core::ids::Code) -> bool {
    let meets = kind
        .state(from)
        .is_some_and(|state| state.meeting.is_some());
    let to = kind.state(&step.to).map(|state| state.group);
    meets && to != Some(Group::Withdrawn) && !step.by.contains(&crate::kind::Role::Clock)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::bundled;

    #[test]
    fn a_quorum_and_a_majority_are_told_by_the_kinds_own_shares() {
        let kind = bundled("matter").unwrap();
        let mut meetings = kind
            .states
            .iter()
            .filter_map(|state| state.meeting.as_ref());
        let meeting = meetings.next().unwrap();
        let today: LocalDate = "2026-11-23".parse().unwrap();
        let minutes = |members, present, agreed| Minutes {
            on: today,
            present,
            members,
            agreed,
        };
        for (numbers, wanted) in [
            ((12, 8, 5), (true, true)),
            ((12, 8, 4), (true, false)),
            ((12, 7, 7), (false, true)),
            ((3, 2, 2), (true, true)),
        ] {
            let (members, present, agreed) = numbers;
            assert_eq!(
                minutes(members, present, agreed).enough(meeting),
                wanted,
                "{numbers:?}"
            );
            assert_eq!(minutes(members, present, agreed).wrong(today), None);
        }
        let code = |minutes: Minutes| minutes.wrong(today).map(|refusal| refusal.code);
        assert_eq!(code(minutes(8, 9, 1)), Some("case.minutes-people"));
        assert_eq!(code(minutes(8, 0, 0)), Some("case.minutes-people"));
        assert_eq!(code(minutes(8, 6, 7)), Some("case.minutes-votes"));
        let tomorrow = Minutes {
            on: today.plus_days(1),
            ..minutes(8, 6, 4)
        };
        assert_eq!(code(tomorrow), Some("case.minutes-day"));
    }
}
