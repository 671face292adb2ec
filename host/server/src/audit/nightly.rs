//! Every night the host proves its own ledgers: what was committed since the night before is hashed, applied to a copy of the
//! book and asked of its archived rules again; on the first of a month everything is, from the first record on. What does
//! not come out as it is written stands on the operator's first page, in the log and in the figures until it does.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rongyi_core::ids::Code;
use rongyi_core::time::LocalDate;
use rongyi_rules::{Allowance, Cache, Engine};
use tokio_util::sync::CancellationToken;

use super::proof::heads;
use super::verify::checkpoint::{self, Verified};
use super::verify::{self, Decisions, VerifyScope};
use crate::access::random;
use crate::house::{self, House, Night};

/// After the start the host has other things to do.
const FIRST_PAUSE: Duration = Duration::from_secs(600);
/// Time between two looks at the clock.
const PAUSE: Duration = Duration::from_secs(60);
/// The largest checkpoint, in bytes.
const CHECKPOINT_BYTES_MAX: u64 = 4 << 30;

/// Waits for each night until `stop`.
pub(crate) async fn run(house: Arc<House>, stop: CancellationToken) {
    let Some(at) = house.config.nightly_check else {
        return;
    };
    let mut pause = FIRST_PAUSE;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = PAUSE;
        let codes: Vec<Code> = house.communities().keys().cloned().collect();
        for code in codes {
            let (today, minute) = house.today(&code);
            let done = house
                .nights
                .of(&code)
                .is_some_and(|night| night.day == today);
            if minute < at || done || stop.is_cancelled() {
                continue;
            }
            let Some(night) = look(&house, &code, (today, &stop)).await else {
                return;
            };
            tell(&code, &night);
            house.nights.put(&code, night);
        }
    }
}

fn tell(code: &Code, night: &Night) {
    let (records, decisions) = (night.records, night.decisions);
    if !night.failed.is_empty() {
        tracing::error!(community = %code, "the nightly check could not be made: {}", night.failed);
    }
    for (place, what) in &night.problems {
        tracing::error!(community = %code, place, "the ledger is not as it must be: {what}. Stop booking, run `rongyi verify`, and restore a backup");
    }
    if night.failed.is_empty() && night.problems.is_empty() {
        tracing::info!(community = %code, records, decisions, "nightly check: all is well");
    }
}

/// Looks now, whatever the time; `None` when the host stops meanwhile.
pub async fn look(
    house: &Arc<House>,
    code: &Code,
    (today, stop): (LocalDate, &CancellationToken),
) -> Option<Night> {
    let (house, code, stop) = (Arc::clone(house), code.clone(), stop.clone());
    let runtime = tokio::runtime::Handle::current();
    let (answer, told) = tokio::sync::oneshot::channel();
    // A thread of its own: asking rules takes a processor for minutes, and nobody who stops the host waits for it.
    let work = move || {
        let night = runtime.block_on(async {
            tokio::select! {
                () = stop.cancelled() => None,
                night = once(&house, &code, today) => Some(night),
            }
        });
        let _ = answer.send(night.map(|night| night.map_err(|error| error.to_string())));
    };
    let failed = |why: String| Night {
        day: today,
        records: 0,
        decisions: 0,
        problems: Vec::new(),
        failed: why,
    };
    let thread = std::thread::Builder::new().name("nightly".to_owned());
    if let Err(error) = thread.spawn(work) {
        return Some(failed(error.to_string()));
    }
    match told.await {
        Ok(Some(Ok(night))) => Some(night),
        Ok(Some(Err(why))) => Some(failed(why)),
        Ok(None) => None,
        Err(_) => Some(failed("the thread ended".to_owned())),
    }
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

async fn once(house: &House, code: &Code, today: LocalDate) -> Result<Night, AnyError> {
    let place = kept_in(&house.config.data_dir, code);
    let (_, _, day) = today.parts();
    // A damaged or foreign checkpoint is none: then everything is looked at.
    let since = match day {
        1 => None,
        _ => read(&place, code),
    };
    let kept = heads::kept(&house.config.data_dir.join("heads"));
    let claims = kept.claims();
    let mut maker = tempfile::Builder::new();
    #[cfg(unix)]
    maker.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = maker.tempdir()?;
    // What the host compiled is not trusted here.
    let cache = Cache::sealed(folder.path(), &random());
    let engine = Engine::new(Allowance::replay(), house::compiler(), Some(cache))?;
    let scope = |since| VerifyScope {
        decisions: Decisions::All,
        claims: &claims,
        since,
        all_rows: since.is_none(),
        keep: true,
    };
    let store = &house.store;
    let mut report =
        verify::against(store, &engine, code, scope(since.as_ref()), &mut |_, _| {}).await;
    // What an older version kept cannot be gone on from.
    if matches!(report, Err(verify::VerifyError::Checkpoint(_))) {
        report = verify::against(store, &engine, code, scope(None), &mut |_, _| {}).await;
    }
    let report = report?;
    let night = Night {
        day: today,
        records: report.records,
        decisions: report.decisions,
        problems: report
            .problems
            .iter()
            .map(|problem| (problem.place.clone(), problem.what.clone()))
            .collect(),
        failed: String::new(),
    };
    if night.problems.is_empty() {
        let text = checkpoint::write(&[report], Decisions::All)?;
        if let Some(folder) = place.parent() {
            rongyi_files::private_folder(folder)?;
        }
        rongyi_files::replace(&place, &text)?;
    }
    Ok(night)
}

fn kept_in(data_dir: &Path, code: &Code) -> PathBuf {
    data_dir.join("nightly").join(format!("{code}.checkpoint"))
}

fn read(place: &Path, code: &Code) -> Option<Verified> {
    let bytes = rongyi_files::read(place, CHECKPOINT_BYTES_MAX).ok()?;
    let all = checkpoint::read(&bytes).ok()?;
    all.into_iter().find(|verified| verified.community == *code)
}
