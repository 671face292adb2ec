//! A resident's own pages: passbook, 我的; home stands in `home`. Shows what the ledger has; changes nothing.

use axum::response::{IntoResponse, Response};
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{Frame, Order, Stand};
use rongyi_core::ids::AssetNo;
use rongyi_pages::{Line, MeView, PassbookView, Show};
use rongyi_store::{PassbookRow, Whose};
use serde::Deserialize;

use crate::access::SignedResident;
use crate::door::asked::{Seq, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, Visit, day};
use crate::ledger::lines::lines;
use crate::ledger::months::{by_month, month_at, oldest, sums};
use crate::ledger::pending;
use crate::ledger::titles::asset_title;
use crate::ledger::unmoved::unmoved;
use crate::ledger::wallets::{at_hand, booked_accounts, holders, notice_accounts};
use crate::messages::reader::unread;
use crate::people::accounts;
use crate::redemption::Wallet;

/// Rows of one passbook page.
const PAGE_ROWS: u32 = 60;
/// Lines of one page that moved nothing.
const UNMOVED_MAX: usize = 60;
/// Orders that one resident is shown.
pub(crate) const ORDERS_MAX: u32 = 100;

/// The orders of a resident, or of the household where points go to households; newest first.
pub(crate) async fn orders_of(
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

pub(crate) fn waits(visit: &Visit, order: &Order) -> bool {
    visit.seen(order).stand == Stand::Reserved
}

/// `陈阿婆家 · 第 3 户`, or the person's name where points go to persons.
pub(super) async fn holder_title(
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
fn shown_accounts(frame: &Frame, me: &SignedResident, wallet: &Wallet) -> Vec<Account> {
    let [points, _] = wallet.accounts(me.resident);
    let mut all = booked_accounts(frame, wallet, me);
    all.extend(notice_accounts(frame, wallet, me));
    all.push(Account {
        purpose: Purpose::Held,
        ..points
    });
    all
}

/// Of those accounts' rows, the ones that say something of their own.
fn speaks(row: &PassbookRow) -> bool {
    row.account.purpose == Purpose::Available || row.transfer.credit.purpose == Purpose::Expired
}

/// Which lines of the passbook.
#[derive(Debug, Deserialize)]
pub(crate) struct PassbookQuery {
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

/// Which part of a passbook is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// Those before this place.
    pub(crate) before: Option<u64>,
    /// So many rows of each account.
    pub(crate) rows: u32,
    /// The newest so many entries of them; all without it.
    pub(crate) entries: Option<usize>,
}

/// Lines in the order of the book, and where the next older page begins.
pub(crate) async fn page(
    visit: &Visit,
    frame: &Frame,
    (me, wallet): (&SignedResident, &Wallet),
    part: Part,
) -> Result<(Vec<Line>, Option<u64>), Fault> {
    let (before, limit) = (part.before, part.rows);
    let store = &visit.app.house.store;
    let accounts = shown_accounts(frame, me, wallet);
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
    let (quiet, cut) = unmoved(visit, frame, holders(wallet, me), (span, UNMOVED_MAX)).await?;
    // Rows before a place that was not looked at wait for the next page.
    older = older.max(cut);
    rows.retain(|row| speaks(row) && older.is_none_or(|older| row.seq >= older));
    if let Some(most) = part.entries {
        let mut newest: Vec<u64> = rows.iter().map(|row| row.entry).collect();
        newest.dedup();
        newest.truncate(most);
        rows.retain(|row| newest.contains(&row.entry));
    }
    let mut all = lines(visit, frame, &rows).await?;
    all.extend(quiet);
    all.sort_by_key(|line| std::cmp::Reverse(line.seq));
    Ok((Line::together(all), older))
}

/// `GET /{community}/passbook`.
pub(crate) async fn show_passbook(
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
    let part = Part {
        before,
        rows: PAGE_ROWS,
        entries: None,
    };
    let (all, older) = page(&visit, &frame, (&me, &wallet), part).await?;
    let continued = match before {
        Some(before) => month_at(&visit, before).await?,
        None => None,
    };
    let booked = booked_accounts(&frame, &wallet, &me);
    let oldest = oldest(&all).unwrap_or(i32::MAX);
    let sums = sums(&visit, &booked, oldest, before).await?;
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
        months: by_month(&visit, all, (&sums, continued), |line| wanted(show, line)),
        older,
        is_older_page: before.is_some(),
        today: day(visit.today()),
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// Which of the other assets somebody is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanting {
    /// Those that they have or had.
    Used,
    /// Those that the community declares too.
    Declared,
}

/// What a resident has beside points and minutes, by name.
pub(crate) async fn others(
    visit: &Visit,
    frame: &Frame,
    me: &SignedResident,
    (wallet, wanting): (&Wallet, Wanting),
) -> Result<Vec<(String, i64)>, Fault> {
    let house = &visit.app.house;
    let community = house.community(&visit.code);
    let declared = community.map_or_else(Vec::new, |community| community.config.assets.clone());
    let settings = frame.settings.as_ref();
    let mut all = Vec::new();
    for account in booked_accounts(frame, wallet, me) {
        if [AssetNo::POINTS, AssetNo::MINUTES].contains(&account.asset) {
            continue;
        }
        let found = house.store.balances(&visit.code, &[account]).await?;
        let has = found
            .first()
            .map_or(0, |(_, state)| state.spendable(visit.today()));
        let is_declared = declared.iter().any(|(code, _)| {
            settings.and_then(|settings| settings.asset(code)) == Some(account.asset)
        });
        let shown = has != 0
            || (is_declared && wanting == Wanting::Declared)
            || !house
                .store
                .passbook(&visit.code, &[account], None, 1)
                .await?
                .is_empty();
        if shown {
            all.push((asset_title(visit, account.asset), has));
        }
    }
    Ok(all)
}

/// `GET /{community}/me`.
pub(crate) async fn show_me(Member { visit, me }: Member) -> Result<Response, Fault> {
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
        others: others(&visit, &frame, &me, (&wallet, Wanting::Declared)).await?,
        waiting: i64::try_from(waiting).unwrap_or(i64::MAX),
        unread: unread(&visit, &me).await?,
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}
