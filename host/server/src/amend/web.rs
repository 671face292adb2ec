//! The notice page, where everybody sees what is not yet spendable and may object; and the reviewers' desk for
//! reversals, corrections by two people and objections. What comes of a form is decided by the book.

use axum::response::{IntoResponse, Response};
use rongyi_clerk::receipt;
use rongyi_core::account::{Holder, Purpose};
use rongyi_core::amount::Amount;
use rongyi_core::book::{FateState, Frame, Receipt};
use rongyi_core::chain::hex;
use rongyi_core::command::{AmendRejection, Rejection};
use rongyi_core::ids::{AssetNo, Code, ResidentNo};
use rongyi_core::record::{Asked, Change, Place, Record};
use rongyi_core::{shown, typed};
use rongyi_pages::{
    AmendView, FieldError, FoundEntry, NoticeListView, NoticeRow, NoticeState, NoticeView,
    ObjectionRow, ProposalRow,
};
use serde::Deserialize;

use crate::access::{AccessError, SignedIn, random};
use crate::amend::marks::web;
use crate::amend::{self, By, Noticed, Proposal, Request};
use crate::door::asked::{No, Path, Seq, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, day, go};
use crate::door::{self, Act, Actor, Kind};
use crate::earning::resident_no;
use crate::ledger::titles::{about, asset_title, booked_on, decode, erased, event_title, title};
use crate::ledger::told::gains;
use crate::people::own::ERASED;
use crate::{jobs, redemption};

/// The entry that was just booked.
#[derive(Debug, Deserialize)]
pub(crate) struct Done {
    done: Option<Seq>,
}

async fn frame(visit: &Visit) -> Result<Frame, Fault> {
    let frame = visit.app.house.store.frame(&visit.code).await?;
    frame.ok_or_else(Fault::not_found)
}

/// Who reads a list of notices.
enum ListReader<'r> {
    /// The wall: names as people said they may be read, whoever prints it.
    Wall,
    /// Somebody before a page, and what is theirs.
    Page(Option<&'r (ResidentNo, Holder)>),
}

async fn row(
    visit: &Visit,
    frame: &Frame,
    noticed: &Noticed,
    reader: ListReader<'_>,
) -> Result<NoticeRow, Fault> {
    let (wall, reader) = match reader {
        ListReader::Wall => (true, None),
        ListReader::Page(own) => (false, own),
    };
    let doer = noticed
        .event
        .roles
        .iter()
        .find(|(role, _)| role.as_str() == "doer");
    let doer = doer.or(noticed.event.roles.first()).map(|(_, who)| *who);
    let until = noticed.fate.until.unwrap_or(noticed.event.on);
    Ok(NoticeRow {
        entry: noticed.entry,
        title: event_title(visit, frame, &noticed.event, noticed.set),
        masked_name: match doer {
            Some(resident) if !wall && matches!(visit.who, Some(SignedIn::Staff(_))) => {
                visit.masked(resident).await?
            }
            Some(resident) => visit.public_name(resident).await?,
            None => String::new(),
        },
        on: day(noticed.event.on),
        points: noticed.points,
        minutes: noticed.minutes,
        until: day(until),
        days_left: until.to_days().saturating_sub(visit.today().to_days()),
        own: reader.is_some_and(|(resident, holder)| {
            noticed.event.roles.iter().any(|(_, who)| who == resident)
                || noticed.holders.contains(holder)
        }),
        state: match noticed.fate.state {
            FateState::Objected => NoticeState::Objected,
            FateState::Upheld => NoticeState::Upheld,
            FateState::Pending
            | FateState::Proposed
            | FateState::Approved
            | FateState::Declined
            | FateState::Posted
            | FateState::Withdrawn
            | FateState::Reversed => NoticeState::Open,
        },
    })
}

