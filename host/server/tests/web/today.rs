//! An operator's first page: its numbers are those of the lists it leads to, and the rules stand one step deeper.

use crate::app::{Answer, TestApp};
use crate::counter::order_salt;

fn plain(answer: &Answer) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in answer.text.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

/// The number before a title on the first page; none where the row is left out.
fn number_of(page: &Answer, what: &str) -> Option<i64> {
    let before = page.text.split(&format!("<b>{what}</b>")).next()?;
    if before.len() == page.text.len() {
        return None;
    }
    let cell = before.rsplit("today-count\">").next()?;
    let digits: String = cell.split('<').next()?.replace(',', "");
    digits.parse().ok()
}

#[tokio::test]
async fn the_first_page_says_what_its_lists_say() {
    let app = TestApp::with_notice().await;
    let mut boss = app.signed_in("boss").await;
    let mut shop = app.signed_in("shop").await;
    // Rice is low from the beginning; with a delivery nothing is left to do but the books of last month.
    let receive = [
        ("key", "r"),
        ("pieces", "40"),
        ("on", "2026-11-23"),
        ("reason", "进货"),
    ];
    shop.post("/nanmen/stock/rice-5kg/receive", &receive)
        .await
        .is(303);
    let quiet = boss.get("/nanmen/operator").await;
    quiet
        .is(200)
        .says(&["今天", "2026年11月23日", "60,000 分", "照这样"]);
    assert_eq!(number_of(&quiet, "快没了的物品"), None);
    app.earn("w-1", "waste.food", 1001, 300).await;
    let award = app.earn("c-1", "council.attend", 1001, 1).await;
    app.earn("c-2", "council.attend", 1002, 1).await;
    let mut me = app.signed_in("1001").await;
    for pieces in [1, 2, 35] {
        order_salt(&mut me, pieces).await;
    }
    let object = [("key", "o"), ("reason", "签到簿上没有")];
    me.post(&format!("/nanmen/notice/{award}/object"), &object)
        .await
        .is(303);
    let propose = [
        ("key", "p"),
        ("resident", "2001"),
        ("asset", "points"),
        ("amount", "20"),
        ("reason", "补记"),
    ];
    app.signed_in("check")
        .await
        .post("/nanmen/amend/adjust", &propose)
        .await
        .is(303);
    app.clock.advance_days(2);
    let mut boss = app.signed_in("boss").await;
    let page = boss.get("/nanmen/operator").await;
    page.is(200);
    assert_eq!(number_of(&page, "有人提了异议"), Some(1));
    assert_eq!(number_of(&page, "待批准的更正"), Some(1));
    assert_eq!(number_of(&page, "公示今明两天到期"), Some(1));
    let desk = boss.get("/nanmen/amend").await;
    assert_eq!(desk.text.matches("/approve\"").count(), 1);
    assert_eq!(desk.text.matches("/review\"").count(), 1);
    let low = boss.get("/nanmen/stock?show=low").await;
    let rows = low.text.matches("class=\"goods-row\"").count();
    assert_eq!(number_of(&page, "快没了的物品"), i64::try_from(rows).ok());
    assert_eq!(rows, 1);
    page.says(&["<span>等人来取的兑换单</span><span class=\"row-value\">3</span>"]);
    // What was issued is what the ledger issued: 300 for the waste; what is under notice counts where it is decided.
    let issued = 300 + 5 + 5;
    page.says(&[
        &format!("<b>{issued}</b> 分"),
        "预算 60,000 分",
        "还剩 59,690 分",
    ]);
    // On the last day of the orders.
    app.clock.advance_days(5);
    let mut boss = app.signed_in("boss").await;
    let page = boss.get("/nanmen/operator").await;
    assert_eq!(number_of(&page, "兑换单今天最后一天"), Some(3));
    let sheet = boss.get("/nanmen/till/day").await;
    assert_eq!(sheet.text.matches("今天最后一天</span>").count(), 3);
    app.end().await;
}

#[tokio::test]
async fn points_that_run_out_are_the_same_on_page_and_list() {
    let app = TestApp::new().await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    app.earn("w-2", "waste.food", 2001, 120).await;
    // They lapse at the end of the next year; six days before that it is on the page.
    app.clock.advance_days(38 + 365 - 6);
    let mut boss = app.signed_in("boss").await;
    let page = boss.get("/nanmen/operator").await;
    let shown = number_of(page.is(200), "分，七天内到期");
    let list = boss.get("/nanmen/operator/lapsing").await;
    list.is(200).says(&[
        "一共 420 分，2 户",
        "陈阿婆家 · 第 3 户",
        "300 分",
        "120 分",
        "12月31日",
    ]);
    assert_eq!(shown, Some(420));
    app.signed_in("shop")
        .await
        .get("/nanmen/operator/lapsing")
        .await
        .is(403);
    app.end().await;
}

#[tokio::test]
async fn rules_are_told_in_words_first() {
    let app = TestApp::new().await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    app.earn("w-2", "tree.plant", 1001, 2).await;
    app.clock.advance_days(1);
    let mut boss = app.signed_in("boss").await;
    let today = boss.get("/nanmen/operator").await;
    today.is(200).says(&["/nanmen/operator/rules", "都正常"]);
    assert!(
        !today.text.contains("微秒"),
        "figures stand one step deeper"
    );
    let rules = boss.get("/nanmen/operator/rules").await;
    rules
        .is(200)
        .says(&["昨天的事 2 件，都有回答", "正在用的就是文件里写的"]);
    let words = rules.text.find("昨天").unwrap();
    assert!(words < rules.text.find("微秒").unwrap());
    assert!(plain(&rules).contains("points-table"));
    app.end().await;
}
