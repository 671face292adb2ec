//! The parameters of a points table, as an operator writes them. Shape only; what they mean together is
//! checked in `table.rs`.

use rongyi_sdk::params::{Exact, Words};
use serde::Deserialize;

/// The whole table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// One entry for each kind of event.
    pub(crate) kinds: Vec<Kind>,
    /// Caps over the points of all kinds together.
    #[serde(default)]
    pub(crate) caps: Vec<Cap>,
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

    /// At most this many units count in one event.
    pub(crate) max_units: Option<Exact>,
    /// What happens to fractions of a point.
    #[serde(default)]
    pub(crate) rounding: Rounding,
    /// Points are multiplied on some weekdays.
    #[serde(default)]
    pub(crate) boosts: Vec<Boost>,
    /// Volunteer minutes for each whole unit.
    pub(crate) minutes_per_unit: Option<i32>,
    /// At most this many minutes in one event.
    pub(crate) minutes_max: Option<i32>,
    /// Points for the person in the role `referrer`, when there is one.
    pub(crate) referrer: Option<i32>,
    /// A reward for reaching a number.
    pub(crate) bonus: Option<Bonus>,

    /// Most points in a window.
    #[serde(default)]
    pub(crate) caps: Vec<Cap>,
    /// Most events in a window.
    #[serde(default)]
    pub(crate) limits: Vec<Limit>,
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

/// Points are multiplied on these weekdays.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Boost {
    /// 1 is Monday, 7 is Sunday.
    pub(crate) weekdays: Vec<u8>,
    /// By how much.
    pub(crate) times: Exact,
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
    #[serde(default = "lifetime")]
    pub(crate) window: Window,
    /// Points each time.
    pub(crate) amount: i32,
}

fn lifetime() -> Window {
    Window::Lifetime
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

/// Which days count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Window {
    /// One day.
    Day,
    /// Monday to Sunday.
    Week,
    /// One calendar month.
    Month,
    /// One calendar quarter.
    Quarter,
    /// One calendar year.
    Year,
    /// For ever.
    Lifetime,
}

/// Whose past counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Subject {
    /// The person who did it.
    Person,
    /// Their household.
    Household,
    /// Everybody.
    Community,
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
