//! What a case engine decides with: kinds of cases as data, the working calendar, append-only steps, and where they
//! lead.
//!
//! Nothing here knows a database, a page, a clock or chance. A [`Kind`] says what somebody may ask and how it is
//! answered; a [`Case`] is how one began and what was done since; [`Case::standing`] says where it stands and why
//! its dates are what they are; [`Case::take`] checks one act and gives back the step to append. Who people are, what
//! they wrote and what is booked is the host's matter.
#![deny(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

mod act;
mod bundled;
pub mod calendar;
mod case;
mod due;
pub mod finding;
mod form;
pub mod kind;
mod minutes;
mod moment;
mod moves;
mod node;
mod opening;
mod party;
pub mod rates;
mod reader;
mod refusal;
mod standing;

pub use act::{Act, BadAct, Rating, Solved};
pub use bundled::{BUNDLED, bundled, bundled_calendar, bundled_text};
pub use calendar::WorkCalendar;
pub use case::{Actor, Case, Ground, Loop, Step, end_of_links};
pub use due::{Due, Length, Why};
pub use finding::Finding;
pub use form::Answer;
pub use kind::Kind;
pub use minutes::Minutes;
pub use moment::Moment;
pub use moves::{Ask, Input, May, MayAct, Outcome, Taken, WORDS_MAX};
pub use opening::{Opening, Request};
pub use party::Party;
pub use refusal::{First, Instead, Refusal};
pub use standing::{Broken, Dispatch, Next, Round, Standing, Wait};
