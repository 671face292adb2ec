//! What is sent and printed of a resident's book, beside the pages: the API's balance and passbook, balances of past
//! moments, statements about past days, the file of one's own data, and what a terminal prints.

use std::collections::BTreeMap;
use std::process::Command;

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_server::audit::statement;
use rongyi_server::audit::statement::{Statement, StatementOutcome};
use serde_json::Value;

use super::{Head, Of, Seen, number, until};
use crate::app::{Browser, TestApp};

/// One movement: its asset, the entry, the change, what was there afterwards, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    asset: String,
    entry: u64,
    change: i64,
    after: i64,
    at_us: i64,
}

/// An entry's change of one asset, and what it came to.
type Step = (u64, i64, i64);

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn whole(value: &Value) -> i64 {
    value
        .as_i64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

/// Every movement that the API tells, newest first.
async fn rows(me: &mut Browser<'_>, base: &str) -> Vec<Row> {
    let mut all = Vec::new();
    let mut page = format!("{base}/passbook?limit=23");
    loop {
        let told = me.get(&page).await.is(200).json();
        for line in told["lines"].as_array().unwrap() {
            all.push(Row {
                asset: text(&line["asset"]),
                entry: line["entry"].as_u64().unwrap(),
                change: whole(&line["change"]),
                after: whole(&line["balance_after"]),
                at_us: whole(&line["at_us"]),
            });
        }
        let Some(older) = told["older"].as_u64() else {
            return all;
        };
        page = format!("{base}/passbook?limit=23&before={older}");
    }
}

/// Movements of one entry and asset are one line: what they come to, and the newest balance.
fn steps(rows: &[Row]) -> BTreeMap<&str, Vec<Step>> {
    let mut all: BTreeMap<&str, Vec<Step>> = BTreeMap::new();
    for row in rows {
        let asset_steps = all.entry(&row.asset).or_default();
        match asset_steps.last_mut().filter(|last| last.0 == row.entry) {
            Some(last) => last.1 += row.change,
            None => asset_steps.push((row.entry, row.change, row.after)),
        }
    }
    all
}

/// `+7.5 小时`, as lines and headings show minutes.
fn hours(minutes: i64) -> String {
    let plus = if minutes > 0 { "+" } else { "" };
    format!("{plus}{} 小时", rongyi_pages::format::hours(minutes))
}

/// The lines of hours say what moved in minutes, and the headings of months what they come to before they are rounded.
fn hours_agree(resident: u32, steps: &[Step], (all, heads): (&[Seen], &[Head])) {
    let lines: Vec<&Seen> = all
        .iter()
        .filter(|line| line.of == Of::Hours && line.change.is_none())
        .collect();
    let lines: Vec<&Seen> = lines
        .into_iter()
        .filter(|line| steps.iter().any(|step| step.0 == line.entry))
        .collect();
    let shown: Vec<(u64, String)> = lines
        .iter()
        .map(|line| (line.entry, line.shown.clone()))
        .collect();
    let told: Vec<(u64, String)> = steps.iter().map(|step| (step.0, hours(step.1))).collect();
    assert_eq!(shown, told, "{resident}: hours");
    let mut months: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (line, step) in lines.iter().zip(steps) {
        let (earned, spent) = months.entry(&line.month).or_default();
        *(if step.1 > 0 { earned } else { spent }) += step.1;
    }
    let said = heads.iter().filter(|head| head.of == Of::Hours);
    let said: BTreeMap<&str, String> = said
        .map(|head| (head.month.as_str(), head.said.clone()))
        .collect();
    let sums = months.into_iter();
    let sums = sums.map(|(month, (earned, spent))| {
        (month, format!("收 {} · 支 {}", hours(earned), hours(spent)))
    });
    assert_eq!(said, sums.collect(), "{resident}: hours of months");
}

/// What was held at past moments: at some movements and at the end of yesterday, told and stated.
async fn past_agrees(
    me: &mut Browser<'_>,
    (community, resident): (&str, u32),
    base: &str,
    rows: &[Row],
) {
    let moments = [rows.len() / 3, rows.len() / 2, rows.len().saturating_sub(1)];
    for at_us in moments
        .iter()
        .filter_map(|place| rows.get(*place))
        .map(|row| row.at_us)
    {
        let at = jiff::Timestamp::from_microsecond(at_us).unwrap();
        let told = me
            .get(&format!("{base}/past-balance?at={at}"))
            .await
            .is(200)
            .json();
        for holding in told["assets"].as_array().unwrap() {
            let asset = text(&holding["asset"]);
            let last = rows
                .iter()
                .find(|row| row.asset == asset && row.at_us <= at_us);
            let was = last.map_or(0, |row| row.after);
            assert_eq!(
                whole(&holding["balance"]),
                was,
                "{resident} had of {asset} at {at}"
            );
        }
    }
    let house = &me.app.house;
    let code: Code = community.parse().unwrap();
    let on = house.today(&code).0.plus_days(-1);
    let told = me
        .get(&format!("{base}/past-balance?at={on}"))
        .await
        .is(200)
        .json();
    for holding in told["assets"].as_array().unwrap() {
        let was = whole(&holding["balance"]);
        let said = Statement {
            resident: ResidentNo(resident),
            asset: holding["asset"].as_str().unwrap().parse().unwrap(),
            on,
            // One too many is never kept, and told with what is right.
            amount: was + 1,
            source: "对账".to_owned(),
        };
        let answer = statement::state(house, &code, &Code::literal("staff/1"), &said).await;
        match answer.unwrap() {
            StatementOutcome::Wrong(held) => assert_eq!(held.balance, was, "{said:?}"),
            StatementOutcome::Right(_) => panic!("{said:?} is not right"),
        }
    }
}

/// The file of one's own data has the same movements, on the same accounts.
async fn own_file_agrees(me: &mut Browser<'_>, (community, resident): (&str, u32), rows: &[Row]) {
    let file = me
        .get(&format!("/{community}/me/data.json"))
        .await
        .is(200)
        .json();
    let residencies = file["residencies"].as_array().unwrap().iter();
    let mut mine = residencies.filter(|residency| {
        residency["community"] == community && residency["resident"] == resident
    });
    let movements = mine.next().unwrap()["movements"].as_array().unwrap();
    let mut runs: BTreeMap<String, i64> = BTreeMap::new();
    let mut filed: Vec<Step> = Vec::new();
    for step in movements {
        let (change, after) = (whole(&step["change"]), whole(&step["after"]));
        let before = runs.insert(text(&step["account"]), after).unwrap_or(0);
        assert_eq!(before + change, after, "{resident}: {step}");
        if step["account"].as_str().unwrap().ends_with(" available") {
            filed.push((step["entry"].as_u64().unwrap(), change, after));
        }
    }
    let mut told: Vec<Step> = rows
        .iter()
        .map(|row| (row.entry, row.change, row.after))
        .collect();
    filed.sort_unstable();
    told.sort_unstable();
    assert_eq!(filed, told, "{resident}: the file of one's own data");
}

/// Holds that everything that is sent agrees with what the pages show.
pub(super) async fn agrees(
    me: &mut Browser<'_>,
    (community, resident): (&str, u32),
    (home, balance): (&str, i64),
    (all, heads): (&[Seen], &[Head]),
) {
    let base = format!("/api/v1/communities/{community}/residents/{resident}");
    let told = me.get(&format!("{base}/balance")).await.is(200).json();
    assert_eq!(told["points"], balance, "home and API of {resident}");
    let rows = rows(me, &base).await;
    let steps = steps(&rows);
    let mut others = Vec::new();
    for holding in told["assets"].as_array().unwrap() {
        let asset = text(&holding["asset"]);
        let steps = steps.get(asset.as_str()).map_or(&[][..], Vec::as_slice);
        let has = whole(&holding["spendable"]);
        let newest = steps.first().map_or(0, |step| step.2);
        assert_eq!(newest, has, "{resident}: the newest balance of {asset}");
        match asset.as_str() {
            "points" => {
                let booked = all.iter().filter(|line| line.after.is_some());
                let booked =
                    booked.map(|line| (line.entry, line.change.unwrap(), line.after.unwrap()));
                assert_eq!(booked.collect::<Vec<_>>(), steps, "{resident}: points");
                assert_eq!(told["points"], has);
                assert_eq!(
                    (&told["notice"], &told["held"]),
                    (&holding["notice"], &holding["held"])
                );
            }
            "minutes" => {
                hours_agree(resident, steps, (all, heads));
                assert_eq!(told["minutes"], has);
                let tile = home
                    .split("<dt>志愿时长</dt><dd>")
                    .nth(1)
                    .map(|rest| until(rest, "<"));
                let hours = format!("{} 小时", rongyi_pages::format::hours(has));
                assert_eq!(tile, Some(hours.as_str()), "{resident}: home's hours");
            }
            _ if !steps.is_empty() => others.push(steps.to_vec()),
            _ => assert_eq!(has, 0, "{resident}: {asset}"),
        }
    }
    let mut shown: BTreeMap<&str, Vec<Step>> = BTreeMap::new();
    for line in all {
        if let Some((name, change, after)) = &line.other {
            shown
                .entry(name)
                .or_default()
                .push((line.entry, *change, *after));
        }
    }
    let mut shown: Vec<_> = shown.into_values().collect();
    shown.sort();
    others.sort();
    assert_eq!(shown, others, "{resident}: what else is counted");
    past_agrees(me, (community, resident), &base, &rows).await;
    own_file_agrees(me, (community, resident), &rows).await;
}

/// What the binary prints as JSON beside the running house.
pub(crate) fn printed(app: &TestApp, words: &[&str]) -> Value {
    let url = &app.house.config.database_url;
    let said = Command::new(env!("CARGO_BIN_EXE_rongyi"))
        .args(words)
        .args(["--database", url, "--json"])
        .output()
        .unwrap();
    assert!(said.status.success(), "{words:?}: {said:?}");
    serde_json::from_slice(&said.stdout).unwrap()
}

/// Holds that a terminal prints the same passbook and the same past balances, which no clock of the machine changes.
pub(crate) fn terminal_agrees(app: &TestApp, (community, resident): (&str, u32), all: &[Seen]) {
    let no = resident.to_string();
    let whose = ["-c", community, "-r", &no];
    let told = printed(
        app,
        &[&["passbook", "--limit", "1000"], &whose[..]].concat(),
    );
    let mut runs: BTreeMap<String, i64> = BTreeMap::new();
    let mut points: Vec<Step> = Vec::new();
    let mut quiet: Vec<u64> = Vec::new();
    for line in told["lines"].as_array().unwrap() {
        let entry = line["entry"].as_u64().unwrap();
        let Some(after) = line["balance_after"].as_i64() else {
            quiet.push(entry);
            continue;
        };
        let change = whole(&line["change"]);
        let asset = text(&line["asset"]);
        if asset == "points" {
            let listed = points.iter().any(|other| other.0 == entry);
            assert!(!listed, "{resident}: entry {entry} on two lines");
            points.push((entry, change, after));
        }
        // Newest first: each balance is the next line's before its change.
        if let Some(later) = runs.insert(asset, after - change) {
            assert_eq!(later, after, "{resident}: {line}");
        }
    }
    assert!(
        runs.values().all(|first| *first == 0),
        "{resident} begins at nothing: {runs:?}"
    );
    let shown = all.iter().filter(|line| line.after.is_some());
    let shown: Vec<Step> = shown
        .map(|line| (line.entry, line.change.unwrap(), line.after.unwrap()))
        .collect();
    assert_eq!(points, shown, "{resident}: the terminal's passbook");
    let still = all.iter().filter(|line| {
        line.after.is_none() && line.other.is_none() && number(&line.shown) == Some(0)
    });
    let mut still: Vec<u64> = still.map(|line| line.entry).collect();
    still.sort_unstable();
    quiet.sort_unstable();
    assert_eq!(quiet, still, "{resident}: what moved nothing");
    let today = app.house.today(&community.parse().unwrap()).0.to_string();
    let told = printed(app, &[&["balance", "--at", &today], &whose[..]].concat());
    for holding in told["assets"].as_array().unwrap() {
        if holding["asset"] == "points" {
            let newest = shown.first().map_or(0, |step| step.2);
            assert_eq!(
                holding["balance"], newest,
                "{resident}: the terminal's balance"
            );
        }
    }
}
