//! The engine: for each tier a sandbox, made when its first component comes, and the components that are known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use rongyi_core::chain::{Hash, sha256};

use crate::cache::Cache;
use crate::compile::Compiler;
use crate::diagnostic::LoadError;
use crate::known::LookedAt;
use crate::limits::{Allowance, Tier};
use crate::pool::{EngineError, Pool};

/// Loads and runs rules under the limits of their tiers. Cheap to share; its clocks stop with the last user.
pub struct Engine {
    allowance: Allowance,
    pub(crate) compiler: Compiler,
    cache: Option<Cache>,
    tiers: [OnceLock<Arc<Pool>>; 3],
    /// The components that loaded rules use, by digest.
    known: Mutex<HashMap<Hash, Weak<LookedAt>>>,
}

impl Engine {
    /// An engine with these limits. Components are compiled by `compiler`; the code is kept in `cache` when one is given.
    /// The pool of the small tier is made at once, the others when they are needed.
    ///
    /// # Errors
    /// [`EngineError`] when the machine cannot hold the pool or the folder cannot be made.
    pub fn new(
        allowance: impl Into<Allowance>,
        compiler: Compiler,
        cache: Option<Cache>,
    ) -> Result<Engine, EngineError> {
        if let Some(cache) = &cache {
            rongyi_files::private_folder(&cache.folder).map_err(EngineError::Cache)?;
        }
        let engine = Engine {
            allowance: allowance.into(),
            compiler,
            cache,
            tiers: [OnceLock::new(), OnceLock::new(), OnceLock::new()],
            known: Mutex::default(),
        };
        engine.tier(Tier::Small)?;
        Ok(engine)
    }

    /// The limits it enforces.
    pub fn allowance(&self) -> &Allowance {
        &self.allowance
    }

    /// Where compiled code is kept.
    pub(crate) fn cache(&self) -> Option<&Cache> {
        self.cache.as_ref()
    }

    /// The engine of a tier, made at the first call.
    pub(crate) fn tier(&self, tier: Tier) -> Result<&Arc<Pool>, EngineError> {
        let place = match tier {
            Tier::Small => &self.tiers[0],
            Tier::Script => &self.tiers[1],
            Tier::Large => &self.tiers[2],
        };
        if let Some(pool) = place.get() {
            return Ok(pool);
        }
        let made = Pool::new(self.allowance.of(tier).clone())?;
        // Two may have come at once; the second engine is dropped unused.
        Ok(place.get_or_init(|| Arc::new(made)))
    }

    /// The component, shared with every rule that was made of it and is still there.
    pub(crate) fn known(&self, pool: &Pool, bytes: &[u8]) -> Result<Arc<LookedAt>, LoadError> {
        let digest = sha256(bytes);
        let all = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all().get(&digest).and_then(Weak::upgrade) {
            return Ok(known);
        }
        let known = LookedAt::of(pool, self.cache.as_ref(), &self.compiler, digest, bytes)?;
        let known = Arc::new(known);
        let mut all = all();
        all.retain(|_, other| other.strong_count() > 0);
        all.insert(digest, Arc::downgrade(&known));
        Ok(known)
    }
}
