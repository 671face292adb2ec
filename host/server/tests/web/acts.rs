//! The one table of permissions, walked through two of its doors: every address of the API and of the pages, for
//! everybody who may come. The third door, the terminal, is walked in `tests/cli/acting.rs`.

use rongyi_core::rule::Text;
use rongyi_server::access::{Role, Scope};
use rongyi_server::door::{Act, Address, May, Right, may};
use rongyi_server::routes;
use rongyi_store::NewMerchant;
use serde_json::json;

use crate::app::{Answer, Browser, TestApp, code};

/// Everybody who comes through a door of the network, with the resident 2001 as a stranger to 1001.
async fn everybody(app: &TestApp) -> Vec<(Right, Browser<'_>)> {
    let mut all = vec![(Right::Nobody, app.browser())];
    all.push((Right::Resident, app.signed_in("1001").await));
    for (login, role) in [
        ("shop", Role::Shopkeeper),
        ("lead", Role::Leader),
        ("check", Role::Reviewer),
        ("boss", Role::Operator),
        ("lin", Role::Merchant),
    ] {
        all.push((Right::Staff(role), app.signed_in(login).await));
    }
    for (word, scope) in [
        ("events", Scope::Events),
        ("till", Scope::Till),
        ("read", Scope::Read),
        ("people", Scope::People),
    ] {
        all.push((Right::Device(scope), app.device(word).await));
    }
    let tested = all.iter().map(|(right, _)| *right);
    let tested: Vec<Right> = tested.chain([Right::Terminal]).collect();
    assert_eq!(tested, Right::ALL, "somebody is missing in this test");
    all
}

/// An address with something of resident 1001 in its holes.
fn filled(path: &str, (entry, order): (u64, u64)) -> String {
    let holes = [
        ("{community}", "nanmen".to_owned()),
        ("{resident}", "1001".to_owned()),
        ("{household}", "3".to_owned()),
        ("{seq}", entry.to_string()),
        ("{no}", order.to_string()),
        ("{period}", "2026-10".to_owned()),
        ("{item}", "salt".to_owned()),
        ("{file}", "none.txt".to_owned()),
        ("{id}", "1".to_owned()),
        ("{kind}", "message".to_owned()),
        ("{report}", "points".to_owned()),
        ("{list}", "board".to_owned()),
        ("{digest}", "0".repeat(64)),
        ("{shift}", "1".to_owned()),
        ("{team}", "1".to_owned()),
        ("{key}", "1001-0".to_owned()),
        ("{word}", "0".repeat(32)),
        ("{merchant}", "lin".to_owned()),
        ("{month}", "2026-10".to_owned()),
    ];
    let fill = |path: String, (hole, value): (&str, String)| path.replace(hole, &value);
    let path = holes.into_iter().fold(path.to_owned(), fill);
    assert!(
        !path.contains('{'),
        "{path}: say in this test what belongs there"
    );
    path
}

/// Says for which merchant the account `lin` works, and that there is one.
async fn of_a_merchant(app: &TestApp) {
    let (nanmen, lin, by) = (code("nanmen"), code("lin"), code("staff/2"));
    let (store, at) = (&app.house.store, app.house.clock.now());
    let title = Text {
        zh: "林记面馆".to_owned(),
        en: "Lin's noodles".to_owned(),
    };
    let new = NewMerchant {
        community: &nanmen,
        code: &lin,
        title: &title,
        place: "榕树巷",
        phone: "",
        at,
        by: &by,
    };
    assert!(store.add_merchant(&new).await.unwrap());
    let staff = store.staff_by_login(&nanmen, "lin").await.unwrap().unwrap();
    let put = store.put_merchant_staff(&nanmen, (&lin, staff.staff_id), (&by, at));
    assert!(put.await.unwrap());
}

