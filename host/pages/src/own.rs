//! What is somebody's own: the page that shows it, lets it be downloaded, and has it erased with the PIN.

use askama::Template;

use crate::account::{FieldError, error_of};
use crate::shell::Shell;

/// `/{community}/me/data`: one's own data, and the form that erases it.
#[derive(Debug, Clone, Template)]
#[template(path = "own.html")]
pub struct OwnView {
    /// Around the page.
    pub shell: Shell,
    /// Full name.
    pub name: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// Where one is a resident: community and number, in the reader's language.
    pub places: Vec<String>,
    /// Texts that were written about the person.
    pub texts: Vec<String>,
    /// What was wrong with the last attempt.
    pub errors: Vec<FieldError>,
    /// Whether everything has just been erased.
    pub done: bool,
}

impl OwnView {
    fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}
