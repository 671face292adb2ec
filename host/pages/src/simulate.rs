//! Trying a rule book on what happened: the form, and what would have come of it. Every number stands twice, as the ledger has
//! it and as it would be; how it is written is decided here.

use askama::Template;

use crate::format;
use crate::operator::ConfigFault;
use crate::report::ReportChart;
use crate::shell::Shell;

/// A row of numbers that stand twice.
#[derive(Debug, Clone)]
pub struct SimulatedRow {
    /// What it is about.
    pub name: String,
    /// Whole numbers that stand once.
    pub counts: Vec<i64>,
    /// As the ledger has it, and as it would be.
    pub both: Option<(i64, i64)>,
    /// A sentence at its end; may be empty.
    pub said: String,
}

impl SimulatedRow {
    fn cells(&self) -> Vec<String> {
        let counts = self.counts.iter().map(|count| format::number(*count));
        let both = self.both.map(|(ledger, candidate)| {
            let more = candidate.saturating_sub(ledger);
            [
                format::number(ledger),
                format::number(candidate),
                signed(more),
            ]
        });
        counts.chain(both.into_iter().flatten()).collect()
    }
}

/// A table of such rows.
#[derive(Debug, Clone)]
pub struct SimulatedTable {
    /// The end of its heading's name in the page.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// What the names of its rows are.
    pub head: String,
    /// The columns of what stands once.
    pub counts: Vec<String>,
    /// Whether its numbers stand twice.
    pub twice: bool,
    /// The heading of the sentences; empty without any.
    pub said: String,
    /// Its rows.
    pub rows: Vec<SimulatedRow>,
}

/// An entry that would have come out otherwise, with both whys.
#[derive(Debug, Clone)]
pub struct SimulatedEntry {
    /// What happened.
    pub title: String,
    /// Its place in the ledger, its day, and whose points it changes.
    pub about: String,
    /// Points as the ledger has them, and as they would be.
    pub points: (i64, i64),
    /// Why it is so in the ledger.
    pub ledger: Vec<String>,
    /// Why it would be so.
    pub candidate: Vec<String>,
}

impl SimulatedEntry {
    fn was(&self) -> String {
        signed(self.points.0)
    }

    fn would_be(&self) -> String {
        signed(self.points.1)
    }
}

fn signed(amount: i64) -> String {
    let plus = if amount > 0 { "+" } else { "" };
    format!("{plus}{}", format::number(amount))
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// Which days, and how many entries.
    pub span: String,
    /// Whether it is exactly the ledger.
    pub same: bool,
    /// What it comes to; the first sentence stands alone.
    pub said: Vec<String>,
    /// How many holders change by how much.
    pub chart: ReportChart,
    /// Sums, months, kinds and so on.
    pub tables: Vec<SimulatedTable>,
    /// The entries that change most.
    pub changed: Vec<SimulatedEntry>,
}

/// `/{community}/operator/simulate`.
#[derive(Debug, Clone, Template)]
#[template(path = "simulate.html")]
pub struct SimulateView {
    /// Around the page.
    pub shell: Shell,
    /// Whether a text is tried, and not the file as it lies on the disk.
    pub typed: bool,
    /// The text.
    pub text: String,
    /// The first day, as the form has it.
    pub from: String,
    /// The last day.
    pub to: String,
    /// Why nothing can be said.
    pub wrong: Option<String>,
    /// What is wrong with the rule book.
    pub faults: Vec<ConfigFault>,
    /// What came of it.
    pub found: Option<Simulated>,
}
