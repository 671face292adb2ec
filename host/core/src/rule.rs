//! What a rule says and is asked, in the host's own types.
//!
//! These mirror the newest version in `plugins/wit`; `host/rules` converts from every version. Nothing here knows
//! about wasm.

pub mod texts;

use crate::amount::Decimal;
use crate::ids::Code;
use crate::time::LocalDate;

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// The shape of a form field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// A whole number, both bounds included.
    Integer {
        /// Smallest value.
        min: i32,
        /// Largest value.
        max: i32,
    },
    /// A number with this many decimal places, 1-4.
    Decimal(u8),
    /// One of these codes.
    Choice(Vec<(Code, Text)>),
    /// Yes or no.
    YesNo,
    /// A date.
    Day,
}

/// A form field of an event kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in files and the API.
    pub name: Code,
    /// What a person reads.
    pub title: Text,
    /// Its shape.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A whole number.
    Integer(i32),
    /// A number with decimal places.
    Decimal(Decimal),
    /// A choice.
    Choice(Code),
    /// Yes or no.
    YesNo(bool),
    /// A date.
    Day(LocalDate),
}

/// What can be asked about the past; the meanings stand in the WIT file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the WIT file gives each meaning; repeating them here would let them drift"
)]
pub enum Metric {
    Points,
    Minutes,
    Quantity,
    Events,
    DistinctDays,
    DaysSinceLast,
    RedeemedPoints,
    RedeemedItems,
    RankAtCutoff,
    Balance,
    StreakDays,
    Redemptions,
}

/// Which days count. Weeks start on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the WIT file gives each meaning; repeating them here would let them drift"
)]
pub enum Window {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    /// This many days, the event's own day included; 1-400.
    Trailing(u16),
    Lifetime,
    /// January to June, or July to December. The interface has no word of its own for it: a rule asks for
    /// [`HALF_YEAR`] trailing days.
    HalfYear,
}

/// The number of trailing days, more than any trailing window has, by which a rule asks for the half-year that a day lies
/// in: a thousand and the six months.
pub const HALF_YEAR: u16 = 1006;

/// Whose past is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Subject {
    Person,
    Household,
    Community,
}

/// One fact a rule wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactNeed {
    /// What is summed or counted.
    pub metric: Metric,
    /// Over which days.
    pub window: Window,
    /// Whose.
    pub subject: Subject,
    /// One event kind or item only, all together without it; of a balance the asset, points without it.
    pub of: Option<Code>,
}

/// The answer to a [`FactNeed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// The value, or the nearest that fits.
    pub value: i32,
    /// Whether it did not fit.
    pub saturated: bool,
}

/// An event kind that a rule handles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindPlan {
    /// Its name.
    pub code: Code,
    /// What a person reads.
    pub title: Text,
    /// What the quantity counts.
    pub unit: Text,
    /// Decimal places of the quantity, 0-4.
    pub scale: u8,
    /// Smallest quantity at that scale.
    pub quantity_min: i32,
    /// Largest quantity at that scale.
    pub quantity_max: i32,
    /// Its form.
    pub fields: Vec<Field>,
    /// What the rule wants to know.
    pub facts: Vec<FactNeed>,
}

/// What pricing wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PricingPlan {
    /// Once for the order.
    pub order_facts: Vec<FactNeed>,
    /// Once for each line; a metric about orders without `of` means the item of that line.
    pub line_facts: Vec<FactNeed>,
}

/// A sentence with holes `{0}`, `{1}` ….
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// What lines and refusals call it by.
    pub code: Code,
    /// The sentence.
    pub text: Text,
}

/// What a rule with its parameters handles and needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The event kinds.
    pub kinds: Vec<KindPlan>,
    /// Set when it prices baskets.
    pub pricing: Option<PricingPlan>,
    /// Traits it wants to see.
    pub traits: Vec<Code>,
    /// Its sentences.
    pub phrases: Vec<Phrase>,
    /// The rules in force, in plain words.
    pub summary: Vec<Text>,
}

/// An argument of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// A whole number.
    Integer(i32),
    /// A number with decimal places.
    Decimal(Decimal),
    /// A date.
    Day(LocalDate),
    /// Something the host or the plan has a text for.
    Code(Code),
}

impl Arg {
    /// A whole number; one that does not fit is the largest.
    pub fn whole(amount: i64) -> Self {
        Arg::Integer(i32::try_from(amount).unwrap_or(i32::MAX))
    }
}

/// One line of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The sentence.
    pub code: Code,
    /// What fills its holes.
    pub args: Vec<Arg>,
    /// Which asset it speaks of.
    pub asset: Code,
    /// What it adds or takes away.
    pub amount: Option<i32>,
}

/// What to do when a deduction is larger than the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Short {
    /// Take what is there.
    Clamp,
    /// Refuse the event.
    Refuse,
    /// Go below zero, as far as the operator allows.
    Owe,
}

/// What one role receives in one asset; negative is a deduction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    /// The role of the event.
    pub role: Code,
    /// The asset.
    pub asset: Code,
    /// How much.
    pub amount: i32,
    /// What to do when the balance is short.
    pub short: Short,
    /// Overrides the community's own expiry.
    pub expires: Option<LocalDate>,
}

/// Something a reviewer should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The sentence.
    pub code: Code,
    /// What fills its holes.
    pub args: Vec<Arg>,
}

