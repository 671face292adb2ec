//! What machines ask about this host: `/healthz`, `/readyz` and `/metrics`. They hold nothing of anybody. The figures go
//! to this machine and to the addresses that the operator names, and to nobody whom a proxy on this machine lets in.

use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rongyi_clerk::vitals::{Count, Trouble, Vitals};
use rongyi_core::ids::Code;

use crate::access::web::Peer;
use crate::backup;
use crate::door::app::App;
use crate::door::fault::Fault;

/// As <https://github.com/prometheus/OpenMetrics> 1.0 names itself.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// A proxy that passes a request on says so by one of these.
const PASSED_ON: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// `GET /healthz`: whether this program runs and its database answers.
pub async fn health(State(app): State<Arc<App>>) -> Response {
    match app.house.store.ping().await {
        Ok(()) => "ok\n".into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}

/// `GET /readyz`: whether it can write. The reason in full is in the log, and here for those who may see the figures.
pub async fn ready(State(app): State<Arc<App>>, peer: Peer, headers: HeaderMap) -> Response {
    let house = &app.house;
    let now = house.clock.now();
    let Err(trouble) = house.clerk.vitals.can_write(&house.store, now).await else {
        return "ok\n".into_response();
    };
    let fault = match &trouble {
        Trouble::Store(error) => Fault::from(&**error),
        Trouble::Slow => Fault::of_status(StatusCode::GATEWAY_TIMEOUT),
    };
    let mut said = format!("{}\n{}\n{}\n", fault.code, fault.text.zh, fault.text.en);
    if is_trusted(&app, &peer, &headers) {
        // A string takes whatever is written to it.
        let _ = writeln!(said, "{trouble}");
    }
    (StatusCode::SERVICE_UNAVAILABLE, said).into_response()
}

/// `GET /metrics`: the figures, as OpenMetrics.
pub async fn metrics(
    State(app): State<Arc<App>>,
    peer: Peer,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    if !is_trusted(&app, &peer, &headers) {
        return Err(Fault::not_found());
    }
    let text = figures(&app).await;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}

fn is_trusted(app: &App, peer: &Peer, headers: &HeaderMap) -> bool {
    let Some(peer) = peer.0.map(|socket| socket.ip().to_canonical()) else {
        return false;
    };
    let named = |trusted: &IpAddr| trusted.to_canonical() == peer;
    let passed_on = PASSED_ON.iter().any(|name| headers.contains_key(*name));
    app.house.config.metrics_from.iter().any(named) || (peer.is_loopback() && !passed_on)
}

/// Counts a request by who asked and how it ended.
pub async fn count(State(vitals): State<Arc<Vitals>>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let requests = &vitals.requests;
    let counts = if is_api {
        &requests.api
    } else {
        &requests.pages
    };
    let class = usize::from(response.status().as_u16() / 100).saturating_sub(1);
    if let Some(count) = counts.get(class) {
        count.add(1);
    }
    response
}

/// Lines of one metric after another.
struct Sheet(String);

impl Sheet {
    /// Names a metric: `kind` is counter, gauge or info.
    fn metric(&mut self, name: &str, kind: &str, help: &str) {
        // A string takes whatever is written to it.
        let _ = writeln!(self.0, "# TYPE {name} {kind}\n# HELP {name} {help}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

async fn figures(app: &App) -> String {
    let (house, vitals) = (&app.house, &app.house.clerk.vitals);
    let mut sheet = Sheet(String::new());
    sheet.metric("rongyi_build", "info", "The program.");
    let version = env!("CARGO_PKG_VERSION");
    sheet.line(
        "rongyi_build_info",
        &format!("{{version=\"{version}\"}}"),
        1,
    );
    requests(&mut sheet, vitals);
    commands(&mut sheet, vitals);
    sheet.metric("rongyi_queue", "gauge", "Commands that wait for the clerk.");
    sheet.line("rongyi_queue", "", house.clerk.queue());
    let now = house.clock.now();
    let writes = vitals.can_write(&house.store, now).await.is_ok();
    sheet.metric(
        "rongyi_writable",
        "gauge",
        "1 while the database takes writes.",
    );
    sheet.line("rongyi_writable", "", u8::from(writes));
    if let Some(bytes) = house.store.wal_bytes() {
        sheet.metric(
            "rongyi_wal_bytes",
            "gauge",
            "The size of the write-ahead log beside the SQLite file.",
        );
        sheet.line("rongyi_wal_bytes", "", bytes);
    }
    if let Some(at) = backup::last(&house.config.data_dir) {
        sheet.metric(
            "rongyi_backup_age_seconds",
            "gauge",
            "Since the last backup was complete.",
        );
        let age = now.0.saturating_sub(at.0).max(0) / 1_000_000;
        sheet.line("rongyi_backup_age_seconds", "", age);
    }
    let codes: Vec<_> = house.communities().keys().cloned().collect();
    sheet.metric(
        "rongyi_served_communities",
        "gauge",
        "Communities that this host serves.",
    );
    sheet.line("rongyi_served_communities", "", codes.len());
    if let Ok(heads) = house.store.heads(&codes).await {
        sheet.metric("rongyi_head_height", "gauge", "Blocks of each ledger.");
        for (code, head) in &heads {
            sheet.line(
                "rongyi_head_height",
                &format!("{{community=\"{code}\"}}"),
                head.height,
            );
        }
        sheet.metric("rongyi_head_records", "gauge", "Records of each ledger.");
        for (code, head) in &heads {
            let records = head.next_seq.saturating_sub(1);
            sheet.line(
                "rongyi_head_records",
                &format!("{{community=\"{code}\"}}"),
                records,
            );
        }
    }
    nights(&mut sheet, app, &codes);
    sheet.0.push_str("# EOF\n");
    sheet.0
}

/// What the last nightly check of each ledger came to.
fn nights(sheet: &mut Sheet, app: &App, codes: &[Code]) {
    sheet.metric(
        "rongyi_nightly_problems",
        "gauge",
        "Places of each ledger that the last nightly check found wrong; one where it could not be made.",
    );
    for code in codes {
        let Some(night) = app.house.nights.of(code) else {
            continue;
        };
        let failed = usize::from(!night.failed.is_empty());
        sheet.line(
            "rongyi_nightly_problems",
            &format!("{{community=\"{code}\"}}"),
            night.problems.len().saturating_add(failed),
        );
    }
}

fn requests(sheet: &mut Sheet, vitals: &Vitals) {
    sheet.metric("rongyi_requests", "counter", "Requests that were answered.");
    for (door, counts) in [
        ("page", &vitals.requests.pages),
        ("api", &vitals.requests.api),
    ] {
        for (class, count) in (1..).zip(counts) {
            let labels = format!("{{door=\"{door}\",status=\"{class}xx\"}}");
            sheet.line("rongyi_requests_total", &labels, count.get());
        }
    }
}

fn commands(sheet: &mut Sheet, vitals: &Vitals) {
    let all: [(&str, &Count); 6] = [
        ("booked", &vitals.booked),
        ("refused", &vitals.refused),
        ("waiting", &vitals.waiting),
        ("replayed", &vitals.replayed),
        ("rejected", &vitals.rejected),
        ("failed", &vitals.unanswered),
    ];
    sheet.metric(
        "rongyi_commands",
        "counter",
        "Commands by what became of them; waiting ones met a fault of their rule.",
    );
    for (outcome, count) in all {
        sheet.line(
            "rongyi_commands_total",
            &format!("{{outcome=\"{outcome}\"}}"),
            count.get(),
        );
    }
    let batches: [(&str, &str, &Count); 3] = [
        (
            "rongyi_batches",
            "Batches that were committed.",
            &vitals.batches,
        ),
        (
            "rongyi_batches_failed",
            "Batches that the database did not take.",
            &vitals.batches_failed,
        ),
        (
            "rongyi_decided_again",
            "Communities of batches that were decided again, because another host had written.",
            &vitals.moved,
        ),
    ];
    for (name, help, count) in batches {
        sheet.metric(name, "counter", help);
        sheet.line(&format!("{name}_total"), "", count.get());
    }
}
