//! Opening: what is created, what is refused and in which words, and what the tables themselves will not allow.
#![allow(clippy::unwrap_used, reason = "tests")]

use rongyi_core::account::{Account, Purpose};
use rongyi_core::book::{Book, Changes};
use rongyi_core::command::{Ask, Command, Enrol, Receive};
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, ItemNo, ResidentNo, RuleSetNo};
use rongyi_core::record::Item;
use rongyi_core::rule::{Decision, Denial, EarnAsk, Fault, Judge, PriceAsk, Quote, Text};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::{Store, StoreError, Written};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

struct Nobody;

impl Judge for Nobody {
    fn earn(&self, _: RuleSetNo, _: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        panic!("no event is decided here")
    }
    fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        panic!("nothing is priced here")
    }
}

fn url(folder: &tempfile::TempDir) -> String {
    format!("sqlite:{}", folder.path().join("账本.db").display())
}

/// The first block of a community with one item and goods on its shelf.
fn first_block(community: &'static str, pieces: i32) -> Changes {
    let mut book = Book::empty(Code::literal(community));
    let item = Item {
        no: ItemNo(0),
        code: Code::literal("rice"),
        category: Code::literal("food"),
        value_fen: 100,
        title: Text {
            zh: "大米".into(),
            en: "Rice".into(),
        },
        icon: Code::literal("rice"),
        active: true,
    };
    let enrol = Ask::Enrol(Enrol {
        resident: ResidentNo(1),
        household: HouseholdNo(1),
        who: [0; 32],
    });
    let receive = Ask::Receive(Receive {
        item: Code::literal("rice"),
        quantity: pieces,
        reason: [0; 32],
    });
    for ask in [Ask::Define(Box::new(item)), enrol, receive] {
        let command = Command {
            actor: Code::literal("staff/1"),
            key: None,
            today: LocalDate::new(2026, 11, 1).unwrap(),
            ask,
            text: None,
            reference: None,
        };
        book.apply(&command, Instant(1), &Nobody).unwrap();
    }
    book.seal().unwrap()
}

#[tokio::test]
async fn addresses_that_are_none_say_what_is_right() {
    for (address, part) in [
        ("postgres://rongyi:secret@db:port/rongyi", "postgres://user"),
        ("mysql://db", "sqlite:data/rongyi.db"),
        ("rongyi.db", "sqlite:data/rongyi.db"),
        ("sqlite::memory:", "a file"),
    ] {
        let error = Store::open(address, true).await.unwrap_err();
        assert!(matches!(error, StoreError::Address { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains(part), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
    // Nobody listens there; the second address has a name that no network knows.
    let urls = "postgres://rongyi:secret@127.0.0.1:1/rongyi postgres://rongyi:secret@nowhere.invalid/rongyi";
    let error = Store::open(urls, true).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("127.0.0.1:1: ") && text.contains("nowhere.invalid:5432: "),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    for answer in [
        Store::open(&url(&folder), false).await,
        Store::open_read_only(&url(&folder)).await,
    ] {
        let error = answer.unwrap_err();
        assert!(matches!(error, StoreError::Missing { .. }), "{error}");
    }
    std::fs::write(
        folder.path().join("账本.db"),
        "not a database, but long enough to be looked at",
    )
    .unwrap();
    let error = Store::open(&url(&folder), true).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
}

#[tokio::test]
async fn a_reader_reads_and_does_not_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&url(&folder), true).await.unwrap();
    let changes = first_block("nanmen", 5);
    store.write(std::slice::from_ref(&changes)).await.unwrap();
    for keep in [true, false] {
        // Beside a running host, and after it has gone.
        let reader = Store::open_read_only(&url(&folder)).await.unwrap();
        let found = reader.stock(&Code::literal("nanmen")).await.unwrap();
        assert_eq!(found, [(ItemNo(1), 5)]);
        let refused = reader.write(&[first_block("west", 1)]).await.unwrap_err();
        assert!(matches!(refused, StoreError::ReadOnly), "{refused}");
        reader.close().await.unwrap();
        if keep {
            store.ping().await.unwrap();
        }
    }
    store.close().await.unwrap();
    let reader = Store::open_read_only(&url(&folder)).await.unwrap();
    let heads = reader.heads(&[Code::literal("nanmen")]).await.unwrap();
    assert_eq!(heads, [(Code::literal("nanmen"), changes.after)]);
}

/// Two programs that start at once both find the tables, and of two first blocks one is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hosts_start_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let address = url(&folder);
    let host = |pieces| {
        let address = address.clone();
        tokio::spawn(async move {
            let store = Store::open(&address, true).await.unwrap();
            store.write(&[first_block("nanmen", pieces)]).await.unwrap()[0]
        })
    };
    let (one, two) = (host(1), host(2));
    let answers = [one.await.unwrap(), two.await.unwrap()];
    assert!(answers.contains(&Written::Done), "{answers:?}");
    assert!(answers.contains(&Written::HeadMoved), "{answers:?}");
}

/// Something that contradicts what is stored is refused whole, with its neighbours, and the store goes on.
#[tokio::test]
async fn a_contradiction_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&url(&folder), true).await.unwrap();
    let mut bad = first_block("east", 3);
    bad.records.push(bad.records[0].clone());
    let error = store
        .write(&[first_block("nanmen", 3), bad])
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Conflict { .. }), "{error}");
    assert_eq!(store.community_codes().await.unwrap(), []);
    let answers = store.write(&[first_block("nanmen", 3)]).await.unwrap();
    assert_eq!(answers, [Written::Done]);
}

