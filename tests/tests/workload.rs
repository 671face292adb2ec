//! A random workload over HTTP beside a naive model, on both engines, while hosts are killed, hang and wake, and
//! their database goes away: every answer, every balance and every receipt is the model's.
//!
//! `RONGYI_SEED` repeats a run; the moments of the faults are commands and drawn milliseconds behind them.
//! `RONGYI_KILLS` asks for more kills than the short run of every day has.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::sync::Arc;
use std::time::Duration;

use rongyi_load::draw::Draw;
use rongyi_load::fleet::Fleet;
use rongyi_load::flood::Flood;
use rongyi_load::host;
use rongyi_load::model;
use rongyi_load::workload::{Counts, Driver};
use rongyi_load::world::{Shape, World};
use rongyi_tests::{Cluster, rongyi};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::watch;
use tokio::task::block_in_place;

/// Communities with a model each, and one more that many hands flood.
const MODELLED: u32 = 3;
const RESIDENTS: u32 = 8;
/// Commands of each model at least.
const COMMANDS: u64 = 400;
/// Requests at once on the flooded community.
const HANDS: u64 = 6;
/// Kills of one engine in the run of every day.
const KILLS: u64 = 40;
/// Kills of one world: a model that has lived too long refuses everything, and tests little.
const KILLS_OF_A_WORLD: u64 = 50;
/// A kill comes at most this long behind the command that it waited for.
const AFTER_MS: u64 = 40;
/// Commands that go on while a host hangs.
const HANGS_FOR: u64 = 12;

/// What happens to the hosts and their database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// A host is killed and another one takes its place.
    Kill,
    /// A host hangs, and wakes when the others have gone on.
    Hang,
    /// The database stops as in a crash, and comes back.
    Crash,
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a whole number")),
    )
}

#[expect(
    clippy::print_stderr,
    reason = "a failing test shows it, and the long run records it"
)]
fn say(text: &str) {
    eprintln!("workload: {text}");
}

/// One world with its hosts, where it keeps its ledgers, and the seed of everything that happens.
struct Run<'c> {
    world: Arc<World>,
    fleet: Fleet,
    cluster: Option<&'c Cluster>,
    seed: u64,
    draw: Draw,
}

/// What came of it.
#[derive(Default)]
struct Seen {
    counts: Counts,
    flooded: u64,
    resent: u64,
}

