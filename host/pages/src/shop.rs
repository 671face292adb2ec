//! The shop: what there is, one item, and the check before points are set aside.
//! Prices nothing and decides nothing: totals, limits and reasons come in.

use askama::Template;

use crate::format::{self, Day};
use crate::icon::Picture;
use crate::order::late_text;
use crate::shell::Shell;

/// How much there is of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stock {
    /// Enough that nobody needs a number.
    Plenty,
    /// Only so many.
    Few(i64),
    /// Nothing left.
    Gone,
}

impl Stock {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Stock::Plenty => "stock-plenty",
            Stock::Few(_) => "stock-few",
            Stock::Gone => "stock-gone",
        }
    }

    pub(crate) fn text(self, shell: &Shell) -> String {
        match self {
            Stock::Plenty => shell.t("stock-plenty"),
            Stock::Few(n) => shell.tn("stock-few", n),
            Stock::Gone => shell.t("stock-gone"),
        }
    }
}

/// Why an item can't be had just now. It stands where the button would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// So many points are missing.
    Short(i64),
    /// Nothing left.
    Gone,
    /// The rule or the shop said no; the sentence in the reader's language, and when it opens again.
    Refused {
        /// The sentence.
        sentence: String,
        /// When it opens again, if that is known.
        opens_again: Option<Day>,
    },
}

impl Blocked {
    pub(crate) fn text(&self, shell: &Shell) -> String {
        match self {
            Blocked::Short(n) => shell.tn("shop-short", n),
            Blocked::Gone => shell.t("stock-gone"),
            Blocked::Refused { sentence, .. } => sentence.clone(),
        }
    }

    /// Why it can't be had, in a sentence.
    #[must_use]
    pub fn sentence(&self, shell: &Shell) -> String {
        let opens = self.opens(shell).unwrap_or_default();
        format!("{} {opens}", self.text(shell)).trim().to_owned()
    }

    fn opens(&self, shell: &Shell) -> Option<String> {
        match self {
            Blocked::Refused {
                opens_again: Some(day),
                ..
            } => Some(shell.t1("opens-again", "day", shell.day(day))),
            Blocked::Refused { .. } | Blocked::Short(_) | Blocked::Gone => None,
        }
    }

    fn short_by(&self) -> Option<i64> {
        match self {
            Blocked::Short(n) => Some(*n),
            Blocked::Refused { .. } | Blocked::Gone => None,
        }
    }
}

/// One item on the shelf.
#[derive(Debug, Clone)]
pub struct Tile {
    /// The item's code; its page is `/{community}/shop/{item}`.
    pub item: String,
    /// Its name, in the reader's language.
    pub title: String,
    /// Its drawing.
    pub picture: Picture,
    /// Points for one; `None` when pricing failed (then say why in `blocked`).
    pub price: Option<i64>,
    /// What it is worth in fen, if the community shows that.
    pub value_fen: Option<i64>,
    /// How much there is.
    pub stock: Stock,
    /// Why it can't be had just now.
    pub blocked: Option<Blocked>,
}

impl Tile {
    fn yuan(&self, shell: &Shell) -> Option<String> {
        self.value_fen
            .filter(|fen| *fen > 0)
            .map(|fen| shell.t1("about-yuan", "yuan", format::yuan(fen)))
    }
}

/// A filter of the shelf: `?show=`.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The word in the address: `affordable`, `all`, or a category's code.
    pub tag: String,
    /// Its label. For `affordable` and `all` it may be empty: the page has its own words.
    pub label: String,
}

impl Filter {
    fn text(&self, shell: &Shell) -> String {
        match self.tag.as_str() {
            "affordable" if self.label.is_empty() => shell.t("shop-affordable"),
            "all" if self.label.is_empty() => shell.t("shop-all"),
            _ => self.label.clone(),
        }
    }
}

