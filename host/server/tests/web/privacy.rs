//! Who read what is kept about somebody, as the person sees it; and how people stand in public lists.

use rongyi_core::account::Holder;
use rongyi_core::ids::{HouseholdNo, ResidentNo};
use rongyi_core::time::Instant;
use rongyi_server::door::Kind;
use rongyi_server::{door, jobs};

use crate::app::{TestApp, code};

const API: &str = "/api/v1/communities/nanmen";

/// Who read what of a resident, and how often, on record.
async fn readings(app: &TestApp, resident: u32) -> Vec<(String, String, String, u64)> {
    let store = &app.house.store;
    let nanmen = code("nanmen");
    let lines = store.reads_of(&nanmen, ResidentNo(resident), 100);
    let line = |reading: rongyi_store::ReadLine| {
        (
            reading.reader.to_string(),
            reading.kind,
            reading.door,
            reading.reads,
        )
    };
    lines.await.unwrap().into_iter().map(line).collect()
}

#[tokio::test]
async fn every_reading_of_somebodys_data_leaves_a_line_that_they_see() {
    let app = TestApp::new().await;
    let entry = app.earn("r-1", "waste.food", 1001, 100).await;
    let resident_path = format!("{API}/residents/1001");
    let mut boss = app.signed_in("boss").await;
    boss.get(&format!("{resident_path}/balance")).await.is(200);
    // It is there before the answer is, whatever becomes of the host.
    assert_eq!(readings(&app, 1001).await.len(), 1);
    for _ in 0..2 {
        boss.get(&format!("{resident_path}/balance")).await.is(200);
    }
    boss.get(&format!("{resident_path}/passbook")).await.is(200);
    boss.get(&format!("{resident_path}/past-balance?at=2026-11-22"))
        .await
        .is(200);
    let mut check = app.signed_in("check").await;
    check.get(&format!("{API}/entries/{entry}")).await.is(200);
    check
        .get(&format!("{API}/entries/{entry}/proof"))
        .await
        .is(200);
    let mut program = app.device("people").await;
    program
        .get(&format!("{resident_path}/balance"))
        .await
        .is(200);
    // Who was refused has read nothing, and what is one's own is no reading by others.
    app.signed_in("shop")
        .await
        .get(&format!("{resident_path}/balance"))
        .await
        .is(403);
    let mut me = app.signed_in("1001").await;
    me.get(&format!("{resident_path}/balance")).await.is(200);
    me.get("/nanmen/home").await.is(200);

    jobs::read_log(&app.house).await.unwrap();
    let found = readings(&app, 1001).await;
    let mut kinds: Vec<_> = found
        .iter()
        .map(|(reader, kind, door, reads)| {
            let who = reader.split('/').next().unwrap();
            (who, kind.as_str(), door.as_str(), *reads)
        })
        .collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        [
            ("staff", "balance", "api", 4),
            ("staff", "entry", "api", 1),
            ("staff", "passbook", "api", 1),
            ("staff", "proof", "api", 1),
            ("token", "balance", "api", 1),
        ]
    );
    // Points are the household's: an entry is everybody's of it, a balance only whose it was asked.
    let of_1002 = readings(&app, 1002).await;
    let kinds: Vec<_> = of_1002.iter().map(|reading| reading.1.as_str()).collect();
    assert_eq!(kinds, ["entry", "proof"]);
    assert_eq!(readings(&app, 2001).await, []);

    let page = me.get("/nanmen/me/privacy").await;
    page.is(200).says(&[
        "谁看过我的资料",
        "工作人员 王*",
        "看了余额",
        "4 次",
        "设备",
        "看了一笔账",
        "保留 12 个月",
    ]);
    let file = me.get("/nanmen/me/data.json").await.is(200).json();
    assert_eq!(file["read_by"].as_array().unwrap().len(), 5, "{file}");

    // Another hour is another line.
    app.clock
        .set(Instant(app.house.clock.now().0 + 3_600_000_000));
    boss.get(&format!("{resident_path}/balance")).await.is(200);
    jobs::read_log(&app.house).await.unwrap();
    assert_eq!(readings(&app, 1001).await.len(), 6);
    app.clock.advance_days(30 * 12);
    jobs::read_log(&app.house).await.unwrap();
    assert_eq!(
        readings(&app, 1001).await.len(),
        6,
        "kept for twelve months"
    );
    app.clock.advance_days(31);
    jobs::read_log(&app.house).await.unwrap();
    assert_eq!(readings(&app, 1001).await, []);
    app.end().await;
}

