//! Rows of lists of cases: what each is about, where it stands, and for whoever checks it what the rule would give.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use rongyi_cases::Kind;
use rongyi_cases::kind::Group;
use rongyi_core::book::Frame;
use rongyi_core::chain::Hash;
use rongyi_core::ids::ResidentNo;
use rongyi_pages::{CaseRow, CaseTick, CaseTone, CaseWorth};
use rongyi_store::{CaseFile, CaseHead};

use super::whose::named;
use super::{Side, shown};
use crate::cases::minutes;
use crate::cases::opening::Opened;
use crate::door::fault::Fault;
use crate::door::names::Names;
use crate::people::leaving::gone;

/// Letters of what a row says a case is about.
const ABOUT_MAX: usize = 40;

/// Rows of a list, and whose cases stand in it.
pub(super) async fn rows(
    side: &Side<'_>,
    files: Vec<CaseFile>,
) -> Result<(Vec<CaseRow>, Vec<ResidentNo>), Fault> {
    let visit = side.visit;
    let store = &visit.app.house.store;
    let frame = store.frame(&visit.code).await?;
    let mut kinds: BTreeMap<Hash, Option<Arc<Kind>>> = BTreeMap::new();
    let (mut rows, mut residents) = (Vec::new(), Vec::new());
    let all: Vec<ResidentNo> = files.iter().filter_map(|file| file.resident).collect();
    let left = gone(store, &visit.code, &all).await?;
    let numbers: Vec<u64> = files.iter().map(|file| file.case_no).collect();
    let mut heads = store.case_heads(&visit.code, &numbers).await?;
    let names = match side.is_desk {
        true => visit.names(all).await?,
        false => Names::default(),
    };
    for file in files {
        let kind = match kinds.entry(file.digest) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => {
                let bytes = store.case_kind(&visit.code, &file.digest).await?;
                let kind = bytes.and_then(|bytes| Kind::from_bytes(&bytes).ok());
                place.insert(kind.map(Arc::new)).clone()
            }
        };
        residents.extend(file.resident);
        let known = (frame.as_ref(), kind.as_deref());
        let who = match file.resident.filter(|_| side.is_desk) {
            Some(resident) => named(visit, names.of(resident), left.get(&resident)),
            None => String::new(),
        };
        let head = heads.remove(&file.case_no).unwrap_or_default();
        rows.push(row(side, known, who, (file, head)).await?);
    }
    residents.sort_unstable();
    residents.dedup();
    Ok((rows, residents))
}

async fn row(
    side: &Side<'_>,
    (frame, kind): (Option<&Frame>, Option<&Kind>),
    who: String,
    (file, head): (CaseFile, CaseHead),
) -> Result<CaseRow, Fault> {
    let visit = side.visit;
    let now = minutes(side.now());
    let opened: Option<Opened> = serde_json::from_str(&head.opened).ok();
    let state = kind.and_then(|kind| kind.state(&file.place.state).cloned());
    let due = file.place.due.filter(|_| file.place.group <= 2);
    let worth = match (&opened, frame) {
        (Some(opened), Some(frame)) if side.is_desk => {
            shown::preview(visit, frame, (&file, opened)).await?
        }
        _ => None,
    };
    let bulk = kind.and_then(|kind| kind.bulk_move(&file.place.state));
    let bulk = bulk.filter(|_| side.is_desk && file.place.merged_into.is_none());
    Ok(CaseRow {
        href: side.path(&format!("/{}", file.case_no)),
        no: file.case_no,
        title: kind.map_or_else(|| file.kind.to_string(), |kind| visit.say(&kind.title)),
        about: about(side, &head, opened.as_ref(), frame),
        who,
        state: match file.place.merged_into {
            Some(into) => visit.either(
                &format!("并入第 {into} 件"),
                &format!("linked to No. {into}"),
            ),
            None => state.map_or_else(
                || file.place.state.to_string(),
                |state| visit.say(&state.title),
            ),
        },
        tone: tone_of(file.place.group),
        due: due.map_or_else(String::new, |due| shown::until(visit, due)),
        late: due.is_some_and(|due| now > due),
        opened: crate::door::visit::day(visit.app.house.day_of(&visit.code, file.opened_at)),
        photos: head.photos as usize,
        worth: worth.map(|worth| CaseWorth {
            told: if worth.refused {
                worth.told.join(" ")
            } else {
                let all = worth.gains.into_iter().map(|(_, change)| change);
                all.collect::<Vec<_>>().join(" · ")
            },
            refused: worth.refused,
        }),
        tick: bulk.map(|_| CaseTick {
            value: format!("{}.{}", file.case_no, file.steps),
        }),
    })
}

fn tone_of(group: u8) -> CaseTone {
    match group {
        1 => CaseTone::Open,
        2 => CaseTone::Waiting,
        3 => CaseTone::Done,
        _ => CaseTone::Ended,
    }
}

pub(super) fn tone(group: Group) -> CaseTone {
    match group {
        Group::Open => CaseTone::Open,
        Group::Waiting => CaseTone::Waiting,
        Group::Done => CaseTone::Done,
        Group::Refused | Group::Withdrawn => CaseTone::Ended,
    }
}

/// What a case is about, in a few words: what is claimed, or the longest thing that was written.
fn about(
    side: &Side<'_>,
    head: &CaseHead,
    opened: Option<&Opened>,
    frame: Option<&Frame>,
) -> String {
    if let Some(told) = opened.and_then(|opened| shown::claimed(side.visit, frame, opened)) {
        return told;
    }
    let longest = head.words.iter().max_by_key(|text| text.chars().count());
    let text = longest.map_or("", String::as_str);
    let mut short: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(ABOUT_MAX)
        .collect();
    if text.chars().nth(ABOUT_MAX).is_some() {
        short.push('…');
    }
    short
}
