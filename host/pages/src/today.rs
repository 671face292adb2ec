//! An operator's first page: what waits, what falls due, how far the month's points go; and the list of points that run out
//! soon. It counts nothing itself.

use askama::Template;

use crate::format::Day;
use crate::operator::ConfigFault;
use crate::shell::Shell;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Objections to be reviewed.
    Objections,
    /// Events that somebody is to look at.
    Marks,
    /// Corrections that a second person decides about.
    Proposals,
    /// Events that wait for their rule.
    Events,
    /// Notices that end today or tomorrow.
    Notices,
    /// A file that was changed and is not in force.
    Saved,
    /// Orders whose last day is today.
    OrdersToday,
    /// Orders whose last day is tomorrow.
    OrdersTomorrow,
    /// Goods of which there are few or none.
    Low,
    /// Points that run out, of so many holders.
    Lapsing(i64),
    /// Periods that can be closed.
    Periods,
}

impl Task {
    fn key(self) -> &'static str {
        match self {
            Task::Objections => "today-objections",
            Task::Marks => "today-marks",
            Task::Proposals => "today-proposals",
            Task::Events => "today-events",
            Task::Notices => "today-notices",
            Task::Saved => "today-saved",
            Task::OrdersToday => "today-orders-today",
            Task::OrdersTomorrow => "today-orders-tomorrow",
            Task::Low => "today-low",
            Task::Lapsing(_) => "today-lapsing",
            Task::Periods => "today-periods",
        }
    }

    /// What to do about it.
    fn note(self, shell: &Shell) -> String {
        match self {
            Task::Objections => shell.t("today-objections-note"),
            Task::Marks => shell.t("today-marks-note"),
            Task::Proposals => shell.t("today-proposals-note"),
            Task::Events => shell.t("today-events-note"),
            Task::Notices => shell.t("today-notices-note"),
            Task::Saved => shell.t("today-saved-note"),
            Task::OrdersToday => shell.t("today-orders-today-note"),
            Task::OrdersTomorrow => shell.t("today-orders-tomorrow-note"),
            Task::Low => shell.t("today-low-note"),
            Task::Lapsing(holders) => shell.tn("today-lapsing-note", holders),
            Task::Periods => shell.t("today-periods-note"),
        }
    }

    /// Whether it cannot wait until tomorrow.
    fn is_urgent(self) -> bool {
        self == Task::OrdersToday
    }
}

/// Something to be done, with the place where it is.
#[derive(Debug, Clone)]
pub struct TodayRow {
    /// How many.
    pub count: i64,
    /// What.
    pub task: Task,
    /// The address of its desk.
    pub path: String,
}

/// The month's points.
#[derive(Debug, Clone, Copy)]
pub struct IssueCard {
    /// New points.
    pub issued: i64,
    /// The most there may be.
    pub budget: Option<i64>,
    /// When it is used up at this pace.
    pub ends: Option<Day>,
    /// Whether it is used up already.
    pub used_up: bool,
    /// The day of the month.
    pub days: i64,
    /// How many days the month has.
    pub month: i64,
}

impl IssueCard {
    /// Of a hundred.
    fn percent(&self) -> i64 {
        let part = self.budget.and_then(|budget| {
            let part = self.issued.saturating_mul(100);
            part.checked_div(budget)
        });
        part.unwrap_or(0)
    }

    fn bar(&self) -> i64 {
        self.percent().clamp(0, 100)
    }

    /// Where the month is, of a hundred.
    fn mark(&self) -> i64 {
        let part = self.days.saturating_mul(100);
        part.checked_div(self.month).unwrap_or(0).clamp(0, 100)
    }

    fn left(&self) -> i64 {
        self.budget
            .map_or(0, |budget| budget.saturating_sub(self.issued).max(0))
    }

    /// All of the month at this pace.
    fn at_this_pace(&self) -> i64 {
        let all = self.issued.saturating_mul(self.month);
        all.checked_div(self.days).unwrap_or(0)
    }
}

/// What the last nightly check of the ledger came to.
#[derive(Debug, Clone)]
pub struct TodayNight {
    /// When.
    pub day: Day,
    /// Records that were read.
    pub records: i64,
    /// What is wrong, each with its place; or why it could not be looked at.
    pub wrong: Vec<String>,
}

/// `GET /{community}/operator`.
#[derive(Debug, Clone, Template)]
#[template(path = "today.html")]
pub struct TodayView {
    /// Around the page.
    pub shell: Shell,
    /// Today.
    pub today: Day,
    /// When the shop is open; may be empty.
    pub hours: String,
    /// What waits for people.
    pub waits: Vec<TodayRow>,
    /// What falls due.
    pub due: Vec<TodayRow>,
    /// Orders that wait to be collected.
    pub orders: i64,
    /// Points that run out within seven days.
    pub lapsing: i64,
    /// Whether nothing waits and nothing falls due.
    pub quiet: bool,
    /// The month's points.
    pub issue: IssueCard,
    /// Whether all rules that decide are well.
    pub rules_well: bool,
    /// How many rules decide.
    pub rules: i64,
    /// The newest change of the rules that is in force: what, and since when.
    pub newest: Option<(String, Day)>,
    /// Wrong pick-up codes at the till today, by who typed them.
    pub wrong_codes: Vec<(String, i64)>,
    /// What is wrong with a changed configuration that was therefore not taken over.
    pub config_faults: Vec<ConfigFault>,
    /// What is wrong with files of communities that are not served yet; this one is not touched.
    pub newcomer_faults: Vec<ConfigFault>,
    /// What keeps messages from being sent, in a sentence; empty where nothing does.
    pub sending: String,
    /// What the last nightly check of the ledger came to; `None` before the first.
    pub night: Option<TodayNight>,
    /// Keys of the host's configuration that were changed and need a restart.
    pub needs_restart: Vec<String>,
}

impl TodayView {
    /// All of today's wrong pick-up codes.
    fn wrong_codes_in_all(&self) -> i64 {
        self.wrong_codes.iter().map(|(_, count)| count).sum()
    }

    /// Whether the ledger is not as it must be.
    fn broken(&self) -> bool {
        self.night
            .as_ref()
            .is_some_and(|night| !night.wrong.is_empty())
    }

    fn restart_keys(&self) -> String {
        self.needs_restart.join(", ")
    }

    /// Nothing waits, falls due or is wrong.
    fn all_well(&self) -> bool {
        self.quiet && self.rules_well && self.config_faults.is_empty() && !self.broken()
    }
}

/// Points of one holder that run out.
#[derive(Debug, Clone)]
pub struct LapsingRow {
    /// Whose: a household with its name, or a resident with a masked one.
    pub holder: String,
    /// The last day on which they can be spent.
    pub last: Day,
    /// How many.
    pub points: i64,
}

/// `GET /{community}/operator/lapsing`.
#[derive(Debug, Clone, Template)]
#[template(path = "lapsing.html")]
pub struct LapsingView {
    /// Around the page.
    pub shell: Shell,
    /// All of them.
    pub points: i64,
    /// Whose they are.
    pub holders: i64,
    /// Those that go first in front.
    pub rows: Vec<LapsingRow>,
}
