//! One suite for every engine: a community's life is driven through real books that are loaded anew for each
//! command, beside a book that was never stored. Both must decide the same and end the same. Stores that are broken
//! on purpose must not pass.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "conformance/checks.rs"]
mod checks;
#[path = "conformance/periods.rs"]
mod periods;
#[path = "conformance/script.rs"]
mod script;
#[path = "conformance/stores.rs"]
mod stores;

use std::fmt::Debug;
use std::sync::atomic::Ordering;

use rongyi_core::account::Purpose;
use rongyi_core::book::{Applied, Book, Changes};
use rongyi_core::command::{Command, Rejection};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;
use rongyi_store::{StoreError, Written};

use script::{Native, code, household};
use stores::{Fault, Place, Tried};

/// The suite says what differs instead of panicking, so that broken stores can be tried in the same way.
type Outcome = Result<(), String>;

fn same<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Outcome {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: found {found:?}, expected {expected:?}"))
    }
}

fn said<T>(answer: Result<T, StoreError>) -> Result<T, String> {
    answer.map_err(|error| error.to_string())
}

/// A book as a host has it: the frame and nothing else.
async fn fresh(tried: &Tried, name: &Code) -> Result<Book, String> {
    Ok(match said(tried.frame(name).await)? {
        Some(frame) => Book::new(frame),
        None => Book::empty(name.clone()),
    })
}

async fn load_for(tried: &Tried, book: &mut Book, command: &Command) -> Outcome {
    let name = book.frame().community.clone();
    for _ in 0..5 {
        let needs = book.missing(command);
        if needs.is_empty() {
            return Ok(());
        }
        let found = said(tried.load(&name, &needs).await)?;
        same("answers", found.len(), needs.len())?;
        book.load(found);
    }
    Err(format!("needs do not end: {:?}", book.missing(command)))
}

/// One community that lives twice: stored, and as the model.
struct Life<'t> {
    tried: &'t Tried,
    model: Book,
    now: i64,
    judge: Native,
    outcomes: Vec<Applied>,
    rejections: Vec<&'static str>,
}

impl<'t> Life<'t> {
    fn new(tried: &'t Tried, name: &Code) -> Self {
        Life {
            tried,
            model: Book::empty(name.clone()),
            now: 1_000_000,
            judge: Native::default(),
            outcomes: Vec::new(),
            rejections: Vec::new(),
        }
    }

    /// Decides `commands` as one block in a freshly loaded book and in the model; answers what is to be written.
    async fn decide(&mut self, commands: &[Command]) -> Result<Option<Changes>, String> {
        let name = self.model.frame().community.clone();
        let mut book = fresh(self.tried, &name).await?;
        for command in commands {
            self.now += 10;
            load_for(self.tried, &mut book, command).await?;
            // The model knows what follows from the journal; the journal itself it asks for too.
            if self.tried.whole() {
                load_for(self.tried, &mut self.model, command).await?;
            }
            let now = Instant(self.now);
            let stored: Result<Applied, Rejection> = book.apply(command, now, &self.judge);
            let expected = self.model.apply(command, now, &self.judge);
            same("answer", &stored, &expected)?;
            match expected {
                Ok(applied) => self.outcomes.push(applied),
                Err(rejection) => self.rejections.push(rejection.code()),
            }
        }
        let (stored, expected) = (book.seal(), self.model.seal());
        same("changes", &stored, &expected)?;
        Ok(stored)
    }

    async fn live(&mut self, commands: &[Command]) -> Outcome {
        if let Some(changes) = self.decide(commands).await? {
            let answer = said(self.tried.write(&[changes]).await)?;
            same("written", answer, vec![Written::Done])?;
        }
        Ok(())
    }

    async fn check(&self) -> Outcome {
        let name = &self.model.frame().community;
        checks::state(self.tried, &self.model).await?;
        checks::chain(self.tried, name, self.model.frame().head).await?;
        checks::entries(self.tried, name, &self.outcomes).await?;
        checks::marks(self.tried, &self.model, &self.outcomes).await?;
        checks::lists(self.tried, &self.model).await
    }
}

/// The whole suite on one store.
async fn suite(place: Place) -> Outcome {
    let name = code("nanmen");
    let tried = place.open().await?;
    same(
        "nothing yet",
        said(tried.store.community_codes().await)?,
        vec![],
    )?;
    let mut life = Life::new(&tried, &name);
    life.live(&script::beginning()).await?;
    for command in script::life() {
        life.live(&[command]).await?;
    }
    let waiting: Vec<u64> = life.model.waiting().into_keys().collect();
    same("waiting events", waiting.len(), 3)?;
    life.live(&script::retries(&waiting, "2026-10-09")).await?;
    life.judge.mended.store(true, Ordering::Relaxed);
    life.live(&script::retries(&waiting, "2026-10-10")).await?;
    life.live(&script::retries(&waiting[..1], "2026-10-10"))
        .await?;
    for command in periods::commands() {
        life.live(&[command]).await?;
    }
    later(&mut life).await?;
    erasing(&mut life).await?;
    covered(&life)?;
    life.check().await?;
    checks::passbooks(&tried, &name, &life.outcomes).await?;

    batches_and_races(&tried).await?;
    life.check().await?;

    // Killed: dropped without a word, then opened again.
    let (model, outcomes) = (life.model, life.outcomes);
    drop(tried);
    let tried = place.open().await?;
    let again = Life {
        model,
        outcomes,
        ..Life::new(&tried, &name)
    };
    again.check().await?;
    checks::looked(&tried, &again.model, &again.outcomes).await
}

