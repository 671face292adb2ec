//! What time does to inspections, and how they become entries: with the last judge, or when the time is over, each household
//! is booked as one event with the points of its judges as fields. Its reference is the inspection and the resident, so
//! that the book itself knows it again and books it once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rongyi_core::book::Frame;
use rongyi_core::chain::sha256;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::{Event, Source};
use rongyi_core::rule::{KindPlan, Text, Value};
use rongyi_store::{PlaceState, Score, StoredInspection, StoredPlace};

use super::{field_of, find, leaves_out};
use crate::cases::{CaseError, agreers, effects};
use crate::house::House;
use crate::ledger::refused::Told;

/// The book of references under which inspections book.
const SOURCE: &str = "inspection";
/// Households booked in one round.
const ROUND_MAX: u32 = 500;

/// Opens what is over, and books what is open; answers how much.
///
/// # Errors
/// [`CaseError`]; what was done until then stays done.
pub async fn round(house: &House, community: &Code) -> Result<usize, CaseError> {
    let opened = house
        .store
        .end_inspections(community, house.clock.now())
        .await?;
    let mut done = usize::try_from(opened).unwrap_or(usize::MAX);
    let waiting = house.store.waiting_places(community, ROUND_MAX).await?;
    if waiting.is_empty() {
        return Ok(done);
    }
    let frame = house.store.frame(community).await?;
    let frame = frame.ok_or(CaseError::Unknown)?;
    let mut open: BTreeMap<u64, (StoredInspection, Vec<Score>)> = BTreeMap::new();
    for (no, resident) in waiting {
        if let Entry::Vacant(empty) = open.entry(no) {
            let inspection = find(house, community, no).await?;
            let scores = house.store.open_scores(community, no).await?;
            empty.insert((inspection, scores));
        }
        let Some((inspection, scores)) = open.get(&no) else {
            continue;
        };
        let place = inspection.places.iter();
        let Some(place) = place.into_iter().find(|place| place.resident == resident) else {
            continue;
        };
        let ended = book(house, (community, &frame), inspection, (place, scores)).await?;
        let place = (no, resident);
        done += usize::from(house.store.end_place(community, place, &ended).await?);
    }
    Ok(done)
}

/// The points that count for a household: of those who handed in, without who lives there.
pub fn counted(inspection: &StoredInspection, place: &StoredPlace, scores: &[Score]) -> Vec<Score> {
    let counts = |score: &&Score| {
        let mut judges = inspection.judges.iter();
        let judge = judges.find(|judge| judge.no == score.judge);
        score.resident == place.resident
            && judge.is_some_and(|judge| !leaves_out(judge, place.household))
    };
    scores.iter().filter(counts).copied().collect()
}

/// What is sent as how much: once, at the scale of the kind.
fn once(plan: Option<&KindPlan>) -> i32 {
    plan.map_or(1, |plan| {
        let one = 10_i32.checked_pow(u32::from(plan.scale)).unwrap_or(1);
        one.clamp(plan.quantity_min, plan.quantity_max)
    })
}

async fn book(
    house: &House,
    (community, frame): (&Code, &Frame),
    inspection: &StoredInspection,
    (place, scores): (&StoredPlace, &[Score]),
) -> Result<PlaceState, CaseError> {
    let scores = counted(inspection, place, scores);
    if scores.is_empty() {
        let text = Text {
            zh: "没有一位评委给这一户打分，没有记账。".to_owned(),
            en: "No judge scored this household, so nothing was booked.".to_owned(),
        };
        return Ok(refused(&Told::new("inspection.nobody", text), None));
    }
    // Numbered without gaps, in the order of the judges: a rule wants its first ones, whoever stayed away.
    let fields: Vec<(Code, Value)> = (1_usize..)
        .zip(&scores)
        .filter_map(|(no, score)| {
            let name = field_of(no).parse().ok()?;
            Some((name, Value::Integer(score.points)))
        })
        .collect();
    let plan = frame.rule_for(&inspection.kind, inspection.on);
    let quantity = once(plan.map(|(_, plan)| plan));
    let (kind, on) = (&inspection.kind, inspection.on);
    let input = sha256(format!("{kind} {on} {quantity} {fields:?}").as_bytes());
    let event = Event {
        kind: kind.clone(),
        roles: vec![(Code::literal("doer"), place.resident)],
        quantity: quantity.into(),
        fields,
        on,
        minute: None,
        source: Some(Source {
            name: Code::literal(SOURCE),
            external_ref: reference(inspection.no, place.resident),
            input,
        }),
        note: None,
    };
    let judges = inspection.judges.iter();
    let counted = judges.filter(|judge| scores.iter().any(|score| score.judge == judge.no));
    let agreed = counted.map(|judge| judge.actor.clone());
    let agreed = agreers(&house.store, community, agreed).await?;
    let ask = effects::earned(event, agreed);
    let command = house.command(community, &inspection.opener, ask);
    let ended = effects::ask(house, community, command, frame).await?;
    Ok(match (ended.refused, ended.entry) {
        (Some(told), entry) => refused(&told, entry),
        (None, Some(entry)) => PlaceState::Booked(entry),
        (None, None) => PlaceState::Waiting,
    })
}

fn refused(told: &Told, entry: Option<u64>) -> PlaceState {
    PlaceState::Refused(serde_json::to_string(told).unwrap_or_default(), entry)
}

fn reference(no: u64, resident: ResidentNo) -> String {
    format!("{no}/{resident}")
}
