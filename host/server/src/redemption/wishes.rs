//! Who waits for what is sold out. As many of them as pieces lie on the shelf are told, in their turn; nothing is kept for
//! them. Whoever orders it waits no more.

use axum::response::Response;
use rongyi_core::account::{Account, Purpose};
use rongyi_core::book::Frame;
use rongyi_core::command::Rejection;
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::record::Item;
use rongyi_pages::Wish;
use serde::Deserialize;

use crate::access::SignedResident;
use crate::door::asked::{Path, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Member, Visit, go};

/// Whether somebody waits for an item, and how many before them.
pub(crate) async fn of(visit: &Visit, me: &SignedResident, item: &Code) -> Result<Wish, Fault> {
    let all = visit
        .app
        .house
        .store
        .wishes_of(&visit.code, me.resident)
        .await?;
    let mine = all.into_iter().find(|(wish, _)| wish.item == *item);
    Ok(mine.map_or(Wish::No, |(_, before)| {
        Wish::Waits(i64::try_from(before).unwrap_or(i64::MAX))
    }))
}

/// What somebody waited for and can have now: code and name.
pub(crate) async fn arrived(
    visit: &Visit,
    me: &SignedResident,
    frame: &Frame,
) -> Result<Vec<(String, String)>, Fault> {
    let store = &visit.app.house.store;
    let all = store.wishes_of(&visit.code, me.resident).await?;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let offered = |code: &Code| {
        frame
            .items
            .iter()
            .find(|item| item.code == *code && item.active)
    };
    let shelf = |item: &Item| {
        Some(Account::of_community(
            AssetNo::of_item(item.no)?,
            Purpose::Shelf,
        ))
    };
    let waited: Vec<(&Item, u64, Account)> = all
        .iter()
        .filter_map(|(wish, before)| {
            let item = offered(&wish.item)?;
            Some((item, *before, shelf(item)?))
        })
        .collect();
    let accounts: Vec<Account> = waited.iter().map(|(.., account)| *account).collect();
    let there = store.balances(&visit.code, &accounts).await?;
    let left = |account: &Account| {
        let found = there.iter().find(|(one, _)| one == account);
        found.map_or(0, |(_, state)| u64::try_from(state.total).unwrap_or(0))
    };
    let come = waited
        .iter()
        .filter(|(_, before, account)| left(account) > *before)
        .map(|(item, ..)| (item.code.to_string(), visit.say(&item.title)));
    Ok(come.collect())
}

/// Whether they wait from now on.
#[derive(Debug, Deserialize)]
pub(crate) struct WishForm {
    on: String,
}

/// `POST /{community}/shop/{item}/wish`.
pub(crate) async fn change_wish(
    Member { visit, me }: Member,
    Path((_, item)): Path<(String, String)>,
    sent: Unread<WishForm>,
) -> Result<Response, Fault> {
    let form = sent.form().await?;
    let code: Code = item.parse().map_err(|_| Fault::not_found())?;
    let store = &visit.app.house.store;
    let frame = store.frame(&visit.code).await?;
    let items = frame.map(|frame| frame.items).unwrap_or_default();
    if !items.iter().any(|item| item.code == code && item.active) {
        return Err(Rejection::ItemUnknown { item: code }.into());
    }
    match form.on.as_str() {
        "yes" => {
            let wish = rongyi_store::Wish {
                item: code.clone(),
                resident: me.resident,
                since: visit.app.house.clock.now(),
            };
            store.wish_item(&visit.code, &wish).await?;
        }
        "no" => {
            let ended = std::slice::from_ref(&code);
            store.unwish_items(&visit.code, me.resident, ended).await?;
        }
        _ => return Err(Fault::malformed()),
    }
    Ok(go(&visit.path(&format!("/shop/{code}"))))
}
