use bytes::{Bytes, BytesMut};

use crate::support::media::ts::ENOUGH;

/// The common length of a packet of a transport stream, in bytes.
pub const PACKET: usize = 188;
const SYNC: u8 = 0x47;
/// Without packets for so many bytes it is another thing that comes.
const MOST_UNSYNCED: usize = 64 * 1024;

/// What came is no longer media of the kind that began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("something else than the stream came")]
pub struct Lost;

/// Bytes of an upstream on their way to viewers. Those of a transport stream leave in whole packets, so that a viewer can go
/// on with another stream behind any of them; other bytes pass as they come.
pub struct Packets {
    pending: BytesMut,
    is_ts: bool,
}

impl Packets {
    /// For a transport stream whose packets have their common length, or for anything else.
    pub fn of(is_ts: bool) -> Self {
        Self {
            pending: BytesMut::new(),
            is_ts,
        }
    }

    pub fn is_ts(&self) -> bool {
        self.is_ts
    }

    /// Adds what came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// Bytes that wait.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// What can leave now. Bytes between packets leave too, once packets go on behind them.
    ///
    /// # Errors
    /// [`Lost`] if no packets go on.
    pub fn take(&mut self) -> Result<Bytes, Lost> {
        if !self.is_ts {
            return Ok(self.pending.split().freeze());
        }
        let mut at = 0;
        loop {
            at += whole(&self.pending[at..]);
            let rest = &self.pending[at..];
            if rest.len() < PACKET || rest[0] == SYNC {
                break;
            }
            match next_run(rest) {
                Some(offset) => at += offset,
                None if rest.len() > MOST_UNSYNCED => return Err(Lost),
                None => break,
            }
        }
        Ok(self.pending.split_to(at).freeze())
    }
}

/// The length of the packets at the beginning.
fn whole(bytes: &[u8]) -> usize {
    bytes
        .chunks_exact(PACKET)
        .take_while(|packet| packet[0] == SYNC)
        .count()
        * PACKET
}

/// Where packets go on, however far.
fn next_run(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(SYNC, bytes).find(|at| {
        let mut places = (0..ENOUGH).map(|number| at + number * PACKET);
        places.all(|place| bytes.get(place) == Some(&SYNC))
    })
}

/// Where a decoder can begin: the first packet that lists the programmes (PID 0), if these are packets.
pub fn entry(packets: &[u8]) -> Option<usize> {
    let mut places = packets.chunks_exact(PACKET).enumerate();
    places
        .find(|(_, packet)| packet[0] == SYNC && packet[1] & 0x1F == 0 && packet[2] == 0)
        .map(|(number, _)| number * PACKET)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(pid: u16) -> Vec<u8> {
        let [high, low] = pid.to_be_bytes();
        let mut out = vec![SYNC, high, low, 0x10];
        out.resize(PACKET, 0xAA);
        out
    }

    fn stream(count: usize) -> Vec<u8> {
        (0..count).flat_map(|_| packet(0x100)).collect()
    }

    /// What leaves of bytes that come in pieces of this length.
    fn passed(bytes: &[u8], piece: usize) -> Result<Vec<Bytes>, Lost> {
        let mut packets = Packets::of(true);
        bytes
            .chunks(piece)
            .map(|piece| {
                packets.push(piece);
                packets.take()
            })
            .collect()
    }

    #[test]
    fn packets_leave_whole_however_they_come() {
        let bytes = stream(40);
        for piece in [1, 100, 188, 200, 1_000, 7_520] {
            let left = passed(&bytes, piece).unwrap();
            assert!(left.iter().all(|out| out.len() % PACKET == 0));
            assert_eq!(left.concat(), bytes);
        }
    }

    #[test]
    fn damaged_bytes_pass_unchanged_once_packets_go_on() {
        let bytes = [stream(10), vec![0; 3_000], stream(10)].concat();
        for piece in [100, 1_000, 100_000] {
            assert_eq!(passed(&bytes, piece).unwrap().concat(), bytes);
        }
        let large = [stream(10), vec![0; 6_000], stream(600)].concat();
        assert_eq!(passed(&large, large.len()).unwrap().concat(), large);
        let late = [stream(10), vec![1; 20_000], stream(10)].concat();
        assert_eq!(passed(&late, 1_000).unwrap().concat(), late);
    }

    #[test]
    fn something_else_in_the_middle_is_noticed_and_does_not_leave() {
        let page = b"<html>no more connections</html>".repeat(5_000);
        let bytes = [stream(10), page].concat();
        let mut packets = Packets::of(true);
        let mut left = Vec::new();
        let lost = bytes.chunks(1_000).find_map(|piece| {
            packets.push(piece);
            packets.take().map(|out| left.extend(out)).err()
        });
        assert_eq!(lost, Some(Lost));
        assert_eq!(left, stream(10));
    }

    #[test]
    fn a_decoder_begins_with_the_list_of_programmes() {
        let bytes = [stream(3), packet(0), stream(2), packet(0)].concat();
        assert_eq!(entry(&bytes), Some(3 * PACKET));
        assert_eq!(entry(&stream(3)), None);
    }

    #[test]
    fn other_bytes_pass_as_they_come() {
        let mut packets = Packets::of(false);
        packets.push(b"ID3");
        assert_eq!(packets.take().unwrap(), "ID3");
        assert_eq!(packets.pending(), 0);
    }
}
