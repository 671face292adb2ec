//! Reports for programs: the list, and one with its numbers as they are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ALL, Report, Shown, months, titled};
use crate::door::asked::{Path, Query};
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::door::json::{Both, Json};

/// A report that can be asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportEntry {
    /// Its name in addresses.
    pub code: &'static str,
    /// What it is called.
    pub title: Both,
    /// What it answers.
    pub about: Both,
    /// Whether it is about months: then it takes `from` and `to`.
    pub of_months: bool,
}

/// All reports.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportList {
    /// The reports.
    pub reports: Vec<ReportEntry>,
}

/// A column of a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportColumn {
    /// Its name.
    pub code: &'static str,
    /// Its heading.
    pub title: Both,
    /// What its numbers count: `points`, `count`, `minutes`, `per-mille`.
    pub unit: &'static str,
}

/// A row of a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportRow {
    /// What it is about.
    pub names: Vec<Both>,
    /// A number for each column; null where there is nothing to say.
    pub values: Vec<Option<i64>>,
}

/// A report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportAnswer {
    /// Its name.
    pub report: &'static str,
    /// The first month, where it is about months.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The newest entry that it knows.
    pub entry: u64,
    /// What the names of the rows are.
    pub heads: Vec<Both>,
    /// The columns.
    pub columns: Vec<ReportColumn>,
    /// The rows.
    pub rows: Vec<ReportRow>,
    /// What the columns come to; null where adding means nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Vec<Option<i64>>>,
    /// Whether it was held against the ledger's own accounts, and agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agrees: Option<bool>,
    /// What it comes to, in words.
    pub said: Both,
}

/// Which months.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct SpanQuery {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
}

impl SpanQuery {
    pub(super) fn both(&self) -> (Option<&str>, Option<&str>) {
        (self.from.as_deref(), self.to.as_deref())
    }
}

fn answer(report: &Report, shown: Shown) -> ReportAnswer {
    let of = |title| Both::from(titled(title));
    let columns = shown.table.columns.iter().map(|column| ReportColumn {
        code: column.code,
        title: of(column.title),
        unit: column.unit.word(),
    });
    let rows = shown.table.rows.into_iter().map(|row| ReportRow {
        names: row.names.into_iter().map(Both::from).collect(),
        values: row.values,
    });
    ReportAnswer {
        report: report.code,
        from: shown.months.map(|span| months::code(span.first)),
        to: shown.months.map(|span| months::code(span.last)),
        entry: shown.entry,
        heads: shown.table.heads.iter().map(|title| of(*title)).collect(),
        columns: columns.collect(),
        rows: rows.collect(),
        total: shown.table.total,
        agrees: shown.table.agrees,
        said: shown.table.said.into(),
    }
}

/// What can be asked for.
#[utoipa::path(
    get, path = "/communities/{community}/reports", tag = "reports",
    params(("community" = String, Path, description = "The community")),
    responses((status = 200, body = ReportList), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_reports(_: Caller) -> Json<ReportList> {
    let all = ALL.iter().map(|report| ReportEntry {
        code: report.code,
        title: titled(report.title).into(),
        about: titled(report.about).into(),
        of_months: report.of_months,
    });
    Json(ReportList {
        reports: all.collect(),
    })
}

/// One report, of one moment. Numbers only; nobody is named.
#[utoipa::path(
    get, path = "/communities/{community}/reports/{report}", tag = "reports",
    params(
        ("community" = String, Path, description = "The community"),
        ("report" = String, Path, description = "Its name: `points`, `issued`, …"),
        ("from" = Option<String>, Query, description = "The first month, `2026-01`; without it the last twelve"),
        ("to" = Option<String>, Query, description = "The last month, `2026-11`; at most 36 together")
    ),
    responses((status = 200, body = ReportAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn get_report(
    caller: Caller,
    Path((_, code)): Path<(String, String)>,
    Query(query): Query<SpanQuery>,
) -> Result<Json<ReportAnswer>, Fault> {
    let report = super::find(&code)?;
    let shown = super::show(caller.house(), &caller.code, report, query.both()).await?;
    Ok(Json(answer(report, shown)))
}
