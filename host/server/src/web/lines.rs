//! Passbook rows of the store become lines that people read: what for, on which day, how far it has come.
//! Adds up the rows of one entry (a spend over two lots is one line) and nothing else.

use std::collections::HashMap;

use rongyi_core::account::Account;
use rongyi_core::amount::Decimal;
use rongyi_core::book::{Frame, Order, Stand};
use rongyi_core::ids::{AssetNo, ItemNo, OrderNo};
use rongyi_core::record::{
    Amend, Event, NoticeStep, OrderLine, Record, ReleaseReason, TransferKind,
};
use rongyi_core::time::LocalDate;
use rongyi_pages::{Line, LineState, Unit};
use rongyi_store::{PassbookRow, StoreError};

use super::shell::{Visit, day};
use crate::api::error::Fault;
use crate::explain;

/// Decodes stored bytes.
pub(super) fn decode(seq: u64, kind: u8, body: &[u8]) -> Result<Record, Fault> {
    Record::decode(kind, body).map_err(|_| {
        StoreError::Corrupt {
            what: "record",
            place: seq.to_string(),
        }
        .into()
    })
}

/// `大米 5 公斤 × 1`, several items one after another.
pub(super) fn goods(
    visit: &Visit,
    frame: &Frame,
    lines: impl IntoIterator<Item = OrderLine>,
) -> String {
    let each = lines.into_iter().map(|line| {
        format!(
            "{} × {}",
            item_title(visit, frame, line.item),
            line.quantity
        )
    });
    let all: Vec<String> = each.collect();
    all.join(&visit.either("、", ", "))
}

/// What an item is called.
pub(super) fn item_title(visit: &Visit, frame: &Frame, no: ItemNo) -> String {
    let item = frame.items.iter().find(|item| item.no == no);
    item.map_or_else(|| no.to_string(), |item| visit.say(&item.title))
}

/// The lines of an order without their prices.
pub(super) fn order_lines(order: &Order) -> Vec<OrderLine> {
    order.lines.iter().map(|(line, _)| line.clone()).collect()
}

/// What is still set aside of an order, line by line; items that were handed over whole are left out.
pub(super) fn rest_lines(order: &Order) -> Vec<OrderLine> {
    let lines = order.lines.iter().zip(&order.handed);
    let rest = lines.map(|((line, _), handed)| OrderLine {
        item: line.item,
        quantity: line.quantity.saturating_sub(*handed),
    });
    rest.filter(|line| line.quantity > 0).collect()
}

/// What was handed over of an order in parts; empty for one that was not begun, or collected at once.
pub(super) fn handed_lines(order: &Order) -> Vec<OrderLine> {
    let lines = order.lines.iter().zip(&order.handed);
    let handed = lines.map(|((line, _), handed)| OrderLine {
        item: line.item,
        quantity: *handed,
    });
    handed.filter(|line| line.quantity > 0).collect()
}

/// `厨余垃圾分类 7.6 公斤`.
pub(super) fn event_title(visit: &Visit, frame: &Frame, event: &Event) -> String {
    let Some(kind) = explain::kind(frame, &event.kind) else {
        return event.kind.to_string();
    };
    let quantity = Decimal {
        units: event.quantity,
        scale: kind.scale,
    };
    let counted = explain::counted(&quantity.to_string(), &kind.unit, visit.tongue());
    format!("{} {counted}", visit.say(&kind.title))
}