/// What a rule answers to an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// Who gets what.
    pub awards: Vec<Award>,
    /// Why.
    pub lines: Vec<Line>,
    /// For reviewers.
    pub marks: Vec<Mark>,
}

/// "No", why, and from when the answer may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The sentence.
    pub code: Code,
    /// What fills its holes.
    pub args: Vec<Arg>,
    /// The first day on which it may be otherwise.
    pub opens: Option<LocalDate>,
}

impl Refusal {
    /// A refusal by the host itself, which no day opens again.
    pub(crate) fn new(code: &'static str, args: Vec<Arg>) -> Self {
        Refusal {
            code: Code::literal(code),
            args,
            opens: None,
        }
    }
}

/// The field, `yes`, that stands among those of an event of which nobody said the time of day; its minute is 0 then. A
/// rule that looks at the minute asks for this field first.
pub const NO_TIME: &str = "host.no-time";

/// An event as a rule sees it: pseudonymous, with its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarnAsk {
    /// The event kind.
    pub kind: Code,
    /// At the kind's scale.
    pub quantity: i32,
    /// Filled-in fields.
    pub fields: Vec<(Code, Value)>,
    /// Roles that are filled.
    pub roles: Vec<Code>,
    /// The local day.
    pub on: LocalDate,
    /// Minute of the local day.
    pub minute: u16,
    /// In the order of the plan.
    pub facts: Vec<Fact>,
    /// Traits of the doer.
    pub traits: Vec<(Code, i32)>,
    /// The same for the same event for ever.
    pub seed: [u8; 16],
}

/// One line of a basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasketLine {
    /// The item.
    pub item: Code,
    /// Its shelf.
    pub category: Code,
    /// Its value in 1/100 yuan.
    pub value_fen: i32,
    /// Pieces.
    pub quantity: i32,
    /// In the order of `line_facts`.
    pub facts: Vec<Fact>,
}

/// A basket as a rule sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceAsk {
    /// What is in it.
    pub lines: Vec<BasketLine>,
    /// The local day.
    pub on: LocalDate,
    /// Minute of the local day.
    pub minute: u16,
    /// In the order of `order_facts`.
    pub facts: Vec<Fact>,
    /// Traits of the buyer.
    pub traits: Vec<(Code, i32)>,
}

/// What a basket costs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quote {
    /// For each basket line, the whole line.
    pub points: Vec<i32>,
    /// Why.
    pub lines: Vec<Line>,
}

/// A holder at the cut-off of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseAsk {
    /// The period's name.
    pub period: Code,
    /// Its first day.
    pub first: LocalDate,
    /// Its last day.
    pub last: LocalDate,
    /// Balances by asset.
    pub balances: Vec<(Code, i32)>,
    /// Facts asked for.
    pub facts: Vec<Fact>,
    /// Traits of the holder.
    pub traits: Vec<(Code, i32)>,
}

/// Whose mistake a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The rule's author must mend it.
    Guest,
    /// The machine was too slow or too full; try again.
    Host,
}

/// A rule gave no usable answer. A fault is never a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable: `limit.fuel`, `plugin.panic`, `output.rule` …
    pub code: String,
    /// Whose.
    pub blame: Blame,
    /// A sentence a person can act on, with limit and use.
    pub message: String,
}

/// Why nothing was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial<E> {
    /// The answer is no. It is kept, and explained like any other.
    Refused(Refusal),
    /// There is no answer.
    Failed(E),
}

impl<E> Denial<E> {
    /// What failed, where there is no answer.
    pub fn failed(&self) -> Option<&E> {
        match self {
            Denial::Refused(_) => None,
            Denial::Failed(failure) => Some(failure),
        }
    }

    /// The same with another failure.
    pub fn map_failed<F>(self, change: impl FnOnce(E) -> F) -> Denial<F> {
        match self {
            Denial::Refused(refusal) => Denial::Refused(refusal),
            Denial::Failed(failure) => Denial::Failed(change(failure)),
        }
    }
}

impl<E> From<Refusal> for Denial<E> {
    fn from(refusal: Refusal) -> Self {
        Denial::Refused(refusal)
    }
}

impl From<Fault> for Denial<Fault> {
    fn from(fault: Fault) -> Self {
        Denial::Failed(fault)
    }
}

/// Whoever answers for a rule set: the sandbox, a native twin in tests, or a record being replayed.
pub trait Judge {
    /// What is this event worth?
    ///
    /// # Errors
    /// The rule's refusal, or a [`Fault`] when no usable answer came.
    fn earn(&self, set: crate::ids::RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>>;

    /// What does this basket cost?
    ///
    /// # Errors
    /// The rule's refusal, or a [`Fault`] when no usable answer came.
    fn price(&self, set: crate::ids::RuleSetNo, ask: &PriceAsk) -> Result<Quote, Denial<Fault>>;

    /// What happens to this holder at the end of a period? Judges that never close periods leave it out.
    ///
    /// # Errors
    /// The rule's refusal, or a [`Fault`] when no usable answer came.
    fn close(&self, set: crate::ids::RuleSetNo, ask: &CloseAsk) -> Result<Decision, Denial<Fault>> {
        Err(Denial::Failed(Fault {
            code: "rule.no-close".into(),
            blame: Blame::Host,
            message: format!(
                "rule set {set} was asked about {}, and nobody here answers for periods",
                ask.period
            ),
        }))
    }
}
