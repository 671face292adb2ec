//! A random workload over HTTP beside a naive model, while hosts are killed: every answer and every balance is
//! the model's. `RONGYI_SEED` repeats a run; the moments of the kills are commands, not milliseconds.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::sync::Arc;

use rongyi_load::draw::Draw;
use rongyi_load::host::{self, Host};
use rongyi_load::model;
use rongyi_load::workload::{Counts, Driver};
use rongyi_load::world::{Shape, World};
use rongyi_tests::rongyi;
use tokio::sync::watch;

const COMMUNITIES: u32 = 3;
const RESIDENTS: u32 = 8;
const COMMANDS: u32 = 400;
const KILLS: u64 = 6;

fn seed() -> u64 {
    let seed = match std::env::var("RONGYI_SEED") {
        Ok(text) => text.parse().expect("RONGYI_SEED is a whole number"),
        Err(_) => u64::from(std::process::id()),
    };
    #[expect(clippy::print_stderr, reason = "a failing test shows it")]
    {
        eprintln!("workload: repeat with RONGYI_SEED={seed}");
    }
    seed
}

async fn serve(world: &Arc<World>) -> Host {
    let world = Arc::clone(world);
    tokio::task::spawn_blocking(move || world.serve().unwrap())
        .await
        .unwrap()
}

/// Drives every community at once; at drawn commands of the first, the oldest host is killed where it stands
/// and another one takes its place.
async fn drive(world: Arc<World>, hosts: usize, seed: u64) -> Counts {
    let mut serving = Vec::new();
    for _ in 0..hosts {
        serving.push(serve(&world).await);
    }
    let addresses = |all: &[Host]| all.iter().map(|own| own.address().to_owned()).collect();
    let (publish, known) = watch::channel::<Vec<String>>(addresses(&serving));
    let mut drivers = Vec::new();
    for community in 0..COMMUNITIES {
        let mut cookies = Vec::new();
        for place in 0..RESIDENTS {
            cookies.push(world.resident(&serving[0], community, place).await.unwrap());
        }
        drivers.push(Driver::new(&world, community, known.clone(), cookies, seed));
    }
    let mut progress = drivers[0].progress();
    let tasks: Vec<_> = drivers
        .into_iter()
        .map(|own| tokio::spawn(own.drive(COMMANDS)))
        .collect();

    let mut draw = Draw::of(seed);
    let mut moments: Vec<u64> = (0..KILLS)
        .map(|_| draw.below(u64::from(COMMANDS)))
        .collect();
    moments.sort_unstable();
    for moment in moments {
        // The driver is gone when it failed; its own error is told below.
        if progress.wait_for(|done| *done >= moment).await.is_err() {
            break;
        }
        serving.remove(0).kill();
        serving.push(serve(&world).await);
        publish.send_replace(addresses(&serving));
    }
    let mut counts = Counts::default();
    for task in tasks {
        counts.add(
            task.await
                .unwrap()
                .unwrap_or_else(|error| panic!("{error:?}")),
        );
    }
    counts
}

fn whole(world: &World) {
    let said = host::run(&world.config(), &["verify", "--json"]).unwrap();
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["ok"], true, "{report}");
}

fn varied(counts: Counts) {
    let Counts {
        decided,
        refused,
        again,
        conflicts,
        placed,
        unplaced,
        settled,
        cancelled,
        closed_twice,
        balances,
        resent: _,
    } = counts;
    let all = [
        decided,
        refused,
        again,
        conflicts,
        placed,
        unplaced,
        settled,
        cancelled,
        closed_twice,
        balances,
    ];
    assert!(
        all.iter().all(|count| *count > 0),
        "a workload that never met one of its cases has not tested it: {counts:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_the_models_while_hosts_are_killed() {
    host::name_binary(rongyi());
    let folder = tempfile::tempdir().unwrap();
    let shape = Shape {
        communities: COMMUNITIES,
        residents: RESIDENTS,
        opening: model::OPENING,
        items: model::PRICES
            .map(|(item, _, pieces)| (item, u32::try_from(pieces).unwrap()))
            .to_vec(),
        community: model::community,
    };
    let place = folder.path().to_owned();
    let world = tokio::task::spawn_blocking(move || World::build(&place, shape, None).unwrap())
        .await
        .unwrap();
    let world = Arc::new(world);
    let counts = drive(Arc::clone(&world), 1, seed()).await;
    varied(counts);
    whole(&world);
}
