//! Reports: which there are, and one as a line on top, a chart, a table and what is to be known. Numbers come in as they
//! are; how they are written, and how the bars stand, is decided here.

use askama::Template;

use crate::format;
use crate::shell::Shell;

/// A report in the list.
#[derive(Debug, Clone)]
pub struct ReportLink {
    /// The end of its address.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// What it answers.
    pub about: String,
}

/// `GET /{community}/reports`.
#[derive(Debug, Clone, Template)]
#[template(path = "reports.html")]
pub struct ReportsView {
    /// Around the page.
    pub shell: Shell,
    /// What there is.
    pub reports: Vec<ReportLink>,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportUnit {
    /// Whole numbers.
    Whole,
    /// Minutes, shown as hours.
    Minutes,
    /// Parts of a thousand, shown as percent.
    PerMille,
    /// 1/100 yuan, shown as yuan.
    Fen,
}

impl ReportUnit {
    pub(crate) fn text(self, value: Option<i64>) -> String {
        match (self, value) {
            (_, None) => "—".to_owned(),
            (ReportUnit::Whole, Some(value)) => format::number(value),
            (ReportUnit::Minutes, Some(value)) => format::hours(value),
            (ReportUnit::Fen, Some(value)) => {
                let sign = if value < 0 { "\u{2212}" } else { "" };
                format!("{sign}{}", format::yuan(value.saturating_abs()))
            }
            (ReportUnit::PerMille, Some(value)) => {
                let sign = if value < 0 { "\u{2212}" } else { "" };
                let value = value.unsigned_abs();
                format!("{sign}{}.{}%", value / 10, value % 10)
            }
        }
    }
}

/// One number of the line on top.
#[derive(Debug, Clone)]
pub struct ReportSum {
    /// What it is.
    pub title: String,
    /// `+`, `−`, `=` or nothing.
    pub sign: &'static str,
    /// The number.
    pub value: i64,
    /// What it counts.
    pub unit: ReportUnit,
}

impl ReportSum {
    pub(crate) fn text(&self) -> String {
        self.unit.text(Some(self.value))
    }

    pub(crate) fn is_result(&self) -> bool {
        self.sign == "="
    }
}

/// The bars of one meaning.
#[derive(Debug, Clone)]
pub struct ReportBars {
    /// What they mean.
    pub title: String,
    /// One for each label.
    pub values: Vec<i64>,
}

/// What a chart shows.
#[derive(Debug, Clone)]
pub struct ReportChart {
    /// What stands under each bar.
    pub labels: Vec<String>,
    /// Above the line, from the line upwards.
    pub up: Vec<ReportBars>,
    /// Below the line.
    pub down: Vec<ReportBars>,
}

/// A piece of a bar.
pub(crate) struct Piece {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) height: i64,
    pub(crate) color: &'static str,
    pub(crate) title: String,
}

/// A word in the drawing.
pub(crate) struct Label {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) text: String,
}

/// One meaning with its colour.
struct Key<'c> {
    color: &'static str,
    title: &'c str,
}

/// Colours above the line and below it; each differs from its neighbours in lightness too.
const UP: [&str; 4] = ["#0d5237", "#6aa784", "#7a4e06", "#c9c2ae"];
const DOWN: [&str; 4] = ["#946313", "#ad231b", "#e0b04a", "#c9c2ae"];
/// A column, the bar in it, and the height of the bars above and below together.
const COLUMN: i64 = 68;
const BAR: i64 = 44;
const BARS: i64 = 220;
/// Above the bars, for a number; below them, for a number and the label.
const TOP: i64 = 26;
const BOTTOM: i64 = 56;

impl ReportChart {
    pub(crate) fn width(&self) -> i64 {
        let columns = i64::try_from(self.labels.len()).unwrap_or(0);
        columns.max(4) * COLUMN
    }

    pub(crate) fn height(&self) -> i64 {
        TOP + BARS + BOTTOM
    }

    pub(crate) fn has_bars(&self) -> bool {
        let all = self.up.iter().chain(&self.down);
        all.flat_map(|bars| &bars.values).any(|value| *value > 0)
    }

    fn sum(of: &[ReportBars], place: usize) -> i64 {
        let values = of.iter().filter_map(|bars| bars.values.get(place));
        values.map(|value| (*value).max(0)).sum()
    }

