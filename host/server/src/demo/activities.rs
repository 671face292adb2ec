//! A month of activities of the demonstration: what is on in the coming weeks, through the functions that pages call; and shifts
//! of the past weeks with their marks, confirmed by somebody who did not lead them, so that the ledger counts the hours. A fill
//! that was broken off finds by their form what it wrote before.

use rongyi_activities::{Move, Place, Proof, What, template};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;
use rongyi_store::{
    ActivityChange, ActivityWords, NewMark, NewShift, SignupChange, Staff, StoredActivity,
};

use super::{judged, office, volunteers};
use crate::access::{Role, StaffMember};
use crate::activities::{self, ActivityError, Written, attending};
use crate::door::Actor;
use crate::door::terminal::Failure;
use crate::house::House;

const DAY_US: i64 = 86_400_000_000;
const MINUTE_US: i64 = 60_000_000;

/// What is held: its template, the kind of hours, where, on which day from today, from which minute of the day for how long,
/// seats, and who is on the list in order.
struct Plan {
    template: &'static str,
    kind: &'static str,
    location: &'static str,
    day: i64,
    hours: (i64, i64),
    seats: u32,
    people: &'static [u32],
}

const fn plan(
    (template, kind): (&'static str, &'static str),
    location: &'static str,
    day: i64,
    hours: (i64, i64),
    (seats, people): (u32, &'static [u32]),
) -> Plan {
    Plan {
        template,
        kind,
        location,
        day,
        hours,
        seats,
        people,
    }
}

const CLEAN: (&str, &str) = ("clean-up", "serve.clean");
const TREES: (&str, &str) = ("adopt-tree", "serve.clean");
const CLASS: (&str, &str) = ("four-thirty", "serve.class");
const CANTEEN: (&str, &str) = ("canteen", "serve.canteen");
const HAIR: (&str, &str) = ("haircut", "serve.care");
const ERRAND: (&str, &str) = ("errand", "serve.care");
const TEA: (&str, &str) = ("tea-meeting", "serve.care");
const WEEKEND: (&str, &str) = ("weekend-class", "serve.class");
const LANE: &str = "榕树巷口大榕树下";
const ROOM: &str = "党群服务中心二楼教室";
const KITCHEN: &str = "长者食堂";
const YARD: &str = "社区文化广场";

const NANMEN: [Plan; 15] = [
    plan(
        CLEAN,
        LANE,
        -26,
        (8 * 60 + 30, 120),
        (12, &[1001, 1005, 1006, 1012]),
    ),
    plan(CLASS, ROOM, -24, (16 * 60 + 30, 90), (4, &[1007, 1003])),
    plan(
        CANTEEN,
        KITCHEN,
        -21,
        (10 * 60, 180),
        (4, &[1006, 1012, 1015]),
    ),
    plan(HAIR, YARD, -19, (9 * 60, 150), (5, &[1010, 1019])),
    plan(
        CLASS,
        ROOM,
        -17,
        (16 * 60 + 30, 90),
        (4, &[1007, 1003, 1009]),
    ),
    plan(
        TREES,
        "河边认养林",
        -14,
        (9 * 60, 120),
        (6, &[1001, 1005, 1016]),
    ),
    plan(
        CANTEEN,
        KITCHEN,
        -10,
        (10 * 60, 180),
        (4, &[1006, 1012, 1001]),
    ),
    plan(ERRAND, "榕树巷一带", -7, (9 * 60, 120), (4, &[1005, 1010])),
    plan(
        CLEAN,
        LANE,
        -5,
        (8 * 60 + 30, 120),
        (12, &[1001, 1006, 1009, 1013, 1015]),
    ),
    plan(
        CLASS,
        ROOM,
        1,
        (16 * 60 + 30, 90),
        (3, &[1007, 1003, 1009, 1001]),
    ),
    plan(CANTEEN, KITCHEN, 2, (10 * 60, 180), (4, &[1006, 1012])),
    plan(
        CLEAN,
        LANE,
        3,
        (8 * 60 + 30, 120),
        (12, &[1001, 1005, 1006, 1012, 1013, 1015, 1016]),
    ),
    plan(HAIR, YARD, 5, (9 * 60, 150), (5, &[1010])),
    plan(TEA, "议事厅", 9, (15 * 60, 120), (3, &[1004])),
    plan(WEEKEND, ROOM, 13, (9 * 60, 120), (3, &[1007])),
];

const JINXIAN: [Plan; 9] = [
    plan(
        WEEKEND,
        "进贤周末课堂",
        -27,
        (9 * 60, 120),
        (3, &[1002, 1001]),
    ),
    plan(
        CLASS,
        "进贤小学门口的社区教室",
        -23,
        (16 * 60 + 30, 90),
        (4, &[1001, 1006]),
    ),
    plan(HAIR, "进贤社区门口", -20, (9 * 60, 150), (5, &[1003, 1004])),
    plan(
        CLASS,
        "进贤小学门口的社区教室",
        -16,
        (16 * 60 + 30, 90),
        (4, &[1001, 1006, 1002]),
    ),
    plan(HAIR, "进贤社区门口", -6, (9 * 60, 150), (5, &[1003, 1009])),
    plan(CANTEEN, KITCHEN, -3, (10 * 60, 180), (4, &[1004, 1009])),
    plan(
        CLASS,
        "进贤小学门口的社区教室",
        1,
        (16 * 60 + 30, 90),
        (2, &[1001, 1006, 1002]),
    ),
    plan(HAIR, "进贤社区门口", 4, (9 * 60, 150), (5, &[1003])),
    plan(WEEKEND, "进贤周末课堂", 6, (9 * 60, 120), (3, &[1002])),
];

/// Holds all of it, in the communities that are there.
///
/// # Errors
/// What the book or the database said.
pub(super) async fn hold(house: &House, secret: &[u8]) -> Result<(), Failure> {
    let all: [(&str, &[Plan]); 2] = [("nanmen", &NANMEN), ("jinxian", &JINXIAN)];
    for (community, plans) in all {
        let community: Code = community
            .parse()
            .map_err(|error| Failure::said("demo", &error))?;
        let Some(served) = house.community(&community) else {
            continue;
        };
        let staff = |login: String| {
            let community = community.clone();
            async move { house.store.staff_by_login(&community, &login).await }
        };
        let lead = staff(format!("{community}-lead")).await?;
        let review = staff(format!("{community}-review")).await?;
        let boss = staff(format!("{community}-operator")).await?;
        let (Some(lead), Some(review), Some(boss)) = (lead, review, boss) else {
            continue;
        };
        let (today, _) = house.today(&community);
        let (year, month, day) = today.parts();
        let midnight = jiff::civil::Date::new(
            i16::try_from(year).unwrap_or(2026),
            i8::try_from(month).unwrap_or(1),
            i8::try_from(day).unwrap_or(1),
        );
        let midnight = midnight.and_then(|date| {
            let start = date.to_datetime(jiff::civil::Time::midnight());
            start.to_zoned_datetime(served.zone.clone())
        });
        let midnight = midnight.map_err(|error| Failure::said("demo", &error))?;
        let midnight = midnight.timestamp().as_microsecond();
        let desk = Desk {
            house,
            community: &community,
            lead: lead.staff_id,
            reviewer: on_duty(review, Role::Reviewer),
            midnight,
        };
        let said = |error| Failure::said("demo", &error);
        let teams = community.as_str() == "nanmen";
        if teams {
            let gathered = volunteers::gather(house, &community, desk.lead).await;
            gathered.map_err(said)?;
        }
        for (no, plan) in (0_i64..).zip(plans) {
            desk.hold(no, plan).await.map_err(said)?;
        }
        if teams {
            let signer = on_duty(boss, Role::Operator);
            let staff = (&desk.reviewer, &signer);
            let certified = volunteers::certify(house, (&community, secret), staff).await;
            certified.map_err(said)?;
            let staff = (desk.lead, &desk.reviewer, &signer);
            let asked = office::ask(house, &community, staff).await;
            asked.map_err(|error| Failure::said("demo", &error))?;
            let judged = judged::hold(house, &community, staff).await;
            judged.map_err(|error| Failure::said("demo", &error))?;
        }
    }
    Ok(())
}

fn on_duty(staff: Staff, role: Role) -> StaffMember {
    StaffMember {
        staff_id: staff.staff_id,
        name: staff.name,
        role,
        must_change: false,
        person_id: staff.person_id,
    }
}

struct Desk<'h> {
    house: &'h House,
    community: &'h Code,
    lead: i64,
    reviewer: StaffMember,
    midnight: i64,
}

