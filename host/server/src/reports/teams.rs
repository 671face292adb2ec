//! What teams and reporting units served, against what they mean to serve in a year.

use rongyi_core::time::Instant;

use super::{Asked, Report, ReportError, Row, Sum, Table, Unit};
use super::{both, column, num, per_mille, totals};

pub(super) const REPORT: Report = Report {
    code: "teams",
    title: ("志愿队和报到单位", "Teams and reporting units"),
    about: (
        "各队这些月服务了多少，离一年的目标还有多远。",
        "What each team served in these months, and how far that is of its year.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let community = &asked.frame.community;
    let start = |on| asked.house.start_of(community, on);
    let from = start(asked.months.first).unwrap_or(Instant(0));
    let before = start(asked.months.last.plus_days(1)).unwrap_or(from);
    let sums = asked.store.served_sums(community, (from, before)).await?;
    let count = |team: Option<u32>, value: fn(&rongyi_store::ServedSum) -> i64| -> i64 {
        let own = sums.iter().filter(|sum| sum.team == team);
        own.map(value).fold(0, i64::saturating_add)
    };
    let teams = asked.store.teams(community).await?;
    let mut rows: Vec<Row> = teams
        .iter()
        .map(|team| {
            let minutes = count(Some(team.no), |sum| sum.minutes);
            let target = team.words.year_minutes;
            Row {
                names: vec![both(&team.words.title, &team.words.title)],
                values: vec![
                    i64::try_from(team.members).ok(),
                    Some(count(Some(team.no), |sum| sum.times)),
                    Some(minutes),
                    (target > 0).then_some(target),
                    per_mille(minutes, target),
                ],
            }
        })
        .collect();
    let alone = count(None, |sum| sum.minutes);
    if alone > 0 {
        rows.push(Row {
            names: vec![both("不在队里的", "in no team")],
            values: vec![
                None,
                Some(count(None, |sum| sum.times)),
                Some(alone),
                None,
                None,
            ],
        });
    }
    let total = totals(&rows, &[true, true, true, true, false]);
    let of = |place: usize| total.get(place).copied().flatten().unwrap_or_default();
    let sum = |title, value, unit| Sum {
        title,
        sign: "",
        value,
        unit,
    };
    Ok(Table {
        heads: vec![("队", "team")],
        columns: vec![
            column("people", ("现在几人", "people now"), Unit::Count),
            column("times", ("人次", "times"), Unit::Count),
            column("minutes", ("时长（小时）", "hours"), Unit::Minutes),
            column(
                "target",
                ("一年目标（小时）", "hours of a year"),
                Unit::Minutes,
            ),
            column("reached", ("完成", "reached"), Unit::PerMille),
        ],
        sums: vec![
            sum(("人次", "times"), of(1), Unit::Count),
            sum(("时长（小时）", "hours"), of(2), Unit::Minutes),
        ],
        said: both(
            format!(
                "{} 个队，这些月一共服务 {} 人次。",
                num(i64::try_from(teams.len()).unwrap_or(i64::MAX)),
                num(of(1))
            ),
            format!(
                "{} teams served {} times in these months.",
                num(i64::try_from(teams.len()).unwrap_or(i64::MAX)),
                num(of(1))
            ),
        ),
        chart: None,
        agrees: None,
        rows,
        total: Some(total),
        notes: vec![(
            "按报名时代表的队算；后来退队的，那时的时长还在队上。目标是一年的，看几个月时完成的比例也按一年算。",
            "By the team with which people signed up; what somebody served stays with the team they leave. The target is that of a year, also where fewer months are shown.",
        )],
    })
}
