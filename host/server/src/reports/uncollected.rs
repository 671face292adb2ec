//! What became of orders, by the month in which they were placed: handed over, cancelled, or not collected in time.

use rongyi_store::OrderFate;

use super::{Asked, Chart, Report, ReportError, Row, Series, Table, Unit};
use super::{both, column, months, num, per_mille, titled, totals};

pub(super) const REPORT: Report = Report {
    code: "uncollected",
    title: ("没来取的兑换单", "Orders not collected"),
    about: (
        "下了单没来取的有多少，积分退了多少。",
        "How many orders nobody came for, and what went back.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

/// Where an order stands, as the store numbers it.
const WAITS: u64 = 1;
const HANDED: u64 = 2;
const CANCELLED: u64 = 3;
const TIMED_OUT: u64 = 4;

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let months = asked.months;
    let fates = asked
        .store
        .orders_of_days(&asked.frame.community, months.first, months.last);
    let fates = fates.await?;
    let all = months.all();
    let count = |index: i32, state: Option<u64>, value: fn(&OrderFate) -> i64| -> i64 {
        let of = fates.iter().filter(|fate| {
            let stands = state.is_none_or(|state| fate.state == state);
            stands && fate.placed_on.month_index() == index
        });
        of.map(value).fold(0, i64::saturating_add)
    };
    let rows: Vec<Row> = all
        .iter()
        .map(|month| {
            let orders = |state| count(month.month_index(), state, |fate| fate.orders);
            let placed = orders(None);
            let late = orders(Some(TIMED_OUT));
            let back = count(month.month_index(), Some(TIMED_OUT), |fate| fate.points);
            Row {
                names: vec![months::title(*month)],
                values: vec![
                    Some(placed),
                    Some(orders(Some(HANDED))),
                    Some(orders(Some(CANCELLED))),
                    Some(orders(Some(WAITS))),
                    Some(late),
                    per_mille(late, placed),
                    Some(back),
                ],
            }
        })
        .collect();
    let mut total = totals(&rows, &[true, true, true, true, true, false, true]);
    let of = |total: &[Option<i64>], place: usize| total.get(place).copied().flatten().unwrap_or(0);
    let (placed, late) = (of(&total, 0), of(&total, 4));
    if let Some(share) = total.get_mut(5) {
        *share = per_mille(late, placed);
    }
    let series = |title, state| Series {
        title: titled(title),
        values: all
            .iter()
            .map(|month| count(month.month_index(), Some(state), |fate| fate.orders))
            .collect(),
    };
    Ok(Table {
        heads: vec![("下单的月份", "placed in")],
        columns: vec![
            column("placed", ("下单", "placed"), Unit::Count),
            column("handed", ("取走", "handed over"), Unit::Count),
            column("cancelled", ("取消", "cancelled"), Unit::Count),
            column("waiting", ("还在等", "waiting"), Unit::Count),
            column("uncollected", ("没来取", "not collected"), Unit::Count),
            column("share", ("没来取占", "of all"), Unit::PerMille),
            column(
                "points",
                ("没来取的单值多少分", "what those cost"),
                Unit::Points,
            ),
        ],
        rows,
        total: Some(total),
        sums: Vec::new(),
        agrees: None,
        said: both(
            format!("{} 张单里，{} 张没来取。", num(placed), num(late)),
            format!(
                "Of {} orders, {} were not collected.",
                num(placed),
                num(late)
            ),
        ),
        chart: Some(Chart {
            labels: all.iter().map(|month| months::short(*month)).collect(),
            up: vec![
                series(("取走", "handed over"), HANDED),
                series(("还在等", "waiting"), WAITS),
                series(("取消", "cancelled"), CANCELLED),
            ],
            down: vec![series(("没来取", "not collected"), TIMED_OUT)],
        }),
        notes: vec![(
            "过了最后一天没来取，积分退回；留着的时候已经到期的那部分退不回来。",
            "After its last day an order gives its points back, except those that ran out while they were kept.",
        )],
    })
}
