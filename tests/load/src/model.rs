//! A naive model of what a community's ledger must say: plain maps, one command at a time, no blocks, no
//! lots, no rules in a sandbox. It shares no code with the host on purpose.
//!
//! The rule book it knows is [`community`]; its numbers stand here a second time, in [`Model::earn`] and
//! [`PRICES`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::world::{FIRST_RESIDENT, code};

/// Goods with their price and the pieces that each community starts with.
pub const PRICES: [(&str, i64, i64); 2] = [("soap", 5, 60), ("rice", 85, 12)];
/// Points each household starts with for each of its residents.
pub const OPENING: u32 = 30;
/// A household's points for sorted waste in one month.
const WASTE_MONTH: i64 = 300;
/// Times one person's council meetings count in one month.
const COUNCIL_MONTH: u32 = 4;
/// Points for a good deed, under notice first.
const HONOUR: i64 = 10;
/// Pieces of rice a household may take in one month.
const RICE_MONTH: i64 = 2;

/// The community file that the model is a model of.
pub fn community(no: u32) -> String {
    let name = code(no);
    let mut toml = format!(
        "code = \"{name}\"\ntitle = {{ zh = \"演示社区{no}\", en = \"Demo {no}\" }}\nbegan_on = 2026-01-01\npoints_go_to = \"household\"\n\
         notice_days = {{ honour = 30 }}\n\n\
         [shop]\ntitle = {{ zh = \"超市\", en = \"Shop\" }}\nplace = {{ zh = \"一楼\", en = \"Ground floor\" }}\n\
         hours = {{ zh = \"每天\", en = \"Daily\" }}\nphone = \"0663-000-0009\"\n"
    );
    let rules = r#"
[[rule]]
plugin = "points-table"
active_from = 2026-01-01

[[rule.params.kinds]]
code = "waste"
title = { zh = "厨余垃圾分类", en = "Food waste" }
unit = { zh = "公斤", en = "kg" }
scale = 1
per_unit = 10
caps = [{ amount = 300, window = "month", subject = "household" }]

[[rule.params.kinds]]
code = "council"
title = { zh = "议事会", en = "Council" }
fixed = 5
limits = [{ events = 4, window = "month", subject = "person" }]

[[rule.params.kinds]]
code = "cleanup"
title = { zh = "清洁日", en = "Clean-up" }
unit = { zh = "小时", en = "hours" }
scale = 1
per_unit = 2
max_units = 4
minutes_per_unit = 60

[[rule.params.kinds]]
code = "honour"
title = { zh = "好人好事", en = "Good deed" }
fixed = 10

[[rule.params.kinds]]
code = "litter"
title = { zh = "占道堆放", en = "Litter" }
deduct = 20
short = "clamp"

[[rule]]
plugin = "shop-pricing"
active_from = 2026-01-01

[rule.params]
prices = { soap = 5, rice = 85 }
limits = [{ item = "rice", pieces = 2, window = "month", subject = "household" }]
"#;
    // Writing to a string cannot fail.
    let _ = write!(toml, "{rules}");
    toml
}

/// An event that may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// One of the five kinds.
    pub kind: &'static str,
    /// The resident's place, from 0.
    pub place: u32,
    /// The quantity in tenths.
    pub tenths: i64,
    /// The month of this year.
    pub month: u8,
    /// Its reference.
    pub reference: String,
}

impl Event {
    /// As the API takes it.
    pub fn json(&self) -> String {
        let quantity = match self.kind {
            "waste" | "cleanup" => format!("{}.{}", self.tenths / 10, self.tenths % 10),
            _ => "1".to_owned(),
        };
        format!(
            r#"{{"kind":"{}","resident":{},"quantity":"{quantity}","occurred_at":"2026-{:02}-15","external_ref":"{}","source":"model"}}"#,
            self.kind,
            FIRST_RESIDENT + self.place,
            self.month,
            self.reference
        )
    }
}

/// What an event must be answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earned {
    /// Decided: the household's points and the person's minutes change by this.
    Decided {
        /// Points, with their sign.
        points: i64,
        /// Minutes.
        minutes: i64,
    },
    /// A rule said no.
    Refused,
    /// The same reference was answered before, with the same event.
    Again,
    /// The same reference was answered before, with another event.
    Conflict,
}

