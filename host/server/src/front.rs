//! The page of a community for everybody: when it is open, what is on, whom it thanks, what the shop has, what can be checked.
//! Whoever is signed in goes on to where they begin. Names stand here as their people allowed them for lists on the wall.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use rongyi_activities::{Shift, State};
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::Frame;
use rongyi_core::ids::AssetNo;
use rongyi_core::period::{Period, PeriodLength};
use rongyi_core::time::Instant;
use rongyi_pages::{ActivityRow, FrontView, WallLine, WindowItem};

use crate::access::web::usual_place;
use crate::activities::{between, web};
use crate::amend;
use crate::door::fault::Fault;
use crate::door::visit::{Html, Visit, go};
use crate::stock::prices::{self, Price};
use crate::wall::honour_board;
use crate::wall::web::{lines, period_title};

/// Shifts on the page, and how far they may be away: a week.
const SHIFTS: usize = 4;
const AHEAD_US: i64 = 7 * 86_400_000_000;
/// Places of the honour board.
const PLACES: usize = 5;
/// Things in the window.
const WINDOW: usize = 6;
/// Things whose price is asked for it: some of them are for few people only.
const ASKED: usize = 24;

/// `GET /{community}/`.
pub async fn show_front(visit: Visit) -> Result<Response, Fault> {
    if visit.who.is_some() {
        return Ok(go(&visit.path(usual_place(visit.who.as_ref()))));
    }
    let house = &visit.app.house;
    let frame = house.store.frame(&visit.code).await?;
    let frame = Arc::new(frame.ok_or_else(Fault::not_found)?);
    let month = visit.today().month_start().plus_days(-1);
    let month = Period::of(PeriodLength::Month, month);
    let title = period_title(&visit, &month);
    let notices = amend::notices(&house.store, &visit.code).await?;
    let shell = visit.shell();
    let facts = [
        (shell.t("front-hours"), visit.say(&visit.shop.hours)),
        (shell.t("front-place"), visit.say(&visit.shop.place)),
    ];
    Ok(Html(FrontView {
        open: facts
            .into_iter()
            .filter(|(_, said)| !said.is_empty())
            .collect(),
        on: on(&visit).await?,
        board_title: visit.either(&format!("{title}光荣榜"), &format!("Honour board, {title}")),
        board: board(&visit, &frame, &month).await?,
        notice: i64::try_from(notices.len()).unwrap_or(i64::MAX),
        window: window(&visit, &frame).await?,
        given: given(&visit).await?,
        shell,
    })
    .into_response())
}

/// The next shifts that everybody may see.
async fn on(visit: &Visit) -> Result<Vec<ActivityRow>, Fault> {
    let now = visit.app.house.clock.now();
    let until = Instant(now.0.saturating_add(AHEAD_US));
    let all = between(&visit.app.house, &visit.code, (now, until)).await?;
    let mut rows = Vec::new();
    let open = all
        .iter()
        .filter(|at_hand| at_hand.activity.state == State::Open);
    for at_hand in open {
        let inside = |shift: &&Shift| shift.span.ends > now && shift.span.starts < until;
        for shift in at_hand.activity.shifts.iter().filter(inside) {
            let href = visit.path(&format!("/activities/{}", at_hand.activity.no));
            let mut row = web::row(visit, at_hand, shift, href);
            row.when = web::when(visit, shift.span);
            rows.push((shift.span.starts, row));
        }
    }
    rows.sort_by_key(|(at, _)| *at);
    Ok(rows.into_iter().take(SHIFTS).map(|(_, row)| row).collect())
}

async fn board(visit: &Visit, frame: &Frame, month: &Period) -> Result<Vec<WallLine>, Fault> {
    let mut all = honour_board(&visit.app.house.store, frame, month).await?;
    all.retain(|one| one.place <= PLACES);
    Ok(lines(visit, all))
}

/// What a few things cost today.
async fn window(visit: &Visit, frame: &Arc<Frame>) -> Result<Vec<WindowItem>, Fault> {
    let active = frame.items.iter().filter(|item| item.active);
    let items: Vec<_> = active.take(ASKED).cloned().collect();
    let tags = prices::ask(&visit.app.house, frame, items.clone(), visit.today()).await?;
    let shell = visit.shell();
    let mut all = Vec::new();
    for (item, tag) in items.iter().zip(&tags) {
        if let Price::Points(points, _) = &tag.price {
            let shown = WindowItem {
                title: visit.say(&item.title),
                price: shell.points(*points),
            };
            all.push((*points, shown));
        }
    }
    all.sort_by_key(|(points, _)| *points);
    Ok(all.into_iter().take(WINDOW).map(|(_, item)| item).collect())
}

/// Points that residents gave away.
async fn given(visit: &Visit) -> Result<Option<i64>, Fault> {
    let account = Account {
        holder: Holder::Community,
        asset: AssetNo::POINTS,
        purpose: Purpose::Donated,
    };
    let store = &visit.app.house.store;
    let found = store.balances(&visit.code, &[account]).await?;
    let total = found.first().map_or(0, |(_, state)| state.total);
    Ok(Some(total).filter(|total| *total > 0))
}
