use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::features::catalogue::sources::Source;
use crate::features::providers::Offer;
use crate::support::ids::CredentialId;

use super::attempts::Attempts;
use super::feed::{End, Next, Seat};
use super::relay::Relay;
use super::running::Stay;
use super::wanted::Wanted;

/// A stream that went on for so long was good, whatever became of it.
const GOOD: Duration = Duration::from_secs(30);
/// Who has not seen a good stream for so long gives up.
const GIVE_UP: Duration = Duration::from_secs(60);
/// Between two rounds over all streams, of which none starts; then twice as long each time.
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
    /// When the last good one failed.
    failing_since: Option<Instant>,
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
            stay,
        }
    }

    /// The next bytes, of whichever stream; `None` once no stream goes on, or this viewer may not or cannot follow.
    pub async fn next(&mut self) -> Option<Bytes> {
        let stay = Arc::clone(&self.stay);
        tokio::select! {
            biased;
            () = stay.end.cancelled() => None,
            bytes = self.bytes() => bytes,
        }
    }

    async fn bytes(&mut self) -> Option<Bytes> {
        loop {
            match self.seat.next().await {
                Next::Bytes(bytes) => return Some(bytes),
                Next::Behind => return None,
                Next::Over(end) => {
                    if !self.go_on(&end).await {
                        return None;
                    }
                }
            }
        }
    }

    /// Finds another stream; whether there is one.
    async fn go_on(&mut self, end: &End) -> bool {
        let offer = self.seat.feed().offer;
        tracing::info!(?offer, ?end, "a stream failed while it was watched");
        if self.seated.elapsed() >= GOOD {
            self.failed.clear();
            self.failing_since = None;
        }
        // Who paused until it was closed goes on where it is now.
        if *end != End::Left {
            self.note(offer);
        }
        let until = *self.failing_since.get_or_insert_with(Instant::now) + GIVE_UP;
        let mut pause = PAUSE;
        while Instant::now() < until {
            if let Some(seat) = self.another(until).await {
                self.seat = seat;
                self.seated = Instant::now();
                return true;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        false
    }

    async fn another(&mut self, until: Instant) -> Option<Seat> {
        let sources = match self.wanted.sources(&self.relay.ctx).await {
            Ok(sources) => sources,
            Err(error) => {
                tracing::warn!(%error, "the streams of a channel could not be read");
                return None;
            }
        };
        // Who failed last is tried last.
        let sources = sources.behind(&self.failed);
        let mut attempts = Attempts::new(&self.relay.leases);
        let follow = async |source: &Source| self.relay.follow(self.credential, source).await;
        let another = tokio::time::timeout_at(until, attempts.run(sources, follow)).await;
        for offer in attempts.failed() {
            self.note(offer);
        }
        another.ok()?.ok()
    }

    fn note(&mut self, offer: Offer) {
        self.failed.retain(|known| *known != offer);
        self.failed.push(offer);
    }
}
