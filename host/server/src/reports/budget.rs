//! What is left of each month's points, and whether they last at this pace.

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;

use super::{Asked, Chart, Report, ReportError, Row, Series, Sum, Table, Unit};
use super::{both, column, months, num, per_mille, titled, totals};
use crate::overview::{self, ISSUED};

pub(super) const REPORT: Report = Report {
    code: "budget",
    title: ("预算还剩多少", "What is left of the budget"),
    about: (
        "每个月的积分预算用了多少，照这样够不够用。",
        "How much of each month's budget is used, and whether it lasts at this pace.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let (first, last) = asked.months.indices();
    let counted = asked.store.counted(&asked.frame.community, first, last);
    let issued = Code::literal(ISSUED);
    let counted: Vec<(i32, i64)> = counted
        .await?
        .into_iter()
        .filter(|(kind, ..)| *kind == issued)
        .map(|(_, month, row)| (month, row.total.points))
        .collect();
    let pace = overview::issue(asked.store, asked.frame, asked.today).await?;
    let all = asked.months.all();
    let used = |index: i32| {
        let found = counted.iter().find(|(month, _)| *month == index);
        found.map_or(0, |(_, points)| *points)
    };
    let rows: Vec<Row> = all
        .iter()
        .map(|month| {
            let used = used(month.month_index());
            Row {
                names: vec![months::title(*month)],
                values: vec![
                    Some(used),
                    pace.budget,
                    pace.budget.map(|budget| budget.saturating_sub(used)),
                    pace.budget.and_then(|budget| per_mille(used, budget)),
                ],
            }
        })
        .collect();
    let mut sums = vec![Sum {
        title: ("本月已发", "this month"),
        sign: "",
        value: pace.issued,
        unit: Unit::Points,
    }];
    if let Some(budget) = pace.budget {
        sums.insert(
            0,
            Sum {
                title: ("本月预算", "budget"),
                sign: "",
                value: budget,
                unit: Unit::Points,
            },
        );
        if let Some(sum) = sums.last_mut() {
            sum.sign = "−";
        }
        sums.push(Sum {
            title: ("还剩", "left"),
            sign: "=",
            value: budget.saturating_sub(pace.issued),
            unit: Unit::Points,
        });
    }
    Ok(Table {
        heads: vec![("月份", "month")],
        columns: vec![
            column("issued", ("已发", "issued"), Unit::Points),
            column("budget", ("预算", "budget"), Unit::Points),
            column("left", ("还剩", "left"), Unit::Points),
            column("share", ("用了", "used"), Unit::PerMille),
        ],
        total: Some(totals(&rows, &[true, false, false, false])),
        rows,
        sums,
        agrees: None,
        said: said(&pace),
        chart: Some(Chart {
            labels: all.iter().map(|month| months::short(*month)).collect(),
            up: vec![Series {
                title: titled(("已发", "issued")),
                values: all.iter().map(|month| used(month.month_index())).collect(),
            }],
            down: Vec::new(),
        }),
        notes: vec![(
            "预算管的是规则新发的分：扣减不退回预算，导入的旧余额不占预算。过去的月份也按现在的预算比。",
            "The budget counts what rules issue: deductions give nothing back to it, opening balances take nothing. Past months are compared with today's budget.",
        )],
    })
}

fn said(pace: &overview::Issue) -> Text {
    let issued = num(pace.issued);
    match (pace.budget, pace.ends) {
        (None, _) => both(
            format!("没有定每月的预算。这个月已发 {issued} 分。"),
            format!("There is no monthly budget. {issued} points were issued this month."),
        ),
        (Some(budget), _) if budget <= pace.issued => both(
            "这个月的预算已经发完，再登记不给分。",
            "This month's budget is used up; nothing more is given.",
        ),
        (Some(_), Some(day)) => {
            let (_, month, date) = day.parts();
            both(
                format!("照这个月这样发，{month}月{date}日就发完了。"),
                format!("At this month's pace it is used up on {day}."),
            )
        }
        (Some(_), None) => both(
            "照这样发，这个月够用。",
            "At this pace it lasts for the month.",
        ),
    }
}
