//! Every report of the demonstration, held against the journal itself: what is counted here is counted from the movements,
//! one by one, and from nobody's sums. And what a report is on its doors: page, file, API, wall.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::counters::CounterSubject;
use rongyi_core::ids::{AssetNo, Code, ResidentNo};
use rongyi_core::record::Record;
use rongyi_server::jobs;
use rongyi_server::reports::{self, ALL, Table};
use rongyi_store::{CaseFilter, Listing};

use crate::app::{TestApp, code};

/// What the journal says.
#[derive(Default)]
struct Journal {
    /// By month of booking: issued, deducted, redeemed, lapsed.
    months: BTreeMap<i32, [i64; 4]>,
    /// What every account holds.
    held: BTreeMap<Account, i64>,
    /// Decided events that somebody is to look at.
    marked: i64,
}

impl Journal {
    async fn read(app: &TestApp, community: &Code) -> Journal {
        let mut journal = Journal::default();
        let (mut from, mut month) = (1, 0);
        loop {
            let page = app.house.store.journal(community, from, 500).await.unwrap();
            let Some((last, ..)) = page.last() else {
                return journal;
            };
            from = last + 1;
            for (_, kind, body) in &page {
                let record = Record::decode(*kind, body).unwrap();
                if let Some(envelope) = record.envelope() {
                    month = envelope.today.month_index();
                }
                if let Record::Decided(_, _, decision) = &record {
                    journal.marked += i64::from(!decision.marks.is_empty());
                }
                if let Record::Moved(_, moved) = &record {
                    journal.book(month, moved.debit, -moved.amount.get());
                    journal.book(month, moved.credit, moved.amount.get());
                }
            }
        }
    }

    fn book(&mut self, month: i32, account: Account, change: i64) {
        *self.held.entry(account).or_default() += change;
        if account.holder != Holder::Community || account.asset != AssetNo::POINTS {
            return;
        }
        let sums = self.months.entry(month).or_default();
        match account.purpose {
            Purpose::Issuance => sums[0] -= change,
            Purpose::Adjustment => sums[1] += change,
            Purpose::Redeemed => sums[2] += change,
            Purpose::Expired => sums[3] += change,
            other @ (Purpose::Available
            | Purpose::Notice
            | Purpose::Held
            | Purpose::Donated
            | Purpose::Shelf
            | Purpose::Reserved
            | Purpose::Handed
            | Purpose::Supplied) => panic!("{other:?} of points of the community"),
        }
    }

    /// What people hold of points.
    fn owed(&self) -> i64 {
        let held = self.held.iter();
        let of_people = held.filter(|(account, _)| {
            account.holder != Holder::Community && account.asset == AssetNo::POINTS
        });
        of_people.map(|(_, held)| held).sum()
    }

    /// Pieces in accounts of this purpose.
    fn pieces(&self, purpose: Purpose) -> i64 {
        let held = self.held.iter();
        let of_goods = held.filter(|(account, _)| {
            account.holder == Holder::Community
                && account.asset.item().is_some()
                && account.purpose == purpose
        });
        of_goods.map(|(_, held)| held).sum()
    }
}

async fn table(app: &TestApp, community: &Code, report: &str) -> Table {
    let span = (Some("2026-01"), Some("2028-03"));
    let report = reports::find(report).unwrap();
    let shown = reports::show(&app.house, community, report, span).await;
    shown.unwrap().table
}

fn column(table: &Table, code: &str) -> usize {
    let found = table.columns.iter().position(|column| column.code == code);
    found.unwrap_or_else(|| panic!("no column {code}"))
}

fn total(table: &Table, code: &str) -> i64 {
    let total = table.total.as_ref().expect("a total");
    total[column(table, code)].unwrap_or_default()
}

/// A column, row by row, beside the months 2026-01 to 2028-03.
fn by_month(table: &Table, code: &str) -> BTreeMap<i32, i64> {
    let place = column(table, code);
    let first = "2026-01-01".parse::<rongyi_core::time::LocalDate>();
    let months = first.unwrap().month_index()..;
    let values = table.rows.iter().map(|row| row.values[place].unwrap());
    months
        .zip(values)
        .filter(|(_, value)| *value != 0)
        .collect()
}

