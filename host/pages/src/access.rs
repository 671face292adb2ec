//! The way in and back in: the browsers somebody signed in with, a PIN set anew at the office and its slip, and the
//! staff of a community. Decides nothing about who may do what.

use askama::Template;

use crate::account::{Audience, FieldError, error_of};
use crate::format::Moment;
use crate::shell::Shell;

/// A browser in which the reader signed in.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// Its number, for the form.
    pub id: i64,
    /// What it is called: `Chrome · Android`.
    pub label: String,
    /// The first sign-in.
    pub first: Moment,
    /// The newest sign-in.
    pub last: Moment,
    /// Whether it is the one that shows this page.
    pub here: bool,
    /// Whether somebody is signed in there now.
    pub signed_in: bool,
}

/// `/{community}/devices`. The forms post `device`: a number, or `others`.
#[derive(Debug, Clone, Template)]
#[template(path = "devices.html")]
pub struct DevicesView {
    /// Around the page.
    pub shell: Shell,
    /// The browsers, the newest first.
    pub rows: Vec<DeviceRow>,
    /// What others did to the reader's way in, the newest first; whole sentences.
    pub records: Vec<String>,
    /// Whether something has just been ended.
    pub done: bool,
}

impl DevicesView {
    fn has_others(&self) -> bool {
        self.rows.iter().any(|row| !row.here)
    }
}

/// The resident somebody of the office is about to help.
#[derive(Debug, Clone)]
pub struct Helped {
    /// The number on the card, as printed.
    pub number: String,
    /// The name.
    pub name: String,
    /// `陈阿婆家 · 第 3 户`.
    pub household: String,
    /// The end of the telephone number; empty where there is none.
    pub phone_tail: String,
    /// Whether wrong tries keep the person from signing in now.
    pub locked: bool,
}

/// `/{community}/reset`: which resident, then whether it is the right one. The forms post `number`.
#[derive(Debug, Clone, Template)]
#[template(path = "reset.html")]
pub struct ResetView {
    /// Around the page.
    pub shell: Shell,
    /// What was typed as the number, name or telephone.
    pub number: String,
    /// What was wrong with it.
    pub errors: Vec<FieldError>,
    /// Who that is.
    pub found: Option<Helped>,
    /// Who it may be, when the name or telephone is that of several.
    pub several: Vec<Helped>,
    /// Whether wrong tries have just been forgotten.
    pub unlocked: bool,
}

impl ResetView {
    fn error(&self) -> Option<&str> {
        error_of(&self.errors, "number")
    }
}

/// The new PIN or password, shown this once and printed.
#[derive(Debug, Clone, Template)]
#[template(path = "slip.html")]
pub struct SlipView {
    /// Around the page.
    pub shell: Shell,
    /// Whose it is: staff have a password.
    pub audience: Audience,
    /// The name.
    pub name: String,
    /// Resident number or login.
    pub number: String,
    /// The PIN or password.
    pub secret: String,
    /// The address that is typed into a browser.
    pub site: String,
    /// When.
    pub at: Moment,
    /// Where it leads afterwards, below the community's address.
    pub back: &'static str,
}

impl SlipView {
    fn is_staff(&self) -> bool {
        self.audience == Audience::Staff
    }

    /// Six digits as two groups: read, said and typed like that.
    fn spaced(&self) -> String {
        match self.secret.split_at_checked(3) {
            Some((first, last)) if self.secret.len() == 6 => format!("{first} {last}"),
            Some(_) | None => self.secret.clone(),
        }
    }

    fn number_key(&self) -> &'static str {
        match self.audience {
            Audience::Resident => "resident-number",
            Audience::Staff => "staff-number",
        }
    }
}

/// Somebody who works for the community.
#[derive(Debug, Clone)]
pub struct StaffRow {
    /// Their number.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Sign-in name.
    pub login: String,
    /// What they do: a word of [`ROLES`].
    pub role: String,
    /// Whether they may come in.
    pub active: bool,
    /// Whether it is the reader.
    pub own: bool,
}

/// The roles, in the order of the choice.
pub const ROLES: [&str; 4] = ["operator", "reviewer", "shopkeeper", "leader"];

fn role_key(role: &str) -> &'static str {
    match role {
        "operator" => "role-operator",
        "reviewer" => "role-reviewer",
        "shopkeeper" => "role-shopkeeper",
        "merchant" => "role-merchant",
        _ => "role-leader",
    }
}

/// `/{community}/operator/staff`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff_list.html")]
pub struct StaffListView {
    /// Around the page.
    pub shell: Shell,
    /// Everybody, by sign-in name.
    pub rows: Vec<StaffRow>,
    /// Who let whom in, the newest first; whole sentences.
    pub records: Vec<String>,
}

impl StaffListView {
    fn role(&self, row: &StaffRow) -> String {
        self.shell.t(role_key(&row.role))
    }
}

/// `/{community}/operator/staff/{id}`. The form posts `act`: `password`, `disable`, `enable` or `role`, and `role`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff_one.html")]
pub struct StaffOneView {
    /// Around the page.
    pub shell: Shell,
    /// Who.
    pub row: StaffRow,
    /// Which resident it is, by number; empty where nobody said so.
    pub resident: String,
    /// What was done, or why not.
    pub errors: Vec<FieldError>,
    /// Whether something has just been changed.
    pub done: bool,
}

impl StaffOneView {
    fn role(&self) -> String {
        self.shell.t(role_key(&self.row.role))
    }

    fn roles(&self) -> [(&'static str, &'static str); 4] {
        ROLES.map(|role| (role, role_key(role)))
    }
}
