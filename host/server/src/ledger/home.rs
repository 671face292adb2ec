//! Home: what a resident has, what waits for them, what is on next; their code; and what their telephone keeps for the time
//! without a network. Reads only.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rongyi_activities::{Place, State};
use rongyi_core::book::Frame;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_pages::{CodeOrder, Expiring, HomeCase, HomeNext, HomeView, MeCodeView, OfflineView};

use super::web::{Part, Wanting, holder_title, orders_of, others, page, waits};
use crate::access::SignedResident;
use crate::activities::{AtHand, between, of_resident};
use crate::cases::told::their_turn;
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, Visit, day};
use crate::ledger::months::sums;
use crate::ledger::titles::{goods, rest_lines};
use crate::ledger::wallets::at_hand;
use crate::messages::reader::unread;
use crate::people::accounts;
use crate::people::slip::site;
use crate::redemption::{Wallet, wishes};

/// Points that run out within this many days are announced.
const SOON_DAYS: i32 = 60;
/// Lines on the home page.
const RECENT: usize = 5;
/// Rows that are read for them: a spend over several lots is several, an order's points set aside are two.
const RECENT_ROWS: u32 = 30;
/// How far the next shift may be away, in microseconds: two weeks.
const AHEAD_US: i64 = 14 * 86_400_000_000;

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

/// What waits for a resident: orders to be collected, cases and inspections in which it is their turn, what they waited for and
/// is there again.
pub(crate) async fn waiting(
    visit: &Visit,
    me: &SignedResident,
    (frame, wallet): (&Frame, &Wallet),
) -> Result<Vec<HomeCase>, Fault> {
    let mut all = their_turn(visit, me.resident).await?;
    let shell = visit.shell();
    let orders = orders_of(visit, me, wallet).await?;
    for order in orders.iter().filter(|order| waits(visit, order)) {
        let what = goods(visit, frame, rest_lines(order));
        let until = shell.day(day(order.deadline));
        all.push(HomeCase {
            href: visit.path(&format!("/orders/{}", order.no.0)),
            title: shell.t1("home-waiting", "what", what),
            note: shell.t1("home-waiting-until", "day", until),
        });
    }
    for (item, what) in wishes::arrived(visit, me, frame).await? {
        all.push(HomeCase {
            href: visit.path(&format!("/shop/{item}")),
            title: shell.t1("wish-arrived", "what", what),
            note: shell.t("wish-arrived-note"),
        });
    }
    Ok(all)
}

/// The resident's next shift, or the next that they can join.
async fn next(visit: &Visit, me: &SignedResident) -> Result<Option<HomeNext>, Fault> {
    let house = &visit.app.house;
    let now = house.clock.now();
    let own = of_resident(house, &visit.code, me.resident).await?;
    if let Some(mine) = first(visit, &own, (me, now), true) {
        return Ok(Some(mine));
    }
    let until = Instant(now.0.saturating_add(AHEAD_US));
    let all = between(house, &visit.code, (now, until)).await?;
    Ok(first(visit, &all, (me, now), false))
}

/// The first of their shifts that has not begun: one in which the reader has a seat, or one with room.
fn first(
    visit: &Visit,
    all: &[AtHand],
    (me, now): (&SignedResident, Instant),
    mine: bool,
) -> Option<HomeNext> {
    let open = all
        .iter()
        .filter(|at_hand| at_hand.activity.state == State::Open);
    let shifts = open.flat_map(|at_hand| {
        let shifts = at_hand.activity.shifts.iter();
        shifts.map(move |shift| (at_hand, shift))
    });
    let fitting = shifts.filter(|(_, shift)| {
        let seat = shift.of(me.resident.0).map(|one| one.place);
        let fits = if mine {
            seat == Some(Place::Seat)
        } else {
            shift.free() > 0
        };
        fits && shift.span.starts > now
    });
    let (at_hand, shift) = fitting.min_by_key(|(_, shift)| shift.span.starts)?;
    let mut when = crate::activities::web::when(visit, shift.span);
    if !at_hand.stored.words.location.is_empty() {
        when = format!("{when} · {}", at_hand.stored.words.location);
    }
    Some(HomeNext {
        href: visit.path(&format!("/activities/{}", at_hand.activity.no)),
        title: at_hand.activity.title.clone(),
        when,
        mine,
    })
}

