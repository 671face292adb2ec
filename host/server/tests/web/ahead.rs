//! Thousands of commands at once, so that a batch is decided while the one before is being written; and another host
//! that moves the head under them. Everything is booked once, in its order, and what is known already is told so.

use std::sync::Arc;

use rongyi_clerk::clock::ManualClock;
use rongyi_config as config;
use rongyi_core::command::{Ask, Command, Receive, SaltedText};
use rongyi_server::house::House;

use crate::app::{NOW, TestApp, code};

/// Commands of the first host; every seventh repeats one that is just being decided, every 900th is one that must not run ahead.
const MANY: u32 = 4000;
/// Commands of the other host meanwhile.
const OTHERS: u32 = 60;

fn command(app: &TestApp, no: u32) -> Command {
    match no {
        no if no % 900 == 899 => {
            let found = app.house.clerk.frame(&code("nanmen")).unwrap();
            let donor = SaltedText {
                salt: [7; 16],
                text: "甲店".into(),
            };
            let receive = Ask::Receive(Receive {
                item: found.items[0].code.clone(),
                quantity: 1,
                reason: donor.commitment(),
            });
            Command {
                text: Some(donor),
                ..app.house.command(&code("nanmen"), &code("import"), receive)
            }
        }
        no if no % 7 == 6 => app.event(&format!("many-{}", no - 3), "tree.plant", 1001, 1),
        no => app.event(&format!("many-{no}"), "tree.plant", 1001, 1),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_ahead_is_booked_once_and_in_order() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    app.earn("first", "tree.plant", 1001, 1).await;
    let config = config::load_with(&app.house.config.file, &|_| None).unwrap();
    let rival = House::open(config, Arc::new(ManualClock::new(NOW)))
        .await
        .unwrap();

    let mut tickets = Vec::new();
    for no in 0..MANY {
        let asked = app.house.clerk.submit(&nanmen, command(&app, no)).await;
        tickets.push(asked.unwrap());
    }
    let mut others = Vec::new();
    for no in 0..OTHERS {
        let event = app.event(&format!("other-{no}"), "tree.plant", 1001, 1);
        let answer = rival.clerk.ask(&nanmen, event).await.unwrap();
        assert!(!answer.replayed);
        others.push(answer.receipt.entry);
    }
    let mut answers = Vec::new();
    for ticket in tickets {
        answers.push(ticket.answer().await.unwrap());
    }

    let mut fresh = Vec::new();
    for (no, answer) in answers.iter().enumerate() {
        let receives = |no: usize| no % 900 == 899;
        if no % 7 == 6 && !receives(no) && !receives(no - 3) {
            assert!(answer.replayed, "{no} repeats");
            assert_eq!(answer.receipt.entry, answers[no - 3].receipt.entry);
        } else {
            assert!(!answer.replayed, "{no} is new");
            fresh.push(answer.receipt.entry);
        }
    }
    assert!(fresh.is_sorted_by(|one, next| one < next), "in their order");
    assert!(
        others[0] < *fresh.last().unwrap(),
        "the other host came between them"
    );
    let mut all = [fresh, others].concat();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "no entry twice");

    rival.close().await;
    app.end().await;
}