impl<'c> Run<'c> {
    /// Makes a world in `folder` and starts its hosts.
    fn begin(
        folder: &std::path::Path,
        database: Option<(&'c Cluster, String)>,
        hosts: usize,
        seed: u64,
    ) -> Self {
        let items = model::PRICES.map(|(item, _, pieces)| (item, u32::try_from(pieces).unwrap()));
        let shape = Shape {
            communities: MODELLED + 1,
            residents: RESIDENTS,
            opening: model::OPENING,
            items: items.to_vec(),
            staff: true,
            community: model::community,
        };
        let url = database.as_ref().map(|(_, url)| url.as_str());
        let world = Arc::new(World::build(folder, shape, url).unwrap());
        Run {
            fleet: Fleet::start(Arc::clone(&world), hosts).unwrap(),
            world,
            cluster: database.map(|(cluster, _)| cluster),
            seed,
            draw: Draw::of(seed),
        }
    }

    async fn drivers(&self) -> Vec<Driver> {
        let mut drivers = Vec::new();
        for community in 0..MODELLED {
            let mut cookies = Vec::new();
            for place in 0..RESIDENTS {
                let host = self.fleet.host(0);
                cookies.push(self.world.resident(host, community, place).await.unwrap());
            }
            let mut staff = Vec::new();
            for which in 0..2 {
                let host = self.fleet.host(0);
                staff.push(self.world.staff(host, community, which).await.unwrap());
            }
            let known = self.fleet.known();
            let who = (cookies, staff);
            drivers.push(Driver::new(&self.world, community, known, who, self.seed));
        }
        drivers
    }

    /// Drives every community while one trouble after the other comes, at drawn moments.
    async fn drive(&mut self, troubles: &[Trouble]) -> Seen {
        let drivers = self.drivers().await;
        let mut progress = drivers[0].progress();
        let (end, over) = watch::channel(false);
        let tasks: Vec<_> = drivers
            .into_iter()
            .map(|driver| tokio::spawn(driver.drive(COMMANDS, over.clone())))
            .collect();
        let world = Arc::clone(&self.world);
        let (known, seed) = (self.fleet.known(), self.seed);
        let flood = tokio::spawn(Flood::pour(world, MODELLED, known, HANDS, seed, over));

        let mut moments: Vec<u64> = troubles.iter().map(|_| self.draw.below(COMMANDS)).collect();
        moments.sort_unstable();
        for (moment, trouble) in moments.into_iter().zip(troubles) {
            // A driver that failed is gone; its own error is told below.
            if progress.wait_for(|done| *done >= moment).await.is_err() {
                break;
            }
            let after = Duration::from_millis(self.draw.below(AFTER_MS));
            tokio::time::sleep(after).await;
            self.bring(*trouble, &mut progress).await;
        }
        // While the hosts book on.
        block_in_place(|| whole(&self.world));
        end.send_replace(true);
        let mut seen = Seen::default();
        for task in tasks {
            let counts = task.await.unwrap();
            seen.counts
                .add(counts.unwrap_or_else(|error| panic!("{error:?}")));
        }
        let flood = flood.await.unwrap();
        let flood = flood.unwrap_or_else(|error| panic!("{error:?}"));
        let checked = flood.check(self.fleet.known()).await;
        checked.unwrap_or_else(|error| panic!("{error:?}"));
        seen.flooded = flood.receipts();
        seen.resent = flood.resent() + seen.counts.resent;
        seen
    }

    async fn bring(&mut self, trouble: Trouble, progress: &mut watch::Receiver<u64>) {
        let hosts = u64::try_from(self.fleet.len()).unwrap();
        let place = usize::try_from(self.draw.below(hosts)).unwrap();
        match trouble {
            Trouble::Kill => block_in_place(|| self.fleet.replace(place)).unwrap(),
            Trouble::Hang => {
                self.fleet.hang(place).unwrap();
                let until = *progress.borrow() + HANGS_FOR;
                // When the driver is gone, its own error is told later.
                let _ = progress.wait_for(|done| *done >= until).await;
                self.fleet.wake(place).unwrap();
            }
            Trouble::Crash => {
                let cluster = self.cluster.expect("a database of the test's own");
                block_in_place(|| {
                    cluster.crash();
                    cluster.run_server();
                });
            }
        }
    }

    /// The ledgers are whole, and hold what was acknowledged and nothing else.
    fn end(self, seen: &Seen, count: impl Fn(&str) -> u64) {
        drop(self.fleet);
        whole(&self.world);
        tried(&self.world);
        assert_eq!(
            count("SELECT count(*) FROM source_ref WHERE source LIKE '%model'"),
            seen.counts.receipts + seen.flooded,
            "every event that is there was acknowledged"
        );
        assert_eq!(
            count("SELECT count(*) FROM orders"),
            seen.counts.placed,
            "every order that is there was acknowledged"
        );
        varied(seen.counts);
    }
}

/// The ledgers are whole, as `verify` finds them.
fn whole(world: &World) {
    let said = host::run(&world.config(), &["verify", "--json"]).unwrap();
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["ok"], true, "{report}");
    let communities = report["communities"].as_array().map_or(0, Vec::len);
    assert!(communities > 3, "{report}");
}

