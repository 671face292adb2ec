//! The resident's page, why one of their lines is so, and everything that is kept about them as a file. Opening any of
//! it leaves a line that the resident can see.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rongyi_clerk::receipt;
use rongyi_core::account::Holder;
use rongyi_core::book::{FateState, Frame};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::record::Change;
use rongyi_core::time::LocalDate;
use rongyi_pages::{
    DeviceRow, Expiring, MemberRow, ReadRow, ResidentActs, ResidentView, Waiting, WaitsRow,
};
use rongyi_store::{Store, Whose};
use serde::Deserialize;

use super::{somebody, whom};
use crate::access::SignedResident;
use crate::amend::{self, Noticed, Proposal, marks};
use crate::cases::told::about_them;
use crate::door::asked::{No, Path, Seq, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, day};
use crate::door::{Act, Kind, concerned};
use crate::ledger::pending;
use crate::ledger::titles::{goods, rest_lines};
use crate::ledger::wallets::at_hand;
use crate::ledger::web::{Part, Wanting, orders_of, others, page, waits};
use crate::ledger::why::why_view;
use crate::people::accounts::tail;
use crate::people::leaving;
use crate::people::own::cli::as_json;
use crate::people::own::{self, ERASED};
use crate::people::privacy::{listed, read_row};
use crate::people::traits;
use crate::redemption::Wallet;

/// Rows of one page of the passbook: a spend over several lots is several.
const PAGE_ROWS: u32 = 40;
/// Readings that are shown.
const READS_MAX: u32 = 20;
/// Browsers that are shown.
const DEVICES_MAX: usize = 10;

/// Which lines.
#[derive(Debug, Deserialize)]
pub(crate) struct PageQuery {
    before: Option<Seq>,
    #[serde(default)]
    done: String,
}

fn acts(duty: &OnDuty, resident: ResidentNo) -> ResidentActs {
    ResidentActs {
        record: duty.may(Act::RecordEvent),
        cases: match duty.may(Act::WorkCases) {
            true => about_them(&duty.visit, resident),
            false => Vec::new(),
        },
        order: duty.may(Act::PlaceOrder),
        reverse: duty.may(Act::Reverse),
        propose: duty.may(Act::Propose),
        reset: duty.may(Act::ResetPin),
        listing: duty.may(Act::SetListing),
        export: duty.may(Act::ReadPerson),
        enrol: duty.may(Act::Enrol),
    }
}

/// `GET /{community}/residents/{resident}`.
pub(crate) async fn show_resident(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
    Typed(query): Typed<PageQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let me = somebody(visit, ResidentNo(no)).await?;
    duty.reads(Kind::Resident, &[me.resident]).await?;
    let (frame, wallet) = at_hand(visit, &me).await?;
    let before = query.before.map(|Seq(seq)| seq);
    let part = Part {
        before,
        rows: PAGE_ROWS,
        entries: None,
    };
    let (lines, older) = page(visit, &frame, (&me, &wallet), part).await?;
    let text = store.household(&visit.code, wallet.household).await?;
    let person = store.person(me.person_id).await?;
    let shared = match wallet.holder {
        Holder::Household(no) => visit.household_title(no).await?,
        Holder::Resident(_) | Holder::Community | Holder::Fund(_) => String::new(),
    };
    let known = traits::of(store, &visit.code, me.resident).await?;
    let known = known.unwrap_or_default();
    Ok(Html(ResidentView {
        whom: whom(visit, (&me, &wallet)).await?,
        address: text.map_or_else(String::new, |text| text.address),
        phone_tail: tail(person.and_then(|person| person.phone).as_deref()),
        shared,
        members: members(&duty, &me, wallet.household).await?,
        balance: wallet.points.spendable(visit.today()),
        minutes: wallet.minutes,
        others: others(visit, &frame, &me, (&wallet, Wanting::Declared)).await?,
        notice: wallet.notice.total,
        set_aside: wallet.held.total,
        expiring: next_lapse(&wallet, visit.today()),
        lines,
        older,
        is_older_page: before.is_some(),
        orders: open_orders(visit, &frame, (&me, &wallet)).await?,
        pending: pending::awards(visit, &frame, (&me, &wallet)).await?,
        waits: waiting(visit, &frame, &me).await?,
        listing: listed(visit, me.resident).await?,
        traits: known
            .iter()
            .map(|(name, value)| format!("{name}={}", traits::shown(value)))
            .collect(),
        devices: devices(visit, &me).await?,
        reads: looked(visit, me.resident).await?,
        household: wallet.household.0,
        left: left(visit, me.resident).await?,
        done: match query.done.as_str() {
            "known" => "enrol-known",
            "corrected" => "person-corrected",
            "left" => "resident-left-done",
            _ => "",
        },
        acts: acts(&duty, me.resident),
        shell: visit.shell(),
    })
    .into_response())
}

