//! Those who leave, were enrolled twice, or go to another household: what would become of what they have, shown before anything
//! is booked, and then exactly that. What may be done is decided by the book; that nobody decides for themselves is decided here.

pub(crate) mod cli;
pub(crate) mod web;

use std::collections::BTreeMap;

use rongyi_clerk::{ClerkError, book_of};
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{Applied, Book, Loaded, Receipt};
use rongyi_core::command::{Ask, Command, Depart, Need, Rehouse, Rejection, SaltedText};
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, ResidentNo};
use rongyi_core::member::{Departure, Left, Member};
use rongyi_core::record::Record;
use rongyi_core::rule::Text;
use rongyi_store::{Store, StoreError, Whose};

use crate::access::random;
use crate::door::Actor;
use crate::house::House;
use crate::redemption::key;

/// What is to be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Somebody left.
    Leave {
        resident: ResidentNo,
        how: Departure,
        heir: Option<ResidentNo>,
    },
    /// People go to another household, with a share of what the household has.
    Move {
        residents: Vec<ResidentNo>,
        from: HouseholdNo,
        to: HouseholdNo,
        share: Vec<(Code, i64)>,
    },
}

impl Wish {
    fn ask(&self, reason: [u8; 32]) -> Ask {
        match self.clone() {
            Wish::Leave {
                resident,
                how,
                heir,
            } => Ask::Depart(Depart {
                resident,
                how,
                heir,
                reason,
                joins: matches!(how, Departure::Same(_)),
            }),
            Wish::Move {
                residents,
                from,
                to,
                share,
            } => Ask::Rehouse(Rehouse {
                residents,
                from,
                to,
                share,
                reason,
            }),
        }
    }

    /// Those to whom something may go or from whom it goes.
    fn people(&self) -> Vec<ResidentNo> {
        match self {
            Wish::Leave {
                resident,
                how,
                heir,
            } => {
                let same = match how {
                    Departure::Same(other) => Some(*other),
                    Departure::MovedAway | Departure::Died => None,
                };
                [Some(*resident), *heir, same]
                    .into_iter()
                    .flatten()
                    .collect()
            }
            Wish::Move { residents, .. } => residents.clone(),
        }
    }

    /// The household that is joined.
    fn joins(&self) -> Option<HouseholdNo> {
        match self {
            Wish::Leave { .. } => None,
            Wish::Move { to, .. } => Some(*to),
        }
    }
}

/// Where something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Where {
    /// To somebody, or a household.
    Holder(Holder),
    /// It lapses.
    Lapses,
    /// To the community.
    Community,
}

/// So much of an asset goes from a holder somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Goes {
    pub(crate) asset: AssetNo,
    pub(crate) from: Holder,
    pub(crate) to: Where,
    pub(crate) amount: i64,
}

/// What an entry moves, in one row for each asset and pair.
pub(crate) fn goes(receipt: &Receipt) -> Vec<Goes> {
    let mut all: Vec<Goes> = Vec::new();
    for record in &receipt.records {
        let Record::Moved(_, moved) = record else {
            continue;
        };
        let Account {
            holder, purpose, ..
        } = moved.credit;
        let to = match (holder, purpose) {
            (Holder::Community, Purpose::Expired) => Where::Lapses,
            (Holder::Community, _) => Where::Community,
            (Holder::Resident(_) | Holder::Household(_) | Holder::Fund(_), _) => {
                Where::Holder(holder)
            }
        };
        let one = Goes {
            asset: moved.debit.asset,
            from: moved.debit.holder,
            to,
            amount: moved.amount.get(),
        };
        let same =
            |goes: &&mut Goes| (goes.asset, goes.from, goes.to) == (one.asset, one.from, one.to);
        match all.iter_mut().find(same) {
            Some(goes) => goes.amount = goes.amount.saturating_add(one.amount),
            None => all.push(one),
        }
    }
    all
}

