//! Configurations as they were written: each is kept when it is taken over. So what is in force does not hang on files that
//! somebody may be editing, every host of a database has the same, and a former one can come back without its file.
//!
//! A ledger names the newest by its digest (`core/book/kinds/configure`); the text stands in the archive beside the
//! parameters of rules, and the components stand there by digests of their own. Rules that come with the program are kept
//! with theirs, so that a newer program decides nothing otherwise before somebody looked at it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use rongyi_clerk::ClerkError;
use rongyi_config::{self as config, Config, Diagnostic, Kept, Parted, PluginRef};
use rongyi_core::book::Frame;
use rongyi_core::chain::{Hash, from_hex, hex, sha256};
use rongyi_core::command::{Ask, Rejection, SaltedText};
use rongyi_core::ids::Code;
use rongyi_core::record::{Configure, Step};
use rongyi_core::rule::Text;
use rongyi_store::{Store, StoreError};
use serde::{Deserialize, Serialize};

use super::{Checked, House, OpenError, as_served, check_rules, published, serving_engine};
use crate::access::random;

/// The form of the document; another one is another version's.
const FORM: u8 = 1;

/// What is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Document {
    form: u8,
    /// Where the file lies, from the folder of `rongyi.toml` on.
    file: String,
    text: String,
    /// The bundled rules that it names, by the SHA-256 of what they were then.
    bundled: BTreeMap<String, String>,
}

/// A configuration with its digest.
#[derive(Debug, Clone)]
pub struct Written {
    /// SHA-256 of all of it.
    pub digest: Hash,
    json: String,
}

impl Written {
    /// What a community's file says, or what was kept of it.
    pub fn of(community: &config::Community, root: &Path) -> Written {
        let file = community.file.strip_prefix(root).unwrap_or(&community.file);
        let bundled = match &community.kept {
            Some(kept) => kept.bundled.clone(),
            None => bundled(community),
        };
        let document = Document {
            form: FORM,
            file: file.to_string_lossy().replace('\\', "/"),
            text: community.text.to_string(),
            bundled,
        };
        let json = serde_json::to_string(&document).unwrap_or_default();
        let digest = sha256(json.as_bytes());
        Written { digest, json }
    }
}

/// The bundled rules that a file names, as they are in this program.
fn bundled(community: &config::Community) -> BTreeMap<String, String> {
    let mut named = BTreeMap::new();
    for rule in &community.rules {
        if let PluginRef::Bundled(name) = &rule.plugin
            && let Some(found) = rongyi_bundled::find(name)
        {
            named.insert(name.clone(), hex(&sha256(found.bytes)));
        }
    }
    named
}

/// The folder in which a configuration's paths begin.
pub(crate) fn root(config: &Config) -> &Path {
    config.file.parent().unwrap_or(Path::new(""))
}

/// A configuration that was taken over before.
///
/// # Errors
/// What the database said; inside, what this program can't read of it.
pub async fn kept(
    store: &Store,
    config: &Config,
    digest: &Hash,
) -> Result<Result<config::Community, Vec<Diagnostic>>, StoreError> {
    let document = store.params(digest).await?;
    let document = document.and_then(|json| serde_json::from_str::<Document>(&json).ok());
    let Some(document) = document.filter(|found| found.form == FORM) else {
        return Ok(Err(vec![lost(config, &hex(digest))]));
    };
    let file = root(config).join(&document.file);
    let parse = |components| {
        let kept = Kept {
            components,
            bundled: document.bundled.clone(),
        };
        config::parse_kept(&document.text, &file, kept)
    };
    let named = match parse(BTreeMap::new()) {
        Ok(named) => named,
        Err(found) => return Ok(Err(found)),
    };
    let mut components: BTreeMap<String, Arc<[u8]>> = BTreeMap::new();
    for rule in &named.rules {
        let wanted = match &rule.plugin {
            PluginRef::Bundled(name) => document.bundled.get(name),
            PluginRef::File { sha256, .. } => Some(sha256),
        };
        let Some(wanted) = wanted.filter(|digest| !components.contains_key(*digest)) else {
            continue;
        };
        match component(store, wanted).await? {
            Some(bytes) => drop(components.insert(wanted.clone(), bytes.into())),
            None => return Ok(Err(vec![lost(config, wanted)])),
        }
    }
    let read = parse(components);
    Ok(read.map(|mut community| {
        community.calendar = Arc::clone(&config.calendar);
        community
    }))
}

