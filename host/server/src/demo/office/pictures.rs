//! Pictures that stand for photos in the demonstration: painted here, point by point, so that nobody's house is shown and no
//! file is carried. Anybody sees that they are drawings.

const WIDTH: i32 = 480;
const HEIGHT: i32 = 360;

type Colour = [u8; 3];

const SKY: Colour = [205, 226, 238];
const GROUND: Colour = [173, 196, 133];
const LEAF: Colour = [62, 124, 63];
const TRUNK: Colour = [124, 88, 56];
const WALL: Colour = [226, 214, 190];
const PATH: Colour = [190, 182, 170];
const GREY: Colour = [110, 116, 122];
const RED: Colour = [178, 58, 46];
const PAPER: Colour = [250, 248, 240];

struct Canvas(Vec<u8>);

impl Canvas {
    fn new(sky: Colour, ground: Colour) -> Canvas {
        let mut canvas = Canvas(Vec::new());
        let horizon = HEIGHT * 2 / 3;
        for y in 0..HEIGHT {
            let colour = if y < horizon { sky } else { ground };
            for _ in 0..WIDTH {
                canvas.0.extend(colour);
            }
        }
        canvas
    }

    fn dot(&mut self, (x, y): (i32, i32), colour: Colour) {
        if !(0..WIDTH).contains(&x) || !(0..HEIGHT).contains(&y) {
            return;
        }
        let place = usize::try_from((y * WIDTH + x) * 3).unwrap_or_default();
        if let Some(point) = self.0.get_mut(place..place + 3) {
            point.copy_from_slice(&colour);
        }
    }

    fn block(&mut self, (left, top): (i32, i32), (width, height): (i32, i32), colour: Colour) {
        for y in top..top + height {
            for x in left..left + width {
                self.dot((x, y), colour);
            }
        }
    }

    fn disc(&mut self, (left, top): (i32, i32), radius: i32, colour: Colour) {
        for y in -radius..=radius {
            for x in -radius..=radius {
                if x * x + y * y <= radius * radius {
                    self.dot((left + x, top + y), colour);
                }
            }
        }
    }

    fn photo(self) -> Option<Vec<u8>> {
        let (width, height) = (u32::try_from(WIDTH).ok()?, u32::try_from(HEIGHT).ok()?);
        let photo = rongyi_photos::painted(width, height, self.0).ok()?;
        Some(photo.bytes)
    }
}

/// Young trees in a row, each with its stake.
fn trees(count: i32) -> Canvas {
    let mut canvas = Canvas::new(SKY, GROUND);
    for no in 0..count {
        let x = WIDTH * (2 * no + 1) / (2 * count);
        canvas.block((x - 5, 190), (10, 100), TRUNK);
        canvas.block((x + 16, 170), (4, 120), PATH);
        for (dx, dy) in [(0, -20), (-22, 4), (22, 4), (0, 12)] {
            canvas.disc((x + dx, 170 + dy), 23, LEAF);
        }
        canvas.disc((x, 292), 22, TRUNK);
    }
    canvas
}

/// A bin at a corner, so full that it does not close.
fn bin() -> Canvas {
    let mut canvas = Canvas::new(WALL, PATH);
    canvas.block((180, 130), (120, 170), GREY);
    canvas.block((170, 118), (140, 16), GREY);
    for (x, y, colour) in [
        (200, 110, PAPER),
        (235, 96, RED),
        (270, 108, PAPER),
        (150, 300, PAPER),
    ] {
        canvas.disc((x, y), 22, colour);
    }
    canvas
}

/// A dark staircase with a lamp that does not burn.
fn stairs() -> Canvas {
    let mut canvas = Canvas::new([70, 74, 82], [48, 50, 56]);
    for step in 0..6 {
        let top = 330 - step * 40;
        canvas.block((80 + step * 50, top), (320 - step * 50, 12), GREY);
    }
    canvas.block((236, 0), (6, 50), GREY);
    canvas.disc((239, 62), 16, [96, 98, 104]);
    canvas
}

/// An old sofa on a landing.
fn sofa() -> Canvas {
    let mut canvas = Canvas::new(WALL, PATH);
    canvas.block((110, 150), (260, 70), RED);
    canvas.block((90, 190), (300, 70), RED);
    canvas.block((90, 260), (20, 20), TRUNK);
    canvas.block((370, 260), (20, 20), TRUNK);
    canvas
}

/// The place below a large tree where benches are asked for.
fn banyan() -> Canvas {
    let mut canvas = Canvas::new(SKY, GROUND);
    canvas.block((215, 150), (50, 150), TRUNK);
    for (x, y) in [(160, 120), (240, 90), (320, 120), (200, 150), (280, 150)] {
        canvas.disc((x, y), 62, LEAF);
    }
    canvas
}

/// What somebody would have taken a photo of, by the kind of case and what was done.
pub(super) fn of(kind: &str, (event, quantity): (&str, &str)) -> Vec<Vec<u8>> {
    let canvases = match (kind, event) {
        ("claim", "tree.plant") => {
            let count = quantity.parse().unwrap_or(1);
            vec![trees(count)]
        }
        ("matter", _) => vec![banyan()],
        ("deduction", "littering") => vec![sofa()],
        _ => Vec::new(),
    };
    canvases.into_iter().filter_map(Canvas::photo).collect()
}

/// What comes with a message: by its class.
pub(super) fn of_message(class: &str) -> Vec<Vec<u8>> {
    let canvas = match class {
        "help" => stairs(),
        "complain" => bin(),
        _ => return Vec::new(),
    };
    canvas.photo().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_a_photo_that_would_be_taken() {
        let mut all = of("claim", ("tree.plant", "3"));
        assert_eq!(all.len(), 1);
        all.extend(of("claim", ("tree.plant", "1")));
        all.extend(of("matter", ("", "")));
        all.extend(of("deduction", ("littering", "1")));
        all.extend(of_message("help"));
        all.extend(of_message("complain"));
        assert_eq!(all.len(), 6);
        for picture in &all {
            let plain = rongyi_photos::plain(picture).unwrap();
            assert_eq!((plain.width, plain.height), (480, 360));
        }
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 6, "no two are the same");
        assert!(of("appeal", ("", "")).is_empty());
    }
}
