//! The configuration of a serving host changes a dozen times under steady requests over real sockets, by SIGHUP and by
//! files alone, broken versions among them: not one request fails, and what is broken holds back its own community only.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rongyi_load::http::Connection;
use rongyi_tests::{Installation, Serving};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How often the files change.
const ROUNDS: u32 = 12;
/// Rounds in which the first community's file is broken.
const BROKEN: [u32; 3] = [3, 4, 8];
/// The round that begins with a mistake in what both communities share.
const SHARED: u32 = 6;
/// Looks at a page until a change must have shown; each look is a request of its own.
const LOOKS_MAX: u32 = 1800;
const PAUSE: Duration = Duration::from_millis(100);
const HOST: &str = "data_dir = \"data\"\nauto_apply = true\nlisten = \"127.0.0.1:0\"\n";

/// A community whose name and whose points tell the round.
fn community(code: &str, round: u32) -> String {
    format!(
        r#"
code = "{code}"
title = {{ zh = "{code}第{round}版", en = "{code} {round}" }}
began_on = 2026-01-01
points_go_to = "household"
points_name = {{ zh = "积分", en = "points" }}

[shop]
title = {{ zh = "超市", en = "Shop" }}
place = {{ zh = "村委会", en = "Village office" }}
hours = {{ zh = "周六", en = "Saturdays" }}
phone = "0663-000-0009"

[[rule]]
plugin = "points-table"
active_from = 2026-01-01

[[rule.params.kinds]]
code = "patrol"
title = {{ zh = "巡逻", en = "Patrol" }}
unit = {{ zh = "次", en = "times" }}
per_unit = {}
"#,
        round + 1
    )
}

