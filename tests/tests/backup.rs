//! `rongyi backup` while a host serves and devices post, `rongyi restore` into an empty place, and what is refused: on
//! both engines, through the real binary. What was acknowledged before the backup is in it, once, and verifies.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rongyi_tests::neighbours::{EVENTS, event, neighbourhood};
use rongyi_tests::{Client, Cluster, Done, Installation, Serving, post, rongyi};

/// Events that are acknowledged before the backup begins.
const BEFORE: usize = 30;

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder's name is UTF-8")
}

/// Devices post while the backup is made; answers what was acknowledged before it began.
fn backed_up(
    installation: &Installation,
    host: &Serving,
    token: &str,
    to: &Path,
) -> BTreeMap<String, u64> {
    let (receipts, over) = (Mutex::new(BTreeMap::new()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for device in 0..3 {
            let (receipts, over) = (&receipts, &over);
            scope.spawn(move || {
                for no in 0.. {
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                    let reference = format!("{device}-{no}");
                    let sent = event(Some(&reference), device + no);
                    let (status, body) = post(host.address(), token, EVENTS, &sent).unwrap();
                    assert_eq!(status, 200, "{body}");
                    let entry = body["entry"].as_u64().unwrap();
                    receipts.lock().unwrap().insert(reference, entry);
                }
            });
        }
        let known = || receipts.lock().unwrap().clone();
        while known().len() < BEFORE {
            std::thread::yield_now();
        }
        let before = known();
        let done = installation
            .must(&["backup", "--to", text(to), "--json"])
            .json();
        assert_eq!(done["ok"], true, "{done}");
        let then = known().len();
        while known().len() == then {
            std::thread::yield_now();
        }
        over.store(true, Ordering::SeqCst);
        before
    })
}

/// Everything below a folder.
fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        }
        found.push(path);
    }
    found
}

fn restore(installation: &Installation, from: &Path, to: &Path) -> Done {
    installation.run_alone(&["restore", "--from", text(from), "--to", text(to), "--json"])
}

/// What was acknowledged before the backup is answered by the restored installation as it was.
fn serves(config: &Path, token: &str, before: &BTreeMap<String, u64>) {
    let mut command = std::process::Command::new(rongyi());
    command.args(["serve", "--config", text(config)]);
    command.env_remove("RONGYI_DATABASE_URL");
    let host = Serving::start(command);
    for (reference, entry) in before {
        let (device, no) = reference.split_once('-').unwrap();
        let no = device.parse::<usize>().unwrap() + no.parse::<usize>().unwrap();
        let sent = event(Some(reference), no);
        let (_, body) = post(host.address(), token, EVENTS, &sent).unwrap();
        assert_eq!(body["replayed"], true, "{reference}: {body}");
        assert_eq!(body["entry"].as_u64(), Some(*entry), "{reference}");
    }
}

fn refused(done: &Done, code: &str) {
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.err.contains(code), "{done:?}");
}

#[test]
fn a_backup_under_load_is_restored_and_verified() {
    let (installation, token) = neighbourhood(None);
    let host = installation.serve();
    let (to, back) = (
        installation.folder().join("backup"),
        installation.folder().join("back"),
    );
    let before = backed_up(&installation, &host, &token, &to);
    for path in everything(&to) {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{path:?}");
    }
    let mode = std::fs::metadata(&to).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
    refused(
        &installation.run(&["backup", "--to", text(&to)]),
        "backup.used",
    );
    let figures = Client::of(host.address()).get("/metrics");
    assert!(figures.contains("rongyi_backup_age_seconds "), "{figures}");

    let done = restore(&installation, &to, &back);
    assert_eq!(done.code, Some(0), "{done:?}");
    let said = done.json();
    assert_eq!(said["ok"], true, "{said}");
    assert_eq!(said["verify"]["ok"], true, "{said}");
    refused(&restore(&installation, &to, &back), "backup.used");
    drop(host);
    serves(Path::new(said["config"].as_str().unwrap()), &token, &before);
}

#[test]
fn a_backup_from_postgres_is_restored_and_verified() {
    let cluster = Cluster::start();
    let (installation, token) = neighbourhood(Some(&cluster.database("backup")));
    let host = installation.serve();
    let (to, back) = (
        installation.folder().join("backup"),
        installation.folder().join("back"),
    );
    let before = backed_up(&installation, &host, &token, &to);
    drop(host);
    let done = restore(&installation, &to, &back);
    assert_eq!(done.code, Some(0), "{done:?}");
    let said = done.json();
    assert_eq!(said["engine"], "postgres", "{said}");
    assert_eq!(said["verify"]["ok"], true, "{said}");
    serves(Path::new(said["config"].as_str().unwrap()), &token, &before);
    // And into an empty server, as the manual says.
    let url = cluster.database("restored");
    let file = format!("sqlite:{}", said["database"].as_str().unwrap());
    let config = said["config"].as_str().unwrap();
    let moved = installation.run_alone(&[
        "move",
        "--config",
        config,
        "--database",
        &file,
        "--to",
        &url,
    ]);
    assert_eq!(moved.code, Some(0), "{moved:?}");
    let there = installation.run_alone(&[
        "verify",
        "--database",
        &url,
        "--heads",
        text(&back.join("heads.txt")),
    ]);
    assert_eq!(there.code, Some(0), "{there:?}");
}

