//! Changing a configuration in steps that people can follow: what a saved file would change (`plan`), bringing exactly that
//! into force (`apply`), going back (`rollback`), and what was in force before. What is in force is kept by
//! [`crate::house::written`]; which one it is, who said so and why stands in the ledger.
//!
//! A plan has a number that is made of what it was made from. Whoever applies it names that number; when the file or what is
//! in force is another one by then, nothing is done.

pub(crate) mod cli;
pub(crate) mod web;

use rongyi_config::{self as config, Diagnostic};
use rongyi_core::book::Frame;
use rongyi_core::chain::{Hash, hex, sha256};
use rongyi_core::ids::Code;
use rongyi_core::record::{Asked, Configure, Record, Step};
use rongyi_core::rule::Text;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::StoreError;
use similar::TextDiff;

use super::check::summary;
use super::simulate::{self, Candidate, Outcome, SimulateError, Window};
use super::vote;
use crate::amend;
use crate::cases::CaseError;
use crate::house::written::{Taking, Written, kept, root};
use crate::house::{Checked, House, OpenError, Stretch, difference};

/// Digits by which a configuration or a plan is shown; fewer name it too, while no other begins like it.
pub(crate) const SHOWN_DIGITS: usize = 16;
/// The fewest digits that name one.
const DIGITS_MIN: usize = 6;
/// Former configurations that are looked through.
const PAST_MAX: u32 = 500;
/// Days of the past that a plan is tried on.
const TRIED_DAYS: i32 = 92;
/// Lines around a changed one.
const AROUND: usize = 2;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    /// The files.
    #[error("the file is wrong")]
    Wrong(Vec<Diagnostic>),
    /// The house or its ledger.
    #[error(transparent)]
    Open(OpenError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Anything else, with a stable code.
    #[error("{}", .text.en)]
    Said {
        /// Stable, for programs.
        code: &'static str,
        /// What is wrong and what to do.
        text: Text,
    },
}

impl From<OpenError> for ChangeError {
    fn from(error: OpenError) -> Self {
        if let OpenError::Config(found) = error {
            ChangeError::Wrong(found)
        } else {
            ChangeError::Open(error)
        }
    }
}

impl From<SimulateError> for ChangeError {
    fn from(error: SimulateError) -> Self {
        let (code, text) = (error.code(), error.text());
        if let SimulateError::Wrong(found) = error {
            ChangeError::Wrong(found)
        } else {
            ChangeError::Said { code, text }
        }
    }
}

