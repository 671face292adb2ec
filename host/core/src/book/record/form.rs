//! The canonical form of the parts of records. Only writes and reads.

use super::{
    Envelope, Event, Item, Key, OrderLine, Quantity, Record, RuleSet, Source, Transfer,
    TransferKind, rule_form,
};
use crate::account::{Account, Holder};
use crate::amount::Decimal;
use crate::codec::{Malformed, Reader, Writer};
use crate::ids::{HouseholdNo, ItemNo, OrderNo, ResidentNo, RuleSetNo};
use crate::rule::Text;
use crate::time::Instant;

pub(super) fn write_envelope(w: &mut Writer, envelope: &Envelope) {
    w.i64(envelope.at.0);
    w.date(envelope.today);
    w.code(&envelope.actor);
    w.option(envelope.key.as_ref(), |w, key| {
        w.text(&key.text);
        w.raw(&key.input);
    });
}

pub(super) fn read_envelope(r: &mut Reader<'_>) -> Result<Envelope, Malformed> {
    Ok(Envelope {
        at: Instant(r.i64()?),
        today: r.date()?,
        actor: r.code()?,
        key: r.option(|r| {
            Ok(Key {
                text: r.text()?,
                input: r.hash()?,
            })
        })?,
    })
}

pub(crate) fn write_source(w: &mut Writer, source: &Source) {
    w.code(&source.name);
    w.text(&source.external_ref);
    w.raw(&source.input);
}

pub(crate) fn read_source(r: &mut Reader<'_>) -> Result<Source, Malformed> {
    Ok(Source {
        name: r.code()?,
        external_ref: r.text()?,
        input: r.hash()?,
    })
}

pub(crate) fn write_event(w: &mut Writer, event: &Event) {
    w.code(&event.kind);
    w.list(&event.roles, |w, (role, resident)| {
        w.code(role);
        w.u32(resident.0);
    });
    w.i32(event.quantity.units());
    w.list(&event.fields, |w, (name, value)| {
        w.code(name);
        rule_form::write_value(w, value);
    });
    w.date(event.on);
    w.u32(u32::from(event.minute.unwrap_or_default()));
    w.option(event.source.as_ref(), write_source);
    w.option(event.note.as_ref(), |w, note| w.raw(note));
}

pub(crate) fn read_event(r: &mut Reader<'_>) -> Result<Event, Malformed> {
    Ok(Event {
        kind: r.code()?,
        roles: r.list(|r| Ok((r.code()?, ResidentNo(r.u32()?))))?,
        quantity: Quantity::AtKind(r.i32()?),
        fields: r.list(|r| Ok((r.code()?, rule_form::read_value(r)?)))?,
        on: r.date()?,
        minute: Some(u16::try_from(r.u32()?).map_err(|_| Malformed)?),
        source: r.option(read_source)?,
        note: r.option(Reader::hash)?,
    })
}

/// The number of what follows an event. Records of before end where it begins, and mean what they meant.
const WRITTEN: u8 = 1;

/// Behind an event whose quantity stands as it was written: its decimal places, and whether the minute is known.
pub(crate) fn write_written(w: &mut Writer, event: &Event) {
    if let Quantity::Written(number) = event.quantity {
        w.byte(WRITTEN);
        w.byte(number.scale);
        w.byte(u8::from(event.minute.is_some()));
    }
}

pub(crate) fn read_written(r: &mut Reader<'_>, event: &mut Event) -> Result<(), Malformed> {
    if r.is_empty() {
        return Ok(());
    }
    let (number, scale, is_timed) = (r.byte()?, r.byte()?, r.flag()?);
    // One way to write each: an unknown minute is 0.
    if number != WRITTEN || scale > Decimal::SCALE_MAX || (!is_timed && event.minute != Some(0)) {
        return Err(Malformed);
    }
    event.quantity = Quantity::Written(Decimal {
        units: event.quantity.units(),
        scale,
    });
    event.minute = event.minute.filter(|_| is_timed);
    Ok(())
}

/// An event where nothing else stands behind it.
pub(crate) fn write_whole_event(w: &mut Writer, event: &Event) {
    write_event(w, event);
    write_written(w, event);
}

