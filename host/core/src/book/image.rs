//! A whole book as bytes, so that a verification goes on where an earlier one ended. Only a book that was rebuilt from
//! the beginning, and whose last block is closed, has an image. It is no part of any ledger: another version of the
//! program may write it otherwise, and then the verification begins anew.

use std::sync::Arc;

use super::{AccountState, Book, Fate, FateState, Frame, HeldLot, Order, OrderState, Used};
use crate::account::Account;
use crate::chain::Head;
use crate::codec::{Malformed, Reader, Writer};
use crate::counters::{Cell, CounterKey, CounterRow, CounterSubject, read_taken, write_taken};
use crate::ids::{AssetNo, HouseholdNo, OrderNo, ResidentNo};
use crate::member::Member;
use crate::period::{PeriodRow, Standing, pack_holder, unpack_holder};
use crate::record::{
    PickupCode, ReleaseReason, read_item, read_line, read_rule_set, read_whole_event, write_item,
    write_line, write_rule_set, write_whole_event,
};
use crate::settings::Settings;
use crate::time::Instant;

/// Changes with whatever an image holds.
const FORMAT: &str = "rongyi-book-3";

impl Book {
    /// Its bytes, at this head: a book that was rebuilt closes blocks of its own. `None` for a book in which something
    /// is missing, or not closed into a block, or of another length.
    pub fn image(&self, head: Head) -> Option<Vec<u8>> {
        let book_head = self.frame.head;
        if !self.complete || !self.dirty.leaves.is_empty() || head.next_seq != book_head.next_seq {
            return None;
        }
        let mut w = Writer::default();
        w.text(FORMAT);
        write_frame(&mut w, &self.frame, head);
        all(&mut w, self.accounts(), |w, (account, state)| {
            let AccountState { total, lots, last } = state;
            w.i64(account.pack());
            w.i64(*total);
            all(w, lots, |w, (lot, left)| {
                w.i32(*lot);
                w.i64(*left);
            });
            w.u64(*last);
        });
        all(&mut w, self.counters(), write_counter);
        all(&mut w, self.members(), |w, (no, member)| {
            w.u32(no.0);
            w.u32(member.household.0);
            w.bytes(&member.encode());
        });
        all(&mut w, self.orders(), |w, (_, order)| write_order(w, order));
        all(&mut w, self.sources(), |w, ((name, text), used)| {
            w.code(name);
            w.text(text);
            write_used(w, used);
        });
        all(&mut w, self.keys(), |w, ((owner, text), (used, at))| {
            w.code(owner);
            w.text(text);
            write_used(w, used);
            w.i64(at.0);
        });
        all(&mut w, self.waiting(), |w, (seq, event)| {
            w.u64(seq);
            apart(w, |w| write_whole_event(w, event));
        });
        all(&mut w, self.standings(), |w, ((cut, holder), standing)| {
            w.u64(cut);
            w.i64(pack_holder(holder));
            apart(w, |w| standing.write(w));
            w.u64(standing.entry);
        });
        all(&mut w, self.fates(), |w, (entry, fate)| {
            let Fate { state, by, until } = fate;
            w.u64(entry);
            w.byte(state.number());
            w.u64(by);
            w.option(until, Writer::date);
        });
        Some(w.done())
    }

