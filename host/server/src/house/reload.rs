//! A changed configuration taken over while the host serves: read, checked and tried whole first, then recorded
//! and swapped. One mistake anywhere and nothing is taken over; what served before goes on serving, and the log
//! and the operator's page say what is wrong.
//!
//! Listening address, database, data folder and secret belong to the process: those need a restart, and it is
//! said so.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rongyi_core::book::Book;
use rongyi_core::command::{Command, Rejection};
use rongyi_core::rule::{Blame, Decision, EarnAsk, Fault, Judge, PriceAsk, Quote, Refusal, Text};
use rongyi_core::time::Instant;
use rongyi_rules::{Allowance, Engine};
use tokio::sync::Notify;

use super::{Checked, House, OpenError, SYSTEM, changes, check_rules, served, serving_engine};
use crate::config::{self, Config, Diagnostic};

/// What the process was started with and cannot change.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fixed {
    listen: std::net::SocketAddr,
    database_url: String,
    data_dir: PathBuf,
    secret_file: PathBuf,
    public_url: Option<String>,
}

impl Fixed {
    fn of(config: &Config) -> Fixed {
        Fixed {
            listen: config.listen,
            database_url: config.database_url.clone(),
            data_dir: config.data_dir.clone(),
            secret_file: config.secret_file.clone(),
            public_url: config.public_url.clone(),
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
        ];
        rows.into_iter()
            .filter_map(|(key, differs)| differs.then_some(key))
            .collect()
    }
}

/// How the configuration of a serving host stands.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// What is wrong with the files as they are now; empty when they are in force.
    pub wrong: Vec<Diagnostic>,
    /// A reason that lies in no file: the database did not answer.
    pub failed: Option<Text>,
    /// Since when.
    pub at: Option<Instant>,
    /// Keys that were changed and need a restart.
    pub needs_restart: Vec<&'static str>,
}

/// What became of the last change of the configuration.
pub struct News {
    started_with: Option<Fixed>,
    standing: Mutex<Standing>,
    one_at_a_time: tokio::sync::Mutex<()>,
    /// Told after every change that was taken over.
    pub changed: Notify,
}