/// What an order must be answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordered {
    /// Points and goods are set aside.
    Placed,
    /// The rule, the balance or the stock said no.
    Refused,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Set aside.
    Reserved,
    /// Handed over.
    Settled,
    /// Given back.
    Cancelled,
}

/// An order of the model.
#[derive(Debug, Clone)]
pub struct Order {
    /// The resident's place.
    pub place: u32,
    item: usize,
    pieces: i64,
    /// Where it stands.
    pub state: State,
}

/// What a resident must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wallet {
    /// Points of the household that can be spent.
    pub points: i64,
    /// Points of the household set aside.
    pub held: i64,
    /// Points of the household under notice.
    pub notice: i64,
    /// Minutes of the person.
    pub minutes: i64,
}

/// One community as the model sees it.
#[derive(Debug, Clone, Default)]
pub struct Model {
    points: BTreeMap<u32, i64>,
    held: BTreeMap<u32, i64>,
    notice: BTreeMap<u32, i64>,
    minutes: BTreeMap<u32, i64>,
    waste: BTreeMap<(u32, u8), i64>,
    council: BTreeMap<(u32, u8), u32>,
    stock: [i64; PRICES.len()],
    seen: BTreeMap<String, Event>,
    /// References whose answer was no.
    refused: BTreeSet<String>,
    orders: BTreeMap<u64, Order>,
    /// What was given and may be taken back, by reference: the event, its points and minutes.
    awards: BTreeMap<String, (Event, i64, i64)>,
}

impl Model {
    /// A community with this many residents, two to a household, before the first event.
    pub fn new(residents: u32) -> Self {
        let mut model = Model {
            stock: PRICES.map(|(_, _, pieces)| pieces),
            ..Model::default()
        };
        for place in 0..residents {
            *model.points.entry(place / 2).or_default() += i64::from(OPENING);
        }
        model
    }

    /// Whether this reference was answered with no: with other content it would be decided anew.
    pub fn was_refused(&self, reference: &str) -> bool {
        self.refused.contains(reference)
    }

    /// What this event must be answered with, and what it changes.
    pub fn earn(&mut self, event: &Event) -> Earned {
        let known = self.seen.get(&event.reference);
        if known.is_some_and(|known| known != event) {
            return Earned::Conflict;
        }
        // The months of the model are past, so that their caps have opened: what was refused is decided anew, and is
        // booked where an award taken back has made room. The same no once more is the first one's replay.
        let before = self.refused.contains(&event.reference);
        if known.is_some() && !before {
            return Earned::Again;
        }
        match self.decide(event) {
            Earned::Refused if before => Earned::Again,
            Earned::Refused => {
                self.refused.insert(event.reference.clone());
                Earned::Refused
            }
            answer @ (Earned::Decided { .. } | Earned::Again | Earned::Conflict) => {
                self.refused.remove(&event.reference);
                answer
            }
        }
    }

    fn decide(&mut self, event: &Event) -> Earned {
        self.seen.insert(event.reference.clone(), event.clone());
        let household = event.place / 2;
        let (points, minutes) = match event.kind {
            "waste" => {
                let given = self.waste.entry((household, event.month)).or_default();
                let points = event.tenths.min(WASTE_MONTH - *given);
                if points <= 0 {
                    return Earned::Refused;
                }
                *given += points;
                (points, 0)
            }
            "council" => {
                let times = self.council.entry((event.place, event.month)).or_default();
                if *times >= COUNCIL_MONTH {
                    return Earned::Refused;
                }
                *times += 1;
                (5, 0)
            }
            "honour" => {
                *self.notice.entry(household).or_default() += HONOUR;
                return Earned::Decided {
                    points: 0,
                    minutes: 0,
                };
            }
            "cleanup" => ((event.tenths.min(40) * 2) / 10, event.tenths * 6),
            _ => (
                -self
                    .points
                    .get(&household)
                    .map_or(0, |held| (*held).clamp(0, 20)),
                0,
            ),
        };
        *self.points.entry(household).or_default() += points;
        *self.minutes.entry(event.place).or_default() += minutes;
        if (points, minutes) != (0, 0) {
            let award = (event.clone(), points, minutes);
            self.awards.insert(event.reference.clone(), award);
        }
        Earned::Decided { points, minutes }
    }

