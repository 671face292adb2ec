//! A kind of case as data: who may open it, what is asked, the states in order, the moves between them.
//!
//! Read from TOML by [`Kind::from_toml`], which finds every mistake at once, and kept with a running case as
//! [`Kind::to_bytes`], because a case keeps the kind it began with. The moves' effects are words for the host; nothing
//! is booked here.

mod check;
mod draft;
mod lists;
mod order;
mod shape;
mod steps;
pub(crate) mod words;
mod write;

use std::ops::Range;

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use sha2::{Digest, Sha256};
use toml::de::DeTable;

use crate::finding::Finding;
use crate::node::Node;
use crate::reader::{Findings, Place};
pub(crate) use draft::Draft;
pub use shape::{
    AnswerKind, CHECK, CHOSEN_EVENT, DISPATCH, Effect, Extend, Filling, Form, GiveUp, Group,
    HourClock, MayOpen, Meeting, Move, Named, Need, Open, Pause, Question, RETURNED, Rate, Reopen,
    Role, Share, ShareOf, Similar, Since, Span, State, Term,
};

/// The version of the bytes of [`Kind::to_bytes`].
const BYTES_VERSION: i64 = 1;
/// A kind of case. Where it came from, a text or stored bytes, it was checked as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Its name in files and the API.
    pub code: Code,
    /// What a person reads.
    pub title: Text,
    /// A sentence for the person who opens one.
    pub about: Option<Text>,
    /// Who opens it.
    pub open: Open,
    /// What is asked.
    pub form: Form,
    /// The event kinds to choose from, where the form is an event's that is chosen; `None` for those that residents may
    /// claim.
    pub events: Option<Vec<Code>>,
    /// The most days that an entry which the form names may be in the book; without, there is no limit.
    pub entry_days: Option<u16>,
    /// What is asked besides, where the form is an event's.
    pub ask: Vec<Question>,
    /// What is shown as alike.
    pub similar: Option<Similar>,
    /// Whether several of them may be checked at once, from the list.
    pub bulk: bool,
    /// What is often written with a move: its name and the sentences.
    pub phrases: Vec<(Code, Vec<Text>)>,
    /// How many different people must have agreed before anything is booked, 0-2.
    pub checks: u8,
    /// When the opener can expect an answer: runs from the opening, through returns.
    pub due: Option<Term>,
    /// Who may link it to another as the same.
    pub merge: Vec<Role>,
    /// How it is opened again.
    pub reopen: Option<Reopen>,
    /// What is asked in the end.
    pub rate: Option<Rate>,
    /// The states in order; a case begins in the first.
    pub states: Vec<State>,
    /// The moves in order.
    pub moves: Vec<Move>,
}

/// An event that a kind books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booking<'k> {
    /// Its kind; `None` for the one that is chosen when a case is opened.
    pub event: Option<&'k Code>,
    /// Its roles.
    pub roles: &'k [(Code, Filling)],
}

/// Why bytes are no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBytes {
    /// Not JSON of the expected shape.
    #[error("the stored kind can't be read: {0}")]
    Malformed(String),
    /// Written by a later program.
    #[error("the stored kind has version {0}, this program reads up to {BYTES_VERSION}")]
    Version(i64),
}

impl Kind {
    /// A kind from the TOML of its part of a file (see the README for the shape).
    ///
    /// # Errors
    /// Every mistake, in the order of the text.
    pub fn from_toml(code: &Code, text: &str) -> Result<Kind, Vec<Finding>> {
        let node = Node::from_toml(text).map_err(|bad| vec![*bad])?;
        Kind::from_node(code, &node)
    }

    /// The same from a table that somebody else parsed: `[case.message]` of a longer file, with the place where it stands.
    ///
    /// # Errors
    /// Every mistake, in the order of the text.
    pub fn from_table(
        code: &Code,
        table: &DeTable<'_>,
        at: Range<usize>,
    ) -> Result<Kind, Vec<Finding>> {
        Kind::from_node(code, &Node::from_table(table, at))
    }

    fn from_node(code: &Code, node: &Node) -> Result<Kind, Vec<Finding>> {
        let findings = Findings::default();
        let place = Place::root(&findings, node);
        if let Some(draft) = draft::read(code, &place) {
            let (kind, written) = draft.trimmed();
            // What could not be read would be found missing again.
            if findings.is_clean() {
                check::check(&kind, &written, &findings);
            }
            if findings.is_clean() {
                return Ok(kind);
            }
        }
        Err(findings.into_found())
    }