/// That somebody left, as a sentence; nothing where they did not.
async fn left(visit: &Visit, resident: ResidentNo) -> Result<String, Fault> {
    let member = leaving::member(&visit.app.house.store, &visit.code, resident).await?;
    let Some(left) = member.and_then(|member| member.left) else {
        return Ok(String::new());
    };
    let how = visit.say(&leaving::how_left(left.how));
    let shell = visit.shell();
    Ok(shell.t2(
        "resident-left",
        "how",
        how,
        "day",
        shell.day_long(day(left.on)),
    ))
}

/// Who else belongs to the household. They are named, so they can see by whom.
async fn members(
    duty: &OnDuty,
    me: &SignedResident,
    household: HouseholdNo,
) -> Result<Vec<MemberRow>, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let all = store.residents_of_household(&visit.code, household).await?;
    let others = all.into_iter().filter(|row| row.resident != me.resident);
    let named: Vec<(ResidentNo, String)> = others
        .filter_map(|row| Some((row.resident, row.name?)))
        .filter(|(_, name)| name != ERASED)
        .collect();
    let numbers: Vec<ResidentNo> = named.iter().map(|(no, _)| *no).collect();
    duty.reads(Kind::List, &numbers).await?;
    let row = |(no, name): (ResidentNo, String)| MemberRow {
        no: no.0,
        number: format!("{:04}", no.0),
        name,
    };
    Ok(named.into_iter().map(row).collect())
}

/// The points that lapse next, however late that is.
fn next_lapse(wallet: &Wallet, today: LocalDate) -> Option<Expiring> {
    let dated = wallet.points.lots.range(today.to_days().max(1)..);
    let (lot, points) = dated.into_iter().find(|(_, points)| **points > 0)?;
    Some(Expiring {
        points: *points,
        on: day(LocalDate::from_days(*lot)?),
    })
}

async fn open_orders(
    visit: &Visit,
    frame: &Frame,
    (me, wallet): (&SignedResident, &Wallet),
) -> Result<Vec<Waiting>, Fault> {
    let orders = orders_of(visit, me, wallet).await?;
    let open = orders.iter().filter(|order| waits(visit, order));
    Ok(open
        .map(|order| Waiting {
            no: u64::from(order.no.0),
            title: goods(visit, frame, rest_lines(order)),
            until: day(order.deadline),
        })
        .collect())
}

/// What the desk has about this person: corrections that somebody proposed, objections, events to be looked at.
async fn waiting(
    visit: &Visit,
    frame: &Frame,
    me: &SignedResident,
) -> Result<Vec<WaitsRow>, Fault> {
    let store = &visit.app.house.store;
    let mut rows = Vec::new();
    for proposal in amend::proposals(store, &visit.code).await? {
        if concerns(store, &visit.code, &proposal, me.resident).await? {
            let by = visit.actor(&proposal.by).await;
            rows.push(WaitsRow {
                text: visit.either(
                    &format!("{by}提出了更正，等另一位同事决定。"),
                    &format!("A correction proposed by {by} waits for a colleague."),
                ),
                entry: entry_of(&proposal),
            });
        }
    }
    let theirs = |noticed: &Noticed| {
        let doers = noticed.event.roles.iter();
        noticed.fate.state == FateState::Objected
            && doers.into_iter().any(|(_, who)| *who == me.resident)
    };
    let noticed = amend::notices(store, &visit.code).await?;
    rows.extend(
        noticed
            .iter()
            .filter(|one| theirs(one))
            .map(|one| WaitsRow {
                text: visit.either(
                    "有人提了异议，等复核。",
                    "Somebody objected; a review is due.",
                ),
                entry: one.entry,
            }),
    );
    for marked in marks::open(store, &visit.code).await? {
        let theirs = marked
            .event()
            .is_some_and(|event| event.roles.iter().any(|(_, who)| *who == me.resident));
        if theirs {
            let says = marked.says(frame);
            let says: Vec<String> = says.iter().map(|text| visit.say(text)).collect();
            rows.push(WaitsRow {
                text: says.join(" "),
                entry: marked.receipt.entry,
            });
        }
    }
    Ok(rows)
}

