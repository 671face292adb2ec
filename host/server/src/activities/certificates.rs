//! Certificates of hours: counted from what the book counted, checked by one person and signed by another, numbered, and made
//! anew in a later revision when something was corrected. The paper itself is made by `rongyi-certificates`.

mod counting;
mod papers;

use rongyi_activities::Checker;
use rongyi_certificates as paper;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::LocalDate;
use rongyi_store::{
    CertificateFilter, CertificateState, CertificateStep, NewCertificate, StoredCertificate,
};

pub(crate) use counting::proof_title;
pub use counting::{Counted, count};
pub(crate) use papers::key;
pub use papers::signed;
use papers::{number, statement};

use super::{ActivityError, attending};
use crate::access::StaffMember;
use crate::door::Actor;
use crate::house::House;

/// The longest period of one certificate, in days.
const DAYS_MAX: i32 = 3_660;

fn moved() -> ActivityError {
    ActivityError::refuse(
        "certificate.moved",
        "这张证明已经不在这一步了，可能是同事先办了。请看看现在的样子。",
        "This certificate is not at that step any more; perhaps a colleague was first. Look at how it stands now.",
    )
}

/// A wish for a certificate.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'w> {
    /// Whose hours.
    pub resident: ResidentNo,
    /// The team for which it is asked.
    pub team: Option<u32>,
    /// The certificate that it corrects.
    pub corrects: Option<u64>,
    /// Its period.
    pub days: (LocalDate, LocalDate),
    /// The form.
    pub token: &'w str,
}

/// Asks for a certificate; answers its number and revision.
///
/// # Errors
/// [`ActivityError::Refused`]: a period that is none, or without hours.
pub async fn ask(
    house: &House,
    community: &Code,
    by: &Actor,
    wish: &Wish<'_>,
) -> Result<(u64, u32), ActivityError> {
    let (from, to) = wish.days;
    let today = house.today(community).0;
    if from > to || to > today || to.to_days().saturating_sub(from.to_days()) > DAYS_MAX {
        return Err(ActivityError::refuse(
            "certificate.days",
            "从哪天到哪天写得不对：先写早的那天，到今天为止，最多十年。",
            "The period is wrong: the earlier day first, not beyond today, at most ten years.",
        ));
    }
    let counted = count(house, community, wish.resident, wish.days).await?;
    if counted.minutes == 0 {
        return Err(ActivityError::refuse(
            "certificate.none",
            "这段日子里还没有记到账上的时长，开不了证明。",
            "No hours are booked in these days, so there is nothing to certify.",
        ));
    }
    let new = NewCertificate {
        community,
        resident: wish.resident,
        team: wish.team,
        corrects: wish.corrects,
        days: wish.days,
        minutes: counted.minutes,
        at: house.clock.now(),
        by: &by.code(),
        token: wish.token,
    };
    Ok(house.store.ask_certificate(&new).await?)
}

/// All revisions of a certificate, the newest first.
///
/// # Errors
/// [`ActivityError::Unknown`] when there is none.
pub async fn find(
    house: &House,
    community: &Code,
    no: u64,
) -> Result<Vec<StoredCertificate>, ActivityError> {
    let filter = CertificateFilter::One(no);
    let found = house.store.certificates(community, &filter).await?;
    if found.is_empty() {
        return Err(ActivityError::Unknown);
    }
    Ok(found)
}

async fn newest(
    house: &House,
    community: &Code,
    no: u64,
) -> Result<StoredCertificate, ActivityError> {
    let all = find(house, community, no).await?;
    Ok(standing(&all).ok_or(ActivityError::Unknown)?.clone())
}

/// The revision that is worked on: the newest, unless it ended before it was issued and an earlier one was.
#[must_use]
pub fn standing(all: &[StoredCertificate]) -> Option<&StoredCertificate> {
    let ended = |one: &StoredCertificate| !is_alive(one.state) && one.issued.is_none();
    let held = all.iter().find(|one| one.issued.is_some());
    let newest = all.first();
    match newest {
        Some(newest) if ended(newest) => held.or(Some(newest)),
        Some(_) | None => newest,
    }
}

/// How a revision stands that was not issued yet.
fn before_issue(stored: &StoredCertificate) -> Result<CertificateState, ActivityError> {
    match stored.state {
        CertificateState::Asked | CertificateState::Checked => Ok(stored.state),
        CertificateState::Issued
        | CertificateState::Replaced
        | CertificateState::Refused
        | CertificateState::Withdrawn => Err(moved()),
    }
}

