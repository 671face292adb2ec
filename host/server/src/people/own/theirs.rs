//! Collects what is somebody's by its keys: their accounts' movements, their orders, and the texts and references
//! about them. What it costs depends on what is theirs, not on the community's size. It changes nothing.

use std::collections::BTreeSet;

use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{Frame, Loaded};
use rongyi_core::chain::hex;
use rongyi_core::command::Need;
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, ResidentNo};
use rongyi_core::member::Member;
use rongyi_core::record::{About, Personal, Record};
use rongyi_core::rule::Text;
use rongyi_store::{PassbookRow, Store};

use super::{ERASED, Movement, OwnError, Residency};
use crate::ledger::explain::{self, Lang};

/// Lines and keys read at once.
const PAGE: u32 = 1000;

pub(super) async fn residency(
    store: &Store,
    community: Code,
    resident: ResidentNo,
) -> Result<Option<Residency>, OwnError> {
    let Some(member) = member(store, &community, resident).await? else {
        return Ok(None);
    };
    let household = member.household;
    let all = store.residents_of_household(&community, household).await?;
    let last = all.iter().all(|row| {
        row.resident == resident || row.name.as_deref().is_none_or(|name| name == ERASED)
    });
    let frame = store.frame(&community).await?;
    let lines = match &frame {
        Some(frame) => lines(store, frame, resident, household).await?,
        None => Vec::new(),
    };
    let mut holders = vec![Holder::Resident(resident)];
    if last {
        holders.push(Holder::Household(household));
    }
    let entries = entries(store, &community, &holders, &lines).await?;
    let (mut texts, mut references) = (Vec::new(), Vec::new());
    for chunk in entries
        .into_iter()
        .collect::<Vec<_>>()
        .chunks(PAGE as usize)
    {
        let found = store.texts_at(&community, chunk).await?;
        texts.extend(found.into_iter().map(|(seq, salted)| (seq, salted.text)));
        let found = store.references_at(&community, chunk).await?;
        references.extend(found.into_iter().map(|(seq, salted)| (seq, salted.text)));
    }
    texts.sort_unstable();
    references.sort_unstable();
    let case_texts = store.case_texts_of(&community, resident).await?;
    let case_photos = store.case_photos_of(&community, resident).await?;
    let papers = store.case_papers_of(&community, resident).await?;
    let papers = papers.into_iter().map(|(case_no, paper)| {
        let named = format!("{} sha256:{}", paper.name, hex(&paper.digest));
        (case_no, paper.step, "paper".to_owned(), named)
    });
    let movements = frame.map(|frame| lines.iter().map(|row| movement(&frame, row)).collect());
    Ok(Some(Residency {
        traits: member.traits,
        household_text: store.household(&community, household).await?,
        last,
        texts,
        references,
        case_texts: case_texts
            .into_iter()
            .map(|(case_no, text)| (case_no, text.step, text.key, text.text.text))
            .chain(papers)
            .collect(),
        case_photos: case_photos
            .into_iter()
            .map(|(case_no, photo)| (case_no, photo.step, hex(&photo.digest)))
            .collect(),
        movements: movements.unwrap_or_default(),
        orders: store
            .orders_of_resident(&community, resident, u32::MAX >> 1)
            .await?,
        sessions: store.sessions_of(&community, resident).await?,
        community,
        resident,
        household,
    }))
}

pub(super) async fn member(
    store: &Store,
    community: &Code,
    resident: ResidentNo,
) -> Result<Option<Member>, OwnError> {
    let found = store.load(community, &[Need::Resident(resident)]).await?;
    Ok(found.into_iter().find_map(|row| match row {
        Loaded::Resident(_, member) => member,
        Loaded::Account(..)
        | Loaded::Counter(..)
        | Loaded::Order(..)
        | Loaded::PickupCode(..)
        | Loaded::Source(..)
        | Loaded::Key(..)
        | Loaded::Waiting(..)
        | Loaded::Everyone(..)
        | Loaded::Standing(..)
        | Loaded::Entry(..)
        | Loaded::Fate(..) => None,
    }))
}

