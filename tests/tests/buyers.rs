//! A hundred residents want ten bags of rice at the same moment, over real sockets and at two hosts: ten have one, ninety are
//! told that it is sold out and lost nothing, and a second tap at the other host is the same answer.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::collections::BTreeSet;
use std::sync::Barrier;

use rongyi_tests::{Client, Cluster, Installation, Serving, post};
use serde_json::json;

const COMMUNITY: &str = r#"
code = "own"
title = { zh = "自家村", en = "Own" }
began_on = 2026-01-01
points_go_to = "person"
points_name = { zh = "积分", en = "points" }
order_hold_days = 7

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

[[rule]]
plugin = "shop-pricing"
active_from = 2026-01-01

[rule.params]
prices = { bag = 20 }
"#;

const BUYERS: usize = 100;
const BAGS: usize = 10;
/// Points of each buyer: one bag and some.
const POINTS: i64 = 25;
/// How often somebody presses again where the host said that it was too busy.
const PATIENCE: usize = 50;

fn number(buyer: usize) -> String {
    (1001 + buyer).to_string()
}

/// The village with its residents, each with points, and ten bags; answers everybody's first PIN.
fn village(url: Option<&str>) -> (Installation, Vec<String>) {
    let installation = match url {
        Some(url) => Installation::of_at(COMMUNITY, url),
        None => Installation::of(COMMUNITY),
    };
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let mut households = String::from("household,name,address\n");
    let mut residents = String::from("resident,household,name,phone\n");
    for buyer in 0..BUYERS {
        let household = buyer + 1;
        households.push_str(&format!("{household},第{household}户,\n"));
        residents.push_str(&format!("{},{household},居民{household},\n", number(buyer)));
    }
    let households = text(&installation.file("households.csv", &households));
    let residents = text(&installation.file("residents.csv", &residents));
    let pins = installation.folder().join("pins.txt");
    installation.must(&["household", "import", "-c", "own", &households]);
    installation.must(&[
        "resident",
        "import",
        "-c",
        "own",
        &residents,
        "--pins",
        &text(&pins),
    ]);
    installation.must(&[
        "item",
        "add",
        "-c",
        "own",
        "--item",
        "bag",
        "--title-zh",
        "大米",
        "--title-en",
        "Rice",
        "--category",
        "grain",
        "--value-fen",
        "4000",
    ]);
    let bags = BAGS.to_string();
    installation.must(&[
        "stock",
        "receive",
        "-c",
        "own",
        "bag",
        &bags,
        "--reason",
        "进货单 1",
    ]);
    let written = std::fs::read_to_string(&pins).unwrap();
    let pin_of = |buyer: usize| {
        let line = written
            .lines()
            .find(|line| line.starts_with(&number(buyer)));
        line.and_then(|line| line.rsplit('\t').next())
            .unwrap()
            .to_owned()
    };
    let pins = (0..BUYERS).map(pin_of).collect();
    (installation, pins)
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

fn location(answer: &str) -> Option<&str> {
    let line = answer
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("location: "))?;
    line.split_once(": ").map(|(_, to)| to.trim())
}

/// Signs somebody in, who chooses a PIN of their own.
fn signed_in(host: &Serving, buyer: usize, pin: &str) -> Client {
    let own = format!("7{:05}", 13_579 + buyer * 7);
    let mut client = Client::of(host.address());
    let number = number(buyer);
    let entered = client.post(
        "/own/sign-in",
        &[("number", &number), ("pin", pin), ("next", "")],
    );
    assert_eq!(status(&entered), "303", "{entered}");
    let form = [
        ("current", pin),
        ("pin", own.as_str()),
        ("again", own.as_str()),
    ];
    let changed = client.post("/own/pin", &form);
    assert!(["200", "303"].contains(&status(&changed)), "{changed}");
    client
}

fn hidden(page: &str, name: &str) -> String {
    let after = page.split_once(&format!("name=\"{name}\" value=\""));
    let after = after.unwrap_or_else(|| panic!("no {name} in {page}")).1;
    after.split_once('"').unwrap().0.to_owned()
}

/// Presses the button until the host has time for it.
fn press(client: &mut Client, form: &[(&str, &str)]) -> String {
    for _ in 0..PATIENCE {
        let answer = client.post("/own/orders", form);
        if status(&answer) != "503" {
            return answer;
        }
    }
    panic!("the host never had time");
}

/// What somebody was told: the slip, or that it is sold out.
fn told(answer: &str) -> Option<String> {
    match status(answer) {
        "303" => {
            let to = location(answer).unwrap();
            Some(to.split('?').next().unwrap().to_owned())
        }
        "409" => {
            for words in ["没有换成，积分一分没动", "换完了", "看看能换的"] {
                assert!(answer.contains(words), "no “{words}” in {answer}");
            }
            None
        }
        other => panic!("{other}: {answer}"),
    }
}

/// One buyer: looks at the check page, waits for all others, presses, and presses again at the other host.
fn buy(hosts: &[Serving], buyer: usize, pin: &str, start: &Barrier) -> Option<String> {
    let mut client = signed_in(&hosts[buyer % hosts.len()], buyer, pin);
    let page = client.get("/own/shop/bag/confirm?quantity=1");
    let (key, total) = (hidden(&page, "key"), hidden(&page, "total"));
    assert_eq!(total, "20");
    let form = [
        ("key", key.as_str()),
        ("item", "bag"),
        ("quantity", "1"),
        ("total", total.as_str()),
    ];
    let mut elsewhere = client.at(hosts[(buyer + 1) % hosts.len()].address());
    start.wait();
    let first = told(&press(&mut client, &form));
    let second = told(&press(&mut elsewhere, &form));
    assert_eq!(first, second, "a second tap is the same answer");
    let home = client.get("/own/home");
    let left = if first.is_some() { POINTS - 20 } else { POINTS };
    assert!(home.contains(&format!("<b>{left}</b>")), "{left} in {home}");
    first
}

fn a_hundred_buyers(url: Option<&str>, hosts: usize) {
    let (installation, pins) = village(url);
    let given = installation.must(&[
        "token", "add", "-c", "own", "--name", "秤", "--scope", "events",
    ]);
    let token = given.out.trim().to_owned();
    let hosts: Vec<Serving> = (0..hosts).map(|_| installation.serve()).collect();
    for buyer in 0..BUYERS {
        let event = json!({ "kind": "patrol", "resident": 1001 + buyer, "quantity": POINTS.to_string(),
            "occurred_at": "2026-03-07T09:00" });
        let events = "/api/v1/communities/own/events";
        let (code, body) = post(hosts[0].address(), &token, events, &event).unwrap();
        assert!(code < 300, "{code} {body}");
    }
    let start = Barrier::new(BUYERS);
    let slips: Vec<Option<String>> = std::thread::scope(|scope| {
        let (hosts, start) = (&hosts[..], &start);
        let threads: Vec<_> = pins
            .iter()
            .enumerate()
            .map(|(buyer, pin)| scope.spawn(move || buy(hosts, buyer, pin, start)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let had: Vec<&String> = slips.iter().flatten().collect();
    let different: BTreeSet<&String> = had.iter().copied().collect();
    assert_eq!((had.len(), different.len()), (BAGS, BAGS), "{had:?}");
    // Dropping the installation verifies its ledger.
}

#[test]
fn ten_of_a_hundred_have_a_bag_at_two_hosts() {
    let cluster = Cluster::start();
    a_hundred_buyers(Some(&cluster.database("buyers")), 2);
}

#[test]
fn ten_of_a_hundred_have_a_bag_at_one_host() {
    a_hundred_buyers(None, 1);
}
