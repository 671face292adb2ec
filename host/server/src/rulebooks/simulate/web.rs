//! Trying a rule book in the browser: the community's file as it lies on the disk, or a text. One person at a time; the numbers
//! of households and masked names of people are all that it shows of anybody.

use axum::Form;
use axum::response::{IntoResponse, Response};
use rongyi_clerk::ClerkError;
use rongyi_config::{self as config, Diagnostic};
use rongyi_core::account::Holder;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;
use rongyi_pages::{
    ReportBars, ReportChart, SimulateView, Simulated, SimulatedEntry, SimulatedRow, SimulatedTable,
};
use serde::Deserialize;

use super::{
    Both, Candidate, Group, OfGroup, Outcome, SimulateError, Sort, TURN, Window, run, told,
};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit};
use crate::house;
use crate::rulebooks::web::mistake;

/// The largest file that the form begins with, in bytes; what it sends has to be smaller than a request may be.
const SHOWN_BYTES_MAX: u64 = 256 << 10;

/// Months and kinds that a page lists at most.
const ROWS_MAX: usize = 60;

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TryForm {
    what: String,
    text: String,
    from: String,
    to: String,
}

/// `GET /{community}/operator/simulate`.
pub(crate) async fn show_simulate(OnDuty { visit, .. }: OnDuty) -> Response {
    let served = visit.app.house.community(&visit.code);
    // So that a number can be changed and tried at once. No secret stands in it: a file with one is refused.
    let text = served
        .and_then(|served| rongyi_files::read_text(&served.config.file, SHOWN_BYTES_MAX).ok());
    let form = TryForm {
        text: text.unwrap_or_default(),
        ..TryForm::default()
    };
    Html(view(&visit, form)).into_response()
}

/// `POST /{community}/operator/simulate`.
pub(crate) async fn try_rules(
    OnDuty { visit, .. }: OnDuty,
    Form(form): Form<TryForm>,
) -> Result<Response, Fault> {
    let tried = tried(&visit, &form).await?;
    let mut view = view(&visit, form);
    match tried {
        Ok(outcome) => view.found = Some(found(&visit, &outcome).await?),
        Err(Wrong::Said(text)) => view.wrong = Some(visit.say(&text)),
        Err(Wrong::Error(error)) => {
            view.wrong = Some(visit.say(&error.text()));
            if let SimulateError::Wrong(all) = &error {
                let one = |one: &Diagnostic| mistake(&visit, one);
                view.faults = all.iter().map(one).collect();
            }
        }
    }
    Ok(Html(view).into_response())
}

fn view(visit: &Visit, form: TryForm) -> SimulateView {
    SimulateView {
        shell: visit.shell(),
        typed: form.what == "text",
        text: form.text,
        from: form.from,
        to: form.to,
        wrong: None,
        faults: Vec::new(),
        found: None,
    }
}

/// Why nothing can be said.
enum Wrong {
    Said(Text),
    Error(SimulateError),
}

fn said(zh: &str, en: &str) -> Wrong {
    Wrong::Said(Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    })
}

fn day(text: &str) -> Result<Option<LocalDate>, Wrong> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.parse().map(Some);
    day.map_err(|_| {
        said(
            "日子写成 2026-07-01 这样，或者不填。",
            "Write days as 2026-07-01, or leave them empty.",
        )
    })
}

async fn tried(visit: &Visit, form: &TryForm) -> Result<Result<Outcome, Wrong>, Fault> {
    let window = match (day(&form.from), day(&form.to)) {
        (Ok(from), Ok(to)) => Window { from, to },
        (Err(wrong), _) | (_, Err(wrong)) => return Ok(Err(wrong)),
    };
    let Ok(_turn) = TURN.try_acquire() else {
        return Ok(Err(said(
            "有人正在试，请过一会儿再来。",
            "Somebody else is trying one; come back in a while.",
        )));
    };
    let frame = visit.app.house.store.frame(&visit.code).await;
    let frame = frame.map_err(ClerkError::from)?;
    let entries = frame.map_or(0, |frame| frame.head.next_seq);
    let candidate = match candidate(visit, form, entries).await? {
        Ok(candidate) => candidate,
        Err(error) => return Ok(Err(Wrong::Error(error))),
    };
    let store = &visit.app.house.store;
    let outcome = run(store, &visit.code, candidate, window, &mut |_, _| ()).await;
    match outcome {
        Ok(outcome) => Ok(Ok(outcome)),
        Err(SimulateError::Store(error)) => Err(ClerkError::from(error).into()),
        Err(error) => Ok(Err(Wrong::Error(error))),
    }
}

