use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ctx::Ctx;
use crate::features::history::showing::{Showings, Watcher};
use crate::features::providers::leases::{Lease, Leases};
use crate::support::ids::CredentialId;

use super::attempts::Attempts;
use super::error::RelayError;
use super::feed::Unshared;
use super::feeds::Feeds;
use super::films::{Film, Films};
use super::hls::{Address, Budget, Lines, Playlist, Polls, Seen, Visit};
use super::joining::{Joined, LET_GO_WITHIN, is_live};
use super::media::Media;
use super::opening::{cause, open, text_instead};
use super::running::Running;
use super::viewer::Viewer;
use super::wanted::Wanted;
use crate::db::DbError;
use crate::features::catalogue::sources::opening::{Opened, host};
use crate::features::catalogue::sources::{Source, content_type, is_offered};

/// What a player gets.
pub enum Answer {
    /// A rewritten HLS playlist.
    Playlist(String),
    Media(Box<Media>),
    /// A live stream that goes on whatever becomes of its upstream.
    Live(Box<Viewer>),
}

/// What a source answered.
pub(super) struct Tried {
    pub(super) answer: Answer,
    /// From having a connection to its first bytes; none where others had it open.
    pub(super) opened_in: Option<Duration>,
}

/// Who wants what.
pub(super) struct Play<L> {
    pub(super) credential: CredentialId,
    pub(super) wanted: Wanted,
    range: Option<String>,
    pub(super) link: L,
}

impl<L> Play<L> {
    /// As a poll of this source.
    fn seen(&self, source: &Source, now_ms: i64) -> Seen {
        Seen {
            credential: self.credential,
            content: self.wanted.content,
            offer: source.offer,
            now_ms,
        }
    }
}

/// Connects players to upstreams, each of which is shared by all who watch it; cheap to clone.
#[derive(Clone)]
pub struct Relay {
    pub(super) ctx: Ctx,
    pub(super) leases: Leases,
    pub(super) feeds: Arc<Feeds>,
    pub(super) polls: Arc<Polls>,
    pub(super) running: Arc<Running>,
    pub(super) films: Arc<Films>,
    /// What is kept of HLS streams.
    pub(super) kept: Arc<Budget>,
    pub(super) lines: Arc<Lines>,
    pub(super) showings: Showings,
}

impl Relay {
    /// A relay that notes in `showings` what players get.
    pub fn new(ctx: Ctx, leases: Leases, showings: Showings) -> Self {
        Self {
            ctx,
            leases,
            feeds: Arc::default(),
            polls: Arc::default(),
            running: Arc::default(),
            films: Arc::default(),
            kept: Arc::default(),
            lines: Arc::default(),
            showings,
        }
    }

    /// Gives back the connections of HLS viewers who fell silent; who goes on with one holds it from now on.
    pub async fn sweep(&self) {
        self.polls.sweep(self.ctx.clock.now_ms());
        self.hand_on(self.polls.orphans(|holder, _| holder.is_none()))
            .await;
        self.lines.sweep(Instant::now());
    }

    /// Those who play something on this node now, each once.
    pub fn credentials(&self) -> Vec<CredentialId> {
        let mut credentials = self.running.credentials();
        credentials.extend(self.polls.seen().iter().map(|seen| seen.credential));
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
        watcher: &Watcher,
        wanted: Wanted,
        range: Option<String>,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        let (began, credential) = (Instant::now(), watcher.credential);
        let key = (credential, Address::Start(wanted));
        if let Some(line) = self.lines.get(&key, began) {
            if self.showings.is_stopped(watcher, wanted.content) {
                return Err(RelayError::Stopped);
            }
            let answer = self.go_on(&key, &line, link).await?;
            self.showings.signed(watcher, wanted.content);
            return Ok(answer);
        }
        let sources = wanted.sources(&self.ctx).await?;
        let play = Play {
            credential,
            wanted,
            range,
            link,
        };
        let start = async |source: &Source| {
            let tried = self.try_one(&play, source).await?;
            Ok(self.noted(watcher, wanted.content, source, began, tried))
        };
        Attempts::new(&self.leases, &self.showings)
            .run(sources, start)
            .await
    }

