//! What is said where less moved than was asked, and that every number around it agrees.

use rongyi_core::account::Holder;
use rongyi_core::amount::Amount;
use rongyi_core::command::{Ask, Command, Open, SaltedText};
use rongyi_core::ids::HouseholdNo;
use rongyi_core::record::Source;

use crate::app::{Browser, TestApp, code};
use crate::walk::{after, printed, terminal_agrees, walk};

/// An opening balance of a household, with its last day.
fn opening(app: &TestApp, household: u32, amount: i64, expires: &str) -> Command {
    let nanmen = code("nanmen");
    let text = SaltedText {
        salt: [7; 16],
        text: "存折第 1 页".to_owned(),
    };
    Command {
        actor: code("import"),
        key: None,
        today: app.house.today(&nanmen).0,
        ask: Ask::Open(Open {
            holder: Holder::Household(HouseholdNo(household)),
            asset: code("points"),
            amount: Amount::new(amount).unwrap(),
            expires: Some(expires.parse().unwrap()),
            source: Source {
                name: code("paper-book"),
                external_ref: format!("page-{household}-{expires}"),
                input: [0; 32],
            },
            reason: text.commitment(),
        }),
        text: Some(text),
        reference: None,
    }
}

async fn order(me: &mut Browser<'_>, item: &str) -> String {
    let check = me
        .get(&format!("/nanmen/shop/{item}/confirm?quantity=1"))
        .await;
    let (key, total) = (check.is(200).hidden("key"), check.hidden("total"));
    let again = check.text.contains("name=\"again\"");
    let again = if again {
        check.hidden("again")
    } else {
        String::new()
    };
    let mut form = vec![
        ("key", key.as_str()),
        ("item", item),
        ("quantity", "1"),
        ("total", total.as_str()),
    ];
    if !again.is_empty() {
        form.push(("again", again.as_str()));
    }
    let placed = me.post("/nanmen/orders", &form).await;
    let slip = placed.is(303).location().to_owned();
    slip.split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn points_that_run_out_while_they_are_kept_are_said_before_and_after() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    let paper = opening(&app, 3, 60, "2026-11-26");
    app.house.clerk.ask(&nanmen, paper).await.unwrap();
    app.earn("n-1", "waste.food", 1001, 40).await;
    let mut me = app.signed_in("1001").await;
    let check = me.get("/nanmen/shop/rice-5kg/confirm?quantity=1").await;
    check
        .is(200)
        .says(&["过期不领，其中 60 分到时已经到期，退不回来"]);
    let slip = order(&mut me, "rice-5kg").await;
    me.get(&slip).await.is(200).says(&[
        "不要了，退回 85 分",
        "其中 60 分快到期了：11月27日",
        "其中 60 分到时已经到期",
    ]);
    me.get("/nanmen/passbook")
        .await
        .says(&["为兑换单留着", "看这张单"]);
    app.clock.advance_days(4);
    let mut me = app.signed_in("1001").await;
    me.get(&slip)
        .await
        .is(200)
        .says(&["不要了，退回 25 分", "其中 60 分在留着的时候已经到期"]);
    me.post(&format!("{slip}/cancel"), &[("key", "c")])
        .await
        .is(303);
    let after = me.get(&slip).await;
    after
        .is(200)
        .says(&["25 分已退回", "60 分在留着的时候到期，没有退回"]);
    assert!(!after.text.contains("85 分已退回"));
    let told = me.get("/api/v1/communities/nanmen/orders/1").await.json();
    assert_eq!(
        (&told["returned"], &told["lapsed"]),
        (&25.into(), &60.into())
    );
    let book = me.get("/nanmen/passbook").await;
    book.is(200)
        .says(&["取消兑换", "60 分在留着的时候到期，没有退回", "没有领"]);
    walk(&mut me, "nanmen", 1001).await;

    // Nothing at all comes back, and that is a line too.
    let paper = opening(&app, 4, 10, "2026-11-28");
    app.house.clerk.ask(&nanmen, paper).await.unwrap();
    let mut you = app.signed_in("2001").await;
    let slip = order(&mut you, "salt").await;
    order(&mut you, "salt").await;
    app.clock.advance_days(3);
    let mut you = app.signed_in("2001").await;
    you.get(&slip).await.is(200).says(&["不要了，没有积分可退"]);
    you.post(&format!("{slip}/cancel"), &[("key", "d")])
        .await
        .is(303);
    you.get(&slip)
        .await
        .is(200)
        .says(&["已取消，没有积分退回", "5 分在留着的时候到期"]);
    let lines = walk(&mut you, "nanmen", 2001).await;
    let lost = lines.iter().find(|line| line.title.starts_with("取消兑换"));
    assert_eq!(lost.unwrap().change, Some(0));
    app.end().await;
}

