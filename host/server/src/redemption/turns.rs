//! Turns at the till: who types a code waits until the one before is looked at. A host keeps them; they decide nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rongyi_core::ids::Code;
use tokio::sync::OwnedMutexGuard;

/// Who types takes turns that are kept while nobody waits for them; beyond so many they are forgotten.
const TURNS_KEPT: usize = 1000;

/// Held by whoever is looking.
type Turn = Arc<tokio::sync::Mutex<()>>;

/// Whose code is being looked at on this host, by community and who types: a wrong one is counted before the next is
/// looked at, and several right ones in hand at once do not look like wrong ones.
#[derive(Debug, Default)]
pub struct Turns(Mutex<HashMap<(Code, Code), Turn>>);

impl Turns {
    /// Waits until nobody else types under this name.
    pub(crate) async fn wait(&self, community: &Code, actor: &Code) -> OwnedMutexGuard<()> {
        let turn = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() > TURNS_KEPT {
                all.retain(|_, turn| Arc::strong_count(turn) > 1);
            }
            let entry = all.entry((community.clone(), actor.clone()));
            Arc::clone(entry.or_default())
        };
        turn.lock_owned().await
    }
}
