//! What players get, noted as plays.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::features::catalogue::content::Content;
use crate::features::catalogue::sources::{self, Source};
use crate::features::history::showing::{Measurement, Origin, Showings, Shown, Startup, Watcher, Watching};

use super::error::RelayError;
use super::relay::{Answer, Relay, Tried};
use super::sealed::Part;

/// Notes what was sent.
pub enum Meter {
    /// Of something that one viewer has alone.
    Film(Watching),
    /// Of a part of an HLS stream.
    Part {
        showings: Showings,
        watcher: Watcher,
        content: Content,
        origin: Origin,
        end: CancellationToken,
    },
}

impl Meter {
    /// Ends the answer when somebody stops the play.
    pub fn end(&self) -> Option<&CancellationToken> {
        match self {
            Self::Film(watching) => Some(watching.end()),
            Self::Part { end, .. } => Some(end),
        }
    }

    /// The upstream ended before its viewer did.
    pub fn failed(&self) {
        if let Self::Film(watching) = self {
            watching.failed();
        }
    }

    /// So many bytes were sent, the last of them at `position` of the whole.
    pub fn sent(&self, bytes: usize, position: u64) {
        match self {
            Self::Film(watching) => {
                watching.at_byte(position);
                watching.bytes(bytes, 0);
            }
            Self::Part {
                showings,
                watcher,
                content,
                origin,
                ..
            } => showings.polled(watcher, *content, *origin, bytes as u64),
        }
    }
}

impl Relay {
    /// Fetches a part of an HLS stream for somebody who watches it.
    ///
    /// # Errors
    /// As [`Relay::part`].
    pub async fn part_for(
        &self,
        watcher: &Watcher,
        part: &Part,
        range: Option<String>,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        let content = part.wanted.content;
        if self.showings.is_stopped(watcher, content) {
            return Err(RelayError::Stopped);
        }
        let answer = self.part(watcher.credential, part, range, link).await?;
        Ok(match answer {
            Answer::Media(media) => match self.origin_of(watcher, part).await {
                Some(origin) => Answer::Media(Box::new(media.metered(Meter::Part {
                    showings: self.showings.clone(),
                    watcher: watcher.clone(),
                    content,
                    origin,
                    end: self.showings.end_of(watcher, content),
                }))),
                None => Answer::Media(media),
            },
            // Whose it is now, only what it lists tells.
            other => {
                self.showings.signed(watcher, content);
                other
            }
        })
    }

    /// Where a part comes from; it has an address of its own.
    async fn origin_of(&self, watcher: &Watcher, part: &Part) -> Option<Origin> {
        let known = self.showings.polled_from(watcher, part.wanted.content);
        if known.is_some_and(|origin| origin.offer == part.offer) {
            return known;
        }
        // It was fetched already, and goes to its player whether it can be noted or not.
        let source = sources::of_part(&self.ctx, part.offer, &part.url).await.ok()?;
        source.map(|source| Origin {
            url_hash: None,
            ..self.origin(&source)
        })
    }

    /// An answer whose play is noted from now on, to a request that `began` at an instant.
    pub(super) fn noted(
        &self,
        watcher: &Watcher,
        content: Content,
        source: &Source,
        began: Instant,
        tried: Tried,
    ) -> Answer {
        let startup = Startup {
            waited_ms: millis(began.elapsed()),
            opening_ms: tried.opened_in.map(millis),
        };
        let origin = self.origin(source);
        let watch = || {
            let shown = Shown {
                watcher: watcher.clone(),
                content,
                measurement: Measurement::Metered,
            };
            self.showings.watch(shown, origin, startup)
        };
        match tried.answer {
            Answer::Live(mut viewer) => {
                viewer.watching = Some(watch());
                Answer::Live(viewer)
            }
            // Why a range cannot be had is no play.
            Answer::Media(media) if media.status == 416 => Answer::Media(media),
            Answer::Media(media) => Answer::Media(Box::new(media.metered(Meter::Film(watch())))),
            Answer::Playlist(text) => {
                self.showings
                    .begin_polls(watcher.clone(), content, origin, startup);
                Answer::Playlist(text)
            }
        }
    }

    /// Notes that a player was sent to a source instead of getting its bytes.
    pub fn redirected(&self, watcher: Watcher, content: Content, source: &Source) {
        self.showings.redirected(watcher, content, self.origin(source));
    }

    /// Where something comes from, as it is noted.
    pub(super) fn origin(&self, source: &Source) -> Origin {
        let url = source.url.as_str();
        Origin {
            offer: source.offer,
            provider: source.provider,
            url_hash: Some(self.ctx.keys.fingerprint("play url", url.as_bytes())),
        }
    }
}

/// In whole milliseconds.
pub(super) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
