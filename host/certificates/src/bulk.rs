//! Many certificates at once, for teams: a bundle in which each has its own document and its own signed file, named by its
//! number alone, so that a list of names does not stand in a folder.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::pdf::{PdfError, pdf};
use crate::signing::Signed;
use crate::words::Lang;

/// Makes a ZIP of `NUMBER.pdf` and `NUMBER.json` for each. One document of all of them is [`pdf`] itself. The same
/// certificates give the same bytes.
///
/// # Errors
/// [`PdfError`].
pub fn bundle(
    certificates: &[Signed],
    qr: &dyn Fn(&Signed) -> String,
    lang: Lang,
) -> Result<Vec<u8>, PdfError> {
    if certificates.is_empty() {
        return Err(PdfError::Nothing);
    }
    let mut seen = BTreeSet::new();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for signed in certificates {
        let number = &signed.statement.number;
        if !seen.insert(number) {
            return Err(PdfError::Twice(number.clone()));
        }
        // It was checked that a number has letters, digits and dashes only; a document is compressed already.
        let document = pdf(std::slice::from_ref(signed), qr, lang)?;
        let stored = CompressionMethod::Stored;
        add(&mut zip, &format!("{number}.pdf"), &document, stored)?;
        let file = signed.to_json();
        let packed = CompressionMethod::Deflated;
        add(&mut zip, &format!("{number}.json"), file.as_bytes(), packed)?;
    }
    zip.finish()
        .map(Cursor::into_inner)
        .map_err(|error| PdfError::Written(error.to_string()))
}

fn add(
    zip: &mut ZipWriter<Cursor<Vec<u8>>>,
    name: &str,
    bytes: &[u8],
    how: CompressionMethod,
) -> Result<(), PdfError> {
    let options = SimpleFileOptions::default()
        .compression_method(how)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    zip.start_file(name, options)
        .map_err(|error| PdfError::Written(error.to_string()))?;
    zip.write_all(bytes)
        .map_err(|error| PdfError::Written(error.to_string()))
}
