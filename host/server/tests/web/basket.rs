//! The basket: several things in one order, and what happens to it on the way back, at a second tap, in a second tab, at the
//! end of a session, and when the shelf or a price has moved meanwhile.

use rongyi_server::stock;
use rongyi_sheets::Row;

use crate::app::{Answer, Browser, TestApp, code, parts};
use crate::walk::walk;

const BASKET: &str = "/nanmen/basket";

/// Sets how many of an item are in the basket; answers where it leads.
async fn put(me: &mut Browser<'_>, item: &str, pieces: &str) -> String {
    let form = [
        ("back", "/shop?show=all"),
        ("item", item),
        ("pieces", pieces),
    ];
    let answer = me.post(BASKET, &form).await;
    answer.is(303).location().to_owned()
}

/// The form of the check page, as a browser sends it.
fn form_of(page: &Answer) -> Vec<(String, String)> {
    let form = page
        .text
        .split("/nanmen/orders\"")
        .nth(1)
        .expect("a form that orders");
    let form = form.split("</form>").next().unwrap();
    let value = |rest: &str, name: &str| {
        let from = rest.split_once(&format!("{name}=\""))?.1;
        Some(from.split_once('"')?.0.to_owned())
    };
    let hidden = form.split("<input type=\"hidden\"").skip(1);
    hidden
        .map(|rest| (value(rest, "name").unwrap(), value(rest, "value").unwrap()))
        .collect()
}

async fn send(me: &mut Browser<'_>, form: &[(String, String)]) -> Answer {
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    me.post("/nanmen/orders", &form).await
}

fn slip(answer: &Answer) -> String {
    let to = answer.is(303).location();
    to.split('?').next().unwrap().to_owned()
}

/// Somebody with enough for a bag of rice and some salt.
async fn buyer(app: &TestApp) -> Browser<'_> {
    app.earn("b-1", "waste.food", 1001, 200).await;
    app.signed_in("1001").await
}

#[tokio::test]
async fn several_things_are_one_order_with_one_code() {
    let app = TestApp::new().await;
    let mut me = buyer(&app).await;
    me.get("/nanmen/shop").await.is(200).says(&["放进篮子"]);
    assert_eq!(
        put(&mut me, "rice-5kg", "1").await,
        "/nanmen/shop?show=all#item-rice-5kg"
    );
    put(&mut me, "salt", "2").await;
    me.get("/nanmen/shop")
        .await
        .is(200)
        .says(&["篮子里 3 份", "95 分", "下一步：核对"]);
    let page = me.get(BASKET).await;
    page.is(200).says(&[
        "大米 5 公斤",
        "85 分",
        "食盐",
        "10 分",
        "用 95 分兑换",
        "党群服务中心",
        "11月30日",
    ]);
    let placed = send(&mut me, &form_of(&page)).await;
    let slip = slip(&placed);
    let shown = me.get(&slip).await;
    shown.is(200).says(&[
        "大米 5 公斤",
        "食盐",
        "已用 95 分",
        "取货码",
        "不要了？",
        "95 分回到您的积分里",
    ]);
    // The basket is empty, the points are set aside once.
    me.get(BASKET).await.is(200).says(&["篮子是空的"]);
    me.get("/nanmen/home").await.says(&["<b>105</b>"]);
    me.get("/nanmen/orders")
        .await
        .is(200)
        .says(&["大米 5 公斤 × 1", "食盐 × 2"]);
    // The till hands over a part; the rest has its code still.
    let from = shown.text.find("data-copy=\"").unwrap() + "data-copy=\"".len();
    let digits = shown.text[from..from + 8].to_owned();
    let mut till = app.signed_in("shop").await;
    let check = till.post("/nanmen/till", &[("code", &digits)]).await;
    check.is(200).says(&["大米 5 公斤", "食盐"]);
    let key = check.hidden("key");
    let part = [
        ("key", key.as_str()),
        ("code", &digits),
        ("pieces.rice-5kg", "1"),
        ("pieces.salt", "0"),
    ];
    till.post(
        &format!("/nanmen/till/{}/settle", slip.rsplit('/').next().unwrap()),
        &part,
    )
    .await
    .is(200);
    me.get(&slip)
        .await
        .is(200)
        .says(&["已经领走 大米 5 公斤 × 1", "食盐 × 2"]);
    walk(&mut me, "nanmen", 1001).await;
    app.end().await;
}

