//! Hours of volunteers: in which month, of which kind, and how they were proved; and how soon after a shift they are confirmed.
//! Read from what activities booked; what was taken back is left out.

use std::collections::BTreeMap;

use rongyi_core::ids::Code;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::ServedSum;

use super::{Asked, Chart, Report, ReportError, Row, Series, Sum, Table, Unit};
use super::{both, column, months, num, per_mille, totals};
use crate::activities::certificates::proof_title;
use rongyi_activities::Proof;

pub(super) const REPORT: Report = Report {
    code: "volunteering",
    title: ("志愿时长", "Volunteer hours"),
    about: (
        "哪个月、哪一类、多少人次多少小时，凭什么记的；确认得及不及时。",
        "Month by month and kind by kind, how often and how long, how it was proved, and whether it was confirmed in time.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

/// Minutes of an hour; the chart's bars are whole hours.
const HOUR: i64 = 60;
/// Within which time after a shift its hours should be confirmed.
const IN_TIME_US: i64 = 3 * 86_400_000_000;

/// The moments of a month, its own and those of the next not included.
pub(super) fn window(asked: &Asked<'_>, month: LocalDate) -> Option<(Instant, Instant)> {
    let start = |on| asked.house.start_of(&asked.frame.community, on);
    Some((
        start(month.month_start())?,
        start(month.month_end().plus_days(1))?,
    ))
}

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let community = &asked.frame.community;
    let mut by_month: Vec<(LocalDate, Vec<ServedSum>)> = Vec::new();
    let (mut seats, mut in_time, mut confirmed) = (0_i64, 0_i64, 0_i64);
    for month in asked.months.all() {
        let Some(window) = window(asked, month) else {
            continue;
        };
        by_month.push((month, asked.store.served_sums(community, window).await?));
        // What is not over yet waits for nobody.
        let over = (window.0, window.1.min(asked.house.clock.now()));
        let told = asked.store.confirmed_in_time(community, over, IN_TIME_US);
        let (all, soon, ever) = told.await?;
        seats = seats.saturating_add(all);
        in_time = in_time.saturating_add(soon);
        confirmed = confirmed.saturating_add(ever);
    }
    let mut rows = Vec::new();
    for (month, sums) in &by_month {
        let mut cells: BTreeMap<(&Code, i64), (i64, i64)> = BTreeMap::new();
        for sum in sums {
            let cell = cells.entry((&sum.kind, sum.proof)).or_default();
            cell.0 = cell.0.saturating_add(sum.times);
            cell.1 = cell.1.saturating_add(sum.minutes);
        }
        for ((kind, proof), (times, minutes)) in cells {
            rows.push(Row {
                names: vec![
                    months::title(*month),
                    super::activity::title(asked.frame, kind),
                    proof_title(Proof::of(proof)),
                ],
                values: vec![Some(times), Some(minutes)],
            });
        }
    }
    let total = totals(&rows, &[true; 2]);
    let of = |place: usize| total.get(place).copied().flatten().unwrap_or_default();
    let machine = of_proof(&by_month, Proof::Machine);
    let sum = |title, value, unit| Sum {
        title,
        sign: "",
        value,
        unit,
    };
    Ok(Table {
        heads: vec![("月份", "month"), ("做的事", "kind"), ("凭证", "proved")],
        columns: vec![
            column("times", ("人次", "times"), Unit::Count),
            column("minutes", ("时长（小时）", "hours"), Unit::Minutes),
        ],
        sums: vec![
            sum(("人次", "times"), of(0), Unit::Count),
            sum(("时长（小时）", "hours"), of(1), Unit::Minutes),
            sum(
                ("三天内确认", "confirmed within three days"),
                per_mille(in_time, seats).unwrap_or(0),
                Unit::PerMille,
            ),
        ],
        said: both(
            format!(
                "活动里一共 {} 人次，其中签到码记的时长占 {}%。名单上 {} 人次已经散场，确认了 {}。",
                num(of(0)),
                machine.saturating_mul(100).checked_div(of(1)).unwrap_or(0),
                num(seats),
                num(confirmed)
            ),
            format!(
                "People served {} times; {}% of the time was signed in by code. Of {} seats of shifts that are over, {} are confirmed.",
                num(of(0)),
                machine.saturating_mul(100).checked_div(of(1)).unwrap_or(0),
                num(seats),
                num(confirmed)
            ),
        ),
        chart: Some(chart(&by_month)),
        rows,
        total: Some(total),
        agrees: None,
        notes: vec![(
            "只算活动里签到、点名的；社区直接登记的时长在“做了什么”里。三天内确认的比例，分母是散了场的所有名额，没确认的也算在里面。",
            "Hours of activities only; what the office recorded directly stands in “What was done”. The share confirmed in time counts every seat of a shift that is over, confirmed or not.",
        )],
    })
}

fn of_proof(by_month: &[(LocalDate, Vec<ServedSum>)], proof: Proof) -> i64 {
    let sums = by_month.iter().flat_map(|(_, sums)| sums);
    let own = sums.filter(|sum| sum.proof == proof.number());
    own.map(|sum| sum.minutes).fold(0, i64::saturating_add)
}

/// Hours month by month, by how they were proved.
fn chart(by_month: &[(LocalDate, Vec<ServedSum>)]) -> Chart {
    let series = |proof: Proof| Series {
        title: proof_title(Some(proof)),
        values: by_month
            .iter()
            .map(|(month, sums)| of_proof(&[(*month, sums.clone())], proof) / HOUR)
            .collect(),
    };
    let up = Proof::ALL.into_iter().map(series);
    Chart {
        labels: by_month
            .iter()
            .map(|(month, _)| months::short(*month))
            .collect(),
        up: up
            .filter(|series| series.values.iter().any(|value| *value > 0))
            .collect(),
        down: Vec::new(),
    }
}