    async fn try_one<L: Fn(&str) -> String>(
        &self,
        play: &Play<L>,
        source: &Source,
    ) -> Result<Tried, RelayError> {
        let seen = play.seen(source, self.ctx.clock.now_ms());
        if let Some(visit) = self.polled(play, seen) {
            return self.shared(play, source, visit).await;
        }
        // What turned out to be a file is sought in as a film is.
        if is_live(source) && !self.films.is_running((play.credential, source.offer)) {
            match self.join(play.credential, source).await? {
                Joined::Seat(seat, content_type) => {
                    let stay = self.running.enter(play.credential);
                    let (wanted, credential) = (play.wanted, play.credential);
                    let viewer = Viewer::new(self.clone(), wanted, credential, seat, content_type, stay);
                    return Ok(Tried {
                        opened_in: viewer.opened_in(),
                        answer: Answer::Live(Box::new(viewer)),
                    });
                }
                Joined::Unshared(unshared) => {
                    let Unshared { opened, lease } = *unshared;
                    // Whoever came first opened it, for whoever takes it.
                    if lease.pass_on(&[play.credential]).await?.is_none() {
                        return Err(RelayError::Reserved);
                    }
                    let is_whole = play.range.as_deref().is_none_or(|range| range == "bytes=0-");
                    let opened = Some(opened).filter(|_| is_whole);
                    return self.opened(play, source, lease, opened).await;
                }
                Joined::Taken => {}
            }
        }
        let _turn = match source.format.as_str() {
            "hls" => Some(self.polls.turn(seen).await),
            _ => None,
        };
        // Others who asked for it at the same time may have opened it.
        if let Some(visit) = self.polled(play, seen) {
            return self.shared(play, source, visit).await;
        }
        let lease = self.lease_of(play, source).await?;
        self.opened(play, source, lease, None).await
    }

    async fn shared<L: Fn(&str) -> String>(
        &self,
        play: &Play<L>,
        source: &Source,
        visit: Visit,
    ) -> Result<Tried, RelayError> {
        Ok(Tried {
            answer: self.poll(play, source, visit).await?,
            opened_in: None,
        })
    }

    async fn opened<L: Fn(&str) -> String>(
        &self,
        play: &Play<L>,
        source: &Source,
        lease: Arc<Lease>,
        opened: Option<Opened>,
    ) -> Result<Tried, RelayError> {
        let asked = Instant::now();
        Ok(Tried {
            answer: self.on_lease(play, source, lease, opened).await?,
            opened_in: Some(asked.elapsed()),
        })
    }

    /// The HLS stream that others poll already, for who takes HLS.
    fn polled<L>(&self, play: &Play<L>, seen: Seen) -> Option<Visit> {
        match play.wanted.refuses_hls() {
            Some(_) => None,
            None => self.polls.touch(seen),
        }
    }

    /// The lease of one viewer alone. Who seeks in a film opens it again before closing it: where the provider has no
    /// connection left for both, the later one goes on.
    async fn lease_of<L>(&self, play: &Play<L>, source: &Source) -> Result<Arc<Lease>, RelayError> {
        let film = (play.credential, source.offer);
        let mut leased = self.lease(play.credential, source).await;
        let is_full = |leased: &Result<_, RelayError>| leased.as_ref().is_err_and(RelayError::is_full);
        if is_full(&leased) && self.films.supersede(film) {
            let began = Instant::now();
            while is_full(&leased) && began.elapsed() < LET_GO_WITHIN {
                self.leases.freed().await;
                leased = self.lease(play.credential, source).await;
            }
        }
        leased
    }

    pub(super) async fn on_lease<L: Fn(&str) -> String>(
        &self,
        play: &Play<L>,
        source: &Source,
        lease: Arc<Lease>,
        opened: Option<Opened>,
    ) -> Result<Answer, RelayError> {
        let started = self.start_one(play, source, Arc::clone(&lease), opened).await;
        if started.is_err() {
            // The next stream may be of the same provider, and this its only connection; what was given up may be open yet.
            self.polls.leave(play.credential, source.offer);
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
        let stay = self.running.enter(play.credential);
        let film = match source.format.as_str() {
            // Another request for a playlist is no seek: it shares the connection of the first.
            "hls" => Film::new(&stay),
            _ => self.films.enter((play.credential, source.offer), &stay),
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
            if let Some(reason) = play.wanted.refuses_hls() {
                return Err(RelayError::NotRelayable(reason.to_owned()));
            }
            let text = opened.read_playlist().await?;
            let base = opened.upstream.final_url.clone();
            drop(opened);
            let playlist = Playlist::new(text, base, Instant::now());
            if playlist.is_empty() {
                return Err(cause(format!("{} lists nothing", host(&source.url))));
            }
            let answer = self.begun(play, source, &playlist);
            let stream = self.polled_on(lease, source);
            stream.put(source, playlist);
            self.polls
                .keep(play.seen(source, self.ctx.clock.now_ms()), stream);
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
                let media = Media::alone(opened, content_type(format), lease, film, None, stay).await;
                Ok(Answer::Media(Box::new(media)))
            }
        }
    }
}
