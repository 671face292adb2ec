//! Lists for the wall: which there are, and one as a sheet of A4 or A3 that is read from two metres away. Who may stand on
//! it is decided before it comes here.

use askama::Template;

use crate::shell::Shell;

/// A list that can be printed.
#[derive(Debug, Clone)]
pub struct WallLink {
    /// The end of its address.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub about: String,
}

/// `GET /{community}/wall`.
#[derive(Debug, Clone, Template)]
#[template(path = "wall.html")]
pub struct WallView {
    /// Around the page.
    pub shell: Shell,
    /// What there is.
    pub lists: Vec<WallLink>,
}

/// The size of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 297 × 420 mm.
    A3,
}

impl Paper {
    /// Both.
    pub const ALL: [Paper; 2] = [Paper::A4, Paper::A3];

    /// As addresses have it.
    pub fn word(self) -> &'static str {
        match self {
            Paper::A4 => "a4",
            Paper::A3 => "a3",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Paper::A4 => "A4",
            Paper::A3 => "A3",
        }
    }
}

/// A line of a sheet.
#[derive(Debug, Clone, Default)]
pub struct WallLine {
    /// A place, or nothing.
    pub first: String,
    /// Who, or what.
    pub name: String,
    /// A word beside it, such as that others stand at the same place.
    pub mark: String,
    /// A number.
    pub value: String,
    /// What it counts.
    pub unit: String,
    /// What is to be known, below it.
    pub note: String,
}

/// `GET /{community}/wall/{list}`.
#[derive(Debug, Clone, Template)]
#[template(path = "wall_sheet.html")]
pub struct WallSheetView {
    /// Around the page.
    pub shell: Shell,
    /// The end of its address.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// Where and of when.
    pub sub: String,
    /// Large sentences.
    pub says: Vec<String>,
    /// The lines.
    pub lines: Vec<WallLine>,
    /// What stands where there are neither.
    pub empty: String,
    /// What stands below.
    pub foot: Vec<String>,
    /// The size.
    pub paper: Paper,
    /// What can be chosen of periods: as addresses have it, and as people read it; empty where nothing can.
    pub choices: Vec<(String, String)>,
    /// Which of them.
    pub chosen: String,
}

impl WallSheetView {
    fn is_chosen(&self, choice: &str) -> bool {
        self.chosen == *choice
    }

    /// The same list on this paper.
    fn on(&self, paper: &Paper) -> String {
        let period = if self.chosen.is_empty() {
            String::new()
        } else {
            format!("&period={}", self.chosen)
        };
        let path = &self.shell.community_path;
        format!("{path}/wall/{}?paper={}{period}", self.code, paper.word())
    }

    fn is_on(&self, paper: &Paper) -> bool {
        self.paper == *paper
    }

    /// Long titles stand smaller.
    fn is_long(&self) -> bool {
        self.title
            .chars()
            .map(|c| if c.is_ascii() { 1 } else { 2 })
            .sum::<usize>()
            > 12
    }
}
