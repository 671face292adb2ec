//! What the shop keeps beside the ledger, as callers hand it over and get it back: photos of items, and who waits for one.

use rongyi_core::chain::Hash;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use crate::{Store, StoreError, each_engine};

/// Who waits for an item, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The item.
    pub item: Code,
    /// Who.
    pub resident: ResidentNo,
    /// Since when.
    pub since: Instant,
}

each_engine! {
    /// Keeps the photo of an item in the place of the one before; answers its digest.
    fn put_item_photo(community: &Code, item: &Code, body: &[u8], by: (&Code, Instant)) -> Hash;
    /// Takes the photo of an item away; `false` when it had none.
    fn drop_item_photo(community: &Code, item: &Code) -> bool;
    /// Which items have a photo, by its digest.
    fn item_photos(community: &Code) -> Vec<(Code, Hash)>;
    /// A photo of an item, by its digest.
    fn item_photo(community: &Code, item: &Code, digest: &Hash) -> Option<Vec<u8>>;
    /// Somebody waits for an item from now on; who waited before keeps their turn.
    fn wish_item(community: &Code, wish: &Wish) -> ();
    /// Somebody waits no more for these items.
    fn unwish_items(community: &Code, resident: ResidentNo, items: &[Code]) -> ();
    /// Who waits for an item, in their turn, at most so many.
    fn wishes_for(community: &Code, item: &Code, limit: u32) -> Vec<Wish>;
    /// For what somebody waits, and how many asked before them: nobody, 0.
    fn wishes_of(community: &Code, resident: ResidentNo) -> Vec<(Wish, u64)>;
    /// How many wait for each item.
    fn wishes(community: &Code) -> Vec<(Code, u64)>;
}