    /// The most that stands above the line in one place, and below it.
    fn most(&self) -> (i64, i64) {
        let most = |of: &[ReportBars]| {
            let sums = (0..self.labels.len()).map(|place| ReportChart::sum(of, place));
            sums.max().unwrap_or(0)
        };
        (most(&self.up), most(&self.down))
    }

    /// So high is so much; whatever there is can be seen.
    fn scaled(&self, value: i64) -> i64 {
        let (up, down) = self.most();
        let all = up.saturating_add(down).max(1);
        let height = value.max(0).saturating_mul(BARS).checked_div(all);
        let height = height.unwrap_or(0);
        if value > 0 { height.max(2) } else { 0 }
    }

    /// Where the line is.
    pub(crate) fn line(&self) -> i64 {
        TOP + self.scaled(self.most().0)
    }

    fn left(place: usize) -> i64 {
        i64::try_from(place).unwrap_or(0) * COLUMN + (COLUMN - BAR) / 2
    }

    pub(crate) fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for place in 0..self.labels.len() {
            let label = self.labels.get(place).map_or("", String::as_str);
            let mut top = self.line();
            let mut end = self.line();
            for (bars, color) in self.up.iter().zip(UP) {
                let value = bars.values.get(place).copied().unwrap_or(0);
                let height = self.scaled(value);
                top -= height;
                pieces.extend((height > 0).then(|| Piece {
                    x: ReportChart::left(place),
                    y: top,
                    height,
                    color,
                    title: format!("{label} {} {}", bars.title, format::number(value)),
                }));
            }
            for (bars, color) in self.down.iter().zip(DOWN) {
                let value = bars.values.get(place).copied().unwrap_or(0);
                let height = self.scaled(value);
                pieces.extend((height > 0).then(|| Piece {
                    x: ReportChart::left(place),
                    y: end,
                    height,
                    color,
                    title: format!("{label} {} {}", bars.title, format::number(value)),
                }));
                end += height;
            }
        }
        pieces
    }

    /// The sums over and under the bars.
    pub(crate) fn numbers(&self) -> Vec<Label> {
        let mut labels = Vec::new();
        for place in 0..self.labels.len() {
            let x = ReportChart::left(place) + BAR / 2;
            let of = |bars: &[ReportBars]| -> (i64, i64) {
                let heights = bars.iter().filter_map(|bars| bars.values.get(place));
                let height = heights.map(|value| self.scaled(*value)).sum();
                (ReportChart::sum(bars, place), height)
            };
            let (up, height) = of(&self.up);
            if up > 0 {
                labels.push(Label {
                    x,
                    y: self.line() - height - 6,
                    text: format::number(up),
                });
            }
            let (down, height) = of(&self.down);
            if down > 0 {
                labels.push(Label {
                    x,
                    y: self.line() + height + 17,
                    text: format::number(down),
                });
            }
        }
        labels
    }

    pub(crate) fn names(&self) -> Vec<Label> {
        let y = self.height() - 12;
        let named = self.labels.iter().enumerate();
        let label = |(place, text): (usize, &String)| Label {
            x: ReportChart::left(place) + BAR / 2,
            y,
            text: short(text),
        };
        named.map(label).collect()
    }

    fn keys(&self) -> Vec<Key<'_>> {
        let up = self.up.iter().zip(UP);
        let down = self.down.iter().zip(DOWN);
        up.chain(down)
            .map(|(bars, color)| Key {
                color,
                title: &bars.title,
            })
            .collect()
    }

    /// All of it in words, for whoever does not see it.
    pub(crate) fn told(&self) -> String {
        let of = |bars: &ReportBars| {
            let said = self.labels.iter().zip(&bars.values);
            let said = said.map(|(label, value)| format!("{label} {}", format::number(*value)));
            format!("{}: {}", bars.title, said.collect::<Vec<_>>().join(", "))
        };
        let all: Vec<String> = self.up.iter().chain(&self.down).map(of).collect();
        all.join("; ")
    }
}

