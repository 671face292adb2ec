//! Where programs order and hand over: a basket is of one place, and the community's till hands over nothing of a merchant's.

use rongyi_core::book::{Frame, Order};

use super::{BasketLine, basket};
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::partners;
use crate::redemption::Basket;
use crate::redemption::whose::Merchants;

/// A basket that is picked up at one place. What a merchant hands over and what the community does are two orders.
pub(crate) async fn one_place(caller: &Caller, lines: &[BasketLine]) -> Result<Basket, Fault> {
    let basket = basket(lines)?;
    let merchants = Merchants::of(&caller.house().store, &caller.code).await?;
    if merchants.is_together(&basket) {
        return Ok(basket);
    }
    Err(Fault::input(
        "lines",
        "这些东西不在一个地方取，请分开下单。",
        "these goods are picked up at different places: order them apart.",
    ))
}

/// Refuses an order of a merchant's goods at the community's till.
pub(super) async fn here(caller: &Caller, frame: &Frame, order: &Order) -> Result<(), Fault> {
    let merchants = Merchants::of(&caller.house().store, &caller.code).await?;
    let Some(merchant) = merchants.of_order(frame, order) else {
        return Ok(());
    };
    let refused = partners::refuse(
        "order.elsewhere",
        format!("这张单的东西在“{}”取，请不要交付。", merchant.title.zh),
        format!(
            "What was ordered is picked up at “{}”; hand nothing over here.",
            merchant.title.en
        ),
    );
    Err(refused.into())
}
