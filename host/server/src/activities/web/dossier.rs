//! What pages about one thing have in common: a page with nothing on it yet, and what tells one sent form from another.

use rongyi_core::chain::hex;
use rongyi_pages::DossierView;

use crate::access::random;
use crate::door::visit::Visit;

/// A page with nothing on it.
pub(super) fn blank(visit: &Visit) -> DossierView {
    DossierView {
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
        key: hex(&random::<16>()),
        shell: visit.shell(),
    }
}

/// What identifies a form that was sent, whatever its sender did to it.
pub(super) fn token(key: &str) -> String {
    if (1..=64).contains(&key.len()) {
        key.to_owned()
    } else {
        hex(&random::<16>())
    }
}
