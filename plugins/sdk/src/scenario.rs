//! Scenarios: a rule's examples as data (TOML), run in one way against the native rule and against the
//! compiled component. The format is explained in `plugins/README.md`.
//!
//! It keeps nothing from one scenario to the next.

mod check;
mod given;

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::value::Datetime;

use crate::Rule;
use crate::types::{Basket, Closing, Decision, Diagnostic, Event, Plan, Quote, Refusal};

/// A scenario file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Named parameter sets, each as it would stand below `[rule.params]`.
    #[serde(default)]
    pub params: BTreeMap<String, toml::Value>,
    /// The examples.
    pub scenario: Vec<Scenario>,
}

/// One example: parameters, what is given, what must come of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, in a few words.
    pub name: String,
    /// The name of its parameter set; without it, the parameters of the community whose file this is.
    pub params: Option<String>,
    /// What happened; for a rule that earns.
    pub event: Option<GivenEvent>,
    /// What is asked for; for a rule that prices.
    pub basket: Option<GivenBasket>,
    /// Whose period ends; for a rule that closes.
    pub closing: Option<GivenClosing>,
    /// Traits of the person, by name.
    #[serde(default)]
    pub traits: BTreeMap<String, i32>,
    /// What is known about the past; everything else the plan asks for is 0.
    #[serde(default)]
    pub facts: Vec<GivenFact>,
    /// What must come of it.
    pub expect: Expect,
}

/// An event as a person writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenEvent {
    /// The event kind.
    pub kind: String,
    /// The quantity as read by a person, such as `7.6`.
    pub quantity: toml::Value,
    /// The local day.
    pub on: Datetime,
    /// Minute of the local day.
    #[serde(default = "nine")]
    pub minute: u16,
    /// Nobody said the time of day; then `minute` is not written.
    #[serde(default)]
    pub no_time: bool,
    /// Filled roles.
    #[serde(default = "doer")]
    pub roles: Vec<String>,
    /// Fields, in the shape that the plan declares.
    #[serde(default)]
    pub fields: BTreeMap<String, toml::Value>,
}

fn nine() -> u16 {
    540
}

fn doer() -> Vec<String> {
    vec!["doer".to_owned()]
}

/// A basket as a person writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenBasket {
    /// The local day.
    pub on: Datetime,
    /// Minute of the local day.
    #[serde(default = "nine")]
    pub minute: u16,
    /// What is in it.
    pub lines: Vec<GivenLine>,
}

/// One line of a basket.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenLine {
    /// The item.
    pub item: String,
    /// Its shelf.
    #[serde(default)]
    pub category: String,
    /// Its value in 1/100 yuan.
    #[serde(default)]
    pub value_fen: i32,
    /// Pieces.
    pub quantity: i32,
    /// What is known about this item's past.
    #[serde(default)]
    pub facts: Vec<GivenFact>,
}

/// A holder at the end of a period.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenClosing {
    /// The period's name, such as `2026-11`.
    pub period: String,
    /// Its first day.
    pub first: Datetime,
    /// Its last day.
    pub last: Datetime,
    /// What they have, by asset.
    #[serde(default)]
    pub balances: BTreeMap<String, i32>,
}

/// The answer to one question about the past. It must be one that the plan asks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenFact {
    /// `points`, `quantity`, `redeemed-items` …
    pub metric: String,
    /// `day`, `month`, `trailing-30` …
    pub window: String,
    /// `person`, `household` or `community`.
    pub subject: String,
    /// The kind or item; all together without it.
    pub of: Option<String>,
    /// The answer, in the smallest unit.
    pub value: i32,
}

/// What must come of it. What is not written is not compared; one of the four groups must be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Exactly these awards, in any order.
    pub awards: Option<Vec<ExpectedAward>>,
    /// Exactly these lines, as a person reads them in Chinese.
    pub lines: Option<Vec<ExpectedLine>>,
    /// Exactly these marks for the reviewer, in this order, as a person reads them in Chinese.
    pub marks: Option<Vec<String>>,
    /// Points for each line of the basket.
    pub points: Option<Vec<i32>>,
    /// The code of a refusal.
    pub refusal: Option<String>,
    /// The refusal as a person reads it in Chinese.
    pub says: Option<String>,
    /// The day from which the refusal may be otherwise.
    pub opens: Option<Datetime>,
    /// The parameters are wrong in exactly these places.
    pub wrong: Option<Vec<ExpectedWrong>>,
}

