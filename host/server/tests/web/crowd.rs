//! Many at once: a queue that is full says so, and what it took is decided.

use rongyi_clerk::{ClerkError, QUEUE_MAX};
use rongyi_core::command::Ask;
use rongyi_core::ids::ResidentNo;
use rongyi_core::record::{Event, Quantity};

use crate::app::{TestApp, code};

fn event(app: &TestApp) -> Event {
    Event {
        kind: code("council.attend"),
        roles: vec![(code("doer"), ResidentNo(1001))],
        quantity: Quantity::whole(1),
        fields: vec![],
        on: app.house.today(&code("nanmen")).0,
        minute: None,
        source: None,
        note: None,
    }
}

#[tokio::test]
async fn a_full_queue_says_so_and_loses_nothing_it_took() {
    let app = TestApp::new().await;
    let more = 50;
    let asking: Vec<_> = (0..QUEUE_MAX + more)
        .map(|_| {
            let house = std::sync::Arc::clone(&app.house);
            let command = house.command(&code("nanmen"), &code("import"), Ask::Earn(event(&app)));
            tokio::spawn(async move { house.clerk.ask(&code("nanmen"), command).await })
        })
        .collect();
    let (mut taken, mut full) = (0, 0);
    for answer in asking {
        match answer.await.unwrap() {
            Ok(_) => taken += 1,
            Err(ClerkError::QueueFull) => full += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(full >= 1, "all {taken} were taken");
    assert_eq!(taken + full, QUEUE_MAX + more);
    let waiting = app.house.store.waiting(&code("nanmen")).await.unwrap();
    assert!(waiting.is_empty(), "{waiting:?}");
    app.end().await;
}
