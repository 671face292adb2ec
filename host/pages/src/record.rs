//! Booking what somebody did: which kind, its form, and what became of it. Knows the forms that rules declare and not
//! what an event is worth.

use askama::Template;

use crate::account::FieldError;
use crate::format::Day;
use crate::shell::Shell;
use crate::why::ReasonRow;

/// A kind of event that can be booked today.
#[derive(Debug, Clone)]
pub struct RecordKind {
    /// Its code.
    pub code: String,
    /// Its name, in the reader's language.
    pub title: String,
    /// What its quantity counts.
    pub unit: String,
}

/// `GET /{community}/record`: which kind?
#[derive(Debug, Clone, Template)]
#[template(path = "record.html")]
pub struct RecordView {
    /// Around the page.
    pub shell: Shell,
    /// For whom, where that is known already: number and who it is.
    pub whom: Option<(String, String)>,
    /// The kinds, in the order of the rules.
    pub kinds: Vec<RecordKind>,
}

/// What can be written in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordInput {
    /// A whole number from, to.
    Integer(i32, i32),
    /// A number with so many decimal places.
    Decimal(u8),
    /// One of these: code and name.
    Choice(Vec<(String, String)>),
    /// A date.
    Day,
}

/// A field that the rule declares. Posted as `field.{name}`.
#[derive(Debug, Clone)]
pub struct RecordField {
    /// Its name in files and the API.
    pub name: String,
    /// Its name, in the reader's language.
    pub title: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// What can be written.
    pub input: RecordInput,
    /// What was written before.
    pub value: String,
}

impl RecordField {
    fn choices(&self) -> Option<&[(String, String)]> {
        match &self.input {
            RecordInput::Choice(all) => Some(all),
            RecordInput::Integer(..) | RecordInput::Decimal(_) | RecordInput::Day => None,
        }
    }

    /// The attributes of its input; what is written is checked by the host in any case.
    fn type_of(&self) -> &'static str {
        match &self.input {
            RecordInput::Day => "date",
            RecordInput::Integer(..) | RecordInput::Decimal(_) | RecordInput::Choice(_) => "text",
        }
    }

    fn hint(&self, shell: &Shell) -> String {
        match &self.input {
            RecordInput::Integer(min, max) => shell.t2("record-integer", "min", min, "max", max),
            RecordInput::Decimal(scale) => shell.tn("record-decimal", i64::from(*scale)),
            RecordInput::Choice(_) | RecordInput::Day => String::new(),
        }
    }
}

/// What was written in the fields that every kind has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordTyped {
    /// The resident's number.
    pub resident: String,
    /// The number of who brought them; may be empty.
    pub referrer: String,
    /// Who else took part: the role as the rule calls it, and the resident's number. Three rows, filled or not.
    pub roles: [(String, String); 3],
    /// How much.
    pub quantity: String,
    /// The day, `2026-11-23`.
    pub on: String,
    /// The time, `09:20`; may be empty.
    pub time: String,
    /// A note; may be empty.
    pub note: String,
    /// The reversed entry in whose place it comes; may be empty.
    pub replaces: String,
}

/// `GET /{community}/record?kind=…` and a `POST` that was wrong. Posts `kind`, `key`, the fields of [`RecordTyped`] by
/// their names, and `field.{name}` to `/{community}/record`.
#[derive(Debug, Clone, Template)]
#[template(path = "record_form.html")]
pub struct RecordFormView {
    /// Around the page.
    pub shell: Shell,
    /// The kind.
    pub kind: RecordKind,
    /// The smallest and the largest quantity, as people write them.
    pub range: (String, String),
    /// What was written.
    pub typed: RecordTyped,
    /// The kind's own fields.
    pub fields: Vec<RecordField>,
    /// Whose number is written: the number, and who it is. It is posted as `shown`: with another number the page comes
    /// once more, with the other name.
    pub whom: Option<(String, String)>,
    /// Whether the form was sent before the name was shown, and booked nothing.
    pub check: bool,
    /// The idempotency key.
    pub key: String,
    /// What was wrong (fields `resident`, `quantity`, `on`, `replaces`, `form`).
    pub errors: Vec<FieldError>,
}

