//! Stars: what somebody reached of what the community asks for, what is missing for the next one, and what keeps the one they
//! have. Thresholds are the community's configuration; what was served is counted by the book.

use rongyi_core::counters::CounterRow;
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;

/// What one star asks for; what is 0 is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// What it is called.
    pub title: Text,
    /// Minutes served in all.
    pub minutes: i64,
    /// Points earned in all.
    pub points: i64,
    /// Months since the first service.
    pub months: i64,
    /// Minutes served in the twelve months before today: what keeps it.
    pub year_minutes: i64,
}

/// What somebody did until today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Served {
    /// Minutes in all.
    pub minutes: i64,
    /// Points earned in all.
    pub points: i64,
    /// The first day with minutes.
    pub first: Option<LocalDate>,
    /// Minutes in the twelve months before today.
    pub year_minutes: i64,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Minutes in all.
    Minutes,
    /// Points in all.
    Points,
    /// Months since the first service.
    Months,
    /// Minutes in the twelve months before today.
    YearMinutes,
}

/// How far somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// In what.
    pub metric: Metric,
    /// How much there is.
    pub have: i64,
    /// How much is asked.
    pub need: i64,
}

impl Progress {
    /// Whether there is enough.
    pub fn is_enough(&self) -> bool {
        self.have >= self.need
    }

    /// How much of it there is, 0-100; 100 only when there is enough.
    pub fn percent(&self) -> i64 {
        if self.is_enough() {
            return 100;
        }
        let percent = self.have.max(0).saturating_mul(100).checked_div(self.need);
        percent.unwrap_or(0).clamp(0, 99)
    }
}

/// Where somebody stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// How many stars; 0 for none yet.
    pub stars: usize,
    /// What is missing to keep it, where the yearly review asks for more than there is.
    pub review: Option<Progress>,
    /// What the next star asks for, all of it; empty when there is none.
    pub next: Vec<Progress>,
}

impl Standing {
    /// Whether the star stands without a reservation.
    pub fn is_kept(&self) -> bool {
        self.stars > 0 && self.review.is_none()
    }
}

/// Adds up what the book counted of somebody, by kind and month (`LocalDate::month_index`; month 0 is the row of all time, which
/// has what was carried in from before, too). A kind under which help is received takes minutes away; that is no service, and
/// lessens none.
pub fn served<'r>(
    counted: impl Iterator<Item = (&'r str, i32, &'r CounterRow)>,
    today: LocalDate,
) -> Served {
    let year_ago = today.plus_days(-365);
    let mut kinds: std::collections::BTreeMap<&str, (Served, i64)> =
        std::collections::BTreeMap::new();
    for (kind, month, row) in counted {
        let (sum, points) = kinds.entry(kind).or_default();
        if month == 0 {
            sum.minutes = row.total.minutes;
            *points = row.total.points.max(0);
            continue;
        }
        for (day, cell) in &row.days {
            let Some(on) = LocalDate::of_month_index(month, *day) else {
                continue;
            };
            if cell.minutes <= 0 {
                continue;
            }
            sum.first = Some(sum.first.map_or(on, |first| first.min(on)));
            if on > year_ago && on <= today {
                sum.year_minutes = sum.year_minutes.saturating_add(cell.minutes);
            }
        }
    }
    let mut all = Served::default();
    for (sum, points) in kinds.into_values() {
        all.points = all.points.saturating_add(points);
        if sum.minutes <= 0 {
            continue;
        }
        all.minutes = all.minutes.saturating_add(sum.minutes);
        all.year_minutes = all.year_minutes.saturating_add(sum.year_minutes);
        all.first = match (all.first, sum.first) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
    all
}

/// Whole months from one day to another.
fn months_since(first: Option<LocalDate>, today: LocalDate) -> i64 {
    let Some(first) = first else {
        return 0;
    };
    let (_, _, from) = first.parts();
    let (_, _, until) = today.parts();
    let months = i64::from(today.month_index()) - i64::from(first.month_index());
    (months - i64::from(until < from)).max(0)
}

fn asked(level: &Level, served: &Served, today: LocalDate) -> Vec<Progress> {
    let all = [
        (Metric::Minutes, served.minutes, level.minutes),
        (Metric::Points, served.points, level.points),
        (
            Metric::Months,
            months_since(served.first, today),
            level.months,
        ),
    ];
    all.into_iter()
        .filter(|(_, _, need)| *need > 0)
        .map(|(metric, have, need)| Progress { metric, have, need })
        .collect()
}

/// Where somebody stands with what they served, by the levels from the lowest on. A level is reached when everything it asks
/// for is there, and only with all below it; what keeps it is looked at for the one that is reached.
pub fn standing(levels: &[Level], served: &Served, today: LocalDate) -> Standing {
    let reached = levels
        .iter()
        .take_while(|level| asked(level, served, today).iter().all(Progress::is_enough))
        .count();
    let kept = reached
        .checked_sub(1)
        .and_then(|place| levels.get(place))
        .map(|level| Progress {
            metric: Metric::YearMinutes,
            have: served.year_minutes,
            need: level.year_minutes,
        });
    Standing {
        stars: reached,
        review: kept.filter(|kept| !kept.is_enough()),
        next: levels
            .get(reached)
            .map_or_else(Vec::new, |level| asked(level, served, today)),
    }
}
