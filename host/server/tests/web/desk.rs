//! What staff and residents do on the pages of the office, through the door: orders handed over in parts at the till,
//! awards under notice in the passbook and objected to from the page that explains them, events booked by a leader.

use serde_json::json;

use crate::app::{Answer, Browser, TestApp};

const API: &str = "/api/v1/communities/nanmen";

/// Orders so much salt; answers the order's page and its code.
async fn order_salt(me: &mut Browser<'_>, pieces: i32) -> (String, String) {
    let lines = json!([{ "item": "salt", "quantity": pieces }]);
    let body = json!({ "lines": lines, "total": 5 * pieces });
    let placed = me.json(&format!("{API}/orders"), &body).await;
    let placed = placed.is(200).json();
    let code = placed["pickup_code"].as_str().unwrap().to_owned();
    (placed["order"].to_string(), code)
}

async fn spendable(me: &mut Browser<'_>) -> i64 {
    let path = format!("{API}/residents/1001/balance");
    me.get(&path).await.is(200).json()["points"]
        .as_i64()
        .unwrap()
}

#[tokio::test]
async fn a_till_hands_over_a_part_and_later_the_rest() {
    let app = TestApp::new().await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    let (no, code) = order_salt(&mut me, 3).await;
    let slip = format!("/nanmen/orders/{no}");
    let settle = format!("/nanmen/till/{no}/settle");
    let mut till = app.signed_in("shop").await;
    let look = async |till: &mut Browser<'_>| till.post("/nanmen/till", &[("code", &code)]).await;
    let page = look(&mut till).await;
    page.is(200)
        .says(&["食盐", "现在交付几份", "name=\"pieces.salt\"", "max=\"3\""]);
    let key = page.hidden("key");
    let pieces = |how_many: &'static str| {
        let pairs = [("code", code.as_str()), ("pieces.salt", how_many)];
        pairs.to_vec()
    };
    for (typed, said) in [
        ("0", "至少要交付一份"),
        ("一", "份数请写整数"),
        ("4", "不超过还没有领的件数"),
    ] {
        let again = till.post(&settle, &pieces(typed)).await;
        again.is(422).says(&["出错了：", said, "max=\"3\""]);
    }
    let mut one = pieces("1");
    one.push(("key", &key));
    let part = till.post(&settle, &one).await;
    part.is(200)
        .says(&["已交付一部分", "食盐 × 1", "还留着 食盐 × 2", "11月30日"]);
    // A second tap is told the same and hands nothing more over.
    till.post(&settle, &one).await.is(200).says(&["食盐 × 1"]);
    me.get(&slip)
        .await
        .is(200)
        .says(&["已经领走 食盐 × 1", "还有 食盐 × 2", "不要了，退回 10 分"]);
    me.get("/nanmen/orders").await.is(200).says(&["食盐 × 2"]);
    me.get("/nanmen/home")
        .await
        .is(200)
        .says(&["食盐 × 2 等您来领"]);
    me.get("/nanmen/passbook").await.is(200).says(&[
        "为兑换单留着",
        "食盐 × 2",
        "10 分",
        "已从可用积分里留出",
    ]);
    let page = look(&mut till).await;
    page.is(200).says(&["（已领 1）", "max=\"2\""]);
    let mut rest = pieces("2");
    let key = page.hidden("key");
    rest.push(("key", &key));
    let done = till.post(&settle, &rest).await;
    done.is(200).says(&["可以把东西交给居民了", "食盐 × 2"]);
    till.post(&settle, &pieces("1"))
        .await
        .is(409)
        .says(&["早已交付"]);
    assert_eq!(spendable(&mut me).await, 285);
    let passbook = me.get("/nanmen/passbook").await;
    assert!(!passbook.text.contains("为兑换单留着"), "{}", passbook.text);
    app.end().await;
}

#[tokio::test]
async fn what_nobody_collects_of_a_part_comes_back() {
    let app = TestApp::new().await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    let (no, code) = order_salt(&mut me, 3).await;
    let mut till = app.signed_in("shop").await;
    let one = [("code", code.as_str()), ("pieces.salt", "1")];
    till.post(&format!("/nanmen/till/{no}/settle"), &one)
        .await
        .is(200);
    app.clock.advance_days(8);
    assert_eq!(spendable(&mut me).await, 295);
    me.get(&format!("/nanmen/orders/{no}"))
        .await
        .is(200)
        .says(&[
            "10 分已自动退回",
            "其中 食盐 × 1 已经领走，没有领的是 食盐 × 2",
        ]);
    app.end().await;
}

/// The part of a page between two words.
fn between<'p>(page: &'p Answer, from: &str, to: &str) -> &'p str {
    let start = page.text.find(from).unwrap_or_else(|| panic!("no {from}"));
    let rest = &page.text[start..];
    &rest[..rest.find(to).unwrap_or(rest.len())]
}

