//! An opened installation: configuration, database, engine, rules and clerk, put together once at start.
//!
//! Opening compares each community's configuration with its ledger and records what changed (settings, rule
//! sets), so that the ledger always knows which rules decide. It serves nothing and prints nothing.

mod agreeing;
mod checking;
mod difference;
pub mod figures;
mod nights;
pub mod published;
pub mod reload;
mod sealing;
mod supposed;
pub mod written;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::tz::TimeZone;
use rongyi_cases::WorkCalendar;
use rongyi_clerk::clock::{Clock, local};
use rongyi_clerk::rulebook::{RuleBooks, RuleSets};
use rongyi_clerk::{Clerk, ClerkError};
use rongyi_config::{self as config, Config, Diagnostic, Parted};
use rongyi_core::chain::{Hash, sha256};
use rongyi_core::command::{Ask, Command, Rejection};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::rule::Plan;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_files::{Tightened, Trouble, private_file, private_folder};
use rongyi_rules::{Engine, Rule};
use rongyi_store::{Store, StoreError};
use tokio_util::task::TaskTracker;

use crate::audit::proof::heads::Heads;
use crate::door::{Actor, Kind, Reading, Readings, Way};
use crate::redemption::turns::Turns;
use agreeing::{blocks, changed_settings, tried, unknown_sets};
use checking::serving_engine;
pub use checking::{
    COMPILE_COMMAND, Checked, TEMPLATE_AUTHOR, check_rules, compile_apart, compiler, engine,
    engine_for, known_cache,
};
pub use difference::{Change, Stretch, difference};
pub use nights::{Night, Nights};
pub use supposed::{Supposed, supposed};

/// One community as this host serves it.
#[derive(Debug)]
pub struct Community {
    /// Its configuration.
    pub config: config::Community,
    /// Its time zone.
    pub zone: TimeZone,
}

/// An opened installation.
pub struct House {
    /// What the operator wrote.
    pub config: Config,
    communities: RwLock<Arc<Communities>>,
    /// The database.
    pub store: Arc<Store>,
    /// The only way to change a ledger.
    pub clerk: Clerk,
    /// The loaded rules.
    pub books: Arc<RuleBooks>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The published heads.
    pub heads: Heads,
    /// Whoever enrols and imports through this process: a user of the machine.
    pub hand: Actor,
    /// Who read what is kept about whom.
    pub readings: Readings,
    /// Who is typing a pick-up code.
    pub turns: Turns,
    /// What the last nightly check of each ledger came to.
    pub nights: Nights,
    /// Held while residents are enrolled.
    pub(crate) enrolling: tokio::sync::Mutex<()>,
    /// By which calendar the dates of open cases were last counted.
    calendars: std::sync::Mutex<BTreeMap<Code, Arc<WorkCalendar>>>,
    /// On which day residents were last told of what runs out.
    told_on: std::sync::Mutex<BTreeMap<Code, LocalDate>>,
    /// Whether its people are invented; pages say so.
    pub demo: bool,
    /// What became of the last change of the configuration.
    pub news: reload::News,
    /// Folders and files that other users of the machine could read until it was opened.
    pub tightened: Vec<PathBuf>,
    tasks: TaskTracker,
    sealing: sealing::Sealing,
}

/// How often settings are put to a ledger that other hosts change at the same time.
const INSTALL_TRIES: u32 = 5;

/// The communities of this host by code.
pub type Communities = BTreeMap<Code, Arc<Community>>;

/// Why an installation cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Something in the TOML; all of it.
    #[error("{}", config::render(.0))]
    Config(Vec<Diagnostic>),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sandbox itself.
    #[error("the rule engine cannot start: {0}")]
    Engine(String),
    /// The ledger refused the configuration.
    #[error("community {0}: {1}")]
    Ledger(Code, ClerkError),
    /// A folder or file of the installation.
    #[error(transparent)]
    File(#[from] Trouble),
    /// Ledgers that are not the ones whose heads were published.
    #[error("{}\n{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"), published::WAY_OUT)]
    Apart(Vec<published::Apart>),
    /// The head of a ledger could not be computed.
    #[error("{0}")]
    Heads(String),
}

impl House {
    /// Whether the dates of a community's open cases were counted by this calendar.
    pub(crate) fn told_on(&self, community: &Code) -> Option<LocalDate> {
        let days = self.told_on.lock();
        days.ok().and_then(|days| days.get(community).copied())
    }

    /// Notes that residents were told of what runs out.
    pub(crate) fn told(&self, community: &Code, on: LocalDate) {
        if let Ok(mut days) = self.told_on.lock() {
            days.insert(community.clone(), on);
        }
    }

