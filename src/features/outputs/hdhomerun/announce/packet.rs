//! The packets of HDHomeRun's discovery: read leniently, written strictly.
//!
//! A frame is its type, the length of what follows, tags with values, and a checksum over all before it.

use std::fmt::Write as _;

/// Longer ones nobody sends.
pub const LONGEST: usize = 1460;
const QUESTION: u16 = 2;
const REPLY: u16 = 3;
const DEVICE_TYPE: u8 = 0x01;
const DEVICE_ID: u8 = 0x02;
const TUNER_COUNT: u8 = 0x10;
const LINEUP_URL: u8 = 0x27;
const BASE_URL: u8 = 0x2A;
/// Several device types at once.
const DEVICE_TYPES: u8 = 0x2D;
const TUNER: u32 = 1;
const ANY: u32 = u32::MAX;
/// Type and length before, the checksum behind.
pub const HEAD_BYTES: usize = 4;
pub const CHECKSUM_BYTES: usize = 4;

/// Who is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// One device, or any.
    id: Option<u32>,
}

impl Question {
    /// The question of a packet; none if it is none, is damaged, or looks for something else than tuners.
    pub fn read(packet: &[u8]) -> Option<Self> {
        let frame = Frame::read(packet).filter(|frame| frame.kind == QUESTION)?;
        let mut question = Self { id: None };
        let mut types = Vec::new();
        for (tag, value) in frame.tags {
            match tag {
                DEVICE_TYPE | DEVICE_TYPES => types.extend(numbers(&value)),
                DEVICE_ID => question.id = numbers(&value).next().filter(|id| *id != ANY),
                _ => {}
            }
        }
        let is_for_tuners = types.is_empty() || types.iter().any(|kind| matches!(*kind, TUNER | ANY));
        is_for_tuners.then_some(question)
    }

    /// Whether a device of this id is meant.
    pub fn means(self, id: u32) -> bool {
        self.id.is_none_or(|wanted| wanted == id)
    }
}

/// What a device answers; `base` is its address without a slash at its end. None if that is too long for a packet.
pub fn reply(id: u32, tuners: u8, base: &str) -> Option<Vec<u8>> {
    let mut lineup = base.to_owned();
    // Text takes whatever is written to it.
    let _ = write!(lineup, "/lineup.json");
    let frame = Frame {
        kind: REPLY,
        tags: vec![
            (DEVICE_TYPE, TUNER.to_be_bytes().to_vec()),
            (DEVICE_ID, id.to_be_bytes().to_vec()),
            (BASE_URL, base.as_bytes().to_vec()),
            (TUNER_COUNT, vec![tuners]),
            (LINEUP_URL, lineup.into_bytes()),
        ],
    };
    frame.write()
}

