//! The seal keys of this host's communities, kept at hand: they never change. What is sealed, and why, stands in
//! [`rongyi_core::seal`].

use std::collections::HashMap;
use std::sync::Mutex;

use rongyi_clerk::ClerkError;
use rongyi_core::ids::Code;
use rongyi_core::seal::SealKey;

use super::House;

/// Keys by community.
#[derive(Debug, Default)]
pub(super) struct Sealing(Mutex<HashMap<Code, SealKey>>);

impl House {
    /// The key of a community.
    ///
    /// # Errors
    /// [`ClerkError::CommunityUnknown`] before its ledger began, or what the database said.
    pub async fn seal_key(&self, community: &Code) -> Result<SealKey, ClerkError> {
        let kept = self.sealing.0.lock();
        if let Some(key) = kept.ok().and_then(|keys| keys.get(community).cloned()) {
            return Ok(key);
        }
        let key = self.store.seal_key(community).await?;
        let key = key.ok_or_else(|| ClerkError::CommunityUnknown(community.clone()))?;
        if let Ok(mut keys) = self.sealing.0.lock() {
            keys.insert(community.clone(), key.clone());
        }
        Ok(key)
    }
}
