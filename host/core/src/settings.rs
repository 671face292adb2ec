//! What a community decides for itself and the ledger must know: who holds points, how they expire, limits.

mod beside;
mod leaving;

pub use beside::Beside;
pub use leaving::{Leaving, Remains};

use crate::account::Holder;
use crate::amount::Amount;
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::ids::{AssetNo, Code, HouseholdNo, ResidentNo, RuleSetNo};
use crate::period::{Period, PeriodLength};
use crate::time::LocalDate;

/// Who points go to. Hours always stay with the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The person who earned them.
    Person,
    /// The person's household.
    Household,
}

/// The last day on which points of a day can be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// They stay.
    Never,
    /// This many days after the day they were posted.
    Days(u16),
    /// The end of the month this many months later.
    EndOfMonth(u8),
    /// The end of the year this many years later.
    EndOfYear(u8),
    /// The end of the quarter this many quarters later.
    EndOfQuarter(u8),
    /// The same day of the month this many months later, or the last day of a month that has no such day.
    Months(u16),
    /// The end of the half-year this many half-years later.
    EndOfHalfYear(u8),
    /// This day of the month, its last one where it is shorter, so many months later; never in the month itself.
    DayOfMonth {
        /// 1-31.
        day: u8,
        /// 1 is the next month.
        months: u8,
    },
    /// This day of the calendar so many years later, 28 February for the 29th where there is none. Of the same year only
    /// where that day is still to come, otherwise of the next.
    DayOfYear {
        /// 1-12.
        month: u8,
        /// 1-31, as long as the month is in a leap year.
        day: u8,
        /// 1 is the next year.
        years: u8,
    },
}

impl Expiry {
    /// The last good day of points posted on `day`; `None` for ever.
    pub fn last_day(self, day: LocalDate) -> Option<LocalDate> {
        match self {
            Expiry::Never => None,
            Expiry::Days(days) => Some(day.plus_days(i32::from(days))),
            Expiry::EndOfMonth(months) => {
                let mut end = day.month_end();
                for _ in 0..months {
                    end = end.plus_days(1).month_end();
                }
                Some(end)
            }
            Expiry::EndOfYear(years) => {
                let mut end = day.year_end();
                for _ in 0..years {
                    end = end.plus_days(1).year_end();
                }
                Some(end)
            }
            Expiry::EndOfQuarter(quarters) => {
                let quarter_end = |day| Period::of(PeriodLength::Quarter, day).last;
                let mut end = quarter_end(day);
                for _ in 0..quarters {
                    end = quarter_end(end.plus_days(1));
                }
                Some(end)
            }
            Expiry::Months(months) => Some(day.plus_months(months)),
            Expiry::EndOfHalfYear(halves) => {
                let mut end = day.half_year_end();
                for _ in 0..halves {
                    end = end.plus_days(1).half_year_end();
                }
                Some(end)
            }
            Expiry::DayOfMonth {
                day: day_of_month,
                months,
            } => {
                let last = day.month_start().plus_months(months.into()).month_end();
                let month = last.month_index();
                Some(LocalDate::of_month_index(month, day_of_month).unwrap_or(last))
            }
            Expiry::DayOfYear {
                month,
                day: of_month,
                years,
            } => {
                let of_year = |later: u16| {
                    let whole = later.saturating_mul(12);
                    let whole = whole.saturating_add(u16::from(month).saturating_sub(1));
                    let last = day.year_start().plus_months(whole).month_end();
                    LocalDate::of_month_index(last.month_index(), of_month).unwrap_or(last)
                };
                let found = of_year(years.into());
                let past = found < day;
                Some(if past { of_year(1) } else { found })
            }
        }
    }
}

impl Expiry {
    /// Its stored form: which one, and a number.
    fn form(self) -> (u8, u32) {
        match self {
            Expiry::Never => (0, 0),
            Expiry::Days(days) => (1, u32::from(days)),
            Expiry::EndOfMonth(months) => (2, u32::from(months)),
            Expiry::EndOfYear(years) => (3, u32::from(years)),
            Expiry::EndOfQuarter(quarters) => (4, u32::from(quarters)),
            Expiry::Months(months) => (5, u32::from(months)),
            Expiry::EndOfHalfYear(halves) => (6, u32::from(halves)),
            Expiry::DayOfMonth { day, months } => (7, u32::from_be_bytes([0, 0, months, day])),
            Expiry::DayOfYear { month, day, years } => {
                (8, u32::from_be_bytes([0, years, month, day]))
            }
        }
    }

