//! What a certificate says, and whether it may say so: texts in bounds and without hidden characters, sums that agree.
//! Whether the hours were served is the ledger's business; where it was read stands in the statement.

use rongyi_core::shown;
use rongyi_core::time::LocalDate;

/// The form of statements that is written now.
pub const FORM: u8 = 1;
/// The longest text of a statement (a name, a title), in characters.
pub const TEXT_MAX: usize = 60;
/// The longest name of a kind, a class of proof or a signer, in characters.
pub const LINE_MAX: usize = 30;
/// The longest number, in characters.
pub const NUMBER_MAX: usize = 40;
/// The most lines by kind; whoever has more kinds puts the smaller ones together.
pub const KINDS_MAX: usize = 10;
/// The most lines by class of proof.
pub const PROOFS_MAX: usize = 6;
/// The most stars.
pub const STARS_MAX: u8 = 5;
/// The most minutes in one line or class, about 1,900 years.
pub const MINUTES_MAX: i64 = 1_000_000_000;

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Which form of statement this is, [`FORM`].
    pub form: u8,
    /// It is of a demonstration: nothing in it is true, and every page says so.
    pub demo: bool,
    /// The community that issues it.
    pub community: Community,
    /// Its number, as `number::Number` writes it.
    pub number: String,
    /// Which issue of this number, from 1; each replaces the one before.
    pub revision: u32,
    /// Whose hours these are.
    pub holder: String,
    /// The team they served in, when it was issued for a team.
    pub team: Option<String>,
    /// The days that were counted.
    pub period: Period,
    /// The minutes in all, by class.
    pub minutes: Minutes,
    /// The same minutes by kind of service.
    pub kinds: Vec<KindLine>,
    /// The same minutes by class of proof; empty where nothing is said about it.
    pub proofs: Vec<ProofLine>,
    /// Stars, up to [`STARS_MAX`], where the community gives them.
    pub stars: Option<u8>,
    /// The day it was issued.
    pub issued: LocalDate,
    /// Who signed.
    pub signer: Signer,
    /// The head of the ledger that it was read at.
    pub ledger: Head,
}

/// A community on a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Community {
    /// Its code, such as `nanmen`.
    pub code: String,
    /// Its name as people know it.
    pub title: String,
}

/// The days that were counted, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub from: LocalDate,
    /// The last.
    pub to: LocalDate,
}

/// Minutes in all, by class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minutes {
    /// Credit hours.
    pub credit: i64,
    /// Honour hours.
    pub honour: i64,
}

impl Minutes {
    /// Both classes together.
    pub fn total(self) -> i64 {
        self.credit.saturating_add(self.honour)
    }
}

/// What was served in one kind of service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindLine {
    /// The kind's name.
    pub title: String,
    /// Minutes.
    pub minutes: i64,
    /// How many times.
    pub times: u32,
}

/// What was proved in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofLine {
    /// The way, in a word or two.
    pub word: String,
    /// Minutes.
    pub minutes: i64,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// As what.
    pub title: String,
    /// Who.
    pub name: String,
}

/// A head of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Blocks.
    pub height: u64,
    /// Its history root, 64 hexadecimal digits.
    pub hash: String,
}

