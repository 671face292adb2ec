//! Who gains and who loses, by what is known of people: how many live together, how old they are, since when they belong,
//! and the traits that the office gave them. It names nobody.

use std::collections::BTreeMap;

use rongyi_core::account::Holder;
use rongyi_core::book::Book;
use rongyi_core::ids::Code;
use rongyi_core::member::Member;
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;
use rongyi_core::traits::{ERASED, day_of};

use super::tally::{Both, OfHolder};

/// Households of so many people and more stand together.
const LARGE: usize = 5;

/// The trait that holds somebody's year of birth.
const BIRTH_YEAR: &str = "birth-year";

/// The trait that holds the day since which somebody belongs.
const MEMBER_SINCE: &str = "member_since";

/// The lower ends of the age bands, in years.
const AGES: [i32; 6] = [0, 18, 35, 60, 70, 80];

/// The lower ends of the bands of tenure, in years.
const YEARS: [i32; 4] = [0, 1, 3, 5];

/// Traits that are told; of more only the first by name.
const TRAITS: usize = 12;

/// What holders are grouped by. The order is that of the tables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// People of the household; [`LARGE`] are so many and more.
    Size(usize),
    /// The band of the oldest person's age by its lower end; `None` where no year is known.
    Age(Option<i32>),
    /// The band of the years since which the first of them belongs, by its lower end; `None` where no day is known.
    Tenure(Option<i32>),
    /// A trait that somebody of them has.
    Trait(Code),
}

/// A table of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// By [`Group::Size`].
    Size,
    /// By [`Group::Age`].
    Age,
    /// By [`Group::Tenure`].
    Tenure,
    /// By [`Group::Trait`].
    Trait,
}

impl Group {
    /// Which table it stands in.
    pub fn sort(&self) -> Sort {
        match self {
            Group::Size(_) => Sort::Size,
            Group::Age(_) => Sort::Age,
            Group::Tenure(_) => Sort::Tenure,
            Group::Trait(_) => Sort::Trait,
        }
    }

    /// What it is called.
    pub fn title(&self) -> Text {
        let (zh, en) = match self {
            Group::Size(size) => return size_title(*size),
            Group::Age(None) | Group::Tenure(None) => ("不知道".to_owned(), "not known".to_owned()),
            Group::Age(Some(from)) => band(&AGES, *from, "岁", "years old"),
            Group::Tenure(Some(from)) => band(&YEARS, *from, "年", "years"),
            Group::Trait(name) => (name.to_string(), name.to_string()),
        };
        Text { zh, en }
    }

    /// A stable word for programs.
    pub fn word(&self) -> String {
        match self {
            Group::Size(size) if *size == LARGE => format!("{size}+"),
            Group::Size(size) => size.to_string(),
            Group::Age(None) | Group::Tenure(None) => "unknown".to_owned(),
            Group::Age(Some(from)) => range(&AGES, *from),
            Group::Tenure(Some(from)) => range(&YEARS, *from),
            Group::Trait(name) => name.to_string(),
        }
    }
}

impl Sort {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Sort; 4] = [Sort::Size, Sort::Age, Sort::Tenure, Sort::Trait];

    /// The title of its table.
    pub fn title(self) -> Text {
        let (zh, en) = match self {
            Sort::Size => ("按户的大小", "By the size of households"),
            Sort::Age => (
                "按年龄（户里最年长的人）",
                "By age (the oldest of a household)",
            ),
            Sort::Tenure => ("按加入的年数", "By years of belonging"),
            Sort::Trait => ("按人群（登记的特征）", "By segment (traits on record)"),
        };
        Text {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }

    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Sort::Size => "size",
            Sort::Age => "age",
            Sort::Tenure => "tenure",
            Sort::Trait => "trait",
        }
    }
}

/// The size of a household, as a group.
fn size_title(size: usize) -> Text {
    let (zh, en) = match size {
        LARGE => (format!("{size} 口及以上"), format!("{size} people or more")),
        1 => ("1 口".to_owned(), "1 person".to_owned()),
        _ => (format!("{size} 口"), format!("{size} people")),
    };
    Text { zh, en }
}

/// The end of the band that begins at `from`; none for the last.
fn end(bands: &[i32], from: i32) -> Option<i32> {
    bands.iter().copied().find(|lower| *lower > from)
}

fn range(bands: &[i32], from: i32) -> String {
    match end(bands, from) {
        Some(next) => format!("{from}-{}", next.saturating_sub(1)),
        None => format!("{from}+"),
    }
}

