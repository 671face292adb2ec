//! The cards of residents as callers hand them over and get them back.

use rongyi_core::chain::Hash;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use crate::{Store, StoreError, each_engine};

/// A card that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Whose.
    pub resident: ResidentNo,
    /// Which of theirs, from 1 on.
    pub serial: u32,
    /// When it was made.
    pub made_at: Instant,
}

each_engine! {
    /// Makes a card and ends the one before; answers its serial.
    fn make_card(community: &Code, whose: (ResidentNo, &Hash), by: (&Code, Instant)) -> u32;
    /// Ends the card of somebody; `false` when they have none.
    fn end_card(community: &Code, resident: ResidentNo, at: Instant) -> bool;
    /// Whose card this is, by the hash of its word; none for one that ended.
    fn card(community: &Code, hash: &Hash) -> Option<Card>;
    /// The card of somebody that counts.
    fn card_of(community: &Code, resident: ResidentNo) -> Option<Card>;
}
