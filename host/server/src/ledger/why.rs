//! Why a line is so, or why not: the breakdown of the rule, who recorded it, and where the ledger keeps it.
//! Explains what was decided; decides nothing again.

use axum::response::{IntoResponse, Response};
use rongyi_clerk::receipt;
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{Fate, FateState, Frame, Receipt};
use rongyi_core::chain::hex;
use rongyi_core::ids::{AssetNo, RuleSetNo};
use rongyi_core::record::{Amend, Asked, NoticeStep, Record, Transfer};
use rongyi_core::rule;
use rongyi_pages::{Line, Proof, ReasonRow, RuleRef, WhyNotice, WhySum, WhyView};
use rongyi_store::StoredEntry;

use crate::access::{AccessError, SignedResident, random};
use crate::audit::proof::block_of;
use crate::cases::told::{appeal, behind};
use crate::door::asked::{Path, Seq};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, Visit, day};
use crate::inspections::scores_told;
use crate::ledger::agreed::recorded_by;
use crate::ledger::carried::carried_told;
use crate::ledger::pending::stands;
use crate::ledger::titles::{
    About, about, asset_title, booked_on, decode, erased, event_of, happened_on, lapsed,
    lapsed_text, late_text, nothing_back_text, title, unit,
};
use crate::ledger::told::{Short, asked_of, breakdown, said};
use crate::ledger::wallets::{at_hand, booked_accounts, holders, notice_accounts};
use crate::ledger::{explain, past, pending};
use crate::redemption::{self, Wallet, belongs};

/// `GET /{community}/passbook/{seq}`.
pub(crate) async fn show_why(
    Member { visit, me }: Member,
    Path((_, Seq(seq))): Path<(String, Seq)>,
) -> Result<Response, Fault> {
    Ok(Html(why_view(&visit, &me, seq).await?).into_response())
}

/// Why a line of this resident is so.
pub(crate) async fn why_view(
    visit: &Visit,
    me: &SignedResident,
    seq: u64,
) -> Result<WhyView, Fault> {
    let Own {
        frame,
        wallet,
        stored,
        receipt,
        about,
        moved,
        ordered,
        ..
    } = own_entry(visit, me, seq).await?;
    let first = receipt.records.first().ok_or_else(Fault::not_found)?;
    let mut moved = moved.into_iter();
    let (account, amount) = moved
        .next()
        .unwrap_or_else(|| (asked_account(&receipt, &frame, &wallet, me), 0));
    let (set, mut rows) = breakdown(visit, &frame, &receipt, account.asset);
    let refusal = receipt.refusal();
    let plan = explain::plan_of(&frame, set);
    let after = stored
        .balances_after
        .iter()
        .find(|(touched, _)| *touched == account)
        .map(|(_, after)| *after)
        .filter(|_| account.asset != AssetNo::MINUTES && account.purpose == Purpose::Available);
    let short = even_out(
        visit,
        (&frame, &receipt, &about),
        &mut rows,
        (account, amount),
    )
    .await?;
    let left = after.or_else(|| has_now(visit, &wallet, account.asset));
    let mut told: Vec<String> = Vec::new();
    told.extend(short.map(|short| short.told(visit, left)));
    let (mut others, shorts) = all_beside(visit, (&frame, &receipt, &about), moved).await?;
    told.extend(shorts);
    told.extend(of_an_order(visit, (&about, &rows), &mut others));
    told.extend(told_beside(visit, &frame, &receipt).await?);
    let envelope = first.envelope().ok_or_else(Fault::not_found)?;
    let fate = visit.app.house.store.fate(&visit.code, stored.first_seq);
    let fate = fate.await?;
    let line = Line {
        seq: stored.first_seq,
        title: title(visit, &frame, first, &about),
        day: day(booked_on(first)),
        happened: happened_on(first, &about).map(day),
        note: String::new(),
        told,
        amount,
        unit: unit(visit, account.asset),
        balance_after: after,
        state: stands(visit, &receipt, (first, &about), fate.as_ref()),
        also: Vec::new(),
    };
    let notice = fate
        .and_then(|fate| pending::standing(&fate, visit.today()))
        .map(|state| WhyNotice {
            state,
            key: hex(&random::<16>()),
        });
    let (reason, related) =
        beside(visit, (&stored, first), (&about, ordered), fate.as_ref()).await?;
    let behind = behind(visit, first, me.resident).await?;
    Ok(WhyView {
        of: None,
        may_reverse: false,
        appeal: appeal(visit, (stored.first_seq, first)),
        scores: scores_told(visit, &frame, first),
        written: behind.as_ref().and_then(|behind| behind.written.clone()),
        case: behind.map(|behind| behind.link),
        notice,
        line,
        rows,
        others,
        reason,
        related,
        refusal: refusal.map(|refusal| {
            explain::refusal(&plan, Some(&frame), &without_day(refusal), visit.tongue())
        }),
        opens_again: refusal.and_then(|refusal| refusal.opens).map(day),
        rule: rule_ref(visit, &frame, set),
        recorded_by: recorded_by(visit, first).await,
        recorded_at: visit.moment(envelope.at),
        order_no: about
            .order
            .as_ref()
            .filter(|_| ordered)
            .map(|order| u64::from(order.no.0)),
        proof: proof(visit, &frame, stored.first_seq).await?,
        shell: visit.shell(),
    })
}

