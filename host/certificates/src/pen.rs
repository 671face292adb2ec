//! Setting text on a page: measuring, breaking into lines, drawing with a tag. It knows no certificate.

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag};

use crate::letters::{Face, letters};
use crate::words::Lang;

/// A colour of the house.
pub(crate) type Colour = (u8, u8, u8);

pub(crate) const INK: Colour = (0x1b, 0x21, 0x1d);
pub(crate) const MUTED: Colour = (0x51, 0x5b, 0x55);
pub(crate) const CARD: Colour = (0xff, 0xfd, 0xf7);
pub(crate) const LINE: Colour = (0xe2, 0xd9, 0xc4);
pub(crate) const LEAF: Colour = (0x0d, 0x52, 0x37);
pub(crate) const LEAF_DEEP: Colour = (0x08, 0x3a, 0x27);
pub(crate) const LEAF_SOFT: Colour = (0xe4, 0xef, 0xe3);
pub(crate) const GOLD: Colour = (0x7a, 0x4e, 0x06);
pub(crate) const THREAD: Colour = (0xc9, 0xa2, 0x4e);
pub(crate) const SEAL: Colour = (0xad, 0x23, 0x1b);

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) face: Face,
    /// In points.
    pub(crate) size: f32,
    pub(crate) colour: Colour,
    /// Between letters, in ems.
    pub(crate) spacing: f32,
    /// Strokes are thickened by so many ems.
    pub(crate) bold: f32,
}

impl Style {
    pub(crate) const fn text(size: f32, colour: Colour) -> Style {
        Style {
            face: Face::Text,
            size,
            colour,
            spacing: 0.0,
            bold: 0.0,
        }
    }

    pub(crate) const fn heading(size: f32, colour: Colour) -> Style {
        Style {
            face: Face::Headings,
            size,
            colour,
            spacing: 0.0,
            bold: 0.0,
        }
    }

    pub(crate) const fn spaced(mut self, spacing: f32) -> Style {
        self.spacing = spacing;
        self
    }

    pub(crate) const fn bold(mut self) -> Style {
        self.bold = 0.03;
        self
    }

    /// The width of a text, in points.
    pub(crate) fn width(self, text: &str) -> f32 {
        let Some(letters) = letters(self.face) else {
            return 0.0;
        };
        let ems: f32 = text
            .chars()
            .map(|letter| letters.width(letter) + self.spacing)
            .sum();
        // Nothing stands after the last letter.
        let last = if text.is_empty() { 0.0 } else { self.spacing };
        (ems - last) * self.size
    }

    /// The same, small enough for a width.
    pub(crate) fn fitted(mut self, text: &str, width: f32) -> Style {
        let found = self.width(text);
        if found > width {
            self.size *= width / found;
        }
        self
    }

    /// The text in lines of at most this width: broken at spaces and around Chinese characters, inside a word only
    /// where it fills a whole line.
    pub(crate) fn lines(self, text: &str, width: f32) -> Vec<&str> {
        let mut lines = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let end = self.first_line(rest, width);
            let (line, after) = rest.split_at(end);
            lines.push(line.trim_end());
            rest = after.trim_start();
        }
        lines
    }

    /// As [`Style::lines`], with lines about as long as each other.
    pub(crate) fn even_lines(self, text: &str, width: f32) -> Vec<&str> {
        let lines = self.lines(text, width);
        [0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]
            .into_iter()
            .map(|part| self.lines(text, width * part))
            .find(|narrow| narrow.len() == lines.len())
            .filter(|_| lines.len() > 1)
            .unwrap_or(lines)
    }

    /// Where the first line ends.
    fn first_line(self, text: &str, width: f32) -> usize {
        let mut best = 0;
        let mut before: Option<char> = None;
        for (at, letter) in text.char_indices() {
            // A day stays with its month: no line ends behind “27 ”.
            let counted = text
                .get(..at)
                .and_then(|so_far| so_far.strip_suffix(' '))
                .is_some_and(|so_far| so_far.ends_with(|last: char| last.is_ascii_digit()));
            if !counted && before.is_some_and(|before| may_break(before, letter)) {
                best = at;
            }
            let end = at + letter.len_utf8();
            let fits = self.width(text.get(..end).unwrap_or_default().trim_end()) <= width;
            if !fits && at > 0 {
                return if best > 0 { best } else { at };
            }
            before = Some(letter);
        }
        text.len()
    }
}

/// Whether a line may end between two letters.
fn may_break(before: char, after: char) -> bool {
    let wide = |letter: char| matches!(u32::from(letter), 0x2e80..=0x3_ffff);
    let closes = "，。、；：！？）》」』”’％·,.;:!?)";
    let opens = "（《「『“‘(";
    if closes.contains(after) || opens.contains(before) {
        return false;
    }
    before == ' ' || wide(before) || wide(after)
}

/// What draws on one page.
pub(crate) struct Pen<'p> {
    pub(crate) surface: Surface<'p>,
}

