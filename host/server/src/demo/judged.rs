//! Inspections of the demonstration: one that judges are scoring, and one that is open and booked. Through the functions that
//! pages call; each form opens one inspection, however often it is sent.

use std::collections::BTreeMap;

use rongyi_core::ids::{Code, ResidentNo};

use crate::access::{Role, StaffMember};
use crate::cases::CaseError;
use crate::door::Actor;
use crate::house::House;
use crate::inspections::{Asked, find, open, score};

/// The event kind that judges score.
const KIND: &str = "yard.beauty";
/// A resident who judges: the one that the walk through signs in as.
const NEIGHBOUR: ResidentNo = ResidentNo(1001);
/// Who is inspected, and what the staff give each: the leader, the reviewer, the operator.
const DONE: [(u32, [u32; 3]); 3] = [
    (1005, [92, 88, 95]),
    (1010, [76, 81, 70]),
    (1012, [85, 85, 90]),
];
/// Who is being scored, and what the leader gave them.
const UNDER_WAY: [(u32, u32); 3] = [(1003, 90), (1007, 84), (1008, 79)];

/// Opens both in a community.
///
/// # Errors
/// What the feature, the book or the database said.
pub(super) async fn hold(
    house: &House,
    community: &Code,
    (lead, reviewer, boss): (i64, &StaffMember, &StaffMember),
) -> Result<(), CaseError> {
    let lead = Actor::staff(lead, Role::Leader).code();
    let reviewer = Actor::staff(reviewer.staff_id, reviewer.role).code();
    let boss = Actor::staff(boss.staff_id, boss.role).code();
    let today = house.today(community).0;
    let asked = |title: &str, judges: Vec<Code>, places: Vec<u32>| Asked {
        kind: KIND.to_owned(),
        title: title.to_owned(),
        on: today.plus_days(-1).to_string(),
        until: today.plus_days(3).to_string(),
        judges,
        places: places.into_iter().map(ResidentNo).collect(),
        token: format!("demo-{title}"),
    };
    let staff = [&lead, &reviewer, &boss];
    let judges = staff.iter().map(|judge| (*judge).clone()).collect();
    let places = DONE.iter().map(|(resident, _)| *resident).collect();
    let done = asked("榕树巷最美庭院", judges, places);
    let done = open(house, community, &boss, &done).await?;
    for (at, judge) in staff.into_iter().enumerate() {
        let points = DONE.iter().filter_map(|(resident, points)| {
            Some((ResidentNo(*resident), points.get(at)?.to_string()))
        });
        hand_in(house, community, (judge, done), points.collect()).await?;
    }
    let judges = vec![
        lead.clone(),
        reviewer.clone(),
        Actor::Resident(NEIGHBOUR).code(),
    ];
    let places = UNDER_WAY.iter().map(|(resident, _)| *resident).collect();
    let under_way = asked("演示路最美庭院", judges, places);
    let under_way = open(house, community, &boss, &under_way).await?;
    let points = UNDER_WAY.iter();
    let points = points.map(|(resident, points)| (ResidentNo(*resident), points.to_string()));
    hand_in(house, community, (&lead, under_way), points.collect()).await
}

/// Hands in what a judge gives, where they have not.
async fn hand_in(
    house: &House,
    community: &Code,
    (judge, no): (&Code, u64),
    points: BTreeMap<ResidentNo, String>,
) -> Result<(), CaseError> {
    let inspection = find(house, community, no).await?;
    let mut judges = inspection.judges.iter();
    if judges.any(|known| known.actor == *judge && known.sent_at.is_some()) {
        return Ok(());
    }
    score(house, community, (judge, no), &points, true).await
}
