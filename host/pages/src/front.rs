//! What a community shows everybody: when it is open, what is on, whom it thanks, what is under notice, what the shop has, and
//! that its ledger is whole. Names come as their people allowed them.

use askama::Template;

use crate::activities::ActivityRow;
use crate::shell::Shell;
use crate::wall::WallLine;

/// Something in the window of the shop.
#[derive(Debug, Clone)]
pub struct WindowItem {
    /// What.
    pub title: String,
    /// How many points, as a word: `85 分`.
    pub price: String,
}

/// `GET /{community}/`, for everybody who is not signed in.
#[derive(Debug, Clone, Template)]
#[template(path = "front.html")]
pub struct FrontView {
    /// Around the page.
    pub shell: Shell,
    /// When and where: what it is, and the words.
    pub open: Vec<(String, String)>,
    /// The next shifts.
    pub on: Vec<ActivityRow>,
    /// Which month's honour board it is.
    pub board_title: String,
    /// The first of it.
    pub board: Vec<WallLine>,
    /// How many awards are under notice.
    pub notice: i64,
    /// In the window.
    pub window: Vec<WindowItem>,
    /// What was given to the public good, in points; none where nothing was.
    pub given: Option<i64>,
}
