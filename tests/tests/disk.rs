//! Disks that are full, fail, or can only be read, on both engines and under load: people are told so with a code, the
//! host says that it is not ready, and when the disk is well again it goes on by itself. Every receipt is there once.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

use rongyi_tests::neighbours::{EVENTS, POINTS, event, neighbourhood, points};
use rongyi_tests::{Client, Cluster, Disk, Installation, Serving, post};

/// Events before the trouble, and after it.
const SOME: usize = 20;
/// Answers that must tell of the trouble before it ends.
const TOLD: usize = 6;
/// An engine that needs no room for so many events has not been tried.
const EVENTS_MAX: usize = 20_000;

/// What several devices and the one who makes the trouble share.
#[derive(Default)]
struct Shared {
    acknowledged: Mutex<BTreeMap<String, (u64, usize)>>,
    count: AtomicUsize,
    codes: Mutex<Vec<String>>,
    well: Mutex<bool>,
    healed: Condvar,
    over: AtomicBool,
    /// A device ended with a panic of its own.
    broken: AtomicBool,
}

/// Whoever leaves a scope in panic lets the others go too.
struct Leaves<'s>(&'s Shared);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.broken.store(true, Ordering::SeqCst);
            self.0.over.store(true, Ordering::SeqCst);
            *self.0.well.lock().unwrap() = true;
            self.0.healed.notify_all();
        }
    }
}

