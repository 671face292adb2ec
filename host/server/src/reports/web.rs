//! The pages of reports: the list, one report, and the same as a file. What stands in it was read before.

use axum::response::{IntoResponse, Response};
use rongyi_core::rule::Text;
use rongyi_pages::{
    ReportBars, ReportChart, ReportLink, ReportMonths, ReportRow, ReportSum, ReportUnit,
    ReportView, ReportsView,
};

use super::api::SpanQuery;
use super::{ALL, Chart, Months, Series, Shown, Title, Unit, months, sheet, titled};
use crate::door::asked::{Path, Typed};
use crate::door::fault::Fault;
use crate::door::sheet::saved;
use crate::door::visit::{Html, OnDuty, Visit};

/// Months that can be chosen.
const CHOICES: i32 = 36;

fn half(visit: &Visit, title: Title) -> String {
    visit.say(&titled(title))
}

/// `GET /{community}/reports`.
pub(crate) async fn list_reports(OnDuty { visit, .. }: OnDuty) -> Response {
    let link = |report: &&super::Report| ReportLink {
        code: report.code.to_owned(),
        title: half(&visit, report.title),
        about: half(&visit, report.about),
    };
    Html(ReportsView {
        reports: ALL.iter().map(link).collect(),
        shell: visit.shell(),
    })
    .into_response()
}

/// `GET /{community}/reports/{report}`.
pub(crate) async fn show_report(
    OnDuty { visit, .. }: OnDuty,
    Path((_, code)): Path<(String, String)>,
    Typed(query): Typed<SpanQuery>,
) -> Result<Response, Fault> {
    let report = super::find(&code)?;
    let shown = super::show(&visit.app.house, &visit.code, report, query.both()).await?;
    let say = |text: &Text| visit.say(text);
    let table = &shown.table;
    let view = ReportView {
        code,
        title: half(&visit, report.title),
        about: half(&visit, report.about),
        span: span(&visit, shown.months),
        query: address(shown.months),
        months: shown.months.map(|months| choices(&visit, months)),
        sums: table
            .sums
            .iter()
            .map(|sum| ReportSum {
                title: half(&visit, sum.title),
                sign: sum.sign,
                value: sum.value,
                unit: unit(sum.unit),
            })
            .collect(),
        agrees: table.agrees,
        said: say(&table.said),
        chart: table.chart.as_ref().map(|chart| drawn(&visit, chart)),
        heads: table
            .heads
            .iter()
            .map(|title| half(&visit, *title))
            .collect(),
        columns: table
            .columns
            .iter()
            .map(|column| (half(&visit, column.title), unit(column.unit)))
            .collect(),
        rows: table
            .rows
            .iter()
            .map(|row| ReportRow {
                names: row.names.iter().map(say).collect(),
                values: row.values.clone(),
            })
            .collect(),
        total: table.total.clone(),
        notes: table.notes.iter().map(|note| half(&visit, *note)).collect(),
        entry: shown.entry,
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

pub(crate) fn unit(unit: Unit) -> ReportUnit {
    match unit {
        Unit::Points | Unit::Count => ReportUnit::Whole,
        Unit::Minutes => ReportUnit::Minutes,
        Unit::PerMille => ReportUnit::PerMille,
        Unit::Fen => ReportUnit::Fen,
    }
}

fn drawn(visit: &Visit, chart: &Chart) -> ReportChart {
    let bars = |series: &Series| ReportBars {
        title: visit.say(&series.title),
        values: series.values.clone(),
    };
    ReportChart {
        labels: chart.labels.iter().map(|label| visit.say(label)).collect(),
        up: chart.up.iter().map(bars).collect(),
        down: chart.down.iter().map(bars).collect(),
    }
}

fn span(visit: &Visit, span: Option<Months>) -> String {
    let Some(span) = span else {
        return String::new();
    };
    let (first, last) = (months::title(span.first), months::title(span.last));
    if span.all().len() < 2 {
        return visit.say(&first);
    }
    visit.either(
        &format!("{} 到 {}", first.zh, last.zh),
        &format!("{} to {}", first.en, last.en),
    )
}

/// The same months in an address.
fn address(span: Option<Months>) -> String {
    span.map_or_else(String::new, |span| {
        let (from, to) = (months::code(span.first), months::code(span.last));
        format!("?from={from}&to={to}")
    })
}

fn choices(visit: &Visit, span: Months) -> ReportMonths {
    let today = visit.today().month_index();
    let mut indices: Vec<i32> = (0..CHOICES).map(|back| today - back).collect();
    let (first, last) = span.indices();
    // What stands there twice goes out again below.
    indices.extend([first, last]);
    indices.sort_unstable_by(|one, other| other.cmp(one));
    indices.dedup();
    let days = indices
        .into_iter()
        .filter_map(|index| rongyi_core::time::LocalDate::of_month_index(index, 1));
    ReportMonths {
        from: months::code(span.first),
        to: months::code(span.last),
        choices: days
            .map(|day| (months::code(day), visit.say(&months::title(day))))
            .collect(),
    }
}

async fn asked(visit: &Visit, code: &str, query: &SpanQuery) -> Result<(String, Shown), Fault> {
    let report = super::find(code)?;
    let shown = super::show(&visit.app.house, &visit.code, report, query.both()).await?;
    let mut name = format!("{}-{}", visit.code, report.code);
    if let Some(span) = shown.months {
        name = format!(
            "{name}-{}-{}",
            months::code(span.first),
            months::code(span.last)
        );
    }
    Ok((name, shown))
}

/// `GET /{community}/reports/{report}/table.csv`.
pub(crate) async fn get_report_csv(
    OnDuty { visit, .. }: OnDuty,
    Path((_, code)): Path<(String, String)>,
    Typed(query): Typed<SpanQuery>,
) -> Result<Response, Fault> {
    let (name, shown) = asked(&visit, &code, &query).await?;
    Ok(sheet::csv(&shown, visit.tongue()).answer(&format!("{name}.csv")))
}

/// `GET /{community}/reports/{report}/table.xlsx`.
pub(crate) async fn get_report_sheet(
    OnDuty { visit, .. }: OnDuty,
    Path((_, code)): Path<(String, String)>,
    Typed(query): Typed<SpanQuery>,
) -> Result<Response, Fault> {
    let report = super::find(&code)?;
    let (name, shown) = asked(&visit, &code, &query).await?;
    let bytes = sheet::xlsx((&code, &titled(report.title)), &shown, visit.tongue())?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(saved(kind, &format!("{name}.xlsx"), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_the_months() {
        let day = |text: &str| text.parse().unwrap();
        let span = Months {
            first: day("2026-01-01"),
            last: day("2026-11-30"),
        };
        assert_eq!(address(Some(span)), "?from=2026-01&to=2026-11");
        assert_eq!(address(None), "");
    }
}