fn said(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> ChangeError {
    let (zh, en) = (zh.into(), en.into());
    ChangeError::Said {
        code,
        text: Text { zh, en },
    }
}

/// The digits by which one is shown.
pub(crate) fn short(digest: &Hash) -> String {
    let mut digits = hex(digest);
    digits.truncate(SHOWN_DIGITS);
    digits
}

/// What a saved file would change.
pub(crate) struct Plan {
    /// Names exactly this change.
    pub(crate) number: String,
    /// What is in force; `None` where nothing is on record.
    pub(crate) former: Option<Hash>,
    /// What is saved.
    pub(crate) written: Hash,
    /// The lines that differ, as diff writes them; `None` where nothing is on record.
    pub(crate) lines: Option<String>,
    /// What the rules say of themselves no longer, and anew (`true`).
    pub(crate) words: Vec<(bool, Text)>,
    /// Which rules would decide otherwise, by day.
    pub(crate) stretches: Vec<Stretch>,
    /// Today in the community.
    pub(crate) today: LocalDate,
    /// The file itself.
    saved: (config::Community, Vec<Checked>),
}

impl Plan {
    /// The file itself, with its rules loaded.
    pub(crate) fn into_saved(self) -> (config::Community, Vec<Checked>) {
        self.saved
    }

    /// From which day what decides otherwise, a sentence each.
    pub(crate) fn days(&self) -> Vec<Text> {
        self.stretches.iter().map(Stretch::text).collect()
    }

    /// Whether there is nothing to apply.
    pub(crate) fn is_nothing(&self) -> bool {
        self.former == Some(self.written)
    }
}

/// What is on record as in force.
async fn in_force(house: &House, code: &Code) -> Result<Option<Hash>, StoreError> {
    let frame = house.store.frame(code).await?;
    Ok(frame.and_then(|frame| frame.settings?.written))
}

/// What the saved file of a community would change. Changes nothing.
pub(crate) async fn plan(house: &House, code: &Code) -> Result<Plan, ChangeError> {
    let saved = house.saved(code).await?;
    let (community, rules) = saved.ok_or_else(|| {
        said(
            "plan.no-file",
            format!("没有“{code}”的配置文件了，没有什么可启用的。"),
            format!("There is no file of “{code}” any more, so there is nothing to apply."),
        )
    })?;
    let former = in_force(house, code).await?;
    let written = Written::of(&community, root(&house.config)).digest;
    let lines = match former {
        None => None,
        Some(former) => {
            let known = kept(&house.store, &house.config, &former).await?;
            known.ok().map(|known| lines(&known.text, &community.text))
        }
    };
    let (today, _) = house.today(code);
    let frame = house.store.frame(code).await?;
    let words = frame.as_ref().map(|frame| words(frame, &community, &rules));
    let stretches = frame.map(|frame| difference(frame, &community, &rules, today));
    let number = sha256(
        format!(
            "rongyi-plan-1\n{code}\n{}\n{}\n",
            former.as_ref().map_or("-".to_owned(), |former| hex(former)),
            hex(&written)
        )
        .as_bytes(),
    );
    Ok(Plan {
        number: short(&number),
        former,
        written,
        lines,
        words: words.unwrap_or_default(),
        stretches: stretches.unwrap_or_default(),
        today,
        saved: (community, rules),
    })
}

/// The plain sentences of the rules that decide, or will on a coming day: which are gone, and which are new.
fn words(frame: &Frame, community: &config::Community, rules: &[Checked]) -> Vec<(bool, Text)> {
    let blocks = frame
        .settings
        .as_ref()
        .and_then(|known| known.in_force.as_ref());
    let named = blocks.into_iter().flatten().map(|block| block.set);
    let sets = named.filter_map(|no| frame.sets.iter().find(|set| set.no == no));
    let before: Vec<Text> = sets.flat_map(|set| summary(&set.plan, community)).collect();
    let decide = rules.iter().filter(|rule| !rule.shadow);
    let after = decide.flat_map(|rule| summary(&rule.rule.plan, community));
    let after: Vec<Text> = after.collect();
    let gone = before.iter().filter(|line| !after.contains(line));
    let new = after.iter().filter(|line| !before.contains(line));
    let gone = gone.map(|line| (false, line.clone()));
    gone.chain(new.map(|line| (true, line.clone()))).collect()
}

fn lines(former: &str, saved: &str) -> String {
    let diff = TextDiff::from_lines(former, saved);
    let mut unified = diff.unified_diff();
    unified.context_radius(AROUND).to_string()
}

/// The last three months under the plan, or the whole ledger where it is younger; and why nothing can be said.
pub(crate) async fn tried(
    house: &House,
    code: &Code,
    plan: Plan,
) -> Result<Outcome, SimulateError> {
    let (community, rules) = plan.saved;
    let from = Some(plan.today.plus_days(-TRIED_DAYS));
    let store = &house.store;
    let mut quiet = |_, _| ();
    let windowed = |from| Window { from, to: None };
    let began = match began(house, code).await? {
        Some(began) if from.is_some_and(|from| from > began) => from,
        Some(_) | None => None,
    };
    let candidate = Candidate::of(community, rules);
    simulate::run(store, code, candidate, windowed(began), &mut quiet).await
}

/// The day of the first entry.
async fn began(house: &House, code: &Code) -> Result<Option<LocalDate>, StoreError> {
    let first = house.store.entry(code, 1).await?;
    let first = first.and_then(|stored| rongyi_clerk::receipt(&stored).ok());
    let envelope = first.and_then(|receipt| receipt.records.first()?.envelope().cloned());
    Ok(envelope.map(|envelope| envelope.today))
}

/// What the rules that only run beside what is in force would have come to, from the day of the first of them. They are
/// asked about what really happened, with what they themselves would have given before; nothing they say is booked.
pub(crate) async fn shadow(house: &House, code: &Code) -> Result<Outcome, ChangeError> {
    let served = house.community(code);
    let served =
        served.ok_or_else(|| ChangeError::from(SimulateError::CommunityUnknown(code.clone())))?;
    let begins = served.config.rules.iter().filter(|rule| rule.shadow);
    let Some(first) = begins.map(|rule| rule.active_from).min() else {
        return Err(said(
            "shadow.none",
            "启用的配置里没有并行试用的规则。在一段 [[rule]] 里写 shadow = true，再 plan、apply。",
            "No rule that is in force runs as a shadow. Write shadow = true into a [[rule]], then plan and apply it.",
        ));
    };
    let engine = house.books.engine();
    let engine = engine.ok_or_else(|| ChangeError::Open(OpenError::Engine("none".to_owned())))?;
    let config = served.config.clone();
    let named = code.clone();
    let load = move || Candidate::load(&engine, config, &named);
    let loaded = tokio::task::spawn_blocking(load).await;
    let candidate =
        loaded.map_err(|error| ChangeError::Open(OpenError::Engine(error.to_string())))??;
    let began = began(house, code).await?;
    let window = Window {
        from: Some(first).filter(|first| began.is_some_and(|began| *first > began)),
        to: None,
    };
    let tried = simulate::run(&house.store, code, candidate, window, &mut |_, _| ()).await?;
    Ok(tried)
}

/// Who changes it, and why.
pub(crate) struct Deed<'d> {
    /// `staff/3`.
    pub(crate) by: &'d Code,
    /// Why.
    pub(crate) reason: &'d str,
}

