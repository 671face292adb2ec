//! The frame of green and gold, the banyan, the stamp of a demonstration, and the squares of the code.

use fast_qr::{ECL, QRBuilder};
use krilla::geom::{Path, PathBuilder, Rect, Transform};

use crate::pen::{CARD, Colour, GOLD, LEAF, LEAF_DEEP, Pen, Style, THREAD, rectangle};
use crate::words::{DEMO, Lang};

/// A4, in points.
pub(crate) const PAGE: (f32, f32) = (595.28, 841.89);
/// How far from the paper's edge the frame stands.
const EDGE: f32 = 22.0;
/// How far a circle's handles stand from its quarter points, of its radius.
const ROUND: f32 = 0.552_284_8;
/// As pale as paper shows.
const PALE_LEAF: Colour = (0xf3, 0xf4, 0xea);
const PALE_SEAL: Colour = (0xf8, 0xec, 0xe5);

/// Paper, frame and corners.
pub(crate) fn frame(pen: &mut Pen<'_>) {
    let (width, height) = PAGE;
    let inside = |by: f32| rectangle(by, by, width - by, height - by);
    pen.filled(CARD, inside(EDGE));
    pen.drawn(LEAF_DEEP, 4.0, inside(EDGE));
    pen.drawn(THREAD, 1.1, inside(EDGE + 6.5));
    pen.drawn(THREAD, 0.5, inside(EDGE + 10.0));
    for right in [false, true] {
        for low in [false, true] {
            pen.filled(CARD, corner_ground(right, low));
            pen.drawn(THREAD, 1.1, corner(right, low));
        }
    }
}

/// Where a corner's ornament stands: its point and the directions into the page.
fn turned(right: bool, low: bool) -> impl Fn(f32, f32) -> (f32, f32) {
    let at = EDGE + 6.5;
    move |x: f32, y: f32| {
        let x = if right { PAGE.0 - at - x } else { at + x };
        let y = if low { PAGE.1 - at - y } else { at + y };
        (x, y)
    }
}

fn corner_ground(right: bool, low: bool) -> Option<Path> {
    let place = turned(right, low);
    let ((a, b), (c, d)) = (place(-1.2, -1.2), place(24.0, 24.0));
    rectangle(a.min(c), b.min(d), a.max(c), b.max(d))
}

/// A square in a square, as on the rims of bowls, with a diamond in it.
fn corner(right: bool, low: bool) -> Option<Path> {
    let place = turned(right, low);
    let mut path = PathBuilder::new();
    for shape in [
        [(0.0, 0.0), (24.0, 0.0), (24.0, 24.0), (0.0, 24.0)],
        [(6.0, 6.0), (18.0, 6.0), (18.0, 18.0), (6.0, 18.0)],
        [(12.0, 9.5), (14.5, 12.0), (12.0, 14.5), (9.5, 12.0)],
    ] {
        for (index, (x, y)) in shape.into_iter().enumerate() {
            let (x, y) = place(x, y);
            if index == 0 {
                path.move_to(x, y);
            } else {
                path.line_to(x, y);
            }
        }
        path.close();
    }
    path.finish()
}

fn ellipse(path: &mut PathBuilder, x: f32, y: f32, wide: f32, high: f32) {
    let (a, b) = (wide * ROUND, high * ROUND);
    path.move_to(x + wide, y);
    path.cubic_to(x + wide, y + b, x + a, y + high, x, y + high);
    path.cubic_to(x - a, y + high, x - wide, y + b, x - wide, y);
    path.cubic_to(x - wide, y - b, x - a, y - high, x, y - high);
    path.cubic_to(x + a, y - high, x + wide, y - b, x + wide, y);
    path.close();
}

