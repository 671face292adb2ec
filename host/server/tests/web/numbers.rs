//! Numbers that say the same thing, read off every page of a resident's book: home, each passbook page, headings of
//! months, why pages, the API and the ledger; and what is said where less moved than was asked.

use rongyi_core::account::Holder;
use rongyi_core::amount::Amount;
use rongyi_core::command::{Ask, Command, SaltedText};
use rongyi_core::ids::HouseholdNo;
use rongyi_core::record::Source;

use crate::app::{Browser, TestApp, code};

/// One line of a passbook page, as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) entry: u64,
    pub(crate) title: String,
    /// Points; `None` for a line of hours.
    pub(crate) change: Option<i64>,
    pub(crate) after: Option<i64>,
    pub(crate) month: String,
    /// Where the page shows it apart from what is booked.
    pub(crate) apart: bool,
}

/// What stands between tags.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.trim().to_owned()
}

fn after<'h>(html: &'h str, mark: &str) -> Option<&'h str> {
    html.split_once(mark).map(|(_, rest)| rest)
}

/// `+1,286`, `−50`, `0`: the number in a text.
fn number(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number: i64 = digits.parse().ok()?;
    Some(if text.contains('−') {
        -number
    } else {
        number
    })
}

/// The lines of a page, and what its headings of months say: in, out.
fn lines(html: &str) -> (Vec<Seen>, Vec<(String, i64, i64)>) {
    let (mut all, mut sums) = (Vec::new(), Vec::new());
    for section in html.split("<section class=\"month").skip(1) {
        let apart = section.starts_with(" pending");
        let head = after(section, "<h2").and_then(|own| after(own, ">"));
        let month = plain(head.unwrap().split("</h2>").next().unwrap());
        let note = after(section, "</h2>").and_then(|own| own.split("</div>").next());
        let note = plain(note.unwrap_or_default());
        if let Some((earned, spent)) = note.split_once('·')
            && !apart
        {
            let both = (number(earned).unwrap(), number(spent).unwrap());
            sums.push((month.clone(), both.0, both.1));
        }
        let body = section.split("</section>").next().unwrap();
        for line in body.split("<li><a class=\"line\"").skip(1) {
            let entry = after(line, "/passbook/").and_then(|own| own.split('"').next());
            let title = after(line, "class=\"line-what\">").unwrap();
            let change = after(line, "class=\"line-change").and_then(|own| after(own, ">"));
            let change = change.unwrap();
            // Beside the number a word for screen readers says the direction.
            let change = change
                .split_once("</span></span>")
                .map_or(change, |_| change);
            let change = change.replace("收入", "").replace("支出", "");
            let change = plain(change.split("</span>\n").next().unwrap());
            let balance = after(line, "class=\"line-balance\">");
            all.push(Seen {
                entry: entry.and_then(|own| own.parse().ok()).unwrap_or(0),
                title: plain(title.split("</span>").next().unwrap()),
                change: number(&change).filter(|_| !change.contains("小时")),
                after: balance.and_then(|own| number(own.split('<').next().unwrap())),
                month: month.clone(),
                apart,
            });
        }
    }
    (all, sums)
}

/// Home's tile says what the heading of the month says, and nothing came in where there is none.
fn this_month(
    me: &Browser<'_>,
    (community, resident): (&str, u32),
    home: &str,
    sums: &[(String, i64, i64)],
) {
    let today = me.app.house.today(&community.parse().unwrap()).0;
    let (year, month, _) = today.parts();
    let now = format!("{year}年{month}月");
    if let Some(tile) = after(home, "本月收入</dt><dd>") {
        let own = sums.iter().find(|(name, ..)| *name == now);
        let earned = own.map_or(0, |(_, earned, _)| *earned);
        let tile = number(tile.split('<').next().unwrap());
        assert_eq!(tile, Some(earned), "{resident}: what came in in {now}");
    }
}

