//! Closing a period on the operator's page and through the API; balances of the past and statements beside them.
//! The community has one operator and no rule for periods: what a rule gives is tested with the command line.

use rongyi_core::time::Instant;
use rongyi_server::period;
use serde_json::{Value, json};

use crate::app::{Browser, NOW, TestApp, code};

const PERIODS: &str = "/api/v1/communities/nanmen/periods";
const DAY_US: i64 = 86_400_000_000;

fn later(app: &TestApp, days: i64) {
    app.clock.set(Instant(NOW.0 + days * DAY_US));
}

async fn step(browser: &mut Browser<'_>, step: &str, status: u16) -> Value {
    let path = format!("{PERIODS}/2026-11/steps");
    let answer = browser.json(&path, &json!({ "step": step })).await;
    answer.is(status).json()
}

#[tokio::test]
async fn an_operator_closes_a_month_on_the_page() {
    let app = TestApp::new().await;
    app.earn("e-1", "waste.food", 1001, 100).await;
    let mut shop = app.signed_in("shop").await;
    shop.get("/nanmen/operator/periods").await.is(403);
    let form = [("step", "cut-off")];
    shop.post("/nanmen/operator/periods/2026-11", &form)
        .await
        .is(403);
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator")
        .await
        .is(200)
        .says(&["/nanmen/operator/periods"]);
    let list = boss.get("/nanmen/operator/periods").await;
    list.is(200).says(&["2026-01", "截止"]);
    let early = boss.post("/nanmen/operator/periods/2026-11", &form).await;
    early.is(422).says(&["period.not-over", "2026-11-30"]);

    later(&app, 9);
    let mut boss = app.signed_in("boss").await;
    let page = "/nanmen/operator/periods/2026-11";
    // What it would give is tried on a copy: nothing is cut off by looking.
    let first = "/nanmen/operator/periods/2026-01";
    for _ in 0..2 {
        boss.get(first)
            .await
            .is(200)
            .says(&["先试算看看", "?look=yes"]);
        boss.get(&format!("{first}?look=yes"))
            .await
            .is(200)
            .says(&["只是试算", "截止"]);
    }
    let due = period::Due {
        period: "2026-11".parse().expect("a period"),
        rule: None,
    };
    let seen = period::foresee(&app.house, &code("nanmen"), &due).await;
    let seen = seen.expect("foreseen");
    let had: Vec<i64> = seen
        .lines
        .iter()
        .map(|line| period::points(&line.standing))
        .collect();
    assert_eq!(
        (seen.holders, had),
        (0, vec![]),
        "only sealed: nobody is asked"
    );
    assert_eq!((seen.given, seen.taken), (0, 0));
    assert_eq!(boss.post(page, &form).await.is(303).location(), page);
    boss.get(page)
        .await
        .is(200)
        .says(&["待签字", "只封账", "王芳"]);
    boss.get("/nanmen/operator/periods")
        .await
        .is(200)
        .says(&["2026-11", "待签字"]);
    boss.post(page, &[("step", "close")])
        .await
        .is(409)
        .says(&["period.state"]);
    boss.post(page, &[("step", "nonsense")]).await.is(404);
    boss.post(page, &[("step", "withdraw")]).await.is(303);
    boss.get(page).await.is(200).says(&["已撤回"]);
    boss.post(page, &form).await.is(303);
    boss.post(page, &[("step", "sign-off")]).await.is(303);
    boss.get(page)
        .await
        .is(200)
        .says(&["只有一位管理员", "现在结账"]);
    boss.post(page, &[("step", "close")]).await.is(303);
    boss.get(page).await.is(200).says(&["已封账"]);
    boss.get("/nanmen/operator/periods/2026-13").await.is(404);
    // A sealed month is taken back with a reason; alone, because there is nobody else.
    boss.post(page, &[("step", "agree-back")])
        .await
        .is(409)
        .says(&["period.state"]);
    boss.post(page, &[("step", "ask-back"), ("reason", "")])
        .await
        .is(422)
        .says(&["reason.form"]);
    let why = [("step", "ask-back"), ("reason", "漏了两件事")];
    boss.post(page, &why).await.is(303);
    boss.get(page)
        .await
        .is(200)
        .says(&["有人提出撤回", "同意，整期撤回", "不撤回"]);
    boss.post(page, &[("step", "keep-closed")]).await.is(303);
    boss.get(page).await.is(200).says(&["已封账"]);
    boss.post(page, &why).await.is(303);
    boss.post(page, &[("step", "agree-back")]).await.is(303);
    let rows = app.house.store.frame(&code("nanmen")).await.unwrap();
    let state = rows.unwrap().periods[0].state;
    assert_eq!(state, rongyi_core::period::PeriodState::Withdrawn);
    app.earn("e-2", "waste.food", 1001, 100).await;
    boss.post(page, &form).await.is(303);
    boss.get(page).await.is(200).says(&["待签字"]);
    app.end().await;
}