/// Sends the same request again and again until `stop`, and counts the answers. Anything but a success is the end.
fn steadily(
    host: String,
    stop: Arc<AtomicBool>,
    keep_alive: bool,
    request: impl Fn(u32) -> (&'static str, String, String, String) + Send + 'static,
) -> JoinHandle<u32> {
    tokio::spawn(async move {
        let mut line = Connection::open(&host).await.unwrap();
        let mut asked = 0;
        while !stop.load(Ordering::Relaxed) {
            let (method, path, headers, body) = request(asked);
            if !keep_alive {
                line = Connection::open(&host).await.unwrap();
            }
            let answer = line.ask(method, &path, &headers, body.as_bytes()).await;
            let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error:#}"));
            let said = String::from_utf8_lossy(&answer.body);
            assert!(
                answer.status < 300,
                "{method} {path}: {} {said}",
                answer.status
            );
            // An event that met no rule is kept and waits; here none may.
            assert!(!said.contains("\"outcome\":\"waiting\""), "{said}");
            asked += 1;
        }
        asked
    })
}

async fn page(host: &str, path: &str) -> String {
    let mut line = Connection::open(host).await.unwrap();
    let answer = line.ask("GET", path, "", b"").await.unwrap();
    assert_eq!(answer.status, 200, "{path}");
    String::from_utf8_lossy(&answer.body).into_owned()
}

async fn status(host: &str, path: &str) -> u16 {
    let mut line = Connection::open(host).await.unwrap();
    line.ask("GET", path, "", b"").await.unwrap().status
}

/// Waits until a community's page shows the version of this round.
async fn shows(host: &str, code: &str, round: u32) {
    let expected = format!("{code}第{round}版");
    for _ in 0..LOOKS_MAX {
        if page(host, &format!("/{code}/sign-in"))
            .await
            .contains(&expected)
        {
            return;
        }
        sleep(PAUSE).await;
    }
    panic!("{expected} never showed");
}

/// Two communities with a resident each, and a token for the events of both.
fn installation() -> (Installation, Vec<String>) {
    let installation = Installation::of(&community("dongcun", 0));
    installation.file("communities/other.toml", &community("xicun", 0));
    let households = installation.file("households.csv", "household,name,address\n1,一户,\n");
    let residents = installation.file(
        "residents.csv",
        "resident,household,name,phone\n1001,1,村民,\n",
    );
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let mut tokens = Vec::new();
    for code in ["dongcun", "xicun"] {
        let pins = text(&installation.folder().join(format!("pins-{code}.txt")));
        installation.must(&["household", "import", "-c", code, &text(&households)]);
        installation.must(&[
            "resident",
            "import",
            "-c",
            code,
            &text(&residents),
            "--pins",
            &pins,
        ]);
        let said = installation.must(&[
            "token", "add", "-c", code, "--name", "gate", "--scope", "events",
        ]);
        tokens.push(said.out.lines().next().unwrap().trim().to_owned());
    }
    (installation, tokens)
}

fn change(installation: &Installation, serving: &Serving, round: u32) {
    let good = community("dongcun", round);
    let text = match BROKEN.contains(&round) {
        true => good.replacen("per_unit", "per_unti", 1),
        false => good,
    };
    installation.file("communities/own.toml", &text);
    installation.file("communities/other.toml", &community("xicun", round));
    // Every other time nobody says anything, and the host notices by itself.
    if round.is_multiple_of(2) {
        serving.signal("HUP");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_one_request_fails_over_a_dozen_reloads() {
    let (installation, tokens) = installation();
    let serving = installation.serve();
    let host = serving.address().trim_start_matches("http://").to_owned();
    let stop = Arc::new(AtomicBool::new(false));
    let mut steady = Vec::new();
    for (code, token) in ["dongcun", "xicun"].into_iter().zip(tokens) {
        let path = format!("/api/v1/communities/{code}/events");
        let headers =
            format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        let earn = move |asked: u32| {
            let body = format!(
                r#"{{"external_ref":"{code}-{asked}","kind":"patrol","resident":1001,"occurred_at":"2026-02-02T09:20","quantity":"1"}}"#
            );
            ("POST", path.clone(), headers.clone(), body)
        };
        steady.push(steadily(host.clone(), Arc::clone(&stop), true, earn));
        let look = move |_| ("GET", format!("/{code}/head"), String::new(), String::new());
        steady.push(steadily(host.clone(), Arc::clone(&stop), false, look));
    }
    let mut shown = 0;
    for round in 1..=ROUNDS {
        if round == SHARED {
            // Nothing at all is taken over; that the host has read it shows when it is mended.
            installation.file("rongyi.toml", &format!("lisen = 1\n{HOST}"));
            installation.file("communities/other.toml", &community("xicun", 99));
            serving.signal("HUP");
            sleep(PAUSE).await;
            let before = page(&host, "/xicun/sign-in").await;
            assert!(
                before.contains(&format!("xicun第{}版", round - 1)),
                "round {round}"
            );
            installation.file("rongyi.toml", HOST);
        }
        change(&installation, &serving, round);
        shows(&host, "xicun", round).await;
        if BROKEN.contains(&round) {
            let kept = page(&host, "/dongcun/sign-in").await;
            assert!(
                kept.contains(&format!("dongcun第{shown}版")),
                "round {round}"
            );
        } else {
            shows(&host, "dongcun", round).await;
            shown = round;
        }
    }
    stop.store(true, Ordering::Relaxed);
    for task in steady {
        let asked = task.await.unwrap();
        assert!(
            asked > ROUNDS,
            "only {asked} requests were sent beside the reloads"
        );
    }
    drop(serving);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_serves_the_communities_without_a_mistake() {
    let (installation, _) = installation();
    let broken = community("dongcun", 1).replacen("per_unit", "per_unti", 1);
    installation.file("communities/own.toml", &broken);
    installation.file("communities/other.toml", &community("xicun", 1));
    let serving = installation.serve();
    let host = serving.address().trim_start_matches("http://").to_owned();
    shows(&host, "xicun", 1).await;
    assert_eq!(status(&host, "/dongcun/sign-in").await, 404);
    // Mended, it is taken in without a restart; its residents and points were there all the time.
    installation.file("communities/own.toml", &community("dongcun", 1));
    serving.signal("HUP");
    for _ in 0..LOOKS_MAX {
        if status(&host, "/dongcun/sign-in").await == 200 {
            break;
        }
        sleep(PAUSE).await;
    }
    shows(&host, "dongcun", 1).await;
    drop(serving);
    // With nobody to serve it stops and says why.
    installation.file("communities/own.toml", &broken);
    installation.file("communities/other.toml", "code = ");
    let refused = installation.run(&["serve"]);
    assert_eq!(refused.code, Some(78), "{}", refused.err);
    assert!(refused.err.contains("per_unti"), "{}", refused.err);
    assert!(refused.err.contains("other.toml"), "{}", refused.err);
    installation.file("communities/own.toml", &community("dongcun", 1));
    installation.file("communities/other.toml", &community("xicun", 1));
}

/// Pipes, devices, links and folders in the place of one community's file: the others' changes go into force, and a stop
/// takes seconds, whatever lies there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_file_holds_up_neither_a_reload_nor_a_stop() {
    use std::os::unix::fs::symlink;
    let (installation, _) = installation();
    installation.file("communities/own.toml", &community("dongcun", 1));
    let strange = installation.file("communities/z.toml", "");
    std::fs::remove_file(&strange).unwrap();
    let mut serving = installation.serve();
    let host = serving.address().trim_start_matches("http://").to_owned();
    shows(&host, "dongcun", 1).await;
    let mkfifo = |path: &std::path::Path| {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    };
    let makers: [&dyn Fn(&std::path::Path); 4] = [
        &mkfifo,
        &|path| symlink("/dev/zero", path).unwrap(),
        &|path| symlink("nowhere.toml", path).unwrap(),
        &|path| std::fs::create_dir(path).unwrap(),
    ];
    let mut round = 1;
    for make in makers {
        round += 1;
        make(&strange);
        installation.file("communities/own.toml", &community("dongcun", round));
        serving.signal("HUP");
        shows(&host, "dongcun", round).await;
        let balance = ["balance", "-c", "dongcun", "--resident", "4711"];
        let told = installation.run(&balance);
        assert_eq!(told.code, Some(1), "{told:?}");
        if std::fs::symlink_metadata(&strange).unwrap().is_dir() {
            std::fs::remove_dir(&strange).unwrap();
        } else {
            std::fs::remove_file(&strange).unwrap();
        }
    }
    mkfifo(&strange);
    serving.signal("HUP");
    serving.signal("TERM");
    assert!(serving.wait(Duration::from_secs(30)).is_some(), "it hangs");
    std::fs::remove_file(&strange).unwrap();
}
