//! Lists that people open with a spreadsheet program: a cell is never a formula, and the file says how it is written.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rongyi_core::shown;

/// Between what is read by a spreadsheet program and what stands there: it says that the file is UTF-8.
const MARK: &str = "\u{feff}";

/// Lines of cells.
#[derive(Debug, Clone)]
pub(crate) struct Csv(String);

impl Csv {
    /// A file that begins with this line.
    pub(crate) fn new<T: AsRef<str>>(head: impl IntoIterator<Item = T>) -> Csv {
        let mut csv = Csv(MARK.to_owned());
        csv.line(head);
        csv
    }

    /// Adds a line.
    pub(crate) fn line<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cells: Vec<String> = cells.into_iter().map(|text| cell(text.as_ref())).collect();
        self.0.push_str(&cells.join(","));
        self.0.push_str("\r\n");
    }

    /// The file.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The file as an answer, to be saved under this name.
    pub(crate) fn answer(self, name: &str) -> Response {
        saved("text/csv; charset=utf-8", name, self.0.into_bytes())
    }
}

/// A file as an answer, to be saved under this name, which is ours: letters, digits, dots and hyphens.
pub(crate) fn saved(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"{name}\"");
    let head = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    (head, bytes).into_response()
}

/// A cell as a sheet has it: never a formula, in quotes where it needs them.
fn cell(text: &str) -> String {
    let safe = shown::cell(text);
    if safe.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let mut csv = Csv::new(["a", "b"]);
        csv.line(["=1+1", "@SUM(A1)"]);
        csv.line(["x,\"y\"", "-5"]);
        let text = csv.text().trim_start_matches(MARK);
        for cell in text
            .split(['\r', '\n', ','])
            .filter(|cell| !cell.is_empty())
        {
            assert!(!cell.starts_with(['=', '@', '+']), "{text}");
        }
        assert!(text.contains("\"x,\"\"y\"\"\",-5\r\n"), "{text}");
    }
}
