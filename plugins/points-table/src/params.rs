//! The parameters of a points table, as an operator writes them. Shape only; what they mean together is
//! checked in `table.rs`.

use rongyi_sdk::params::{Exact, Words};
use rongyi_sdk::suspension::Suspension;
use rongyi_sdk::types::{Subject, Window};
use serde::Deserialize;

use crate::beside::Beside;
use crate::extra::{
    Boost, Budget, Comeback, Expires, Give, Nth, Referrer, Share, Stack, Streak, Void, Watch,
};
use crate::purchase::Purchase;

/// The whole table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// One entry for each kind of event.
    pub(crate) kinds: Vec<Kind>,
    /// Caps over the points of all kinds together.
    #[serde(default)]
    pub(crate) caps: Vec<Cap>,
    /// What the community issues in all, and what happens as it runs out.
    pub(crate) budget: Option<Budget>,
}

/// One kind of event and what it is worth.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    /// Its name in files.
    pub(crate) code: String,
    /// What a person reads.
    pub(crate) title: Words,
    /// What the quantity counts.
    pub(crate) unit: Option<Words>,
    /// Decimal places of the quantity.
    #[serde(default)]
    pub(crate) scale: u8,
    /// `points`, `conduct` or another asset of the community.
    pub(crate) asset: Option<String>,
    /// What that asset is called, where it is not points.
    pub(crate) asset_title: Option<Words>,

    /// Points for each whole unit.
    pub(crate) per_unit: Option<Exact>,
    /// Points for the event, however large; negative is a deduction.
    pub(crate) fixed: Option<i32>,
    /// The same as a negative `fixed`.
    pub(crate) deduct: Option<i32>,
    /// Points for the first unit.
    pub(crate) first: Option<i32>,
    /// Points for each further unit.
    pub(crate) further: Option<i32>,
    /// Points before faults are taken off.
    pub(crate) base: Option<i32>,
    /// Taken off for each fault.
    pub(crate) per_fault: Option<i32>,
    /// The least that remains after faults.
    pub(crate) min: Option<i32>,
    /// Steps of the quantity, each with its points.
    #[serde(default)]
    pub(crate) bands: Vec<Band>,
    /// Points by a level that is chosen, such as the rank of an honour.
    #[serde(default)]
    pub(crate) levels: Vec<Level>,
    /// What the choice of a level is called.
    pub(crate) levels_title: Option<Words>,
    /// Points by the scores of several judges.
    pub(crate) judges: Option<Judges>,
    /// Points that are given away.
    pub(crate) give: Option<Give>,
    /// Points that take money off a purchase.
    pub(crate) purchase: Option<Purchase>,
    /// A payment in points, with another asset beside them.
    pub(crate) beside: Option<Beside>,

    /// At most this many units count in one event.
    pub(crate) max_units: Option<Exact>,
    /// What happens to fractions of a point.
    #[serde(default)]
    pub(crate) rounding: Rounding,
    /// Where a condition holds, the event counts for nothing: no points, no minutes.
    #[serde(default)]
    pub(crate) void: Vec<Void>,
    /// Points are multiplied, or some are added, where a condition holds.
    #[serde(default)]
    pub(crate) boosts: Vec<Boost>,
    /// Which boosts of one lane count when several would.
    #[serde(default)]
    pub(crate) stack: Stack,
    /// More for the first time, the tenth time ….
    #[serde(default)]
    pub(crate) nth: Vec<Nth>,
    /// More for whoever comes back after a long time.
    pub(crate) comeback: Option<Comeback>,
    /// More for so many days in a row.
    pub(crate) streak: Option<Streak>,
    /// Volunteer minutes for each whole unit.
    pub(crate) minutes_per_unit: Option<i32>,
    /// At most this many minutes in one event.
    pub(crate) minutes_max: Option<i32>,
    /// Points for the person in the role `referrer`, when there is one.
    pub(crate) referrer: Option<Referrer>,
    /// Parts of the points that go to other roles of the event.
    #[serde(default)]
    pub(crate) share: Vec<Share>,
    /// When these points lapse; the community's own expiry without it.
    pub(crate) expires: Option<Expires>,
    /// What a reviewer should look at.
    #[serde(default)]
    pub(crate) marks: Vec<Watch>,
    /// A reward for reaching a number.
    pub(crate) bonus: Option<Bonus>,

    /// Most points in a window.
    #[serde(default)]
    pub(crate) caps: Vec<Cap>,
    /// Most events in a window.
    #[serde(default)]
    pub(crate) limits: Vec<Limit>,
    /// After what it is not accepted, for a while or until a window has passed.
    #[serde(default)]
    pub(crate) suspensions: Vec<Suspension>,
    /// What to do when a deduction is larger than the balance.
    #[serde(default)]
    pub(crate) short: Short,

    /// Smallest quantity that is accepted.
    pub(crate) quantity_min: Option<Exact>,
    /// Largest quantity that is accepted.
    pub(crate) quantity_max: Option<Exact>,
    /// Other things the form asks for; they change no points.
    #[serde(default)]
    pub(crate) fields: Vec<Field>,
}

