//! Merchants from end to end: enrolled by an operator, their own staff at their own till and nowhere else, offers for some people
//! only, a code that two tills try at once, and months that two people sign and nobody changes.

mod months;

use std::sync::Arc;

use rongyi_config as config;
use rongyi_core::command::{Ask, SetTraits};
use rongyi_core::ids::ResidentNo;
use rongyi_server::door::{Act, Address, May, Right, may};
use rongyi_server::house::House;
use rongyi_server::routes;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::app::{Answer, Browser, TestApp, code};

const ORDERS: &str = "/api/v1/communities/nanmen/orders";
const QUOTES: &str = "/api/v1/communities/nanmen/quotes";

/// What points are worth here, and prices for what two merchants offer, one thing for riders and couriers alone.
const RATES: &str = r#"
[merchants]
fen_per = { points = 10 }
return_percent = 5
fund = { zh = "南门微基金", en = "Nanmen's fund" }

[[rule]]
plugin = "shop-pricing"
active_from = 2026-11-20

[rule.params]
prices = { salt = 5, rice-5kg = 85, "lin.noodles" = 12, "lin.tea" = 3, "tea.cup" = 4 }
only = [{ who = { zh = "快递员和骑手", en = "couriers and riders" }, items = ["lin.noodles"], traits = [{ name = "courier" }, { name = "rider" }] }]
"#;

fn at(merchant: &str) -> String {
    format!("/nanmen/merchants/{merchant}")
}

async fn put_up(who: &mut Browser<'_>, merchant: &str, (item, zh): (&str, &str)) -> Answer {
    let page = who.get(&at(merchant)).await;
    let key = page.is(200).hidden("key");
    let sent = [
        ("key", key.as_str()),
        ("act", "offer"),
        ("code", item),
        ("zh", zh),
        ("value", "1200"),
        ("pieces", "40"),
    ];
    who.post(&at(merchant), &sent).await
}

/// A house with two merchants, `lin` and `tea`, what they offer, and one who works at each.
pub(crate) async fn enrol(app: &TestApp) {
    let mut boss = app.signed_in("boss").await;
    for (merchant, zh) in [("lin", "林记面馆"), ("tea", "榕下茶铺")] {
        let sent = [
            ("code", merchant),
            ("zh", zh),
            ("place", "榕树巷 3 号，每天 8:00–20:00"),
            ("phone", "0663-000-0031"),
        ];
        let done = boss.post("/nanmen/merchants/new", &sent).await;
        assert!(done.is(303).location().starts_with(&at(merchant)));
        // The same form once more changes nothing.
        boss.post("/nanmen/merchants/new", &sent).await.is(303);
    }
    for (merchant, item, zh) in [
        ("lin", "noodles", "牛肉面"),
        ("lin", "tea", "热茶"),
        ("tea", "cup", "凉茶一杯"),
    ] {
        put_up(&mut boss, merchant, (item, zh)).await.is(303);
    }
    let staff = [("act", "staff"), ("login", "tea-wu"), ("name", "吴掌柜")];
    let slip = boss.post(&format!("{}/manage", at("tea")), &staff).await;
    slip.is(200).says(&["tea-wu", "吴掌柜"]);
    // One whom the terminal added belongs to nobody until an operator says so.
    let sent = [("act", "staff"), ("login", "lin"), ("name", "林老板")];
    let done = boss.post(&format!("{}/manage", at("lin")), &sent).await;
    done.is(303);
}

async fn house() -> TestApp {
    let app = TestApp::with_both("", ("", RATES)).await;
    enrol(&app).await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    app.earn("w-2", "waste.food", 2001, 300).await;
    set(&app, 1001, "rider", 1).await;
    app
}

async fn set(app: &TestApp, resident: u32, name: &'static str, value: i32) {
    let ask = Ask::Traits(SetTraits {
        resident: ResidentNo(resident),
        changes: vec![(code(name), value)],
    });
    let command = app.house.command(&code("nanmen"), &code("import"), ask);
    app.house.clerk.ask(&code("nanmen"), command).await.unwrap();
}