#[tokio::test]
async fn a_deduction_that_finds_too_little_says_three_numbers_to_both() {
    let app = TestApp::new().await;
    let mut lead = app.signed_in("lead").await;
    let form = lead.get("/nanmen/record?kind=littering").await;
    let key = form.is(200).hidden("key");
    let sent = [
        ("kind", "littering"),
        ("key", key.as_str()),
        ("resident", "2001"),
        ("quantity", "1"),
        ("on", "2026-11-23"),
    ];
    let told = lead.post("/nanmen/record", &sent).await;
    told.is(200)
        .says(&["没有扣足", "应扣 5 分，积分不够，实扣 0 分，扣后还有 0 分"]);
    assert!(!told.text.contains("记好了"), "{}", told.text);
    let mut you = app.signed_in("2001").await;
    let book = you.get("/nanmen/passbook").await;
    book.is(200)
        .says(&["占道堆放 1 次", "应扣 5 分，积分不够，实扣 0 分"]);
    let lines = walk(&mut you, "nanmen", 2001).await;
    you.get(&format!("/nanmen/passbook/{}", lines[0].entry))
        .await
        .is(200)
        .says(&["为什么没有增减", "积分不够，没有扣到的"]);

    app.earn("n-2", "waste.food", 2001, 10).await;
    let entry = app.earn("n-3", "straw.burn", 2001, 1).await;
    let why = you.get(&format!("/nanmen/passbook/{entry}")).await;
    why.is(200)
        .says(&["应扣 20 分，积分不够，实扣 10 分，扣后还有 0 分"]);
    walk(&mut you, "nanmen", 2001).await;
    app.end().await;
}

#[tokio::test]
async fn reversals_explain_themselves_and_begin_at_the_line() {
    let app = TestApp::new().await;
    let entry = app.earn("n-4", "waste.food", 1001, 120).await;
    let mut me = app.signed_in("1001").await;
    let slip = order(&mut me, "rice-5kg").await;
    let shown = me.get(&slip).await.text;
    let pickup = after(&shown, "data-copy=\"").unwrap()[..8].to_owned();
    let mut shop = app.signed_in("shop").await;
    let check = shop.post("/nanmen/till", &[("code", &pickup)]).await;
    let key = check.is(200).hidden("key");
    let done = shop
        .post("/nanmen/till/1/settle", &[("key", &key), ("code", &pickup)])
        .await;
    let handed = after(&done.is(200).text, "· 第 ").unwrap();
    let handed: u64 = handed.split(' ').next().unwrap().parse().unwrap();
    // A wrong code is told as a wrong code.
    let wrong = if pickup == "00000000" {
        "11111111"
    } else {
        "00000000"
    };
    shop.post("/nanmen/till/1/settle", &[("key", "k"), ("code", wrong)])
        .await
        .is(404)
        .says(&["没有这个取货码"]);

    let mut check = app.signed_in("check").await;
    let placed = handed - 1;
    let lines = walk(&mut me, "nanmen", 1001).await;
    let of_order = lines
        .iter()
        .find(|line| line.title.starts_with("兑换"))
        .unwrap()
        .entry;
    assert!(of_order <= placed, "{of_order} {handed}");
    // Either number leads to the hand-over; looking books nothing.
    for number in [handed, of_order] {
        let page = check.get(&format!("/nanmen/amend?entry={number}")).await;
        page.is(200)
            .says(&["冲正这一笔", &format!("第 {handed} 笔"), "大米 5 公斤"]);
        page.says(&[&format!(
            "type=\"hidden\" name=\"entry\" value=\"{handed}\""
        )]);
    }
    check
        .get("/nanmen/amend?entry=999999")
        .await
        .is(200)
        .says(&["账本里没有第 999999 笔"]);
    let page = check.get(&format!("/nanmen/amend?entry={entry}")).await;
    page.is(200)
        .says(&["厨余垃圾分类 12 公斤", "+120 分", "陈阿婆家"]);
    for number in [handed, entry] {
        let form = [
            ("key", "r-1"),
            ("entry", &*number.to_string()),
            ("reason", "称错了一袋"),
            ("how", "now"),
        ];
        let key = format!("r-{number}");
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| {
                if *name == "key" {
                    ("key", key.as_str())
                } else {
                    (*name, *value)
                }
            })
            .collect();
        check.post("/nanmen/amend/reverse", &form).await.is(303);
    }
    let book = me.get("/nanmen/passbook").await;
    book.is(200).says(&[
        "已冲正",
        &format!("冲正第 {entry} 笔：厨余垃圾分类 12 公斤"),
        "退货 大米",
    ]);
    me.get(&format!("/nanmen/passbook/{entry}"))
        .await
        .is(200)
        .says(&["已冲正", "称错了一袋", "看冲正的那一笔"]);
    let lines = walk(&mut me, "nanmen", 1001).await;
    let by = lines
        .iter()
        .find(|line| line.title.contains("厨余") && line.title.starts_with("冲正"))
        .unwrap();
    me.get(&format!("/nanmen/passbook/{}", by.entry))
        .await
        .is(200)
        .says(&["称错了一袋", "看被冲正的那一笔"]);
    app.end().await;
}

