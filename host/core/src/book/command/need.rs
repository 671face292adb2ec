//! What the book can ask the store for.

use crate::account::{Account, Holder};
use crate::counters::CounterKey;
use crate::ids::{Code, OrderNo, ResidentNo};

/// One thing the book must have loaded before it can apply a command.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// An account with its lots.
    Account(Account),
    /// A counter row.
    Counter(CounterKey),
    /// A resident's household and traits.
    Resident(ResidentNo),
    /// An order.
    Order(OrderNo),
    /// The order behind a pick-up code, by the code's key.
    PickupCode(String),
    /// What an external reference was used for.
    Source(Code, String),
    /// What an actor's idempotency key was used for.
    Key(Code, String),
    /// A waiting event.
    Waiting(u64),
    /// Every resident with their household.
    Everyone,
    /// What a holder had at the cut-off that this entry made.
    Standing(u64, Holder),
    /// The records of the entry that begins at this seq.
    Entry(u64),
    /// What became of the entry that begins at this seq.
    Fate(u64),
}