/// What an entry is about, from the record that began it and what else is known of it.
pub(super) fn title(visit: &Visit, frame: &Frame, first: &Record, about: &About) -> String {
    let of_order = |zh: &str, en: &str| match &about.order {
        Some(order) => format!(
            "{}{}",
            visit.either(zh, en),
            goods(visit, frame, order_lines(order))
        ),
        None => visit.either(zh, en),
    };
    match first {
        Record::Event(_, event) | Record::Replace(_, event, _) => event_title(visit, frame, event),
        Record::SettlePart(_, _, lines) => {
            format!(
                "{}{}",
                visit.either("领取一部分 ", "Collected in part: "),
                goods(visit, frame, lines.clone())
            )
        }
        Record::Amend(_, Amend::Reverse(entry, _)) => visit.either(
            &format!("冲正第 {entry} 号"),
            &format!("Reversal of entry {entry}"),
        ),
        Record::Amend(_, Amend::Propose(..)) => {
            visit.either("提出更正，等待批准", "A correction, proposed")
        }
        Record::Amend(_, Amend::Approve(proposal)) => visit.either(
            &format!("双人更正（申请第 {proposal} 号）"),
            &format!("Correction by two people (proposal {proposal})"),
        ),
        Record::Amend(_, Amend::Decline(proposal, _)) => visit.either(
            &format!("更正申请第 {proposal} 号已退回"),
            &format!("Proposal {proposal} was declined"),
        ),
        Record::Notice(_, NoticeStep::Post(..)) => match &about.event {
            Some(event) => format!(
                "{}{}",
                visit.either("公示期满：", "After its notice: "),
                event_title(visit, frame, event)
            ),
            None => visit.either("公示期满入账", "Posted after its notice"),
        },
        Record::Notice(_, NoticeStep::Object(entry, _)) => visit.either(
            &format!("对第 {entry} 号提出异议"),
            &format!("Objection to entry {entry}"),
        ),
        Record::Notice(_, NoticeStep::Review(_, true, _)) => {
            visit.either("异议复核：维持", "Objection reviewed: upheld")
        }
        Record::Notice(_, NoticeStep::Review(_, false, _)) => {
            visit.either("异议复核：撤回", "Objection reviewed: withdrawn")
        }
        Record::Retry(..) => match &about.event {
            Some(event) => event_title(visit, frame, event),
            None => visit.either("补记的事项", "An event, decided later"),
        },
        Record::Open(..) => visit.either("旧存折转入", "Brought over from the paper book"),
        Record::Place(_, _, _, lines, _, _) => {
            format!(
                "{}{}",
                visit.either("兑换 ", "Redeemed: "),
                goods(visit, frame, lines.clone())
            )
        }
        Record::Settle(..) => of_order("领取 ", "Collected: "),
        Record::Release(_, _, ReleaseReason::Cancelled) => {
            of_order("取消兑换，退回 ", "Cancelled: ")
        }
        Record::Release(_, _, ReleaseReason::TimedOut) => {
            of_order("过期未领，退回 ", "Not collected in time: ")
        }
        Record::Lapse(..) => visit.either("积分到期", "Points ran out"),
        Record::Period(_, period, _) => visit.either(
            &format!("{period} 期末结账"),
            &format!("End of the period {period}"),
        ),
        Record::Erase(..) => visit.either("删除个人资料", "Personal data erased"),
        Record::Traits(..) => visit.either("工作人员登记特征", "Traits set by staff"),
        Record::Roster(..) => visit.either("工作人员名册封存", "List of staff sealed"),
        Record::Settings(..)
        | Record::Activate(..)
        | Record::Enrol(..)
        | Record::Define(..)
        | Record::Receive(..)
        | Record::Decided(..)
        | Record::Quoted(..)
        | Record::Refused(..)
        | Record::Waiting(..)
        | Record::Assert(..)
        | Record::Standing(..)
        | Record::Moved(..) => visit.either("记账", "Booked"),
    }
}

/// What else is known of an entry.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    /// Its order.
    pub(super) order: Option<Order>,
    /// The event that was decided later.
    pub(super) event: Option<Event>,
}