/// Whether an entry moved nothing on the account of any person or household.
fn touches_nobody(receipt: &Receipt) -> bool {
    let mut sides = past::movements(receipt).flat_map(|made| [made.debit, made.credit]);
    sides.all(|side| side.holder == Holder::Community)
}

/// What somebody has now of what most entries are about.
fn has_now(visit: &Visit, wallet: &Wallet, asset: AssetNo) -> Option<i64> {
    match asset {
        AssetNo::POINTS => Some(wallet.points.spendable(visit.today())),
        AssetNo::MINUTES => Some(wallet.minutes),
        _ => None,
    }
}

/// What is said beside the sum: what ran out, what the staff will look at, what was carried in.
async fn told_beside(
    visit: &Visit,
    frame: &Frame,
    receipt: &Receipt,
) -> Result<Vec<String>, Fault> {
    let mut told = Vec::new();
    let lapsed = lapsed(receipt);
    let first = receipt.records.first().and_then(Record::what);
    if let Some(Asked::Amend(Amend::Reverse(..) | Amend::Approve(_))) = first {
        // A return of which nothing was left moved nothing of anybody; of the others a part had run out.
        if touches_nobody(receipt) {
            told.push(nothing_back_text(visit, receipt));
        } else {
            told.extend(late_text(visit, lapsed));
        }
    } else if lapsed > 0 {
        told.push(lapsed_text(visit, AssetNo::POINTS, lapsed));
    }
    let marks = said(visit, frame, receipt);
    if !marks.is_empty() {
        let store = &visit.app.house.store;
        let seen = match store.mark_seen(&visit.code, receipt.entry).await? {
            Some((at, by)) => {
                let at = visit.shell().moment_long(visit.moment(at));
                Some((at, visit.actor(&by).await))
            }
            None => None,
        };
        told.extend(marks.into_iter().map(|sentence| match &seen {
            // The host's own sentences have their stops.
            Some((at, by)) => visit.either(
                &format!("{}。{by}核对过了，{at}。", sentence.trim_end_matches('。')),
                &format!(
                    "{}. Looked at by {by}, {at}.",
                    sentence.trim_end_matches('.')
                ),
            ),
            None => visit.either(
                &format!("有一处等工作人员核对：{sentence}"),
                &format!("To be looked at by the staff: {sentence}"),
            ),
        }));
    }
    if let Some(Asked::Carry(carry)) = receipt.records.first().and_then(Record::what) {
        told.extend(carried_told(visit, frame, &carry.history));
    }
    Ok(told)
}