/// A component of the archive.
async fn component(store: &Store, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
    match from_hex(digest) {
        Some(digest) => store.component(&digest).await,
        None => Ok(None),
    }
}

/// The archive lacks what a ledger names.
fn lost(config: &Config, digest: &str) -> Diagnostic {
    let short = digest.get(..12).unwrap_or(digest);
    Diagnostic::of_file(
        config.file.clone(),
        "config.archive",
        Text {
            zh: format!("数据库里没有存着账本写的那一份配置或规则（{short}…）。"),
            en: format!("The archive in the database lacks the configuration or rule that the ledger names ({short}…)."),
        },
        Text {
            zh: "数据库可能没有拷全：用完整的备份恢复，或在 rongyi.toml 里写 auto_apply = true，先按文件来。".into(),
            en: "The database may have been copied in part: restore a whole backup, or write auto_apply = true into rongyi.toml to go by the files.".into(),
        },
    )
}

/// A configuration as its files are, and as it is in force.
pub(crate) struct InForce {
    /// With what is in force in the place of what is saved.
    pub(crate) parted: Parted,
    /// Whose files say something else.
    pub(super) pending: Vec<Code>,
}

/// Puts what is in force in the place of what is saved, where a ledger knows what that is.
///
/// # Errors
/// What the database said.
pub(super) async fn in_force(parted: Parted) -> Result<InForce, OpenError> {
    let unchanged = |parted| InForce {
        parted,
        pending: Vec::new(),
    };
    if parted.config.auto_apply {
        return Ok(unchanged(parted));
    }
    let Some(store) = published::opened(&parted.config).await? else {
        return Ok(unchanged(parted));
    };
    let found = exchanged(&store, parted).await;
    store.close().await?;
    found
}

/// The same with a database that is open.
pub(crate) async fn exchanged(store: &Store, parted: Parted) -> Result<InForce, OpenError> {
    let Parted { mut config, wrong } = parted;
    let (mut pending, mut broken) = (Vec::new(), Vec::new());
    for (code, digest) in store.configurations().await? {
        let saved = config.communities.iter().position(|one| one.code == code);
        let in_force = match kept(store, &config, &digest).await? {
            Ok(in_force) => in_force,
            Err(found) if saved.is_some() => {
                config.communities.retain(|one| one.code != code);
                broken.push((config.file.clone(), found));
                continue;
            }
            Err(_) => continue,
        };
        match saved {
            Some(at) => {
                let folder = root(&config).to_owned();
                let saved = &mut config.communities[at];
                if Written::of(saved, &folder).digest != digest {
                    pending.push(code);
                }
                *saved = in_force;
            }
            // Its file can't be read just now; one that is in no file any more is not served.
            None if wrong.iter().any(|(file, _)| *file == in_force.file) => {
                config.communities.push(in_force);
            }
            None => {}
        }
    }
    let wrong = wrong.into_iter().chain(broken).collect();
    Ok(InForce {
        parted: Parted { config, wrong },
        pending,
    })
}

/// Who takes a configuration over, from which one, and why.
#[derive(Debug)]
pub struct Taking<'t> {
    /// `staff/3`.
    pub by: &'t Code,
    /// The one that was in force when they looked.
    pub former: Option<Hash>,
    /// How.
    pub step: Step,
    /// Why; kept apart from the chain.
    pub reason: String,
}

impl House {
    /// Takes a configuration over: keeps it, puts on record who does it and why, brings the ledger up to it and serves it.
    /// Other hosts of the database follow within seconds.
    ///
    /// # Errors
    /// What the ledger refuses, `plan.moved` among it; then nothing is taken over.
    pub async fn configure(
        &self,
        (community, rules): (&config::Community, &[Checked]),
        taking: Taking<'_>,
    ) -> Result<(), OpenError> {
        let _alone = self.news.one_at_a_time.lock().await;
        let code = &community.code;
        let found = self.refused(community, rules).await?;
        if !found.is_empty() {
            return Err(OpenError::Config(found));
        }
        let written = Written::of(community, root(&self.config));
        self.keep(&written, rules).await?;
        let reason = SaltedText {
            salt: random(),
            text: taking.reason,
        };
        let ask = Ask::Configure(Configure {
            written: written.digest,
            former: taking.former,
            step: taking.step,
            reason: Some(reason.commitment()),
        });
        let mut command = self.command(code, taking.by, ask);
        command.text = Some(reason);
        let answer = self.clerk.ask_patiently(code, command).await;
        answer.map_err(|error| OpenError::Ledger(code.clone(), error))?;
        self.install(community, rules).await?;
        self.serve_instead(community);
        self.news.changed.notify_one();
        Ok(())
    }

