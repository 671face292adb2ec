//! Files of rows as people send them: CSV out of a spreadsheet, a spreadsheet itself, or one JSON object a line.
//!
//! Strict about structure, generous about habits, exact about places: an open quote never swallows the rows
//! below it, every row keeps the line that a person sees, and [`Sheet::understood`] says how the file was read.
//! It knows nothing of what the cells mean.

mod decode;
mod excel;
mod json;
mod row;
mod split;

use std::path::Path;

use rongyi_files::Trouble;

use rongyi_core::rule::Text;
use rongyi_core::shown;

use decode::{Decoded, decode};
use excel::Grid;
pub use row::{BadRow, Columns, Row, Rows, SheetError};
use split::Splitter;

/// The largest text file that is read: everything is held in memory.
pub const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// The most columns a file may name. Each is looked up for every row.
pub const COLUMNS_MAX: usize = 100;
/// The longest cell in characters: a note is a sentence, not a file.
pub const CELL_CHARS_MAX: usize = 2_000;

/// What people write above a column, and the column it is: `("姓名", "name")`.
pub type Titles = &'static [(&'static str, &'static str)];

/// A file that was read and decoded.
#[derive(Debug)]
pub struct Sheet {
    kind: Kind,
    titles: Titles,
}

#[derive(Debug)]
enum Kind {
    /// Cells between marks.
    Marked(Decoded),
    /// One JSON object a line.
    Json(Decoded),
    /// A worksheet.
    Grid(Grid),
}

impl Sheet {
    /// Reads a file.
    ///
    /// # Errors
    /// [`SheetError`], before any row is looked at.
    pub fn read(path: &Path) -> Result<Sheet, SheetError> {
        let bytes = rongyi_files::read(path, FILE_BYTES_MAX).map_err(|trouble| {
            if matches!(trouble, Trouble::NotAFile { .. }) {
                SheetError::NoFile
            } else if matches!(trouble, Trouble::TooLarge { .. }) {
                SheetError::TooLarge
            } else {
                SheetError::from(std::io::Error::from(trouble))
            }
        })?;
        Sheet::from_bytes(&bytes)
    }

    /// The same from bytes: a spreadsheet (XLSX, XLS, ODS), or text in UTF-8, UTF-16 or GB18030.
    ///
    /// # Errors
    /// [`SheetError`] when it is none of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Sheet, SheetError> {
        if excel::looks_like(bytes) {
            return Ok(Sheet {
                kind: Kind::Grid(Grid::read(bytes)?),
                titles: &[],
            });
        }
        let decoded = decode(bytes)?;
        let json = decoded.text.trim_start().starts_with('{');
        Ok(Sheet {
            kind: if json {
                Kind::Json(decoded)
            } else {
                Kind::Marked(decoded)
            },
            titles: &[],
        })
    }

    /// The same, whose columns may also be called by these titles; only the text before a bracket counts, so that
    /// `电话（没有就空着）` is `电话`.
    #[must_use]
    pub fn titled(mut self, titles: Titles) -> Sheet {
        self.titles = titles;
        self
    }

    /// The whole sheet as text that is read again with the same lines: of a worksheet its cells between tabs, line by
    /// line, where a line that is wrong as a whole keeps what can be shown of it.
    pub fn text(&self) -> String {
        match &self.kind {
            Kind::Marked(decoded) | Kind::Json(decoded) => decoded.text.clone(),
            Kind::Grid(grid) => grid.text(),
        }
    }

    /// How many lines there are: an upper bound of the rows, for a progress bar.
    pub fn line_count(&self) -> u64 {
        match &self.kind {
            Kind::Marked(decoded) | Kind::Json(decoded) => {
                decode::breaks(&decoded.text).saturating_add(1)
            }
            Kind::Grid(grid) => grid.line_count(),
        }
    }

    /// The rows in order, read as they are asked for.
    ///
    /// # Errors
    /// [`SheetError::Empty`] or [`SheetError::Header`].
    pub fn rows(&self, columns: Columns) -> Result<Rows<'_>, SheetError> {
        match &self.kind {
            Kind::Marked(decoded) => marked_rows(decoded, columns, self.titles),
            Kind::Json(decoded) => Ok(json::rows(decoded, columns, self.titles)),
            Kind::Grid(grid) => {
                let mut lines = grid.rows();
                let header = lines.next().ok_or_else(|| empty(columns))?;
                let cells = header.cells.map_err(|bad| bad.header(columns))?;
                let names = Names::of(&cells, columns, self.titles)?;
                Ok(Box::new(lines.filter_map(move |line| names.row(line))))
            }
        }
    }

    /// How the file was understood, for the person who sent it: `读作 UTF-8，逗号分隔，24 行`.
    pub fn understood(&self, columns: Columns) -> Text {
        let rows = self.rows(columns).map_or(0, Iterator::count);
        let (zh, en) = match &self.kind {
            Kind::Marked(decoded) => {
                let mark = mark_of(decoded, columns, self.titles).1;
                let (mark_zh, mark_en) = mark_words(mark);
                (
                    format!("{}，{mark_zh}分隔", decoded.encoding),
                    format!("{}, separated by {mark_en}", decoded.encoding),
                )
            }
            Kind::Json(decoded) => (
                format!("{}，每行一个 JSON", decoded.encoding),
                format!("{}, one JSON object a line", decoded.encoding),
            ),
            Kind::Grid(grid) => {
                let name = shown::short(grid.name(), 40);
                (
                    format!("电子表格的工作表“{name}”"),
                    format!("the worksheet “{name}”"),
                )
            }
        };
        Text {
            zh: format!("读作 {zh}，{rows} 行"),
            en: format!("read as {en}, {rows} rows"),
        }
    }
}