#[tokio::test]
async fn a_second_tap_a_second_tab_and_the_way_back_order_once() {
    let app = TestApp::new().await;
    let mut me = buyer(&app).await;
    put(&mut me, "rice-5kg", "1").await;
    // The same tap twice sets the same number.
    put(&mut me, "salt", "2").await;
    put(&mut me, "salt", "2").await;
    let first = form_of(&me.get(BASKET).await);
    // In a second tab more salt is wished for, and looked at.
    put(&mut me, "salt", "3").await;
    let second = form_of(&me.get(BASKET).await);
    assert_eq!(first[0], second[0], "one basket, one key");
    let placed = slip(&send(&mut me, &first).await);
    // Tapped again, back from the slip and tapped again: the same order.
    assert_eq!(slip(&send(&mut me, &first).await), placed);
    // The second tab says what has become of it, and orders nothing.
    let late = send(&mut me, &second).await;
    late.is(409).says(&["这一篮刚才已经换好了", "#1"]);
    me.get("/nanmen/home").await.says(&["<b>105</b>"]);
    // Made anew, the same is asked about and meant.
    put(&mut me, "salt", "2").await;
    put(&mut me, "rice-5kg", "1").await;
    let page = me.get(BASKET).await;
    page.is(200).says(&["单号 #1", "再换一次"]);
    let again = slip(&send(&mut me, &form_of(&page)).await);
    assert_ne!(again, placed);
    app.end().await;
}

#[tokio::test]
async fn a_session_that_ended_in_the_middle_loses_nothing() {
    let app = TestApp::new().await;
    let mut me = buyer(&app).await;
    put(&mut me, "rice-5kg", "1").await;
    let form = form_of(&me.get(BASKET).await);
    let kept = me.cookies.remove("rongyi").expect("a session");
    let away = send(&mut me, &form).await;
    assert_eq!(
        away.is(303).location(),
        "/nanmen/sign-in?next=/nanmen/basket"
    );
    // Signed in again: the basket is there as it was, and the form of before orders it once.
    me.cookies.insert("rongyi".to_owned(), kept);
    let page = me.get(BASKET).await;
    page.is(200).says(&["大米 5 公斤", "用 85 分兑换"]);
    assert_eq!(form_of(&page), form);
    let placed = slip(&send(&mut me, &form).await);
    assert_eq!(slip(&send(&mut me, &form).await), placed);
    // Somebody else on the same telephone sees nothing of it.
    put(&mut me, "salt", "1").await;
    let basket = me.cookies.get("basket").cloned().unwrap();
    let mut other = app.signed_in("2001").await;
    other.cookies.insert("basket".to_owned(), basket);
    other.get(BASKET).await.is(200).says(&["篮子是空的"]);
    app.end().await;
}

#[tokio::test]
async fn what_is_sold_out_meanwhile_is_told_with_what_can_be_had() {
    let app = TestApp::new().await;
    let mut me = buyer(&app).await;
    put(&mut me, "rice-5kg", "2").await;
    put(&mut me, "salt", "1").await;
    let form = form_of(&me.get(BASKET).await);
    // A neighbour takes two of the three bags.
    app.earn("n-1", "waste.food", 2001, 200).await;
    let mut neighbour = app.signed_in("2001").await;
    put(&mut neighbour, "rice-5kg", "2").await;
    let page = neighbour.get(BASKET).await;
    slip(&send(&mut neighbour, &form_of(&page)).await);
    let told = send(&mut me, &form).await;
    told.is(409).says(&[
        "这一单没有换成，积分一分没动",
        "只剩 1 份",
        "拿掉换不了的，接着核对",
    ]);
    assert!(
        !told.text.contains("/nanmen/orders\""),
        "nothing to press that can't be had"
    );
    me.get("/nanmen/home").await.says(&["<b>200</b>"]);
    // One bag less, and it goes: under another key, since the answer of before stays with its own.
    put(&mut me, "rice-5kg", "1").await;
    let page = me.get(BASKET).await;
    let fresh = form_of(&page);
    assert_ne!(fresh[0], form[0]);
    slip(&send(&mut me, &fresh).await);
    me.get("/nanmen/home").await.says(&["<b>110</b>"]);
    // Now the rice is gone for everybody.
    let gone = me.get("/nanmen/shop/rice-5kg").await;
    gone.is(200).says(&["换完了"]);
    app.end().await;
}