/// `/{community}/shop?show=affordable`.
#[derive(Debug, Clone, Template)]
#[template(path = "shop.html")]
pub struct ShopView {
    /// Around the page.
    pub shell: Shell,
    /// Points that can be spent now.
    pub balance: i64,
    /// The filter in force.
    pub show: String,
    /// `affordable`, `all`, then the categories.
    pub filters: Vec<Filter>,
    /// What is on the shelf, what can be had first.
    pub tiles: Vec<Tile>,
}

/// `/{community}/shop/{item}?quantity=1`.
#[derive(Debug, Clone, Template)]
#[template(path = "item.html")]
pub struct ItemView {
    /// Around the page.
    pub shell: Shell,
    /// The item.
    pub tile: Tile,
    /// A few sentences, in the reader's language; may be empty.
    pub description: String,
    /// What it is limited to, each a sentence in the reader's language.
    pub limits: Vec<String>,
    /// Where to pick it up.
    pub place: String,
    /// When that place is open; may be empty.
    pub hours: String,
    /// How many are chosen, 1 or more.
    pub quantity: i64,
    /// How many can be chosen at most, 1-10.
    pub quantity_max: i64,
    /// The points for the chosen quantity, if it can be had.
    pub total: Option<i64>,
    /// Points that can be spent now.
    pub balance: i64,
}

impl ItemView {
    fn choices(&self) -> Vec<i64> {
        (1..=self.quantity_max.clamp(1, 10)).collect()
    }
}

/// Part of what an order would draw.
#[derive(Debug, Clone)]
pub struct Draw {
    /// How many points.
    pub points: i64,
    /// Their last day; `None` for points that do not expire.
    pub expires: Option<Day>,
}

/// `/{community}/shop/{item}/confirm?quantity=1`: the answers once more before anything moves.
/// The form posts `key`, `item`, `quantity` and `total` to `/{community}/orders`.
#[derive(Debug, Clone, Template)]
#[template(path = "confirm.html")]
pub struct ConfirmView {
    /// Around the page.
    pub shell: Shell,
    /// The idempotency key of this one order.
    pub key: String,
    /// The item's code.
    pub item: String,
    /// Its name, in the reader's language.
    pub title: String,
    /// Its drawing.
    pub picture: Picture,
    /// How many.
    pub quantity: i64,
    /// What it costs in all.
    pub total: i64,
    /// What of it is paid in points; all of it, unless something is taken beside them.
    pub own: i64,
    /// In which kinds of points, where it is more than one; may be empty.
    pub paid_with: String,
    /// Points that can be spent now.
    pub balance: i64,
    /// Where to pick it up.
    pub place: String,
    /// When that place is open; may be empty.
    pub hours: String,
    /// The last day to pick it up.
    pub until: Day,
    /// What it is limited to, each a sentence in the reader's language.
    pub limits: Vec<String>,
    /// Which points are used, first those that expire first.
    pub draws: Vec<Draw>,
    /// The total the person saw before, when the price has changed since.
    pub price_was: Option<i64>,
    /// How many of the points will have run out if nobody picks it up in time.
    pub late_lapsed: i64,
    /// The same order, placed a moment ago and not picked up yet: the form then posts its number as `again`.
    pub again: Option<u64>,
}

impl ConfirmView {
    fn balance_after(&self) -> i64 {
        self.balance.saturating_sub(self.own)
    }

    fn late_text(&self) -> String {
        late_text(&self.shell, self.late_lapsed)
    }

    fn button_text(&self) -> String {
        let key = if self.again.is_some() {
            "use-points-again"
        } else {
            "use-points"
        };
        self.shell.t1(key, "points", self.shell.points(self.total))
    }

    /// Which points are used is only worth a word when some of them expire.
    fn some_expire(&self) -> bool {
        self.draws.iter().any(|d| d.expires.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balance_after_does_not_overflow() {
        assert_eq!(i64::MIN.saturating_sub(1), i64::MIN);
        assert_eq!(Blocked::Short(12).short_by(), Some(12));
        assert_eq!(Blocked::Gone.short_by(), None);
    }
}
