//! The journal and the chain: places without gaps, leaves, roots, links, and each command applied again. It goes on
//! from where it was left, so that most of a ledger is read while it grows and only the rest in one moment.

use rongyi_core::book::Applied;
use rongyi_core::chain::{Block, Hash, Head, leaf, merkle_root};
use rongyi_core::command::Command;
use rongyi_core::ids::Code;
use rongyi_core::record::{Asked, Record};
use rongyi_store::{Store, StoreError, StoredBlock};

use super::{Check, Decisions, PAGE, PROBLEMS_MAX};
use crate::audit::statement;

impl Check {
    /// Reads the journal block by block, from where it was left up to the head that its row names.
    pub(super) async fn chain(
        &mut self,
        store: &Store,
        code: &Code,
        row: Head,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), StoreError> {
        let mut journal = Journal {
            next: self.head.next_seq,
            page: Vec::new().into_iter(),
        };
        loop {
            let blocks = store.blocks(code, self.head.height + 1, PAGE).await?;
            if blocks.is_empty() || self.reached(row) {
                break;
            }
            for StoredBlock { block, hash } in blocks {
                // What was committed since the beginning is for the next verification.
                if self.reached(row) {
                    break;
                }
                if !self.block(&block, &hash, code) {
                    return Ok(());
                }
                let mut leaves = Vec::new();
                for seq in block.first_seq..block.first_seq.saturating_add(block.count) {
                    let Some((found, kind, body)) = journal.next(store, code).await? else {
                        self.problem(
                            format!("record {seq}"),
                            format!("it is missing; block {} names it", block.height),
                        );
                        return Ok(());
                    };
                    if found != seq {
                        self.problem(
                            format!("record {seq}"),
                            format!("it is missing or out of place: record {found} follows"),
                        );
                        return Ok(());
                    }
                    leaves.push(leaf(block.version, seq, kind, &body));
                    if !self.record(store, code, (seq, kind, &body)).await? {
                        return Ok(());
                    }
                }
                if merkle_root(&leaves) != block.root {
                    let last = block
                        .first_seq
                        .saturating_add(block.count)
                        .saturating_sub(1);
                    self.problem(
                        format!("records {}–{last} (block {})", block.first_seq, block.height),
                        "at least one of them was changed: they do not give the root of their block".into(),
                    );
                    return Ok(());
                }
                self.head = Head {
                    height: block.height,
                    hash,
                    next_seq: block.first_seq + block.count,
                    last_at: block.at,
                };
                self.history.push(hash);
                self.kept(block.height, &hash);
                if self.moved.len() >= PAGE as usize {
                    self.links(store, code).await?;
                }
                if self.said.len() >= PAGE as usize {
                    self.texts(store, code, self.head.next_seq - 1).await?;
                }
                progress(
                    self.head.next_seq.saturating_sub(1),
                    row.next_seq.saturating_sub(1),
                );
                if self.report.problems.len() >= PROBLEMS_MAX {
                    return Ok(());
                }
            }
        }
        self.finish_entry(store, code).await?;
        self.links(store, code).await?;
        self.texts(store, code, self.head.next_seq - 1).await?;
        Ok(())
    }

    /// What was committed beyond the row is for later.
    fn reached(&self, row: Head) -> bool {
        self.head.height >= row.height && self.head.height > 0
    }

    /// What stands after the newest block that the head row names belongs to nothing.
    pub(super) async fn beyond(
        &mut self,
        store: &Store,
        code: &Code,
        row: Head,
    ) -> Result<(), StoreError> {
        let blocks = store.blocks(code, row.height + 1, 1).await?;
        let records = store.journal(code, row.next_seq, 1).await?;
        if blocks.is_empty() && records.is_empty() {
            return Ok(());
        }
        let place = match (blocks.first(), records.first()) {
            (_, Some((seq, ..))) => format!("record {seq}"),
            (Some(stored), None) => format!("block {}", stored.block.height),
            (None, None) => return Ok(()),
        };
        let what = "it stands after the newest block that the head names, and belongs to nothing";
        self.problem(place, what.into());
        Ok(())
    }

    fn block(&mut self, block: &Block, hash: &Hash, code: &Code) -> bool {
        let head = self.head;
        let place = format!("block {}", head.height + 1);
        let wrong = if block.height != head.height + 1 {
            Some(format!("it is missing: block {} follows", block.height))
        } else if block.prev != head.hash {
            Some("it does not name the block before it".to_owned())
        } else if block.first_seq != head.next_seq {
            Some(format!(
                "it begins at record {}, expected {}",
                block.first_seq, head.next_seq
            ))
        } else if block.hash(code) != *hash {
            Some("its hash is not the hash of its content".to_owned())
        } else {
            None
        };
        if let Some(what) = wrong {
            self.problem(place, what);
            return false;
        }
        true
    }

