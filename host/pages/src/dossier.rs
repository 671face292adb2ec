//! A page about one thing: how it stands, what is known, lists of what belongs to it, and forms for what can be done. Teams and
//! certificates are shown with it. Knows nothing of what they mean.

use askama::Template;

use crate::cases::{CaseFault, CaseField, CaseTone, fault};
use crate::shell::Shell;

/// An address with its words.
#[derive(Debug, Clone)]
pub struct DossierLink {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub title: String,
    /// Whether it is the usual way on.
    pub main: bool,
}

/// A line of a list.
#[derive(Debug, Clone, Default)]
pub struct DossierRow {
    /// Where it leads, if anywhere.
    pub href: Option<String>,
    /// What it is about.
    pub title: String,
    /// What else is to be known.
    pub note: String,
    /// How it stands.
    pub state: Option<(String, CaseTone)>,
    /// How much of something is reached, 0-100; the words say it too.
    pub bar: Option<i64>,
}

/// What belongs to it.
#[derive(Debug, Clone)]
pub struct DossierList {
    /// What they are.
    pub title: String,
    /// What stands there when there are none.
    pub empty: String,
    /// They.
    pub rows: Vec<DossierRow>,
}

/// Something that can be done.
#[derive(Debug, Clone)]
pub struct DossierForm {
    /// The word that is sent with it, and the beginning of its fields' ids.
    pub act: &'static str,
    /// Where it is sent.
    pub action: String,
    /// What it does; shown where it is folded.
    pub title: String,
    /// What whoever fills it in should know.
    pub about: String,
    /// What is asked.
    pub fields: Vec<CaseField>,
    /// What the button says.
    pub button: String,
    /// Whether it only looks something up, so that its answer has an address.
    pub get: bool,
    /// Whether it is folded, at the end of the page.
    pub folded: bool,
    /// Whether it is the usual way on.
    pub main: bool,
}

impl DossierForm {
    fn id(&self, field: &CaseField) -> String {
        format!("{}-{}", self.act, field.name)
    }
}

/// A page about one thing. What was wrong is named by the form's word and the field: `ask-from`.
#[derive(Debug, Clone, Template)]
#[template(path = "dossier.html")]
pub struct DossierView {
    /// Around the page.
    pub shell: Shell,
    /// Which part of the staff's bar it belongs to, or of a resident's.
    pub home: &'static str,
    /// Back to where.
    pub back: Option<DossierLink>,
    /// What it is called.
    pub title: String,
    /// A sentence below it.
    pub sub: String,
    /// How it stands.
    pub state: Option<(String, CaseTone)>,
    /// What was just done.
    pub done: String,
    /// What was wrong.
    pub errors: Vec<CaseFault>,
    /// What to look at first.
    pub told: Vec<String>,
    /// What is known.
    pub facts: Vec<(String, String)>,
    /// Where to go from here.
    pub links: Vec<DossierLink>,
    /// What belongs to it.
    pub lists: Vec<DossierList>,
    /// What can be done.
    pub forms: Vec<DossierForm>,
    /// The forms' own number.
    pub key: String,
}

impl DossierView {
    /// A page with nothing on it; `key` is its forms' own number.
    #[must_use]
    pub fn blank(shell: Shell, key: String) -> Self {
        DossierView {
            shell,
            home: "",
            back: None,
            title: String::new(),
            sub: String::new(),
            state: None,
            done: String::new(),
            errors: Vec::new(),
            told: Vec::new(),
            facts: Vec::new(),
            links: Vec::new(),
            lists: Vec::new(),
            forms: Vec::new(),
            key,
        }
    }

    fn error(&self, id: impl AsRef<str>) -> Option<&str> {
        fault(&self.errors, id.as_ref())
    }

    /// Whether something of a form was wrong, so that it is shown open.
    fn is_wrong(&self, form: &DossierForm) -> bool {
        let begins = |fault: &CaseFault| {
            fault
                .field
                .strip_prefix(form.act)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        self.errors.iter().any(begins)
    }
}
