//! What a configuration would change, by day: the rules that decide now against those that would. Reads a ledger and
//! changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_config as config;
use rongyi_core::book::{Book, Frame};
use rongyi_core::command::Command;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::time::{Instant, LocalDate};

use super::Checked;
use super::agreeing::{blocks, tried};
use crate::door::Actor;

/// What changes on the days between two, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The first day; `None` from the beginning.
    pub first: Option<LocalDate>,
    /// The last day; `None` for ever.
    pub last: Option<LocalDate>,
    /// What is otherwise on each of these days.
    pub changes: Vec<Change>,
}

impl Stretch {
    /// For people, with its days.
    pub fn text(&self) -> Text {
        let days = match (self.first, self.last) {
            (Some(first), Some(last)) => {
                (format!("{first} 到 {last}"), format!("{first} to {last}"))
            }
            (Some(first), None) => (format!("从 {first} 起"), format!("from {first} on")),
            (None, Some(last)) => (format!("到 {last} 为止"), format!("until {last}")),
            (None, None) => ("所有日子".to_owned(), "on all days".to_owned()),
        };
        let said: Vec<Text> = self.changes.iter().map(Change::text).collect();
        let zh: Vec<&str> = said.iter().map(|text| text.zh.as_str()).collect();
        let en: Vec<&str> = said.iter().map(|text| text.en.as_str()).collect();
        Text {
            zh: format!("{}：{}", days.0, zh.join("；")),
            en: format!("{}: {}", days.1, en.join("; ")),
        }
    }
}

/// One thing that would be otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A rule decides that did not.
    Begins(Code),
    /// A rule no longer decides.
    Ends(Code),
    /// The same rule with other parameters or in another version.
    Other(Code),
    /// A kind is decided that was not, by this rule.
    KindNew(Code, Code),
    /// A kind is not decided any more; the rule that did.
    KindGone(Code, Code),
    /// A kind is decided by another rule: from, to.
    KindMoves(Code, Code, Code),
}

impl Change {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Change::Begins(_) => "rule.begins",
            Change::Ends(_) => "rule.ends",
            Change::Other(_) => "rule.other",
            Change::KindNew(..) => "kind.new",
            Change::KindGone(..) => "kind.gone",
            Change::KindMoves(..) => "kind.moves",
        }
    }

    /// For people.
    pub fn text(&self) -> Text {
        let (zh, en) = match self {
            Change::Begins(rule) => (
                format!("规则 {rule} 开始管事"),
                format!("the rule {rule} begins"),
            ),
            Change::Ends(rule) => (
                format!("规则 {rule} 不再管事"),
                format!("the rule {rule} ends"),
            ),
            Change::Other(rule) => (
                format!("规则 {rule} 换成新的写法"),
                format!("the rule {rule} is another version or has other parameters"),
            ),
            Change::KindNew(kind, rule) => (
                format!("事项 {kind} 由 {rule} 计分"),
                format!("the kind {kind} is decided by {rule}"),
            ),
            Change::KindGone(kind, rule) => (
                format!("事项 {kind} 没有规则了（原来是 {rule}）"),
                format!("the kind {kind} has no rule any more (it was {rule})"),
            ),
            Change::KindMoves(kind, from, to) => (
                format!("事项 {kind} 由 {from} 改归 {to}"),
                format!("the kind {kind} moves from {from} to {to}"),
            ),
        };
        Text { zh, en }
    }
}

/// What decides on a day: rules by name, each by what it is, and the rule of each kind.
#[derive(Default)]
struct Day {
    rules: BTreeMap<Code, ([u8; 32], [u8; 32], String)>,
    kinds: BTreeMap<Code, Code>,
}

fn day(book: &Book, on: LocalDate) -> Day {
    let mut day = Day::default();
    for set in book.in_force(on) {
        // A set without a plan only says that a rule ended.
        if set.plan == rongyi_core::rule::Plan::default() {
            continue;
        }
        let what = (set.component, set.params, set.version.clone());
        day.rules.insert(set.name.clone(), what);
        for kind in &set.plan.kinds {
            if let Some((decides, _)) = book.rule_for(&kind.code, on) {
                day.kinds.insert(kind.code.clone(), decides.name.clone());
            }
        }
    }
    day
}

fn changes(was: &Day, is: &Day) -> Vec<Change> {
    let mut found = Vec::new();
    let names: BTreeSet<&Code> = was.rules.keys().chain(is.rules.keys()).collect();
    for name in names {
        match (was.rules.get(name), is.rules.get(name)) {
            (None, Some(_)) => found.push(Change::Begins(name.clone())),
            (Some(_), None) => found.push(Change::Ends(name.clone())),
            (Some(old), Some(new)) if old != new => found.push(Change::Other(name.clone())),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    let kinds: BTreeSet<&Code> = was.kinds.keys().chain(is.kinds.keys()).collect();
    for kind in kinds {
        let code = kind.clone();
        match (was.kinds.get(kind), is.kinds.get(kind)) {
            (None, Some(rule)) => found.push(Change::KindNew(code, rule.clone())),
            (Some(rule), None) => found.push(Change::KindGone(code, rule.clone())),
            (Some(old), Some(new)) if old != new => {
                found.push(Change::KindMoves(code, old.clone(), new.clone()));
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    found
}

/// What would change against the ledger with this frame, by day. Days before `today` concern only what is entered late.
pub fn difference(
    frame: Frame,
    community: &config::Community,
    rules: &[Checked],
    today: LocalDate,
) -> Vec<Stretch> {
    let was = Book::new(frame.clone());
    let command = |ask| Command {
        actor: Actor::Job.code(),
        key: None,
        today,
        ask,
        text: None,
        reference: None,
    };
    let (is, _) = tried(Some(frame), community, &blocks(rules), command, Instant(0));
    let mut days: BTreeSet<LocalDate> = was.turning_days().into_iter().collect();
    days.extend(is.turning_days());
    days.extend([LocalDate::FIRST, today]);
    let days: Vec<LocalDate> = days.into_iter().collect();
    let mut found: Vec<Stretch> = Vec::new();
    for (at, first) in days.iter().enumerate() {
        let changes = changes(&day(&was, *first), &day(&is, *first));
        let last = days.get(at + 1).map(|next| next.plus_days(-1));
        match found.last_mut() {
            // Past and coming days stay apart: only the past ones are about late entries.
            Some(stretch) if stretch.changes == changes && *first != today => stretch.last = last,
            Some(_) | None => found.push(Stretch {
                first: Some(*first).filter(|first| *first != LocalDate::FIRST),
                last,
                changes,
            }),
        }
    }
    found.retain(|stretch| !stretch.changes.is_empty());
    found
}
