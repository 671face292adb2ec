//! What the book counted of somebody in a period, by kind and by how it was proved.

use std::collections::BTreeMap;

use rongyi_activities::Proof;
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::counters::{CounterRow, CounterSubject};
use rongyi_core::ids::{AssetNo, Code, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;

use crate::activities::ActivityError;
use crate::due;
use crate::house::House;

/// Attended shifts that are looked at for how hours were proved.
const SHIFTS_MAX: u32 = 100_000;

/// What the book counted of somebody in a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// All minutes.
    pub minutes: i64,
    /// By event kind: minutes, and how often.
    pub kinds: Vec<(Code, i64, u32)>,
    /// By class of proof; without one what was recorded by the office outside activities. Empty when they cannot be told apart.
    pub proofs: Vec<(Option<Proof>, i64)>,
    /// Minutes that are under notice still, whenever they were served.
    pub on_notice: i64,
}

/// Counts what somebody served from one day to another, both included.
///
/// # Errors
/// What the database said.
pub async fn count(
    house: &House,
    community: &Code,
    resident: ResidentNo,
    days: (LocalDate, LocalDate),
) -> Result<Counted, ActivityError> {
    let store = &house.store;
    let subject = CounterSubject::Resident(resident);
    let rows = store.counted_for(community, subject).await?;
    let kinds = by_kind(&rows, days);
    let minutes = kinds.iter().map(|(_, minutes, _)| minutes).sum();
    let frame = store.frame(community).await?;
    let frame = frame.ok_or(ActivityError::Unknown)?;
    let noticed = Account {
        holder: Holder::Resident(resident),
        asset: AssetNo::MINUTES,
        purpose: Purpose::Notice,
    };
    let today = house.today(community).0;
    let states = due::accounts(store, &frame, today, &[noticed]).await?;
    let attended = store.attended(community, resident, SHIFTS_MAX).await?;
    let mut proofs: BTreeMap<i64, i64> = BTreeMap::new();
    for one in attended {
        let on = house.day_of(community, one.starts);
        if days.0 <= on && on <= days.1 && one.counted > 0 {
            let sum = proofs.entry(one.proof).or_default();
            *sum = sum.saturating_add(one.counted);
        }
    }
    let proved: i64 = proofs.values().sum();
    let mut proofs: Vec<(Option<Proof>, i64)> = proofs
        .into_iter()
        .map(|(proof, minutes)| (Proof::of(proof), minutes))
        .collect();
    if proved > minutes {
        // A penalty or a cap took something away afterwards: of which class cannot be said.
        proofs.clear();
    } else if proved < minutes {
        proofs.push((None, minutes.saturating_sub(proved)));
    }
    Ok(Counted {
        minutes,
        kinds,
        proofs,
        on_notice: states.first().map_or(0, |state| state.total),
    })
}

/// Minutes and times of each kind in a period; a kind that took more than it gave is no service.
fn by_kind(
    rows: &[(Code, i32, CounterRow)],
    (from, to): (LocalDate, LocalDate),
) -> Vec<(Code, i64, u32)> {
    let mut kinds: BTreeMap<&Code, (i64, i64)> = BTreeMap::new();
    for (kind, month, row) in rows {
        for (day, cell) in &row.days {
            let on = LocalDate::of_month_index(*month, *day);
            if cell.minutes != 0 && on.is_some_and(|on| from <= on && on <= to) {
                let sum = kinds.entry(kind).or_default();
                sum.0 = sum.0.saturating_add(cell.minutes);
                sum.1 = sum.1.saturating_add(cell.events);
            }
        }
    }
    kinds
        .into_iter()
        .filter(|(_, (minutes, _))| *minutes > 0)
        .map(|(kind, (minutes, times))| {
            let times = u32::try_from(times.max(0)).unwrap_or(u32::MAX);
            (kind.clone(), minutes, times)
        })
        .collect()
}

/// How hours were proved, in words.
pub(crate) fn proof_title(proof: Option<Proof>) -> Text {
    let (zh, en) = match proof {
        Some(Proof::Machine) => ("签到码", "by code"),
        Some(Proof::Organiser) => ("带队人点名", "by the leader"),
        Some(Proof::MakeUp) => ("补记", "entered afterwards"),
        Some(Proof::Imported) => ("别处转来", "from elsewhere"),
        None => ("社区登记", "recorded by the office"),
    };
    Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}