    /// The book behind an image.
    ///
    /// # Errors
    /// [`Malformed`] when the bytes are none, or those of another version.
    pub fn from_image(bytes: &[u8]) -> Result<Book, Malformed> {
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        if r.text()? != FORMAT {
            return Err(Malformed);
        }
        let mut book = Book {
            complete: true,
            everyone: true,
            ..Book::new(read_frame(r)?)
        };
        for _ in 0..r.u64()? {
            let account = Account::unpack(r.i64()?).ok_or(Malformed)?;
            let total = r.i64()?;
            let lots = r.list(|r| Ok((r.i32()?, r.i64()?)))?.into_iter().collect();
            let last = r.u64()?;
            let state = AccountState { total, lots, last };
            book.accounts.insert(account, Some(state));
        }
        for _ in 0..r.u64()? {
            let (key, row) = read_counter(r)?;
            book.counters.insert(key, Some(row));
        }
        for _ in 0..r.u64()? {
            let no = ResidentNo(r.u32()?);
            let household = HouseholdNo(r.u32()?);
            let member = Member::decode(household, r.bytes()?)?;
            book.residents.insert(no, Some(member));
        }
        for _ in 0..r.u64()? {
            let order = read_order(r)?;
            book.codes.insert(order.code.key(), Some(order.no));
            book.orders.insert(order.no, Some(order));
        }
        for _ in 0..r.u64()? {
            let key = (r.code()?, r.text()?);
            book.sources.insert(key, Some(read_used(r)?));
        }
        for _ in 0..r.u64()? {
            let key = (r.code()?, r.text()?);
            let used = (read_used(r)?, Instant(r.i64()?));
            book.keys.insert(key, Some(used));
        }
        for _ in 0..r.u64()? {
            let seq = r.u64()?;
            book.waiting
                .insert(seq, Some(read_apart(r, read_whole_event)?));
        }
        for _ in 0..r.u64()? {
            let key = (r.u64()?, unpack_holder(r.i64()?).ok_or(Malformed)?);
            let standing = read_apart(r, Standing::read)?;
            let entry = r.u64()?;
            book.standings
                .insert(key, Some(Standing { entry, ..standing }));
        }
        for _ in 0..r.u64()? {
            let entry = r.u64()?;
            let fate = Fate {
                state: FateState::from_number(r.byte()?).ok_or(Malformed)?,
                by: r.u64()?,
                until: r.option(Reader::date)?,
            };
            book.fates.insert(entry, Some(fate));
        }
        reader.end()?;
        Ok(book)
    }
}

/// A list whose length stands before it, however it is kept.
fn all<T>(
    w: &mut Writer,
    list: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    mut write: impl FnMut(&mut Writer, T),
) {
    let list = list.into_iter();
    w.u64(u64::try_from(list.len()).unwrap_or(u64::MAX));
    list.for_each(|listed| write(w, listed));
}

/// What a record holds at its end may be told from what follows by the end alone, so it stands apart.
fn apart(w: &mut Writer, write: impl FnOnce(&mut Writer)) {
    let mut inner = Writer::default();
    write(&mut inner);
    w.bytes(&inner.done());
}

fn read_apart<T>(
    r: &mut Reader<'_>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, Malformed>,
) -> Result<T, Malformed> {
    let mut inner = Reader::new(r.bytes()?);
    let found = read(&mut inner)?;
    inner.end()?;
    Ok(found)
}

fn write_frame(w: &mut Writer, frame: &Frame, head: Head) {
    let Frame {
        community,
        head: _,
        settings,
        sets,
        items,
        next_order,
        posted,
        periods,
    } = frame;
    w.code(community);
    w.u64(head.height);
    w.raw(&head.hash);
    w.u64(head.next_seq);
    w.i64(head.last_at.0);
    w.option(settings.as_ref(), |w, settings| {
        apart(w, |w| settings.write(w))
    });
    all(w, sets, |w, set| apart(w, |w| write_rule_set(w, set)));
    all(w, items, |w, item| apart(w, |w| write_item(w, item)));
    w.u32(*next_order);
    w.byte(u8::from(*posted));
    all(w, periods, |w, row| w.bytes(&row.encode()));
}

fn read_frame(r: &mut Reader<'_>) -> Result<Frame, Malformed> {
    Ok(Frame {
        community: r.code()?,
        head: Head {
            height: r.u64()?,
            hash: r.hash()?,
            next_seq: r.u64()?,
            last_at: Instant(r.i64()?),
        },
        settings: r.option(|r| read_apart(r, Settings::read))?,
        sets: r.list(|r| Ok(Arc::new(read_apart(r, read_rule_set)?)))?,
        items: r.list(|r| read_apart(r, read_item))?,
        next_order: r.u32()?,
        posted: r.flag()?,
        periods: r.list(|r| PeriodRow::decode(r.bytes()?))?,
    })
}

fn write_cell(w: &mut Writer, cell: &Cell) {
    let Cell {
        events,
        quantity,
        points,
        minutes,
    } = cell;
    for value in [events, quantity, points, minutes] {
        w.i64(*value);
    }
}

fn read_cell(r: &mut Reader<'_>) -> Result<Cell, Malformed> {
    Ok(Cell {
        events: r.i64()?,
        quantity: r.i64()?,
        points: r.i64()?,
        minutes: r.i64()?,
    })
}