/// Walks every page of somebody's passbook and holds that everything on them agrees; answers the lines.
pub(crate) async fn walk(me: &mut Browser<'_>, community: &str, resident: u32) -> Vec<Seen> {
    let home = me.get(&format!("/{community}/home")).await;
    home.is(200);
    let shown = after(&home.text, "cover-number\"><b>").unwrap();
    let balance = number(shown.split("</b>").next().unwrap()).unwrap();
    let api = format!("/api/v1/communities/{community}/residents/{resident}/balance");
    let told = me.get(&api).await.is(200).json();
    assert_eq!(told["points"], balance, "home and API of {resident}");

    let (mut all, mut sums) = (Vec::new(), Vec::new());
    let mut path = format!("/{community}/passbook?show=all");
    for _ in 0..200 {
        let page = me.get(&path).await;
        page.is(200);
        let (own, heads) = lines(&page.text);
        all.extend(own.into_iter().filter(|line| !line.apart));
        sums.extend(heads);
        let Some(next) = after(&page.text, "passbook?show=all&amp;before=") else {
            break;
        };
        path = format!(
            "/{community}/passbook?show=all&before={}",
            next.split('"').next().unwrap()
        );
    }
    let booked: Vec<&Seen> = all.iter().filter(|line| line.after.is_some()).collect();
    let newest = booked.first().map_or(0, |line| line.after.unwrap());
    assert_eq!(
        newest, balance,
        "the newest balance of {resident} is home's"
    );
    for pair in booked.windows(2) {
        let before = pair[1].after.unwrap();
        let now = pair[0].after.unwrap();
        assert_eq!(
            before + pair[0].change.unwrap(),
            now,
            "{resident}: {pair:?}"
        );
    }
    let first = booked.last().map(|line| (line.after, line.change));
    assert!(
        first.is_none_or(|(after, change)| after == change),
        "{resident} begins at nothing: {first:?}"
    );
    let mut months: Vec<String> = Vec::new();
    for line in &all {
        if months.last() != Some(&line.month) {
            months.push(line.month.clone());
        }
    }
    let apart: std::collections::BTreeSet<&String> = months.iter().collect();
    assert_eq!(
        apart.len(),
        months.len(),
        "{resident}: each month once, in order"
    );
    for month in &months {
        let own = all.iter().filter(|line| line.month == *month);
        let (mut earned, mut spent) = (0, 0);
        for change in own.filter_map(|line| line.change.filter(|_| line.after.is_some())) {
            if change > 0 {
                earned += change
            } else {
                spent += change
            }
        }
        let said: Vec<_> = sums.iter().filter(|(name, ..)| name == month).collect();
        assert_eq!(said.len(), 1, "{resident}: the sums of {month} stand once");
        assert_eq!(
            (said[0].1, said[0].2),
            (earned, spent),
            "{resident}: {month}"
        );
    }
    this_month(me, (community, resident), &home.text, &sums);
    for line in &all {
        let why = me
            .get(&format!("/{community}/passbook/{}", line.entry))
            .await;
        why.is(200);
        let Some(change) = line.change else { continue };
        if let Some(foot) = after(&why.text, "<tfoot>") {
            let rows = why.text.split("<tbody>").nth(1).unwrap();
            let rows = rows.split("</tbody>").next().unwrap();
            let parts = rows.split("</td><td>").skip(1);
            let parts = parts.filter_map(|own| number(own.split("</td>").next().unwrap()));
            let foot = plain(foot.split("</td>").next().unwrap());
            assert_eq!(parts.sum::<i64>(), change, "{resident}: why of {line:?}");
            assert!(foot.contains(&change.abs().to_string()), "{foot} {line:?}");
        }
    }
    all
}

/// An opening balance of a household, with its last day.
fn opening(app: &TestApp, household: u32, amount: i64, expires: &str) -> Command {
    let nanmen = code("nanmen");
    let text = SaltedText {
        salt: [7; 16],
        text: "存折第 1 页".to_owned(),
    };
    Command {
        actor: code("import"),
        key: None,
        today: app.house.today(&nanmen).0,
        ask: Ask::Open {
            holder: Holder::Household(HouseholdNo(household)),
            asset: code("points"),
            amount: Amount::new(amount).unwrap(),
            expires: Some(expires.parse().unwrap()),
            source: Source {
                name: code("paper-book"),
                external_ref: format!("page-{household}-{expires}"),
                input: [0; 32],
            },
            reason: text.commitment(),
        },
        text: Some(text),
        reference: None,
    }
}

