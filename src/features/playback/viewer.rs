use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::features::catalogue::sources::Source;
use crate::features::history::showing::{Origin, Startup, Watching};
use crate::features::providers::Offer;
use crate::support::ids::CredentialId;

use super::attempts::Attempts;
use super::error::RelayError;
use super::feed::{End, Next, Seat};
use super::noting::millis;
use super::relay::Relay;
use super::running::Stay;
use super::wanted::Wanted;

/// Who waits so long for bytes sees the picture stand still.
const STALL: Duration = Duration::from_secs(3);
/// A stream that went on for so long was good, whatever became of it.
const GOOD: Duration = Duration::from_secs(30);
/// One that failed sooner is opened again only after a pause.
const SHORT: Duration = Duration::from_secs(5);
/// Who has seen nothing but short stretches for so long gives up.
const GIVE_UP: Duration = Duration::from_secs(60);
/// Before streams that all failed are tried again; then twice as long each time.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// One viewer of a live channel, who goes on with the next stream where one fails. The connection of a stream is given back
/// once its last viewer is dropped.
pub struct Viewer {
    pub content_type: Arc<str>,
    relay: Relay,
    wanted: Wanted,
    credential: CredentialId,
    seat: Seat,
    seated: Instant,
    /// Those that failed this viewer since the last good one, the latest last.
    failed: Vec<Offer>,
    /// Since when there were only short stretches.
    failing_since: Option<Instant>,
    pause: Duration,
    /// Notes what this viewer gets.
    pub(super) watching: Option<Watching>,
    stay: Arc<Stay>,
}

impl Viewer {
    pub(super) fn new(
        relay: Relay,
        wanted: Wanted,
        credential: CredentialId,
        seat: Seat,
        content_type: Arc<str>,
        stay: Arc<Stay>,
    ) -> Self {
        Self {
            content_type,
            relay,
            wanted,
            credential,
            seat,
            seated: Instant::now(),
            failed: Vec::new(),
            failing_since: None,
            pause: PAUSE,
            watching: None,
            stay,
        }
    }

    /// How long its stream took to begin, if it was opened for this viewer.
    pub(super) fn opened_in(&self) -> Option<Duration> {
        self.seat.opened_in()
    }

    /// The next bytes, of whichever stream; `None` once no stream goes on, or this viewer may not or cannot follow.
    pub async fn next(&mut self) -> Option<Bytes> {
        let stay = Arc::clone(&self.stay);
        let stopped = self.watching.as_ref().map(|watching| watching.end().clone());
        let stopped = stopped.unwrap_or_default();
        tokio::select! {
            biased;
            () = stay.end.cancelled() => None,
            () = stopped.cancelled() => None,
            bytes = self.bytes() => bytes,
        }
    }

    async fn bytes(&mut self) -> Option<Bytes> {
        let mut began = Instant::now();
        loop {
            match self.seat.next().await {
                Next::Bytes(bytes) => {
                    if let Some(watching) = &self.watching {
                        if began.elapsed() >= STALL {
                            watching.stalled();
                        }
                        watching.bytes(bytes.len(), self.seat.lag());
                    }
                    return Some(bytes);
                }
                Next::Behind => return None,
                Next::Over(end) => {
                    if let Some(watching) = self.watching.as_ref().filter(|_| end.is_fault()) {
                        if began.elapsed() >= STALL {
                            watching.stalled();
                        }
                        watching.failed();
                    }
                    if !self.go_on(&end).await {
                        return None;
                    }
                    began = Instant::now();
                }
            }
        }
    }

    /// Finds another stream; whether there is one.
    async fn go_on(&mut self, end: &End) -> bool {
        let (offer, lasted) = (self.seat.feed().offer, self.seated.elapsed());
        if lasted >= GOOD {
            self.failed.clear();
        }
        if lasted >= SHORT {
            self.failing_since = None;
            self.pause = PAUSE;
        }
        // Who paused until it was closed goes on where it is now.
        if end.is_fault() {
            self.note(offer);
        }
        let until = *self.failing_since.get_or_insert_with(Instant::now) + GIVE_UP;
        while Instant::now() < until {
            match self.another(until, lasted < SHORT).await {
                Another::Seat(seat, origin, startup) => {
                    self.seat = seat;
                    self.seated = Instant::now();
                    if let Some(watching) = &self.watching {
                        watching.goes_on(origin, startup);
                    }
                    return true;
                }
                Another::Failed => self.rest().await,
                Another::Nothing => break,
            }
        }
        tracing::info!(wanted = ?self.wanted, "no stream goes on for a viewer");
        false
    }

    async fn another(&mut self, until: Instant, was_short: bool) -> Another {
        let sources = match self.wanted.sources(&self.relay.ctx).await {
            Ok(sources) => sources,
            Err(error) => {
                tracing::warn!(%error, "the streams of a channel could not be read");
                return Another::Failed;
            }
        };
        if was_short && sources.are_all(&self.failed) {
            // A provider is not asked again as fast as it answers.
            self.rest().await;
        }
        // Who failed last is tried last.
        let sources = sources.behind(&self.failed);
        let mut attempts = Attempts::new(&self.relay.leases, &self.relay.showings);
        let has_unfit = Cell::new(false);
        let follow = async |source: &Source| {
            let (credential, content_type) = (self.credential, &self.content_type);
            let asked = Instant::now();
            let seat = self.relay.follow(credential, source, content_type).await;
            has_unfit.set(has_unfit.get() || matches!(seat, Err(RelayError::NotRelayable(_))));
            let seat = seat?;
            let startup = Startup {
                waited_ms: millis(asked.elapsed()),
                opening_ms: seat.opened_in().map(millis),
            };
            Ok((seat, self.relay.origin(source), startup))
        };
        let another = tokio::time::timeout_at(until, attempts.run(sources, follow)).await;
        for offer in attempts.failed() {
            self.note(offer);
        }
        match another {
            Ok(Ok((seat, origin, startup))) => Another::Seat(seat, origin, startup),
            Ok(Err(RelayError::Nothing)) => Another::Nothing,
            // A player that opens the channel anew may have what cannot go on here.
            Ok(Err(_)) if has_unfit.get() => Another::Nothing,
            Ok(Err(_)) | Err(_) => Another::Failed,
        }
    }

    async fn rest(&mut self) {
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    fn note(&mut self, offer: Offer) {
        self.failed.retain(|known| *known != offer);
        self.failed.push(offer);
    }
}

/// What became of looking for another stream.
enum Another {
    /// Its place, where it comes from, and how long it took to begin.
    Seat(Seat, Origin, Startup),
    Failed,
    /// There is none that could go on.
    Nothing,
}
