//! Numbers that say the same thing, read off everything that a resident is shown: home, each passbook page, headings of
//! months by asset, and why pages. What is sent and printed of the same book is compared in [`sent`].

mod sent;

use std::collections::{BTreeMap, BTreeSet};

use crate::app::Browser;

pub(crate) use sent::{printed, terminal_agrees};

/// What a line or a heading counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    Points,
    /// Shown rounded to a tenth of an hour.
    Hours,
    /// Another asset, by its name.
    Other(String),
}

/// One line of a passbook page, as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) entry: u64,
    pub(crate) title: String,
    /// Points; `None` for a line of hours or of another asset.
    pub(crate) change: Option<i64>,
    /// Points; `None` where there is no balance.
    pub(crate) after: Option<i64>,
    /// Of another asset: its name, the change, and what it came to.
    pub(crate) other: Option<(String, i64, i64)>,
    /// The change as it stands there: `+4`, `+2 小时`, `+1 公益星`.
    pub(crate) shown: String,
    pub(crate) of: Of,
    pub(crate) month: String,
    /// Where the page shows it apart from what is booked.
    pub(crate) apart: bool,
}

/// What the heading of a month says of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Head {
    month: String,
    of: Of,
    earned: i64,
    spent: i64,
    /// As it stands there: `收 +7.5 小时 · 支 0 小时`.
    said: String,
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

pub(crate) fn after<'h>(html: &'h str, mark: &str) -> Option<&'h str> {
    html.split_once(mark).map(|(_, rest)| rest)
}

fn until<'h>(html: &'h str, mark: &str) -> &'h str {
    html.split(mark).next().unwrap_or(html)
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

/// `收 +2 · 支 −1`, with a name before it where it is not points.
fn head(month: &str, text: &str) -> Option<Head> {
    let (name, _) = text.split_once("收 ")?;
    let said = text.strip_prefix(name)?.to_owned();
    let (earned, spent) = said.split_once('·')?;
    let of = match name.trim() {
        "" => Of::Points,
        "志愿时长" => Of::Hours,
        name => Of::Other(name.to_owned()),
    };
    Some(Head {
        month: month.to_owned(),
        of,
        earned: number(earned)?,
        spent: number(spent)?,
        said,
    })
}

/// What else the act of a line moved, as it stands in the row below: hours, another asset.
fn also(html: &str, line: &Seen) -> Vec<Seen> {
    let parts = html.split("<b class=\"line-also").skip(1);
    let read = parts.map(|part| {
        let named = until(part, ">").contains("named");
        let text = after(part, ">").unwrap();
        let held = after(text, "class=\"line-held\">").and_then(|rest| number(until(rest, "<")));
        let text = plain(until(until(text, "</b>"), "<span class=\"line-held"));
        let shown = text
            .replace("收入", "")
            .replace("支出", "")
            .trim()
            .to_owned();
        let other = named.then(|| {
            let name = shown.split_once(' ').unwrap().1.to_owned();
            (name, number(&shown).unwrap(), held.unwrap())
        });
        Seen {
            change: None,
            after: None,
            of: match &other {
                Some((name, ..)) => Of::Other(name.clone()),
                None => Of::Hours,
            },
            other,
            shown,
            ..line.clone()
        }
    });
    read.collect()
}

fn line(html: &str, month: &str, apart: bool) -> Seen {
    let entry = after(html, "/passbook/").map(|rest| until(rest, "\""));
    let title = after(html, "class=\"line-what\">").unwrap();
    let change = after(html, "class=\"line-change").and_then(|rest| after(rest, ">"));
    // Beside the number a word for screen readers says the direction.
    let shown = change.unwrap().replace("收入", "").replace("支出", "");
    let shown = plain(until(&shown, "</span>\n"));
    let balance = after(html, "class=\"line-balance\">");
    let balance = balance.and_then(|rest| number(until(rest, "<")));
    let of = if until(html, "class=\"line-note").contains(" named\">") {
        Of::Other(shown.split_once(' ').unwrap().1.to_owned())
    } else if shown.contains("小时") {
        Of::Hours
    } else {
        Of::Points
    };
    let change = number(&shown);
    let other = match &of {
        Of::Other(name) => change
            .zip(balance)
            .map(|(moved, left)| (name.clone(), moved, left)),
        Of::Points | Of::Hours => None,
    };
    Seen {
        entry: entry.and_then(|digits| digits.parse().ok()).unwrap_or(0),
        title: plain(until(title, "</span>")),
        change: change.filter(|_| of == Of::Points),
        after: balance.filter(|_| of == Of::Points),
        other,
        shown,
        of,
        month: month.to_owned(),
        apart,
    }
}

