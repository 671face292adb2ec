//! The sandbox of one tier: a wasmtime configuration, the pool of its instances, and a clock.

use std::sync::Arc;

use wasmtime::component::Linker;
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, OperatorCost, PoolingAllocationConfig, Store,
};

use crate::bindings;
use crate::clock::Clock;
use crate::limits::Limits;
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

/// One tier: its wasmtime engine, and the pool that its instances come from.
pub(crate) struct Pool {
    pub(crate) wasm: wasmtime::Engine,
    pub(crate) linker: Linker<State>,
    pub(crate) limits: Limits,
    /// Ticks at which deadlines are looked at.
    pub(crate) clock: Arc<Clock>,
}

impl Pool {
    pub(crate) fn new(limits: Limits) -> Result<Pool, EngineError> {
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
        Ok(Pool {
            wasm,
            linker,
            limits,
            clock,
        })
    }

    /// A store with every limit set.
    pub(crate) fn store(&self, limits: &Limits, fuel: u64) -> Store<State> {
        let mut store = Store::new(&self.wasm, State::new(limits, self.clock.run()));
        store.limiter(|state| state);
        store.set_hostcall_fuel(limits.transfer_bytes);
        let deadline_ms = limits.deadline_ms;
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |mut store| {
            Ok(store.data_mut().stopwatch.tick(deadline_ms))
        });
        // Fuel is switched on in the engine's configuration, so this cannot fail.
        let _ = store.set_fuel(fuel);
        store
    }
}

impl Drop for Pool {
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
