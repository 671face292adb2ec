//! Reports: one registry of what can be asked about a community as a whole. An entry says what it is called and reads its
//! table; page, chart, CSV, sheet, paper, API and terminal are made from that by the doors, the same for all of them.
//!
//! A report reads one moment of the database, and what it can be held against is read beside it: where both differ, it says
//! so instead of showing the number alone. It names nobody and books nothing.

mod activity;
mod anomalies;
pub(crate) mod api;
mod budget;
pub(crate) mod cli;
mod fairness;
mod flows;
mod goods;
mod issued;
mod lapsed;
mod liability;
pub mod months;
mod points;
mod redeemed;
pub mod sheet;
mod teams;
mod uncollected;
mod volunteering;
pub(crate) mod web;
mod work;

use std::pin::Pin;

use rongyi_clerk::ClerkError;
use rongyi_core::book::Frame;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;
use rongyi_store::{Store, StoreError};

use crate::cases::CaseError;
use crate::house::House;
use crate::jobs;
pub use months::Months;

/// A title in Chinese and English.
pub type Title = (&'static str, &'static str);

/// All of them, in the order of the list.
pub const ALL: [&Report; 14] = [
    &points::REPORT,
    &issued::REPORT,
    &redeemed::REPORT,
    &lapsed::REPORT,
    &liability::REPORT,
    &budget::REPORT,
    &activity::REPORT,
    &volunteering::REPORT,
    &teams::REPORT,
    &fairness::REPORT,
    &goods::REPORT,
    &uncollected::REPORT,
    &work::REPORT,
    &anomalies::REPORT,
];

/// An entry of the registry.
pub struct Report {
    /// Its name in addresses and commands.
    pub code: &'static str,
    /// What it is called.
    pub title: Title,
    /// What it answers, in one sentence.
    pub about: Title,
    /// Whether it is about months; otherwise about now.
    pub of_months: bool,
    /// Reads it.
    read: for<'a> fn(&'a Asked<'a>) -> Read<'a>,
}

/// A table that is being read.
type Read<'a> = Pin<Box<dyn Future<Output = Result<Table, ReportError>> + Send + 'a>>;

/// What a report reads from.
pub struct Asked<'a> {
    /// The house.
    house: &'a House,
    /// The database at one moment.
    store: &'a Store,
    /// The community as it is.
    frame: &'a Frame,
    /// Which months.
    months: Months,
    /// Today, here.
    today: LocalDate,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is none of that name.
    #[error("there is no such report")]
    Unknown,
    /// The months are none.
    #[error("{0}: write months as 2026-10, the earlier one first, at most {max}", max = months::MAX)]
    Months(String),
    /// The database did not answer.
    #[error(transparent)]
    Clerk(#[from] ClerkError),
    /// A case could not be read.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The sheet could not be written.
    #[error("the sheet could not be written: {0}")]
    Sheet(#[from] rust_xlsxwriter::XlsxError),
}

impl From<StoreError> for ReportError {
    fn from(error: StoreError) -> Self {
        ReportError::Clerk(error.into())
    }
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Points.
    Points,
    /// Times, orders, people: whole numbers.
    Count,
    /// Minutes, told as hours.
    Minutes,
    /// Parts of a thousand, told as percent.
    PerMille,
    /// 1/100 yuan, told as yuan.
    Fen,
}

impl Unit {
    /// Its name for programs.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Points => "points",
            Unit::Count => "count",
            Unit::Minutes => "minutes",
            Unit::PerMille => "per-mille",
            Unit::Fen => "fen",
        }
    }
}

/// A column of numbers.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name for programs.
    pub code: &'static str,
    /// Its heading.
    pub title: Title,
    /// What its numbers count.
    pub unit: Unit,
}

/// A row: what it is about, and a number for each column.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it is about, one for each of the table's heads.
    pub names: Vec<Text>,
    /// The numbers; `None` where there is nothing to say.
    pub values: Vec<Option<i64>>,
}

