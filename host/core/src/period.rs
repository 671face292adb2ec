//! Periods: which days a month, quarter, half-year or year has, the steps by which one is closed, and what is kept of it.
//! Values and their stored forms only; what a step does stands in `book/period`.

use std::fmt;
use std::str::FromStr;

use crate::account::{Account, Holder, Purpose};
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::ids::{AssetNo, Code, RuleSetNo};
use crate::rule::Fact;
use crate::time::{Instant, LocalDate};

/// How long a period is; a community may close several lengths, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeriodLength {
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// January to June, or July to December.
    HalfYear,
    /// A calendar year.
    Year,
}

/// A month, quarter, half-year or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its length.
    pub length: PeriodLength,
    /// Its first day.
    pub first: LocalDate,
    /// Its last day.
    pub last: LocalDate,
}

/// Why something is not a [`Period`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a period; write a month as 2026-10, a quarter as 2026-q3, a half-year as 2026-h2, a year as 2026"
)]
pub struct BadPeriod(pub String);

impl Period {
    /// The period of this length that `day` lies in.
    pub fn of(length: PeriodLength, day: LocalDate) -> Period {
        let (first, last) = match length {
            PeriodLength::Month => (day.month_start(), day.month_end()),
            // The first day of the last month lies 59 to 62 days after the first day of the quarter.
            PeriodLength::Quarter => (
                day.quarter_start(),
                day.quarter_start().plus_days(70).month_end(),
            ),
            PeriodLength::HalfYear => (day.half_year_start(), day.half_year_end()),
            PeriodLength::Year => (day.year_start(), day.year_end()),
        };
        Period {
            length,
            first,
            last,
        }
    }

    /// Its name as a code: `2026-10`, `2026-q3`, `2026-h2`, `2026`.
    pub fn code(&self) -> Code {
        self.to_string()
            .parse()
            .unwrap_or_else(|_| Code::literal("period"))
    }
}

impl FromStr for Period {
    type Err = BadPeriod;
    fn from_str(text: &str) -> Result<Self, BadPeriod> {
        let bad = || BadPeriod(text.chars().take(40).collect());
        let lower = text.to_ascii_lowercase();
        let (year, length, month) = match lower.split_once('-') {
            None => (lower.as_str(), PeriodLength::Year, 1),
            Some((year, part)) => {
                let (length, month) = part_of_year(part).ok_or_else(bad)?;
                (year, length, month)
            }
        };
        if year.len() != 4 {
            return Err(bad());
        }
        let year = year.parse().map_err(|_| bad())?;
        let day = LocalDate::new(year, month, 1).map_err(|_| bad())?;
        let found = Period::of(length, day);
        // `2026-q03` and `2026-+1` would be second names of a period.
        if found.to_string() == lower {
            Ok(found)
        } else {
            Err(bad())
        }
    }
}

/// The length and the first month of `q3`, `h2` or `10`.
fn part_of_year(part: &str) -> Option<(PeriodLength, u8)> {
    let nth = |number: &str, most: u8, months: u8| {
        let nth: u8 = number.parse().ok()?;
        let before = nth.checked_sub(1)?.checked_mul(months)?;
        (nth <= most).then(|| before.saturating_add(1))
    };
    if let Some(quarter) = part.strip_prefix('q') {
        return Some((PeriodLength::Quarter, nth(quarter, 4, 3)?));
    }
    if let Some(half) = part.strip_prefix('h') {
        return Some((PeriodLength::HalfYear, nth(half, 2, 6)?));
    }
    let month = part.parse().ok().filter(|_| part.len() == 2)?;
    Some((PeriodLength::Month, month))
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, _) = self.first.parts();
        match self.length {
            PeriodLength::Month => write!(f, "{year:04}-{month:02}"),
            PeriodLength::Quarter => {
                let quarter = month.saturating_add(2) / 3;
                write!(f, "{year:04}-q{quarter}")
            }
            PeriodLength::HalfYear => {
                let half = if month < 7 { 1 } else { 2 };
                write!(f, "{year:04}-h{half}")
            }
            PeriodLength::Year => write!(f, "{year:04}"),
        }
    }
}

