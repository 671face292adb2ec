//! What residents are told, as callers hand it over and get it back.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::news::{News, NewsKind};
use rongyi_core::time::{Instant, LocalDate};

use crate::{Store, StoreError, each_engine};

/// How a resident wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageChoice {
    /// A bit for each kind that is not pointed out: the first for number 1.
    pub off: i64,
    /// Whether anything is sent to their telephone.
    pub send: bool,
    /// From which minute of the day until which nothing is sent.
    pub quiet: (u16, u16),
    /// Up to when they have read.
    pub seen_at: Instant,
}

impl MessageChoice {
    /// The bit of a kind.
    pub fn bit(kind: NewsKind) -> i64 {
        let place = u32::try_from(kind.number().saturating_sub(1)).unwrap_or(0);
        1_i64.checked_shl(place).unwrap_or(0)
    }

    /// Whether a kind is pointed out, and sent where anything is.
    pub fn wants(&self, kind: NewsKind) -> bool {
        self.off & MessageChoice::bit(kind) == 0
    }
}

impl Default for MessageChoice {
    fn default() -> Self {
        MessageChoice {
            off: 0,
            send: false,
            quiet: (21 * 60, 8 * 60),
            seen_at: Instant(0),
        }
    }
}

/// A message that is to be looked at by whoever sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMessage {
    /// Where.
    pub community: Code,
    /// What.
    pub news: News,
    /// When it was told.
    pub at: Instant,
    /// How often sending it failed.
    pub tries: u32,
    /// When it was to be looked at; who takes it first changes that.
    pub next_at: Instant,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageFate {
    /// It is looked at again then, after so many tries.
    Again(Instant, u32),
    /// It was sent.
    Sent,
    /// It stays where residents read it.
    Stays,
    /// It was tried for long enough.
    GivenUp,
}

/// How sending goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageTrouble {
    /// Failed and tried again.
    pub waiting: i64,
    /// Given up since a moment.
    pub given_up: i64,
}

each_engine! {
    /// The newest messages of a resident, with when they were told.
    fn messages(community: &Code, resident: ResidentNo, limit: u32) -> Vec<(News, Instant)>;
    /// How a resident wants to be told.
    fn message_choice(community: &Code, resident: ResidentNo) -> Option<MessageChoice>;
    /// Keeps that.
    fn put_message_choice(community: &Code, resident: ResidentNo, choice: &MessageChoice) -> ();
    /// Tells; what was told before is not told again. Answers how many were new.
    fn tell(community: &Code, all: &[News], at: Instant) -> u64;
    /// Tells who has a seat in a shift of an open activity that begins in this span, and whose order has its last day.
    /// Answers how many were new.
    fn tell_of_day(community: &Code, shifts: (Instant, Instant), last_day: LocalDate, at: Instant) -> u64;
    /// Lots of points of residents and households that can be spent after the first day and until the last: packed account,
    /// last day, amount.
    fn lots_between(community: &Code, first: LocalDate, last: LocalDate) -> Vec<(i64, i32, i64)>;
    /// Messages that are due to be looked at, of all communities.
    fn due_messages(now: Instant, limit: u32) -> Vec<DueMessage>;
    /// Says what becomes of one; `false` when somebody else was first.
    fn settle_message(message: &DueMessage, fate: MessageFate) -> bool;
    /// How sending goes in a community.
    fn message_trouble(community: &Code, since: Instant) -> MessageTrouble;
    /// What nobody looked at since then stays where it is, and what was told before the other moment goes; how many went.
    fn age_messages(community: &Code, unsent_before: Instant, told_before: Instant) -> u64;
    /// Removes what a resident was told, and how they wanted it.
    fn forget_messages(community: &Code, resident: ResidentNo) -> u64;
}
