//! The till's day on its page and on paper: what waits, what was handed over and may come back, and the sums.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use axum::response::{IntoResponse, Response};
use rongyi_core::book::{Fate, FateState, Frame};
use rongyi_core::chain::hex;
use rongyi_core::ids::{Code, OrderNo, ResidentNo};
use rongyi_pages::{ReturnWay, TillDay, TillDayView, TillLine, TillSums, TillWaiting};

use super::{Till, frame};
use crate::access::{Role, random};
use crate::door::fault::Fault;
use crate::door::names::Names;
use crate::door::visit::{Html, OnDuty, Visit, day};
use crate::door::{Act, Kind, May, Right, may};
use crate::ledger::lines::fates;
use crate::ledger::titles::{goods, rest_lines};
use crate::redemption::daily::{self, Passed, Sums};

/// Lines of each list under the field for the code; all of them are on the list for printing.
const SHOWN: usize = 8;

/// `GET /{community}/till/day`: all of it, for printing.
pub(crate) async fn show_till_day(duty: OnDuty) -> Result<Response, Fault> {
    let till = Till::at(&duty).await?;
    let day_list = of_today(&duty, &till, usize::MAX).await?;
    let visit = &duty.visit;
    Ok(Html(TillDayView {
        day: day_list,
        merchant: till.title(visit),
        today: day(visit.today()),
        shop_hours: visit.say(&visit.shop.hours),
        shell: visit.shell(),
    })
    .into_response())
}

/// What stands below the field for the code.
pub(super) async fn below(duty: &OnDuty, till: &Till) -> Result<TillDay, Fault> {
    of_today(duty, till, SHOWN).await
}

/// At most so many lines of each list; their sums are of all. That residents were read about is noted.
async fn of_today(duty: &OnDuty, till: &Till, most: usize) -> Result<TillDay, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let (store, today) = (&house.store, visit.today());
    let frame = frame(visit).await?;
    let orders = daily::waiting(house, &visit.code, till.of()).await?;
    let of_day = till.day(visit, &frame).await?;
    let shown = of_day.handed.iter().take(most).chain(&of_day.back);
    let passed: Vec<OrderNo> = shown.clone().map(|passed| passed.order).collect();
    let whose = store.buyers_of(&visit.code, &passed).await?;
    let entries: Vec<u64> = shown.map(|passed| passed.entry).collect();
    let fates = fates(visit, &entries).await?;
    let waits = orders.iter().take(most).map(|order| order.resident);
    let read: BTreeSet<ResidentNo> = waits.chain(whose.values().copied()).collect();
    let read: Vec<ResidentNo> = read.into_iter().collect();
    duty.reads(Kind::List, &read).await?;
    let mut by: HashMap<Code, String> = HashMap::new();
    for passed in of_day.handed.iter().take(most).chain(&of_day.back) {
        if !by.contains_key(&passed.by) {
            by.insert(passed.by.clone(), visit.actor(&passed.by).await);
        }
    }
    let known = Known {
        by,
        names: visit.names(read).await?,
        whose,
        fates,
    };
    let mut waiting = Vec::new();
    for order in orders.iter().take(most) {
        let left = order.deadline.to_days().saturating_sub(today.to_days());
        waiting.push(TillWaiting {
            no: u64::from(order.no.0),
            title: goods(visit, &frame, rest_lines(order)),
            masked_name: known.names.of(order.resident),
            until: day(order.deadline),
            days_left: i64::from(left),
        });
    }
    let mut handed = Vec::new();
    for passed in of_day.handed.iter().take(most) {
        handed.push(line(visit, &frame, passed, &known));
    }
    let mut back = Vec::new();
    for passed in &of_day.back {
        back.push(line(visit, &frame, passed, &known));
    }
    Ok(TillDay {
        waiting_in_all: i64::try_from(orders.len()).unwrap_or(i64::MAX),
        last_today: ending(&orders, |order| order.deadline == today),
        waiting,
        handed_in_all: i64::try_from(of_day.handed.len()).unwrap_or(i64::MAX),
        handed,
        out: told(daily::sums(&of_day.handed)),
        back,
        returned: told(daily::sums(&of_day.back)),
        way: way(duty, till).await?,
    })
}

fn ending<T>(all: &[T], is_one: impl Fn(&T) -> bool) -> i64 {
    let count = all.iter().filter(|one| is_one(one)).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn told(sums: Sums) -> TillSums {
    TillSums {
        orders: sums.orders,
        pieces: sums.pieces,
        points: sums.points,
    }
}

/// What the lines of a page say beside what passed, read for all of them at once.
struct Known {
    names: Names,
    whose: BTreeMap<OrderNo, ResidentNo>,
    fates: HashMap<u64, Fate>,
    /// Who booked it.
    by: HashMap<Code, String>,
}

fn line(visit: &Visit, frame: &Frame, passed: &Passed, known: &Known) -> TillLine {
    let fate = known.fates.get(&passed.entry);
    let reversed = fate.filter(|fate| fate.state == FateState::Reversed);
    let whose = known.whose.get(&passed.order);
    TillLine {
        title: goods(visit, frame, passed.lines.clone()),
        masked_name: whose.map_or_else(String::new, |resident| known.names.of(*resident)),
        at: visit.moment(passed.at),
        order: u64::from(passed.order.0),
        entry: passed.entry,
        points: passed.points,
        by: known.by.get(&passed.by).cloned().unwrap_or_default(),
        returned: reversed.map(|fate| fate.by),
        key: hex(&random::<16>()),
    }
}

/// How goods come back: by this reader, or by whom they ask.
async fn way(duty: &OnDuty, till: &Till) -> Result<ReturnWay, Fault> {
    if till.is_merchants() {
        return Ok(ReturnWay::Own);
    }
    if duty.may(Act::Reverse) {
        return Ok(ReturnWay::Here);
    }
    let visit = &duty.visit;
    let staff = visit.app.house.store.all_staff(&visit.code).await?;
    let can = staff.into_iter().filter(|one| {
        let role = Role::from_word(&one.role);
        let right = role.map(|role| may(Right::Staff(role), Act::Reverse));
        one.active && right == Some(May::Yes)
    });
    Ok(ReturnWay::Ask(can.map(|one| one.name).collect()))
}