fn empty(columns: Columns) -> SheetError {
    SheetError::Empty {
        expected: columns.all(),
    }
}

/// One line of cells with its place, before its cells have names.
struct Line {
    number: u64,
    cells: Result<Vec<String>, Broken>,
}

/// Why a line is not a list of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Broken {
    code: &'static str,
    text: Text,
}

impl Broken {
    fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Broken {
        Broken {
            code,
            text: Text {
                zh: zh.into(),
                en: en.into(),
            },
        }
    }

    fn header(self, columns: Columns) -> SheetError {
        SheetError::Header {
            zh: self.text.zh,
            en: self.text.en,
            expected: columns.all(),
        }
    }
}

/// The marks that spreadsheets and people put between cells, the likeliest first.
const MARKS: [char; 6] = [',', ';', '\t', '，', '；', '|'];

fn mark_words(mark: char) -> (&'static str, &'static str) {
    match mark {
        ';' => ("分号", "semicolons"),
        '\t' => ("制表符", "tabs"),
        '，' => ("中文逗号", "Chinese commas"),
        '；' => ("中文分号", "Chinese semicolons"),
        '|' => ("竖线", "bars"),
        _ => ("逗号", "commas"),
    }
}

/// Where the header begins (a line `sep=;` before it is a spreadsheet's own hint), and the mark with which most
/// of the columns are found in it.
fn mark_of(decoded: &Decoded, columns: Columns, titles: Titles) -> (usize, char) {
    let text = decoded.text.as_str();
    let first = text.lines().next().unwrap_or_default();
    let hint = first.trim().strip_prefix("sep=");
    let start = if hint.is_some() { first.len() } else { 0 };
    let hinted = hint.and_then(|hint| hint.chars().next());
    let found = |mark: char| {
        let header = Splitter::at(text, mark, start).next();
        let cells = header.and_then(|line| line.cells.ok()).unwrap_or_default();
        let known = |cell: &&String| columns.knows(&row::column_name(cell, titles));
        cells.iter().take(COLUMNS_MAX).filter(known).count()
    };
    let best = hinted.filter(|mark| MARKS.contains(mark)).or_else(|| {
        // `max_by_key` takes the last of equals: the likeliest mark stands last here.
        MARKS.into_iter().rev().max_by_key(|mark| found(*mark))
    });
    (start, best.unwrap_or(','))
}

fn marked_rows(
    decoded: &Decoded,
    columns: Columns,
    titles: Titles,
) -> Result<Rows<'_>, SheetError> {
    if decoded.text.trim().is_empty() {
        return Err(empty(columns));
    }
    let (start, mark) = mark_of(decoded, columns, titles);
    let mut lines = Splitter::at(&decoded.text, mark, start);
    let header = lines.next().ok_or_else(|| empty(columns))?;
    let cells = header.cells.map_err(|bad| bad.header(columns))?;
    let names = Names::of(&cells, columns, titles)?;
    lines.expect(names.0.len());
    Ok(Box::new(lines.filter_map(move |line| {
        // A line in another encoding than the rest can't be trusted, whatever it seems to say.
        match decoded.damage(line.number, lines_of(&line)) {
            Some(bad) => Some(Err(bad)),
            None => names.row(line),
        }
    })))
}