/// An award.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedAward {
    /// Who gets it.
    #[serde(default = "one_doer")]
    pub role: String,
    /// The asset in which it is given.
    #[serde(default = "points")]
    pub asset: String,
    /// How much.
    pub amount: i32,
    /// The day on which it lapses; not compared unless written.
    pub expires: Option<Datetime>,
}

fn one_doer() -> String {
    "doer".to_owned()
}

fn points() -> String {
    "points".to_owned()
}

impl std::fmt::Display for ExpectedAward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:+} {} → {}", self.amount, self.asset, self.role)?;
        match &self.expires {
            Some(day) => write!(f, " ({day})"),
            None => Ok(()),
        }
    }
}

/// A line of the breakdown.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedLine {
    /// The sentence with its holes filled.
    pub zh: String,
    /// What it adds or takes away.
    pub amount: Option<i32>,
}

impl std::fmt::Display for ExpectedLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.amount {
            Some(amount) => write!(f, "{}  {amount:+}", self.zh),
            None => f.write_str(&self.zh),
        }
    }
}

/// A place in the parameters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedWrong {
    /// Dotted, with `[n]` for lists.
    pub path: String,
    /// The diagnostic's code.
    pub code: String,
}

impl std::fmt::Display for ExpectedWrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.code)
    }
}

/// Whoever is being tried: the native rule or a component. The outer error is a fault (trap, limit), never
/// an answer.
pub trait Candidate {
    /// Asks `configure`.
    ///
    /// # Errors
    /// A fault, in words.
    fn configure(&mut self, params: &str) -> Result<Result<Plan, Vec<Diagnostic>>, String>;
    /// Asks `earn`, after a successful `configure`.
    ///
    /// # Errors
    /// A fault, in words.
    fn earn(&mut self, event: &Event) -> Result<Result<Decision, Refusal>, String>;
    /// Asks `price`, after a successful `configure`.
    ///
    /// # Errors
    /// A fault, in words.
    fn price(&mut self, basket: &Basket) -> Result<Result<Quote, Refusal>, String>;
    /// Asks `close`, after a successful `configure`.
    ///
    /// # Errors
    /// A fault, in words; so it is with a candidate that does not try this hook.
    fn close(&mut self, closing: &Closing) -> Result<Result<Decision, Refusal>, String> {
        Err(format!("the end of {} is not tried here", closing.period))
    }
}

/// A rule as it was compiled for this machine.
#[derive(Debug)]
pub struct Native<R>(Option<R>);

impl<R> Default for Native<R> {
    fn default() -> Self {
        Native(None)
    }
}

impl<R: Rule> Candidate for Native<R> {
    fn configure(&mut self, params: &str) -> Result<Result<Plan, Vec<Diagnostic>>, String> {
        Ok(R::configure(params).map(|(rule, plan)| {
            self.0 = Some(rule);
            plan
        }))
    }

    fn earn(&mut self, event: &Event) -> Result<Result<Decision, Refusal>, String> {
        let rule = self.0.as_ref().ok_or("not configured")?;
        Ok(rule.earn(event))
    }

    fn price(&mut self, basket: &Basket) -> Result<Result<Quote, Refusal>, String> {
        let rule = self.0.as_ref().ok_or("not configured")?;
        Ok(rule.price(basket))
    }

    fn close(&mut self, closing: &Closing) -> Result<Result<Decision, Refusal>, String> {
        let rule = self.0.as_ref().ok_or("not configured")?;
        Ok(rule.close(closing))
    }
}

/// A scenario that did not come out as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its name.
    pub name: String,
    /// Everything that differs.
    pub differs: Vec<Difference>,
}

/// One thing that is not as it should be: a sentence, or two sides to hold against each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// What is wrong, in words.
    Says(String),
    /// What was expected and what came, row by row as a person writes them.
    Sides {
        /// What is compared: `awards`, `lines`, `refusal` …
        what: String,
        /// What came of it.
        got: Vec<String>,
        /// What the scenario says.
        expected: Vec<String>,
    },
}

