//! A changed configuration taken over while the host serves: read, checked and tried first, then recorded and
//! swapped. A mistake keeps its community with what it had, and one in the host's own file keeps all of them; the
//! log and the operator's page say what is wrong.
//!
//! Listening address, database, data folder and secret belong to the process: those need a restart, and it is
//! said so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rongyi_config::{self as config, Config, Diagnostic, Parted};
use rongyi_core::command::Rejection;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::time::Instant;
use rongyi_rules::{Allowance, Engine};
use tokio::sync::Notify;

use super::{
    Checked, Communities, Community, House, OpenError, as_served, blocks, check_rules,
    serving_engine, tried, written,
};

/// What the process was started with and cannot change.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fixed {
    listen: std::net::SocketAddr,
    database_url: String,
    data_dir: PathBuf,
    secret_file: PathBuf,
    public_url: Option<String>,
    read_log_months: u32,
    trusted_proxies: Vec<ipnet::IpNet>,
    metrics_from: Vec<std::net::IpAddr>,
    security_contact: Vec<String>,
    serving: rongyi_config::serving::Limits,
    auto_apply: bool,
}

impl Fixed {
    fn of(config: &Config) -> Fixed {
        Fixed {
            listen: config.listen,
            database_url: config.database_url.clone(),
            data_dir: config.data_dir.clone(),
            secret_file: config.secret_file.clone(),
            public_url: config.public_url.clone(),
            read_log_months: config.read_log_months,
            trusted_proxies: config.trusted_proxies.clone(),
            metrics_from: config.metrics_from.clone(),
            security_contact: config.security_contact.clone(),
            serving: config.serving,
            auto_apply: config.auto_apply,
        }
    }

    /// The keys in which two differ. Never their values: one of them may hold a password.
    fn differs(&self, other: &Fixed) -> Vec<&'static str> {
        let rows = [
            ("listen", self.listen != other.listen),
            ("database_url", self.database_url != other.database_url),
            ("data_dir", self.data_dir != other.data_dir),
            ("secret_file", self.secret_file != other.secret_file),
            ("public_url", self.public_url != other.public_url),
            (
                "read_log_months",
                self.read_log_months != other.read_log_months,
            ),
            (
                "trusted_proxies",
                self.trusted_proxies != other.trusted_proxies,
            ),
            ("metrics_from", self.metrics_from != other.metrics_from),
            (
                "security_contact",
                self.security_contact != other.security_contact,
            ),
            ("serving", self.serving != other.serving),
            ("auto_apply", self.auto_apply != other.auto_apply),
        ];
        rows.into_iter()
            .filter_map(|(key, differs)| differs.then_some(key))
            .collect()
    }
}

/// Whom a mistake keeps with the configuration of before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// Every community: it lies in what they share, or the host itself failed.
    Everybody,
    /// One that is being served.
    Community(Code),
    /// One that is not served yet; nobody else is touched.
    Newcomer,
}

impl Holds {
    /// Whether this community keeps what it had.
    pub fn back(&self, community: &Code) -> bool {
        match self {
            Holds::Everybody => true,
            Holds::Community(code) => code == community,
            Holds::Newcomer => false,
        }
    }

    fn of(served: &Communities, code: &Code) -> Holds {
        match served.contains_key(code) {
            true => Holds::Community(code.clone()),
            false => Holds::Newcomer,
        }
    }

    /// By the file, where its code cannot be read.
    fn of_file(served: &Communities, file: &Path) -> Holds {
        let whose = served
            .values()
            .find(|community| community.config.file == file);
        whose.map_or(Holds::Newcomer, |community| {
            Holds::Community(community.config.code.clone())
        })
    }
}

/// A mistake in the files.
#[derive(Debug, Clone)]
pub struct Wrong {
    /// Whom it holds back.
    pub holds: Holds,
    /// What and where.
    pub diagnostic: Diagnostic,
}

/// How the configuration of a serving host stands.
#[derive(Debug, Clone, Default)]
pub struct ConfigState {
    /// What is wrong with the files as they are now; empty when they are in force.
    pub wrong: Vec<Wrong>,
    /// Reasons that lie in no file: the database did not answer.
    pub failed: Vec<(Holds, Text)>,
    /// The moment since which it stands like this.
    pub at: Option<Instant>,
    /// Keys that were changed and need a restart.
    pub needs_restart: Vec<&'static str>,
    /// Communities whose files say something else than what is in force, until somebody applies it.
    pub pending: Vec<Code>,
}

