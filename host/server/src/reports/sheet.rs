//! A report as a file: CSV for everything that reads lines, XLSX for whoever goes on calculating. Numbers are numbers;
//! names are texts and never formulas.

use rongyi_core::rule::Text;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook};

use super::{ReportError, Shown, Table, Title, Unit};
use crate::door::sheet::Csv;
use crate::ledger::explain::Lang;

/// Widths of columns, in characters of the sheet.
const NAME_WIDTH: f64 = 22.0;
const NUMBER_WIDTH: f64 = 14.0;

/// This reader's half of a title.
fn titled(title: Title, lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => title.0,
        Lang::En => title.1,
    }
}

/// This reader's half of a text.
fn said(text: &Text, lang: Lang) -> &str {
    match lang {
        Lang::Zh => &text.zh,
        Lang::En => &text.en,
    }
}

fn heads(table: &Table, lang: Lang) -> Vec<&'static str> {
    let names = table.heads.iter().map(|title| titled(*title, lang));
    let columns = table
        .columns
        .iter()
        .map(|column| titled(column.title, lang));
    names.chain(columns).collect()
}

/// The word before the sums.
fn sum_word(lang: Lang) -> &'static str {
    titled(("合计", "together"), lang)
}

/// A number as a line of text has it: whole, or with a point; hours and percent as their headings say.
fn plain(value: Option<i64>, unit: Unit) -> String {
    let Some(value) = value else {
        return String::new();
    };
    match unit {
        Unit::Points | Unit::Count => value.to_string(),
        Unit::Minutes => decimal(value.saturating_mul(100) / 60, 100),
        Unit::PerMille => format!("{}%", decimal(value, 10)),
        Unit::Fen => decimal(value, 100),
    }
}

fn decimal(value: i64, parts: u64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let value = value.unsigned_abs();
    let digits = if parts == 100 { 2 } else { 1 };
    format!("{sign}{}.{:0digits$}", value / parts, value % parts)
}

/// The report as lines.
pub(crate) fn csv(shown: &Shown, lang: Lang) -> Csv {
    let table = &shown.table;
    let units = || table.columns.iter().map(|column| column.unit);
    let mut csv = Csv::new(heads(table, lang));
    for row in &table.rows {
        let names = row.names.iter().map(|name| said(name, lang).to_owned());
        let values = row.values.iter().zip(units());
        csv.line(names.chain(values.map(|(value, unit)| plain(*value, unit))));
    }
    if let Some(total) = &table.total {
        let mut names = vec![String::new(); table.heads.len()];
        if let Some(first) = names.first_mut() {
            *first = sum_word(lang).to_owned();
        }
        let values = total.iter().zip(units());
        csv.line(
            names
                .into_iter()
                .chain(values.map(|(value, unit)| plain(*value, unit))),
        );
    }
    csv
}

/// A value as a cell has it, and how it is shown.
#[expect(
    clippy::cast_precision_loss,
    reason = "a sheet's numbers are floats; points have at most twelve digits"
)]
fn number(value: i64, unit: Unit) -> (f64, &'static str) {
    match unit {
        Unit::Points | Unit::Count => (value as f64, "#,##0"),
        Unit::Minutes => (value as f64 / 60.0, "#,##0.0"),
        Unit::PerMille => (value as f64 / 1_000.0, "0.0%"),
        Unit::Fen => (value as f64 / 100.0, "#,##0.00"),
    }
}

/// The report as a workbook of one sheet, that prints on A4.
///
/// # Errors
/// [`ReportError::Sheet`].
pub(crate) fn xlsx(
    (code, name): (&str, &Text),
    shown: &Shown,
    lang: Lang,
) -> Result<Vec<u8>, ReportError> {
    let table = &shown.table;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(code)?;
    let (title, head) = (
        Format::new().set_bold().set_font_size(16),
        Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_border_bottom(FormatBorder::Medium),
    );
    sheet.write_string_with_format(0, 0, said(name, lang), &title)?;
    sheet.write_string(1, 0, said(&table.said, lang))?;
    const HEAD: u32 = 3;
    for (place, text) in (0_u16..).zip(heads(table, lang)) {
        sheet.write_string_with_format(HEAD, place, text, &head)?;
        let name = usize::from(place) < table.heads.len();
        sheet.set_column_width(place, if name { NAME_WIDTH } else { NUMBER_WIDTH })?;
    }
    let mut line = HEAD + 1;
    for row in &table.rows {
        for (place, name) in (0_u16..).zip(&row.names) {
            sheet.write_string(line, place, said(name, lang))?;
        }
        write_numbers(sheet, line, (table, &row.values), false)?;
        line += 1;
    }
    if let Some(total) = &table.total {
        let bold = Format::new().set_bold().set_border_top(FormatBorder::Thin);
        sheet.write_string_with_format(line, 0, sum_word(lang), &bold)?;
        write_numbers(sheet, line, (table, total), true)?;
        line += 1;
    }
    line += 1;
    let entry = match lang {
        Lang::Zh => format!("记到账本第 {} 笔", shown.entry),
        Lang::En => format!("up to entry {} of the ledger", shown.entry),
    };
    sheet.write_string(line, 0, entry)?;
    for note in &table.notes {
        line += 1;
        sheet.write_string(line, 0, titled(*note, lang))?;
    }
    sheet.set_freeze_panes(HEAD + 1, 0)?;
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(HEAD, HEAD)?;
    Ok(book.save_to_buffer()?)
}

fn write_numbers(
    sheet: &mut rust_xlsxwriter::Worksheet,
    line: u32,
    (table, values): (&Table, &[Option<i64>]),
    sum: bool,
) -> Result<(), ReportError> {
    let names = u16::try_from(table.heads.len()).unwrap_or(u16::MAX);
    for ((place, column), value) in (names..).zip(&table.columns).zip(values) {
        let Some(value) = value else {
            continue;
        };
        let (value, shape) = number(*value, column.unit);
        let mut format = Format::new().set_num_format(shape);
        if sum {
            format = format.set_bold().set_border_top(FormatBorder::Thin);
        }
        sheet.write_number_with_format(line, place, value, &format)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_their_headings_say() {
        assert_eq!(plain(Some(1_286), Unit::Points), "1286");
        assert_eq!(plain(Some(-90), Unit::Minutes), "-1.50");
        assert_eq!(plain(Some(2_550), Unit::Minutes), "42.50");
        assert_eq!(plain(Some(735), Unit::PerMille), "73.5%");
        assert_eq!(plain(None, Unit::Count), "");
        assert_eq!(number(735, Unit::PerMille), (0.735, "0.0%"));
    }
}
