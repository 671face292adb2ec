//! Spreadsheets as they are: XLSX, XLS, ODS, read by calamine. A cell becomes the text that a CSV of the same
//! sheet would hold; dates and whole numbers as people write them.

use std::io::{Cursor, Read};

use calamine::{
    Data, Dimensions, ExcelDateTime, Range, Reader as _, Sheets, open_workbook_auto_from_rs,
};
use rongyi_core::shown;

use super::row::SheetError;
use super::{Broken, COLUMNS_MAX, Line};

/// The largest spreadsheet file: a million rows of text are some 30 MiB.
const SPREADSHEET_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What it may unpack to: a small file can hold a very large one.
const UNPACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Whether bytes begin like a spreadsheet: a ZIP archive (XLSX, ODS) or an old compound file (XLS).
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
}

/// The first worksheet that holds anything.
#[derive(Debug)]
pub(crate) struct Grid {
    name: String,
    range: Range<Data>,
    merged: Vec<Dimensions>,
}

impl Grid {
    /// Reads a workbook.
    ///
    /// # Errors
    /// [`SheetError::TooLarge`] or [`SheetError::Spreadsheet`].
    pub(crate) fn read(bytes: &[u8]) -> Result<Grid, SheetError> {
        if bytes.len() > SPREADSHEET_BYTES_MAX {
            return Err(SheetError::TooLarge);
        }
        if bytes.starts_with(b"PK") {
            measure(bytes)?;
        }
        // The reader of old formats trusts what the file says of itself; a file that lies is no reason to stop.
        std::panic::catch_unwind(|| open(bytes))
            .unwrap_or_else(|_| Err(SheetError::Spreadsheet("damaged".to_owned())))
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn line_count(&self) -> u64 {
        self.range.height() as u64
    }

    /// The rows with their numbers in the worksheet; empty ones are passed over.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Line> + Send + '_ {
        let (row, column) = self.range.start().unwrap_or_default();
        let first = u64::from(row) + 1;
        (first..)
            .zip(self.range.rows())
            .filter(|(_, cells)| cells.iter().any(|cell| !matches!(cell, Data::Empty)))
            .map(move |(number, cells)| Line {
                number,
                cells: self.whole(number).and_then(|()| line(column, cells)),
            })
    }

    /// A cell that belongs to one further up is empty here, whatever a person sees.
    fn whole(&self, number: u64) -> Result<(), Broken> {
        let below = |area: &&Dimensions| {
            (u64::from(area.start.0) + 2..=u64::from(area.end.0) + 1).contains(&number)
        };
        let Some(area) = self.merged.iter().find(below) else {
            return Ok(());
        };
        let (first, last) = (area.start.0 + 1, area.end.0 + 1);
        Err(Broken::new(
            "row.merged",
            format!(
                "第 {first} 到 {last} 行有合并的单元格，只有第 {first} 行有内容。请取消合并，每一行都填上。"
            ),
            format!(
                "Rows {first} to {last} share a merged cell; only row {first} holds what it says. Unmerge it and fill in every row."
            ),
        ))
    }

    /// All cells between tabs, line by line as in the worksheet; a cell in which something failed is empty.
    pub(crate) fn text(&self) -> String {
        let (row, column) = self.range.start().unwrap_or_default();
        let before = usize::try_from(row)
            .unwrap_or_default()
            .min(LINES_BEFORE_MAX);
        let mut out = "\n".repeat(before);
        for cells in self.range.rows() {
            let one = |cell: &Data| {
                let plain = text(cell).unwrap_or_default();
                let marked = plain.contains(['\t', '\n', '\r', '"']);
                if marked {
                    format!("\"{}\"", plain.replace('"', "\"\""))
                } else {
                    plain
                }
            };
            let empty = vec![String::new(); left_of(column)];
            let line: Vec<String> = empty.into_iter().chain(cells.iter().map(one)).collect();
            out.push_str(&line.join("\t"));
            out.push('\n');
        }
        out
    }
}

/// Empty lines above a worksheet's first row that its text keeps.
const LINES_BEFORE_MAX: usize = 1_000;

fn wrong(error: &dyn std::fmt::Display) -> SheetError {
    SheetError::Spreadsheet(shown::short(&error.to_string(), 120).into_owned())
}

/// Unpacks everything once into nothing: what an archive says of its size need not be true.
fn measure(bytes: &[u8]) -> Result<(), SheetError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| wrong(&error))?;
    let mut left = UNPACKED_BYTES_MAX;
    for place in 0..archive.len() {
        let file = archive.by_index(place).map_err(|error| wrong(&error))?;
        let mut limited = file.take(left.saturating_add(1));
        let read =
            std::io::copy(&mut limited, &mut std::io::sink()).map_err(|error| wrong(&error))?;
        left = left.checked_sub(read).ok_or(SheetError::TooLarge)?;
    }
    Ok(())
}

fn open(bytes: &[u8]) -> Result<Grid, SheetError> {
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| wrong(&error))?;
    let mut first = None;
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).map_err(|error| wrong(&error))?;
        let filled = !range.is_empty();
        if filled || first.is_none() {
            let merged = merged(&mut book, &name);
            first = Some(Grid {
                name,
                range,
                merged,
            });
        }
        if filled {
            break;
        }
    }
    first.ok_or_else(|| wrong(&"no worksheet"))
}

/// The merged cells of a worksheet; none where the format does not say, or says it wrongly: then the cells below are
/// empty and told as such.
fn merged<R: Read + std::io::Seek>(book: &mut Sheets<R>, name: &str) -> Vec<Dimensions> {
    match book {
        Sheets::Xlsx(xlsx) => xlsx.merge_cells_by_sheet_name(name).unwrap_or_default(),
        Sheets::Xls(xls) => xls.merge_cells_by_sheet_name(name).unwrap_or_default(),
        Sheets::Xlsb(_) | Sheets::Ods(_) => Vec::new(),
    }
}

/// The columns left of the first filled one.
fn left_of(column: u32) -> usize {
    usize::try_from(column)
        .unwrap_or(COLUMNS_MAX)
        .min(COLUMNS_MAX)
}

fn line(column: u32, cells: &[Data]) -> Result<Vec<String>, Broken> {
    let mut out = vec![String::new(); left_of(column)];
    for cell in cells {
        out.push(text(cell)?);
    }
    Ok(out)
}

fn text(cell: &Data) -> Result<String, Broken> {
    Ok(match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => plain(*number),
        Data::Bool(yes) => yes.to_string(),
        Data::DateTime(moment) => moment_text(moment),
        Data::Error(error) => {
            return Err(Broken::new(
                "cell.error",
                format!("这一行有一格是出错的公式（{error}）。请改成数值再导入。"),
                format!(
                    "A cell of this row is a formula that failed ({error}). Put a value there."
                ),
            ));
        }
    })
}

/// A number as the spreadsheet shows it: fifteen digits, without an exponent or a needless point.
fn plain(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// `2026-11-20`, or `2026-11-20T09:20` where there is a time of day.
fn moment_text(moment: &ExcelDateTime) -> String {
    if !moment.is_datetime() {
        return plain(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date}T{hour:02}:{minute:02}")
    }
}