/// The lines of a page, and what its headings of months say.
fn lines(html: &str) -> (Vec<Seen>, Vec<Head>) {
    let (mut all, mut heads) = (Vec::new(), Vec::new());
    for section in html.split("<section class=\"month").skip(1) {
        let apart = section.starts_with(" pending");
        let title = after(section, "<h2").and_then(|rest| after(rest, ">"));
        let month = plain(until(title.unwrap(), "</h2>"));
        if !apart {
            let notes = until(after(section, "</h2>").unwrap(), "</div>");
            let notes = notes
                .split("<p")
                .skip(1)
                .filter_map(|rest| after(rest, ">"));
            heads.extend(notes.filter_map(|note| head(&month, until(note, "</p>"))));
        }
        let body = until(section, "</section>");
        let items = body.split("<li><a class=\"line\"").skip(1);
        for item in items {
            let item = until(item, "</li>");
            let first = line(item, &month, apart);
            let more = also(item, &first);
            all.push(first);
            all.extend(more);
        }
    }
    (all, heads)
}

/// Home's tile says what the heading of the month says, and nothing came in where there is none.
fn this_month(me: &Browser<'_>, (community, resident): (&str, u32), home: &str, heads: &[Head]) {
    let today = me.app.house.today(&community.parse().unwrap()).0;
    let (year, month, _) = today.parts();
    let now = format!("{year}年{month}月");
    if let Some(tile) = after(home, "本月收入</dt><dd>") {
        let heading = heads
            .iter()
            .find(|head| head.month == now && head.of == Of::Points);
        let earned = heading.map_or(0, |head| head.earned);
        let tile = number(until(tile, "<"));
        assert_eq!(tile, Some(earned), "{resident}: what came in in {now}");
    }
}

/// What else is counted runs from nothing to what home says, each by itself, and home names each that has a line.
fn other_assets(resident: u32, home: &str, all: &[Seen]) {
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for line in all.iter().rev() {
        if let Some((name, change, after)) = &line.other {
            let before = last.insert(name, *after).unwrap_or(0);
            assert_eq!(before + change, *after, "{resident}: {name}");
        }
    }
    for (name, after) in last {
        let tile = home.split(&format!("<dt>{name}</dt><dd>")).nth(1);
        let tile = tile.and_then(|rest| number(until(rest, "<")));
        assert_eq!(tile, Some(after), "{resident}: home's {name}");
    }
}

/// Points run from nothing to what home says.
fn points_run(resident: u32, balance: i64, all: &[Seen]) {
    let booked: Vec<&Seen> = all.iter().filter(|line| line.after.is_some()).collect();
    let newest = booked.first().map_or(0, |line| line.after.unwrap());
    assert_eq!(
        newest, balance,
        "the newest balance of {resident} is home's"
    );
    for pair in booked.windows(2) {
        let (before, now) = (pair[1].after.unwrap(), pair[0].after.unwrap());
        let change = pair[0].change.unwrap();
        assert_eq!(before + change, now, "{resident}: {pair:?}");
    }
    let first = booked.last().map(|line| (line.after, line.change));
    assert!(
        first.is_none_or(|(after, change)| after == change),
        "{resident} begins at nothing: {first:?}"
    );
}

