//! Whose till it is: the community's own, or a merchant's, whose staff hand over and take back nothing but what is that
//! merchant's. A code of another place is answered with where it belongs, and with nothing about the order.

use axum::response::Response;
use rongyi_core::book::{Frame, Order};
use rongyi_core::ids::Code;
use rongyi_core::typed;
use rongyi_pages::TillOutcome;
use serde::Deserialize;

use super::frame;
use crate::amend::{self, By, Request};
use crate::door::Act;
use crate::door::asked::Unread;
use crate::door::fault::Fault;
use crate::door::visit::{OnDuty, Visit, go};
use crate::redemption::daily::{self, Day};
use crate::redemption::whose::Merchants;

/// A till with what it hands over.
pub(crate) struct Till {
    merchants: Merchants,
    /// The merchant whose it is; `None` for the community's own.
    of: Option<Code>,
}

impl Till {
    /// The till at which somebody stands.
    ///
    /// # Errors
    /// `access.forbidden` for an account of a merchant that none was named for, or what the database said.
    pub(crate) async fn at(duty: &OnDuty) -> Result<Till, Fault> {
        let visit = &duty.visit;
        Ok(Till {
            of: duty.merchant().await?,
            merchants: Merchants::of(&visit.app.house.store, &visit.code).await?,
        })
    }

    /// The merchant whose it is.
    pub(super) fn of(&self) -> Option<&Code> {
        self.of.as_ref()
    }

    /// Whether it is a merchant's.
    pub(super) fn is_merchants(&self) -> bool {
        self.of.is_some()
    }

    /// The merchant's name; empty at the community's own.
    pub(super) fn title(&self, visit: &Visit) -> String {
        let merchant = self.of.as_ref().and_then(|code| self.merchants.find(code));
        merchant.map_or_else(String::new, |one| visit.say(&one.title))
    }

    /// Whether it hands this order over.
    fn hands_over(&self, frame: &Frame, order: &Order) -> bool {
        let whose = self.merchants.of_order(frame, order);
        whose.map(|one| &one.code) == self.of.as_ref()
    }

    /// What went over it today.
    pub(super) async fn day(&self, visit: &Visit, frame: &Frame) -> Result<Day, Fault> {
        let is_of = |no| self.merchants.is_at(frame, no, self.of.as_ref());
        let store = &visit.app.house.store;
        Ok(daily::of_day(store, frame, is_of, visit.today()).await?)
    }

    /// Where an order belongs that this till does not hand over; `None` for its own.
    pub(super) async fn elsewhere(
        &self,
        visit: &Visit,
        order: &Order,
    ) -> Result<Option<TillOutcome>, Fault> {
        let frame = frame(visit).await?;
        if self.hands_over(&frame, order) {
            return Ok(None);
        }
        let (title, place, phone) = match self.merchants.of_order(&frame, order) {
            Some(one) => (visit.say(&one.title), one.place.clone(), one.phone.clone()),
            None => (
                visit.say(&visit.shop.title),
                visit.say(&visit.shop.place),
                visit.shop.phone.clone(),
            ),
        };
        let parts: Vec<String> = [place, phone]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        Ok(Some(TillOutcome::Elsewhere {
            title,
            place: parts.join(&visit.either("，", ", ")),
        }))
    }
}

/// What the button below a line sends.
#[derive(Debug, Deserialize)]
pub(crate) struct ReturnInput {
    #[serde(default)]
    key: String,
    #[serde(default)]
    entry: String,
    #[serde(default)]
    reason: String,
}

/// `POST /{community}/till/return`: a merchant takes back what went over its own till today. Whoever may correct the book
/// does it there.
pub(crate) async fn return_goods(
    duty: OnDuty,
    sent: Unread<ReturnInput>,
) -> Result<Response, Fault> {
    let till = Till::at(&duty).await?;
    if !till.is_merchants() && !duty.may(Act::Reverse) {
        return Err(Fault::input(
            "",
            "要退货，请找审核员或管理员。",
            "Goods are taken back by a reviewer or an operator.",
        ));
    }
    let input = sent.form().await?;
    let visit = &duty.visit;
    let entry = typed::number(&input.entry).map(u64::from);
    let of_day = till.day(visit, &frame(visit).await?).await?;
    let own = of_day.handed.iter().map(|passed| passed.entry);
    let entry = entry.filter(|entry| own.clone().any(|one| one == *entry));
    let entry = entry.ok_or_else(|| {
        Fault::input(
            "",
            "这里只能退今天从这个柜台交出去的。更早的，请找社区的管理员。",
            "Only what went over this counter today is taken back here. Ask the community’s operator about anything earlier.",
        )
    })?;
    let by = By {
        actor: duty.actor().code(),
        key: Some(input.key).filter(|key| (1..=128).contains(&key.len())),
        reason: amend::reason(&input.reason)?,
    };
    let house = &visit.app.house;
    amend::ask(house, &visit.code, &Request::Reverse(entry), by).await?;
    Ok(go(&visit.path("/till")))
}