/// Orders one thing; answers its number and its code.
async fn order(me: &mut Browser<'_>, item: &str, pieces: i64, each: i64) -> (String, String) {
    let lines = json!([{ "item": item, "quantity": pieces }]);
    let body = json!({ "lines": lines, "total": each * pieces });
    let placed = me.json(ORDERS, &body).await.is(200).json();
    assert_eq!(placed["outcome"], "placed", "{placed}");
    let code = placed["pickup_code"].as_str().unwrap().to_owned();
    (placed["order"].to_string(), code)
}

async fn look_up(till: &mut Browser<'_>, code: &str) -> Answer {
    till.post("/nanmen/till", &[("code", code)]).await
}

async fn hand_over(till: &mut Browser<'_>, (no, code): &(String, String)) -> Answer {
    let sent = [("key", no.as_str()), ("code", code.as_str())];
    till.post(&format!("/nanmen/till/{no}/settle"), &sent).await
}

/// Takes back what the till's page shows first.
async fn take_back(till: &mut Browser<'_>) -> Answer {
    let page = till.get("/nanmen/till").await;
    let (key, entry) = (page.is(200).hidden("key"), page.hidden("entry"));
    let reason = page.hidden("reason");
    let sent = [
        ("key", key.as_str()),
        ("entry", entry.as_str()),
        ("reason", reason.as_str()),
    ];
    till.post("/nanmen/till/return", &sent).await
}

#[tokio::test]
async fn each_till_hands_over_its_own_and_says_where_the_rest_belongs() {
    let app = house().await;
    let mut me = app.signed_in("1001").await;
    let (mut lin, mut tea) = (app.signed_in("lin").await, app.signed_in("tea-wu").await);
    let mut shop = app.signed_in("shop").await;
    let noodles = order(&mut me, "lin.noodles", 2, 12).await;
    let salt = order(&mut me, "salt", 1, 5).await;
    // The slip says where.
    me.get(&format!("/nanmen/orders/{}", noodles.0))
        .await
        .is(200)
        .says(&["林记面馆", "榕树巷 3 号"]);
    me.get("/nanmen/shop/lin.noodles")
        .await
        .is(200)
        .says(&["林记面馆", "榕树巷 3 号"]);
    // Each list has its own, and nobody else's.
    let waits = |no: &str| format!("#{no}<");
    let page = lin.get("/nanmen/till").await;
    page.is(200).says(&["林记面馆", &waits(&noodles.0)]);
    assert!(!page.text.contains(&waits(&salt.0)), "{}", page.text);
    let page = shop.get("/nanmen/till").await;
    page.is(200).says(&[&waits(&salt.0)]);
    assert!(!page.text.contains(&waits(&noodles.0)), "{}", page.text);
    // A code of another place: where it belongs, and nothing of the order.
    for (till, wrong, says) in [
        (&mut tea, &noodles, "林记面馆"),
        (&mut shop, &noodles, "林记面馆"),
        (&mut lin, &salt, "绿美积分超市"),
    ] {
        let told = look_up(till, &wrong.1).await;
        told.is(409).says(&["不在这里取", says]);
        let handed = hand_over(till, wrong).await;
        handed.is(409).says(&["不在这里取", says]);
        for secret in ["陈*芳", "牛肉面", "食盐"] {
            assert!(!told.text.contains(secret), "{secret}: {}", told.text);
        }
    }
    let mut device = app.device("till").await;
    let body = json!({ "pickup_code": noodles.1 });
    let refused = device
        .json(&format!("{ORDERS}/{}/settle", noodles.0), &body)
        .await;
    assert_eq!(refused.is(409).json()["code"], "order.elsewhere");
    // At its own it is handed over, once.
    look_up(&mut lin, &noodles.1)
        .await
        .is(200)
        .says(&["牛肉面", "陈*芳"]);
    hand_over(&mut lin, &noodles)
        .await
        .is(200)
        .says(&["已交付"]);
    let sent = [("key", "other"), ("code", noodles.1.as_str())];
    let again = lin
        .post(&format!("/nanmen/till/{}/settle", noodles.0), &sent)
        .await;
    again.is(409).says(&["早已交付", "林老板"]);
    // Two kinds of shop are two orders.
    let mixed = json!([{ "item": "salt", "quantity": 1 }, { "item": "lin.tea", "quantity": 1 }]);
    me.json(QUOTES, &json!({ "lines": mixed })).await.is(422);
    me.json(ORDERS, &json!({ "lines": mixed, "total": 8 }))
        .await
        .is(422);
    // One tap takes it back, and the next finds nothing.
    take_back(&mut lin).await.is(303);
    let page = lin.get("/nanmen/till").await;
    page.is(200)
        .says(&["已退", "退回来的", "1 单 · 2 件 · 24 分"]);
    // What went over somebody else's counter is not taken back here.
    hand_over(&mut shop, &salt).await.is(200);
    let entry = app
        .house
        .store
        .frame(&code("nanmen"))
        .await
        .unwrap()
        .unwrap();
    let entry = (entry.head.next_seq - 3).to_string();
    let sent = [
        ("key", "x"),
        ("entry", entry.as_str()),
        ("reason", "退货了"),
    ];
    lin.post("/nanmen/till/return", &sent).await.is(422);
    shop.post("/nanmen/till/return", &sent).await.is(422);
    drop((me, lin, tea, shop, device));
    app.end().await;
}

