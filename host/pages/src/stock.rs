//! The stock for whoever looks after the shop: the list of goods, and one item with its book and the forms for what comes
//! in, is lost, is counted, or is taken off the shelf. It books nothing and knows no ledger.

use askama::Template;

use crate::account::FieldError;
use crate::format::{Day, Moment};
use crate::shell::Shell;

/// An item of the shop with its numbers.
#[derive(Debug, Clone)]
pub struct GoodsRow {
    /// Its code; also the end of its address.
    pub item: String,
    /// Its name, in the reader's language.
    pub title: String,
    /// Pieces on the shelf.
    pub shelf: i64,
    /// Pieces kept for orders.
    pub reserved: i64,
    /// Pieces handed over since the first of this month.
    pub handed: i64,
    /// Points for one piece today; `None` where the rule gave none.
    pub price: Option<i64>,
    /// What the rule says of it: limits, or why it can't be had.
    pub notes: Vec<String>,
    /// The first day of the rules that say so.
    pub since: Option<Day>,
    /// Days from which it costs something else: points, or none.
    pub next: Vec<(Day, Option<i64>)>,
    /// Whether it is offered and there are few or none.
    pub low: bool,
    /// Whether it can be ordered.
    pub active: bool,
}

impl GoodsRow {
    fn price_text(&self, shell: &Shell) -> String {
        match self.price {
            Some(points) => shell.points(points),
            None => shell.t("stock-no-price"),
        }
    }

    fn next_text(&self, shell: &Shell) -> Vec<String> {
        let each = self.next.iter().map(|(day, price)| {
            let price =
                price.map_or_else(|| shell.t("stock-no-price"), |points| shell.points(points));
            shell.t2("stock-next-price", "day", shell.day(*day), "price", price)
        });
        each.collect()
    }
}

/// What was typed for a new item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewItemTyped {
    /// Its code.
    pub item: String,
    /// Its Chinese name.
    pub title_zh: String,
    /// Its English name; may be empty.
    pub title_en: String,
    /// The code of its shelf.
    pub category: String,
    /// Its value in yuan.
    pub value: String,
}

/// `GET /{community}/stock` and a `POST` there that was wrong. The form posts `key` and the fields of [`NewItemTyped`] by
/// their names to the same address.
#[derive(Debug, Clone, Template)]
#[template(path = "stock.html")]
pub struct StockView {
    /// Around the page.
    pub shell: Shell,
    /// The goods that are shown.
    pub rows: Vec<GoodsRow>,
    /// How many there are.
    pub all: i64,
    /// How many of them are low.
    pub low: i64,
    /// Whether only those are shown.
    pub only_low: bool,
    /// The shelves there are: code and name.
    pub categories: Vec<(String, String)>,
    /// What was typed for a new one.
    pub typed: NewItemTyped,
    /// What was wrong with it.
    pub errors: Vec<FieldError>,
    /// The idempotency key of the form.
    pub key: String,
}

impl StockView {
    fn error(&self, field: &str) -> Option<&str> {
        message(&self.errors, field)
    }
}

fn message<'e>(errors: &'e [FieldError], field: &str) -> Option<&'e str> {
    let found = errors.iter().find(|error| error.field == field);
    found.map(|error| error.message.as_str())
}

/// What a line of an item's book says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoodsMove {
    /// It came in.
    Received,
    /// It was lost, spoiled, or fewer at a count.
    Missed,
    /// It is kept for an order.
    Kept,
    /// It was handed over.
    HandedOver,
    /// An order gave it back.
    GivenBack,
    /// An earlier line was taken back.
    TakenBack,
}

impl GoodsMove {
    fn key(self) -> &'static str {
        match self {
            GoodsMove::Received => "stock-received",
            GoodsMove::Missed => "stock-missed",
            GoodsMove::Kept => "stock-kept",
            GoodsMove::HandedOver => "stock-handed-over",
            GoodsMove::GivenBack => "stock-given-back",
            GoodsMove::TakenBack => "stock-taken-back",
        }
    }
}

