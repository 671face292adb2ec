//! Text to lines of cells, strictly: a quote that is opened is closed before the next mark or end of line, or the
//! row is wrong and the next line begins a row of its own. Nothing that one row says can hide another.

use super::{Broken, CELL_CHARS_MAX, Line};

/// A cell of several lines has at most so many: a note with line breaks, not the rest of a file.
const CELL_LINES_MAX: u64 = 20;

/// The rows of a text, in order, with the line each begins on. Blank lines are passed over and counted.
pub(crate) struct Splitter<'t> {
    text: &'t str,
    mark: char,
    /// Byte where the next line begins.
    at: usize,
    /// Its number, from 1.
    number: u64,
    /// Columns of the header, once it is known: tells a swallowed row from the second line of a note.
    columns: usize,
}

/// A row that was read whole: its cells, the byte after it, and how many lines it took.
struct Whole {
    cells: Vec<String>,
    end: usize,
    lines: u64,
}

/// One cell, the byte after it, and how many line breaks it holds.
struct Cell {
    text: String,
    end: usize,
    breaks: u64,
    stray_quote: bool,
}

impl<'t> Splitter<'t> {
    /// From the line that holds byte `start` on, or from the one after it when `start` ends a line.
    pub(crate) fn at(text: &'t str, mark: char, start: usize) -> Splitter<'t> {
        let (at, number) = if start == 0 {
            (0, 1)
        } else {
            (line_end(text, start).1, 2)
        };
        Splitter {
            text,
            mark,
            at,
            number,
            columns: 0,
        }
    }

    /// Says how many cells a row has.
    pub(crate) fn expect(&mut self, columns: usize) {
        self.columns = columns;
    }

    fn rest(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    /// The cells from byte `from` to the end of the row.
    fn row(&self, from: usize) -> Result<Whole, Broken> {
        let (mut cells, mut at, mut lines) = (Vec::new(), from, 1_u64);
        loop {
            let cell = self.cell(at)?;
            lines = lines.saturating_add(cell.breaks);
            at = cell.end;
            cells.push(cell.text);
            match self.rest(at).chars().next() {
                Some(c) if c == self.mark => at = at.saturating_add(c.len_utf8()),
                _ => {
                    let end = line_end(self.text, at).1;
                    return Ok(Whole { cells, end, lines });
                }
            }
        }
    }

    fn cell(&self, from: usize) -> Result<Cell, Broken> {
        let rest = self.rest(from);
        let blank = |c: char| (c == ' ' || c == '\t' || c == '\u{3000}') && c != self.mark;
        let inner = rest.trim_start_matches(blank);
        if let Some(quoted) = inner.strip_prefix('"') {
            let start = self.text.len().saturating_sub(quoted.len());
            return self.quoted(start, blank);
        }
        let ends = |c: char| c == self.mark || c == '\n' || c == '\r';
        let length = rest.find(ends).unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or_default();
        Ok(Cell {
            text: text.to_owned(),
            end: from.saturating_add(length),
            breaks: 0,
            stray_quote: text.contains('"'),
        })
    }

    /// A cell whose opening quote stands before byte `start`.
    fn quoted(&self, start: usize, blank: impl Fn(char) -> bool + Copy) -> Result<Cell, Broken> {
        let rest = self.rest(start);
        let (mut text, mut breaks) = (String::new(), 0_u64);
        let mut chars = rest.char_indices().peekable();
        let mut length = 0_usize;
        while let Some((at, c)) = chars.next() {
            length = length.saturating_add(1);
            if length > CELL_CHARS_MAX.saturating_mul(2) || breaks > CELL_LINES_MAX {
                break;
            }
            match c {
                '"' if chars.peek().is_some_and(|(_, next)| *next == '"') => {
                    chars.next();
                    text.push('"');
                }
                '"' => {
                    let after = rest.get(at.saturating_add(1)..).unwrap_or_default();
                    let inner = after.trim_start_matches(blank);
                    let end = self.text.len().saturating_sub(inner.len());
                    let next = inner.chars().next();
                    if next.is_some_and(|c| c != self.mark && c != '\n' && c != '\r') {
                        return Err(quote());
                    }
                    return Ok(Cell {
                        text,
                        end,
                        breaks,
                        stray_quote: false,
                    });
                }
                '\r' if chars.peek().is_some_and(|(_, next)| *next == '\n') => {}
                '\r' | '\n' => {
                    breaks = breaks.saturating_add(1);
                    text.push('\n');
                }
                other => text.push(other),
            }
        }
        Err(quote())
    }

    /// Whether a line within a row of several lines is a row by itself: then a quote was left open above it.
    fn swallows(&self, whole: &Whole, from: usize) -> bool {
        let mut at = line_end(self.text, from).1;
        for _ in 1..whole.lines {
            let (end, next) = line_end(self.text, at);
            let mut cells = 0_usize;
            let mut place = at;
            let clean = loop {
                match self.cell(place) {
                    Ok(cell) if cell.breaks == 0 && !cell.stray_quote => {
                        cells = cells.saturating_add(1);
                        if cell.end >= end {
                            break true;
                        }
                        place = cell.end.saturating_add(self.mark.len_utf8());
                    }
                    _ => break false,
                }
            };
            if clean && (self.columns < 2 || cells >= self.columns) {
                return true;
            }
            at = next;
        }
        false
    }
}

/// Where the line that holds byte `at` ends, and where the next one begins.
fn line_end(text: &str, at: usize) -> (usize, usize) {
    let rest = text.get(at..).unwrap_or_default();
    match rest.find(['\n', '\r']) {
        None => (text.len(), text.len()),
        Some(length) => {
            let end = at.saturating_add(length);
            let broken = text.get(end..).unwrap_or_default();
            let width = if broken.starts_with("\r\n") { 2 } else { 1 };
            (end, end.saturating_add(width))
        }
    }
}

fn quote() -> Broken {
    Broken::new(
        "row.quote",
        "这一行有一个英文双引号没有成对。请补上另一半，或删掉它；内容里的引号要写成两个（\"\"）。",
        "A double quote in this line has no partner. Close it or delete it; a quote inside a cell is written twice (\"\").",
    )
}

impl Iterator for Splitter<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        loop {
            if self.at >= self.text.len() {
                return None;
            }
            let (end, next) = line_end(self.text, self.at);
            let number = self.number;
            let from = self.at;
            if self
                .text
                .get(from..end)
                .unwrap_or_default()
                .trim()
                .is_empty()
            {
                (self.at, self.number) = (next, number.saturating_add(1));
                continue;
            }
            let whole = self.row(from).and_then(|whole| {
                if whole.lines > 1 && self.columns > 0 && self.swallows(&whole, from) {
                    return Err(quote());
                }
                Ok(whole)
            });
            let cells = match whole {
                Ok(whole) => {
                    self.at = whole.end;
                    self.number = number.saturating_add(whole.lines);
                    Ok(whole.cells)
                }
                Err(broken) => {
                    // The next line begins a row of its own.
                    self.at = next;
                    self.number = number.saturating_add(1);
                    Err(broken)
                }
            };
            return Some(Line { number, cells });
        }
    }
}
