//! The columns of the files that people are enrolled from.

use rongyi_sheets::Columns;

/// The columns of a file of households.
pub const HOUSEHOLD_COLUMNS: Columns = Columns {
    required: &["household", "name"],
    optional: &["address"],
    prefixes: &[],
};
/// The columns of a file of persons who are not residents yet.
pub const PERSON_COLUMNS: Columns = Columns {
    required: &["name"],
    optional: &["phone"],
    prefixes: &[],
};
/// The columns of a file of residents.
pub const RESIDENT_COLUMNS: Columns = Columns {
    required: &["resident", "household"],
    optional: &["name", "phone", "person", "traits"],
    prefixes: &[],
};
