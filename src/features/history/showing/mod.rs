//! What is shown now on this node, and what is known of it that is not written down yet.
//!
//! - *showing*: one play while it runs; all its open answers are one, such as the double opens of players.
//! - *watching*: one open answer of it; who drops it has stopped.
//! - *segment*: a stretch that one stream was shown for.
//! - *unwritten*: what has changed since it was written down last; a write that fails loses nothing.

mod failed_starts;
mod registry;
mod sessions;
mod stretch;
mod unwritten;

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::features::catalogue::content::Content;
use crate::features::providers::Offer;
use crate::support::ids::{CredentialId, PlayId, ProviderId, UserId};

pub use registry::{Showings, Startup, Watching};
pub use sessions::{Earlier, is_same_play, longest_gap_ms};
pub use stretch::{INTERVAL_MS, SILENCE_MS, Stretch};
pub use unwritten::{Segment, Unwritten};

/// Parts of an HLS stream that were asked for before it was left come within this time.
const LATE_MS: i64 = 30_000;

/// How a play is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measurement {
    /// By the bytes that were relayed.
    Metered,
    /// By the polls of an HLS player.
    Manifest,
    /// A redirect: only its start is known.
    StartOnly,
}

impl Measurement {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metered => "metered",
            Self::Manifest => "manifest",
            Self::StartOnly => "start_only",
        }
    }
}

/// Who watches, and on what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Watcher {
    pub credential: CredentialId,
    pub user: Option<UserId>,
    /// What kind of player it is, for people.
    pub device: Option<String>,
    /// Tells two players of one kind apart; never stored.
    pub address: IpAddr,
}

/// What makes a showing one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shown {
    pub watcher: Watcher,
    pub content: Content,
    pub measurement: Measurement,
}

impl Shown {
    fn is_polled_by(&self, watcher: &Watcher, content: Content) -> bool {
        (self.measurement, self.content, &self.watcher) == (Measurement::Manifest, content, watcher)
    }
}

/// Where what is shown comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    pub offer: Offer,
    pub provider: ProviderId,
    /// The keyed fingerprint of its address, if that is known.
    pub url_hash: Option<[u8; 32]>,
}

impl Origin {
    /// Whether both are the same stream.
    pub fn is(&self, other: &Self) -> bool {
        (self.offer, self.provider) == (other.offer, other.provider)
    }
}

/// One play while it runs.
#[derive(Debug)]
pub struct Showing {
    pub shown: Shown,
    /// Ends its answers.
    pub end: CancellationToken,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Open answers.
    connections: usize,
    watched: Stretch,
    ended_at: Option<i64>,
    segments: Vec<Segment>,
    totals: Totals,
    /// Bytes that the slowest of its answers has still to take.
    behind_bytes: u64,
    /// The furthest byte of a film that was sent, of the answer that was opened last.
    position_bytes: Option<u64>,
    row: Option<Row>,
    /// Rises with every change.
    version: u64,
    written_version: u64,
    /// When it was written down last, with the bytes so far.
    rated_from: (i64, u64),
    /// The version in which it last began, changed its stream or ended: that is written at once.
    pressed_version: u64,
    /// As it was rated last.
    kbps: i64,
    /// Where it came from lately, and when that was left: what was asked for before may come after.
    left: Vec<(Origin, i64)>,
    /// Segments so far.
    serial: u32,
}

/// Sums over a play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub bytes: u64,
    /// From the request to the first bytes.
    pub startup_ms: Option<i64>,
    /// Times without bytes in which the viewer waited for some.
    pub stalls: i64,
    /// Streams that it went on with where another failed.
    pub switches: i64,
}

/// What is written down of a showing, and what was there before it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub id: PlayId,
    /// Of an earlier part of the same play.
    pub watched_ms: i64,
    pub totals: Totals,
}

impl Showing {
    fn new(shown: Shown, now_ms: i64) -> Self {
        Self {
            shown,
            end: CancellationToken::new(),
            state: Mutex::new(State {
                connections: 0,
                watched: Stretch::begin(now_ms),
                ended_at: None,
                segments: Vec::new(),
                totals: Totals::default(),
                behind_bytes: 0,
                position_bytes: None,
                row: None,
                version: 1,
                written_version: 0,
                rated_from: (now_ms, 0),
                pressed_version: 1,
                kbps: 0,
                left: Vec::new(),
                serial: 0,
            }),
        }
    }

