//! A reel as an MPEG transport stream, each group of packets a pure function of its picture's number: viewers who come
//! later, segments of HLS and the archive fit together without any state.

use super::{RATE, Reel, picture, sound};
use crate::simulator::ts::{PACKET, PMT_PID, VIDEO_PID, pat, pmt, section};

const AUDIO_PID: u16 = 0x0101;
/// Ticks of the clock of 90 kHz from picture to picture and from sound to sound.
const PICTURE_TICKS: u64 = 90_000 / RATE;
const SOUND_TICKS: u64 = 90_000 * sound::SAMPLES as u64 / sound::RATE as u64;
/// How much later than it comes a picture is shown.
const DELAY: u64 = 36_000;
/// Pictures after which the tables come again.
const TABLES: u64 = 5;
const PAYLOAD: usize = PACKET - 4;
/// What the clock takes of a packet.
const CLOCK: usize = 8;

/// A reel that is sent as it is played.
#[derive(Debug)]
pub struct Transport {
    reel: Reel,
    /// What stands before each slice.
    lead: Vec<u8>,
    /// Packets of each picture: all are equally long.
    packets: u64,
}

impl Transport {
    pub(in super::super) fn new(reel: Reel) -> Self {
        let mut lead = Vec::new();
        for unit in [&[0x09, 0x10][..], &reel.picture.sps(), &picture::pps(), &[]] {
            lead.extend_from_slice(&[0, 0, 0, 1]);
            lead.extend_from_slice(unit);
        }
        let length = PES + lead.len() + reel.slice(0).len();
        let packets = 1 + length.saturating_sub(PAYLOAD - CLOCK).div_ceil(PAYLOAD) as u64;
        Self { reel, lead, packets }
    }

    /// The packets of these pictures and their sound. The first is a number that [`TABLES`] divides where a reader begins.
    pub(in super::super) fn pictures(&self, numbers: std::ops::Range<u64>) -> Vec<u8> {
        let mut out = Vec::new();
        for number in numbers {
            if number.is_multiple_of(TABLES) {
                let counter = (number / TABLES % 16) as u8;
                section(&mut out, 0, counter, &pat());
                section(
                    &mut out,
                    PMT_PID,
                    counter,
                    &pmt(&[(0x1B, VIDEO_PID), (0x0F, AUDIO_PID)]),
                );
            }
            let at = number * PICTURE_TICKS;
            let mut pes = header(0xE0, at + DELAY, 0);
            pes.extend_from_slice(&self.lead);
            pes.extend_from_slice(self.reel.slice(number));
            packets(&mut out, VIDEO_PID, number * self.packets, Some(at), &pes);
            for sound in at.div_ceil(SOUND_TICKS)..(at + PICTURE_TICKS).div_ceil(SOUND_TICKS) {
                let frame = sound::framed(self.reel.sound);
                let mut pes = header(0xC0, sound * SOUND_TICKS + DELAY, frame.len());
                pes.extend_from_slice(&frame);
                packets(&mut out, AUDIO_PID, sound, None, &pes);
            }
        }
        out
    }
}

/// Bytes of a PES header with one time stamp.
const PES: usize = 14;

/// A PES header; a length of 0 is that of a video packet, which ends where the next begins.
fn header(stream: u8, at: u64, length: usize) -> Vec<u8> {
    let length = if length == 0 { 0 } else { (length + PES - 6) as u16 };
    let mut out = vec![0, 0, 1, stream];
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&[0x84, 0x80, 5]);
    let at = at % (1 << 33);
    out.push(0x21 | (at >> 29) as u8 & 0x0E);
    out.extend_from_slice(&(((at >> 14) as u16 & 0xFFFE) | 1).to_be_bytes());
    out.extend_from_slice(&(((at << 1) as u16 & 0xFFFE) | 1).to_be_bytes());
    out
}

/// Packs a PES packet, the first packet of it with the clock; packets are counted from `counter`.
fn packets(out: &mut Vec<u8>, pid: u16, counter: u64, clock: Option<u64>, pes: &[u8]) {
    let (mut rest, mut number) = (pes, 0);
    while !rest.is_empty() {
        let clock = clock.filter(|_| number == 0);
        let room = PAYLOAD - if clock.is_some() { CLOCK } else { 0 };
        let (payload, after) = rest.split_at(room.min(rest.len()));
        let extra = PAYLOAD - payload.len();
        let [high, low] = pid.to_be_bytes();
        let start = if number == 0 { 0x40 } else { 0 };
        let field = if extra > 0 { 0x30 } else { 0x10 };
        out.extend_from_slice(&[0x47, start | high, low, field | ((counter + number) % 16) as u8]);
        adaptation(out, extra, clock);
        out.extend_from_slice(payload);
        (rest, number) = (after, number + 1);
    }
}

/// An adaptation field of so many bytes: the clock, then stuffing.
fn adaptation(out: &mut Vec<u8>, bytes: usize, clock: Option<u64>) {
    let end = out.len() + bytes;
    if bytes > 0 {
        out.push((bytes - 1) as u8);
    }
    if bytes > 1 {
        // Each picture may be entered at.
        out.push(if clock.is_some() { 0x50 } else { 0 });
    }
    if let Some(at) = clock {
        let at = at % (1 << 33);
        out.extend_from_slice(&((at >> 1) as u32).to_be_bytes());
        out.extend_from_slice(&[((at & 1) << 7) as u8 | 0x7E, 0]);
    }
    out.resize(end, 0xFF);
}