#[tokio::test]
async fn wrong_codes_are_counted_for_a_merchant_too() {
    let app = house().await;
    let mut lin = app.signed_in("lin").await;
    let mut statuses = Vec::new();
    for no in 0..8 {
        let answer = look_up(&mut lin, &format!("0000{no:04}")).await;
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses[..5], [404; 5]);
    assert!(statuses[5..].contains(&429), "{statuses:?}");
    // Nobody else waits for that.
    let mut tea = app.signed_in("tea-wu").await;
    assert_eq!(look_up(&mut tea, "00001234").await.status, 404);
    drop((lin, tea));
    app.end().await;
}

#[tokio::test]
async fn an_offer_for_some_says_why_others_cannot_have_it() {
    let app = house().await;
    let (mut rider, mut other) = (app.signed_in("1001").await, app.signed_in("2001").await);
    let why = "只给快递员和骑手换";
    let shelf = rider.get("/nanmen/shop").await;
    shelf.is(200).says(&["牛肉面", "林记面馆"]);
    assert!(!shelf.text.contains(why), "{}", shelf.text);
    other
        .get("/nanmen/shop")
        .await
        .is(200)
        .says(&["牛肉面", why]);
    let page = other.get("/nanmen/shop/lin.noodles").await;
    page.is(200).says(&[why, "请到社区服务台登记"]);
    assert!(!page.text.contains("/confirm"), "{}", page.text);
    let lines = json!([{ "item": "lin.noodles", "quantity": 1 }]);
    let refused = other
        .json(ORDERS, &json!({ "lines": lines, "total": 12 }))
        .await;
    assert_eq!(refused.is(200).json()["code"], "only-0");
    // The other half of the segment; and without it again.
    set(&app, 2001, "courier", 1).await;
    order(&mut other, "lin.noodles", 1, 12).await;
    set(&app, 2001, "courier", 0).await;
    let refused = other
        .json(ORDERS, &json!({ "lines": lines, "total": 12 }))
        .await;
    assert_eq!(refused.is(200).json()["outcome"], "refused");
    drop((rider, other));
    app.end().await;
}

