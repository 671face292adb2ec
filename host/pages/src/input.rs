//! The fields of forms about cases and other things: what is asked, and what can be written. Knows nothing of what they mean.

/// What can be written in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseInput {
    /// Many words, at most so many letters.
    Long(u16),
    /// A few words.
    Short(u16),
    /// One of these: code and name.
    Choice(Vec<(String, String)>),
    /// Digits.
    Number,
    /// A day.
    Day,
    /// A time of day.
    Time,
    /// Photos.
    Photos {
        /// Those that an earlier form had brought, as they are sent again.
        kept: Vec<String>,
    },
    /// Any of these: name, what it is, whether it is ticked. Each is sent by its own name.
    Ticks(Vec<(String, String, bool)>),
    /// Nothing: it is sent along as it is.
    Hidden,
}

/// A field of a form.
#[derive(Debug, Clone)]
pub struct CaseField {
    /// Its name, and the end of its id.
    pub name: String,
    /// What is asked.
    pub title: String,
    /// What may be written.
    pub hint: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// What can be written.
    pub input: CaseInput,
    /// What was written.
    pub value: String,
}

impl CaseField {
    /// What can be chosen from.
    pub(crate) fn choices(&self) -> Option<&[(String, String)]> {
        match &self.input {
            CaseInput::Choice(all) => Some(all),
            CaseInput::Ticks(_)
            | CaseInput::Hidden
            | CaseInput::Long(_)
            | CaseInput::Short(_)
            | CaseInput::Number
            | CaseInput::Day
            | CaseInput::Time
            | CaseInput::Photos { .. } => None,
        }
    }

    /// Photos that an earlier form had brought.
    pub(crate) fn kept(&self) -> Option<&[String]> {
        match &self.input {
            CaseInput::Photos { kept } => Some(kept),
            CaseInput::Ticks(_)
            | CaseInput::Hidden
            | CaseInput::Choice(_)
            | CaseInput::Long(_)
            | CaseInput::Short(_)
            | CaseInput::Number
            | CaseInput::Day
            | CaseInput::Time => None,
        }
    }

    /// What can be ticked.
    pub(crate) fn ticks(&self) -> Option<&[(String, String, bool)]> {
        match &self.input {
            CaseInput::Ticks(all) => Some(all),
            CaseInput::Hidden
            | CaseInput::Choice(_)
            | CaseInput::Long(_)
            | CaseInput::Short(_)
            | CaseInput::Number
            | CaseInput::Day
            | CaseInput::Time
            | CaseInput::Photos { .. } => None,
        }
    }

    pub(crate) fn is_hidden(&self) -> bool {
        self.input == CaseInput::Hidden
    }

    /// The most letters of a long text.
    pub(crate) fn long(&self) -> Option<u16> {
        match self.input {
            CaseInput::Long(max) => Some(max),
            CaseInput::Ticks(_)
            | CaseInput::Hidden
            | CaseInput::Choice(_)
            | CaseInput::Short(_)
            | CaseInput::Number
            | CaseInput::Day
            | CaseInput::Time
            | CaseInput::Photos { .. } => None,
        }
    }

    /// The type of its input.
    pub(crate) fn type_of(&self) -> &'static str {
        match self.input {
            CaseInput::Day => "date",
            CaseInput::Time => "time",
            CaseInput::Photos { .. } => "file",
            CaseInput::Hidden => "hidden",
            CaseInput::Ticks(_) => "checkbox",
            CaseInput::Long(_) | CaseInput::Short(_) | CaseInput::Number | CaseInput::Choice(_) => {
                "text"
            }
        }
    }

    /// The keys that a telephone shows.
    pub(crate) fn mode(&self) -> &'static str {
        match self.input {
            CaseInput::Number => "decimal",
            CaseInput::Long(_)
            | CaseInput::Short(_)
            | CaseInput::Choice(_)
            | CaseInput::Day
            | CaseInput::Time
            | CaseInput::Ticks(_)
            | CaseInput::Hidden
            | CaseInput::Photos { .. } => "text",
        }
    }
}