impl ConfigState {
    /// Whether all of the files is in force.
    pub fn is_whole(&self) -> bool {
        self.wrong.is_empty() && self.failed.is_empty()
    }

    /// Whether a mistake keeps a community from being served at all.
    pub fn keeps_out(&self) -> bool {
        let wrong = self.wrong.iter().map(|one| &one.holds);
        let all = wrong.chain(self.failed.iter().map(|(holds, _)| holds));
        all.into_iter().any(|holds| *holds == Holds::Newcomer)
    }

    /// All of it as the log tells it, with the place and the remedy of every mistake.
    pub fn told(&self) -> String {
        let wrong: Vec<_> = self
            .wrong
            .iter()
            .map(|one| one.diagnostic.clone())
            .collect();
        let failed = self.failed.iter().map(|(_, text)| text.en.as_str());
        let failed: Vec<_> = failed.collect();
        format!("{}{}", config::render(&wrong), failed.join("\n"))
    }

    /// The served communities that keep what they had, for the log.
    fn kept(&self) -> String {
        let wrong = self.wrong.iter().map(|one| &one.holds);
        let all = wrong.chain(self.failed.iter().map(|(holds, _)| holds));
        let names: BTreeSet<&str> = all
            .map(|holds| match holds {
                Holds::Everybody => "all communities",
                Holds::Community(code) => code.as_str(),
                Holds::Newcomer => "a community that is not served yet",
            })
            .collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    }
}

/// What came of a change that could be read.
struct TakenOver {
    wrong: Vec<Wrong>,
    failed: Vec<(Holds, Text)>,
    needs_restart: Vec<&'static str>,
    pending: Vec<Code>,
}

/// The files as they are now, with every rule loaded and tried.
struct Tried {
    config: Config,
    engine: Arc<Engine>,
    /// In the order of `config.communities`.
    rules: Vec<Result<Vec<Checked>, Vec<Diagnostic>>>,
    /// Files that are no community, and why.
    wrong: Vec<(PathBuf, Vec<Diagnostic>)>,
}

/// The files with what is in force in their place, mistakes in the saved ones, and whose say something else.
type AsInForce = (Tried, Vec<(Code, Diagnostic)>, Vec<Code>);

/// What became of the last change of the configuration.
pub struct News {
    started_with: Option<Fixed>,
    standing: Mutex<ConfigState>,
    pub(super) one_at_a_time: tokio::sync::Mutex<()>,
    /// Told after every change that was taken over.
    pub changed: Notify,
}

impl News {
    /// For a house that is opened with this configuration.
    pub(super) fn beside(config: &Config) -> News {
        // As the files have it: the command line may name another database, and that is not a change.
        let written = config::load_parted(&config.file).ok();
        News {
            started_with: written.map(|written| Fixed::of(&written.config)),
            standing: Mutex::default(),
            one_at_a_time: tokio::sync::Mutex::default(),
            changed: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, ConfigState> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What kept communities out when the host was started, or with what was applied before.
    pub(super) fn left_out<'e>(
        &self,
        found: Vec<Diagnostic>,
        refused: impl Iterator<Item = &'e OpenError>,
        (served, at): (&Communities, Instant),
    ) {
        let wrong = found.into_iter().map(|diagnostic| Wrong {
            holds: Holds::of_file(served, &diagnostic.file),
            diagnostic,
        });
        *self.lock() = ConfigState {
            wrong: wrong.collect(),
            failed: refused
                .map(|error| (Holds::Newcomer, said(error)))
                .collect(),
            at: Some(at),
            ..ConfigState::default()
        };
    }

    /// Whose files say something else than what is in force.
    pub(super) fn differs_from(&self, pending: Vec<Code>) {
        self.lock().pending = pending;
    }

    /// How the configuration stands.
    pub fn standing(&self) -> ConfigState {
        self.lock().clone()
    }
}

impl House {
    /// Takes the configuration over as its files are now: each community whose files are right, and none when the
    /// mistake lies in what all of them share. Whatever is wrong is kept for the operator's page and told once in the
    /// log. Answers whether all of it is in force.
    pub async fn reload(&self) -> bool {
        let _alone = self.news.one_at_a_time.lock().await;
        let before = self.news.standing();
        let mut pending = before.pending.clone();
        let (wrong, failed, needs_restart, taken) = match self.take_over().await {
            Ok(taken) => {
                pending = taken.pending;
                (taken.wrong, taken.failed, taken.needs_restart, true)
            }
            Err(OpenError::Config(found)) => {
                let everybody = |diagnostic| Wrong {
                    holds: Holds::Everybody,
                    diagnostic,
                };
                let wrong = found.into_iter().map(everybody).collect();
                (wrong, Vec::new(), before.needs_restart.clone(), false)
            }
            Err(error) => {
                let failed = vec![(Holds::Everybody, said(&error))];
                (Vec::new(), failed, before.needs_restart.clone(), false)
            }
        };
        let news = ConfigState {
            wrong,
            failed,
            at: Some(self.clock.now()),
            needs_restart,
            pending,
        };
        let whole = news.is_whole();
        if whole {
            if !news.needs_restart.is_empty() {
                tracing::warn!(keys = ?news.needs_restart, "the configuration was taken over, except what needs a restart");
            }
            match news.pending.as_slice() {
                [] => tracing::info!("the configuration was taken over"),
                pending if before.pending != pending => {
                    let codes: Vec<&str> = pending.iter().map(Code::as_str).collect();
                    tracing::info!(communities = ?codes, "the files of these communities changed; what is in force stays until somebody runs `rongyi plan` and `rongyi apply`");
                }
                _ => {}
            }
        } else if before.told() != news.told() {
            tracing::error!(
                "part of the changed configuration cannot be used; what was before stays in force for: {}",
                news.kept()
            );
            news.told()
                .lines()
                .for_each(|line| tracing::error!("{line}"));
        }
        *self.news.lock() = news;
        if taken {
            self.news.changed.notify_one();
        }
        whole
    }

