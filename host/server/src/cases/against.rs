//! Entries of the book that a case is about: whose they are, who had a part in them and so does not hear what is said
//! against them, and for how many days they can be named.

use rongyi_cases::{Answer, Kind, Party, Refusal};
use rongyi_clerk::receipt;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::Record;
use rongyi_core::time::{Instant, LocalDate};

use super::{CaseError, effects, parties, refusal};
use crate::door::{Actor, concerned};
use crate::house::{Community, House};

/// Who had a part in the entries that an appeal names; an entry must be about the person who appeals.
pub(super) async fn against(
    house: &House,
    served: &Community,
    (kind, answers): (&Kind, &[(Code, Answer)]),
    resident: Option<ResidentNo>,
    wrong: &mut Vec<Refusal>,
) -> Result<Vec<Party>, CaseError> {
    let community = &served.config.code;
    let mut involved = Vec::new();
    for (key, answer) in answers {
        let Answer::Entry(entry) = answer else {
            continue;
        };
        let stored = house.store.entry(community, *entry).await?;
        let stored = stored.filter(|stored| stored.first_seq == *entry);
        let receipt = stored.map(|stored| receipt(&stored)).transpose()?;
        let about = match &receipt {
            Some(receipt) => concerned(&house.store, community, receipt).await?,
            None => Vec::new(),
        };
        let mine = resident.is_some_and(|resident| about.contains(&resident));
        let Some(receipt) = receipt.filter(|_| mine) else {
            let told = refusal(
                "case.entry",
                format!("存折里没有第 {entry} 笔。请打开存折，找到那一行，照着写上面的号码。"),
                format!(
                    "There is no entry {entry} in that passbook. Open it, find the line, and copy its number."
                ),
            );
            wrong.push(Refusal {
                field: Some(key.clone()),
                ..told
            });
            continue;
        };
        let first = receipt.records.first();
        wrong.extend(too_old(house, served, kind, first).map(|told| Refusal {
            field: Some(key.clone()),
            ..told
        }));
        let mut actors: Vec<Code> = first
            .and_then(Record::envelope)
            .map(|envelope| envelope.actor.clone())
            .into_iter()
            .collect();
        let source = first
            .and_then(Record::event)
            .and_then(|event| event.source.as_ref());
        if let Some(case_no) = source.and_then(effects::case_of) {
            let steps = house.store.case(community, case_no).await?;
            let steps = steps.map(|case| case.steps).unwrap_or_default();
            actors.extend(steps.into_iter().map(|step| step.actor));
        }
        actors.sort_unstable();
        actors.dedup();
        for actor in actors {
            involved.push(parties::party(&house.store, community, &actor).await?);
        }
    }
    // Who the case is about is no judge of it either way; the engine knows them already.
    if let Some(resident) = resident {
        let own = Actor::Resident(resident).code();
        involved.retain(|party| party.actor != own);
    }
    Ok(involved)
}

/// The last day on which a kind takes an entry that was booked at a moment.
pub(super) fn last_day(
    house: &House,
    community: &Code,
    (kind, booked): (&Kind, Instant),
) -> Option<LocalDate> {
    let days = i32::from(kind.entry_days?);
    Some(house.day_of(community, booked).plus_days(days))
}

/// Whether an entry has been in the book for longer than the kind takes it.
fn too_old(
    house: &House,
    served: &Community,
    kind: &Kind,
    first: Option<&Record>,
) -> Option<Refusal> {
    let community = &served.config.code;
    let booked = first?.envelope()?.at;
    let last = last_day(house, community, (kind, booked))?;
    let (today, _) = house.today(community);
    let (zh, en) = (&kind.title.zh, &kind.title.en);
    (today > last).then(|| {
        refusal(
            "case.entry-days",
            format!("这一笔的“{zh}”到 {last} 为止，现在过了。还有疑问，请到社区办公室当面说。"),
            format!("“{en}” about this entry was taken up to {last}. Please come to the office and talk it over."),
        )
    })
}