impl From<String> for Difference {
    fn from(says: String) -> Self {
        Difference::Says(says)
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Difference::Says(says) => f.write_str(says),
            Difference::Sides {
                what,
                got,
                expected,
            } => write!(f, "{what}: got {got:?}, expected {expected:?}"),
        }
    }
}

/// What a run showed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How many scenarios ran.
    pub ran: usize,
    /// Those that failed.
    pub failures: Vec<Failure>,
}

/// Reads a scenario file.
///
/// # Errors
/// What is wrong with the file, with its line.
pub fn read(text: &str) -> Result<File, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

/// Runs every scenario of a file. Beside what each expects, it checks what always holds: lines add up to
/// awards, every sentence has its phrase and all its arguments, and codes are well formed.
///
/// # Errors
/// What is wrong with the file itself.
pub fn run(text: &str, candidate: &mut dyn Candidate) -> Result<Report, String> {
    run_with(text, None, candidate)
}

/// [`run`]; scenarios that name no parameter set are asked with `own_params`, as JSON.
///
/// # Errors
/// What is wrong with the file itself.
pub fn run_with(
    text: &str,
    own_params: Option<&str>,
    candidate: &mut dyn Candidate,
) -> Result<Report, String> {
    let file = read(text)?;
    if file.scenario.is_empty() {
        return Err("the file has no [[scenario]]".to_owned());
    }
    let mut report = Report::default();
    for scenario in &file.scenario {
        let differs = check::scenario(&file, scenario, own_params, candidate)
            .unwrap_or_else(|no| vec![no.into()]);
        report.ran = report.ran.saturating_add(1);
        if !differs.is_empty() {
            report.failures.push(Failure {
                name: scenario.name.clone(),
                differs,
            });
        }
    }
    Ok(report)
}

/// What a rule is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// What is this event worth?
    Earn(Event),
    /// What does this basket cost?
    Price(Basket),
    /// What happens at the end of this period?
    Close(Closing),
}

/// The question of a scenario, as this plan wants it asked.
///
/// # Errors
/// What the scenario lacks for this plan, in words.
pub fn question(plan: &Plan, scenario: &Scenario) -> Result<Question, String> {
    let traits = given::traits(plan, &scenario.traits)?;
    match (&scenario.event, &scenario.basket, &scenario.closing) {
        (Some(event), None, None) => {
            let kind = given::kind(plan, &event.kind)?;
            let event = given::event(event, kind, &scenario.facts)?;
            Ok(Question::Earn(Event { traits, ..event }))
        }
        (None, Some(basket), None) => {
            let pricing = given::pricing(plan)?;
            let basket = given::basket(basket, pricing, &scenario.facts)?;
            Ok(Question::Price(Basket { traits, ..basket }))
        }
        (None, None, Some(closing)) => {
            let closing = given::closing(closing, plan, &scenario.facts)?;
            Ok(Question::Close(Closing { traits, ..closing }))
        }
        _ => Err("write one of event, basket and closing".to_owned()),
    }
}

/// The fields of this event's kind that must be filled in and are not: the host would not ask.
pub fn lacking<'p>(plan: &'p Plan, event: &Event) -> Vec<&'p str> {
    let kinds = plan.kinds.iter().filter(|kind| kind.code == event.kind);
    let required = kinds
        .flat_map(|kind| &kind.fields)
        .filter(|field| field.required);
    let names = required.map(|field| field.name.as_str());
    names
        .filter(|name| !event.fields.iter().any(|(given, _)| given == name))
        .collect()
}

/// The question about the past that a given fact answers.
///
/// # Errors
/// Which of its words there is not.
pub fn need(given: &GivenFact) -> Result<crate::types::FactNeed, String> {
    given::fact_need(given)
}

/// A need with its answer, as a scenario has it.
pub fn written(need: &crate::types::FactNeed, value: i32) -> GivenFact {
    given::written(need, value)
}

/// A parameter set as the host would hand it over: JSON, with decimals and dates as strings.
pub fn params_json(params: &toml::Value) -> String {
    given::json(params).to_string()
}