    /// The references whose awards may be taken back.
    pub fn awards(&self) -> Vec<String> {
        self.awards.keys().cloned().collect()
    }

    /// Takes an award back, and gives the place; `None` when the household has spent it.
    pub fn reverse(&mut self, reference: &str) -> Option<u32> {
        let (event, points, minutes) = self.awards.get(reference)?.clone();
        let held = self.points.entry(event.place / 2).or_default();
        if *held < points {
            return None;
        }
        *held -= points;
        *self.minutes.entry(event.place).or_default() -= minutes;
        match event.kind {
            "waste" => {
                *self
                    .waste
                    .entry((event.place / 2, event.month))
                    .or_default() -= points;
            }
            "council" => *self.council.entry((event.place, event.month)).or_default() -= 1,
            _ => {}
        }
        self.awards.remove(reference);
        Some(event.place)
    }

    /// Whether the household can no longer pay this award back.
    pub fn is_short(&self, reference: &str) -> bool {
        let Some((event, points, _)) = self.awards.get(reference) else {
            return false;
        };
        self.wallet(event.place).points < *points
    }

    /// Where an award that may be taken back was given.
    pub fn place_of(&self, reference: &str) -> Option<u32> {
        self.seen.get(reference).map(|event| event.place)
    }

    /// A correction by two people.
    pub fn adjust(&mut self, place: u32, points: i64) {
        *self.points.entry(place / 2).or_default() += points;
    }

    /// An award under notice is withdrawn.
    pub fn withdraw(&mut self, place: u32) {
        *self.notice.entry(place / 2).or_default() -= HONOUR;
    }

    /// What an order of one item must be answered with. [`Model::placed`] tells the number it was given.
    pub fn order(&self, place: u32, item: usize, pieces: i64) -> Ordered {
        let household = place / 2;
        let (name, price, _) = PRICES[item];
        let taken = |order: &&Order| {
            order.place / 2 == household && order.item == item && order.state != State::Cancelled
        };
        let before: i64 = self
            .orders
            .values()
            .filter(taken)
            .map(|order| order.pieces)
            .sum();
        let may = name != "rice" || before + pieces <= RICE_MONTH;
        let can = self.points.get(&household).copied().unwrap_or(0) >= price * pieces;
        if may && can && self.stock[item] >= pieces {
            Ordered::Placed
        } else {
            Ordered::Refused
        }
    }

    /// The order was placed under this number.
    pub fn placed(&mut self, no: u64, place: u32, item: usize, pieces: i64) {
        let cost = PRICES[item].1 * pieces;
        *self.points.entry(place / 2).or_default() -= cost;
        *self.held.entry(place / 2).or_default() += cost;
        self.stock[item] -= pieces;
        let order = Order {
            place,
            item,
            pieces,
            state: State::Reserved,
        };
        self.orders.insert(no, order);
    }

    /// The event that a reference was first sent with.
    pub fn seen(&self, reference: &str) -> Option<&Event> {
        self.seen.get(reference)
    }

    /// The numbers of all orders.
    pub fn orders(&self) -> Vec<u64> {
        self.orders.keys().copied().collect()
    }

    /// An order.
    pub fn state(&self, no: u64) -> Option<&Order> {
        self.orders.get(&no)
    }

    /// Hands an order over or gives it back; `false` when that must be refused.
    pub fn close(&mut self, no: u64, to: State) -> bool {
        let Some(order) = self.orders.get_mut(&no) else {
            return false;
        };
        if order.state != State::Reserved {
            return false;
        }
        order.state = to;
        let cost = PRICES[order.item].1 * order.pieces;
        *self.held.entry(order.place / 2).or_default() -= cost;
        if to == State::Cancelled {
            *self.points.entry(order.place / 2).or_default() += cost;
            self.stock[order.item] += order.pieces;
        }
        true
    }

    /// What a resident must have now.
    pub fn wallet(&self, place: u32) -> Wallet {
        Wallet {
            points: self.points.get(&(place / 2)).copied().unwrap_or(0),
            held: self.held.get(&(place / 2)).copied().unwrap_or(0),
            notice: self.notice.get(&(place / 2)).copied().unwrap_or(0),
            minutes: self.minutes.get(&place).copied().unwrap_or(0),
        }
    }
}
