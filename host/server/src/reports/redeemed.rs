//! What was spent on goods that were handed over, month by month, and how much that is of what was issued.

use super::points::BOOKED;
use super::{Asked, Report, ReportError, Row, Table, Unit};
use super::{both, column, flows, months, num, per_mille, totals};

pub(super) const REPORT: Report = Report {
    code: "redeemed",
    title: ("兑换的积分", "Points redeemed"),
    about: (
        "每个月在超市花掉多少分，占发出的几成。",
        "How many points each month spent in the shop, and how much of what was issued.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let flows = flows::read(asked).await?;
    let rows: Vec<Row> = flows
        .months
        .iter()
        .map(|(month, flow, _)| Row {
            names: vec![months::title(*month)],
            values: vec![
                Some(flow.redeemed),
                Some(flow.issued),
                per_mille(flow.redeemed, flow.issued),
            ],
        })
        .collect();
    let sum = flows.sum();
    let share = per_mille(sum.redeemed, sum.issued);
    let mut total = totals(&rows, &[true, true, false]);
    if let Some(last) = total.last_mut() {
        *last = share;
    }
    let percent = share.map_or_else(|| "—".to_owned(), |share| format!("{}%", share / 10));
    Ok(Table {
        heads: vec![("月份", "month")],
        columns: vec![
            column("redeemed", ("兑换", "redeemed"), Unit::Points),
            column("issued", ("发出", "issued"), Unit::Points),
            column(
                "share",
                ("兑换占发出", "of what was issued"),
                Unit::PerMille,
            ),
        ],
        total: Some(total),
        rows,
        sums: vec![flows::sum(("兑换", "redeemed"), "", sum.redeemed)],
        agrees: Some(flows.agrees),
        said: both(
            format!("共兑换 {} 分，是同期发出的 {percent}。", num(sum.redeemed)),
            format!(
                "{} points were redeemed, {percent} of what was issued.",
                num(sum.redeemed)
            ),
        ),
        chart: Some(flows.chart(&[(("兑换", "redeemed"), |flow| flow.redeemed)], &[])),
        notes: vec![
            BOOKED,
            (
                "东西交到手里才算兑换；下了单还没取的不算。",
                "It counts when goods are handed over, not when they are ordered.",
            ),
        ],
    })
}