/// Why somebody took it back, in their words, and the other entries that belong to it: what it takes back, what took it
/// back, its award or its posting.
async fn beside(
    visit: &Visit,
    (stored, first): (&StoredEntry, &Record),
    (about, ordered): (&About, bool),
    fate: Option<&Fate>,
) -> Result<(Option<String>, Vec<(String, u64)>), Fault> {
    let numbered = |zh: &str, en: &str, entry: u64| {
        let text = visit.either(
            &format!("{zh}（第 {entry} 笔）"),
            &format!("{en} (entry {entry})"),
        );
        (text, entry)
    };
    let mut related = Vec::new();
    let mut reason = None;
    if let Some(Asked::Amend(amend)) = first.what() {
        let spoken = match amend {
            Amend::Approve(proposal) => text_of(visit, *proposal).await?,
            Amend::Reverse(..) | Amend::Propose(..) | Amend::Decline(..) => stored.text.clone(),
        };
        reason = Some(spoken.unwrap_or_else(|| erased(visit)));
    }
    if let Some(entry) = about.reverses {
        related.push(numbered("看被冲正的那一笔", "What it takes back", entry));
    }
    if let Some(Asked::Notice(NoticeStep::Post(award))) = first.what() {
        related.push(numbered("看是怎么算的", "How it was worked out", *award));
    }
    match fate {
        Some(Fate {
            state: FateState::Reversed,
            by,
            ..
        }) if *by != stored.first_seq => {
            related.push(numbered("看冲正的那一笔", "What took it back", *by));
            reason = Some(reason_of(visit, *by).await?);
        }
        Some(Fate {
            state: FateState::Withdrawn,
            by,
            ..
        }) => reason = Some(reason_of(visit, *by).await?),
        Some(Fate {
            state: FateState::Posted,
            by,
            ..
        }) => related.push(numbered("看入账的那一笔", "Where it was booked", *by)),
        Some(_) | None => {}
    }
    // Of goods that were handed over: what a return is booked against.
    if let (Some(Asked::Place(_)), Some(order), true) = (first.what(), &about.order, ordered) {
        for entry in redemption::handed_in(&visit.app.house.store, &visit.code, order).await? {
            related.push(numbered("交付", "Handed over", entry));
        }
    }
    Ok((reason, related))
}

async fn text_of(visit: &Visit, entry: u64) -> Result<Option<String>, Fault> {
    let found = visit.app.house.store.entry(&visit.code, entry).await?;
    Ok(found.and_then(|stored| stored.text))
}

/// The words of who reversed, proposed or reviewed.
async fn reason_of(visit: &Visit, by: u64) -> Result<String, Fault> {
    let found = visit.app.house.store.entry(&visit.code, by).await?;
    let Some(found) = found else {
        return Ok(erased(visit));
    };
    let asked = found.records.first();
    if let Some((seq, kind, body)) = asked
        && let Record::Asked(_, Asked::Amend(Amend::Approve(proposal))) = decode(*seq, *kind, body)?
    {
        return Ok(text_of(visit, proposal)
            .await?
            .unwrap_or_else(|| erased(visit)));
    }
    Ok(found.text.unwrap_or_else(|| erased(visit)))
}

/// An entry that a resident may read.
pub(crate) struct Own {
    pub(crate) frame: Frame,
    pub(crate) wallet: Wallet,
    pub(crate) stored: StoredEntry,
    pub(crate) receipt: Receipt,
    pub(crate) about: About,
    /// What it did to one of the resident's accounts.
    pub(crate) moved: Vec<(Account, i64)>,
    /// Whether the resident is one of the people it is about.
    pub(crate) doer: bool,
    ordered: bool,
}

/// Looks an entry up, for somebody whose it is: by its movements, its event, or its order.
pub(crate) async fn own_entry(visit: &Visit, me: &SignedResident, seq: u64) -> Result<Own, Fault> {
    let (frame, wallet) = at_hand(visit, me).await?;
    let store = &visit.app.house.store;
    let stored = store
        .entry(&visit.code, seq)
        .await?
        .ok_or_else(Fault::not_found)?;
    let receipt = receipt(&stored)?;
    let first = receipt.records.first().ok_or_else(Fault::not_found)?;
    let about = about(visit, (stored.first_seq, first), None).await?;
    let event = first.event().or(about.event.as_ref());
    let doer = event.is_some_and(|event| event.roles.iter().any(|(_, who)| *who == me.resident));
    let asked = if let Some(Asked::Place(placed)) = first.what() {
        placed.resident == me.resident
    } else if let Some(Asked::Carry(carry)) = first.what() {
        holders(&wallet, me).contains(&carry.holder)
    } else {
        false
    };
    let ordered = about
        .order
        .as_ref()
        .is_some_and(|order| belongs(order, me.resident, &wallet));
    let moved = moved(&receipt, &frame, &wallet, me);
    let whose = holders(&wallet, me);
    if moved.is_empty()
        && !doer
        && !asked
        && !ordered
        && !past::returned_nothing(store, &visit.code, &whose, &receipt).await?
    {
        return Err(AccessError::Forbidden.into());
    }
    Ok(Own {
        frame,
        wallet,
        stored,
        receipt,
        about,
        moved,
        doer,
        ordered,
    })
}