#[tokio::test]
async fn a_price_that_moved_is_shown_before_anything_is_booked() {
    let app = TestApp::new().await;
    let mut me = buyer(&app).await;
    put(&mut me, "salt", "2").await;
    put(&mut me, "rice-5kg", "1").await;
    let mut form = form_of(&me.get(BASKET).await);
    for field in &mut form {
        if field.0 == "total" {
            field.1 = "80".to_owned();
        }
    }
    let page = send(&mut me, &form).await;
    page.is(200)
        .says(&["价格变了", "刚才是 80 分，现在是 95 分", "用 95 分兑换"]);
    me.get("/nanmen/home").await.says(&["<b>200</b>"]);
    slip(&send(&mut me, &form_of(&page)).await);
    app.end().await;
}

#[tokio::test]
async fn what_the_basket_does_not_take_says_so() {
    let app = TestApp::new().await;
    let mut me = buyer(&app).await;
    for pieces in ["11", "-1", "x", "", "99999999999999999999"] {
        assert_eq!(
            put(&mut me, "salt", pieces).await,
            "/nanmen/basket?news=pieces",
            "{pieces}"
        );
    }
    me.get("/nanmen/basket?news=pieces")
        .await
        .is(200)
        .says(&["一次换 1 到 10 份", "篮子是空的"]);
    me.get("/nanmen/basket?news=full")
        .await
        .is(200)
        .says(&["20 样"]);
    let bad: [&[(&str, &str)]; 4] = [
        &[("pieces", "1")],
        &[("back", "/shop")],
        &[("item", "no-such"), ("pieces", "1")],
        &[("item", "NOT A CODE"), ("pieces", "1")],
    ];
    for (form, status) in bad.iter().zip([422, 422, 404, 404]) {
        me.post(BASKET, form).await.is(status);
    }
    // Nobody is led to another host, or out of the shop.
    for back in [
        "https://evil.example",
        "//evil.example",
        "/operator",
        "/shop\r\nX: y",
    ] {
        let form = [("back", back), ("item", "salt"), ("pieces", "1")];
        assert_eq!(
            me.post(BASKET, &form).await.is(303).location(),
            "/nanmen/basket",
            "{back}"
        );
    }
    // More than the purse holds: said on the page, and no button.
    put(&mut me, "rice-5kg", "2").await;
    put(&mut me, "salt", "10").await;
    let page = me.get(BASKET).await;
    page.is(200).says(&["还差 20 分", "减一点"]);
    assert!(!page.text.contains("/nanmen/orders\""));
    // A form that leaves something out, or sends what is no number.
    let forms: [&[(&str, &str)]; 4] = [
        &[("key", "k"), ("total", "5"), ("item", "salt")],
        &[("key", "k"), ("total", "5"), ("quantity", "1")],
        &[
            ("key", "k"),
            ("total", "x"),
            ("item", "salt"),
            ("quantity", "1"),
        ],
        &[("total", "5"), ("item", "salt"), ("quantity", "1")],
    ];
    for form in forms {
        me.post("/nanmen/orders", form).await.is(422);
    }
    app.end().await;
}

