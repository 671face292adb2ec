//! An order gives back what was set aside: points to the lots they came from; what has expired meanwhile expires in the
//! same entry.
//!
//! Order of checks: the order, where it stands, its deadline.

use super::{Act, Kept, Named, Title};
use crate::account::{Account, Purpose};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book, HeldLot, Order, OrderState, order, seen};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, NotReversible, Rejection};
use crate::ids::OrderNo;
use crate::record::{Personal, Record, ReleaseReason, TransferKind};

/// An order that is given back, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// Which.
    pub order: OrderNo,
    /// Why.
    pub reason: ReleaseReason,
}

impl Act for Release {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        order::needs(list, self.order);
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let (at, today) = (asking.envelope.at, asking.envelope.today);
        let order = order::reserved(book, self.order)?;
        let early = today <= order.deadline && !book.supposes;
        if self.reason == ReleaseReason::TimedOut && early {
            return Err(Rejection::OrderNotDue {
                order: self.order,
                deadline: order.deadline,
            });
        }
        let settings = book.settings_or_reject()?;
        let back_to = |held: &HeldLot| {
            let asset = held.asset;
            if seen::lapses(held.lot, today) {
                return (Account::of_community(asset, Purpose::Expired), 0);
            }
            let available = Account {
                holder: settings.holder(asset, order.resident, order.household),
                asset,
                purpose: Purpose::Available,
            };
            (available, held.lot)
        };
        let (kind, goods_to) = (TransferKind::Release, Purpose::Shelf);
        let drafted = order::move_back(book, &order, kind, goods_to, back_to)?;
        order::count(book, &order, true);
        let reason = self.reason;
        let state = OrderState::Released { at, reason };
        order::put(book, Order { state, ..order });
        let record = Record::asked(asking.envelope, *self);
        let receipt = drafted.commit(book, asking.command, vec![record]);
        Ok(Applied::Fresh(receipt))
    }
}

impl Kept for Release {
    const NUMBERS: &'static [u8] = &[11];

    fn write(&self, w: &mut Writer) {
        w.u32(self.order.0);
        w.byte(u8::from(self.reason == ReleaseReason::TimedOut));
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Release {
            order: OrderNo(r.u32()?),
            reason: if r.flag()? {
                ReleaseReason::TimedOut
            } else {
                ReleaseReason::Cancelled
            },
        })
    }

    fn word(&self) -> &'static str {
        "release"
    }

    fn title(&self) -> Title {
        let order = Named::Order(self.order);
        match self.reason {
            ReleaseReason::Cancelled => Title::before("取消兑换 ", "Cancelled: ", order),
            ReleaseReason::TimedOut => Title::before("过期未领 ", "Not collected in time: ", order),
        }
    }

    fn personal(&self) -> Personal {
        Personal::default()
    }

    fn order(&self) -> Option<OrderNo> {
        Some(self.order)
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        Some(NotReversible::Final)
    }
}
