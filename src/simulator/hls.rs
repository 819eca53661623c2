//! HLS: a master playlist, media playlists that roll forward or stand still, and their segments.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::message::Request;
use super::resource::{Reply, Resource};

/// A stream of segments under one path: `index.m3u8` (master), `<variant>/index.m3u8`, `<variant>/<n>.ts`.
///
/// The variants are `low` and `high`; both play the same segments.
#[derive(Debug, Clone)]
pub struct Hls {
    segments: Arc<[Bytes]>,
    segment_length: Duration,
    rolling: Option<Rolling>,
    account: Option<String>,
    demand: Option<(String, String)>,
}

#[derive(Debug, Clone)]
enum Rolling {
    ByTime(Instant),
    ByHand(Arc<AtomicUsize>),
}

/// Segments in a live playlist at once.
const WINDOW: usize = 5;
const MASTER: &str = "#EXTM3U\n#EXT-X-VERSION:3\n\
    #EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360\nlow/index.m3u8\n\
    #EXT-X-STREAM-INF:BANDWIDTH=2500000,RESOLUTION=1280x720\nhigh/index.m3u8\n";

impl Hls {
    /// All segments once, with an end.
    pub fn vod(segments: Vec<Bytes>, segment_length: Duration) -> Self {
        Self {
            segments: segments.into(),
            segment_length,
            rolling: None,
            account: None,
            demand: None,
        }
    }

    /// The segments for ever, five at a time, a new one each `segment_length`.
    pub fn live(segments: Vec<Bytes>, segment_length: Duration) -> Self {
        Self {
            rolling: Some(Rolling::ByTime(Instant::now())),
            ..Self::vod(segments, segment_length)
        }
    }

    /// As [`Self::live`], but a new segment comes when the returned counter is raised.
    pub fn rolled_by_hand(segments: Vec<Bytes>, segment_length: Duration) -> (Self, Arc<AtomicUsize>) {
        let counter = Arc::new(AtomicUsize::new(0));
        let rolling = Some(Rolling::ByHand(Arc::clone(&counter)));
        (
            Self {
                rolling,
                ..Self::vod(segments, segment_length)
            },
            counter,
        )
    }

    /// Counts open requests against this account.
    #[must_use]
    pub fn account(mut self, name: &str) -> Self {
        self.account = Some(name.into());
        self
    }

    /// Answers 403 unless the request's header `name` contains `text`, for playlists and segments alike.
    #[must_use]
    pub fn demand(mut self, name: &str, text: &str) -> Self {
        self.demand = Some((name.into(), text.into()));
        self
    }

    pub(super) fn resource(self, mount: &str) -> Resource {
        let (mount, account, demand) = (format!("{mount}/"), self.account.clone(), self.demand.clone());
        let mut resource = Resource::dynamic(move |request| self.answer(&mount, request));
        if let Some((name, text)) = demand {
            resource = resource.demand(&name, &text);
        }
        match account {
            Some(name) => resource.account(&name),
            None => resource,
        }
    }

    fn answer(&self, mount: &str, request: &Request) -> Reply {
        let below = request.path().strip_prefix(mount).unwrap_or("");
        if below == "index.m3u8" {
            return playlist(MASTER.to_owned());
        }
        let file = below
            .strip_prefix("low/")
            .or_else(|| below.strip_prefix("high/"))
            .unwrap_or("");
        if file == "index.m3u8" {
            return playlist(self.media());
        }
        let number = file.strip_suffix(".ts").and_then(|stem| stem.parse().ok());
        match number.and_then(|number| self.segment(number)) {
            Some(bytes) => Reply::new(200, "video/mp2t", bytes),
            None => Reply::new(404, "text/plain", "gone"),
        }
    }

    fn media(&self) -> String {
        let (first, end) = self.range();
        let seconds = self.segment_length.as_secs_f64();
        let target = seconds.ceil();
        let mut out = format!(
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{target}\n#EXT-X-MEDIA-SEQUENCE:{first}\n"
        );
        for number in first..end {
            // Writing to a string does not fail.
            let _ = write!(out, "#EXTINF:{seconds:.3},\n{number}.ts\n");
        }
        if self.rolling.is_none() {
            out.push_str("#EXT-X-ENDLIST\n");
        }
        out
    }

    /// The first segment listed and the one after the last.
    fn range(&self) -> (usize, usize) {
        let rolled = match &self.rolling {
            None => return (0, self.segments.len()),
            Some(Rolling::ByHand(counter)) => counter.load(Ordering::SeqCst),
            Some(Rolling::ByTime(start)) => {
                let steps = start.elapsed().as_millis() / self.segment_length.as_millis().max(1);
                usize::try_from(steps).unwrap_or(0)
            }
        };
        (rolled, rolled + WINDOW)
    }

    /// A segment that is listed, or was a moment ago.
    fn segment(&self, number: usize) -> Option<Bytes> {
        let (first, end) = self.range();
        let known = (first.saturating_sub(WINDOW)..end).contains(&number);
        let index = number.checked_rem(self.segments.len())?;
        self.segments.get(index).filter(|_| known).cloned()
    }
}

fn playlist(text: String) -> Reply {
    Reply::new(200, "application/vnd.apple.mpegurl", text)
}