/// What happens to entries afterwards. Each command names an earlier entry by its place among the receipts.
async fn later(life: &mut Life<'_>) -> Outcome {
    for make in script::LATER {
        let command = make(&life.outcomes);
        life.live(&[command]).await?;
    }
    let before = life.model.fates().len();
    same("fates", before > 5, true)
}

/// A resident is forgotten, with the texts of two entries; a third keeps its own.
async fn erasing(life: &mut Life<'_>) -> Outcome {
    let (store, name) = (&life.tried.store, life.model.frame().community.clone());
    let person = said(store.create_person("陈阿婆", None, Instant(life.now)).await)?;
    let salt = [9; 16];
    for resident in [ResidentNo(1001), ResidentNo(1003)] {
        said(store.link_resident(&name, resident, person, &salt).await)?;
    }
    for commands in script::erasing(&life.outcomes, life.model.frame().head.next_seq) {
        life.live(&commands).await?;
    }
    checks::forgotten(life.tried, &name, &life.outcomes, &salt).await
}

/// The script is worth nothing if it stops reaching what it was written for.
fn covered(life: &Life<'_>) -> Outcome {
    let mut refused: Vec<String> = Vec::new();
    let mut replayed = 0;
    for outcome in &life.outcomes {
        match outcome {
            Applied::Fresh(receipt) => {
                refused.extend(receipt.refusal().map(|refusal| refusal.code.to_string()));
            }
            Applied::Replay(_) => replayed += 1,
        }
    }
    same("replays", replayed, 6)?;
    for wanted in ["day.full", "balance.short", "item.limit", "price.changed"] {
        same(wanted, refused.iter().any(|code| code == wanted), true)?;
    }
    for wanted in [
        "source.conflict",
        "key.conflict",
        "resident.unknown",
        "code.taken",
        "order.settled",
        "order.released",
        "order.timed-out",
        "order.not-due",
        "order.unknown",
        "nothing.to-do",
        "event.not-waiting",
        "date.closed",
        "period.rule",
        "period.same-person",
        "period.unfinished",
        "period.no-standing",
        "reverse.already",
        "proposal.same-person",
        "notice.not-due",
        "replaces.standing",
        "erasure.alone",
        "trait.range",
    ] {
        same(wanted, life.rejections.contains(&wanted), true)?;
    }
    Ok(())
}

/// Several communities in one transaction; two hosts on one community; more rows than one statement takes.
async fn batches_and_races(tried: &Tried) -> Outcome {
    let mut east = Life::new(tried, &code("east"));
    let mut west = Life::new(tried, &code("west"));
    let batch = both(&mut east, &mut west, &script::beginning()).await?;
    let answers = said(tried.write(&batch).await)?;
    same("a batch", answers, vec![Written::Done, Written::Done])?;
    let many: Vec<Command> = (0..150)
        .map(|i| script::small("2026-09-03", 1 + i % 3, &format!("many-{i}")))
        .collect();
    let batch = both(&mut east, &mut west, &many).await?;
    let answers = said(tried.write(&batch).await)?;
    same("a large batch", answers, vec![Written::Done, Written::Done])?;

    // Two hosts decide from the same head. The first wins; of the second nothing remains, its neighbour is written.
    let command = script::small("2026-09-04", 5, "first");
    let rival = script::small("2026-09-04", 7, "second");
    let mut late = fresh(tried, &code("east")).await?;
    load_for(tried, &mut late, &rival).await?;
    let _ = late.apply(&rival, Instant(900_000_000), &east.judge);
    let late = late.seal().ok_or("the rival decided nothing")?;
    let neighbour = west
        .decide(&[script::small("2026-09-04", 9, "third")])
        .await?;
    east.live(&[command]).await?;
    let batch = [late, neighbour.ok_or("the neighbour decided nothing")?];
    let answers = said(tried.write(&batch).await)?;
    same("a race", answers, vec![Written::HeadMoved, Written::Done])?;
    // The same changes again are late too.
    let answers = said(tried.write(&batch[1..]).await)?;
    same("twice", answers, vec![Written::HeadMoved])?;
    // And a ledger that does not exist has no head to build on.
    let mut nowhere = batch[1].clone();
    nowhere.community = code("nowhere");
    let answers = said(tried.write(&[nowhere]).await)?;
    same("nowhere", answers, vec![Written::HeadMoved])?;
    let codes = said(tried.store.community_codes().await)?;
    same(
        "communities",
        codes,
        vec![code("east"), code("nanmen"), code("west")],
    )?;
    east.check().await?;
    west.check().await
}

