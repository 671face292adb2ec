//! What the rules, or the house, asked somebody to look at: how much of it, and how much nobody has looked at.

use super::{Asked, Chart, Report, ReportError, Row, Series, Table, Unit};
use super::{both, column, months, num, titled, totals};

pub(super) const REPORT: Report = Report {
    code: "anomalies",
    title: ("有记号的登记", "What was marked"),
    about: (
        "规则请人看一眼的有多少，看过多少。",
        "How many entries were marked for a second look, and how many had one.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let (store, community) = (asked.store, &asked.frame.community);
    let all = asked.months.all();
    let mut place = store.place_of_day(community, asked.months.first).await?;
    let mut rows = Vec::new();
    let (mut seen, mut open) = (Vec::new(), Vec::new());
    for month in &all {
        let end = month.month_end().plus_days(1);
        let next = store.place_of_day(community, end).await?;
        let marks = store.marks_between(community, place, next).await?;
        let count = |wanted: bool| {
            let count = marks.iter().filter(|(_, seen)| *seen == wanted).count();
            i64::try_from(count).unwrap_or(i64::MAX)
        };
        let (looked, left) = (count(true), count(false));
        rows.push(Row {
            names: vec![months::title(*month)],
            values: [looked.saturating_add(left), looked, left]
                .map(Some)
                .to_vec(),
        });
        seen.push(looked);
        open.push(left);
        place = next;
    }
    let total = totals(&rows, &[true; 3]);
    let of = |place: usize| total.get(place).copied().flatten().unwrap_or_default();
    Ok(Table {
        heads: vec![("月份", "month")],
        columns: vec![
            column("marked", ("有记号", "marked"), Unit::Count),
            column("seen", ("看过", "looked at"), Unit::Count),
            column("open", ("没看过", "not looked at"), Unit::Count),
        ],
        said: both(
            format!("{} 笔有记号，{} 笔没有人看过。", num(of(0)), num(of(2))),
            format!(
                "{} entries were marked, {} nobody looked at.",
                num(of(0)),
                num(of(2))
            ),
        ),
        chart: Some(Chart {
            labels: all.iter().map(|month| months::short(*month)).collect(),
            up: vec![
                Series {
                    title: titled(("看过", "looked at")),
                    values: seen,
                },
                Series {
                    title: titled(("没看过", "not looked at")),
                    values: open,
                },
            ],
            down: Vec::new(),
        }),
        rows,
        total: Some(total),
        sums: Vec::new(),
        agrees: None,
        notes: vec![(
            "按记账的日子算。后来撤回、冲正的不用再看，也还算在“没看过”里，所以会比“更正”页上的多。",
            "By the day of booking. What was withdrawn or taken back needs no look any more and still counts as not looked at, so there may be more than on the desk.",
        )],
    })
}