#[tokio::test]
async fn who_waits_is_told_in_their_turn_when_it_is_there_again() {
    let app = TestApp::new().await;
    let mut me = buyer(&app).await;
    app.earn("n-1", "waste.food", 2001, 200).await;
    let mut neighbour = app.signed_in("2001").await;
    let empty = [("key", "lost"), ("pieces", "3"), ("reason", "受潮")];
    let mut shop = app.signed_in("shop").await;
    shop.post("/nanmen/stock/rice-5kg/lose", &empty)
        .await
        .is(303);
    let wish = "/nanmen/shop/rice-5kg/wish";
    me.get("/nanmen/shop/rice-5kg")
        .await
        .is(200)
        .says(&["换完了", "有货时告诉我"]);
    me.post(wish, &[("on", "yes")]).await.is(303);
    app.clock
        .set(rongyi_core::time::Instant(crate::app::NOW.0 + 1_000_000));
    neighbour.post(wish, &[("on", "yes")]).await.is(303);
    // Asked again, the turn stays.
    me.post(wish, &[("on", "yes")]).await.is(303);
    me.get("/nanmen/shop/rice-5kg")
        .await
        .says(&["您排在第一个", "不用等了"]);
    neighbour
        .get("/nanmen/shop/rice-5kg")
        .await
        .says(&["您前面有 1 位"]);
    shop.get("/nanmen/stock/rice-5kg")
        .await
        .is(200)
        .says(&["有 2 位居民在等"]);
    for bad in ["", "maybe"] {
        me.post(wish, &[("on", bad)]).await.is(422);
    }
    me.post("/nanmen/shop/no-such/wish", &[("on", "yes")])
        .await
        .is(404);
    // One bag comes: the first is told, on both pages; the second is not.
    let row = [
        ("item", Some("rice-5kg")),
        ("quantity", Some("1")),
        ("reason", Some("进货")),
        ("received_on", Some("2026-11-23")),
    ];
    let rows = [Ok(Row::typed(&row))];
    let added = stock::receive_stock(&app.house, &code("nanmen"), Box::new(rows.into_iter())).await;
    assert_eq!(added.new, 1, "{added:?}");
    for page in ["/nanmen/home", "/nanmen/shop"] {
        me.get(page)
            .await
            .is(200)
            .says(&["您等的 大米 5 公斤 有货了"]);
        let other = neighbour.get(page).await;
        assert!(!other.text.contains("您等的"), "{page}");
    }
    // Whoever has it waits no more.
    put(&mut me, "rice-5kg", "1").await;
    let page = me.get(BASKET).await;
    slip(&send(&mut me, &form_of(&page)).await);
    let waits = app.house.store.wishes(&code("nanmen")).await.unwrap();
    assert_eq!(waits, vec![(code("rice-5kg"), 1)]);
    neighbour.post(wish, &[("on", "no")]).await.is(303);
    assert!(
        app.house
            .store
            .wishes(&code("nanmen"))
            .await
            .unwrap()
            .is_empty()
    );
    app.end().await;
}

#[tokio::test]
async fn staff_send_a_photo_and_everybody_sees_it_small() {
    let app = TestApp::new().await;
    let mut shop = app.signed_in("shop").await;
    let path = "/nanmen/stock/salt/photo";
    let picture = crate::photos::png(90);
    parts(&mut shop, path, &[("photo", "salt.png", &picture)])
        .await
        .is(303);
    let page = shop.get("/nanmen/stock/salt").await;
    let from = page.text.find("/nanmen/goods/salt/").expect("its address");
    let address = page.text[from..].split('"').next().unwrap().to_owned();
    let mut anybody = app.browser();
    let photo = anybody.get(&address).await;
    photo.is(200);
    assert_eq!(photo.headers["content-type"], "image/jpeg");
    assert!(photo.text.len() < 60_000, "{}", photo.text.len());
    let mut me = app.signed_in("1001").await;
    for page in ["/nanmen/shop", "/nanmen/shop/salt"] {
        me.get(page)
            .await
            .is(200)
            .says(&[&address, "loading=\"lazy\""]);
    }
    // Another address is nothing, and what is no photo says what is wrong with it.
    let other = format!("/nanmen/goods/salt/{}", "ab".repeat(32));
    for nothing in [
        other.as_str(),
        "/nanmen/goods/salt/x",
        "/nanmen/goods/rice-5kg/x",
    ] {
        anybody.get(nothing).await.is(404);
    }
    let wrong = parts(&mut shop, path, &[("photo", "a.txt", b"no photo")]).await;
    wrong.is(422).says(&["不是照片"]);
    let none = parts(&mut shop, path, &[("photo", "", b"")]).await;
    none.is(422).says(&["不是照片"]);
    let heavy = vec![7; 5 * 1024 * 1024 + 1];
    parts(&mut shop, path, &[("photo", "a.png", &heavy)])
        .await
        .is(422)
        .says(&["5 MB"]);
    me.post(path, &[("away", "yes")]).await.is(303);
    me.get("/nanmen/shop/salt").await.says(&[&address]);
    shop.post(path, &[("away", "yes")]).await.is(303);
    anybody.get(&address).await.is(404);
    app.end().await;
}
