//! Finding anybody, and the resident's page of the office: who may, what is found and shown, what is put on record, and that
//! from there nothing is booked for somebody whose name was not shown.

use rongyi_core::ids::{HouseholdNo, ResidentNo};

use crate::app::{TestApp, code};

const API: &str = "/api/v1/communities/nanmen";

async fn person(app: &TestApp, number: u32) -> i64 {
    let store = &app.house.store;
    let nanmen = code("nanmen");
    let person = store.resident_person(&nanmen, ResidentNo(number)).await;
    person.unwrap().unwrap().person_id
}

/// 1001 becomes 曾祥 with a telephone, 2001 单玉梅; household 3 gets an address.
async fn renamed(app: &TestApp) {
    let store = &app.house.store;
    let phone = Some("138 0013 8000");
    let (zeng, shan) = (person(app, 1001).await, person(app, 2001).await);
    store.rename_person(zeng, "曾祥", phone).await.unwrap();
    store.rename_person(shan, "单玉梅", None).await.unwrap();
    let home = HouseholdNo(3);
    let nanmen = code("nanmen");
    let put = store.put_household(&nanmen, home, "曾家", "榕树巷3栋502");
    put.await.unwrap();
}

async fn kinds_read(app: &TestApp, resident: u32) -> Vec<String> {
    let store = &app.house.store;
    let nanmen = code("nanmen");
    let lines = store.reads_of(&nanmen, ResidentNo(resident), 100);
    let lines = lines.await.unwrap();
    lines.into_iter().map(|line| line.kind).collect()
}

#[tokio::test]
async fn anybody_is_found_by_whatever_is_known() {
    let app = TestApp::new().await;
    renamed(&app).await;
    let mut office = app.signed_in("check").await;
    let page = office.get("/nanmen/residents").await;
    page.is(200).says(&["找哪一位", "role=\"search\""]);
    for (typed, found, not) in [
        ("zx", "曾祥", "单玉梅"),
        ("zeng", "曾祥", "单玉梅"),
        ("sym", "单玉梅", "曾祥"),
        ("%E7%8E%89", "单玉梅", "曾祥"),
        ("8000", "曾祥", "单玉梅"),
        ("01001", "曾祥", "单玉梅"),
        ("3%E6%A0%8B", "曾祥", "单玉梅"),
        ("502+zeng", "曾祥", "陈小满"),
    ] {
        let page = office.get(&format!("/nanmen/residents?q={typed}")).await;
        page.is(200).says(&[found]);
        assert!(!page.text.contains(not), "{typed}: {}", page.text);
    }
    let page = office.get("/nanmen/residents?q=502").await;
    page.is(200).says(&[
        "找到 2 位",
        "/nanmen/residents/1001\"",
        "曾家 · 第 3 户",
        "榕树巷3栋502",
        "尾号 8000",
    ]);
    office
        .get("/nanmen/residents?q=nobody")
        .await
        .is(200)
        .says(&["没有找到"]);
    let nasty = office.get("/nanmen/residents?q=%22%3E%3Cscript%3E").await;
    assert!(!nasty.text.contains("<script>"), "{}", nasty.text);
    // The person sees that they stood in a list, and by whom.
    assert!(kinds_read(&app, 1001).await.contains(&"list".to_owned()));
    app.end().await;
}

#[tokio::test]
async fn each_role_gets_what_it_needs_and_no_more() {
    let app = TestApp::new().await;
    renamed(&app).await;
    let found = "/nanmen/residents?q=zx";
    for (login, link) in [
        ("shop", "/nanmen/residents/1001/order\""),
        ("lead", "/nanmen/record?resident=1001\""),
        ("check", "/nanmen/residents/1001\""),
        ("boss", "/nanmen/residents/1001\""),
    ] {
        let mut who = app.signed_in(login).await;
        let page = who.get(found).await;
        page.is(200).says(&["曾祥", "1001", "曾家", link]);
        let tail = ["check", "boss"].contains(&login);
        assert_eq!(
            page.text.contains("尾号 8000"),
            tail,
            "{login}: {}",
            page.text
        );
        let opened = who.get("/nanmen/residents/1001").await;
        assert_eq!(opened.status == 200, tail, "{login}: {}", opened.status);
        let answer = who.get(&format!("{API}/residents?q=zx")).await;
        answer.is(200);
        assert_eq!(answer.json()["residents"][0]["resident"], 1001, "{login}");
        // Everybody who may look has the field on every page of theirs.
        let pin = who.get("/nanmen/notice").await;
        pin.is(200).says(&["class=\"bar-find\""]);
    }
    let mut resident = app.signed_in("1002").await;
    assert_ne!(resident.get(found).await.status, 200);
    resident.get(&format!("{API}/residents?q=zx")).await.is(403);
    let mut program = app.device("people").await;
    let answer = program
        .get(&format!("{API}/residents?q=sym"))
        .await
        .is(200)
        .json();
    assert_eq!(answer["residents"][0]["name"], "单玉梅");
    assert_eq!(answer["more"], false);
    app.device("read")
        .await
        .get(&format!("{API}/residents?q=sym"))
        .await
        .is(403);
    app.end().await;
}