/// How many lines of the file a row covers.
fn lines_of(line: &Line) -> u64 {
    let breaks = |cell: &String| cell.matches('\n').count() as u64;
    line.cells
        .as_ref()
        .map_or(1, |cells| cells.iter().map(breaks).sum::<u64>() + 1)
}

/// The columns of a file in their order; `None` for one without a name, which must stay empty.
struct Names(Vec<Option<String>>);

impl Names {
    fn of(header: &[String], columns: Columns, titles: Titles) -> Result<Names, SheetError> {
        let wrong = |zh: String, en: String| SheetError::Header {
            zh,
            en,
            expected: columns.all(),
        };
        let named = header.iter().rposition(|cell| !cell.trim().is_empty());
        let header = header
            .get(..named.map_or(0, |last| last + 1))
            .unwrap_or(&[]);
        if header.len() > COLUMNS_MAX {
            let count = header.len();
            return Err(wrong(
                format!("有 {count} 列，最多 {COLUMNS_MAX} 列。"),
                format!("there are {count} columns, at most {COLUMNS_MAX} are read."),
            ));
        }
        let mut names: Vec<Option<String>> = Vec::with_capacity(header.len());
        for cell in header {
            let name = row::column_name(cell, titles);
            let shown = shown::short(cell.trim(), 40).into_owned();
            if name.is_empty() {
                names.push(None);
                continue;
            }
            if !columns.knows(&name)
                && header.iter().filter(|cell| !cell.trim().is_empty()).count() == 1
            {
                return Err(wrong(
                    format!("“{shown}”像是表的标题。请把标题行删掉，让第一行只写列名。"),
                    format!(
                        "“{shown}” seems to be the title of the sheet. Delete that line, so that the first line names the columns."
                    ),
                ));
            }
            if !columns.knows(&name) {
                return Err(wrong(
                    format!("没有“{shown}”这一列。"),
                    format!("there is no column “{shown}”."),
                ));
            }
            if names.iter().flatten().any(|other| *other == name) {
                return Err(wrong(
                    format!("“{shown}”写了两次。"),
                    format!("“{shown}” stands twice."),
                ));
            }
            names.push(Some(name));
        }
        let there = |wanted: &&str| names.iter().flatten().any(|name| name == wanted);
        if let Some(missing) = columns.required.iter().find(|name| !there(name)) {
            return Err(wrong(
                format!("缺少“{missing}”这一列。"),
                format!("the column “{missing}” is missing."),
            ));
        }
        Ok(Names(names))
    }

    /// The row of a line; `None` for a line of marks only, which spreadsheets leave at the end.
    fn row(&self, line: Line) -> Option<Result<Row, BadRow>> {
        let number = line.number;
        let cells = match line.cells {
            Ok(cells) => cells,
            Err(Broken { code, text }) => {
                return Some(Err(BadRow::new(number, code, text.zh, text.en)));
            }
        };
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return None;
        }
        Some(self.named(number, cells))
    }

    fn named(&self, number: u64, cells: Vec<String>) -> Result<Row, BadRow> {
        let (has, wants) = (cells.len(), self.0.len());
        let spare = cells.iter().skip(wants);
        if has < wants || spare.clone().any(|cell| !cell.trim().is_empty()) {
            return Err(BadRow::new(
                number,
                "row.cells",
                format!(
                    "这一行有 {has} 格，列名有 {wants} 个。内容里有分隔符（如逗号）时，请用英文双引号把这一格括起来。"
                ),
                format!(
                    "This line has {has} cells, the header {wants}. Put a cell that contains the separator, such as a comma, into double quotes."
                ),
            ));
        }
        let mut row = Row::empty(number);
        for (name, cell) in self.0.iter().zip(cells) {
            match name {
                Some(name) => row.put(name, &cell)?,
                None if cell.trim().is_empty() => {}
                None => {
                    let shown = shown::short(cell.trim(), 40);
                    return Err(BadRow::new(
                        number,
                        "row.cells",
                        format!("“{shown}”所在的一列没有列名。请在第一行写上列名，或删掉这一格。"),
                        format!(
                            "“{shown}” stands in a column without a name. Name it in the first line, or delete the cell."
                        ),
                    ));
                }
            }
        }
        Ok(row)
    }
}

#[cfg(test)]
mod tests;
