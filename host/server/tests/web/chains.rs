//! Chains: steps that stand or fall together, over the API and at the clerk.

use std::sync::Arc;

use rongyi_clerk::ClerkError;
use rongyi_config as config;
use rongyi_core::command::{Ask, Command, Enrol};
use rongyi_core::ids::{HouseholdNo, ResidentNo};
use rongyi_server::door::Actor;
use rongyi_server::house::House;
use serde_json::{Value, json};

use crate::app::{Browser, NOW, TestApp, code};

const CHAINS: &str = "/api/v1/communities/nanmen/chains";

fn waste(reference: &str, resident: u32, quantity: &str) -> Value {
    json!({ "event": {
        "kind": "waste.food", "resident": resident, "quantity": quantity, "occurred_at": "2026-11-20T09:20",
        "source": "scale-1", "external_ref": reference
    } })
}

/// Nobody is inspected twice a week.
fn yard(reference: &str) -> Value {
    json!({ "event": {
        "kind": "yard.inspect", "resident": 1001, "quantity": "0", "occurred_at": "2026-11-23", "external_ref": reference
    } })
}

fn steps(all: &[Value]) -> Value {
    json!({ "steps": all })
}

async fn balance(asking: &mut Browser<'_>, resident: u32) -> i64 {
    let path = format!("/api/v1/communities/nanmen/residents/{resident}/balance");
    let told = asking.get(&path).await.is(200).json();
    told["points"].as_i64().unwrap_or_else(|| panic!("{told}"))
}

#[tokio::test]
async fn a_chain_is_booked_whole_and_told_again() {
    let app = TestApp::new().await;
    let mut scale = app.device("events").await;
    let mut boss = app.signed_in("boss").await;
    scale.key = Some("chain-1".into());
    let chain = steps(&[
        waste("c-1", 1001, "3"),
        yard("c-2"),
        waste("c-3", 2001, "1"),
    ]);
    let first = scale.json(CHAINS, &chain).await.is(200).json();
    assert_eq!(first["replayed"], false);
    assert_eq!(first["answers"].as_array().unwrap().len(), 3);
    assert_eq!(first["answers"][0]["movements"][0]["amount"], 30);
    assert!(
        !first["answers"][0]["reasons"][0]["text"]["zh"]
            .as_str()
            .unwrap()
            .is_empty()
    );
    let before = balance(&mut boss, 2001).await;

    let again = scale.json(CHAINS, &chain).await;
    assert_eq!(again.is(200).headers["idempotency-replayed"], "true");
    assert_eq!(again.json()["answers"], first["answers"]);
    assert_eq!(balance(&mut boss, 2001).await, before);
    // The references alone tell it, too; and one of them alone is the same event.
    scale.key = None;
    assert_eq!(
        scale.json(CHAINS, &chain).await.is(200).json()["replayed"],
        true
    );
    let other = steps(&[waste("c-1", 1001, "3"), waste("c-4", 1001, "1")]);
    let partly = scale.json(CHAINS, &other).await.is(409).json();
    assert_eq!(
        (partly["code"].as_str(), partly["step"].as_u64()),
        (Some("chain.known"), Some(1))
    );
    let alone = waste("c-4", 1001, "1")["event"].clone();
    let free = scale
        .json("/api/v1/communities/nanmen/events", &alone)
        .await
        .is(200)
        .json();
    assert_eq!(
        free["replayed"], false,
        "the chain that fell has booked nothing"
    );
    let partly = steps(&[waste("c-5", 1001, "1"), waste("c-4", 1001, "1")]);
    assert_eq!(scale.json(CHAINS, &partly).await.is(409).json()["step"], 1);
    app.end().await;
}

