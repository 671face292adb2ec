//! The basket: what a resident wants to have together, and the check before points are set aside for it.
//! Prices nothing and keeps nothing: lines, totals and reasons come in.

use askama::Template;

use crate::format::Day;
use crate::order::late_text;
use crate::shell::Shell;
use crate::shop::{Draw, Tile};

/// What happened since the reader looked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// This basket has been ordered, under this number.
    Ordered(u64),
    /// No more kinds of things go into one basket.
    Full,
    /// The number of pieces was none.
    Pieces,
    /// The order was not taken: see the lines.
    Refused,
}

impl News {
    fn text(self, shell: &Shell) -> String {
        match self {
            News::Ordered(no) => shell.t1("basket-ordered", "no", shell.plain(no)),
            News::Full => shell.t("basket-full"),
            News::Pieces => shell.t("basket-pieces"),
            News::Refused => shell.t("basket-refused"),
        }
    }

    fn order(self) -> Option<u64> {
        match self {
            News::Ordered(no) => Some(no),
            News::Full | News::Pieces | News::Refused => None,
        }
    }
}

/// One line of the basket.
#[derive(Debug, Clone)]
pub struct CheckLine {
    /// The item, with how many of it are wanted, and why they can't be had.
    pub tile: Tile,
    /// What the line costs within the basket.
    pub points: Option<i64>,
    /// What it is limited to, each a sentence in the reader's language.
    pub limits: Vec<String>,
}

/// `/{community}/basket`, and `/{community}/shop/{item}/confirm?quantity=1`: the answers once more before anything
/// moves. The form posts `key`, `total` and for each line `item` and `quantity` to `/{community}/orders`.
#[derive(Debug, Clone, Template)]
#[template(path = "confirm.html")]
pub struct ConfirmView {
    /// Around the page.
    pub shell: Shell,
    /// The idempotency key of this basket.
    pub key: String,
    /// What is ordered together.
    pub lines: Vec<CheckLine>,
    /// Names of what is picked up elsewhere and has to wait for the next order.
    pub later: Vec<String>,
    /// What happened meanwhile.
    pub news: Option<News>,
    /// What it costs in all; `None` when it can't be had as it is.
    pub total: Option<i64>,
    /// Why not, where no single line is to blame.
    pub blocked: Option<String>,
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
    /// What holds for the whole, each a sentence in the reader's language.
    pub notes: Vec<String>,
    /// Which points are used, first those that expire first.
    pub draws: Vec<Draw>,
    /// The total the person saw before, when the price has changed since.
    pub price_was: Option<i64>,
    /// How many of the points will have run out if nobody picks it up in time.
    pub late_lapsed: i64,
    /// The same order, placed a moment ago and not picked up yet: the form then posts its number as `again`.
    pub again: Option<u64>,
    /// What else could be had, where something can't.
    pub others: Vec<Tile>,
}

impl ConfirmView {
    fn kinds(&self) -> i64 {
        i64::try_from(self.lines.len()).unwrap_or(i64::MAX)
    }

    fn balance_after(&self) -> i64 {
        self.balance.saturating_sub(self.own)
    }

    fn late_text(&self) -> String {
        late_text(&self.shell, self.late_lapsed)
    }

    fn button_text(&self, total: &i64) -> String {
        let key = if self.again.is_some() {
            "use-points-again"
        } else {
            "use-points"
        };
        self.shell.t1(key, "points", self.shell.points(total))
    }

    /// Which points are used is only worth a word when some of them expire.
    fn some_expire(&self) -> bool {
        self.draws.iter().any(|d| d.expires.is_some())
    }

    /// What can't be had, where the rest can.
    fn to_drop(&self) -> Vec<&CheckLine> {
        let off: Vec<&CheckLine> = self
            .lines
            .iter()
            .filter(|line| line.tile.blocked.is_some())
            .collect();
        if off.len() < self.lines.len() {
            off
        } else {
            Vec::new()
        }
    }

    /// Where the steppers come back to.
    fn back(&self) -> &'static str {
        "/basket"
    }
}
