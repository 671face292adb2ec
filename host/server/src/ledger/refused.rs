//! Why something that was to be booked was not, as it is stored beside what asked for it: a code and a sentence in each language.

use rongyi_core::rule::Text;
use serde::{Deserialize, Serialize};

/// Why something was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Stable.
    pub code: String,
    /// For people.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Told {
    pub(crate) fn new(code: &str, text: Text) -> Told {
        Told {
            code: code.to_owned(),
            zh: text.zh,
            en: text.en,
        }
    }
}