    /// Takes one record; when it begins an entry, the entry before it is complete and applied.
    async fn record(
        &mut self,
        store: &Store,
        code: &Code,
        (seq, kind, body): (u64, u8, &[u8]),
    ) -> Result<bool, StoreError> {
        self.report.records += 1;
        let Ok(record) = Record::decode(kind, body) else {
            self.problem(
                format!("record {seq}"),
                "its bytes are not a record: it was changed".into(),
            );
            return Ok(false);
        };
        if record.envelope().is_some() {
            self.finish_entry(store, code).await?;
        }
        self.said
            .extend(record.personal().text.map(|commitment| (seq, commitment)));
        if let Some(Asked::Enrol(enrolled)) = record.what() {
            self.enrolled.insert(enrolled.resident, (seq, enrolled.who));
        }
        if let Some(Asked::Erase(what)) = record.what() {
            self.erased.extend(&what.texts);
            for resident in &what.residents {
                // Who was enrolled before the checkpoint is not in the list.
                let listed = self.enrolled.remove(resident).is_some();
                self.report.forgotten += u64::from(listed || self.from > 1);
            }
        }
        if let Some(kept) = statement::kept(seq, &record) {
            self.stated.push(seq);
            self.kept.push(kept);
        }
        self.entry.push((seq, record));
        Ok(true)
    }

    /// Applies the entry's command to the rebuilt book and compares what it gives with what is recorded.
    pub(super) async fn finish_entry(
        &mut self,
        store: &Store,
        code: &Code,
    ) -> Result<(), StoreError> {
        let entry = std::mem::take(&mut self.entry);
        let Some((seq, first)) = entry.first() else {
            return Ok(());
        };
        let items = &self.book.frame().items;
        let by_no = |no| {
            items
                .iter()
                .find(|item| item.no == no)
                .map(|item| item.code.clone())
        };
        let (Some(command), Some(envelope)) =
            (Command::from_record(first, by_no), first.envelope())
        else {
            self.problem(
                format!("record {seq}"),
                "no entry begins here, but an entry must".into(),
            );
            return Ok(());
        };
        // A reversal is about an earlier entry, which was compared with its block when it was read.
        loop {
            let needs = self.book.missing(&command);
            if needs.is_empty() {
                break;
            }
            self.book.load(store.load(code, &needs).await?);
        }
        self.judge.expected.borrow_mut().answer = entry.get(1).map(|(_, record)| record.clone());
        let result = self.book.apply(&command, envelope.at, &self.judge);
        let problem = match result {
            Ok(Applied::Fresh(receipt)) => differing(&entry, &receipt.records),
            Ok(Applied::Replay(before)) => Some((
                *seq,
                format!("it repeats entry {before}, which cannot be booked twice"),
            )),
            Err(rejection) => Some((
                *seq,
                format!("replayed, it is rejected: {}", rejection.text().en),
            )),
        };
        let activated = matches!(first.what(), Some(Asked::Activate(_)));
        if let Some((at, what)) = problem {
            self.problem(format!("record {at}"), what);
        } else if activated {
            self.activated();
        }
        // Blocks are checked against the stored ones; of the rebuilt book's own only the links are needed.
        if let Some(changes) = self.book.seal() {
            if let Some(touched) = &mut self.touched {
                touched.add(&changes);
            }
            self.moved.extend(changes.transfers);
        }
        Ok(())
    }

    /// The row of a rule set that has just become active, before its decisions are asked.
    fn activated(&mut self) {
        let Some(set) = self.book.frame().sets.last() else {
            return;
        };
        let no = set.no;
        let what = match self.sets.iter().find(|row| row.no == no) {
            None => "its row is missing",
            Some(row) if row != set => "its row differs from its activation in the journal",
            Some(_) => return,
        };
        self.problem(format!("rule set {no}"), what.into());
        // Without the right row every one of its decisions would differ, which says nothing more.
        self.judge.decisions = Decisions::None;
        self.decisions = Decisions::None;
    }
}

/// The first place where what is recorded differs from what the command gives.
fn differing(entry: &[(u64, Record)], given: &[Record]) -> Option<(u64, String)> {
    for (place, (seq, record)) in entry.iter().enumerate() {
        match given.get(place) {
            Some(replayed) if replayed == record => {}
            Some(replayed) => return Some((*seq, format!("replayed, it is {replayed:?}"))),
            None => return Some((*seq, "replayed, nothing stands here".into())),
        }
    }
    let last = entry.last().map_or(0, |(seq, _)| *seq);
    (given.len() > entry.len()).then(|| (last, "replayed, more records follow it".into()))
}

/// The journal, a page at a time.
struct Journal {
    next: u64,
    page: std::vec::IntoIter<(u64, u8, Vec<u8>)>,
}

impl Journal {
    async fn next(
        &mut self,
        store: &Store,
        code: &Code,
    ) -> Result<Option<(u64, u8, Vec<u8>)>, StoreError> {
        if self.page.as_slice().is_empty() {
            self.page = store.journal(code, self.next, PAGE).await?.into_iter();
        }
        let found = self.page.next();
        if let Some((seq, ..)) = &found {
            self.next = seq + 1;
        }
        Ok(found)
    }
}
