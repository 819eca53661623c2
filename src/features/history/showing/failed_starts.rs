use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::support::ids::StreamId;

/// Tries of one stream within this time are one, however many viewers wait for it.
const ONE_TRY_MS: i64 = 30_000;
/// So many are remembered at most while they cannot be written down.
const MOST: usize = 1_000;

/// Streams that were asked for and did not begin, until they are written down, and when: milliseconds since the epoch, UTC.
#[derive(Default)]
pub struct FailedStarts {
    all: Mutex<Vec<FailedStart>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedStart {
    pub stream: StreamId,
    pub at_ms: i64,
    is_written: bool,
}

impl FailedStarts {
    /// Whether it is news: no other try of it failed a moment ago.
    pub(super) fn note(&self, stream: StreamId, now_ms: i64) -> bool {
        let mut all = self.all();
        all.retain(|known| !known.is_written || now_ms - known.at_ms < ONE_TRY_MS);
        let is_known = |known: &FailedStart| known.stream == stream && now_ms - known.at_ms < ONE_TRY_MS;
        if all.len() >= MOST || all.iter().any(is_known) {
            return false;
        }
        all.push(FailedStart {
            stream,
            at_ms: now_ms,
            is_written: false,
        });
        true
    }

    /// Those that are to be written down.
    pub(in crate::features::history) fn unwritten(&self) -> Vec<FailedStart> {
        let all = self.all();
        all.iter().filter(|known| !known.is_written).copied().collect()
    }

    /// Notes that these are.
    pub(in crate::features::history) fn written(&self, written: &[FailedStart]) {
        for known in self.all().iter_mut() {
            known.is_written |= written.contains(known);
        }
    }

    fn all(&self) -> MutexGuard<'_, Vec<FailedStart>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_of_one_moment_are_one_and_what_is_written_is_not_written_again() {
        let starts = FailedStarts::default();
        assert!(starts.note(StreamId(1), 0));
        assert!(!starts.note(StreamId(1), 29_999));
        assert!(starts.note(StreamId(2), 29_999));
        let first = starts.unwritten();
        assert_eq!(
            first.iter().map(|start| start.stream.0).collect::<Vec<_>>(),
            [1, 2]
        );
        starts.written(&first);
        assert!(starts.unwritten().is_empty());
        assert!(!starts.note(StreamId(2), 50_000), "it is the same try still");
        assert!(starts.note(StreamId(1), 50_000));
        assert_eq!(starts.unwritten().len(), 1);
    }

    #[test]
    fn what_cannot_be_written_down_does_not_grow_for_ever() {
        let starts = FailedStarts::default();
        for stream in 0..2 * MOST as i64 {
            starts.note(StreamId(stream), stream);
        }
        assert_eq!(starts.unwritten().len(), MOST);
    }
}
