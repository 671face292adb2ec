//! Certificates as a document: A4, one page each, real text with tags, the signed data attached. The same certificates give
//! the same bytes. The document's promises (PDF/A-3a for keeping, PDF/UA-1 for everybody) are checked while it is written;
//! what does not keep them is an error.

use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::TagTree;
use krilla::{Document, SerializeSettings};
use rongyi_core::time::LocalDate;

use crate::letters::{Face, letters, missing};
use crate::ornament::PAGE;
use crate::page::{NoPage, draw};
use crate::pen::Pen;
use crate::signing::Signed;
use crate::statement::{BadStatement, Statement};
use crate::words::{self, Lang};

/// The name of the attached file in the document of one certificate.
pub const ATTACHED: &str = "certificate.json";

/// The longest address of a public page, in characters: what a code of 29 mm holds so that telephones read it from paper.
pub const ADDRESS_MAX: usize = 150;

/// Why a document cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// No certificate, no document.
    #[error("there is no certificate to print")]
    Nothing,
    /// A statement that may not be signed, so it was not signed here.
    #[error("certificate {number}: {bad}")]
    Statement {
        /// Whose.
        number: String,
        /// What is wrong with it.
        bad: BadStatement,
    },
    /// A letter that certificates cannot be set with.
    #[error("certificate {number}: the font has no letter “{letter}” (U+{:04X}), in “{text}”", u32::from(*.letter))]
    NoGlyph {
        /// The certificate.
        number: String,
        /// The letter.
        letter: char,
        /// The text it stands in.
        text: String,
    },
    /// More lines or longer texts than one page holds.
    #[error(
        "certificate {0} does not fit on a page: put the smaller kinds together or shorten their names"
    )]
    Full(String),
    /// The address of the public page is longer than a code holds.
    #[error(
        "certificate {0}: the address of its page has more than {ADDRESS_MAX} characters, too many for a code"
    )]
    Address(String),
    /// Two certificates of one number in one bundle.
    #[error("certificate {0} is there twice")]
    Twice(String),
    /// The fonts of this program cannot be read.
    #[error("the font that is part of the program cannot be read")]
    Font,
    /// The library refused to write the document.
    #[error("the document cannot be written: {0}")]
    Written(String),
}

/// Makes one document of one or many certificates. `qr` says the address of a certificate's public page.
///
/// # Errors
/// [`PdfError`].
pub fn pdf(
    certificates: &[Signed],
    qr: &dyn Fn(&Signed) -> String,
    lang: Lang,
) -> Result<Vec<u8>, PdfError> {
    let first = certificates.first().ok_or(PdfError::Nothing)?;
    let mut document = Document::new_with(settings()?);
    let mut tree = TagTree::new().with_lang(Some(lang.tag().into()));
    let mut outline = Outline::new();
    let mut newest = first.statement.issued;
    for (index, signed) in certificates.iter().enumerate() {
        let said = &signed.statement;
        let address = qr(signed);
        check(said, &address)?;
        newest = newest.max(said.issued);
        let paper = PageSettings::from_wh(PAGE.0, PAGE.1)
            .ok_or_else(|| PdfError::Written("no paper".into()))?;
        let drawn = {
            let mut page = document.start_page_with(paper);
            let surface = page.surface();
            draw(&mut Pen { surface }, lang, signed, &address, index)
        };
        tree.push(drawn.map_err(|wrong| match wrong {
            NoPage::Full => PdfError::Full(said.number.clone()),
            NoPage::Address => PdfError::Address(said.number.clone()),
        })?);
        let top = XyzDestination::new(index, Point::from_xy(0.0, 0.0));
        let entry = format!("{} {}", said.number, said.holder);
        outline.push_child(OutlineNode::new(entry, top));
        attach(&mut document, signed, certificates.len(), lang)?;
    }
    document.set_tag_tree(tree);
    document.set_outline(outline);
    document.set_metadata(metadata(first, certificates.len(), newest, lang));
    document
        .finish()
        .map_err(|error| PdfError::Written(error.to_string()))
}

fn settings() -> Result<SerializeSettings, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| PdfError::Written("no such kind of document".into()))?;
    Ok(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    })
}

/// Whether everything that a certificate says can be set.
fn check(said: &Statement, address: &str) -> Result<(), PdfError> {
    let number = || said.number.clone();
    if letters(Face::Text).is_none() {
        return Err(PdfError::Font);
    }
    said.check().map_err(|bad| PdfError::Statement {
        number: number(),
        bad,
    })?;
    if address.chars().count() > ADDRESS_MAX {
        return Err(PdfError::Address(number()));
    }
    let named = [
        said.holder.as_str(),
        said.community.title.as_str(),
        said.number.as_str(),
        said.signer.title.as_str(),
        said.signer.name.as_str(),
        address,
    ];
    let kinds = said.kinds.iter().map(|line| line.title.as_str());
    let proofs = said.proofs.iter().map(|line| line.word.as_str());
    let texts = named
        .into_iter()
        .chain(said.team.as_deref())
        .chain(kinds)
        .chain(proofs);
    for text in texts {
        if let Some(letter) = missing(Face::Text, text).first() {
            return Err(PdfError::NoGlyph {
                number: number(),
                letter: *letter,
                text: text.to_owned(),
            });
        }
    }
    Ok(())
}

fn date(day: LocalDate) -> DateTime {
    let (year, month, day) = day.parts();
    DateTime::new(u16::try_from(year).unwrap_or(1970))
        .month(month)
        .day(day)
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

fn metadata(first: &Signed, count: usize, newest: LocalDate, lang: Lang) -> Metadata {
    let said = &first.statement;
    Metadata::new()
        .title(words::document_title(lang, &said.number, count))
        .language(lang.tag().into())
        .authors(vec![said.community.title.clone()])
        .creator("Rongyi".into())
        .producer("Rongyi".into())
        .creation_date(date(newest))
}

fn attach(
    document: &mut Document,
    signed: &Signed,
    count: usize,
    lang: Lang,
) -> Result<(), PdfError> {
    let said = &signed.statement;
    let path = if count == 1 {
        ATTACHED.to_owned()
    } else {
        format!("{}.json", said.number)
    };
    let file = EmbeddedFile {
        path,
        mime_type: MimeType::new("application/json"),
        description: Some(words::attached(lang, &said.number)),
        association_kind: AssociationKind::Data,
        data: signed.to_json().into_bytes().into(),
        modification_date: Some(date(said.issued)),
        compress: Some(true),
        location: None,
    };
    document
        .embed_file(file)
        .ok_or_else(|| PdfError::Twice(said.number.clone()))
}
