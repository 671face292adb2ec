//! The conditions of acts, each with its refusal.

use rongyi_core::rule::Text;

use super::{HANDLERS, Seat, not_by};
use crate::act::Rating;
use crate::finding::both;
use crate::kind::{Group, Move, Need, Role};
use crate::moment::Moment;
use crate::party::Party;
use crate::refusal::{Instead, Refusal};

impl Seat<'_> {
    /// Whether a move that wants another person has one.
    pub(super) fn other_person(&self, step: &Move) -> Result<(), Refusal> {
        let Some(mark) = step.mark.as_ref().filter(|_| step.other_person) else {
            return Ok(());
        };
        let actor = &self.actor.party;
        let opening = &self.case.opening;
        let title = &step.title;
        let concerned = || std::iter::once(&opening.opener).chain(&opening.concerned);
        if concerned().any(|party| party.is_same(actor)) {
            return Err(Refusal::new(
                "case.concerned",
                both(
                    format!("这件事与您本人有关，“{}”要由别人来做。", title.zh),
                    format!("This is about yourself; somebody else does “{}”.", title.en),
                ),
            ));
        }
        if concerned().any(|party| party.shares_household(actor)) {
            return Err(Refusal::new(
                "case.same-household",
                both(
                    format!("这件事与您同户的人有关，“{}”要由别户的人来做。", title.zh),
                    format!(
                        "This is about somebody of your household; somebody of another does “{}”.",
                        title.en
                    ),
                ),
            ));
        }
        if opening.involved.iter().any(|party| party.is_same(actor)) {
            return Err(Refusal::new(
                "case.involved",
                both(
                    format!("原来的决定您参与过，“{}”要由没有参与的人来做。", title.zh),
                    format!(
                        "You had a part in what this is about; somebody who had none does “{}”.",
                        title.en
                    ),
                ),
            ));
        }
        let mut before = self
            .standing
            .marks
            .iter()
            .filter(|(other, _)| other == mark);
        if let Some((_, first)) = before.find(|(_, party)| party.is_same(actor)) {
            let refusal = Refusal::new(
                "case.same-person",
                both(
                    format!("前一次就是您做的，“{}”要由另一个人来做。", title.zh),
                    format!(
                        "You did the one before; another person does “{}”.",
                        title.en
                    ),
                ),
            );
            return Err(refusal.after(first, self.standing.entered));
        }
        Ok(())
    }

    /// Whether what must be given with a move was given.
    pub(super) fn given(
        &self,
        needs: &[(Need, bool)],
        input: &super::Input,
    ) -> Result<(), Refusal> {
        for (need, must) in needs {
            let has = match need {
                Need::Text | Need::Reason => !input.words.trim().is_empty(),
                Need::Photo => input.photos > 0,
                Need::File => input.files > 0,
                Need::Unit => input.unit.is_some(),
            };
            if *must && !has {
                let title = need.title();
                return Err(Refusal::new(
                    "case.need",
                    both(
                        format!("还缺{}，请补上再提交。", title.zh),
                        format!("There is no {} yet; please add it.", bare(&title)),
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Whether enough different people checked what is to be booked.
    pub(super) fn enough(&self, checked: &[Party]) -> Result<(), Refusal> {
        let wants = usize::from(self.ground.kind.checks);
        let mut people: Vec<&Party> = Vec::new();
        for party in checked {
            if !people.iter().any(|other| other.is_same(party)) {
                people.push(party);
            }
        }
        let has = people.len();
        if has >= wants {
            return Ok(());
        }
        Err(Refusal::new(
            "case.checks",
            both(
                format!("入账要有 {wants} 个人审核，现在有 {has} 个。请先审核。"),
                format!(
                    "Booking wants the word of {wants} people, it has {has}. Please have it checked first."
                ),
            ),
        ))
    }

    pub(super) fn extended(&self) -> Result<(), Refusal> {
        let standing = self.standing;
        let state = self.ground.kind.state(&standing.state);
        let title = both("延期", "Extend");
        let Some(extend) = state.and_then(|state| state.extend) else {
            return Err(Refusal::new(
                "case.no-extension",
                both("这一步不能延期。", "This step has no more time to grant."),
            ));
        };
        if !self.has(extend.by) {
            return Err(not_by(&title, &[extend.by]));
        }
        let ends = [&standing.due, &standing.promise];
        let passed = ends
            .into_iter()
            .flatten()
            .find(|due| due.is_late(self.ground.now));
        if let Some(due) = passed {
            let end = due.end;
            return Err(Refusal::new(
                "case.extend-late",
                both(
                    format!("延期要在到期前提出，已在 {end} 到期。请尽快办结，并说明晚了的原因。"),
                    format!(
                        "More time is asked for before the end, which was {end}. Please finish it soon and say why it is late."
                    ),
                ),
            ));
        }
        if standing.extensions_left == 0 {
            let times = extend.times;
            return Err(Refusal::new(
                "case.extended",
                both(
                    format!("最多延期 {times} 次，已经用完。请按期办结。"),
                    format!(
                        "Time can be extended {times} times, and was. Please finish by the date."
                    ),
                ),
            ));
        }
        Ok(())
    }

    pub(super) fn reopened(&self) -> Result<(), Refusal> {
        let standing = self.standing;
        let (Some(reopen), Group::Done) = (&self.ground.kind.reopen, standing.group) else {
            return Err(Refusal::new(
                "case.no-reopening",
                both("现在不能重新办理。", "There is nothing to open again now."),
            ));
        };
        if !self.has_any(&reopen.by) {
            return Err(not_by(&both("重新办理", "Open again"), &reopen.by));
        }
        let done = standing.entered.on;
        let last = done.plus_days(i32::from(reopen.days));
        if self.ground.now.on > last {
            let days = reopen.days;
            return Err(Refusal::new(
                "case.reopen-days",
                both(
                    format!("{done} 已办结，{days} 天内（到 {last}）可以重新办理，现在过了。请提出新的一件，会与这件连在一起。"),
                    format!("It was done on {done} and could be opened again for {days} days, up to {last}. Please open a new one; it is linked to this."),
                ),
            )
            .or_else(Instead::NewLinked));
        }
        let again = standing.rounds.len().saturating_sub(1);
        if again >= usize::from(reopen.times) {
            let times = reopen.times;
            return Err(Refusal::new(
                "case.reopen-times",
                both(
                    format!("最多重新办理 {times} 次，已经办了 {again} 次。请提出新的一件，会与这件连在一起。"),
                    format!("It can be opened again {times} times and was {again} times. Please open a new one; it is linked to this."),
                ),
            )
            .or_else(Instead::NewLinked));
        }
        Ok(())
    }

    pub(super) fn noted(&self) -> Result<(), Refusal> {
        if self.has_any(&HANDLERS) {
            return Ok(());
        }
        if !self.is_opener() {
            let roles = [Role::Opener, Role::Desk, Role::Lead, Role::Unit];
            return Err(not_by(&both("补充说明", "Add a note"), &roles));
        }
        if !self.standing.group.is_final() {
            return Ok(());
        }
        let refusal = Refusal::new(
            "case.closed",
            both(
                "这件事已经结束。还没有解决的话，请重新办理，或者提出新的一件。",
                "This is closed. If it is not solved, please open it again, or open a new one.",
            ),
        );
        Err(refusal.or_else(if self.reopened().is_ok() {
            Instead::Reopen
        } else {
            Instead::NewLinked
        }))
    }

    pub(super) fn merges(&self, into: u64) -> Result<(), Refusal> {
        let title = both("并入同一件事", "Link as the same");
        let roles = &self.ground.kind.merge;
        if !self.has_any(roles) {
            return Err(not_by(&title, roles));
        }
        if into == self.case.opening.number {
            return Err(Refusal::new(
                "case.merge-self",
                both(
                    format!("第 {into} 件就是这一件，请写另一件的编号。"),
                    format!("Case {into} is this one; please give the number of another."),
                ),
            ));
        }
        if self.standing.group.is_final() {
            return Err(Refusal::new(
                "case.merge-closed",
                both(
                    "这件事已经结束，不用再合并。",
                    "This is closed; there is nothing left to link.",
                ),
            ));
        }
        Ok(())
    }

    pub(super) fn unmerges(&self) -> Result<(), Refusal> {
        let roles = &self.ground.kind.merge;
        if !self.has_any(roles) {
            return Err(not_by(&both("取消合并", "Undo the link"), roles));
        }
        if self.standing.merged.is_none() {
            return Err(Refusal::new(
                "case.not-merged",
                both("这件事没有并入别的。", "This was not linked to another."),
            ));
        }
        Ok(())
    }

    pub(super) fn rates(&self) -> Result<(), Refusal> {
        let standing = self.standing;
        let (Some(rate), Group::Done) = (self.ground.kind.rate, standing.group) else {
            return Err(Refusal::new(
                "case.no-rating",
                both("现在没有要评价的。", "Nothing is asked about it now."),
            ));
        };
        if !self.is_opener() {
            return Err(not_by(&both("评价", "Say how it went"), &[Role::Opener]));
        }
        let said = standing.present().and_then(|round| round.asked);
        if said.is_some_and(|said| said != Rating::default()) {
            return Err(Refusal::new(
                "case.rated",
                both(
                    "您已经评价过了，谢谢。",
                    "You have told us already, thank you.",
                ),
            ));
        }
        let last = standing.entered.on.plus_days(i32::from(rate.ask_days));
        if self.ground.now > Moment::end_of(last) {
            return Err(Refusal::new(
                "case.rate-days",
                both(
                    format!("评价到 {last} 为止。还没有解决的话，请重新办理或提出新的一件。"),
                    format!(
                        "Answers were taken up to {last}. If it is not solved, please open it again, or open a new one."
                    ),
                ),
            ));
        }
        Ok(())
    }

    pub(super) fn rating(&self, rating: Rating) -> Result<(), Refusal> {
        let rate = self.ground.kind.rate;
        let most = rate.map_or(0, |rate| rate.satisfied);
        let asks = rate.is_some_and(|rate| rate.solved);
        let good = rating
            .satisfied
            .is_none_or(|number| (1..=most).contains(&number));
        let fits = good && (asks || rating.solved.is_none()) && rating != Rating::default();
        if fits {
            return Ok(());
        }
        Err(Refusal::new(
            "case.rating",
            both(
                format!("请说说是否解决了，满意程度从 1 到 {most}。"),
                format!(
                    "Please say whether it is solved, and how satisfied you are, from 1 to {most}."
                ),
            ),
        ))
    }
}

/// `reason` of `a reason`.
fn bare(title: &Text) -> &str {
    let en = title.en.as_str();
    en.strip_prefix("a ").unwrap_or(en)
}