    /// A community's file as it is saved now, with its rules loaded and tried on their scenarios.
    ///
    /// # Errors
    /// What is wrong with it, or that it is not there.
    pub async fn saved(
        &self,
        code: &Code,
    ) -> Result<Option<(config::Community, Vec<Checked>)>, OpenError> {
        let (file, engine, code) = (self.config.file.clone(), self.books.engine(), code.clone());
        let read = move || {
            let parted = config::load_parted(&file).map_err(OpenError::Config)?;
            let wrong = parted.mistakes();
            let config = parted.config;
            let engine = match engine {
                Some(engine) => engine,
                None => Arc::new(serving_engine(&config)?),
            };
            let found = config.communities.into_iter().find(|one| one.code == code);
            match found {
                None if wrong.is_empty() => Ok(None),
                None => Err(OpenError::Config(wrong)),
                Some(found) => {
                    let rules = check_rules(&engine, &found).map_err(OpenError::Config)?;
                    Ok(Some((found, rules)))
                }
            }
        };
        let read = tokio::task::spawn_blocking(read).await;
        read.map_err(|error| OpenError::Engine(error.to_string()))?
    }

    /// A configuration that was taken over before, with its rules loaded.
    ///
    /// # Errors
    /// What this program can't read of it.
    pub async fn former(
        &self,
        digest: &Hash,
    ) -> Result<(config::Community, Vec<Checked>), OpenError> {
        let found = kept(&self.store, &self.config, digest).await?;
        let found = found.map_err(OpenError::Config)?;
        let engine = match self.books.engine() {
            Some(engine) => engine,
            None => Arc::new(serving_engine(&self.config)?),
        };
        let load = move || {
            let rules = check_rules(&engine, &found).map_err(OpenError::Config)?;
            Ok((found, rules))
        };
        let loaded = tokio::task::spawn_blocking(load).await;
        loaded.map_err(|error| OpenError::Engine(error.to_string()))?
    }

    async fn keep(&self, written: &Written, rules: &[Checked]) -> Result<(), OpenError> {
        for rule in rules {
            self.archive(rule).await?;
        }
        let kept = self.store.put_params(&written.digest, &written.json).await;
        Ok(kept?)
    }

    /// Whether the ledger has taken over another configuration than this one. Where what is saved is in force it is told what
    /// is saved.
    pub(super) fn is_overtaken(
        &self,
        community: &config::Community,
        frame: Option<&Frame>,
    ) -> bool {
        let known = frame.and_then(|frame| frame.settings.as_ref()?.written);
        let other = |known| known != Written::of(community, root(&self.config)).digest;
        !self.config.auto_apply && known.is_some_and(other)
    }

    /// At the end of every installation: what is in force now is put on record where nothing was, or where the host takes
    /// over what is saved and the ledger knew another one.
    pub(super) async fn put_on_record(
        &self,
        community: &config::Community,
        rules: &[Checked],
    ) -> Result<(), OpenError> {
        let code = &community.code;
        let frame = self.store.frame(code).await?;
        let known = frame.and_then(|frame| frame.settings?.written);
        let written = Written::of(community, root(&self.config));
        let step = match known {
            None if !self.config.auto_apply => Step::Found,
            Some(known) if self.config.auto_apply && known != written.digest => Step::Saved,
            Some(_) | None => return Ok(()),
        };
        self.keep(&written, rules).await?;
        let ask = Ask::Configure(Configure {
            written: written.digest,
            former: known,
            step,
            reason: None,
        });
        match self.record(code, ask).await {
            // Another host was first.
            Err(OpenError::Ledger(
                _,
                ClerkError::Rejected(Rejection::ConfigurationMoved | Rejection::NothingToDo),
            )) => Ok(()),
            recorded => recorded,
        }
    }

    fn serve_instead(&self, community: &config::Community) {
        let mut now = super::Communities::clone(&self.communities());
        now.insert(community.code.clone(), Arc::new(as_served(community)));
        *self
            .communities
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
    }
}