    /// What [`Expiry::form`] wrote, in the one way to write each.
    fn from_form(kind: u8, number: u32) -> Result<Self, Malformed> {
        let small = || u8::try_from(number).map_err(|_| Malformed);
        let large = || u16::try_from(number).map_err(|_| Malformed);
        Ok(match kind {
            0 if number == 0 => Expiry::Never,
            1 => Expiry::Days(large()?),
            2 => Expiry::EndOfMonth(small()?),
            3 => Expiry::EndOfYear(small()?),
            4 => Expiry::EndOfQuarter(small()?),
            5 => Expiry::Months(large()?),
            6 => Expiry::EndOfHalfYear(small()?),
            7 => match number.to_be_bytes() {
                [0, 0, months @ 1..=u8::MAX, day @ 1..=31] => Expiry::DayOfMonth { day, months },
                _ => return Err(Malformed),
            },
            8 => match number.to_be_bytes() {
                [0, years, month, day] if is_day_of_year(month, day) => {
                    Expiry::DayOfYear { month, day, years }
                }
                _ => return Err(Malformed),
            },
            _ => return Err(Malformed),
        })
    }
}

/// Whether some year has this day.
pub fn is_day_of_year(month: u8, day: u8) -> bool {
    const LEAP_YEAR: i32 = 2024;
    LocalDate::new(LEAP_YEAR, month, day).is_ok()
}

/// One block of a community's rules: a rule set that decides from a day on, perhaps until another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InForce {
    /// The rule set.
    pub set: RuleSetNo,
    /// Its first day.
    pub from: LocalDate,
    /// Its last day; `None` for no end.
    pub until: Option<LocalDate>,
}

impl InForce {
    /// Whether it decides for `on`, unless a later block of the same rule does.
    pub fn covers(&self, on: LocalDate) -> bool {
        self.from <= on && self.until.is_none_or(|last| on <= last)
    }
}

/// A community's settings, recorded in its ledger whenever they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Who points go to; fixed with the first posting.
    pub unit: Unit,
    /// The first day an event may have happened.
    pub began_on: LocalDate,
    /// How points expire.
    pub expiry: Expiry,
    /// How far below zero an "owe" may go where `debt_floors` says nothing else; zero or negative.
    pub debt_floor: Amount,
    /// Days an order waits to be collected, its own day not counted.
    pub order_hold_days: u16,
    /// Host-side limit on one award of points, whatever a rule says.
    pub award_max: Option<Amount>,
    /// Host-side limit on the points issued in one calendar month, whatever a rule says.
    pub issue_budget_month: Option<Amount>,
    /// Assets beyond `points`, `minutes` and `conduct`: code and number 4-999.
    pub assets: Vec<(Code, AssetNo)>,
    /// How far below zero single assets may go; zero or negative.
    pub debt_floors: Vec<(AssetNo, Amount)>,
    /// Event kinds whose awards are under notice first, and for how many days.
    pub notice_days: Vec<(Code, u16)>,
    /// The rule sets that decide, all of them: what is not named here decides on no day. `None` in ledgers of before,
    /// where the newest activation of each name decides from its day on.
    pub in_force: Option<Vec<InForce>>,
    /// Host-side limit on the minutes of one person on one day, whatever a rule says.
    pub minutes_max_day: Option<Amount>,
    /// Event kinds that need the time of day.
    pub timed: Vec<Code>,
    /// What is allowed of the people in the roles of one event; a kind that is not named allows nothing. `None` in ledgers
    /// of before, where nobody compared them.
    pub roles: Option<Vec<RoleRule>>,
    /// Event kinds that take so many minutes of their doer, from their time of day on as long as their quantity says, and
    /// what becomes of one whose minutes are taken.
    pub overlaps: Vec<(Code, Overlap)>,
    /// How many minutes one unit of such a kind is. Where nothing stands, as in ledgers of before, the digits of its
    /// quantity are minutes.
    pub unit_minutes: Vec<(Code, u16)>,
    /// Whether quantities of a kind that counted to other decimal places stand apart. `false` in ledgers of before, where
    /// their digits stand together.
    pub by_scale: bool,
    /// SHA-256 of the configuration that was taken over last; `None` in ledgers of before, and where nobody keeps it.
    pub written: Option<Hash>,
    /// Another asset in which orders may be paid beside points.
    pub beside: Option<Beside>,
    /// Event kinds that are booked only when so many different people agreed.
    pub agreements: Vec<(Code, u16)>,
    /// What becomes of the points of somebody who leaves. `None` where the community says nothing: what is theirs stays as
    /// it is.
    pub leaving: Option<Leaving>,
}