#[tokio::test]
async fn totals_agree_over_pages_back_dating_openings_and_refusals() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    let paper = opening(&app, 3, 200, "2027-12-31");
    app.house.clerk.ask(&nanmen, paper).await.unwrap();
    // Of October, booked in November; more than a page of lines; some refused.
    for i in 0..45 {
        let mut command = app.event(&format!("p-{i}"), "tree.plant", 1001, 1);
        if let Ask::Earn(event) = &mut command.ask {
            event.on = if i % 3 == 0 {
                "2026-10-20"
            } else {
                "2026-11-20"
            }
            .parse()
            .unwrap();
        }
        app.house.clerk.ask(&nanmen, command).await.unwrap();
        if i % 5 == 0 {
            app.earn(&format!("y-{i}"), "yard.inspect", 1001, 1).await;
            app.earn(&format!("c-{i}"), "council.attend", 1001, 1).await;
        }
        if i % 9 == 0 {
            app.earn(&format!("s-{i}"), "straw.burn", 1002, 1).await;
        }
    }
    let mut me = app.signed_in("1001").await;
    let slip = order(&mut me, "salt").await;
    me.post(&format!("{slip}/cancel"), &[("key", "x")])
        .await
        .is(303);
    let lines = walk(&mut me, "nanmen", 1001).await;
    assert!(lines.len() > 60, "{}", lines.len());
    let refused: Vec<_> = lines
        .iter()
        .filter(|line| line.title.starts_with("庭院卫生检查"))
        .collect();
    assert_eq!(
        refused.len(),
        9,
        "what was refused is listed beside what counted"
    );
    let why = me
        .get(&format!("/nanmen/passbook/{}", refused[0].entry))
        .await;
    why.is(200).says(&["为什么没有得分", "没有入账"]);
    me.get("/nanmen/passbook")
        .await
        .says(&["10月20日 星期二 的事"]);
    // Home's tile is the heading's number, whoever looks.
    let mut family = app.signed_in("1002").await;
    walk(&mut family, "nanmen", 1002).await;
    app.clock.advance_days(20);
    let mut me = app.signed_in("1001").await;
    app.earn("later", "tree.plant", 1001, 2).await;
    walk(&mut me, "nanmen", 1001).await;
    app.end().await;
}

#[tokio::test]
async fn back_from_the_slip_and_one_more_tap_is_one_order() {
    let app = TestApp::new().await;
    app.earn("o-1", "waste.food", 1001, 290).await;
    let mut me = app.signed_in("1001").await;
    let slip = order(&mut me, "salt").await;
    // The page comes anew, with a key of its own.
    let page = me.get("/nanmen/shop/salt/confirm?quantity=1").await;
    page.is(200)
        .says(&["您刚才已经换过一次，单号 #1", "再换一次"]);
    let key = page.hidden("key");
    let form = |again: &'static str| {
        let mut form = vec![
            ("key", key.as_str()),
            ("item", "salt"),
            ("quantity", "1"),
            ("total", "5"),
        ];
        if !again.is_empty() {
            form.push(("again", again));
        }
        form
    };
    let tapped = me.post("/nanmen/orders", &form("")).await;
    assert_eq!(
        tapped.is(303).location().split('?').next(),
        Some(slip.as_str())
    );
    // Pressed on purpose it is another one; later nobody is asked.
    let meant = me.post("/nanmen/orders", &form("1")).await;
    assert!(meant.is(303).location().starts_with("/nanmen/orders/2"));
    app.clock.set(rongyi_core::time::Instant(
        crate::app::NOW.0 + 3_600_000_000,
    ));
    let page = me.get("/nanmen/shop/salt/confirm?quantity=1").await;
    assert!(!page.text.contains("您刚才已经换过"));
    app.end().await;
}

#[tokio::test]
async fn what_was_refused_stands_on_some_page_however_much_moved() {
    let app = TestApp::new().await;
    let mut entries = Vec::new();
    for no in 0..130 {
        // Council counts four times a month; everything after that is refused.
        let kind = if no % 7 == 4 {
            "council.attend"
        } else {
            "waste.food"
        };
        entries.push(app.earn(&format!("m-{no}"), kind, 1001, 1).await);
    }
    let mut me = app.signed_in("1001").await;
    let lines = walk(&mut me, "nanmen", 1001).await;
    let refused = lines.iter().filter(|line| line.after.is_none()).count();
    assert!(refused > 10, "only {refused} were refused");
    let mut seen: Vec<u64> = lines.iter().map(|line| line.entry).collect();
    seen.reverse();
    assert_eq!(seen, entries);
    terminal_agrees(&app, ("nanmen", 1001), &lines);
    app.end().await;
}