/// One number of the line on top.
#[derive(Debug, Clone)]
pub struct Sum {
    /// What it is.
    pub title: Title,
    /// How it stands to what is before it: nothing, `+`, `−`, `=`.
    pub sign: &'static str,
    /// The number.
    pub value: i64,
    /// What it counts.
    pub unit: Unit,
}

/// What the chart shows: bars above the line, and below it.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// What stands under each bar.
    pub labels: Vec<Text>,
    /// Above the line, from the line upwards.
    pub up: Vec<Series>,
    /// Below the line.
    pub down: Vec<Series>,
}

/// The bars of one meaning.
#[derive(Debug, Clone)]
pub struct Series {
    /// What they mean.
    pub title: Text,
    /// One for each label.
    pub values: Vec<i64>,
}

/// A report's answer.
#[derive(Debug, Clone)]
pub struct Table {
    /// What the names of its rows are.
    pub heads: Vec<Title>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What the columns come to; `None` where adding would mean nothing.
    pub total: Option<Vec<Option<i64>>>,
    /// The line on top, from left to right.
    pub sums: Vec<Sum>,
    /// Whether it was held against the ledger, and agreed.
    pub agrees: Option<bool>,
    /// What it comes to, in a sentence or two.
    pub said: Text,
    /// The chart.
    pub chart: Option<Chart>,
    /// What is to be known to read it.
    pub notes: Vec<Title>,
}

/// A report with what was asked.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The months, where it is about months.
    pub months: Option<Months>,
    /// The newest entry it knows.
    pub entry: u64,
    /// The answer.
    pub table: Table,
}

/// The report of that name.
///
/// # Errors
/// [`ReportError::Unknown`].
pub fn find(code: &str) -> Result<&'static Report, ReportError> {
    let found = ALL.iter().find(|report| report.code == code);
    found.copied().ok_or(ReportError::Unknown)
}

/// Reads a report, of one moment; what is due is booked before.
///
/// # Errors
/// [`ReportError`].
pub async fn show(
    house: &House,
    community: &Code,
    report: &Report,
    asked: (Option<&str>, Option<&str>),
) -> Result<Shown, ReportError> {
    jobs::catch_up(house, community).await?;
    let store = house.store.snapshot().await?;
    let shown = shown(house, &store, community, (report, asked)).await;
    store.close().await?;
    shown
}

async fn shown(
    house: &House,
    store: &Store,
    community: &Code,
    (report, (from, to)): (&Report, (Option<&str>, Option<&str>)),
) -> Result<Shown, ReportError> {
    let frame = store.frame(community).await?;
    let frame = frame.ok_or(ReportError::Unknown)?;
    let today = house.today(community).0;
    let began = frame.settings.as_ref();
    let began = began.map_or(today, |settings| settings.began_on);
    let months = Months::asked(from, to, (began, today))?;
    let asked = Asked {
        house,
        store,
        frame: &frame,
        months,
        today,
    };
    let table = (report.read)(&asked).await?;
    Ok(Shown {
        months: report.of_months.then_some(months),
        entry: frame.head.next_seq.saturating_sub(1),
        table,
    })
}

/// Both halves of a sentence.
fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

/// A title as a text.
pub(crate) fn titled(title: Title) -> Text {
    both(title.0, title.1)
}

const fn column(code: &'static str, title: Title, unit: Unit) -> Column {
    Column { code, title, unit }
}

/// What each column comes to, those left out that are no sums.
fn totals(rows: &[Row], added: &[bool]) -> Vec<Option<i64>> {
    let of = |place: usize| {
        let values = rows.iter().filter_map(|row| row.values.get(place).copied());
        values.flatten().fold(0_i64, i64::saturating_add)
    };
    let all = added.iter().enumerate();
    all.map(|(place, added)| added.then(|| of(place))).collect()
}

/// How many of a thousand; `None` of nothing.
fn per_mille(part: i64, whole: i64) -> Option<i64> {
    if whole <= 0 {
        return None;
    }
    part.saturating_mul(1_000)
        .saturating_add(whole / 2)
        .checked_div(whole)
}

/// A number in a sentence.
fn num(number: i64) -> String {
    rongyi_pages::format::number(number)
}