    /// The play it is written down as, once it is.
    pub fn play(&self) -> Option<PlayId> {
        self.state().row.map(|row| row.id)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enter(&mut self, now_ms: i64) {
        self.connections += 1;
        if self.ended_at.take().is_some() {
            // It goes on before its end was written: what lies between was not watched.
            let segment = self.segments.last_mut().map(|segment| &mut segment.watched);
            for watched in std::iter::once(&mut self.watched).chain(segment) {
                watched.last_at = watched.last_at.max(now_ms);
            }
        }
        self.version += 1;
    }

    fn leave(&mut self, now_ms: i64) {
        self.connections = self.connections.saturating_sub(1);
        if self.connections == 0 {
            self.end(now_ms);
        }
    }

    /// Ends it, unless it has ended: one interval after its last sign of life at the latest.
    fn end(&mut self, now_ms: i64) {
        if self.ended_at.is_some() {
            return;
        }
        self.sign(now_ms.min(self.watched.last_at + INTERVAL_MS));
        self.ended_at = Some(self.watched.last_at);
        self.behind_bytes = 0;
        self.press();
    }

    /// A stream begins to be shown, or goes on; the number of its segment.
    fn begin_segment(&mut self, origin: Origin, startup: Option<Startup>, now_ms: i64) -> u32 {
        self.press();
        if self.totals.startup_ms.is_none() {
            self.totals.startup_ms = startup.map(|startup| startup.waited_ms);
        }
        let goes_on = self.segments.last().is_some_and(|last| {
            last.origin.is(&origin) && !last.has_failed && now_ms - last.watched.last_at <= INTERVAL_MS
        });
        if !goes_on {
            let opening_ms = startup.and_then(|startup| startup.opening_ms);
            let switched = self.segments.last().is_some_and(|last| last.has_failed);
            self.totals.switches += i64::from(switched);
            if let Some(last) = self.segments.last() {
                self.left.push((last.origin, now_ms));
            }
            self.left.retain(|(_, left_at)| now_ms - left_at <= LATE_MS);
            self.serial += 1;
            self.segments
                .push(Segment::begin(self.serial, origin, opening_ms, now_ms));
        }
        self.serial
    }

    /// What is shown now, or was a moment ago.
    fn segment(&mut self, serial: u32) -> Option<&mut Segment> {
        self.segments.iter_mut().find(|segment| segment.is(serial))
    }

    /// The stream that is shown failed.
    fn last_failed(&mut self) {
        if let Some(last) = self.segments.last_mut() {
            last.has_failed = true;
            last.is_dirty = true;
            self.press();
        }
    }

    fn press(&mut self) {
        self.version += 1;
        self.pressed_version = self.version;
    }

    /// Whether bytes of this origin belong to what is shown now: they come from it, or were asked for before it began.
    fn is_from(&self, origin: &Origin, now_ms: i64) -> bool {
        let is_late = |(left, left_at): &(Origin, i64)| left.is(origin) && now_ms - left_at <= LATE_MS;
        // One that failed and goes on after all begins anew.
        let goes_on = |last: &Segment| {
            last.origin.is(origin) && (!last.has_failed || now_ms - last.watched.last_at <= LATE_MS)
        };
        self.segments.last().is_some_and(goes_on) || self.left.iter().any(is_late)
    }

    fn sign(&mut self, now_ms: i64) {
        self.watched.sign(now_ms);
        if let Some(segment) = self.segments.last_mut().filter(|segment| !segment.has_failed) {
            segment.watched.sign(now_ms);
            segment.is_dirty = true;
        }
    }

    fn bytes(&mut self, bytes: u64, now_ms: i64) {
        self.sign(now_ms);
        self.totals.bytes += bytes;
        if let Some(segment) = self.segments.last_mut() {
            segment.bytes += bytes;
        }
        self.version += 1;
    }
}

#[cfg(test)]
mod tests;
