//! A database opened for reading: what the commands that only look have in hand. Writes nothing but who read what.

use std::collections::BTreeSet;

use rongyi_clerk::clock::{Clock, SystemClock};
use rongyi_config::{Config, Diagnostic, Parted};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::shown;
use rongyi_store::Store;

use super::{Failure, Reading, foreign, load, tell, unknown};
use crate::door::{self, Actor, Kind, Readings, Way};
use crate::house::written;

/// A database opened for reading, with what the configuration says, if there is one.
pub(crate) struct Library {
    url: String,
    pub(crate) store: Store,
    pub(crate) config: Option<Config>,
    /// What is wrong with the files of communities that are left out.
    wrong: Vec<Diagnostic>,
}

/// The configuration with what is in force in the place of what is saved, where a ledger knows what that is.
async fn as_in_force(store: &Store, saved: Parted) -> Result<Config, Failure> {
    if saved.config.auto_apply {
        return Ok(saved.config);
    }
    Ok(written::exchanged(store, saved).await?.parted.config)
}

impl Library {
    pub(crate) async fn open(reading: &Reading) -> Result<Library, Failure> {
        let mut wrong = Vec::new();
        let mut parted = None;
        let url = match &reading.database {
            Some(url) => url.clone(),
            None => {
                let path = reading
                    .config
                    .clone()
                    .unwrap_or_else(|| "config/rongyi.toml".into());
                parted = Some(load(&path)?);
                let known = parted.as_ref().map(|parted| &parted.config.database_url);
                known.cloned().unwrap_or_default()
            }
        };
        let store = Store::open_read_only(&url).await?;
        let config = match parted {
            None => None,
            Some(saved) => {
                wrong = saved.mistakes();
                let config = as_in_force(&store, saved).await?;
                // What is in force does not need its file.
                wrong.retain(|one| {
                    config
                        .communities
                        .iter()
                        .all(|in_force| in_force.file != one.file)
                });
                Some(config)
            }
        };
        Ok(Library {
            store,
            url,
            config,
            wrong,
        })
    }

    /// The communities that have a ledger here.
    pub(crate) async fn communities(&self) -> Result<Vec<Code>, Failure> {
        Ok(self.store.community_codes().await?)
    }

    pub(crate) async fn known(&self, community: &Code) -> Result<(), Failure> {
        let all = self.communities().await?;
        let config = self.config.as_ref();
        let read = |config: &Config| {
            config
                .communities
                .iter()
                .any(|configured| configured.code == *community)
        };
        if !self.wrong.is_empty() && !config.is_some_and(read) {
            // Perhaps its file is the wrong one: its days, for instance, can't be told without it.
            return Err(Failure::Config(self.wrong.clone()));
        }
        if all.contains(community) {
            Ok(())
        } else {
            Err(unknown(community, all.iter()))
        }
    }

    /// The community's time zone; without a configuration the default one.
    pub(crate) fn zone(&self, community: &Code) -> jiff::tz::TimeZone {
        let configured = self.config.as_ref().and_then(|config| {
            config
                .communities
                .iter()
                .find(|configured| configured.code == *community)
        });
        let name = configured.map_or("Asia/Shanghai", |configured| configured.timezone.as_str());
        jiff::tz::TimeZone::get(name).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// Puts on record that the terminal reads what is kept about these residents. A copy that can't be written to can
    /// be read all the same; then the terminal is told that nobody will know.
    pub(crate) async fn reads(&self, community: &Code, kind: Kind, whose: &[ResidentNo]) {
        let reading = door::Reading {
            by: &Actor::here(),
            kind,
            way: Way::Terminal,
            at: SystemClock.now(),
        };
        let noted = async {
            let store = Store::open(&self.url, false).await?;
            let readings = Readings::default();
            readings.note(&store, community, reading, whose).await?;
            store.close().await
        };
        if let Err(error) = noted.await {
            let why = error.to_string();
            let why = shown::line(&why);
            tell(&format!(
                "提醒 note: 这次查看没能留痕，本人看不到。 This reading could not be put on record: {why}"
            ));
        }
    }

    /// After a command over all communities has done those it could.
    ///
    /// # Errors
    /// What is wrong with the files of the others.
    pub(crate) fn whole(&self) -> Result<(), Failure> {
        match self.wrong.is_empty() {
            true => Ok(()),
            false => Err(Failure::Config(self.wrong.clone())),
        }
    }

    /// For a command that needs nothing of the files: which of them are wrong is told beside what it says.
    pub(crate) fn tell_left_out(&self) {
        let files: BTreeSet<_> = self
            .wrong
            .iter()
            .map(|diagnostic| &diagnostic.file)
            .collect();
        for file in files {
            let file = foreign(&file.display().to_string());
            tell(&format!(
                "提醒 warning: {file} 有错，详情请运行 rongyi check。\n  {file} is wrong; see rongyi check."
            ));
        }
    }

    pub(crate) async fn close(self) {
        // Nothing was written, so a failure to close loses nothing.
        drop(self.store);
    }
}
