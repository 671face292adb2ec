//! Lists for the wall: who stands on them, at which place, and until when they hang. Whoever said no stands on none, nor
//! does a child; everybody else with the name that they allowed. It names nobody else and books nothing.

mod stars;
pub(crate) mod web;

use rongyi_core::book::Frame;
use rongyi_core::counters::CounterSubject;
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::period::{Period, PeriodState};
use rongyi_core::settings::Unit;
use rongyi_core::time::LocalDate;
use rongyi_store::{Listing, Store, StoreError};

use crate::door::visit::mask;
use crate::house::House;
use crate::period::{self, PeriodError};

/// Places of an honour board, and the most lines where several share one.
pub const PLACES: usize = 10;
const LINES_MAX: usize = 15;
/// Holders of a period that are looked through, and at once.
const HOLDERS_MAX: usize = 20_000;
const PAGE: u32 = 200;
/// Winners on one list.
const WINNERS_MAX: usize = 40;

/// Somebody with what they came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The place, from 1.
    pub place: usize,
    /// Whether others stand there too.
    pub shared: bool,
    /// The name as it may hang there.
    pub name: String,
    /// Points.
    pub points: i64,
}

/// Gives places: who has as much stands at the same one, and the places after it are left out.
fn placed(all: Vec<(String, i64)>) -> Vec<Placed> {
    let mut list: Vec<Placed> = Vec::new();
    for (at, (name, points)) in all.into_iter().enumerate() {
        let before = list.last_mut().filter(|before| before.points == points);
        let (place, shared) = match before {
            Some(before) => {
                before.shared = true;
                (before.place, true)
            }
            None => (at + 1, false),
        };
        list.push(Placed {
            place,
            shared,
            name,
            points,
        });
    }
    list
}

/// The first ten places; a place that so many share that the sheet would not hold them is left out whole.
fn first_places(mut list: Vec<Placed>) -> Vec<Placed> {
    list.retain(|one| one.place <= PLACES);
    while list.len() > LINES_MAX {
        let last = list.last().map_or(0, |one| one.place);
        list.retain(|one| one.place < last);
    }
    list
}

/// The last day on which a list about a period hangs: the end of the month after it.
pub fn hangs_until(period: &Period) -> LocalDate {
    period.last.plus_days(1).month_end()
}

/// A resident's name as it may hang on a wall; `None` for one who stands on no list.
async fn resident_name(
    store: &Store,
    community: &Code,
    resident: ResidentNo,
) -> Result<Option<String>, StoreError> {
    let found = store.public_name(community, resident).await?;
    let found = found.filter(|person| !person.minor && person.name != crate::people::own::ERASED);
    Ok(found.and_then(|person| match person.listing {
        Listing::Named => Some(person.name),
        Listing::Masked => Some(mask(&person.name)),
        Listing::Hidden => None,
    }))
}

/// A household's name as it may hang on a wall: whole when all grown-ups allowed theirs, masked otherwise; `None` when one
/// of them said no, or nobody is grown up.
async fn household_name(
    store: &Store,
    community: &Code,
    household: HouseholdNo,
) -> Result<Option<String>, StoreError> {
    let text = store.household(community, household).await?;
    let name = text.map(|text| text.name).filter(|name| !name.is_empty());
    let (mut grown, mut all_named, mut alone) = (0, true, None);
    for row in store.residents_of_household(community, household).await? {
        let Some(person) = store.public_name(community, row.resident).await? else {
            continue;
        };
        if person.minor || person.name == crate::people::own::ERASED {
            continue;
        }
        grown += 1;
        match person.listing {
            Listing::Hidden => return Ok(None),
            Listing::Masked => all_named = false,
            Listing::Named => {}
        }
        alone = Some(person.name);
    }
    if grown == 0 {
        return Ok(None);
    }
    let Some(name) = name.or(alone) else {
        return Ok(None);
    };
    Ok(Some(if all_named { name } else { mask(&name) }))
}

async fn name_of(
    store: &Store,
    community: &Code,
    subject: CounterSubject,
) -> Result<Option<String>, StoreError> {
    match subject {
        CounterSubject::Resident(no) => resident_name(store, community, no).await,
        CounterSubject::Household(no) => household_name(store, community, no).await,
        CounterSubject::Community => Ok(None),
    }
}

