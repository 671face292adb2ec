//! Notices that the configuration changed: SIGHUP, or other files than a moment ago. It looks at sizes and times
//! every two seconds, which works on every file system, in containers and over the network, and waits until
//! nothing moves any more. What a change means is the house's business.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rongyi_config::PluginRef;
use rongyi_core::chain::Hash;
use rongyi_core::ids::Code;
use rongyi_core::time::Instant;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::house::House;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(2);
/// Looks after which a configuration that could not be used is tried again, although no known file changed:
/// what it lacks may lie anywhere.
const AGAIN_LOOKS: u32 = 15;

/// What is seen of the files: path, size, time of the last change; a missing one without both.
type FileTimes = Vec<(PathBuf, Option<(u64, SystemTime)>)>;

/// The configuration that each community took over last, by digest.
type InForce = Vec<(Code, Hash)>;

/// Watches until `stop`. `began` is a moment before the first file of the house was read.
pub async fn run(house: Arc<House>, began: Instant, stop: CancellationToken) {
    let mut hang_up = HangUp::new();
    let mut taken = look(&house).await;
    if taken.iter().any(|(_, seen)| changed_since(*seen, began)) {
        // Nobody knows whether that was before it was read or after.
        taken.clear();
    }
    let (mut moving, mut looks): (Option<FileTimes>, u32) = (None, 0);
    // Nothing is known of what this house was opened with: another host may have applied one since, so it looks once.
    let mut in_force = InForce::new();
    loop {
        let told = tokio::select! {
            () = stop.cancelled() => return,
            () = hang_up.came() => true,
            () = sleep(PAUSE) => false,
        };
        let now = look(&house).await;
        let now_in_force = applied(&house, &in_force).await;
        if now_in_force != in_force {
            // Somebody applied one, here or through another host.
            in_force = now_in_force;
        } else if told {
            tracing::info!("SIGHUP: the configuration is read again");
        } else {
            let standing = house.news.standing();
            let broken = !standing.is_whole();
            looks = looks.saturating_add(1);
            let again = broken && looks >= AGAIN_LOOKS;
            if now == taken && !again {
                moving = None;
                continue;
            }
            // An editor or a copy may be half done: it counts when two looks in a row see the same.
            if !again && moving.as_ref() != Some(&now) {
                moving = Some(now);
                continue;
            }
        }
        house.reload().await;
        // What was seen before the files were read: whatever moves meanwhile is a change of its own, and so is a file
        // that only the new configuration names.
        (taken, moving, looks) = (now, None, 0);
    }
}

/// What is in force; what was known where the database does not answer, and where the host goes by its files alone.
async fn applied(house: &House, known: &InForce) -> InForce {
    if house.config.auto_apply {
        return InForce::new();
    }
    let found = house.store.configurations().await;
    found.unwrap_or_else(|_| known.clone())
}

async fn look(house: &Arc<House>) -> FileTimes {
    let house = Arc::clone(house);
    tokio::task::spawn_blocking(move || see(files(&house)))
        .await
        .unwrap_or_default()
}

fn changed_since(seen: Option<(u64, SystemTime)>, then: Instant) -> bool {
    let then = Duration::from_micros(u64::try_from(then.0).unwrap_or(0));
    let then = SystemTime::UNIX_EPOCH.checked_add(then);
    seen.is_some_and(|(_, changed)| then.is_none_or(|then| changed >= then))
}

fn see(files: BTreeSet<PathBuf>) -> FileTimes {
    let meta = |path: &Path| {
        let meta = std::fs::metadata(path).ok()?;
        Some((meta.len(), meta.modified().ok()?))
    };
    files
        .into_iter()
        .map(|path| {
            let seen = meta(&path);
            (path, seen)
        })
        .collect()
}

/// The host's file, every community file there is, what these name, and what the last mistake was about.
fn files(house: &House) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::from([house.config.file.clone()]);
    let folder = house.config.file.parent().unwrap_or(Path::new(""));
    let beside = std::fs::read_dir(folder.join("communities"));
    let beside = beside.into_iter().flatten().flatten();
    files.extend(
        beside
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "toml")),
    );
    for community in house.communities().values() {
        files.insert(community.config.file.clone());
        for rule in &community.config.rules {
            if let PluginRef::File { path, .. } = &rule.plugin {
                files.insert(path.clone());
            }
            files.extend(rule.scenarios.clone());
        }
    }
    let standing = house.news.standing();
    files.extend(standing.wrong.into_iter().map(|one| one.diagnostic.file));
    files
}

/// SIGHUP, where there is such a thing.
struct HangUp {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl HangUp {
    #[cfg(unix)]
    fn new() -> HangUp {
        use tokio::signal::unix::{SignalKind, signal};
        HangUp {
            signal: signal(SignalKind::hangup()).ok(),
        }
    }

    #[cfg(not(unix))]
    fn new() -> HangUp {
        HangUp {}
    }

    async fn came(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