/// Why it is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LeavingError {
    /// Whoever does it is one of them, or of a household that is concerned.
    #[error("nobody decides for themselves")]
    Own,
    /// The ledger, or the database.
    #[error(transparent)]
    Clerk(#[from] ClerkError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A resident as the ledger knows them.
///
/// # Errors
/// What the database said.
pub(crate) async fn member(
    store: &Store,
    community: &Code,
    resident: ResidentNo,
) -> Result<Option<Member>, StoreError> {
    for row in store.load(community, &[Need::Resident(resident)]).await? {
        if let Loaded::Resident(_, member) = row {
            return Ok(member);
        }
    }
    Ok(None)
}

/// Those of these residents who left, and how.
///
/// # Errors
/// What the database said.
pub(crate) async fn gone(
    store: &Store,
    community: &Code,
    residents: &[ResidentNo],
) -> Result<BTreeMap<ResidentNo, Left>, StoreError> {
    if residents.is_empty() {
        return Ok(BTreeMap::new());
    }
    let needs: Vec<Need> = residents.iter().copied().map(Need::Resident).collect();
    let mut all = BTreeMap::new();
    for row in store.load(community, &needs).await? {
        if let Loaded::Resident(resident, Some(member)) = row
            && let Some(left) = member.left
        {
            all.insert(resident, left);
        }
    }
    Ok(all)
}

/// How somebody left, in a few words that stand behind a name.
pub(crate) fn how_left(how: Departure) -> Text {
    let (zh, en) = match how {
        Departure::MovedAway => ("已迁出".to_owned(), "moved away".to_owned()),
        Departure::Died => ("已去世".to_owned(), "died".to_owned()),
        Departure::Same(other) => (
            format!("重复登记，以后用 {other} 号"),
            format!("enrolled twice, goes on as {other}"),
        ),
    };
    Text { zh, en }
}

/// Why somebody who left can't ask for something themselves; `None` for everybody else.
///
/// # Errors
/// What the database said.
pub(crate) async fn why_not(
    store: &Store,
    community: &Code,
    resident: ResidentNo,
) -> Result<Option<Text>, StoreError> {
    let left = member(store, community, resident).await?;
    let Some(left) = left.and_then(|member| member.left) else {
        return Ok(None);
    };
    let text = |zh: String, en: String| Some(Text { zh, en });
    Ok(match left.how {
        Departure::MovedAway => text(
            format!("{} 起您已迁出本社区，在这里不能再报名或提出事情了；余额和经过还可以看。有事请打社区电话。", left.on),
            format!("You moved away from this community on {}, so you can't sign up or ask for things here; what you have and what happened stays to be read. Call the office if there is something.", left.on),
        ),
        Departure::Died => text(
            "这个号码的居民已登记去世，不能再用它报名或提出事情。家里人请到社区来办。".to_owned(),
            "Whoever had this number has died; nothing is asked under it any more. The family is asked to come to the office.".to_owned(),
        ),
        Departure::Same(other) => text(
            format!("这个号码是重复登记的，已并到 {other} 号。请用 {other} 号登录再办。"),
            format!("This number had been enrolled twice and goes on as {other}. Sign in with number {other}."),
        ),
    })
}

/// Nobody does it for themselves or for their household; `person` is who acts, where that is known.
async fn not_own(
    house: &House,
    community: &Code,
    wish: &Wish,
    person: Option<i64>,
) -> Result<(), LeavingError> {
    let Some(person) = person else {
        return Ok(());
    };
    let store = &house.store;
    let mut own = Vec::new();
    for (code, resident) in store.residencies(person).await? {
        if code == *community
            && let Some(member) = member(store, community, resident).await?
        {
            own.push(member.household);
        }
    }
    let mut homes: Vec<HouseholdNo> = wish.joins().into_iter().collect();
    for resident in wish.people() {
        homes.extend(
            member(store, community, resident)
                .await?
                .map(|one| one.household),
        );
    }
    if homes.iter().any(|home| own.contains(home)) {
        return Err(LeavingError::Own);
    }
    Ok(())
}

/// What booking it now would move. Nothing is written.
///
/// # Errors
/// [`LeavingError`]; a rejection as the clerk would say it.
pub(crate) async fn preview(
    house: &House,
    community: &Code,
    (by, person): (&Actor, Option<i64>),
    wish: &Wish,
) -> Result<Receipt, LeavingError> {
    not_own(house, community, wish, person).await?;
    let command = house.command(community, &by.code(), wish.ask([0; 32]));
    let all = |_: &Book| vec![command.clone()];
    let rejected = |rejection| LeavingError::Clerk(ClerkError::Rejected(rejection));
    let book = book_of(&house.store, community, all).await?;
    let mut book = book.ok_or_else(|| rejected(Rejection::NotConfigured))?;
    let sets = book.frame().sets.clone();
    let judge = house.books.trial(community, &sets);
    match book.apply(&command, house.clock.now(), &judge) {
        Ok(Applied::Fresh(receipt)) => Ok(receipt),
        Ok(Applied::Replay(_)) => Err(rejected(Rejection::NothingToDo)),
        Err(rejection) => Err(rejected(rejection)),
    }
}

/// Books it; answers the entry. Whoever died or had two numbers is signed out everywhere under the old one.
///
/// # Errors
/// [`LeavingError`]; nothing is stored then.
pub(crate) async fn book(
    house: &House,
    community: &Code,
    (by, person): (&Actor, Option<i64>),
    (wish, reason, form): (&Wish, String, Option<String>),
) -> Result<Receipt, LeavingError> {
    not_own(house, community, wish, person).await?;
    let text = SaltedText {
        salt: random(),
        text: reason,
    };
    let command = Command {
        actor: by.code(),
        key: key(form, &format!("{wish:?} {}", text.text)),
        today: house.today(community).0,
        ask: wish.ask(text.commitment()),
        text: Some(text),
        reference: None,
    };
    let answer = house.clerk.ask(community, command).await?;
    if let Wish::Leave {
        resident,
        how: Departure::Died | Departure::Same(_),
        ..
    } = wish
        && let Some(person) = house.store.resident_person(community, *resident).await?
    {
        let whose = Whose::Person(person.person_id);
        house.store.end_sessions(whose, None).await?;
        house
            .store
            .end_card(community, *resident, house.clock.now())
            .await?;
    }
    Ok(answer.receipt)
}
