//! From what was counted to what is signed: the number, the key, the statement, and what was signed as it was kept.

use rongyi_certificates as paper;
use rongyi_core::book::Frame;
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_core::time::LocalDate;
use rongyi_store::StoredCertificate;

use super::counting::{Counted, proof_title};
use crate::access::StaffMember;
use crate::activities::{ActivityError, stars, teams};
use crate::house::House;

pub(super) fn number(
    secret: &[u8],
    community: &Code,
    today: LocalDate,
    no: u64,
) -> Result<String, ActivityError> {
    let none = || {
        ActivityError::refuse(
            "certificate.number",
            "编号用完了。",
            "There are no numbers left.",
        )
    };
    let (year, _, _) = today.parts();
    let year = u16::try_from(year).map_err(|_| none())?;
    let serial = u32::try_from(no).map_err(|_| none())?;
    let number = paper::Number::make(secret, community.as_str(), year, serial);
    Ok(number.map_err(|_| none())?.to_string())
}

/// The key with which a community signs.
///
/// # Errors
/// Never with a secret that an installation has.
pub(crate) fn key(community: &Code, secret: &[u8]) -> Result<paper::Key, ActivityError> {
    let seed = paper::community_seed(secret, community.as_str());
    let seed = seed.ok_or(ActivityError::Unknown)?;
    Ok(paper::Key::of_seed(&seed))
}

/// Who signs, what a class of proof and a kind are called on paper: in Chinese, which it is read in.
pub(super) async fn statement(
    house: &House,
    community: &Code,
    (staff, number): (&StaffMember, &str),
    (stored, counted): (&StoredCertificate, &Counted),
) -> Result<paper::Statement, ActivityError> {
    let store = &house.store;
    let place = house.community(community).ok_or(ActivityError::Unknown)?;
    let person = store.resident_person(community, stored.resident).await?;
    let holder = person.ok_or(ActivityError::Unknown)?.name;
    let missing = paper::missing_letters(&holder);
    if let Some(letter) = missing.first() {
        let point = u32::from(*letter);
        return Err(ActivityError::refuse(
            "certificate.letter",
            format!(
                "姓名里的“{letter}”（U+{point:04X}）字库里没有，印出来会是方框。请和我们联系补字，先不要签发。"
            ),
            format!(
                "The letter “{letter}” (U+{point:04X}) of the name is not in the font and would be printed as a box. It is not signed; please report it."
            ),
        ));
    }
    let frame = store.frame(community).await?;
    let frame = frame.ok_or(ActivityError::Unknown)?;
    let kinds = kind_lines(&frame, stored.days.1, counted);
    let proofs = counted
        .proofs
        .iter()
        .map(|(proof, minutes)| paper::ProofLine {
            word: proof_title(*proof).zh,
            minutes: *minutes,
        });
    let team = match stored.team {
        Some(team) => Some(teams::find(house, community, team).await?.words.title),
        None => None,
    };
    let team = team.map(|team| short(&team, paper::TEXT_MAX));
    let reached = stars::of_resident(house, community, stored.resident).await?;
    let stars = (!reached.levels.is_empty()).then_some(reached.standing.stars);
    let (_, head) = store
        .heads(std::slice::from_ref(community))
        .await?
        .into_iter()
        .next()
        .ok_or(ActivityError::Unknown)?;
    let title = &place.config.title;
    let signer = place.config.certificates.signer.as_ref().unwrap_or(title);
    Ok(paper::Statement {
        form: paper::FORM,
        demo: house.demo,
        community: paper::Community {
            code: community.to_string(),
            title: short(&title.zh, paper::TEXT_MAX),
        },
        number: number.to_owned(),
        revision: stored.revision,
        holder,
        team,
        period: paper::Period {
            from: stored.days.0,
            to: stored.days.1,
        },
        minutes: paper::Minutes {
            credit: counted.minutes,
            honour: 0,
        },
        kinds,
        proofs: proofs.collect(),
        stars: stars.and_then(|stars| u8::try_from(stars).ok()),
        issued: house.today(community).0,
        signer: paper::Signer {
            title: short(&signer.zh, paper::LINE_MAX),
            name: short(&staff.name, paper::LINE_MAX),
        },
        ledger: paper::Head {
            height: head.height,
            hash: hex(&head.hash),
        },
    })
}

/// What was done, the most first; what is beyond the room of a paper stands together.
fn kind_lines(frame: &Frame, on: LocalDate, counted: &Counted) -> Vec<paper::KindLine> {
    let mut all: Vec<paper::KindLine> = counted
        .kinds
        .iter()
        .map(|(kind, minutes, times)| {
            let plan = frame.rule_for(kind, on);
            let title = plan.map_or_else(|| kind.to_string(), |(_, plan)| plan.title.zh.clone());
            paper::KindLine {
                title: short(&title, paper::LINE_MAX),
                minutes: *minutes,
                times: *times,
            }
        })
        .collect();
    all.sort_by_key(|line| std::cmp::Reverse(line.minutes));
    if all.len() > paper::KINDS_MAX {
        let rest = all.split_off(paper::KINDS_MAX - 1);
        let times = rest.iter().map(|line| line.times);
        all.push(paper::KindLine {
            title: "其他".to_owned(),
            minutes: rest.iter().map(|line| line.minutes).sum(),
            times: times.fold(0, u32::saturating_add),
        });
    }
    all
}

/// As much of a text as a line of a paper has room for.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(most.saturating_sub(1)).collect();
    out = out.trim_end().to_owned();
    out.push('…');
    out
}

/// What was signed, as it was kept.
///
/// # Errors
/// [`ActivityError::Unknown`] when it was not issued, or its holder's data is erased.
pub fn signed(stored: &StoredCertificate) -> Result<paper::Signed, ActivityError> {
    let bytes = stored.statement.as_deref().ok_or(ActivityError::Unknown)?;
    paper::Signed::from_json(bytes)
        .map_err(|error| ActivityError::Damaged(stored.no, error.to_string()))
}