#[tokio::test]
async fn every_report_agrees_with_the_journal() {
    let app = TestApp::demo().await;
    // Further months: somebody earns, an order is left behind, and what is old lapses.
    app.clock.advance_days(10);
    app.earn("r-1", "tree.plant", 1001, 2).await;
    app.clock.advance_days(40);
    app.earn("r-2", "tree.plant", 1003, 3).await;
    app.clock.advance_days(420);
    for community in app.house.communities().keys() {
        jobs::catch_up(&app.house, community).await.unwrap();
        let journal = Journal::read(&app, community).await;
        let told = |what: &str| format!("{community}: {what}");
        let of = |place: usize| -> BTreeMap<i32, i64> {
            let months = journal.months.iter();
            let sums = months.map(|(month, sums)| (*month, sums[place]));
            sums.filter(|(_, sum)| *sum != 0).collect()
        };
        let points = table(&app, community, "points").await;
        assert_eq!(points.agrees, Some(true), "{}", told("points"));
        for (place, name) in ["issued", "deducted", "redeemed", "lapsed"]
            .iter()
            .enumerate()
        {
            assert_eq!(by_month(&points, name), of(place), "{}", told(name));
            assert_eq!(total(&points, name), of(place).values().sum::<i64>());
        }
        assert_eq!(total(&points, "held"), journal.owed(), "{}", told("held"));
        let issued = table(&app, community, "issued").await;
        assert_eq!(by_month(&issued, "issued"), of(0), "{}", told("issued"));
        let redeemed = table(&app, community, "redeemed").await;
        assert_eq!(by_month(&redeemed, "redeemed"), of(2));
        let lapsed = table(&app, community, "lapsed").await;
        assert_eq!(by_month(&lapsed, "lapsed"), of(3));
        let liability = table(&app, community, "liability").await;
        assert_eq!(liability.agrees, Some(true));
        assert_eq!(
            total(&liability, "held"),
            journal.owed(),
            "{}",
            told("liability")
        );
        let goods = table(&app, community, "goods").await;
        assert_eq!(goods.agrees, Some(true));
        let there = journal.pieces(Purpose::Shelf) + journal.pieces(Purpose::Reserved);
        assert_eq!(total(&goods, "after"), there, "{}", told("goods"));
        assert_eq!(total(&goods, "handed"), journal.pieces(Purpose::Handed));
        assert_eq!(
            total(&goods, "received"),
            -journal.pieces(Purpose::Supplied)
        );
        let anomalies = table(&app, community, "anomalies").await;
        assert_eq!(
            total(&anomalies, "marked"),
            journal.marked,
            "{}",
            told("marks")
        );
        what_is_counted_agrees(&app, community).await;
    }
    app.end().await;
}

/// Reports that are read from counters, orders and cases, held against the rows of each person, order and case.
async fn what_is_counted_agrees(app: &TestApp, community: &Code) {
    let store = &app.house.store;
    let months = {
        let first = "2026-01-01".parse::<rongyi_core::time::LocalDate>();
        let last = "2028-03-01".parse::<rongyi_core::time::LocalDate>();
        first.unwrap().month_index()..=last.unwrap().month_index()
    };
    let (mut events, mut points, mut minutes, mut issued) = (0, 0, 0, 0);
    for (key, row) in store.all_counters(community).await.unwrap() {
        let name = key.kind.as_str();
        if !months.contains(&key.month) {
            continue;
        }
        let own = name.starts_with("item/") || name.starts_with("host/");
        if matches!(key.subject, CounterSubject::Resident(_)) && !own {
            events += row.total.events;
            points += row.total.points;
            minutes += row.total.minutes;
        }
        if key.subject == CounterSubject::Community && name == "host/issued" {
            issued += row.total.points;
        }
    }
    let activity = table(app, community, "activity").await;
    assert_eq!(total(&activity, "events"), events, "{community}: events");
    assert_eq!(total(&activity, "points"), points, "{community}: points");
    assert_eq!(total(&activity, "minutes"), minutes, "{community}: minutes");
    assert!(events > 0, "{community}: somebody did something");
    let budget = table(app, community, "budget").await;
    assert_eq!(total(&budget, "issued"), issued, "{community}: budget");
    let orders = store.all_orders(community).await.unwrap();
    let placed = i64::try_from(orders.len()).unwrap();
    let uncollected = table(app, community, "uncollected").await;
    assert_eq!(total(&uncollected, "placed"), placed, "{community}: orders");
    let parts = ["handed", "cancelled", "waiting", "uncollected"];
    let parts: i64 = parts.iter().map(|part| total(&uncollected, part)).sum();
    assert_eq!(parts, placed, "{community}: every order stands somewhere");
    let filter = CaseFilter {
        with_ended: true,
        ..CaseFilter::default()
    };
    let cases = store.cases(community, &filter, None, 500).await.unwrap();
    let work = table(app, community, "work").await;
    assert_eq!(total(&work, "opened"), i64::try_from(cases.len()).unwrap());
    let fairness = table(app, community, "fairness").await;
    let members = column(&fairness, "members");
    let by_size = fairness
        .rows
        .iter()
        .filter(|row| row.names[0].en.contains("size"));
    let households: i64 = by_size.filter_map(|row| row.values[members]).sum();
    let all = store.all_residents(community).await.unwrap();
    let all: BTreeSet<u32> = all.iter().map(|(_, member)| member.household.0).collect();
    assert_eq!(households, i64::try_from(all.len()).unwrap());
}

