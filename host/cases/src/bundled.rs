//! What comes with the program: kinds of cases and the calendar of the years that are known.
//!
//! A community takes a kind as it is, or writes one that is `like` it.

use rongyi_core::ids::Code;

use crate::calendar::WorkCalendar;
use crate::kind::{Draft, Kind};

/// The bundled kinds by name, each with its TOML.
pub const BUNDLED: [(&str, &str); 6] = [
    ("claim", include_str!("../kinds/claim.toml")),
    ("claim-one", include_str!("../kinds/claim-one.toml")),
    ("deduction", include_str!("../kinds/deduction.toml")),
    ("appeal", include_str!("../kinds/appeal.toml")),
    ("message", include_str!("../kinds/message.toml")),
    ("matter", include_str!("../kinds/matter.toml")),
];

/// The TOML of a bundled kind.
pub fn bundled_text(name: &str) -> Option<&'static str> {
    let found = BUNDLED.iter().find(|(bundled, _)| *bundled == name);
    found.map(|(_, text)| *text)
}

/// A bundled kind.
pub fn bundled(name: &str) -> Option<Kind> {
    let code: Code = name.parse().ok()?;
    // A test reads them all: none is refused.
    Kind::from_toml(&code, bundled_text(name)?).ok()
}

/// A bundled kind to begin another one with.
pub(crate) fn draft(name: &str) -> Option<Draft> {
    let code: Code = name.parse().ok()?;
    Kind::draft(&code, bundled_text(name)?)
}

/// The calendar of the years that came with the program: China 2024 to 2026.
pub fn bundled_calendar() -> WorkCalendar {
    // A test reads it: it is never refused.
    WorkCalendar::from_toml(include_str!("calendar.toml")).unwrap_or_default()
}
