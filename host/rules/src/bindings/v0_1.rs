//! The border to `plugins/wit/v0.1`, and what that version says otherwise than the newest.

use rongyi::rules::types::Metric as Wit;
use rongyi_core::rule::Metric;

wasmtime::component::bindgen!({
    path: "../../plugins/wit/v0.1",
    world: "rule",
});

#[path = "convert.rs"]
mod convert;
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
    }
}
