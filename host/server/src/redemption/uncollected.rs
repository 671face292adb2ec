//! Orders that nobody collected by their deadline fall due: they give back what was set aside.

use rongyi_core::account::{Account, Holder};
use rongyi_core::book::{Loaded, Order, OrderState};
use rongyi_core::command::{Ask, Need, Release};
use rongyi_core::ids::{Code, OrderNo};
use rongyi_core::record::ReleaseReason;
use rongyi_core::time::LocalDate;
use rongyi_store::{Store, StoreError};

/// What is asked for them, at most so many; where accounts are named, for those of their holders.
///
/// # Errors
/// What the database said.
pub async fn asks(
    store: &Store,
    code: &Code,
    (today, most): (LocalDate, u32),
    accounts: Option<&[Account]>,
) -> Result<Vec<Ask>, StoreError> {
    let mut orders = store.due_orders(code, today, most).await?;
    if let Some(accounts) = accounts {
        orders = theirs(store, code, accounts, &orders).await?;
    }
    let release = |order| {
        Ask::Release(Release {
            order,
            reason: ReleaseReason::TimedOut,
        })
    };
    Ok(orders.into_iter().map(release).collect())
}

/// Those of the orders that concern one of the holders.
async fn theirs(
    store: &Store,
    code: &Code,
    accounts: &[Account],
    orders: &[OrderNo],
) -> Result<Vec<OrderNo>, StoreError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let concerns = |order: &Order| {
        accounts.iter().any(|account| match account.holder {
            Holder::Resident(no) => no == order.resident,
            Holder::Household(no) => no == order.household,
            Holder::Community | Holder::Fund(_) => true,
        })
    };
    let needs: Vec<Need> = orders.iter().copied().map(Need::Order).collect();
    let mut concerned = Vec::new();
    for found in store.load(code, &needs).await? {
        if let Loaded::Order(no, Some(order)) = found
            && order.state == OrderState::Reserved
            && concerns(&order)
        {
            concerned.push(no);
        }
    }
    Ok(concerned)
}
