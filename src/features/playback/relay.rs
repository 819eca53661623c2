use std::sync::Arc;
use std::time::Instant;

use url::Url;

use crate::ctx::Ctx;
use crate::features::providers::Offer;
use crate::features::providers::leases::{Lease, Leases};
use crate::support::ids::CredentialId;

use super::attempts::Attempts;
use super::error::RelayError;
use super::feed::Unshared;
use super::feeds::Feeds;
use super::films::{Film, Films};
use super::hls::rewrite;
use super::joining::{Joined, LET_GO_WITHIN, is_live};
use super::media::Media;
use super::opening::{cause, open};
use super::polls::Polls;
use super::running::Running;
use super::sealed::{self, Part};
use super::viewer::Viewer;
use super::wanted::Wanted;
use crate::db::DbError;
use crate::features::catalogue::sources::opening::{Opened, host};
use crate::features::catalogue::sources::{Source, content_type, is_offered, part_type};
use crate::support::hls::is_subtitles;

/// What a player gets.
pub enum Answer {
    /// A rewritten HLS playlist.
    Playlist(String),
    Media(Box<Media>),
    /// A live stream that goes on whatever becomes of its upstream.
    Live(Box<Viewer>),
}

/// Who wants what.
struct Play<L> {
    credential: CredentialId,
    wanted: Wanted,
    range: Option<String>,
    link: L,
}

/// Connects players to upstreams, each of which is shared by all who watch it; cheap to clone.
#[derive(Clone)]
pub struct Relay {
    pub(super) ctx: Ctx,
    pub(super) leases: Leases,
    pub(super) feeds: Arc<Feeds>,
    polls: Arc<Polls>,
    running: Arc<Running>,
    films: Arc<Films>,
}

impl Relay {
    pub fn new(ctx: Ctx, leases: Leases) -> Self {
        Self {
            ctx,
            leases,
            feeds: Arc::default(),
            polls: Arc::default(),
            running: Arc::default(),
            films: Arc::default(),
        }
    }

    /// Gives back the connections of HLS viewers who fell silent.
    pub fn sweep(&self) {
        self.polls.sweep(self.ctx.clock.now_ms());
    }

    /// Those who play something on this node now, each once.
    pub fn credentials(&self) -> Vec<CredentialId> {
        let mut credentials = self.polls.credentials();
        credentials.extend(self.running.credentials());
        credentials.sort_unstable();
        credentials.dedup();
        credentials
    }

