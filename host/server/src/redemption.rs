//! Points become goods: what a basket costs for a resident, and ordering, cancelling, handing over.
//!
//! It asks the book and the clerk; prices and limits are the community's rule, amounts the ledger's.

pub mod api;
pub(crate) mod basket;
pub(crate) mod check;
pub(crate) mod counter;
pub mod daily;
pub(crate) mod order;
pub(crate) mod shop;
pub mod till;
pub mod turns;
pub mod uncollected;
pub mod whose;
pub(crate) mod wishes;

use std::collections::HashMap;

use rongyi_clerk::{self as clerk, Answer, ClerkError};
use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::amount::Amount;
use rongyi_core::book::{AccountState, Book, Frame, Offer, Order};
use rongyi_core::chain::{hex, sha256};
use rongyi_core::command::{Ask, Command, Need, Place, Rejection, Release, Settle, SettlePart};
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, OrderNo, ResidentNo};
use rongyi_core::record::{
    Asked, Item, Key, OrderLine, PartPrice, PickupCode, Record, ReleaseReason, TransferKind,
};
use rongyi_core::rule::{Plan, Quote};
use rongyi_core::seal::{SealKey, Sealed};
use rongyi_core::settings::Unit;
use rongyi_core::time::LocalDate;
use rongyi_store::{Store, StoreError};

use crate::access::random;
use crate::door::Actor;
use crate::house::House;
use crate::{due, jobs};

/// Pick-up codes tried before giving up; with a million open orders one in a hundred is taken.
pub(crate) const CODE_TRIES: usize = 8;

/// Pages of what was set aside since an order that are looked through for its hand-over.
const HANDED_PAGES_MAX: usize = 50;

/// Items and pieces.
pub type Basket = Vec<OrderLine<Code>>;

/// Who holds the points of a resident.
pub fn holder(unit: Unit, resident: ResidentNo, household: HouseholdNo) -> Holder {
    match unit {
        Unit::Person => Holder::Resident(resident),
        Unit::Household => Holder::Household(household),
    }
}

/// What a resident has, as the store has it now.
#[derive(Debug, Clone)]
pub struct Wallet {
    /// The resident's household.
    pub household: HouseholdNo,
    /// Who holds the points.
    pub holder: Holder,
    /// Points with their lots.
    pub points: AccountState,
    /// Points set aside for orders.
    pub held: AccountState,
    /// Points under notice.
    pub notice: AccountState,
    /// The person's volunteer minutes.
    pub minutes: i64,
}

impl Wallet {
    /// The accounts a passbook of this resident shows.
    pub fn accounts(&self, resident: ResidentNo) -> [Account; 2] {
        [available(self.holder), minutes_of(resident)]
    }
}

fn available(holder: Holder) -> Account {
    Account {
        holder,
        asset: AssetNo::POINTS,
        purpose: Purpose::Available,
    }
}

fn minutes_of(resident: ResidentNo) -> Account {
    Account {
        holder: Holder::Resident(resident),
        asset: AssetNo::MINUTES,
        purpose: Purpose::Available,
    }
}

/// Reads what a resident has on `today`, with everything done that is due. `None` when there is no such resident.
///
/// # Errors
/// What the database said.
pub async fn wallet(
    store: &Store,
    frame: &Frame,
    resident: ResidentNo,
    today: LocalDate,
) -> Result<Option<Wallet>, StoreError> {
    let mut book = Book::new(frame.clone());
    book.load(
        store
            .load(&frame.community, &[Need::Resident(resident)])
            .await?,
    );
    let Some(household) = book.residents().get(&resident).copied() else {
        return Ok(None);
    };
    let unit = frame
        .settings
        .as_ref()
        .map_or(Unit::Person, |settings| settings.unit);
    let holder = holder(unit, resident, household);
    let points = available(holder);
    let held = Account {
        purpose: Purpose::Held,
        ..points
    };
    let notice = Account {
        purpose: Purpose::Notice,
        ..points
    };
    let minutes = minutes_of(resident);
    let accounts = [points, held, notice, minutes];
    let mut states = due::accounts(store, frame, today, &accounts)
        .await?
        .into_iter();
    let mut next = || states.next().unwrap_or_default();
    Ok(Some(Wallet {
        household,
        holder,
        points: next(),
        held: next(),
        notice: next(),
        minutes: next().total,
    }))
}

