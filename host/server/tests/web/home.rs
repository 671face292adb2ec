//! The first page of a resident and what belongs to it: one line for what waits, one line for one act, one's code, the page for
//! the time without a network, the household, the year; and what a community shows everybody.

use rongyi_core::ids::ResidentNo;
use rongyi_core::time::Instant;
use rongyi_store::Listing;
use serde_json::json;

use crate::app::{Browser, NOW, TestApp, code};

async fn order(who: &mut Browser<'_>, pieces: u32, total: u32) -> u64 {
    let order = json!({ "lines": [{ "item": "salt", "quantity": pieces }], "total": total });
    let placed = who.json("/api/v1/communities/nanmen/orders", &order).await;
    placed.is(200).json()["order"].as_u64().unwrap()
}

#[tokio::test]
async fn one_line_stands_for_all_that_waits() {
    let app = TestApp::new().await;
    app.earn("h-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    let none = me.get("/nanmen/home").await;
    assert!(!none.is(200).text.contains("data-waits"));
    let first = order(&mut me, 1, 5).await;
    let one = me.get("/nanmen/home").await;
    one.says(&[
        &format!("data-waits href=\"/nanmen/orders/{first}\""),
        "食盐 × 1 等您来领",
    ]);
    order(&mut me, 2, 10).await;
    let two = me.get("/nanmen/home").await;
    two.says(&["data-waits href=\"/nanmen/messages\"", "有 2 件事等您"]);
    assert_eq!(two.text.matches("data-waits").count(), 1);
    let all = me.get("/nanmen/messages").await;
    all.says(&["食盐 × 1", "食盐 × 2"]);
    app.end().await;
}

#[tokio::test]
async fn points_and_hours_of_one_act_are_one_line() {
    let app = TestApp::new().await;
    app.earn("h-1", "cleanup.hour", 1001, 20).await;
    let mut me = app.signed_in("1001").await;
    for page in ["/nanmen/home", "/nanmen/passbook"] {
        let page = me.get(page).await;
        page.is(200);
        let lines: Vec<&str> = page.text.split("<li><a class=\"line\"").skip(1).collect();
        assert_eq!(lines.len(), 1, "{}", page.text);
        let line = lines[0].split("</li>").next().unwrap();
        assert_eq!(line.matches("line-change").count(), 1, "{line}");
        assert!(
            line.contains("line-also") && line.contains("小时"),
            "{line}"
        );
        // It came from a list: nobody's name stands there.
        assert!(!line.contains("line-extra"), "{line}");
    }
    app.end().await;
}

#[tokio::test]
async fn a_community_is_an_app_with_an_icon_and_a_preview() {
    let app = TestApp::with("public_url = \"https://rongyi.example.cn\"\n").await;
    let mut anybody = app.browser();
    let page = anybody.get("/nanmen/").await;
    page.is(200).says(&[
        "name=\"description\"",
        "property=\"og:title\"",
        &format!(
            "property=\"og:image\" content=\"https://rongyi.example.cn{}\"",
            rongyi_pages::ICON_512_PATH
        ),
        "rel=\"manifest\" href=\"/nanmen/app.webmanifest\"",
    ]);
    let said = anybody.get("/nanmen/app.webmanifest").await;
    assert_eq!(said.headers["content-type"], "application/manifest+json");
    let said = said.is(200).json();
    assert_eq!(said["start_url"], "/nanmen/home");
    assert_eq!(said["scope"], "/nanmen/");
    for icon in said["icons"].as_array().unwrap() {
        let picture = anybody.get(icon["src"].as_str().unwrap()).await;
        assert_eq!(picture.is(200).headers["content-type"], "image/png");
    }
    for (path, kind) in [
        ("/favicon.ico", "image/png"),
        (rongyi_pages::ICON_PATH, "image/svg+xml"),
        (rongyi_pages::WORKER_PATH, "text/javascript; charset=utf-8"),
    ] {
        let file = anybody.get(path).await;
        assert_eq!(file.is(200).headers["content-type"], kind, "{path}");
    }
    // A worker that a cache kept would stay for ever.
    let worker = anybody.get(rongyi_pages::WORKER_PATH).await;
    assert_eq!(worker.headers["cache-control"], "no-store");
    app.end().await;
}

#[tokio::test]
async fn ones_code_is_ones_own() {
    let app = TestApp::new().await;
    app.earn("h-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    let no = order(&mut me, 1, 5).await;
    let store = &app.house.store;
    let order_no = rongyi_core::ids::OrderNo(u32::try_from(no).unwrap());
    let digits = store.pickup_code(&code("nanmen"), order_no).await;
    let digits = digits.unwrap().unwrap();
    let groups = format!("{} {}", &digits[..4], &digits[4..]);
    for page in ["/nanmen/me/code", "/nanmen/me/offline"] {
        let mine = me.get(page).await;
        mine.is(200).says(&[&groups, "1001", "食盐"]);
    }
    // Of the same household: what waits is shown, the code is not.
    let mut other = app.signed_in("1002").await;
    for page in ["/nanmen/me/code", "/nanmen/me/offline"] {
        let theirs = other.get(page).await;
        theirs.is(200).says(&["食盐", "1002"]);
        assert!(!theirs.text.contains(&groups), "{page}");
    }
    app.end().await;
}

#[tokio::test]
async fn a_household_shows_its_people_and_a_year_what_was_done() {
    let app = TestApp::new().await;
    app.earn("h-1", "cleanup.hour", 1001, 20).await;
    app.earn("h-2", "waste.food", 1002, 30).await;
    let mut me = app.signed_in("1001").await;
    let home = me.get("/nanmen/me/household").await;
    home.is(200)
        .says(&["陈桂芳", "陈小满", "就是您", "谁看得到什么"]);
    assert!(!home.text.contains("林国强"), "a neighbour is no member");
    let store = &app.house.store;
    let child = store
        .resident_person(&code("nanmen"), ResidentNo(1002))
        .await;
    let child = child.unwrap().unwrap().person_id;
    // Hours of a grown-up are theirs; of a child they are the grown-ups’ too.
    assert_eq!(home.text.matches("志愿时长</dt>").count(), 1);
    store.set_minor(child, true).await.unwrap();
    let home = me.get("/nanmen/me/household").await;
    assert_eq!(
        home.says(&["未成年"]).text.matches("志愿时长</dt>").count(),
        2
    );
    let mut small = app.signed_in("1002").await;
    let home = small.get("/nanmen/me/household").await;
    assert_eq!(home.is(200).text.matches("志愿时长</dt>").count(), 1);

    let year = me.get("/nanmen/me/year").await;
    year.is(200)
        .says(&["2026 年的我", "2 小时", "data-print", "11月 1 次"]);
    let before = me.get("/nanmen/me/year?year=2025").await;
    before.is(200).says(&["这里还没有记录"]);
    me.get("/nanmen/me/year?year=1999").await.is(404);
    app.end().await;
}

#[tokio::test]
async fn what_everybody_sees_names_nobody_who_did_not_agree() {
    let app = TestApp::new().await;
    app.clock.set(Instant(NOW.0 - 30 * 86_400_000_000));
    app.earn("h-1", "waste.food", 1001, 300).await;
    app.earn("h-2", "waste.food", 2001, 100).await;
    app.clock.set(NOW);
    let (store, nanmen) = (&app.house.store, code("nanmen"));
    let mut anybody = app.browser();
    let page = anybody.get("/nanmen/").await;
    page.is(200)
        .says(&["光荣榜", "积分能换什么", "大家都能查的", "/nanmen/sign-in"]);
    for name in ["陈桂芳", "陈小满", "林国强"] {
        assert!(!page.text.contains(name), "{name}");
    }
    assert!(
        page.text.contains("陈*家") || page.text.contains("陈**家"),
        "{}",
        page.text
    );
    store
        .set_listing(&nanmen, ResidentNo(1001), Listing::Hidden)
        .await
        .unwrap();
    let page = anybody.get("/nanmen/").await;
    assert!(!page.is(200).text.contains('陈'), "{}", page.text);
    // Whoever is signed in goes on.
    let mut me = app.signed_in("1001").await;
    assert_eq!(me.get("/nanmen/").await.is(303).location(), "/nanmen/home");
    app.end().await;
}

#[tokio::test]
async fn colours_are_remembered() {
    let app = TestApp::new().await;
    let mut me = app.signed_in("1001").await;
    let page = me.get("/nanmen/me").await;
    page.says(&["class=\"size-standard\"", "name=\"theme\" value=\"dark\""]);
    let form = [("theme", "dark"), ("return", "/nanmen/me")];
    let kept = me.post("/settings", &form).await;
    assert_eq!(kept.is(303).location(), "/nanmen/me");
    let page = me.get("/nanmen/me").await;
    page.says(&["class=\"size-standard theme-dark\""]);
    me.post("/settings", &[("theme", "purple")]).await.is(303);
    me.get("/nanmen/me").await.says(&["theme-dark"]);
    app.end().await;
}
