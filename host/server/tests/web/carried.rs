//! What was carried in from before the ledger began, as its resident and its household read it.

use rongyi_core::account::Holder;
use rongyi_core::amount::Decimal;
use rongyi_core::command::{Ask, Carry, Command, SaltedText};
use rongyi_core::ids::{HouseholdNo, ResidentNo};
use rongyi_core::record::{History, Source};

use crate::app::{TestApp, code};

fn history(app: &TestApp, holder: Holder, year: Option<i32>, page: &str) -> Command {
    let text = SaltedText {
        salt: [7; 16],
        text: page.to_owned(),
    };
    Command {
        actor: code("import"),
        key: None,
        today: app.house.today(&code("nanmen")).0,
        ask: Ask::Carry(Carry {
            holder,
            history: History {
                kind: code("tree.plant"),
                year,
                events: 31,
                days: 9,
                quantity: Decimal {
                    units: 40,
                    scale: 0,
                },
                points: 800,
                minutes: 89_400,
            },
            source: Source {
                name: code("paper-book"),
                external_ref: page.to_owned(),
                input: [0; 32],
            },
            reason: text.commitment(),
        }),
        text: Some(text),
        reference: None,
    }
}

#[tokio::test]
async fn a_passbook_shows_what_was_carried_in_and_what_it_is_for() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    let mine = Holder::Resident(ResidentNo(1001));
    let first = history(&app, mine, Some(2025), "page-1");
    app.house.clerk.ask(&nanmen, first).await.unwrap();
    let ours = Holder::Household(HouseholdNo(3));
    let second = history(&app, ours, None, "page-2");
    let second = app.house.clerk.ask(&nanmen, second).await.unwrap();
    let entry = second.receipt.entry;

    let mut me = app.signed_in("1001").await;
    let said = ["31 次", "9 天", "1,490 小时", "800 分", "余额不变"];
    let book = me.get("/nanmen/passbook").await;
    book.is(200)
        .says(&["旧册累计：", "（2025 年）"])
        .says(&said);
    assert_eq!(
        book.text.matches("旧册累计：").count(),
        2,
        "and the household's"
    );
    let why = me.get(&format!("/nanmen/passbook/{entry}")).await;
    why.is(200).says(&["旧册累计："]).says(&said);
    let told = me
        .get(&format!("/api/v1/communities/nanmen/entries/{entry}"))
        .await;
    assert_eq!(told.is(200).json()["asked"], "history");

    let mut other = app.signed_in("2001").await;
    let book = other.get("/nanmen/passbook").await;
    assert!(!book.is(200).text.contains("旧册累计"), "of others nothing");
    other
        .get(&format!("/nanmen/passbook/{entry}"))
        .await
        .is(403);
    other
        .get(&format!("/api/v1/communities/nanmen/entries/{entry}"))
        .await
        .is(403);
    app.end().await;
}
