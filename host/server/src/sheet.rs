//! A file of rows as people send them: CSV out of a spreadsheet, or one JSON object a line. It finds the
//! encoding, names the columns and gives each row its line; it knows nothing of what the cells mean.

use std::collections::BTreeMap;
use std::path::Path;

use rongyi_core::rule::Text;
use rongyi_files::Trouble;
use serde_json::value::RawValue;

/// The largest file that is read: everything is held in memory.
pub const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// The columns a file may have.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// Must be there.
    pub required: &'static [&'static str],
    /// May be there.
    pub optional: &'static [&'static str],
    /// Any further column that begins like this, such as `field.`.
    pub prefix: Option<&'static str>,
}

impl Columns {
    fn knows(&self, name: &str) -> bool {
        let prefixed = |prefix: &str| {
            name.strip_prefix(prefix)
                .is_some_and(|rest| !rest.is_empty())
        };
        self.required.contains(&name)
            || self.optional.contains(&name)
            || self.prefix.is_some_and(prefixed)
    }

    fn all(&self) -> String {
        let mut names: Vec<String> = self
            .required
            .iter()
            .chain(self.optional)
            .map(|name| (*name).to_owned())
            .collect();
        names.extend(self.prefix.map(|prefix| format!("{prefix}NAME")));
        names.join(",")
    }
}

/// One row; every cell without the blanks around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u64,
    cells: BTreeMap<String, String>,
}

impl Row {
    /// A row that a person typed as options of a command; it stands at line 0.
    pub fn typed(cells: &[(&str, Option<&str>)]) -> Row {
        let filled = cells
            .iter()
            .filter_map(|(name, cell)| Some(((*name).to_owned(), (*cell)?.trim().to_owned())));
        Row {
            line: 0,
            cells: filled.collect(),
        }
    }

    /// This row alone.
    pub fn alone(self) -> Rows<'static> {
        Box::new(std::iter::once(Ok(self)))
    }

    /// The cell of a column; `None` when it is empty or missing.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells
            .get(column)
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
    }

    /// The cell of a column that may not be empty.
    ///
    /// # Errors
    /// `row.empty` with the column.
    pub fn need(&self, column: &str) -> Result<&str, BadRow> {
        self.get(column).ok_or_else(|| {
            BadRow::new(
                self.line,
                "row.empty",
                format!("“{column}”是空的，请填上。"),
                format!("“{column}” is empty; fill it in."),
            )
        })
    }

    /// The filled cells whose column begins with `prefix`, by the rest of its name.
    pub fn prefixed<'r>(&'r self, prefix: &'r str) -> impl Iterator<Item = (&'r str, &'r str)> {
        let cells = self.cells.iter().filter(|(_, cell)| !cell.is_empty());
        cells.filter_map(move |(name, cell)| Some((name.strip_prefix(prefix)?, cell.as_str())))
    }
}

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Stable, for programs.
    pub code: String,
    /// What is wrong, what was expected, what to do.
    pub text: Text,
}

impl BadRow {
    /// A bad row with both sentences.
    pub fn new(
        line: u64,
        code: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        BadRow {
            line,
            code: code.into(),
            text: Text {
                zh: zh.into(),
                en: en.into(),
            },
        }
    }
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// It is not there, or may not be read.
    #[error(
        "读不了文件：{0}。请核对路径和权限。 The file cannot be read: {0}. Check its path and permissions."
    )]
    Unreadable(#[from] std::io::Error),
    /// More than [`FILE_BYTES_MAX`].
    #[error("文件超过 512 MiB，请分成几份。 The file is larger than 512 MiB; split it.")]
    TooLarge,
    /// Neither UTF-8 nor UTF-16 nor GB18030.
    #[error(
        "看不懂文件的编码。请在表格软件里另存为“CSV UTF-8”。 The encoding is neither UTF-8 nor GB18030; save it as “CSV UTF-8”."
    )]
    Encoding,
    /// There is no header, or nothing but blanks.
    #[error(
        "文件是空的；第一行要写列名：{expected} The file is empty; its first line names the columns: {expected}"
    )]
    Empty {
        /// The columns it may have.
        expected: String,
    },
    /// The header is not what was expected.
    #[error("第一行：{zh}可以有的列：{expected} Line 1: {en} The columns are: {expected}")]
    Header {
        /// What is wrong.
        zh: String,
        /// What is wrong.
        en: String,
        /// The columns it may have.
        expected: String,
    },
}

/// A file that was read and decoded.
#[derive(Debug)]
pub struct Sheet {
    text: String,
    lines_of_json: bool,
}