#[tokio::test]
async fn another_community_and_the_erased_are_found_by_nothing() {
    let app = TestApp::new().await;
    renamed(&app).await;
    let mut office = app.signed_in("boss").await;
    // Staff of one community are nobody in the other.
    assert_ne!(office.get("/jinxian/residents?q=zx").await.status, 200);
    let (jinxian, asked) = (code("jinxian"), rongyi_names::asked("zx"));
    let nothing = app.house.store.find(&jinxian, &asked, 20).await.unwrap();
    assert!(nothing.residents.is_empty());
    let id = person(&app, 1001).await;
    let wish = rongyi_server::people::own::Wish::Own;
    rongyi_server::people::own::erase(&app.house, id, &wish, false)
        .await
        .unwrap();
    for typed in ["zx", "8000", "1001", "%E5%B7%B2%E5%88%A0%E9%99%A4"] {
        let page = office.get(&format!("/nanmen/residents?q={typed}")).await;
        page.is(200).says(&["没有找到"]);
    }
    office.get("/nanmen/residents/1001").await.is(404);
    office.get("/nanmen/residents/1001/data.json").await.is(404);
    office.get("/nanmen/residents/1001/order").await.is(404);
    app.end().await;
}

#[tokio::test]
async fn the_residents_page_has_everything_and_leaves_its_line() {
    let app = TestApp::new().await;
    renamed(&app).await;
    let entry = app.earn("f-1", "waste.food", 1001, 300).await;
    let mut office = app.signed_in("boss").await;
    let page = office.get("/nanmen/residents/1001").await;
    let number = format!("第 {entry} 笔");
    let why = format!("/nanmen/residents/1001/passbook/{entry}\"");
    let reverse = format!("/nanmen/amend?entry={entry}#found\"");
    page.is(200).says(&[
        "曾祥",
        "1001",
        "曾家 · 第 3 户",
        "榕树巷3栋502",
        "尾号 8000",
        "陈小满",
        "/nanmen/residents/1002\"",
        &number,
        &why,
        &reverse,
        "/nanmen/record?resident=1001\"",
        "/nanmen/residents/1001/order\"",
        "/nanmen/amend?resident=1001#adjust\"",
        "/nanmen/listing?resident=1001\"",
        "/nanmen/residents/1001/data.json\"",
        "要两个人",
    ]);
    let read = kinds_read(&app, 1001).await;
    assert!(read.contains(&"resident".to_owned()), "{read:?}");
    assert!(
        kinds_read(&app, 1002).await.contains(&"list".to_owned()),
        "who is named beside sees that too"
    );
    office
        .get(&format!("/nanmen/residents/1001/passbook/{entry}"))
        .await
        .is(200)
        .says(&["冲正这一笔", "回到居民页"]);
    // Somebody else's line is not theirs, and no number of nobody has a page.
    assert_ne!(
        office
            .get(&format!("/nanmen/residents/2001/passbook/{entry}"))
            .await
            .status,
        200
    );
    office.get("/nanmen/residents/4711").await.is(404);
    let amend = office.get(&format!("/nanmen/amend?entry={entry}")).await;
    amend.is(200).says(&["曾家"]);
    office
        .get("/nanmen/amend?resident=1001")
        .await
        .is(200)
        .says(&["给：曾祥", "value=\"1001\""]);
    office
        .get("/nanmen/listing?resident=1001")
        .await
        .is(200)
        .says(&["曾祥", "value=\"1001\""]);
    let reset = office.post("/nanmen/reset", &[("number", "1001")]).await;
    reset.is(200).says(&["是这位居民吗", "曾祥"]);
    let file = office.get("/nanmen/residents/1001/data.json").await;
    file.is(200).says(&["曾祥", "138 0013 8000"]);
    assert!(kinds_read(&app, 1001).await.contains(&"person".to_owned()));
    // A reviewer opens the page, and what is not theirs is not offered.
    let mut reviewer = app.signed_in("check").await;
    let page = reviewer.get("/nanmen/residents/1001").await;
    page.is(200).says(&["曾祥", &number]);
    for hidden in ["/order\"", "data.json"] {
        assert!(!page.text.contains(hidden), "{hidden}: {}", page.text);
    }
    app.signed_in("1001")
        .await
        .get("/nanmen/me/privacy")
        .await
        .says(&["打开了您的居民页"]);
    app.end().await;
}