/// `GET /{community}/notice`.
pub(crate) async fn show_notice(
    visit: Visit,
    Typed(query): Typed<Done>,
) -> Result<Response, Fault> {
    jobs::catch_up(&visit.app.house, &visit.code).await?;
    let frame = frame(&visit).await?;
    let reader = match &visit.who {
        Some(SignedIn::Resident(me)) if !me.must_change => {
            let wallet =
                redemption::wallet(&visit.app.house.store, &frame, me.resident, visit.today())
                    .await?;
            wallet.map(|wallet| (me.resident, wallet.holder))
        }
        Some(_) | None => None,
    };
    let mut rows = Vec::new();
    for noticed in amend::notices(&visit.app.house.store, &visit.code).await? {
        rows.push(row(&visit, &frame, &noticed, ListReader::Page(reader.as_ref())).await?);
    }
    Ok(Html(NoticeView {
        shell: visit.shell(),
        rows,
        may_object: visit.who.as_ref().is_some_and(|who| !who.must_change()),
        key: hex(&random::<16>()),
        done: query.done.map(|Seq(seq)| seq),
    })
    .into_response())
}

/// `GET /{community}/notice/list`: what is under notice, for the wall.
pub(crate) async fn show_notice_list(visit: Visit) -> Result<Response, Fault> {
    jobs::catch_up(&visit.app.house, &visit.code).await?;
    let frame = frame(&visit).await?;
    let mut rows = Vec::new();
    for noticed in amend::notices(&visit.app.house.store, &visit.code).await? {
        rows.push(row(&visit, &frame, &noticed, ListReader::Wall).await?);
    }
    Ok(Html(NoticeListView {
        shell: visit.shell(),
        today: day(visit.today()),
        rows,
    })
    .into_response())
}

/// What the forms of this page send; each uses what it needs.
#[derive(Debug, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    key: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    entry: String,
    #[serde(default)]
    how: String,
    #[serde(default)]
    finding: String,
    #[serde(default)]
    resident: String,
    #[serde(default)]
    asset: String,
    #[serde(default)]
    amount: String,
}

async fn book(
    visit: &Visit,
    actor: &Actor,
    request: &Request,
    (reason, key): (String, String),
) -> Result<u64, Fault> {
    let by = By {
        actor: actor.code(),
        key: Some(key).filter(|key| (1..=128).contains(&key.len())),
        reason,
    };
    let answer = amend::ask(&visit.app.house, &visit.code, request, by).await?;
    Ok(answer.receipt.entry)
}

/// `POST /{community}/notice/{entry}/object`: any resident, any member of staff.
pub(crate) async fn object(
    visit: Visit,
    Path((_, Seq(entry))): Path<(String, Seq)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let actor = match visit.who.as_ref() {
        None => return Err(AccessError::SignInNeeded.into()),
        Some(who) if who.must_change() => return Err(AccessError::PinFirst.into()),
        Some(who) => Actor::from(who),
    };
    let sent = sent.form().await?;
    let reason = amend::reason(&sent.reason)?;
    let done = book(&visit, &actor, &Request::Object(entry), (reason, sent.key)).await?;
    Ok(go(&visit.path(&format!("/notice?done={done}"))))
}

/// What the desk is asked to show.
#[derive(Debug, Deserialize)]
pub(crate) struct DeskQuery {
    done: Option<Seq>,
    #[serde(default)]
    entry: String,
    /// Whose correction is to be proposed.
    resident: Option<No>,
}