/// A merchant's staff asks for every address that is not theirs, and for the other merchant's of those that are.
#[tokio::test]
async fn whoever_works_for_a_merchant_sees_nothing_else() {
    let app = house().await;
    let mut me = app.signed_in("1001").await;
    let noodles = order(&mut me, "lin.noodles", 1, 12).await;
    let mut tea = app.signed_in("tea-wu").await;
    let right = Right::Staff(rongyi_server::access::Role::Merchant);
    let fill = |path: &str| {
        let holes = [
            ("{community}", "nanmen"),
            ("{resident}", "1001"),
            ("{household}", "3"),
            ("{seq}", "9"),
            ("{no}", noodles.0.as_str()),
            ("{period}", "2026-10"),
            ("{item}", "salt"),
            ("{file}", "none.txt"),
            ("{id}", "1"),
            ("{kind}", "message"),
            ("{report}", "points"),
            ("{list}", "board"),
            ("{digest}", "00"),
            ("{shift}", "1"),
            ("{team}", "1"),
            ("{key}", "1001-0"),
            ("{merchant}", "lin"),
            ("{month}", "2026-11"),
        ];
        let one = |path: String, (hole, value): (&str, &str)| path.replace(hole, value);
        holes.into_iter().fold(path.to_owned(), one)
    };
    let (mut refused, mut own) = (0, 0);
    for Address { method, path, act } in routes::addresses().list() {
        let link = fill(path);
        let theirs = [Act::SeeMerchants, Act::OfferGoods, Act::SignStatement];
        let not_theirs = may(right, *act) == May::No;
        let others = theirs.contains(act) && path.contains("{merchant}");
        if !not_theirs && !others {
            continue;
        }
        let answer = match *method {
            "GET" => tea.get(&link).await,
            _ => tea.post(&link, &[("act", "sign")]).await,
        };
        let away =
            answer.text.contains("access.forbidden") || answer.location().contains("/sign-in");
        assert!(away, "{method} {link}: {} {}", answer.status, answer.text);
        if not_theirs { refused += 1 } else { own += 1 }
    }
    assert!(refused > 90 && own >= 6, "{refused} {own}");
    // Their own page is where they are led, without the operator's parts of it.
    let led = tea.get("/nanmen/merchants").await;
    assert_eq!(led.is(303).location(), "/nanmen/merchants/tea");
    let page = tea.get("/nanmen/merchants/tea").await;
    page.is(200).says(&["榕下茶铺", "凉茶一杯", "4 分"]);
    for operators in ["/manage", "/end\"", "/operator/"] {
        assert!(!page.text.contains(operators), "{operators}");
    }
    put_up(&mut tea, "tea", ("milk", "奶茶")).await.is(303);
    let page = tea.get("/nanmen/merchants/tea").await;
    page.is(200).says(&["奶茶", "没有定价"]);
    // Through the API they reach nothing of residents either.
    let body = json!({ "pickup_code": noodles.1 });
    tea.json(&format!("{ORDERS}/{}/settle", noodles.0), &body)
        .await
        .is(404);
    // An account that no merchant was named for sees none of it.
    let store = &app.house.store;
    let staff = store.staff_by_login(&code("nanmen"), "lin").await.unwrap();
    assert!(staff.is_some());
    drop((me, tea));
    app.end().await;
}

/// One request over a socket: the head and the text of the answer.
async fn ask(address: std::net::SocketAddr, cookie: &str, path: &str, form: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: a.test\r\nOrigin: http://a.test\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

/// Two hosts on one database, each with a till of the same merchant: of two that hand the same order over at the same moment
/// one does it, and the other is told by whom and when.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_tills_of_two_hosts_exactly_one_hands_over() {
    let app = house().await;
    let mut boss = app.signed_in("boss").await;
    let second = [("act", "staff"), ("login", "lin-two"), ("name", "林小妹")];
    let manage = format!("{}/manage", at("lin"));
    boss.post(&manage, &second).await.is(200);
    let mut me = app.signed_in("1001").await;
    let config = config::load_with(&app.house.config.file, &|_| None).unwrap();
    let other = House::open(config, app.clock.clone()).await.unwrap();
    let hosts = [Arc::clone(&app.house), Arc::new(other)];
    let mut addresses = Vec::new();
    let mut serving = Vec::new();
    for house in &hosts {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        addresses.push(listener.local_addr().unwrap());
        let router = routes::router(Arc::clone(house));
        serving.push(tokio::spawn(
            async move { axum::serve(listener, router).await },
        ));
    }
    let (one, two) = (app.signed_in("lin").await, app.signed_in("lin-two").await);
    let cookies = [&one, &two].map(|who| {
        let all = who.cookies.iter();
        let all: Vec<String> = all.map(|(name, value)| format!("{name}={value}")).collect();
        all.join("; ")
    });
    let mut winners = [0, 0];
    for _ in 0..6 {
        let (no, pickup) = order(&mut me, "lin.noodles", 1, 12).await;
        let path = format!("/nanmen/till/{no}/settle");
        let form = |key: &str| format!("key={key}-{no}&code={pickup}");
        let (a, b) = (form("a"), form("b"));
        let (first, second) = tokio::join!(
            ask(addresses[0], &cookies[0], &path, &a),
            ask(addresses[1], &cookies[1], &path, &b)
        );
        let won = |answer: &str| answer.starts_with("HTTP/1.1 200");
        assert!(won(&first) != won(&second), "{first}\n{second}");
        let (winner, loser, name) = if won(&first) {
            winners[0] += 1;
            (&first, &second, "林老板")
        } else {
            winners[1] += 1;
            (&second, &first, "林小妹")
        };
        assert!(winner.contains("已交付"), "{winner}");
        assert!(loser.starts_with("HTTP/1.1 409"), "{loser}");
        let told = loser.contains("早已交付") && loser.contains(name) && loser.contains("11月23日");
        assert!(told, "told by whom and when: {loser}");
    }
    assert_eq!(winners[0] + winners[1], 6);
    for one in serving {
        one.abort();
    }
    drop((me, boss, one, two));
    let [_, other] = hosts;
    if let Some(other) = Arc::into_inner(other) {
        other.close().await;
    }
    app.end().await;
}

