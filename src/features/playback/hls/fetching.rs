use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::features::catalogue::sources::opening::{OpenError, Opened, host};
use crate::features::catalogue::sources::{Source, part_type};
use crate::features::playback::media::{media_type, passed};
use crate::features::playback::opening::{open, text_instead};
use crate::fetch::Fetcher;
use crate::support::hls::is_subtitles;

use super::item::{Failure, Head, Item};
use super::playlist::Playlist;
use super::polled::Polled;

/// A provider notices a moment late that an answer was broken off.
const COOL_DOWN: Duration = Duration::from_millis(250);

/// The fetch of one item.
pub struct Fetching {
    pub fetcher: Fetcher,
    pub source: Source,
    pub range: Option<String>,
    pub item: Arc<Item>,
}

enum Came {
    Playlist(Playlist),
    /// All of a part.
    Part,
    /// The provider broke it off.
    Broken(String),
    /// It was broken off here.
    Untaken(String),
    Failed(Failure),
    /// Nobody waits for it any more.
    Left,
}

impl Fetching {
    /// Brings the item to all who ask for it, unless they leave first. The stream's connection is held until then.
    pub async fn run(self, stream: Arc<Polled>) {
        let came = {
            let line = Arc::clone(&stream.line);
            let Some(permit) = self.while_wanted(line.acquire_owned()).await else {
                return;
            };
            let came = self.while_wanted(self.come()).await.unwrap_or(Came::Left);
            if stream.is_narrow && matches!(came, Came::Left | Came::Broken(_) | Came::Untaken(_)) {
                tokio::time::sleep(COOL_DOWN).await;
            }
            drop(permit);
            came
        };
        if let Came::Playlist(playlist) = &came {
            stream.learn(&self.source.url, playlist);
        }
        if matches!(came, Came::Part) {
            stream.part_came();
        }
        if matches!(came, Came::Broken(_)) {
            // Its readers are sent what came of it; who polls the stream's playlist next is told.
            stream.part_failed(&self.source.url);
        }
        stream.trim();
        // Who is told of a failure may need its connection for another stream.
        drop(stream);
        match came {
            Came::Playlist(playlist) => self.item.is_playlist(playlist),
            Came::Failed(failure) => self.item.has_failed(failure),
            Came::Broken(cause) | Came::Untaken(cause) => {
                tracing::info!(stream = ?self.source.offer, %cause, "a part of a stream broke off");
                self.item.ends(false);
            }
            Came::Part => self.item.ends(true),
            Came::Left => {}
        }
    }

    /// `None` if everybody left before it is done.
    async fn while_wanted<F: Future>(&self, work: F) -> Option<F::Output> {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Some(done),
                () = self.item.left() => if self.item.close_if_left() { return None },
            }
        }
    }

    /// When this returns its connection is at rest.
    async fn come(&self) -> Came {
        let mut opened = match self.open().await {
            Ok(opened) => opened,
            Err(error) => return Came::Failed(Failure::Cause(error.to_string())),
        };
        let status = opened.upstream.status;
        if !matches!(status, 200..300 | 416) {
            return Came::Failed(Failure::Status(status));
        }
        if opened.is_playlist() {
            return match opened.read_playlist().await {
                Ok(text) => {
                    let base = opened.upstream.final_url.clone();
                    Came::Playlist(Playlist::new(text, base, Instant::now()))
                }
                Err(error) => Came::Failed(Failure::Cause(error.to_string())),
            };
        }
        if opened.is_text() && !opened.first.as_deref().is_some_and(is_subtitles) {
            return Came::Failed(Failure::Cause(text_instead(&opened)));
        }
        if opened.first.is_none() && status != 416 {
            let host = host(&opened.upstream.final_url);
            return Came::Failed(Failure::Cause(format!("{host} answered nothing")));
        }
        self.part(opened).await
    }

    async fn open(&self) -> Result<Opened, OpenError> {
        let (source, range) = (&self.source, self.range.clone());
        open(
            &self.fetcher,
            source,
            &source.url,
            range,
            &CancellationToken::new(),
        )
        .await
    }

    async fn part(&self, mut opened: Opened) -> Came {
        let upstream = &mut opened.upstream;
        // Why a range cannot be had is the provider's text.
        let is_bodiless = upstream.status == 416;
        self.item.begins(Head {
            status: upstream.status,
            content_type: media_type(&upstream.headers, part_type(&upstream.final_url)),
            headers: passed(&upstream.headers, is_bodiless),
        });
        if is_bodiless {
            return Came::Part;
        }
        let length = upstream.content_length();
        let mut first = opened.first.take();
        loop {
            let next = match first.take() {
                Some(first) => Some(Ok(first)),
                None => upstream.next().await,
            };
            let bytes: Bytes = match next {
                None => return Came::Part,
                Some(Ok(bytes)) => bytes,
                Some(Err(error)) => return Came::Broken(error.to_string()),
            };
            // Who has got all of it leaves.
            let is_last = length.is_some_and(|length| upstream.received() >= length);
            if !self.item.push(bytes, is_last).await {
                let host = host(&upstream.final_url);
                return Came::Untaken(format!("nobody takes what {host} sends"));
            }
            if is_last {
                // Lets the connection be used again.
                upstream.next().await;
                return Came::Part;
            }
        }
    }
}
