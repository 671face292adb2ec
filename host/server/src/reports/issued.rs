//! What was issued, month by month, and what of it deductions took again.

use super::points::BOOKED;
use super::{Asked, Report, ReportError, Row, Table, Unit};
use super::{both, column, flows, months, num, totals};

pub(super) const REPORT: Report = Report {
    code: "issued",
    title: ("发出的积分", "Points issued"),
    about: (
        "每个月发了多少新积分，扣减了多少。",
        "How many new points each month brought, and how many deductions took.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let flows = flows::read(asked).await?;
    let net = |flow: &flows::Flow| flow.issued.saturating_sub(flow.deducted);
    let rows: Vec<Row> = flows
        .months
        .iter()
        .map(|(month, flow, _)| Row {
            names: vec![months::title(*month)],
            values: [flow.issued, flow.deducted, net(flow)].map(Some).to_vec(),
        })
        .collect();
    let sum = flows.sum();
    let most = flows.months.iter().max_by_key(|(_, flow, _)| flow.issued);
    let most = most.filter(|(_, flow, _)| flow.issued > 0);
    let (most_zh, most_en) = most.map_or_else(Default::default, |(month, flow, _)| {
        let (title, points) = (months::title(*month), num(flow.issued));
        (
            format!("最多的是 {}，{points} 分。", title.zh),
            format!(" Most in {}: {points}.", title.en),
        )
    });
    let sums = [
        flows::sum(("发出", "issued"), "", sum.issued),
        flows::sum(("扣减", "deducted"), "−", sum.deducted),
        flows::sum(("净发出", "issued net"), "=", net(&sum)),
    ];
    Ok(Table {
        heads: vec![("月份", "month")],
        columns: vec![
            column("issued", ("发出", "issued"), Unit::Points),
            column("deducted", ("扣减", "deducted"), Unit::Points),
            column("net", ("净发出", "net"), Unit::Points),
        ],
        total: Some(totals(&rows, &[true; 3])),
        rows,
        sums: sums.to_vec(),
        agrees: Some(flows.agrees),
        said: both(
            format!("共发出 {} 分。{most_zh}", num(sum.issued)),
            format!("{} points were issued.{most_en}", num(sum.issued)),
        ),
        chart: Some(flows.chart(
            &[(("发出", "issued"), |flow| flow.issued)],
            &[(("扣减", "deducted"), |flow| flow.deducted)],
        )),
        notes: vec![
            BOOKED,
            (
                "导入的旧余额也算发出。还在公示的也算，没通过的会减掉。",
                "Opening balances count as issued, and so does what is under notice; what falls is taken off.",
            ),
        ],
    })
}
