//! The rule book for everybody: what is in force in the rules' own plain words, what changes on a coming day, and what
//! changed within a year. Nothing of anybody stands there.

use std::collections::BTreeSet;

use axum::response::{IntoResponse, Response};
use rongyi_core::book::Frame;
use rongyi_core::chain::hex;
use rongyi_core::record::RuleSet;
use rongyi_core::rule::{Plan, Text};
use rongyi_core::time::LocalDate;
use rongyi_pages::{CaseTone, DossierList, DossierRow, DossierView};

use super::check::summary;
use crate::access::{SignedIn, random};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Visit, day};

/// How far back changes are told, in days.
const YEAR: i32 = 366;

/// `GET /{community}/rules`.
pub(crate) async fn show_rules(visit: Visit) -> Result<Response, Fault> {
    let house = &visit.app.house;
    let frame = house.store.frame(&visit.code).await?;
    let frame = frame.ok_or_else(Fault::not_found)?;
    let today = visit.today();
    let mut lists = now(&visit, &frame, today);
    let days = frame.turning_days();
    let coming = days.iter().filter(|on| **on > today);
    lists.extend(coming.filter_map(|on| changed(&visit, &frame, *on)));
    let year_ago = today.plus_days(-YEAR);
    let past = days.iter().rev();
    let past = past.filter(|on| **on <= today && **on > year_ago);
    // The first day of all is no change.
    let past = past.filter(|on| !frame.in_force(on.plus_days(-1)).is_empty());
    lists.extend(past.filter_map(|on| changed(&visit, &frame, *on)));
    let view = DossierView {
        home: match &visit.who {
            Some(SignedIn::Resident(_)) => "me",
            Some(SignedIn::Staff(_)) | None => "",
        },
        title: visit.either("积分规则", "The rules"),
        sub: visit.either(
            "做什么得多少分、换东西要多少分，都按这里写的，对谁都一样。每一笔为什么是这个数，在自己的明细里看。",
            "What earns how many points and what things cost is decided by what stands here, for everybody alike. Why a line of yours is what it is stands in your passbook.",
        ),
        links: super::council::web::link(&visit).await?.into_iter().collect(),
        lists,
        ..DossierView::blank(visit.shell(), hex(&random::<16>()))
    };
    Ok(Html(view).into_response())
}

/// The sentences of one rule.
fn sentences(visit: &Visit, frame: &Frame, plan: &Plan) -> Vec<Text> {
    let community = visit.app.house.community(&visit.code);
    let said = community.map_or_else(Vec::new, |community| summary(plan, &community.config));
    // A rule knows goods by their codes.
    let named = said.into_iter().map(|mut line| {
        for item in &frame.items {
            line.zh = with_name(&line.zh, item.code.as_str(), &item.title.zh);
            line.en = with_name(&line.en, item.code.as_str(), &item.title.en);
        }
        line
    });
    named.collect()
}

/// A sentence with a name in the place of a code, where it stands as a word of its own.
fn with_name(line: &str, code: &str, name: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(code) {
        let (before, found) = rest.split_at(at);
        let after = &found[code.len()..];
        let alone = !before.ends_with(part) && !after.starts_with(part);
        out.push_str(before);
        out.push_str(if alone { name } else { code });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What is in force today, a list for each rule.
fn now(visit: &Visit, frame: &Frame, today: LocalDate) -> Vec<DossierList> {
    let decide = frame.in_force(today).into_iter();
    let decide = decide.filter(|set| set.plan != Plan::default());
    let list = |set: &std::sync::Arc<RuleSet>| {
        let title = visit.say(&set.title);
        let since = day(set.active_from).long(visit.lang());
        let rows = sentences(visit, frame, &set.plan).into_iter();
        DossierList {
            title: visit.either(
                &format!("{title}（{since}起）"),
                &format!("{title}, since {since}"),
            ),
            empty: visit.either(
                "这条规则没有写说明。",
                "This rule says nothing about itself.",
            ),
            rows: rows.map(|line| row(visit.say(&line), None)).collect(),
        }
    };
    decide.map(list).collect()
}

fn row(title: String, state: Option<(String, CaseTone)>) -> DossierRow {
    DossierRow {
        title,
        state,
        ..DossierRow::default()
    }
}

/// Every sentence that holds on a day.
fn said(visit: &Visit, frame: &Frame, on: LocalDate) -> Vec<String> {
    let all = frame.in_force(on).into_iter();
    all.flat_map(|set| sentences(visit, frame, &set.plan))
        .map(|line| visit.say(&line))
        .collect()
}

/// What holds from a day on that did not the day before, and the other way round.
fn changed(visit: &Visit, frame: &Frame, on: LocalDate) -> Option<DossierList> {
    let (before, after) = (said(visit, frame, on.plus_days(-1)), said(visit, frame, on));
    let known: BTreeSet<&String> = before.iter().collect();
    let kept: BTreeSet<&String> = after.iter().collect();
    let gone = before.iter().filter(|line| !kept.contains(line));
    let new = after.iter().filter(|line| !known.contains(line));
    let gone = gone.map(|line| {
        let word = visit.either("以前", "before");
        row(line.clone(), Some((word, CaseTone::Ended)))
    });
    let new = new.map(|line| {
        let word = visit.either("新", "new");
        row(line.clone(), Some((word, CaseTone::Done)))
    });
    let rows: Vec<DossierRow> = gone.chain(new).collect();
    let from = day(on).long(visit.lang());
    let coming = on > visit.today();
    (!rows.is_empty()).then(|| DossierList {
        title: match coming {
            true => visit.either(
                &format!("{from}起要改的"),
                &format!("What changes on {from}"),
            ),
            false => visit.either(&format!("{from}改的"), &format!("What changed on {from}")),
        },
        empty: String::new(),
        rows,
    })
}

#[cfg(test)]
mod tests {
    use super::with_name;

    #[test]
    fn a_code_is_named_where_it_stands_alone() {
        for (line, expected) in [
            ("rice: at most 2", "Rice 5 kg: at most 2"),
            ("rice、oil", "Rice 5 kg、oil"),
            ("rice-5kg and price", "rice-5kg and price"),
            ("", ""),
        ] {
            assert_eq!(with_name(line, "rice", "Rice 5 kg"), expected);
        }
    }
}