/// Up to this quantity, this many points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Band {
    /// The largest quantity of this step; missing only in the last.
    pub(crate) up_to: Option<Exact>,
    /// Points.
    pub(crate) points: i32,
}

/// A level and its points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Level {
    /// Its name in files.
    pub(crate) code: String,
    /// What a person reads.
    pub(crate) title: Words,
    /// Points.
    pub(crate) points: i32,
}

/// Several judges, each with a whole score.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Judges {
    /// How many may score.
    pub(crate) count: u8,
    /// How many must; all of them without it.
    pub(crate) required: Option<u8>,
    /// The lowest score.
    #[serde(default)]
    pub(crate) min: i32,
    /// The highest score.
    pub(crate) max: i32,
    /// How one score comes of many.
    pub(crate) method: Method,
    /// Points for each unit of the score; `bands` may be written instead.
    pub(crate) times: Option<Exact>,
}

/// How one score comes of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Method {
    /// The average.
    Average,
    /// The one in the middle; the average of the two in the middle.
    Median,
    /// The average without the highest and the lowest.
    DropExtremes,
}

/// Every time a number is reached, so many points more.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bonus {
    /// How much it takes.
    pub(crate) every: i32,
    /// What is counted.
    pub(crate) of: BonusOf,
    /// Over which days.
    #[serde(default = "crate::extra::lifetime")]
    pub(crate) window: Window,
    /// Points each time.
    pub(crate) amount: i32,
}

/// What a bonus counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BonusOf {
    /// Whole units of the quantity of this kind.
    Quantity,
    /// Volunteer hours of this kind.
    Hours,
    /// Events of this kind.
    Events,
}

/// At most `amount` points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cap {
    /// Points.
    pub(crate) amount: i32,
    /// Over which days.
    pub(crate) window: Window,
    /// Whose.
    pub(crate) subject: Subject,
    /// `all` counts the points of all kinds; otherwise those of this kind.
    pub(crate) of: Option<All>,
}

/// The word `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum All {
    /// Every kind counts.
    All,
}

/// At most so many events.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    /// Events of this kind.
    pub(crate) events: i32,
    /// Over which days.
    pub(crate) window: Window,
    /// Whose.
    pub(crate) subject: Subject,
}

/// What happens to fractions of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rounding {
    /// They are dropped.
    #[default]
    Floor,
    /// They count as a whole point.
    Ceil,
    /// Half and more counts as a whole point.
    Nearest,
}

/// What to do when a deduction is larger than the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Short {
    /// Take what is there.
    #[default]
    Clamp,
    /// Do not accept the event.
    Refuse,
    /// Owe the rest.
    Owe,
}

/// One more thing the form asks for. (`flatten` can't refuse unknown keys; the schema does.)
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Field {
    /// Its name in files.
    pub(crate) name: String,
    /// What a person reads.
    pub(crate) title: Words,
    /// Whether it must be filled in.
    #[serde(default)]
    pub(crate) required: bool,
    /// Its shape.
    #[serde(flatten)]
    pub(crate) kind: FieldKind,
}

/// The shape of a field.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum FieldKind {
    /// A whole number between two bounds.
    Integer {
        /// The smallest.
        min: i32,
        /// The largest.
        max: i32,
    },
    /// A number with decimal places.
    Decimal {
        /// How many.
        places: u8,
    },
    /// One of several.
    Choice {
        /// Each with its text.
        choices: Vec<Choice>,
    },
    /// Yes or no.
    YesNo,
    /// A date.
    Day,
}

/// One of several choices.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    /// Its name in files.
    pub(crate) code: String,
    /// What a person reads.
    pub(crate) title: Words,
}
