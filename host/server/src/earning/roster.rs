//! After an activity: those who came, ticked on a list, and one event for each. Who stands on the list is read here, what
//! it would come to is tried as it would be booked, and it is booked all or nothing, or one by one.

pub(crate) mod web;

use std::collections::BTreeSet;

use rongyi_clerk::{Answer, CHAIN_MAX, ClerkError};
use rongyi_core::command::Command;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_core::typed;
use rongyi_store::StoreError;

use super::trial::{Tried, preview_all};
use crate::house::House;
use crate::people::finding;
use crate::people::own::ERASED;

/// The most people of one list.
pub(crate) const PEOPLE_MAX: usize = CHAIN_MAX;
/// What stands between two people on one line.
const BETWEEN: [char; 6] = [',', '，', '、', ';', '；', '\t'];

/// Somebody on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Their number.
    pub resident: ResidentNo,
    /// Their name.
    pub name: String,
}

/// Why a list was not read.
#[derive(Debug)]
pub(crate) enum ListError {
    /// Everything that is wrong with it.
    Wrong(Vec<Text>),
    /// The database.
    Store(StoreError),
}

impl From<StoreError> for ListError {
    fn from(error: StoreError) -> Self {
        ListError::Store(error)
    }
}

/// Who stands on a list.
///
/// # Errors
/// [`ListError`].
pub(crate) async fn people(
    house: &House,
    community: &Code,
    written: &str,
) -> Result<Vec<Listed>, ListError> {
    let (mut listed, mut wrong) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    let words = written.lines().flat_map(|line| line.split(BETWEEN));
    let words = words.map(str::trim).filter(|word| !word.is_empty());
    for (at, word) in words.enumerate() {
        if at >= PEOPLE_MAX {
            wrong.push(both(
                format!("一次最多 {PEOPLE_MAX} 人，请分成几次。"),
                format!("At most {PEOPLE_MAX} people at once; make several lists."),
            ));
            break;
        }
        match somebody(house, community, word).await {
            Err(ListError::Wrong(texts)) => wrong.extend(texts),
            Err(error @ ListError::Store(_)) => return Err(error),
            Ok(one) if seen.insert(one.resident) => listed.push(one),
            Ok(one) => wrong.push(both(
                format!("“{word}”（{} 号）写了两次，请去掉一个。", one.resident),
                format!(
                    "“{word}” (number {}) stands twice; leave one out.",
                    one.resident
                ),
            )),
        }
    }
    if listed.is_empty() && wrong.is_empty() {
        wrong.push(both(
            "名单是空的。请一行写一个人的号码或姓名。",
            "The list is empty. Write a number or a name on each line.",
        ));
    }
    if wrong.is_empty() {
        Ok(listed)
    } else {
        Err(ListError::Wrong(wrong))
    }
}

fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

/// The one resident of a number or a name.
async fn somebody(house: &House, community: &Code, word: &str) -> Result<Listed, ListError> {
    let store = &house.store;
    if let Some(number) = typed::number(word) {
        let resident = ResidentNo(number);
        let person = store.resident_person(community, resident).await?;
        let person = person.filter(|person| person.name != ERASED);
        return person
            .map(|person| Listed {
                resident,
                name: person.name,
            })
            .ok_or_else(|| {
                wrong(
                    format!("没有 {word} 号居民，请核对号码。"),
                    format!("There is no resident {word}; check the number."),
                )
            });
    }
    let found = finding::find(store, community, word).await?;
    let mut same = found.residents.into_iter().filter(|row| row.name == word);
    let (first, second) = (same.next(), same.next());
    match (first, second) {
        (Some(row), None) => Ok(Listed {
            resident: row.resident,
            name: row.name,
        }),
        (Some(_), Some(_)) => Err(wrong(
            format!("叫“{word}”的不止一位，请写号码。"),
            format!("There is more than one “{word}”; write the number."),
        )),
        (None, _) => Err(wrong(
            format!("没有叫“{word}”的居民，请写全名或者号码。"),
            format!("Nobody is called “{word}”; write the whole name, or the number."),
        )),
    }
}

fn wrong(zh: String, en: String) -> ListError {
    ListError::Wrong(vec![both(zh, en)])
}

/// What each of these would come to, in this order.
///
/// # Errors
/// What the database said.
pub(crate) async fn tried(
    house: &House,
    community: &Code,
    commands: Vec<Command>,
) -> Result<Vec<Option<Tried>>, StoreError> {
    Ok(preview_all(house, community, commands)
        .await?
        .unwrap_or_default())
}

/// Books each by itself; one that is refused does not hold up the others.
pub(crate) async fn one_by_one(
    house: &House,
    community: &Code,
    commands: Vec<Command>,
) -> Vec<Result<Answer, ClerkError>> {
    let mut answers = Vec::new();
    for command in commands {
        answers.push(house.clerk.ask(community, command).await);
    }
    answers
}