#[tokio::test]
async fn a_return_says_before_and_after_what_has_run_out() {
    let app = TestApp::new().await;
    let paper = opening(&app, 3, 60, "2026-11-26");
    app.house.clerk.ask(&code("nanmen"), paper).await.unwrap();
    app.earn("b-1", "waste.food", 1001, 40).await;
    let mut me = app.signed_in("1001").await;
    let slip = order(&mut me, "rice-5kg").await;
    let shown = me.get(&slip).await.text;
    let pickup = after(&shown, "data-copy=\"").unwrap()[..8].to_owned();
    let mut shop = app.signed_in("shop").await;
    let check = shop.post("/nanmen/till", &[("code", &pickup)]).await;
    let key = check.is(200).hidden("key");
    let done = shop
        .post("/nanmen/till/1/settle", &[("key", &key), ("code", &pickup)])
        .await;
    let handed = after(&done.is(200).text, "· 第 ").unwrap();
    let handed = handed.split(' ').next().unwrap().to_owned();
    app.clock.advance_days(5);
    let mut desk = app.signed_in("check").await;
    desk.get(&format!("/nanmen/amend?entry={handed}"))
        .await
        .is(200)
        .says(&["当时用的积分里有 60 分已经到期：冲正以后不退回"]);
    let form = [
        ("key", "back"),
        ("entry", handed.as_str()),
        ("reason", "米有虫"),
        ("how", "now"),
    ];
    desk.post("/nanmen/amend/reverse", &form).await.is(303);
    let mut me = app.signed_in("1001").await;
    me.get("/nanmen/passbook").await.is(200).says(&[
        "退货 大米",
        "+25",
        "其中 60 分早已到期，没有退回",
    ]);
    let lines = walk(&mut me, "nanmen", 1001).await;
    terminal_agrees(&app, ("nanmen", 1001), &lines);
    let back = lines.iter().find(|line| line.title.contains("退货"));
    assert_eq!(back.unwrap().change, Some(25));
    app.end().await;
}

#[tokio::test]
async fn a_return_of_which_nothing_is_left_is_a_line_with_its_why() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    for (points, until) in [(60, "2026-11-26"), (40, "2026-11-27")] {
        let paper = opening(&app, 3, points, until);
        app.house.clerk.ask(&nanmen, paper).await.unwrap();
    }
    let mut me = app.signed_in("1001").await;
    let slip = order(&mut me, "rice-5kg").await;
    let shown = me.get(&slip).await.text;
    let pickup = after(&shown, "data-copy=\"").unwrap()[..8].to_owned();
    let mut shop = app.signed_in("shop").await;
    let check = shop.post("/nanmen/till", &[("code", &pickup)]).await;
    let key = check.is(200).hidden("key");
    let done = shop
        .post("/nanmen/till/1/settle", &[("key", &key), ("code", &pickup)])
        .await;
    let handed = after(&done.is(200).text, "· 第 ").unwrap();
    let handed = handed.split(' ').next().unwrap().to_owned();
    // One spend over two lots is one line, for the terminal too.
    let lines = walk(&mut me, "nanmen", 1001).await;
    terminal_agrees(&app, ("nanmen", 1001), &lines);
    app.clock.advance_days(5);
    rongyi_server::jobs::round(&app.house, &nanmen)
        .await
        .unwrap();
    let mut desk = app.signed_in("check").await;
    let form = [
        ("key", "back"),
        ("entry", handed.as_str()),
        ("reason", "米有虫"),
        ("how", "now"),
    ];
    desk.post("/nanmen/amend/reverse", &form).await.is(303);
    let mut me = app.signed_in("1001").await;
    me.get("/nanmen/passbook")
        .await
        .is(200)
        .says(&["退货 大米", "85 分早已到期，没有退回"]);
    let lines = walk(&mut me, "nanmen", 1001).await;
    terminal_agrees(&app, ("nanmen", 1001), &lines);
    let back = lines
        .iter()
        .find(|line| line.title.contains("退货"))
        .unwrap();
    assert_eq!(back.change, Some(0));
    let told = printed(&app, &["passbook", "-c", "nanmen", "-r", "1001"]);
    let told = told["lines"].as_array().unwrap().iter();
    let told: Vec<_> = told.filter(|line| line["entry"] == back.entry).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["told"][0]["zh"], "85 早已到期，没有退回");
    me.get(&format!("/nanmen/passbook/{}", back.entry))
        .await
        .is(200)
        .says(&["85 分", "没有退回", "米有虫"]);
    app.end().await;
}
