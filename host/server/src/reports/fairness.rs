//! Whether small households, large ones and those with a mark of their own come to points alike. Sums of groups only:
//! nobody is named, and a group of few is not shown.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::counters::CounterSubject;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::traits::{ERASED, day_of};

use super::{Asked, Chart, Report, ReportError, Row, Series, Table, Unit};
use super::{both, column, per_mille, titled};

pub(super) const REPORT: Report = Report {
    code: "fairness",
    title: ("公平不公平", "Is it fair?"),
    about: (
        "人多人少的户、不同年龄和不同情况的居民，得分差多少。",
        "How far households of different size, and residents of different age or with different marks, come apart.",
    ),
    of_months: true,
    read: |asked| Box::pin(read(asked)),
};

/// Households of so many people and more stand together.
const LARGE: usize = 5;
/// A group of fewer is not shown: its sum would say what single people have.
const FEW: i64 = 3;

/// The trait that holds somebody's year of birth, where the office knows it.
const BIRTH_YEAR: &str = "birth-year";
/// Ages at which a band begins, the youngest first.
const BANDS: [i32; 6] = [0, 18, 35, 60, 70, 80];

/// The band of an age: its place among [`BANDS`].
fn band(age: i32) -> Option<usize> {
    let below = BANDS.iter().filter(|from| **from <= age).count();
    below.checked_sub(1)
}

fn band_name(band: Option<usize>) -> Text {
    let Some(from) = band.and_then(|band| BANDS.get(band)) else {
        return titled(("不知道", "not known"));
    };
    let next = band.and_then(|band| BANDS.get(band.saturating_add(1)));
    match next {
        Some(next) if *from == 0 => both(format!("{next} 岁以下"), format!("under {next}")),
        Some(next) => {
            let last = next.saturating_sub(1);
            both(format!("{from}–{last} 岁"), format!("{from}–{last}"))
        }
        None => both(format!("{from} 岁及以上"), format!("{from} and older")),
    }
}

/// A group of people or households.
#[derive(Default)]
struct Group {
    members: i64,
    active: i64,
    points: i64,
}

impl Group {
    fn add(&mut self, points: Option<i64>) {
        self.members += 1;
        self.active += i64::from(points.is_some());
        self.points = self.points.saturating_add(points.unwrap_or_default());
    }

    fn row(&self, names: Vec<Text>) -> Row {
        let shown = self.members >= FEW;
        let of = |value: Option<i64>| value.filter(|_| shown);
        Row {
            names,
            values: vec![
                Some(self.members),
                of(per_mille(self.active, self.members)),
                of(Some(self.points)),
                of(self.points.checked_div(self.members)),
            ],
        }
    }
}