/// What a basket costs and whether an order for it would be taken, or why nobody can say.
pub type Priced = Result<Offer, Rejection>;

/// What the shop looks like to one resident.
#[derive(Debug)]
pub struct Shopfront {
    /// The community.
    pub frame: Frame,
    /// What the resident has.
    pub wallet: Wallet,
    /// Pieces on the shelf, by item.
    pub shelf: HashMap<Code, i64>,
    /// The answer for each basket, in their order.
    pub priced: Vec<Priced>,
    /// The plan that prices, for its sentences.
    pub plan: Plan,
    /// Which items have a photo, by its digest.
    pub photos: HashMap<Code, String>,
}

impl Shopfront {
    /// The item with this code, when it can be ordered.
    pub fn item(&self, code: &Code) -> Option<&Item> {
        self.frame
            .items
            .iter()
            .find(|item| item.code == *code && item.active)
    }

    /// Pieces of an item on the shelf.
    pub fn left(&self, code: &Code) -> i64 {
        self.shelf.get(code).copied().unwrap_or_default()
    }
}

/// Prices baskets for a resident exactly as an order would be, and changes nothing.
///
/// # Errors
/// [`ClerkError::CommunityUnknown`], [`Rejection::ResidentUnknown`], or what the database said.
pub async fn quotes(
    house: &House,
    community: &Code,
    resident: ResidentNo,
    baskets: impl Fn(&Frame) -> Vec<Basket>,
) -> Result<Shopfront, ClerkError> {
    jobs::catch_up(house, community).await?;
    let basket = |basket: &Basket| {
        let (lines, code) = (basket.clone(), PickupCode::Sealed([0; 32]));
        house.command(
            community,
            &Actor::Job.code(),
            Ask::Place(Place {
                no: OrderNo(0),
                resident,
                lines,
                seen: Amount::ZERO,
                code,
            }),
        )
    };
    let orders = |book: &Book| baskets(book.frame()).iter().map(basket).collect();
    let found = clerk::book_of(&house.store, community, orders).await?;
    let book = found.ok_or_else(|| ClerkError::CommunityUnknown(community.clone()))?;
    let frame = book.frame().clone();
    let baskets = baskets(&frame);
    let today = house.today(community).0;
    let wallet = wallet(&house.store, &frame, resident, today).await?;
    let wallet = wallet.ok_or(ClerkError::Rejected(Rejection::ResidentUnknown {
        resident,
    }))?;
    let plan = book
        .pricing_for(today)
        .map(|set| set.plan.clone())
        .unwrap_or_default();
    let shelf = shelf(&frame, &book);
    let photos = house.store.item_photos(community).await?.into_iter();
    let photos = photos.map(|(item, digest)| (item, hex(&digest))).collect();
    let judge = house.books.judge(community, &frame.sets, house.clock.now());
    let pricing = move || {
        let price = |basket: &Basket| book.quote(today, resident, basket, &judge);
        baskets.iter().map(price).collect()
    };
    let priced: Vec<Priced> = tokio::task::spawn_blocking(pricing)
        .await
        .map_err(|_| ClerkError::Stopped)?;
    Ok(Shopfront {
        frame,
        wallet,
        shelf,
        priced,
        plan,
        photos,
    })
}

fn shelf(frame: &Frame, book: &Book) -> HashMap<Code, i64> {
    let of = |item: &Item| {
        let shelf = Account::of_community(AssetNo::of_item(item.no)?, Purpose::Shelf);
        Some((item.code.clone(), book.account(&shelf).total))
    };
    frame.items.iter().filter_map(of).collect()
}

/// What a quote costs in all.
pub fn total(quote: &Quote) -> i64 {
    quote.points.iter().map(|points| i64::from(*points)).sum()
}