/// The page has its own place for the day on which it opens again.
fn without_day(refusal: &rule::Refusal) -> rule::Refusal {
    rule::Refusal {
        opens: None,
        ..refusal.clone()
    }
}

/// What an entry did to this resident's accounts, or to what is under notice of them: once for each asset, points first.
fn moved(
    receipt: &Receipt,
    frame: &Frame,
    wallet: &Wallet,
    me: &SignedResident,
) -> Vec<(Account, i64)> {
    let change = |account: &Account| {
        let changes = receipt.records.iter().filter_map(|record| {
            let Record::Moved(_, transfer) = record else {
                return None;
            };
            let touched = transfer.debit == *account || transfer.credit == *account;
            touched.then(|| signed(transfer, account))
        });
        let all: Vec<i64> = changes.collect();
        (!all.is_empty()).then(|| (*account, all.into_iter().fold(0, i64::saturating_add)))
    };
    let booked = booked_accounts(frame, wallet, me);
    let noticed = notice_accounts(frame, wallet, me);
    let mut all: Vec<(Account, i64)> = Vec::new();
    for (account, change) in booked.iter().chain(&noticed).filter_map(change) {
        if all.iter().all(|(listed, _)| listed.asset != account.asset) {
            all.push((account, change));
        }
    }
    all
}

/// The sums of all assets beside the first one, and what is said of each that fell short.
async fn all_beside(
    visit: &Visit,
    (frame, receipt, about): (&Frame, &Receipt, &About),
    moved: impl Iterator<Item = (Account, i64)>,
) -> Result<(Vec<WhySum>, Vec<String>), Fault> {
    let (mut sums, mut told) = (Vec::new(), Vec::new());
    for change in moved {
        let (sum, short) = beside_it(visit, (frame, receipt, about), change).await?;
        told.extend(short.map(|short| short.told(visit, None)));
        sums.push(sum);
    }
    Ok((sums, told))
}

/// The sum of one asset beside the first one: only what speaks of it.
async fn beside_it(
    visit: &Visit,
    (frame, receipt, about): (&Frame, &Receipt, &About),
    (account, amount): (Account, i64),
) -> Result<(WhySum, Option<Short>), Fault> {
    let (_, mut rows) = breakdown(visit, frame, receipt, account.asset);
    rows.retain(|row| row.amount.is_some());
    let short = even_out(visit, (frame, receipt, about), &mut rows, (account, amount)).await?;
    let unit = unit(visit, account.asset);
    Ok((WhySum { unit, amount, rows }, short))
}

/// Where nothing moved: the account of what was decided first, or the points.
fn asked_account(
    receipt: &Receipt,
    frame: &Frame,
    wallet: &Wallet,
    me: &SignedResident,
) -> Account {
    let [points, _] = wallet.accounts(me.resident);
    let decided = receipt.records.iter().find_map(|record| {
        if let Record::Decided(_, _, decision) = record {
            decision.awards.first()
        } else {
            None
        }
    });
    let settings = frame.settings.as_ref();
    let asset = decided.and_then(|award| settings?.asset(&award.asset));
    let all = booked_accounts(frame, wallet, me);
    all.into_iter()
        .find(|account| Some(account.asset) == asset)
        .unwrap_or(points)
}

fn signed(transfer: &Transfer, account: &Account) -> i64 {
    if transfer.credit == *account {
        transfer.amount.get()
    } else {
        transfer.amount.get().saturating_neg()
    }
}

/// What an order moves beside points has no reasons of its own: it stands as a part of the price, or in a line.
fn of_an_order(
    visit: &Visit,
    (about, rows): (&About, &[ReasonRow]),
    others: &mut Vec<WhySum>,
) -> Vec<String> {
    if about.order.is_none() {
        return Vec::new();
    }
    let priced = rows.iter().any(|row| row.amount.is_some());
    for other in others
        .iter_mut()
        .filter(|other| priced && other.rows.is_empty())
    {
        other.rows.push(ReasonRow {
            text: visit.either("这一单用它付的", "Paid in it, of this order"),
            amount: Some(other.amount),
        });
    }
    let plain = others.extract_if(.., |other| other.rows.is_empty());
    plain.map(|other| other.told(&visit.shell())).collect()
}

