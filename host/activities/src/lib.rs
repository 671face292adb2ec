//! What volunteers' activities are decided with: their life, shifts and seats, sign-ups with a waiting list, attendance and
//! what it proves, who may confirm, the codes at the door, and stars. It touches no disk, network or clock, and counts no hours:
//! that is the community's rule.

mod activity;
mod attendance;
mod confirm;
mod door_code;
mod feed;
mod honest;
mod life;
mod refusal;
mod sign_up;
mod stars;
mod template;
mod wording;

pub use activity::{Activity, Needs, Place, Shift, Signup, Span, Stage, State};
pub use attendance::{Mark, Odd, Presence, Proof, What, is_inside, may_mark, presence};
pub use confirm::{Checker, Confirmed, HAND_MINUTES_MAX, confirm, second};
pub use door_code::{Door, WINDOW_SECONDS, code_at, fits, seconds_left};
pub use feed::{FeedEntry, feed, feed_key};
pub use honest::{Earlier, odd_beyond};
pub use life::{By, Move, end_shift, take};
pub use refusal::Refusal;
pub use sign_up::{Busy, Joined, Volunteer, join, leave, moves_up};
pub use stars::{Level, Metric, Progress, Served, Standing, served, standing};
pub use template::{TEMPLATES, Template, template};
pub use wording::{Found, numbers_in};
