//! The house of the demonstration, what it shows of everything the program does, and every page of everybody in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rongyi_clerk::clock::ManualClock;
use rongyi_config as config;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_server::access::server_secret;
use rongyi_server::door::Actor;
use rongyi_server::earning::import;
use rongyi_server::earning::import::{
    BALANCE_COLUMNS, EVENT_COLUMNS, Form, HISTORY_COLUMNS, PAPER_BOOK, Reader,
};
use rongyi_server::house::House;
use rongyi_server::{jobs, people, routes, stock};
use rongyi_sheets::Sheet;

use crate::app::{NOW, TestApp, code, fine};
use crate::walk::{terminal_agrees, walk};
use rongyi_load::compiled;

impl TestApp {
    /// The house of the demonstration: the shipped configuration and people, through the ordinary imports.
    pub(crate) async fn demo() -> TestApp {
        let folder = tempfile::tempdir().expect("a folder");
        let shipped = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../config"));
        let below = folder.path().join("communities");
        std::fs::create_dir_all(&below).expect("a folder");
        let host = std::fs::read_to_string(shipped.join("rongyi.toml")).expect("the host's file");
        let host = host.replace("data_dir = \"../data\"", "data_dir = \"data\"");
        std::fs::write(folder.path().join("rongyi.toml"), host).expect("written");
        for name in ["nanmen", "longshi", "jinxian"] {
            let file = format!("{name}.toml");
            let from = shipped.join("communities").join(&file);
            std::fs::copy(from, below.join(file)).expect("copied");
        }
        let config = config::load_with(&folder.path().join("rongyi.toml"), &|_| None);
        let config = config.unwrap_or_else(|found| panic!("{}", config::render(&found)));
        compiled::lend(&config.data_dir, &config.secret_file);
        let key = server_secret(&config.secret_file).expect("a secret");
        let clock = Arc::new(ManualClock::new(NOW));
        let house = House::open(config, clock.clone())
            .await
            .expect("the house opens");
        compiled::keep(&house.config.data_dir, &house.config.secret_file);
        let mut secrets = BTreeMap::new();
        let read = |community: &Code, name: &str| {
            let path = shipped.join("demo").join(community.as_str()).join(name);
            Sheet::read(&path).expect("a sheet")
        };
        let codes: Vec<Code> = house.communities().keys().cloned().collect();
        for community in &codes {
            let sheet = read(community, "households.csv");
            let rows = sheet.rows(people::HOUSEHOLD_COLUMNS).expect("rows");
            fine(
                people::add_households(&house, community, rows, false).await,
                &mut secrets,
            );
            let sheet = read(community, "residents.csv");
            let rows = sheet.rows(people::RESIDENT_COLUMNS).expect("rows");
            fine(
                people::add_residents(&house, community, key, rows, false).await,
                &mut secrets,
            );
            let sheet = read(community, "staff.csv");
            let rows = sheet.rows(people::STAFF_COLUMNS).expect("rows");
            fine(
                people::add_staff(&house, community, key, rows).await,
                &mut secrets,
            );
            let sheet = read(community, "items.csv");
            let rows = sheet.rows(stock::ITEM_COLUMNS).expect("rows");
            fine(
                stock::add_items(&house, community, rows, false).await,
                &mut secrets,
            );
            let sheet = read(community, "stock.csv");
            let rows = sheet.rows(stock::STOCK_COLUMNS).expect("rows");
            fine(
                stock::receive_stock(&house, community, rows).await,
                &mut secrets,
            );
            for (name, columns, form) in [
                ("balances.csv", BALANCE_COLUMNS, Reader::balance as Form),
                ("history.csv", HISTORY_COLUMNS, Reader::history as Form),
                ("events.csv", EVENT_COLUMNS, Reader::event as Form),
            ] {
                let there = shipped.join("demo").join(community.as_str()).join(name);
                if !there.is_file() {
                    continue;
                }
                let source = if name == "events.csv" {
                    "file"
                } else {
                    PAPER_BOOK
                };
                let by = (code(source), &Actor::here());
                let reader = Reader::open(&house.store, community, by)
                    .await
                    .expect("a reader");
                let sheet = read(community, name);
                let rows = sheet.rows(columns).expect("rows");
                let tally =
                    import::send(&house, community, &reader, rows, form, &mut |_, _| {}).await;
                assert_eq!(
                    tally.expect("imported").bad_count(),
                    0,
                    "{community} {name}"
                );
            }
        }
        let played = rongyi_server::demo::play(&house, &shipped.join("demo")).await;
        assert!(played.is_ok(), "{played:?}");
        let house = Arc::new(house);
        let router = routes::router(Arc::clone(&house));
        TestApp {
            house,
            clock,
            router,
            secrets,
            _folder: folder,
        }
    }
}

