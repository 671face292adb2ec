//! Pages about proof: the published heads, the proof of one entry, and the public place where a proof is checked.
//! They show what was computed elsewhere; they hash nothing.

use askama::Template;

use crate::format::Moment;
use crate::office::Head;
use crate::shell::Shell;

/// A head that was published.
#[derive(Debug, Clone)]
pub struct PublishedHead {
    /// The short form that people copy: `nanmen 412 7fe3a1b2 9c0d1e2f 33445566`.
    pub short: String,
    /// Its height.
    pub height: u64,
    /// When its newest block was written.
    pub at: Moment,
}

/// `/{community}/head`: public.
#[derive(Debug, Clone, Template)]
#[template(path = "head.html")]
pub struct HeadView {
    /// Around the page.
    pub shell: Shell,
    /// The newest block.
    pub head: Head,
    /// The newest published head; `None` before the first hour.
    pub published: Option<PublishedHead>,
}

/// A community in the list of published heads.
#[derive(Debug, Clone)]
pub struct PublishedRow {
    /// Its title.
    pub title: String,
    /// Its path: `/nanmen`.
    pub path: String,
    /// Its newest published head.
    pub published: Option<PublishedHead>,
}

/// `/heads`: what this host has published, for everybody. The shell's community fields are empty here.
#[derive(Debug, Clone, Template)]
#[template(path = "heads.html")]
pub struct HeadsView {
    /// Around the page.
    pub shell: Shell,
    /// Its communities.
    pub rows: Vec<PublishedRow>,
    /// The files of published heads, newest first: `2026-11.txt`.
    pub files: Vec<String>,
}

/// `/{community}/passbook/{seq}/proof`: for those whose entry it is.
#[derive(Debug, Clone, Template)]
#[template(path = "proof.html")]
pub struct ProofView {
    /// Around the page.
    pub shell: Shell,
    /// The place of the entry.
    pub seq: u64,
    /// The height of its block.
    pub height: u64,
    /// How many hashes lead from it to the head.
    pub steps: usize,
    /// The height of the head it leads to.
    pub head_height: u64,
    /// When the newest block under that head was written.
    pub head_at: Moment,
    /// The beginning of its history root, in groups.
    pub fingerprint: String,
    /// Whether that head was published already.
    pub published: bool,
}

/// What came of checking a proof.
#[derive(Debug, Clone)]
pub enum Checked {
    /// Every step holds, and the head is one that this host published.
    Holds,
    /// Every step holds; the head is none of the published ones, and must be compared by hand.
    Unpublished,
    /// It is not one, or a step does not hold: the sentence that says which.
    Broken(String),
}

/// `/{community}/proof`: public. Somebody pastes a proof and reads whether it holds.
#[derive(Debug, Clone, Template)]
#[template(path = "proof_check.html")]
pub struct ProofCheckView {
    /// Around the page.
    pub shell: Shell,
    /// What came of it, once something was sent.
    pub checked: Option<Checked>,
    /// What the proved records say.
    pub says: Vec<String>,
    /// The short form of the head it leads to.
    pub leads_to: String,
}
