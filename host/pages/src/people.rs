//! The people of a community at the office's browser: finding somebody, enrolling one person, a household and who lives
//! there. Knows nothing of what an enrolment is.

use askama::Template;

use crate::account::{FieldError, error_of};
use crate::shell::Shell;

/// A field of a form, as its partial template draws it.
#[derive(Debug, Clone)]
pub(crate) struct FormField {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) hint: String,
    pub(crate) error: Option<String>,
    pub(crate) mode: &'static str,
    pub(crate) required: bool,
}

/// Draws the fields of one form: name, keys of label and hint (empty for none), keyboard, and whether it must be filled.
pub(crate) fn fields<const N: usize>(
    (shell, errors): (&Shell, &[FieldError]),
    all: [(&'static str, &str, &str, &'static str, bool, &str); N],
) -> [FormField; N] {
    all.map(|(name, label, hint, mode, required, value)| FormField {
        name,
        label: shell.t(label),
        value: value.to_owned(),
        hint: if hint.is_empty() {
            String::new()
        } else {
            shell.t(hint)
        },
        error: error_of(errors, name).map(str::to_owned),
        mode,
        required,
    })
}

/// A resident in a list.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// The number on the card, as in addresses.
    pub no: u32,
    /// The number as printed.
    pub number: String,
    /// The name.
    pub name: String,
    /// `陈阿婆家 · 第 3 户`.
    pub household: String,
    /// The end of the telephone number; empty where there is none.
    pub phone_tail: String,
}

/// `/{community}/people`: everything about people. The form posts `who`.
#[derive(Debug, Clone, Template)]
#[template(path = "people.html")]
pub struct PeopleView {
    /// Around the page.
    pub shell: Shell,
    /// What was typed.
    pub who: String,
    /// What was wrong with it.
    pub errors: Vec<FieldError>,
    /// Who that may be.
    pub found: Vec<PersonRow>,
    /// How many residents there are.
    pub residents: i64,
    /// How many households they live in.
    pub households: i64,
}

impl PeopleView {
    fn fields(&self) -> [FormField; 1] {
        fields(
            (&self.shell, &self.errors),
            [("who", "people-who", "people-who-hint", "", true, &self.who)],
        )
    }
}

/// What is typed about one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnrolTyped {
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// Number; the next free one is proposed.
    pub resident: String,
    /// Number of the household; the next free one is proposed.
    pub household: String,
    /// What the household is called.
    pub household_name: String,
    /// Where it lives.
    pub address: String,
    /// Whether it is a child: `yes` or nothing.
    pub child: String,
}

impl EnrolTyped {
    /// Name and value of every field, for the form that sends them again.
    fn pairs(&self) -> [(&'static str, &str); 7] {
        [
            ("name", &self.name),
            ("phone", &self.phone),
            ("resident", &self.resident),
            ("household", &self.household),
            ("household_name", &self.household_name),
            ("address", &self.address),
            ("child", &self.child),
        ]
    }
}

/// `GET /{community}/people/new` and a `POST` that was wrong. Posts the fields of [`EnrolTyped`] and `step`: `check`.
#[derive(Debug, Clone, Template)]
#[template(path = "enrol.html")]
pub struct EnrolView {
    /// Around the page.
    pub shell: Shell,
    /// What was typed.
    pub typed: EnrolTyped,
    /// What was wrong.
    pub errors: Vec<FieldError>,
    /// The next free number of a household.
    pub free_household: String,
}

impl EnrolView {
    fn of_person(&self) -> [FormField; 3] {
        let typed = &self.typed;
        fields(
            (&self.shell, &self.errors),
            [
                (
                    "name",
                    "people-name",
                    "people-name-hint",
                    "",
                    true,
                    &typed.name,
                ),
                (
                    "phone",
                    "people-phone",
                    "people-phone-hint",
                    "tel",
                    false,
                    &typed.phone,
                ),
                (
                    "resident",
                    "resident-number",
                    "people-number-hint",
                    "numeric",
                    true,
                    &typed.resident,
                ),
            ],
        )
    }

    fn of_household(&self) -> [FormField; 3] {
        let typed = &self.typed;
        fields(
            (&self.shell, &self.errors),
            [
                (
                    "household",
                    "people-household-no",
                    "people-household-hint",
                    "numeric",
                    true,
                    &typed.household,
                ),
                (
                    "household_name",
                    "people-household-name",
                    "people-household-name-hint",
                    "",
                    false,
                    &typed.household_name,
                ),
                ("address", "people-address", "", "", false, &typed.address),
            ],
        )
    }
}

/// The answer to a `POST` of `/{community}/people/new`: is this right, and is it nobody who is there already? Posts the same
/// fields, `step`: `book`, and `other`: `yes` where the person is another one than those who are shown.
#[derive(Debug, Clone, Template)]
#[template(path = "enrol_check.html")]
pub struct EnrolCheckView {
    /// Around the page.
    pub shell: Shell,
    /// What was typed.
    pub typed: EnrolTyped,
    /// Whether nobody lives in that household yet.
    pub new_household: bool,
    /// `陈阿婆家 · 第 3 户`.
    pub household: String,
    /// Who lives there.
    pub members: Vec<PersonRow>,
    /// Who it may be.
    pub alike: Vec<PersonRow>,
}

/// Another name or telephone of a resident. Posts `name` and `phone` to `/{community}/people/residents/{no}`.
#[derive(Debug, Clone, Template)]
#[template(path = "person.html")]
pub struct PersonView {
    /// Around the page.
    pub shell: Shell,
    /// Who.
    pub row: PersonRow,
    /// The number of the household.
    pub household: u32,
    /// What is typed as name and telephone.
    pub typed: (String, String),
    /// What was wrong.
    pub errors: Vec<FieldError>,
}

impl PersonView {
    fn fields(&self) -> [FormField; 2] {
        fields(
            (&self.shell, &self.errors),
            [
                ("name", "people-name", "", "", true, &self.typed.0),
                (
                    "phone",
                    "people-phone",
                    "people-phone-keep",
                    "tel",
                    false,
                    &self.typed.1,
                ),
            ],
        )
    }
}

/// `/{community}/people/households/{no}`. Posts `name` and `address`.
#[derive(Debug, Clone, Template)]
#[template(path = "household.html")]
pub struct HouseholdView {
    /// Around the page.
    pub shell: Shell,
    /// Its number.
    pub no: u32,
    /// What it is called; empty where nobody said.
    pub name: String,
    /// Where it lives.
    pub address: String,
    /// What is typed as name and address.
    pub typed: (String, String),
    /// What was wrong.
    pub errors: Vec<FieldError>,
    /// Whether it has just been changed.
    pub done: bool,
    /// Whether that was a move of people.
    pub moved: bool,
    /// Who lives there.
    pub members: Vec<PersonRow>,
    /// The points of the household, where they are the household's.
    pub points: Option<i64>,
}

impl HouseholdView {
    fn points_told(&self) -> Option<String> {
        self.points.map(|points| self.shell.points(points))
    }

