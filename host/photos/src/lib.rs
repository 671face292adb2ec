//! Photos as people send them, made small and plain: decoded within bounds, turned upright, written anew as a JPEG that
//! holds nothing but what is to be seen. No file, no database, no page.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

/// The most bytes of a photo as it is sent.
pub const SENT_MAX: usize = 5 * 1024 * 1024;
/// The most bytes of a photo as it is kept.
pub const KEPT_MAX: usize = 300_000;
/// The longer side of a photo as it is kept, in points.
pub const SIDE_MAX: u32 = 1_600;
/// The longer side of a small picture, in points.
pub const SMALL_SIDE: u32 = 640;
/// The most bytes of a small picture.
pub const SMALL_MAX: usize = 60_000;
/// The most points of a photo as it is sent.
const POINTS_MAX: u64 = 50_000_000;
/// The most bytes that decoding may take.
const UNPACKED_MAX: u64 = 256 * 1024 * 1024;
/// Qualities that are tried, one after the other, until the photo is small enough.
const QUALITIES: [u8; 4] = [84, 74, 62, 48];
/// By how much a photo that is still too large is made smaller: so many hundredths.
const SMALLER: u32 = 75;

/// A photo as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// A JPEG of at most [`KEPT_MAX`] bytes, of a small one [`SMALL_MAX`].
    pub bytes: Vec<u8>,
    /// Its width in points.
    pub width: u32,
    /// Its height in points.
    pub height: u32,
}

/// Why a photo is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// Neither JPEG nor PNG nor WebP.
    #[error("this is no photo (JPEG, PNG or WebP)")]
    NoPhoto,
    /// More bytes than are taken.
    #[error("the photo has more than {} MiB", SENT_MAX >> 20)]
    Heavy,
    /// More points than are unpacked.
    #[error("the photo has more than {} million points", POINTS_MAX / 1_000_000)]
    Vast,
    /// It begins like a photo and does not go on like one.
    #[error("the photo is damaged or cut off")]
    Broken,
}

/// Reads a photo and writes it anew.
///
/// # Errors
/// [`PhotoError`].
pub fn plain(sent: &[u8]) -> Result<Photo, PhotoError> {
    within(sent, SIDE_MAX, KEPT_MAX)
}

/// The same as a small picture, for a page with many: at most [`SMALL_SIDE`] points long and [`SMALL_MAX`] bytes heavy.
///
/// # Errors
/// [`PhotoError`].
pub fn small(sent: &[u8]) -> Result<Photo, PhotoError> {
    within(sent, SMALL_SIDE, SMALL_MAX)
}

fn within(sent: &[u8], side: u32, most: usize) -> Result<Photo, PhotoError> {
    if sent.len() > SENT_MAX {
        return Err(PhotoError::Heavy);
    }
    let upright = decoded(sent)?;
    let mut picture = on_white(&fitted(upright, side));
    loop {
        for quality in QUALITIES {
            let bytes = written(&picture, quality)?;
            if bytes.len() <= most {
                return Ok(Photo {
                    bytes,
                    width: picture.width(),
                    height: picture.height(),
                });
            }
        }
        let longer = picture.width().max(picture.height());
        let smaller = longer.saturating_mul(SMALLER) / 100;
        picture = on_white(&fitted(DynamicImage::ImageRgb8(picture), smaller.max(1)));
    }
}

/// Writes a picture that was painted point by point, three bytes each, as a photo.
///
/// # Errors
/// [`PhotoError::Broken`] where there are not as many bytes as points need.
pub fn painted(width: u32, height: u32, points: Vec<u8>) -> Result<Photo, PhotoError> {
    let picture = RgbImage::from_raw(width, height, points).ok_or(PhotoError::Broken)?;
    let bytes = written(&picture, QUALITIES[0])?;
    Ok(Photo {
        bytes,
        width,
        height,
    })
}

fn decoded(sent: &[u8]) -> Result<DynamicImage, PhotoError> {
    let mut reader = ImageReader::new(Cursor::new(sent))
        .with_guessed_format()
        .map_err(|_| PhotoError::NoPhoto)?;
    match reader.format() {
        Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) => {}
        Some(_) | None => return Err(PhotoError::NoPhoto),
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(UNPACKED_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| told(&error))?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(PhotoError::Broken);
    }
    let points = u64::from(width).saturating_mul(u64::from(height));
    if points > POINTS_MAX || decoder.total_bytes() > UNPACKED_MAX {
        return Err(PhotoError::Vast);
    }
    // A photo whose turn can't be read is shown as it lies.
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| told(&error))?;
    picture.apply_orientation(turn);
    Ok(picture)
}

fn told(error: &ImageError) -> PhotoError {
    match error {
        ImageError::Limits(_) => PhotoError::Vast,
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Unsupported(_)
        | ImageError::IoError(_) => PhotoError::Broken,
    }
}

/// The picture with no side longer than this.
fn fitted(picture: DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side {
        return picture;
    }
    picture.resize(side, side, FilterType::Triangle)
}

/// Where it is transparent there is paper.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let clear = picture.to_rgba8();
    let mut paper = RgbImage::new(clear.width(), clear.height());
    for (ours, theirs) in paper.pixels_mut().zip(clear.pixels()) {
        let [red, green, blue, cover] = theirs.0;
        let mixed = |light: u8| {
            let (light, cover) = (u32::from(light), u32::from(cover));
            let sum = light * cover + 255 * (255 - cover);
            u8::try_from(sum / 255).unwrap_or(u8::MAX)
        };
        ours.0 = [mixed(red), mixed(green), mixed(blue)];
    }
    paper
}

fn written(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, PhotoError> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    picture
        .write_with_encoder(encoder)
        .map_err(|error| told(&error))?;
    Ok(bytes)
}