/// The entry to look at: what is to be taken back, or the proposal.
fn entry_of(proposal: &Proposal) -> u64 {
    match &proposal.change {
        Change::Reverse { entry } => *entry,
        Change::Adjust { .. } => proposal.entry,
    }
}

/// Whether a proposal is about somebody.
async fn concerns(
    store: &Store,
    community: &Code,
    proposal: &Proposal,
    me: ResidentNo,
) -> Result<bool, Fault> {
    match &proposal.change {
        Change::Adjust { resident, .. } => Ok(*resident == me),
        Change::Reverse { entry } => {
            let Some(stored) = store.entry(community, *entry).await? else {
                return Ok(false);
            };
            let whose = concerned(store, community, &receipt(&stored)?).await?;
            Ok(whose.contains(&me))
        }
    }
}

async fn devices(visit: &Visit, me: &SignedResident) -> Result<Vec<DeviceRow>, Fault> {
    let house = &visit.app.house;
    let whose = Whose::Person(me.person_id);
    let known = house.store.browsers(whose, house.clock.now()).await?;
    let row = |browser: rongyi_store::KnownBrowser| DeviceRow {
        id: browser.browser_id,
        first: visit.moment(browser.created_at),
        last: visit.moment(browser.seen_at),
        here: false,
        signed_in: browser.sessions > 0,
        label: browser.label,
    };
    Ok(known.into_iter().take(DEVICES_MAX).map(row).collect())
}

async fn looked(visit: &Visit, resident: ResidentNo) -> Result<Vec<ReadRow>, Fault> {
    let store = &visit.app.house.store;
    let mut rows = Vec::new();
    for line in store.reads_of(&visit.code, resident, READS_MAX).await? {
        rows.push(read_row(visit, line).await);
    }
    Ok(rows)
}

/// `GET /{community}/residents/{resident}/passbook/{seq}`: why a line of theirs is so.
pub(crate) async fn show_line(
    duty: OnDuty,
    Path((_, No(no), Seq(seq))): Path<(String, No, Seq)>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let me = somebody(visit, ResidentNo(no)).await?;
    duty.reads(Kind::Entry, &[me.resident]).await?;
    let mut view = why_view(visit, &me, seq).await?;
    view.of = Some(no);
    view.case = view
        .case
        .map(|(case_no, _)| (case_no, visit.path(&format!("/queue/{case_no}"))));
    view.may_reverse = duty.may(Act::Reverse);
    Ok(Html(view).into_response())
}

/// `GET /{community}/residents/{resident}/data.json`: everything that is kept about them, to be handed to them.
pub(crate) async fn get_data(
    duty: OnDuty,
    Path((_, No(no))): Path<(String, No)>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let me = somebody(visit, ResidentNo(no)).await?;
    duty.reads(Kind::Person, &[me.resident]).await?;
    let personal_data = own::collect_whole(&visit.app.house.store, me.person_id).await?;
    let text = serde_json::to_string_pretty(&as_json(&personal_data)).unwrap_or_default();
    let text = rongyi_core::shown::json(&text).into_owned();
    let named = format!("attachment; filename=\"resident-{no}.json\"");
    let head = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, named),
    ];
    Ok((head, text + "\n").into_response())
}
