//! What an entry is called and what it is about: its event, its order, what it takes back.

use rongyi_core::book::{Frame, Order, Receipt};
use rongyi_core::ids::{AssetNo, ItemNo, OrderNo, RuleSetNo};
use rongyi_core::record::{Asked, Event, Named, OrderLine, Record, TransferKind};
use rongyi_core::time::LocalDate;
use rongyi_pages::Unit;
use rongyi_store::{StoreError, StoredEntry};

use crate::door::fault::Fault;
use crate::door::visit::Visit;
use crate::ledger::carried::carried_title;
use crate::ledger::{explain, past};

/// Decodes stored bytes.
pub(crate) fn decode(seq: u64, kind: u8, body: &[u8]) -> Result<Record, Fault> {
    Record::decode(kind, body).map_err(|_| {
        StoreError::Corrupt {
            what: "record",
            place: seq.to_string(),
        }
        .into()
    })
}

/// `大米 5 公斤 × 1`, several items one after another.
pub(crate) fn goods(
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
pub(crate) fn item_title(visit: &Visit, frame: &Frame, no: ItemNo) -> String {
    let item = frame.items.iter().find(|item| item.no == no);
    item.map_or_else(|| no.to_string(), |item| visit.say(&item.title))
}

/// The lines of an order without their prices.
pub(crate) fn order_lines(order: &Order) -> Vec<OrderLine> {
    order.lines.iter().map(|(line, _)| line.clone()).collect()
}

/// What is still set aside of an order, line by line; items that were handed over whole are left out.
pub(crate) fn rest_lines(order: &Order) -> Vec<OrderLine> {
    let lines = order.lines.iter().zip(&order.handed);
    let rest = lines.map(|((line, _), handed)| OrderLine {
        item: line.item,
        quantity: line.quantity.saturating_sub(*handed),
    });
    rest.filter(|line| line.quantity > 0).collect()
}

/// What was handed over of an order in parts; empty for one that was not begun, or collected at once.
pub(crate) fn handed_lines(order: &Order) -> Vec<OrderLine> {
    let lines = order.lines.iter().zip(&order.handed);
    let handed = lines.map(|((line, _), handed)| OrderLine {
        item: line.item,
        quantity: *handed,
    });
    handed.filter(|line| line.quantity > 0).collect()
}

/// `厨余垃圾分类 7.6 公斤`, in the words of the rule set that was asked about it.
pub(crate) fn event_title(
    visit: &Visit,
    frame: &Frame,
    event: &Event,
    set: Option<RuleSetNo>,
) -> String {
    let Some(kind) = explain::kind_of(frame, event, set) else {
        return event.kind.to_string();
    };
    let quantity = event.quantity.number(kind.scale);
    let counted = explain::counted(&quantity.to_string(), &kind.unit, visit.tongue());
    format!("{} {counted}", visit.say(&kind.title))
}

/// What an entry is called, from the record that began it and what else is known of it.
pub(crate) fn title(visit: &Visit, frame: &Frame, first: &Record, about: &About) -> String {
    let Some(what) = first.what() else {
        return visit.either("记账", "Booked");
    };
    let of_event = |event: &Event| event_title(visit, frame, event, about.set);
    let title = what.title();
    let named = match &title.of {
        Named::Nothing => None,
        Named::Event => what.event().map(of_event),
        Named::EventOf(_) => about.event.as_ref().map(of_event),
        Named::Entry(entry) => return reversal_title(visit, frame, *entry, about),
        Named::Proposal(_) => match about.reverses {
            Some(entry) => return reversal_title(visit, frame, entry, about),
            None => None,
        },
        Named::Goods(lines) => Some(goods(visit, frame, lines.clone())),
        Named::Order(_) => {
            let order = about.order.as_ref();
            order.map(|order| goods(visit, frame, order_lines(order)))
        }
        Named::History(history) => Some(carried_title(visit, frame, history)),
    };
    match named {
        Some(named) => format!("{}{named}", visit.say(&title.lead)),
        None => visit.say(&title.alone),
    }
}

/// `冲正第 812 笔：厨余垃圾分类 7.6 公斤`.
fn reversal_title(visit: &Visit, frame: &Frame, entry: u64, about: &About) -> String {
    let number = visit.either(
        &format!("冲正第 {entry} 笔"),
        &format!("Reversal of entry {entry}"),
    );
    let what = match (&about.event, &about.order) {
        (Some(event), _) => event_title(visit, frame, event, about.set),
        (None, Some(order)) => format!(
            "{}{}",
            visit.either("退货 ", "returned: "),
            goods(visit, frame, order_lines(order))
        ),
        (None, None) => return number,
    };
    format!("{number}{}{what}", visit.either("：", ": "))
}

/// What else is known of an entry.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    /// Its order, or that of the entry it takes back.
    pub(crate) order: Option<Order>,
    /// The event that was decided later, posted or taken back.
    pub(crate) event: Option<Event>,
    /// The rule set that decided its event.
    pub(crate) set: Option<RuleSetNo>,
    /// The entry that an approved proposal takes back.
    pub(crate) reverses: Option<u64>,
}