#[tokio::test]
async fn the_name_is_shown_before_anything_is_recorded() {
    let app = TestApp::new().await;
    renamed(&app).await;
    let mut leader = app.signed_in("lead").await;
    leader
        .get("/nanmen/record?resident=1001")
        .await
        .is(200)
        .says(&["给：曾祥", "&amp;resident=1001\""]);
    let form = leader
        .get("/nanmen/record?kind=waste.food&resident=1001")
        .await;
    form.is(200).says(&["给：曾祥 · 曾家"]);
    assert_eq!(
        (form.hidden("resident"), form.hidden("shown")),
        ("1001".to_owned(), "1001".to_owned())
    );
    let send = |shown: &str, resident: &str, key: String| {
        [
            ("kind", "waste.food"),
            ("on", "2026-11-23"),
            ("quantity", "7.5"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into_iter()
        .chain([
            ("shown".to_owned(), shown.to_owned()),
            ("resident".to_owned(), resident.to_owned()),
            ("key".to_owned(), key),
        ])
        .collect::<Vec<_>>()
    };
    let balance = async |who: u32| {
        let me = app
            .signed_in(&who.to_string())
            .await
            .get("/nanmen/home")
            .await;
        me.text
    };
    // Another number than the one whose name was shown: the name first, nothing booked, nothing lost.
    let sent = send("1001", "2001", form.hidden("key"));
    let sent: Vec<(&str, &str)> = sent
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let page = leader.post("/nanmen/record", &sent).await;
    page.is(200)
        .says(&["请核对姓名", "单玉梅", "value=\"7.5\""]);
    assert_eq!(page.hidden("shown"), "2001");
    assert!(balance(2001).await.contains("还没有"), "nothing was booked");
    let sent = send("2001", "2001", page.hidden("key"));
    let sent: Vec<(&str, &str)> = sent
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let done = leader.post("/nanmen/record", &sent).await;
    done.is(200).says(&["单*梅"]);
    app.end().await;
}

#[tokio::test]
async fn somebody_without_a_telephone_gets_a_slip_at_the_counter() {
    let app = TestApp::new().await;
    renamed(&app).await;
    app.earn("f-2", "waste.food", 1001, 300).await;
    let mut shop = app.signed_in("shop").await;
    let address = "/nanmen/residents/1001/order";
    let shelf = shop.get(address).await;
    shelf.is(200).says(&["代 曾祥 兑换", "食盐", "看价钱"]);
    let check = shop.get(&format!("{address}?item=salt&quantity=1")).await;
    check.is(200).says(&["再核对一遍", "食盐 × 1", "确认兑换"]);
    let fields = ["key", "item", "quantity", "total"].map(|name| (name, check.hidden(name)));
    let sent: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    let slip = shop.post(address, &sent).await;
    slip.is(200)
        .says(&["取货单", "曾祥", "只在这里显示这一次", "<svg"]);
    // The button pressed twice is one order, with the same slip.
    let again = shop.post(address, &sent).await;
    again.is(200).says(&["取货单"]);
    let orders = app
        .house
        .store
        .orders_of_household(&code("nanmen"), HouseholdNo(3), 10)
        .await
        .unwrap();
    let theirs = app
        .house
        .store
        .orders_of_resident(&code("nanmen"), ResidentNo(1001), 10)
        .await
        .unwrap();
    assert_eq!(orders.len().max(theirs.len()), 1);
    // Several things at once are one order; what was left at 0 is none of it.
    let several = format!("{address}?item=rice-5kg&quantity=1&item=salt&quantity=2");
    shop.get(&several)
        .await
        .is(200)
        .says(&["大米 5 公斤 × 1、食盐 × 2", "用 95 分"]);
    let only = format!("{address}?item=rice-5kg&quantity=0&item=salt&quantity=3");
    let check = shop.get(&only).await;
    check.is(200).says(&["食盐 × 3"]);
    assert!(!check.text.contains("大米 5 公斤 × 0"));
    let none = shop.get(&format!("{address}?item=salt&quantity=0")).await;
    none.is(409).says(&["还没有选东西"]);
    for bad in ["quantity=1", "item=salt&quantity=x", "item=salt&item=salt"] {
        shop.get(&format!("{address}?{bad}")).await.is(422);
    }
    // The same once more is asked about first.
    let check = shop.get(&format!("{address}?item=salt&quantity=1")).await;
    check
        .is(200)
        .says(&["刚才已经换过同样的", "name=\"again\""]);
    // What can't be had says why, and books nothing.
    let dear = shop
        .get(&format!("{address}?item=rice-5kg&quantity=10"))
        .await;
    assert!(
        dear.status == 409 && dear.text.contains("没有兑换"),
        "{} {}",
        dear.status,
        dear.text
    );
    assert_ne!(
        app.signed_in("check").await.get(address).await.status,
        200,
        "a reviewer sells nothing"
    );
    app.end().await;
}
