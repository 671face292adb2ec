//! The border to `plugins/wit/v0.2`, the newest: new rules are built for it.

use rongyi::rules::types::Metric as Wit;
use rongyi_core::rule::Metric;

wasmtime::component::bindgen!({
    path: "../../plugins/wit/v0.2",
    world: "rule",
});

#[expect(
    clippy::duplicate_mod,
    reason = "one text for all versions, each with its own generated types"
)]
#[path = "convert.rs"]
mod convert;
#[expect(
    clippy::duplicate_mod,
    reason = "one text for all versions, each with its own generated types"
)]
#[path = "speaks.rs"]
mod speaks;

pub(crate) use speaks::Asked;

fn metric(metric: Wit) -> Metric {
    match metric {
        Wit::Points => Metric::Points,
        Wit::Minutes => Metric::Minutes,
        Wit::Quantity => Metric::Quantity,
        Wit::Events => Metric::Events,
        Wit::DistinctDays => Metric::DistinctDays,
        Wit::DaysSinceLast => Metric::DaysSinceLast,
        Wit::RedeemedPoints => Metric::RedeemedPoints,
        Wit::RedeemedItems => Metric::RedeemedItems,
        Wit::RankAtCutoff => Metric::RankAtCutoff,
        Wit::Balance => Metric::Balance,
        Wit::StreakDays => Metric::StreakDays,
        Wit::Redemptions => Metric::Redemptions,
    }
}