#[tokio::test]
async fn a_program_closes_a_month_and_reads_it() {
    let app = TestApp::new().await;
    app.earn("e-1", "waste.food", 1001, 100).await;
    later(&app, 9);
    let mut boss = app.signed_in("boss").await;
    let none = boss.get(PERIODS).await.is(200).json();
    assert_eq!(none["periods"], json!([]));
    let holders = format!("{PERIODS}/2026-11/holders");
    assert_eq!(
        boss.get(&holders).await.is(404).json()["code"],
        "period.unknown"
    );
    let cut = step(&mut boss, "cut-off", 200).await;
    assert_eq!(
        (&cut["state"], &cut["last"]),
        (&json!("cut-off"), &json!("2026-11-30"))
    );
    assert_eq!(step(&mut boss, "cut-off", 409).await["code"], "period.open");
    assert_eq!(step(&mut boss, "close", 409).await["code"], "period.state");
    assert_eq!(step(&mut boss, "sign-off", 200).await["signed_alone"], true);
    assert_eq!(step(&mut boss, "close", 200).await["state"], "sealed");
    assert_eq!(
        step(&mut boss, "close", 200).await["state"],
        "sealed",
        "again is no harm"
    );
    assert_eq!(
        boss.get(&holders).await.is(200).json()["holders"],
        json!([])
    );

    let mut scale = app.device("events").await;
    let event = |day: &str| {
        json!({
            "kind": "waste.food", "resident": 1001, "quantity": "1.0", "occurred_at": format!("{day}T09:00"),
            "source": "scale", "external_ref": day
        })
    };
    let events = "/api/v1/communities/nanmen/events";
    let closed = scale.json(events, &event("2026-11-30")).await;
    assert_eq!(closed.is(422).json()["code"], "date.closed");
    scale.json(events, &event("2026-12-01")).await.is(200);
    assert_eq!(scale.get(PERIODS).await.is(403).status, 403);
    assert_eq!(
        step(&mut boss, "take-back", 409).await["code"],
        "period.state"
    );
    let path = format!("{PERIODS}/2026-11/steps");
    let asked = json!({ "step": "ask-back", "reason": "漏了一件" });
    let asked = boss.json(&path, &asked).await.is(200).json();
    assert_eq!(asked["state"], "asked-back");
    assert_eq!(step(&mut boss, "keep-closed", 200).await["state"], "sealed");
    let mut reader = app.device("read").await;
    assert_eq!(
        reader.get(PERIODS).await.is(200).json()["periods"][0]["state"],
        "sealed"
    );
    app.end().await;
}

#[tokio::test]
async fn the_past_is_read_and_stated() {
    let app = TestApp::new().await;
    app.earn("e-1", "tree.plant", 1001, 2).await;
    later(&app, 3);
    app.earn("e-2", "tree.plant", 1001, 1).await;
    later(&app, 9);
    let mut boss = app.signed_in("boss").await;
    let mut at = async |moment: &str| {
        let path = format!("/api/v1/communities/nanmen/residents/1001/past-balance?at={moment}");
        let answer = boss.get(&path).await.is(200).json();
        answer["assets"][0]["balance"].as_i64().unwrap()
    };
    let days = [
        at("2026-11-22").await,
        at("2026-11-23").await,
        at("2026-11-25").await,
    ];
    assert_eq!(days, [0, 40, 40]);
    assert_eq!(at("2026-11-26").await, 60);
    // 2026-11-26 10:00 in Shanghai is when the second one was booked.
    assert_eq!(at("2026-11-26T09:59:59%2B08:00").await, 40);
    assert_eq!(at("2026-11-26T10:00:01%2B08:00").await, 60);

    let mut check = app.signed_in("boss").await;
    let path = "/api/v1/communities/nanmen/statements";
    let state = |on: &str, amount: i64| json!({ "resident": 1001, "on": on, "amount": amount, "source": "第 3 页" });
    let right = check
        .json(path, &state("2026-11-25", 40))
        .await
        .is(200)
        .json();
    assert_eq!(right["agrees"], true);
    let wrong = check
        .json(path, &state("2026-11-25", 55))
        .await
        .is(200)
        .json();
    assert_eq!(
        (&wrong["agrees"], &wrong["balance"], &wrong["entry"]),
        (&json!(false), &json!(40), &Value::Null)
    );
    assert_eq!(wrong["before"][0]["balance_after"], 40);
    assert_eq!(wrong["after"][0]["on"], "2026-11-26");
    let today = check.json(path, &state("2026-12-02", 60)).await;
    assert_eq!(today.is(422).json()["code"], "assert.today");
    let mut resident = app.signed_in("1001").await;
    resident.json(path, &state("2026-11-25", 40)).await.is(403);
    let other = "/api/v1/communities/nanmen/residents/2001/past-balance?at=2026-11-25";
    resident.get(other).await.is(403);
    app.end().await;
}
