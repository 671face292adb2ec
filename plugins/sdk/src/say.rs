//! Breakdown lines, refusals and phrases without ceremony. Nothing here decides anything.

use crate::params::clamp;
use crate::text;
use crate::types::{Arg, Award, Date, Decimal, Decision, Line, Phrase, Refusal, Short};

/// A whole number as an argument; saturates.
pub fn number(value: i64) -> Arg {
    Arg::Integer(clamp(value))
}

/// A number with decimal places as an argument.
pub fn decimal(units: i64, scale: u8) -> Arg {
    Arg::Decimal(Decimal {
        units: clamp(units),
        scale,
    })
}

/// A phrase in both languages.
pub fn phrase(code: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Phrase {
    Phrase {
        code: code.into(),
        text: text(zh, en),
    }
}

/// A refusal.
pub fn refuse(code: impl Into<String>, args: Vec<Arg>, opens: Option<Date>) -> Refusal {
    Refusal {
        code: code.into(),
        args,
        opens,
    }
}

/// Collects the lines of one asset and keeps their sum, so that award and breakdown can't disagree.
#[derive(Debug)]
pub struct Sum {
    asset: String,
    lines: Vec<Line>,
    total: i64,
}

impl Sum {
    /// An empty sum of an asset.
    pub fn of(asset: impl Into<String>) -> Self {
        Sum {
            asset: asset.into(),
            lines: Vec::new(),
            total: 0,
        }
    }

    /// A line that adds or takes away.
    pub fn add(&mut self, code: impl Into<String>, args: Vec<Arg>, amount: i64) {
        let amount = clamp(amount);
        self.total = self.total.saturating_add(i64::from(amount));
        self.lines.push(Line {
            code: code.into(),
            args,
            asset: self.asset.clone(),
            amount: Some(amount),
        });
    }

    /// A line that only explains.
    pub fn note(&mut self, code: impl Into<String>, args: Vec<Arg>) {
        self.lines.push(Line {
            code: code.into(),
            args,
            asset: self.asset.clone(),
            amount: None,
        });
    }

    /// The asset.
    pub fn asset(&self) -> &str {
        &self.asset
    }

    /// What the lines add up to.
    pub fn total(&self) -> i64 {
        self.total
    }

    /// Puts the lines, and the award unless it is nothing, into a decision.
    pub fn give(self, decision: &mut Decision, role: &str, short: Short) {
        if self.total != 0 {
            let (role, asset) = (role.to_owned(), self.asset);
            decision.awards.push(Award {
                role,
                asset,
                amount: clamp(self.total),
                short,
                expires: None,
            });
        }
        decision.lines.extend(self.lines);
    }
}
