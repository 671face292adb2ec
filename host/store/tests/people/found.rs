//! Residents are found by words that follow their names: written, changed, erased, carried to another engine, and never
//! in another community.

use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::time::Instant;
use rongyi_names::asked;
use rongyi_store::{Found, Store};

use super::nanmen;

async fn look(store: &Store, community: &Code, text: &str) -> Found {
    store.find(community, &asked(text), 20).await.unwrap()
}

async fn numbers(store: &Store, text: &str) -> Vec<u32> {
    let found = look(store, &nanmen(), text).await;
    found.residents.iter().map(|row| row.resident.0).collect()
}

async fn enter(store: &Store, no: u32, name: &str, phone: Option<&str>) -> i64 {
    let id = store.create_person(name, phone, Instant(1)).await.unwrap();
    let salt = [9; 16];
    store
        .link_resident(&nanmen(), ResidentNo(no), id, &salt)
        .await
        .unwrap();
    id
}

/// Two residents of household 11, and a community beside in which the same person lives under another number.
pub(crate) async fn words_follow_names(store: Store) {
    let zeng = enter(&store, 1001, "曾祥", Some("13800138000")).await;
    let shan = enter(&store, 1002, "单玉梅", None).await;
    let home = HouseholdNo(11);
    store
        .put_household(&nanmen(), home, "曾祥家", "榕树巷3栋502")
        .await
        .unwrap();
    for (text, expected) in [
        ("zx", vec![1001]),
        ("zeng", vec![1001]),
        ("ceng", vec![1001]),
        ("sym", vec![1002]),
        ("玉梅", vec![1002]),
        ("8000", vec![1001]),
        ("800", vec![]),
        ("1001", vec![1001]),
        ("01002", vec![1002]),
        ("11", vec![1001, 1002]),
        ("3栋", vec![1001, 1002]),
        ("单 3栋", vec![1002]),
        ("单 4栋", vec![]),
        ("曾祥", vec![1001, 1002]),
        ("13800138000", vec![1001]),
        ("%", vec![]),
        ("1003", vec![]),
    ] {
        assert_eq!(numbers(&store, text).await, expected, "{text:?}");
    }
    let found = look(&store, &nanmen(), "sym").await;
    let row = &found.residents[0];
    assert_eq!(
        (row.name.as_str(), row.household, row.phone.as_deref()),
        ("单玉梅", home, None)
    );
    assert_eq!(
        (row.household_name.as_str(), row.address.as_str()),
        ("曾祥家", "榕树巷3栋502")
    );
    let first = store.find(&nanmen(), &asked("3栋"), 1).await.unwrap();
    assert_eq!((first.residents.len(), first.more), (1, true));

    // Another community sees nobody, whatever is asked.
    let beside = Code::literal("elsewhere");
    for text in ["zx", "8000", "1001", "3栋", "11"] {
        assert_eq!(
            look(&store, &beside, text).await,
            Found::default(),
            "{text:?}"
        );
    }

    store
        .rename_person(shan, "单玉兰", Some("0663 8001234"))
        .await
        .unwrap();
    assert_eq!(numbers(&store, "sym").await, [0; 0]);
    assert_eq!(numbers(&store, "syl").await, [1002]);
    assert_eq!(numbers(&store, "1234").await, [1002]);
    store
        .put_household(&nanmen(), home, "", "桥头路5号")
        .await
        .unwrap();
    assert_eq!(numbers(&store, "3栋").await, [0; 0]);
    assert_eq!(numbers(&store, "桥头").await, [1001, 1002]);

    store.erase_person(zeng, "已删除").await.unwrap();
    for text in ["zx", "曾", "8000", "1001", "已删除", "yishanchu"] {
        assert_eq!(numbers(&store, text).await, [0; 0], "{text:?}");
    }
    assert_eq!(
        numbers(&store, "桥头").await,
        [1002],
        "the erased neighbour is not found with the house"
    );
}

/// What an older program left has words after the next opening, also one that was broken off.
#[tokio::test]
async fn older_names_get_their_words_at_the_next_opening() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("old.db").display());
    let store = super::community(&url).await;
    enter(&store, 1001, "尉迟恭", None).await;
    let erased = enter(&store, 1002, "已删除", None).await;
    store
        .put_household(&nanmen(), HouseholdNo(11), "", "榕树巷3栋")
        .await
        .unwrap();
    store.close().await.unwrap();
    let raw = |sql: &'static str| {
        let options =
            sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("old.db"));
        async move {
            let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap();
            sqlx::Connection::close(connection).await.unwrap();
        }
    };
    raw("DELETE FROM find_word").await;
    raw("UPDATE person_of_resident SET salt = zeroblob(16) WHERE resident = 1002").await;
    raw("INSERT INTO find_fill SELECT community_id, 1, -1 FROM community").await;
    let store = Store::open(&url, false).await.unwrap();
    assert_eq!(numbers(&store, "yuchi").await, [1001]);
    assert_eq!(
        numbers(&store, "3栋").await,
        [1001],
        "nobody who was erased: {erased}"
    );
    store.close().await.unwrap();
    // Killed after the first residents: the rest is made, and what is there stays.
    raw("INSERT INTO find_fill SELECT community_id, 1, 1001 FROM community").await;
    let store = Store::open(&url, false).await.unwrap();
    assert_eq!(numbers(&store, "ycg").await, [1001]);
    store.close().await.unwrap();
}