/// `GET /{community}/amend`; with `?entry=` that entry, before anybody says why it is to be reversed.
pub(crate) async fn show_desk(
    duty: OnDuty,
    Typed(query): Typed<DeskQuery>,
) -> Result<Response, Fault> {
    let me = duty.actor().code();
    let looked_up = look_up(&duty, &query.entry).await;
    let whom = match query.resident {
        Some(No(no)) => named(&duty, ResidentNo(no)).await?,
        None => None,
    };
    let frame = frame(&duty.visit).await?;
    let marks = web::open(&duty, &frame, &me).await?;
    let visit = duty.visit;
    let store = &visit.app.house.store;
    let mut proposals = Vec::new();
    for proposed in amend::proposals(store, &visit.code).await? {
        proposals.push(proposal(&visit, proposed, &me).await?);
    }
    let mut objections = Vec::new();
    for noticed in amend::notices(store, &visit.code).await? {
        if let Some((by, reason)) = &noticed.objection {
            objections.push(ObjectionRow {
                notice: row(&visit, &frame, &noticed, ListReader::Page(None)).await?,
                by: visit.actor(by).await,
                reason: reason.clone().unwrap_or_else(|| erased(&visit)),
            });
        }
    }
    let (found, errors) = match looked_up {
        Ok(found) => (found, Vec::new()),
        Err(fault) if fault.status.is_client_error() => {
            let message = visit.say(&fault.text);
            let field = "entry";
            (None, vec![FieldError { field, message }])
        }
        Err(fault) => return Err(fault),
    };
    Ok(Html(AmendView {
        typed: shown::short(&query.entry, 40).into_owned(),
        whom,
        found,
        errors,
        shell: visit.shell(),
        proposals,
        objections,
        marks,
        key: hex(&random::<16>()),
        done: query.done.map(|Seq(seq)| seq),
    })
    .into_response())
}

/// The number and name of somebody whose number stands in the address, so that nobody corrects a stranger.
async fn named(duty: &OnDuty, resident: ResidentNo) -> Result<Option<(String, String)>, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let person = store.resident_person(&visit.code, resident).await?;
    let Some(person) = person.filter(|person| person.name != ERASED) else {
        return Ok(None);
    };
    duty.reads(Kind::Identity, &[resident]).await?;
    Ok(Some((resident.to_string(), person.name)))
}

const ENTRY_DIGITS: (&str, &str) = (
    "“第几笔”要写数字，例如 812。",
    "An entry is a number in digits, such as 812.",
);

/// Points that an entry spent of lots that are over by now: given back, they run out at once.
fn runs_out(visit: &Visit, receipt: &Receipt) -> i64 {
    let today = visit.today().to_days();
    let lapsed = receipt.records.iter().filter_map(|record| {
        let Record::Moved(_, moved) = record else {
            return None;
        };
        let spent = moved.credit.purpose == Purpose::Redeemed
            && moved.debit.asset == AssetNo::POINTS
            && (1..today).contains(&moved.from_lot);
        spent.then(|| moved.amount.get())
    });
    lapsed.fold(0, i64::saturating_add)
}

