//! The whole program on PostgreSQL, through the real binary and clusters of the test's own: several hosts on one
//! community, a server that crashes, fails over or goes silent after COMMIT, and a move from SQLite. What the store
//! does by itself is tested in `host/store`; every installation is verified when its test ends.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rongyi_tests::neighbours::{EVENTS, POINTS, event, neighbourhood, points};
use rongyi_tests::{Cluster, Done, Installation, Proxy, Sent, Serving, post};
use serde_json::Value;

/// Posts until it is acknowledged; answers the entry. A lost connection and a 503 are asked again with the same
/// reference, as a device does.
fn acknowledged(address: &str, token: &str, reference: &str, no: usize) -> (u64, Vec<String>) {
    let mut codes = Vec::new();
    for _ in 0..2000 {
        match post(address, token, EVENTS, &event(Some(reference), no)) {
            Some((200 | 201, body)) => return (body["entry"].as_u64().unwrap(), codes),
            Some((503, body)) => codes.push(body["code"].as_str().unwrap().to_owned()),
            Some(other) => panic!("{reference}: {other:?}"),
            None => {}
        }
    }
    panic!("{reference} was never acknowledged: {codes:?}");
}

#[test]
fn the_demonstration_lives_on_postgres() {
    let cluster = Cluster::start();
    let url = cluster.database("demo");
    let (demo, serving) = Installation::demo_at(&url);
    drop(serving);
    assert!(!demo.database().exists(), "nothing was written to a file");
    assert_eq!(cluster.sql_at(&url, "SELECT count(*) FROM community"), "3");
    // Dropping the installation verifies it.
}