/// The rows of a sheet, each with its line or with what is wrong with it.
pub type Rows<'s> = Box<dyn Iterator<Item = Result<Row, BadRow>> + Send + 's>;

impl Sheet {
    /// Reads a file.
    ///
    /// # Errors
    /// [`SheetError`], before any row is looked at.
    pub fn read(path: &Path) -> Result<Sheet, SheetError> {
        match rongyi_files::read(path, FILE_BYTES_MAX) {
            Ok(bytes) => Sheet::from_bytes(&bytes),
            Err(Trouble::TooLarge { .. }) => Err(SheetError::TooLarge),
            Err(other) => Err(SheetError::Unreadable(other.into())),
        }
    }

    /// The same from bytes: UTF-8 with or without a mark, UTF-16 with one, otherwise GB18030.
    ///
    /// # Errors
    /// [`SheetError::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Sheet, SheetError> {
        let text = match (
            encoding_rs::Encoding::for_bom(bytes),
            std::str::from_utf8(bytes),
        ) {
            (None, Ok(text)) => text.to_owned(),
            (marked, _) => {
                let encoding = marked.map_or(encoding_rs::GB18030, |(encoding, _)| encoding);
                let (text, _, broken) = encoding.decode(bytes);
                if broken {
                    return Err(SheetError::Encoding);
                }
                text.into_owned()
            }
        };
        let lines_of_json = text.trim_start().starts_with('{');
        Ok(Sheet {
            text,
            lines_of_json,
        })
    }

    /// How many lines there are: an upper bound of the rows, for a progress bar.
    pub fn line_count(&self) -> u64 {
        self.text.lines().count() as u64
    }

    /// The rows in order, read as they are asked for.
    ///
    /// # Errors
    /// [`SheetError::Empty`] or [`SheetError::Header`].
    pub fn rows(&self, columns: Columns) -> Result<Rows<'_>, SheetError> {
        if self.text.trim().is_empty() {
            return Err(SheetError::Empty {
                expected: columns.all(),
            });
        }
        if self.lines_of_json {
            let lines = (1..)
                .zip(self.text.lines())
                .filter(|(_, line)| !line.trim().is_empty());
            return Ok(Box::new(
                lines.map(move |(number, line)| json_row(number, line, columns)),
            ));
        }
        self.csv_rows(columns)
    }

    fn csv_rows(&self, columns: Columns) -> Result<Rows<'_>, SheetError> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(self.text.as_bytes());
        let header = |zh: String, en: String| SheetError::Header {
            zh,
            en,
            expected: columns.all(),
        };
        let names: Vec<String> = match reader.headers() {
            Ok(names) => names.iter().map(str::to_owned).collect(),
            Err(error) => {
                return Err(header(
                    format!("读不出列名（{error}）。"),
                    format!("no column names ({error})."),
                ));
            }
        };
        for (place, name) in names.iter().enumerate() {
            if !columns.knows(name) {
                return Err(header(
                    format!("没有“{name}”这一列。"),
                    format!("there is no column “{name}”."),
                ));
            }
            if names.iter().skip(place + 1).any(|other| other == name) {
                return Err(header(
                    format!("“{name}”写了两次。"),
                    format!("“{name}” stands twice."),
                ));
            }
        }
        if let Some(missing) = columns
            .required
            .iter()
            .find(|name| !names.iter().any(|own| own == *name))
        {
            return Err(header(
                format!("缺少“{missing}”这一列。"),
                format!("the column “{missing}” is missing."),
            ));
        }
        let rows = reader
            .into_records()
            .filter_map(move |record| csv_row(record, &names));
        Ok(Box::new(rows))
    }
}

/// `None` for a line of commas only, which spreadsheets leave at the end.
fn csv_row(
    record: Result<csv::StringRecord, csv::Error>,
    names: &[String],
) -> Option<Result<Row, BadRow>> {
    let record = match record {
        Ok(record) => record,
        Err(error) => {
            let line = error.position().map_or(0, csv::Position::line);
            let (zh, en) = (
                format!("这一行读不出来（{error}）。"),
                format!("This line cannot be read ({error})."),
            );
            return Some(Err(BadRow::new(line, "row.unreadable", zh, en)));
        }
    };
    if record.iter().all(str::is_empty) {
        return None;
    }
    let line = record.position().map_or(0, csv::Position::line);
    if record.len() != names.len() {
        let (has, wants) = (record.len(), names.len());
        return Some(Err(BadRow::new(
            line,
            "row.cells",
            format!(
                "这一行有 {has} 格，列名有 {wants} 个。内容里有逗号时，请用英文双引号把这一格括起来。"
            ),
            format!(
                "This line has {has} cells, the header {wants}. Put a cell that contains a comma into double quotes."
            ),
        )));
    }
    let cells = names
        .iter()
        .cloned()
        .zip(record.iter().map(str::to_owned))
        .collect();
    Some(Ok(Row { line, cells }))
}