async fn order(me: &mut Browser<'_>, item: &str) -> String {
    let check = me
        .get(&format!("/nanmen/shop/{item}/confirm?quantity=1"))
        .await;
    let (key, total) = (check.is(200).hidden("key"), check.hidden("total"));
    let again = check.text.contains("name=\"again\"");
    let again = if again {
        check.hidden("again")
    } else {
        String::new()
    };
    let mut form = vec![
        ("key", key.as_str()),
        ("item", item),
        ("quantity", "1"),
        ("total", total.as_str()),
    ];
    if !again.is_empty() {
        form.push(("again", again.as_str()));
    }
    let placed = me.post("/nanmen/orders", &form).await;
    let slip = placed.is(303).location().to_owned();
    slip.split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn points_that_run_out_while_they_are_kept_are_said_before_and_after() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    let paper = opening(&app, 3, 60, "2026-11-26");
    app.house.clerk.ask(&nanmen, paper).await.unwrap();
    app.earn("n-1", "waste.food", 1001, 40).await;
    let mut me = app.signed_in("1001").await;
    let check = me.get("/nanmen/shop/rice-5kg/confirm?quantity=1").await;
    check
        .is(200)
        .says(&["过期不领，其中 60 分到时已经到期，退不回来"]);
    let slip = order(&mut me, "rice-5kg").await;
    me.get(&slip).await.is(200).says(&[
        "不要了，退回 85 分",
        "其中 60 分快到期了：11月27日",
        "其中 60 分到时已经到期",
    ]);
    me.get("/nanmen/passbook")
        .await
        .says(&["为兑换单留着", "看这张单"]);
    app.clock.advance_days(4);
    let mut me = app.signed_in("1001").await;
    me.get(&slip)
        .await
        .is(200)
        .says(&["不要了，退回 25 分", "其中 60 分在留着的时候已经到期"]);
    me.post(&format!("{slip}/cancel"), &[("key", "c")])
        .await
        .is(303);
    let after = me.get(&slip).await;
    after
        .is(200)
        .says(&["25 分已退回", "60 分在留着的时候到期，没有退回"]);
    assert!(!after.text.contains("85 分已退回"));
    let told = me.get("/api/v1/communities/nanmen/orders/1").await.json();
    assert_eq!(
        (&told["returned"], &told["lapsed"]),
        (&25.into(), &60.into())
    );
    let book = me.get("/nanmen/passbook").await;
    book.is(200)
        .says(&["取消兑换", "60 分在留着的时候到期，没有退回", "没有领"]);
    walk(&mut me, "nanmen", 1001).await;

    // Nothing at all comes back, and that is a line too.
    let paper = opening(&app, 4, 10, "2026-11-28");
    app.house.clerk.ask(&nanmen, paper).await.unwrap();
    let mut you = app.signed_in("2001").await;
    let slip = order(&mut you, "salt").await;
    order(&mut you, "salt").await;
    app.clock.advance_days(3);
    let mut you = app.signed_in("2001").await;
    you.get(&slip).await.is(200).says(&["不要了，没有积分可退"]);
    you.post(&format!("{slip}/cancel"), &[("key", "d")])
        .await
        .is(303);
    you.get(&slip)
        .await
        .is(200)
        .says(&["已取消，没有积分退回", "5 分在留着的时候到期"]);
    let lines = walk(&mut you, "nanmen", 2001).await;
    let lost = lines.iter().find(|line| line.title.starts_with("取消兑换"));
    assert_eq!(lost.unwrap().change, Some(0));
    app.end().await;
}

