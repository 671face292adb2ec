//! Thousands of connections to the real binary: where few files are allowed and where many are, it goes on answering,
//! and it stops when it is told to. Bounds are far from what is meant, so that a busy machine changes nothing.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use rongyi_tests::{Client, Installation, Serving};
use tokio::net::{TcpSocket, TcpStream};

/// Far more than one answer takes.
const LONG: Duration = Duration::from_secs(60);
/// What a stop may take at most, whoever is connected: a process manager asks again after ten seconds.
const STOP_MAX: Duration = Duration::from_secs(5);
/// Files that this test leaves for itself.
const OWN_FILES: u64 = 256;

const COMMUNITY: &str = r#"
code = "own"
title = { zh = "自家村", en = "Own" }
began_on = 2026-01-01
points_go_to = "household"
points_name = { zh = "积分", en = "points" }

[shop]
title = { zh = "超市", en = "Shop" }
place = { zh = "村委会", en = "Village office" }
hours = { zh = "周六", en = "Saturdays" }
phone = "0663-000-0009"

[[rule]]
plugin = "points-table"
active_from = 2026-01-01

[[rule.params.kinds]]
code = "patrol"
title = { zh = "巡逻", en = "Patrol" }
unit = { zh = "次", en = "times" }
per_unit = 1
"#;

/// A host that may have so many files open: at first, and after raising it.
fn serve(installation: &Installation, soft: u64, hard: u64) -> Serving {
    let plain = installation.command(&["serve"]);
    let mut limited = Command::new("bash");
    let files = format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$0\" \"$@\"");
    limited.arg("-c").arg(files);
    limited.arg(plain.get_program()).args(plain.get_args());
    limited.env_remove("RONGYI_DATABASE_URL");
    Serving::start(limited)
}

fn address(host: &Serving) -> SocketAddr {
    host.address()
        .trim_start_matches("http://")
        .parse()
        .unwrap()
}

/// Connections that say nothing, from several addresses of this machine.
async fn idle(to: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut open = Vec::with_capacity(count);
    for at in 0..count {
        let from = u8::try_from(at % 8).unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket
            .bind(SocketAddr::new(IpAddr::from([127, 0, 0, 1 + from]), 0))
            .unwrap();
        let connected = tokio::time::timeout(LONG, socket.connect(to)).await;
        open.push(connected.expect("the host takes connections").unwrap());
    }
    open
}

/// How many of them the host has not closed.
fn still_open(all: &[TcpStream]) -> usize {
    let open = |stream: &&TcpStream| {
        let read = stream.try_read(&mut [0]);
        read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    };
    all.iter().filter(open).count()
}

/// The health check and a sign-in, each on a connection of its own.
async fn answers(host: &Serving) {
    let address = host.address().to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        for _ in 0..20 {
            let well = Client::of(&address).get("/healthz");
            assert!(
                well.starts_with("HTTP/1.1 200 ") && well.ends_with("ok\n"),
                "{well}"
            );
        }
        let form = [("number", "1001"), ("pin", "123456")];
        let told = Client::of(&address).post("/own/sign-in", &form);
        // Wrong again and again: the account pauses, which is an answer too.
        let answered = ["HTTP/1.1 401 ", "HTTP/1.1 429 "];
        assert!(
            answered.iter().any(|status| told.starts_with(status)),
            "{told}"
        );
    });
    tokio::time::timeout(LONG, asked)
        .await
        .expect("the host answers")
        .unwrap();
}

/// As many files as this process may have, for `wanted` connections.
fn own_files(wanted: usize) -> usize {
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap();
    usize::try_from(files.saturating_sub(OWN_FILES))
        .unwrap()
        .min(wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_idle_connections_where_a_thousand_files_are_allowed() {
    let installation = Installation::of(COMMUNITY);
    let mut host = serve(&installation, 1024, 1024);
    for _ in 0..2 {
        let crowd = idle(address(&host), own_files(2048)).await;
        answers(&host).await;
        assert!(still_open(&crowd) < 1024);
        answers(&host).await;
    }
    assert!(host.is_running());
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_idle_connections_where_the_limit_can_be_raised() {
    let installation = Installation::of(COMMUNITY);
    let wanted = own_files(10_000);
    assert!(
        wanted >= 3000,
        "this test needs at least 3,256 open files: ulimit -Hn"
    );
    installation.file(
        "rongyi.toml",
        "data_dir = \"data\"\nauto_apply = true\nlisten = \"127.0.0.1:0\"\n[serving]\nconnections_max = 50000\nper_address_max = 20000\nheader_s = 60\n",
    );
    // The host begins with few files and raises that by itself.
    let mut host = serve(&installation, 256, u64::try_from(wanted).unwrap() + 2048);
    let crowd = idle(address(&host), wanted).await;
    answers(&host).await;
    assert_eq!(still_open(&crowd), wanted, "there was room for everybody");
    drop(crowd);
    answers(&host).await;
    assert!(host.is_running());
}

#[test]
fn a_stop_waits_for_nobody_who_does_not_go_on() {
    let installation = Installation::of(COMMUNITY);
    let mut host = installation.serve();
    let mut stuck = Vec::new();
    for text in [
        "POST /own/sign-in HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nnumber=1",
        "POST /api/v1/communities/own/events HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a",
        "GET /healthz HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "",
    ] {
        let mut stream = std::net::TcpStream::connect(address(&host)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stuck.push(stream);
    }
    // The one that was answered shows that the others have been read.
    stuck[3].read_exact(&mut [0; 12]).unwrap();
    host.signal("TERM");
    let took = host.wait(LONG).expect("it stops");
    assert!(took < STOP_MAX, "{took:?}");
}