impl RecordFormView {
    fn some_more(&self) -> bool {
        let typed = &self.typed;
        let each = [&typed.time, &typed.referrer, &typed.note, &typed.replaces];
        let empty = each.iter().all(|text| text.is_empty());
        !empty || typed.roles.iter().any(|(_, who)| !who.is_empty())
    }

    fn error(&self, field: &str) -> Option<&str> {
        let found = self.errors.iter().find(|error| error.field == field);
        found.map(|error| error.message.as_str())
    }
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordOutcome {
    /// It is booked.
    Booked,
    /// It is under notice.
    Notice {
        /// The last day of the notice.
        until: Day,
        /// The day it is booked unless somebody objects.
        booked: Day,
    },
    /// The rule said no; that is kept too.
    Refused {
        /// Why.
        sentence: String,
        /// From when it may be otherwise.
        opens: Option<Day>,
    },
    /// Something was to be taken and there was too little: what was asked, what was taken, what is left.
    Short {
        /// The three numbers, a sentence for each account.
        told: Vec<String>,
    },
    /// The rule gave no answer yet; the event is kept.
    Waiting,
}

/// What one account got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordGain {
    /// Whose, in the reader's language.
    pub who: String,
    /// How much, with its sign and unit.
    pub change: String,
}

/// The answer to a `POST` of `/{community}/record`, told at once.
#[derive(Debug, Clone, Template)]
#[template(path = "record_done.html")]
pub struct RecordDoneView {
    /// Around the page.
    pub shell: Shell,
    /// The kind's code, to book another one.
    pub kind: String,
    /// What was booked, with its quantity.
    pub title: String,
    /// Whose, masked.
    pub masked_name: String,
    /// Its number in the book.
    pub entry: u64,
    /// What became of it.
    pub outcome: RecordOutcome,
    /// Who got what.
    pub gains: Vec<RecordGain>,
    /// The rule's sentences.
    pub rows: Vec<ReasonRow>,
    /// Whether the reader may take it back.
    pub may_reverse: bool,
}

impl RecordDoneView {
    fn class(&self) -> &'static str {
        match self.outcome {
            RecordOutcome::Booked | RecordOutcome::Notice { .. } => "result result-good",
            RecordOutcome::Refused { .. }
            | RecordOutcome::Short { .. }
            | RecordOutcome::Waiting => "result result-plain",
        }
    }

    fn icon(&self) -> &'static str {
        match self.outcome {
            RecordOutcome::Booked => "check",
            RecordOutcome::Notice { .. } | RecordOutcome::Waiting => "clock",
            RecordOutcome::Refused { .. } | RecordOutcome::Short { .. } => "alert",
        }
    }

    fn word(&self) -> String {
        self.shell.t(match self.outcome {
            RecordOutcome::Booked => "record-booked",
            RecordOutcome::Notice { .. } => "record-notice",
            RecordOutcome::Refused { .. } => "record-refused",
            RecordOutcome::Short { .. } => "record-short",
            RecordOutcome::Waiting => "record-waiting",
        })
    }

    fn sentence(&self) -> String {
        let s = &self.shell;
        match &self.outcome {
            RecordOutcome::Booked => s.t1("record-number", "entry", self.entry),
            RecordOutcome::Notice { until, booked } => s.t2(
                "pending-notice",
                "until",
                s.day(*until),
                "booked",
                s.day(*booked),
            ),
            RecordOutcome::Refused { sentence, .. } => sentence.clone(),
            RecordOutcome::Short { told } => told.join(" "),
            RecordOutcome::Waiting => s.t("record-waiting-text"),
        }
    }

    /// The number stands below what says more than that it is booked.
    fn number(&self) -> Option<String> {
        let said = matches!(self.outcome, RecordOutcome::Booked);
        (!said).then(|| self.shell.t1("record-number", "entry", self.entry))
    }

    fn opens(&self) -> Option<String> {
        match &self.outcome {
            RecordOutcome::Refused { opens, .. } => {
                opens.map(|day| self.shell.t1("why-opens", "day", self.shell.day(day)))
            }
            RecordOutcome::Booked
            | RecordOutcome::Notice { .. }
            | RecordOutcome::Short { .. }
            | RecordOutcome::Waiting => None,
        }
    }
}