/// The entry of a number that was typed, with whom it concerns and where it stands. Nothing is reversed by looking.
async fn look_up(duty: &OnDuty, typed: &str) -> Result<Option<FoundEntry>, Fault> {
    if typed.is_empty() {
        return Ok(None);
    }
    let visit = &duty.visit;
    let entry: u64 = number(typed, false, ENTRY_DIGITS)?;
    let store = &visit.app.house.store;
    let frame = frame(visit).await?;
    let stored = store.entry(&visit.code, entry).await?;
    let mut stored = stored.ok_or(Rejection::from(AmendRejection::EntryUnknown { entry }))?;
    let mut notes = Vec::new();
    // Of an order that was handed over the return is booked against the hand-over.
    if let Some((seq, kind, body)) = stored.records.first()
        && let Record::Asked(_, Asked::Place(Place { no, .. })) = decode(*seq, *kind, body)?
        && let Some(order) = store.order(&visit.code, no).await?
        && let [handed] = redemption::handed_in(store, &visit.code, &order)
            .await?
            .as_slice()
        && let Some(settled) = store.entry(&visit.code, *handed).await?
    {
        notes.push(visit.either(
            &format!("第 {entry} 笔是下单，交付是第 {handed} 笔；退货要冲正的是交付。"),
            &format!("Entry {entry} placed the order; entry {handed} handed it over, and that is what a return reverses."),
        ));
        stored = settled;
    }
    let receipt = receipt(&stored)?;
    let whose = door::concerned(store, &visit.code, &receipt).await?;
    duty.reads(Kind::Entry, &whose).await?;
    let first = receipt.records.first().ok_or_else(Fault::not_found)?;
    let envelope = first.envelope().ok_or_else(Fault::not_found)?;
    let about = about(visit, (stored.first_seq, first), None).await?;
    let fate = store.fate(&visit.code, stored.first_seq).await?;
    let gone = fate.filter(|fate| {
        matches!(
            fate.state,
            FateState::Reversed
                | FateState::Withdrawn
                | FateState::Pending
                | FateState::Objected
                | FateState::Upheld
        )
    });
    if let Some(fate) = gone {
        let by = fate.by;
        notes.push(match fate.state {
            FateState::Reversed | FateState::Withdrawn => visit.either(
                &format!("这一笔已经冲正过了（第 {by} 笔）。"),
                &format!("It was taken back already, by entry {by}."),
            ),
            FateState::Proposed
            | FateState::Approved
            | FateState::Declined
            | FateState::Posted
            | FateState::Pending
            | FateState::Objected
            | FateState::Upheld => visit.either(
                "这一笔还在公示期：有问题请提出异议，由另一位工作人员复核。",
                "It is under notice: object to it, and another member of staff reviews it.",
            ),
        });
    }
    let late = runs_out(visit, &receipt);
    if late > 0 && gone.is_none() {
        let points = visit.shell().points(late);
        notes.push(visit.either(
            &format!("当时用的积分里有 {points}已经到期：冲正以后不退回。"),
            &format!(
                "{points} of what it took have run out meanwhile: reversed, they do not come back."
            ),
        ));
    }
    if receipt.waiting().is_some() && gone.is_none() {
        notes.push(visit.either(
            "这件事还在等规则修好，没有记分。冲正就是撤回它，以后不再补记。",
            "It waits for its rule and has booked nothing. Reversing withdraws it, so that it is not decided later.",
        ));
    }
    Ok(Some(FoundEntry {
        entry: stored.first_seq,
        title: title(visit, &frame, first, &about),
        on: day(booked_on(first)),
        gains: gains(visit, &receipt).await?.0,
        by: visit.actor(&envelope.actor).await,
        at: visit.moment(envelope.at),
        notes,
        open: gone.is_none() && duty.may(Act::Reverse),
    }))
}

async fn proposal(visit: &Visit, proposal: Proposal, me: &Code) -> Result<ProposalRow, Fault> {
    let what = match &proposal.change {
        Change::Reverse { entry } => visit.either(
            &format!("冲正第 {entry} 笔（可超过欠分额度）"),
            &format!("Reverse entry {entry} (may pass the debt floor)"),
        ),
        Change::Adjust {
            resident,
            asset,
            amount,
            ..
        } => {
            let name = visit.masked(*resident).await?;
            let amount = amount.get();
            let settings = frame(visit).await?.settings;
            let no = settings.and_then(|settings| settings.asset(asset));
            let title = no.map_or_else(String::new, |no| asset_title(visit, no));
            visit.either(
                &format!("{resident} 号居民 {name}：{title} {amount:+}"),
                &format!("Resident {resident}, {name}: {amount:+} {title}"),
            )
        }
    };
    Ok(ProposalRow {
        entry: proposal.entry,
        what,
        own: proposal.by == *me,
        by: visit.actor(&proposal.by).await,
        reason: proposal.reason.unwrap_or_else(|| erased(visit)),
    })
}