#[tokio::test]
async fn a_deduction_that_finds_too_little_says_three_numbers_to_both() {
    let app = TestApp::new().await;
    let mut lead = app.signed_in("lead").await;
    let form = lead.get("/nanmen/record?kind=littering").await;
    let key = form.is(200).hidden("key");
    let sent = [
        ("kind", "littering"),
        ("key", key.as_str()),
        ("resident", "2001"),
        ("quantity", "1"),
        ("on", "2026-11-23"),
    ];
    let told = lead.post("/nanmen/record", &sent).await;
    told.is(200)
        .says(&["没有扣足", "应扣 5 分，积分不够，实扣 0 分，扣后还有 0 分"]);
    assert!(!told.text.contains("记好了"), "{}", told.text);
    let mut you = app.signed_in("2001").await;
    let book = you.get("/nanmen/passbook").await;
    book.is(200)
        .says(&["占道堆放 1 次", "应扣 5 分，积分不够，实扣 0 分"]);
    let lines = walk(&mut you, "nanmen", 2001).await;
    you.get(&format!("/nanmen/passbook/{}", lines[0].entry))
        .await
        .is(200)
        .says(&["为什么没有增减", "积分不够，没有扣到的"]);

    app.earn("n-2", "waste.food", 2001, 10).await;
    let entry = app.earn("n-3", "straw.burn", 2001, 1).await;
    let why = you.get(&format!("/nanmen/passbook/{entry}")).await;
    why.is(200)
        .says(&["应扣 20 分，积分不够，实扣 10 分，扣后还有 0 分"]);
    walk(&mut you, "nanmen", 2001).await;
    app.end().await;
}

#[tokio::test]
async fn reversals_explain_themselves_and_begin_at_the_line() {
    let app = TestApp::new().await;
    let entry = app.earn("n-4", "waste.food", 1001, 120).await;
    let mut me = app.signed_in("1001").await;
    let slip = order(&mut me, "rice-5kg").await;
    let shown = me.get(&slip).await.text;
    let pickup = after(&shown, "data-copy=\"").unwrap()[..8].to_owned();
    let mut shop = app.signed_in("shop").await;
    let check = shop.post("/nanmen/till", &[("code", &pickup)]).await;
    let key = check.is(200).hidden("key");
    let done = shop
        .post("/nanmen/till/1/settle", &[("key", &key), ("code", &pickup)])
        .await;
    let handed = after(&done.is(200).text, "· 第 ").unwrap();
    let handed: u64 = handed.split(' ').next().unwrap().parse().unwrap();
    // A wrong code is told as a wrong code.
    let wrong = if pickup == "00000000" {
        "11111111"
    } else {
        "00000000"
    };
    shop.post("/nanmen/till/1/settle", &[("key", "k"), ("code", wrong)])
        .await
        .is(404)
        .says(&["没有这个取货码"]);

    let mut check = app.signed_in("check").await;
    let placed = handed - 1;
    let lines = walk(&mut me, "nanmen", 1001).await;
    let of_order = lines
        .iter()
        .find(|line| line.title.starts_with("兑换"))
        .unwrap()
        .entry;
    assert!(of_order <= placed, "{of_order} {handed}");
    // Either number leads to the hand-over; looking books nothing.
    for number in [handed, of_order] {
        let page = check.get(&format!("/nanmen/amend?entry={number}")).await;
        page.is(200)
            .says(&["冲正这一笔", &format!("第 {handed} 笔"), "大米 5 公斤"]);
        page.says(&[&format!(
            "type=\"hidden\" name=\"entry\" value=\"{handed}\""
        )]);
    }
    check
        .get("/nanmen/amend?entry=999999")
        .await
        .is(200)
        .says(&["账本里没有第 999999 笔"]);
    let page = check.get(&format!("/nanmen/amend?entry={entry}")).await;
    page.is(200)
        .says(&["厨余垃圾分类 12 公斤", "+120 分", "陈阿婆家"]);
    for number in [handed, entry] {
        let form = [
            ("key", "r-1"),
            ("entry", &*number.to_string()),
            ("reason", "称错了一袋"),
            ("how", "now"),
        ];
        let key = format!("r-{number}");
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| {
                if *name == "key" {
                    ("key", key.as_str())
                } else {
                    (*name, *value)
                }
            })
            .collect();
        check.post("/nanmen/amend/reverse", &form).await.is(303);
    }
    let book = me.get("/nanmen/passbook").await;
    book.is(200).says(&[
        "已冲正",
        &format!("冲正第 {entry} 笔：厨余垃圾分类 12 公斤"),
        "退货 大米",
    ]);
    me.get(&format!("/nanmen/passbook/{entry}"))
        .await
        .is(200)
        .says(&["已冲正", "称错了一袋", "看冲正的那一笔"]);
    let lines = walk(&mut me, "nanmen", 1001).await;
    let by = lines
        .iter()
        .find(|line| line.title.contains("厨余") && line.title.starts_with("冲正"))
        .unwrap();
    me.get(&format!("/nanmen/passbook/{}", by.entry))
        .await
        .is(200)
        .says(&["称错了一袋", "看被冲正的那一笔"]);
    app.end().await;
}

