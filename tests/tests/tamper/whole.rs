//! What `verify` should find at all: ledgers that are gone, rows that belong to none, and a database that is not what
//! the migrations made; and what `serve` does before it opens a door.

use std::path::Path;

use rongyi_tests::{Cluster, Done, Installation, Serving};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

use super::{OURS, change, open, unlock};

/// What is done to a copy of the file, and what must be named. Parts of a change stand between semicolons.
const DAMAGE: &[(&str, &str, &str)] = &[
    (
        "a community's line",
        "DELETE FROM community WHERE code = 'longshi'",
        "community longshi: its ledger is missing",
    ),
    (
        "rows of a community whose line is gone",
        "DELETE FROM community WHERE code = 'longshi'",
        "table record",
    ),
    (
        "a migration's checksum",
        "UPDATE _sqlx_migrations SET checksum = zeroblob(48) WHERE version = 1",
        "migration 0001",
    ),
    (
        "a migration's line",
        "DELETE FROM _sqlx_migrations WHERE version = 2",
        "migration 0002",
    ),
    (
        "a trigger that is gone",
        "DROP TRIGGER record_never_goes",
        "trigger record_never_goes",
    ),
    (
        "a unique index that is gone",
        "DROP INDEX orders_by_code",
        "index orders_by_code",
    ),
    (
        "an index that is gone",
        "DROP INDEX fate_by_state",
        "index fate_by_state",
    ),
    (
        "a view in the place of a table",
        "ALTER TABLE item RENAME TO item_2; CREATE VIEW item AS SELECT * FROM item_2",
        "table item: a view stands in the place",
    ),
    (
        "a trigger of somebody else's",
        "CREATE TRIGGER generous AFTER INSERT ON record BEGIN UPDATE balance SET amount = amount + 1 WHERE lot = -1; END",
        "trigger generous",
    ),
    (
        "an index that refuses rows",
        "CREATE UNIQUE INDEX one_each ON record (community_id, seq)",
        "index one_each",
    ),
    (
        "a check that is gone",
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'CHECK (amount BETWEEN 1 AND 1000000000000)', '') WHERE name = 'transfer'",
        "table transfer: it is defined otherwise",
    ),
    (
        "a person whom somebody is linked to",
        "DELETE FROM person WHERE person_id = (SELECT min(person_id) FROM person_of_resident)",
        "table person_of_resident: 1 rows name a person",
    ),
    (
        "a link of a resident whom nobody knows",
        "INSERT INTO person_of_resident (community_id, resident, person_id, salt) SELECT community_id, 987654, person_id, salt FROM person_of_resident LIMIT 1",
        "resident 987654",
    ),
    (
        "a colleague's name",
        "UPDATE staff SET name = '别人' WHERE staff_id = 1",
        "staff/1 (",
    ),
    (
        "a colleague's role",
        "UPDATE staff SET role = 'auditor' WHERE staff_id = 1",
        "the role was operator, it is auditor",
    ),
    (
        "a colleague's password",
        "UPDATE staff SET password_hash = (SELECT password_hash FROM staff WHERE staff_id = 2) WHERE staff_id = 1",
        "the password is another one",
    ),
    (
        "a colleague nobody entered",
        "INSERT INTO staff (community_id, login, name, role, password_hash) SELECT community_id, 'ghost', '影子', 'operator', password_hash FROM staff WHERE staff_id = 1",
        "nobody was entered under this number",
    ),
    (
        "a deed of long ago",
        "UPDATE staff SET active = 0 WHERE staff_id = 1; UPDATE access_record SET what = 'disable' WHERE kind = 'staff' AND subject_id = 1",
        "active was true, it is false",
    ),
    (
        "who did a step of a case",
        "DROP TRIGGER case_step_never_changes; \
         UPDATE case_step SET actor = 'staff/9' WHERE case_no = 1 AND step_no = 0; \
         CREATE TRIGGER case_step_never_changes BEFORE UPDATE ON case_step BEGIN SELECT RAISE(ABORT, 'a step never changes'); END",
        "case 1, step 0: it was changed",
    ),
    (
        "a step of a case that is gone",
        "DROP TRIGGER case_step_never_goes; DELETE FROM case_step WHERE case_no = 1 AND step_no = 1; \
         CREATE TRIGGER case_step_never_goes BEFORE DELETE ON case_step BEGIN SELECT RAISE(ABORT, 'a step is never removed'); END",
        "case 1, step 1: it was removed",
    ),
    (
        "a step that nobody did",
        "INSERT INTO case_step (community_id, case_no, step_no, at, actor, word, argument, texts, token) \
         SELECT community_id, case_no, 999, at, actor, 'note', '', x'', NULL FROM case_step WHERE case_no = 1 AND step_no = 0",
        "case 1, step 999: it was put in",
    ),
    (
        "what somebody wrote in a case",
        "UPDATE case_text SET text = '别的话' WHERE case_no = 1 AND step_no = 0",
        "case 1, step 0: its words, photos or papers are not those",
    ),
];