/// The lines of everything the resident holds, alone or with the household, oldest first.
async fn lines(
    store: &Store,
    frame: &Frame,
    resident: ResidentNo,
    household: HouseholdNo,
) -> Result<Vec<PassbookRow>, OwnError> {
    let declared = frame.settings.iter().flat_map(|settings| &settings.assets);
    let assets = [AssetNo::POINTS, AssetNo::MINUTES, AssetNo::CONDUCT]
        .into_iter()
        .chain(declared.map(|(_, no)| *no));
    let mut all = Vec::new();
    for asset in assets {
        for holder in [Holder::Resident(resident), Holder::Household(household)] {
            for purpose in [Purpose::Available, Purpose::Notice, Purpose::Held] {
                let account = Account {
                    holder,
                    asset,
                    purpose,
                };
                // Account by account: a page of one leads straight to its next.
                let mut before = None;
                loop {
                    let page = store
                        .passbook(&frame.community, &[account], before, PAGE)
                        .await?;
                    let Some(last) = page.last() else {
                        break;
                    };
                    let more = last.prev > 0;
                    before = Some(last.seq);
                    all.extend(page);
                    if !more {
                        break;
                    }
                }
            }
        }
    }
    all.sort_by_key(|row| row.seq);
    Ok(all)
}

/// The entries that are about these holders: by the index of texts, by what moved on their accounts, and those that
/// are about such an entry, until nothing is new.
async fn entries(
    store: &Store,
    community: &Code,
    holders: &[Holder],
    lines: &[PassbookRow],
) -> Result<BTreeSet<u64>, OwnError> {
    let of_holders: Vec<About> = holders.iter().copied().map(About::Holder).collect();
    let mut moved: Vec<(u64, Personal)> = Vec::new();
    for line in lines {
        if moved.last().is_none_or(|(entry, _)| *entry != line.entry) {
            let (kind, body) = &line.first;
            let first = Record::decode(*kind, body).map_err(|_| OwnError::Damaged(line.entry))?;
            moved.push((line.entry, first.personal()));
        }
    }
    let mut known: BTreeSet<u64> = store
        .entries_about(community, &of_holders)
        .await?
        .into_iter()
        .collect();
    let mut fresh: Vec<u64> = known.iter().copied().collect();
    let mut keys: BTreeSet<About> = of_holders.into_iter().collect();
    loop {
        for (entry, personal) in &moved {
            if personal.about.iter().any(|about| keys.contains(about)) && known.insert(*entry) {
                fresh.push(*entry);
            }
        }
        if fresh.is_empty() {
            return Ok(known);
        }
        keys = std::mem::take(&mut fresh)
            .into_iter()
            .map(About::Entry)
            .collect();
        let asked: Vec<About> = keys.iter().copied().collect();
        for chunk in asked.chunks(PAGE as usize) {
            for entry in store.entries_about(community, chunk).await? {
                if known.insert(entry) {
                    fresh.push(entry);
                }
            }
        }
    }
}

fn movement(frame: &Frame, row: &PassbookRow) -> Movement {
    let first = Record::decode(row.first.0, &row.first.1).ok();
    let decided = row.decided.as_ref();
    let decided = decided.and_then(|(kind, body)| Record::decode(*kind, body).ok());
    let (set, lines) = match &decided {
        Some(Record::Decided(set, _, decision)) => (Some(*set), decision.lines.as_slice()),
        Some(Record::Quoted(set, _, quote)) => (Some(*set), quote.lines.as_slice()),
        Some(_) | None => (None, [].as_slice()),
    };
    let plan = explain::plan_of(frame, set);
    let say = |line, lang| explain::line(&plan, Some(frame), line, lang);
    let why = lines.iter().map(|line| Text {
        zh: say(line, Lang::Zh),
        en: say(line, Lang::En),
    });
    let envelope = first.as_ref().and_then(Record::envelope);
    Movement {
        entry: row.entry,
        at: envelope.map(|envelope| envelope.at),
        actor: envelope.map(|envelope| envelope.actor.clone()),
        event: first
            .as_ref()
            .and_then(Record::event)
            .map(|event| (event.kind.clone(), event.on)),
        account: crate::audit::proof::account(&row.account),
        change: row.change,
        after: row.balance_after,
        why: why.collect(),
    }
}
