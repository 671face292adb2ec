//! How often a rule was asked, what came of it, and what it took: counts that only ever grow, so that several
//! hosts can add theirs to one database. Percentiles are read from buckets no wider than a sixteenth of their
//! value. It decides nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use rongyi_core::ids::RuleSetNo;

/// Buckets for each doubling.
const STEPS: u64 = 16;

/// What came of a call.
#[derive(Debug, Clone, Copy)]
pub enum Came<'c> {
    /// A decision or a quote.
    Answer,
    /// A refusal with its reason.
    Refusal,
    /// A fault with this code.
    Fault(&'c str),
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Calls, whatever came of them.
    Call,
    /// Refusals.
    Refusal,
    /// Faults with this code.
    Fault(String),
    /// Calls by the bucket of their fuel.
    Fuel,
    /// Calls by the bucket of their time in µs.
    Micros,
}

impl What {
    /// Its name in the database.
    pub fn name(&self) -> String {
        match self {
            What::Call => "call".into(),
            What::Refusal => "refusal".into(),
            What::Fault(code) => format!("fault:{code}"),
            What::Fuel => "fuel".into(),
            What::Micros => "micros".into(),
        }
    }

    /// What a name in the database means; `None` for one that a newer program wrote.
    pub fn parse(name: &str) -> Option<What> {
        match name {
            "call" => Some(What::Call),
            "refusal" => Some(What::Refusal),
            "fuel" => Some(What::Fuel),
            "micros" => Some(What::Micros),
            _ => name
                .strip_prefix("fault:")
                .map(|code| What::Fault(code.to_owned())),
        }
    }
}

/// Counts that are not in the database yet, by rule set, what and bucket.
pub type Pending = BTreeMap<(RuleSetNo, What, u16), i64>;

/// Adds one call.
pub fn count(pending: &mut Pending, set: RuleSetNo, came: Came<'_>, fuel: u64, took: Duration) {
    let mut one = |what: What, bucket: u16| {
        let count = pending.entry((set, what, bucket)).or_default();
        *count = count.saturating_add(1);
    };
    one(What::Call, 0);
    match came {
        Came::Answer => {}
        Came::Refusal => one(What::Refusal, 0),
        Came::Fault(code) => one(What::Fault(code.to_owned()), 0),
    }
    one(What::Fuel, bucket(fuel));
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    one(What::Micros, bucket(micros));
}

/// The bucket of a value: exact below 16, then sixteen for each doubling.
pub fn bucket(value: u64) -> u16 {
    if value < STEPS {
        return u16::try_from(value).unwrap_or_default();
    }
    let doublings = u64::from(value.ilog2()).saturating_sub(4);
    let step = (value >> doublings).saturating_sub(STEPS);
    u16::try_from((doublings + 1) * STEPS + step).unwrap_or(u16::MAX)
}

/// The largest value of a bucket.
pub fn upper(bucket: u16) -> u64 {
    let (doublings, step) = (u64::from(bucket) / STEPS, u64::from(bucket) % STEPS);
    match doublings.checked_sub(1) {
        None => step,
        Some(shift @ 0..60) => ((STEPS + step) << shift) + ((1 << shift) - 1),
        Some(_) => u64::MAX,
    }
}

/// Values by bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread(BTreeMap<u16, u64>);

impl Spread {
    /// The value that this share of calls, in thousandths, did not exceed; `None` without any call.
    pub fn at(&self, thousandths: u64) -> Option<u64> {
        let all: u64 = self.0.values().sum();
        let rank = (all.saturating_mul(thousandths)).div_ceil(1000).max(1);
        let mut seen = 0_u64;
        let reached = |(bucket, count): (&u16, &u64)| {
            seen = seen.saturating_add(*count);
            (seen >= rank).then(|| upper(*bucket))
        };
        self.0.iter().find_map(reached)
    }

    /// Median, 95 %, 99 % and the largest.
    pub fn percentiles(&self) -> Option<[u64; 4]> {
        Some([self.at(500)?, self.at(950)?, self.at(990)?, self.at(1000)?])
    }
}

/// Everything counted about one rule set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls.
    pub calls: u64,
    /// Refusals among them.
    pub refusals: u64,
    /// Faults among them, by code.
    pub faults: BTreeMap<String, u64>,
    /// Fuel of a call.
    pub fuel: Spread,
    /// Time of a call in µs.
    pub micros: Spread,
}

impl Tally {
    /// Adds one row of the database.
    pub fn add(&mut self, what: What, bucket: u16, count: u64) {
        let place = match what {
            What::Call => &mut self.calls,
            What::Refusal => &mut self.refusals,
            What::Fault(code) => self.faults.entry(code).or_default(),
            What::Fuel => self.fuel.0.entry(bucket).or_default(),
            What::Micros => self.micros.0.entry(bucket).or_default(),
        };
        *place = place.saturating_add(count);
    }

    /// All faults.
    pub fn fault_count(&self) -> u64 {
        self.faults.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_never_wider_than_a_sixteenth() {
        let mut value = 0_u64;
        while value < 1 << 50 {
            let top = upper(bucket(value));
            assert!(top >= value, "{value} lies in a bucket that ends at {top}");
            assert!(top - value <= value / 16, "{value}: {top}");
            assert_eq!(bucket(top), bucket(value));
            assert_eq!(bucket(top + 1), bucket(value) + 1);
            value = value + value / 7 + 1;
        }
        assert_eq!(upper(bucket(u64::MAX)), u64::MAX);
    }

    #[test]
    fn percentiles_are_read_from_the_buckets() {
        let mut pending = Pending::new();
        let set = RuleSetNo(1);
        for micros in 1..=1000 {
            let came = if micros % 10 == 0 {
                Came::Refusal
            } else {
                Came::Answer
            };
            count(&mut pending, set, came, 5, Duration::from_micros(micros));
        }
        count(
            &mut pending,
            set,
            Came::Fault("limit.fuel"),
            2_000_000,
            Duration::from_micros(9),
        );
        let mut tally = Tally::default();
        for ((_, what, bucket), count) in pending {
            let what = What::parse(&what.name()).unwrap();
            tally.add(what, bucket, u64::try_from(count).unwrap());
        }
        assert_eq!(
            (tally.calls, tally.refusals, tally.fault_count()),
            (1001, 100, 1)
        );
        let [half, most, nearly, max] = tally.micros.percentiles().unwrap();
        assert!((500..=532).contains(&half), "{half}");
        assert!((950..=1010).contains(&most), "{most}");
        assert!((990..=1052).contains(&nearly), "{nearly}");
        assert!((1000..=1063).contains(&max), "{max}");
        let fuel = tally.fuel.percentiles().unwrap();
        assert_eq!(fuel[..3], [5, 5, 5]);
        assert!(fuel[3] >= 2_000_000);
        assert_eq!(Tally::default().fuel.percentiles(), None);
        assert_eq!(What::parse("from-the-future"), None);
    }
}
