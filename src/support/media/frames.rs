//! Sound that comes as bare frames, from anywhere within a stream: radio begins in the middle of one.

/// How far the first whole frame is looked for: none is longer.
const REACH: usize = 8 * 1024;
/// So many frames in a row are no coincidence.
const ROW: usize = 3;

/// Whether frames of AAC (ADTS), MPEG audio or AC-3 follow each other near the beginning.
pub(super) fn begin(first: &[u8]) -> bool {
    (0..first.len().min(REACH)).any(|offset| row(first, offset))
}

fn row(bytes: &[u8], mut offset: usize) -> bool {
    for _ in 0..ROW {
        let Some(length) = bytes.get(offset..).and_then(frame) else {
            return false;
        };
        offset += length;
    }
    true
}

/// The length of the frame that begins so, in bytes.
fn frame(bytes: &[u8]) -> Option<usize> {
    match *bytes {
        [0xFF, second, third, fourth, fifth, sixth, ..] if second & 0xF6 == 0xF0 => {
            let length = usize::from(fourth & 3) << 11 | usize::from(fifth) << 3 | usize::from(sixth >> 5);
            (length > 7 && third >> 2 & 15 < 13).then_some(length)
        }
        [0xFF, second, third, ..] if second & 0xE0 == 0xE0 => mpeg(second, third),
        [0x0B, 0x77, _, _, fifth, ..] => ac3(fifth),
        _ => None,
    }
}

/// Kilobits a second of MPEG 1 by layer (1, 2, 3), and of MPEG 2 (layer 1; layers 2 and 3).
const RATES: [[u16; 14]; 5] = [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

fn mpeg(second: u8, third: u8) -> Option<usize> {
    let layer = 4 - usize::from(second >> 1 & 3);
    let is_first = second >> 3 & 3 == 3;
    let halvings = match second >> 3 & 3 {
        3 => 0,
        2 => 1,
        0 => 2,
        _ => return None,
    };
    let table = match (is_first, layer) {
        (_, 4) => return None,
        (true, layer) => layer - 1,
        (false, 1) => 3,
        (false, _) => 4,
    };
    let rate = usize::from(third >> 4).checked_sub(1)?;
    let bits = usize::from(*RATES[table].get(rate)?) * 1000;
    let samples = *[44_100_usize, 48_000, 32_000].get(usize::from(third >> 2 & 3))? >> halvings;
    let padding = usize::from(third >> 1 & 1);
    Some(match (layer, is_first) {
        (1, _) => (12 * bits / samples + padding) * 4,
        (3, false) => 72 * bits / samples + padding,
        _ => 144 * bits / samples + padding,
    })
}

/// Kilobits a second of AC-3.
const AC3_RATES: [usize; 19] = [
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
];

fn ac3(code: u8) -> Option<usize> {
    let rate = *AC3_RATES.get(usize::from(code & 63) / 2)?;
    Some(match code >> 6 {
        0 => rate * 4,
        1 => (rate * 96_000 / 44_100 + usize::from(code & 1)) * 2,
        2 => rate * 6,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(head: &[u8], length: usize, times: usize) -> Vec<u8> {
        let mut frame = head.to_vec();
        frame.resize(length, 0x55);
        frame.repeat(times)
    }

    #[test]
    fn frames_of_each_kind_follow_each_other() {
        for (head, length) in [
            // ADTS: 48 kHz, 256 bytes.
            (&[0xFF, 0xF1, 0x4C, 0x80, 0x20, 0x1F, 0xFC][..], 256),
            // MP3, 128 kbit/s at 44.1 kHz, and the same padded.
            (&[0xFF, 0xFB, 0x90, 0x64], 417),
            (&[0xFF, 0xFB, 0x92, 0x64], 418),
            // MPEG 1 layer 2, 192 kbit/s at 48 kHz.
            (&[0xFF, 0xFD, 0xA4, 0x04], 576),
            // MPEG 2 layer 3, 64 kbit/s at 22.05 kHz.
            (&[0xFF, 0xF3, 0x80, 0x64], 208),
            // AC-3, 192 kbit/s at 48 kHz and at 44.1 kHz.
            (&[0x0B, 0x77, 0, 0, 0x14, 0x40], 768),
            (&[0x0B, 0x77, 0, 0, 0x54, 0x40], 834),
        ] {
            let sound = frames(head, length, 4);
            assert!(begin(&sound), "{head:x?}");
            assert!(begin(&sound[length / 2..]), "from the middle of {head:x?}");
            assert!(!begin(&sound[..2 * length]), "two of {head:x?} may be chance");
        }
    }

    #[test]
    fn other_bytes_hold_no_row_of_frames() {
        assert!(!begin(&[0xFF; 9_000]));
        assert!(!begin(&[0; 9_000]));
        assert!(!begin(b"\xff\xd8\xff\xe0"));
    }
}