/// The event behind an entry, the rule set that was asked about it last, and the order that it handed over.
type Behind = (Option<Event>, Option<RuleSetNo>, Option<OrderNo>);

/// The rule set that answered in an entry; what was asked and what came of it are its first two records.
fn asked(entry: &StoredEntry) -> Result<Option<RuleSetNo>, Fault> {
    match entry.records.get(1) {
        Some((seq, kind, body)) => Ok(decode(*seq, *kind, body)?.set()),
        None => Ok(None),
    }
}

/// The entry whose event this one decides later, or posts after its notice.
fn decides(first: &Record) -> Option<u64> {
    if let Named::EventOf(entry) = first.what()?.title().of {
        Some(entry)
    } else {
        None
    }
}

/// Looks up what is behind an entry.
async fn behind(visit: &Visit, entry: u64) -> Result<Behind, Fault> {
    let store = &visit.app.house.store;
    let (mut seq, mut set) = (entry, None);
    // A second try names the first, a posting its award: two steps at most.
    for _ in 0..3 {
        let Some(found) = store.entry(&visit.code, seq).await? else {
            break;
        };
        let Some((place, kind, body)) = found.records.first() else {
            break;
        };
        let first = decode(*place, *kind, body)?;
        set = set.or(asked(&found)?);
        if let Some(event) = first.event() {
            return Ok((Some(event.clone()), set, None));
        }
        if let Some(Asked::Settle(_) | Asked::SettlePart(_)) = first.what() {
            return Ok((None, None, first.order()));
        }
        let Some(before) = decides(&first) else {
            break;
        };
        seq = before;
    }
    Ok((None, None, None))
}

/// Looks up what an entry is about.
pub(crate) async fn about(
    visit: &Visit,
    (entry, first): (u64, &Record),
    order: Option<OrderNo>,
) -> Result<About, Fault> {
    let store = &visit.app.house.store;
    let decided = first.event().is_some() || matches!(first.what(), Some(Asked::Retry(_)));
    let stored = match decided {
        true => store.entry(&visit.code, entry).await?,
        false => None,
    };
    let set = stored.map_or(Ok(None), |stored| asked(&stored))?;
    about_decided(visit, (entry, first), order, set).await
}

/// The same of an entry whose answer is at hand: the rule set that gave it.
pub(crate) async fn about_decided(
    visit: &Visit,
    (entry, first): (u64, &Record),
    order: Option<OrderNo>,
    set: Option<RuleSetNo>,
) -> Result<About, Fault> {
    let store = &visit.app.house.store;
    let no = first.order().or(order);
    let order = match no {
        // A refused order gives its number to the next one, which is none of its business.
        Some(no) => store
            .order(&visit.code, no)
            .await?
            .filter(|order| order.entry <= entry),
        None => None,
    };
    let mut about = About {
        order,
        set,
        ..About::default()
    };
    if let Some(seq) = decides(first) {
        let (event, set, _) = behind(visit, seq).await?;
        about.event = event;
        about.set = about.set.or(set);
    }
    if let Some(entry) = past::taken_back(store, &visit.code, first).await? {
        let (event, set, no) = behind(visit, entry).await?;
        about.reverses = Some(entry);
        about.event = event;
        about.set = set;
        if let Some(no) = no {
            about.order = store.order(&visit.code, no).await?;
        }
    }
    Ok(about)
}

/// The local day on which an entry was booked.
pub(crate) fn booked_on(first: &Record) -> LocalDate {
    let envelope = first.envelope();
    envelope.map_or(LocalDate::FIRST, |envelope| envelope.today)
}

/// The day on which it happened, where it was booked on another one.
pub(crate) fn happened_on(first: &Record, about: &About) -> Option<LocalDate> {
    let later = about.event.as_ref().filter(|_| decides(first).is_some());
    let on = first.event().or(later)?.on;
    (on != booked_on(first)).then_some(on)
}