impl Deed<'_> {
    fn taking(&self, former: Option<Hash>, step: Step) -> Result<Taking<'_>, ChangeError> {
        let reason = amend::reason(self.reason).map_err(|error| ChangeError::Said {
            code: error.code,
            text: error.text,
        })?;
        Ok(Taking {
            by: self.by,
            former,
            step,
            reason,
        })
    }
}

/// Where what is saved is in force by itself, there is nothing to apply and nothing to go back to.
fn by_hand(house: &House) -> Result<(), ChangeError> {
    if !house.config.auto_apply {
        return Ok(());
    }
    Err(auto())
}

pub(crate) fn auto() -> ChangeError {
    said(
        "plan.auto",
        "rongyi.toml 里写着 auto_apply = true：保存了就启用，要退回就把文件改回去。想先看后启用，删掉这一行，重启 rongyi serve。",
        "rongyi.toml says auto_apply = true: what is saved is in force, and to go back you put the file back. To look first and apply then, take that line out and restart `rongyi serve`.",
    )
}

/// Brings the saved file into force, when it is still what the plan with this number was about.
pub(crate) async fn apply(
    house: &House,
    code: &Code,
    number: &str,
    deed: Deed<'_>,
) -> Result<Hash, ChangeError> {
    by_hand(house)?;
    let plan = plan(house, code).await?;
    let taking = deed.taking(plan.former, Step::Applied)?;
    let number = number.trim().to_lowercase();
    if plan.is_nothing() {
        return Err(said(
            "plan.nothing",
            "文件和现在启用的一样，没有什么要启用的。",
            "The file says what is in force; there is nothing to apply.",
        ));
    }
    if number.len() < DIGITS_MIN || !plan.number.starts_with(&number) {
        return Err(said(
            "plan.moved",
            "看过以后，文件或者启用的配置又变了，这一次没有启用。请再看一遍会改变什么（rongyi plan），用新的编号启用。",
            "The file or what is in force changed since it was looked at, so nothing was applied. Look again (`rongyi plan`) and apply the new number.",
        ));
    }
    voted(house, code, &plan.number).await?;
    let (community, rules) = &plan.saved;
    house.configure((community, rules), taking).await?;
    Ok(plan.written)
}