fn crown() -> Option<Path> {
    let mut path = PathBuilder::new();
    for (x, y, wide, high) in [
        (0.0, -34.0, 19.0, 14.0),
        (-18.0, -27.0, 17.0, 12.0),
        (18.0, -27.0, 17.0, 12.0),
        (0.0, -23.0, 26.0, 10.0),
    ] {
        ellipse(&mut path, x, y, wide, high);
    }
    path.finish()
}

fn trunk() -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(-3.2, -18.0);
    path.cubic_to(-3.0, -8.0, -4.0, -4.0, -11.0, 0.0);
    path.line_to(11.0, 0.0);
    path.cubic_to(4.0, -4.0, 3.0, -8.0, 3.2, -18.0);
    path.close();
    // Roots that hang from the branches to the ground.
    for x in [-19.0, -12.5, 12.5, 19.0] {
        path.push_rect(Rect::from_ltrb(x - 0.7, -19.0, x + 0.7, 0.0)?);
    }
    path.finish()
}

fn tree(pen: &mut Pen<'_>, x: f32, y: f32, scale: f32, wood: Colour, leaves: Colour) {
    let place = Transform::from_row(scale, 0.0, 0.0, scale, x, y);
    let placed = |path: Option<Path>| path.and_then(|path| path.transform(place));
    pen.filled(wood, placed(trunk()));
    pen.filled(leaves, placed(crown()));
}

/// The banyan over the title, and a large pale one behind the text.
pub(crate) fn trees(pen: &mut Pen<'_>) {
    let middle = PAGE.0 / 2.0;
    tree(pen, middle, 566.0, 5.6, PALE_LEAF, PALE_LEAF);
    tree(pen, middle, 97.0, 1.0, GOLD, LEAF);
    pen.line(THREAD, 0.9, (middle - 34.0, 97.6), (middle + 34.0, 97.6));
}

/// A line with a diamond in its middle.
pub(crate) fn divider(pen: &mut Pen<'_>, y: f32, half: f32) {
    let middle = PAGE.0 / 2.0;
    for side in [-1.0, 1.0] {
        let (from, to) = (middle + side * 9.0, middle + side * half);
        pen.line(THREAD, 0.9, (from, y), (to, y));
    }
    let mut path = PathBuilder::new();
    path.move_to(middle, y - 3.4);
    path.line_to(middle + 3.4, y);
    path.line_to(middle, y + 3.4);
    path.line_to(middle - 3.4, y);
    path.close();
    pen.filled(THREAD, path.finish());
}

/// Across the whole page, under everything: that nothing on it is true.
pub(crate) fn watermark(pen: &mut Pen<'_>) {
    let style = Style::heading(108.0, PALE_SEAL);
    let word = Lang::Zh.of(DEMO);
    let (x, y) = (PAGE.0 / 2.0, PAGE.1 / 2.0 + 20.0);
    pen.surface
        .push_transform(&Transform::from_rotate_at(-32.0, x, y));
    pen.behind(x - style.width(word) / 2.0, y, style, word);
    pen.surface.pop();
}

/// The dark squares of a code for a text, in a square of this side; none when the text is too long for a code.
pub(crate) fn code(text: &str, left: f32, top: f32, side: f32) -> Option<Path> {
    let code = QRBuilder::new(text).ecl(ECL::Q).build().ok()?;
    // One path of many squares; neighbours in a row are one, so that no hair shows between them.
    let size = u16::try_from(code.size).ok()?;
    let module = side / f32::from(size);
    let mut path = PathBuilder::new();
    for y in 0..size {
        let row = &code[usize::from(y)];
        let dark = |x: u16| row.get(usize::from(x)).is_some_and(|module| module.value());
        let mut x = 0;
        while x < size {
            let from = x;
            while x < size && dark(x) {
                x += 1;
            }
            if x > from {
                let over = top + f32::from(y) * module;
                path.push_rect(Rect::from_ltrb(
                    left + f32::from(from) * module,
                    over,
                    left + f32::from(x) * module,
                    over + module,
                )?);
            } else {
                x += 1;
            }
        }
    }
    path.finish()
}