fn fill(colour: Colour) -> Fill {
    Fill {
        paint: rgb::Color::new(colour.0, colour.1, colour.2).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}

fn stroke(colour: Colour, width: f32) -> Stroke {
    Stroke {
        paint: rgb::Color::new(colour.0, colour.1, colour.2).into(),
        width,
        ..Stroke::default()
    }
}

impl Pen<'_> {
    /// A text that begins here; its base line is at `y`.
    pub(crate) fn left(
        &mut self,
        x: f32,
        y: f32,
        style: Style,
        lang: Lang,
        text: &str,
    ) -> Identifier {
        let span = SpanTag::empty().with_lang(Some(lang.tag()));
        let tag = self.surface.start_tagged(ContentTag::Span(span));
        self.draw(x, y, style, text);
        self.surface.end_tagged();
        tag
    }

    /// A text around a middle.
    pub(crate) fn centred(
        &mut self,
        x: f32,
        y: f32,
        style: Style,
        lang: Lang,
        text: &str,
    ) -> Identifier {
        self.left(x - style.width(text) / 2.0, y, style, lang, text)
    }

    /// A text that ends here.
    pub(crate) fn right(
        &mut self,
        x: f32,
        y: f32,
        style: Style,
        lang: Lang,
        text: &str,
    ) -> Identifier {
        self.left(x - style.width(text), y, style, lang, text)
    }

    /// A text that is no part of what is read.
    pub(crate) fn behind(&mut self, x: f32, y: f32, style: Style, text: &str) {
        let tag = Artifact::with_kind(ArtifactType::Watermark);
        self.surface.start_tagged(ContentTag::Artifact(tag));
        self.draw(x, y, style, text);
        self.surface.end_tagged();
    }

    fn draw(&mut self, x: f32, y: f32, style: Style, text: &str) {
        let Some(letters) = letters(style.face) else {
            return;
        };
        self.surface.set_fill(Some(fill(style.colour)));
        self.surface
            .set_stroke((style.bold > 0.0).then(|| stroke(style.colour, style.bold * style.size)));
        let glyphs = letters.set(text, style.spacing);
        let start = Point::from_xy(x, y);
        self.surface.draw_glyphs(
            start,
            &glyphs,
            letters.font.clone(),
            text,
            style.size,
            false,
        );
        self.surface.set_stroke(None);
    }

    /// Ornament: a filled shape.
    pub(crate) fn filled(&mut self, colour: Colour, path: Option<Path>) {
        self.shape(Some(fill(colour)), None, path);
    }

    /// Ornament: lines.
    pub(crate) fn drawn(&mut self, colour: Colour, width: f32, path: Option<Path>) {
        self.shape(None, Some(stroke(colour, width)), path);
    }

    fn shape(&mut self, fill: Option<Fill>, stroke: Option<Stroke>, path: Option<Path>) {
        let Some(path) = path else { return };
        let tag = Artifact::with_kind(ArtifactType::Layout);
        self.surface.start_tagged(ContentTag::Artifact(tag));
        self.surface.set_fill(fill);
        self.surface.set_stroke(stroke);
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
        self.surface.end_tagged();
    }

    /// A picture that means something: one filled shape.
    pub(crate) fn picture(&mut self, colour: Colour, path: &Path) -> Identifier {
        let tag = self.surface.start_tagged(ContentTag::Other);
        self.surface.set_fill(Some(fill(colour)));
        self.surface.set_stroke(None);
        self.surface.draw_path(path);
        self.surface.end_tagged();
        tag
    }

    /// A straight line.
    pub(crate) fn line(&mut self, colour: Colour, width: f32, from: (f32, f32), to: (f32, f32)) {
        let mut path = PathBuilder::new();
        path.move_to(from.0, from.1);
        path.line_to(to.0, to.1);
        self.drawn(colour, width, path.finish());
    }
}

/// A rectangle's path.
pub(crate) fn rectangle(left: f32, top: f32, right: f32, bottom: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_ltrb(left, top, right, bottom)?);
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_people_end_them() {
        let style = Style::text(10.0, INK);
        for (text, width, lines) in [
            ("", 50.0, vec![]),
            ("志愿服务时长", 30.0, vec!["志愿服", "务时长"]),
            // Nothing that closes begins a line.
            ("志愿服务，时长", 40.0, vec!["志愿服", "务，时长"]),
            (
                "hours of 27 November",
                70.0,
                vec!["hours of", "27 November"],
            ),
            // A word that fills more than a line is cut, and nothing of it is lost.
            ("mmmmmmmm", 30.0, vec!["mmm", "mmm", "mm"]),
            ("字", 1.0, vec!["字"]),
        ] {
            assert_eq!(style.lines(text, width), lines, "{text}");
        }
        let long = "期间在南门社区 from 1 January 2026 to 27 November 2026，累计";
        for width in [20.0, 60.0, 100.0, 200.0] {
            let whole: String = style.lines(long, width).concat();
            let plain = |text: &str| text.replace(' ', "");
            assert_eq!(plain(&whole), plain(long), "{width}");
        }
    }
}