async fn both(
    east: &mut Life<'_>,
    west: &mut Life<'_>,
    commands: &[Command],
) -> Result<Vec<Changes>, String> {
    let changes = [east.decide(commands).await?, west.decide(commands).await?];
    Ok(changes.into_iter().flatten().collect())
}

#[tokio::test]
async fn sqlite_conforms() {
    assert_eq!(suite(Place::sqlite(None)).await, Ok(()));
}

#[tokio::test]
async fn broken_stores_are_caught() {
    for (fault, complaint) in Fault::ALL {
        let outcome = suite(Place::sqlite(Some(fault))).await;
        let said = outcome.expect_err("a broken store passes the suite");
        let start: String = said.chars().take(200).collect();
        assert!(start.starts_with(complaint), "{fault:?}: {start}");
    }
}

#[tokio::test]
async fn postgres_conforms() {
    let cluster = rongyi_load::postgres::Cluster::start();
    assert_eq!(
        suite(Place::postgres(&cluster, "whole", None)).await,
        Ok(())
    );
    for (no, (fault, complaint)) in Fault::ALL.into_iter().enumerate() {
        let place = Place::postgres(&cluster, &format!("broken_{no}"), Some(fault));
        let said = suite(place).await.expect_err("a broken store passes");
        let start: String = said.chars().take(200).collect();
        assert!(start.starts_with(complaint), "{fault:?}: {start}");
    }
}

/// A host that hangs while it holds a community's row: the server takes the row away, the others go on, and what it
/// brings when it wakes is not written.
#[tokio::test]
async fn a_row_held_by_a_host_that_hangs_is_taken_away() {
    let cluster = rongyi_load::postgres::Cluster::start();
    let place = Place::postgres(&cluster, "hangs", None);
    let (sleeper, other) = (place.open().await.unwrap(), place.open().await.unwrap());
    let name = code("nanmen");
    let mut life = Life::new(&other, &name);
    life.live(&script::beginning()).await.unwrap();

    let held = sleeper.store.hold(&name).await.unwrap();
    let late = script::small("2026-09-03", 5, "late");
    let mut book = fresh(&sleeper, &name).await.unwrap();
    load_for(&sleeper, &mut book, &late).await.unwrap();
    let _ = book.apply(&late, Instant(900_000_000), &life.judge);
    let late = book.seal().expect("it decided something");

    let meanwhile = script::small("2026-09-03", 7, "meanwhile");
    assert_eq!(life.live(&[meanwhile]).await, Ok(()));
    let answer = sleeper.store.write_held(held, &[late]).await;
    assert!(
        matches!(answer, Err(StoreError::Unreachable { .. })),
        "{answer:?}"
    );
    life.check().await.unwrap();
    let seen = fresh(&sleeper, &name).await.unwrap().frame().head;
    assert_eq!(
        seen,
        life.model.frame().head,
        "awake, it sees what is there"
    );
}

/// A host that dies in the middle of a write: all of it is there, or nothing is.
#[tokio::test]
async fn a_write_that_is_cut_off_leaves_all_or_nothing() {
    let mut seen = [0; 2];
    for polls in 1..60 {
        let place = Place::sqlite(None);
        let tried = place.open().await.unwrap();
        let mut life = Life::new(&tried, &code("nanmen"));
        life.live(&script::beginning()).await.unwrap();
        let before = life.model.frame().head;
        let commands: Vec<Command> = (0..9)
            .map(|i| script::small("2026-09-03", 2, &format!("cut-{i}")))
            .collect();
        let changes = life.decide(&commands).await.unwrap().unwrap();
        cut_off(tried.store.write(&[changes]), polls).await;
        drop(life);
        drop(tried);

        let tried = place.open().await.unwrap();
        let head = tried.frame(&code("nanmen")).await.unwrap().unwrap().head;
        let whole = head != before;
        seen[usize::from(whole)] += 1;
        checks::chain(&tried, &code("nanmen"), head).await.unwrap();
        let sources = tried.store.all_sources(&code("nanmen")).await.unwrap();
        assert_eq!(sources.len(), if whole { 9 } else { 0 });
        let state = tried
            .store
            .balances(&code("nanmen"), &[household(11, Purpose::Available)])
            .await
            .unwrap();
        assert_eq!(state[0].1.total, if whole { 18 } else { 0 });
    }
    assert!(
        seen[0] > 0 && seen[1] > 0,
        "both ends were reached: {seen:?}"
    );
}

/// Polls a future so many times and drops it.
async fn cut_off<F: Future>(future: F, polls: usize) {
    let mut future = std::pin::pin!(future);
    let mut done = 0;
    std::future::poll_fn(|context| {
        done += 1;
        let ready = future.as_mut().poll(context).is_ready();
        if ready || done >= polls {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}
