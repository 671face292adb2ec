//! Instances that a thread of its own makes before they are asked, and clears away afterwards. Each is still asked once; who
//! asks many times one after the other only does not wait for it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard};

use wasmtime::Store;

use crate::bindings::Speaks;
use crate::state::State;
use crate::stopwatch::Stopwatch;

/// Groups of instances on their way between the two threads: one is asked while the other is made.
const GROUPS: usize = 2;

/// A fresh instance in its store, or why there is none.
pub(crate) struct Made {
    pub(crate) store: Store<State>,
    pub(crate) guest: wasmtime::Result<Box<dyn Speaks>>,
}

/// One caller's hand: whoever comes while it is in use makes an instance of its own.
pub(crate) struct Ahead(Mutex<Hand>);

/// Instances of one group, and the stores of those that were asked.
pub(crate) struct Hand {
    fresh: Vec<Made>,
    used: Vec<Store<State>>,
    made: Receiver<Vec<Made>>,
    back: Sender<Vec<Store<State>>>,
}

impl Ahead {
    /// Has `make` called on a thread that ends with this. There are never more than `instances` of them, nor fewer than two.
    pub(crate) fn start(instances: usize, make: impl Fn() -> Made + Send + 'static) -> Ahead {
        let (back, returned) = channel::<Vec<Store<State>>>();
        let (sender, made) = channel();
        let group = (instances / GROUPS).max(1);
        for _ in 0..GROUPS {
            // Nothing comes back yet; it asks for a group all the same.
            let _ = back.send(Vec::new());
        }
        std::thread::spawn(move || {
            for used in returned {
                drop(used);
                let fresh: Vec<Made> = (0..group).map(|_| make()).collect();
                if sender.send(fresh).is_err() {
                    return;
                }
            }
        });
        Ahead(Mutex::new(Hand {
            fresh: Vec::new(),
            used: Vec::new(),
            made,
            back,
        }))
    }

    /// The hand, for one call; `None` when somebody else has it.
    pub(crate) fn hand(&self) -> Option<MutexGuard<'_, Hand>> {
        self.0.try_lock().ok()
    }
}

impl Hand {
    /// The next instance; its time begins now. `None` when none is ready: making one oneself is faster than waiting, and so the
    /// work is shared out between the two threads.
    pub(crate) fn take(&mut self) -> Option<Made> {
        if self.fresh.is_empty() {
            if !self.used.is_empty() {
                self.back.send(std::mem::take(&mut self.used)).ok()?;
            }
            self.fresh = self.made.try_recv().ok()?;
        }
        let mut made = self.fresh.pop()?;
        made.store.set_epoch_deadline(1);
        made.store.data_mut().stopwatch = Stopwatch::default();
        Some(made)
    }

    /// Gives back the store of an instance that was taken from here and asked.
    pub(crate) fn give_back(&mut self, store: Store<State>) {
        self.used.push(store);
    }
}
