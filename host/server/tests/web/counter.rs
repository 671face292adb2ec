//! The shop's own pages: stock that is received, lost and counted with a form that forgets nothing, and the till's day
//! whose sums are the ledger's.

use rongyi_core::account::{Account, Purpose};
use rongyi_core::ids::{AssetNo, ItemNo};
use rongyi_server::ledger::past::{self, Moment};
use rongyi_server::redemption::daily;
use rongyi_server::stock::goods;
use rongyi_store::StoredEntry;
use serde_json::json;

use crate::app::{Answer, Browser, TestApp, code};

const ORDERS: &str = "/api/v1/communities/nanmen/orders";

/// Orders so much salt; answers its number and its code.
pub(crate) async fn order_salt(me: &mut Browser<'_>, pieces: i32) -> (String, String) {
    let lines = json!([{ "item": "salt", "quantity": pieces }]);
    let body = json!({ "lines": lines, "total": 5 * pieces });
    let placed = me.json(ORDERS, &body).await.is(200).json();
    let code = placed["pickup_code"].as_str().unwrap().to_owned();
    (placed["order"].to_string(), code)
}

async fn hand_over(till: &mut Browser<'_>, (no, code): &(String, String)) {
    let sent = [("key", no.as_str()), ("code", code.as_str())];
    let path = format!("/nanmen/till/{no}/settle");
    till.post(&path, &sent).await.is(200);
}

async fn held(app: &TestApp, asset: AssetNo, purpose: Purpose) -> i64 {
    let account = Account::of_community(asset, purpose);
    let held = app.house.store.balances(&code("nanmen"), &[account]).await;
    held.unwrap()[0].1.total
}

async fn stored(app: &TestApp, entry: u64) -> StoredEntry {
    let found = app.house.store.entry(&code("nanmen"), entry).await;
    found.unwrap().unwrap()
}

/// The number in an address that a form leads on to: `/nanmen/stock/salt?done=12`.
fn done(answer: &Answer) -> u64 {
    let to = answer.is(303).location();
    let number = to.split("done=").nth(1);
    number
        .and_then(|digits| digits.parse().ok())
        .expect("booked")
}

#[tokio::test]
async fn goods_come_in_once_however_often_the_button_is_pressed() {
    let app = TestApp::new().await;
    let salt = AssetNo::of_item(ItemNo(2)).unwrap();
    let mut shop = app.signed_in("shop").await;
    let list = shop.get("/nanmen/stock").await;
    list.is(200)
        .says(&["食盐", "5 分", "大米 5 公斤", "快没了 1"]);
    shop.get("/nanmen/stock?show=low")
        .await
        .is(200)
        .says(&["大米 5 公斤"]);
    let page = shop.get("/nanmen/stock/salt").await;
    page.is(200).says(&["在架", "2026年1月1日", "进货"]);
    let key = page.hidden("key");
    let delivery = |pieces: &'static str, on: &'static str| {
        vec![
            ("key", key.clone()),
            ("pieces", pieces.to_owned()),
            ("donor", "送货单 1120".to_owned()),
            ("on", on.to_owned()),
            ("reason", "十一月进货".to_owned()),
        ]
    };
    let post = async |shop: &mut Browser<'_>, sent: Vec<(&'static str, String)>| {
        let sent: Vec<(&str, &str)> = sent
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        shop.post("/nanmen/stock/salt/receive", &sent).await
    };
    for (pieces, on, said) in [
        ("", "2026-11-23", "件数"),
        ("二十", "2026-11-23", "二十"),
        ("0", "2026-11-23", "1 到 1000000"),
        ("20", "2026-11-24", "2026-11-24"),
        ("20", "昨天", "昨天"),
    ] {
        let again = post(&mut shop, delivery(pieces, on)).await;
        assert!(again.status.is_client_error(), "{}", again.text);
        let shown = format!("value=\"{on}\"");
        again.says(&["出错了：", said, "送货单 1120", "十一月进货", &shown]);
    }
    assert_eq!(
        held(&app, salt, Purpose::Shelf).await,
        40,
        "nothing is booked yet"
    );
    let first = done(&post(&mut shop, delivery("２０", "2026-11-20")).await);
    let again = done(&post(&mut shop, delivery("２０", "2026-11-20")).await);
    assert_eq!((first, held(&app, salt, Purpose::Shelf).await), (again, 60));
    let text = stored(&app, first).await.text;
    assert_eq!(
        text.as_deref(),
        Some("送货单 1120 · 2026-11-20 · 十一月进货")
    );
    // The key with something else is another delivery: it is asked about, and nothing of it is lost.
    let other = post(&mut shop, delivery("30", "2026-11-20")).await;
    other
        .is(409)
        .says(&["刚才那一次已经记好了", "value=\"30\""]);
    assert_ne!(other.hidden("key"), key);
    let page = shop.get(&format!("/nanmen/stock/salt?done={first}")).await;
    let said = format!("记好了，账本第 {first} 笔");
    page.is(200)
        .says(&[&said, "送货单 1120", "工作人员 李明", "在架 60"]);
    assert!(
        !page.text.contains("amend?entry"),
        "a shopkeeper takes nothing back"
    );
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/stock/salt")
        .await
        .is(200)
        .says(&[&format!("/nanmen/amend?entry={first}")]);
    app.end().await;
}