    /// Everything that can fail for a reason in the files comes before the first record.
    async fn take_over(&self) -> Result<TakenOver, OpenError> {
        let (file, old_engine) = (self.config.file.clone(), self.books.engine());
        let tried = tokio::task::spawn_blocking(move || try_files(&file, old_engine));
        let tried = tried
            .await
            .map_err(|error| OpenError::Engine(error.to_string()))??;
        let served = self.communities();
        let mut wrong = self.left_out(&served, &tried);
        let (tried, saved, pending) = self.as_in_force(tried).await?;
        wrong.extend(saved.into_iter().map(|(code, diagnostic)| Wrong {
            holds: Holds::of(&served, &code),
            diagnostic,
        }));
        let (mut ready, mut failed) = (Vec::new(), Vec::new());
        for (community, rules) in tried.config.communities.iter().zip(tried.rules) {
            let found = match rules {
                Err(found) => found,
                Ok(rules) => {
                    let found = self.refused(community, &rules).await?;
                    if found.is_empty() && !renames(&served, community) {
                        ready.push((community, rules));
                    }
                    found
                }
            };
            wrong.extend(found.into_iter().map(|diagnostic| Wrong {
                holds: Holds::of(&served, &community.code),
                diagnostic,
            }));
        }
        self.books.set_engine(tried.engine);
        let mut now = Communities::clone(&served);
        for (community, rules) in ready {
            match self.install(community, &rules).await {
                Ok(()) => drop(now.insert(community.code.clone(), Arc::new(as_served(community)))),
                Err(error) => failed.push((Holds::of(&served, &community.code), said(&error))),
            }
        }
        for code in now.keys() {
            self.books
                .ward(code)
                .set_park_after(tried.config.park_after);
        }
        let fixed = Fixed::of(&tried.config);
        *self
            .communities
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
        let started = self.news.started_with.as_ref();
        Ok(TakenOver {
            wrong,
            failed,
            needs_restart: started.map(|with| with.differs(&fixed)).unwrap_or_default(),
            pending,
        })
    }

    /// What is in force in the place of what is saved, unless this host takes over what is saved. Beside it what is wrong
    /// with the saved files of these communities, and whose files say something else.
    async fn as_in_force(&self, tried: Tried) -> Result<AsInForce, OpenError> {
        if self.config.auto_apply {
            return Ok((tried, Vec::new(), Vec::new()));
        }
        let known = self.store.configurations().await?;
        let mut saved = Vec::new();
        let mut fresh = BTreeMap::new();
        for (community, rules) in tried.config.communities.iter().zip(tried.rules) {
            let code = community.code.clone();
            match rules {
                Err(found) if known.iter().any(|(listed, _)| *listed == code) => {
                    saved.extend(found.into_iter().map(|found| (code.clone(), found)));
                }
                rules => drop(fresh.insert(code, rules)),
            }
        }
        let parted = Parted {
            config: tried.config,
            wrong: tried.wrong,
        };
        let exchanged = written::exchanged(&self.store, parted).await?;
        let Parted { config, wrong } = exchanged.parted;
        let engine = Arc::clone(&tried.engine);
        let checked = tokio::task::spawn_blocking(move || {
            let mut rules = Vec::new();
            for community in &config.communities {
                let checked = fresh.remove(&community.code);
                let checked = checked.filter(|_| community.kept.is_none());
                rules.push(checked.unwrap_or_else(|| check_rules(&engine, community)));
            }
            (config, rules)
        });
        let (config, rules) = checked
            .await
            .map_err(|error| OpenError::Engine(error.to_string()))?;
        let tried = Tried {
            config,
            engine: tried.engine,
            rules,
            wrong,
        };
        // A saved file with a mistake is told of; there is nothing to be applied.
        let mut pending = exchanged.pending;
        pending.retain(|code| !saved.iter().any(|(broken, _)| broken == code));
        Ok((tried, saved, pending))
    }