/// What the lists of a period ask, at the terminal: everybody of a household stands in its line.
#[tokio::test]
async fn a_list_in_which_somebody_stands_is_a_reading_too() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    let holders = [
        Holder::Household(HouseholdNo(3)),
        Holder::Resident(ResidentNo(2001)),
        Holder::Community,
    ];
    let store = &app.house.store;
    let whose = door::whose(store, &nanmen, holders.into_iter()).await;
    let whose = whose.unwrap();
    assert_eq!(whose, [1001, 1002, 2001].map(ResidentNo));
    for _ in 0..2 {
        let read = app.house.read_here(&nanmen, Kind::List, &whose).await;
        read.unwrap();
    }
    jobs::read_log(&app.house).await.unwrap();
    for resident in [1001, 1002, 2001] {
        let found = readings(&app, resident).await;
        let [(reader, kind, door, reads)] = found.as_slice() else {
            panic!("{resident}: {found:?}")
        };
        assert!(reader.starts_with("terminal/"), "{reader}");
        assert_eq!(
            (kind.as_str(), door.as_str(), *reads),
            ("list", "terminal", 2)
        );
    }
    app.end().await;
}

#[tokio::test]
async fn public_lists_name_people_as_they_said_and_children_not_at_all() {
    let app = TestApp::with_notice().await;
    app.earn("c-1", "council.attend", 1001, 1).await;
    let page = async || {
        app.browser()
            .get("/nanmen/notice")
            .await
            .is(200)
            .text
            .clone()
    };
    let shown = async |name: bool, masked: bool, what: &str| {
        let text = page().await;
        assert_eq!(text.contains("陈桂芳"), name, "{what}: {text}");
        assert_eq!(text.contains("陈*芳"), masked, "{what}: {text}");
        assert!(
            !text.contains("1001 号"),
            "{what}: a number is as good as a name"
        );
        assert!(
            text.contains("积分公示") && text.contains("议事"),
            "the award stays: {text}"
        );
    };
    shown(false, true, "by default").await;
    let mut me = app.signed_in("1001").await;
    let form = "/nanmen/me/privacy";
    me.get(form)
        .await
        .is(200)
        .says(&["陈*芳", "显示全名“陈桂芳”"]);
    me.post(form, &[("listing", "named")]).await.is(303);
    shown(true, false, "with consent").await;
    me.post(form, &[("listing", "hidden")]).await.is(303);
    shown(false, false, "not at all").await;
    me.post(form, &[("listing", "everything")]).await.is(422);
    shown(false, false, "a word that is none changes nothing").await;

    // For somebody without a telephone, at the counter.
    let desk = "/nanmen/listing";
    let mut check = app.signed_in("check").await;
    check
        .get(desk)
        .await
        .is(200)
        .says(&["公开名单", "居民号码"]);
    let sent = [("resident", " １００１ "), ("listing", "named")];
    check.post(desk, &sent).await.is(303);
    shown(true, false, "set by staff").await;
    let sent = [("resident", "9999"), ("listing", "named")];
    check.post(desk, &sent).await.is(404).says(&["9999"]);
    let child = [("resident", "1001"), ("minor", "yes")];
    check.post(desk, &child).await.is(303);
    shown(false, false, "a child").await;
    me.post(form, &[("listing", "named")]).await.is(303);
    shown(false, false, "a child, whatever was said").await;
    me.get(form).await.is(200).says(&["未成年人"]);
    app.signed_in("lead").await.get(desk).await.is(403);
    app.end().await;
}