fn numbers(value: &[u8]) -> impl Iterator<Item = u32> {
    let fours = value.chunks_exact(4);
    fours.map(|four| four.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub kind: u16,
    pub tags: Vec<(u8, Vec<u8>)>,
}

impl Frame {
    /// The frame at the beginning of a packet. A last tag that is cut off is left out, as are bytes behind the frame.
    pub fn read(packet: &[u8]) -> Option<Self> {
        let kind = u16::from_be_bytes(packet.get(..2)?.try_into().ok()?);
        let length = usize::from(u16::from_be_bytes(packet.get(2..HEAD_BYTES)?.try_into().ok()?));
        let end = HEAD_BYTES + length;
        let stated = packet.get(end..end + CHECKSUM_BYTES)?.try_into().ok()?;
        if end + CHECKSUM_BYTES > LONGEST || u32::from_le_bytes(stated) != checksum(packet.get(..end)?) {
            return None;
        }
        let mut rest = packet.get(HEAD_BYTES..end)?;
        let mut tags = Vec::new();
        while let Some((tag, value, behind)) = split(rest) {
            tags.push((tag, value.to_vec()));
            rest = behind;
        }
        Some(Self { kind, tags })
    }

    /// As it is sent; none if it is too long for a packet.
    pub fn write(&self) -> Option<Vec<u8>> {
        let mut payload = Vec::new();
        for (tag, value) in &self.tags {
            payload.push(*tag);
            match value.len() {
                short @ ..0x80 => payload.push(u8::try_from(short).ok()?),
                long @ 0x80..0x8000 => {
                    payload.push(u8::try_from(long & 0x7F).ok()? | 0x80);
                    payload.push(u8::try_from(long >> 7).ok()?);
                }
                _ => return None,
            }
            payload.extend_from_slice(value);
        }
        if payload.len() > LONGEST - HEAD_BYTES - CHECKSUM_BYTES {
            return None;
        }
        let mut packet = self.kind.to_be_bytes().to_vec();
        packet.extend(u16::try_from(payload.len()).ok()?.to_be_bytes());
        packet.append(&mut payload);
        packet.extend(checksum(&packet).to_le_bytes());
        Some(packet)
    }
}

/// The first tag with its value, and what is behind it.
fn split(payload: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = payload.split_first()?;
    let (low, rest) = rest.split_first()?;
    let (length, rest) = if low & 0x80 == 0 {
        (usize::from(*low), rest)
    } else {
        let (high, rest) = rest.split_first()?;
        (usize::from(low & 0x7F) | usize::from(*high) << 7, rest)
    };
    let (value, behind) = rest.split_at_checked(length)?;
    Some((*tag, value, behind))
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// As hdhomerun_config and Jellyfin ask for anything.
    const ANYTHING: &str = "0002000c0104ffffffff0204ffffffff73cc7d8f";
    /// As Kodi asks for any tuner.
    const ANY_TUNER: &str = "0002000c0104000000010204ffffffff4e507f35";

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex
            .chars()
            .map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap())
            .collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    fn asked(tags: &[(u8, &[u8])]) -> Option<Question> {
        let tags = tags.iter().map(|(tag, value)| (*tag, value.to_vec())).collect();
        Question::read(&Frame { kind: QUESTION, tags }.write().unwrap())
    }

    #[test]
    fn players_that_ask_for_anything_mean_every_device() {
        for hex in [ANYTHING, ANY_TUNER] {
            let question = Question::read(&bytes(hex)).unwrap();
            assert!(question.means(0x1010_10AD) && question.means(7), "{hex}");
            assert_eq!(Frame::read(&bytes(hex)).unwrap().write().unwrap(), bytes(hex));
        }
    }

    #[test]
    fn a_damaged_packet_is_no_question() {
        let whole = bytes(ANYTHING);
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            assert_eq!(Question::read(&damaged), None, "byte {at}");
            assert_eq!(Question::read(&whole[..at]), None, "{at} bytes");
        }
    }

    #[test]
    fn only_tuners_answer_and_only_the_one_that_is_meant() {
        let id = 0x1010_10AD_u32.to_be_bytes();
        let one = asked(&[(DEVICE_TYPE, &[0, 0, 0, 1]), (0x77, b"later"), (DEVICE_ID, &id)]).unwrap();
        assert!(one.means(0x1010_10AD) && !one.means(0x1010_10AE));
        assert!(asked(&[(DEVICE_TYPE, &[0, 0, 0, 5])]).is_none(), "storage");
        assert!(asked(&[(DEVICE_TYPES, &[0, 0, 0, 5, 0, 0, 0, 1])]).is_some_and(|any| any.means(7)));
        assert!(asked(&[(DEVICE_TYPES, &[0, 0, 0, 5])]).is_none());
        assert!(asked(&[]).is_some_and(|any| any.means(7)));
        let reply = reply(7, 2, "http://tv.home").unwrap();
        assert_eq!(Question::read(&reply), None);
    }

    #[test]
    fn a_reply_names_the_device_its_tuners_and_its_addresses() {
        let base = format!("http://tv.home:8080/{}", "x".repeat(200));
        let frame = Frame::read(&reply(0x1010_10AD, 32, &base).unwrap()).unwrap();
        let lineup = format!("{base}/lineup.json");
        assert_eq!(frame.kind, REPLY);
        assert_eq!(
            frame.tags,
            [
                (DEVICE_TYPE, vec![0, 0, 0, 1]),
                (DEVICE_ID, vec![0x10, 0x10, 0x10, 0xAD]),
                (BASE_URL, base.into_bytes()),
                (TUNER_COUNT, vec![32]),
                (LINEUP_URL, lineup.into_bytes()),
            ]
        );
        assert_eq!(
            reply(7, 1, &"x".repeat(800)),
            None,
            "two of these are longer than a packet"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd_to_be_read(packet in vec(any::<u8>(), 0..1_600)) {
            let _ = Question::read(&packet);
        }

        #[test]
        fn odd_tags_in_a_sound_frame_are_survived(kind in 0_u16..6, payload in vec(any::<u8>(), 0..600), behind in vec(any::<u8>(), 0..9)) {
            let mut packet = kind.to_be_bytes().to_vec();
            packet.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
            packet.extend(&payload);
            packet.extend(checksum(&packet).to_le_bytes());
            packet.extend(behind);
            prop_assert_eq!(Frame::read(&packet).map(|frame| frame.kind), Some(kind));
            let _ = Question::read(&packet);
        }

        #[test]
        fn what_is_written_is_read_as_it_was(kind in any::<u16>(), tags in vec((any::<u8>(), vec(any::<u8>(), 0..300)), 0..4)) {
            let frame = Frame { kind, tags };
            let packet = frame.write().unwrap();
            prop_assert!(packet.len() <= LONGEST);
            prop_assert_eq!(Frame::read(&packet), Some(frame));
        }
    }
}
