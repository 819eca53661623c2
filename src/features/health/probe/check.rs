use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio_util::sync::CancellationToken;

use crate::features::catalogue::sources::Source;
use crate::features::catalogue::sources::opening::{OpenError, Opened, content_type};
use crate::features::providers::url_parts::Format;
use crate::fetch::{Cause, Fetcher, Stopwatch, Upstream, Waiting, host};
use crate::support::media::{Container, ts};

use super::failure::{Failure, Reason, Stop};
use super::part::{Part, part};
use super::verdict::{Expected, Verdict, judge};
use super::{Cancelled, Outcome, Phases, Probe, milliseconds};

/// The most bytes of media that are read.
const SAMPLE: usize = 64 * 1024;
/// How long the counters of MPEG-TS are watched once it is known.
const WATCH: Duration = Duration::from_millis(100);
/// Playlists on the way to a segment: a master, a variant, and one that leads there.
const MOST_PLAYLISTS: usize = 3;

/// A test on its way, with what it has found so far.
pub struct Check<'a> {
    fetcher: &'a Fetcher,
    source: &'a Source,
    timeout: Duration,
    cancel: &'a CancellationToken,
    began: Instant,
    stopwatch: Stopwatch,
    /// Who is waited for, and for what.
    host: String,
    waiting: Waiting,
    /// What connecting had taken before the present request.
    connected: Option<Duration>,
    status: Option<u16>,
    latency: Option<Duration>,
    bytes: u64,
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
            fetcher,
            source,
            timeout,
            cancel,
            began: Instant::now(),
            stopwatch: Stopwatch::default(),
            host: host(&source.url),
            waiting: Waiting::Answer,
            connected: None,
            status: None,
            latency: None,
            bytes: 0,
            container: None,
            continuity_errors: 0,
        }
    }

    /// Tests until something can be said.
    pub async fn run(&mut self) -> Result<Outcome, Cancelled> {
        match self.follow().await {
            Ok(outcome) => Ok(outcome),
            Err(Stop::Cancelled) => Err(Cancelled),
            Err(Stop::Failed(failure)) => Ok(Outcome::Failed(failure)),
        }
    }

    /// What is said of a test that took too long.
    pub fn timed_out(&self) -> Outcome {
        let has_connected = self.stopwatch.timings().connect != self.connected;
        let waiting = match self.waiting {
            Waiting::Answer if !has_connected => Waiting::Connection,
            other => other,
        };
        let cause = Cause::TimedOut {
            after: self.timeout,
            waiting,
        };
        Outcome::Failed(self.failure(Reason::Network(cause)))
    }

    /// Everything that was found.
    pub fn found(&self, outcome: Outcome) -> Probe {
        let timings = self.stopwatch.timings();
        let before_media = [timings.resolve, timings.connect, timings.first_byte];
        let media = self.latency.map(|latency| {
            let before: Duration = before_media.into_iter().flatten().sum();
            latency.saturating_sub(before)
        });
        Probe {
            outcome,
            status: self.status,
            phases: Phases {
                resolve_ms: timings.resolve.map(milliseconds),
                connect_ms: timings.connect.map(milliseconds),
                first_byte_ms: timings.first_byte.map(milliseconds),
                media_ms: media.map(milliseconds),
            },
            latency_ms: self.latency.map(milliseconds),
            bytes: self.bytes,
            container: self.container,
            continuity_errors: self.continuity_errors,
        }
    }

    async fn follow(&mut self) -> Result<Outcome, Stop> {
        let mut next = Part::whole(self.source.url.clone());
        for _ in 0..=MOST_PLAYLISTS {
            let mut opened = self.open(&next).await?;
            if !opened.is_playlist() {
                let expected = self.expected(&next, &opened.upstream);
                return self.sample(opened, expected).await;
            }
            self.container = Some(Container::Hls);
            let text = opened.read_playlist().await.map_err(|error| self.stop(error))?;
            self.bytes += opened.upstream.received();
            next = part(&text, &opened.upstream.final_url).map_err(|reason| self.failure(reason))?;
        }
        Err(self.failure(Reason::BadPlaylist).into())
    }

    async fn open(&mut self, part: &Part) -> Result<Opened, Stop> {
        self.host = host(&part.url);
        self.waiting = Waiting::Answer;
        self.connected = self.stopwatch.timings().connect;
        let range = part.range(SAMPLE as u64);
        let mut request = self.source.request(part.url.clone(), range, self.cancel.clone());
        request.fresh = true;
        request.stopwatch = self.stopwatch.clone();
        (request.start_timeout, request.idle_timeout) = (self.timeout, self.timeout);
        let upstream = self.fetcher.open(request).await?;
        self.host = host(&upstream.final_url);
        self.waiting = Waiting::Body;
        self.status = Some(upstream.status);
        if !matches!(upstream.status, 200 | 206) {
            return Err(self.failure(Reason::Status(upstream.status)).into());
        }
        Opened::begin(upstream).await.map_err(|error| self.stop(error))
    }

    /// Reads media until something can be said of it; of MPEG-TS a little more.
    async fn sample(&mut self, opened: Opened, expected: Expected) -> Result<Outcome, Stop> {
        let Opened { mut upstream, first } = opened;
        let arrived = self.began.elapsed();
        let before = self.bytes;
        let mut bytes = BytesMut::from(first.unwrap_or_default().as_ref());
        let mut is_whole = false;
        let container = loop {
            self.bytes = before + upstream.received();
            match judge(&bytes, is_whole, expected) {
                Verdict::Media(container) => break container,
                Verdict::Refused(reason) => return Err(self.failure(reason).into()),
                Verdict::Untestable(reason) => return Ok(Outcome::Untestable(reason)),
                Verdict::Undecided => {}
            }
            match upstream.next().await {
                Some(piece) => bytes.extend_from_slice(&piece?),
                None => is_whole = true,
            }
        };
        self.latency = Some(arrived);
        self.container.get_or_insert(container);
        if container == Container::Ts {
            // What comes no more, or ends, is media all the same.
            let _ = tokio::time::timeout(WATCH, fill(&mut upstream, &mut bytes)).await;
            self.bytes = before + upstream.received();
            bytes.truncate(SAMPLE);
            self.continuity_errors =
                ts::find_short(&bytes).map_or(0, |place| place.continuity_errors(&bytes));
        }
        Ok(Outcome::Passed)
    }

    fn expected(&self, part: &Part, upstream: &Upstream) -> Expected {
        if part.is_encrypted {
            return Expected::Encrypted;
        }
        let said = content_type(&upstream.headers);
        let by_type = TYPES.iter().find(|(kind, _)| said.starts_with(kind));
        let by_name = || {
            let format = if part.url == self.source.url {
                Format::from_name(&self.source.format)?
            } else {
                Format::of_extension(part.url.path().rsplit_once('.')?.1)
            };
            FORMATS
                .iter()
                .find(|(known, _)| *known == format)
                .map(|(_, container)| *container)
        };
        by_type
            .map(|(_, container)| *container)
            .or_else(by_name)
            .map_or(Expected::Any, Expected::In)
    }

    fn failure(&self, reason: Reason) -> Failure {
        Failure {
            host: self.host.clone(),
            reason,
        }
    }

    fn stop(&self, error: OpenError) -> Stop {
        match error {
            OpenError::Fetch(error) => error.into(),
            OpenError::Endless { .. } => self.failure(Reason::BadPlaylist).into(),
            OpenError::Encoding { .. } => self.failure(Reason::Encoding).into(),
        }
    }
}

/// What content types promise.
const TYPES: [(&str, Container); 6] = [
    ("video/mp2t", Container::Ts),
    ("video/mp4", Container::Mp4),
    ("video/x-matroska", Container::Matroska),
    ("video/webm", Container::Matroska),
    ("video/x-flv", Container::Flv),
    ("video/x-msvideo", Container::Avi),
];
/// What formats promise where no content type does.
const FORMATS: [(Format, Container); 7] = [
    (Format::Ts, Container::Ts),
    (Format::Mp4, Container::Mp4),
    (Format::Mov, Container::Mp4),
    (Format::Mkv, Container::Matroska),
    (Format::Webm, Container::Matroska),
    (Format::Flv, Container::Flv),
    (Format::Avi, Container::Avi),
];

async fn fill(upstream: &mut Upstream, bytes: &mut BytesMut) {
    while bytes.len() < SAMPLE
        && let Some(Ok(piece)) = upstream.next().await
    {
        bytes.extend_from_slice(&piece);
    }
}