/// Whether the community's points belong to households.
pub fn of_households(frame: &Frame) -> bool {
    let settings = frame.settings.as_ref();
    settings.is_some_and(|settings| settings.unit == Unit::Household)
}

/// Who came to most points in a period, by the days on which they earned them.
///
/// # Errors
/// What the database said.
pub async fn honour_board(
    store: &Store,
    frame: &Frame,
    period: &Period,
) -> Result<Vec<Placed>, StoreError> {
    let community = &frame.community;
    let (first, last) = (period.first.month_index(), period.last.month_index());
    let counted = store.counted_of(community, of_households(frame), first, last);
    let mut counted = counted.await?;
    counted.retain(|one| one.points > 0);
    counted.sort_by_key(|one| (std::cmp::Reverse(one.points), one.subject));
    let mut named = Vec::new();
    for one in counted {
        // Who shares the last place is still looked for, and nobody after that.
        let ended = named.len() > LINES_MAX
            || (named.len() >= PLACES
                && named.last().is_some_and(|(_, points)| *points > one.points));
        if ended {
            break;
        }
        if let Some(name) = name_of(store, community, one.subject).await? {
            named.push((name, one.points));
        }
    }
    Ok(first_places(placed(named)))
}

/// Whom closing a period gave something, those with most in front. Only of a period that was signed: before, it is a
/// preview and no result.
///
/// # Errors
/// [`PeriodError`].
pub async fn winners(
    house: &House,
    frame: &Frame,
    period: Period,
) -> Result<Option<Vec<Placed>>, PeriodError> {
    let (store, community) = (&house.store, &frame.community);
    let row = period::find(house, community, period).await?;
    if !matches!(row.state, PeriodState::Signed | PeriodState::Sealed) {
        return Ok(None);
    }
    let mut won = Vec::new();
    let mut after = None;
    let mut seen = 0;
    loop {
        let lines = period::preview(house, community, &row, after, PAGE).await?;
        let Some(last) = lines.last() else {
            break;
        };
        after = Some(last.holder);
        seen += lines.len();
        for line in lines {
            let given = line.outcome.as_ref().ok();
            let given = given.map_or(0, |decision| period::change(decision, "points"));
            let subject = match line.holder {
                rongyi_core::account::Holder::Resident(no) => CounterSubject::Resident(no),
                rongyi_core::account::Holder::Household(no) => CounterSubject::Household(no),
                rongyi_core::account::Holder::Community | rongyi_core::account::Holder::Fund(_) => {
                    continue;
                }
            };
            if given > 0 {
                won.push((subject, given));
            }
        }
        if seen >= HOLDERS_MAX {
            break;
        }
    }
    won.sort_by_key(|(subject, given)| (std::cmp::Reverse(*given), *subject));
    let mut named = Vec::new();
    for (subject, given) in won {
        if named.len() == WINNERS_MAX {
            break;
        }
        if let Some(name) = name_of(store, community, subject).await? {
            named.push((name, given));
        }
    }
    Ok(Some(placed(named)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(points: &[i64]) -> Vec<(usize, bool)> {
        let named = points.iter().map(|points| (points.to_string(), *points));
        let list = first_places(placed(named.collect()));
        list.iter().map(|one| (one.place, one.shared)).collect()
    }

    #[test]
    fn who_has_as_much_stands_at_the_same_place() {
        assert_eq!(
            places(&[300, 287, 264, 264, 251]),
            [(1, false), (2, false), (3, true), (3, true), (5, false)]
        );
        assert_eq!(places(&[]), []);
        // Twelve share the tenth place: the sheet holds fifteen lines, so nobody stands there.
        let mut many: Vec<i64> = (0..9).map(|at| 100 - at).collect();
        many.extend([50; 12]);
        assert_eq!(places(&many).len(), 9);
        let mut some: Vec<i64> = (0..9).map(|at| 100 - at).collect();
        some.extend([50; 3]);
        assert_eq!(places(&some).len(), 12);
        assert_eq!(places(&[7; 16]), []);
    }

    #[test]
    fn a_list_hangs_until_the_end_of_the_next_month() {
        let until = |text: &str| hangs_until(&text.parse().unwrap()).to_string();
        assert_eq!(until("2026-10"), "2026-11-30");
        assert_eq!(until("2026-q4"), "2027-01-31");
        assert_eq!(until("2026"), "2027-01-31");
    }
}
