//! Packets of an MPEG transport stream (ISO/IEC 13818-1): where they lie, and what is missing between them.

use std::collections::HashMap;

/// Each packet begins with it.
const SYNC: u8 = 0x47;
/// A packet.
const PACKET: usize = 188;
/// Packets of Blu-ray and recorders carry a time before them, those of some tuners a check sum behind them.
const STRIDES: [usize; 3] = [PACKET, 192, 204];
/// So many sync bytes in their places are no coincidence.
pub const ENOUGH: usize = 5;
/// How far the first packet is looked for.
const REACH: usize = 4 * 1024;
const NULL_PID: u16 = 0x1FFF;

/// Where packets lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packets {
    /// Of the first sync byte.
    pub offset: usize,
    /// From one sync byte to the next.
    pub stride: usize,
}

/// Finds packets near the beginning; `None` unless [`ENOUGH`] follow each other.
pub fn find(bytes: &[u8]) -> Option<Packets> {
    let begins = memchr::memchr_iter(SYNC, &bytes[..bytes.len().min(REACH)]);
    let mut places = begins.flat_map(|offset| STRIDES.map(|stride| Packets { offset, stride }));
    places.find(|place| {
        place.offset + (ENOUGH - 1) * place.stride < bytes.len()
            && place.syncs(bytes).take(ENOUGH).all(|is_sync| is_sync)
    })
}

/// The same in a body that is complete, of which two packets from the first byte on are enough.
pub fn find_short(bytes: &[u8]) -> Option<Packets> {
    find(bytes).or_else(|| {
        let at_once = Packets {
            offset: 0,
            stride: PACKET,
        };
        (bytes.len() >= 2 * PACKET && at_once.syncs(bytes).all(|is_sync| is_sync)).then_some(at_once)
    })
}

impl Packets {
    fn syncs(self, bytes: &[u8]) -> impl Iterator<Item = bool> {
        bytes[self.offset.min(bytes.len())..]
            .iter()
            .step_by(self.stride)
            .map(|byte| *byte == SYNC)
    }

    /// Where packets go on behind `at`.
    fn again(self, bytes: &[u8], at: usize) -> Option<usize> {
        memchr::memchr_iter(SYNC, &bytes[at..])
            .map(|offset| at + offset)
            .find(|start| bytes.get(start + self.stride) == Some(&SYNC))
    }

    /// Errors between the packets from here on: counters that jump, by the rules of the standard, and lost sync. Null
    /// packets, packets without payload, one repetition of a packet and announced discontinuities are no errors.
    pub fn continuity_errors(self, bytes: &[u8]) -> u32 {
        let mut errors = 0;
        let mut counters = HashMap::new();
        let mut at = self.offset;
        while let Some(packet) = bytes.get(at..at + PACKET) {
            if packet[0] == SYNC {
                errors += u32::from(!follows(packet, &mut counters));
                at += self.stride;
                continue;
            }
            errors += 1;
            // What was lost is counted once, not for each of its streams.
            counters.clear();
            match self.again(bytes, at) {
                Some(found) => at = found,
                None => break,
            }
        }
        errors
    }
}

/// The last counter of a stream, and whether it came twice.
type Counters = HashMap<u16, (u8, bool)>;

