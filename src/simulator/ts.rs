//! MPEG transport stream packets that look right to a reader of packets (not to a decoder).

pub(super) const PACKET: usize = 188;
pub(super) const PMT_PID: u16 = 0x1000;
pub(super) const VIDEO_PID: u16 = 0x0100;
/// Continuity counters run modulo 16, so a block of this many groups may be repeated for ever without a gap.
const GROUPS: usize = 16;
const VIDEO_PER_GROUP: usize = 5;

/// A block of whole packets (PAT, PMT, one video stream) whose repetition keeps every continuity counter right.
pub fn block() -> Vec<u8> {
    let mut out = Vec::with_capacity(GROUPS * (2 + VIDEO_PER_GROUP) * PACKET);
    let mut video: u8 = 0;
    for group in 0..16_u8 {
        section(&mut out, 0, group, &pat());
        section(&mut out, PMT_PID, group, &pmt(&[(0x1B, VIDEO_PID)]));
        for index in 0..VIDEO_PER_GROUP {
            packet(&mut out, VIDEO_PID, video, index == 0);
            video = (video + 1) % 16;
        }
    }
    out
}

pub(super) fn pat() -> Vec<u8> {
    let pmt = PMT_PID.to_be_bytes();
    vec![0x00, 0xB0, 13, 0, 1, 0xC1, 0, 0, 0, 1, 0xE0 | pmt[0], pmt[1]]
}

/// The map of a programme whose clock is in the first of these streams (type and PID).
pub(super) fn pmt(streams: &[(u8, u16)]) -> Vec<u8> {
    let clock = streams.first().map_or(0x1FFF, |(_, pid)| *pid).to_be_bytes();
    let length = 13 + 5 * streams.len() as u8;
    let mut out = vec![
        0x02,
        0xB0,
        length,
        0,
        1,
        0xC1,
        0,
        0,
        0xE0 | clock[0],
        clock[1],
        0xF0,
        0,
    ];
    for (kind, pid) in streams {
        let [high, low] = pid.to_be_bytes();
        out.extend_from_slice(&[*kind, 0xE0 | high, low, 0xF0, 0]);
    }
    out
}

pub(super) fn section(out: &mut Vec<u8>, pid: u16, counter: u8, table: &[u8]) {
    let start = out.len();
    header(out, pid, counter, true);
    out.push(0);
    out.extend_from_slice(table);
    out.extend_from_slice(&crc32(table).to_be_bytes());
    out.resize(start + PACKET, 0xFF);
}

fn packet(out: &mut Vec<u8>, pid: u16, counter: u8, first: bool) {
    let start = out.len();
    header(out, pid, counter, first);
    if first {
        // A PES header of a video stream without time stamps.
        out.extend_from_slice(&[0, 0, 1, 0xE0, 0, 0, 0x80, 0, 0]);
    }
    out.resize(start + PACKET, 0xAA);
}

fn header(out: &mut Vec<u8>, pid: u16, counter: u8, first: bool) {
    let [high, low] = pid.to_be_bytes();
    out.extend_from_slice(&[0x47, if first { 0x40 } else { 0 } | high, low, 0x10 | counter]);
}

/// CRC-32/MPEG-2, as sections end with it.
fn crc32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(*byte) << 24), |crc, _| {
            if crc & 0x8000_0000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x04C1_1DB7
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_block_repeats_without_a_gap_in_any_counter() {
        let twice = [block(), block()].concat();
        let mut counters: HashMap<u16, u8> = HashMap::new();
        for packet in twice.chunks(PACKET) {
            assert_eq!((packet.len(), packet[0]), (PACKET, 0x47));
            let pid = u16::from_be_bytes([packet[1] & 0x1F, packet[2]]);
            let counter = packet[3] & 0x0F;
            if let Some(before) = counters.insert(pid, counter) {
                assert_eq!(counter, (before + 1) % 16, "pid {pid}");
            }
        }
        assert_eq!(counters.len(), 3);
    }

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0x0376_E6E7);
    }
}
