//! Pictures for logos and posters: a disc on a field, in colours that depend on a number.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::simulator::names::mix;

/// A PNG of this size.
pub(in super::super) fn image(width: u32, height: u32, number: u64) -> Vec<u8> {
    let hash = mix(7, number);
    let field = colour(hash, 60);
    let disc = colour(hash >> 24, 150);
    let (middle, across) = (
        (i64::from(width) / 2, i64::from(height) * 2 / 5),
        i64::from(width) * 3 / 8,
    );
    let mut rows = Vec::with_capacity((width as usize * 3 + 1) * height as usize);
    for y in 0..i64::from(height) {
        rows.push(0);
        for x in 0..i64::from(width) {
            let is_inside = (x - middle.0).pow(2) + (y - middle.1).pow(2) < across * across;
            rows.extend_from_slice(if is_inside { &disc } else { &field });
        }
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail.
    let _ = encoder.write_all(&rows);
    let packed = encoder.finish().unwrap_or_default();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = Vec::new();
    head.extend_from_slice(&width.to_be_bytes());
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&[8, 2, 0, 0, 0]);
    for (kind, data) in [(b"IHDR", head), (b"IDAT", packed), (b"IEND", Vec::new())] {
        chunk(&mut out, kind, &data);
    }
    out
}

fn colour(hash: u64, least: u8) -> [u8; 3] {
    [hash, hash >> 8, hash >> 16].map(|part| least + (part & 0xFF) as u8 % 100)
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    out.extend_from_slice(&super::length(data.len()));
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(data);
    out.extend_from_slice(kind);
    out.extend_from_slice(data);
    out.extend_from_slice(&sum.sum().to_be_bytes());
}
