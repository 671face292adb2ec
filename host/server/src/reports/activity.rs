//! What people did, by kind and month: times, points and hours, by the day on which it happened. Read from what the book
//! counts anyway, which is what rules are told too.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::book::Frame;
use rongyi_core::counters::Cell;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;

use super::{Asked, Chart, Report, ReportError, Row, Series, Sum, Table, Unit};
use super::{both, column, months, num, totals};

pub(super) const REPORT: Report = Report {
    code: "activity",
    title: ("做了什么", "What was done"),
    about: (
        "哪种事、哪个月、多少次，得了多少分和时长。",
        "Which kinds of things, in which month, how often, for how many points and hours.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

/// Kinds with bars of their own; the others stand together.
const BARS: usize = 3;

/// What a kind is called, in the words of the newest rules that know it.
pub(super) fn title(frame: &Frame, kind: &Code) -> Text {
    let kinds = frame.sets.iter().rev().flat_map(|set| &set.plan.kinds);
    let mut named = kinds.filter(|plan| plan.code == *kind);
    named.next().map_or_else(
        || both(kind.to_string(), kind.to_string()),
        |plan| plan.title.clone(),
    )
}

/// Whether it counts events, and neither goods nor the house's own sums.
fn of_events(kind: &Code, cell: &Cell) -> bool {
    let own = kind.as_str().starts_with("item/") || kind.as_str().starts_with("host/");
    // Quantities of another scale stand in rows of their own, beside their events.
    let empty = cell.events == 0 && cell.points == 0 && cell.minutes == 0;
    !own && !empty
}

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let (first, last) = asked.months.indices();
    let counted = asked.store.counted(&asked.frame.community, first, last);
    let mut cells: BTreeMap<(i32, Code), Cell> = BTreeMap::new();
    for (kind, month, row) in counted.await? {
        if of_events(&kind, &row.total) {
            cells.insert((month, kind), row.total);
        }
    }
    let rows: Vec<Row> = cells
        .iter()
        .map(|((month, kind), cell)| Row {
            names: vec![
                LocalDate::of_month_index(*month, 1).map_or_else(|| both("", ""), months::title),
                title(asked.frame, kind),
            ],
            values: [cell.events, cell.points, cell.minutes].map(Some).to_vec(),
        })
        .collect();
    let total = totals(&rows, &[true; 3]);
    let of = |place: usize| total.get(place).copied().flatten().unwrap_or_default();
    let sum = |place, title, unit| Sum {
        title,
        sign: "",
        value: of(place),
        unit,
    };
    let kinds: BTreeSet<&Code> = cells.keys().map(|(_, kind)| kind).collect();
    Ok(Table {
        heads: vec![("月份", "month"), ("做的事", "kind")],
        columns: vec![
            column("events", ("次数", "times"), Unit::Count),
            column("points", ("积分", "points"), Unit::Points),
            column("minutes", ("时长（小时）", "hours"), Unit::Minutes),
        ],
        sums: vec![
            sum(0, ("次数", "times"), Unit::Count),
            sum(1, ("积分", "points"), Unit::Points),
            sum(2, ("时长（小时）", "hours"), Unit::Minutes),
        ],
        said: both(
            format!(
                "大家做了 {} 种事，一共 {} 次，得 {} 分。",
                kinds.len(),
                num(of(0)),
                num(of(1))
            ),
            format!(
                "{} kinds of things were done {} times, for {} points.",
                kinds.len(),
                num(of(0)),
                num(of(1))
            ),
        ),
        chart: Some(chart(asked, &cells)),
        rows,
        total: Some(total),
        agrees: None,
        notes: vec![(
            "按事情发生的日子算，所以和“发出的积分”的月份会有出入。扣分的事，积分是负数。",
            "By the day on which it happened, so months differ from those of “Points issued”. What was deducted counts below zero.",
        )],
    })
}

/// How often each kind was done, month by month: the most frequent ones by themselves.
fn chart(asked: &Asked<'_>, cells: &BTreeMap<(i32, Code), Cell>) -> Chart {
    let mut often: BTreeMap<&Code, i64> = BTreeMap::new();
    for ((_, kind), cell) in cells {
        let times = often.entry(kind).or_default();
        *times = times.saturating_add(cell.events);
    }
    let mut often: Vec<(&Code, i64)> = often.into_iter().collect();
    often.sort_by_key(|(kind, times)| (std::cmp::Reverse(*times), (*kind).clone()));
    let own: Vec<&Code> = often.iter().take(BARS).map(|(kind, _)| *kind).collect();
    let all = asked.months.all();
    let values = |counts: &dyn Fn(&Code) -> bool| {
        let of_month = |month: &LocalDate| {
            let index = month.month_index();
            let cells = cells
                .iter()
                .filter(|((on, kind), _)| *on == index && counts(kind));
            cells.map(|(_, cell)| cell.events.max(0)).sum()
        };
        all.iter().map(of_month).collect::<Vec<i64>>()
    };
    let mut up: Vec<Series> = own
        .iter()
        .map(|kind| Series {
            title: title(asked.frame, kind),
            values: values(&|other| other == *kind),
        })
        .collect();
    if often.len() > own.len() {
        up.push(Series {
            title: both("其他", "others"),
            values: values(&|other| !own.contains(&other)),
        });
    }
    Chart {
        labels: all.iter().map(|month| months::short(*month)).collect(),
        up,
        down: Vec::new(),
    }
}
