//! After an activity: a list of those who came becomes one event for each, all or nothing or one by one, and is what the
//! page said before.

use crate::app::{Answer, TestApp};

const LOOK: &str = "/nanmen/record/roster";
const BOOK: &str = "/nanmen/record/roster/book";

fn form<'f>(kind: &'f str, people: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("kind", kind),
        ("quantity", "1"),
        ("on", "2026-11-22"),
        ("people", people),
    ]
}

async fn book(
    who: &mut crate::app::Browser<'_>,
    plan: &Answer,
    sent: &[(&str, &str)],
    (how, ticked): (&str, &[&str]),
) -> Answer {
    let key = plan.hidden("key");
    let mut all = sent.to_vec();
    all.push(("key", key.as_str()));
    all.push(("how", how));
    all.extend(ticked.iter().map(|no| ("who", *no)));
    who.post(BOOK, &all).await
}

#[tokio::test]
async fn a_list_is_booked_as_it_was_shown() {
    let app = TestApp::new().await;
    let mut lead = app.signed_in("lead").await;
    lead.get("/nanmen/record")
        .await
        .says(&["一次记很多人", LOOK]);
    lead.get(LOOK).await.is(200).says(&["植树"]);
    let sent = form("tree.plant", "1001\n2001");
    let plan = lead.post(LOOK, &sent).await;
    plan.is(200)
        .says(&["value=\"1001\" checked", "value=\"2001\" checked", "+20"]);
    app.signed_in("1001")
        .await
        .get("/nanmen/home")
        .await
        .says(&["<b>0</b>"]);
    let done = book(&mut lead, &plan, &sent, ("whole", &["1001", "2001"])).await;
    done.is(200).says(&["记好了，2 人", "+20"]);
    for who in ["1001", "2001"] {
        app.signed_in(who)
            .await
            .get("/nanmen/home")
            .await
            .says(&["<b>20</b>"]);
    }
    app.end().await;
}

#[tokio::test]
async fn the_same_form_twice_books_once_and_whoever_did_not_come_gets_nothing() {
    let app = TestApp::new().await;
    let mut lead = app.signed_in("lead").await;
    let sent = form("tree.plant", "1001，2001");
    let plan = lead.post(LOOK, &sent).await;
    for how in ["each", "whole", "each"] {
        book(&mut lead, &plan, &sent, (how, &["1001"])).await;
    }
    app.signed_in("1001")
        .await
        .get("/nanmen/home")
        .await
        .says(&["<b>20</b>"]);
    app.signed_in("2001")
        .await
        .get("/nanmen/home")
        .await
        .says(&["<b>0</b>"]);
    book(&mut lead, &plan, &sent, ("each", &[]))
        .await
        .is(422)
        .says(&["一个人也没有勾选"]);
    app.end().await;
}

#[tokio::test]
async fn one_who_cannot_be_booked_brings_the_list_down_or_not() {
    let app = TestApp::new().await;
    let mut lead = app.signed_in("lead").await;
    // A household is inspected once a week: 1001 and 1002 live in the same one.
    let sent = form("yard.inspect", "1001\n1002\n2001");
    let plan = lead.post(LOOK, &sent).await;
    plan.is(200)
        .says(&["value=\"1001\" checked", "value=\"2001\" checked"]);
    assert!(
        !plan.text.contains("value=\"1002\" checked"),
        "what the first uses up the second does not have"
    );
    let all = ["1001", "1002", "2001"];
    let fell = book(&mut lead, &plan, &sent, ("whole", &all)).await;
    fell.is(422).says(&["什么也没有记账"]);
    app.signed_in("2001")
        .await
        .get("/nanmen/home")
        .await
        .says(&["<b>0</b>"]);
    let done = book(&mut lead, &fell, &sent, ("each", &all)).await;
    done.is(200).says(&["记好了，2 人"]);
    app.signed_in("2001")
        .await
        .get("/nanmen/home")
        .await
        .says(&["<b>20</b>"]);
    app.end().await;
}

#[tokio::test]
async fn a_list_that_is_wrong_is_told_whole() {
    let app = TestApp::new().await;
    let mut lead = app.signed_in("lead").await;
    let wrong = lead
        .post(LOOK, &form("tree.plant", "1001\n9999\n没有这个人\n1001"))
        .await;
    wrong.is(422).says(&[
        "没有 9999 号居民",
        "没有叫“没有这个人”",
        "写了两次",
        "9999\n",
    ]);
    lead.post(LOOK, &form("", ""))
        .await
        .is(422)
        .says(&["请选做了什么", "名单是空的"]);
    app.end().await;
}
