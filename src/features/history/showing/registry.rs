use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::failed_starts::FailedStarts;
use super::{INTERVAL_MS, Measurement, Origin, SILENCE_MS, Showing, Shown, Unwritten, Watcher};
use crate::features::catalogue::content::Content;
use crate::features::providers::Offer;
use crate::support::clock::Clock;
use crate::support::ids::PlayId;
#[cfg(test)]
use crate::support::ids::StreamId;

/// An HLS player that was stopped is refused for so long: by then it has given up.
const REFUSED_MS: i64 = 60_000;

/// How long it took until there was something to watch, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Startup {
    /// From the viewer's request to the first bytes.
    pub waited_ms: i64,
    /// From asking this stream to its first bytes; none for who joined others.
    pub opening_ms: Option<i64>,
}

/// Everything that is shown on this node; cheap to clone.
#[derive(Clone)]
pub struct Showings {
    clock: Clock,
    all: Arc<Mutex<Vec<Arc<Showing>>>>,
    news: Arc<Notify>,
    failed_starts: Arc<FailedStarts>,
}

impl Showings {
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            all: Arc::default(),
            news: Arc::default(),
            failed_starts: Arc::default(),
        }
    }

    /// An answer begins: of a showing that runs already if it is the same, else of a new one.
    pub fn watch(&self, shown: Shown, origin: Origin, startup: Startup) -> Watching {
        let now_ms = self.clock.now_ms();
        let mut segment = 0;
        let showing = self.enter(shown, now_ms, |state| {
            state.enter(now_ms);
            segment = state.begin_segment(origin, Some(startup), now_ms);
        });
        Watching {
            showing,
            showings: self.clone(),
            segment: AtomicU32::new(segment),
        }
    }

    /// An HLS player got the playlist that it begins with.
    pub fn begin_polls(&self, watcher: Watcher, content: Content, origin: Origin, startup: Startup) {
        let now_ms = self.clock.now_ms();
        let shown = Shown {
            watcher,
            content,
            measurement: Measurement::Manifest,
        };
        self.enter(shown, now_ms, |state| {
            state.ended_at = None;
            state.begin_segment(origin, Some(startup), now_ms);
            state.sign(now_ms);
        });
    }

    /// An HLS player got so many bytes of a part, or a playlist.
    pub fn polled(&self, watcher: &Watcher, content: Content, origin: Origin, bytes: u64) {
        let now_ms = self.clock.now_ms();
        if self.is_stopped(watcher, content) {
            return;
        }
        if let Some(showing) = self.known_poller(watcher, content) {
            let mut state = showing.state();
            let is_same = state.is_from(&origin, now_ms);
            if is_same && state.ended_at.is_none() {
                state.bytes(bytes, now_ms);
                return;
            }
        }
        // Another stream goes on in the place of the first, or it is asked for again after a while.
        let shown = Shown {
            watcher: watcher.clone(),
            content,
            measurement: Measurement::Manifest,
        };
        self.enter(shown, now_ms, |state| {
            state.ended_at = None;
            state.begin_segment(origin, None, now_ms);
            state.bytes(bytes, now_ms);
        });
    }

    /// An HLS player asked for a playlist of what it polls.
    pub fn signed(&self, watcher: &Watcher, content: Content) {
        let now_ms = self.clock.now_ms();
        if let Some(showing) = self.known_poller(watcher, content) {
            let mut state = showing.state();
            if state.ended_at.is_none() {
                state.bytes(0, now_ms);
            }
        }
    }

    /// Where what an HLS player polls comes from.
    pub fn polled_from(&self, watcher: &Watcher, content: Content) -> Option<Origin> {
        let showing = self.known_poller(watcher, content)?;
        let state = showing.state();
        state.segments.last().map(|last| last.origin)
    }

    fn known_poller(&self, watcher: &Watcher, content: Content) -> Option<Arc<Showing>> {
        let all = self.all();
        let mut polled = all
            .iter()
            .filter(|showing| showing.shown.is_polled_by(watcher, content) && !showing.end.is_cancelled());
        polled.next_back().cloned()
    }

    /// A player was sent to the provider; nothing more is heard of it.
    pub fn redirected(&self, watcher: Watcher, content: Content, origin: Origin) {
        let now_ms = self.clock.now_ms();
        let shown = Shown {
            watcher,
            content,
            measurement: Measurement::StartOnly,
        };
        self.enter(shown, now_ms, |state| {
            state.begin_segment(origin, None, now_ms);
            state.watched.last_at = now_ms;
            state.ended_at = Some(now_ms);
        });
    }

    /// A stream was asked for and did not begin; of films nothing is learnt.
    pub fn did_not_start(&self, offer: Offer) {
        if let Offer::Stream(stream) = offer
            && self.failed_starts.note(stream, self.clock.now_ms())
        {
            self.news.notify_one();
        }
    }

    /// The streams that did not begin and are not written down yet.
    #[cfg(test)]
    pub fn unbegun(&self) -> Vec<StreamId> {
        let failed = self.failed_starts.unwritten();
        failed.iter().map(|start| start.stream).collect()
    }

    /// A stream failed all who poll it.
    pub fn fell(&self, offer: Offer) {
        for showing in self.all().iter() {
            let mut state = showing.state();
            let is_polled = showing.shown.measurement == Measurement::Manifest && state.ended_at.is_none();
            if is_polled
                && state
                    .segments
                    .last()
                    .is_some_and(|last| last.origin.offer == offer)
            {
                state.last_failed();
            }
        }
        self.news.notify_one();
    }

    /// What did not begin and is not written down yet.
    pub(in crate::features::history) fn failed_starts(&self) -> &FailedStarts {
        &self.failed_starts
    }

    /// Ends a play, if it runs here. The polls of an HLS player are refused for a minute, or until it begins anew.
    pub fn stop(&self, play: PlayId) {
        let now_ms = self.clock.now_ms();
        let stopped = self
            .all()
            .iter()
            .find(|known| known.play() == Some(play) && !known.end.is_cancelled())
            .cloned();
        let Some(showing) = stopped else { return };
        showing.end.cancel();
        let mut state = showing.state();
        if showing.shown.measurement == Measurement::Manifest {
            state.end(now_ms);
        }
        drop(state);
        self.news.notify_one();
    }

    /// Whether somebody stopped what this HLS player polls.
    pub fn is_stopped(&self, watcher: &Watcher, content: Content) -> bool {
        let now_ms = self.clock.now_ms();
        let all = self.all();
        let mut polled = all
            .iter()
            .filter(|showing| showing.shown.is_polled_by(watcher, content));
        let last = polled.next_back().filter(|last| last.end.is_cancelled());
        last.is_some_and(|stopped| {
            let ended_at = stopped.state().ended_at;
            ended_at.is_none_or(|ended_at| now_ms - ended_at <= REFUSED_MS)
        })
    }

    /// Ends what an HLS player gets, when somebody stops it.
    pub fn end_of(&self, watcher: &Watcher, content: Content) -> CancellationToken {
        let known = self.known_poller(watcher, content);
        known.map(|showing| showing.end.clone()).unwrap_or_default()
    }

    /// The plays that are on this node's mind.
    pub(in crate::features::history) fn plays(&self) -> HashSet<PlayId> {
        self.all().iter().filter_map(|showing| showing.play()).collect()
    }

    /// Ends whatever runs, when the server stops.
    pub fn end_all(&self) {
        let now_ms = self.clock.now_ms();
        for showing in self.all().iter() {
            showing.end.cancel();
            showing.state().end(now_ms);
        }
    }

    /// Waits until something begins or ends.
    pub(in crate::features::history) async fn news(&self) {
        self.news.notified().await;
    }

    /// What has changed since it was written down: what presses, or `all` of it.
    pub(in crate::features::history) fn unwritten(&self, all: bool) -> Vec<Unwritten> {
        let now_ms = self.clock.now_ms();
        let mut unwritten = Vec::new();
        for showing in self.all().iter() {
            let mut state = showing.state();
            let is_silent = now_ms - state.watched.last_at > SILENCE_MS;
            if showing.shown.measurement == Measurement::Manifest && is_silent {
                state.end(now_ms);
            }
            if !state.is_written() && (all || state.is_pressing()) {
                unwritten.push(state.unwritten(showing, all, now_ms));
            }
        }
        unwritten
    }

    /// Forgets those that have ended and are written down; what was stopped is remembered for a minute.
    pub(in crate::features::history) fn forget_ended(&self) {
        let now_ms = self.clock.now_ms();
        self.all().retain(|showing| {
            let state = showing.state();
            let Some(ended_at) = state
                .ended_at
                .filter(|_| state.connections == 0 && state.is_written())
            else {
                return true;
            };
            let is_refused = showing.end.is_cancelled() && showing.shown.measurement == Measurement::Manifest;
            is_refused && now_ms - ended_at <= REFUSED_MS
        });
    }

    /// Forgets one that cannot be written down, since what it shows is gone.
    pub(in crate::features::history) fn forget(&self, showing: &Arc<Showing>) {
        self.all().retain(|known| !Arc::ptr_eq(known, showing));
    }

    fn enter(&self, shown: Shown, now_ms: i64, change: impl FnOnce(&mut super::State)) -> Arc<Showing> {
        let mut all = self.all();
        // One that was stopped or left a while ago is over, though it may not be written down yet.
        let goes_on = |showing: &Showing| {
            let ended_at = showing.state().ended_at;
            !showing.end.is_cancelled() && ended_at.is_none_or(|ended| now_ms - ended <= INTERVAL_MS)
        };
        let known = all
            .iter()
            .find(|showing| showing.shown == shown && goes_on(showing));
        let showing = known.cloned().unwrap_or_else(|| {
            let new = Arc::new(Showing::new(shown, now_ms));
            all.push(Arc::clone(&new));
            new
        });
        change(&mut showing.state());
        drop(all);
        self.news.notify_one();
        showing
    }

    fn all(&self) -> MutexGuard<'_, Vec<Arc<Showing>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One open answer; its end is known by its drop.