fn write_counter(w: &mut Writer, (key, row): (&CounterKey, &CounterRow)) {
    let CounterKey {
        subject,
        kind,
        month,
    } = key;
    let CounterRow {
        days,
        total,
        distinct_days,
        last_on,
        taken,
    } = row;
    w.i64(subject.pack());
    w.code(kind);
    w.i32(*month);
    all(w, days, |w, (day, cell)| {
        w.byte(*day);
        write_cell(w, cell);
    });
    write_cell(w, total);
    w.i64(*distinct_days);
    w.i32(*last_on);
    write_taken(w, taken);
}

fn read_counter(r: &mut Reader<'_>) -> Result<(CounterKey, CounterRow), Malformed> {
    let key = CounterKey {
        subject: CounterSubject::unpack(r.i64()?).ok_or(Malformed)?,
        kind: r.code()?,
        month: r.i32()?,
    };
    let days = r.list(|r| Ok((r.byte()?, read_cell(r)?)))?;
    let row = CounterRow {
        days: days.into_iter().collect(),
        total: read_cell(r)?,
        distinct_days: r.i64()?,
        last_on: r.i32()?,
        taken: read_taken(r)?,
    };
    Ok((key, row))
}

fn write_used(w: &mut Writer, used: &Used) {
    let Used { input, entry } = used;
    w.raw(input);
    w.u64(*entry);
}

fn read_used(r: &mut Reader<'_>) -> Result<Used, Malformed> {
    Ok(Used {
        input: r.hash()?,
        entry: r.u64()?,
    })
}

fn write_order(w: &mut Writer, order: &Order) {
    let Order {
        no,
        entry,
        resident,
        household,
        lines,
        handed,
        total,
        held,
        code,
        placed_on,
        deadline,
        state,
    } = order;
    w.u32(no.0);
    w.u64(*entry);
    w.u32(resident.0);
    w.u32(household.0);
    w.list(lines, |w, (line, points)| {
        write_line(w, line);
        w.amount(*points);
    });
    w.list(handed, |w, pieces| w.i32(*pieces));
    w.amount(*total);
    w.list(held, |w, held| {
        w.u32(held.asset.0);
        w.i32(held.lot);
        w.i64(held.points);
    });
    match code {
        PickupCode::Clear(code) => {
            w.byte(0);
            w.text(code);
        }
        PickupCode::Sealed(commitment) => {
            w.byte(1);
            w.raw(commitment);
        }
    }
    w.date(*placed_on);
    w.date(*deadline);
    write_state(w, state);
}

fn read_order(r: &mut Reader<'_>) -> Result<Order, Malformed> {
    Ok(Order {
        no: OrderNo(r.u32()?),
        entry: r.u64()?,
        resident: ResidentNo(r.u32()?),
        household: HouseholdNo(r.u32()?),
        lines: r.list(|r| Ok((read_line(r)?, r.amount()?)))?,
        handed: r.list(Reader::i32)?,
        total: r.amount()?,
        held: r.list(|r| {
            Ok(HeldLot {
                asset: AssetNo(r.u32()?),
                lot: r.i32()?,
                points: r.i64()?,
            })
        })?,
        code: if r.flag()? {
            PickupCode::Sealed(r.hash()?)
        } else {
            PickupCode::Clear(r.text()?)
        },
        placed_on: r.date()?,
        deadline: r.date()?,
        state: read_state(r)?,
    })
}

fn write_state(w: &mut Writer, state: &OrderState) {
    match state {
        OrderState::Reserved => w.byte(0),
        OrderState::Settled { at, by } => {
            w.byte(1);
            w.i64(at.0);
            w.code(by);
        }
        OrderState::Released { at, reason } => {
            w.byte(if *reason == ReleaseReason::TimedOut {
                3
            } else {
                2
            });
            w.i64(at.0);
        }
    }
}

fn read_state(r: &mut Reader<'_>) -> Result<OrderState, Malformed> {
    let released = |at, reason| OrderState::Released { at, reason };
    Ok(match r.byte()? {
        0 => OrderState::Reserved,
        1 => OrderState::Settled {
            at: Instant(r.i64()?),
            by: r.code()?,
        },
        2 => released(Instant(r.i64()?), ReleaseReason::Cancelled),
        3 => released(Instant(r.i64()?), ReleaseReason::TimedOut),
        _ => return Err(Malformed),
    })
}
