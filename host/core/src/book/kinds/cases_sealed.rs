//! What was done in cases until the end of a day is sealed: one root over all steps since the seal before. The book keeps
//! no case; it proves that what the store has is what was done. The list of the leaves stands beside the record as its text,
//! so that whoever compares can name the step that is not as it was.
//!
//! Order of checks: the span is one, and something is in it.

use super::{Act, Kept, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::chain::{Hash, sha256};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, Rejection};
use crate::ids::{Code, ResidentNo};
use crate::record::{Personal, Record};
use crate::time::{Instant, LocalDate};

/// The sealed steps of a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CasesSealed {
    /// The last day that is in it.
    pub day: LocalDate,
    /// The first instant that is in it: where the seal before ended.
    pub from: Instant,
    /// The first instant that is not.
    pub until: Instant,
    /// How many steps.
    pub count: u64,
    /// The Merkle root over their leaves, in the order of time, case and step.
    pub root: Hash,
    /// Salted commitment to the list of the leaves.
    pub list: Hash,
}

impl CasesSealed {
    /// The number of its records, for whoever looks for them.
    pub const NUMBER: u8 = 34;
}

/// A step of a case as it is sealed: what stays of it when its words, photos and papers are erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedStep {
    /// The case.
    pub case_no: u64,
    /// Its number in the case, 0 for the opening.
    pub step: u32,
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: Code,
    /// What was done: the word of the act.
    pub word: String,
    /// What it led to, or what the case was opened with: codes and numbers.
    pub argument: String,
    /// The commitment to words, photos and papers; empty where there were none.
    pub texts: Vec<u8>,
    /// Of an opening: the kind's name, the digest of the kind, and for whom.
    pub opened: Option<(Code, Hash, Option<ResidentNo>)>,
}

impl SealedStep {
    /// The leaf of the step.
    pub fn leaf(&self) -> Hash {
        let mut w = Writer::default();
        // Apart from the leaf of a record (0) and from a node (1).
        w.byte(2);
        w.u64(self.case_no);
        w.u32(self.step);
        w.i64(self.at.0);
        w.code(&self.actor);
        w.text(&self.word);
        w.text(&self.argument);
        w.bytes(&self.texts);
        w.option(self.opened.as_ref(), |w, (kind, digest, resident)| {
            w.code(kind);
            w.raw(digest);
            w.option(*resident, |w, resident| w.u32(resident.0));
        });
        sha256(&w.done())
    }
}

impl Act for CasesSealed {
    // Nothing of the book is in it.
    fn needs(&self, _: &mut Missing<'_>, _: &Command) {}

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        if self.from >= self.until || self.count == 0 {
            return Err(Rejection::NothingToDo);
        }
        let record = Record::asked(asking.envelope, *self);
        Ok(Applied::Fresh(book.append(
            asking.command,
            vec![record],
            &[],
        )))
    }
}

impl Kept for CasesSealed {
    const NUMBERS: &'static [u8] = &[CasesSealed::NUMBER];

    fn write(&self, w: &mut Writer) {
        w.date(self.day);
        w.i64(self.from.0);
        w.i64(self.until.0);
        w.u64(self.count);
        w.raw(&self.root);
        w.raw(&self.list);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(CasesSealed {
            day: r.date()?,
            from: Instant(r.i64()?),
            until: Instant(r.i64()?),
            count: r.u64()?,
            root: r.hash()?,
            list: r.hash()?,
        })
    }

    fn word(&self) -> &'static str {
        "cases-sealed"
    }

    fn title(&self) -> Title {
        Title::plain("办件经过封存", "Steps of cases sealed")
    }

    fn personal(&self) -> Personal {
        // Numbers of cases and digests: nothing that is erased.
        Personal::text_about(self.list, Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step() -> SealedStep {
        SealedStep {
            case_no: 7,
            step: 0,
            at: Instant(5),
            actor: Code::literal("resident/1001"),
            word: "open".to_owned(),
            argument: "{}".to_owned(),
            texts: vec![1; 32],
            opened: Some((Code::literal("claim"), [2; 32], Some(ResidentNo(1001)))),
        }
    }

    #[test]
    fn every_part_of_a_step_is_in_its_leaf() {
        type Change = fn(&mut SealedStep);
        let changes: [Change; 11] = [
            |step| step.case_no = 8,
            |step| step.step = 1,
            |step| step.at = Instant(6),
            |step| step.actor = Code::literal("resident/1002"),
            |step| step.word.push('x'),
            |step| step.argument.push('x'),
            |step| step.texts = vec![3; 32],
            |step| step.texts.clear(),
            |step| step.opened = None,
            |step| step.opened = Some((Code::literal("appeal"), [2; 32], Some(ResidentNo(1001)))),
            |step| step.opened = Some((Code::literal("claim"), [2; 32], None)),
        ];
        let mut all = vec![step().leaf()];
        for change in changes {
            let mut other = step();
            change(&mut other);
            all.push(other.leaf());
        }
        // What moves from one field into the next is another step.
        let shifted = SealedStep {
            word: "open{".to_owned(),
            argument: "}".to_owned(),
            ..step()
        };
        all.push(shifted.leaf());
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
