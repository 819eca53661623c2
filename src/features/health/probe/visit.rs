use std::time::Duration;

use bytes::BytesMut;
use tokio_util::sync::CancellationToken;

use crate::features::catalogue::sources::Source;
use crate::features::catalogue::sources::opening::{OpenError, Opened, content_type};
use crate::features::providers::url_parts::Format;
use crate::fetch::{Cause, Fetcher, Stopwatch, Timings, Upstream, Waiting, host};
use crate::support::media::Container;

use super::failure::{Failure, Reason, Stop};
use super::part::Part;
use super::verdict::{Expected, Verdict, judge};

/// Playlists on the way to a segment: a master, a variant, and one that leads there.
pub const MOST_PLAYLISTS: usize = 3;

/// The requests of one test, one after the other, each over a connection of its own, and what they told so far.
pub struct Visit<'a> {
    fetcher: &'a Fetcher,
    source: &'a Source,
    timeout: Duration,
    cancel: &'a CancellationToken,
    stopwatch: Stopwatch,
    /// Who is waited for, and for what.
    host: String,
    waiting: Waiting,
    /// What connecting had taken before the present request.
    connected: Option<Duration>,
    /// Of the last answer, redirects followed.
    pub status: Option<u16>,
    /// What was read of all bodies.
    pub bytes: u64,
}

/// An answer whose first bytes are media.
pub struct Media {
    pub upstream: Upstream,
    pub first: BytesMut,
    pub container: Container,
}

impl<'a> Visit<'a> {
    /// `timeout` is what a test of it may take; whoever runs it sees to that.
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
            stopwatch: Stopwatch::default(),
            host: host(&source.url),
            waiting: Waiting::Answer,
            connected: None,
            status: None,
            bytes: 0,
        }
    }

    /// Where the stream begins.
    pub fn start(&self) -> Part {
        Part::whole(self.source.url.clone())
    }

    /// What connecting and waiting took so far.
    pub fn timings(&self) -> Timings {
        self.stopwatch.timings()
    }

    /// Opens a part; of a piece of a file at most its first `most` bytes.
    pub async fn open(&mut self, part: &Part, most: u64) -> Result<Opened, Stop> {
        self.host = host(&part.url);
        self.waiting = Waiting::Answer;
        self.connected = self.stopwatch.timings().connect;
        let mut request = self
            .source
            .request(part.url.clone(), part.range(most), self.cancel.clone());
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

    /// The whole of a playlist that was opened.
    pub async fn read_playlist(&mut self, opened: &mut Opened) -> Result<String, Stop> {
        let text = opened.read_playlist().await.map_err(|error| self.stop(error))?;
        self.bytes += opened.upstream.received();
        Ok(text)
    }

    /// Reads what was opened as `part` until it is known to be media.
    pub async fn media(&mut self, part: &Part, opened: Opened) -> Result<Media, Stop> {
        let expected = self.expected(part, &opened.upstream);
        let Opened { mut upstream, first } = opened;
        let mut first = BytesMut::from(first.unwrap_or_default().as_ref());
        let before = self.bytes;
        let mut is_whole = false;
        loop {
            self.bytes = before + upstream.received();
            match judge(&first, is_whole, expected) {
                Verdict::Media(container) => {
                    return Ok(Media {
                        upstream,
                        first,
                        container,
                    });
                }
                Verdict::Refused(reason) => return Err(self.failure(reason).into()),
                Verdict::Untestable(reason) => return Err(Stop::Untestable(reason)),
                Verdict::Undecided => {}
            }
            match upstream.next().await {
                Some(piece) => first.extend_from_slice(&piece?),
                None => is_whole = true,
            }
        }
    }

    /// A failure of the present host.
    pub fn failure(&self, reason: Reason) -> Failure {
        Failure {
            host: self.host.clone(),
            reason,
        }
    }

    /// The failure of a test that took too long.
    pub fn timed_out(&self) -> Failure {
        let has_connected = self.stopwatch.timings().connect != self.connected;
        let waiting = match self.waiting {
            Waiting::Answer if !has_connected => Waiting::Connection,
            other => other,
        };
        self.failure(Reason::Network(Cause::TimedOut {
            after: self.timeout,
            waiting,
        }))
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
