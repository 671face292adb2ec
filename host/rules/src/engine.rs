//! The engine: for each tier one wasmtime configuration with a pool and a clock, made when its first component
//! comes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, Weak};

use rongyi_core::chain::Hash;
use wasmtime::component::Linker;
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, OperatorCost, PoolingAllocationConfig,
};

use crate::bindings;
use crate::cache::Cache;
use crate::clock::Clock;
use crate::compile::Compiler;
use crate::limits::{Allowance, Limits, Tier};
use crate::load::Known;
use crate::state::State;

/// Bytes of a returned memory that are wiped and kept rather than given back to the system.
const KEEP_RESIDENT_MAX: usize = 4 << 20;

/// The engine could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// wasmtime refused the configuration or has no room for the pool.
    #[error(
        "the sandbox cannot be set up: {0}. It reserves about 4 GiB of address space for each of {1} instances; check `ulimit -v`"
    )]
    Setup(String, u32),
    /// The folder for compiled code.
    #[error("the folder for compiled rules cannot be used: {0}")]
    Cache(#[source] rongyi_files::Trouble),
}

/// Loads and runs rules under the limits of their tiers. Cheap to share; its clocks stop with the last user.
pub struct Engine {
    allowance: Allowance,
    pub(crate) compiler: Compiler,
    cache: Option<Cache>,
    tiers: [OnceLock<Arc<Inner>>; 3],
}

/// One tier: its wasmtime engine with a pool of its own.
pub(crate) struct Inner {
    pub(crate) wasm: wasmtime::Engine,
    pub(crate) linker: Linker<State>,
    pub(crate) limits: Limits,
    pub(crate) cache: Option<Cache>,
    /// The components that loaded rules use, by digest.
    pub(crate) known: Mutex<HashMap<Hash, Weak<Known>>>,
    /// What deadlines are counted by.
    pub(crate) clock: Arc<Clock>,
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
    pub(crate) fn tier(&self, tier: Tier) -> Result<&Arc<Inner>, EngineError> {
        let place = match tier {
            Tier::Small => &self.tiers[0],
            Tier::Script => &self.tiers[1],
            Tier::Large => &self.tiers[2],
        };
        if let Some(inner) = place.get() {
            return Ok(inner);
        }
        let made = Inner::new(self.allowance.of(tier).clone(), self.cache.clone())?;
        // Two may have come at once; the second engine is dropped unused.
        Ok(place.get_or_init(|| Arc::new(made)))
    }
}

impl Inner {
    pub(crate) fn new(limits: Limits, cache: Option<Cache>) -> Result<Inner, EngineError> {
        let setup =
            |error: wasmtime::Error| EngineError::Setup(format!("{error:#}"), limits.instances);
        let wasm = wasmtime::Engine::new(&config(&limits)).map_err(setup)?;
        let mut linker = Linker::new(&wasm);
        bindings::link(&mut linker).map_err(setup)?;
        let ticked = wasm.weak();
        let clock = Clock::start(move || {
            let wasm = ticked.upgrade();
            wasm.as_ref()
                .map(wasmtime::Engine::increment_epoch)
                .is_some()
        });
        Ok(Inner {
            wasm,
            linker,
            limits,
            cache,
            known: Mutex::default(),
            clock,
        })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.clock.end();
    }
}

fn config(limits: &Limits) -> Config {
    let mut pool = PoolingAllocationConfig::default();
    let many = |each: u32| limits.instances.saturating_mul(each);
    // Tiers count what is in the file; while it is baked, one instance more reads its memory.
    let core_instances = limits.core_instances.saturating_add(1);
    pool.total_component_instances(limits.instances)
        .total_core_instances(many(core_instances))
        .total_memories(many(limits.memories))
        .total_tables(many(limits.tables))
        .max_core_instances_per_component(core_instances)
        .max_memories_per_component(limits.memories)
        .max_tables_per_component(limits.tables)
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements)
        .linear_memory_keep_resident(limits.memory_bytes.min(KEEP_RESIDENT_MAX))
        .table_keep_resident(limits.table_elements.saturating_mul(8))
        .pagemap_scan(Enabled::Auto);
    let mut cost = OperatorCost::new();
    // Touching fresh pages costs the machine time that instructions do not show.
    cost.variable.memory_grow_per_page = u8::MAX;
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .consume_fuel(true)
        .operator_cost(cost)
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack_bytes)
        // One answer on every machine: no NaN bits, no relaxed vectors, no second memory model.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        // Components that are made of components need it for the calls between their parts; how many memories
        // there may be is the tier's word.
        .wasm_multi_memory(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}
