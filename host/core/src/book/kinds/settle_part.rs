//! Some pieces of an order are handed over; the rest stays set aside.
//!
//! Order of checks: the order, where it stands, its deadline, the pieces.

use super::{Act, Kept, Named, Title};
use crate::book::needs::Missing;
use crate::book::order::{self, collectable, shares, what_is_left};
use crate::book::{Applied, Asking, Book, Order, priced};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{AmendRejection, Command, NotReversible, Rejection};
use crate::ids::{Code, ItemNo, OrderNo};
use crate::record::{OrderLine, PartPrice, Personal, Record, read_line, write_line};

/// Pieces of an order that are handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlePart<I> {
    /// Of which order.
    pub order: OrderNo,
    /// What of it.
    pub lines: Vec<OrderLine<I>>,
    /// What they cost; each way has a record number of its own.
    pub price: PartPrice,
}

impl SettlePart<ItemNo> {
    pub(super) fn said(self, item: &dyn Fn(ItemNo) -> Option<Code>) -> Option<SettlePart<Code>> {
        Some(SettlePart {
            order: self.order,
            lines: OrderLine::named(self.lines, item)?,
            price: self.price,
        })
    }
}

impl SettlePart<Code> {
    /// The pieces of each line of the order, and the lines by item number.
    fn pieces(&self, book: &Book, order: &Order) -> Result<(Vec<i32>, Vec<OrderLine>), Rejection> {
        let mut pieces = vec![0; order.lines.len()];
        let mut lines = Vec::new();
        for OrderLine { item, quantity } in &self.lines {
            let shape = || Rejection::from(AmendRejection::PartShape);
            let item = book.item(item).ok_or_else(shape)?.no;
            let place = order.lines.iter().position(|(line, _)| line.item == item);
            let place = place.ok_or_else(shape)?;
            let all = order.lines[place].0.quantity;
            let left = all.saturating_sub(order.handed[place]);
            if pieces[place] != 0 || !(1..=left).contains(quantity) {
                return Err(shape());
            }
            pieces[place] = *quantity;
            lines.push(OrderLine {
                item,
                quantity: *quantity,
            });
        }
        if lines.is_empty() {
            return Err(AmendRejection::PartShape.into());
        }
        Ok((pieces, lines))
    }
}

impl Act for SettlePart<Code> {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        order::needs(list, self.order);
        // How it was priced, and for whom.
        if self.price == PartPrice::Again
            && let Some(Some(order)) = list.book.orders.get(&self.order)
        {
            list.resident(order.resident);
            list.entry(order.entry);
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let envelope = asking.envelope;
        let order = collectable(book, self.order, envelope.today)?;
        let (pieces, lines) = self.pieces(book, &order)?;
        let handed = order.lines.iter().zip(&order.handed).zip(&pieces);
        let last = handed.fold(true, |all, (((line, _), before), more)| {
            all && before.saturating_add(*more) == line.quantity
        });
        let part = SettlePart {
            order: self.order,
            lines,
            price: self.price,
        };
        let mut records = vec![Record::asked(envelope.clone(), part)];
        let dues = match self.price {
            PartPrice::Split => shares(&order, &pieces),
            PartPrice::Again if last => what_is_left(&order, &pieces),
            PartPrice::Again => {
                let again = priced::ask_again(book, &order, &pieces, asking.judge)?;
                let dues = again.dues(&order, &pieces);
                records.push(again.record());
                dues
            }
        };
        let by = (&envelope, asking.command);
        order::hand_over(book, by, order, (&pieces, &dues), records)
    }
}

/// The number of pieces that are priced again.
const AGAIN: u8 = 28;

impl Kept for SettlePart<ItemNo> {
    const NUMBERS: &'static [u8] = &[16, AGAIN];

    fn number(&self) -> u8 {
        match self.price {
            PartPrice::Split => 16,
            PartPrice::Again => AGAIN,
        }
    }

    fn write(&self, w: &mut Writer) {
        w.u32(self.order.0);
        w.list(&self.lines, write_line);
    }

    fn read(number: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(SettlePart {
            order: OrderNo(r.u32()?),
            lines: r.list(read_line)?,
            price: if number == AGAIN {
                PartPrice::Again
            } else {
                PartPrice::Split
            },
        })
    }

    fn word(&self) -> &'static str {
        "settle-part"
    }

    fn title(&self) -> Title {
        let goods = Named::Goods(self.lines.clone());
        Title::before("领取一部分 ", "Collected in part: ", goods)
    }

    fn personal(&self) -> Personal {
        Personal::default()
    }

    fn order(&self) -> Option<OrderNo> {
        Some(self.order)
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        None
    }

    fn undo_needs(&self, list: &mut Missing<'_>, _: u64) {
        order::undo_needs(list, self.order);
    }

    fn undo(&self, book: &mut Book, entry: u64, records: &[Record]) -> Result<(), Rejection> {
        order::undo(book, self.order, entry, records);
        Ok(())
    }
}