/// A move carries the words, and the copy of a backup has them.
pub(crate) async fn words_are_carried(from: &str, to: &str) {
    let store = super::community(from).await;
    enter(&store, 1001, "张桂芳", Some("13800138000")).await;
    store
        .put_household(&nanmen(), HouseholdNo(11), "张家", "榕树巷3栋502")
        .await
        .unwrap();
    store.close().await.unwrap();
    rongyi_store::move_to(from, to, &mut |_, _| {})
        .await
        .unwrap();
    let moved = Store::open(to, false).await.unwrap();
    for text in ["桂", "zgf", "8000", "3栋", "1001"] {
        assert_eq!(numbers(&moved, text).await, [1001], "{text:?}");
    }
    moved.close().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    rongyi_store::copy_to(to, &file, &mut |_, _| {})
        .await
        .unwrap();
    let copy = Store::open(&format!("sqlite:{}", file.display()), false)
        .await
        .unwrap();
    assert_eq!(numbers(&copy, "zhang 502").await, [1001]);
}

/// A community of 600, or of as many as `RONGYI_RESIDENTS` says: then it prints how long each question takes
/// (`RONGYI_RESIDENTS=30000 cargo test --workspace --release --test people large -- --nocapture`).
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a measurement needs a stopwatch")]
async fn a_large_community_is_looked_through() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("large.db").display());
    let store = super::community(&url).await;
    store.close().await.unwrap();
    let count = std::env::var("RONGYI_RESIDENTS").ok();
    let count: u32 = count.map_or(600, |count| count.parse().unwrap());
    fill(&folder.path().join("large.db"), count).await;
    let began = std::time::Instant::now();
    let store = Store::open(&url, false).await.unwrap();
    report(format_args!("words made at opening: {:?}", began.elapsed()));
    for text in [
        "桂",
        "zgf",
        "z",
        "zhang",
        "张桂芳",
        "张 3栋",
        "z 3",
        "wang 12栋 502",
        "8000",
        "20077",
        "3栋",
        "榕树",
        "榕树 z",
        "查无此人",
    ] {
        let mut took = Vec::new();
        let mut hits = 0;
        for _ in 0..50 {
            let began = std::time::Instant::now();
            hits = look(&store, &nanmen(), text).await.residents.len();
            took.push(began.elapsed());
        }
        took.sort_unstable();
        assert!(hits <= 20, "{text}: {hits}");
        if text == "查无此人" {
            assert_eq!(hits, 0);
        }
        if ["桂", "z", "zhang", "榕树"].contains(&text) {
            assert!(hits > 0, "{text}");
        }
        report(format_args!(
            "{text:<14} {hits:>2} hits, middle {:?}, worst {:?}",
            took[25], took[49]
        ));
    }
}

#[expect(clippy::print_stderr, reason = "a measurement tells what it measured")]
fn report(line: std::fmt::Arguments<'_>) {
    eprintln!("{line}");
}

/// Invented residents in households of three, written past the store, with their words still to be made.
async fn fill(file: &std::path::Path, count: u32) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let last = 2000 + count;
    let numbers = format!(
        "WITH RECURSIVE n (i) AS (SELECT 2001 UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
    );
    const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢曾单区仇查解翟";
    const GIVEN: &str = "桂芳秀英玉梅明华建国志强丽娟海燕春生文军小平国庆永福金凤美玲";
    let letter = |from: &str, by: &str| {
        let many = from.chars().count();
        format!("substr('{from}', 1 + ({by}) % {many}, 1)")
    };
    let name = [
        letter(SURNAMES, "i * 7 / 3"),
        letter(GIVEN, "i * 11 / 5"),
        letter(GIVEN, "i * 13 / 7"),
    ]
    .join(" || ");
    let all = [
        format!(
            "{numbers} INSERT INTO person (person_id, name, phone, created_at) SELECT i, {name}, '138' || (10000000 + i * 2711), 1 FROM n"
        ),
        format!(
            "{numbers} INSERT INTO resident (community_id, resident, household) SELECT 1, i, 2000 + i / 3 FROM n"
        ),
        format!(
            "{numbers} INSERT INTO person_of_resident (community_id, resident, person_id, salt) SELECT 1, i, i, randomblob(16) FROM n"
        ),
        format!(
            "{numbers} INSERT INTO household_text (community_id, household, name, address) SELECT DISTINCT 1, 2000 + i / 3, {} || '家', \
            '榕树巷' || (i / 3 % 40) || '栋' || (1 + i / 120 % 4) || '单元' || (101 + i / 3 % 20 * 100) FROM n WHERE i % 3 = 0",
            letter(SURNAMES, "i")
        ),
        "INSERT INTO find_fill SELECT community_id, 1, -1 FROM community".to_owned(),
    ];
    for sql in all {
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    sqlx::Connection::close(connection).await.unwrap();
}
