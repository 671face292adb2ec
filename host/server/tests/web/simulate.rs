//! A rule book tried in the browser on what happened: the file on the disk gives exactly the ledger; a text says who could not
//! have afforded what they ordered, and which awards stand otherwise; what fails is told with the entry at which it does.
//! Every test of this binary holds what is in force against its own ledger when it ends.

use rongyi_core::chain::{hex, sha256};
use rongyi_server::house::{engine, known_cache};
use rongyi_server::rulebooks::simulate::{self, Candidate, SimulateError, Window};
use serde_json::json;

use crate::app::{Answer, Browser, TestApp, code};

const API: &str = "/api/v1/communities/nanmen";
const PAGE: &str = "/nanmen/operator/simulate";

async fn order(app: &TestApp, who: &str, pieces: i32) -> u64 {
    let mut me = app.signed_in(who).await;
    let lines = json!([{ "item": "salt", "quantity": pieces }]);
    let asked = json!({ "lines": lines });
    let quote = me.json(&format!("{API}/quotes"), &asked).await;
    let total = quote.is(200).json()["total"].clone();
    let placed = json!({ "lines": lines, "total": total });
    let placed = me.json(&format!("{API}/orders"), &placed).await;
    placed.is(200).json()["order"].as_u64().unwrap()
}

