//! Teams: who serves together, what a unit that reports to the community means to serve in a year, and what it came to. A
//! resident comes with the team they belong to on the day of the shift.

use rongyi_activities::Refusal;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::LocalDate;
use rongyi_store::{MemberFilter, NewTeam, StoredTeam, TeamMember, TeamWords};

use super::ActivityError;
use crate::door::Actor;
use crate::earning::roster::{self, ListError};
use crate::house::House;
use rongyi_core::rule::Text;

/// What sorts of teams there are: the stored number and its name.
pub(crate) const SORTS: [(i64, (&str, &str)); 4] = [
    (1, ("双报到单位", "reporting unit")),
    (2, ("学生志愿队", "student team")),
    (3, ("社会组织", "organisation")),
    (4, ("居民志愿队", "residents’ team")),
];
/// The most people of a team.
const MEMBERS_MAX: usize = 2_000;

/// Writes a team; answers its number.
///
/// # Errors
/// What the database said.
pub async fn add(
    house: &House,
    community: &Code,
    by: &Actor,
    (words, token): (&TeamWords, &str),
) -> Result<u32, ActivityError> {
    let new = NewTeam {
        community,
        words,
        at: house.clock.now(),
        by: &by.code(),
        token,
    };
    Ok(house.store.add_team(&new).await?)
}

/// A team by its number.
///
/// # Errors
/// [`ActivityError::Unknown`] when there is none.
pub async fn find(house: &House, community: &Code, no: u32) -> Result<StoredTeam, ActivityError> {
    let all = house.store.teams(community).await?;
    all.into_iter()
        .find(|team| team.no == no)
        .ok_or(ActivityError::Unknown)
}

/// Who belongs to a team now, by number.
///
/// # Errors
/// What the database said.
pub async fn members(
    house: &House,
    community: &Code,
    no: u32,
) -> Result<Vec<TeamMember>, ActivityError> {
    let all = house
        .store
        .team_members(community, MemberFilter::Team(no))
        .await?;
    Ok(all.into_iter().filter(|one| one.until.is_none()).collect())
}

/// Adds everybody of a list, by number or name; answers how many are new.
///
/// # Errors
/// [`ActivityError::Refused`] with everything that is wrong with the list; then nobody was added.
pub async fn join(
    house: &House,
    community: &Code,
    by: &Actor,
    (no, written, since): (u32, &str, LocalDate),
) -> Result<usize, ActivityError> {
    let team = find(house, community, no).await?;
    if team.words.closed {
        return Err(Refusal::new(
            "team.closed",
            "这个队已经停用，不能再加人。",
            "This team is closed; nobody joins it any more.",
        )
        .into());
    }
    let listed = match roster::people(house, community, written).await {
        Ok(listed) => listed,
        Err(ListError::Store(error)) => return Err(error.into()),
        Err(ListError::Wrong(texts)) => {
            let half = |of: &dyn Fn(&Text) -> String| -> String {
                texts.iter().map(of).collect::<Vec<_>>().join("")
            };
            return Err(Refusal::new(
                "team.list",
                half(&|text| text.zh.clone()),
                half(&|text| format!("{} ", text.en)).trim_end(),
            )
            .into());
        }
    };
    if members(house, community, no).await?.len() + listed.len() > MEMBERS_MAX {
        return Err(Refusal::new(
            "team.full",
            format!("一个队最多 {MEMBERS_MAX} 人。"),
            format!("A team has {MEMBERS_MAX} people at most."),
        )
        .into());
    }
    let (actor, now) = (by.code(), house.clock.now());
    let mut added = 0;
    for one in listed {
        let put = house
            .store
            .put_team_member(community, (no, one.resident), since, (&actor, now));
        added += usize::from(put.await?);
    }
    Ok(added)
}

/// Takes somebody out of a team; what they served for it stays.
///
/// # Errors
/// [`ActivityError::Refused`] when they do not belong to it.
pub async fn leave(
    house: &House,
    community: &Code,
    by: &Actor,
    (no, resident, last): (u32, ResidentNo, LocalDate),
) -> Result<(), ActivityError> {
    let by = (&by.code(), house.clock.now());
    let ended = house
        .store
        .end_team_member(community, (no, resident), last, by)
        .await?;
    if ended {
        Ok(())
    } else {
        Err(Refusal::new(
            "team.not-in",
            "这个人不在队里，可能已经退出了。",
            "They do not belong to this team; perhaps they left already.",
        )
        .into())
    }
}
