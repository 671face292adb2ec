//! Photos of every kind that is taken, and those that are not: bombs, texts, halves.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Rgb, RgbImage, Rgba, RgbaImage};
use rongyi_photos::{KEPT_MAX, PhotoError, SENT_MAX, SIDE_MAX, plain};

/// A picture whose left half is red and whose right half is blue.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([220, 20, 20])
        } else {
            Rgb([20, 20, 220])
        }
    })
}

fn written(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The same JPEG with an EXIF part behind its first two bytes: how it was held, and where it was taken.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
    // One entry: orientation, a short; then a text that must not stay.
    exif.extend([0, 2]);
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    exif.extend([0x01, 0x0e, 0, 2, 0, 0, 0, 10, 0, 0, 0, 38]);
    exif.extend([0, 0, 0, 0]);
    exif.extend(b"GPS-26.08N");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let mut all = jpeg[..2].to_vec();
    all.extend([0xff, 0xe1]);
    all.extend(length);
    all.extend(exif);
    all.extend(&jpeg[2..]);
    all
}

fn seen(bytes: &[u8]) -> RgbImage {
    let reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    reader.decode().unwrap().to_rgb8()
}

#[test]
fn each_kind_becomes_a_small_jpeg_the_same_each_time() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let sent = written(&halves(2_400, 1_200), format);
        let photo = plain(&sent).unwrap();
        assert_eq!((photo.width, photo.height), (SIDE_MAX, SIDE_MAX / 2));
        assert!(photo.bytes.len() <= KEPT_MAX);
        assert_eq!(plain(&sent).unwrap(), photo);
        let seen = seen(&photo.bytes);
        assert!(seen.get_pixel(10, 10).0[0] > 180, "{format:?} left is red");
        assert!(seen.get_pixel(1_590, 10).0[2] > 180, "right is blue");
    }
}

#[test]
fn it_is_turned_as_it_was_held_and_forgets_where() {
    let sent = with_exif(&written(&halves(400, 200), ImageFormat::Jpeg), 6);
    let photo = plain(&sent).unwrap();
    assert_eq!(
        (photo.width, photo.height),
        (200, 400),
        "turned by a quarter"
    );
    let seen = seen(&photo.bytes);
    assert!(seen.get_pixel(100, 20).0[0] > 180, "what was left is above");
    assert!(seen.get_pixel(100, 380).0[2] > 180);
    for gone in [&b"GPS-26.08N"[..], b"Exif"] {
        assert!(sent.windows(gone.len()).any(|part| part == gone));
        assert!(!photo.bytes.windows(gone.len()).any(|part| part == gone));
    }
}

#[test]
fn what_is_transparent_is_white() {
    let clear = RgbaImage::from_pixel(40, 40, Rgba([0, 0, 0, 0]));
    let mut bytes = Cursor::new(Vec::new());
    clear.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let photo = plain(&bytes.into_inner()).unwrap();
    assert!(seen(&photo.bytes).get_pixel(20, 20).0[1] > 250);
}

#[test]
fn a_picture_of_nothing_but_noise_is_small_enough_in_the_end() {
    let mut state = 1_u32;
    let noise = RgbImage::from_fn(1_600, 1_600, |_, _| {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        Rgb([next(), next(), next()])
    });
    let mut sent = Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut sent, 70);
    noise.write_with_encoder(encoder).unwrap();
    let photo = plain(&sent.into_inner()).unwrap();
    assert!(photo.bytes.len() <= KEPT_MAX, "{}", photo.bytes.len());
    assert!(photo.width >= 400, "and can still be recognised");
}

/// The head of a PNG that says how large it is, with a right checksum, and next to nothing behind it.
fn png_head(width: u32, height: u32) -> Vec<u8> {
    fn crc(bytes: &[u8]) -> u32 {
        let mut crc = u32::MAX;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 {
                    crc >> 1 ^ 0xedb8_8320
                } else {
                    crc >> 1
                };
            }
        }
        !crc
    }
    let mut head = b"IHDR".to_vec();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    head.extend([8, 6, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    png.extend(&head);
    png.extend(crc(&head).to_be_bytes());
    let mut data = b"IDAT".to_vec();
    data.extend([0x78, 0x9c, 0x03, 0, 0, 0, 0, 1]);
    png.extend([0, 0, 0, 8]);
    png.extend(&data);
    png.extend(crc(&data).to_be_bytes());
    png
}

#[test]
fn what_is_no_photo_is_refused_before_it_costs_anything() {
    let jpeg = written(&halves(400, 200), ImageFormat::Jpeg);
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;".to_vec();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>".to_vec();
    let cases: [(&str, Vec<u8>, PhotoError); 8] = [
        ("nothing", Vec::new(), PhotoError::NoPhoto),
        ("a text", b"no photo at all".to_vec(), PhotoError::NoPhoto),
        ("a GIF", gif, PhotoError::NoPhoto),
        ("an SVG", svg, PhotoError::NoPhoto),
        ("a bomb", png_head(60_000, 60_000), PhotoError::Vast),
        (
            "a bomb just above",
            png_head(7_100, 7_100),
            PhotoError::Vast,
        ),
        ("half a photo", jpeg[..200].to_vec(), PhotoError::Broken),
        ("too heavy", vec![0xff; SENT_MAX + 1], PhotoError::Heavy),
    ];
    for (what, bytes, expected) in cases {
        assert_eq!(plain(&bytes), Err(expected), "{what}");
    }
}
