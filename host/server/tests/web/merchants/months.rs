//! A merchant's months: held against the journal itself, signed by two different people, and then never another number.

use std::collections::BTreeMap;

use rongyi_core::account::Purpose;
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::record::Record;
use rongyi_server::partners::statement;

use super::{at, hand_over, house, order, take_back};
use crate::app::{Answer, Browser, TestApp, code};

/// What the journal says went over a merchant's till: by month of booking, pieces and points, counted movement by movement.
async fn journal(app: &TestApp, merchant: &str) -> BTreeMap<i32, (i64, i64)> {
    let nanmen = code("nanmen");
    let frame = app.house.store.frame(&nanmen).await.unwrap().unwrap();
    let begins = format!("{merchant}.");
    let own = |asset: AssetNo| {
        let item = asset.item();
        let mut items = frame.items.iter();
        items.any(|one| Some(one.no) == item && one.code.as_str().starts_with(&begins))
    };
    let mut months: BTreeMap<i32, (i64, i64)> = BTreeMap::new();
    let mut entries: BTreeMap<u64, (i32, bool, i64, i64)> = BTreeMap::new();
    let (mut from, mut month) = (1, 0);
    loop {
        let page = app.house.store.journal(&nanmen, from, 500).await.unwrap();
        let Some((last, ..)) = page.last() else { break };
        from = last + 1;
        for (_, kind, body) in &page {
            let record = Record::decode(*kind, body).unwrap();
            if let Some(envelope) = record.envelope() {
                month = envelope.today.month_index();
            }
            let Record::Moved(entry, moved) = &record else {
                continue;
            };
            let known = entries.entry(*entry).or_insert((month, false, 0, 0));
            for (account, sign) in [(moved.credit, 1), (moved.debit, -1)] {
                let amount = moved.amount.get() * sign;
                if account.purpose == Purpose::Handed && own(account.asset) {
                    known.1 = true;
                    known.2 += amount;
                }
                if account.purpose == Purpose::Redeemed {
                    known.3 += amount;
                }
            }
        }
    }
    for (month, theirs, pieces, points) in entries.into_values() {
        if theirs {
            let sum = months.entry(month).or_default();
            *sum = (sum.0 + pieces, sum.1 + points);
        }
    }
    months
}

async fn month(app: &TestApp, merchant: &str, month: &str) -> statement::Statement {
    let (nanmen, merchant): (Code, Code) = (code("nanmen"), merchant.parse().unwrap());
    statement::read(&app.house, &nanmen, &merchant, month)
        .await
        .unwrap()
}

async fn sign(who: &mut Browser<'_>, month: &str) -> Answer {
    let path = format!("{}/statements/{month}", at("lin"));
    let page = who.get(&path).await;
    page.is(200);
    let seen = match page.text.contains("name=\"seen\"") {
        true => page.hidden("seen"),
        false => String::new(),
    };
    who.post(&path, &[("act", "sign"), ("seen", &seen)]).await
}

/// Programs read the same numbers; a merchant its own, and nobody else's.
async fn over_the_api(app: &TestApp, running: &statement::Statement) {
    const BASE: &str = "/api/v1/communities/nanmen/merchants";
    let path = format!("{BASE}/lin/statements/2026-11");
    let (mut program, mut lin) = (app.device("read").await, app.signed_in("lin").await);
    for who in [&mut program, &mut lin] {
        let told = who.get(&path).await.is(200).json();
        assert_eq!(told["stage"], "running");
        assert_eq!(told["pieces"], running.numbers.pieces);
        assert_eq!(told["value_fen"], running.numbers.value_fen);
        assert_eq!(told["owed_fen"], running.numbers.owed_fen);
        assert_eq!(told["agrees"], true);
        let entries = told["entries"].as_array().unwrap();
        assert_eq!(entries.len(), running.passed.len());
        let fen: i64 = entries.iter().map(|one| one["fen"].as_i64().unwrap()).sum();
        assert_eq!(fen, running.numbers.value_fen, "the lines add up");
        let offers = who.get(&format!("{BASE}/lin/offers")).await;
        let offers = offers.is(200).json();
        let tea = offers["offers"].as_array().unwrap().iter();
        let tea = tea.filter(|one| one["item"] == "lin.tea").count();
        assert_eq!(tea, 1, "{offers}");
    }
    let count = async |who: &mut Browser<'_>| {
        let all = who.get(BASE).await.is(200).json();
        all["merchants"].as_array().unwrap().len()
    };
    assert_eq!((count(&mut program).await, count(&mut lin).await), (2, 1));
    lin.get(&format!("{BASE}/tea/offers")).await.is(403);
    program.get(&format!("{BASE}/none/offers")).await.is(404);
    program
        .get(&format!("{BASE}/lin/statements/x"))
        .await
        .is(404);
    app.device("people").await.get(BASE).await.is(403);
}

