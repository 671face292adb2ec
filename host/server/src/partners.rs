//! Merchants: shops of their own that hand goods over for the community's points. Enrolling one, what it offers, who works
//! there, and its end. Its months are in [`statement`]; whose an item is, in [`crate::redemption::whose`].
//!
//! What a merchant offers costs what the community's pricing rule says, and is an item like any other, under a code that
//! begins with the merchant's own.

pub(crate) mod api;
pub mod statement;
pub(crate) mod web;

use rongyi_clerk::ClerkError;
use rongyi_core::book::{Frame, Order};
use rongyi_core::command::Rejection;
use rongyi_core::ids::{Code, ItemNo};
use rongyi_core::record::Item;
use rongyi_core::rule::Text;
use rongyi_store::{NewMerchant, StoreError, StoredMerchant};

use crate::house::House;
use crate::redemption::daily;
use crate::redemption::whose::{Merchants, belongs_to};
use crate::stock::{self, Delivery};

/// The longest code of a merchant, so that its items' codes have room behind it.
const CODE_MAX: usize = 20;
/// The longest code of an item behind the merchant's.
const ITEM_MAX: usize = 20;

/// Why something about a merchant cannot be done, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub text: Text,
}

/// Why something about a merchant was not done.
#[derive(Debug, thiserror::Error)]
pub enum PartnerError {
    /// There is no such merchant, or none of the reader's.
    #[error("there is no such merchant")]
    Unknown,
    /// It cannot be done so.
    #[error("{}", .0.text.en)]
    Refused(Refusal),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger did not take it.
    #[error(transparent)]
    Clerk(#[from] ClerkError),
}

pub(crate) fn refuse(
    code: &'static str,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> PartnerError {
    PartnerError::Refused(Refusal {
        code,
        text: Text {
            zh: zh.into(),
            en: en.into(),
        },
    })
}

/// A merchant of a community.
///
/// # Errors
/// [`PartnerError::Unknown`], or what the database said.
pub async fn find(
    house: &House,
    community: &Code,
    merchant: &Code,
) -> Result<StoredMerchant, PartnerError> {
    let all = Merchants::of(&house.store, community).await?;
    all.find(merchant).cloned().ok_or(PartnerError::Unknown)
}

/// A merchant as an operator enrols it.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The beginning of its items' codes, as typed.
    pub code: String,
    /// What it is called.
    pub title: Text,
    /// Where and when goods are picked up.
    pub place: String,
    /// Whom to call there.
    pub phone: String,
}

/// Enrols a merchant; answers its code. The same once more changes nothing.
///
/// # Errors
/// [`PartnerError::Refused`] for a code that is taken, or where the community does not say how merchants are paid.
pub async fn enrol(
    house: &House,
    community: &Code,
    wish: &Wish,
    by: &Code,
) -> Result<Code, PartnerError> {
    let own = house.community(community);
    if own.is_none_or(|own| own.config.merchants.is_none()) {
        return Err(refuse(
            "merchant.rates",
            "社区的配置里还没有写怎么和商家结算。请先写好 [merchants]（1 分值几分钱、返还几成），生效以后再登记商家。",
            "The community’s file does not say how merchants are paid. Write [merchants] first (what a point is worth, how much goes back), apply it, then enrol the merchant.",
        ));
    }
    let code = plain_code(&wish.code, CODE_MAX).ok_or_else(|| {
        refuse(
            "merchant.code",
            format!("代号用 2 到 {CODE_MAX} 个小写字母、数字或“-”，例如 lin-noodles。"),
            format!(
                "A code has 2 to {CODE_MAX} small letters, digits or “-”, such as lin-noodles."
            ),
        )
    })?;
    let taken = |title: &Text| {
        refuse(
            "merchant.taken",
            format!("代号“{code}”已经是“{}”的了，换一个。", title.zh),
            format!(
                "The code “{code}” belongs to “{}”; choose another.",
                title.en
            ),
        )
    };
    let frame = house.store.frame(community).await?;
    let items = frame.map(|frame| frame.items).unwrap_or_default();
    let all = Merchants::of(&house.store, community).await?;
    if let Some(known) = all.find(&code) {
        let same = known.title == wish.title && known.ended.is_none();
        return if same {
            Ok(code)
        } else {
            Err(taken(&known.title))
        };
    }
    // What was the community's own stays its own.
    if let Some(item) = items.iter().find(|item| belongs_to(&item.code, &code)) {
        return Err(taken(&item.title));
    }
    let new = NewMerchant {
        community,
        code: &code,
        title: &wish.title,
        place: &wish.place,
        phone: &wish.phone,
        at: house.clock.now(),
        by,
    };
    if house.store.add_merchant(&new).await? {
        return Ok(code);
    }
    let known = find(house, community, &code).await?;
    Err(taken(&known.title))
}

/// A code of small letters, digits and `-`: nothing in it parts it.
fn plain_code(typed: &str, max: usize) -> Option<Code> {
    let typed = typed.trim();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let good = (2..=max).contains(&typed.len()) && typed.bytes().all(plain);
    typed.parse().ok().filter(|_| good)
}

