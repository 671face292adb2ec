//! An order: priced by the community's rule, and set aside.
//!
//! Order of checks: key, resident, basket, items, price rule, pick-up code, stock, price seen, balance.

use super::{Act, Kept, Named, Title};
use crate::amount::Amount;
use crate::book::award::check_person_now;
use crate::book::needs::Missing;
use crate::book::priced::{self, Basket, Purse, basket, draft_hold, judge_price, total};
use crate::book::{Applied, Asking, Book, Order, OrderState, order};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, NotReversible, Rejection};
use crate::ids::{Code, ItemNo, OrderNo, ResidentNo};
use crate::record::{OrderLine, Personal, PickupCode, Record, read_line, resident, write_line};
use crate::rule::{Denial, Refusal};

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<I> {
    /// Its number; given by the book.
    pub no: OrderNo,
    /// The resident for whom it is ordered.
    pub resident: ResidentNo,
    /// What.
    pub lines: Vec<OrderLine<I>>,
    /// The total the person saw.
    pub seen: Amount,
    /// The pick-up code it will have, sealed; in clear in old ledgers, whose records have a number of their own.
    pub code: PickupCode,
}

impl Place<ItemNo> {
    pub(super) fn said(self, item: &dyn Fn(ItemNo) -> Option<Code>) -> Option<Place<Code>> {
        let Place {
            no,
            resident,
            lines,
            seen,
            code,
        } = self;
        Some(Place {
            no,
            resident,
            lines: OrderLine::named(lines, item)?,
            seen,
            code,
        })
    }
}

impl Act for Place<Code> {
    fn needs(&self, list: &mut Missing<'_>, command: &Command) {
        list.code(&self.code.key());
        if let Some(typed) = &command.text {
            list.code(&typed.text);
        }
        priced::needs(list, self.resident, &self.lines, command.today);
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let (command, today) = (asking.command, asking.envelope.today);
        check_person_now(book, self.resident)?;
        let asked = basket(book, today, self.resident, &self.lines)?;
        self.check_code(book, command)?;
        let no = OrderNo(book.frame.next_order);
        let placed = Place {
            no,
            resident: self.resident,
            lines: asked.lines.clone(),
            seen: self.seen,
            code: self.code.clone(),
        };
        let first = Record::asked(asking.envelope, placed);
        let refused = |book: &mut Book, first, asked: Basket, refusal: Refusal| {
            let refused = Record::Refused(Some(asked.set), asked.facts, refusal);
            Applied::Fresh(book.append(command, vec![first, refused], &[]))
        };
        let priced = judge_price(&asked, asking.judge).and_then(|quote| {
            let seen = (self.seen, Purse::of(book));
            let (drafted, held) = draft_hold(book, &asked, &quote, seen, today)?;
            Ok((quote, drafted, held))
        });
        let (quote, drafted, held) = match priced {
            Ok(priced) => priced,
            Err(Denial::Refused(refusal)) => return Ok(refused(book, first, asked, refusal)),
            Err(Denial::Failed(rejection)) => return Err(rejection),
        };
        let hold_days = book.settings_or_reject()?.order_hold_days;
        let points = quote.points.iter().map(|points| Amount::from(*points));
        let order = Order {
            no,
            entry: book.frame.head.next_seq,
            resident: self.resident,
            household: asked.household,
            lines: asked.lines.iter().cloned().zip(points).collect(),
            handed: vec![0; quote.points.len()],
            total: total(&quote)?,
            held,
            code: self.code.clone(),
            placed_on: today,
            deadline: today.plus_days(i32::from(hold_days)),
            state: OrderState::Reserved,
        };
        order::count(book, &order, false);
        book.frame.next_order = book.frame.next_order.saturating_add(1);
        book.codes.insert(order.code.key(), Some(no));
        let code = command.text.iter().map(|typed| (no, typed.clone()));
        book.dirty.codes.extend(code);
        order::put(book, order);
        let records = vec![first, Record::Quoted(asked.set, asked.facts, quote)];
        Ok(Applied::Fresh(drafted.commit(book, command, records)))
    }
}

impl Place<Code> {
    fn check_code(&self, book: &Book, command: &Command) -> Result<(), Rejection> {
        // The same digits in clear may belong to an order of before codes were sealed.
        let clear = command.text.iter().map(|typed| typed.text.clone());
        let taken = clear
            .chain([self.code.key()])
            .any(|key| book.codes.get(&key).is_some_and(Option::is_some));
        let typed = command.text.as_ref();
        let fits = typed.is_none_or(|typed| self.code.fits(typed));
        if taken || !fits || !self.code.is_well_formed() {
            return Err(Rejection::CodeTaken);
        }
        Ok(())
    }
}

/// The number of an order whose code is sealed.
const SEALED: u8 = 25;

impl Kept for Place<ItemNo> {
    const NUMBERS: &'static [u8] = &[9, SEALED];

    fn number(&self) -> u8 {
        match self.code {
            PickupCode::Clear(_) => 9,
            PickupCode::Sealed(_) => SEALED,
        }
    }

    fn write(&self, w: &mut Writer) {
        w.u32(self.no.0);
        w.u32(self.resident.0);
        w.list(&self.lines, write_line);
        w.amount(self.seen);
        self.code.write(w);
    }

    fn read(number: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Place {
            no: OrderNo(r.u32()?),
            resident: ResidentNo(r.u32()?),
            lines: r.list(read_line)?,
            seen: r.amount()?,
            code: PickupCode::read(r, number == SEALED)?,
        })
    }

    fn word(&self) -> &'static str {
        "place"
    }

    fn title(&self) -> Title {
        Title::before("兑换 ", "Redeemed: ", Named::Goods(self.lines.clone()))
    }

    fn personal(&self) -> Personal {
        Personal {
            about: vec![resident(self.resident)],
            clear_code: match &self.code {
                PickupCode::Clear(code) => Some(code.clone()),
                PickupCode::Sealed(_) => None,
            },
            ..Personal::default()
        }
    }

    fn order(&self) -> Option<OrderNo> {
        Some(self.no)
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        Some(NotReversible::OpenOrder)
    }
}