pub struct Watching {
    showing: Arc<Showing>,
    showings: Showings,
    /// The number of what is watched now: another answer of the same showing may come from another stream.
    segment: AtomicU32,
}

impl Watching {
    /// Ends it, when somebody stops the play.
    pub fn end(&self) -> &tokio_util::sync::CancellationToken {
        &self.showing.end
    }

    /// So many bytes went to the viewer, who has so many still to take.
    pub fn bytes(&self, bytes: usize, behind_bytes: u64) {
        let now_ms = self.showings.clock.now_ms();
        let mut state = self.showing.state();
        state.bytes(bytes as u64, now_ms);
        state.behind_bytes = behind_bytes;
    }

    /// The viewer of a film is at this byte of it.
    pub fn at_byte(&self, position: u64) {
        self.showing.state().position_bytes = Some(position);
    }

    /// The viewer waited for bytes.
    pub fn stalled(&self) {
        let mut state = self.showing.state();
        state.totals.stalls += 1;
        state.version += 1;
        if let Some(segment) = state.segment(self.segment.load(Ordering::Relaxed)) {
            segment.stalls += 1;
            segment.is_dirty = true;
        }
    }

    /// The stream ended before its viewer did.
    pub fn failed(&self) {
        let now_ms = self.showings.clock.now_ms();
        let mut state = self.showing.state();
        state.sign(now_ms);
        state.version += 1;
        if let Some(segment) = state.segment(self.segment.load(Ordering::Relaxed)) {
            segment.has_failed = true;
            segment.is_dirty = true;
        }
    }

    /// The viewer goes on with another stream.
    pub fn goes_on(&self, origin: Origin, startup: Startup) {
        let now_ms = self.showings.clock.now_ms();
        let segment = self.showing.state().begin_segment(origin, Some(startup), now_ms);
        self.segment.store(segment, Ordering::Relaxed);
        self.showings.news.notify_one();
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let now_ms = self.showings.clock.now_ms();
        self.showing.state().leave(now_ms);
        self.showings.news.notify_one();
    }
}