/// A line of an item's book.
#[derive(Debug, Clone)]
pub struct GoodsLine {
    /// Its place.
    pub seq: u64,
    /// The entry it belongs to.
    pub entry: u64,
    /// When.
    pub at: Moment,
    /// What happened.
    pub what: GoodsMove,
    /// The order it was for.
    pub order: Option<u64>,
    /// Who booked it; empty where it is an order's business.
    pub by: String,
    /// What was written with it; may be empty.
    pub text: String,
    /// Pieces that came onto the shelf, or left it.
    pub shelf: i64,
    /// Pieces that came to those kept for orders, or left them.
    pub reserved: i64,
    /// Pieces on the shelf afterwards.
    pub shelf_after: i64,
    /// Pieces kept for orders afterwards.
    pub reserved_after: i64,
    /// Whether this reader may take it back.
    pub undo: bool,
}

impl GoodsLine {
    fn change(&self, shell: &Shell) -> String {
        if self.shelf == 0 {
            shell.t1("stock-kept-change", "count", shell.signed(self.reserved))
        } else {
            shell.signed(self.shelf)
        }
    }

    fn tone(&self) -> &'static str {
        match self.shelf {
            0 => "quiet",
            1.. => "in",
            _ => "out",
        }
    }
}

/// The form that stands open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockForm {
    /// Goods come in.
    Receive,
    /// Goods are lost.
    Lose,
    /// A count.
    Count,
    /// Its photo.
    Photo,
}

/// What was typed in the forms of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StockTyped {
    /// Pieces that came in, or are lost.
    pub pieces: String,
    /// Who gave them, or the number of a paper.
    pub donor: String,
    /// The day on which they came.
    pub on: String,
    /// A note, or why.
    pub reason: String,
    /// Pieces found at a count.
    pub found: String,
}

/// A count before it is booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountCheck {
    /// Pieces by the book.
    pub by_book: i64,
    /// Pieces found.
    pub found: i64,
    /// Why, as it will be booked.
    pub reason: String,
}

impl CountCheck {
    fn off(&self) -> i64 {
        self.found.saturating_sub(self.by_book)
    }
}

/// `GET /{community}/stock/{item}` and a `POST` below it that was wrong or is to be checked. The forms post `key` and
/// what they need of [`StockTyped`] to `…/receive`, `…/lose`, `…/count` (once more with `by_book` when it was checked) and
/// `…/shelf` (`on` is `yes` or `no`).
#[derive(Debug, Clone, Template)]
#[template(path = "stock_one.html")]
pub struct StockItemView {
    /// Around the page.
    pub shell: Shell,
    /// The item.
    pub row: GoodsRow,
    /// A page of its book, the newest first.
    pub lines: Vec<GoodsLine>,
    /// The place before which the next page begins.
    pub before: Option<u64>,
    /// Whether this is a later page: then the forms are left out.
    pub further: bool,
    /// What was typed.
    pub typed: StockTyped,
    /// In which form.
    pub open: Option<StockForm>,
    /// What was wrong with it.
    pub errors: Vec<FieldError>,
    /// A count that is shown before it is booked.
    pub count: Option<CountCheck>,
    /// The idempotency key of the forms.
    pub key: String,
    /// The entry that was just booked.
    pub done: Option<u64>,
    /// Today, for the form.
    pub today: String,
    /// Where its photo is, if it has one.
    pub photo: Option<String>,
    /// How many residents wait for it.
    pub waiting: i64,
}

impl StockItemView {
    fn error(&self, field: &str) -> Option<&str> {
        message(&self.errors, field)
    }

    fn is_open(&self, form: &str) -> bool {
        let open = match self.open {
            Some(StockForm::Receive) => "receive",
            Some(StockForm::Lose) => "lose",
            Some(StockForm::Count) => "count",
            Some(StockForm::Photo) => "photo",
            None => return false,
        };
        open == form
    }

    /// What was typed, in the form in which it was.
    fn typed_in<'t>(&self, form: &str, value: &'t str) -> &'t str {
        if self.is_open(form) { value } else { "" }
    }

    fn day_received(&self) -> &str {
        if self.is_open("receive") {
            &self.typed.on
        } else {
            &self.today
        }
    }
}