/// Ends a merchant: what it offers goes off the shelf, so nothing new is ordered; what is ordered already is handed over
/// until its last day, as always.
///
/// # Errors
/// [`PartnerError::Unknown`], or what the ledger or the database said.
pub async fn end(
    house: &House,
    community: &Code,
    merchant: &Code,
    by: &Code,
) -> Result<(), PartnerError> {
    find(house, community, merchant).await?;
    let at = house.clock.now();
    house
        .store
        .end_merchant(community, merchant, (by, at))
        .await?;
    // Broken off, the next press goes on with what is still there.
    for item in items_of(house, community, merchant).await? {
        if item.active {
            set_offered(house, community, (&item.code, false), (by.clone(), None)).await?;
        }
    }
    Ok(())
}

/// A merchant's items, offered or not.
///
/// # Errors
/// What the database said.
pub async fn items_of(
    house: &House,
    community: &Code,
    merchant: &Code,
) -> Result<Vec<Item>, StoreError> {
    let frame = house.store.frame(community).await?;
    Ok(frame.map_or_else(Vec::new, |frame| items_in(&frame, merchant)))
}

fn items_in(frame: &Frame, merchant: &Code) -> Vec<Item> {
    let items = frame.items.iter();
    let own = items.filter(|item| belongs_to(&item.code, merchant));
    own.cloned().collect()
}

/// Something that a merchant is to offer.
#[derive(Debug, Clone)]
pub struct NewOffer {
    /// The end of its code, as typed.
    pub code: String,
    /// What it is called.
    pub title: Text,
    /// What a piece is worth, in 1/100 yuan.
    pub value_fen: i32,
    /// How many there are.
    pub pieces: i32,
}

/// Puts something new on a merchant's shelf; the same form does it once.
///
/// # Errors
/// [`PartnerError::Refused`] for a code that is another offer's, or of a merchant that ended.
pub async fn add_offer(
    house: &House,
    community: &Code,
    merchant: &Code,
    offer: &NewOffer,
    (by, key): (&Code, &str),
) -> Result<(), PartnerError> {
    if find(house, community, merchant).await?.ended.is_some() {
        return Err(ended());
    }
    let end = plain_code(&offer.code, ITEM_MAX).ok_or_else(|| {
        refuse(
            "offer.code",
            format!("代号用 2 到 {ITEM_MAX} 个小写字母、数字或“-”，例如 noodles。"),
            format!("A code has 2 to {ITEM_MAX} small letters, digits or “-”, such as noodles."),
        )
    })?;
    let code: Code = format!("{merchant}.{end}")
        .parse()
        .map_err(|_| PartnerError::Unknown)?;
    let item = Item {
        no: ItemNo(0),
        code: code.clone(),
        category: merchant.clone(),
        value_fen: offer.value_fen,
        title: offer.title.clone(),
        icon: Code::literal("gift"),
        active: true,
    };
    match stock::define_new(
        house,
        community,
        item,
        (by.clone(), Some(format!("{key}-new"))),
    )
    .await
    {
        Ok(_) => {}
        Err(ClerkError::Rejected(Rejection::NothingToDo)) => {
            return Err(refuse(
                "offer.taken",
                format!("代号“{end}”已经用过了，换一个；要补货，请用下面的“补货”。"),
                format!("The code “{end}” is used already; choose another, or restock below."),
            ));
        }
        Err(error) => return Err(error.into()),
    }
    let first = (&code, offer.pieces);
    restock(house, community, first, (by, &format!("{key}-first"))).await
}

fn ended() -> PartnerError {
    refuse(
        "merchant.ended",
        "这个商家已经停用，不能再上架。",
        "This merchant has ended; nothing new is offered.",
    )
}

/// Books in that so many pieces more can be had.
///
/// # Errors
/// What the ledger or the database said.
pub async fn restock(
    house: &House,
    community: &Code,
    (item, pieces): (&Code, i32),
    (by, key): (&Code, &str),
) -> Result<(), PartnerError> {
    let delivery = Delivery {
        item: item.clone(),
        quantity: pieces,
        donor: String::new(),
        on: house.today(community).0,
        reason: "商家补货".to_owned(),
    };
    let booking = (by.clone(), Some(format!("{key}-in")));
    stock::deliver(house, community, &delivery, booking).await?;
    Ok(())
}

/// Takes an offer off the shelf or puts it back; open orders stay.
///
/// # Errors
/// What the ledger or the database said.
pub async fn set_offered(
    house: &House,
    community: &Code,
    offered: (&Code, bool),
    booking: stock::Booking,
) -> Result<(), PartnerError> {
    match stock::offer(house, community, offered, booking).await {
        Ok(_) | Err(ClerkError::Rejected(Rejection::NothingToDo)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The orders that wait at a merchant's till.
///
/// # Errors
/// What the database said.
pub async fn waiting(
    house: &House,
    community: &Code,
    merchant: &Code,
) -> Result<Vec<Order>, PartnerError> {
    Ok(daily::waiting(house, community, Some(merchant)).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_no_part_that_parts_it() {
        let read = |typed: &str| plain_code(typed, CODE_MAX).map(|code| code.to_string());
        assert_eq!(read(" lin-noodles ").as_deref(), Some("lin-noodles"));
        for wrong in [
            "",
            "a",
            "lin.noodles",
            "lin/x",
            "林记",
            "Lin",
            "-lin",
            "a23456789012345678901",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
