use std::collections::{HashMap, VecDeque};

use bytes::Bytes;

/// The most bytes that are kept for viewers who lag behind: eight seconds at 8 Mbit/s.
const CAPACITY: usize = 8 * 1024 * 1024;
/// So many bytes the upstream may be ahead of the fastest viewer: a provider that sends faster than anybody watches is
/// slowed down as a single viewer would slow it down.
const AHEAD: u64 = 1024 * 1024;

/// The place of one viewer in a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeatId(u64);

/// What a viewer finds.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    Bytes(Bytes),
    /// Everything so far was taken.
    Nothing,
    /// What comes next is gone: this viewer was too slow.
    Behind,
}

/// The last bytes of one upstream, for all who watch it. Each viewer takes every byte from where it began; what all have
/// taken is dropped, except the way in for the next viewer.
#[derive(Default)]
pub struct Ring {
    chunks: VecDeque<Chunk>,
    /// The number of the first chunk that is kept.
    first: u64,
    /// Bytes that are kept.
    kept: usize,
    /// Bytes so far.
    total: u64,
    /// The number of the chunk where the next viewer begins.
    entry: u64,
    seats: HashMap<SeatId, u64>,
    last_seat: u64,
}

struct Chunk {
    bytes: Bytes,
    /// Bytes before it.
    at: u64,
}

impl Ring {
    /// Adds bytes; `is_entry` if a decoder can begin with them.
    pub fn push(&mut self, bytes: Bytes, is_entry: bool) {
        if is_entry {
            self.entry = self.end();
        }
        self.kept += bytes.len();
        let at = self.total;
        self.total += bytes.len() as u64;
        self.chunks.push_back(Chunk { bytes, at });
        self.trim();
    }

    /// A place for a viewer who comes now.
    pub fn sit(&mut self) -> SeatId {
        self.last_seat += 1;
        let seat = SeatId(self.last_seat);
        self.seats.insert(seat, self.entry.max(self.first));
        seat
    }

    /// The next bytes of a viewer.
    pub fn take(&mut self, seat: SeatId) -> Taken {
        let end = self.end();
        let Some(next) = self.seats.get_mut(&seat) else {
            return Taken::Behind;
        };
        let Some(index) = next.checked_sub(self.first) else {
            return Taken::Behind;
        };
        if *next == end {
            return Taken::Nothing;
        }
        let chunk = usize::try_from(index)
            .ok()
            .and_then(|index| self.chunks.get(index));
        let Some(bytes) = chunk.map(|chunk| chunk.bytes.clone()) else {
            return Taken::Nothing;
        };
        *next += 1;
        Taken::Bytes(bytes)
    }

    /// Gives a place up.
    pub fn leave(&mut self, seat: SeatId) {
        self.seats.remove(&seat);
        self.trim();
    }

    /// Whether the upstream is as far ahead of every viewer as it may be; it is when nobody watches.
    pub fn is_ahead(&self) -> bool {
        let fastest = self.seats.values().max();
        fastest.is_none_or(|next| self.total - self.at(*next) >= AHEAD)
    }

    /// Bytes so far.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many bytes a viewer has still to take.
    pub fn lag(&self, seat: SeatId) -> u64 {
        let next = self.seats.get(&seat);
        next.map_or(0, |next| self.total - self.at(*next))
    }

    /// The number of the chunk that comes next.
    fn end(&self) -> u64 {
        self.first + self.chunks.len() as u64
    }

    /// The bytes before a chunk.
    fn at(&self, number: u64) -> u64 {
        let index = number.saturating_sub(self.first);
        let chunk = usize::try_from(index)
            .ok()
            .and_then(|index| self.chunks.get(index));
        chunk.map_or(self.total, |chunk| chunk.at)
    }