/// What one kind allows of the people in its roles. Two roles are two people unless both are named here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    /// The event kind.
    pub kind: Code,
    /// Roles that one person may fill together.
    pub same_person: Vec<Code>,
    /// Roles that nobody of the doer's household may fill.
    pub other_household: Vec<Code>,
}

/// What becomes of an event in minutes that another one of the same person takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// It is refused.
    Refuse,
    /// It is decided, with a mark for reviewers.
    Mark,
}

/// Numbers of the extensions that follow the first form of settings. A number is never given twice.
const DEBT_FLOORS: u8 = 1;
const NOTICE_DAYS: u8 = 2;
const IN_FORCE: u8 = 3;
const MINUTES_MAX_DAY: u8 = 4;
const TIMED: u8 = 5;
const ROLES: u8 = 6;
const OVERLAPS: u8 = 7;
const BY_SCALE: u8 = 8;
const UNIT_MINUTES: u8 = 9;
const WRITTEN: u8 = 10;
const BESIDE: u8 = 11;
const AGREEMENTS: u8 = 12;
const LEAVING: u8 = 14;

impl Settings {
    /// Settings that say nothing but who holds points, and since when.
    pub fn plain(unit: Unit, began_on: LocalDate) -> Self {
        Settings {
            unit,
            began_on,
            expiry: Expiry::Never,
            debt_floor: Amount::ZERO,
            order_hold_days: 7,
            award_max: None,
            issue_budget_month: None,
            assets: Vec::new(),
            debt_floors: Vec::new(),
            notice_days: Vec::new(),
            in_force: None,
            minutes_max_day: None,
            timed: Vec::new(),
            roles: None,
            overlaps: Vec::new(),
            unit_minutes: Vec::new(),
            by_scale: false,
            written: None,
            beside: None,
            agreements: Vec::new(),
            leaving: None,
        }
    }

    /// Who holds an asset that a resident earns: minutes always the person, the rest as the community decided.
    pub fn holder(&self, asset: AssetNo, resident: ResidentNo, household: HouseholdNo) -> Holder {
        match self.unit {
            Unit::Household if asset != AssetNo::MINUTES => Holder::Household(household),
            Unit::Household | Unit::Person => Holder::Resident(resident),
        }
    }

    /// The number of an asset's code.
    pub fn asset(&self, code: &Code) -> Option<AssetNo> {
        match code.as_str() {
            "points" => Some(AssetNo::POINTS),
            "minutes" => Some(AssetNo::MINUTES),
            "conduct" => Some(AssetNo::CONDUCT),
            _ => self
                .assets
                .iter()
                .find(|(listed, _)| listed == code)
                .map(|(_, no)| *no),
        }
    }

    /// The last good day of what is credited on `day` where nothing else is said: only points expire by themselves.
    pub fn default_expiry(&self, asset: AssetNo, day: LocalDate) -> Option<LocalDate> {
        if asset == AssetNo::POINTS {
            self.expiry.last_day(day)
        } else {
            None
        }
    }

    /// How far below zero an account of this asset may go: zero or negative.
    pub fn debt_floor_of(&self, asset: AssetNo) -> Amount {
        self.debt_floors
            .iter()
            .find(|(listed, _)| *listed == asset)
            .map_or(self.debt_floor, |(_, floor)| *floor)
    }

