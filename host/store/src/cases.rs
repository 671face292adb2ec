//! The rows of cases as callers hand them over and get them back. No statement, and nothing about what a case means:
//! that is decided by `rongyi-cases`.

use rongyi_core::chain::{Hash, sha256};
use rongyi_core::command::{SaltedText, SealedStep};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use crate::{Store, StoreError, each_engine};

/// What stands for no date, so that every list has one order.
pub const NEVER_DUE: i64 = 9_007_199_254_740_991;

/// Words of one step, under the question they answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseText {
    /// The step.
    pub step: u32,
    /// The question, or `words`.
    pub key: String,
    /// What was written.
    pub text: SaltedText,
}

/// A photo that comes with a step: kept already, under its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePhoto {
    /// The question, or `words`.
    pub key: String,
    /// Which one.
    pub digest: Hash,
}

/// A photo of a case, as far as it was not erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCasePhoto {
    /// The step that brought it.
    pub step: u32,
    /// Its place among those of the step.
    pub place: u32,
    /// The question, or `words`.
    pub key: String,
    /// Which one.
    pub digest: Hash,
}

/// A paper that comes with a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPaper {
    /// Its name, safe on every computer.
    pub name: String,
    /// As it was sent.
    pub body: Vec<u8>,
}

/// A paper of a case, as far as it was not erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPaper {
    /// The step that brought it.
    pub step: u32,
    /// Its name.
    pub name: String,
    /// Which one.
    pub digest: Hash,
}

/// Where a case stands, for lists: derived from its steps by whoever writes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePlace {
    /// The state.
    pub state: Code,
    /// The group, 1-5.
    pub group: u8,
    /// The local minute at which it is due, since 1970-01-01.
    pub due: Option<i64>,
    /// The local minute after which time does something.
    pub next_at: Option<i64>,
    /// To whom it was given.
    pub unit: Option<Code>,
    /// The case it was linked to.
    pub merged_into: Option<u64>,
}

/// A case to be opened.
#[derive(Debug, Clone)]
pub struct NewCase<'c> {
    /// Where.
    pub community: &'c Code,
    /// The name of its kind.
    pub kind: &'c Code,
    /// The kind itself.
    pub kind_body: &'c [u8],
    /// When.
    pub at: Instant,
    /// Who.
    pub opener: &'c Code,
    /// For whom.
    pub resident: Option<ResidentNo>,
    /// Where it stands.
    pub place: &'c CasePlace,
    /// What it is opened with: codes and numbers as JSON.
    pub argument: &'c str,
    /// What was written.
    pub texts: &'c [CaseText],
    /// The photos.
    pub photos: &'c [CasePhoto],
    /// The form that was sent.
    pub token: &'c str,
}

/// A step to be appended.
#[derive(Debug, Clone)]
pub struct NewCaseStep<'c> {
    /// Where.
    pub community: &'c Code,
    /// The case.
    pub case_no: u64,
    /// The version it was decided on.
    pub seen: u32,
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: &'c Code,
    /// What: the two words of the act.
    pub act: (&'c str, &'c str),
    /// Where the case stands then.
    pub place: &'c CasePlace,
    /// What was written.
    pub texts: &'c [CaseText],
    /// The photos.
    pub photos: &'c [CasePhoto],
    /// The papers.
    pub papers: &'c [NewPaper],
    /// What follows, in order, as JSON of codes and numbers.
    pub effects: &'c [String],
    /// The form that was sent.
    pub token: Option<&'c str>,
}

/// The answer to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It stands there.
    Done,
    /// Somebody was faster: nothing was written.
    Moved,
    /// The same form had been written before.
    Again,
}