    fn trim(&mut self) {
        let slowest = self.seats.values().min().copied().unwrap_or(u64::MAX);
        let needed = slowest.min(self.entry);
        while self.first < needed || self.kept > CAPACITY {
            let Some(gone) = self.chunks.pop_front() else {
                break;
            };
            self.kept -= gone.bytes.len();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(ring: &mut Ring, seat: SeatId) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Taken::Bytes(more) = ring.take(seat) {
            bytes.extend(more);
        }
        bytes
    }

    #[test]
    fn each_viewer_takes_every_byte_from_the_entry_on() {
        let mut ring = Ring::default();
        let first = ring.sit();
        ring.push(Bytes::from_static(b"ab"), true);
        ring.push(Bytes::from_static(b"cd"), true);
        ring.push(Bytes::from_static(b"ef"), false);
        let second = ring.sit();
        ring.push(Bytes::from_static(b"g"), false);
        assert_eq!(all(&mut ring, first), b"abcdefg");
        assert_eq!(all(&mut ring, second), b"cdefg");
        assert_eq!((ring.take(first), ring.lag(first)), (Taken::Nothing, 0));
    }

    #[test]
    fn a_slow_viewer_falls_off_alone() {
        let mut ring = Ring::default();
        let (slow, quick) = (ring.sit(), ring.sit());
        let chunk = Bytes::from(vec![7; CAPACITY / 4]);
        for _ in 0..5 {
            ring.push(chunk.clone(), true);
            assert_eq!(all(&mut ring, quick).len(), chunk.len());
        }
        assert_eq!(ring.take(slow), Taken::Behind);
        assert!(ring.kept <= CAPACITY);
        ring.push(chunk.clone(), true);
        assert_eq!(all(&mut ring, quick).len(), chunk.len());
    }

    #[test]
    fn what_everybody_has_taken_is_not_kept() {
        let mut ring = Ring::default();
        let one = ring.sit();
        for _ in 0..100 {
            ring.push(Bytes::from(vec![1; 1000]), true);
            all(&mut ring, one);
        }
        assert_eq!(ring.kept, 1000);
    }

    #[test]
    fn an_upstream_runs_ahead_of_the_fastest_viewer_by_a_bounded_length() {
        let mut ring = Ring::default();
        assert!(ring.is_ahead(), "nobody watches");
        let one = ring.sit();
        assert!(!ring.is_ahead());
        ring.push(Bytes::from(vec![1; AHEAD as usize]), true);
        assert!(ring.is_ahead());
        let other = ring.sit();
        all(&mut ring, one);
        assert!(!ring.is_ahead(), "{}", ring.lag(other));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        /// Whatever viewers do, the bytes of each are a run of the upstream's bytes without a gap.
        #[test]
        fn no_viewer_has_a_gap(acts in prop::collection::vec((0_u8..6, 1_usize..400_000), 1..100)) {
            let mut ring = Ring::default();
            let mut sent = 0_u64;
            let mut viewers: Vec<(SeatId, Option<u64>)> = Vec::new();
            for (act, size) in acts {
                match act {
                    0 => viewers.push((ring.sit(), None)),
                    1 if !viewers.is_empty() => {
                        let (seat, _) = viewers.swap_remove(size % viewers.len());
                        ring.leave(seat);
                    }
                    2 | 3 => {
                        let bytes: Vec<u8> = (0..size as u64).map(|at| ((sent + at) % 251) as u8).collect();
                        sent += size as u64;
                        ring.push(bytes.into(), act == 2);
                    }
                    _ if !viewers.is_empty() => {
                        let index = size % viewers.len();
                        let (seat, next) = &mut viewers[index];
                        if let Taken::Bytes(bytes) = ring.take(*seat) {
                            let from = next.unwrap_or_else(|| sent - ring.lag(*seat) - bytes.len() as u64);
                            prop_assert_eq!(u64::from(bytes[0]), from % 251);
                            *next = Some(from + bytes.len() as u64);
                        }
                    }
                    _ => {}
                }
                prop_assert!(ring.kept <= CAPACITY);
            }
        }
    }
}
