//! The engine: one wasmtime configuration with a pool, and the ticker that keeps its clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wasmtime::component::{HasSelf, Linker};
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, OperatorCost, PoolingAllocationConfig,
};

use crate::bindings;
use crate::limits::Limits;
use crate::state::State;

/// Milliseconds between two ticks of the deadline clock.
pub(crate) const TICK_MS: u64 = 10;

/// The engine could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// wasmtime refused the configuration or has no room for the pool.
    #[error(
        "the sandbox cannot be set up: {0}. It reserves about 4 GiB of address space for each of {1} instances; check `ulimit -v`"
    )]
    Setup(String, u32),
    /// The folder for compiled code.
    #[error("the folder for compiled rules {0} cannot be made: {1}")]
    Cache(PathBuf, std::io::Error),
}

/// Loads and runs rules under one set of limits. Cheap to share; its clock stops with the last user.
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) wasm: wasmtime::Engine,
    pub(crate) linker: Linker<State>,
    pub(crate) limits: Limits,
    pub(crate) cache: Option<PathBuf>,
    running: Arc<AtomicBool>,
}

impl Engine {
    /// An engine with these limits; compiled code is kept in `cache` when one is given.
    ///
    /// # Errors
    /// [`EngineError`] when the machine cannot hold the pool or the folder cannot be made.
    pub fn new(limits: Limits, cache: Option<&Path>) -> Result<Engine, EngineError> {
        let setup =
            |error: wasmtime::Error| EngineError::Setup(format!("{error:#}"), limits.instances);
        let wasm = wasmtime::Engine::new(&config(&limits)).map_err(setup)?;
        let mut linker = Linker::new(&wasm);
        bindings::Rule::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)
            .map_err(setup)?;
        if let Some(folder) = cache {
            std::fs::create_dir_all(folder)
                .map_err(|error| EngineError::Cache(folder.to_owned(), error))?;
        }
        let running = Arc::new(AtomicBool::new(true));
        tick(&wasm, &running);
        let inner = Inner {
            wasm,
            linker,
            limits,
            cache: cache.map(Path::to_owned),
            running,
        };
        Ok(Engine {
            inner: Arc::new(inner),
        })
    }

    /// The limits it enforces.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.running.store(false, Ordering::Relaxed);
    }
}

/// Moves the deadline clock until the engine is gone.
#[expect(
    clippy::disallowed_methods,
    reason = "a ticker waits for time itself, on a thread of its own"
)]
fn tick(wasm: &wasmtime::Engine, running: &Arc<AtomicBool>) {
    let (wasm, running) = (wasm.weak(), Arc::clone(running));
    std::thread::spawn(move || {
        while running.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(TICK_MS));
            match wasm.upgrade() {
                Some(wasm) => wasm.increment_epoch(),
                None => return,
            }
        }
    });
}

fn config(limits: &Limits) -> Config {
    let mut pool = PoolingAllocationConfig::default();
    let many = |each: u32| limits.instances.saturating_mul(each);
    pool.total_component_instances(limits.instances)
        .total_core_instances(many(limits.core_instances))
        .total_memories(many(limits.memories))
        .total_tables(many(limits.tables))
        .max_core_instances_per_component(limits.core_instances)
        .max_memories_per_component(limits.memories)
        .max_tables_per_component(limits.tables)
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements)
        .linear_memory_keep_resident(limits.memory_bytes)
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
        .wasm_multi_memory(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}