    /// What is wrong with files that are no community as they are, and the communities that are in no file any more: one
    /// with a ledger cannot vanish under its residents.
    fn left_out(&self, served: &Communities, tried: &Tried) -> Vec<Wrong> {
        let unread = tried.wrong.iter().flat_map(|(file, found)| {
            let holds = Holds::of_file(served, file);
            found.iter().map(move |diagnostic| Wrong {
                holds: holds.clone(),
                diagnostic: diagnostic.clone(),
            })
        });
        let gone = served.values().filter(|community| {
            let known = &tried.config.communities;
            !known.iter().any(|new| new.code == community.config.code)
                && !tried
                    .wrong
                    .iter()
                    .any(|(file, _)| *file == community.config.file)
        });
        let gone = gone.map(|community| {
            let code = &community.config.code;
            let diagnostic = Diagnostic::of_file(
                community.config.file.clone(),
                "config.removed",
                Text {
                    zh: format!("社区“{code}”正在服务，新的配置里没有它了。"),
                    en: format!("The community “{code}” is being served; the changed configuration no longer has it."),
                },
                Text {
                    zh: "把它的文件和代号改回去。真要停掉一个社区，就停下程序，去掉文件，再启动；它的账本还在数据库里。".into(),
                    en: "Put its file and its code back. To close a community, stop the program, take the file away and start again; its ledger stays in the database.".into(),
                },
            );
            Wrong {
                holds: Holds::Community(code.clone()),
                diagnostic,
            }
        });
        unread.chain(gone).collect()
    }

    /// What the ledger would refuse, tried on a copy that is thrown away.
    pub(super) async fn refused(
        &self,
        community: &config::Community,
        rules: &[Checked],
    ) -> Result<Vec<Diagnostic>, OpenError> {
        let code = &community.code;
        let frame = self.store.frame(code).await?;
        let command = |ask| self.command(code, &crate::door::Actor::Job.code(), ask);
        let (_, refused) = tried(frame, community, &blocks(rules), command, self.clock.now());
        let told = |rejection: Rejection| {
            community.diagnostic(
                rejection.code(),
                rejection.text(),
                Text {
                    zh: "把这一项改回原来的写法。".into(),
                    en: "Put this back as it was.".into(),
                },
            )
        };
        Ok(refused.into_iter().map(told).collect())
    }
}

/// Whether this file was another community's until now: a code that was changed by mistake must not open a new ledger.
fn renames(served: &Communities, community: &config::Community) -> bool {
    let had_file = |other: &Arc<Community>| {
        other.config.file == community.file && other.config.code != community.code
    };
    !served.contains_key(&community.code) && served.values().any(had_file)
}

/// Reads everything, loads every rule and tries it on its scenarios. Changes nothing.
fn try_files(file: &Path, old_engine: Option<Arc<Engine>>) -> Result<Tried, OpenError> {
    let Parted { config, wrong } = config::load_parted(file).map_err(OpenError::Config)?;
    // The same engine while its limits are the same: its pool is large.
    let same = |old: &Arc<Engine>| {
        let bake = old.allowance().bake;
        let limits = config.limits.clone();
        *old.allowance() == Allowance { bake, ..limits }
    };
    let engine = match old_engine.filter(same) {
        Some(engine) => engine,
        None => Arc::new(serving_engine(&config)?),
    };
    let check = |community| check_rules(&engine, community);
    let rules = config.communities.iter().map(check).collect();
    Ok(Tried {
        config,
        engine,
        rules,
        wrong,
    })
}

fn said(error: &OpenError) -> Text {
    Text {
        zh: format!("没能换上新的配置：{error}"),
        en: format!("The configuration could not be taken over: {error}"),
    }
}