/// Reads and loads what is to be tried. Compiling takes a while, so it has a thread of its own.
async fn candidate(
    visit: &Visit,
    form: &TryForm,
    entries: u64,
) -> Result<Result<Candidate, SimulateError>, Fault> {
    let house = std::sync::Arc::clone(&visit.app.house);
    let code = visit.code.clone();
    let text = (form.what == "text").then(|| form.text.clone());
    let loading = move || {
        let Some(served) = house.community(&code) else {
            return Ok(Err(SimulateError::CommunityUnknown(code)));
        };
        let file = &served.config.file;
        let root = house
            .config
            .file
            .parent()
            .unwrap_or(std::path::Path::new(""));
        let read = match text {
            Some(text) => config::parse_candidate(&text, file, root),
            None => config::read_candidate(file, root),
        };
        let cache = house::known_cache(&house.config);
        let engine =
            house::engine_for(&house.config, cache, entries).map_err(|_| ClerkError::Stopped)?;
        Ok(read
            .map_err(SimulateError::Wrong)
            .and_then(|community| Candidate::load(&engine, community, &code)))
    };
    let loaded: Result<_, ClerkError> = tokio::task::spawn_blocking(loading)
        .await
        .map_err(|_| ClerkError::Stopped)?;
    Ok(loaded?)
}

async fn whose(visit: &Visit, holder: Holder) -> Result<String, Fault> {
    if let Holder::Resident(no) = holder {
        let name = visit.masked(no).await?;
        return Ok(format!("{name} · {}", visit.say(&told::holder(holder))));
    }
    Ok(visit.say(&told::holder(holder)))
}

fn pair(both: Both) -> Option<(i64, i64)> {
    Some((both.ledger, both.candidate))
}

fn row(name: String, counts: Vec<i64>, both: Option<(i64, i64)>) -> SimulatedRow {
    SimulatedRow {
        name,
        counts,
        both,
        said: String::new(),
    }
}

/// What came of it, as the page shows it.
async fn found(visit: &Visit, outcome: &Outcome) -> Result<Simulated, Fault> {
    let tally = &outcome.tally;
    let spread = told::spread(outcome);
    let mut tables = vec![totals(visit, outcome)];
    if !outcome.is_ledger() {
        tables.extend([months(visit, outcome), kinds(visit, outcome)]);
        tables.extend(groups(visit, outcome));
        tables.extend(refusals(visit, outcome));
        for (id, gain, zh, en) in [
            ("gain", true, "多得最多的", "Gain most"),
            ("lose", false, "少得最多的", "Lose most"),
        ] {
            let mut rows = Vec::new();
            for (holder, of) in told::most(outcome, gain) {
                let name = whose(visit, holder).await?;
                rows.push(row(name, Vec::new(), pair(of.earned)));
            }
            tables.extend((!rows.is_empty()).then(|| SimulatedTable {
                id,
                title: visit.either(zh, en),
                head: visit.either("谁", "Who"),
                counts: Vec::new(),
                twice: true,
                said: String::new(),
                rows,
            }));
        }
    }
    let mut changed = Vec::new();
    for one in &tally.changed {
        let (ledger, candidate) = told::whys(outcome, one);
        let say = |all: &[Text]| all.iter().map(|text| visit.say(text)).collect();
        let number = visit.either(
            &format!("第 {} 笔", one.entry),
            &format!("entry {}", one.entry),
        );
        let mut about = format!("{number} · {}", one.day);
        if let Some(holder) = one.holder {
            about = format!("{about} · {}", whose(visit, holder).await?);
        }
        changed.push(SimulatedEntry {
            title: visit.say(&told::entry_title(outcome, one)),
            about,
            points: (one.points.ledger, one.points.candidate),
            ledger: say(&ledger),
            candidate: say(&candidate),
        });
    }
    let entries = rongyi_pages::format::number(tally.entries);
    Ok(Simulated {
        span: visit.either(
            &format!("{} – {}，{entries} 笔", outcome.from, outcome.to),
            &format!("{} – {}, {entries} entries", outcome.from, outcome.to),
        ),
        same: outcome.is_ledger(),
        said: told::sentences(outcome)
            .iter()
            .map(|text| visit.say(text))
            .collect(),
        chart: ReportChart {
            labels: spread.iter().map(|(label, _)| visit.say(label)).collect(),
            up: vec![ReportBars {
                title: visit.either("户（人）", "holders"),
                values: spread.iter().map(|(_, count)| *count).collect(),
            }],
            down: Vec::new(),
        },
        tables,
        changed,
    })
}