#[tokio::test]
async fn a_count_is_shown_before_it_is_booked() {
    let app = TestApp::new().await;
    let salt = AssetNo::of_item(ItemNo(2)).unwrap();
    app.earn("w-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    order_salt(&mut me, 3).await;
    let mut shop = app.signed_in("shop").await;
    let lose = |pieces, reason| [("key", "lose-1"), ("pieces", pieces), ("reason", reason)];
    let path = "/nanmen/stock/salt/lose";
    // What is kept for orders cannot be lost from the shelf.
    shop.post(path, &lose("38", "受潮")).await.is(409).says(&[
        "出错了：",
        "value=\"38\"",
        "value=\"受潮\"",
    ]);
    shop.post(path, &lose("2", ""))
        .await
        .is(422)
        .says(&["请写明原因", "value=\"2\""]);
    done(&shop.post(path, &lose("2", "受潮")).await);
    done(&shop.post(path, &lose("2", "受潮")).await);
    assert_eq!(held(&app, salt, Purpose::Shelf).await, 35);
    let path = "/nanmen/stock/salt/count";
    let right = [("found", "38"), ("reason", "月底盘点"), ("key", "count-0")];
    shop.post(path, &right)
        .await
        .is(200)
        .says(&["账上和数出来的一样"]);
    let sent = [("found", "36"), ("reason", "月底盘点"), ("key", "count-1")];
    let shown = shop.post(path, &sent).await;
    shown.is(200).says(&["核对盘点", "\u{2212}2", "月底盘点"]);
    assert_eq!(held(&app, salt, Purpose::Shelf).await, 35, "only shown");
    let by_book = shown.hidden("by_book");
    assert_eq!(
        (by_book.as_str(), shown.hidden("found").as_str()),
        ("38", "36")
    );
    // The book moves meanwhile: the new difference is shown, and nothing is booked.
    done(
        &shop
            .post(
                "/nanmen/stock/salt/lose",
                &[("key", "l-2"), ("pieces", "1"), ("reason", "破袋")],
            )
            .await,
    );
    let confirm = |by_book: &'static str| {
        [
            ("found", "36"),
            ("reason", "月底盘点"),
            ("by_book", by_book),
            ("key", "count-2"),
        ]
    };
    shop.post(path, &confirm("38"))
        .await
        .is(200)
        .says(&["核对盘点", "\u{2212}1"]);
    let entry = done(&shop.post(path, &confirm("37")).await);
    assert_eq!(held(&app, salt, Purpose::Shelf).await, 33);
    let text = stored(&app, entry).await.text;
    assert_eq!(text.as_deref(), Some("盘点 37 → 36 · 月底盘点"));
    shop.post(path, &confirm("37"))
        .await
        .is(200)
        .says(&["账上和数出来的一样"]);
    shop.post(path, &[("found", "x"), ("reason", "月底盘点")])
        .await
        .is(422)
        .says(&["出错了：", "value=\"月底盘点\"", "value=\"x\""]);
    app.end().await;
}