/// The event an entry decided.
pub(crate) fn event_of<'r>(first: &'r Record, about: &'r About) -> Option<&'r Event> {
    let waited = matches!(first.what(), Some(Asked::Retry(_)));
    let later = about.event.as_ref().filter(|_| waited);
    first.event().or(later)
}

/// What an account counts.
pub(crate) fn unit(visit: &Visit, asset: AssetNo) -> Unit {
    match asset {
        AssetNo::POINTS => Unit::Points,
        AssetNo::MINUTES => Unit::Minutes,
        other => Unit::Other(asset_title(visit, other)),
    }
}

/// What an asset is called: as the community's file says, or as everybody calls it.
pub(crate) fn asset_title(visit: &Visit, asset: AssetNo) -> String {
    match asset {
        AssetNo::POINTS => return visit.either("积分", "points"),
        AssetNo::MINUTES => return visit.either("志愿时长（分钟）", "volunteer minutes"),
        AssetNo::CONDUCT => return visit.either("操行分", "conduct points"),
        _ => {}
    }
    let community = visit.app.house.community(&visit.code);
    let declared = community.map_or_else(Vec::new, |community| community.config.assets.clone());
    let settings = visit.app.house.clerk.frame(&visit.code);
    let code = settings.and_then(|frame| {
        let all = frame.settings.as_ref()?.assets.clone();
        all.into_iter()
            .find(|(_, no)| *no == asset)
            .map(|(code, _)| code)
    });
    let title = declared
        .iter()
        .find(|(declared_code, _)| Some(declared_code) == code.as_ref())
        .map(|(_, title)| visit.say(title));
    title.unwrap_or_else(|| visit.either("其他", "others"))
}

/// `4 分`, `2 小时`, `2 公益星`.
pub(crate) fn amount_text(visit: &Visit, asset: AssetNo, amount: i64) -> String {
    let shell = visit.shell();
    match asset {
        AssetNo::POINTS => shell.points(amount),
        AssetNo::MINUTES => shell.hours(amount),
        other => format!("{} {}", shell.num(amount), asset_title(visit, other)),
    }
}

/// What is said of points that were to come back and had run out meanwhile.
pub(crate) fn late_text(visit: &Visit, lapsed: i64) -> Option<String> {
    let points = visit.shell().points(lapsed);
    let text = visit.either(
        &format!("其中 {points}早已到期，没有退回。"),
        &format!("{points} of it had run out and did not come back."),
    );
    (lapsed > 0).then_some(text)
}

/// What is said of a return of which nothing was left: it had run out before, or was never taken twice.
pub(crate) fn nothing_back_text(visit: &Visit, receipt: &Receipt) -> String {
    let expired = past::movements(receipt).filter(|made| made.kind == TransferKind::Expire);
    let mut lapsed: Option<(AssetNo, i64)> = None;
    for made in expired {
        let (_, sum) = lapsed.get_or_insert((made.debit.asset, 0));
        *sum = sum.saturating_add(made.amount.get());
    }
    let Some((asset, lapsed)) = lapsed else {
        return visit.either(
            "这一笔的积分早已到期，没有再扣一次。",
            "What it had brought ran out before, and was not taken a second time.",
        );
    };
    let amount = amount_text(visit, asset, lapsed);
    visit.either(
        &format!("{amount}早已到期，没有退回。"),
        &format!("{amount} had run out and did not come back."),
    )
}

/// What is said of points that ran out while they could not be spent.
pub(crate) fn lapsed_text(visit: &Visit, asset: AssetNo, lapsed: i64) -> String {
    let points = amount_text(visit, asset, lapsed);
    visit.either(
        &format!("{points}在留着的时候到期，没有退回。"),
        &format!("{points} ran out while they were kept and did not come back."),
    )
}

/// Points that an entry let run out instead of giving them back.
pub(crate) fn lapsed(receipt: &Receipt) -> i64 {
    let first = receipt.records.first();
    // That is what a lapse is for; its line says nothing else.
    if matches!(first.and_then(Record::what), Some(Asked::Lapse(_))) {
        return 0;
    }
    let expired = receipt.records.iter().filter_map(|record| {
        if let Record::Moved(_, transfer) = record
            && transfer.kind == TransferKind::Expire
            && transfer.debit.asset == AssetNo::POINTS
        {
            Some(transfer.amount.get())
        } else {
            None
        }
    });
    expired.fold(0, i64::saturating_add)
}

pub(crate) fn erased(visit: &Visit) -> String {
    visit.either("（文字已删除）", "(erased)")
}