#[tokio::test]
async fn an_award_under_notice_stands_apart_and_is_objected_to_where_it_is_explained() {
    let app = TestApp::with_notice().await;
    let entry = app.earn("c-1", "council.attend", 1001, 1).await;
    let mut me = app.signed_in("1001").await;
    me.get("/nanmen/home")
        .await
        .is(200)
        .says(&["<dt>本月收入</dt><dd>0</dd>"]);
    let passbook = me.get("/nanmen/passbook").await;
    passbook.is(200).says(&[
        "还没入账",
        "公示到 11月26日",
        "没有异议 11月27日",
        "<b>0 分</b>",
    ]);
    let pending = between(&passbook, "id=\"pending\"", "</section>");
    let why = format!("/nanmen/passbook/{entry}");
    assert!(pending.contains(&why), "{pending}");
    assert!(
        !passbook.text.contains("month-head\"><h2>2026"),
        "nothing is booked"
    );
    let page = me.get(&why).await;
    page.is(200).says(&[
        "+5",
        "公示中",
        "现在还不能用",
        "任何居民和工作人员都可以提出异议",
        &format!("/nanmen/notice#n{entry}"),
        &format!("/nanmen/notice/{entry}/object"),
    ]);
    assert!(!page.text.contains("记账后余额"), "it is in no balance yet");
    // There and back; a neighbour sees it in the notice without the way to its breakdown.
    me.get("/nanmen/notice").await.is(200).says(&[&why]);
    let neighbour = app.signed_in("2001").await.get("/nanmen/notice").await;
    assert!(!neighbour.is(200).text.contains(&why));
    me.get("/nanmen/me")
        .await
        .is(200)
        .says(&["href=\"/nanmen/notice\""]);

    let key = page.hidden("key");
    let sent = [("key", key.as_str()), ("reason", "我那天没有去")];
    me.post(&format!("/nanmen/notice/{entry}/object"), &sent)
        .await
        .is(303);
    let page = me.get(&why).await;
    page.is(200).says(&["有人提出异议，正在复核"]);
    assert!(!page.text.contains("/object"), "once is enough");
    let passbook = me.get("/nanmen/passbook").await;
    passbook.is(200).says(&["还没入账", "有异议，复核中"]);
    app.end().await;
}

#[tokio::test]
async fn staff_object_too_and_a_posted_award_is_no_longer_pending() {
    let app = TestApp::with_notice().await;
    let first = app.earn("c-1", "council.attend", 1001, 1).await;
    app.earn("c-2", "council.attend", 1002, 1).await;
    let mut shop = app.signed_in("shop").await;
    shop.get("/nanmen/notice").await.is(200).says(&["我有异议"]);
    shop.post(
        &format!("/nanmen/notice/{first}/object"),
        &[("reason", "签到簿上没有")],
    )
    .await
    .is(303);
    let mut nobody = app.browser();
    let way = nobody
        .post(
            &format!("/nanmen/notice/{first}/object"),
            &[("reason", "不对")],
        )
        .await;
    assert_eq!(way.is(303).location(), "/nanmen/sign-in");
    app.clock.advance_days(4);
    let mut me = app.signed_in("1001").await;
    let passbook = me.get("/nanmen/passbook").await;
    let pending = between(&passbook, "id=\"pending\"", "</section>");
    assert_eq!(pending.matches("<li>").count(), 1, "{pending}");
    assert!(pending.contains("复核以后才入账"), "{pending}");
    passbook.says(&["公示期满", "<b>5 分</b>"]);
    app.end().await;
}

#[tokio::test]
async fn a_leader_books_what_residents_did_and_is_told_at_once() {
    let app = TestApp::with_notice().await;
    let mut leader = app.signed_in("lead").await;
    let list = leader.get("/nanmen/record").await;
    list.is(200).says(&["植树", "kind=tree.plant", "占道堆放"]);
    let form = leader.get("/nanmen/record?kind=tree.plant").await;
    form.is(200)
        .says(&["多少（棵）", "value=\"2026-11-23\"", "介绍人"]);
    let key = form.hidden("key");
    let fill = |kind: &'static str, resident: &'static str, quantity: &'static str| {
        vec![
            ("kind", kind),
            ("resident", resident),
            ("quantity", quantity),
            ("on", "2026-11-20"),
        ]
    };
    let mut trees = fill("tree.plant", "1001", "3");
    trees.push(("key", &key));
    trees.push(("time", "09:20"));
    trees.push(("note", "村口那三棵"));
    let booked = leader.post("/nanmen/record", &trees).await;
    booked
        .is(200)
        .says(&["记好了", "植树 3 棵", "陈*芳", "+60 分", "陈阿婆家"]);
    // A second tap books nothing more.
    leader.post("/nanmen/record", &trees).await.is(200);
    let mut me = app.signed_in("1001").await;
    assert_eq!(spendable(&mut me).await, 60);

    let council = fill("council.attend", "1001", "1");
    let notice = leader.post("/nanmen/record", &council).await;
    notice
        .is(200)
        .says(&["已记，正在公示", "公示到 11月26日", "+5 分"]);
    for _ in 0..3 {
        leader.post("/nanmen/record", &council).await.is(200);
    }
    let refused = leader.post("/nanmen/record", &council).await;
    refused.is(200).says(&["没有得分", "12月1日", "最多 4 次"]);
    assert!(!refused.text.contains("+5 分"));

    for (sent, said) in [
        (fill("tree.plant", "9999", "3"), "没有 9999 号居民"),
        (fill("tree.plant", "陈桂芳", "3"), "不是居民号码"),
        (fill("tree.plant", "1001", "1.5"), "不能有小数"),
        (fill("tree.plant", "1001", ""), "不是普通数字"),
    ] {
        let again = leader.post("/nanmen/record", &sent).await;
        assert!(again.status.is_client_error(), "{}", again.text);
        again.says(&["出错了：", said, "value=\"2026-11-20\""]);
    }
    leader
        .post("/nanmen/record", &fill("no.such", "1001", "1"))
        .await
        .is(404);
    app.signed_in("shop")
        .await
        .get("/nanmen/record")
        .await
        .is(403);
    app.end().await;
}

