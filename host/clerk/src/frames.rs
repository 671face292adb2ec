//! What the clerk remembers of communities beside their books. It reads nothing from the database and decides nothing.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use rongyi_core::book::Frame;
use rongyi_core::ids::Code;

/// The newest frame of every community that this clerk has written or read: for requests, which need kinds,
/// items and texts but no balance. Another host may have written since: what they say of the input is never the last word.
#[derive(Default)]
pub(crate) struct Frames(RwLock<HashMap<Code, Arc<Frame>>>);

impl Frames {
    pub(crate) fn get(&self, code: &Code) -> Option<Arc<Frame>> {
        let frames = self.0.read().unwrap_or_else(PoisonError::into_inner);
        frames.get(code).map(Arc::clone)
    }

    pub(crate) fn put(&self, frame: &Frame) {
        let mut frames = self.0.write().unwrap_or_else(PoisonError::into_inner);
        frames.insert(frame.community.clone(), Arc::new(frame.clone()));
    }

    /// The same where nothing is known: what a desk saw is never older.
    pub(crate) fn put_first(&self, frame: &Frame) {
        let mut frames = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let known = frames.entry(frame.community.clone());
        known.or_insert_with(|| Arc::new(frame.clone()));
    }
}
