//! What people hold and may still spend, by the last day on which they can: what the community still owes.

use rongyi_core::ids::AssetNo;
use rongyi_core::time::LocalDate;

use super::{Asked, Chart, Report, ReportError, Row, Series, Sum, Table, Unit};
use super::{both, column, flows, num, titled, totals};

pub(super) const REPORT: Report = Report {
    code: "liability",
    title: ("还没花的积分", "Points not spent yet"),
    about: (
        "大家手里有多少分，哪天要作废多少。",
        "How many points people hold, and how many lapse on which day.",
    ),
    of_months: false,
    read: |asked| Box::pin(read(asked)),
};

/// Days from now on about which the sentence speaks.
const SOON: i32 = 31;

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let lots = asked
        .store
        .lots_of_people(&asked.frame.community, AssetNo::POINTS);
    // By day: what is free, what is not, and of how many holders the free part is. For ever comes last.
    let mut days: Vec<(Option<LocalDate>, [i64; 3])> = Vec::new();
    let mut lots = lots.await?;
    lots.sort_by_key(|lot| (lot.last.is_none(), lot.last, !lot.free));
    for lot in lots {
        if days.last().is_none_or(|(last, _)| *last != lot.last) {
            days.push((lot.last, [0; 3]));
        }
        if let Some((_, sums)) = days.last_mut() {
            let place = usize::from(!lot.free);
            sums[place] = sums[place].saturating_add(lot.amount);
            if lot.free {
                sums[2] = sums[2].saturating_add(lot.holders);
            }
        }
    }
    let title = |last: &Option<LocalDate>| match last {
        Some(day) => {
            let (year, month, date) = day.parts();
            both(format!("{year}年{month}月{date}日"), day.to_string())
        }
        None => both("长期有效", "for good"),
    };
    let rows: Vec<Row> = days
        .iter()
        .map(|(last, [free, kept, holders])| Row {
            names: vec![title(last)],
            values: [*free, *kept, free.saturating_add(*kept), *holders]
                .map(Some)
                .to_vec(),
        })
        .collect();
    let held = days
        .iter()
        .map(|(_, [free, kept, _])| free.saturating_add(*kept))
        .fold(0, i64::saturating_add);
    let until = asked.today.plus_days(SOON);
    let soon = days
        .iter()
        .filter(|(last, _)| last.is_some_and(|last| last <= until))
        .map(|(_, [free, ..])| *free)
        .fold(0, i64::saturating_add);
    let owed = flows::owed(asked).await?;
    let series = |title, value: fn(&[i64; 3]) -> i64| Series {
        title: titled(title),
        values: days.iter().map(|(_, sums)| value(sums)).collect(),
    };
    Ok(Table {
        heads: vec![("最后一天", "last day")],
        columns: vec![
            column("free", ("可以花的", "can be spent"), Unit::Points),
            column(
                "kept",
                ("公示或留着的", "under notice or kept"),
                Unit::Points,
            ),
            column("held", ("合计", "together"), Unit::Points),
            column("holders", ("多少户（人）", "holders"), Unit::Count),
        ],
        total: Some(totals(&rows, &[true, true, true, false])),
        rows,
        sums: vec![Sum {
            title: ("现在大家手里", "held now"),
            sign: "",
            value: held,
            unit: Unit::Points,
        }],
        agrees: Some(owed == held),
        said: both(
            format!(
                "大家手里有 {} 分；{SOON} 天里要作废 {} 分。",
                num(held),
                num(soon)
            ),
            format!(
                "People hold {} points; {} of them lapse within {SOON} days.",
                num(held),
                num(soon)
            ),
        ),
        chart: (!days.is_empty()).then(|| Chart {
            labels: days.iter().map(|(last, _)| title(last)).collect(),
            up: vec![
                series(("可以花的", "can be spent"), |sums| sums[0]),
                series(("公示或留着的", "under notice or kept"), |sums| {
                    sums[1]
                }),
            ],
            down: Vec::new(),
        }),
        notes: vec![(
            "“合计”加起来，等于发出减去扣减、兑换、作废。一户手里有几批，就在几行里各算一次。",
            "Together they are what was issued less what was deducted, redeemed and lapsed. Who holds several parts stands in several lines.",
        )],
    })
}
