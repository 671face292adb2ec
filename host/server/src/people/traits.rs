//! The traits of residents, set by staff: read from what they write, checked against what the rules ask for, and
//! recorded in the ledger. What a trait means is the rules' business.

use std::collections::BTreeSet;

use rongyi_clerk::ClerkError;
use rongyi_core::command::{Ask, Rejection, SetTraits};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_core::traits::{Traits, day_of, of_day};
use rongyi_core::typed;
use rongyi_sheets::BadRow;
use rongyi_store::{Store, StoreError};

use super::leaving::member;
use super::{Office, RowError};
use crate::house::House;

/// Reads `star=3 rider=1 member_since=2024-03-01`: names with whole numbers or days, blanks between; `star=0` takes one
/// away.
///
/// # Errors
/// What is wrong and how it is written.
pub fn parse(text: &str) -> Result<Vec<(Code, i32)>, Text> {
    text.split_whitespace().map(one).collect()
}

fn one(word: &str) -> Result<(Code, i32), Text> {
    let read = || {
        let (name, value) = word.split_once('=')?;
        let number = value.parse().ok();
        let value = number.or_else(|| typed::day(value).map(of_day));
        Some((name.parse().ok()?, value?))
    };
    read().ok_or_else(|| Text {
        zh: format!("“{word}”不是特征。写成 名称=整数，例如 star=3，或 名称=日子，例如 member_since=2024-03-01；去掉写 star=0；多项之间空一格。"),
        en: format!("“{word}” is no trait. Write NAME=NUMBER, such as star=3, or NAME=DAY, such as member_since=2024-03-01, with a blank between several; star=0 takes it away."),
    })
}

/// The value of a trait as people read it: a day as one.
pub(crate) fn shown(value: i32) -> String {
    day_of(value).map_or_else(|| value.to_string(), |day| day.to_string())
}

/// The traits of a resident; none when there is no such resident.
///
/// # Errors
/// [`StoreError`] when the database does not answer.
pub async fn of(
    store: &Store,
    community: &Code,
    resident: ResidentNo,
) -> Result<Option<Traits>, StoreError> {
    let member = member(store, community, resident).await?;
    Ok(member.map(|member| member.traits))
}

/// The traits that the rules of a community ask for, those of a coming day included.
async fn asked_for(house: &House, community: &Code) -> Result<BTreeSet<Code>, StoreError> {
    let frame = house.store.frame(community).await?;
    let sets = frame.into_iter().flat_map(|frame| frame.sets);
    Ok(sets.flat_map(|set| set.plan.traits.clone()).collect())
}

/// Sets traits of a resident; `false` when they were so already. A name that no rule asks for is refused: it would
/// silently do nothing.
pub(crate) async fn set(
    house: &House,
    community: &Code,
    line: u64,
    resident: ResidentNo,
    changes: Vec<(Code, i32)>,
) -> Result<bool, RowError> {
    set_at(Office::here(house, community), line, resident, changes).await
}

/// The same in anybody's name.
pub(super) async fn set_at(
    office: Office<'_>,
    line: u64,
    resident: ResidentNo,
    changes: Vec<(Code, i32)>,
) -> Result<bool, RowError> {
    let (house, community) = (office.house, office.community);
    let known = asked_for(house, community).await?;
    if let Some((name, _)) = changes
        .iter()
        .find(|(name, value)| *value != 0 && !known.contains(name))
    {
        let all: Vec<_> = known.iter().map(Code::as_str).collect();
        let all = all.join(", ");
        let (zh, en) = if all.is_empty() {
            (
                "本社区的规则不看任何特征".to_owned(),
                "no rule of this community asks for any trait".to_owned(),
            )
        } else {
            (
                format!("本社区的规则看的是：{all}"),
                format!("the rules of this community ask for: {all}"),
            )
        };
        return Err(RowError::Bad(BadRow::new(
            line,
            "trait.unknown",
            format!("没有规则会看“{name}”，{zh}。请改正名称，或先在规则的参数里用上它。"),
            format!(
                "No rule asks for “{name}”; {en}. Correct the name, or use it in a rule's parameters first."
            ),
        )));
    }
    let ask = Ask::Traits(SetTraits { resident, changes });
    let answer = house
        .clerk
        .ask_patiently(community, house.command(community, &office.by.code(), ask))
        .await;
    match answer {
        Ok(_) => Ok(true),
        Err(ClerkError::Rejected(Rejection::NothingToDo)) => Ok(false),
        Err(error) => Err(RowError::clerk(line, error)),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn traits_are_names_with_numbers() {
        let read = parse(" star=3  rider=0 since=2024-3-1 then=20240229").unwrap();
        let read: Vec<_> = read
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .collect();
        let days = [("since", 20_240_301), ("then", 20_240_229)];
        assert_eq!(read, [("star", 3), ("rider", 0), days[0], days[1]]);
        assert_eq!([shown(3), shown(20_240_301)], ["3", "2024-03-01"]);
        for wrong in [
            "star",
            "star=",
            "=3",
            "Star=3",
            "star=3.5",
            "star=three",
            "since=2024-02-30",
        ] {
            let said = parse(wrong).unwrap_err();
            assert!(
                said.zh.contains(wrong) && said.en.contains("star=3"),
                "{said:?}"
            );
        }
    }
}
