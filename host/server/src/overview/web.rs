//! An operator's first page, and the list of points that run out soon.

use axum::response::{IntoResponse, Response};
use rongyi_core::account::Holder;
use rongyi_core::book::Frame;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_pages::{IssueCard, LapsingRow, LapsingView, Task, TodayNight, TodayRow, TodayView};

use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, day};
use crate::door::{self, Kind};
use crate::house::figures;
use crate::house::reload::ConfigState;
use crate::house::reload::Holds;
use crate::overview::{self, Lapsing, Overview};
use crate::redemption::till;
use crate::rulebooks::web::{faults, well};

/// `GET /{community}/operator`.
pub(crate) async fn show_today(OnDuty { visit, .. }: OnDuty) -> Result<Response, Fault> {
    let house = &visit.app.house;
    let frame = frame(&visit).await?;
    let overview = overview::of_today(house, &frame, &visit.shop).await?;
    let standing = house.news.standing();
    house.write_figures(&visit.code).await?;
    let all = figures::figures(&house.store, &visit.code).await?;
    let rules = house.books.rules(&visit.code, &frame.sets);
    let today = visit.today();
    let reports = figures::reports(&frame, &rules, all, today, house.clock.now());
    let mut wrong_codes = Vec::new();
    for (actor, count) in till::wrong_today(house, &visit.code).await? {
        let who = match actor.parse() {
            Ok(actor) => visit.actor(&actor).await,
            Err(_) => actor,
        };
        wrong_codes.push((who, i64::from(count)));
    }
    let newest = frame.sets.iter().rev().find(|set| set.active_from <= today);
    let view = TodayView {
        today: day(today),
        hours: visit.say(&visit.shop.hours),
        waits: waits(&visit, &overview, &standing),
        due: due(&visit, &overview),
        orders: count(overview.orders),
        lapsing: points(&overview.lapsing),
        quiet: overview.is_quiet(),
        issue: issue(&overview, today),
        rules_well: well(&reports),
        rules: count(reports.iter().filter(|report| report.is_asked()).count()),
        newest: newest.map(|set| (visit.say(&set.title), day(set.active_from))),
        wrong_codes,
        config_faults: faults(&visit, &standing, |holds| holds.back(&visit.code)),
        newcomer_faults: faults(&visit, &standing, |holds| *holds == Holds::Newcomer),
        night: night(&visit),
        sending: sending(&visit).await?,
        needs_restart: standing
            .needs_restart
            .into_iter()
            .map(str::to_owned)
            .collect(),
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// Whether messages that were to be sent are stuck: the other side is down, or was for too long.
async fn sending(visit: &Visit) -> Result<String, Fault> {
    const WEEK_US: i64 = 7 * 86_400_000_000;
    let house = &visit.app.house;
    if house.config.webhook.is_none() {
        return Ok(String::new());
    }
    let since = Instant(house.clock.now().0.saturating_sub(WEEK_US));
    let trouble = house.store.message_trouble(&visit.code, since).await?;
    let (waiting, given_up) = (trouble.waiting, trouble.given_up);
    Ok(match (waiting, given_up) {
        (0, 0) => String::new(),
        _ => visit.either(
            &format!(
                "发消息的服务没有应答：{waiting} 条在等着再发，这一周有 {given_up} 条三天都没发出去。请看看转发程序还在不在运行；居民打开首页仍然看得到这些消息。"
            ),
            &format!(
                "The service that sends messages does not answer: {waiting} wait to be tried again, {given_up} of this week were given up after three days. Please see whether it runs; residents still find these messages on their home page."
            ),
        ),
    })
}

/// What the last nightly check came to.
fn night(visit: &Visit) -> Option<TodayNight> {
    let night = visit.app.house.nights.of(&visit.code)?;
    let mut wrong: Vec<String> = night
        .problems
        .iter()
        .map(|(place, what)| format!("{place}: {what}"))
        .collect();
    if !night.failed.is_empty() {
        let why = &night.failed;
        wrong.push(visit.either(
            &format!("没能核对：{why}"),
            &format!("It could not be checked: {why}"),
        ));
    }
    Some(TodayNight {
        day: day(night.day),
        records: i64::try_from(night.records).unwrap_or(i64::MAX),
        wrong,
    })
}

async fn frame(visit: &Visit) -> Result<Frame, Fault> {
    let frame = visit.app.house.store.frame(&visit.code).await?;
    frame.ok_or_else(Fault::not_found)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A row for what there is any of.
fn row(visit: &Visit, number: usize, task: Task, to: &str) -> Option<TodayRow> {
    (number > 0).then(|| TodayRow {
        count: count(number),
        task,
        path: visit.path(to),
    })
}

/// What waits for people.
fn waits(visit: &Visit, overview: &Overview, standing: &ConfigState) -> Vec<TodayRow> {
    let saved = usize::from(standing.pending.contains(&visit.code));
    let of = |number, task, to| row(visit, number, task, to);
    let rows = [
        of(overview.objections, Task::Objections, "/amend#objections"),
        of(overview.marks, Task::Marks, "/amend#marks"),
        of(overview.proposals, Task::Proposals, "/amend#proposals"),
        of(overview.waiting, Task::Events, "/operator/rules"),
        of(overview.notices, Task::Notices, "/notice"),
        of(saved, Task::Saved, "/operator/changes"),
    ];
    rows.into_iter().flatten().collect()
}

/// What falls due.
fn due(visit: &Visit, overview: &Overview) -> Vec<TodayRow> {
    let of = |number, task, to| row(visit, number, task, to);
    let task = Task::Lapsing(holders(&overview.lapsing));
    let lapsing = of(overview.lapsing.len(), task, "/operator/lapsing");
    let rows = [
        of(overview.orders_today, Task::OrdersToday, "/till/day"),
        of(overview.orders_tomorrow, Task::OrdersTomorrow, "/till/day"),
        of(overview.low, Task::Low, "/stock?show=low"),
        lapsing.map(|row| TodayRow {
            count: points(&overview.lapsing),
            ..row
        }),
        of(overview.periods, Task::Periods, "/operator/periods"),
    ];
    rows.into_iter().flatten().collect()
}

fn points(lapsing: &[Lapsing]) -> i64 {
    lapsing.iter().map(|one| one.points).sum()
}

/// Whose points run out; one holder may stand there twice.
fn holders(lapsing: &[Lapsing]) -> i64 {
    let all: std::collections::BTreeSet<Holder> = lapsing.iter().map(|one| one.holder).collect();
    count(all.len())
}

fn issue(overview: &Overview, today: LocalDate) -> IssueCard {
    let issue = &overview.issue;
    let (_, _, days) = today.parts();
    let (_, _, month) = today.month_end().parts();
    IssueCard {
        issued: issue.issued,
        budget: issue.budget,
        ends: issue.ends.map(day),
        used_up: issue.budget.is_some_and(|budget| budget <= issue.issued),
        days: i64::from(days),
        month: i64::from(month),
    }
}

/// `GET /{community}/operator/lapsing`: whose points run out within the week.
pub(crate) async fn list_lapsing(duty: OnDuty) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let found = overview::lapsing(store, &visit.code, visit.today()).await?;
    let whose = found.iter().map(|one| one.holder);
    let whose = door::whose(store, &visit.code, whose).await?;
    duty.reads(Kind::List, &whose).await?;
    let mut rows = Vec::new();
    for one in &found {
        rows.push(LapsingRow {
            holder: match one.holder {
                Holder::Household(no) => visit.household_title(no).await?,
                Holder::Resident(no) => {
                    let name = visit.masked(no).await?;
                    visit.either(
                        &format!("{no} 号居民 {name}"),
                        &format!("resident {no}, {name}"),
                    )
                }
                Holder::Community | Holder::Fund(_) => String::new(),
            },
            last: day(one.last),
            points: one.points,
        });
    }
    Ok(Html(LapsingView {
        points: points(&found),
        holders: holders(&found),
        rows,
        shell: visit.shell(),
    })
    .into_response())
}
