//! Bytes to text: UTF-8, UTF-16 or GB18030, as the file as a whole is written. A single line in another encoding
//! is damaged and named; it never changes how the rest is read.

use std::collections::BTreeMap;
use std::fmt;

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use rongyi_core::shown;

use super::row::{BadRow, SheetError};

/// Damaged lines that are remembered with what they seem to say; more are damaged all the same.
const DAMAGED_MAX: usize = 10_000;

/// How a text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16,
    Gb18030,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16 => "UTF-16",
            Encoding::Gb18030 => "GB18030",
        })
    }
}

/// A decoded text.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) encoding: Encoding,
    /// Lines that are not written like the rest, with what they would say in the other encoding.
    damaged: BTreeMap<u64, String>,
}

impl Decoded {
    fn whole(text: String, encoding: Encoding) -> Decoded {
        Decoded {
            text,
            encoding,
            damaged: BTreeMap::new(),
        }
    }

    /// What is wrong with the encoding of a row that begins on line `number` and covers `lines`.
    pub(crate) fn damage(&self, number: u64, lines: u64) -> Option<BadRow> {
        let end = number.saturating_add(lines);
        let (line, seems) = self.damaged.range(number..end).next()?;
        let (here, seems) = (self.encoding, shown::short(seems, 40));
        Some(BadRow::new(
            *line,
            "row.encoding",
            format!(
                "这一行的编码和文件别处（{here}）不一样，像是“{seems}”。请把整个文件用一种编码另存（“CSV UTF-8”或 XLSX）再导入。"
            ),
            format!(
                "This line is not written in {here} like the rest; it seems to say “{seems}”. Save the whole file in one encoding (“CSV UTF-8” or XLSX) and import it again."
            ),
        ))
    }
}

/// Decodes a whole file.
///
/// # Errors
/// [`SheetError::Encoding`] when its first line can't be read in any encoding.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, SheetError> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        // The mark says UTF-8, so it is.
        return by_line(rest, Encoding::Utf8);
    }
    if let Some(encoding) = wide(bytes) {
        let (text, _, broken) = encoding.decode(bytes);
        if broken {
            return Err(SheetError::Encoding);
        }
        return Ok(Decoded::whole(text.into_owned(), Encoding::Utf16));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded::whole(text.to_owned(), Encoding::Utf8)),
        Err(_) => by_line(bytes, majority(bytes)),
    }
}

/// UTF-16 by its mark, or by the zero beside each letter of an ASCII header.
fn wide(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    match bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Some(UTF_16LE),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// A line feed is never a part of a character, in neither encoding.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}

/// What most of the lines with more than ASCII are written in.
fn majority(bytes: &[u8]) -> Encoding {
    let (mut good, mut bad) = (0_u64, 0_u64);
    for line in lines(bytes).filter(|line| !line.is_ascii()) {
        if std::str::from_utf8(line).is_ok() {
            good += 1;
        } else {
            bad += 1;
        }
    }
    if good >= bad && good > 0 {
        Encoding::Utf8
    } else {
        Encoding::Gb18030
    }
}

fn by_line(bytes: &[u8], encoding: Encoding) -> Result<Decoded, SheetError> {
    let mut decoded = Decoded::whole(String::with_capacity(bytes.len()), encoding);
    // Lines as a person counts them: CR, LF or both end one.
    let mut number = 1_u64;
    for line in lines(bytes) {
        let (text, seems) = match encoding {
            Encoding::Gb18030 => gb_line(line),
            Encoding::Utf8 | Encoding::Utf16 => utf8_line(line),
        };
        if let Some(seems) = seems {
            // A file that starts like this is no text at all.
            if number == 1 {
                return Err(SheetError::Encoding);
            }
            if decoded.damaged.len() < DAMAGED_MAX {
                decoded.damaged.insert(number, seems);
            } else {
                return Err(SheetError::Encoding);
            }
        }
        number = number.saturating_add(breaks(&text));
        decoded.text.push_str(&text);
    }
    Ok(decoded)
}

/// Line ends as a person counts them: CR, LF or both.
pub(crate) fn breaks(text: &str) -> u64 {
    let both = text.matches("\r\n").count();
    let each = text.matches(['\r', '\n']).count();
    each.saturating_sub(both) as u64
}

/// A line of a UTF-8 file, and what it says in GB18030 when it is not UTF-8.
fn utf8_line(line: &[u8]) -> (String, Option<String>) {
    match std::str::from_utf8(line) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => {
            let (seems, _, _) = GB18030.decode(line);
            let text = String::from_utf8_lossy(line).into_owned();
            (text, Some(seems.trim_end().to_owned()))
        }
    }
}

/// A line of a GB18030 file, and what it says in UTF-8 when it is rather that: characters of three bytes that
/// happen to be whole are no accident.
fn gb_line(line: &[u8]) -> (String, Option<String>) {
    let (text, _, broken) = GB18030.decode(line);
    let utf8 = std::str::from_utf8(line).ok();
    let rather = utf8.filter(|utf8| utf8.chars().any(|c| c.len_utf8() >= 3));
    let seems = match (rather, broken) {
        (Some(utf8), _) => Some(utf8.trim_end().to_owned()),
        (None, true) => Some(text.trim_end().to_owned()),
        (None, false) => None,
    };
    (text.into_owned(), seems)
}