#[tokio::test]
async fn a_step_that_is_not_booked_brings_all_of_them_down() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let mut scale = app.device("events").await;
    let wrong = app.earn("wrong", "waste.food", 1001, 50).await;
    let reverse = json!({ "reverse": { "entry": wrong, "reason": "称错了" } });
    let mut right = waste("right", 1001, "5");
    right["event"]["replaces"] = json!(wrong);
    right["event"]["source"] = json!("test");
    right["event"]["external_ref"] = json!("wrong");
    let falls: [(&str, u16, Value); 6] = [
        ("resident.unknown", 404, waste("x", 4711, "1")),
        (
            "kind.unknown",
            422,
            json!({ "event": { "kind": "no.such", "resident": 1001, "quantity": "1", "occurred_at": "2026-11-20" } }),
        ),
        ("", 422, yard("second")),
        (
            "entry.unknown",
            404,
            json!({ "reverse": { "entry": 99999, "reason": "称错了" } }),
        ),
        ("order.unknown", 404, json!({ "cancel": { "order": 77 } })),
        (
            "",
            422,
            json!({ "order": { "resident": 1001, "lines": [{ "item": "rice-5kg", "quantity": 1 }], "total": 1 } }),
        ),
    ];
    boss.json("/api/v1/communities/nanmen/events", &yard("first")["event"])
        .await
        .is(200);
    let had = balance(&mut boss, 1001).await;
    for (no, (wanted, status, last)) in falls.iter().enumerate() {
        boss.key = Some(format!("fall-{no}"));
        let chain = steps(&[
            waste(&format!("f-{no}"), 1001, "1"),
            reverse.clone(),
            right.clone(),
            last.clone(),
        ]);
        let told = boss.json(CHAINS, &chain).await;
        let body = told.json();
        assert_eq!(body["step"], 3, "{body}");
        assert!(
            body["detail_zh"].as_str().unwrap().starts_with("第 4 步："),
            "{body}"
        );
        assert!(
            body["detail"]
                .as_str()
                .unwrap()
                .contains("Nothing of this chain"),
            "{body}"
        );
        if !wanted.is_empty() {
            assert_eq!(
                (body["code"].as_str().unwrap(), told.status.as_u16()),
                (*wanted, *status),
                "{body}"
            );
        }
        assert_eq!(balance(&mut boss, 1001).await, had, "{no}");
    }
    // A chain of one is a chain: its refusal is not kept.
    let lonely = steps(&[yard("lonely")]);
    let told = boss.json(CHAINS, &lonely).await.is(422).json();
    assert_eq!(told["step"], 0);
    // A device that may record may not reverse, though both stand in one chain.
    let chain = steps(&[waste("d-1", 1001, "1"), reverse.clone()]);
    let told = scale.json(CHAINS, &chain).await.is(403).json();
    assert_eq!(told["step"], 1);
    assert_eq!(
        scale.json(CHAINS, &steps(&[])).await.is(422).json()["code"],
        "input.invalid"
    );
    let many = steps(
        &(0..101)
            .map(|no| waste(&format!("m-{no}"), 1001, "1"))
            .collect::<Vec<_>>(),
    );
    scale.json(CHAINS, &many).await.is(422);

    // Without the wrong step the same key is free: nothing was kept.
    boss.key = Some("fall-0".into());
    let chain = steps(&[waste("f-0", 1001, "1"), reverse, right]);
    let told = boss.json(CHAINS, &chain).await.is(200).json();
    assert_eq!(told["replayed"], false);
    assert_eq!(balance(&mut boss, 1001).await, had + 10 - 50 + 50);
    app.end().await;
}

