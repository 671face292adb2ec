//! The shop: what there is, one item, and the check before points are set aside.
//! Prices nothing and decides nothing: totals, limits and reasons come in.

use askama::Template;

use crate::format::{self, Day};
use crate::icon::Picture;
use crate::shell::Shell;

/// The most pieces of one item in one order.
pub(crate) const PIECES_MAX: i64 = 10;

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
    /// Only so many left, fewer than are wanted.
    Fewer(i64),
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
            Blocked::Fewer(left) => shell.tn("stock-few", left),
            Blocked::Refused { sentence, .. } => sentence.clone(),
        }
    }

    /// Why it can't be had, in a sentence.
    #[must_use]
    pub fn sentence(&self, shell: &Shell) -> String {
        let opens = self.opens(shell).unwrap_or_default();
        format!("{} {opens}", self.text(shell)).trim().to_owned()
    }

    pub(crate) fn opens(&self, shell: &Shell) -> Option<String> {
        match self {
            Blocked::Refused {
                opens_again: Some(day),
                ..
            } => Some(shell.t1("opens-again", "day", shell.day(day))),
            Blocked::Refused { .. } | Blocked::Short(_) | Blocked::Gone | Blocked::Fewer(_) => None,
        }
    }

    /// Whether it is sold out.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self, Blocked::Gone)
    }

    fn short_by(&self) -> Option<i64> {
        match self {
            Blocked::Short(n) => Some(*n),
            Blocked::Refused { .. } | Blocked::Gone | Blocked::Fewer(_) => None,
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
    /// The address of its photo, where staff sent one.
    pub photo: Option<String>,
    /// How many of it are in the reader's basket.
    pub pieces: i64,
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
    /// Whether one more of it fits into the basket, as far as the shelf goes.
    pub(crate) fn has_more(&self) -> bool {
        let there = match self.stock {
            Stock::Plenty => PIECES_MAX,
            Stock::Few(left) => left,
            Stock::Gone => 0,
        };
        self.pieces < there.min(PIECES_MAX)
    }

    /// Whether it is put into the basket from the shelf: when it can be had, and to take it out again.
    fn has_step(&self) -> bool {
        self.pieces > 0 || (self.blocked.is_none() && self.price.is_some())
    }

    pub(crate) fn yuan(&self, shell: &Shell) -> Option<String> {
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

/// What stands at the foot of the shelf while something is in the basket.
#[derive(Debug, Clone)]
pub struct BasketBar {
    /// How many pieces.
    pub pieces: i64,
    /// What they cost together, where that can be said.
    pub total: Option<i64>,
    /// Why they can't be had as they are; a sentence in the reader's language.
    pub blocked: Option<String>,
}

/// Whether somebody waits for an item that is sold out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// They do not.
    No,
    /// They do, with so many before them.
    Waits(i64),
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
    /// What the reader put into the basket, if anything.
    pub basket: Option<BasketBar>,
    /// What the reader waited for and is there again: code and name.
    pub arrived: Vec<(String, String)>,
}

impl ShopView {
    /// Where the steppers come back to.
    fn back(&self) -> String {
        format!("/shop?show={}", self.show)
    }
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
    /// Where it is sold out: whether the reader waits for it.
    pub wish: Option<Wish>,
}

impl ItemView {
    fn fewer(&self) -> Option<i64> {
        (self.quantity > 1).then(|| self.quantity.saturating_sub(1))
    }

    fn more(&self) -> Option<i64> {
        let most = self.quantity_max.clamp(1, PIECES_MAX);
        (self.quantity < most).then(|| self.quantity.saturating_add(1))
    }

    /// Where the basket's button comes back to.
    fn back(&self) -> String {
        "/shop?show=affordable".to_owned()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_points_says_how_many() {
        assert_eq!(Blocked::Short(12).short_by(), Some(12));
        assert_eq!(Blocked::Gone.short_by(), None);
    }
}
