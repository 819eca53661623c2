//! From what a host sent to what is shown: decoded within bounds, on an opaque ground, small.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits, Rgb, RgbImage, RgbaImage};

/// The longest side that is decoded, in pixels.
const LONGEST_SIDE: u32 = 8_192;
/// The most memory that decoding may take.
const DECODED_BYTES: u64 = 64 * 1024 * 1024;
const QUALITIES: [u8; 4] = [85, 75, 62, 48];
const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
const SLATE: Rgb<u8> = Rgb([28, 42, 46]);

/// In which size a picture is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// In a list or grid: at most 160 × 240 pixels and 8 KB.
    Small,
    /// On a page of its own: at most 400 × 600 pixels and 25 KB.
    Large,
    /// The wide picture behind a film or series, in the bounds of [`Self::Large`].
    Backdrop,
}

impl Size {
    fn bounds(self) -> (u32, u32) {
        match self {
            Self::Small => (160, 240),
            Self::Large | Self::Backdrop => (400, 600),
        }
    }

    fn most_bytes(self) -> usize {
        match self {
            Self::Small => 8_000,
            Self::Large | Self::Backdrop => 25_000,
        }
    }
}

/// Why bytes are not shown as a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum RenderError {
    #[error("it is not a picture of a known format (PNG, JPEG, WebP, GIF)")]
    Unknown,
    #[error("the picture is damaged or too large to be shown")]
    Undecodable,
}

/// Both renditions as JPEG, the small one first.
pub(super) fn render(bytes: &[u8]) -> Result<[Vec<u8>; 2], RenderError> {
    let decoded = decode(bytes)?;
    let large = shrunk(&decoded, Size::Large);
    drop(decoded);
    let opaque = on_ground(&large);
    let small = shrunk(&DynamicImage::ImageRgb8(opaque.clone()), Size::Small).into_rgb8();
    Ok([encode(small, Size::Small)?, encode(opaque, Size::Large)?])
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, RenderError> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| RenderError::Unknown)?;
    if reader.format().is_none() {
        return Err(RenderError::Unknown);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(DECODED_BYTES);
    reader.limits(limits);
    let decoded = reader.decode().map_err(|_| RenderError::Undecodable)?;
    if decoded.width() == 0 || decoded.height() == 0 {
        return Err(RenderError::Undecodable);
    }
    Ok(decoded)
}

fn shrunk(picture: &DynamicImage, size: Size) -> DynamicImage {
    let (width, height) = size.bounds();
    if picture.width() <= width && picture.height() <= height {
        return picture.clone();
    }
    picture.resize(width, height, FilterType::CatmullRom)
}

/// A transparent logo on paper, or on slate if it is too light for paper: readable in both themes.
fn on_ground(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let picture = picture.to_rgba8();
    let ground = if is_light(&picture) { SLATE } else { PAPER };
    let mut opaque = RgbImage::new(picture.width(), picture.height());
    for (to, from) in opaque.pixels_mut().zip(picture.pixels()) {
        let alpha = u32::from(from.0[3]);
        for (channel, (&over, &under)) in to.0.iter_mut().zip(from.0.iter().zip(&ground.0)) {
            let mixed = (u32::from(over) * alpha + u32::from(under) * (255 - alpha)) / 255;
            *channel = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
    }
    opaque
}

/// Whether what is not transparent is light on the whole: its mean luma (BT.601) is above 0.72.
fn is_light(picture: &RgbaImage) -> bool {
    let (mut light, mut weight) = (0u64, 0u64);
    for pixel in picture.pixels() {
        let [red, green, blue, alpha] = pixel.0.map(u64::from);
        light += (299 * red + 587 * green + 114 * blue) * alpha;
        weight += alpha;
    }
    // A picture without transparent parts needs no ground.
    let covered = weight >= 255 * u64::from(picture.width()) * u64::from(picture.height());
    !covered && light * 100 > weight * 255 * 1_000 * 72
}

/// As good as fits into the bounds of its size.
fn encode(mut picture: RgbImage, size: Size) -> Result<Vec<u8>, RenderError> {
    loop {
        for quality in QUALITIES {
            let mut bytes = Vec::new();
            JpegEncoder::new_with_quality(&mut bytes, quality)
                .encode_image(&picture)
                .map_err(|_| RenderError::Undecodable)?;
            if bytes.len() <= size.most_bytes() {
                return Ok(bytes);
            }
        }
        let half = |side: u32| (side * 2 / 3).max(1);
        let (width, height) = (half(picture.width()), half(picture.height()));
        picture = image::imageops::resize(&picture, width, height, FilterType::Triangle);
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgba};

    use super::*;

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn noise(width: u32, height: u32) -> DynamicImage {
        let mut state = 7u32;
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [_, red, green, blue] = state.to_be_bytes();
            Rgb([red, green, blue])
        }))
    }

    fn seen(bytes: &[u8]) -> RgbImage {
        image::load_from_memory(bytes).unwrap().into_rgb8()
    }

    #[test]
    fn renditions_keep_the_shape_and_stay_within_their_bounds() {
        let [small, large] = render(&png(&noise(1_000, 1_500))).unwrap();
        assert!(
            small.len() <= 8_000 && large.len() <= 25_000,
            "{} {}",
            small.len(),
            large.len()
        );
        for (bytes, size) in [(&small, Size::Small), (&large, Size::Large)] {
            let seen = seen(bytes);
            let (width, height) = size.bounds();
            assert!(seen.width() <= width && seen.height() <= height);
            assert!((f64::from(seen.height()) / f64::from(seen.width()) - 1.5).abs() < 0.05);
        }
    }

    #[test]
    fn a_small_picture_is_not_blown_up() {
        let flat = DynamicImage::ImageRgb8(RgbImage::from_pixel(20, 10, Rgb([200, 10, 10])));
        let [small, large] = render(&png(&flat)).unwrap();
        for bytes in [small, large] {
            assert_eq!(seen(&bytes).dimensions(), (20, 10));
        }
    }

    #[test]
    fn a_transparent_logo_stands_on_a_ground_it_is_readable_on() {
        let logo = |ink: u8| {
            let mut logo = RgbaImage::from_pixel(40, 40, Rgba([ink, ink, ink, 0]));
            for x in 10..30 {
                logo.put_pixel(x, 20, Rgba([ink, ink, ink, 255]));
            }
            let [_, large] = render(&png(&DynamicImage::ImageRgba8(logo))).unwrap();
            seen(&large).get_pixel(2, 2).0[0]
        };
        assert!(logo(255) < 60, "white ink on slate");
        assert!(logo(0) > 240, "black ink on paper");
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for bytes in [
            &b"<!doctype html><title>no</title>"[..],
            b"",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        ] {
            assert_eq!(render(bytes).unwrap_err(), RenderError::Unknown);
        }
        let mut cut = png(&noise(50, 50));
        cut.truncate(200);
        assert_eq!(render(&cut).unwrap_err(), RenderError::Undecodable);
    }

    #[test]
    fn a_picture_that_unpacks_to_gigabytes_is_refused_by_its_head() {
        let mut bomb = png(&noise(2, 2));
        // The width and height of the head, with its checksum.
        bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let mut sum = flate2::Crc::new();
        sum.update(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.sum().to_be_bytes());
        assert_eq!(render(&bomb).unwrap_err(), RenderError::Undecodable);
    }
}