    /// What becomes of an event of this kind in minutes that are taken; `None` where nobody looks.
    pub fn overlap_of(&self, kind: &Code) -> Option<Overlap> {
        let mut all = self.overlaps.iter();
        all.find(|(listed, _)| listed == kind)
            .map(|(_, overlap)| *overlap)
    }

    /// The minutes that a quantity of this kind takes, begun ones counted whole; `quantity` is written to `scale` decimal
    /// places.
    pub fn minutes_of(&self, kind: &Code, (quantity, scale): (i32, u8)) -> i64 {
        let quantity = i64::from(quantity);
        let mut all = self.unit_minutes.iter();
        let Some((_, minutes)) = all.find(|(listed, _)| listed == kind) else {
            return quantity;
        };
        let units = 10_i64.saturating_pow(u32::from(scale)).max(1);
        let all = quantity.saturating_mul(i64::from(*minutes));
        all.saturating_add(units.saturating_sub(1))
            .div_euclid(units)
    }

    /// How many different people must have agreed to an event of this kind; 0 where nobody asks.
    pub fn agreements_of(&self, kind: &Code) -> u16 {
        let mut all = self.agreements.iter();
        all.find(|(listed, _)| listed == kind)
            .map_or(0, |(_, people)| *people)
    }

    /// For how many days an award of this kind is under notice; `None` when it is posted at once.
    pub fn notice_of(&self, kind: &Code) -> Option<u16> {
        self.notice_days
            .iter()
            .find(|(listed, days)| listed == kind && *days > 0)
            .map(|(_, days)| *days)
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.byte(match self.unit {
            Unit::Person => 0,
            Unit::Household => 1,
        });
        w.date(self.began_on);
        let (kind, number) = self.expiry.form();
        w.byte(kind);
        w.u32(number);
        w.amount(self.debt_floor);
        w.u32(u32::from(self.order_hold_days));
        w.option(self.award_max, Writer::amount);
        w.option(self.issue_budget_month, Writer::amount);
        w.list(&self.assets, |w, (code, no)| {
            w.code(code);
            w.u32(no.0);
        });
        // What was added later stands behind, each with its number and length, and only where it says something:
        // settings of an older program keep their bytes.
        extension(w, DEBT_FLOORS, &self.debt_floors, |w, (asset, floor)| {
            w.u32(asset.0);
            w.amount(*floor);
        });
        extension(w, NOTICE_DAYS, &self.notice_days, |w, (kind, days)| {
            w.code(kind);
            w.u32(u32::from(*days));
        });
        // An empty list says something too: nothing is in force.
        if let Some(in_force) = &self.in_force {
            one(w, IN_FORCE, |w| {
                w.list(in_force, |w, block| {
                    w.u32(block.set.0);
                    w.date(block.from);
                    w.option(block.until, Writer::date);
                });
            });
        }
        if let Some(most) = self.minutes_max_day {
            one(w, MINUTES_MAX_DAY, |w| w.amount(most));
        }
        extension(w, TIMED, &self.timed, Writer::code);
        // An empty list says something too: nobody fills two roles.
        if let Some(roles) = &self.roles {
            one(w, ROLES, |w| {
                w.list(roles, |w, rule| {
                    w.code(&rule.kind);
                    w.list(&rule.same_person, Writer::code);
                    w.list(&rule.other_household, Writer::code);
                });
            });
        }
        extension(w, OVERLAPS, &self.overlaps, |w, (kind, overlap)| {
            w.code(kind);
            w.byte(u8::from(*overlap == Overlap::Mark));
        });
        if self.by_scale {
            one(w, BY_SCALE, |_| {});
        }
        extension(w, UNIT_MINUTES, &self.unit_minutes, |w, (kind, minutes)| {
            w.code(kind);
            w.u32(u32::from(*minutes));
        });
        if let Some(written) = &self.written {
            one(w, WRITTEN, |w| w.raw(written));
        }
        if let Some(beside) = &self.beside {
            one(w, BESIDE, |w| beside.write(w));
        }
        extension(w, AGREEMENTS, &self.agreements, |w, (kind, people)| {
            w.code(kind);
            w.u32(u32::from(*people));
        });
        if let Some(leaving) = self.leaving {
            one(w, LEAVING, |w| leaving.write(w));
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let unit = if r.flag()? {
            Unit::Household
        } else {
            Unit::Person
        };
        let began_on = r.date()?;
        let kind = r.byte()?;
        let number = r.u32()?;
        let expiry = Expiry::from_form(kind, number)?;
        let mut settings = Settings {
            expiry,
            debt_floor: r.amount()?,
            order_hold_days: u16::try_from(r.u32()?).map_err(|_| Malformed)?,
            award_max: r.option(Reader::amount)?,
            issue_budget_month: r.option(Reader::amount)?,
            assets: r.list(|r| Ok((r.code()?, AssetNo(r.u32()?))))?,
            ..Settings::plain(unit, began_on)
        };
        let mut before = 0;
        while !r.is_empty() {
            let number = r.byte()?;
            let mut body = Reader::new(r.bytes()?);
            match number {
                DEBT_FLOORS => {
                    settings.debt_floors =
                        said(&mut body, |r| Ok((AssetNo(r.u32()?), r.amount()?)))?;
                }
                NOTICE_DAYS => {
                    settings.notice_days = said(&mut body, of_kind)?;
                }
                IN_FORCE => {
                    let row = |r: &mut Reader<'_>| {
                        Ok(InForce {
                            set: RuleSetNo(r.u32()?),
                            from: r.date()?,
                            until: r.option(Reader::date)?,
                        })
                    };
                    settings.in_force = Some(body.list(row)?);
                }
                MINUTES_MAX_DAY => settings.minutes_max_day = Some(body.amount()?),
                TIMED => settings.timed = said(&mut body, |r| r.code())?,
                ROLES => {
                    let row = |r: &mut Reader<'_>| {
                        Ok(RoleRule {
                            kind: r.code()?,
                            same_person: r.list(Reader::code)?,
                            other_household: r.list(Reader::code)?,
                        })
                    };
                    settings.roles = Some(body.list(row)?);
                }
                OVERLAPS => {
                    settings.overlaps = said(&mut body, |r| Ok((r.code()?, overlap(r.flag()?))))?;
                }
                BY_SCALE => settings.by_scale = true,
                BESIDE => settings.beside = Some(Beside::read(&mut body)?),
                LEAVING => settings.leaving = Some(Leaving::read(&mut body)?),
                WRITTEN => settings.written = Some(body.hash()?),
                UNIT_MINUTES => settings.unit_minutes = said(&mut body, of_kind)?,
                AGREEMENTS => settings.agreements = said(&mut body, of_kind)?,
                _ => return Err(Malformed),
            }
            if number <= before {
                return Err(Malformed);
            }
            before = number;
            body.end()?;
        }
        Ok(settings)
    }
}

/// A number of one kind.
fn of_kind(r: &mut Reader<'_>) -> Result<(Code, u16), Malformed> {
    let kind = r.code()?;
    Ok((kind, u16::try_from(r.u32()?).map_err(|_| Malformed)?))
}

fn overlap(marks: bool) -> Overlap {
    match marks {
        true => Overlap::Mark,
        false => Overlap::Refuse,
    }
}

fn extension<T>(w: &mut Writer, number: u8, list: &[T], write: impl FnMut(&mut Writer, &T)) {
    if !list.is_empty() {
        one(w, number, |w| w.list(list, write));
    }
}

/// What [`extension`] wrote: an empty list says nothing, and is not written.
fn said<T>(
    r: &mut Reader<'_>,
    read: impl FnMut(&mut Reader<'_>) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let list = r.list(read)?;
    if list.is_empty() {
        return Err(Malformed);
    }
    Ok(list)
}

fn one(w: &mut Writer, number: u8, write: impl FnOnce(&mut Writer)) {
    let mut body = Writer::default();
    write(&mut body);
    w.byte(number);
    w.bytes(&body.done());
}

#[cfg(test)]
mod tests;
