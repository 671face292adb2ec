//! An order is handed over: all that is still set aside of it.
//!
//! Order of checks: the order, where it stands, its deadline.

use super::{Act, Kept, Named, Title};
use crate::account::{Account, Purpose};
use crate::book::needs::Missing;
use crate::book::order::{self, collectable, in_parts, rest, what_is_left};
use crate::book::{Applied, Asking, Book, Order, OrderState};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, NotReversible, Rejection};
use crate::ids::OrderNo;
use crate::record::{Personal, Record, TransferKind};

/// The order that is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settle(pub OrderNo);

impl Act for Settle {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        order::needs(list, self.0);
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let envelope = asking.envelope;
        let order = collectable(book, self.0, envelope.today)?;
        let records = vec![Record::asked(envelope.clone(), *self)];
        if in_parts(&order) {
            let rest = rest(&order);
            let pieces: Vec<i32> = rest.iter().map(|(line, ..)| line.quantity).collect();
            let dues = what_is_left(&order, &pieces);
            let by = (&envelope, asking.command);
            return order::hand_over(book, by, order, (&pieces, &dues), records);
        }
        let (kind, goods_to) = (TransferKind::Settle, Purpose::Handed);
        let drafted = order::move_back(book, &order, kind, goods_to, |held| {
            (Account::of_community(held.asset, Purpose::Redeemed), 0)
        })?;
        let state = OrderState::Settled {
            at: envelope.at,
            by: envelope.actor,
        };
        order::put(book, Order { state, ..order });
        let receipt = drafted.commit(book, asking.command, records);
        Ok(Applied::Fresh(receipt))
    }
}

impl Kept for Settle {
    const NUMBERS: &'static [u8] = &[10];

    fn write(&self, w: &mut Writer) {
        w.u32(self.0.0);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Settle(OrderNo(r.u32()?)))
    }

    fn word(&self) -> &'static str {
        "settle"
    }

    fn title(&self) -> Title {
        Title::before("领取 ", "Collected: ", Named::Order(self.0))
    }

    fn personal(&self) -> Personal {
        Personal::default()
    }

    fn order(&self) -> Option<OrderNo> {
        Some(self.0)
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        None
    }

    fn undo_needs(&self, list: &mut Missing<'_>, _: u64) {
        order::undo_needs(list, self.0);
    }

    fn undo(&self, book: &mut Book, entry: u64, records: &[Record]) -> Result<(), Rejection> {
        order::undo(book, self.0, entry, records);
        Ok(())
    }
}
