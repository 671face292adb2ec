//! A component with its parameters baked in: `configure` has run, and what it left in memory is part of the
//! component, so that a fresh instance begins where `configure` ended.
//!
//! Only a saving. What cannot be baked (a table that the program changes, modules used twice, an interpreter)
//! is told its parameters in each fresh instance, and answers the same.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmtime::Store;
use wasmtime::component::{Component, Instance, Lift, WasmList};
use wasmtime_wizer::{ComponentInstanceState, Wizer};

use crate::limits::Limits;
use crate::pool::Pool;
use crate::state::State;
use crate::world::exports;

/// The baked component, or why there is none.
pub(crate) fn bake(
    pool: &Pool,
    limits: &Limits,
    bytes: &[u8],
    params_json: &str,
) -> Result<Vec<u8>, String> {
    // The baker asserts where it meets what it did not expect; that is then simply not baked.
    catch_unwind(AssertUnwindSafe(|| baked(pool, limits, bytes, params_json)))
        .unwrap_or_else(|_| Err("the baker gave up".into()))
}

fn baked(pool: &Pool, limits: &Limits, bytes: &[u8], params_json: &str) -> Result<Vec<u8>, String> {
    let said = |error: wasmtime::Error| format!("{error:#}");
    let wizer = Wizer::new();
    let (parsed, instrumented) = wizer.instrument_component(bytes).map_err(said)?;
    let component = Component::from_binary(&pool.wasm, &instrumented).map_err(said)?;
    let version = exports(&pool.wasm, &component).map_err(|error| error.to_string())?;
    let pre = pool.linker.instantiate_pre(&component).map_err(said)?;
    let mut store = pool.store(limits, limits.fuel_load);
    let instance = pre.instantiate(&mut store).map_err(said)?;
    let rule = version
        .bind(&mut store, (&component, instance))
        .map_err(said)?;
    if !rule.tell(&mut store, params_json).map_err(said)? {
        return Err("the rule does not accept these parameters".into());
    }
    // What follows only reads: the memory may be larger than one answer may be.
    store.set_hostcall_fuel(usize::MAX);
    store.set_fuel(u64::MAX).map_err(said)?;
    let mut reader = Reader {
        store: &mut store,
        instance,
        broken: None,
    };
    let snapshot = at_once(wizer.snapshot_component(&parsed, &mut reader));
    match (reader.broken, snapshot) {
        (Some(error), _) | (None, Some(Err(error))) => Err(said(error)),
        (None, None) => Err("the baker waits for something".into()),
        (None, Some(Ok(baked))) => Ok(baked),
    }
}

/// The value of a future that has nothing to wait for.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Reads globals and memories of an instrumented instance. The first failure is kept; what is read after it
/// is thrown away.
struct Reader<'s> {
    store: &'s mut Store<State>,
    instance: Instance,
    broken: Option<wasmtime::Error>,
}

impl Reader<'_> {
    fn read<R: Lift + 'static>(&mut self, instance: &str, func: &str) -> wasmtime::Result<R> {
        let missing = || wasmtime::Error::msg("an accessor is missing");
        let within = self
            .instance
            .get_export_index(&mut *self.store, None, instance)
            .ok_or_else(missing)?;
        let index = self
            .instance
            .get_export_index(&mut *self.store, Some(&within), func)
            .ok_or_else(missing)?;
        let func = self
            .instance
            .get_typed_func::<(), (R,)>(&mut *self.store, index)?;
        Ok(func.call(&mut *self.store, ())?.0)
    }

    fn kept<R>(&mut self, read: wasmtime::Result<R>, otherwise: R) -> R {
        read.unwrap_or_else(|error| {
            self.broken.get_or_insert(error);
            otherwise
        })
    }
}

impl ComponentInstanceState for Reader<'_> {
    async fn call_func_ret_list_u8(
        &mut self,
        instance: &str,
        func: &str,
        contents: impl FnOnce(&[u8]) + Send,
    ) {
        match self.read::<WasmList<u8>>(instance, func) {
            Ok(list) => contents(list.as_le_slice(&*self.store)),
            Err(error) => {
                self.broken.get_or_insert(error);
                contents(&[]);
            }
        }
    }

    async fn call_func_ret_s32(&mut self, instance: &str, func: &str) -> i32 {
        let read = self.read(instance, func);
        self.kept(read, 0)
    }

    async fn call_func_ret_s64(&mut self, instance: &str, func: &str) -> i64 {
        let read = self.read(instance, func);
        self.kept(read, 0)
    }

    async fn call_func_ret_f32(&mut self, instance: &str, func: &str) -> u32 {
        let read = self.read(instance, func).map(f32::to_bits);
        self.kept(read, 0)
    }

    async fn call_func_ret_f64(&mut self, instance: &str, func: &str) -> u64 {
        let read = self.read(instance, func).map(f64::to_bits);
        self.kept(read, 0)
    }
}