#[tokio::test]
async fn every_report_is_the_same_on_page_file_and_api() {
    let app = TestApp::demo().await;
    let mut boss = app.signed_in("nanmen-operator").await;
    let list = boss.get("/nanmen/reports").await;
    for report in ALL {
        list.is(200)
            .says(&[&format!("/nanmen/reports/{}\"", report.code)]);
        let path = format!("/nanmen/reports/{}", report.code);
        let page = boss.get(&path).await;
        page.is(200).says(&[report.title.0]);
        assert!(!page.text.contains("report-table") || page.text.contains("<th scope=\"row\""));
        let api = format!("/api/v1/communities/nanmen/reports/{}", report.code);
        let told = boss.get(&api).await.is(200).json();
        assert_ne!(told["agrees"], serde_json::json!(false), "{}", report.code);
        let rows = told["rows"].as_array().unwrap();
        let columns = told["columns"].as_array().unwrap();
        let csv = boss.get(&format!("{path}/table.csv")).await;
        let lines: Vec<&str> = csv.is(200).text.trim_end().split("\r\n").collect();
        let sum = usize::from(told["total"].is_array());
        assert_eq!(lines.len(), 1 + rows.len() + sum, "{}", report.code);
        for row in rows {
            assert_eq!(row["values"].as_array().unwrap().len(), columns.len());
        }
        // Sums are on the page as they are in the API, and in the file.
        for (place, column) in columns.iter().enumerate() {
            let Some(value) = told["total"].get(place).and_then(serde_json::Value::as_i64) else {
                continue;
            };
            // A page without a row has no table.
            if !rows.is_empty() && ["points", "count"].contains(&column["unit"].as_str().unwrap()) {
                page.says(&[&format!("<td>{}</td>", rongyi_pages::format::number(value))]);
                assert!(lines.last().unwrap().contains(&value.to_string()));
            }
        }
        let sheet = boss.get(&format!("{path}/table.xlsx")).await;
        sheet.is(200);
        assert!(sheet.text.starts_with("PK"), "{}", report.code);
    }
    boss.get("/nanmen/reports/none").await.is(404);
    for wrong in [
        "from=2026",
        "from=2026-12&to=2026-01",
        "from=x",
        "from=2020-01",
    ] {
        let answer = boss.get(&format!("/nanmen/reports/points?{wrong}")).await;
        answer.is(422).says(&["2026-10"]);
    }
    boss.get("/nanmen/reports/points?from=2026-10&to=2026-11")
        .await
        .is(200)
        .says(&["2026年10月 到 2026年11月"]);
    app.end().await;
}

#[tokio::test]
async fn what_somebody_called_an_item_is_no_formula() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let form = [
        ("key", "k-1"),
        ("item", "bad"),
        ("title_zh", "=1+1"),
        ("title_en", "=cmd()"),
        ("category", "grain"),
        ("value", "1.00"),
    ];
    boss.post("/nanmen/stock", &form).await.is(303);
    let csv = boss.get("/nanmen/reports/goods/table.csv").await;
    csv.is(200).says(&["'=1+1,"]);
    assert!(!csv.text.contains("\n=1+1"));
    app.end().await;
}

