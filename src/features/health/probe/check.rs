use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio_util::sync::CancellationToken;

use crate::features::catalogue::sources::Source;
use crate::fetch::{Fetcher, Upstream};
use crate::support::media::{Container, ts};

use super::failure::{Reason, Stop};
use super::part::Playlist;
use super::visit::{MOST_PLAYLISTS, Media, Visit};
use super::{Cancelled, Outcome, Phases, Probe, milliseconds};

/// The most bytes of media that are read.
const SAMPLE: usize = 64 * 1024;
/// How long the counters of MPEG-TS are watched once it is known.
const WATCH: Duration = Duration::from_millis(100);

/// A test on its way, with what it has found so far.
pub struct Check<'a> {
    visit: Visit<'a>,
    began: Instant,
    latency: Option<Duration>,
    container: Option<Container>,
    continuity_errors: u32,
}

impl<'a> Check<'a> {
    pub fn new(
        fetcher: &'a Fetcher,
        source: &'a Source,
        timeout: Duration,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            visit: Visit::new(fetcher, source, timeout, cancel),
            began: Instant::now(),
            latency: None,
            container: None,
            continuity_errors: 0,
        }
    }

    /// Tests until something can be said.
    pub async fn run(&mut self) -> Result<Outcome, Cancelled> {
        match self.follow().await {
            Ok(()) => Ok(Outcome::Passed),
            Err(Stop::Cancelled) => Err(Cancelled),
            Err(Stop::Failed(failure)) => Ok(Outcome::Failed(failure)),
            Err(Stop::Untestable(reason)) => Ok(Outcome::Untestable(reason)),
        }
    }

    /// What is said of a test that took too long.
    pub fn timed_out(&self) -> Outcome {
        Outcome::Failed(self.visit.timed_out())
    }

    /// Everything that was found.
    pub fn found(&self, outcome: Outcome) -> Probe {
        let timings = self.visit.timings();
        let before_media = [timings.resolve, timings.connect, timings.first_byte];
        let media = self.latency.map(|latency| {
            let before: Duration = before_media.into_iter().flatten().sum();
            latency.saturating_sub(before)
        });
        Probe {
            outcome,
            status: self.visit.status,
            phases: Phases {
                resolve_ms: timings.resolve.map(milliseconds),
                connect_ms: timings.connect.map(milliseconds),
                first_byte_ms: timings.first_byte.map(milliseconds),
                media_ms: media.map(milliseconds),
            },
            latency_ms: self.latency.map(milliseconds),
            bytes: self.visit.bytes,
            container: self.container,
            continuity_errors: self.continuity_errors,
        }
    }

    async fn follow(&mut self) -> Result<(), Stop> {
        let mut next = self.visit.start();
        for _ in 0..=MOST_PLAYLISTS {
            let mut opened = self.visit.open(&next, SAMPLE as u64).await?;
            if !opened.is_playlist() {
                let arrived = self.began.elapsed();
                let media = self.visit.media(&next, opened).await?;
                self.latency = Some(arrived);
                self.watch(media).await;
                return Ok(());
            }
            self.container = Some(Container::Hls);
            let text = self.visit.read_playlist(&mut opened).await?;
            next = Playlist::read(&text, &opened.upstream.final_url)
                .part()
                .map_err(|reason| self.visit.failure(reason))?;
        }
        Err(self.visit.failure(Reason::BadPlaylist).into())
    }

    /// Reads a little more of MPEG-TS. What comes no more, or ends, is media all the same.
    async fn watch(&mut self, media: Media) {
        let Media {
            mut upstream,
            mut first,
            container,
        } = media;
        self.container.get_or_insert(container);
        if container != Container::Ts {
            return;
        }
        let before = upstream.received();
        let _ = tokio::time::timeout(WATCH, fill(&mut upstream, &mut first)).await;
        self.visit.bytes += upstream.received() - before;
        first.truncate(SAMPLE);
        self.continuity_errors = ts::find_short(&first).map_or(0, |place| place.continuity_errors(&first));
    }
}

async fn fill(upstream: &mut Upstream, bytes: &mut BytesMut) {
    while bytes.len() < SAMPLE
        && let Some(Ok(piece)) = upstream.next().await
    {
        bytes.extend_from_slice(&piece);
    }
}