/// Whether somebody may take a revision back: their own wish, before it is issued.
#[must_use]
pub fn may_take_back(stored: &StoredCertificate, resident: ResidentNo) -> bool {
    before_issue(stored).is_ok() && stored.asked.1 == Actor::Resident(resident).code()
}

fn not_theirs(checker: &Checker, resident: ResidentNo) -> Result<(), ActivityError> {
    if checker.resident == Some(resident.0) || checker.household.contains(&resident.0) {
        return Err(ActivityError::refuse(
            "certificate.own",
            "自己和家里人的证明，要请别的同事来办。",
            "For oneself or one’s household a colleague has to do it.",
        ));
    }
    Ok(())
}

async fn counted_now(
    house: &House,
    community: &Code,
    stored: &StoredCertificate,
) -> Result<Counted, ActivityError> {
    let counted = count(house, community, stored.resident, stored.days).await?;
    if counted.on_notice > 0 {
        return Err(ActivityError::refuse(
            "certificate.notice",
            format!(
                "还有 {} 分钟在公示，公示完再核对，免得马上又要改。",
                counted.on_notice
            ),
            format!(
                "{} minutes are under notice still; check it afterwards, or it would have to be changed at once.",
                counted.on_notice
            ),
        ));
    }
    Ok(counted)
}

/// Notes that the hours are right; it goes on the notice where the community wants that.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub async fn check(
    house: &House,
    community: &Code,
    staff: &StaffMember,
    no: u64,
) -> Result<(), ActivityError> {
    let stored = newest(house, community, no).await?;
    let seen = before_issue(&stored)?;
    not_theirs(
        &attending::checker(house, community, (staff.staff_id, staff.person_id)).await?,
        stored.resident,
    )?;
    let counted = counted_now(house, community, &stored).await?;
    let place = house.community(community).ok_or(ActivityError::Unknown)?;
    let days = i32::from(place.config.certificates.notice_days);
    let today = house.today(community).0;
    let step = CertificateStep::Check {
        minutes: counted.minutes,
        notice_until: (days > 0).then(|| today.plus_days(days)),
    };
    take(house, community, staff, (&stored, seen), &step).await
}

async fn take(
    house: &House,
    community: &Code,
    staff: &StaffMember,
    (stored, seen): (&StoredCertificate, CertificateState),
    step: &CertificateStep<'_>,
) -> Result<(), ActivityError> {
    let actor = Actor::staff(staff.staff_id, staff.role).code();
    let of = (stored.no, stored.revision);
    let by = (&actor, house.clock.now());
    let taken = house.store.step_certificate(community, of, seen, step, by);
    if taken.await? { Ok(()) } else { Err(moved()) }
}

/// Ends a certificate with a reason: refused before it is issued, withdrawn afterwards.
///
/// # Errors
/// [`ActivityError::Refused`]: no reason, or it is at another step.
pub async fn end(
    house: &House,
    community: &Code,
    staff: &StaffMember,
    (no, reason): (u64, &str),
) -> Result<(), ActivityError> {
    let stored = newest(house, community, no).await?;
    if reason.trim().is_empty() {
        return Err(ActivityError::refuse(
            "certificate.reason",
            "请写明原因，本人会看到。",
            "Write the reason; its holder will read it.",
        ));
    }
    let step = match stored.state {
        CertificateState::Asked | CertificateState::Checked => CertificateStep::Refuse(reason),
        CertificateState::Issued => CertificateStep::Withdraw(reason),
        CertificateState::Replaced | CertificateState::Refused | CertificateState::Withdrawn => {
            return Err(moved());
        }
    };
    take(house, community, staff, (&stored, stored.state), &step).await
}

/// Takes back one's own wish before it is issued.
///
/// # Errors
/// [`ActivityError::Refused`] when it is too late.
pub async fn take_back(
    house: &House,
    community: &Code,
    resident: ResidentNo,
    no: u64,
) -> Result<(), ActivityError> {
    let stored = newest(house, community, no).await?;
    if stored.resident != resident {
        return Err(ActivityError::Unknown);
    }
    if !may_take_back(&stored, resident) {
        return Err(moved());
    }
    let seen = before_issue(&stored)?;
    let actor = Actor::Resident(resident).code();
    let of = (stored.no, stored.revision);
    let step = CertificateStep::Withdraw("");
    let by = (&actor, house.clock.now());
    let taken = house.store.step_certificate(community, of, seen, &step, by);
    if taken.await? { Ok(()) } else { Err(moved()) }
}

