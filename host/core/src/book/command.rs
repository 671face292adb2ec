//! What can be asked of the book, and what it needs to know to answer.

mod amend;
mod carry;
mod event;
mod need;
mod people;
mod period;
mod texts;

pub use amend::{AmendRejection, NotReversible};
pub use carry::CarryRejection;
pub use event::EventRejection;
pub use need::Need;
pub use people::PeopleRejection;
pub use period::PeriodRejection;
pub use texts::{Reference, SaltedText};

pub use super::kinds::{
    Agreed, Agreer, Amend, Assert, Carry, CasesSealed, Change, Configure, Depart, Enrol, Erasure,
    History, Lapse, NoticeStep, Open, PeriodTurn, Place, Receive, Rehouse, Release, Replace, Retry,
    Roster, SealedStep, SetTraits, Settle, SettlePart, Step,
};

use super::kinds::Asked;
use crate::ids::{Code, HouseholdNo, ItemNo, OrderNo, ResidentNo, RuleSetNo};
use crate::record::{Key, Record, ReleaseReason};
use crate::rule::{Denial, Fault, Text};
use crate::time::LocalDate;
use crate::traits::{TRAIT_MAX, TRAITS_MAX};

/// What is asked: goods by their codes.
pub type Ask = Asked<Code>;

/// A command: who asks, on which local day, under which key, for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Who acts: `resident/1001`, `staff/3`, `system`, `import`.
    pub actor: Code,
    /// The `Idempotency-Key`, when one was given.
    pub key: Option<Key>,
    /// The community's local date now.
    pub today: LocalDate,
    /// What is asked.
    pub ask: Ask,
    /// A personal text that the records only commit to; kept apart so that it can be erased. Of an order it is the
    /// pick-up code, which is kept until the order ends.
    pub text: Option<SaltedText>,
    /// What else is to be known of the reference of an event or opening balance.
    pub reference: Option<Reference>,
}

impl Command {
    /// The command that a journal entry began with, for replay. `None` for a record that begins none.
    /// `item` names the code of an item number.
    pub fn from_record(record: &Record, item: impl Fn(ItemNo) -> Option<Code>) -> Option<Command> {
        let Record::Asked(envelope, what) = record.clone() else {
            return None;
        };
        Some(Command {
            actor: envelope.actor,
            key: envelope.key,
            today: envelope.today,
            ask: what.said(&item)?,
            text: None,
            reference: None,
        })
    }
}

/// The input was refused before anything was decided; nothing is stored and the same input may be right later.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is explained by its message in `text`"
)]
pub enum Rejection {
    KeyConflict {
        key: String,
    },
    SourceConflict {
        external_ref: String,
    },
    KindUnknown {
        kind: Code,
        nearest: Option<Code>,
    },
    ResidentUnknown {
        resident: ResidentNo,
    },
    ResidentExists {
        resident: ResidentNo,
        household: HouseholdNo,
    },
    DateFuture {
        on: LocalDate,
        today: LocalDate,
    },
    DateTooEarly {
        on: LocalDate,
        began_on: LocalDate,
    },
    QuantityRange {
        quantity: String,
        min: String,
        max: String,
    },
    FieldMissing {
        field: Code,
    },
    FieldUnknown {
        field: Code,
    },
    FieldValue {
        field: Code,
    },
    RoleMissing,
    ItemUnknown {
        item: Code,
    },
    TraitRange {
        resident: ResidentNo,
    },
    AssetUnknown {
        asset: Code,
    },
    BasketShape,
    NoPricing,
    CodeTaken,
    OrderUnknown {
        order: OrderNo,
    },
    OrderSettled {
        order: OrderNo,
        at: crate::time::Instant,
        by: Code,
    },
    OrderReleased {
        order: OrderNo,
        reason: ReleaseReason,
    },
    OrderTimedOut {
        order: OrderNo,
        deadline: LocalDate,
    },
    OrderNotDue {
        order: OrderNo,
        deadline: LocalDate,
    },
    NotWaiting {
        seq: u64,
    },
    UnitFixed,
    NumberTooLarge,
    NothingToDo,
    RuleFault {
        set: RuleSetNo,
        code: String,
        message: String,
    },
    NotConfigured,
    SetUnknown {
        set: RuleSetNo,
    },
    OutOfRange,
    Period(PeriodRejection),
    TextUnknown {
        seq: u64,
    },
    ErasureAlone,
    ConfigurationMoved,
    /// About an earlier entry.
    Amend(AmendRejection),
    /// About an event and its day.
    Event(EventRejection),
    /// About what is carried in.
    Carry(CarryRejection),
    /// Somebody cannot leave or move.
    People(PeopleRejection),
}

