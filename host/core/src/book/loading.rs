//! What a book knows of its store: rows come in as commands need them, and go when they are not needed any more.

use super::{Book, Changes, Loaded};

impl Book {
    /// How many rows are loaded, so that the owner can bound its memory.
    pub fn loaded_rows(&self) -> usize {
        [
            self.accounts.len(),
            self.counters.len(),
            self.residents.len(),
            self.orders.len(),
            self.sources.len(),
            self.keys.len(),
            self.standings.len(),
            self.entries.len(),
            self.fates.len(),
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }

    /// Forgets the references and keys of earlier blocks, which a store answers as well: otherwise a book would grow
    /// with every event. Those of the newest block stay, because it may not be in the store yet. A complete book
    /// forgets nothing.
    pub fn forget_used(&mut self, newest: &Changes) {
        if self.complete {
            return;
        }
        let sources = newest.sources.iter();
        self.sources = sources
            .map(|(name, external_ref, used)| ((name.clone(), external_ref.clone()), Some(*used)))
            .collect();
        let keys = newest.keys.iter();
        self.keys = keys
            .map(|(actor, key, used, at)| ((actor.clone(), key.clone()), Some((*used, *at))))
            .collect();
    }

    /// Takes over what the store found. What is already loaded stays: it may be newer than the store.
    pub fn load(&mut self, rows: impl IntoIterator<Item = Loaded>) {
        for row in rows {
            match row {
                Loaded::Account(key, state) => {
                    self.accounts.entry(key).or_insert(state);
                }
                Loaded::Counter(key, state) => {
                    self.counters.entry(key).or_insert(state);
                }
                Loaded::Resident(key, state) => {
                    self.residents.entry(key).or_insert(state);
                }
                Loaded::Order(key, state) => {
                    if let Some(order) = &state {
                        self.codes.entry(order.code.key()).or_insert(Some(key));
                    }
                    self.orders.entry(key).or_insert(state);
                }
                Loaded::PickupCode(key, state) => {
                    self.codes.entry(key).or_insert(state);
                }
                Loaded::Source(name, text, state) => {
                    self.sources.entry((name, text)).or_insert(state);
                }
                Loaded::Key(actor, text, state) => {
                    self.keys.entry((actor, text)).or_insert(state);
                }
                Loaded::Waiting(key, state) => {
                    self.waiting.entry(key).or_insert(state);
                }
                Loaded::Everyone(all) => {
                    for (resident, member) in all {
                        self.residents.entry(resident).or_insert(Some(member));
                    }
                    self.everyone = true;
                }
                Loaded::Standing(cut, holder, state) => {
                    self.standings.entry((cut, holder)).or_insert(state);
                }
                Loaded::Entry(key, state) => {
                    self.entries.entry(key).or_insert(state);
                }
                Loaded::Fate(key, state) => {
                    self.fates.entry(key).or_insert(state);
                }
            }
        }
    }
}