#[test]
fn three_hosts_serve_one_community_at_once() {
    const EACH: usize = 40;
    let cluster = Cluster::start();
    let (installation, token) = neighbourhood(Some(&cluster.database("hosts")));
    let hosts: Vec<Serving> = (0..3).map(|_| installation.serve()).collect();
    let entries: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|thread| {
                let (host, token) = (&hosts[thread % 3], &token);
                scope.spawn(move || {
                    let one = |no: usize| {
                        let reference = format!("{thread}-{no}");
                        let sent = event(Some(&reference), thread + no);
                        let (status, body) = post(host.address(), token, EVENTS, &sent).unwrap();
                        assert!(status < 300, "{status} {body}");
                        assert_eq!(body["outcome"], "decided", "{body}");
                        assert_eq!(body["replayed"], false, "{body}");
                        body["entry"].as_u64().unwrap()
                    };
                    (0..EACH).map(one).collect::<Vec<u64>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    let different: BTreeSet<u64> = entries.iter().copied().collect();
    assert_eq!(
        different.len(),
        6 * EACH,
        "every receipt is an entry of its own"
    );
    assert_eq!(
        points(&installation),
        POINTS * i64::try_from(6 * EACH).unwrap()
    );
    // A host that did not book it answers from what another one stored.
    for host in &hosts {
        let (_, body) = post(host.address(), &token, EVENTS, &event(Some("0-0"), 0)).unwrap();
        assert_eq!(body["replayed"], true);
        assert_eq!(body["entry"].as_u64(), entries.first().copied());
    }
}

/// A host that hangs keeps nobody else from working. When it wakes, whoever asked it before has given up and asked the
/// other one, which may have said no: it decides nothing of that any more and asks to be asked again. Then its book is
/// the one that went on meanwhile, and nothing counts twice.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long a host hangs is what this is about"
)]
fn a_host_that_hangs_wakes_to_a_ledger_that_went_on() {
    const FIRST: usize = 5;
    const MEANWHILE: usize = 30;
    /// Longer than what a host takes for a hitch of its machine.
    const HANGS_FOR: Duration = Duration::from_secs(4);
    let cluster = Cluster::start();
    let (installation, token) = neighbourhood(Some(&cluster.database("hangs")));
    let (sleeper, other) = (installation.serve(), installation.serve());
    let ask = |host: &Serving, no: usize| {
        let sent = event(Some(&format!("h-{no}")), no);
        let (status, body) = post(host.address(), &token, EVENTS, &sent).unwrap();
        assert_eq!((status, body["outcome"].as_str()), (200, Some("decided")));
        (body["entry"].as_u64().unwrap(), body["replayed"] == true)
    };
    for no in 0..FIRST {
        assert!(!ask(&sleeper, no).1, "its book is loaded, and up to date");
    }
    sleeper.signal("STOP");
    let began = Instant::now();
    let send = |event: &Value| {
        Sent::to(sleeper.address(), &token, EVENTS, event).expect("the system still listens")
    };
    // Half of them are sent again to the other host, as a proxy does that gets no answer; the rest is not.
    let (twice, once): (Vec<usize>, Vec<usize>) = (FIRST..FIRST + 8).partition(|no| no % 2 == 0);
    let all = twice.iter().chain(&once);
    let mut waiting: Vec<Sent> = all
        .map(|no| send(&event(Some(&format!("h-{no}")), *no)))
        .collect();
    // Somebody whom nobody knows yet: no key keeps that answer.
    let mut stranger = event(Some("stranger"), 0);
    stranger["resident"] = Value::from(1007);
    waiting.push(send(&stranger));
    let (status, said) = post(other.address(), &token, EVENTS, &stranger).unwrap();
    assert_eq!(
        (status, &said["code"]),
        (404, &Value::from("resident.unknown"))
    );
    enrol_another(&installation);

    let mut booked: BTreeMap<usize, u64> = BTreeMap::new();
    for no in twice.iter().copied().chain(100..100 + MEANWHILE) {
        let (entry, replayed) = ask(&other, no);
        assert!(!replayed, "h-{no} is new to the ledger");
        booked.insert(no, entry);
    }
    let newest = booked.values().copied().max().unwrap();

    std::thread::sleep(HANGS_FOR.saturating_sub(began.elapsed()));
    sleeper.signal("CONT");
    for sent in waiting {
        let (status, body) = sent.answer().expect("it answers what it was asked before");
        assert_eq!((status, &body["code"]), (503, &Value::from("host.slept")));
    }
    for no in &twice {
        let (entry, _) = acknowledged(sleeper.address(), &token, &format!("h-{no}"), *no);
        assert_eq!(booked.get(no), Some(&entry), "the other host's answer");
    }
    for no in once {
        let (entry, replayed) = ask(&sleeper, no);
        assert!(entry > newest && !replayed, "nobody has booked it before");
    }
    let (last, replayed) = ask(&sleeper, 200);
    assert!(last > newest && !replayed);
    assert_eq!(ask(&other, 200), (last, true), "both see one ledger");
    let all = FIRST + 8 + MEANWHILE + 1;
    assert_eq!(points(&installation), POINTS * i64::try_from(all).unwrap());
    let (_, said) = post(sleeper.address(), &token, EVENTS, &stranger).unwrap();
    assert_eq!(said["outcome"], "decided", "{said}");
    assert_eq!(said["replayed"], false, "nobody did it in between: {said}");
}

/// The seventh resident, 1007.
fn enrol_another(installation: &Installation) {
    let households = installation.file("more-households.csv", "household,name,address\n7,第7户,\n");
    let residents = "resident,household,name,phone\n1007,7,居民7,\n";
    let residents = installation.file("more-residents.csv", residents);
    let pins = installation.folder().join("more-pins.txt");
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let households = text(&households);
    installation.must(&["household", "import", "-c", "nanping", &households]);
    let (residents, pins) = (text(&residents), text(&pins));
    installation.must(&[
        "resident", "import", "-c", "nanping", &residents, "--pins", &pins,
    ]);
}

/// Posts from three threads while `trouble` happens; afterwards every reference counts once, where it was said to.
fn under_load(installation: &Installation, host: &Serving, token: &str, trouble: impl FnOnce()) {
    const EACH: usize = 30;
    let done = AtomicUsize::new(0);
    let receipts: BTreeMap<String, (u64, usize)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|thread| {
                let done = &done;
                scope.spawn(move || {
                    let one = |no: usize| {
                        let reference = format!("{thread}-{no}");
                        let (entry, codes) =
                            acknowledged(host.address(), token, &reference, thread + no);
                        for code in codes {
                            assert!(code.starts_with("store."), "{code}");
                        }
                        done.fetch_add(1, Ordering::SeqCst);
                        (reference, (entry, thread + no))
                    };
                    (0..EACH).map(one).collect::<Vec<_>>()
                })
            })
            .collect();
        while done.load(Ordering::SeqCst) < EACH {
            std::thread::yield_now();
        }
        trouble();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(receipts.len(), 3 * EACH);
    for (reference, (entry, no)) in &receipts {
        let sent = event(Some(reference), *no);
        let (_, body) = post(host.address(), token, EVENTS, &sent).unwrap();
        assert_eq!(body["replayed"], true, "{reference}: {body}");
        assert_eq!(body["entry"].as_u64(), Some(*entry), "{reference}");
    }
    assert_eq!(
        points(installation),
        POINTS * i64::try_from(3 * EACH).unwrap()
    );
}

#[test]
fn a_server_that_crashes_and_comes_back_loses_nothing() {
    let cluster = Cluster::start();
    let (installation, token) = neighbourhood(Some(&cluster.database("crash")));
    let host = installation.serve();
    under_load(&installation, &host, &token, || {
        cluster.crash();
        // Gone: people are told so plainly, with a code.
        let (status, body) = post(host.address(), &token, EVENTS, &event(None, 0)).unwrap();
        assert_eq!(status, 503, "{body}");
        assert_eq!(body["code"], "store.unreachable", "{body}");
        cluster.run_server();
    });
}