impl Shared {
    /// A device: one event after the other, each until it is acknowledged. One that was told of the trouble often
    /// enough waits for its end.
    fn device(&self, address: &str, token: &str, name: usize) {
        let _leaves = Leaves(self);
        for no in 0.. {
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            let reference = format!("{name}-{no}");
            let mut told = 0;
            let entry = loop {
                match post(address, token, EVENTS, &event(Some(&reference), name + no)) {
                    Some((200 | 201, body)) => break body["entry"].as_u64().unwrap(),
                    Some((503, body)) => {
                        let code = body["code"].as_str().unwrap().to_owned();
                        self.codes.lock().unwrap().push(code);
                        assert!(!self.broken.load(Ordering::SeqCst), "somebody else failed");
                        told += 1;
                        if told > TOLD {
                            let well = self.well.lock().unwrap();
                            drop(self.healed.wait_while(well, |well| !*well).unwrap());
                        }
                    }
                    Some(other) => panic!("{reference}: {other:?}"),
                    None => panic!("{reference}: the host is gone"),
                }
            };
            let receipt = (entry, name + no);
            self.acknowledged.lock().unwrap().insert(reference, receipt);
            self.count.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn wait(&self, until: impl Fn() -> bool) {
        while !until() {
            assert!(!self.broken.load(Ordering::SeqCst), "a device failed");
            std::thread::yield_now();
        }
    }
}

fn status(page: &str) -> &str {
    page.split_whitespace().nth(1).unwrap_or_default()
}

/// Asks until it is ready again; a probe is made once a second.
fn becomes_ready(address: &str) {
    let mut said = String::new();
    for _ in 0..100_000 {
        said = Client::of(address).get("/readyz");
        if status(&said) == "200" {
            return;
        }
    }
    panic!("it never became ready again: {said}");
}

/// Three devices post while `begin` makes the trouble and `end` ends it. Meanwhile people hear one of `codes`, the host
/// says that it is not ready, and pages are read; afterwards everything acknowledged is there once.
fn outlives(
    (installation, host, token): (&Installation, &Serving, &str),
    codes: &[&str],
    begin: impl FnOnce(),
    end: impl FnOnce(),
) {
    let (shared, address) = (Shared::default(), host.address());
    std::thread::scope(|scope| {
        let _leaves = Leaves(&shared);
        for name in 0..3 {
            let shared = &shared;
            scope.spawn(move || shared.device(address, token, name));
        }
        let count = || shared.count.load(Ordering::SeqCst);
        shared.wait(|| count() >= SOME);
        begin();
        let told = || shared.codes.lock().unwrap().len() >= TOLD;
        shared.wait(|| told() || count() >= EVENTS_MAX);
        assert!(told(), "nobody was told of any trouble");
        let ready = Client::of(address).get("/readyz");
        assert_eq!(status(&ready), "503", "{ready}");
        assert!(codes.iter().any(|code| ready.contains(code)), "{ready}");
        // What is not booked is said to be not booked, and is not: the points at the end say so.
        if !codes.contains(&"store.unsure") {
            let (status, body) = post(address, token, EVENTS, &event(None, 0)).unwrap();
            assert_eq!(status, 503, "{body}");
            assert!(codes.contains(&body["code"].as_str().unwrap()), "{body}");
        }
        let reads = !codes.contains(&"store.unreachable");
        if reads {
            assert_eq!(status(&Client::of(address).get("/healthz")), "200");
            assert_eq!(status(&Client::of(address).get("/nanping/head")), "200");
        }
        end();
        *shared.well.lock().unwrap() = true;
        shared.healed.notify_all();
        let before = count();
        shared.wait(|| count() >= before + SOME);
        shared.over.store(true, Ordering::SeqCst);
    });
    becomes_ready(address);
    let heard: BTreeSet<String> = shared.codes.into_inner().unwrap().into_iter().collect();
    assert!(
        heard.iter().all(|code| codes.contains(&code.as_str())),
        "{heard:?}"
    );
    let receipts = shared.acknowledged.into_inner().unwrap();
    let entries: BTreeSet<u64> = receipts.values().map(|(entry, _)| *entry).collect();
    assert_eq!(entries.len(), receipts.len(), "a receipt for each");
    for (reference, (entry, no)) in &receipts {
        let (_, body) = post(address, token, EVENTS, &event(Some(reference), *no)).unwrap();
        assert_eq!(body["replayed"], true, "{reference}: {body}");
        assert_eq!(body["entry"].as_u64(), Some(*entry), "{reference}");
    }
    assert_eq!(
        points(installation),
        POINTS * i64::try_from(receipts.len()).unwrap()
    );
    // Its end verifies the ledger.
}

/// A host whose data folder, log and published heads lie on the disk.
fn on_disk(disk: &Disk) -> (Installation, Serving, String) {
    let (installation, token) = neighbourhood(None);
    let data = installation.folder().join("data");
    let mut command = installation.command(&["serve"]);
    command.envs(disk.below(&data));
    command.stderr(std::fs::File::create(data.join("log")).unwrap());
    let host = Serving::start(command);
    (installation, host, token)
}

#[test]
fn on_sqlite_a_full_disk_is_told_and_outlived() {
    let disk = Disk::new();
    let (installation, host, token) = on_disk(&disk);
    outlives(
        (&installation, &host, &token),
        &["store.full"],
        || disk.becomes('f'),
        || disk.becomes('0'),
    );
}

#[test]
fn on_sqlite_a_disk_that_fails_is_told_and_outlived() {
    let disk = Disk::new();
    let (installation, host, token) = on_disk(&disk);
    let codes = ["store.failing", "store.unsure"];
    outlives(
        (&installation, &host, &token),
        &codes,
        || disk.becomes('w'),
        || disk.becomes('0'),
    );
}

#[test]
fn on_sqlite_a_disk_that_confirms_nothing_is_told_and_outlived() {
    let disk = Disk::new();
    let (installation, host, token) = on_disk(&disk);
    let codes = ["store.failing", "store.unsure"];
    outlives(
        (&installation, &host, &token),
        &codes,
        || disk.becomes('s'),
        || disk.becomes('0'),
    );
}

#[test]
fn on_sqlite_a_disk_made_read_only_is_told_and_outlived() {
    let disk = Disk::new();
    let (installation, host, token) = on_disk(&disk);
    let codes = [
        "store.read-only",
        "store.failing",
        "store.unsure",
        "store.unavailable",
    ];
    outlives(
        (&installation, &host, &token),
        &codes,
        || disk.becomes('r'),
        || disk.becomes('0'),
    );
}

/// However a host under load is stopped, its database is one file afterwards.
#[test]
fn a_stop_under_load_leaves_no_log_behind() {
    let (installation, token) = neighbourhood(None);
    for round in 0..3 {
        let host = installation.serve();
        let (address, token, enough) = (host.address().to_owned(), &token, &AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for device in 0..3 {
                let address = address.clone();
                scope.spawn(move || {
                    for no in 0.. {
                        let reference = format!("{round}-{device}-{no}");
                        // Until it is gone.
                        let Some((200, _)) =
                            post(&address, token, EVENTS, &event(Some(&reference), no))
                        else {
                            return;
                        };
                        enough.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
            while enough.load(Ordering::SeqCst) < 100 {
                std::thread::yield_now();
            }
            let wal = installation.folder().join("data/rongyi.db-wal");
            assert!(
                std::fs::metadata(&wal).unwrap().len() > 100_000,
                "there is something to leave behind"
            );
            host.stop();
            let left = std::fs::metadata(&wal).map_or(0, |metadata| metadata.len());
            assert!(left < 50_000, "{left} bytes are left in the log");
        });
    }
}

/// A server whose tables, or whose log, lie on the disk.
fn server(disk: &Disk, part: &str) -> (Cluster, Installation, Serving, String) {
    let mut cluster = Cluster::start();
    let (installation, token) = neighbourhood(Some(&cluster.database("disk")));
    cluster.crash();
    cluster.set_environment(disk.below(&cluster.folder().join("data").join(part)));
    cluster.run_server();
    let host = installation.serve();
    (cluster, installation, host, token)
}

#[test]
fn on_postgres_a_full_disk_is_told_and_outlived() {
    let disk = Disk::new();
    let (_cluster, installation, host, token) = server(&disk, "base");
    outlives(
        (&installation, &host, &token),
        &["store.full"],
        || disk.becomes('f'),
        || disk.becomes('0'),
    );
}

#[test]
fn on_postgres_a_disk_that_fails_is_told_and_outlived() {
    let disk = Disk::new();
    let (_cluster, installation, host, token) = server(&disk, "base");
    outlives(
        (&installation, &host, &token),
        &["store.failing"],
        || disk.becomes('w'),
        || disk.becomes('0'),
    );
}

#[test]
fn on_postgres_a_server_set_to_read_only_is_told_and_outlived() {
    let disk = Disk::new();
    let (cluster, installation, host, token) = server(&disk, "base");
    let set = |value: &str| {
        cluster.sql(&format!(
            "ALTER SYSTEM SET default_transaction_read_only = {value}"
        ));
        cluster.sql("SELECT pg_reload_conf()");
    };
    outlives(
        (&installation, &host, &token),
        &["store.read-only"],
        || set("on"),
        || set("off"),
    );
}

/// A full disk under its log stops the server: it is started again when there is room.
#[test]
fn on_postgres_a_full_log_is_told_and_outlived() {
    let disk = Disk::new();
    let (cluster, installation, host, token) = server(&disk, "pg_wal");
    let begin = || {
        disk.becomes('f');
        // The next segment is where the room is missing.
        let _ = cluster.client(
            "psql",
            &[
                "--no-psqlrc",
                "-c",
                "SELECT pg_switch_wal()",
                &cluster.url(),
            ],
        );
    };
    let end = || {
        disk.becomes('0');
        cluster.stop_at_once();
        cluster.run_server();
    };
    let codes = ["store.unreachable", "store.unsure", "store.full"];
    outlives((&installation, &host, &token), &codes, begin, end);
}