/// What the demonstration must have, who sees it there, on which page of jinxian, and by which words.
const EVERYTHING: [(&str, u32, &str, &[&str]); 11] = [
    (
        "an award under notice with an objection",
        1008,
        "/passbook",
        &["还没入账", "建议被采纳 1 条", "有异议，复核中"],
    ),
    (
        "the objection where everybody sees it",
        1001,
        "/notice",
        &["建议被采纳 1 条", "有异议，复核中"],
    ),
    (
        "a deduction that finds too little, and one that finds nothing",
        1009,
        "/passbook",
        &[
            "应扣 2 分，积分不够，实扣 1 分，扣后还有 0 分",
            "应扣 2 分，积分不够，实扣 0 分",
        ],
    ),
    (
        "a reversal, on the line that it takes back and on its own",
        1009,
        "/passbook",
        &["已冲正", "冲正第", "带来新志愿者 1 人"],
    ),
    (
        "an order whose points are about to lapse",
        1008,
        "/orders/1",
        &[
            "绘本一册",
            "不要了，退回 12 分",
            "其中 4 分快到期了：11月25日",
        ],
    ),
    (
        "a passbook with a second page",
        1008,
        "/passbook?show=all",
        &["passbook?show=all&amp;before="],
    ),
    (
        "an asset beside points, on 我的",
        1008,
        "/me",
        &["公益星</span><span class=\"row-value\">2<"],
    ),
    (
        "on the home page",
        1008,
        "/home",
        &["<dt>公益星</dt><dd>2</dd>"],
    ),
    (
        "and in the passbook, with its own running balance",
        1008,
        "/passbook?show=all",
        &["公益讲课 1 次", "+1 公益星", "余 1 公益星", "余 2 公益星"],
    ),
    (
        "history carried in",
        1008,
        "/passbook?show=all",
        &[
            "旧册累计：带来新志愿者（2024 年）",
            "旧册累计：带来新志愿者（2025 年）",
        ],
    ),
    (
        "a cap that sees it: three times two, of which four were left",
        1008,
        "/passbook?show=all",
        &["带来新志愿者 3 人", "+4<"],
    ),
];

#[tokio::test]
async fn the_demonstration_uses_everything() {
    let app = TestApp::demo().await;
    let jinxian = code("jinxian");
    for (what, who, path, words) in EVERYTHING {
        let mut me = app.resident_at(&jinxian, ResidentNo(who)).await;
        let mut page = me.get(&format!("/jinxian{path}")).await;
        let mut text = page.is(200).text.clone();
        // A passbook is all of its pages.
        while let Some((_, older)) = page.text.split_once("passbook?show=all&amp;before=") {
            let before = older.split('"').next().unwrap();
            let path = format!("/jinxian/passbook?show=all&before={before}");
            page = me.get(&path).await;
            text.push_str(&page.is(200).text);
        }
        for word in words {
            let there = text.contains(word);
            assert!(there, "{what}: “{word}” is not on {path} of {who}:\n{text}");
        }
    }
    // A future rule set counts a kind with another scale.
    let frame = app.house.store.frame(&jinxian).await.unwrap().unwrap();
    let (today, _) = app.house.today(&jinxian);
    let scales: BTreeMap<bool, u8> = frame
        .sets
        .iter()
        .flat_map(|set| {
            let kinds = set.plan.kinds.iter();
            kinds.map(|kind| (set.active_from > today, kind))
        })
        .filter(|(_, kind)| kind.code.as_str() == "service.hour")
        .map(|(future, kind)| (future, kind.scale))
        .collect();
    assert_eq!(scales, [(false, 1), (true, 2)].into());

    // The points of the order lapse while it is held; the rest comes back, and both are said.
    app.clock.advance_days(2);
    let mut me = app.resident_at(&jinxian, ResidentNo(1008)).await;
    me.get("/jinxian/orders/1")
        .await
        .is(200)
        .says(&["不要了，退回 8 分", "其中 4 分在留着的时候已经到期"]);
    walk(&mut me, "jinxian", 1008).await;
    me.post("/jinxian/orders/1/cancel", &[("key", "c")])
        .await
        .is(303);
    let lines = walk(&mut me, "jinxian", 1008).await;
    let back = lines.iter().find(|line| line.title.starts_with("取消兑换"));
    assert_eq!(back.unwrap().change, Some(8));
    app.end().await;
}

#[tokio::test]
async fn other_assets_are_said_in_english_too() {
    let app = TestApp::demo().await;
    let jinxian = code("jinxian");
    let mut me = app.resident_at(&jinxian, ResidentNo(1008)).await;
    let form = [("lang", "en"), ("return", "/jinxian/home")];
    me.post("/settings", &form).await.is(303);
    me.get("/jinxian/home")
        .await
        .is(200)
        .says(&["<dt>service stars</dt><dd>2</dd>", "<dt>Volunteering</dt>"]);
    let book = me.get("/jinxian/passbook?show=all").await;
    book.is(200).says(&[
        "+1 service stars",
        "2 service stars left",
        "service stars: In +2 · out 0",
    ]);
    let lines = book.text.split("<li><a class=\"line\"").skip(1);
    let star = lines
        .filter(|line| line.contains("+1 service stars"))
        .last();
    let entry = star.and_then(|line| line.split("/passbook/").nth(1));
    let entry = entry.and_then(|rest| rest.split('"').next()).unwrap();
    let why = me.get(&format!("/jinxian/passbook/{entry}")).await;
    why.is(200)
        .says(&["<td class=\"in\">+1 service stars</td>"]);
    app.end().await;
}

#[tokio::test]
async fn every_page_of_everybody_in_the_demonstration_agrees() {
    let app = TestApp::demo().await;
    let codes: Vec<_> = app.house.communities().keys().cloned().collect();
    let mut walked = 0;
    for community in &codes {
        for row in app.house.store.residents(community).await.unwrap() {
            let mut me = app.resident_at(community, row.resident).await;
            let lines = walk(&mut me, community.as_str(), row.resident.0).await;
            terminal_agrees(&app, (community.as_str(), row.resident.0), &lines);
            walked += lines.len();
        }
    }
    assert!(walked > 400, "only {walked} lines were walked");
    // And once more when notices have ended, orders were not collected, and points have run out.
    app.clock.advance_days(40);
    for community in &codes {
        jobs::round(&app.house, community).await.unwrap();
        for row in app.house.store.residents(community).await.unwrap() {
            let mut me = app.resident_at(community, row.resident).await;
            walk(&mut me, community.as_str(), row.resident.0).await;
        }
    }
    app.end().await;
}