#[tokio::test]
async fn what_is_earned_in_a_chain_is_spent_in_it() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let had = balance(&mut boss, 2001).await;
    let kilos = (300 - had).max(10) / 10;
    let order = json!({ "order": { "resident": 2001, "lines": [{ "item": "salt", "quantity": 2 }], "total": 10 } });
    let chain = steps(&[waste("s-1", 2001, &kilos.to_string()), order.clone()]);
    let told = boss.json(CHAINS, &chain).await.is(200).json();
    let no = told["answers"][1]["order"].as_u64().unwrap();
    assert_eq!(balance(&mut boss, 2001).await, had + kilos * 10 - 10);
    // Changed for another: given back and ordered anew.
    let anew = steps(&[json!({ "cancel": { "order": no } }), order]);
    let told = boss.json(CHAINS, &anew).await.is(200).json();
    assert!(told["answers"][1]["order"].as_u64().unwrap() > no);
    assert_eq!(balance(&mut boss, 2001).await, had + kilos * 10 - 10);
    app.end().await;
}

/// What a later step reads is known only after the step before it, and is not in the book: it is read, not taken for
/// empty.
#[tokio::test]
async fn a_step_reads_what_the_step_before_it_made_it_need() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    let config = config::load_with(&app.house.config.file, &|_| None).unwrap();
    let rival = House::open(config, Arc::new(rongyi_clerk::clock::ManualClock::new(NOW)))
        .await
        .unwrap();
    let event = app.event("before", "waste.food", 2001, 7);
    rival.clerk.ask(&nanmen, event).await.unwrap();
    let mut boss = app.signed_in("boss").await;
    let had = balance(&mut boss, 2001).await;
    assert!(had > 0, "the other host has booked it");
    let moves = Ask::Enrol(Enrol {
        resident: ResidentNo(3001),
        household: HouseholdNo(4),
        who: [1; 32],
    });
    let chain = vec![
        Command {
            ..app.house.command(&nanmen, &Actor::Job.code(), moves)
        },
        app.event("after", "waste.food", 3001, 1),
    ];
    let answers = app.house.clerk.ask_chain(&nanmen, chain).await.unwrap();
    assert_eq!(answers.len(), 2);
    assert_eq!(balance(&mut boss, 2001).await, had + 1);
    rival.close().await;
}

/// Chains, half of which fall, among single events: each single one is booked, each chain whole or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn chains_fall_among_others_and_hurt_nobody() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    let mut boss = app.signed_in("boss").await;
    let had = balance(&mut boss, 1001).await;
    let clerk = app.house.clerk.clone();
    let mut singles = Vec::new();
    let mut chains = tokio::task::JoinSet::new();
    for no in 0..60 {
        let event = app.event(&format!("one-{no}"), "tree.plant", 1001, 1);
        singles.push(clerk.submit(&nanmen, event).await.unwrap());
        if no % 3 == 0 {
            let mut chain: Vec<Command> = (0..4)
                .map(|step| app.event(&format!("chain-{no}-{step}"), "tree.plant", 1001, 1))
                .collect();
            if no % 2 == 0 {
                chain.push(app.event(&format!("chain-{no}-x"), "tree.plant", 4711, 1));
            }
            let (clerk, nanmen) = (clerk.clone(), nanmen.clone());
            chains.spawn(async move { (no, clerk.ask_chain(&nanmen, chain).await) });
        }
    }
    let mut booked = 0;
    for ticket in singles {
        ticket.answer().await.unwrap();
        booked += 1;
    }
    while let Some(done) = chains.join_next().await {
        match done.unwrap() {
            (no, Ok(answers)) => {
                assert_eq!((no % 2, answers.len()), (1, 4));
                let entries: Vec<u64> = answers.iter().map(|answer| answer.receipt.entry).collect();
                assert!(entries.is_sorted(), "in their order");
                booked += 4;
            }
            (no, Err(ClerkError::Fell { step, .. })) => assert_eq!((no % 2, step), (0, 4)),
            (no, Err(error)) => panic!("{no}: {error}"),
        }
    }
    assert_eq!(booked, 60 + 10 * 4);
    let each = (balance(&mut boss, 1001).await - had) / booked;
    assert_eq!(balance(&mut boss, 1001).await, had + each * booked);
    assert!(each > 0);
    app.end().await;
}
