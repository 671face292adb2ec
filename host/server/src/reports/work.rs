//! How much the office had to do with what was asked, and how much of it was done in time: by kind, and by who took the
//! steps. The rate is the one of `host/cases`: what is overdue and still open stays in it.

use std::collections::BTreeMap;

use rongyi_cases::rates::{Rated, rates};
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_store::CaseFilter;

use super::{Asked, Chart, Report, ReportError, Row, Series, Table, Unit};
use super::{both, column, num, per_mille, titled};
use crate::cases::{self, CaseAtHand};
use crate::door::Signed;
use crate::door::visit::mask;

pub(super) const REPORT: Report = Report {
    code: "work",
    title: ("办件的量和按时率", "Cases: load, and on time"),
    about: (
        "办了多少件，多少是按时的，谁经手得多。",
        "How many cases there were, how many were answered in time, and who had how many.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

/// Cases read at once, and at most.
const PAGE: u32 = 200;
const CASES_MAX: usize = 2_000;

async fn all_cases(asked: &Asked<'_>) -> Result<(Vec<CaseAtHand>, bool), ReportError> {
    let community = &asked.frame.community;
    let filter = CaseFilter {
        with_ended: true,
        ..CaseFilter::default()
    };
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let files = asked.store.cases(community, &filter, after, PAGE).await?;
        let Some(last) = files.last() else {
            return Ok((found, true));
        };
        let due = last.place.due.unwrap_or(rongyi_store::NEVER_DUE);
        after = Some((last.place.group, due, last.case_no));
        for file in &files {
            if found.len() == CASES_MAX {
                return Ok((found, false));
            }
            found.push(cases::find(asked.house, community, file.case_no).await?);
        }
    }
}

/// A member of staff in a report, which may hang on a wall: masked, and told apart by the number where two read alike.
fn colleague(name: Option<String>, id: i64) -> Text {
    let name = name.unwrap_or_default();
    both(format!("{name}（{id} 号）"), format!("{name} (no. {id})"))
}

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let served = asked.house.community(&asked.frame.community);
    let served = served.ok_or(ReportError::Unknown)?;
    let (all, whole) = all_cases(asked).await?;
    let now = cases::moment(&served, asked.house.clock.now());
    let (first, last) = (asked.months.first, asked.months.last);
    let inside = |at| (first..=last).contains(&cases::moment(&served, at).on);
    let mut kinds: BTreeMap<Code, (Text, Vec<_>, i64)> = BTreeMap::new();
    let mut hands: BTreeMap<i64, i64> = BTreeMap::new();
    for at_hand in &all {
        let standing = at_hand.standing(&served, now)?;
        let file = &at_hand.stored.file;
        let of_kind = kinds
            .entry(file.kind.clone())
            .or_insert_with(|| (at_hand.kind.title.clone(), Vec::new(), 0));
        of_kind.2 += i64::from(inside(file.opened_at));
        of_kind.1.push((at_hand, standing));
        let steps = at_hand.stored.steps.iter();
        for step in steps.filter(|step| step.word == "move" && inside(step.at)) {
            if let Signed::Staff(id) = Signed::of(&step.actor) {
                *hands.entry(id).or_default() += 1;
            }
        }
    }
    let mut rows = Vec::new();
    let (mut opened, mut due, mut kept) = (0_i64, 0_i64, 0_i64);
    for (title, cases, new) in kinds.values() {
        let rated = cases.iter().map(|(at_hand, standing)| Rated {
            kind: &at_hand.kind,
            standing,
        });
        let on_time = rates(rated, first, last, now).on_time;
        let (part, of) = (i64::from(on_time.part), i64::from(on_time.whole));
        (opened, due, kept) = (opened + new, due + of, kept + part);
        rows.push(Row {
            names: vec![titled(("哪一种", "kind")), title.clone()],
            values: vec![Some(*new), Some(of), Some(part), per_mille(part, of), None],
        });
    }
    let mut steps = Vec::new();
    for (id, taken) in &hands {
        let staff = asked.store.staff(*id).await?;
        let name = colleague(staff.map(|staff| mask(&staff.name)), *id);
        // Below a bar there is room for a number only.
        steps.push((both(format!("{id} 号"), format!("no. {id}")), *taken));
        rows.push(Row {
            names: vec![titled(("谁经手", "who")), name],
            values: vec![None, None, None, None, Some(*taken)],
        });
    }
    let taken: i64 = steps.iter().map(|(_, taken)| taken).sum();
    let rate = per_mille(kept, due);
    let (zh, en) = rate.map_or_else(Default::default, |rate| {
        let percent = rate / 10;
        (
            format!("该办完的 {due} 件里 {kept} 件按时，按时率 {percent}%。"),
            format!(" Of {due} that were due, {kept} were in time: {percent}%."),
        )
    });
    let mut notes = vec![(
        "按时率：该在这段时间办完的，办完而且没超期的占几成；超期还没办完的也算在里面，撤回的不算。",
        "On time: of what was due in these months, how much was answered in time; what is overdue and still open counts, what was withdrawn does not.",
    )];
    if !whole {
        notes.push((
            "办件太多，只算了前 2,000 件。",
            "There are too many cases; only the first 2,000 were counted.",
        ));
    }
    Ok(Table {
        heads: vec![("分组", "grouped"), ("哪些", "which")],
        columns: vec![
            column("opened", ("提出", "opened"), Unit::Count),
            column("due", ("该办完", "due"), Unit::Count),
            column("kept", ("按时", "in time"), Unit::Count),
            column("share", ("按时率", "on time"), Unit::PerMille),
            column("steps", ("经手的步数", "steps taken"), Unit::Count),
        ],
        rows,
        total: Some(vec![Some(opened), Some(due), Some(kept), rate, Some(taken)]),
        sums: Vec::new(),
        agrees: None,
        said: both(
            format!("提出 {} 件。{zh}", num(opened)),
            format!("{} cases were opened.{en}", num(opened)),
        ),
        chart: (!steps.is_empty()).then(|| Chart {
            labels: steps.iter().map(|(name, _)| name.clone()).collect(),
            up: vec![Series {
                title: titled(("经手的步数", "steps taken")),
                values: steps.iter().map(|(_, taken)| *taken).collect(),
            }],
            down: Vec::new(),
        }),
        notes,
    })
}