fn band(bands: &[i32], from: i32, zh: &str, en: &str) -> (String, String) {
    match end(bands, from) {
        Some(next) => {
            let last = next.saturating_sub(1);
            match last == from {
                true => (format!("{from} {zh}"), format!("{from} {en}")),
                false => (format!("{from}–{last} {zh}"), format!("{from}–{last} {en}")),
            }
        }
        None => (
            format!("{from} {zh}及以上"),
            format!("{from} {en} and more"),
        ),
    }
}

/// The lower end of the band that holds a number.
fn lower(bands: &[i32], number: i32) -> i32 {
    let below = bands.iter().copied().filter(|from| *from <= number);
    below.max().unwrap_or(0)
}

/// Whole years from a day to another.
fn years(from: LocalDate, to: LocalDate) -> i32 {
    let months = to.month_index().saturating_sub(from.month_index());
    let early = i32::from(to.parts().2 < from.parts().2);
    months.saturating_sub(early).div_euclid(12).max(0)
}

/// Holders of one group.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct OfGroup {
    /// How many holders.
    pub holders: i64,
    /// Those who would have earned more.
    pub gain: i64,
    /// Those who would have earned less.
    pub lose: i64,
    /// What they earned.
    pub earned: Both,
}

/// What is known of those who live together.
#[derive(Debug, Default)]
struct Home {
    people: usize,
    born: Option<i32>,
    since: Option<LocalDate>,
    traits: Vec<Code>,
}

impl Home {
    fn add(&mut self, member: &Member) {
        self.people = self.people.saturating_add(1);
        for (name, value) in member.traits.iter() {
            match (name.as_str(), day_of(value)) {
                (BIRTH_YEAR, None) => {
                    self.born = Some(self.born.map_or(value, |born| born.min(value)));
                }
                (MEMBER_SINCE, Some(day)) => {
                    self.since = Some(self.since.map_or(day, |since| since.min(day)));
                }
                (ERASED, _) => {}
                (_, _) => {
                    if !self.traits.contains(name) {
                        self.traits.push(name.clone());
                    }
                }
            }
        }
    }

    fn groups(&self, day: LocalDate) -> Vec<Group> {
        let age = self.born.map(|born| day.parts().0.saturating_sub(born));
        let tenure = self.since.map(|since| years(since, day));
        let mut all = vec![
            Group::Size(self.people.min(LARGE)),
            Group::Age(age.map(|age| lower(&AGES, age))),
            Group::Tenure(tenure.map(|years| lower(&YEARS, years))),
        ];
        all.extend(self.traits.iter().cloned().map(Group::Trait));
        all
    }
}

/// Holders by what is known of them at the end of the span. Where nobody's age, tenure or trait is known, there is no such
/// table.
pub(super) fn groups(
    holders: &BTreeMap<Holder, OfHolder>,
    book: &Book,
    day: LocalDate,
) -> BTreeMap<Group, OfGroup> {
    let household = |member: &Member| Holder::Household(member.household);
    let mut homes: BTreeMap<Holder, Home> = BTreeMap::new();
    let mut persons: BTreeMap<Holder, (Holder, Home)> = BTreeMap::new();
    for (resident, member) in book.members() {
        if member.is_erased() {
            continue;
        }
        homes.entry(household(&member)).or_default().add(&member);
        let mut alone = Home::default();
        alone.add(&member);
        persons.insert(Holder::Resident(resident), (household(&member), alone));
    }
    let mut found: BTreeMap<Group, OfGroup> = BTreeMap::new();
    for (holder, of) in holders {
        let groups = match persons.get(holder) {
            // What somebody has alone goes by their own age; how many they are is their household's.
            Some((home, person)) => {
                let mut all = person.groups(day);
                let people = homes.get(home).map_or(1, |home| home.people);
                all[0] = Group::Size(people.min(LARGE));
                all
            }
            None => match homes.get(holder) {
                Some(home) => home.groups(day),
                None => continue,
            },
        };
        for group in groups {
            let row = found.entry(group).or_default();
            row.holders += 1;
            row.gain += i64::from(of.earned.more() > 0);
            row.lose += i64::from(of.earned.more() < 0);
            row.earned.ledger = row.earned.ledger.saturating_add(of.earned.ledger);
            row.earned.candidate = row.earned.candidate.saturating_add(of.earned.candidate);
        }
    }
    let known = |sort: Sort| {
        let mut all = found.keys().filter(|group| group.sort() == sort);
        all.any(|group| !matches!(group, Group::Age(None) | Group::Tenure(None)))
    };
    let (ages, tenures) = (known(Sort::Age), known(Sort::Tenure));
    let mut traits = 0_usize;
    found.retain(|group, _| match group.sort() {
        Sort::Size => true,
        Sort::Age => ages,
        Sort::Tenure => tenures,
        Sort::Trait => {
            traits = traits.saturating_add(1);
            traits <= TRAITS
        }
    });
    found
}