/// `GET /{community}/home`.
pub(crate) async fn show_home(Member { visit, me }: Member) -> Result<Response, Fault> {
    let (frame, wallet) = at_hand(&visit, &me).await?;
    let today = visit.today();
    let [points, _] = wallet.accounts(me.resident);
    let month = today.month_index();
    let sums = sums(&visit, &[points], month, None).await?;
    let part = Part {
        before: None,
        rows: RECENT_ROWS,
        // A line of its own each, but for what was booked together.
        entries: Some(2 * RECENT),
    };
    let (recent, _) = page(&visit, &frame, (&me, &wallet), part).await?;
    let served = visit.app.house.community(&visit.code);
    let shell = visit.shell();
    let view = HomeView {
        may_ask: served.is_some_and(|served| !served.config.cases.is_empty()),
        told: accounts::tell(&visit, me.person_id).await?,
        today: shell.day(day(today)),
        holder_title: holder_title(&visit, &me, &wallet).await?,
        balance: wallet.points.spendable(today),
        minutes: wallet.minutes,
        others: others(&visit, &frame, &me, (&wallet, Wanting::Used)).await?,
        earned_month: sums.points(month).map(|(earned, _)| earned),
        notice: wallet.notice.total,
        set_aside: wallet.held.total,
        expiring: expiring(&wallet, today),
        waits: waiting(&visit, &me, (&frame, &wallet)).await?,
        unread: unread(&visit, &me).await?,
        next: next(&visit, &me).await?,
        recent: recent.into_iter().take(RECENT).collect(),
        shell,
    };
    Ok(Html(view).into_response())
}

/// Orders that wait, with the codes of those that the reader placed.
async fn codes(
    visit: &Visit,
    me: &SignedResident,
    (frame, wallet): (&Frame, &Wallet),
) -> Result<Vec<CodeOrder>, Fault> {
    let mut all = Vec::new();
    let orders = orders_of(visit, me, wallet).await?;
    for order in orders.iter().filter(|order| waits(visit, order)) {
        let code = if order.resident == me.resident {
            let store = &visit.app.house.store;
            store.pickup_code(&visit.code, order.no).await?
        } else {
            None
        };
        all.push(CodeOrder {
            no: u64::from(order.no.0),
            title: goods(visit, frame, rest_lines(order)),
            until: day(order.deadline),
            code: code.unwrap_or_default(),
        });
    }
    Ok(all)
}

/// `GET /{community}/me/code`.
pub(crate) async fn show_code(
    Member { visit, me }: Member,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let (frame, wallet) = at_hand(&visit, &me).await?;
    Ok(Html(MeCodeView {
        name: me.name.clone(),
        number: format!("{:04}", me.resident.0),
        address: format!("{}/residents/{}", site(&visit, &headers), me.resident),
        orders: codes(&visit, &me, (&frame, &wallet)).await?,
        shell: visit.shell(),
    })
    .into_response())
}

/// `GET /{community}/me/offline`.
pub(crate) async fn show_offline(Member { visit, me }: Member) -> Result<Response, Fault> {
    let (frame, wallet) = at_hand(&visit, &me).await?;
    let mut shell = visit.shell();
    // A change of size or language comes back to a page that can be shown with a network.
    shell.here = visit.path("/home");
    Ok(Html(OfflineView {
        holder_title: holder_title(&visit, &me, &wallet).await?,
        balance: wallet.points.spendable(visit.today()),
        minutes: wallet.minutes,
        at: visit.moment(visit.app.house.clock.now()),
        number: format!("{:04}", me.resident.0),
        orders: codes(&visit, &me, (&frame, &wallet)).await?,
        shell,
    })
    .into_response())
}