#[test]
fn a_synchronous_standby_takes_over() {
    let primary = Cluster::start();
    let url = primary.database("failover");
    let standby = primary.standby();
    let urls = format!(
        "{url} postgres://rongyi@127.0.0.1:{}/failover",
        standby.port()
    );
    let (installation, token) = neighbourhood(Some(&urls));
    let host = installation.serve();
    under_load(&installation, &host, &token, || {
        primary.crash();
        standby.promote();
    });
}

#[test]
fn an_answer_lost_after_commit_is_given_once() {
    let cluster = Cluster::start();
    let direct = cluster.database("cut");
    let wire = Proxy::start(&format!("127.0.0.1:{}", cluster.port()), usize::MAX);
    let through = format!("postgres://rongyi@127.0.0.1:{}/cut", wire.port());
    let (installation, token) = neighbourhood(Some(&direct));
    let mut command = installation.command(&["serve"]);
    command.env("RONGYI_DATABASE_URL", &through);
    let host = Serving::start(command);
    // The first one prepares the statements.
    let (_, body) = post(host.address(), &token, EVENTS, &event(Some("first"), 0)).unwrap();
    assert_eq!(body["outcome"], "decided", "{body}");

    wire.cut_next("second");
    let (status, body) = post(host.address(), &token, EVENTS, &event(Some("second"), 0)).unwrap();
    assert_eq!(wire.cuts(), 1, "an answer was swallowed");
    assert!(
        status < 300,
        "the host asked again by itself: {status} {body}"
    );
    assert_eq!(body["replayed"], true, "{body}");
    assert_eq!(points(&installation), 2 * POINTS, "booked once");

    // Without a reference nobody can ask again: the caller hears that it is not known.
    wire.cut_next("cleanup");
    let (status, body) = post(host.address(), &token, EVENTS, &event(None, 0)).unwrap();
    assert_eq!(wire.cuts(), 2);
    assert_eq!(status, 503, "{body}");
    assert_eq!(body["code"], "store.unsure", "{body}");
    assert_eq!(points(&installation), 3 * POINTS, "it was booked, once");
}

/// What was verified, without how long it took.
fn verified(done: &Done) -> Vec<Value> {
    let mut communities = done.json()["communities"].as_array().unwrap().clone();
    for community in &mut communities {
        let community = community.as_object_mut().unwrap();
        community.remove("elapsed_ms").unwrap();
        community.remove("records_per_second").unwrap();
        // Heads are published on the hour: the one may have been proved before, the other after.
        community.remove("heads_compared").unwrap();
    }
    communities
}

#[test]
fn a_move_is_interrupted_goes_on_and_proves_itself() {
    let cluster = Cluster::start();
    let url = cluster.database("moved");
    let (demo, serving) = Installation::demo();
    let go = |to: &str| demo.run(&["move", "--to", to, "--json"]);
    let refused = |done: &Done, part: &str| {
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(done.err.contains(part), "{done:?}");
    };
    refused(&go(&url), "Stop the host that serves it");
    assert_eq!(
        cluster.sql_at(
            &url,
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ),
        "0",
        "nothing was written to the target"
    );
    drop(serving);

    let wire = Proxy::start(&format!("127.0.0.1:{}", cluster.port()), 400_000);
    let through = format!("postgres://rongyi@127.0.0.1:{}/moved", wire.port());
    let mut moving = demo.command(&["move", "--to", &through]).spawn().unwrap();
    wire.wait_until_stopped();
    moving.kill().unwrap();
    moving.wait().unwrap();
    let half = demo.run_alone(&["verify", "--database", &url]);
    assert_ne!(half.code, None);
    let mut serve = demo.command(&["serve"]);
    serve.env("RONGYI_DATABASE_URL", &url);
    let half: Done = serve.output().unwrap().into();
    refused(&half, "Run the same `move` again");
    let others =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = 'moved' AND pid <> pg_backend_pid()";
    assert!(
        (0..2000).any(|_| cluster.sql_at(&url, others) == "0"),
        "the killed one is gone"
    );

    let done = go(&url);
    assert_eq!(done.code, Some(0), "{done:?}");
    let said = done.json();
    assert_eq!(said["resumed"], true, "{said}");
    assert_eq!(said["heads"].as_object().unwrap().len(), 3, "{said}");
    refused(&go(&url), "is not empty");

    let there = demo.run_alone(&["verify", "--json", "--database", &url]);
    assert_eq!(there.code, Some(0), "{there:?}");
    assert_eq!(verified(&there), verified(&demo.verify()));
    let mut command = demo.command(&["serve"]);
    command.env("RONGYI_DATABASE_URL", &url);
    let mut host = Serving::start(command);
    assert!(host.is_running());
}