#[tokio::test]
async fn who_said_no_does_not_hang_on_the_wall() {
    let app = TestApp::new().await;
    app.earn("b-1", "tree.plant", 1001, 2).await;
    app.earn("b-2", "tree.plant", 2001, 2).await;
    let mut lead = app.signed_in("lead").await;
    let board = "/nanmen/wall/board?period=2026-11";
    let page = lead.get(board).await;
    page.is(200).says(&[
        "第一",
        "并列",
        "林*",
        "陈*家",
        "2026年12月31日撤下",
        "还没过完",
    ]);
    assert!(!page.text.contains("林家") && !page.text.contains("第二"));
    let town = code("nanmen");
    let hidden = app
        .house
        .store
        .set_listing(&town, ResidentNo(2001), Listing::Hidden);
    hidden.await.unwrap();
    let page = lead.get(board).await;
    page.is(200).says(&["第一", "陈*家"]);
    assert!(!page.text.contains("林") && !page.text.contains("并列</span>"));
    lead.get("/nanmen/wall/board?period=2026-11&paper=a3")
        .await
        .is(200)
        .says(&["wall-a3"]);
    lead.get("/nanmen/wall/board?period=x").await.is(404);
    lead.get("/nanmen/wall/none").await.is(404);
    lead.get("/nanmen/wall/prices")
        .await
        .is(200)
        .says(&["食盐", "大米 5 公斤"]);
    lead.get("/nanmen/wall/winners")
        .await
        .is(200)
        .says(&["还没有结过账的一期"]);
    app.clock.advance_days(60);
    let mut lead = app.signed_in("lead").await;
    lead.get(board).await.is(200).says(&["已经到期，请撤下"]);
    app.end().await;
}

#[tokio::test]
async fn a_month_is_closed_after_what_is_open_was_seen_and_by_two() {
    // Months are closed from this one on.
    let notice = "notice_days = { \"council.attend\" = 3 }\n";
    let months = "[[period]]\nlength = \"month\"\nactive_from = 2026-11-01\n";
    let app = TestApp::with_both("", (notice, months)).await;
    app.earn("p-1", "waste.food", 1001, 100).await;
    app.clock.advance_days(7);
    // Of the last day of the month, and under notice until the third of the next.
    app.earn("p-2", "council.attend", 1001, 1).await;
    app.clock.advance_days(1);
    let mut boss = app.signed_in("boss").await;
    let page = "/nanmen/operator/periods/2026-11";
    boss.get("/nanmen/operator/periods")
        .await
        .is(200)
        .says(&["准备结 2026-11 的账", page]);
    let before = boss.get(page).await;
    before.is(200).says(&[
        "还在公示的",
        "是的，截止到 2026年11月30日 星期一",
        "可以自己签",
    ]);
    boss.post(page, &[("step", "cut-off")]).await.is(303);
    boss.get(page).await.is(200).says(&["无误，签字"]);
    // A second operator comes: whoever made the cut-off is told to leave the signature to them.
    let staff = app
        .house
        .store
        .staff_by_login(&code("nanmen"), "check")
        .await
        .unwrap()
        .unwrap();
    boss.post(
        &format!("/nanmen/operator/staff/{}", staff.staff_id),
        &[("act", "role"), ("role", "operator")],
    )
    .await
    .is(200);
    let page_of_boss = boss.get(page).await;
    page_of_boss.is(200).says(&["请另一位管理员来看过、签字"]);
    assert!(!page_of_boss.text.contains("无误，签字"));
    let mut other = app.signed_in("check").await;
    other.get(page).await.is(200).says(&["无误，签字"]);
    other.post(page, &[("step", "sign-off")]).await.is(303);
    other.get(page).await.is(200).says(&[
        "/nanmen/wall/winners?period=2026-11",
        "/nanmen/wall/board?period=2026-11",
        "/nanmen/reports/points?from=2026-11&#38;to=2026-11",
    ]);
    other
        .get("/nanmen/wall/winners?period=2026-11")
        .await
        .is(200)
        .says(&["这一期没有奖励"]);
    app.end().await;
}
