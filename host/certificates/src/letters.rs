//! The letters that certificates are set in, and which ones there are. Two files are part of the program: a text face with
//! every Chinese character of its source, and a few hundred letters of a bold one for headings and figures.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

const TEXT: &[u8] = include_bytes!("../font/NotoSansCJKsc-Regular-certificates.otf");
const HEADINGS: &[u8] = include_bytes!("../font/NotoSerifCJKsc-Bold-headings.otf");

/// Which of the two faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    /// For everything that people write themselves.
    Text,
    /// For our own headings and figures.
    Headings,
}

/// A face with what setting needs to know of it.
pub(crate) struct Letters {
    pub(crate) font: Font,
    map: Charmap<'static>,
    widths: GlyphMetrics<'static>,
    em: f32,
}

impl Letters {
    fn of(bytes: &'static [u8]) -> Option<Letters> {
        let face = FontRef::new(bytes).ok()?;
        let font = Font::new(bytes.into(), 0)?;
        Some(Letters {
            em: font.units_per_em(),
            font,
            map: face.charmap(),
            widths: face.glyph_metrics(Size::unscaled(), LocationRef::default()),
        })
    }

    fn has(&self, letter: char) -> bool {
        self.map
            .map(letter)
            .is_some_and(|glyph| glyph.to_u32() != 0)
    }

    /// How wide a letter is, in ems. A letter that is not there has no width; it is asked for before.
    pub(crate) fn width(&self, letter: char) -> f32 {
        self.map
            .map(letter)
            .and_then(|glyph| self.widths.advance_width(glyph))
            .map_or(0.0, |units| units / self.em)
    }

    /// The letters of a text, one after the other, with so many ems between them.
    pub(crate) fn set(&self, text: &str, spacing: f32) -> Vec<KrillaGlyph> {
        text.char_indices()
            .filter_map(|(at, letter)| {
                let glyph = self.map.map(letter)?;
                let range = at..at + letter.len_utf8();
                let advance = self.width(letter) + spacing;
                let id = GlyphId::new(glyph.to_u32());
                Some(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, range, None))
            })
            .collect()
    }
}

static FACES: LazyLock<Option<(Letters, Letters)>> =
    LazyLock::new(|| Some((Letters::of(TEXT)?, Letters::of(HEADINGS)?)));

/// A face; none when its file cannot be read.
pub(crate) fn letters(face: Face) -> Option<&'static Letters> {
    let (text, headings) = FACES.as_ref()?;
    Some(match face {
        Face::Text => text,
        Face::Headings => headings,
    })
}

/// The letters of a text that certificates cannot be set with, each once, in the order of the text. Pages ask before
/// somebody's name is put on a certificate.
pub fn missing_letters(text: &str) -> Vec<char> {
    missing(Face::Text, text)
}

pub(crate) fn missing(face: Face, text: &str) -> Vec<char> {
    let mut found = Vec::new();
    for letter in text.chars() {
        let there = letters(face).is_some_and(|letters| letters.has(letter));
        if !there && !found.contains(&letter) {
            found.push(letter);
        }
    }
    found
}
