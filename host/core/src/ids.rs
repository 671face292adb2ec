//! Names of things: communities, residents, households, items, assets, accounts.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Why a text is not a [`Code`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a code: use 1-48 of a-z, 0-9, '-', '.', '_' and '/', beginning with a letter or digit"
)]
pub struct BadCode(pub String);

/// A short machine-readable name: a community (`nanmen`), an event kind (`waste.food`), an item
/// (`rice-5kg`), a role, an asset, a field. Lower case, 1-48 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(Arc<str>);

impl Code {
    /// The text of the code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A code written in the source of this program.
    ///
    /// # Panics
    /// When the literal is not a code, which a test of the caller would have shown.
    pub fn literal(text: &'static str) -> Self {
        text.parse().expect("a literal code is well formed")
    }
}

impl FromStr for Code {
    type Err = BadCode;
    fn from_str(text: &str) -> Result<Self, BadCode> {
        let bytes = text.as_bytes();
        let first_good = bytes
            .first()
            .is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let all_good = bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-._/".contains(b));
        if first_good && all_good && bytes.len() <= 48 {
            Ok(Code(Arc::from(text)))
        } else {
            Err(BadCode(text.chars().take(60).collect()))
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id! {
    /// A community's number inside one installation; its public name is its [`Code`].
    CommunityNo
}
number_id! {
    /// A resident's number inside one community, as printed on the card.
    ResidentNo
}
number_id! {
    /// A household's number inside one community.
    HouseholdNo
}
number_id! {
    /// A rule set's number inside one community, counted from 1 in the order of activation.
    RuleSetNo
}
number_id! {
    /// What is counted. 1-999 are the community's assets (`points` is 1, `minutes` is 2, `conduct` is 3);
    /// from [`AssetNo::FIRST_ITEM`] on, the stock of one shop item each.
    AssetNo
}
number_id! {
    /// An order's number inside one community, counted from 1.
    OrderNo
}
number_id! {
    /// A shop item's number inside one community, counted from 1.
    ItemNo
}

impl AssetNo {
    /// Green points, the asset that is spent.
    pub const POINTS: AssetNo = AssetNo(1);
    /// Volunteer minutes: kept with the person, never spent.
    pub const MINUTES: AssetNo = AssetNo(2);
    /// A score that is never spent.
    pub const CONDUCT: AssetNo = AssetNo(3);
    /// Item stocks begin here.
    pub const FIRST_ITEM: u32 = 1000;

    /// The stock of a shop item. `None` when the number is too large to be packed.
    pub fn of_item(item: ItemNo) -> Option<AssetNo> {
        let number = item.0.checked_add(Self::FIRST_ITEM)?;
        (number < 1 << 23).then_some(AssetNo(number))
    }

    /// The item whose stock this is; `None` for points, minutes and the like.
    pub fn item(self) -> Option<ItemNo> {
        self.0.checked_sub(Self::FIRST_ITEM).map(ItemNo)
    }
}
