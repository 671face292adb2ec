//! Two hosts on one community, where one of them always comes too late: after two misses it takes the row first,
//! and then the other one waits. The moment at which the other comes first is the look at the clock, which the
//! clerk takes between loading and deciding.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use rongyi_clerk::clock::{Clock, ManualClock};
use rongyi_config as config;
use rongyi_core::command::Command;
use rongyi_core::time::Instant;
use rongyi_server::house::House;

use crate::app::{NOW, TestApp, code};
use rongyi_load::postgres::Cluster;

/// Times a batch comes too late before the row is held.
const MISSES: usize = 2;

/// The clock of a host to which somebody else is always faster.
struct Contended {
    cluster: Arc<Cluster>,
    armed: AtomicBool,
    looks: AtomicUsize,
    rival: mpsc::Sender<usize>,
    booked: Mutex<mpsc::Receiver<u64>>,
    /// What the rival was answered, before the row was held.
    before: Mutex<Vec<u64>>,
}

impl Clock for Contended {
    fn now(&self) -> Instant {
        if self.armed.load(Ordering::SeqCst) {
            let look = self.looks.fetch_add(1, Ordering::SeqCst);
            let held = self.cluster.holding();
            self.rival.send(look).unwrap();
            if look < MISSES {
                assert_eq!(held, 0, "nothing is held before look {look}");
                let entry = self.booked.lock().unwrap().recv().unwrap();
                self.before.lock().unwrap().push(entry);
            } else {
                assert_eq!(held, 1, "the row is held before look {look}");
                let waits = (0..1000).any(|_| self.cluster.waiting() == 1);
                assert!(waits, "the rival waits for the row");
            }
        }
        NOW
    }
}

/// Another host on the same database: books what it is told to, and tells the entries.
fn rival(
    file: &std::path::Path,
    commands: Vec<Command>,
    told: &mpsc::Receiver<usize>,
    entries: &mpsc::Sender<u64>,
) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = config::load_with(file, &|_| None).unwrap();
    let opened = House::open(config, Arc::new(ManualClock::new(NOW)));
    let house = runtime.block_on(opened).unwrap();
    let nanmen = code("nanmen");
    while let Ok(no) = told.recv() {
        let asked = house.clerk.ask(&nanmen, commands[no].clone());
        let answer = runtime.block_on(asked).unwrap();
        entries.send(answer.receipt.entry).unwrap();
    }
    runtime.block_on(house.close());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_late_twice_takes_the_row_first() {
    let cluster = Arc::new(Cluster::start());
    let app = TestApp::with(&format!("database_url = \"{}\"\n", cluster.url())).await;
    let command = |reference: &str| app.event(reference, "tree.plant", 1001, 1);
    let commands: Vec<Command> = (0..=MISSES)
        .map(|no| command(&format!("rival-{no}")))
        .collect();
    let (tell, told) = mpsc::channel();
    let (answer, booked) = mpsc::channel();
    let file = app.house.config.file.clone();
    let other = std::thread::spawn(move || rival(&file, commands, &told, &answer));

    let clock = Arc::new(Contended {
        cluster: Arc::clone(&cluster),
        armed: AtomicBool::new(false),
        looks: AtomicUsize::new(0),
        rival: tell,
        booked: Mutex::new(booked),
        before: Mutex::default(),
    });
    let config = config::load_with(&app.house.config.file, &|_| None).unwrap();
    let house = House::open(config, clock.clone()).await.unwrap();
    clock.armed.store(true, Ordering::SeqCst);
    let answer = house.clerk.ask(&code("nanmen"), command("own")).await;
    clock.armed.store(false, Ordering::SeqCst);
    let answer = answer.unwrap();
    assert!(!answer.replayed);
    assert_eq!(
        clock.looks.load(Ordering::SeqCst),
        MISSES + 1,
        "decided with an old head twice, and once under the row"
    );
    let before = clock.before.lock().unwrap().clone();
    let after = clock.booked.lock().unwrap().recv().unwrap();
    assert_eq!(before.len(), MISSES);
    let entry = answer.receipt.entry;
    assert!(
        before.iter().all(|earlier| *earlier < entry),
        "{before:?} {entry}"
    );
    assert!(after > entry, "the rival waited: {after}, {entry}");
    assert_eq!(cluster.holding(), 0, "the row is free again");

    house.close().await;
    // The rival ends when nobody can tell it anything more.
    drop(clock);
    tokio::task::spawn_blocking(move || other.join().unwrap())
        .await
        .unwrap();
    app.end().await;
}
