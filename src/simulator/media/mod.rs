//! Media that really decode, made without any tool: bars of one colour in H.264, a low hum in AAC.
//!
//! Every picture is complete by itself and all pictures of a *reel* have the same length, so that a reel of any duration
//! is its first seconds repeated: a live channel is endless arithmetic and a film of gigabytes costs a few kilobytes.

mod bits;
mod clip;
mod image;
mod matroska;
mod mp4;
mod picture;
mod sound;
mod ts;

use bytes::Bytes;

pub use self::clip::Clip;
pub(super) use self::image::image;
use self::picture::Picture;
pub use self::picture::Show;
pub(super) use self::ts::Transport;

/// Pictures a second.
pub(super) const RATE: u64 = 25;
/// Seconds after which picture and sound begin anew together: 200 pictures and 375 frames of sound.
const TURN: u64 = 8;
const PICTURES: u64 = TURN * RATE;
const SOUNDS: u64 = TURN * sound::RATE as u64 / sound::SAMPLES as u64;

/// What is played, in any container.
#[derive(Debug)]
pub(super) struct Reel {
    picture: Picture,
    /// One coded slice for each number of a picture, in turn.
    slices: Vec<Vec<u8>>,
    /// The frame of sound that is repeated.
    sound: &'static [u8],
}

/// A file of gigabytes as a head and a tile that is repeated behind it.
#[derive(Debug, Clone)]
pub struct Tiled {
    pub(super) head: Bytes,
    pub(super) tile: Bytes,
    pub(super) times: u64,
    /// Where each tile holds eight bytes that count: this much more in each.
    pub(super) stamp: Option<(usize, u64)>,
}

impl Reel {
    /// Bars in shades of a hue (0 to 11) at this width and height.
    pub(super) fn new(width: u32, height: u32, hue: u8) -> Self {
        Self::of(width, height, Show::Bars { hue })
    }

    /// Something else, at this width and height.
    fn of(width: u32, height: u32, show: Show) -> Self {
        let picture = Picture { width, height, show };
        let slices = (0..picture::PHASES * 2)
            .map(|number| picture.slice(number))
            .collect();
        let sound = &sound::HUM;
        Self {
            picture,
            slices,
            sound,
        }
    }

    /// Without a sound to be heard.
    fn silent(self) -> Self {
        Self {
            sound: &sound::SILENCE,
            ..self
        }
    }

    /// The coded slice of a picture: the bars move on each second, and neighbours differ in their id.
    fn slice(&self, number: u64) -> &[u8] {
        let phase = number / RATE % u64::from(picture::PHASES);
        let index = usize::try_from(phase * 2 + number % 2).unwrap_or(0);
        self.slices.get(index).map_or(&[], Vec::as_slice)
    }

    /// A film of about this many seconds.
    pub(super) fn mp4(&self, seconds: u32) -> Tiled {
        mp4::file(self, turns(seconds))
    }

    /// A film of about this many seconds.
    pub(super) fn matroska(&self, seconds: u32) -> Tiled {
        matroska::file(self, turns(seconds))
    }

    /// A picture as files hold it: its length, then the slice.
    fn sample(&self, number: u64) -> Vec<u8> {
        let slice = self.slice(number);
        let mut out = length(slice.len()).to_vec();
        out.extend_from_slice(slice);
        out
    }

    /// `avcC`: how to set up the decoder.
    fn decoder(&self) -> Vec<u8> {
        let (sps, pps) = (self.picture.sps(), picture::pps());
        let mut out = vec![1, sps[1], sps[2], sps[3], 0xFF, 0xE1];
        for (index, unit) in [&sps, &pps].into_iter().enumerate() {
            if index == 1 {
                out.push(1);
            }
            out.extend_from_slice(&length(unit.len())[2..]);
            out.extend_from_slice(unit);
        }
        out
    }
}

impl Tiled {
    /// Bytes in all.
    pub(super) fn length(&self) -> u64 {
        self.head.len() as u64 + self.tile.len() as u64 * self.times
    }

    /// At most `most` bytes from `offset` on, not beyond the end of a tile.
    pub(super) fn read(&self, offset: u64, most: usize) -> Bytes {
        let Some(behind) = offset.checked_sub(self.head.len() as u64) else {
            let rest = self.head.slice(offset as usize..);
            return rest.slice(..most.min(rest.len()));
        };
        let size = self.tile.len() as u64;
        let (number, within) = (behind / size, (behind % size) as usize);
        if number >= self.times {
            return Bytes::new();
        }
        let to = (within + most).min(self.tile.len());
        let Some((place, step)) = self.stamp.filter(|(place, _)| within < place + 8 && *place < to) else {
            return self.tile.slice(within..to);
        };
        let mut piece = self.tile.slice(within..to).to_vec();
        for (index, byte) in (number * step).to_be_bytes().into_iter().enumerate() {
            if let Some(slot) = (place + index)
                .checked_sub(within)
                .and_then(|at| piece.get_mut(at))
            {
                *slot = byte;
            }
        }
        piece.into()
    }
}

fn turns(seconds: u32) -> u64 {
    u64::from(seconds).div_ceil(TURN).max(1)
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(0).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(tiled: &Tiled, most: usize) -> Vec<u8> {
        let mut out = Vec::new();
        while (out.len() as u64) < tiled.length() {
            out.extend_from_slice(&tiled.read(out.len() as u64, most));
        }
        out
    }

    #[test]
    fn a_tiled_file_is_the_same_in_pieces_of_any_size() {
        let tiled = Tiled {
            head: "head".into(),
            tile: "<........>".into(),
            times: 3,
            stamp: Some((1, 0x4142)),
        };
        let expected = b"head<\0\0\0\0\0\0\0\0><\0\0\0\0\0\0AB><\0\0\0\0\0\0\x82\x84>";
        for most in 1..12 {
            assert_eq!(whole(&tiled, most), expected, "{most}");
        }
        assert!(tiled.read(tiled.length(), 9).is_empty());
    }

    #[test]
    fn every_picture_of_a_reel_has_one_length() {
        for hue in 0..12 {
            let reel = Reel::new(1_920, 1_080, hue);
            let first = reel.slice(0).len();
            assert!(reel.slices.iter().all(|slice| slice.len() == first), "{hue}");
            assert_ne!(reel.slice(0), reel.slice(1), "neighbours differ");
            assert_ne!(reel.slice(0), reel.slice(RATE), "the bars move");
        }
    }

    #[test]
    fn a_transport_stream_has_no_gap_in_any_counter_however_it_is_cut() {
        let transport = Transport::new(Reel::new(720, 576, 1));
        let mut bytes = transport.pictures(995..1_000);
        bytes.extend(transport.pictures(1_000..1_100));
        assert_eq!(bytes, transport.pictures(995..1_100));
        let mut counters = std::collections::HashMap::new();
        for packet in bytes.chunks(188) {
            assert_eq!((packet.len(), packet[0]), (188, 0x47));
            let pid = u16::from_be_bytes([packet[1] & 0x1F, packet[2]]);
            let counter = packet[3] & 0x0F;
            if let Some(before) = counters.insert(pid, counter) {
                assert_eq!(counter, (before + 1) % 16, "pid {pid}");
            }
        }
        assert_eq!(counters.len(), 4);
    }
}
