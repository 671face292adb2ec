//! Rows, their columns, and what is wrong with them.

use std::collections::BTreeMap;

use rongyi_core::rule::Text;
use rongyi_core::typed;

use super::{CELL_CHARS_MAX, Titles};

/// The columns a file may have.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// Must be there.
    pub required: &'static [&'static str],
    /// May be there.
    pub optional: &'static [&'static str],
    /// Any further column that begins with one of these, such as `field.`.
    pub prefixes: &'static [&'static str],
}

impl Columns {
    pub(crate) fn knows(&self, name: &str) -> bool {
        let prefixed = |prefix: &&str| {
            name.strip_prefix(*prefix)
                .is_some_and(|rest| !rest.is_empty())
        };
        self.required.contains(&name)
            || self.optional.contains(&name)
            || self.prefixes.iter().any(prefixed)
    }

    pub(crate) fn all(&self) -> String {
        let fixed = self.required.iter().chain(self.optional);
        let mut names: Vec<String> = fixed.map(|name| (*name).to_owned()).collect();
        names.extend(self.prefixes.iter().map(|prefix| format!("{prefix}NAME")));
        names.join(",")
    }
}

/// The name of a column as a person wrote it: full-width or capital letters are no other name, and a title stands for
/// its column.
pub(crate) fn column_name(cell: &str, titles: Titles) -> String {
    let name = typed::canonical(cell).to_lowercase();
    let plain = name.split(['(', '（']).next().unwrap_or_default();
    let plain = plain.replace(' ', "");
    let known = titles.iter().find(|(title, _)| *title == plain);
    known.map_or(name, |(_, column)| (*column).to_owned())
}

/// One row; each cell in the form of [`typed::name`], without what can't be seen and without blanks around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u64,
    cells: BTreeMap<String, String>,
}

impl Row {
    pub(crate) fn empty(line: u64) -> Row {
        Row {
            line,
            cells: BTreeMap::new(),
        }
    }

    /// Fills a cell in.
    ///
    /// # Errors
    /// `cell.long`, `cell.damaged`, both with what to do.
    pub(crate) fn put(&mut self, name: &str, cell: &str) -> Result<(), BadRow> {
        if cell.chars().nth(CELL_CHARS_MAX).is_some() {
            return Err(BadRow::new(
                self.line,
                "cell.long",
                format!("“{name}”这一格太长，最多 {CELL_CHARS_MAX} 个字。请缩短。"),
                format!(
                    "The cell “{name}” is too long, at most {CELL_CHARS_MAX} characters are kept. Shorten it."
                ),
            ));
        }
        if cell.contains('\u{fffd}') {
            return Err(BadRow::new(
                self.line,
                "cell.damaged",
                format!("“{name}”这一格里有已经丢失的字（�）。请照原件重新输入。"),
                format!(
                    "The cell “{name}” holds characters that were lost before (�). Type it again from the original."
                ),
            ));
        }
        self.cells.insert(name.to_owned(), typed::name(cell));
        Ok(())
    }

    /// A row that a person typed as options of a command; it stands at line 0.
    pub fn typed(cells: &[(&str, Option<&str>)]) -> Row {
        let filled = cells
            .iter()
            .filter_map(|(name, cell)| Some(((*name).to_owned(), typed::name((*cell)?))));
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

/// The rows of a sheet, each with its line or with what is wrong with it.
pub type Rows<'s> = Box<dyn Iterator<Item = Result<Row, BadRow>> + Send + 's>;

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
    /// A folder, a device or a pipe.
    #[error(
        "这不是一个普通文件。请写表格文件的路径。 This is no regular file; name the file of rows."
    )]
    NoFile,
    /// More than [`super::FILE_BYTES_MAX`], or a spreadsheet that unpacks to too much.
    #[error(
        "文件太大：文本最多 512 MiB，电子表格展开后最多 256 MiB。请分成几份。 The file is too large: text has at most 512 MiB, a spreadsheet 256 MiB unpacked; split it."
    )]
    TooLarge,
    /// Neither UTF-8 nor UTF-16 nor GB18030.
    #[error(
        "看不懂文件的编码。请在表格软件里另存为“CSV UTF-8”或 XLSX。 The encoding is neither UTF-8 nor GB18030; save it as “CSV UTF-8” or XLSX."
    )]
    Encoding,
    /// A spreadsheet that can't be opened.
    #[error(
        "打不开这个电子表格（{0}）。请在表格软件里打开后另存为 XLSX 或“CSV UTF-8”。 The spreadsheet cannot be opened ({0}); open it and save it as XLSX or “CSV UTF-8”."
    )]
    Spreadsheet(String),
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