#[tokio::test]
async fn totals_agree_over_pages_back_dating_openings_and_refusals() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    let paper = opening(&app, 3, 200, "2027-12-31");
    app.house.clerk.ask(&nanmen, paper).await.unwrap();
    // Of October, booked in November; more than a page of lines; some refused.
    for i in 0..45 {
        let mut command = app.event(&format!("p-{i}"), "tree.plant", 1001, 1);
        if let Ask::Earn(event) = &mut command.ask {
            event.on = if i % 3 == 0 {
                "2026-10-20"
            } else {
                "2026-11-20"
            }
            .parse()
            .unwrap();
        }
        app.house.clerk.ask(&nanmen, command).await.unwrap();
        if i % 5 == 0 {
            app.earn(&format!("y-{i}"), "yard.inspect", 1001, 1).await;
            app.earn(&format!("c-{i}"), "council.attend", 1001, 1).await;
        }
        if i % 9 == 0 {
            app.earn(&format!("s-{i}"), "straw.burn", 1002, 1).await;
        }
    }
    let mut me = app.signed_in("1001").await;
    let slip = order(&mut me, "salt").await;
    me.post(&format!("{slip}/cancel"), &[("key", "x")])
        .await
        .is(303);
    let lines = walk(&mut me, "nanmen", 1001).await;
    assert!(lines.len() > 60, "{}", lines.len());
    let refused: Vec<_> = lines
        .iter()
        .filter(|line| line.title.starts_with("庭院卫生检查"))
        .collect();
    assert_eq!(
        refused.len(),
        9,
        "what was refused is listed beside what counted"
    );
    let why = me
        .get(&format!("/nanmen/passbook/{}", refused[0].entry))
        .await;
    why.is(200).says(&["为什么没有得分", "没有入账"]);
    me.get("/nanmen/passbook")
        .await
        .says(&["10月20日 星期二 的事"]);
    // Home's tile is the heading's number, whoever looks.
    let mut family = app.signed_in("1002").await;
    walk(&mut family, "nanmen", 1002).await;
    app.clock.advance_days(20);
    let mut me = app.signed_in("1001").await;
    app.earn("later", "tree.plant", 1001, 2).await;
    walk(&mut me, "nanmen", 1001).await;
    app.end().await;
}

#[tokio::test]
async fn back_from_the_slip_and_one_more_tap_is_one_order() {
    let app = TestApp::new().await;
    app.earn("o-1", "waste.food", 1001, 290).await;
    let mut me = app.signed_in("1001").await;
    let slip = order(&mut me, "salt").await;
    // The page comes anew, with a key of its own.
    let page = me.get("/nanmen/shop/salt/confirm?quantity=1").await;
    page.is(200)
        .says(&["您刚才已经换过一次，单号 #1", "再换一次"]);
    let key = page.hidden("key");
    let form = |again: &'static str| {
        let mut form = vec![
            ("key", key.as_str()),
            ("item", "salt"),
            ("quantity", "1"),
            ("total", "5"),
        ];
        if !again.is_empty() {
            form.push(("again", again));
        }
        form
    };
    let tapped = me.post("/nanmen/orders", &form("")).await;
    assert_eq!(
        tapped.is(303).location().split('?').next(),
        Some(slip.as_str())
    );
    // Pressed on purpose it is another one; later nobody is asked.
    let meant = me.post("/nanmen/orders", &form("1")).await;
    assert!(meant.is(303).location().starts_with("/nanmen/orders/2"));
    app.clock.set(rongyi_core::time::Instant(
        crate::app::NOW.0 + 3_600_000_000,
    ));
    let page = me.get("/nanmen/shop/salt/confirm?quantity=1").await;
    assert!(!page.text.contains("您刚才已经换过"));
    app.end().await;
}