/// With the configuration, on another file.
fn verify(installation: &Installation, file: &Path) -> Done {
    let url = format!("sqlite://{}", file.display());
    let mut command = installation.command(&["verify", "--decisions", "none"]);
    command.env("RONGYI_DATABASE_URL", url);
    command.output().unwrap().into()
}

/// Until the ledgers of so many communities have a record of this kind.
async fn booked(installation: &Installation, kind: u8, communities: i64, tenths: u32) {
    let mut file = open(installation.database()).await;
    for _ in 0..tenths {
        let count: i64 =
            sqlx::query("SELECT count(DISTINCT community_id) FROM record WHERE kind = ?")
                .bind(kind)
                .fetch_one(&mut file)
                .await
                .unwrap()
                .get(0);
        if count >= communities {
            file.close().await.unwrap();
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("after {tenths} tenths of a second there is no record {kind}");
}

/// Until the lists of staff of all communities are sealed, which a host does as soon as it stands.
async fn sealed(installation: &Installation) {
    booked(installation, 26, 3, 300).await;
}

/// Until the steps of cases of the month before are sealed: some minutes later only where the community's day has just begun.
async fn cases_sealed(installation: &Installation) {
    booked(installation, 34, 1, 4_000).await;
}

async fn copied(installation: &Installation) -> SqliteConnection {
    let mut file = open(installation.database()).await;
    change(&mut file, "PRAGMA wal_checkpoint(TRUNCATE)".to_owned()).await;
    file.close().await.unwrap();
    let copy = installation.folder().join("copy.db");
    std::fs::copy(installation.database(), &copy).unwrap();
    open(&copy).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_belongs_to_none_is_named() {
    let (installation, serving) = Installation::demo();
    sealed(&installation).await;
    cases_sealed(&installation).await;
    drop(serving);
    let said = installation.must(&["verify", "--decisions", "none"]);
    assert!(said.out.contains("staff sealed on"), "{said:?}");
    let copy = installation.folder().join("copy.db");
    let mut wrong = Vec::new();
    for (what, statements, place) in DAMAGE {
        let mut file = copied(&installation).await;
        let done = sqlx::raw_sql(AssertSqlSafe((*statements).to_owned()))
            .execute(&mut file)
            .await;
        assert!(done.is_ok(), "{what}: {done:?}");
        file.close().await.unwrap();
        let said = verify(&installation, &copy);
        if said.code != Some(1) || !said.err.contains(place) {
            wrong.push(format!("{what}: “{place}” is not named: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // Rows of every table whose community is not there.
    let mut file = copied(&installation).await;
    let tables = sqlx::query("SELECT m.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c ON c.name = 'community_id' WHERE m.type = 'table' AND m.name <> 'community'")
        .fetch_all(&mut file)
        .await
        .unwrap();
    unlock(&mut file).await;
    let mut moved = Vec::new();
    for table in tables {
        let table: String = table.get(0);
        let statement = format!(
            "UPDATE {table} SET community_id = 999 WHERE {}",
            OURS.replace("nanmen", "longshi")
        );
        if change(&mut file, statement).await > 0 {
            moved.push(table);
        }
    }
    file.close().await.unwrap();
    assert!(moved.len() > 12, "only {moved:?} have rows");
    let said = verify(&installation, &copy);
    assert_eq!(said.code, Some(1), "{said:?}");
    for table in moved {
        let place = format!("table {table}: ");
        assert!(said.err.contains(&place), "{place}: {said:?}");
    }

    // Nothing at all.
    let mut file = copied(&installation).await;
    unlock(&mut file).await;
    for table in ["record", "transfer", "block", "balance", "community"] {
        change(&mut file, format!("DELETE FROM {table}")).await;
    }
    file.close().await.unwrap();
    let said = verify(&installation, &copy);
    assert_eq!(said.code, Some(1), "{said:?}");
    for community in ["nanmen", "longshi", "jinxian"] {
        let place = format!("community {community}: its ledger is missing");
        assert!(said.err.contains(&place), "{place}: {said:?}");
    }
    let url = format!("sqlite://{}", copy.display());
    let mut file = open(&copy).await;
    for table in ["component", "params", "person", "session", "staff"] {
        change(&mut file, format!("DELETE FROM {table}")).await;
    }
    file.close().await.unwrap();
    let said = installation.run_alone(&["verify", "--database", &url]);
    assert_eq!(
        said.code,
        Some(1),
        "an empty database is no proof: {said:?}"
    );
}

/// What is explained is sealed by the next host; what is not stays to be seen until somebody answers for it.
#[tokio::test(flavor = "multi_thread")]
async fn staff_who_were_changed_by_other_hands_are_answered_for() {
    let (installation, serving) = Installation::demo();
    sealed(&installation).await;
    drop(serving);
    let verify = ["verify", "--decisions", "none"];
    let mut file = open(installation.database()).await;
    let logins = "SELECT login FROM staff WHERE community_id = (SELECT community_id FROM community WHERE code = 'nanmen') ORDER BY role <> 'shopkeeper'";
    let login: String = sqlx::query(logins)
        .fetch_one(&mut file)
        .await
        .unwrap()
        .get(0);
    // By the program: nothing is wrong, before it is sealed and after.
    installation.must(&["staff", "disable", "-c", "nanmen", "--login", &login]);
    installation.must(&verify);
    let lists = "SELECT count(*) FROM record WHERE kind = 26";
    let before: i64 = sqlx::query(lists)
        .fetch_one(&mut file)
        .await
        .unwrap()
        .get(0);
    let serving = installation.serve();
    for _ in 0..300 {
        let now: i64 = sqlx::query(lists)
            .fetch_one(&mut file)
            .await
            .unwrap()
            .get(0);
        if now == before + 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    drop(serving);
    let now: i64 = sqlx::query(lists)
        .fetch_one(&mut file)
        .await
        .unwrap()
        .get(0);
    assert_eq!(now, before + 1, "one community's staff have changed");
    installation.must(&verify);
    // By other hands.
    let statement = format!("UPDATE staff SET active = 1 WHERE login = '{login}'");
    change(&mut file, statement).await;
    file.close().await.unwrap();
    let said = installation.run(&verify);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("no deed since then says why"), "{said:?}");
    installation.must(&[
        "staff",
        "seal",
        "-c",
        "nanmen",
        "--reason",
        "从备份找回账号",
    ]);
    installation.must(&verify);
}

/// From a checkpoint the rows that something touched since are compared, and all of them where that is asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_counter_shows_from_a_checkpoint_when_it_was_touched_or_all_rows_are_asked() {
    let (installation, serving) = Installation::demo();
    drop(serving);
    let kept = installation.folder().join("ok.checkpoint");
    let kept = kept.to_str().unwrap();
    let mut file = open(installation.database()).await;
    // Under months of a century on or back, they are rows that no event made.
    let moved = |months: &str| {
        format!(
            "UPDATE counter SET month = month {months} WHERE {OURS} AND month > 0 AND kind = 'waste.food'"
        )
    };
    let verify = ["verify", "-c", "nanmen", "--since", kept];
    let all = [&verify[..], &["--all-rows"]].concat();
    installation.must(&["verify", "-c", "nanmen", "--checkpoint", kept]);
    assert!(change(&mut file, moved("+ 1200")).await > 0);
    installation.must(&verify);
    let said = installation.run(&all);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("counter CounterKey"), "{said:?}");
    change(&mut file, moved("- 1200")).await;
    installation.must(&all);

    let sheet = "external_ref,kind,resident,occurred_at,quantity,note\nNEW-1,waste.food,1014,2026-11-21,1,\n";
    let sheet = installation.file("new.csv", sheet);
    installation.must(&["import", "events", "-c", "nanmen", sheet.to_str().unwrap()]);
    installation.must(&verify);
    change(&mut file, moved("+ 1200")).await;
    let said = installation.run(&verify);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("counter CounterKey"), "{said:?}");
    // As it was: the installation is verified when it goes.
    change(&mut file, moved("- 1200")).await;
    file.close().await.unwrap();
}

/// From a checkpoint what was recorded before is not read again, but every balance is compared.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_balance_shows_from_a_checkpoint_too() {
    let (installation, serving) = Installation::demo();
    drop(serving);
    let kept = installation.folder().join("ok.checkpoint");
    let kept = kept.to_str().unwrap();
    installation.must(&["verify", "-c", "nanmen", "--checkpoint", kept]);
    installation.must(&["verify", "-c", "nanmen", "--since", kept]);
    let mut file = open(installation.database()).await;
    let by = |sign: char| {
        format!(
            "UPDATE balance SET amount = amount {sign} 1 WHERE {OURS} AND (community_id, account, lot) IN (SELECT community_id, account, lot FROM balance WHERE {OURS} ORDER BY account, lot LIMIT 1)"
        )
    };
    assert_eq!(change(&mut file, by('+')).await, 1);
    let said = installation.run(&["verify", "-c", "nanmen", "--since", kept]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("balance Account"), "{said:?}");
    // As it was: the installation is verified when it goes.
    assert_eq!(change(&mut file, by('-')).await, 1);
    file.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_or_empty_database_opens_no_door() {
    let (installation, serving) = Installation::demo();
    drop(serving);
    copied(&installation).await.close().await.unwrap();
    let old = installation.folder().join("copy.db");
    // Somebody books on, and what is then is published.
    let households = installation.file("more.csv", "household,name,address\n901,新户,\n");
    let residents = installation.file(
        "new.csv",
        "resident,household,name,phone\n9001,901,新居民,\n",
    );
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    installation.must(&["household", "import", "-c", "nanmen", &text(&households)]);
    let pins = installation.folder().join("pins.txt");
    let residents = text(&residents);
    let pins = text(&pins);
    installation.must(&[
        "resident", "import", "-c", "nanmen", &residents, "--pins", &pins,
    ]);
    let heads = installation.database().with_file_name("heads");
    std::fs::create_dir_all(&heads).unwrap();
    let heads = text(&heads.join("2099-12.txt"));
    installation.must(&["heads", "--out", &heads]);
    let newest = installation.folder().join("newest.db");
    let mut file = open(installation.database()).await;
    change(&mut file, "PRAGMA wal_checkpoint(TRUNCATE)".to_owned()).await;
    file.close().await.unwrap();
    std::fs::copy(installation.database(), &newest).unwrap();

    let put = |from: &Path| {
        for end in ["-wal", "-shm"] {
            let mut name = installation.database().as_os_str().to_owned();
            name.push(end);
            let _ = std::fs::remove_file(name);
        }
        std::fs::copy(from, installation.database()).unwrap();
    };
    let none = text(&installation.file("none.csv", "household,name,address\n902,一户,\n"));
    let refused = |what: &str, says: &str| {
        for arguments in [
            vec!["serve"],
            vec!["household", "import", "-c", "nanmen", none.as_str()],
        ] {
            let said = installation.run(&arguments);
            assert_eq!(said.code, Some(1), "{what}: {said:?}");
            assert!(said.err.contains("heads.apart"), "{what}: {said:?}");
            assert!(said.err.contains(says), "{what}: {said:?}");
            assert!(said.err.contains("--accept-heads"), "{what}: {said:?}");
        }
    };
    put(&old);
    refused("an older backup", "nanmen");
    let said = installation.run(&["verify", "--decisions", "none"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("its tail was cut off"), "{said:?}");
    let said = installation.run(&["verify", "--decisions", "none", "--without-heads"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    std::fs::remove_file(installation.database()).unwrap();
    refused("no database", "this database has no ledger of it");
    assert!(!installation.database().exists(), "nothing was made");
    put(&newest);
    installation.must(&["verify", "--decisions", "none"]);

    // On purpose, and everybody can read it.
    put(&old);
    let accepted = installation.command(&["serve", "--accept-heads", "磁盘坏了，用昨天的备份"]);
    drop(Serving::start(accepted));
    let said = installation.must(&["verify", "--decisions", "none"]);
    assert!(said.out.contains("磁盘坏了，用昨天的备份"), "{said:?}");
    let published = std::fs::read_to_string(&heads).unwrap();
    assert!(published.contains("# restored nanmen "), "{published}");
    drop(installation.serve());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_server_is_held_to_the_same() {
    let cluster = Cluster::start();
    let url = cluster.database("whole");
    let (installation, serving) = Installation::demo_at(&url);
    drop(serving);
    installation.must(&["verify", "--decisions", "none"]);
    let damage = [
        (
            "a trigger that is gone",
            "DROP TRIGGER record_never_changes ON record",
            "trigger record.record_never_changes",
        ),
        (
            "a trigger that is switched off",
            "ALTER TABLE block DISABLE TRIGGER block_never_changes",
            "trigger block.block_never_changes",
        ),
        (
            "a rule that swallows rows",
            "CREATE RULE deaf AS ON INSERT TO text DO INSTEAD NOTHING",
            "rule text.deaf",
        ),
        (
            "an index that is gone",
            "DROP INDEX orders_by_code",
            "index orders_by_code",
        ),
        (
            "a check that is gone",
            "ALTER TABLE transfer DROP CONSTRAINT transfer_amount_check",
            "constraint transfer.transfer_amount_check",
        ),
        (
            "a view in the place of a table",
            "ALTER TABLE waiting RENAME TO waiting_2; CREATE VIEW waiting AS SELECT * FROM waiting_2",
            "table waiting: a view stands in the place",
        ),
        (
            "a row of no community",
            "INSERT INTO balance (community_id, account, lot, amount, last) SELECT 999, account, lot, amount, last FROM balance LIMIT 1",
            "table balance: 1 rows belong to a community that is not there",
        ),
        (
            "a migration's checksum",
            "UPDATE _sqlx_migrations SET checksum = decode(repeat('00', 48), 'hex') WHERE version = 1",
            "migration 0001",
        ),
        (
            "half a move",
            "CREATE TABLE moving (source TEXT NOT NULL)",
            "move",
        ),
    ];
    let mut wrong = Vec::new();
    for (what, statements, place) in damage {
        cluster.sql("CREATE DATABASE damaged TEMPLATE whole");
        let other = url.replace("/whole", "/damaged");
        cluster.sql_at(&other, statements);
        let mut command = installation.command(&["verify", "--decisions", "none"]);
        command.env("RONGYI_DATABASE_URL", other);
        let said: Done = command.output().unwrap().into();
        if said.code != Some(1) || !said.err.contains(place) {
            wrong.push(format!("{what}: “{place}” is not named: {said:?}"));
        }
        cluster.sql("DROP DATABASE damaged WITH (FORCE)");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