impl Desk<'_> {
    async fn hold(&self, no: i64, plan: &Plan) -> Result<(), ActivityError> {
        let Some(of) = template(plan.template) else {
            return Ok(());
        };
        let (house, community) = (self.house, self.community);
        let minutes = plan.hours.0.saturating_mul(MINUTE_US);
        let day = plan.day.saturating_mul(DAY_US);
        let starts = self.midnight.saturating_add(day).saturating_add(minutes);
        let ends = starts.saturating_add(plan.hours.1.saturating_mul(MINUTE_US));
        let leader = Actor::staff(self.lead, Role::Leader);
        let written = Written {
            kind: Code::literal(plan.kind),
            template: of.code.to_owned(),
            words: ActivityWords {
                title: of.title.0.to_owned(),
                about: of.about.0.to_owned(),
                location: plan.location.to_owned(),
                bring: of.bring.0.to_owned(),
                insurance: String::new(),
                training: String::new(),
            },
            leader: self.lead,
            needs: (of.adult, of.consent, of.insured),
            shift: NewShift {
                role: String::new(),
                starts: Instant(starts),
                ends: Instant(ends),
                seats: plan.seats,
            },
            token: format!("demo-{no}"),
        };
        let made = activities::write(house, community, &leader, &written).await?;
        let at_hand = activities::find(house, community, made).await?;
        if at_hand.stored.version > 0 {
            return Ok(());
        }
        if plan.day < 0 {
            return self.past(&at_hand.stored, plan, (starts, ends)).await;
        }
        let reviewer = Actor::staff(self.reviewer.staff_id, Role::Reviewer);
        let by = (&reviewer, false);
        activities::step(house, community, by, made, (Move::Publish, "")).await?;
        for resident in plan.people {
            let resident = ResidentNo(*resident);
            let by = Actor::Resident(resident);
            match activities::join(house, community, &by, (made, 1), (resident, None)).await {
                // Somebody who may not join does not.
                Ok(_) | Err(ActivityError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A shift that is over: its list and marks as they were then, and the confirmation of now.
    async fn past(
        &self,
        stored: &StoredActivity,
        plan: &Plan,
        (starts, ends): (i64, i64),
    ) -> Result<(), ActivityError> {
        let (house, community) = (self.house, self.community);
        let reviewer = Actor::staff(self.reviewer.staff_id, Role::Reviewer).code();
        let leader = Actor::staff(self.lead, Role::Leader).code();
        let on = house.day_of(community, Instant(starts));
        let mut signups = Vec::new();
        for (resident, turn) in plan.people.iter().zip(1..) {
            let resident = ResidentNo(*resident);
            signups.push(SignupChange {
                shift: 1,
                resident,
                turn,
                place: Place::Seat.number(),
                team: activities::comes_with(house, community, resident, (on, None)).await?,
            });
        }
        let mut marks = Vec::new();
        for (resident, turn) in plan.people.iter().zip(0_i64..) {
            // The last on the longer lists did not come; every third was ticked off by the leader.
            if turn == 4 {
                continue;
            }
            let proof = if turn % 3 == 2 {
                Proof::Organiser
            } else {
                Proof::Machine
            };
            let came = starts
                .saturating_sub(4 * MINUTE_US)
                .saturating_add(turn.saturating_mul(3 * MINUTE_US));
            let went = ends.saturating_sub(turn.saturating_mul(5 * MINUTE_US));
            for (what, at) in [(What::In, came), (What::Out, went)] {
                let by = match proof {
                    Proof::Machine => Actor::Resident(ResidentNo(*resident)).code(),
                    Proof::Organiser | Proof::MakeUp | Proof::Imported => leader.clone(),
                };
                marks.push(NewMark {
                    shift: 1,
                    resident: ResidentNo(*resident),
                    what: what.number(),
                    proof: proof.number(),
                    at: Instant(at),
                    noted_at: Instant(at),
                    by,
                    token: format!("demo-{}", what.number()),
                });
            }
        }
        house.store.add_marks(community, stored.no, &marks).await?;
        let changed = ActivityChange {
            community,
            activity_no: stored.no,
            seen: stored.version,
            at: Instant(ends),
            by: &reviewer,
            state: Some(rongyi_store::StateChange {
                state: rongyi_activities::State::Open.number(),
                passed_by: Some(&reviewer),
                told: "",
            }),
            signups: &signups,
            shift: None,
            ends: Some(1),
        };
        house.store.change_activity(&changed).await?;
        // The newest waits to be confirmed, so that there is something to do.
        if plan.day > -6 {
            return Ok(());
        }
        attending::confirm(house, community, &self.reviewer, (stored.no, 1)).await?;
        Ok(())
    }
}