async fn read(asked: &Asked<'_>) -> Result<Table, ReportError> {
    let (store, community) = (asked.store, &asked.frame.community);
    let (first, last) = asked.months.indices();
    let mut points: BTreeMap<CounterSubject, i64> = BTreeMap::new();
    for households in [false, true] {
        let counted = store.counted_of(community, households, first, last);
        let counted = counted.await?.into_iter();
        points.extend(counted.map(|one| (one.subject, one.points)));
    }
    let mut sizes: BTreeMap<_, usize> = BTreeMap::new();
    let mut marks: BTreeMap<Code, Group> = BTreeMap::new();
    let mut without = Group::default();
    let mut ages: BTreeMap<(bool, Option<usize>), Group> = BTreeMap::new();
    let (year, ..) = asked.months.last.parts();
    for (resident, member) in store.all_residents(community).await? {
        // Whoever left, or goes on under another number, is none of those who could have come.
        if member.left.is_some() {
            continue;
        }
        let own: BTreeSet<Code> = member
            .traits
            .iter()
            .filter(|(_, value)| day_of(*value).is_none())
            .map(|(name, _)| name.clone())
            .collect();
        if own.iter().any(|name| name.as_str() == ERASED) {
            continue;
        }
        *sizes.entry(member.household).or_default() += 1;
        let numbers = std::iter::once(resident).chain(member.joined.iter().copied());
        let each = numbers.filter_map(|no| points.get(&CounterSubject::Resident(no)));
        let earned = each.copied().reduce(i64::saturating_add);
        let mut traits = member.traits.iter();
        let born = traits.find(|(name, _)| name.as_str() == BIRTH_YEAR);
        let of_age = born.and_then(|(_, born)| band(year.saturating_sub(born)));
        ages.entry((of_age.is_none(), of_age))
            .or_default()
            .add(earned);
        let own: BTreeSet<Code> = own
            .into_iter()
            .filter(|name| name.as_str() != BIRTH_YEAR)
            .collect();
        if own.is_empty() {
            without.add(earned);
        }
        for name in own {
            marks.entry(name).or_default().add(earned);
        }
    }
    let mut by_size: BTreeMap<usize, Group> = BTreeMap::new();
    for (household, size) in &sizes {
        let earned = points.get(&CounterSubject::Household(*household)).copied();
        by_size.entry((*size).min(LARGE)).or_default().add(earned);
    }
    let mut rows = Vec::new();
    let heading = || titled(("按户的大小", "households by size"));
    for (size, group) in &by_size {
        let (zh, en) = (
            if *size == LARGE { "及以上" } else { "" },
            if *size == LARGE { " or more" } else { "" },
        );
        let name = both(format!("{size} 口{zh}"), format!("of {size}{en}"));
        rows.push(group.row(vec![heading(), name]));
    }
    let heading = || titled(("按居民的年龄", "residents by age"));
    for ((_, band), group) in &ages {
        rows.push(group.row(vec![heading(), band_name(*band)]));
    }
    let heading = || titled(("按居民的特征", "residents by mark"));
    for (name, group) in &marks {
        rows.push(group.row(vec![heading(), both(name.to_string(), name.to_string())]));
    }
    if !marks.is_empty() {
        rows.push(without.row(vec![heading(), titled(("没有特征", "none"))]));
    }
    Ok(table(rows, &by_size))
}

fn table(rows: Vec<Row>, by_size: &BTreeMap<usize, Group>) -> Table {
    let all = by_size.values();
    let (members, active) = all.fold((0, 0), |(members, active), group| {
        (members + group.members, active + group.active)
    });
    let percent = per_mille(active, members).unwrap_or_default() / 10;
    let shown = || by_size.iter().filter(|(_, group)| group.members >= FEW);
    Table {
        heads: vec![("分组", "grouped"), ("哪些", "which")],
        columns: vec![
            column("members", ("多少户（人）", "how many"), Unit::Count),
            column("active", ("得过分的", "with points"), Unit::PerMille),
            column("points", ("得分", "points"), Unit::Points),
            column("each", ("平均一户（人）", "each on average"), Unit::Points),
        ],
        rows,
        total: None,
        sums: Vec::new(),
        agrees: None,
        said: both(
            format!("{members} 户里有 {active} 户得过分，占 {percent}%。"),
            format!("{active} of {members} households have points, {percent}%."),
        ),
        chart: Some(Chart {
            labels: shown()
                .map(|(size, _)| both(format!("{size} 口"), size.to_string()))
                .collect(),
            up: vec![Series {
                title: titled(("平均一户", "each on average")),
                values: shown()
                    .map(|(_, group)| group.points.checked_div(group.members).unwrap_or(0).max(0))
                    .collect(),
            }],
            down: Vec::new(),
        }),
        notes: vec![
            (
                "按事情发生的日子算，扣分已经减掉。不到 3 户（人）的一组不显示得分。",
                "By the day on which it happened, deductions taken off. Of a group of fewer than three no points are shown.",
            ),
            (
                "年龄按 birth-year（出生年份）这项特征算，没有登记的算“不知道”。迁出、去世和重复登记的号码不算在内。",
                "Ages go by the trait `birth-year`; who has none is “not known”. Numbers of those who moved away, died or were enrolled twice are left out.",
            ),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_age_is_in_one_band_and_none_is_below_the_first() {
        let named = |age| band_name(band(age)).en;
        let all = [
            (0, "under 18"),
            (17, "under 18"),
            (18, "18–34"),
            (34, "18–34"),
            (59, "35–59"),
            (60, "60–69"),
            (79, "70–79"),
            (80, "80 and older"),
            (120, "80 and older"),
        ];
        for (age, name) in all {
            assert_eq!(named(age), name, "{age}");
        }
        assert_eq!(band(-1), None, "born after the months that are asked for");
        assert_eq!(band_name(None).zh, "不知道");
    }
}