/// Eight random digits.
fn pickup_code() -> String {
    // 2^64 over 10^8: the bias is far below anything that helps a guess.
    format!("{:08}", u64::from_be_bytes(random()) % 100_000_000)
}

/// An order as somebody asks for it.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The resident for whom it is ordered.
    pub resident: ResidentNo,
    /// What.
    pub basket: Basket,
    /// The total the person saw.
    pub seen: Amount,
    /// Who asks.
    pub actor: Code,
    /// The idempotency key.
    pub key: Option<String>,
}

/// The key of an input, so that the same key with other content is noticed.
pub fn key(text: Option<String>, input: &str) -> Option<Key> {
    text.map(|text| Key {
        text,
        input: sha256(input.as_bytes()),
    })
}

/// Places an order. The same key answers the same order, however often it comes.
///
/// # Errors
/// As [`rongyi_clerk::Clerk::ask`].
pub async fn place(house: &House, community: &Code, wanted: Wanted) -> Result<Answer, ClerkError> {
    jobs::catch_up(house, community).await?;
    let sealing = house.seal_key(community).await?;
    let mut tries = 0;
    loop {
        let command = place_command(house, community, &sealing, &wanted);
        tries += 1;
        match house.clerk.ask(community, command).await {
            Err(ClerkError::Rejected(Rejection::CodeTaken)) if tries < CODE_TRIES => {}
            answer => {
                if let Ok(answer) = &answer
                    && answer
                        .receipt
                        .records
                        .iter()
                        .any(|record| placed(record).is_some())
                {
                    no_longer_wished(house, community, &wanted).await;
                }
                return answer;
            }
        }
    }
}

/// Who has what they waited for waits no more. The order stands, whether or not that can be written down.
async fn no_longer_wished(house: &House, community: &Code, wanted: &Wanted) {
    let items: Vec<Code> = wanted.basket.iter().map(|line| line.item.clone()).collect();
    let ended = house.store.unwish_items(community, wanted.resident, &items);
    if let Err(error) = ended.await {
        tracing::warn!(%community, %error, "a wish outlived its order");
    }
}

/// The order that a record places.
pub(crate) fn placed(record: &Record) -> Option<OrderNo> {
    let placed = matches!(record.what(), Some(Asked::Place(_)));
    record.order().filter(|_| placed)
}

/// A basket as the digest of an input has always spelt it: another spelling would make a request that is sent again over
/// an update of the program a conflict.
fn pairs(basket: &Basket) -> Vec<(&Code, i32)> {
    let each = basket.iter().map(|line| (&line.item, line.quantity));
    each.collect()
}

/// What [`place`] asks, with a fresh code.
pub(crate) fn place_command(
    house: &House,
    community: &Code,
    sealing: &SealKey,
    wanted: &Wanted,
) -> Command {
    let Wanted {
        resident,
        basket,
        seen,
        actor,
        key: key_text,
    } = wanted;
    let code = sealing.seal(Sealed::PickupCode, &pickup_code());
    let input = format!("place {resident} {:?} {seen}", pairs(basket));
    Command {
        actor: actor.clone(),
        key: key(key_text.clone(), &input),
        today: house.today(community).0,
        ask: Ask::Place(Place {
            no: OrderNo(0),
            resident: *resident,
            lines: basket.clone(),
            seen: *seen,
            code: PickupCode::Sealed(code.commitment()),
        }),
        text: Some(code),
        reference: None,
    }
}

/// Hands an order over.
///
/// # Errors
/// [`Rejection::OrderSettled`] says when and by whom it was handed over before.
pub async fn settle(
    house: &House,
    community: &Code,
    order: OrderNo,
    (actor, key_text): (Code, Option<String>),
) -> Result<Answer, ClerkError> {
    let key = key(key_text, &format!("settle {order}"));
    let command = Command {
        actor,
        key,
        today: house.today(community).0,
        ask: Ask::Settle(Settle(order)),
        text: None,
        reference: None,
    };
    house.clerk.ask(community, command).await
}