async fn tried(boss: &mut Browser<'_>, what: &str, text: &str, from: &str) -> Answer {
    let form = [("what", what), ("text", text), ("from", from), ("to", "")];
    // One at a time in this program, and other tests try theirs in it.
    for _ in 0..120 {
        let answer = boss.post(PAGE, &form).await;
        if !answer.text.contains("有人正在试") {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    panic!("somebody else tries for half a minute");
}

fn file(app: &TestApp) -> String {
    let path = app.house.community(&code("nanmen")).unwrap();
    std::fs::read_to_string(&path.config.file).unwrap()
}

async fn outcome(
    app: &TestApp,
    text: &str,
    window: Window,
) -> Result<simulate::Outcome, SimulateError> {
    let config = &app.house.config;
    let engine = engine(config, known_cache(config)).unwrap();
    let own = app.house.community(&code("nanmen")).unwrap();
    let root = config.file.parent().unwrap();
    let community = rongyi_config::parse_candidate(text, &own.config.file, root);
    let community = community.map_err(SimulateError::Wrong)?;
    let nanmen = code("nanmen");
    let candidate = Candidate::load(&engine, community, &nanmen)?;
    simulate::run(&app.house.store, &nanmen, candidate, window, &mut |_, _| {}).await
}

#[tokio::test]
async fn the_file_on_the_disk_gives_the_ledger_and_a_text_says_what_would_be_otherwise() {
    let app = TestApp::with_notice().await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    app.earn("c-1", "council.attend", 1001, 1).await;
    app.earn("l-1", "littering", 1001, 1).await;
    order(&app, "1001", 4).await;
    // What is under notice is posted, and a day later somebody else earns.
    app.clock.advance_days(4);
    let nanmen = code("nanmen");
    rongyi_server::jobs::round(&app.house, &nanmen)
        .await
        .unwrap();
    let later = app.house.today(&code("nanmen")).0;
    app.earn("t-1", "tree.plant", 2001, 2).await;
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator/rules")
        .await
        .is(200)
        .says(&[PAGE]);
    boss.get(PAGE)
        .await
        .is(200)
        .says(&["在真账上试一试", "什么都不会写进账本", "salt = 5"]);
    let same = tried(&mut boss, "file", "", "").await;
    same.is(200).says(&["和账本一分不差", "账本没有动"]);

    let text = file(&app);
    // 300 for the waste, of which 5 were deducted, and 5 for the council stay; salt becomes dear.
    let dear = text.replace("salt = 5", "salt = 90");
    let page = tried(&mut boss, "text", &dear, "").await;
    page.is(200)
        .says(&["有兑换单会付不起", "salt = 90", "变得最多的", "−360"]);
    let found = outcome(&app, &dear, Window::default()).await.unwrap();
    let orders = &found.tally.orders;
    assert_eq!((orders.taken, orders.dearer, orders.short), (1, 1, 1));
    assert_eq!((orders.points.ledger, orders.points.candidate), (20, 360));
    assert_eq!((orders.missing, orders.who.len()), (65, 1));
    let issued = found.tally.flows.issued;
    assert_eq!(issued.ledger, issued.candidate);

    // Without a notice the council's points are there at once, and the same in the end.
    let at_once = text.replace("notice_days = { \"council.attend\" = 3 }\n", "");
    assert_ne!(at_once, text);
    let found = outcome(&app, &at_once, Window::default()).await.unwrap();
    assert!(!found.is_ledger());
    let held = found.tally.held();
    assert_eq!(held.ledger, held.candidate, "{:?}", found.tally);
    // A notice that was not there then is over by now; meanwhile there was nothing to deduct from and to order with.
    let noticed = text.replace(
        "\"council.attend\" = 3",
        "\"council.attend\" = 3, \"waste.food\" = 2",
    );
    let found = outcome(&app, &noticed, Window::default()).await.unwrap();
    assert_eq!(found.tally.held().more(), 5, "{:?}", found.tally);
    assert_eq!(found.tally.orders.missing, 20);
    assert_eq!(
        found.tally.besides, 1,
        "one award is posted by the candidate alone"
    );

    // Trees alone on the last day: the state of before is the ledger's own.
    let trees = text
        .replace("per_unit = 20", "per_unit = 50")
        .replace("per_unit = 10", "per_unit = 1");
    let last = Window {
        from: Some(later),
        to: None,
    };
    let found = outcome(&app, &trees, last).await.unwrap();
    let issued = found.tally.flows.issued;
    assert_eq!((issued.ledger, issued.candidate), (40, 100));
    let held = found.tally.held();
    assert_eq!(held.more(), 60);
    app.end().await;
}

#[tokio::test]
async fn what_fails_is_told_with_its_entry_and_nothing_by_half() {
    let app = TestApp::new().await;
    let own = file(&app);
    let kind = "[[rule.params.kinds]]\ncode = \"panic\"\ntitle = { zh = \"急\", en = \"Panic\" }\nunit = { zh = \"次\", en = \"times\" }\nfixed = 5\n\n[[rule]]\nplugin = \"shop-pricing\"";
    let with_kind = own.replace("[[rule]]\nplugin = \"shop-pricing\"", kind);
    let path = app
        .house
        .community(&code("nanmen"))
        .unwrap()
        .config
        .file
        .clone();
    std::fs::write(&path, &with_kind).unwrap();
    assert!(
        app.house.reload().await,
        "{}",
        app.house.news.standing().told()
    );
    app.earn("t-1", "tree.plant", 1001, 1).await;
    let entry = app.earn("p-1", "panic", 1001, 1).await;
    let mut boss = app.signed_in("boss").await;

    let folder = path.parent().unwrap();
    std::fs::write(folder.join("hostile.wasm"), rongyi_bundled::HOSTILE).unwrap();
    let digest = hex(&sha256(rongyi_bundled::HOSTILE));
    let hostile = own.split("plugin = \"shop-pricing\"").next().unwrap();
    let hostile = hostile.rsplit_once("[[rule]]").unwrap().0;
    let hostile = format!(
        "{hostile}\n[[rule]]\nplugin = {{ file = \"hostile.wasm\", sha256 = \"{digest}\" }}\nactive_from = 2026-01-05\n"
    );
    let page = tried(&mut boss, "text", &hostile, "").await;
    let told = format!("算到第 {entry} 笔");
    page.is(200).says(&["没有试成", &told, "panic", "没有结果"]);
    assert!(!page.text.contains("多得最多的"), "no half answer");

    for (what, text, from, told) in [
        ("text", "code = \"nanmen\"", "", "没有试成"),
        (
            "text",
            own.replace("per_unit", "per_unti").as_str(),
            "",
            "per_unti",
        ),
        (
            "text",
            own.replacen("nanmen", "longshi", 1).as_str(),
            "",
            "换成本社区的文件",
        ),
        (
            "text",
            own.replace("points_go_to = \"household\"", "points_go_to = \"person\"")
                .as_str(),
            "",
            "账本不会接受",
        ),
        ("file", "", "2020-01-01", "这本账从"),
        ("file", "", "2190-01-01", "这些日子里没有记过账"),
        ("file", "", "昨天", "日子写成"),
    ] {
        let page = tried(&mut boss, what, text, from).await;
        page.is(200).says(&[told, "没有试成"]);
        assert!(
            !page.text.contains("账本没有动"),
            "no half answer: {}",
            page.text
        );
    }
    // Others have no business here.
    for who in ["check", "lead", "shop"] {
        app.signed_in(who).await.get(PAGE).await.is(403);
    }
    app.end().await;
}