    /// Ends streams that may not be played any more; who watches goes on with what may.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn end_gone(&self) -> Result<(), DbError> {
        for offer in self.feeds.offers() {
            if !is_offered(&self.ctx.db, offer).await? {
                self.feeds.stop(offer);
            }
        }
        Ok(())
    }

    /// Ends whatever one credential plays.
    pub fn end(&self, credential: CredentialId) {
        self.running.end(credential);
        self.films.end(credential);
        self.polls.end(credential);
    }

    /// Ends everything that plays, when the server stops.
    pub fn end_all(&self) {
        self.running.end_all();
        self.feeds.end_all();
        self.polls.end_all();
    }

    /// Starts the first of what is `wanted` that plays; `link` makes the address of a sealed part.
    ///
    /// # Errors
    /// [`RelayError`] if none of it starts within half a minute.
    pub async fn start(
        &self,
        credential: CredentialId,
        wanted: Wanted,
        range: Option<String>,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        let sources = wanted.sources(&self.ctx).await?;
        let play = Play {
            credential,
            wanted,
            range,
            link,
        };
        let start = async |source: &Source| self.try_one(&play, source).await;
        Attempts::new(&self.leases).run(sources, start).await
    }

    /// Fetches a part of an HLS stream; `source` is the way to it.
    ///
    /// # Errors
    /// [`RelayError::Status`] for what the upstream refuses, else why it does not answer.
    pub async fn part(
        &self,
        credential: CredentialId,
        source: &Source,
        range: Option<String>,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        let lease = self.polled(credential, source).await?;
        let stay = self.running.enter(credential);
        let mut opened = open(&self.ctx.fetch, source, &source.url, range, &stay.end).await?;
        if !matches!(opened.upstream.status, 200..300 | 416) {
            return Err(RelayError::Status(opened.upstream.status));
        }
        if opened.is_playlist() {
            return self.playlist(credential, source.offer, &mut opened, link).await;
        }
        let expected = part_type(&opened.upstream.final_url);
        if opened.is_text() && !opened.first.as_deref().is_some_and(is_subtitles) {
            return Err(cause(text_instead(&opened)));
        }
        let media = Media::new(opened, expected, lease, Film::new(&stay), stay).await;
        Ok(Answer::Media(Box::new(media)))
    }

    async fn try_one<L: Fn(&str) -> String>(
        &self,
        play: &Play<L>,
        source: &Source,
    ) -> Result<Answer, RelayError> {
        let poller = (play.credential, source.offer);
        let polled = self.polls.touch(poller, self.ctx.clock.now_ms());
        // What turned out to be a file is sought in as a film is.
        if polled.is_none() && is_live(source) && !self.films.is_running(poller) {
            match self.join(play.credential, source).await? {
                Joined::Seat(seat, content_type) => {
                    let stay = self.running.enter(play.credential);
                    let (wanted, credential) = (play.wanted, play.credential);
                    let viewer = Viewer::new(self.clone(), wanted, credential, seat, content_type, stay);
                    return Ok(Answer::Live(Box::new(viewer)));
                }
                Joined::Unshared(unshared) => {
                    let Unshared { opened, lease } = *unshared;
                    let is_whole = play.range.as_deref().is_none_or(|range| range == "bytes=0-");
                    let opened = Some(opened).filter(|_| is_whole);
                    return self.on_lease(play, source, lease, opened).await;
                }
                Joined::Taken => {}
            }
        }
        let lease = match polled {
            Some(lease) => lease,
            None => self.lease_of(play, source).await?,
        };
        self.on_lease(play, source, lease, None).await
    }

    /// The lease of one viewer alone. Who seeks in a film opens it again before closing it: where the provider has no
    /// connection left for both, the later one goes on.
    async fn lease_of<L>(&self, play: &Play<L>, source: &Source) -> Result<Arc<Lease>, RelayError> {
        let film = (play.credential, source.offer);
        let mut leased = self.lease(play.credential, source).await;
        if matches!(leased, Err(RelayError::AllInUse)) && self.films.supersede(film) {
            let began = Instant::now();
            while matches!(leased, Err(RelayError::AllInUse)) && began.elapsed() < LET_GO_WITHIN {
                self.leases.freed().await;
                leased = self.lease(play.credential, source).await;
            }
        }
        leased
    }

    async fn on_lease<L: Fn(&str) -> String>(
        &self,
        play: &Play<L>,
        source: &Source,
        lease: Arc<Lease>,
        opened: Option<Opened>,
    ) -> Result<Answer, RelayError> {
        let started = self.start_one(play, source, Arc::clone(&lease), opened).await;
        if started.is_err() {
            // The next stream may be of the same provider, and this its only connection; what was given up may be open yet.
            self.polls.leave((play.credential, source.offer));
            if let Some(lease) = Arc::into_inner(lease) {
                lease.cool_down().await;
            }
        }
        started
    }

    async fn start_one<L: Fn(&str) -> String>(
        &self,
        play: &Play<L>,
        source: &Source,
        lease: Arc<Lease>,
        opened: Option<Opened>,
    ) -> Result<Answer, RelayError> {
        let poller = (play.credential, source.offer);
        let stay = self.running.enter(play.credential);
        let film = match source.format.as_str() {
            // Another request for a playlist is no seek: it shares the connection of the first.
            "hls" => Film::new(&stay),
            _ => self.films.enter(poller, &stay),
        };
        let mut opened = match opened {
            Some(opened) => opened,
            None => {
                open(
                    &self.ctx.fetch,
                    source,
                    &source.url,
                    play.range.clone(),
                    &film.end,
                )
                .await?
            }
        };
        let status = opened.upstream.status;
        if !matches!(status, 200 | 206 | 416) {
            return Err(cause(format!("{} answered {status}", host(&source.url))));
        }
        if opened.is_playlist() {
            let answer = self
                .playlist(play.credential, source.offer, &mut opened, &play.link)
                .await?;
            self.polls.keep(poller, lease, self.ctx.clock.now_ms());
            return Ok(answer);
        }
        let format = match source.format.as_str() {
            // What was said to be HLS and is none is the stream itself.
            "hls" => "ts",
            format => format,
        };
        match &opened.first {
            None if status != 416 => Err(cause(format!("{} answered nothing", host(&source.url)))),
            _ if opened.is_text() => Err(cause(text_instead(&opened))),
            _ => {
                let media = Media::new(opened, content_type(format), lease, film, stay).await;
                Ok(Answer::Media(Box::new(media)))
            }
        }
    }

    /// The lease of a viewer who polls, or a new one if he was gone for a while.
    async fn polled(&self, credential: CredentialId, source: &Source) -> Result<Arc<Lease>, RelayError> {
        let poller = (credential, source.offer);
        if let Some(lease) = self.polls.touch(poller, self.ctx.clock.now_ms()) {
            return Ok(lease);
        }
        let _turn = self.polls.turn(poller).await;
        if let Some(lease) = self.polls.touch(poller, self.ctx.clock.now_ms()) {
            return Ok(lease);
        }
        let lease = self.lease(credential, source).await?;
        Ok(self.polls.keep(poller, lease, self.ctx.clock.now_ms()))
    }

    async fn playlist(
        &self,
        credential: CredentialId,
        offer: Offer,
        opened: &mut Opened,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        let text = opened.read_playlist().await?;
        let seal = |url: &Url| {
            let part = Part {
                offer,
                url: url.clone(),
            };
            link(&sealed::seal(&self.ctx.keys, credential, &part))
        };
        Ok(Answer::Playlist(rewrite(&text, &opened.upstream.final_url, seal)))
    }
}

fn text_instead(opened: &Opened) -> String {
    let host = host(&opened.upstream.final_url);
    format!("{host} answered text instead of media")
}
