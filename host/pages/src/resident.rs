//! A resident as the office sees them: one page from which everything else is a tap away, with the person filled in; and an
//! order for somebody without a telephone. It books nothing and looks nothing up.

use askama::Template;

use crate::access::DeviceRow;
use crate::account::FieldError;
use crate::format::{self, Day, Moment};
use crate::home::{Expiring, Waiting};
use crate::passbook::{Line, Pending};
use crate::privacy::ReadRow;
use crate::qr;
use crate::shell::Shell;
use crate::shop::Tile;

/// Somebody of the same household.
#[derive(Debug, Clone)]
pub struct MemberRow {
    /// The number in addresses.
    pub no: u32,
    /// The number on the card, as printed.
    pub number: String,
    /// The whole name.
    pub name: String,
}

/// Something about a resident that waits for somebody of the staff.
#[derive(Debug, Clone)]
pub struct WaitsRow {
    /// A sentence.
    pub text: String,
    /// The entry it is about.
    pub entry: u64,
}

/// What the reader may do from here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResidentActs {
    /// Record what the resident did.
    pub record: bool,
    /// Write down something about them that a second person looks at, such as a deduction: address and kind.
    pub cases: Vec<(String, String)>,
    /// Order for them.
    pub order: bool,
    /// Take a line back.
    pub reverse: bool,
    /// Propose a correction.
    pub propose: bool,
    /// Set the PIN anew.
    pub reset: bool,
    /// Say how they stand in public lists.
    pub listing: bool,
    /// Take everything that is kept about them along.
    pub export: bool,
    /// Enter what changes about a person: name, household, that they left.
    pub enrol: bool,
}

/// Who a page of the office is about.
#[derive(Debug, Clone)]
pub struct Whom {
    /// The number in addresses.
    pub no: u32,
    /// The number on the card, as printed.
    pub number: String,
    /// The whole name.
    pub name: String,
    /// `陈阿婆家 · 第 3 户`.
    pub household: String,
}

/// `/{community}/residents/{no}?before=812`.
#[derive(Debug, Clone, Template)]
#[template(path = "resident.html")]
pub struct ResidentView {
    /// Around the page.
    pub shell: Shell,
    /// Who.
    pub whom: Whom,
    /// Where the household lives; may be empty.
    pub address: String,
    /// The end of the telephone number; empty where there is none.
    pub phone_tail: String,
    /// Whose points they are, where they are not the person's alone.
    pub shared: String,
    /// Who else belongs to the household.
    pub members: Vec<MemberRow>,
    /// Points that can be spent now.
    pub balance: i64,
    /// The person's volunteer minutes.
    pub minutes: i64,
    /// What else the community counts, by name.
    pub others: Vec<(String, i64)>,
    /// Points under notice.
    pub notice: i64,
    /// Points set aside for orders.
    pub set_aside: i64,
    /// What lapses next, however late that is.
    pub expiring: Option<Expiring>,
    /// Lines of the passbook, the newest first.
    pub lines: Vec<Line>,
    /// The `before` of the next older page, if there is one.
    pub older: Option<u64>,
    /// Whether this is not the newest page.
    pub is_older_page: bool,
    /// Orders that wait to be picked up.
    pub orders: Vec<Waiting>,
    /// Awards under notice.
    pub pending: Vec<Pending>,
    /// What waits for somebody of the staff.
    pub waits: Vec<WaitsRow>,
    /// How they stand in public lists, in words.
    pub listing: String,
    /// What staff set about them for rules to ask: `star=3`.
    pub traits: Vec<String>,
    /// The browsers they signed in with.
    pub devices: Vec<DeviceRow>,
    /// Who looked, the newest first.
    pub reads: Vec<ReadRow>,
    /// The number of the household.
    pub household: u32,
    /// That they left, and when; empty where they did not.
    pub left: String,
    /// What has just happened: a key of the texts, or nothing.
    pub done: &'static str,
    /// What the reader may do.
    pub acts: ResidentActs,
}

impl ResidentView {
    /// An address of this resident.
    fn path(&self) -> String {
        format!("{}/residents/{}", self.shell.community_path, self.whom.no)
    }

    fn has_waiting(&self) -> bool {
        !(self.orders.is_empty() && self.pending.is_empty() && self.waits.is_empty())
    }
}

/// A resident's card, to be printed. Its word is shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "card.html")]
pub struct CardView {
    /// Around the page.
    pub shell: Shell,
    /// The number in addresses.
    pub no: u32,
    /// The number on the card, as printed.
    pub number: String,
    /// The whole name.
    pub name: String,
    /// `陈阿婆家 · 第 3 户`.
    pub household: String,
    /// What the code holds.
    pub address: String,
    /// Which card of theirs it is.
    pub serial: u32,
}

impl CardView {
    fn qr(&self) -> String {
        qr::svg(&self.address, &self.shell.t("card-code"))
    }
}

/// What is about to be ordered for somebody.
#[derive(Debug, Clone)]
pub struct OrderFor {
    /// The idempotency key of this one order.
    pub key: String,
    /// The items' codes, and how many of each.
    pub lines: Vec<(String, i64)>,
    /// Their names with how many.
    pub title: String,
    /// What it costs in all.
    pub total: i64,
    /// What is left of the points afterwards.
    pub after: i64,
    /// The last day to pick it up.
    pub until: Day,
    /// What it is limited to; whole sentences.
    pub limits: Vec<String>,
    /// The same order, placed a moment ago: the form then posts its number as `again`.
    pub again: Option<u64>,
}

/// `/{community}/residents/{no}/order`: the shelf, and with `?item=rice&quantity=1` the check before anything moves. The
/// form posts `key`, `item`, `quantity` and `total` to the same address.
#[derive(Debug, Clone, Template)]
#[template(path = "order_for.html")]
pub struct OrderForView {
    /// Around the page.
    pub shell: Shell,
    /// For whom.
    pub whom: Whom,
    /// Whether the reader may open the resident's page.
    pub has_page: bool,
    /// Points that can be spent now.
    pub balance: i64,
    /// What is on the shelf, what can be had first.
    pub tiles: Vec<Tile>,
    /// What was chosen.
    pub chosen: Option<OrderFor>,
    /// Why it can't be had, or was not ordered.
    pub errors: Vec<FieldError>,
}

impl OrderForView {
    fn path(&self) -> String {
        format!(
            "{}/residents/{}/order",
            self.shell.community_path, self.whom.no
        )
    }

    fn error(&self) -> Option<&str> {
        self.errors.first().map(|error| error.message.as_str())
    }
}

/// The slip of an order that was placed for somebody, printed and handed to them.
#[derive(Debug, Clone, Template)]
#[template(path = "order_slip.html")]
pub struct OrderSlipView {
    /// Around the page.
    pub shell: Shell,
    /// For whom.
    pub whom: Whom,
    /// Whether the reader may open the resident's page.
    pub has_page: bool,
    /// What, with how many.
    pub title: String,
    /// What it cost.
    pub total: i64,
    /// The pick-up code, eight digits; empty when it is not waiting any more.
    pub code: String,
    /// What the QR code says.
    pub qr_text: String,
    /// Where to pick it up.
    pub place: String,
    /// When that place is open; may be empty.
    pub hours: String,
    /// The last day to pick it up.
    pub until: Day,
    /// When it was printed.
    pub at: Moment,
    /// The number of the order.
    pub no: u64,
}

impl OrderSlipView {
    fn qr_svg(&self) -> String {
        qr::svg(&self.qr_text, &self.shell.t("order-qr-label"))
    }

    fn groups(&self) -> String {
        format::code_groups(&self.code)
    }
}