/// Each month stands once, and its heading says what its lines come to, asset by asset.
fn months_add_up(resident: u32, all: &[Seen], heads: &[Head]) {
    let mut months: Vec<&str> = Vec::new();
    for line in all {
        if months.last() != Some(&line.month.as_str()) {
            months.push(&line.month);
        }
    }
    let apart: BTreeSet<&str> = months.iter().copied().collect();
    assert_eq!(
        apart.len(),
        months.len(),
        "{resident}: each month once, in order"
    );
    for month in months {
        let mut sums: BTreeMap<Of, (i64, i64)> = BTreeMap::from([(Of::Points, (0, 0))]);
        for line in all.iter().filter(|line| line.month == month) {
            let change = match (&line.other, line.after) {
                (Some((_, change, _)), _) => *change,
                (None, Some(_)) => line.change.unwrap(),
                // Hours are rounded where they are shown; they are compared in minutes with what is sent.
                (None, None) => continue,
            };
            let (earned, spent) = sums.entry(line.of.clone()).or_default();
            *(if change > 0 { earned } else { spent }) += change;
        }
        let said = heads
            .iter()
            .filter(|head| head.month == month && head.of != Of::Hours);
        let said: Vec<_> = said
            .map(|head| (head.of.clone(), (head.earned, head.spent)))
            .collect();
        let once: BTreeMap<Of, (i64, i64)> = said.iter().cloned().collect();
        assert_eq!(
            once.len(),
            said.len(),
            "{resident}: the sums of {month} stand once"
        );
        assert_eq!(once, sums, "{resident}: {month}");
    }
}

/// The why page of a line ends at what the line says, and its steps come to that.
async fn why_adds_up(me: &mut Browser<'_>, community: &str, line: &Seen) {
    let path = format!("/{community}/passbook/{}", line.entry);
    let why = me.get(&path).await;
    why.is(200);
    let sums: Vec<(String, i64)> = why
        .text
        .split("<table class=\"sum\">")
        .skip(1)
        .map(|table| {
            let table = until(table, "</table>");
            let rows = until(after(table, "<tbody>").unwrap(), "</tbody>");
            let parts = rows.split("</td><td>").skip(1);
            let parts = parts.filter_map(|cell| number(until(cell, "</td>")));
            let foot = after(table, "<tfoot>").and_then(|rest| after(rest, "<td"));
            let foot = foot.and_then(|rest| after(rest, ">")).unwrap();
            (plain(until(foot, "</td>")), parts.sum())
        })
        .collect();
    if sums.is_empty() {
        return;
    }
    let sum = sums.iter().find(|(foot, _)| *foot == line.shown);
    let sum = sum.unwrap_or_else(|| panic!("{path} says {sums:?} of {line:?}"));
    let change = line
        .change
        .or(line.other.as_ref().map(|(_, change, _)| *change));
    let has_steps = why.text.matches("<tbody><tr>").count() == sums.len();
    if let Some(change) = change.filter(|_| has_steps) {
        assert_eq!(sum.1, change, "{path}: {line:?}");
    }
}

/// Walks every page of somebody's passbook and holds that everything on them agrees, and with it everything that is
/// sent of the same book; answers the lines.
pub(crate) async fn walk(me: &mut Browser<'_>, community: &str, resident: u32) -> Vec<Seen> {
    let home = me.get(&format!("/{community}/home")).await;
    home.is(200);
    let shown = after(&home.text, "cover-number\"><b>").unwrap();
    let balance = number(until(shown, "</b>")).unwrap();

    let (mut all, mut heads) = (Vec::new(), Vec::new());
    let mut path = format!("/{community}/passbook?show=all");
    for _ in 0..200 {
        let page = me.get(&path).await;
        page.is(200);
        let (seen, said) = lines(&page.text);
        all.extend(seen.into_iter().filter(|line| !line.apart));
        heads.extend(said);
        let Some(next) = after(&page.text, "passbook?show=all&amp;before=") else {
            break;
        };
        path = format!(
            "/{community}/passbook?show=all&before={}",
            until(next, "\"")
        );
    }
    points_run(resident, balance, &all);
    months_add_up(resident, &all, &heads);
    this_month(me, (community, resident), &home.text, &heads);
    other_assets(resident, &home.text, &all);
    sent::agrees(
        me,
        (community, resident),
        (&home.text, balance),
        (&all, &heads),
    )
    .await;
    for line in &all {
        why_adds_up(me, community, line).await;
    }
    all
}
