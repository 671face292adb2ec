//! Goods came in, or were missed.
//!
//! Order of checks: the item, the number of pieces, that so many are on the shelf.

use super::{Act, Kept, Named, Title};
use crate::account::{Account, Purpose};
use crate::amount::Amount;
use crate::book::draft::{Draft, Floors};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book, reverse};
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, NotReversible, Rejection};
use crate::ids::{AssetNo, Code, ItemNo};
use crate::record::{OrderLine, Personal, Record, Transfer, TransferKind};

/// Pieces that come in, or are missed, at once.
const GOODS_MAX: i32 = 1_000_000;

/// Goods that came in, or were missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receive<I> {
    /// What.
    pub item: I,
    /// How many pieces; below zero those that are lost, spoiled, or fewer at a count.
    pub quantity: i32,
    /// Salted commitment to donor and reason.
    pub reason: Hash,
}

impl Receive<ItemNo> {
    pub(super) fn said(self, item: &dyn Fn(ItemNo) -> Option<Code>) -> Option<Receive<Code>> {
        Some(Receive {
            item: item(self.item)?,
            quantity: self.quantity,
            reason: self.reason,
        })
    }
}

impl Act for Receive<Code> {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        if let Some(item) = list.book.item(&self.item) {
            list.goods(item.no, &[Purpose::Supplied, Purpose::Shelf]);
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let quantity = self.quantity;
        let item = book.item(&self.item).cloned();
        let item = item.ok_or_else(|| Rejection::ItemUnknown {
            item: self.item.clone(),
        })?;
        if quantity == 0 || !(-GOODS_MAX..=GOODS_MAX).contains(&quantity) {
            return Err(Rejection::QuantityRange {
                quantity: quantity.to_string(),
                min: "1".into(),
                max: GOODS_MAX.to_string(),
            });
        }
        let asset = AssetNo::of_item(item.no).ok_or(Rejection::NumberTooLarge)?;
        let mut draft = Draft::new(book);
        let supplied = Account::of_community(asset, Purpose::Supplied);
        let shelf = Account::of_community(asset, Purpose::Shelf);
        if quantity > 0 {
            let kind = TransferKind::Receive;
            draft.pay_in(supplied, shelf, Amount::from(quantity), 0, kind)?;
        } else {
            // Lost, spoiled, or fewer than the book says: they leave the shelf.
            let missed = Transfer {
                debit: shelf,
                credit: supplied,
                amount: Amount::from(quantity.saturating_neg()),
                from_lot: 0,
                to_lot: 0,
                kind: TransferKind::Receive,
                order: None,
                reverses: None,
            };
            reverse::from_shelf(&mut draft, missed)?;
        }
        let drafted = draft.finish(Floors::Kept)?;
        let received = Receive {
            item: item.no,
            quantity,
            reason: self.reason,
        };
        let record = Record::asked(asking.envelope, received);
        let receipt = drafted.commit(book, asking.command, vec![record]);
        Ok(Applied::Fresh(receipt))
    }
}

impl Kept for Receive<ItemNo> {
    const NUMBERS: &'static [u8] = &[5];

    fn write(&self, w: &mut Writer) {
        w.u32(self.item.0);
        w.i32(self.quantity);
        w.raw(&self.reason);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Receive {
            item: ItemNo(r.u32()?),
            quantity: r.i32()?,
            reason: r.hash()?,
        })
    }

    fn word(&self) -> &'static str {
        "receive"
    }

    fn title(&self) -> Title {
        let line = OrderLine {
            item: self.item,
            quantity: self.quantity.saturating_abs(),
        };
        let goods = Named::Goods(vec![line]);
        if self.quantity < 0 {
            Title::before("货架减少 ", "Missed: ", goods)
        } else {
            Title::before("进货 ", "Goods in: ", goods)
        }
    }

    fn personal(&self) -> Personal {
        // Who gave goods is no resident by number; their text is found by the name it begins with.
        Personal::text_about(self.reason, Vec::new())
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        None
    }
}
