//! Who is here: sign-in for residents and staff, the change of a PIN, and the page 我的.
//! Checks nothing and sets no cookie.

use askama::Template;

use crate::shell::{Shell, Size, Theme};
use crate::text::Lang;

/// A mistake in a form, beside its field and in the summary above it.
#[derive(Debug, Clone)]
pub struct FieldError {
    /// The `name` of the field: `number`, `pin`, `current`, `again`, `code`.
    pub field: &'static str,
    /// What is wrong and what to do, in the reader's language.
    pub message: String,
}

pub(crate) fn error_of<'a>(errors: &'a [FieldError], field: &str) -> Option<&'a str> {
    errors
        .iter()
        .find(|e| e.field == field)
        .map(|e| e.message.as_str())
}

/// Who signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// With a resident number, at `/{community}/sign-in`.
    Resident,
    /// With a staff number, at `/{community}/staff/sign-in`.
    Staff,
}

/// `GET` and failed `POST` of `/{community}/sign-in` and `/{community}/staff/sign-in`.
/// The form posts `number`, `pin` and `next`.
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in.html")]
pub struct SignInView {
    /// Around the page.
    pub shell: Shell,
    /// Who signs in.
    pub audience: Audience,
    /// What was typed as the number before.
    pub number: String,
    /// Where to go afterwards; empty for the usual place.
    pub next: String,
    /// What was wrong with the last attempt.
    pub errors: Vec<FieldError>,
    /// In the demonstration: a number and PIN to try, shown on the page.
    pub demo_hint: Option<(String, String)>,
}

impl SignInView {
    fn is_staff(&self) -> bool {
        self.audience == Audience::Staff
    }

    fn title_key(&self) -> &'static str {
        match self.audience {
            Audience::Resident => "sign-in",
            Audience::Staff => "staff-sign-in-title",
        }
    }

    fn number_key(&self) -> &'static str {
        match self.audience {
            Audience::Resident => "resident-number",
            Audience::Staff => "staff-number",
        }
    }

    fn number_hint_key(&self) -> &'static str {
        match self.audience {
            Audience::Resident => "resident-number-hint",
            Audience::Staff => "staff-number-hint",
        }
    }

    fn pin_hint_key(&self) -> &'static str {
        match self.audience {
            Audience::Resident => "pin-hint",
            Audience::Staff => "staff-pin-hint",
        }
    }

    fn action(&self) -> &'static str {
        match self.audience {
            Audience::Resident => "/sign-in",
            Audience::Staff => "/staff/sign-in",
        }
    }

    fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}

/// `GET` and failed `POST` of `/{community}/pin`. The form posts `current`, `pin` and `again`.
#[derive(Debug, Clone, Template)]
#[template(path = "pin.html")]
pub struct PinView {
    /// Around the page.
    pub shell: Shell,
    /// Whose PIN: staff have a password of at least 8 characters instead.
    pub audience: Audience,
    /// Whether the printed first PIN must be replaced before anything else.
    pub first_use: bool,
    /// What was wrong with the last attempt.
    pub errors: Vec<FieldError>,
    /// Whether the PIN has just been changed.
    pub done: bool,
    /// Who set it anew and when; empty when nobody did.
    pub told: String,
}

impl PinView {
    fn is_staff(&self) -> bool {
        self.audience == Audience::Staff
    }

    fn first_text_key(&self) -> &'static str {
        match self.audience {
            Audience::Resident => "pin-first-text",
            Audience::Staff => "pin-first-text-staff",
        }
    }

    fn new_hint_key(&self) -> &'static str {
        match self.audience {
            Audience::Resident => "pin-new-hint",
            Audience::Staff => "pin-new-hint-staff",
        }
    }

    fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}

/// `/{community}/me`.
#[derive(Debug, Clone, Template)]
#[template(path = "me.html")]
pub struct MeView {
    /// Around the page.
    pub shell: Shell,
    /// The person's full name: this page is their own.
    pub name: String,
    /// The number on the card, as printed: `0003`.
    pub resident_number: String,
    /// `陈阿婆家 · 第 3 户`.
    pub household_title: String,
    /// Points that can be spent.
    pub balance: i64,
    /// Volunteer minutes of this person.
    pub minutes: i64,
    /// What else the community counts, by name.
    pub others: Vec<(String, i64)>,
    /// Orders waiting to be picked up.
    pub waiting: i64,
    /// Messages that were not read yet.
    pub unread: i64,
    /// Who set the PIN anew last and when; empty when nobody did.
    pub told: String,
}

impl MeView {
    /// The family name, or the first letter, for the round mark beside the name.
    fn initial(&self) -> String {
        self.name.chars().take(1).collect()
    }

    fn sizes(&self) -> [Size; 3] {
        Size::ALL
    }

    fn themes(&self) -> [Theme; 4] {
        Theme::ALL
    }

    fn langs(&self) -> [Lang; 2] {
        Lang::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_found_by_its_field() {
        let errors = [FieldError {
            field: "pin",
            message: "密码不对".to_owned(),
        }];
        assert_eq!(error_of(&errors, "pin"), Some("密码不对"));
        assert_eq!(error_of(&errors, "number"), None);
    }
}