#[tokio::test]
async fn a_month_agrees_with_the_ledger_is_signed_by_two_and_then_stays() {
    let app = house().await;
    let (mut me, mut lin) = (app.signed_in("1001").await, app.signed_in("lin").await);
    let mut other = app.signed_in("2001").await;
    // November: three hand-overs, one in two parts; one comes back the same day.
    for (pieces, each, item) in [
        (2, 12, "lin.noodles"),
        (5, 3, "lin.tea"),
        (1, 12, "lin.noodles"),
    ] {
        let placed = order(&mut me, item, pieces, each).await;
        hand_over(&mut lin, &placed).await.is(200);
    }
    take_back(&mut lin).await.is(303);
    let parted = order(&mut other, "lin.tea", 3, 3).await;
    let path = format!("/nanmen/till/{}/settle", parted.0);
    let part = [("key", "p"), ("code", &*parted.1), ("pieces.lin.tea", "1")];
    lin.post(&path, &part).await.is(200);
    // A neighbour's and the community's own are not in it.
    let cup = order(&mut other, "tea.cup", 2, 4).await;
    let mut tea = app.signed_in("tea-wu").await;
    hand_over(&mut tea, &cup).await.is(200);
    let salt = order(&mut other, "salt", 2, 5).await;
    let mut shop = app.signed_in("shop").await;
    hand_over(&mut shop, &salt).await.is(200);
    drop((tea, shop));

    let running = month(&app, "lin", "2026-11").await;
    assert!(running.agrees);
    assert_eq!(running.numbers.pieces, 8, "2 + 5 + 1 - 1 + 1");
    let kept = (running.numbers.orders, running.numbers.returns);
    assert_eq!(kept, (4, 1));
    over_the_api(&app, &running).await;
    assert_eq!(running.numbers.value_fen, (24 + 15 + 3) * 10);
    assert_eq!(running.numbers.return_fen, 21, "5 % of 4.20 yuan");
    assert_eq!(running.numbers.owed_fen, 399);
    // Nobody signs a month that is not over.
    let early = sign(&mut lin, "2026-11").await;
    early.is(409).says(&["过完了才能签"]);

    // December: the rest of the parted order, and something of November comes back.
    app.clock.advance_days(8);
    let (mut lin, mut boss) = (app.signed_in("lin").await, app.signed_in("boss").await);
    let (mut me, mut check) = (app.signed_in("1001").await, app.signed_in("check").await);
    let later = order(&mut me, "lin.noodles", 1, 12).await;
    hand_over(&mut lin, &later).await.is(200);

    // A reviewer has no business with it. The merchant signs, and not twice; then an operator.
    let path = format!("{}/statements/2026-11", at("lin"));
    assert!(check.get(&path).await.text.contains("access.forbidden"));
    sign(&mut lin, "2026-11").await.is(303);
    sign(&mut lin, "2026-11")
        .await
        .is(409)
        .says(&["第二个字要由另一个人签"]);
    // Not right: taken back, and signed again.
    let sent = [("act", "unsign"), ("seen", "")];
    boss.post(&path, &sent).await.is(303);
    sign(&mut boss, "2026-11").await.is(303);
    sign(&mut boss, "2026-11").await.is(409);
    sign(&mut lin, "2026-11").await.is(303);
    boss.post(&path, &sent).await.is(409);
    let frozen = month(&app, "lin", "2026-11").await;
    let page = boss.get(&path).await;
    page.is(200).says(&[
        "两个人都签了",
        "王芳",
        "林老板",
        "和账本一致",
        "南门微基金",
        "3.99",
    ]);
    assert_eq!(frozen.numbers, running.numbers);

    // What was handed over in November comes back: December's, and November stays.
    let passed = frozen.passed.iter().find(|one| !one.back).unwrap();
    let entry = passed.entry.to_string();
    let sent = [
        ("key", "late"),
        ("entry", entry.as_str()),
        ("reason", "面条坏了，退货"),
    ];
    boss.post("/nanmen/amend/reverse", &sent).await.is(303);
    let after = month(&app, "lin", "2026-11").await;
    assert_eq!((&after.numbers, after.agrees), (&frozen.numbers, true));
    let december = month(&app, "lin", "2026-12").await;
    assert_eq!((december.numbers.returns, december.numbers.pieces), (1, -1));
    assert_eq!(
        december.numbers.owed_fen,
        -(24 - 12) * 10 + 6,
        "more came back than went"
    );

    // Held against the journal itself, month by month, for both merchants.
    for merchant in ["lin", "tea"] {
        let booked = journal(&app, merchant).await;
        for (name, index) in [("2026-11", 2026 * 12 + 10), ("2026-12", 2026 * 12 + 11)] {
            let read = month(&app, merchant, name).await;
            let points = read.numbers.spent.iter().find(|one| one.asset == "points");
            let said = (read.numbers.pieces, points.unwrap().points);
            let known = booked.get(&index).copied().unwrap_or_default();
            assert_eq!(said, known, "{merchant} {name}");
            assert!(read.agrees, "{merchant} {name}");
        }
    }
    // The files say the same.
    let csv = lin.get(&format!("{path}/table.csv")).await;
    csv.is(200).says(&["合计,,,8,42,4.20"]);
    let sheet = lin.get(&format!("{path}/table.xlsx")).await;
    sheet.is(200);
    drop((me, other, lin, boss, check));
    app.end().await;
}
