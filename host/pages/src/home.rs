//! What a resident sees first: the card with what they have, what waits, the next shift, the newest lines; the code by which
//! they are known at the counter; and what stays in the telephone for the time without a network.

use askama::Template;

use crate::format::{Day, Moment};
use crate::passbook::Line;
use crate::qr;
use crate::shell::Shell;

/// Points that will run out soon.
#[derive(Debug, Clone)]
pub struct Expiring {
    /// How many.
    pub points: i64,
    /// Their last day.
    pub on: Day,
}

/// An order waiting to be picked up.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The order's number in its address, `/{community}/orders/{no}`.
    pub no: u64,
    /// What, in the reader's language: `大米 5 公斤 × 1`.
    pub title: String,
    /// The last day to pick it up.
    pub until: Day,
}

/// Something that waits for the reader: an order to be picked up, a deduction that they may answer, a question to them.
#[derive(Debug, Clone)]
pub struct HomeCase {
    /// Its whole address.
    pub href: String,
    /// What it is about: `扣分 · 占道堆放 1 次`.
    pub title: String,
    /// Where it stands, and until when.
    pub note: String,
}

/// A shift: the reader's next one, or the next that can be joined.
#[derive(Debug, Clone)]
pub struct HomeNext {
    /// Its whole address.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// When and where.
    pub when: String,
    /// Whether the reader is signed up.
    pub mine: bool,
}

impl HomeNext {
    fn key(&self) -> &'static str {
        if self.mine {
            "home-next-mine"
        } else {
            "home-next"
        }
    }
}

/// `/{community}/home`.
#[derive(Debug, Clone, Template)]
#[template(path = "home.html")]
pub struct HomeView {
    /// Whether something can be asked of the community.
    pub may_ask: bool,
    /// Around the page.
    pub shell: Shell,
    /// What others did to the reader's way in, told this once; whole sentences.
    pub told: Vec<String>,
    /// Today, as the community's calendar has it: the date, and the lunar one where the community wants it.
    pub today: String,
    /// Whose points: `陈阿婆家 · 第 3 户`.
    pub holder_title: String,
    /// Points that can be spent now.
    pub balance: i64,
    /// The person's volunteer minutes.
    pub minutes: i64,
    /// What else the community counts, by name, where there is or was any.
    pub others: Vec<(String, i64)>,
    /// Points that came in this month, as the passbook's heading of the month says; `None` where a month is too long to
    /// be added up.
    pub earned_month: Option<i64>,
    /// Points under notice.
    pub notice: i64,
    /// Points set aside for orders.
    pub set_aside: i64,
    /// What runs out next, if soon.
    pub expiring: Option<Expiring>,
    /// What waits for the reader, however many; one line stands for all of them.
    pub waits: Vec<HomeCase>,
    /// Messages that were not read yet.
    pub unread: i64,
    /// The next shift.
    pub next: Option<HomeNext>,
    /// The newest lines, about five.
    pub recent: Vec<Line>,
}

impl HomeView {
    /// What is read aloud: whose, how much, how long, what waits and what runs out.
    fn spoken(&self) -> String {
        let shell = &self.shell;
        let mut said = vec![
            self.holder_title.clone(),
            format!(
                "{} {}",
                shell.t("home-balance"),
                shell.spoken_points(self.balance)
            ),
            format!("{} {}", shell.t("home-hours"), shell.hours(self.minutes)),
        ];
        if !self.waits.is_empty() {
            said.push(self.waits_title());
            said.push(self.waits_note());
        }
        if let Some(soon) = &self.expiring {
            let points = shell.spoken_points(soon.points);
            said.push(shell.t1("home-expiring", "points", points));
            said.push(shell.t1("home-expiring-note", "day", shell.day(soon.on)));
        }
        said.join(&shell.t("spoken-stop"))
    }

    /// Where the one line leads: to the thing itself where there is only one.
    fn waits_href(&self) -> String {
        match self.waits.as_slice() {
            [only] => only.href.clone(),
            _ => format!("{}/messages", self.shell.community_path),
        }
    }

    /// What it says in bold.
    fn waits_title(&self) -> String {
        match self.waits.as_slice() {
            [only] => only.title.clone(),
            all => {
                let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
                self.shell.tn("home-waits", count)
            }
        }
    }

    /// What it says below.
    fn waits_note(&self) -> String {
        match self.waits.as_slice() {
            [only] => only.note.clone(),
            all => {
                let titles: Vec<&str> = all.iter().map(|one| one.title.as_str()).collect();
                titles.join(&self.shell.t("home-waits-and"))
            }
        }
    }
}

/// An order that waits, with its code.
#[derive(Debug, Clone)]
pub struct CodeOrder {
    /// Its number.
    pub no: u64,
    /// What: `大米 5 公斤 × 1`.
    pub title: String,
    /// The last day to pick it up.
    pub until: Day,
    /// The pick-up code; empty where it is another member's of the household.
    pub code: String,
}

impl CodeOrder {
    /// `4827 1936`.
    fn groups(&self) -> String {
        match self.code.split_at_checked(4) {
            Some((first, second)) => format!("{first} {second}"),
            None => self.code.clone(),
        }
    }

    /// `4 8 2 7 1 9 3 6`: as a screen reader should say it.
    fn spelled(&self) -> String {
        let digits: Vec<String> = self.code.chars().map(|digit| digit.to_string()).collect();
        digits.join(" ")
    }
}

/// `/{community}/me/code`: by what the reader is known at the counter, and what waits there.
#[derive(Debug, Clone, Template)]
#[template(path = "me_code.html")]
pub struct MeCodeView {
    /// Around the page.
    pub shell: Shell,
    /// The person.
    pub name: String,
    /// The number on the card, as printed: `0003`.
    pub number: String,
    /// What the QR code holds: an address that only staff can open.
    pub address: String,
    /// Orders that wait.
    pub orders: Vec<CodeOrder>,
}

impl MeCodeView {
    fn qr(&self) -> String {
        qr::svg(&self.address, &self.shell.t("code-qr-label"))
    }

    fn spelled(&self) -> String {
        let digits: Vec<String> = self.number.chars().map(|digit| digit.to_string()).collect();
        digits.join(" ")
    }
}

/// `/{community}/me/offline`: what the telephone keeps for the time without a network. Sent over it, never shown with one.
#[derive(Debug, Clone, Template)]
#[template(path = "offline.html")]
pub struct OfflineView {
    /// Around the page.
    pub shell: Shell,
    /// Whose points.
    pub holder_title: String,
    /// Points that could be spent then.
    pub balance: i64,
    /// The person's volunteer minutes then.
    pub minutes: i64,
    /// When that was.
    pub at: Moment,
    /// The number on the card.
    pub number: String,
    /// Orders that waited.
    pub orders: Vec<CodeOrder>,
}