/// Why something is no statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadStatement {
    /// Not the text form of a statement.
    #[error("it is not written as a statement: {0}")]
    Unreadable(&'static str),
    /// Another form than this program knows.
    #[error("form {0} of certificates is not known here, only form {FORM}")]
    Form(u64),
    /// A text that is empty, too long, or has characters that cannot be seen.
    #[error("“{field}” must have 1 to {max} visible characters and no space at its ends: “{}”", shown::short(.text, *.max))]
    Text {
        /// Which part of the statement.
        field: &'static str,
        /// The most characters it may have.
        max: usize,
        /// What it says.
        text: String,
    },
    /// A count out of its range.
    #[error("“{field}” is {value}, and it must be from {least} to {most}")]
    Count {
        /// Which part of the statement.
        field: &'static str,
        /// What it says.
        value: i64,
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// It ends before it begins, or was issued before it began.
    #[error("the period from {from} to {to}, issued {issued}, does not run forward")]
    Period {
        /// Its first day.
        from: LocalDate,
        /// Its last day.
        to: LocalDate,
        /// The day of issue.
        issued: LocalDate,
    },
    /// Lines that do not add up to the total.
    #[error("the lines of “{field}” add up to {sum} minutes, the total is {total}")]
    Sum {
        /// Which lines.
        field: &'static str,
        /// What they add up to.
        sum: i64,
        /// What the total says.
        total: i64,
    },
}

impl Statement {
    /// Whether it may be signed.
    ///
    /// # Errors
    /// [`BadStatement`], for the first thing that is wrong.
    pub fn check(&self) -> Result<(), BadStatement> {
        if self.form != FORM {
            return Err(BadStatement::Form(u64::from(self.form)));
        }
        text("community.code", &self.community.code, TEXT_MAX)?;
        text("community.title", &self.community.title, TEXT_MAX)?;
        text("number", &self.number, NUMBER_MAX)?;
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        if !self.number.chars().all(plain) {
            return Err(bad("number", NUMBER_MAX, &self.number));
        }
        count("revision", i64::from(self.revision), 1, i64::from(u32::MAX))?;
        text("holder", &self.holder, TEXT_MAX)?;
        if let Some(team) = &self.team {
            text("team", team, TEXT_MAX)?;
        }
        let Period { from, to } = self.period;
        if from > to || self.issued < from {
            let issued = self.issued;
            return Err(BadStatement::Period { from, to, issued });
        }
        count("minutes.credit", self.minutes.credit, 0, MINUTES_MAX)?;
        count("minutes.honour", self.minutes.honour, 0, MINUTES_MAX)?;
        self.check_lines()?;
        if let Some(stars) = self.stars {
            count("stars", i64::from(stars), 0, i64::from(STARS_MAX))?;
        }
        text("signer.title", &self.signer.title, LINE_MAX)?;
        text("signer.name", &self.signer.name, LINE_MAX)?;
        let height = i64::try_from(self.ledger.height).unwrap_or(i64::MAX);
        count("ledger.height", height, 0, i64::MAX - 1)?;
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if self.ledger.hash.len() != 64 || !self.ledger.hash.bytes().all(digit) {
            return Err(bad("ledger.hash", 64, &self.ledger.hash));
        }
        Ok(())
    }

    fn check_lines(&self) -> Result<(), BadStatement> {
        let lines = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        let most = |max: usize| i64::try_from(max).unwrap_or(i64::MAX);
        count("kinds", lines(self.kinds.len()), 0, most(KINDS_MAX))?;
        count("proofs", lines(self.proofs.len()), 0, most(PROOFS_MAX))?;
        for line in &self.kinds {
            text("kinds.title", &line.title, LINE_MAX)?;
            count("kinds.minutes", line.minutes, 0, MINUTES_MAX)?;
        }
        for line in &self.proofs {
            text("proofs.word", &line.word, LINE_MAX)?;
            count("proofs.minutes", line.minutes, 0, MINUTES_MAX)?;
        }
        let total = self.minutes.total();
        let add = |sum: i64, minutes: i64| sum.saturating_add(minutes);
        let by_kind = self.kinds.iter().map(|line| line.minutes).fold(0, add);
        let by_proof = self.proofs.iter().map(|line| line.minutes).fold(0, add);
        for (field, sum, needed) in [
            ("kinds", by_kind, true),
            ("proofs", by_proof, !self.proofs.is_empty()),
        ] {
            if needed && sum != total {
                return Err(BadStatement::Sum { field, sum, total });
            }
        }
        Ok(())
    }
}

fn bad(field: &'static str, max: usize, text: &str) -> BadStatement {
    BadStatement::Text {
        field,
        max,
        text: text.to_owned(),
    }
}

/// Whether a text is seen as it is written.
fn text(field: &'static str, text: &str, max: usize) -> Result<(), BadStatement> {
    let length = text.chars().count();
    if length == 0 || length > max || text.trim() != text || shown::line(text) != text {
        return Err(bad(field, max, text));
    }
    Ok(())
}

fn count(field: &'static str, value: i64, least: i64, most: i64) -> Result<(), BadStatement> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(BadStatement::Count {
        field,
        value,
        least,
        most,
    })
}
