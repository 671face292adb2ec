//! The operator's page of the rules: which decide, how each is doing in words, what waits for it, what is wrong with a
//! changed configuration, and in plain words what to do; figures for authors one step below. It reads no figures itself.

use askama::Template;

use crate::fault;
use crate::format::{self, Day, Moment};
use crate::office::Head;
use crate::shell::Shell;

/// How a rule set is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleState {
    /// Decides.
    Active,
    /// Becomes active on its day.
    Planned,
    /// Was replaced.
    Past,
    /// Failed too often and is tried again with growing pauses.
    Parked,
}

impl RuleState {
    fn key(self) -> &'static str {
        match self {
            RuleState::Active => "operator-active",
            RuleState::Planned => "operator-planned",
            RuleState::Past => "operator-past",
            RuleState::Parked => "operator-parked",
        }
    }

    fn seal(self) -> &'static str {
        match self {
            RuleState::Active => "seal seal-good",
            RuleState::Planned | RuleState::Past => "seal seal-quiet",
            RuleState::Parked => "seal",
        }
    }
}

/// What the operator can do about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleRemedy {
    /// Nothing.
    Fine,
    /// It is parked: have it mended, and what waited is made up for.
    Parked,
    /// It took more than its limits.
    Limit,
    /// It broke off by itself, or answered what cannot be.
    Broken,
    /// This host could not ask it.
    Host,
}

impl RuleRemedy {
    /// The text of the page.
    pub fn key(self) -> &'static str {
        match self {
            RuleRemedy::Fine => "operator-do-fine",
            RuleRemedy::Parked => "operator-do-parked",
            RuleRemedy::Limit => "operator-do-limit",
            RuleRemedy::Broken => "operator-do-broken",
            RuleRemedy::Host => "operator-do-host",
        }
    }
}

/// What went wrong last with a rule.
#[derive(Debug, Clone)]
pub struct LastFault {
    /// Stable.
    pub code: String,
    /// The author's sentence, or the host's with limit and use.
    pub message: String,
    /// When.
    pub at: Moment,
}

/// Since when a rule is left alone, and when it is tried again.
#[derive(Debug, Clone, Copy)]
pub struct Parked {
    /// When that began.
    pub since: Moment,
    /// When it is tried again.
    pub next: Moment,
    /// New tries that failed.
    pub tries: i64,
}

/// What one call of a rule may take.
#[derive(Debug, Clone)]
pub struct CallLimits {
    /// The tier of its component.
    pub tier: String,
    /// Fuel.
    pub fuel: i64,
    /// Memory in KiB.
    pub memory_kib: i64,
}

/// One rule set of a community.
#[derive(Debug, Clone)]
pub struct RuleSetRow {
    /// What it is called, in the reader's language.
    pub title: String,
    /// Its name in files.
    pub name: String,
    /// What it decided of yesterday.
    pub yesterday: i64,
    /// Its version.
    pub version: String,
    /// Its digest, hexadecimal.
    pub digest: String,
    /// Who wrote it; empty when it could not be loaded.
    pub author: String,
    /// Where it comes from, in the reader's language.
    pub from: String,
    /// The version of the interface it speaks.
    pub interface: String,
    /// What one call may take; `None` when it could not be loaded.
    pub limits: Option<CallLimits>,
    /// From which day it decides.
    pub active_from: Day,
    /// How it is doing.
    pub state: RuleState,
    /// Calls so far.
    pub calls: i64,
    /// Refusals among them.
    pub refusals: i64,
    /// Faults among them, by code.
    pub faults: Vec<(String, i64)>,
    /// Fuel of a call: median, 95 %, 99 %, most.
    pub fuel: Option<[i64; 4]>,
    /// µs of a call: median, 95 %, 99 %, most.
    pub micros: Option<[i64; 4]>,
    /// Events that wait for it.
    pub waiting: i64,
    /// What went wrong last.
    pub last_fault: Option<LastFault>,
    /// Whether it is left alone.
    pub parked: Option<Parked>,
    /// What to do.
    pub remedy: RuleRemedy,
}

/// One mistake in a changed configuration.
#[derive(Debug, Clone)]
pub struct ConfigFault {
    /// File, line and column; empty for what lies in no file.
    pub place: String,
    /// The text that stands there; may be empty.
    pub text: String,
    /// Stable.
    pub code: String,
    /// What is wrong.
    pub what: String,
    /// What to do; may be empty.
    pub remedy: String,
}

impl RuleSetRow {
    /// Whether events and orders are put to it.
    fn is_asked(&self) -> bool {
        match self.state {
            RuleState::Active | RuleState::Parked => true,
            RuleState::Planned | RuleState::Past => false,
        }
    }

    fn has_facts(&self) -> bool {
        self.waiting > 0 || self.parked.is_some() || self.last_fault.is_some()
    }

    /// `昨天 312 次，都有回答，最慢 2 毫秒。`
    fn told(&self, shell: &Shell) -> String {
        let yesterday = match self.yesterday {
            0 => shell.t("rules-none-yesterday"),
            count => shell.tn("rules-yesterday", count),
        };
        // Of nothing there is nothing to answer.
        let answered = match self.waiting {
            0 => (self.yesterday > 0).then(|| shell.t("rules-answered")),
            count => Some(shell.tn("rules-unanswered", count)),
        };
        let slowest = self.micros.map(|[.., most]| match most {
            ..1000 => shell.t("rules-quick"),
            most => shell.tn("rules-slowest", most.div_euclid(1000)),
        });
        let parts = [Some(yesterday), answered, slowest];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let told = parts.join(&shell.t("rules-comma"));
        shell.t1("rules-told", "told", told)
    }
}

/// `/{community}/operator/rules`.
#[derive(Debug, Clone, Template)]
#[template(path = "rules.html")]
pub struct RulesView {
    /// Around the page.
    pub shell: Shell,
    /// The rule sets, the active ones first.
    pub rules: Vec<RuleSetRow>,
    /// Events that wait for a rule, all together.
    pub waiting: i64,
    /// Since when the configuration stands as it does.
    pub since: Option<Moment>,
    /// The newest block.
    pub head: Head,
    /// What is wrong with a changed configuration that was therefore not taken over.
    pub config_faults: Vec<ConfigFault>,
    /// What is wrong with files of communities that are not served yet; this one is not touched.
    pub newcomer_faults: Vec<ConfigFault>,
    /// Keys of the host's configuration that were changed and need a restart.
    pub needs_restart: Vec<String>,
}

impl LastFault {
    fn what(&self) -> &'static str {
        fault::keys(&self.code).0
    }

    fn remedy(&self) -> &'static str {
        fault::keys(&self.code).1
    }
}

impl RulesView {
    /// The plain sentence of a counted fault.
    fn fault_text(&self, code: &str) -> String {
        self.shell.t(fault::keys(code).0)
    }

    fn short_digest(&self, digest: &str) -> String {
        format::short_hash(digest)
    }

    fn restart_keys(&self) -> String {
        self.needs_restart.join(", ")
    }

    /// The four numbers of a row of the table, with a place for those that are not there.
    fn four(&self, numbers: &Option<[i64; 4]>) -> Vec<String> {
        match numbers {
            Some(numbers) => numbers.iter().map(|n| self.shell.num(n)).collect(),
            None => vec!["—".to_owned(); 4],
        }
    }
}
