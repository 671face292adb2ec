//! Cases played as their people would: whole lives, wrong kinds, rates, and what holds whatever happens.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on says where and stops"
)]

mod always;
mod deduction;
mod errand;
mod kinds;
mod life;
mod shares;
mod town;
mod wrong;