/// A case as lists know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFile {
    /// Its number.
    pub case_no: u64,
    /// The name of its kind.
    pub kind: Code,
    /// The kind it began with.
    pub digest: Hash,
    /// When it was opened.
    pub opened_at: Instant,
    /// By whom.
    pub opener: Code,
    /// For whom.
    pub resident: Option<ResidentNo>,
    /// Where it stands.
    pub place: CasePlace,
    /// Its version: the number of its newest step.
    pub steps: u32,
    /// What it booked last.
    pub entry: Option<u64>,
}

/// A step as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCaseStep {
    /// Its number, 0 for the opening.
    pub step: u32,
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: Code,
    /// What: the first word.
    pub word: String,
    /// The second.
    pub argument: String,
}

/// What became of something that follows from a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectState {
    /// Nobody carried it out yet.
    Waiting,
    /// It was carried out.
    Done,
    /// It was refused.
    Refused,
}

impl EffectState {
    /// The stored number.
    pub(crate) fn number(self) -> i64 {
        match self {
            EffectState::Waiting => 1,
            EffectState::Done => 2,
            EffectState::Refused => 3,
        }
    }

    /// The state of a stored number.
    pub(crate) fn of(number: i64) -> Option<EffectState> {
        let all = [
            EffectState::Waiting,
            EffectState::Done,
            EffectState::Refused,
        ];
        all.into_iter().find(|state| state.number() == number)
    }
}

/// Something that follows from a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseEffect {
    /// The step.
    pub step: u32,
    /// Its place among those of the step.
    pub place: u32,
    /// What, as JSON.
    pub what: String,
    /// What became of it.
    pub state: EffectState,
    /// What it came to in the book.
    pub entry: Option<u64>,
    /// Why it was refused: its code and sentences, as JSON.
    pub told: Option<String>,
}

/// Something to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingEffect {
    /// The case.
    pub case_no: u64,
    /// The step.
    pub step: u32,
    /// Its place among those of the step.
    pub place: u32,
    /// What, as JSON.
    pub what: String,
}

/// A case with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCase {
    /// As lists know it.
    pub file: CaseFile,
    /// Its steps in order.
    pub steps: Vec<StoredCaseStep>,
    /// What was written, as far as it was not erased.
    pub texts: Vec<CaseText>,
    /// The photos, as far as they were not erased.
    pub photos: Vec<StoredCasePhoto>,
    /// The papers, as far as they were not erased.
    pub papers: Vec<StoredPaper>,
    /// What follows from the steps.
    pub effects: Vec<CaseEffect>,
}

/// Which cases a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Of this kind.
    pub kind: Option<Code>,
    /// In this group.
    pub group: Option<u8>,
    /// In one of these states, as `kind/state`, or `kind/state@unit` where the unit counts, too; of all when empty.
    pub states: Vec<String>,
    /// Opened by them.
    pub opener: Option<Code>,
    /// Those that ended as well.
    pub with_ended: bool,
}

/// The commitment to all words, photos and papers of a step, in the order in which they were sent; empty when there are
/// none. Papers by their digests.
pub fn case_commitment(texts: &[CaseText], photos: &[CasePhoto], papers: &[Hash]) -> Vec<u8> {
    if texts.is_empty() && photos.is_empty() && papers.is_empty() {
        return Vec::new();
    }
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend(text.key.as_bytes());
        bytes.push(0);
        bytes.extend(text.text.commitment());
    }
    for photo in photos {
        bytes.extend(photo.key.as_bytes());
        bytes.push(1);
        bytes.extend(photo.digest);
    }
    for paper in papers {
        bytes.push(2);
        bytes.extend(paper);
    }
    sha256(&bytes).to_vec()
}