/// The rule book of each community, tried on all that happened, gives exactly its ledger; another one does not.
fn tried(world: &World) {
    for no in 0..=MODELLED {
        let code = rongyi_load::world::code(no);
        let own = world
            .config()
            .with_file_name("communities")
            .join(format!("{code}.toml"));
        let simulate = |file: &std::path::Path| -> serde_json::Value {
            let file = file.display().to_string();
            let args = ["simulate", "--json", "--community", &code, "--rules", &file];
            let said = host::run(&world.config(), &args).unwrap();
            serde_json::from_str(&said).unwrap()
        };
        let found = simulate(&own);
        assert_eq!(found["exactly_the_ledger"], true, "{found}");
        let toml = std::fs::read_to_string(&own).unwrap();
        let other = own.with_file_name("other").with_extension("candidate");
        std::fs::write(&other, toml.replace("per_unit = 10", "per_unit = 7")).unwrap();
        let found = simulate(&other);
        assert_eq!(found["exactly_the_ledger"], false, "{found}");
        let issued = &found["flows"]["issued"];
        let (was, is) = (issued["ledger"].as_i64(), issued["candidate"].as_i64());
        // The flood brings nothing of the kind that is worth less. Elsewhere entries differ; the sum of all need not,
        // since what a cap took from others is given to them instead.
        match no < MODELLED {
            true => assert_ne!(found["differing"], 0, "{found}"),
            false => assert_eq!((is, &found["differing"]), (was, &0.into()), "{found}"),
        }
    }
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
        raced,
        wrong_codes,
        closed_twice,
        balances,
        receipts,
        reversed,
        short,
        adjusted,
        declined,
        noticed,
        objected,
        withdrawn,
        chained,
        fallen,
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
        raced,
        wrong_codes,
        closed_twice,
        balances,
        receipts,
        reversed,
        short,
        adjusted,
        declined,
        noticed,
        objected,
        withdrawn,
        chained,
        fallen,
    ];
    assert!(
        all.iter().all(|count| *count > 0),
        "a workload that never met one of its cases has not tested it: {counts:?}"
    );
}

/// How many kills each world of this run has.
fn worlds() -> Vec<u64> {
    let all = number("RONGYI_KILLS").unwrap_or(KILLS);
    assert!(all > 0, "RONGYI_KILLS asks for no kill at all");
    let full = usize::try_from(all / KILLS_OF_A_WORLD).unwrap();
    let mut worlds = vec![KILLS_OF_A_WORLD; full];
    worlds.extend(Some(all % KILLS_OF_A_WORLD).filter(|left| *left > 0));
    worlds
}

fn first_seed() -> u64 {
    number("RONGYI_SEED").unwrap_or_else(|| u64::from(std::process::id()))
}

fn tell(engine: &str, seed: u64, kills: u64, seen: &Seen) {
    let counts = seen.counts;
    say(&format!(
        "{engine}, seed {seed}: {kills} kills; {} receipts of the models, {} orders, {} balances and {} receipts of \
         the flood are as acknowledged; {} requests were sent again",
        counts.receipts, counts.placed, counts.balances, seen.flooded, seen.resent
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_the_models_on_sqlite_while_hosts_are_killed() {
    host::name_binary(rongyi());
    for (seed, kills) in (first_seed()..).zip(worlds()) {
        say(&format!("SQLite; repeat with RONGYI_SEED={seed}"));
        let folder = tempfile::tempdir().unwrap();
        let mut run = block_in_place(|| Run::begin(folder.path(), None, 1, seed));
        let troubles = vec![Trouble::Kill; usize::try_from(kills).unwrap()];
        let seen = run.drive(&troubles).await;
        let file = format!("sqlite:{}", run.world.database().display());
        block_in_place(|| run.end(&seen, |statement| asked(&file, statement)));
        tell("SQLite", seed, kills, &seen);
    }
}

fn asked(file: &str, statement: &str) -> u64 {
    tokio::runtime::Handle::current().block_on(async {
        let mut connection = SqliteConnection::connect(file).await.unwrap();
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        u64::try_from(count).unwrap()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_the_models_on_postgres_whatever_fails() {
    host::name_binary(rongyi());
    let cluster = block_in_place(Cluster::start);
    for (seed, kills) in (first_seed()..).zip(worlds()) {
        say(&format!("PostgreSQL; repeat with RONGYI_SEED={seed}"));
        let folder = tempfile::tempdir().unwrap();
        let url = block_in_place(|| cluster.database(&format!("workload_{seed}")));
        let place = (&cluster, url.clone());
        let mut run = block_in_place(|| Run::begin(folder.path(), Some(place), 3, seed));
        let mut troubles = vec![Trouble::Kill; usize::try_from(kills).unwrap()];
        // Between the kills, so that no fault has the stage to itself.
        for (no, other) in [Trouble::Hang, Trouble::Crash, Trouble::Hang, Trouble::Crash]
            .into_iter()
            .enumerate()
        {
            let place = troubles.len() * (no + 1) / 5;
            troubles.insert(place, other);
        }
        let seen = run.drive(&troubles).await;
        block_in_place(|| {
            run.end(&seen, |statement| {
                cluster.sql_at(&url, statement).parse().unwrap()
            });
        });
        tell("PostgreSQL", seed, kills, &seen);
    }
}
