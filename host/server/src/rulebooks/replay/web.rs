//! For the author of a rule, in the browser: the events that wait for it, what it wrote to its log, and all of it as a file that
//! the author's desk takes. A rule does not see who it is about, so nobody is named.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rongyi_clerk::ClerkError;
use rongyi_core::chain::hex;
use rongyi_core::rule::Denial;
use rongyi_core::shown;
use rongyi_kit::kept;
use rongyi_pages::{CaseTone, DossierLink, DossierList, DossierRow, DossierView};

use super::{Desk, ReplayError, Replayed};
use crate::access::random;
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit};

/// Waiting events that are asked again at once: each takes its time.
const ASKED_MAX: usize = 50;

/// Calls of the log that the page shows.
const LOGGED_MAX: usize = 100;

/// The events that wait, asked again; the first of them.
async fn waiting(visit: &Visit) -> Result<Vec<Replayed>, Fault> {
    let house = &visit.app.house;
    let frame = house.store.frame(&visit.code).await?;
    let frame = frame.ok_or_else(Fault::not_found)?;
    let desk = Desk {
        store: &house.store,
        community: &visit.code,
        rules: house.books.rules(&visit.code, &frame.sets),
        today: visit.today(),
        now: house.clock.now(),
    };
    let waiting = house.store.waiting(&visit.code).await?;
    let mut all = Vec::new();
    for (entry, _) in waiting.into_iter().take(ASKED_MAX) {
        match desk.entry(entry).await {
            Ok(one) => all.push(one),
            Err(ReplayError::Store(error)) => return Err(ClerkError::from(error).into()),
            // Decided meanwhile, or its rule is not loaded here: the page of rules says so.
            Err(
                ReplayError::NoEntry(_) | ReplayError::NotAnEvent(_) | ReplayError::NotLoaded(_),
            ) => {}
        }
    }
    Ok(all)
}

/// `GET /{community}/operator/rules/author`.
pub(crate) async fn show_author(duty: OnDuty) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let all = waiting(visit).await?;
    let frame = house.store.frame(&visit.code).await?;
    let name_of = |no| {
        let sets = frame.iter().flat_map(|frame| &frame.sets);
        let mut named = sets
            .filter(|set| set.no == no)
            .map(|set| set.name.to_string());
        named.next_back().unwrap_or_default()
    };
    let logged = house.books.ward(&visit.code).logged(house.clock.now());
    let log = logged.iter().take(LOGGED_MAX).map(|call| {
        let lines: Vec<_> = call
            .lines
            .iter()
            .map(|line| shown::line(&line.text).into_owned())
            .collect();
        let error = call.lines.iter().any(|line| line.is_error);
        DossierRow {
            title: format!("{} · {}", name_of(call.set), call.about),
            note: format!(
                "{} — {}",
                visit.shell().moment_long(visit.moment(call.at)),
                lines.join(" / ")
            ),
            state: error.then(|| (visit.either("出错", "error"), CaseTone::Ended)),
            ..DossierRow::default()
        }
    });
    let lists = vec![
        DossierList {
            title: visit.either("等着规则改好的事项", "Events that wait for their rule"),
            empty: visit.either("没有。", "None."),
            rows: all.iter().map(|one| row(visit, one)).collect(),
        },
        DossierList {
            title: visit.either("一天之内规则写的日志", "What the rules wrote within a day"),
            empty: visit.either("没有写。", "Nothing."),
            rows: log.collect(),
        },
    ];
    let file = DossierLink {
        href: visit.path("/operator/rules/author/events.jsonl"),
        title: visit.either(
            "下载 events.jsonl，交给作者",
            "Download events.jsonl for the author",
        ),
        main: true,
    };
    let view = DossierView {
        home: "operator",
        back: Some(DossierLink {
            href: visit.path("/operator/rules"),
            title: visit.either("规则", "Rules"),
            main: false,
        }),
        title: visit.either("给规则的作者", "For the author of a rule"),
        sub: visit.either(
            "规则看不到是谁，所以这里也没有人名：文件里居民是 1，户是 1。作者用 rongyi rule run --events 就能重现。日志只在本机内存里留一天。",
            "A rule does not see who it is about, so nobody is named: the resident is 1, of household 1. With `rongyi rule run --events` its author sees the same. The log is kept for a day, in this host's memory.",
        ),
        links: vec![file],
        lists,
        ..DossierView::blank(visit.shell(), hex(&random::<16>()))
    };
    Ok(Html(view).into_response())
}

fn row(visit: &Visit, one: &Replayed) -> DossierRow {
    let (note, state) = match &one.heard {
        Ok(_) | Err(Denial::Refused(_)) => (
            visit.either(
                "现在有结果了，会自动补记",
                "It answers now; it will be booked by itself",
            ),
            Some((visit.either("好了", "well"), CaseTone::Done)),
        ),
        Err(Denial::Failed(fault)) => (
            format!("[{}] {}", fault.code, shown::line(&fault.message)),
            Some((visit.either("出错", "fails"), CaseTone::Ended)),
        ),
    };
    let log = one.trace.log.iter();
    let log: Vec<_> = log
        .map(|line| shown::line(&line.text).into_owned())
        .collect();
    let gap = if log.is_empty() { "" } else { " — " };
    DossierRow {
        title: format!(
            "#{} · {} {} · {}",
            one.entry,
            one.set.name,
            shown::line(&one.set.version),
            one.ask.kind
        ),
        note: format!("{note}{gap}{}", log.join(" / ")),
        state,
        ..DossierRow::default()
    }
}

/// `GET /{community}/operator/rules/author/events.jsonl`.
pub(crate) async fn get_events(duty: OnDuty) -> Result<Response, Fault> {
    let all = waiting(&duty.visit).await?;
    let mut text = String::new();
    for one in &all {
        text.push_str(&kept::event_line(&one.set.plan, &one.ask).to_string());
        text.push('\n');
    }
    let heads = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"events.jsonl\"",
        ),
    ];
    Ok((heads, text).into_response())
}
