//! Why something about an earlier entry cannot be decided: reversals, corrections, notice, parts of an order.
//! Sentences and stable codes only; the order of checks stands with the kinds of command.

use super::Rejection;
use crate::ids::Code;
use crate::time::LocalDate;

/// The input was refused before anything was decided; nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is explained by its message in `both`"
)]
pub enum AmendRejection {
    EntryUnknown { entry: u64 },
    NotReversible { entry: u64, why: NotReversible },
    AlreadyReversed { entry: u64, by: u64 },
    UnderNotice { entry: u64 },
    Short { missing: i64 },
    CorrectionFloor { missing: i64 },
    ProposalUnknown { entry: u64 },
    ProposalClosed { entry: u64, by: u64, approved: bool },
    SamePerson { actor: Code },
    AmountZero,
    NoticeUnknown { entry: u64 },
    NoticeNotDue { entry: u64, until: LocalDate },
    NoticeOver { entry: u64 },
    NoticeObjected { entry: u64, by: u64 },
    NotObjected { entry: u64 },
    ReviewSamePerson { actor: Code },
    ReplacesWithoutSource,
    ReplacesUnknown { external_ref: String },
    ReplacesOther { external_ref: String, entry: u64 },
    ReplacesStanding { entry: u64 },
    PartShape,
    GoodsGone { there: i64 },
}

/// What kind of entry cannot be taken back, and what is done instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReversible {
    /// Nothing was booked by it: refused, waiting, proposed.
    Nothing,
    /// An order that is still set aside: cancel it.
    OpenOrder,
    /// It is a reversal, or gave back an order, or lapsed points: correct instead.
    Final,
    /// Settings, rules, residents, goods: not a matter of points.
    NotPoints,
}

impl From<AmendRejection> for Rejection {
    fn from(rejection: AmendRejection) -> Self {
        Rejection::Amend(rejection)
    }
}