fn follows(packet: &[u8], counters: &mut Counters) -> bool {
    let pid = u16::from_be_bytes([packet[1] & 0x1F, packet[2]]);
    let (is_damaged, has_adaptation, has_payload) = (
        packet[1] & 0x80 != 0,
        packet[3] & 0x20 != 0,
        packet[3] & 0x10 != 0,
    );
    // Of a damaged packet nothing can be believed; its counter is missed at the next.
    if pid == NULL_PID || is_damaged || !has_payload {
        return true;
    }
    let counter = packet[3] & 0x0F;
    let is_announced = has_adaptation && packet[4] > 0 && packet[5] & 0x80 != 0;
    let before = counters.insert(pid, (counter, false));
    match before {
        None => true,
        Some(_) if is_announced => true,
        Some((last, was_twice)) if last == counter => {
            counters.insert(pid, (counter, true));
            !was_twice
        }
        Some((last, _)) => counter == (last + 1) & 0x0F,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet of a stream with payload.
    fn packet(pid: u16, counter: u8) -> Vec<u8> {
        let [high, low] = pid.to_be_bytes();
        let mut out = vec![SYNC, high, low, 0x10 | counter & 15];
        out.resize(PACKET, 0xAA);
        out
    }

    fn stream(counters: &[u8]) -> Vec<u8> {
        counters
            .iter()
            .flat_map(|counter| packet(0x100, *counter))
            .collect()
    }

    fn errors(bytes: &[u8]) -> u32 {
        find(bytes).unwrap().continuity_errors(bytes)
    }

    #[test]
    fn packets_are_found_behind_an_offset_and_with_every_stride() {
        for (before, behind) in [(0, 0), (4, 0), (0, 16)] {
            for lead in [0, 1, 100, 187, 1_000] {
                let packets = (0..20)
                    .flat_map(|counter| [vec![1; before], packet(0x100, counter), vec![2; behind]].concat());
                let bytes: Vec<u8> = vec![0; lead].into_iter().chain(packets).collect();
                let found = find(&bytes).unwrap();
                assert_eq!(
                    (found.offset, found.stride),
                    (lead + before, PACKET + before + behind)
                );
                assert_eq!(found.continuity_errors(&bytes), 0);
            }
        }
    }

    #[test]
    fn a_few_sync_bytes_are_chance_unless_the_body_is_complete() {
        let bytes = stream(&[0, 1, 2, 3]);
        assert_eq!(find(&bytes), None);
        assert!(find_short(&bytes).is_some());
        assert!(find_short(&bytes[..2 * PACKET]).is_some());
        assert_eq!(find_short(&bytes[..2 * PACKET - 1]), None);
        assert_eq!(find_short(&[&bytes[..PACKET], &[0; PACKET][..]].concat()), None);
        assert_eq!(find_short(b""), None);
    }

    #[test]
    fn every_jump_of_a_counter_is_an_error() {
        assert_eq!(errors(&stream(&[14, 15, 0, 1, 2, 3])), 0);
        assert_eq!(errors(&stream(&[0, 1, 3, 4, 5, 6])), 1);
        assert_eq!(errors(&stream(&[0, 5, 6, 2, 3, 4])), 2);
        assert_eq!(errors(&stream(&[0, 1, 1, 2, 3, 4])), 0, "a packet may come twice");
        assert_eq!(errors(&stream(&[0, 1, 1, 1, 2, 3])), 1, "but not three times");
    }

    #[test]
    fn each_stream_counts_for_itself() {
        let bytes: Vec<u8> = (0..8)
            .flat_map(|counter| [packet(0x100, counter), packet(0x101, counter + 7)].concat())
            .collect();
        assert_eq!(errors(&bytes), 0);
    }

    #[test]
    fn null_packets_and_packets_without_payload_do_not_count() {
        let mut bytes = stream(&[0, 1, 2, 3]);
        bytes.extend(packet(NULL_PID, 9));
        bytes.extend(packet(NULL_PID, 3));
        let mut without_payload = packet(0x100, 3);
        without_payload[3] = 0x20 | 3;
        bytes.extend(without_payload);
        bytes.extend(packet(0x100, 4));
        assert_eq!(errors(&bytes), 0);
    }

    #[test]
    fn an_announced_discontinuity_is_no_error() {
        let mut bytes = stream(&[0, 1, 2]);
        let mut announced = packet(0x100, 9);
        announced[3] = 0x30 | 9;
        announced[4] = 1;
        announced[5] = 0x80;
        bytes.extend(announced);
        bytes.extend(stream(&[10, 11]));
        assert_eq!(errors(&bytes), 0);
    }

    #[test]
    fn lost_bytes_are_one_error_and_what_follows_is_read_on() {
        let mut bytes = stream(&[0, 1, 2, 3, 4, 5, 6, 7, 8]);
        bytes.drain(5 * PACKET + 10..5 * PACKET + 60);
        // The cut packet eats into the next one.
        assert_eq!(errors(&bytes), 1);
        let mut damaged = stream(&[0, 1, 2, 3, 4, 5, 6]);
        damaged[5 * PACKET + 1] |= 0x80;
        assert_eq!(errors(&damaged), 1, "a damaged packet is missed once");
    }

    proptest::proptest! {
        #[test]
        fn whatever_bytes_come_they_are_judged(bytes: Vec<u8>, offset in 0..5_000_usize, stride in 0..3_usize) {
            find(&bytes);
            find_short(&bytes);
            let place = Packets { offset, stride: STRIDES[stride] };
            place.continuity_errors(&bytes);
        }

        #[test]
        fn random_bytes_are_no_packets(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..8_000)) {
            proptest::prop_assert_eq!(find(&bytes), None);
        }
    }
}