/// Fewer holders are no example: what they have would be what somebody has.
const FEW: usize = 3;

/// Sizes of households that stand for all.
const EXAMPLES: usize = 3;

/// The middle of what households of a size earned and would have earned, for the sizes that most of them have.
pub(super) fn typical(holders: &BTreeMap<Holder, OfHolder>, book: &Book) -> Vec<(usize, Both)> {
    let mut people: BTreeMap<Holder, usize> = BTreeMap::new();
    let mut homes: BTreeMap<Holder, Holder> = BTreeMap::new();
    for (resident, member) in book.members() {
        if !member.is_erased() {
            let home = Holder::Household(member.household);
            *people.entry(home).or_default() += 1;
            homes.insert(Holder::Resident(resident), home);
        }
    }
    let mut earned: BTreeMap<Holder, Both> = BTreeMap::new();
    for (holder, of) in holders {
        let home = homes.get(holder).unwrap_or(holder);
        let sum = earned.entry(*home).or_default();
        sum.ledger = sum.ledger.saturating_add(of.earned.ledger);
        sum.candidate = sum.candidate.saturating_add(of.earned.candidate);
    }
    let mut sizes: BTreeMap<usize, Vec<Both>> = BTreeMap::new();
    for (home, sum) in earned {
        if let Some(size) = people.get(&home) {
            sizes.entry((*size).min(LARGE)).or_default().push(sum);
        }
    }
    let mut all: Vec<(usize, Vec<Both>)> = sizes
        .into_iter()
        .filter(|(_, homes)| homes.len() >= FEW)
        .collect();
    all.sort_by_key(|(size, homes)| (std::cmp::Reverse(homes.len()), *size));
    all.truncate(EXAMPLES);
    all.sort_by_key(|(size, _)| *size);
    let middle = |(size, mut homes): (usize, Vec<Both>)| {
        homes.sort_by_key(|both| (both.ledger, both.candidate));
        (size, homes[homes.len() / 2])
    };
    all.into_iter().map(middle).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use rongyi_core::ids::HouseholdNo;
    use rongyi_core::traits::of_day;

    use super::*;

    fn day(text: &str) -> LocalDate {
        text.parse().unwrap()
    }

    fn member(traits: &[(&str, i32)]) -> Member {
        let mut member = Member::of(HouseholdNo(1));
        let changes: Vec<(Code, i32)> = traits
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), *value))
            .collect();
        member.traits = member.traits.with(&changes).unwrap();
        member
    }

    #[test]
    fn a_household_is_as_old_as_its_oldest_and_belongs_since_its_first() {
        let mut home = Home::default();
        let joined = of_day(day("2023-12-01"));
        home.add(&member(&[("birth-year", 1990), ("member_since", joined)]));
        home.add(&member(&[("birth-year", 1946), ("hardship", 1)]));
        let groups = home.groups(day("2026-11-30"));
        assert_eq!(
            groups,
            [
                Group::Size(2),
                Group::Age(Some(80)),
                Group::Tenure(Some(1)),
                Group::Trait("hardship".parse().unwrap()),
            ]
        );
        assert_eq!(home.groups(day("2026-12-01"))[2], Group::Tenure(Some(3)));
        let titles: Vec<String> = groups.iter().map(|group| group.title().zh).collect();
        assert_eq!(titles, ["2 口", "80 岁及以上", "1–2 年", "hardship"]);
        let words: Vec<String> = groups.iter().map(Group::word).collect();
        assert_eq!(words, ["2", "80+", "1-2", "hardship"]);
    }

    #[test]
    fn nothing_known_is_a_group_of_its_own() {
        let mut home = Home::default();
        home.add(&member(&[]));
        let groups = home.groups(day("2026-11-30"));
        let all = [Group::Size(1), Group::Age(None), Group::Tenure(None)];
        assert_eq!(groups, all);
        assert_eq!(Group::Age(None).title().en, "not known");
        assert_eq!(Group::Tenure(Some(0)).title().en, "0 years");
        assert_eq!(Group::Age(Some(18)).word(), "18-34");
    }
}
