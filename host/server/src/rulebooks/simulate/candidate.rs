//! What is tried: a community's file with its rules, or what the ledger has in force.

use std::path::Path;
use std::sync::Arc;

use rongyi_config as config;
use rongyi_core::book::Frame;
use rongyi_core::command::Rejection;
use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_rules::Engine;
use rongyi_store::Store;

use super::journal::Span;
use super::{Early, SimulateError};
use crate::house::{Checked, Supposed, check_rules, load_archived, supposed};

/// A rule book that is to be tried.
pub struct Candidate {
    origin: Origin,
    hurried: bool,
}

/// Where it comes from.
enum Origin {
    /// A community's file, with its rules loaded.
    File(Box<config::Community>, Vec<Checked>),
    /// What the ledger has in force, from its archive.
    InForce(Box<Supposed>),
}

/// Instances of one rule that are made ahead.
const INSTANCES: usize = 16;

impl Candidate {
    /// Loads and checks the rules of a community's file; those that only run beside it decide.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn load(
        engine: &Engine,
        community: config::Community,
        code: &Code,
    ) -> Result<Candidate, SimulateError> {
        if community.code != *code {
            return Err(SimulateError::OtherCommunity(community.code));
        }
        let mut rules = check_rules(engine, &community).map_err(SimulateError::Wrong)?;
        // Tried as if they decided: that is what they are written for.
        rules.iter_mut().for_each(|rule| rule.shadow = false);
        Ok(Candidate::of(community, rules))
    }

    /// A community's file with its rules loaded.
    #[must_use]
    pub fn of(community: config::Community, rules: Vec<Checked>) -> Candidate {
        Candidate::from(Origin::File(Box::new(community), rules))
    }

    /// What the ledger has in force now, from its archive: what today's rules would have made of what happened.
    ///
    /// # Errors
    /// [`SimulateError`] when there is no such ledger.
    pub async fn in_force(
        store: &Store,
        engine: &Engine,
        code: &Code,
    ) -> Result<Candidate, SimulateError> {
        let unknown = || SimulateError::CommunityUnknown(code.clone());
        let frame = store.frame(code).await?.ok_or_else(unknown)?;
        let settings = frame
            .settings
            .ok_or(SimulateError::Refused(Rejection::NotConfigured))?;
        Ok(Candidate::from(Origin::InForce(Box::new(Supposed {
            settings,
            sets: frame.sets,
            rules: load_archived(store, engine, code, &[]).await?,
        }))))
    }

    /// The community's file at `path`; what its rules name lies below `root`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(
        engine: &Engine,
        code: &Code,
        path: &Path,
        root: &Path,
    ) -> Result<Candidate, SimulateError> {
        let community = config::read_candidate(path, root).map_err(SimulateError::Wrong)?;
        Candidate::load(engine, community, code)
    }

    /// What a command wants tried: the file it named, or what is in force.
    ///
    /// # Errors
    /// What is wrong with the file, or that there is no such ledger.
    pub(crate) async fn wanted(
        store: &Store,
        engine: &Engine,
        code: &Code,
        (config, rules): (&config::Config, Option<&Path>),
    ) -> Result<Candidate, SimulateError> {
        let Some(path) = rules else {
            return Candidate::in_force(store, engine, code).await;
        };
        let folder = |path: &Path| path.parent().map(Path::to_owned).unwrap_or_default();
        // A file that lies with the configuration may name what the configuration may; another one what lies beside it.
        let below = folder(&config.file);
        let inside = rongyi_files::below(&below, path).is_ok();
        let root = if inside { below } else { folder(path) };
        Candidate::read(engine, code, path, &root)
    }

    /// What the ledger with this frame would have. Blocks that begin only after the last day are tried from the first one on,
    /// and named.
    pub(super) fn supposed(
        self,
        ledger: &Frame,
        span: &Span,
    ) -> Result<(Supposed, Early), Rejection> {
        let (mut supposed, early) = self.origin.supposed(ledger, span)?;
        if self.hurried {
            hurry(&mut supposed);
        }
        Ok((supposed, early))
    }

    /// To be tried by a program that does nothing else: it may use two processors.
    #[must_use]
    pub fn hurried(self) -> Candidate {
        Candidate {
            hurried: true,
            ..self
        }
    }
}

impl From<Origin> for Candidate {
    fn from(origin: Origin) -> Self {
        Candidate {
            origin,
            hurried: false,
        }
    }
}

/// Has instances of the rules that decide made ahead, as far as the pool has room for all of them.
fn hurry(supposed: &mut Supposed) {
    let deciding: Vec<RuleSetNo> = match &supposed.settings.in_force {
        Some(blocks) => blocks.iter().map(|block| block.set).collect(),
        None => Vec::new(),
    };
    let many = supposed
        .rules
        .keys()
        .filter(|no| deciding.contains(no))
        .count();
    for no in deciding {
        let Some(rule) = supposed.rules.get_mut(&no) else {
            continue;
        };
        let room = usize::try_from(rule.limits().instances).unwrap_or(0);
        let share = (room / 2).checked_div(many).unwrap_or(0).min(INSTANCES);
        if share > 1 && !rule.is_ahead() {
            *rule = Arc::new(rule.ahead(share));
        }
    }
}

impl Origin {
    fn supposed(self, ledger: &Frame, span: &Span) -> Result<(Supposed, Early), Rejection> {
        let (community, mut rules) = match self {
            Origin::InForce(supposed) => return Ok((*supposed, Vec::new())),
            Origin::File(community, rules) => (community, rules),
        };
        let mut early = Early::new();
        for rule in rules.iter_mut().filter(|rule| rule.active_from > span.to) {
            if let Ok(name) = rule.rule.about.name.parse() {
                early.push((name, rule.active_from));
            }
            rule.active_from = span.from;
        }
        let supposed = supposed(ledger.clone(), &community, &rules, span.to)?;
        Ok((supposed, early))
    }
}
