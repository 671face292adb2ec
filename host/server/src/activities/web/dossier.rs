//! What pages about one thing have in common: a page with nothing on it yet, what tells one sent form from another, and what was
//! wrong with one.

use rongyi_core::chain::hex;
use rongyi_pages::{CaseFault, DossierView};

use super::form::At;
use super::wrong;
use crate::access::random;
use crate::door::fault::Fault;
use crate::door::visit::Visit;

/// A page with nothing on it.
pub(super) fn blank(visit: &Visit) -> DossierView {
    DossierView::blank(visit.shell(), hex(&random::<16>()))
}

/// What identifies a form that was sent, whatever its sender did to it.
pub(super) fn token(key: &str) -> String {
    if (1..=64).contains(&key.len()) {
        key.to_owned()
    } else {
        hex(&random::<16>())
    }
}

/// What was wrong with a form of this act, for its page; what no page can say is handed on.
///
/// # Errors
/// The fault itself.
pub(super) fn told(
    visit: &Visit,
    act: &str,
    (field, fault): At,
) -> Result<(Fault, Vec<CaseFault>), Fault> {
    if !fault.status.is_client_error() || fault.code == "not-found" {
        return Err(fault);
    }
    let place = if field.is_empty() {
        act.to_owned()
    } else {
        format!("{act}-{field}")
    };
    let errors = wrong(visit, &place, &fault);
    Ok((fault, errors))
}
