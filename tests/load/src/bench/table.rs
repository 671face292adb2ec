//! The one table: rows as they come, printed at the end for people or for programs. It computes nothing.

use comfy_table::{Table, presets};
use serde_json::Value;

use rongyi_load::load::Measured;

use super::tell;

/// Names of the columns, and of the fields of a line of JSON.
const COLUMNS: [&str; 5] = ["what", "per second", "p50 ms", "p99 ms", "beside"];

/// Stands where a row has no such figure.
const NOT_MEASURED: &str = "–";

/// A latency in milliseconds; a run that has none, such as an import of one file, shows none.
fn latency(ms: f64) -> String {
    if ms.is_nan() {
        NOT_MEASURED.to_owned()
    } else {
        format!("{ms:.1}")
    }
}

/// The rows so far.
#[derive(Debug, Default)]
pub(crate) struct Rows(Vec<Vec<String>>);

impl Rows {
    /// A row with a rate and two latencies in milliseconds.
    pub(crate) fn row(&mut self, name: &str, rate: f64, p50: f64, p99: f64, note: String) {
        self.push(vec![
            name.to_owned(),
            format!("{rate:.0}"),
            latency(p50),
            latency(p99),
            note,
        ]);
    }

    /// A row of a run whose requests take about a millisecond or less.
    pub(crate) fn fine(&mut self, name: &str, of: &Measured, note: String) {
        self.push(vec![
            name.to_owned(),
            format!("{:.0}", of.rate()),
            format!("{:.3}", of.percentile(0.5)),
            format!("{:.3}", of.percentile(0.99)),
            note,
        ]);
    }

    /// A row of a run.
    pub(crate) fn measured(&mut self, name: &str, of: &Measured, mut note: String) {
        if of.busy > 0 {
            note = format!("asked again after 503: {} times, {note}", of.busy);
        }
        self.row(
            name,
            of.rate(),
            of.percentile(0.5),
            of.percentile(0.99),
            note,
        );
    }

    /// A row of another program, from its line of JSON; `None` when a column is missing.
    pub(crate) fn line(&mut self, line: &Value) -> Option<()> {
        let row: Option<Vec<String>> = COLUMNS
            .iter()
            .map(|name| line[*name].as_str().map(str::to_owned))
            .collect();
        self.push(row?);
        Some(())
    }

    fn push(&mut self, row: Vec<String>) {
        if let [name, rate, p50, p99, note] = row.as_slice() {
            let latencies = match p50.as_str() {
                NOT_MEASURED => String::new(),
                _ => format!(", p50 {p50} ms, p99 {p99} ms"),
            };
            tell(&format!("  {name}: {rate}/s{latencies}  {note}"));
        }
        self.0.push(row);
    }

    /// Prints them: the table, or a line of JSON each.
    #[expect(clippy::print_stdout, reason = "a program for the terminal")]
    pub(crate) fn show(&self, json: bool) {
        if json {
            for row in &self.0 {
                let pairs = COLUMNS
                    .iter()
                    .zip(row)
                    .map(|(name, value)| ((*name).to_owned(), value.clone().into()));
                println!("{}", Value::Object(pairs.collect()));
            }
            return;
        }
        let mut table = Table::new();
        table
            .load_style(presets::ASCII_MARKDOWN)
            .set_header(COLUMNS);
        for row in &self.0 {
            table.add_row(row);
        }
        println!("{table}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_not_a_number_that_people_read() {
        let mut rows = Rows::default();
        rows.row("import", 1000.0, f64::NAN, f64::NAN, String::new());
        rows.row("events", 1000.0, 1.25, 3.0, String::new());
        let cells: Vec<&str> = rows.0.iter().flatten().map(String::as_str).collect();
        assert!(cells.contains(&"–") && cells.contains(&"3.0"), "{cells:?}");
        assert!(!cells.iter().any(|cell| cell.contains("NaN")), "{cells:?}");
    }
}