each_engine! {
    /// Opens a case, with its first step; answers its number. The same form of the same person opens one case.
    fn open_case(new: &NewCase<'_>) -> u64;
    /// Which case somebody opened with a form.
    fn case_opened_with(community: &Code, opener: &Code, token: &str) -> Option<u64>;
    /// Appends a step with its words and what follows from it, if nobody was faster; all of it or nothing.
    fn append_case_step(new: &NewCaseStep<'_>) -> Appended;
    /// As which step of this case a form was written.
    fn case_step_known(community: &Code, case_no: u64, token: &str) -> Option<u32>;
    /// The bytes of an archived kind.
    fn case_kind(community: &Code, digest: &Hash) -> Option<Vec<u8>>;
    /// A case with everything that was done, written and carried out, all of one moment.
    fn case(community: &Code, case_no: u64) -> Option<StoredCase>;
    /// Cases of the community in the order of group, date and number, those after `after` when given.
    fn cases(community: &Code, filter: &CaseFilter, after: Option<(u8, i64, u64)>, limit: u32) -> Vec<CaseFile>;
    /// Cases that a resident opened or that are for them, newest first, those before `before` when given.
    fn cases_of(community: &Code, resident: ResidentNo, before: Option<u64>, limit: u32) -> Vec<CaseFile>;
    /// How many of a kind somebody opened since a moment.
    fn cases_opened(community: &Code, opener: &Code, kind: &Code, since: Instant) -> u32;
    /// Open cases on which time has something to do before a local minute.
    fn due_cases(community: &Code, before: i64, limit: u32) -> Vec<u64>;
    /// What follows from steps and was not carried out yet, in order.
    fn waiting_case_effects(community: &Code, limit: u32) -> Vec<WaitingEffect>;
    /// What became of it, and why; which entry it came to, and whether that is what the case booked. `false` when it was
    /// carried out before.
    fn end_case_effect(community: &Code, effect: &WaitingEffect, ended: (EffectState, Option<&str>), entry: (Option<u64>, bool)) -> bool;
    /// What stands written in the cases that are a resident's: case, step, text.
    fn case_texts_of(community: &Code, resident: ResidentNo) -> Vec<(u64, CaseText)>;
    /// Removes what stands written in them; answers how many texts.
    fn forget_case_texts(community: &Code, resident: ResidentNo) -> u64;
    /// Keeps a photo, loose until a step of a case brings it along; answers its digest. Again is no harm.
    fn keep_photo(community: &Code, body: &[u8], at: Instant) -> Hash;
    /// Whether a photo is kept.
    fn photo_is_kept(community: &Code, digest: &Hash) -> bool;
    /// A photo, if it belongs to this case.
    fn case_photo(community: &Code, case_no: u64, digest: &Hash) -> Option<Vec<u8>>;
    /// A paper, if it belongs to this case: its name and what was sent.
    fn case_paper(community: &Code, case_no: u64, digest: &Hash) -> Option<(String, Vec<u8>)>;
    /// The papers in the cases that are a resident's.
    fn case_papers_of(community: &Code, resident: ResidentNo) -> Vec<(u64, StoredPaper)>;
    /// Removes them; answers how many.
    fn forget_case_papers(community: &Code, resident: ResidentNo) -> u64;
    /// Photos of a case that other cases have, too, with the numbers of those.
    fn same_case_photos(community: &Code, case_no: u64, limit: u32) -> Vec<(Hash, u64)>;
    /// The photos in the cases that are a resident's.
    fn case_photos_of(community: &Code, resident: ResidentNo) -> Vec<(u64, StoredCasePhoto)>;
    /// Removes them from those cases, and altogether where no other case has them; answers how many are gone.
    fn forget_case_photos(community: &Code, resident: ResidentNo) -> u64;
    /// Removes loose photos that were kept before a moment.
    fn purge_photos(community: &Code, before: Instant) -> u64;
    /// The record of the newest seal over steps.
    fn last_cases_seal(community: &Code) -> Option<(u64, Vec<u8>)>;
    /// The records of all seals over steps, in order.
    fn cases_seals(community: &Code) -> Vec<(u64, Vec<u8>)>;
    /// Steps before `until` in the order of time, case and number, those behind `after`; as they are sealed.
    fn case_steps_between(community: &Code, until: Instant, after: (Instant, u64, u32), limit: u32) -> Vec<SealedStep>;
}