/// A label as its column can hold it.
fn short(text: &str) -> String {
    let wide = |c: char| if c.is_ascii() { 1 } else { 2 };
    let mut room = 10;
    let mut out = String::new();
    for c in text.chars() {
        if room < wide(c) {
            out.push('…');
            break;
        }
        room -= wide(c);
        out.push(c);
    }
    out
}

/// A row of the table.
#[derive(Debug, Clone)]
pub struct ReportRow {
    /// What it is about.
    pub names: Vec<String>,
    /// The numbers.
    pub values: Vec<Option<i64>>,
}

/// Which months, and which could be chosen.
#[derive(Debug, Clone)]
pub struct ReportMonths {
    /// The first, as its address has it: `2026-10`.
    pub from: String,
    /// The last.
    pub to: String,
    /// What can be chosen: as addresses have it, and as people read it; the newest first.
    pub choices: Vec<(String, String)>,
}

/// `GET /{community}/reports/{report}`.
#[derive(Debug, Clone, Template)]
#[template(path = "report.html")]
pub struct ReportView {
    /// Around the page.
    pub shell: Shell,
    /// The end of its address.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// What it answers.
    pub about: String,
    /// Which months; `None` when it is about now.
    pub months: Option<ReportMonths>,
    /// What of the months stands under the title.
    pub span: String,
    /// The line on top.
    pub sums: Vec<ReportSum>,
    /// Whether it was held against the ledger, and agreed.
    pub agrees: Option<bool>,
    /// What it comes to.
    pub said: String,
    /// The chart.
    pub chart: Option<ReportChart>,
    /// What the names of the rows are.
    pub heads: Vec<String>,
    /// The columns.
    pub columns: Vec<(String, ReportUnit)>,
    /// The rows.
    pub rows: Vec<ReportRow>,
    /// The sums below the table.
    pub total: Option<Vec<Option<i64>>>,
    /// What is to be known.
    pub notes: Vec<String>,
    /// The newest entry that it knows.
    pub entry: u64,
    /// The end of the address with the same months: `?from=2026-01&to=2026-11`, or nothing.
    pub query: String,
}

/// Numbers as their columns write them.
pub(crate) fn cells(columns: &[(String, ReportUnit)], values: &[Option<i64>]) -> Vec<String> {
    let units = columns.iter().map(|(_, unit)| *unit);
    let cells = values.iter().zip(units);
    cells.map(|(value, unit)| unit.text(*value)).collect()
}

impl ReportView {
    fn cells(&self, values: &[Option<i64>]) -> Vec<String> {
        cells(&self.columns, values)
    }

    fn is_from(&self, choice: &str) -> bool {
        self.months
            .as_ref()
            .is_some_and(|months| months.from == *choice)
    }

    fn is_to(&self, choice: &str) -> bool {
        self.months
            .as_ref()
            .is_some_and(|months| months.to == *choice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(up: &[i64], down: &[i64]) -> ReportChart {
        let bars = |values: &[i64]| {
            vec![ReportBars {
                title: "a".to_owned(),
                values: values.to_vec(),
            }]
        };
        ReportChart {
            labels: up.iter().map(i64::to_string).collect(),
            up: bars(up),
            down: bars(down),
        }
    }

    #[test]
    fn bars_stay_in_the_drawing_and_small_ones_can_be_seen() {
        for (up, down) in [
            (vec![1, 1_000_000, 0], vec![0, 3, 900_000]),
            (vec![0, 0], vec![0, 0]),
            (vec![i64::MAX / 400, 5], vec![1, 1]),
            (vec![-5, 7], vec![2, -1]),
        ] {
            let chart = chart(&up, &down);
            let pieces = chart.pieces();
            let seen = up.iter().chain(&down).filter(|value| **value > 0).count();
            assert_eq!(pieces.len(), seen, "{up:?} {down:?}");
            for piece in &pieces {
                assert!(piece.height >= 2);
                assert!(piece.y >= TOP - 4 && piece.y + piece.height <= TOP + BARS + 4);
                assert!(piece.x >= 0 && piece.x + BAR <= chart.width());
            }
        }
    }

    #[test]
    fn labels_are_as_long_as_their_column_is_wide() {
        assert_eq!(short("11月"), "11月");
        assert_eq!(short("2026-11-30"), "2026-11-30");
        assert_eq!(short("花生油 1.8 升"), "花生油 1.8…");
    }
}