#[tokio::test]
async fn an_item_is_registered_and_leaves_the_shelf() {
    let app = TestApp::new().await;
    let mut shop = app.signed_in("shop").await;
    let form = |item: &'static str, value: &'static str| {
        [
            ("key", "new-1"),
            ("item", item),
            ("title_zh", "洗衣液"),
            ("title_en", ""),
            ("category", "daily"),
            ("value", value),
        ]
    };
    for (item, value, said) in [
        ("洗衣液", "39.8", "小写字母"),
        ("soap", "39.999", "最多两位小数"),
        ("salt", "39.8", "已经有这个代号"),
        ("a/b", "1", "不能有斜杠"),
    ] {
        let again = shop.post("/nanmen/stock", &form(item, value)).await;
        assert!(again.status.is_client_error(), "{item}: {}", again.status);
        let (item, value) = (format!("value=\"{item}\""), format!("value=\"{value}\""));
        again.says(&[
            "出错了：",
            said,
            "value=\"洗衣液\"",
            "\"daily\" selected",
            &item,
            &value,
        ]);
    }
    let entry = done(&shop.post("/nanmen/stock", &form("soap", "39.8")).await);
    assert_eq!(
        done(&shop.post("/nanmen/stock", &form("soap", "39.8")).await),
        entry
    );
    let page = shop.get("/nanmen/stock/soap").await;
    page.is(200).says(&["洗衣液", "换完了", "还没有进出"]);
    let off = [("key", "off-1"), ("on", "no")];
    done(&shop.post("/nanmen/stock/salt/shelf", &off).await);
    shop.get("/nanmen/stock/salt")
        .await
        .is(200)
        .says(&["已下架", "重新上架"]);
    let mut me = app.signed_in("1001").await;
    assert!(!me.get("/nanmen/shop").await.is(200).text.contains("食盐"));
    // Pressed once more with another key: it is so already.
    let again = [("key", "off-2"), ("on", "no")];
    let to = shop.post("/nanmen/stock/salt/shelf", &again).await;
    assert_eq!(to.is(303).location(), "/nanmen/stock/salt");
    done(
        &shop
            .post(
                "/nanmen/stock/salt/shelf",
                &[("key", "on-1"), ("on", "yes")],
            )
            .await,
    );
    assert!(me.get("/nanmen/shop").await.is(200).text.contains("食盐"));
    shop.get("/nanmen/stock/nothing").await.is(404);
    for (who, status) in [("lead", 403), ("check", 403)] {
        let mut other = app.signed_in(who).await;
        other.get("/nanmen/stock").await.is(status);
        other
            .post("/nanmen/stock/salt/receive", &[])
            .await
            .is(status);
    }
    app.end().await;
}

#[tokio::test]
async fn what_is_low_is_what_the_file_says() {
    let app = TestApp::new().await;
    let mut shop = app.signed_in("shop").await;
    shop.get("/nanmen/stock").await.is(200).says(&["快没了 1"]);
    let file = app
        .house
        .config
        .file
        .parent()
        .unwrap()
        .join("communities/nanmen.toml");
    let text = include_str!("nanmen.toml").replacen(
        "phone = ",
        "low_stock = 2\nlow_stock_items = { salt = 40 }\nphone = ",
        1,
    );
    std::fs::write(file, text).unwrap();
    assert!(
        app.house.reload().await,
        "{}",
        app.house.news.standing().told()
    );
    let low = shop.get("/nanmen/stock?show=low").await;
    low.is(200).says(&["快没了 1", "食盐"]);
    assert!(!low.text.contains("大米 5 公斤"), "{}", low.text);
    app.end().await;
}

/// The book of an item, page by page and as a file, comes to what its accounts hold.
#[tokio::test]
async fn the_book_of_goods_comes_to_what_lies_there() {
    let app = TestApp::new().await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    let salt = AssetNo::of_item(ItemNo(2)).unwrap();
    let mut me = app.signed_in("1001").await;
    let mut shop = app.signed_in("shop").await;
    for no in 0..30 {
        let order = order_salt(&mut me, 1).await;
        match no % 3 {
            0 => hand_over(&mut shop, &order).await,
            1 => {
                let path = format!("{ORDERS}/{}/cancel", order.0);
                me.json(&path, &json!({})).await.is(200);
            }
            _ => {}
        }
    }
    let lose = [
        ("key", "=1"),
        ("pieces", "1"),
        ("reason", "=HYPERLINK(1), \"破\""),
    ];
    done(&shop.post("/nanmen/stock/salt/lose", &lose).await);
    let store = &app.house.store;
    let frame = store.frame(&code("nanmen")).await.unwrap().unwrap();
    let item = frame.items.iter().find(|item| item.code.as_str() == "salt");
    let (lines, whole) = goods::whole_book(store, &code("nanmen"), item.unwrap())
        .await
        .unwrap();
    assert!(whole);
    let (mut shelf, mut reserved) = (0, 0);
    for line in &lines {
        shelf += line.shelf;
        reserved += line.reserved;
        assert_eq!(
            (line.shelf_after, line.reserved_after),
            (shelf, reserved),
            "{line:?}"
        );
    }
    let there = (
        held(&app, salt, Purpose::Shelf).await,
        held(&app, salt, Purpose::Reserved).await,
    );
    assert_eq!((shelf, reserved), there);
    assert_eq!(there, (19, 10));
    // As people read it: each line once, the pages one after another.
    let (mut path, mut read) = ("/nanmen/stock/salt".to_owned(), 0);
    loop {
        let page = shop.get(&path).await;
        page.is(200);
        read += page.text.matches("class=\"line-what\"").count();
        let Some(rest) = page.text.split("href=\"/nanmen/stock/salt?before=").nth(1) else {
            break;
        };
        let before = rest.split('"').next().unwrap();
        path = format!("/nanmen/stock/salt?before={before}");
    }
    assert_eq!(read, lines.len());
    let list = shop.get("/nanmen/stock").await;
    let row = list.text.split("/nanmen/stock/salt").nth(1).unwrap();
    let numbers: Vec<&str> = row.split("<dd>").skip(1).take(3).collect();
    let numbers: Vec<&str> = numbers
        .iter()
        .map(|cell| cell.split('<').next().unwrap())
        .collect();
    assert_eq!(
        numbers,
        ["19", "10", "10"],
        "shelf, ordered, out this month"
    );
    let sheet = shop.get("/nanmen/stock/salt/book.csv").await;
    assert_eq!(
        sheet.is(200).headers["content-type"],
        "text/csv; charset=utf-8"
    );
    let rows: Vec<&str> = sheet.text.lines().collect();
    assert_eq!(rows.len(), lines.len() + 1);
    let last = rows.last().unwrap();
    assert!(
        last.ends_with(",missed,,-1,0,19,10,工作人员 李明,\"'=HYPERLINK(1), \"\"破\"\"\""),
        "{last}"
    );
    app.end().await;
}

