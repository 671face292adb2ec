//! What an entry is called on a terminal, from the record that began it.

use rongyi_core::book::Frame;
use rongyi_core::ids::{ItemNo, RuleSetNo};
use rongyi_core::record::{Amend, Event, NoticeStep, Record, ReleaseReason};
use rongyi_core::rule::Text;

use crate::ledger::explain;

pub(super) fn event_text(frame: &Frame, event: &Event, set: Option<RuleSetNo>) -> Text {
    let (zh, en) = (event.kind.to_string(), event.kind.to_string());
    let kind = explain::kind_of(frame, event, set);
    kind.map_or(Text { zh, en }, |plan| plan.title.clone())
}

pub(crate) fn entry_text(frame: &Frame, first: &Record) -> Text {
    let text = |zh: String, en: String| Text { zh, en };
    let item = |no: ItemNo| {
        frame
            .items
            .iter()
            .find(|item| item.no == no)
            .map(|item| item.title.clone())
    };
    match first {
        Record::Open(..) => text(
            "旧积分册的余额".into(),
            "Balance from the paper book".into(),
        ),
        Record::History(_, _, history, ..) => explain::carried::title(frame, history),
        Record::Place(_, no, _, lines, ..) => {
            let first = lines.first().and_then(|line| item(line.item));
            let first = first.unwrap_or_else(|| text(String::new(), String::new()));
            text(
                format!("兑换 #{no} {}", first.zh),
                format!("Order #{no} {}", first.en),
            )
        }
        Record::Settle(_, no) => text(format!("已取货 #{no}"), format!("Handed over #{no}")),
        Record::Release(_, no, ReleaseReason::Cancelled) => text(
            format!("取消兑换 #{no}，积分退回"),
            format!("Order #{no} cancelled; points back"),
        ),
        Record::Release(_, no, ReleaseReason::TimedOut) => text(
            format!("兑换 #{no} 没有来取，积分退回"),
            format!("Order #{no} not collected; points back"),
        ),
        Record::Lapse(..) => text("到期失效".into(), "Lapsed".into()),
        Record::Period(_, period, _) => text(
            format!("{period} 期末结账"),
            format!("End of the period {period}"),
        ),
        Record::Erase(..) => text("删除个人资料".into(), "Personal data erased".into()),
        Record::Traits(..) => text("工作人员登记特征".into(), "Traits set by staff".into()),
        Record::Retry(..) => text(
            "等规则修好后补记".into(),
            "Decided after its rule was mended".into(),
        ),
        Record::SettlePart(_, no, ..) => text(
            format!("已取一部分 #{no}"),
            format!("Handed over in part #{no}"),
        ),
        Record::Amend(_, Amend::Reverse(entry, _)) => text(
            format!("冲正第 {entry} 笔"),
            format!("Reversal of entry {entry}"),
        ),
        Record::Amend(_, Amend::Approve(proposal)) => text(
            format!("双人更正（申请是第 {proposal} 笔）"),
            format!("Correction by two people (proposal {proposal})"),
        ),
        Record::Notice(_, NoticeStep::Post(entry) | NoticeStep::Review(entry, ..)) => text(
            format!("公示期满入账（第 {entry} 笔）"),
            format!("Posted after its notice (entry {entry})"),
        ),
        Record::Event(_, event) | Record::Replace(_, event, _) => event_text(frame, event, None),
        Record::Receive(_, no, quantity, _) => {
            let name = item(*no).unwrap_or_else(|| text(String::new(), String::new()));
            text(
                format!("进货 {} {quantity:+}", name.zh),
                format!("Goods: {} {quantity:+}", name.en),
            )
        }
        // None of these moves a holder's points.
        Record::Amend(..) | Record::Notice(..) => text("其他".into(), "Other".into()),
        Record::Settings(..)
        | Record::Activate(..)
        | Record::Enrol(..)
        | Record::Define(..)
        | Record::Decided(..)
        | Record::Quoted(..)
        | Record::Refused(..)
        | Record::Waiting(..)
        | Record::Assert(..)
        | Record::Roster(..)
        | Record::Standing(..)
        | Record::Moved(..) => text("其他".into(), "Other".into()),
    }
}