impl AmendRejection {
    /// The stable code of the API.
    pub fn code(&self) -> &'static str {
        match self {
            AmendRejection::EntryUnknown { .. } => "entry.unknown",
            AmendRejection::NotReversible { .. } => "reverse.not-possible",
            AmendRejection::AlreadyReversed { .. } => "reverse.already",
            AmendRejection::UnderNotice { .. } => "reverse.under-notice",
            AmendRejection::Short { .. } => "reverse.short",
            AmendRejection::CorrectionFloor { .. } => "correction.floor",
            AmendRejection::ProposalUnknown { .. } => "proposal.unknown",
            AmendRejection::ProposalClosed { .. } => "proposal.closed",
            AmendRejection::SamePerson { .. } => "proposal.same-person",
            AmendRejection::AmountZero => "amount.zero",
            AmendRejection::NoticeUnknown { .. } => "notice.unknown",
            AmendRejection::NoticeNotDue { .. } => "notice.not-due",
            AmendRejection::NoticeOver { .. } => "notice.over",
            AmendRejection::NoticeObjected { .. } => "notice.objected",
            AmendRejection::NotObjected { .. } => "notice.not-objected",
            AmendRejection::ReviewSamePerson { .. } => "review.same-person",
            AmendRejection::ReplacesWithoutSource => "replaces.no-reference",
            AmendRejection::ReplacesUnknown { .. } => "replaces.unknown",
            AmendRejection::ReplacesOther { .. } => "replaces.other",
            AmendRejection::ReplacesStanding { .. } => "replaces.standing",
            AmendRejection::PartShape => "part.shape",
            AmendRejection::GoodsGone { .. } => "goods.gone",
        }
    }

    /// What is wrong, what was expected, what to do; Chinese, then English.
    pub(super) fn both(&self) -> (String, String) {
        match self {
            AmendRejection::EntryUnknown { entry } => (
                format!("账本里没有第 {entry} 笔。请核对编号：存折每一行都印着“第几笔”。"),
                format!("There is no entry {entry}. Check the number: every line of a passbook prints it."),
            ),
            AmendRejection::NotReversible { entry, why } => why.both(*entry),
            AmendRejection::AlreadyReversed { entry, by } => (
                format!("第 {entry} 笔已经由第 {by} 笔冲正过了，不能冲正两次。"),
                format!("Entry {entry} was already reversed, by entry {by}. It cannot be reversed twice."),
            ),
            AmendRejection::UnderNotice { entry } => (
                format!("第 {entry} 笔还在公示期。有问题请提出异议，由另一位工作人员复核。"),
                format!("Entry {entry} is still under notice. Object to it, and another person will review it."),
            ),
            // How much is missing would tell the balance to those who may not read it.
            AmendRejection::Short { .. } => (
                "要收回的已经用掉了一部分，会欠过本社区允许的额度。请改为提交双人更正，由另一位工作人员批准。".to_owned(),
                "Part of it was spent already, and taking it back would pass the debt floor of this community. Propose the reversal instead, so that a second person can approve it.".to_owned(),
            ),
            AmendRejection::CorrectionFloor { .. } => (
                "这位居民的余额不够减这么多，会欠过本社区允许的额度。请少减一些，或请管理员先核对余额。".to_owned(),
                "The balance does not hold that much, within the debt floor of this community. Take less, or ask an operator to check the balance first.".to_owned(),
            ),
            AmendRejection::ProposalUnknown { entry } => (
                format!("第 {entry} 笔不是一条更正申请。请从待批准的清单里选。"),
                format!("Entry {entry} is not a proposal. Choose one from the list of open proposals."),
            ),
            AmendRejection::ProposalClosed { entry, by, approved: true } => (
                format!("第 {entry} 笔申请已经批准（第 {by} 笔），不用再办。"),
                format!("Proposal {entry} was already approved, by entry {by}. There is nothing left to do."),
            ),
            AmendRejection::ProposalClosed { entry, by, approved: false } => (
                format!("第 {entry} 笔申请已经退回（第 {by} 笔）。如仍需更正，请重新申请。"),
                format!("Proposal {entry} was already declined, by entry {by}. If it is still needed, propose it again."),
            ),
            AmendRejection::SamePerson { .. } => (
                "更正要两个人：提出申请的人不能自己批准。请让另一位工作人员批准。".into(),
                "A correction takes two people: whoever proposed it cannot approve it. Ask another member of staff.".into(),
            ),
            AmendRejection::AmountZero => (
                "更正的数量是 0，等于没有更正。请写要增加或减少多少。".into(),
                "The correction is 0, which corrects nothing. Give how much to add or to take.".into(),
            ),
            AmendRejection::NoticeUnknown { entry } => (
                format!("第 {entry} 笔不在公示中。请从公示页里选。"),
                format!("Entry {entry} is not under notice. Choose one from the notice page."),
            ),
            AmendRejection::NoticeNotDue { entry, until } => (
                format!("第 {entry} 笔公示到 {until}，过了这一天才入账。"),
                format!("Entry {entry} is under notice until {until}; it is posted after that day."),
            ),
            AmendRejection::NoticeOver { entry } => (
                format!("第 {entry} 笔的公示已经结束，不能再提异议。确有错误请找工作人员冲正。"),
                format!("The notice of entry {entry} is over, so it can no longer be objected to. If it is wrong, ask the staff to reverse it."),
            ),
            AmendRejection::NoticeObjected { entry, by } => (
                format!("第 {entry} 笔已经有人提了异议（第 {by} 笔），正在等复核。"),
                format!("Entry {entry} was already objected to (entry {by}) and waits for its review."),
            ),
            AmendRejection::NotObjected { entry } => (
                format!("第 {entry} 笔没有人提异议，不用复核。"),
                format!("Nobody objected to entry {entry}; there is nothing to review."),
            ),
            AmendRejection::ReviewSamePerson { .. } => (
                "复核要换一个人：登记这一笔的人、提异议的人都不能自己复核。请让另一位工作人员复核。".into(),
                "A review takes another person than who booked this or objected to it. Ask another member of staff.".into(),
            ),
            AmendRejection::ReplacesWithoutSource => (
                "写了 replaces，却没有写来源编号。请写上原来的来源和编号。".into(),
                "`replaces` is given without a source and external reference. Give those of the entry it replaces.".into(),
            ),
            AmendRejection::ReplacesUnknown { external_ref } => (
                format!("编号“{external_ref}”从来没有登记过，不需要 replaces。请去掉它再提交。"),
                format!("The reference “{external_ref}” was never booked, so there is nothing to replace. Send it without `replaces`."),
            ),
            AmendRejection::ReplacesOther { external_ref, entry } => (
                format!("编号“{external_ref}”现在对应的是第 {entry} 笔。replaces 请写 {entry}。"),
                format!("The reference “{external_ref}” now belongs to entry {entry}. Write {entry} in `replaces`."),
            ),
            AmendRejection::ReplacesStanding { entry } => (
                format!("第 {entry} 笔还有效。先把它冲正，再用同一个编号重新登记。"),
                format!("Entry {entry} still stands. Reverse it first, then book the same reference again."),
            ),
            AmendRejection::PartShape => (
                "交付的物品要在这张兑换单里，每种至少 1 件，不超过还没有领的件数，同一种只写一次。".into(),
                "Hand over items of this order, each named once, at least 1 and no more than are still set aside.".into(),
            ),
            AmendRejection::GoodsGone { there } => (
                format!("货架上只有 {there} 件，拿不出这么多：已经换走或为兑换单留着的不能收回。请核对数量。"),
                format!("The shelf holds {there}: what was handed over or is kept for orders cannot be taken back. Check the number."),
            ),
        }
    }
}

impl NotReversible {
    fn both(self, entry: u64) -> (String, String) {
        match self {
            NotReversible::Nothing => (
                format!("第 {entry} 笔没有记入任何积分，不用冲正。"),
                format!("Entry {entry} booked nothing, so there is nothing to reverse."),
            ),
            NotReversible::OpenOrder => (
                format!(
                    "第 {entry} 笔是兑换单的预留。要退回请取消这张兑换单；已经领走的，请冲正交付那一笔。"
                ),
                format!(
                    "Entry {entry} set an order aside. Cancel the order; if it was handed over, reverse the entry that handed it over."
                ),
            ),
            NotReversible::Final => (
                format!("第 {entry} 笔本身就是冲正、退回或到期，不能再冲正。需要时请做双人更正。"),
                format!(
                    "Entry {entry} is itself a reversal, a return or a lapse and stays. If it was wrong, propose a correction."
                ),
            ),
            NotReversible::NotPoints => (
                format!("第 {entry} 笔不是收支（设置、规则或居民），不能冲正。"),
                format!(
                    "Entry {entry} moved nothing (settings, rules or residents) and cannot be reversed."
                ),
            ),
        }
    }
}
