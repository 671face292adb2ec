//! The machine's clock steps back: by hours, over midnight, by years as on a small computer without a battery.
//! Receipts stay in order, what was answered stays answered, nothing is refused that may be, an order lives no
//! longer than its deadline, and the ledger stays whole. On both engines.

use rongyi_core::time::Instant;
use serde_json::{Value, json};

use crate::app::{Browser, NOW, TestApp, code};
use rongyi_load::postgres::Cluster;

const BASE: &str = "/api/v1/communities/nanmen";
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

#[tokio::test]
async fn a_clock_that_steps_back_on_sqlite() {
    lives(TestApp::new().await).await;
}

#[tokio::test]
async fn a_clock_that_steps_back_on_postgres() {
    let cluster = Cluster::start();
    lives(TestApp::with(&format!("database_url = \"{}\"\n", cluster.url())).await).await;
}

/// The people of one life, and what each receipt was.
struct Life<'a> {
    app: &'a TestApp,
    me: Browser<'a>,
    scale: Browser<'a>,
    till: Browser<'a>,
    /// Time of the newest block; it may only grow.
    newest: i64,
}

impl Life<'_> {
    /// It is `away` µs after the beginning, forward or back.
    fn step(&self, away: i64) {
        self.app.clock.set(Instant(NOW.0 + away));
    }

    /// Something was written: behind everything else, whatever the clock says.
    async fn written(&mut self) {
        let frame = self.app.house.store.frame(&code("nanmen")).await.unwrap();
        let at = frame.unwrap().head.last_at.0;
        assert!(at > self.newest, "{at} comes after {}", self.newest);
        self.newest = at;
    }

    async fn post(&mut self, reference: &str, day: &str) -> Value {
        let event = json!({
            "kind": "tree.plant", "resident": 1001, "quantity": "1", "occurred_at": day, "source": "scale",
            "external_ref": reference
        });
        let answer = self.scale.json(&format!("{BASE}/events"), &event).await;
        answer.is(200).json()
    }

    /// One packet of salt; answers the order and its code.
    async fn order(&mut self, key: &str) -> (u64, String) {
        self.me.key = Some(key.to_owned());
        let wanted = json!({ "lines": [{ "item": "salt", "quantity": 1 }], "total": 5 });
        let placed = self.me.json(&format!("{BASE}/orders"), &wanted).await;
        self.me.key = None;
        let placed = placed.is(200).json();
        let pickup = placed["pickup_code"].as_str().expect("placed").to_owned();
        (placed["order"].as_u64().unwrap(), pickup)
    }

    async fn settle(&mut self, (no, pickup): &(u64, String), status: u16) -> Value {
        let path = format!("{BASE}/orders/{no}/settle");
        let code = json!({ "pickup_code": pickup });
        self.till.json(&path, &code).await.is(status).json()
    }

    /// Points that can be spent, and those set aside.
    async fn wallet(&mut self) -> (i64, i64) {
        let balance = self
            .me
            .get(&format!("{BASE}/residents/1001/balance"))
            .await
            .is(200)
            .json();
        (
            balance["points"].as_i64().unwrap(),
            balance["held"].as_i64().unwrap(),
        )
    }
}

async fn lives(app: TestApp) {
    app.earn("start", "tree.plant", 1001, 5).await;
    let mut life = Life {
        app: &app,
        me: app.signed_in("1001").await,
        scale: app.device("events").await,
        till: app.device("till").await,
        newest: 0,
    };
    hours(&mut life).await;
    deadlines(&mut life).await;
    years(&mut life).await;
    app.end().await;
}

/// Two hours ahead by mistake, then an hour behind, then yesterday.
async fn hours(life: &mut Life<'_>) {
    life.step(2 * HOUR);
    let first = life.post("t-1", "2026-11-23").await;
    life.written().await;
    let ahead = life.order("o-1").await;
    life.written().await;

    life.step(-HOUR);
    assert_eq!(life.wallet().await, (115, 5), "who was signed in stays so");
    let again = life.post("t-1", "2026-11-23").await;
    assert_eq!(
        (&again["replayed"], &again["entry"]),
        (&json!(true), &first["entry"])
    );
    assert_eq!(life.order("o-1").await, ahead, "the same key, one order");
    let second = life.post("t-2", "2026-11-23").await;
    assert!(second["entry"].as_u64() > first["entry"].as_u64());
    assert_eq!(second["outcome"], "decided");
    life.written().await;

    life.step(-DAY);
    assert_eq!(life.post("t-3", "2026-11-22").await["outcome"], "decided");
    life.written().await;
    assert_eq!(life.settle(&ahead, 200).await["state"], "settled");
    life.written().await;
    assert_eq!(life.wallet().await, (155, 0));
}

/// Orders stay for seven days. What was given back stays so; what is placed while the clock is behind has a deadline
/// of that day, and is given back as soon as the clock is right.
async fn deadlines(life: &mut Life<'_>) {
    life.step(0);
    let kept = life.order("o-2").await;
    life.step(8 * DAY);
    assert_eq!(
        life.wallet().await,
        (155, 0),
        "past its deadline, at the first look"
    );
    life.written().await;
    life.step(5 * DAY);
    assert_eq!(life.wallet().await, (155, 0), "given back for good");
    assert_eq!(life.settle(&kept, 409).await["code"], "order.released");

    life.step(-3 * DAY);
    let behind = life.order("o-3").await;
    life.written().await;
    assert_eq!(life.wallet().await, (150, 5));
    life.step(5 * DAY);
    assert_eq!(life.settle(&behind, 409).await["code"], "order.timed-out");
    assert_eq!(life.wallet().await, (155, 0));
}

/// A clock that knows nothing: everything is refused with a reason, nothing is kept, and afterwards all goes on.
async fn years(life: &mut Life<'_>) {
    life.step(-6 * 365 * DAY);
    let event = json!({
        "kind": "tree.plant", "resident": 1001, "quantity": "1", "occurred_at": "2026-11-23", "source": "scale",
        "external_ref": "t-4"
    });
    let refused = life.scale.json(&format!("{BASE}/events"), &event).await;
    assert_eq!(refused.is(422).json()["code"], "date.future");
    assert_eq!(life.wallet().await, (155, 0));
    life.step(HOUR);
    let answer = life.post("t-4", "2026-11-23").await;
    assert_eq!(answer["outcome"], "decided");
    assert_eq!(answer["replayed"], false, "the refusal was not kept");
    life.written().await;
}
