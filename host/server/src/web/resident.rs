//! A resident's own pages: home, passbook, 我的. Shows what the ledger has; changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::{IntoResponse, Response};
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{Frame, Order, Stand};
use rongyi_core::ids::AssetNo;
use rongyi_core::time::LocalDate;
use rongyi_pages::{Expiring, HomeView, Line, MeView, Month, PassbookView, Show, Waiting};
use rongyi_store::{PassbookRow, Whose};
use serde::Deserialize;

use super::accounts;
use super::lines::{booked_on, decode, goods, lines, rest_lines};
use super::pending;
use super::shell::{Html, Member, Visit, day};
use super::unmoved::unmoved;
use super::why::holders;
use crate::access::SignedResident;
use crate::api::error::Fault;
use crate::asked::{Seq, Typed};
use crate::jobs;
use crate::past;
use crate::redemption::{self, Wallet};

/// Points that run out within this many days are announced.
const SOON_DAYS: i32 = 60;
/// Lines on the home page.
const RECENT: usize = 5;
/// Rows that are read for them: a spend over several lots is several, an order's points set aside are two.
const RECENT_ROWS: u32 = 30;
/// Rows of one passbook page.
const PAGE_ROWS: u32 = 60;
/// Lines of one page that moved nothing.
const UNMOVED_MAX: u32 = 60;
/// Rows of a month that are read at once, and how often, to add it up.
const SUM_CHUNK: u32 = 500;
const SUM_CHUNKS_MAX: usize = 20;
/// Orders that one resident is shown.
pub(super) const ORDERS_MAX: u32 = 100;

/// The frame of a community, and what a resident has in it.
pub(super) async fn at_hand(visit: &Visit, me: &SignedResident) -> Result<(Frame, Wallet), Fault> {
    let store = &visit.app.house.store;
    jobs::catch_up(&visit.app.house, &visit.code).await?;
    let frame = store
        .frame(&visit.code)
        .await?
        .ok_or_else(Fault::not_found)?;
    let wallet = redemption::wallet(store, &frame, me.resident, visit.today())
        .await?
        .ok_or_else(Fault::not_found)?;
    // What ran out is on its line before its balance is shown, whether or not the job has come round.
    jobs::lapse(&visit.app.house, &visit.code, &wallet.accounts(me.resident)).await?;
    Ok((frame, wallet))
}

/// The orders of a resident, or of the household where points go to households; newest first.
pub(super) async fn orders_of(
    visit: &Visit,
    me: &SignedResident,
    wallet: &Wallet,
) -> Result<Vec<Order>, Fault> {
    let store = &visit.app.house.store;
    Ok(match wallet.holder {
        Holder::Household(no) => {
            store
                .orders_of_household(&visit.code, no, ORDERS_MAX)
                .await?
        }
        Holder::Resident(_) | Holder::Community | Holder::Fund(_) => {
            store
                .orders_of_resident(&visit.code, me.resident, ORDERS_MAX)
                .await?
        }
    })
}

fn waits(visit: &Visit, order: &Order) -> bool {
    visit.seen(order).stand == Stand::Reserved
}

/// `陈阿婆家 · 第 3 户`, or the person's name where points go to persons.
async fn holder_title(
    visit: &Visit,
    me: &SignedResident,
    wallet: &Wallet,
) -> Result<String, Fault> {
    match wallet.holder {
        Holder::Household(no) => visit.household_title(no).await,
        Holder::Resident(_) | Holder::Community | Holder::Fund(_) => Ok(me.name.clone()),
    }
}

/// Everything that the passbook of somebody shows: what can be spent, the person's time, and what runs out while it
/// cannot be spent.
fn shown_accounts(me: &SignedResident, wallet: &Wallet) -> Vec<Account> {
    let booked = wallet.accounts(me.resident);
    let [points, minutes] = booked;
    let of = |account: Account, purpose| Account { purpose, ..account };
    vec![
        points,
        minutes,
        of(points, Purpose::Held),
        of(points, Purpose::Notice),
        of(minutes, Purpose::Notice),
    ]
}

/// Of those accounts' rows, the ones that say something of their own.
fn speaks(row: &PassbookRow) -> bool {
    row.account.purpose == Purpose::Available || row.transfer.credit.purpose == Purpose::Expired
}

/// The month in which a row was booked.
fn month_booked(row: &PassbookRow) -> Result<i32, Fault> {
    let first = decode(row.entry, row.first.0, &row.first.1)?;
    Ok(booked_on(&first).month_index())
}

