//! What the community tells a resident: the list, and how they want to be told. Knows no ledger: what a message says comes with
//! the view.

use askama::Template;

use crate::account::FieldError;
use crate::format::Moment;
use crate::home::HomeCase;
use crate::shell::Shell;

/// A message.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// The whole address of what it tells of.
    pub href: String,
    /// What it says.
    pub title: String,
    /// A few words more. May be empty.
    pub note: String,
    /// When.
    pub at: Moment,
    /// Whether it was not read yet.
    pub is_new: bool,
}

/// `/{community}/messages`.
#[derive(Debug, Clone, Template)]
#[template(path = "messages.html")]
pub struct MessagesView {
    /// Around the page.
    pub shell: Shell,
    /// What waits for the reader.
    pub waits: Vec<HomeCase>,
    /// The newest first.
    pub rows: Vec<MessageRow>,
    /// For how many months messages are kept.
    pub months: i64,
}

/// Something that is told, and whether the reader wants to be told.
#[derive(Debug, Clone)]
pub struct MessageChoice {
    /// The word that is sent.
    pub word: &'static str,
    /// What it is.
    pub title: String,
    /// Whether it is wanted.
    pub on: bool,
}

/// `/{community}/messages/choices`.
#[derive(Debug, Clone, Template)]
#[template(path = "message_choices.html")]
pub struct MessageChoicesView {
    /// Around the page.
    pub shell: Shell,
    /// Whether this installation sends anything anywhere.
    pub sends: bool,
    /// Whether the reader wants that.
    pub send: bool,
    /// What is told.
    pub kinds: Vec<MessageChoice>,
    /// From when to when nothing is sent: `21:00`, `08:00`.
    pub quiet: (String, String),
    /// Whether it was kept just now.
    pub saved: bool,
    /// What was wrong.
    pub errors: Vec<FieldError>,
}

impl MessageChoicesView {
    fn error(&self, field: &str) -> Option<&str> {
        let wrong = self.errors.iter().find(|error| error.field == field);
        wrong.map(|error| error.message.as_str())
    }
}