/// The event of bytes that hold nothing else.
pub(crate) fn read_whole_event(r: &mut Reader<'_>) -> Result<Event, Malformed> {
    let mut event = read_event(r)?;
    read_written(r, &mut event)?;
    Ok(event)
}

pub(crate) fn write_rule_set(w: &mut Writer, set: &RuleSet) {
    w.u32(set.no.0);
    w.code(&set.name);
    w.text(&set.title.zh);
    w.text(&set.title.en);
    w.text(&set.version);
    w.raw(&set.component);
    w.raw(&set.params);
    w.date(set.active_from);
    rule_form::write_plan(w, &set.plan);
}

pub(crate) fn read_rule_set(r: &mut Reader<'_>) -> Result<RuleSet, Malformed> {
    Ok(RuleSet {
        no: RuleSetNo(r.u32()?),
        name: r.code()?,
        title: Text {
            zh: r.text()?,
            en: r.text()?,
        },
        version: r.text()?,
        component: r.hash()?,
        params: r.hash()?,
        active_from: r.date()?,
        plan: rule_form::read_plan(r)?,
    })
}

pub(crate) fn write_item(w: &mut Writer, item: &Item) {
    w.u32(item.no.0);
    w.code(&item.code);
    w.code(&item.category);
    w.i32(item.value_fen);
    w.text(&item.title.zh);
    w.text(&item.title.en);
    w.code(&item.icon);
    w.byte(u8::from(item.active));
}

pub(crate) fn read_item(r: &mut Reader<'_>) -> Result<Item, Malformed> {
    Ok(Item {
        no: ItemNo(r.u32()?),
        code: r.code()?,
        category: r.code()?,
        value_fen: r.i32()?,
        title: Text {
            zh: r.text()?,
            en: r.text()?,
        },
        icon: r.code()?,
        active: r.flag()?,
    })
}

pub(crate) fn write_line(w: &mut Writer, line: &OrderLine) {
    w.u32(line.item.0);
    w.i32(line.quantity);
}

pub(crate) fn read_line(r: &mut Reader<'_>) -> Result<OrderLine, Malformed> {
    Ok(OrderLine {
        item: ItemNo(r.u32()?),
        quantity: r.i32()?,
    })
}

pub(crate) fn write_holder(w: &mut Writer, holder: Holder) {
    match holder {
        Holder::Community => w.byte(0),
        Holder::Resident(no) => {
            w.byte(1);
            w.u32(no.0);
        }
        Holder::Household(no) => {
            w.byte(2);
            w.u32(no.0);
        }
        Holder::Fund(no) => {
            w.byte(3);
            w.u32(no);
        }
    }
}

pub(crate) fn read_holder(r: &mut Reader<'_>) -> Result<Holder, Malformed> {
    Ok(match r.byte()? {
        0 => Holder::Community,
        1 => Holder::Resident(ResidentNo(r.u32()?)),
        2 => Holder::Household(HouseholdNo(r.u32()?)),
        3 => Holder::Fund(r.u32()?),
        _ => return Err(Malformed),
    })
}

pub(super) fn write_transfer(w: &mut Writer, entry: u64, transfer: &Transfer) {
    w.u64(entry);
    w.i64(transfer.debit.pack());
    w.i64(transfer.credit.pack());
    w.amount(transfer.amount);
    w.i32(transfer.from_lot);
    w.i32(transfer.to_lot);
    w.byte(transfer.kind as u8);
    w.option(transfer.order, |w, order| w.u32(order.0));
    w.option(transfer.reverses, Writer::u64);
}

pub(super) fn read_transfer(r: &mut Reader<'_>) -> Result<Record, Malformed> {
    let entry = r.u64()?;
    let debit = Account::unpack(r.i64()?).ok_or(Malformed)?;
    let credit = Account::unpack(r.i64()?).ok_or(Malformed)?;
    let transfer = Transfer {
        debit,
        credit,
        amount: r.amount()?,
        from_lot: r.i32()?,
        to_lot: r.i32()?,
        kind: TransferKind::from_number(r.byte()?).ok_or(Malformed)?,
        order: r.option(|r| Ok(OrderNo(r.u32()?)))?,
        reverses: r.option(Reader::u64)?,
    };
    Ok(Record::Moved(entry, transfer))
}