    /// A bundled text before the parts that need another number of checks are left out, so that a community's kind can
    /// be like it.
    pub(crate) fn draft(code: &Code, text: &str) -> Option<Draft> {
        let node = Node::from_toml(text).ok()?;
        let findings = Findings::default();
        draft::read(code, &Place::root(&findings, &node))
    }

    /// The bytes that are kept with a running case: JSON with a fixed order of keys, the same for the same kind.
    pub fn to_bytes(&self) -> Vec<u8> {
        write::node(self, BYTES_VERSION).to_json().into_bytes()
    }

    /// The digest of [`Kind::to_bytes`]. Of a kind that is kept, the digest of the kept bytes counts: a later program may
    /// write the same kind with more words.
    pub fn digest(&self) -> [u8; 32] {
        Kind::digest_of(&self.to_bytes())
    }

    /// The digest of the bytes of a kind.
    pub fn digest_of(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }

    /// A kind from its bytes. It was checked when they were written; later programs may check more, and running cases go
    /// on nevertheless.
    ///
    /// # Errors
    /// [`BadBytes`] when this program did not write them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Kind, BadBytes> {
        let node = Node::from_json(bytes).map_err(|bad| BadBytes::Malformed(bad.to_string()))?;
        let (version, code, body) =
            write::opened(node).ok_or_else(|| BadBytes::Malformed("no kind".into()))?;
        if version != BYTES_VERSION {
            return Err(BadBytes::Version(version));
        }
        let findings = Findings::default();
        let read = draft::read(&code, &Place::root(&findings, &body));
        let first = findings.into_found().into_iter().next();
        match (read, first) {
            (Some(draft), None) => Ok(draft.trimmed().0),
            (None, None) => Err(BadBytes::Malformed("no kind".into())),
            (Some(_) | None, Some(found)) => Err(BadBytes::Malformed(found.message.en)),
        }
    }

    /// A state by its name.
    pub fn state(&self, code: &Code) -> Option<&State> {
        self.states.iter().find(|state| state.code == *code)
    }

    /// The moves that lead from a state, in order.
    pub fn moves_from<'k>(&'k self, state: &'k Code) -> impl Iterator<Item = &'k Move> {
        self.moves.iter().filter(|step| step.from.contains(state))
    }

    /// Everything that is asked in the kind's own words.
    pub fn questions(&self) -> &[Question] {
        match &self.form {
            Form::Questions(questions) => questions,
            Form::Event(_) => &self.ask,
        }
    }

    /// A question by its name.
    pub fn question(&self, key: &Code) -> Option<&Question> {
        self.questions()
            .iter()
            .find(|question| question.key == *key)
    }

    /// The move by which several cases in a state are checked at once; `None` where the kind does not allow it.
    pub fn bulk_move(&self, state: &Code) -> Option<&Move> {
        let plain =
            |step: &&Move| step.is_marked(CHECK) && step.needs.iter().all(|(_, must)| !must);
        let mut moves = self.moves.iter().filter(|_| self.bulk);
        moves.find(|step| step.from.contains(state) && plain(step))
    }

    /// What is often written with a move.
    pub fn phrases_of(&self, code: &Code) -> &[Text] {
        let found = self.phrases.iter().find(|(step, _)| step == code);
        found.map_or(&[], |(_, phrases)| phrases)
    }

    /// What it books: what the host checks against the rule book.
    pub fn bookings(&self) -> Vec<Booking<'_>> {
        let fixed = match &self.form {
            Form::Event(fixed) => fixed.as_ref(),
            Form::Questions(_) => None,
        };
        let mut bookings = Vec::new();
        for effect in self.moves.iter().flat_map(|step| &step.effects) {
            if let Effect::Book { event, roles } = effect {
                bookings.push(Booking {
                    event: event.as_ref().or(fixed),
                    roles,
                });
            }
        }
        bookings
    }

    /// The kinds of cases that it opens: what the host checks against the other kinds.
    pub fn opens(&self) -> impl Iterator<Item = &Code> {
        let effects = self.moves.iter().flat_map(|step| &step.effects);
        effects.filter_map(|effect| {
            if let Effect::Open(kind) = effect {
                Some(kind)
            } else {
                None
            }
        })
    }
}
