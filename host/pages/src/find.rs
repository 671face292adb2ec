//! One field that finds anybody, and who was found. It looks nobody up.

use askama::Template;

use crate::shell::Shell;

/// What a tap on somebody does, by what the reader may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundDoes {
    /// Opens their page.
    Open,
    /// Orders for them.
    Order,
    /// Records what they did.
    Record,
}

/// Somebody who was found.
#[derive(Debug, Clone)]
pub struct FoundRow {
    /// The number in addresses.
    pub no: u32,
    /// The number on the card, as printed.
    pub number: String,
    /// The whole name.
    pub name: String,
    /// `陈阿婆家 · 第 3 户`.
    pub household: String,
    /// Where the household lives; may be empty.
    pub address: String,
    /// The end of the telephone number; empty where there is none, or where the reader has no need of it.
    pub phone_tail: String,
    /// That they left, and how: `已迁出`; empty for everybody else.
    pub left: String,
}

/// `/{community}/residents?q=`. The script asks for the same page while somebody types, and takes `found` and `hits` out
/// of it.
#[derive(Debug, Clone, Template)]
#[template(path = "find.html")]
pub struct FindView {
    /// Around the page.
    pub shell: Shell,
    /// What was typed.
    pub typed: String,
    /// Whether anything was asked.
    pub asked: bool,
    /// Who was found, the nearest first.
    pub rows: Vec<FoundRow>,
    /// Whether there are more than these.
    pub more: bool,
    /// What a tap does.
    pub does: FoundDoes,
}

impl FindView {
    fn path(&self, row: &FoundRow) -> String {
        let (base, no) = (&self.shell.community_path, row.no);
        match self.does {
            FoundDoes::Open => format!("{base}/residents/{no}"),
            FoundDoes::Order => format!("{base}/residents/{no}/order"),
            FoundDoes::Record => format!("{base}/record?resident={no}"),
        }
    }

    fn does_key(&self) -> &'static str {
        match self.does {
            FoundDoes::Open => "find-open",
            FoundDoes::Order => "find-order",
            FoundDoes::Record => "find-record",
        }
    }

    /// What came of it, in a sentence that is read out when it changes.
    fn told(&self) -> String {
        if !self.asked {
            return String::new();
        }
        if self.rows.is_empty() {
            return self.shell.t("find-none");
        }
        let count = i64::try_from(self.rows.len()).unwrap_or(i64::MAX);
        let key = if self.more { "find-more" } else { "find-count" };
        self.shell.tn(key, count)
    }
}