/// Of a price the part that is paid in something beside points, so that the sum is what was taken of the points.
fn paid_beside(
    visit: &Visit,
    receipt: &Receipt,
    rows: &[ReasonRow],
    (account, booked): (Account, i64),
) -> Option<ReasonRow> {
    let sum = rows.iter().filter_map(|row| row.amount).sum::<i64>();
    let amount = booked.saturating_sub(sum);
    let other = receipt.records.iter().find_map(|record| {
        let Record::Moved(_, transfer) = record else {
            return None;
        };
        let asset = transfer.debit.asset;
        let own = transfer.debit.holder != Holder::Community;
        (own && asset != account.asset && asset.item().is_none()).then_some(asset)
    })?;
    let title = asset_title(visit, other);
    (amount != 0).then(|| ReasonRow {
        text: visit.either(
            &format!("其中用{title}付的"),
            &format!("Of that, paid in {title}"),
        ),
        amount: Some(amount),
    })
}

/// Makes the sum come out at what was booked: rows that speak of other people in the same event are counted out, and a
/// deduction that found less says so.
async fn even_out(
    visit: &Visit,
    (frame, receipt, about): (&Frame, &Receipt, &About),
    rows: &mut Vec<ReasonRow>,
    (account, booked): (Account, i64),
) -> Result<Option<Short>, Fault> {
    if rows.iter().all(|row| row.amount.is_none()) {
        return Ok(None);
    }
    let first = receipt.records.first();
    let event = first.and_then(|first| event_of(first, about));
    let decided = receipt.records.get(1);
    if let Some(Record::Quoted(..)) = decided {
        rows.extend(paid_beside(visit, receipt, rows, (account, booked)));
    }
    let (Some(event), Some(Record::Decided(_, _, decision))) = (event, decided) else {
        return Ok(None);
    };
    // What is under notice is asked of the account that it will be booked on.
    let available = Account {
        purpose: Purpose::Available,
        ..account
    };
    let asked = asked_of(visit, frame, (event, decision), available).await?;
    let sum = rows
        .iter()
        .filter_map(|row| row.amount)
        .fold(0, i64::saturating_add);
    let others = sum.saturating_sub(asked);
    if others != 0 {
        rows.push(ReasonRow {
            text: visit.either(
                "其中记给这件事里其他人的",
                "Of that, for others in this event",
            ),
            amount: Some(others.saturating_neg()),
        });
    }
    let missing = booked.saturating_sub(asked);
    if missing == 0 {
        return Ok(None);
    }
    rows.push(ReasonRow {
        text: match account.asset {
            AssetNo::POINTS => visit.either("积分不够，没有扣到的", "Not there to be taken"),
            AssetNo::MINUTES => visit.either("时长不够，没有扣到的", "Not there to be taken"),
            _ => visit.either("不够扣，没有扣到的", "Not there to be taken"),
        },
        amount: Some(missing),
    });
    Ok((asked < 0).then(|| Short {
        asked: asked.saturating_neg(),
        taken: booked.saturating_neg(),
        asset: account.asset,
    }))
}

fn rule_ref(visit: &Visit, frame: &Frame, set: Option<RuleSetNo>) -> Option<RuleRef> {
    let set = frame
        .sets
        .iter()
        .find(|rule_set| Some(rule_set.no) == set)?;
    Some(RuleRef {
        name: visit.say(&set.title),
        version: set.version.clone(),
        active_from: day(set.active_from),
        digest: hex(&set.component),
    })
}

/// Where the ledger keeps an entry.
async fn proof(visit: &Visit, frame: &Frame, seq: u64) -> Result<Proof, Fault> {
    let store = &visit.app.house.store;
    let found = block_of(store, &visit.code, frame.head.height, seq).await?;
    let stored = found.ok_or_else(Fault::not_found)?;
    Ok(Proof {
        seq,
        height: stored.block.height,
        block_hash: hex(&stored.hash),
    })
}