/// Something of resident 1001: an entry and an order.
async fn something(app: &TestApp) -> (u64, u64) {
    of_a_merchant(app).await;
    let entry = app.earn("t-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    let base = "/api/v1/communities/nanmen";
    let lines = json!([{ "item": "salt", "quantity": 1 }]);
    let (quotes, asked) = (format!("{base}/quotes"), json!({ "lines": lines }));
    let quote = me.json(&quotes, &asked).await.is(200).json();
    let total = quote["total"].clone();
    let order = json!({ "lines": lines, "total": total });
    let placed = me.json(&format!("{base}/orders"), &order).await;
    (entry, placed.is(200).json()["order"].as_u64().unwrap())
}

/// Whether a program was turned away for who it is.
fn turned_away(answer: &Answer) -> bool {
    let away = ["access.forbidden", "access.sign-in", "access.staff-sign-in"];
    let code = serde_json::from_str::<serde_json::Value>(&answer.text);
    code.is_ok_and(|body| away.iter().any(|code| body["code"] == *code))
}

#[tokio::test]
async fn the_api_lets_in_whom_the_table_lets_in() {
    let app = TestApp::new().await;
    let numbers = something(&app).await;
    let addresses = routes::api_addresses();
    let described: serde_json::Value =
        serde_json::from_str(&routes::openapi::description()).unwrap();
    let operations = described["paths"].as_object().unwrap().values();
    let operations: usize = operations
        .map(|methods| methods.as_object().unwrap().len())
        .sum();
    assert_eq!(addresses.len(), operations + 1, "and openapi.json itself");
    let mut everybody = everybody(&app).await;
    let mut stranger = app.signed_in("2001").await;
    let mut asked = 0;
    for Address { method, path, act } in &addresses {
        let link = format!("/api/v1{}", filled(path, numbers));
        for (right, who) in &mut everybody {
            // A body that is none: who may not ask is told so before anybody reads it.
            let answer = match *method {
                "GET" => who.get(&link).await,
                "POST" => who.raw_json(&link, "{".to_owned()).await,
                other => panic!("{other} {path}: teach this test the method"),
            };
            let expected = may(*right, *act) == May::No;
            assert_eq!(
                turned_away(&answer),
                expected,
                "{right:?} {method} {path} ({act:?}): {} {}",
                answer.status,
                answer.text
            );
            asked += 1;
        }
        if may(Right::Resident, *act) == May::Own && *method == "GET" {
            let answer = stranger.get(&format!("{link}?at=2026-11-22")).await;
            let away = turned_away(&answer) || answer.status == 404;
            assert!(away, "{path}: {} {}", answer.status, answer.text);
        }
    }
    assert!(asked > 200, "only {asked}");
    // What a resident names in a body is theirs or refused.
    for (path, body) in [
        (
            "quotes",
            json!({ "resident": 1001, "lines": [{ "item": "salt", "quantity": 1 }] }),
        ),
        (
            "orders",
            json!({ "resident": 1001, "total": 100, "lines": [{ "item": "salt", "quantity": 1 }] }),
        ),
    ] {
        let link = format!("/api/v1/communities/nanmen/{path}");
        stranger.json(&link, &body).await.is(403);
    }
    app.end().await;
}

/// Whether a person was led away from a page for who they are.
fn led_away(method: &str, answer: &Answer) -> bool {
    let to = answer.location();
    match method {
        "GET" => to.contains("sign-in?next=") || answer.text.contains("access.forbidden"),
        // A basket comes back after it.
        _ => {
            to.ends_with("/sign-in")
                || to.contains("/sign-in?next=")
                || answer.text.contains("access.forbidden")
        }
    }
}

#[tokio::test]
async fn the_pages_let_in_whom_the_table_lets_in() {
    let app = TestApp::new().await;
    let numbers = something(&app).await;
    let addresses = routes::addresses();
    let mut everybody = everybody(&app).await;
    for Address { method, path, act } in addresses.list() {
        // It leads to the sign-in whoever asks, and signs them out.
        if path.ends_with("/sign-out") {
            assert_eq!(*act, Act::SeePublic);
            continue;
        }
        let link = filled(path, numbers);
        for (right, who) in &mut everybody {
            // Pages know browsers; a token is nobody there.
            if matches!(right, Right::Device(_)) {
                continue;
            }
            let answer = match *method {
                "GET" => who.get(&link).await,
                _ => who.post(&link, &[]).await,
            };
            assert_eq!(
                led_away(method, &answer),
                may(*right, *act) == May::No,
                "{right:?} {method} {path} ({act:?}): {} {} {}",
                answer.status,
                answer.location(),
                answer.text
            );
        }
    }
    app.end().await;
}

/// Name and text of every file of the server's source.
pub(crate) fn sources() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let mut left: Vec<std::path::PathBuf> = vec![folder.into()];
    let mut found = Vec::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let below = std::fs::read_dir(&path).unwrap();
            left.extend(below.map(|entry| entry.unwrap().path()));
            continue;
        }
        let name = path.strip_prefix(folder).unwrap().display().to_string();
        found.push((name, std::fs::read_to_string(&path).unwrap()));
    }
    found
}

#[test]
fn every_address_names_its_act() {
    let mut found = Vec::new();
    for (name, text) in sources() {
        for line in text.lines().filter(|line| line.contains(".route(")) {
            found.push(format!("{name}: {}", line.trim()));
        }
    }
    found.sort();
    // Behind these: the list of addresses itself, the API's description, and what watches the host.
    assert_eq!(
        found,
        [
            "door/addresses.rs: self.router = self.router.route(path, methods);",
            "door/addresses.rs: self.router = self.router.route(path, methods);",
            "routes.rs: .route(\"/healthz\", get(vitals::health))",
            "routes.rs: .route(\"/metrics\", get(vitals::metrics))",
            "routes.rs: .route(\"/readyz\", get(vitals::ready))",
            "routes/operations.rs: .route(\"/openapi.json\", axum::routing::get(openapi::get_openapi))",
        ],
        "an address stands in a list with its act (routes.rs), or here with a reason"
    );
}