impl News {
    /// For a house that is opened with this configuration.
    pub(super) fn beside(config: &Config) -> News {
        // As the files have it: the command line may name another database, and that is not a change.
        let written = config::load(&config.file).ok();
        News {
            started_with: written.as_ref().map(Fixed::of),
            standing: Mutex::default(),
            one_at_a_time: tokio::sync::Mutex::default(),
            changed: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the configuration stands.
    pub fn standing(&self) -> Standing {
        self.lock().clone()
    }
}

/// Nobody is asked while only configuration is tried.
struct Nobody;

impl Judge for Nobody {
    fn earn(
        &self,
        _: rongyi_core::ids::RuleSetNo,
        _: &EarnAsk,
    ) -> Result<Result<Decision, Refusal>, Fault> {
        Err(nobody())
    }

    fn price(
        &self,
        _: rongyi_core::ids::RuleSetNo,
        _: &PriceAsk,
    ) -> Result<Result<Quote, Refusal>, Fault> {
        Err(nobody())
    }
}

fn nobody() -> Fault {
    Fault {
        code: "rule.not-loaded".into(),
        blame: Blame::Host,
        message: "no rule is asked while a configuration is tried".into(),
    }
}

impl House {
    /// Takes the configuration over as its files are now. Whatever is wrong is kept for the operator's page and
    /// told once in the log; then nothing has changed.
    pub async fn reload(&self) -> bool {
        let _alone = self.news.one_at_a_time.lock().await;
        let (wrong, failed) = match self.take_over().await {
            Ok(needs_restart) => {
                if !needs_restart.is_empty() {
                    tracing::warn!(keys = ?needs_restart, "the configuration was taken over, except what needs a restart");
                }
                tracing::info!("the configuration was taken over");
                *self.news.lock() = Standing {
                    at: Some(self.clock.now()),
                    needs_restart,
                    ..Standing::default()
                };
                self.news.changed.notify_one();
                return true;
            }
            Err(OpenError::Config(wrong)) => (wrong, None),
            Err(error) => (Vec::new(), Some(said(&error))),
        };
        let news = Standing {
            wrong,
            failed,
            at: Some(self.clock.now()),
            needs_restart: self.news.standing().needs_restart,
        };
        let text = |news: &Standing| {
            let failed = news.failed.as_ref().map_or("", |text| text.en.as_str());
            format!("{}{failed}", config::render(&news.wrong))
        };
        let mut standing = self.news.lock();
        if text(&standing) != text(&news) {
            tracing::error!(
                "the changed configuration cannot be used; the one before stays in force\n{}",
                text(&news)
            );
        }
        *standing = news;
        false
    }

    /// Everything that can fail for a reason in the files comes before the first record.
    async fn take_over(&self) -> Result<Vec<&'static str>, OpenError> {
        let file = self.config.file.clone();
        let old_engine = self.books.engine();
        let read = move || -> Result<_, OpenError> {
            let config = config::load(&file).map_err(OpenError::Config)?;
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
            let (mut checked, mut found) = (Vec::new(), Vec::new());
            for community in &config.communities {
                match check_rules(&engine, community) {
                    Ok(rules) => checked.push(rules),
                    Err(diagnostics) => found.extend(diagnostics),
                }
            }
            if found.is_empty() {
                Ok((config, engine, checked))
            } else {
                Err(OpenError::Config(found))
            }
        };
        let (config, engine, checked) = tokio::task::spawn_blocking(read)
            .await
            .map_err(|error| OpenError::Engine(error.to_string()))??;
        let mut found = self.removed(&config);
        for (community, rules) in config.communities.iter().zip(&checked) {
            found.extend(self.refused(community, rules).await?);
        }
        if !found.is_empty() {
            return Err(OpenError::Config(found));
        }
        self.books.set_engine(engine);
        for (community, rules) in config.communities.iter().zip(&checked) {
            self.install(community, rules).await?;
            self.books
                .ward(&community.code)
                .set_park_after(config.park_after);
        }
        let fixed = Fixed::of(&config);
        *self
            .communities
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(served(&config));
        Ok(self
            .news
            .started_with
            .as_ref()
            .map(|with| with.differs(&fixed))
            .unwrap_or_default())
    }

    /// A community with a ledger cannot vanish under its residents.
    fn removed(&self, config: &Config) -> Vec<Diagnostic> {
        let communities = self.communities();
        let gone = communities.values().filter(|own| {
            !config
                .communities
                .iter()
                .any(|new| new.code == own.config.code)
        });
        gone.map(|own| {
            let code = &own.config.code;
            Diagnostic::of_file(
                own.config.file.clone(),
                "config.removed",
                Text {
                    zh: format!("社区“{code}”正在服务，新的配置里没有它了。"),
                    en: format!("The community “{code}” is being served; the changed configuration no longer has it."),
                },
                Text {
                    zh: "把它的文件放回去。真要停掉一个社区，就停下程序，去掉文件，再启动；它的账本还在数据库里。".into(),
                    en: "Put its file back. To close a community, stop the program, take the file away and start again; its ledger stays in the database.".into(),
                },
            )
        })
        .collect()
    }

    /// What the ledger would refuse, tried on a copy that is thrown away.
    async fn refused(
        &self,
        community: &config::Community,
        rules: &[Checked],
    ) -> Result<Vec<Diagnostic>, OpenError> {
        let code = &community.code;
        let frame = self.store.frame(code).await?;
        let today = self.today(code).0;
        let asks = changes(frame.as_ref(), community, rules, today);
        let mut book = frame.map_or_else(|| Book::empty(code.clone()), Book::new);
        let mut found = Vec::new();
        for ask in asks {
            let command: Command = self.command(code, SYSTEM, ask);
            match book.apply(&command, self.clock.now(), &Nobody) {
                Ok(_) | Err(Rejection::NothingToDo) => {}
                Err(rejection) => found.push(community.diagnostic(
                    rejection.code(),
                    rejection.text(),
                    Text {
                        zh: "把这一项改回原来的写法。".into(),
                        en: "Put this back as it was.".into(),
                    },
                )),
            }
        }
        Ok(found)
    }
}

fn said(error: &OpenError) -> Text {
    Text {
        zh: format!("没能换上新的配置：{error}"),
        en: format!("The configuration could not be taken over: {error}"),
    }
}
