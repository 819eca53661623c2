use std::sync::Arc;

use super::{Origin, Row, Showing, State, Stretch, Totals};

/// A stretch that one stream was shown for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its number within the showing.
    serial: u32,
    pub origin: Origin,
    pub watched: Stretch,
    pub bytes: u64,
    /// From asking for it to its first bytes; absent where others had it open.
    pub startup_ms: Option<i64>,
    pub stalls: i64,
    /// The stream ended before its viewer did.
    pub has_failed: bool,
    /// Its row, once it is written.
    pub row: Option<i64>,
    pub(super) is_dirty: bool,
}

impl Segment {
    pub(super) fn is(&self, serial: u32) -> bool {
        self.serial == serial
    }

    pub(super) fn begin(serial: u32, origin: Origin, startup_ms: Option<i64>, now_ms: i64) -> Self {
        Self {
            serial,
            origin,
            watched: Stretch::begin(now_ms),
            bytes: 0,
            startup_ms,
            stalls: 0,
            has_failed: false,
            row: None,
            is_dirty: true,
        }
    }
}

/// What is to be written down of a showing, as it was at one moment.
#[derive(Debug, Clone)]
pub struct Unwritten {
    pub showing: Arc<Showing>,
    pub row: Option<Row>,
    pub started_at: i64,
    pub last_at: i64,
    pub ended_at: Option<i64>,
    pub watched_ms: i64,
    pub totals: Totals,
    pub position_bytes: Option<u64>,
    pub kbps: i64,
    pub behind_bytes: u64,
    /// Those that have changed, the present one last.
    pub segments: Vec<Segment>,
    /// Its rate was measured now.
    is_rated: bool,
    pub(super) version: u64,
}

impl Unwritten {
    /// The play, together with what was there before this showing began.
    pub fn watched_ms(&self, row: &Row) -> i64 {
        row.watched_ms + self.watched_ms
    }

    /// As [`Self::watched_ms`].
    pub fn totals(&self, row: &Row) -> Totals {
        Totals {
            bytes: row.totals.bytes + self.totals.bytes,
            startup_ms: row.totals.startup_ms.or(self.totals.startup_ms),
            stalls: row.totals.stalls + self.totals.stalls,
            switches: row.totals.switches + self.totals.switches,
        }
    }

    /// Notes that it was written as `row`, its segments as those numbers.
    pub fn written(&self, row: Row, segments: &[i64], now_ms: i64) {
        let mut state = self.showing.state();
        state.row = Some(row);
        state.written_version = state.written_version.max(self.version);
        if self.is_rated {
            state.rated_from = (now_ms, self.totals.bytes);
            state.kbps = self.kbps;
        }
        for (written, id) in self.segments.iter().zip(segments) {
            let known = state
                .segments
                .iter_mut()
                .find(|segment| segment.serial == written.serial);
            if let Some(segment) = known {
                segment.row = Some(*id);
                let is_same = Segment {
                    row: segment.row,
                    ..written.clone()
                } == *segment;
                segment.is_dirty &= !is_same;
            }
        }
        // The last goes on to take in what comes.
        let last = state.segments.last().map(|segment| segment.serial);
        state
            .segments
            .retain(|segment| segment.is_dirty || Some(segment.serial) == last);
    }
}

impl State {
    pub(super) fn is_written(&self) -> bool {
        self.version == self.written_version
    }

    pub(super) fn is_pressing(&self) -> bool {
        self.pressed_version > self.written_version
    }

    pub(super) fn unwritten(&self, showing: &Arc<Showing>, is_rated: bool, now_ms: i64) -> Unwritten {
        let (since, before) = self.rated_from;
        let elapsed_ms = (now_ms - since).max(1);
        let bits = self.totals.bytes.saturating_sub(before).saturating_mul(8);
        Unwritten {
            showing: Arc::clone(showing),
            row: self.row,
            started_at: self.watched.started_at,
            last_at: self.watched.last_at,
            ended_at: self.ended_at,
            watched_ms: self.watched.watched_ms,
            totals: self.totals,
            position_bytes: self.position_bytes,
            // Bits a millisecond are kilobits a second.
            kbps: match is_rated {
                true => i64::try_from(bits).unwrap_or(i64::MAX) / elapsed_ms,
                false => self.kbps,
            },
            is_rated,
            behind_bytes: self.behind_bytes,
            segments: self
                .segments
                .iter()
                .filter(|segment| segment.is_dirty)
                .cloned()
                .collect(),
            version: self.version,
        }
    }
}