/// What went over the counter adds up to what the ledger's accounts moved, returns included.
#[tokio::test]
async fn the_tills_sums_are_the_ledgers() {
    let app = TestApp::new().await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    let salt = AssetNo::of_item(ItemNo(2)).unwrap();
    let mut me = app.signed_in("1001").await;
    let mut shop = app.signed_in("shop").await;
    let mut boss = app.signed_in("boss").await;
    let early = order_salt(&mut me, 4).await;
    hand_over(&mut shop, &early).await;
    let soon = order_salt(&mut me, 1).await;
    app.clock.advance_days(7);
    let mut shop = app.signed_in("shop").await;
    let mut boss_again = app.signed_in("boss").await;
    let mut me = app.signed_in("1001").await;
    let whole = order_salt(&mut me, 2).await;
    let parted = order_salt(&mut me, 3).await;
    let later = order_salt(&mut me, 1).await;
    hand_over(&mut shop, &whole).await;
    for (key, pieces) in [("p-1", "1"), ("p-2", "1")] {
        let sent = [
            ("key", key),
            ("code", parted.1.as_str()),
            ("pieces.salt", pieces),
        ];
        let path = format!("/nanmen/till/{}/settle", parted.0);
        shop.post(&path, &sent).await.is(200);
    }
    let page = shop.get("/nanmen/till").await;
    page.is(200).says(&[
        "等人来取",
        "今天最后一天：1 单",
        &format!("#{}", soon.0),
        &format!("#{}", later.0),
        "陈*芳",
        "2 单 · 4 件 · 20 分",
        "要退货，请找审核员或管理员（王芳、周一）",
    ]);
    assert!(
        !page.text.contains("amend/reverse"),
        "a shopkeeper takes nothing back"
    );
    let first = page.text.find(&format!("#{}", soon.0)).unwrap();
    assert!(
        first < page.text.find(&format!("#{}", later.0)).unwrap(),
        "the nearest day first"
    );
    // Read about, which the resident can see.
    me.get("/nanmen/me/privacy")
        .await
        .is(200)
        .says(&["在名单里看到"]);
    // An operator takes one back with a tap: of today, and one of an earlier day.
    let page = boss_again.get("/nanmen/till").await;
    page.is(200).says(&["退货，还给居民 10 分"]);
    let entry = page.hidden("entry");
    let sent = [
        ("key", page.hidden("key")),
        ("entry", entry),
        ("reason", page.hidden("reason")),
    ];
    let sent: Vec<(&str, &str)> = sent
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    boss_again
        .post("/nanmen/amend/reverse", &sent)
        .await
        .is(303);
    let _ = boss.get("/nanmen/operator").await;
    let store = &app.house.store;
    let frame = store.frame(&code("nanmen")).await.unwrap().unwrap();
    let today = app.house.today(&code("nanmen")).0;
    let day = daily::of_day(store, &frame, |_| true, today).await.unwrap();
    let (out, back) = (daily::sums(&day.handed), daily::sums(&day.back));
    assert_eq!((out.orders, out.pieces, out.points), (2, 4, 20));
    assert_eq!(back.orders, 1);
    for (asset, purpose, net) in [
        (AssetNo::POINTS, Purpose::Redeemed, out.points - back.points),
        (salt, Purpose::Handed, out.pieces - back.pieces),
    ] {
        let account = Account::of_community(asset, purpose);
        let before = Moment::EndOf(today.plus_days(-1));
        let before = past::held(store, &code("nanmen"), account, before)
            .await
            .unwrap();
        let now = held(&app, asset, purpose).await;
        assert_eq!(now - before.balance, net, "{purpose:?}");
    }
    let sheet = shop.get("/nanmen/till/day").await;
    let said = format!("1 单 · {} 件 · {} 分", back.pieces, back.points);
    sheet.is(200).says(&[
        "2 单 · 4 件 · 20 分",
        "退回来的",
        &said,
        "已退",
        "data-print",
    ]);
    app.end().await;
}