    /// Whether dates of open cases were counted by this calendar.
    pub(crate) fn is_dated_by(&self, community: &Code, calendar: &WorkCalendar) -> bool {
        let known = self.calendars.lock();
        let known = known.unwrap_or_else(std::sync::PoisonError::into_inner);
        known
            .get(community)
            .is_some_and(|known| **known == *calendar)
    }

    /// Notes that they were.
    pub(crate) fn dated_by(&self, community: &Code, calendar: Arc<WorkCalendar>) {
        let known = self.calendars.lock();
        let mut known = known.unwrap_or_else(std::sync::PoisonError::into_inner);
        known.insert(community.clone(), calendar);
    }

    /// Opens everything: migrates the database, loads the rules, records what changed in the configuration.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is left running after it.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> Result<House, OpenError> {
        let parted = Parted {
            config,
            wrong: Vec::new(),
        };
        let in_force = written::in_force(parted).await?;
        let (parted, files, checked) = check_all(in_force.parted)?;
        if !parted.wrong.is_empty() {
            return Err(OpenError::Config(mistakes(parted.wrong)));
        }
        let (house, refused) = House::of(parted.config, files, checked, clock).await?;
        house.news.differs_from(in_force.pending);
        match refused.into_iter().next() {
            None => Ok(house),
            Some((_, error)) => Err(error),
        }
    }

    /// Like [`House::open`], but a mistake that lies in one community's files keeps only that community out, until it is
    /// mended; see [`reload::News::standing`]. When no community is left, it is an error as there.
    ///
    /// # Errors
    /// As [`House::open`].
    pub async fn open_parted(parted: Parted, clock: Arc<dyn Clock>) -> Result<House, OpenError> {
        let in_force = written::in_force(parted).await?;
        let (parted, files, checked) = check_all(in_force.parted)?;
        if parted.config.communities.is_empty() && !parted.wrong.is_empty() {
            return Err(OpenError::Config(mistakes(parted.wrong)));
        }
        let (house, mut refused) = House::of(parted.config, files, checked, clock).await?;
        let mut served = Communities::clone(&house.communities());
        for (code, _) in &refused {
            served.remove(code);
        }
        if served.is_empty()
            && let Some((_, error)) = refused.pop()
        {
            return Err(error);
        }
        *house
            .communities
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(served);
        let refused = refused.iter().map(|(_, error)| error);
        house.news.left_out(
            mistakes(parted.wrong),
            refused,
            (&house.communities(), house.clock.now()),
        );
        house.news.differs_from(in_force.pending);
        Ok(house)
    }

    /// Opened with these rules, and the communities whose ledger refused their configuration.
    async fn of(
        config: Config,
        files: Files,
        checked: Vec<Vec<Checked>>,
        clock: Arc<dyn Clock>,
    ) -> Result<(House, Vec<(Code, OpenError)>), OpenError> {
        published::compare(&config).await?;
        let store = Arc::new(Store::open(&config.database_url, true).await?);
        let books = Arc::new(RuleBooks::default());
        books.set_engine(files.engine);
        let tasks = TaskTracker::new();
        let clerk = Clerk::start(
            Arc::clone(&store),
            Arc::clone(&books),
            Arc::clone(&clock),
            &tasks,
        );
        let communities = RwLock::new(Arc::new(served(&config)));
        let news = reload::News::beside(&config);
        let house = House {
            sealing: sealing::Sealing::default(),
            heads: Heads::open(config.data_dir.join("heads")),
            config,
            communities,
            store,
            clerk,
            books,
            clock,
            hand: Actor::here(),
            readings: Readings::default(),
            turns: Turns::default(),
            nights: Nights::default(),
            enrolling: tokio::sync::Mutex::default(),
            calendars: std::sync::Mutex::default(),
            told_on: std::sync::Mutex::default(),
            demo: false,
            news,
            tightened: files.tightened,
            tasks,
        };
        let configs: Vec<_> = house.config.communities.clone();
        let mut refused = Vec::new();
        for (community, rules) in configs.iter().zip(checked) {
            match house.install(community, &rules).await {
                Ok(()) => house.watch_over(community).await?,
                Err(error @ OpenError::Ledger(_, ClerkError::Rejected(_))) => {
                    refused.push((community.code.clone(), error));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((house, refused))
    }

    /// Stops the clerk after what it has in hand, and closes the database.
    pub async fn close(self) {
        for code in self.communities().keys() {
            if let Err(error) = self.write_figures(code).await {
                tracing::warn!(community = %code, %error, "the last figures about the rules could not be written");
            }
        }
        let now = self.clock.now();
        if let Err(error) = self.readings.flush(&self.store, now).await {
            tracing::warn!(%error, "the last counts of who read what could not be written");
        }
        drop(self.clerk);
        self.tasks.close();
        self.tasks.wait().await;
        // Somebody may still read; then the connections close with the last reader.
        if let Some(store) = Arc::into_inner(self.store)
            && let Err(error) = store.close().await
        {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }

    /// The communities, as they are now.
    pub fn communities(&self) -> Arc<Communities> {
        Arc::clone(
            &self
                .communities
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// One of them.
    pub fn community(&self, code: &Code) -> Option<Arc<Community>> {
        self.communities().get(code).cloned()
    }

    /// A community's local date and minute of the day, now.
    pub fn today(&self, community: &Code) -> (LocalDate, u16) {
        let zone = self
            .community(community)
            .map_or(TimeZone::UTC, |served| served.zone.clone());
        local(self.clock.now(), &zone)
    }

    /// The local date of an instant in a community.
    pub fn day_of(&self, community: &Code, at: Instant) -> LocalDate {
        let zone = self
            .community(community)
            .map_or(TimeZone::UTC, |served| served.zone.clone());
        local(at, &zone).0
    }

    /// The first moment of a day in a community; `None` for a day that no calendar has.
    pub(crate) fn start_of(&self, community: &Code, on: LocalDate) -> Option<Instant> {
        let zone = self
            .community(community)
            .map_or(TimeZone::UTC, |served| served.zone.clone());
        let (year, month, day) = on.parts();
        let date = jiff::civil::Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        );
        let midnight = date.ok()?.to_datetime(jiff::civil::Time::midnight());
        let start = midnight.to_zoned_datetime(zone).ok()?;
        Some(Instant(start.timestamp().as_microsecond()))
    }

    /// Puts on record that whoever sits at the terminal of this process reads what is kept about these residents.
    ///
    /// # Errors
    /// What the database said; then nothing may be shown.
    pub async fn read_here(
        &self,
        community: &Code,
        kind: Kind,
        whose: &[ResidentNo],
    ) -> Result<(), StoreError> {
        let reading = Reading {
            by: &self.hand,
            kind,
            way: Way::Terminal,
            at: self.clock.now(),
        };
        self.readings
            .note(&self.store, community, reading, whose)
            .await
    }

    /// A command of somebody, without a key.
    pub fn command(&self, community: &Code, actor: &Code, ask: Ask) -> Command {
        Command {
            actor: actor.clone(),
            key: None,
            today: self.today(community).0,
            ask,
            text: None,
            reference: None,
        }
    }

    async fn record(&self, code: &Code, ask: Ask) -> Result<(), OpenError> {
        let command = self.command(code, &Actor::Job.code(), ask);
        let answer = self.clerk.ask_patiently(code, command).await;
        answer
            .map(drop)
            .map_err(|error| OpenError::Ledger(code.clone(), error))
    }

    /// Brings a community's ledger up to its configuration. The rules stand ready before the ledger hears of
    /// them, so that no event meets a rule set that nobody can ask.
    async fn install(
        &self,
        community: &config::Community,
        rules: &[Checked],
    ) -> Result<(), OpenError> {
        let code = &community.code;
        let ready = rules
            .iter()
            .map(|rule| (rule.key(), Arc::clone(&rule.rule)));
        self.books.add(code, ready);
        for rule in rules {
            self.archive(rule).await?;
        }
        let blocks = blocks(rules);
        let frame = self.store.frame(code).await?;
        for ask in unknown_sets(frame.as_ref(), &blocks) {
            self.record(code, ask).await?;
        }
        for _ in 0..INSTALL_TRIES {
            let frame = self.store.frame(code).await?;
            // Somebody applied another one meanwhile: what this host read is no longer what the ledger is to agree with.
            if self.is_overtaken(community, frame.as_ref()) {
                break;
            }
            let Some(ask) = changed_settings(frame.as_ref(), community, &blocks) else {
                break;
            };
            match self.record(code, ask).await {
                // Another host was first; or one applies another configuration just now.
                Err(OpenError::Ledger(
                    _,
                    ClerkError::Rejected(Rejection::NothingToDo | Rejection::ConfigurationMoved),
                )) => {}
                recorded => {
                    recorded?;
                    break;
                }
            }
        }
        let frame = self.store.frame(code).await?;
        // Pages name assets and goods by it, also before anything is booked.
        frame.iter().for_each(|frame| self.clerk.know(frame));
        self.books
            .keep(code, &frame.map(|frame| frame.sets).unwrap_or_default());
        self.put_on_record(community, rules).await
    }

    /// What is parked stays parked over a restart.
    async fn watch_over(&self, community: &config::Community) -> Result<(), OpenError> {
        let ward = self.books.ward(&community.code);
        ward.set_park_after(self.config.park_after);
        self.write_figures(&community.code).await?;
        Ok(())
    }

    async fn archive(&self, rule: &Checked) -> Result<(), OpenError> {
        self.store
            .put_component(&rule.rule.digest, &rule.bytes)
            .await?;
        self.store
            .put_params(&sha256(rule.params_json.as_bytes()), &rule.params_json)
            .await?;
        Ok(())
    }
}

/// The communities that are right, the engine their rules are loaded in, and the rules in the same order.
type AllChecked = (Parted, Files, Vec<Vec<Checked>>);

/// What opening found and made on the disk.
struct Files {
    engine: Arc<Engine>,
    tightened: Vec<PathBuf>,
}

/// Loads and checks every rule of every community; those with a mistake join the ones that could not be read. The rules
/// come in the order of the communities that are left.
fn check_all(parted: Parted) -> Result<AllChecked, OpenError> {
    let Parted {
        mut config,
        mut wrong,
    } = parted;
    let tightened = make_private(&config)?;
    let engine = Arc::new(serving_engine(&config)?);
    let (mut checked, mut sound) = (Vec::new(), Vec::new());
    for community in std::mem::take(&mut config.communities) {
        match check_rules(&engine, &community) {
            Ok(rules) => {
                checked.push(rules);
                sound.push(community);
            }
            Err(found) => wrong.push((community.file.clone(), found)),
        }
    }
    config.communities = sound;
    let files = Files { engine, tightened };
    Ok((Parted { config, wrong }, files, checked))
}

/// Nobody but this user may write what this host keeps, or read it. What could be read is tightened.
fn make_private(config: &Config) -> Result<Vec<PathBuf>, OpenError> {
    let mut tightened: Vec<_> = private_folder(&config.data_dir)?.into_iter().collect();
    if config.secret_file.exists() {
        tightened.extend(private_file(&config.secret_file)?);
    }
    let mut paths: Vec<_> = tightened.into_iter().map(|Tightened(path)| path).collect();
    paths.extend(Store::tighten(&config.database_url)?);
    Ok(paths)
}

fn mistakes(wrong: Vec<(PathBuf, Vec<Diagnostic>)>) -> Vec<Diagnostic> {
    wrong.into_iter().flat_map(|(_, found)| found).collect()
}

/// The communities of a configuration, as they are served.
fn served(config: &Config) -> Communities {
    let one =
        |community: &config::Community| (community.code.clone(), Arc::new(as_served(community)));
    config.communities.iter().map(one).collect()
}

fn as_served(community: &config::Community) -> Community {
    Community {
        zone: TimeZone::get(&community.timezone).unwrap_or(TimeZone::UTC),
        config: community.clone(),
    }
}

/// Loads every rule set that a ledger names from the archive in its database; `rules` are already loaded.
///
/// # Errors
/// [`OpenError`] when the database does not answer. A rule that cannot be loaded is left out: asked for, it
/// is a fault that says so.
pub async fn load_archived(
    store: &Store,
    engine: &Engine,
    code: &Code,
    rules: &[Checked],
) -> Result<RuleSets, OpenError> {
    let mut sets: RuleSets = HashMap::new();
    let mut loaded: HashMap<(Hash, Hash), Arc<Rule>> = rules
        .iter()
        .map(|rule| {
            (
                (rule.rule.digest, sha256(rule.params_json.as_bytes())),
                Arc::clone(&rule.rule),
            )
        })
        .collect();
    let frame = store.frame(code).await?;
    for set in frame
        .map(|frame| frame.sets)
        .unwrap_or_default()
        .iter()
        .filter(|set| set.plan != Plan::default())
    {
        let key = (set.component, set.params);
        if let std::collections::hash_map::Entry::Vacant(place) = loaded.entry(key) {
            let (Some(bytes), Some(params)) = (
                store.component(&set.component).await?,
                store.params(&set.params).await?,
            ) else {
                tracing::error!(community = %code, set = %set.no, "the archive lacks the component or parameters of a rule set");
                continue;
            };
            match engine.load_archived((&set.component, &set.params), &bytes, &params) {
                Ok(rule) => drop(place.insert(Arc::new(rule))),
                Err(error) => {
                    tracing::error!(community = %code, set = %set.no, code = error.code, "{}", error.message)
                }
            }
        }
        if let Some(rule) = loaded.get(&key) {
            sets.insert(set.no, Arc::clone(rule));
        }
    }
    Ok(sets)
}
