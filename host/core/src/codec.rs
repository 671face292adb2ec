//! The canonical binary form of every record that is hashed: one way to write each value.
//!
//! Integers are LEB128 varints (signed ones zigzag first), texts and byte strings carry their length, an
//! option is a 0 or 1 byte before its value. The form is versioned by [`crate::chain::VERSION`].

use crate::amount::{Amount, Decimal};
use crate::ids::Code;
use crate::time::LocalDate;

/// Collects canonical bytes.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

/// Bytes that are not a canonical record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not a record of this program's format")]
pub struct Malformed;

impl Writer {
    /// The bytes collected so far.
    pub fn done(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn byte(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(crate) fn u64(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push((value & 0x7f) as u8);
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.u64(u64::from(value));
    }

    pub(crate) fn i64(&mut self, value: i64) {
        self.u64((value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned());
    }

    pub(crate) fn i32(&mut self, value: i32) {
        self.i64(i64::from(value));
    }

    pub(crate) fn amount(&mut self, value: Amount) {
        self.i64(value.get());
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) {
        self.u64(value.len() as u64);
        self.0.extend_from_slice(value);
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    pub(crate) fn code(&mut self, value: &Code) {
        self.text(value.as_str());
    }

    pub(crate) fn date(&mut self, value: LocalDate) {
        self.i32(value.to_days());
    }

    pub(crate) fn decimal(&mut self, value: Decimal) {
        self.i32(value.units);
        self.byte(value.scale);
    }

    pub(crate) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.byte(0),
            Some(inner) => {
                self.byte(1);
                write(self, inner);
            }
        }
    }

    pub(crate) fn list<T>(&mut self, values: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.u64(values.len() as u64);
        for value in values {
            write(self, value);
        }
    }

    pub(crate) fn raw(&mut self, value: &[u8]) {
        self.0.extend_from_slice(value);
    }
}

/// Reads canonical bytes back.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8]);

/// No list in a record is longer; a corrupt length cannot ask for more memory than this.
const LIST_MAX: u64 = 100_000;

impl<'a> Reader<'a> {
    /// A reader at the beginning of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader(bytes)
    }

    /// Nothing may be left over.
    ///
    /// # Errors
    /// [`Malformed`] when bytes remain.
    pub fn end(self) -> Result<(), Malformed> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.0.split_first().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(Malformed);
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                // A longer spelling of the same number would give one record two hashes.
                return if byte == 0 && shift > 0 {
                    Err(Malformed)
                } else {
                    Ok(value)
                };
            }
        }
        Err(Malformed)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.u64()?).map_err(|_| Malformed)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Malformed> {
        let raw = self.u64()?;
        Ok((raw >> 1).cast_signed() ^ 0i64.wrapping_sub((raw & 1).cast_signed()))
    }

    pub(crate) fn i32(&mut self) -> Result<i32, Malformed> {
        i32::try_from(self.i64()?).map_err(|_| Malformed)
    }

    pub(crate) fn amount(&mut self) -> Result<Amount, Malformed> {
        Amount::new(self.i64()?).map_err(|_| Malformed)
    }

    pub(crate) fn raw(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (first, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(first)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.u64()?).map_err(|_| Malformed)?;
        self.raw(length)
    }

    pub(crate) fn hash(&mut self) -> Result<[u8; 32], Malformed> {
        self.raw(32)?.try_into().map_err(|_| Malformed)
    }

    pub(crate) fn text(&mut self) -> Result<String, Malformed> {
        String::from_utf8(self.bytes()?.to_vec()).map_err(|_| Malformed)
    }

    pub(crate) fn code(&mut self) -> Result<Code, Malformed> {
        self.text()?.parse().map_err(|_| Malformed)
    }

    pub(crate) fn date(&mut self) -> Result<LocalDate, Malformed> {
        LocalDate::from_days(self.i32()?).ok_or(Malformed)
    }

    pub(crate) fn decimal(&mut self) -> Result<Decimal, Malformed> {
        Ok(Decimal {
            units: self.i32()?,
            scale: self.byte()?,
        })
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Malformed> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed),
        }
    }

    pub(crate) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Option<T>, Malformed> {
        if self.flag()? {
            read(self).map(Some)
        } else {
            Ok(None)
        }
    }

    pub(crate) fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let length = self.u64()?;
        if length > LIST_MAX {
            return Err(Malformed);
        }
        (0..length).map(|_| read(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_integer_comes_back() {
        for value in [
            0,
            1,
            -1,
            63,
            64,
            -64,
            -65,
            i64::MAX,
            i64::MIN,
            1_000_000_000_000,
        ] {
            let mut writer = Writer::default();
            writer.i64(value);
            let bytes = writer.done();
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.i64(), Ok(value));
            assert_eq!(reader.end(), Ok(()));
        }
    }

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(Reader::new(&[0x80, 0x00]).u64(), Err(Malformed));
        assert_eq!(Reader::new(&[0xff; 11]).u64(), Err(Malformed));
        assert_eq!(Reader::new(&[0x05, b'a']).bytes(), Err(Malformed));
    }
}