/// One step of closing a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeriodStep {
    /// The cut-off: its days take no more events; balances, facts and ranks are fixed. `rule` names the rule that
    /// will be asked; without one the period is only sealed.
    CutOff {
        /// The rule of the community's file.
        rule: Option<Code>,
    },
    /// The cut-off is taken back, its days are open again. Only before it is signed.
    Withdraw,
    /// Somebody answers for it. `alone` says that the community had nobody else who could.
    SignOff {
        /// Nobody else could sign.
        alone: bool,
    },
    /// One holder is closed.
    Close(Holder),
    /// All holders are closed; nothing of the period changes any more, unless two people take all of it back.
    Seal,
    /// Somebody asks that a sealed period be taken back. The hash is a salted commitment to the reason.
    AskBack {
        /// The reason.
        reason: Hash,
    },
    /// Another person agrees: what closing booked is taken back. `alone` says that the community had nobody else who could.
    AgreeBack {
        /// Nobody else could agree.
        alone: bool,
    },
    /// It stays closed after all.
    KeepClosed,
    /// What closing booked for one holder is taken back.
    TakeBack(Holder),
    /// All of it is taken back: the days are open again, and the period can be cut off anew.
    Reopen,
}

/// Where a period stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeriodState {
    /// Cut off, waiting to be signed.
    CutOff = 1,
    /// Signed; holders are being closed.
    Signed = 2,
    /// Sealed.
    Sealed = 3,
    /// The cut-off was taken back; as if nothing had been.
    Withdrawn = 4,
    /// Sealed, and somebody asks that it be taken back.
    AskedBack = 5,
    /// Two people agreed; holders are being taken back.
    TakingBack = 6,
}

/// A period as its steps made it. A community's frame holds all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodRow {
    /// Which period.
    pub period: Period,
    /// Where it stands.
    pub state: PeriodState,
    /// The entry of its cut-off, which also names its standings.
    pub cut: u64,
    /// The rule set that decides; `None` when it is only sealed.
    pub set: Option<RuleSetNo>,
    /// How many holders it has.
    pub holders: u32,
    /// How many of them are closed.
    pub closed: u32,
    /// Who made the cut-off, and when.
    pub cut_by: (Code, Instant),
    /// Who signed, when, and whether nobody else could.
    pub signed_by: Option<(Code, Instant, bool)>,
    /// Who sealed it, and when.
    pub sealed_by: Option<(Code, Instant)>,
    /// Who asked that it be taken back, and when.
    pub back_by: Option<(Code, Instant)>,
}

impl PeriodRow {
    /// Stored form.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.text(&self.period.to_string());
        w.byte(self.state as u8);
        w.u64(self.cut);
        w.option(self.set, |w, set| w.u32(set.0));
        w.u32(self.holders);
        w.u32(self.closed);
        w.code(&self.cut_by.0);
        w.i64(self.cut_by.1.0);
        w.option(self.signed_by.as_ref(), |w, (by, at, alone)| {
            w.code(by);
            w.i64(at.0);
            w.byte(u8::from(*alone));
        });
        w.option(self.sealed_by.as_ref(), |w, (by, at)| {
            w.code(by);
            w.i64(at.0);
        });
        // Rows of before end here.
        if let Some((by, at)) = &self.back_by {
            w.code(by);
            w.i64(at.0);
        }
        w.done()
    }

    /// The row behind stored bytes.
    ///
    /// # Errors
    /// [`Malformed`] when they are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader::new(bytes);
        let row = PeriodRow {
            period: read_period(&mut r)?,
            state: match r.byte()? {
                1 => PeriodState::CutOff,
                2 => PeriodState::Signed,
                3 => PeriodState::Sealed,
                4 => PeriodState::Withdrawn,
                5 => PeriodState::AskedBack,
                6 => PeriodState::TakingBack,
                _ => return Err(Malformed),
            },
            cut: r.u64()?,
            set: r.option(|r| Ok(RuleSetNo(r.u32()?)))?,
            holders: r.u32()?,
            closed: r.u32()?,
            cut_by: (r.code()?, Instant(r.i64()?)),
            signed_by: r.option(|r| Ok((r.code()?, Instant(r.i64()?), r.flag()?)))?,
            sealed_by: r.option(|r| Ok((r.code()?, Instant(r.i64()?))))?,
            back_by: match r.is_empty() {
                true => None,
                false => Some((r.code()?, Instant(r.i64()?))),
            },
        };
        r.end()?;
        Ok(row)
    }
}