fn json_row(line: u64, text: &str, columns: Columns) -> Result<Row, BadRow> {
    let raw: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).map_err(|error| {
        BadRow::new(
            line,
            "row.unreadable",
            format!("这一行不是一个完整的 JSON 对象（{error}）。"),
            format!("This line is not one whole JSON object ({error})."),
        )
    })?;
    let mut cells = BTreeMap::new();
    for (name, value) in raw {
        if !columns.knows(&name) {
            let all = columns.all();
            return Err(BadRow::new(
                line,
                "row.columns",
                format!("没有“{name}”这一项。可以有的：{all}"),
                format!("There is no “{name}”. The names are: {all}"),
            ));
        }
        // A number keeps the digits it was written with: no detour through floating point.
        let cell = match value.get() {
            "null" => continue,
            text if text.starts_with('"') => {
                serde_json::from_str::<String>(text).unwrap_or_default()
            }
            text if text.starts_with(['{', '[']) => {
                return Err(BadRow::new(
                    line,
                    "row.columns",
                    format!("“{name}”只能是文字、数字或是否。"),
                    format!("“{name}” must be a text, a number, true or false."),
                ));
            }
            plain => plain.to_owned(),
        };
        cells.insert(name, cell.trim().to_owned());
    }
    Ok(Row { line, cells })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = Columns {
        required: &["kind", "quantity"],
        optional: &["note"],
        prefix: Some("field."),
    };

    fn rows(bytes: &[u8]) -> Vec<Result<Row, BadRow>> {
        Sheet::from_bytes(bytes)
            .unwrap()
            .rows(COLUMNS)
            .unwrap()
            .collect()
    }

    #[test]
    fn the_same_rows_in_every_encoding() {
        let text = "kind,quantity,note\nwaste,7.6,厨余\n";
        let (gb, _, _) = encoding_rs::GB18030.encode(text);
        let plain = rows(text.as_bytes());
        assert_eq!(plain[0].as_ref().unwrap().get("note"), Some("厨余"));
        assert_eq!(rows(format!("\u{feff}{text}").as_bytes()), plain);
        assert_eq!(rows(&gb), plain);
        let json = "{\"kind\":\"waste\",\"quantity\":7.6,\"note\":\"厨余\"}\n";
        assert_eq!(
            rows(json.as_bytes())[0].as_ref().unwrap().cells,
            plain[0].as_ref().unwrap().cells
        );
    }

    #[test]
    fn a_bad_line_keeps_its_number_and_the_rest_goes_on() {
        let found = rows(b"kind,quantity\na,1\nb,2,3\n\n,\nc,4\n");
        assert_eq!(found.len(), 3);
        let bad = found[1].as_ref().unwrap_err();
        assert_eq!((bad.line, bad.code.as_str()), (3, "row.cells"));
        assert_eq!(found[2].as_ref().unwrap().line, 6);
        let found =
            rows(b"{\"kind\":\"a\",\"quantity\":1}\n{\"kind\":\n{\"kind\":\"a\",\"colour\":1}\n");
        assert_eq!(found[1].as_ref().unwrap_err().code, "row.unreadable");
        assert_eq!(
            (
                found[2].as_ref().unwrap_err().line,
                found[2].as_ref().unwrap_err().code.as_str()
            ),
            (3, "row.columns")
        );
    }

    #[test]
    fn json_numbers_keep_their_digits() {
        let found = rows(b"{\"kind\":\"a\",\"quantity\":1e3}");
        assert_eq!(found[0].as_ref().unwrap().get("quantity"), Some("1e3"));
    }

    #[test]
    fn a_wrong_header_is_said_before_any_row() {
        let refused = |text: &str| {
            Sheet::from_bytes(text.as_bytes())
                .unwrap()
                .rows(COLUMNS)
                .err()
                .unwrap()
                .to_string()
        };
        assert!(refused("kind,amount\n").contains("there is no column “amount”"));
        assert!(refused("kind,kind,quantity\n").contains("“kind” stands twice"));
        assert!(refused("kind\n").contains("“quantity” is missing"));
        assert!(refused(" \n").contains("kind,quantity,note,field.NAME"));
        assert!(matches!(
            Sheet::from_bytes(&[0xff, 0xff, 0x80]),
            Err(SheetError::Encoding)
        ));
    }
}