/// A whole number as people type it, with a sign where one is allowed.
fn number<T: std::str::FromStr>(
    text: &str,
    signed: bool,
    (zh, en): (&str, &str),
) -> Result<T, Fault> {
    let text = typed::canonical(text);
    let minus = text.strip_prefix(['-', '\u{2212}']);
    let rest = minus.unwrap_or(text.strip_prefix('+').unwrap_or(&text));
    let plain = signed || rest.len() == text.len();
    let digits = typed::digits(rest).filter(|_| plain);
    let sign = if minus.is_some() { "-" } else { "" };
    let number = digits.and_then(|digits| format!("{sign}{digits}").parse().ok());
    number.ok_or_else(|| Fault::input("", zh, en))
}

async fn at_desk(
    duty: OnDuty,
    request: &Request,
    sent: (String, String),
) -> Result<Response, Fault> {
    let done = book(&duty.visit, &duty.actor(), request, sent).await?;
    Ok(go(&duty.visit.path(&format!("/amend?done={done}"))))
}

/// `POST /{community}/amend/reverse`.
pub(crate) async fn reverse(duty: OnDuty, sent: Unread<Sent>) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let entry = number(&sent.entry, false, ENTRY_DIGITS)?;
    let reason = amend::reason(&sent.reason)?;
    let request = if sent.how == "propose" {
        Request::Propose(Change::Reverse { entry })
    } else {
        Request::Reverse(entry)
    };
    at_desk(duty, &request, (reason, sent.key)).await
}

/// `POST /{community}/amend/adjust`.
pub(crate) async fn adjust(duty: OnDuty, sent: Unread<Sent>) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let resident: ResidentNo = resident_no(sent.resident.trim())?;
    let amount: i64 = number(
        &sent.amount,
        true,
        (
            "增加多少要写整数，例如 20 或 -20。",
            "Write a whole number, such as 20 or -20.",
        ),
    )?;
    let change = Change::Adjust {
        resident,
        asset: crate::earning::code(&sent.asset, "asset")?,
        amount: Amount::new(amount).map_err(|_| rongyi_core::command::Rejection::OutOfRange)?,
        expires: None,
        about: None,
    };
    let reason = amend::reason(&sent.reason)?;
    at_desk(duty, &Request::Propose(change), (reason, sent.key)).await
}

/// `POST /{community}/amend/{seq}/approve`.
pub(crate) async fn approve(
    duty: OnDuty,
    Path((_, Seq(proposal))): Path<(String, Seq)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let request = Request::Approve(proposal);
    at_desk(duty, &request, (String::new(), sent.key)).await
}

/// `POST /{community}/amend/{seq}/decline`.
pub(crate) async fn decline(
    duty: OnDuty,
    Path((_, Seq(proposal))): Path<(String, Seq)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let reason = amend::reason(&sent.reason)?;
    at_desk(duty, &Request::Decline(proposal), (reason, sent.key)).await
}

/// `POST /{community}/amend/{seq}/review`.
pub(crate) async fn review(
    duty: OnDuty,
    Path((_, Seq(entry))): Path<(String, Seq)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let uphold = match sent.finding.as_str() {
        "uphold" => true,
        "withdraw" => false,
        _ => {
            return Err(Fault::input(
                "",
                "请按“维持积分”或“撤回积分”。",
                "Press one of the two buttons.",
            ));
        }
    };
    let reason = amend::reason(&sent.reason)?;
    at_desk(duty, &Request::Review(entry, uphold), (reason, sent.key)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let read = |text: &str, signed| number::<i64>(text, signed, ("", "")).ok();
        for (text, signed, wanted) in [
            ("812", false, Some(812)),
            (" ８１２ ", false, Some(812)),
            ("+812", false, None),
            ("-812", false, None),
            ("+20", true, Some(20)),
            ("-20", true, Some(-20)),
            ("\u{2212}20", true, Some(-20)),
            ("－20", true, Some(-20)),
            ("--20", true, None),
            ("+-20", true, None),
            ("2e1", true, None),
            ("99999999999999999999", true, None),
        ] {
            assert_eq!(read(text, signed), wanted, "{text:?}");
        }
    }
}