/// What a holder had at a cut-off, and the entry that closed them, 0 until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What remained of each asset that is not zero; what came in for later days is not part of it.
    pub balances: Vec<(AssetNo, i64)>,
    /// The facts that the rule asked for, ranks included.
    pub facts: Vec<Fact>,
    /// The entry that closed this holder, 0 for none.
    pub entry: u64,
}

impl Standing {
    /// Stored form, without `entry`, which stores keep beside it.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        self.write(&mut w);
        w.done()
    }

    /// The standing behind stored bytes.
    ///
    /// # Errors
    /// [`Malformed`] when they are none.
    pub fn decode(bytes: &[u8], entry: u64) -> Result<Self, Malformed> {
        let mut r = Reader::new(bytes);
        let standing = Standing {
            entry,
            ..Standing::read(&mut r)?
        };
        r.end()?;
        Ok(standing)
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.list(&self.balances, |w, (asset, balance)| {
            w.u32(asset.0);
            w.i64(*balance);
        });
        crate::record::write_facts(w, &self.facts);
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Standing {
            balances: r.list(|r| Ok((AssetNo(r.u32()?), r.i64()?)))?,
            facts: crate::record::read_facts(r)?,
            entry: 0,
        })
    }
}

/// One number for a holder, in the order of holders: their account without asset and purpose.
pub fn pack_holder(holder: Holder) -> i64 {
    let account = Account {
        holder,
        asset: AssetNo(0),
        purpose: Purpose::Available,
    };
    account.pack() >> 29
}

/// The holder behind a packed number.
pub fn unpack_holder(packed: i64) -> Option<Holder> {
    let account = packed.checked_mul(1 << 29)? | Purpose::Available as i64;
    Account::unpack(account).map(|account| account.holder)
}

pub(crate) fn read_period(r: &mut Reader<'_>) -> Result<Period, Malformed> {
    let text = r.text()?;
    let period: Period = text.parse().map_err(|_| Malformed)?;
    // A capital letter would be a second spelling of the same bytes.
    if period.to_string() == text {
        Ok(period)
    } else {
        Err(Malformed)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::ids::{HouseholdNo, ResidentNo};

    fn days(text: &str) -> (String, String) {
        let period: Period = text.parse().unwrap();
        (period.first.to_string(), period.last.to_string())
    }

    #[test]
    fn periods_have_one_name_and_their_days() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(days("2028-02"), pair("2028-02-01", "2028-02-29"));
        assert_eq!(days("2026-Q1"), pair("2026-01-01", "2026-03-31"));
        assert_eq!(days("2026-q4"), pair("2026-10-01", "2026-12-31"));
        assert_eq!(days("2026-h1"), pair("2026-01-01", "2026-06-30"));
        assert_eq!(days("2026-H2"), pair("2026-07-01", "2026-12-31"));
        assert_eq!(days("2026"), pair("2026-01-01", "2026-12-31"));
        for wrong in [
            "",
            "26",
            "2026-13",
            "2026-1",
            "2026-q5",
            "2026-q0",
            "2026-q01",
            "2026-h0",
            "2026-h3",
            "2026-h01",
            "2026-h",
            "2026-hh",
            "2026-+1",
            "2026-10-1",
        ] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
        let quarter: Period = "2026-Q3".parse().unwrap();
        assert_eq!(quarter.code().as_str(), "2026-q3");
        let half: Period = "2026-H1".parse().unwrap();
        assert_eq!(half.code().as_str(), "2026-h1");
    }

    #[test]
    fn holders_pack_in_their_own_order() {
        let holders = [
            Holder::Resident(ResidentNo(7)),
            Holder::Resident(ResidentNo(0x7fff_ffff)),
            Holder::Household(HouseholdNo(1)),
        ];
        for holder in holders {
            assert_eq!(unpack_holder(pack_holder(holder)), Some(holder));
        }
        assert!(pack_holder(holders[0]) < pack_holder(holders[1]));
        assert!(pack_holder(holders[1]) < pack_holder(holders[2]));
        assert_eq!(unpack_holder(i64::MAX), None);
        assert_eq!(unpack_holder(-1), None);
    }
}