/// Points in and out of a month, on the account that is spent from, of the rows before the place `before`: the very
/// rows that the passbook's lines are made of. `None` when there are more of them than are added up.
async fn month_sums(
    visit: &Visit,
    points: Account,
    month: i32,
    before: Option<u64>,
) -> Result<Option<(i64, i64)>, Fault> {
    let store = &visit.app.house.store;
    // One entry is one line, whatever it drew on.
    let mut changes: Vec<(u64, i64)> = Vec::new();
    let mut before = before;
    for _ in 0..SUM_CHUNKS_MAX {
        let rows = store
            .passbook(&visit.code, &[points], before, SUM_CHUNK)
            .await?;
        before = rows.last().map(|row| row.seq);
        for row in &rows {
            let own = month_booked(row)?;
            if own > month {
                continue;
            }
            if own < month {
                return Ok(Some(both_ways(&changes)));
            }
            match changes.last_mut().filter(|(entry, _)| *entry == row.entry) {
                Some((_, change)) => *change = change.saturating_add(row.change),
                None => changes.push((row.entry, row.change)),
            }
        }
        if before.is_none() {
            return Ok(Some(both_ways(&changes)));
        }
    }
    Ok(None)
}

/// What came in, and what went out.
fn both_ways(changes: &[(u64, i64)]) -> (i64, i64) {
    let side = |sign: i64| {
        let own = changes.iter().filter(|(_, change)| change.signum() == sign);
        own.fold(0_i64, |sum, (_, change)| sum.saturating_add(*change))
    };
    (side(1), side(-1))
}

fn expiring(wallet: &Wallet, today: LocalDate) -> Option<Expiring> {
    let (from, to) = (today.to_days(), today.plus_days(SOON_DAYS).to_days());
    let (lot, points) = wallet
        .points
        .lots
        .range(from..=to)
        .find(|(lot, points)| **lot != 0 && **points > 0)?;
    Some(Expiring {
        points: *points,
        on: day(LocalDate::from_days(*lot)?),
    })
}

