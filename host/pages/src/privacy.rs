//! What others may see of somebody, and who has seen it: the setting for public lists, and the readings of what is
//! kept about the person.

use std::borrow::Borrow;

use askama::Template;

use crate::account::{FieldError, error_of};
use crate::shell::Shell;

/// How somebody stands in public lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PublicListing {
    /// With a masked name.
    #[default]
    Masked,
    /// With the name.
    Named,
    /// Not at all.
    Hidden,
}

impl PublicListing {
    /// All, in the order of the form.
    pub const ALL: [PublicListing; 3] = [
        PublicListing::Masked,
        PublicListing::Named,
        PublicListing::Hidden,
    ];

    /// The form's word.
    pub fn tag(self) -> &'static str {
        match self {
            PublicListing::Masked => "masked",
            PublicListing::Named => "named",
            PublicListing::Hidden => "hidden",
        }
    }

    /// The setting behind a form's word.
    pub fn from_tag(tag: &str) -> Option<PublicListing> {
        PublicListing::ALL
            .into_iter()
            .find(|listing| listing.tag() == tag)
    }

    fn key(self) -> &'static str {
        match self {
            PublicListing::Masked => "privacy-masked",
            PublicListing::Named => "privacy-named",
            PublicListing::Hidden => "privacy-hidden",
        }
    }
}

/// Somebody who read what is kept about the person.
#[derive(Debug, Clone)]
pub struct ReadRow {
    /// Who, in the reader's language.
    pub who: String,
    /// What, in the reader's language.
    pub what: String,
    /// When, how often and through which door.
    pub note: String,
}

/// `/{community}/me/privacy`.
#[derive(Debug, Clone, Template)]
#[template(path = "privacy.html")]
pub struct PrivacyView {
    /// Around the page.
    pub shell: Shell,
    /// The setting.
    pub listing: PublicListing,
    /// The name as public lists have it, when masked.
    pub masked_name: String,
    /// The whole name.
    pub name: String,
    /// Whether this is a child, who stands in no public list.
    pub minor: bool,
    /// Whether it was changed just now.
    pub saved: bool,
    /// Who read, the newest first.
    pub reads: Vec<ReadRow>,
    /// For how many months readings are kept.
    pub months: i64,
}

impl PrivacyView {
    fn choices(&self) -> [PublicListing; 3] {
        PublicListing::ALL
    }

    fn label(&self, choice: impl Borrow<PublicListing>) -> String {
        let choice = *choice.borrow();
        let name = match choice {
            PublicListing::Masked => self.masked_name.as_str(),
            PublicListing::Named => self.name.as_str(),
            PublicListing::Hidden => return self.shell.t(choice.key()),
        };
        self.shell.t1(choice.key(), "name", name)
    }
}

/// `/{community}/listing`: the desk where staff say how somebody stands in public lists.
#[derive(Debug, Clone, Template)]
#[template(path = "listing.html")]
pub struct ListingDeskView {
    /// Around the page.
    pub shell: Shell,
    /// The number that was typed.
    pub resident: String,
    /// What was wrong with the last attempt.
    pub errors: Vec<FieldError>,
    /// For whom it was changed just now, and how it is now; empty when nothing was.
    pub saved: String,
    /// Whose number is filled in, and how they stand now; empty where nobody was chosen.
    pub now: String,
}

impl ListingDeskView {
    fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}
