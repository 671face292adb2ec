//! Many people from a sheet: where it is pasted or chosen, what every row comes to, and the slips afterwards. Reads no
//! sheet and decides nothing about a row.

use askama::Template;

use crate::account::{FieldError, error_of};
use crate::format::Moment;
use crate::people::PersonRow;
use crate::shell::Shell;
use crate::text::Lang;

/// `GET /{community}/people/sheet` and a `POST` that could not be read. Posts `text` and `file` (a form of parts) to
/// `/{community}/people/sheet`.
#[derive(Debug, Clone, Template)]
#[template(path = "sheet.html")]
pub struct SheetView {
    /// Around the page.
    pub shell: Shell,
    /// What was pasted.
    pub text: String,
    /// What was wrong.
    pub errors: Vec<FieldError>,
    /// The most rows.
    pub rows_max: i64,
}

impl SheetView {
    fn sample_head(&self) -> [&'static str; 4] {
        match self.shell.lang {
            Lang::Zh => ["姓名", "电话", "户名", "地址"],
            Lang::En => ["name", "phone", "household_name", "address"],
        }
    }

    fn sample(&self) -> [[&'static str; 4]; 2] {
        match self.shell.lang {
            Lang::Zh => [
                ["何大伯", "13900000021", "何大伯", "榕树巷 21 号"],
                ["何小妹", "", "何大伯", "榕树巷 21 号"],
            ],
            Lang::En => [
                ["He Dabo", "13900000021", "He", "21 Banyan Lane"],
                ["He Xiaomei", "", "He", "21 Banyan Lane"],
            ],
        }
    }

    fn error(&self) -> Option<&str> {
        error_of(&self.errors, "text")
    }
}

/// What a row comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOutcome {
    /// Somebody new.
    New,
    /// Somebody who is there, with the same content.
    Known,
    /// It contradicts what is known.
    Conflict,
    /// It can't be used.
    Bad,
}

/// A row and what it comes to.
#[derive(Debug, Clone)]
pub struct SheetRow {
    /// Its line in the sheet.
    pub line: u64,
    /// What it comes to.
    pub outcome: RowOutcome,
    /// Name and telephone.
    pub who: String,
    /// The number, as printed.
    pub number: String,
    /// Whether that is a proposal.
    pub proposed: bool,
    /// Household with name and address, as the row has it.
    pub household: String,
    /// Whether the household is new.
    pub new_household: bool,
    /// Whether it is a child.
    pub child: bool,
    /// Why it can't be taken.
    pub why: String,
    /// Who it may be.
    pub alike: Vec<PersonRow>,
}

impl SheetRow {
    fn seal(&self) -> (&'static str, &'static str) {
        match self.outcome {
            RowOutcome::New if self.alike.is_empty() => ("seal seal-good", "sheet-new"),
            RowOutcome::New => ("seal seal-gold", "sheet-alike"),
            RowOutcome::Known => ("seal seal-quiet", "sheet-known"),
            RowOutcome::Conflict => ("seal", "sheet-conflict"),
            RowOutcome::Bad => ("seal", "sheet-bad"),
        }
    }
}

/// The answer to a `POST` of `/{community}/people/sheet`: what every row comes to. Posts `sheet`, `digest`, `text` and, for
/// each line whose person is another one, `other` to `/{community}/people/sheet/book`.
#[derive(Debug, Clone, Template)]
#[template(path = "sheet_plan.html")]
pub struct SheetPlanView {
    /// Around the page.
    pub shell: Shell,
    /// How the sheet was read: `读作 UTF-8，制表符分隔，50 行`.
    pub understood: String,
    /// The rows.
    pub rows: Vec<SheetRow>,
    /// What is booked, with all numbers.
    pub sheet: String,
    /// What the plan is.
    pub digest: String,
    /// What was sent, to be corrected.
    pub text: String,
    /// Whether something changed since an earlier preview.
    pub changed: bool,
}

impl SheetPlanView {
    fn count(&self, outcome: RowOutcome) -> i64 {
        let rows = self.rows.iter().filter(|row| row.outcome == outcome);
        i64::try_from(rows.count()).unwrap_or(i64::MAX)
    }

    fn alike(&self) -> i64 {
        let rows = self.rows.iter().filter(|row| !row.alike.is_empty());
        i64::try_from(rows.count()).unwrap_or(i64::MAX)
    }

    fn newcomers(&self) -> i64 {
        self.count(RowOutcome::New)
    }

    fn known(&self) -> i64 {
        self.count(RowOutcome::Known)
    }

    fn not_taken(&self) -> i64 {
        self.count(RowOutcome::Conflict) + self.count(RowOutcome::Bad)
    }

    /// What needs a look stands first; within that, the order of the sheet.
    fn in_order(&self) -> Vec<&SheetRow> {
        let mut all: Vec<&SheetRow> = self.rows.iter().collect();
        all.sort_by_key(|row| match row.outcome {
            RowOutcome::Bad | RowOutcome::Conflict => 0,
            RowOutcome::New if !row.alike.is_empty() => 1,
            RowOutcome::New => 2,
            RowOutcome::Known => 3,
        });
        all
    }
}

/// A slip with a first PIN.
#[derive(Debug, Clone)]
pub struct SheetSlip {
    /// The name.
    pub name: String,
    /// The number, as printed.
    pub number: String,
    /// The PIN.
    pub secret: String,
}

impl SheetSlip {
    /// Six digits as two groups: read, said and typed like that.
    fn spaced(&self) -> String {
        match self.secret.split_at_checked(3) {
            Some((first, last)) => format!("{first} {last}"),
            None => self.secret.clone(),
        }
    }
}

/// The answer to a `POST` of `/{community}/people/sheet/book`.
#[derive(Debug, Clone, Template)]
#[template(path = "sheet_done.html")]
pub struct SheetDoneView {
    /// Around the page.
    pub shell: Shell,
    /// The slips of those who are new, shown this once.
    pub slips: Vec<SheetSlip>,
    /// How many were there already.
    pub known: i64,
    /// Rows that were not taken after all: line and why.
    pub bad: Vec<(u64, String)>,
    /// Lines that were left out because the person seems to be there.
    pub left_out: Vec<u64>,
    /// Why it was not finished; empty when it was.
    pub stopped: String,
    /// What was sent at first, where some of it is not booked.
    pub text: String,
    /// The address that is typed into a browser.
    pub site: String,
    /// When.
    pub at: Moment,
}

impl SheetDoneView {
    fn newcomers(&self) -> i64 {
        i64::try_from(self.slips.len()).unwrap_or(i64::MAX)
    }

    fn lines_left_out(&self) -> String {
        let lines: Vec<String> = self.left_out.iter().map(u64::to_string).collect();
        lines.join(", ")
    }
}