/// `GET /{community}/home`.
pub(super) async fn show_home(Member { visit, me }: Member) -> Result<Response, Fault> {
    let (frame, wallet) = at_hand(&visit, &me).await?;
    let today = visit.today();
    let [points, _] = wallet.accounts(me.resident);
    let sums = month_sums(&visit, points, today.month_index(), None).await?;
    let (recent, _) = page(&visit, &frame, (&me, &wallet), (None, RECENT_ROWS)).await?;
    let orders = orders_of(&visit, &me, &wallet).await?;
    let waiting = orders
        .iter()
        .filter(|order| waits(&visit, order))
        .map(|order| Waiting {
            no: u64::from(order.no.0),
            title: goods(&visit, &frame, rest_lines(order)),
            until: day(order.deadline),
        });
    let view = HomeView {
        told: accounts::tell(&visit, me.person_id).await?,
        holder_title: holder_title(&visit, &me, &wallet).await?,
        balance: wallet.points.spendable(today),
        minutes: wallet.minutes,
        earned_month: sums.map(|(earned, _)| earned),
        notice: wallet.notice.total,
        set_aside: wallet.held.total,
        expiring: expiring(&wallet, today),
        waiting: waiting.collect(),
        recent: recent.into_iter().take(RECENT).collect(),
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// Which lines of the passbook.
#[derive(Debug, Deserialize)]
pub(super) struct PassbookQuery {
    show: Option<String>,
    before: Option<Seq>,
}

fn wanted(show: Show, line: &Line) -> bool {
    match show {
        Show::All => true,
        Show::In => line.amount > 0,
        Show::Out => line.amount < 0,
    }
}

fn month_of(line: &Line) -> i32 {
    LocalDate::new(line.day.year, line.day.month, 1).map_or(0, LocalDate::month_index)
}

/// Lines in the order of the book, those before the place `before`, and where the next older page begins.
async fn page(
    visit: &Visit,
    frame: &Frame,
    (me, wallet): (&SignedResident, &Wallet),
    (before, limit): (Option<u64>, u32),
) -> Result<(Vec<Line>, Option<u64>), Fault> {
    let store = &visit.app.house.store;
    let accounts = shown_accounts(me, wallet);
    let mut rows = store
        .passbook(&visit.code, &accounts, before, limit)
        .await?;
    let full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    // The last entry of a full page may go on with the next page: it waits for that one.
    let last = rows.last().filter(|_| full).map(|row| row.entry);
    if rows.iter().any(|row| Some(row.entry) != last) {
        rows.retain(|row| Some(row.entry) != last);
    }
    let mut older = rows.last().filter(|_| full).map(|row| row.seq);
    let span = (older.unwrap_or(0), before.unwrap_or(u64::MAX));
    let quiet = unmoved(visit, frame, holders(wallet, me), (span, UNMOVED_MAX)).await?;
    if quiet.len() >= UNMOVED_MAX as usize {
        older = quiet.last().map(|line| line.seq);
    }
    rows.retain(|row| speaks(row) && older.is_none_or(|older| row.seq >= older));
    let mut all = lines(visit, frame, &rows).await?;
    all.extend(quiet);
    all.sort_by_key(|line| std::cmp::Reverse(line.seq));
    Ok((all, older))
}

/// `GET /{community}/passbook`.
pub(super) async fn show_passbook(
    Member { visit, me }: Member,
    Typed(query): Typed<PassbookQuery>,
) -> Result<Response, Fault> {
    let (frame, wallet) = at_hand(&visit, &me).await?;
    let before = query.before.map(|Seq(seq)| seq);
    let show = query
        .show
        .as_deref()
        .and_then(Show::from_tag)
        .unwrap_or_default();
    let (mut all, older) = page(&visit, &frame, (&me, &wallet), (before, PAGE_ROWS)).await?;
    let continued = match before {
        Some(before) => month_at(&visit, before).await?,
        None => None,
    };
    let [points, _] = wallet.accounts(me.resident);
    let mut sums = BTreeMap::new();
    for month in all.iter().map(month_of).collect::<BTreeSet<_>>() {
        if continued != Some(month) {
            sums.insert(month, month_sums(&visit, points, month, before).await?);
        }
    }
    all.retain(|line| wanted(show, line));
    let newest = show == Show::All && before.is_none();
    let view = PassbookView {
        pending: if newest {
            pending::awards(&visit, &frame, (&me, &wallet)).await?
        } else {
            Vec::new()
        },
        held: if newest {
            let orders = orders_of(&visit, &me, &wallet).await?;
            pending::orders(&visit, &frame, &orders)
        } else {
            Vec::new()
        },
        holder_title: holder_title(&visit, &me, &wallet).await?,
        balance: wallet.points.spendable(visit.today()),
        show,
        months: by_month(all, &sums),
        older,
        is_older_page: before.is_some(),
        today: day(visit.today()),
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// The month in which the entry at this place was booked: of the last line of the page before.
async fn month_at(visit: &Visit, seq: u64) -> Result<Option<i32>, Fault> {
    let found = visit.app.house.store.entry(&visit.code, seq).await?;
    let Some((place, kind, body)) = found.as_ref().and_then(|own| own.records.first()) else {
        return Ok(None);
    };
    let first = decode(*place, *kind, body)?;
    Ok(Some(booked_on(&first).month_index()))
}

/// Lines by the month in which they were booked. A month without a sum began on the page before.
fn by_month(lines: Vec<Line>, sums: &BTreeMap<i32, Option<(i64, i64)>>) -> Vec<Month> {
    let mut months: BTreeMap<i32, Month> = BTreeMap::new();
    for line in lines {
        let index = month_of(&line);
        let page = months.entry(index).or_insert_with(|| Month {
            year: line.day.year,
            month: line.day.month,
            sums: sums.get(&index).copied().flatten(),
            continued: !sums.contains_key(&index),
            lines: Vec::new(),
        });
        page.lines.push(line);
    }
    months.into_values().rev().collect()
}

/// What a resident has beside points and minutes: conduct where there is any, and what the community declares.
async fn others(
    visit: &Visit,
    frame: &Frame,
    me: &SignedResident,
    wallet: &Wallet,
) -> Result<Vec<(String, i64)>, Fault> {
    let Some(settings) = &frame.settings else {
        return Ok(Vec::new());
    };
    let house = &visit.app.house;
    let community = house.community(&visit.code);
    let declared = community.map_or_else(Vec::new, |own| own.config.assets.clone());
    let mut all = Vec::new();
    for (code, no) in past::assets(settings) {
        if [AssetNo::POINTS, AssetNo::MINUTES].contains(&no) {
            continue;
        }
        let holder = past::holder_of(settings, no, me.resident, wallet.household);
        let account = past::available(holder, no);
        let found = house.store.balances(&visit.code, &[account]).await?;
        let has = found
            .first()
            .map_or(0, |(_, state)| state.spendable(visit.today()));
        let title = declared.iter().find(|(own, _)| *own == code);
        let name = match title {
            Some((_, title)) => visit.say(title),
            None if has == 0 => continue,
            None if no == AssetNo::CONDUCT => visit.either("操行分", "Conduct"),
            None => code.to_string(),
        };
        all.push((name, has));
    }
    Ok(all)
}

/// `GET /{community}/me`.
pub(super) async fn show_me(Member { visit, me }: Member) -> Result<Response, Fault> {
    let (frame, wallet) = at_hand(&visit, &me).await?;
    let waiting = orders_of(&visit, &me, &wallet)
        .await?
        .iter()
        .filter(|order| waits(&visit, order))
        .count();
    let view = MeView {
        told: accounts::reset_told(&visit, Whose::Person(me.person_id)).await?,
        name: me.name.clone(),
        resident_number: format!("{:04}", me.resident.0),
        household_title: visit.household_title(wallet.household).await?,
        balance: wallet.points.spendable(visit.today()),
        minutes: wallet.minutes,
        others: others(&visit, &frame, &me, &wallet).await?,
        waiting: i64::try_from(waiting).unwrap_or(i64::MAX),
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}