#[test]
fn what_is_no_whole_backup_is_refused() {
    let (installation, _) = neighbourhood(None);
    let (to, back) = (
        installation.folder().join("backup"),
        installation.folder().join("back"),
    );
    installation.must(&["backup", "--to", text(&to)]);
    let half = installation.folder().join("half.unfinished");
    std::fs::create_dir(&half).unwrap();
    refused(&restore(&installation, &half, &back), "backup.no-manifest");
    let manifest = std::fs::read(to.join("manifest.json")).unwrap();
    for file in everything(&to).into_iter().filter(|path| path.is_file()) {
        let good = std::fs::read(&file).unwrap();
        if file.ends_with("manifest.json") {
            std::fs::write(&file, &good[..good.len() / 2]).unwrap();
            refused(&restore(&installation, &to, &back), "backup.manifest");
        } else {
            let mut bad = good.clone();
            if let Some(last) = bad.last_mut() {
                *last ^= 1;
            }
            std::fs::write(&file, bad).unwrap();
            refused(&restore(&installation, &to, &back), "backup.differs");
            let _ = std::fs::remove_dir_all(installation.folder().join("back.unfinished"));
            std::fs::remove_file(&file).unwrap();
            refused(&restore(&installation, &to, &back), "backup.differs");
        }
        std::fs::write(&file, good).unwrap();
        assert!(!back.exists(), "nothing has the name of the target");
    }
    assert_eq!(std::fs::read(to.join("manifest.json")).unwrap(), manifest);
    // One that was killed has another name, and no whole manifest.
    let killed = installation.folder().join("killed");
    let mut child = installation
        .command(&["backup", "--to", text(&killed)])
        .spawn()
        .unwrap();
    let unfinished = installation.folder().join("killed.unfinished");
    while !unfinished.exists() && !killed.exists() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    if !killed.exists() && !unfinished.join("manifest.json").exists() {
        refused(
            &restore(&installation, &unfinished, &back),
            "backup.no-manifest",
        );
        refused(
            &installation.run(&["backup", "--to", text(&killed)]),
            "backup.used",
        );
    }
}

/// One request with a header more.
fn get(address: &str, path: &str, header: &str) -> String {
    let host = address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\n{header}Connection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn figures_go_to_this_machine_and_to_nobody_behind_a_proxy() {
    let (installation, token) = neighbourhood(None);
    let host = installation.serve();
    for (reference, no) in [("a", 0), ("b", 1), ("a", 0)] {
        post(host.address(), &token, EVENTS, &event(Some(reference), no)).unwrap();
    }
    let all = get(host.address(), "/metrics", "");
    let (head, figures) = all.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains("application/openmetrics-text; version=1.0.0"),
        "{head}"
    );
    assert!(figures.ends_with("# EOF\n"), "{figures}");
    for line in [
        "rongyi_commands_total{outcome=\"replayed\"} 1",
        "rongyi_requests_total{door=\"api\",status=\"2xx\"} 3",
        "rongyi_writable 1",
        "rongyi_queue 0",
    ] {
        assert!(
            figures.lines().any(|figure| figure == line),
            "{line}: {figures}"
        );
    }
    // And the list of staff, which is sealed by itself as soon as the host stands.
    let booked = figures
        .lines()
        .find_map(|line| line.strip_prefix("rongyi_commands_total{outcome=\"booked\"} "));
    assert!(matches!(booked, Some("2" | "3")), "{figures}");
    for name in [
        "rongyi_build_info{version=",
        "rongyi_wal_bytes ",
        "rongyi_head_height{community=\"nanping\"} ",
    ] {
        assert!(
            figures.lines().any(|line| line.starts_with(name)),
            "{name}: {figures}"
        );
    }
    // Every line is a comment or a name, perhaps labels, and a number; and nobody's name is among them.
    for line in figures.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(
            name.starts_with("rongyi_") && value.parse::<f64>().is_ok(),
            "{line}"
        );
    }
    assert!(
        !figures.contains("1001") && !figures.contains("居民"),
        "{figures}"
    );
    for header in [
        "X-Forwarded-For: 10.0.0.1\r\n",
        "Forwarded: for=10.0.0.1\r\n",
        "Via: 1.1 proxy\r\n",
    ] {
        let answer = get(host.address(), "/metrics", header);
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    }
    assert!(get(host.address(), "/readyz", "").ends_with("ok\n"));
}
