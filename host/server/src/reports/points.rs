//! Points in and out: what came to people, what they spent, what lapsed, and what they hold; month by month.

use super::flows::{self, Flows, sum};
use super::{Asked, Report, ReportError, Row, Sum, Table, Unit};
use super::{both, column, months, num, totals};

pub(super) const REPORT: Report = Report {
    code: "points",
    title: ("积分收支", "Points in and out"),
    about: (
        "发了多少、兑换多少、作废多少，大家手里还有多少。",
        "How many were issued, redeemed, lapsed, and how many people hold.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

/// Notes that belong to every table of booked points.
pub(super) const BOOKED: (&str, &str) = (
    "按记账的日子算，不按事情发生的日子；冲正、退货已经减掉。",
    "By the day of booking, not the day on which it happened; what was taken back is taken off.",
);

/// The line on top of every table of booked points.
pub(super) fn equation(flows: &Flows) -> Vec<Sum> {
    let all = flows.sum();
    let mut sums = vec![
        sum(("期初在大家手里", "held before"), "", flows.before),
        sum(("发出", "issued"), "+", all.issued),
        sum(("扣减", "deducted"), "−", all.deducted),
        sum(("兑换", "redeemed"), "−", all.redeemed),
        sum(("作废", "lapsed"), "−", all.lapsed),
    ];
    if all.donated != 0 {
        sums.push(sum(("捐出", "given away"), "−", all.donated));
    }
    sums.push(sum(("期末在大家手里", "held after"), "=", flows.after()));
    sums
}

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let flows = flows::read(asked).await?;
    let sum = flows.sum();
    let rows: Vec<Row> = flows
        .months
        .iter()
        .map(|(month, flow, after)| Row {
            names: vec![months::title(*month)],
            values: [
                flow.issued,
                flow.deducted,
                flow.redeemed,
                flow.lapsed,
                *after,
            ]
            .map(Some)
            .to_vec(),
        })
        .collect();
    let mut total = totals(&rows, &[true, true, true, true, false]);
    if let Some(last) = total.last_mut() {
        *last = Some(flows.after());
    }
    let more = flows.after().saturating_sub(flows.before);
    let (zh, en) = if more >= 0 {
        ("多", "more")
    } else {
        ("少", "fewer")
    };
    let change = num(more.saturating_abs());
    Ok(Table {
        heads: vec![("月份", "month")],
        columns: vec![
            column("issued", ("发出", "issued"), Unit::Points),
            column("deducted", ("扣减", "deducted"), Unit::Points),
            column("redeemed", ("兑换", "redeemed"), Unit::Points),
            column("lapsed", ("作废", "lapsed"), Unit::Points),
            column("held", ("月末在大家手里", "held at its end"), Unit::Points),
        ],
        rows,
        total: Some(total),
        sums: equation(&flows),
        agrees: Some(flows.agrees),
        said: both(
            format!(
                "这段时间发出 {} 分，兑换 {} 分，作废 {} 分；大家手里比期初{zh} {change} 分。",
                num(sum.issued),
                num(sum.redeemed),
                num(sum.lapsed)
            ),
            format!(
                "{} points were issued, {} redeemed, {} lapsed; people hold {change} {en} than before.",
                num(sum.issued),
                num(sum.redeemed),
                num(sum.lapsed)
            ),
        ),
        chart: Some(flows.chart(
            &[(("发出", "issued"), |flow| flow.issued)],
            &[
                (("兑换", "redeemed"), |flow| flow.redeemed),
                (("作废", "lapsed"), |flow| flow.lapsed),
            ],
        )),
        notes: vec![BOOKED],
    })
}
