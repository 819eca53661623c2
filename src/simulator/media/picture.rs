//! H.264 (ITU-T H.264, constrained baseline): bars or black, each macroblock predicted from the one above or beside it.
//!
//! Only the first macroblock of each bar carries samples, as they are (`I_PCM`); the others hold no residual, so that a
//! picture in high definition takes eight bits for each macroblock.

use super::bits::Bits;

/// Bars of a picture, and the ways in which they stand.
pub(super) const PHASES: u8 = 4;
/// Brightness of the bars.
const SHADES: [u8; PHASES as usize] = [70, 110, 150, 190];
/// Hues on a circle in the plane of the colour differences, around 128.
const HUES: [(u8, u8); 12] = [
    (90, 200),
    (70, 160),
    (60, 128),
    (80, 90),
    (100, 70),
    (128, 60),
    (160, 75),
    (190, 95),
    (200, 128),
    (180, 165),
    (150, 190),
    (120, 205),
];
/// Orders of the shades of pictures that stand still.
const STILLS: [[u8; PHASES as usize]; 4] = [[0, 3, 1, 2], [3, 0, 2, 1], [3, 2, 1, 0], [0, 1, 3, 2]];
/// Brightness and colour differences of black.
const BLACK: (u8, u8, u8) = (16, 128, 128);
const MACROBLOCK: u32 = 16;

/// What is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Bars in shades of a hue (0 to 11) that move on each second.
    Bars {
        hue: u8,
    },
    /// Bars that stand still, in one of four orders (0 to 3).
    Still {
        order: u8,
    },
    Black,
}

/// Types of macroblock of an intra slice (table 7-11).
const PCM: u32 = 25;
const FROM_ABOVE: u32 = 1;
const FROM_LEFT: u32 = 2;

#[derive(Debug)]
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) show: Show,
}

impl Picture {
    /// The sequence parameter set.
    pub(super) fn sps(&self) -> Vec<u8> {
        let level = match self.height {
            0..=576 => 30,
            577..=720 => 31,
            721..=1088 => 40,
            _ => 51,
        };
        let mut bits = Bits::default();
        bits.put(8, 66);
        bits.put(8, 0xC0);
        bits.put(8, level);
        bits.golomb(0);
        bits.golomb(0);
        // Pictures are shown in the order in which they come.
        bits.golomb(2);
        bits.golomb(1);
        bits.put(1, 0);
        bits.golomb(self.columns() - 1);
        bits.golomb(self.rows() - 1);
        bits.put(2, 0b11);
        let beyond = self.rows() * MACROBLOCK - self.height;
        bits.put(1, u32::from(beyond > 0));
        if beyond > 0 {
            for cut in [0, 0, 0, beyond / 2] {
                bits.golomb(cut);
            }
        }
        // Of the usability information only the timing: 25 pictures a second are 50 fields.
        bits.put(1, 1);
        bits.put(4, 0);
        bits.put(1, 1);
        bits.put(32, 1);
        bits.put(32, 50);
        bits.put(1, 1);
        bits.put(4, 0);
        bits.unit(0x67)
    }

    /// An instantaneous decoding refresh: number 0 and 1 look alike and differ in their id, then the bars move on.
    pub(super) fn slice(&self, number: u8) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.golomb(0);
        bits.golomb(7);
        bits.golomb(0);
        bits.put(4, 0);
        bits.golomb(1 + u32::from(number % 2));
        bits.put(2, 0);
        bits.golomb(0);
        // No filter at the edges of blocks.
        bits.golomb(1);
        for row in 0..self.rows() {
            for column in 0..self.columns() {
                if row == 0 && self.begins(column) {
                    self.samples(&mut bits, self.bar(column), number / 2);
                } else {
                    let beside = row == 0 && self.begins(column - 1);
                    let below = row == 1 && self.begins(column);
                    predicted(&mut bits, row == 0, beside || below);
                }
            }
        }
        bits.unit(0x65)
    }

    fn samples(&self, bits: &mut Bits, bar: u8, phase: u8) {
        let shade_of = |index: u8| SHADES[usize::from(index) % SHADES.len()];
        let (shade, blue, red) = match self.show {
            Show::Bars { hue } => {
                let (blue, red) = HUES[usize::from(hue) % HUES.len()];
                (shade_of(bar + phase), blue, red)
            }
            Show::Still { order } => {
                let order = STILLS[usize::from(order) % STILLS.len()];
                (shade_of(order[usize::from(bar) % order.len()]), 128, 128)
            }
            Show::Black => BLACK,
        };
        bits.golomb(PCM);
        bits.align();
        bits.bytes([shade; 256]);
        bits.bytes([blue; 64]);
        bits.bytes([red; 64]);
    }

    fn columns(&self) -> u32 {
        self.width.div_ceil(MACROBLOCK)
    }

    fn rows(&self) -> u32 {
        self.height.div_ceil(MACROBLOCK)
    }

    fn bar(&self, column: u32) -> u8 {
        (column * u32::from(PHASES) / self.columns()) as u8
    }

    /// Whether a bar begins in this column.
    fn begins(&self, column: u32) -> bool {
        column == 0 || self.bar(column) != self.bar(column - 1)
    }
}

/// A macroblock like its neighbour.
fn predicted(bits: &mut Bits, is_from_left: bool, is_beside_samples: bool) {
    let (kind, colour) = if is_from_left {
        (FROM_LEFT, 1)
    } else {
        (FROM_ABOVE, 2)
    };
    bits.golomb(kind);
    bits.golomb(colour);
    bits.put(1, 1);
    // No coefficient: the code depends on how many the neighbours have, and samples count as sixteen.
    if is_beside_samples {
        bits.put(6, 0b000011);
    } else {
        bits.put(1, 1);
    }
}

/// The picture parameter set.
pub(super) fn pps() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.golomb(0);
    bits.golomb(0);
    bits.put(2, 0);
    for _ in 0..3 {
        bits.golomb(0);
    }
    bits.put(3, 0);
    for _ in 0..3 {
        bits.golomb(0);
    }
    bits.put(3, 0b100);
    bits.unit(0x68)
}