/// Signs and numbers a certificate that somebody else checked.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub async fn issue(
    house: &House,
    (community, secret): (&Code, &[u8]),
    staff: &StaffMember,
    no: u64,
) -> Result<(), ActivityError> {
    let all = find(house, community, no).await?;
    let stored = standing(&all).ok_or(ActivityError::Unknown)?;
    if stored.state != CertificateState::Checked {
        return Err(moved());
    }
    let actor = Actor::staff(staff.staff_id, staff.role).code();
    if stored.checked_by.as_ref() == Some(&actor) {
        return Err(ActivityError::refuse(
            "certificate.same",
            "核对和签发要两个人：您核对过了，请另一位同事签发。",
            "Checking and signing takes two people: you checked it, so ask a colleague to sign.",
        ));
    }
    not_theirs(
        &attending::checker(house, community, (staff.staff_id, staff.person_id)).await?,
        stored.resident,
    )?;
    let today = house.today(community).0;
    if let Some(until) = stored.notice_until.filter(|until| today <= *until) {
        return Err(ActivityError::refuse(
            "certificate.waits",
            format!("还在公示，{until} 以后才能签发。"),
            format!("It is under notice; it can be signed after {until}."),
        ));
    }
    let counted = counted_now(house, community, stored).await?;
    if counted.minutes != stored.minutes {
        return Err(ActivityError::refuse(
            "certificate.changed",
            format!(
                "核对时是 {} 分钟，现在账上是 {} 分钟，请再核对一次。",
                stored.minutes, counted.minutes
            ),
            format!(
                "It was {} minutes when it was checked and is {} now: have it checked again.",
                stored.minutes, counted.minutes
            ),
        ));
    }
    let known = all.iter().find_map(|one| one.number.clone());
    let number = match known {
        Some(number) => number,
        None => number(secret, community, today, no)?,
    };
    let statement = statement(house, community, (staff, &number), (stored, &counted)).await?;
    let key = key(community, secret)?;
    let signed = key.sign(statement).map_err(|error| {
        ActivityError::refuse(
            "certificate.statement",
            format!("这些内容开不成证明：{error}"),
            format!("This cannot be certified: {error}"),
        )
    })?;
    let json = signed.to_json();
    let step = CertificateStep::Issue {
        minutes: counted.minutes,
        number: &number,
        statement: json.as_bytes(),
    };
    take(
        house,
        community,
        staff,
        (stored, CertificateState::Checked),
        &step,
    )
    .await
}

/// The newest revision under a number that somebody typed, if this community made it.
///
/// # Errors
/// What the database said.
pub async fn of_number(
    house: &House,
    (community, secret): (&Code, &[u8]),
    typed: &str,
) -> Result<Option<StoredCertificate>, ActivityError> {
    let Ok(number) = paper::Number::read(typed) else {
        return Ok(None);
    };
    if !number.fits(secret, community.as_str()) {
        return Ok(None);
    }
    let number = number.to_string();
    let filter = CertificateFilter::Number(&number);
    let found = house.store.certificates(community, &filter).await?;
    // A revision that is only asked for changes nothing of what is valid.
    let valid = |one: &StoredCertificate| match one.state {
        CertificateState::Issued | CertificateState::Replaced | CertificateState::Withdrawn => {
            one.number.is_some()
        }
        CertificateState::Asked | CertificateState::Checked | CertificateState::Refused => false,
    };
    Ok(found.into_iter().find(valid))
}

/// Whether something may still come of it, or it holds.
#[must_use]
pub fn is_alive(state: CertificateState) -> bool {
    match state {
        CertificateState::Asked | CertificateState::Checked | CertificateState::Issued => true,
        CertificateState::Replaced | CertificateState::Refused | CertificateState::Withdrawn => {
            false
        }
    }
}

/// What was issued for a team and holds, by number.
///
/// # Errors
/// What the database said.
pub async fn of_team(
    house: &House,
    community: &Code,
    team: u32,
) -> Result<Vec<StoredCertificate>, ActivityError> {
    let filter = CertificateFilter::Team(team);
    let all = house.store.certificates(community, &filter).await?;
    let holds =
        |one: &StoredCertificate| one.state == CertificateState::Issued && one.statement.is_some();
    Ok(all.into_iter().filter(holds).collect())
}