fn totals(visit: &Visit, outcome: &Outcome) -> SimulatedTable {
    let flows = &outcome.tally.flows;
    let all = [
        ("发出", "Given out", flows.issued),
        ("扣减、更正", "Deducted, corrected", flows.deducted),
        ("兑换", "Redeemed", flows.spent),
        ("作废", "Lapsed", flows.lapsed),
        ("期末大家手里", "Held at the end", outcome.tally.held()),
        ("下单花的", "Ordered for", outcome.tally.orders.points),
        ("时长（分钟）", "Minutes", flows.minutes),
    ];
    let rows = all.map(|(zh, en, both)| row(visit.either(zh, en), Vec::new(), pair(both)));
    SimulatedTable {
        id: "totals",
        title: visit.either("合计", "Totals"),
        head: visit.either("积分", "Points"),
        counts: Vec::new(),
        twice: true,
        said: String::new(),
        rows: rows.into(),
    }
}

fn months(visit: &Visit, outcome: &Outcome) -> SimulatedTable {
    let months = outcome.tally.months.iter().rev().take(ROWS_MAX);
    let mut rows: Vec<SimulatedRow> = months
        .map(|(index, of)| row(told::month(*index), Vec::new(), pair(of.issued)))
        .collect();
    rows.reverse();
    SimulatedTable {
        id: "months",
        title: visit.either("每个月发出", "Given out, by month"),
        head: visit.either("月份", "Month"),
        counts: Vec::new(),
        twice: true,
        said: String::new(),
        rows,
    }
}

fn kinds(visit: &Visit, outcome: &Outcome) -> SimulatedTable {
    let kinds = outcome.tally.kinds.iter().take(ROWS_MAX);
    SimulatedTable {
        id: "kinds",
        title: visit.either("每一类事项", "Each kind of event"),
        head: visit.either("事项", "Kind"),
        counts: vec![
            visit.either("件", "Events"),
            visit.either("没规则管", "No rule"),
        ],
        twice: true,
        said: String::new(),
        rows: kinds
            .map(|(code, of)| {
                let name = visit.say(&told::kind_title(outcome, code));
                row(name, vec![of.events, of.unruled], pair(of.points))
            })
            .collect(),
    }
}

/// Holders by what is known of them, a table for each.
fn groups(visit: &Visit, outcome: &Outcome) -> Vec<SimulatedTable> {
    let table = |sort: Sort| SimulatedTable {
        id: sort.word(),
        title: visit.say(&sort.title()),
        head: visit.either("户（人）", "Holders"),
        counts: vec![
            visit.either("多少", "How many"),
            visit.either("多得", "Gain"),
            visit.either("少得", "Lose"),
        ],
        twice: true,
        said: String::new(),
        rows: of_sort(outcome, sort)
            .map(|(group, of)| {
                let counts = vec![of.holders, of.gain, of.lose];
                row(visit.say(&group.title()), counts, pair(of.earned))
            })
            .collect(),
    };
    let all = Sort::ALL.into_iter().map(table);
    all.filter(|table| !table.rows.is_empty()).collect()
}

/// The groups of one table.
pub(super) fn of_sort(outcome: &Outcome, sort: Sort) -> impl Iterator<Item = (&Group, &OfGroup)> {
    let all = outcome.groups.iter();
    all.filter(move |(group, _)| group.sort() == sort)
}

fn refusals(visit: &Visit, outcome: &Outcome) -> Option<SimulatedTable> {
    let name = |kind: &Option<Code>| {
        let kind = kind.as_ref().map(|kind| told::kind_title(outcome, kind));
        kind.map_or_else(
            || visit.either("兑换单", "Orders"),
            |title| visit.say(&title),
        )
    };
    let rows: Vec<SimulatedRow> = outcome
        .tally
        .refusals
        .iter()
        .take(ROWS_MAX)
        .map(|((kind, _), of)| SimulatedRow {
            name: name(kind),
            counts: vec![of.appear, of.vanish],
            both: None,
            said: visit.say(&told::refusal(outcome, of)),
        })
        .collect();
    (!rows.is_empty()).then(|| SimulatedTable {
        id: "refusals",
        title: visit.either("不给的理由", "Reasons for refusals"),
        head: visit.either("事项", "Kind"),
        counts: vec![
            visit.either("会多", "Appear"),
            visit.either("会少", "Vanish"),
        ],
        twice: false,
        said: visit.either("例", "Example"),
        rows,
    })
}