impl From<Rejection> for Denial<Rejection> {
    fn from(rejection: Rejection) -> Self {
        Denial::Failed(rejection)
    }
}

impl Rejection {
    /// A rule that gave no usable answer, where its question can't wait.
    pub(crate) fn rule_fault(set: RuleSetNo, fault: Fault) -> Self {
        Rejection::RuleFault {
            set,
            code: fault.code,
            message: fault.message,
        }
    }

    /// The stable code of the API.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::KeyConflict { .. } => "key.conflict",
            Rejection::SourceConflict { .. } => "source.conflict",
            Rejection::KindUnknown { .. } => "kind.unknown",
            Rejection::ResidentUnknown { .. } => "resident.unknown",
            Rejection::ResidentExists { .. } => "resident.exists",
            Rejection::DateFuture { .. } => "date.future",
            Rejection::DateTooEarly { .. } => "date.too-early",
            Rejection::QuantityRange { .. } => "quantity.range",
            Rejection::FieldMissing { .. } => "field.missing",
            Rejection::FieldUnknown { .. } => "field.unknown",
            Rejection::FieldValue { .. } => "field.value",
            Rejection::RoleMissing => "role.missing",
            Rejection::ItemUnknown { .. } => "item.unknown",
            Rejection::TraitRange { .. } => "trait.range",
            Rejection::AssetUnknown { .. } => "asset.unknown",
            Rejection::BasketShape => "basket.shape",
            Rejection::NoPricing => "pricing.none",
            Rejection::CodeTaken => "code.taken",
            Rejection::OrderUnknown { .. } => "order.unknown",
            Rejection::OrderSettled { .. } => "order.settled",
            Rejection::OrderReleased { .. } => "order.released",
            Rejection::OrderTimedOut { .. } => "order.timed-out",
            Rejection::OrderNotDue { .. } => "order.not-due",
            Rejection::NotWaiting { .. } => "event.not-waiting",
            Rejection::UnitFixed => "settings.unit-fixed",
            Rejection::NumberTooLarge => "number.too-large",
            Rejection::NothingToDo => "nothing.to-do",
            Rejection::RuleFault { .. } => "rule.fault",
            Rejection::NotConfigured => "community.not-configured",
            Rejection::SetUnknown { .. } => "rule-set.unknown",
            Rejection::OutOfRange => "amount.out-of-range",
            Rejection::Period(rejection) => rejection.code(),
            Rejection::TextUnknown { .. } => "text.unknown",
            Rejection::ErasureAlone => "erasure.alone",
            Rejection::ConfigurationMoved => "plan.moved",
            Rejection::Amend(rejection) => rejection.code(),
            Rejection::Event(rejection) => rejection.code(),
            Rejection::Carry(rejection) => rejection.code(),
            Rejection::People(rejection) => rejection.code(),
        }
    }

    /// What is wrong, what was expected, what to do; in both languages.
    pub fn text(&self) -> Text {
        let (zh, en) = self.both();
        Text { zh, en }
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one exhaustive table of messages reads better than two halves"
    )]
    fn both(&self) -> (String, String) {
        match self {
            Rejection::KeyConflict { key } => (
                format!("这一份（提交编号“{key}”）先前已经交过，当时的内容不一样，这一次没有记账。要记另一件，请换一个提交编号（Idempotency-Key）。"),
                format!("This was sent before, under the key “{key}” and with other content; nothing was booked now. Send another thing under another Idempotency-Key."),
            ),
            Rejection::SourceConflict { external_ref } => (
                format!("编号“{external_ref}”已经登记过，但内容不同。请核对；如果是另一件事，请换一个编号。"),
                format!("The reference “{external_ref}” is already booked with other content. Check it; if this is another event, give it another reference."),
            ),
            Rejection::KindUnknown { kind, nearest } => {
                let near_zh = nearest.as_ref().map(|n| format!("是不是“{n}”？")).unwrap_or_default();
                let near_en = nearest.as_ref().map(|n| format!(" Did you mean “{n}”?")).unwrap_or_default();
                (
                    format!("本社区的规则里没有“{kind}”这一类事项。{near_zh}可用的种类见登记页，或问管理员。"),
                    format!("No rule of this community handles the kind “{kind}”.{near_en} The kinds stand on the page where events are recorded; or ask the operator."),
                )
            }
            Rejection::ResidentUnknown { resident } => (
                format!("没有 {resident} 号居民。请核对号码，或先登记这位居民。"),
                format!("There is no resident {resident}. Check the number, or enrol the resident first."),
            ),
            Rejection::ResidentExists { resident, household } => (
                format!("{resident} 号居民已经登记在第 {household} 户。"),
                format!("Resident {resident} is already enrolled, in household {household}."),
            ),
            Rejection::DateFuture { on, today } => (
                format!("日期 {on} 还没有到，今天是 {today}。请改成已经发生的日期。"),
                format!("The date {on} lies in the future; today is {today}. Give the day on which it happened."),
            ),
            Rejection::DateTooEarly { on, began_on } => (
                format!("日期 {on} 早于本社区开始计分的 {began_on}。旧账请作为期初余额导入。"),
                format!("The date {on} is before {began_on}, when this community began. Bring older points in as opening balances."),
            ),
            Rejection::QuantityRange { quantity, min, max } if min == max => (
                format!("数量 {quantity} 不对：这一类每次只能写 {min}。"),
                format!("The quantity {quantity} is not right: this kind counts {min} each time."),
            ),
            Rejection::QuantityRange { quantity, min, max } => (
                format!("数量 {quantity} 不在 {min} 到 {max} 之间。请核对数量。"),
                format!("The quantity {quantity} is not between {min} and {max}. Check the quantity."),
            ),
            Rejection::FieldMissing { field } => (
                format!("缺少必填项“{field}”。请补上。"),
                format!("The field “{field}” is required. Fill it in."),
            ),
            Rejection::FieldUnknown { field } => (
                format!("这一类事项没有“{field}”这一项。请删去它或改正名称。"),
                format!("This kind has no field “{field}”. Remove it or correct its name."),
            ),
            Rejection::FieldValue { field } => (
                format!("“{field}”的内容不合要求。请按规则里的格式填写。"),
                format!("The value of “{field}” is not one its kind allows. Write it as the rule describes."),
            ),
            Rejection::RoleMissing => (
                "没有写明是谁做的。请填写居民号码。".into(),
                "Nobody is named as the doer. Give the resident's number.".into(),
            ),
            Rejection::TraitRange { resident } => (
                format!("{resident} 号居民的特征写错了：每一项写 0 到 {TRAIT_MAX} 的整数，或者一个日子，例如 2024-03-01；0 表示去掉，每人最多 {TRAITS_MAX} 项。"),
                format!("The traits of resident {resident} are wrong: each is a whole number from 0 to {TRAIT_MAX}, or a day such as 2024-03-01; 0 takes it away, and one person has at most {TRAITS_MAX}."),
            ),
            Rejection::ItemUnknown { item } => (
                format!("商店里没有“{item}”，或它已下架。"),
                format!("The shop has no “{item}”, or no longer offers it."),
            ),
            Rejection::AssetUnknown { asset } => (
                format!("本社区没有“{asset}”这种积分。"),
                format!("This community does not count “{asset}”."),
            ),
            Rejection::BasketShape => (
                "一张兑换单要有 1 到 20 种物品，每种 1 到 999 件。".into(),
                "An order has 1 to 20 different items, 1 to 999 of each.".into(),
            ),
            Rejection::NoPricing => (
                "本社区还没有兑换规则，暂时不能兑换。请联系社区工作人员。".into(),
                "This community has no rule for prices yet, so nothing can be redeemed. Please ask its staff.".into(),
            ),
            Rejection::CodeTaken => ("取货码重复，请再试一次。".into(), "That pick-up code is in use; try again.".into()),
            Rejection::OrderUnknown { order } => {
                (
                    format!("找不到这张兑换单（第 {order} 号），或者取货码不是它的。请核对单号和取货码。"),
                    format!("This order ({order}) is not found, or the pick-up code is not its own. Check the number and the code."),
                )
            }
            // By whom is a number that says nothing to people; pages look the name up.
            Rejection::OrderSettled { order, .. } => (
                format!("第 {order} 号兑换单已经交付过了，不能再领。"),
                format!("Order {order} was already handed over. It cannot be collected again."),
            ),
            Rejection::OrderReleased { order, reason } => {
                let (zh, en) = match reason {
                    ReleaseReason::Cancelled => ("已取消", "was cancelled"),
                    ReleaseReason::TimedOut => ("已过期", "was not collected in time"),
                };
                (
                    format!("第 {order} 号兑换单{zh}，不能再领。退回了多少积分，单子上写着。"),
                    format!("Order {order} {en} and cannot be collected any more. Its slip says how many points came back."),
                )
            }
            Rejection::OrderTimedOut { order, deadline } => (
                format!("第 {order} 号兑换单的领取期限 {deadline} 已过，不能再领。还没有到期的积分会自动退回。"),
                format!("Order {order} had to be collected by {deadline}. Its points go back by themselves, as far as they have not run out."),
            ),
            Rejection::OrderNotDue { order, deadline } => (
                format!("第 {order} 号兑换单可以领到 {deadline}，还没有过期。"),
                format!("Order {order} can be collected until {deadline}; it has not run out."),
            ),
            Rejection::NotWaiting { seq } => {
                (format!("第 {seq} 号记录没有在等待规则。"), format!("The record {seq} is not waiting for a rule."))
            }
            Rejection::UnitFixed => (
                "积分归个人还是归户，在第一笔积分之后不能再改。".into(),
                "Whether points go to persons or households cannot change after the first posting.".into(),
            ),
            Rejection::NumberTooLarge => {
                ("号码太大，请用 1 到 2147483647。".into(), "The number is too large; use 1 to 2147483647.".into())
            }
            Rejection::Period(rejection) => rejection.both(),
            Rejection::NothingToDo => ("没有需要处理的内容。".into(), "There is nothing to do.".into()),
            Rejection::RuleFault { set, code, message } => (
                format!("规则（第 {set} 套）出了故障（{code}），请告诉社区工作人员。{message}"),
                format!("The rule (set {set}) failed ({code}); please tell the staff. {message}"),
            ),
            Rejection::NotConfigured => (
                "这个社区还没有启用任何规则。".into(),
                "This community has no settings yet; start the host once with its configuration.".into(),
            ),
            Rejection::TextUnknown { seq } => (
                format!("账本里还没有第 {seq} 号记录，没有可删的文字。请核对号码。"),
                format!("The ledger has no record {seq} yet, so it has no text to erase. Check the number."),
            ),
            Rejection::ErasureAlone => (
                "删除别人的资料要两个人：一人办理，另一人同意。请写上第二个人。".into(),
                "To erase somebody else's data takes two people, one who does it and another who agrees. Name the second.".into(),
            ),
            Rejection::ConfigurationMoved => (
                "这期间别人已经换过配置，这一次没有启用。请再看一遍会改变什么（rongyi plan），再启用。".into(),
                "Somebody else changed the configuration meanwhile; nothing was taken over. Look again at what would change (rongyi plan), then apply it.".into(),
            ),
            Rejection::SetUnknown { set } => (
                format!("账本里没有第 {set} 套规则，不能启用。请重新启动，或再保存一次社区文件。"),
                format!("The ledger has no rule set {set}, so it cannot be in force. Start again, or save the community's file once more."),
            ),
            Rejection::OutOfRange => (
                "数额超出了账本能记的范围。".into(),
                "The amount is beyond what the book can hold.".into(),
            ),
            Rejection::Amend(rejection) => rejection.both(),
            Rejection::Event(rejection) => rejection.both(),
            Rejection::Carry(rejection) => rejection.both(),
            Rejection::People(rejection) => rejection.both(),
        }
    }
}
