//! A resident's own pages: home, passbook, 我的. Shows what the ledger has; changes nothing.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use rongyi_core::account::Holder;
use rongyi_core::book::{Frame, Order, Stand};
use rongyi_core::command::Need;
use rongyi_core::counters::{CounterKey, CounterSubject};
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::time::LocalDate;
use rongyi_pages::{Expiring, HomeView, MeView, Month, PassbookView, Pending, Show, Unit, Waiting};
use rongyi_store::Whose;
use serde::Deserialize;

use super::accounts;
use super::lines::{Booked, goods, lines, rest_lines};
use super::pending;
use super::shell::{Html, Member, Visit, day};
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
/// Rows of one passbook page.
const PAGE_ROWS: u32 = 40;
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
    order.seen(visit.today()).stand == Stand::Reserved
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

/// Points in and out of a month, as its counters have them: events on their days, orders on theirs.
async fn month_sums(
    visit: &Visit,
    frame: &Frame,
    wallet: &Wallet,
    months: &[i32],
) -> Result<BTreeMap<i32, (i64, i64)>, Fault> {
    let subject = match wallet.holder {
        Holder::Household(no) => CounterSubject::Household(no),
        Holder::Resident(no) => CounterSubject::Resident(no),
        Holder::Community | Holder::Fund(_) => CounterSubject::Community,
    };
    let kinds = frame
        .sets
        .iter()
        .flat_map(|set| set.plan.kinds.iter().map(|kind| kind.code.clone()));
    let items = frame
        .items
        .iter()
        .filter_map(|item| format!("item/{}", item.code).parse::<Code>().ok());
    let mut names: Vec<Code> = kinds.chain(items).collect();
    names.sort_unstable();
    names.dedup();
    let key = |month: &i32| {
        let month = *month;
        names.iter().map(move |kind| {
            Need::Counter(CounterKey {
                subject,
                kind: kind.clone(),
                month,
            })
        })
    };
    let needs: Vec<Need> = months.iter().flat_map(key).collect();
    let mut sums: BTreeMap<i32, (i64, i64)> = months.iter().map(|month| (*month, (0, 0))).collect();
    for found in visit.app.house.store.load(&visit.code, &needs).await? {
        let rongyi_core::book::Loaded::Counter(key, Some(row)) = found else {
            continue;
        };
        let sum = sums.entry(key.month).or_default();
        let points = row.total.points;
        if key.kind.as_str().starts_with("item/") {
            sum.1 = sum.1.saturating_sub(points);
        } else if points >= 0 {
            sum.0 = sum.0.saturating_add(points);
        } else {
            sum.1 = sum.1.saturating_add(points);
        }
    }
    Ok(sums)
}

/// Counters know an award from its decision on; what is under notice is not in the book of a resident yet.
fn only_booked(sums: &mut BTreeMap<i32, (i64, i64)>, pending: &[Pending]) {
    for own in pending.iter().filter(|own| own.unit == Unit::Points) {
        let month = LocalDate::new(own.day.year, own.day.month, 1);
        let sum = month
            .ok()
            .and_then(|first| sums.get_mut(&first.month_index()));
        if let Some(sum) = sum {
            sum.0 = sum.0.saturating_sub(own.amount);
        }
    }
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
    let month = today.month_index();
    let mut sums = month_sums(&visit, &frame, &wallet, &[month]).await?;
    if wallet.notice.total != 0 {
        let pending = pending::awards(&visit, &frame, (&me, &wallet)).await?;
        only_booked(&mut sums, &pending);
    }
    let rows = visit
        .app
        .house
        .store
        .passbook(&visit.code, &wallet.accounts(me.resident), None, 20)
        .await?;
    let recent = lines(&visit, &frame, &rows).await?;
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
        earned_month: sums.get(&month).map_or(0, |sum| sum.0),
        notice: wallet.notice.total,
        set_aside: wallet.held.total,
        expiring: expiring(&wallet, today),
        waiting: waiting.collect(),
        recent: recent
            .into_iter()
            .take(RECENT)
            .map(|booked| booked.line)
            .collect(),
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

fn wanted(show: Show, booked: &Booked) -> bool {
    match show {
        Show::All => true,
        Show::In => booked.line.amount > 0,
        Show::Out => booked.line.amount < 0,
    }
}

fn month_of(booked: &Booked) -> i32 {
    let day = booked.line.day;
    LocalDate::new(day.year, day.month, 1).map_or(0, LocalDate::month_index)
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
    let accounts = wallet.accounts(me.resident);
    let rows = visit
        .app
        .house
        .store
        .passbook(&visit.code, &accounts, before, PAGE_ROWS)
        .await?;
    let full = rows.len() >= usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
    let mut booked = lines(&visit, &frame, &rows).await?;
    // The last entry of a full page may go on with the next page: it waits for that one.
    let last = rows.last().filter(|_| full).map(|row| row.entry);
    if booked.iter().any(|own| Some(own.line.seq) != last) {
        booked.retain(|own| Some(own.line.seq) != last);
    }
    let older = booked.iter().map(|own| own.oldest).min().filter(|_| full);
    booked.retain(|own| wanted(show, own));
    let months: Vec<i32> = booked
        .iter()
        .map(month_of)
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    let mut pending = pending::awards(&visit, &frame, (&me, &wallet)).await?;
    let mut sums = month_sums(&visit, &frame, &wallet, &months).await?;
    only_booked(&mut sums, &pending);
    for own in booked
        .iter()
        .filter(|own| own.uncounted && own.line.unit == Unit::Points)
    {
        let sum = sums.entry(month_of(own)).or_default();
        let side = if own.line.amount >= 0 {
            &mut sum.0
        } else {
            &mut sum.1
        };
        *side = side.saturating_add(own.line.amount);
    }
    if show == Show::All && before.is_none() {
        let orders = orders_of(&visit, &me, &wallet).await?;
        pending.extend(pending::orders(&visit, &frame, &orders));
    } else {
        pending.clear();
    }
    let view = PassbookView {
        pending,
        holder_title: holder_title(&visit, &me, &wallet).await?,
        balance: wallet.points.spendable(visit.today()),
        show,
        months: by_month(booked, &sums),
        older,
        is_older_page: before.is_some(),
        today: day(visit.today()),
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

fn by_month(booked: Vec<Booked>, sums: &BTreeMap<i32, (i64, i64)>) -> Vec<Month> {
    let mut months: BTreeMap<i32, Month> = BTreeMap::new();
    for own in booked {
        let index = month_of(&own);
        let (earned, spent) = sums.get(&index).copied().unwrap_or_default();
        let (year, month) = (own.line.day.year, own.line.day.month);
        let page = months.entry(index).or_insert_with(|| Month {
            year,
            month,
            earned,
            spent,
            lines: Vec::new(),
        });
        page.lines.push(own.line);
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