#[tokio::test]
async fn whoever_ends_a_merchant_is_told_before_and_open_orders_stay_good() {
    let app = house().await;
    let (mut me, mut boss) = (app.signed_in("1001").await, app.signed_in("boss").await);
    let mut lin = app.signed_in("lin").await;
    let open = order(&mut me, "lin.noodles", 1, 12).await;
    let told = boss.get(&format!("{}/end", at("lin"))).await;
    told.is(200).says(&[
        "在架的 2 样马上下架",
        "已经下单的 1 单照样有效",
        "到期退回积分",
    ]);
    let sent = [("act", "end")];
    let manage = format!("{}/manage", at("lin"));
    boss.post(&manage, &sent).await.is(303);
    boss.post(&manage, &sent).await.is(303);
    let lines = json!([{ "item": "lin.tea", "quantity": 1 }]);
    let gone = me
        .json(ORDERS, &json!({ "lines": lines, "total": 3 }))
        .await;
    assert!(gone.status.is_client_error(), "{}", gone.text);
    let shelf = me.get("/nanmen/shop").await;
    assert!(!shelf.is(200).text.contains("牛肉面"));
    hand_over(&mut lin, &open).await.is(200);
    let late = [
        ("key", "late"),
        ("act", "offer"),
        ("code", "soup"),
        ("zh", "清汤"),
        ("value", "800"),
        ("pieces", "9"),
    ];
    let refused = lin.post(&at("lin"), &late).await;
    refused.is(409).says(&["已经停用"]);
    boss.get("/nanmen/merchants")
        .await
        .says(&["已停用", "在用"]);
    drop((me, boss, lin));
    app.end().await;
}

#[tokio::test]
async fn a_merchant_is_enrolled_where_the_community_says_how_it_is_paid() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let wish = [("code", "lin"), ("zh", "林记面馆"), ("place", "榕树巷")];
    let told = boss.post("/nanmen/merchants/new", &wish).await;
    told.is(409).says(&["还没有写怎么和商家结算", "林记面馆"]);
    drop(boss);
    app.end().await;
    let app = TestApp::with_both("", ("", RATES)).await;
    let mut boss = app.signed_in("boss").await;
    for (wrong, says) in [("林记", "小写字母"), ("a.b", "小写字母"), ("x", "2 到 20")] {
        let wish = [("code", wrong), ("zh", "林记面馆"), ("place", "榕树巷")];
        let told = boss.post("/nanmen/merchants/new", &wish).await;
        told.is(409).says(&[says, "出错了"]);
    }
    let wish = [("code", "lin"), ("zh", ""), ("place", "榕树巷")];
    let told = boss.post("/nanmen/merchants/new", &wish).await;
    told.is(422).says(&["这一格要写"]);
    // An account of a merchant that none was named for: its till is closed, and says so.
    let mut lin = app.signed_in("lin").await;
    let closed = lin.get("/nanmen/till").await;
    closed.is(403);
    drop((boss, lin));
    app.end().await;
}
