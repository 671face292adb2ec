//! Teams of the demonstration and the certificates of those who served: asked for by themselves or by the office, checked by the
//! reviewer, signed by the operator. Through the functions that pages call; a fill that was broken off goes on where it was.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_store::{CertificateState, TeamWords};

use crate::access::{Role, StaffMember};
use crate::activities::certificates::{self, Wish};
use crate::activities::{ActivityError, teams};
use crate::door::Actor;
use crate::house::House;

/// Its sort, name, hours of a year, and who belongs to it.
type Team = (i64, &'static str, i64, &'static [u32]);

const TEAMS: [Team; 3] = [
    (
        4,
        "榕树巷志愿队",
        0,
        &[1001, 1005, 1006, 1012, 1013, 1015, 1016],
    ),
    (2, "演示·学生志愿队", 60, &[1003, 1007, 1009]),
    (1, "演示·某单位（双报到）", 120, &[1010, 1019]),
];
/// Whose certificate is asked for: by themselves, or by the office for somebody without a telephone; and whether it is signed.
const CERTIFICATES: [(u32, bool, bool); 3] =
    [(1001, true, true), (1015, false, true), (1010, true, false)];

/// Makes the teams of a community and says who belongs to them, from the first day on which the demonstration has activities.
///
/// # Errors
/// What the database said.
pub(super) async fn gather(
    house: &House,
    community: &Code,
    lead: i64,
) -> Result<(), ActivityError> {
    let by = Actor::staff(lead, Role::Leader);
    let since = house.today(community).0.plus_days(-40);
    for (no, (sort, title, hours, people)) in (1..).zip(TEAMS) {
        let words = TeamWords {
            sort,
            title: title.to_owned(),
            contact: String::new(),
            year_minutes: hours * 60,
            closed: false,
        };
        let token = format!("demo-team-{no}");
        let team = teams::add(house, community, &by, (&words, &token)).await?;
        let numbers: Vec<String> = people.iter().map(u32::to_string).collect();
        let joined = (team, numbers.join("\n"), since);
        teams::join(house, community, &by, (joined.0, &joined.1, joined.2)).await?;
    }
    Ok(())
}

/// Asks for certificates of the last weeks and takes them as far as they are.
///
/// # Errors
/// What the database said.
pub(super) async fn certify(
    house: &House,
    (community, secret): (&Code, &[u8]),
    (reviewer, operator): (&StaffMember, &StaffMember),
) -> Result<(), ActivityError> {
    let today = house.today(community).0;
    let office = Actor::staff(reviewer.staff_id, reviewer.role);
    for (number, own, signs) in CERTIFICATES {
        let resident = ResidentNo(number);
        let by = if own {
            Actor::Resident(resident)
        } else {
            office.clone()
        };
        let wish = Wish {
            resident,
            team: None,
            corrects: None,
            days: (today.plus_days(-40), today),
            token: &format!("demo-certificate-{number}"),
        };
        let no = match certificates::ask(house, community, &by, &wish).await {
            Ok((no, _)) => no,
            // Nobody confirmed anything of theirs.
            Err(ActivityError::Refused(_)) => continue,
            Err(error) => return Err(error),
        };
        let found = certificates::find(house, community, no).await?;
        let state = found.first().map(|one| one.state);
        if !signs || state == Some(CertificateState::Issued) {
            continue;
        }
        certificates::check(house, community, reviewer, no).await?;
        certificates::issue(house, (community, secret), operator, no).await?;
    }
    Ok(())
}