/// Where a matter of the council was named for this change, it has to be carried first.
async fn voted(house: &House, code: &Code, number: &str) -> Result<(), ChangeError> {
    let shown = house.store.proposal(code).await?;
    let Some(shown) = shown.filter(|shown| shown.number == number) else {
        return Ok(());
    };
    let vote = vote::of_proposal(house, code, &shown).await;
    let vote = vote.map_err(|error| match error {
        CaseError::Store(error) => ChangeError::Store(error),
        CaseError::Unknown
        | CaseError::Refused(_)
        | CaseError::Damaged(..)
        | CaseError::Clerk(_) => said(
            "plan.vote",
            format!("定这份改动的那一件议事读不出来：{error}"),
            format!("The council's matter that decides about this change can't be read: {error}"),
        ),
    })?;
    match vote {
        Some(vote) if vote.outcome != vote::Outcome::Carried => {
            let Text { zh, en } = vote.text();
            Err(said(
                "plan.vote",
                format!(
                    "这份改动由议事来定，还启用不了。{zh}不等了，就在“规则要改什么”那一页不再给居民看，再来启用。"
                ),
                format!(
                    "The council decides about this change, so it can't be applied yet. {en} To go on without it, stop showing the change to residents on the council's page, then apply."
                ),
            ))
        }
        Some(_) | None => Ok(()),
    }
}

/// One configuration that was taken over.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    /// Its entry in the ledger.
    pub(crate) entry: u64,
    /// When.
    pub(crate) at: Instant,
    /// The community's day then.
    pub(crate) on: LocalDate,
    /// Who.
    pub(crate) by: Code,
    /// Which one, from which, how.
    pub(crate) taken: Configure,
    /// Why, where that was said.
    pub(crate) reason: Option<String>,
    /// Whether it is in force.
    pub(crate) current: bool,
}

/// Every configuration that was taken over, the newest first.
pub(crate) async fn history(house: &House, code: &Code) -> Result<Vec<Past>, ChangeError> {
    let store = &house.store;
    let found = store.configured(code, PAST_MAX).await?;
    let entries: Vec<u64> = found.iter().map(|(entry, _)| *entry).collect();
    let texts = store.texts_at(code, &entries).await?;
    let mut all = Vec::new();
    for (entry, body) in found {
        let record = Record::decode(Configure::NUMBER, &body);
        let Ok(Record::Asked(envelope, Asked::Configure(taken))) = record else {
            return Err(ChangeError::Store(StoreError::Corrupt {
                what: "record",
                place: format!("{code}/{entry}"),
            }));
        };
        let reason = texts.iter().find(|(place, _)| *place == entry);
        all.push(Past {
            entry,
            at: envelope.at,
            on: envelope.today,
            by: envelope.actor,
            taken,
            reason: reason.map(|(_, text)| text.text.clone()),
            current: all.is_empty(),
        });
    }
    Ok(all)
}

/// Goes back to a configuration that was in force before, named by the first digits of its digest.
pub(crate) async fn rollback(
    house: &House,
    code: &Code,
    to: &str,
    deed: Deed<'_>,
) -> Result<Hash, ChangeError> {
    by_hand(house)?;
    let to = to.trim().to_lowercase();
    let former = in_force(house, code).await?;
    let taking = deed.taking(former, Step::RolledBack)?;
    let past = history(house, code).await?;
    let mut named: Vec<Hash> = past.iter().map(|past| past.taken.written).collect();
    named.retain(|digest| to.len() >= DIGITS_MIN && hex(digest).starts_with(&to));
    named.sort_unstable();
    named.dedup();
    let [digest] = named.as_slice() else {
        return Err(said(
            "rollback.unknown",
            format!(
                "以前启用过的配置里，没有正好一份以“{to}”开头。有哪些，见 rongyi rule history；至少写 {DIGITS_MIN} 位。"
            ),
            format!(
                "Among those that were in force there is not exactly one that begins with “{to}”. `rongyi rule history` lists them; give {DIGITS_MIN} digits or more."
            ),
        ));
    };
    if former == Some(*digest) {
        return Err(said(
            "plan.nothing",
            "现在启用的就是这一份。",
            "This one is in force already.",
        ));
    }
    let (community, rules) = house.former(digest).await?;
    house.configure((&community, &rules), taking).await?;
    Ok(*digest)
}
