//! What lapsed, month by month, and how much that is of what people held.

use super::points::BOOKED;
use super::{Asked, Report, ReportError, Row, Table, Unit};
use super::{both, column, flows, months, num, per_mille, totals};

pub(super) const REPORT: Report = Report {
    code: "lapsed",
    title: ("作废的积分", "Points lapsed"),
    about: (
        "每个月到期作废多少，占大家手里的几成。",
        "How many points ran out each month, and how much of what people held.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let flows = flows::read(asked).await?;
    let mut held = flows.before;
    let mut rows: Vec<Row> = Vec::new();
    for (month, flow, after) in &flows.months {
        let there = held.saturating_add(flow.issued.max(0));
        rows.push(Row {
            names: vec![months::title(*month)],
            values: vec![
                Some(flow.lapsed),
                Some(there),
                per_mille(flow.lapsed, there),
            ],
        });
        held = *after;
    }
    let sum = flows.sum();
    let total = totals(&rows, &[true, false, false]);
    Ok(Table {
        heads: vec![("月份", "month")],
        columns: vec![
            column("lapsed", ("作废", "lapsed"), Unit::Points),
            column("there", ("月初的加新发的", "held and issued"), Unit::Points),
            column("share", ("作废占几成", "of these"), Unit::PerMille),
        ],
        total: Some(total),
        rows,
        sums: vec![flows::sum(("作废", "lapsed"), "", sum.lapsed)],
        agrees: Some(flows.agrees),
        said: both(
            format!("共作废 {} 分。", num(sum.lapsed)),
            format!("{} points lapsed.", num(sum.lapsed)),
        ),
        chart: Some(flows.chart(&[(("作废", "lapsed"), |flow| flow.lapsed)], &[])),
        notes: vec![
            BOOKED,
            (
                "以后哪天要作废多少，看“还没花的积分”。",
                "What lapses on which day from now on stands in “Points not spent yet”.",
            ),
        ],
    })
}
