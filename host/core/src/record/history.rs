//! What somebody did of one kind before this ledger began, as the paper book or another program says. It moves nothing;
//! rules see it where they count.

use super::form::{read_envelope, read_holder, read_source, write_holder, write_source};
use super::{Record, Source};
use crate::account::Holder;
use crate::amount::Decimal;
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::ids::Code;

/// The record behind its bytes.
pub(super) fn read(r: &mut Reader<'_>) -> Result<Record, Malformed> {
    Ok(Record::History(
        read_envelope(r)?,
        read_holder(r)?,
        History::read(r)?,
        read_source(r)?,
        r.hash()?,
    ))
}

/// Totals of one kind, of one year or of all years together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// An event kind, or `item/CODE` for what was redeemed in the shop.
    pub kind: Code,
    /// The year they are of: they count in that year and for all time. `None` for years that are not told apart, which
    /// count for all time alone.
    pub year: Option<i32>,
    /// How often.
    pub events: i64,
    /// On how many days.
    pub days: i64,
    /// How much, as it was written; pieces for items.
    pub quantity: Decimal,
    /// Points that were given, or below zero taken, for it; points spent for items.
    pub points: i64,
    /// Minutes that were given for it.
    pub minutes: i64,
}

impl History {
    /// The body of its record.
    pub(super) fn write(&self, w: &mut Writer, holder: Holder, (source, reason): (&Source, &Hash)) {
        write_holder(w, holder);
        w.code(&self.kind);
        w.option(self.year, Writer::i32);
        w.i64(self.events);
        w.i64(self.days);
        w.i32(self.quantity.units);
        w.byte(self.quantity.scale);
        w.i64(self.points);
        w.i64(self.minutes);
        write_source(w, source);
        w.raw(reason);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let history = History {
            kind: r.code()?,
            year: r.option(Reader::i32)?,
            events: r.i64()?,
            days: r.i64()?,
            quantity: Decimal {
                units: r.i32()?,
                scale: r.byte()?,
            },
            points: r.i64()?,
            minutes: r.i64()?,
        };
        if history.quantity.scale > Decimal::SCALE_MAX {
            return Err(Malformed);
        }
        Ok(history)
    }
}