/// Looks up what an entry is about.
pub(super) async fn about(
    visit: &Visit,
    (entry, first): (u64, &Record),
    order: Option<OrderNo>,
) -> Result<About, Fault> {
    let store = &visit.app.house.store;
    let no = if let Record::Place(_, no, ..)
    | Record::Settle(_, no)
    | Record::SettlePart(_, no, _)
    | Record::Release(_, no, _) = first
    {
        Some(*no)
    } else {
        order
    };
    let order = match no {
        // A refused order gives its number to the next one, which is none of its business.
        Some(no) => store
            .order(&visit.code, no)
            .await?
            .filter(|order| order.entry <= entry),
        None => None,
    };
    let mut event = None;
    if let Record::Retry(_, seq) | Record::Notice(_, NoticeStep::Post(seq)) = first
        && let Some(entry) = store.entry(&visit.code, *seq).await?
        && let Some((seq, kind, body)) = entry.records.first()
        && let Record::Event(_, own) | Record::Replace(_, own, _) = decode(*seq, *kind, body)?
    {
        event = Some(own);
    }
    Ok(About { order, event })
}

/// The day an entry counts for.
pub(super) fn counts_on(first: &Record, about: &About) -> LocalDate {
    match (first, &about.event) {
        (Record::Event(_, event) | Record::Replace(_, event, _), _) | (_, Some(event)) => event.on,
        _ => first
            .envelope()
            .map_or(LocalDate::FIRST, |envelope| envelope.today),
    }
}

/// How far a line has come: only a line that set points aside for an order has a state of its own.
pub(super) fn state(first: &Record, about: &About, today: LocalDate) -> LineState {
    let stand = about.order.as_ref().map(|order| order.seen(today).stand);
    match (first, stand) {
        (Record::Place(..), Some(Stand::Reserved)) => LineState::SetAside,
        (Record::Place(..), Some(Stand::Settled { .. })) => LineState::PickedUp,
        (Record::Place(..), Some(Stand::Cancelled { .. } | Stand::TimedOut { .. })) => {
            LineState::Reversed
        }
        _ => LineState::Posted,
    }
}

/// What an account counts.
pub(super) fn unit(account: &Account) -> Unit {
    if account.asset == AssetNo::MINUTES {
        Unit::Minutes
    } else {
        Unit::Points
    }
}

/// A line with what its month needs to know.
pub(super) struct Booked {
    /// What people read.
    pub(super) line: Line,
    /// The seq of its oldest row.
    pub(super) oldest: u64,
    /// Whether counters do not know of it: openings and what ran out.
    pub(super) uncounted: bool,
}

/// The rows of one entry and account become one line each, newest first.
pub(super) async fn lines(
    visit: &Visit,
    frame: &Frame,
    rows: &[PassbookRow],
) -> Result<Vec<Booked>, Fault> {
    let mut booked: Vec<Booked> = Vec::new();
    let mut places: HashMap<(u64, Account), usize> = HashMap::new();
    for row in rows {
        if let Some(place) = places.get(&(row.entry, row.account)) {
            let own = &mut booked[*place];
            own.line.amount = own.line.amount.saturating_add(row.change);
            own.oldest = row.seq;
            continue;
        }
        let first = decode(row.entry, row.first.0, &row.first.1)?;
        let about = about(visit, (row.entry, &first), row.transfer.order).await?;
        let note = match first.envelope() {
            Some(envelope) if matches!(first, Record::Event(..) | Record::Open(..)) => {
                visit.actor(&envelope.actor).await
            }
            Some(_) | None => String::new(),
        };
        places.insert((row.entry, row.account), booked.len());
        booked.push(Booked {
            line: Line {
                seq: row.entry,
                title: title(visit, frame, &first, &about),
                day: day(counts_on(&first, &about)),
                note,
                amount: row.change,
                unit: unit(&row.account),
                balance_after: (unit(&row.account) == Unit::Points).then_some(row.balance_after),
                state: state(&first, &about, visit.today()),
            },
            oldest: row.seq,
            uncounted: matches!(
                row.transfer.kind,
                TransferKind::Opening | TransferKind::Expire
            ),
        });
    }
    Ok(booked)
}