/// Books an event with a reference as a sheet's row does; answers its entry. References that say more are sealed.
async fn sheet_row(program: &mut Browser<'_>, reference: &str, quantity: &str) -> u64 {
    let row = json!({
        "kind": "waste.food", "resident": 1001, "quantity": quantity, "occurred_at": "2026-11-20",
        "source": "paper-sheet", "external_ref": reference,
    });
    let answer = program.json(&format!("{API}/events"), &row).await;
    answer.is(200).json()["entry"].as_u64().unwrap()
}

#[tokio::test]
async fn a_reversed_row_is_typed_again_in_its_place() {
    let app = TestApp::new().await;
    let mut program = app.device("events").await;
    let mut lead = app.signed_in("lead").await;
    let mut check = app.signed_in("check").await;
    let sent = |entry: &str, quantity: &'static str| {
        vec![
            ("kind".to_owned(), "waste.food".to_owned()),
            ("resident".to_owned(), "1001".to_owned()),
            ("quantity".to_owned(), quantity.to_owned()),
            ("on".to_owned(), "2026-11-20".to_owned()),
            ("replaces".to_owned(), entry.to_owned()),
        ]
    };
    for reference in ["A4-1", "王阿姨的第 3 行"] {
        let wrong = sheet_row(&mut program, reference, "25").await;
        let post = async |lead: &mut Browser<'_>, entry: &str, quantity| {
            let sent = sent(entry, quantity);
            let sent: Vec<_> = sent.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            lead.post("/nanmen/record", &sent).await
        };
        let entry = wrong.to_string();
        let standing = post(&mut lead, &entry, "2.5").await;
        standing
            .is(409)
            .says(&["出错了：", "id=\"error-replaces\"", "<details open>"]);
        let key = format!("r-{entry}");
        let form = [
            ("key", key.as_str()),
            ("entry", entry.as_str()),
            ("reason", "小数点写错了"),
            ("how", "now"),
        ];
        check.post("/nanmen/amend/reverse", &form).await.is(303);
        let form = lead
            .get(&format!("/nanmen/record?kind=waste.food&replaces={entry}"))
            .await;
        form.is(200).says(&[
            "代替已冲正的第几笔",
            &format!("name=\"replaces\" value=\"{entry}\""),
        ]);
        let done = post(&mut lead, &entry, "2.5").await;
        done.is(200).says(&["记好了", "2.5 公斤"]);
        // The same row is known now, and the entry is replaced once.
        let other = post(&mut lead, &entry, "2.6").await;
        assert!(other.status.is_client_error(), "{}", other.text);
        let again = json!({
            "kind": "waste.food", "resident": 1001, "quantity": "9", "occurred_at": "2026-11-20",
            "source": "paper-sheet", "external_ref": reference,
        });
        program.json(&format!("{API}/events"), &again).await.is(409);
    }
    let form = lead.get("/nanmen/record?kind=waste.food").await;
    let mut fields = sent("", "1");
    fields.push(("key".to_owned(), form.hidden("key")));
    let fields: Vec<_> = fields
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    let booked = lead.post("/nanmen/record", &fields).await;
    let entry = booked.is(200).text.split("账本第 ").nth(1).unwrap();
    let entry = entry.split(' ').next().unwrap();
    for (typed, said) in [
        (entry, "没有编号"),
        ("999999", "没有第 999999 笔"),
        ("1", "不是登记的事项"),
        ("那一笔", "第几笔的号码"),
    ] {
        let sent = sent(typed, "1");
        let sent: Vec<_> = sent.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let again = lead.post("/nanmen/record", &sent).await;
        assert!(again.status.is_client_error(), "{}", again.text);
        again.says(&["id=\"error-replaces\"", said]);
    }
    app.end().await;
}