    fn fields(&self) -> [FormField; 2] {
        fields(
            (&self.shell, &self.errors),
            [
                ("name", "people-household-name", "", "", true, &self.typed.0),
                (
                    "address",
                    "people-address",
                    "people-address-keep",
                    "",
                    false,
                    &self.typed.1,
                ),
            ],
        )
    }
}

/// `GET /{community}/operator/staff/new` and a `POST` that was wrong. Posts `login`, `name`, `role`, `resident`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff_new.html")]
pub struct StaffNewView {
    /// Around the page.
    pub shell: Shell,
    /// What was typed: sign-in name, name, role, resident.
    pub typed: [String; 4],
    /// What was wrong.
    pub errors: Vec<FieldError>,
}

impl StaffNewView {
    fn fields(&self) -> [FormField; 3] {
        let [login, name, _, resident] = &self.typed;
        fields(
            (&self.shell, &self.errors),
            [
                ("name", "people-name", "", "", true, name),
                (
                    "login",
                    "staff-number",
                    "staff-new-login-hint",
                    "",
                    true,
                    login,
                ),
                (
                    "resident",
                    "staff-new-resident",
                    "staff-person-hint",
                    "numeric",
                    false,
                    resident,
                ),
            ],
        )
    }

    fn roles(&self) -> [(&'static str, &'static str, &'static str); 4] {
        [
            ("reviewer", "role-reviewer", "staff-new-reviewer"),
            ("shopkeeper", "role-shopkeeper", "staff-new-shopkeeper"),
            ("leader", "role-leader", "staff-new-leader"),
            ("operator", "role-operator", "staff-new-operator"),
        ]
    }

    fn is_chosen(&self, role: &str) -> bool {
        self.typed[2] == role
    }

    fn role_error(&self) -> Option<&str> {
        error_of(&self.errors, "role")
    }
}

/// A device's token, without what the device sends.
#[derive(Debug, Clone)]
pub struct TokenRow {
    /// Its number.
    pub id: i64,
    /// What people call the device.
    pub name: String,
    /// What it may do, a word of the host.
    pub scope: String,
    /// Since when it is there.
    pub since: crate::format::Day,
    /// Since when it no longer works.
    pub ended: Option<crate::format::Day>,
}

fn scope_key(scope: &str) -> &'static str {
    match scope {
        "events" => "token-events",
        "till" => "token-till",
        "read" => "token-read",
        _ => "token-people",
    }
}

/// `/{community}/operator/tokens`. Posts `name` and `scope`; and nothing to `/{community}/operator/tokens/{id}/end`.
#[derive(Debug, Clone, Template)]
#[template(path = "tokens.html")]
pub struct TokensView {
    /// Around the page.
    pub shell: Shell,
    /// All of them, those that work first.
    pub rows: Vec<TokenRow>,
    /// What was typed: name and scope.
    pub typed: (String, String),
    /// What was wrong.
    pub errors: Vec<FieldError>,
    /// A new token with the name of its device, shown this once.
    pub fresh: Option<(String, String)>,
    /// The device whose token has just been ended.
    pub ended: String,
}

impl TokensView {
    fn fields(&self) -> [FormField; 1] {
        let name = &self.typed.0;
        fields(
            (&self.shell, &self.errors),
            [("name", "token-name", "token-name-hint", "", true, name)],
        )
    }

    fn scopes(&self) -> [(&'static str, &'static str); 4] {
        ["events", "till", "read", "people"].map(|scope| (scope, scope_key(scope)))
    }

    fn scope_error(&self) -> Option<&str> {
        error_of(&self.errors, "scope")
    }

    fn is_chosen(&self, scope: &str) -> bool {
        self.typed.1 == scope
    }

    /// `11月22日 起可用`.
    fn state(&self, row: &TokenRow) -> String {
        let shell = &self.shell;
        match row.ended {
            Some(day) => shell.t1("token-ended", "day", shell.day_long(day)),
            None => shell.t1("token-since", "day", shell.day_long(row.since)),
        }
    }

    fn scope(&self, row: &TokenRow) -> String {
        self.shell.t(scope_key(&row.scope))
    }
}