/// Hands some pieces of an order over; the rest stays set aside.
///
/// # Errors
/// As [`settle`]; `part.shape` for pieces that are not set aside.
pub async fn settle_part(
    house: &House,
    community: &Code,
    (order, pieces): (OrderNo, Basket),
    (actor, key_text): (Code, Option<String>),
) -> Result<Answer, ClerkError> {
    let key = key(key_text, &format!("settle {order} {:?}", pairs(&pieces)));
    let command = Command {
        actor,
        key,
        today: house.today(community).0,
        ask: Ask::SettlePart(SettlePart {
            order,
            lines: pieces,
            price: PartPrice::Again,
        }),
        text: None,
        reference: None,
    };
    house.clerk.ask(community, command).await
}

/// Gives an order's points and goods back because somebody no longer wants it.
///
/// # Errors
/// [`Rejection::OrderSettled`] or [`Rejection::OrderReleased`] when it is too late.
pub async fn cancel(
    house: &House,
    community: &Code,
    order: OrderNo,
    (actor, key_text): (Code, Option<String>),
) -> Result<Answer, ClerkError> {
    let command = cancel_command(house, community, order, (actor, key_text));
    house.clerk.ask(community, command).await
}

/// What [`cancel`] asks.
pub(crate) fn cancel_command(
    house: &House,
    community: &Code,
    order: OrderNo,
    (actor, key_text): (Code, Option<String>),
) -> Command {
    Command {
        actor,
        key: key(key_text, &format!("cancel {order}")),
        today: house.today(community).0,
        ask: Ask::Release(Release {
            order,
            reason: ReleaseReason::Cancelled,
        }),
        text: None,
        reference: None,
    }
}

/// The entries that handed an order over, wholly or in part, the oldest first: what a return is booked against. Found on
/// the holder's own account of what is set aside.
///
/// # Errors
/// What the database said.
pub async fn handed_in(
    store: &Store,
    community: &Code,
    order: &Order,
) -> Result<Vec<u64>, StoreError> {
    let unit = store
        .frame(community)
        .await?
        .and_then(|frame| frame.settings);
    // What is taken beside points may be all that an order is paid in, and may be another asset by now.
    let declared = unit.as_ref().map_or(&[][..], |settings| &settings.assets);
    let assets: Vec<AssetNo> = declared.iter().map(|(_, no)| *no).collect();
    let unit = unit.as_ref().map_or(Unit::Person, |settings| settings.unit);
    let points = Account {
        purpose: Purpose::Held,
        ..available(holder(unit, order.resident, order.household))
    };
    let beside = assets.into_iter().map(|asset| Account { asset, ..points });
    let held: Vec<Account> = beside.chain([points]).collect();
    let mut entries = Vec::new();
    let mut before = None;
    for _ in 0..HANDED_PAGES_MAX {
        let rows = store.passbook(community, &held, before, 100).await?;
        let settled = rows.iter().filter(|row| {
            row.transfer.order == Some(order.no) && row.transfer.kind == TransferKind::Settle
        });
        entries.extend(settled.map(|row| row.entry));
        before = rows.last().map(|row| row.seq);
        if before.is_none_or(|seq| seq <= order.entry) {
            break;
        }
    }
    entries.sort_unstable();
    entries.dedup();
    Ok(entries)
}

/// Whether an order belongs to a resident: their own, or their household's where points go to households.
pub fn belongs(order: &Order, resident: ResidentNo, wallet: &Wallet) -> bool {
    match wallet.holder {
        Holder::Household(household) => order.household == household,
        Holder::Resident(_) | Holder::Community | Holder::Fund(_) => order.resident == resident,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pickup_code_is_eight_digits() {
        for _ in 0..200 {
            let code = pickup_code();
            assert!(
                code.len() == 8 && code.bytes().all(|b| b.is_ascii_digit()),
                "{code}"
            );
        }
    }

    #[test]
    fn points_go_to_whom_the_community_says() {
        let (resident, household) = (ResidentNo(1001), HouseholdNo(3));
        assert_eq!(
            holder(Unit::Person, resident, household),
            Holder::Resident(resident)
        );
        assert_eq!(
            holder(Unit::Household, resident, household),
            Holder::Household(household)
        );
    }
}