/// The journal cannot be changed by accident, and tables refuse what no ledger holds.
#[tokio::test]
async fn the_tables_defend_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&url(&folder), true).await.unwrap();
    store.write(&[first_block("nanmen", 3)]).await.unwrap();
    let mut hand = SqliteConnectOptions::new()
        .filename(folder.path().join("账本.db"))
        .foreign_keys(true)
        .connect()
        .await
        .unwrap();
    for (statement, why) in [
        ("UPDATE record SET body = x'00'", "a record never changes"),
        ("DELETE FROM record", "a record is never removed"),
        ("UPDATE transfer SET amount = 4", "a movement never changes"),
        ("DELETE FROM transfer", "a movement is never removed"),
        ("UPDATE block SET at = 1", "a block never changes"),
        ("DELETE FROM block", "a block is never removed"),
        ("UPDATE balance SET amount = 'many'", "datatype"),
        ("UPDATE balance SET amount = 1000000000001", "CHECK"),
        ("UPDATE resident SET household = -1", "CHECK"),
        ("INSERT INTO resident VALUES (99, 1, 1, x'')", "FOREIGN KEY"),
        ("UPDATE community SET hash = x'00'", "CHECK"),
    ] {
        let error = sqlx::query(statement).execute(&mut hand).await.unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(why) || (why == "datatype" && text.contains("cannot store TEXT")),
            "{statement}: {text}"
        );
    }
    // What a hand breaks all the same is named, not guessed at.
    sqlx::query("UPDATE balance SET account = 63")
        .execute(&mut hand)
        .await
        .unwrap_err();
    sqlx::query("UPDATE balance SET account = 63 WHERE lot = -1 AND amount > 0")
        .execute(&mut hand)
        .await
        .unwrap();
    let error = store
        .all_accounts(&Code::literal("nanmen"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("63"), "{error}");
    let shelf = Account::of_community(AssetNo(1001), Purpose::Shelf);
    let left = store
        .balances(&Code::literal("nanmen"), &[shelf])
        .await
        .unwrap();
    assert_eq!(
        left[0].1.total, 0,
        "its total is gone, and verify will say so"
    );
}

/// A host calls the store from spawned tasks: every future must be able to move between threads.
#[tokio::test]
async fn futures_can_be_spawned() {
    fn spawnable<F: Future + Send>(_: F) {}
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&url(&folder), true).await.unwrap();
    let code = Code::literal("nanmen");
    spawnable(Store::open_read_only(&url(&folder)));
    spawnable(store.frame(&code));
    spawnable(store.load(&code, &[]));
    spawnable(store.write(&[]));
    spawnable(store.entry(&code, 1));
    spawnable(store.passbook(&code, &[], None, 1));
    spawnable(store.find_session(&[0; 32], Instant(0)));
    assert_eq!(
        store.write(&[]).await.unwrap(),
        [],
        "an empty batch is no harm"
    );
    assert!(store.frame(&code).await.unwrap().is_none());
}
