//! What players get who poll an HLS stream.

use std::sync::Arc;
use std::time::{Duration, Instant};

use url::Url;

use crate::features::catalogue::content::Content;
use crate::features::catalogue::sources::opening::host;
use crate::features::catalogue::sources::{self, Source, part_type};
use crate::features::providers::Offer;
use crate::features::providers::leases::Lease;
use crate::support::hls::is_subtitles;
use crate::support::ids::CredentialId;

use super::error::RelayError;
use super::hls::rewrite::rewrite;
use super::hls::{Address, Begun, Failure, Line, Playlist, Polled, Seen, Visit, is_master};
use super::media::Media;
use super::opening::{cause, open, text_instead};
use super::relay::{Answer, Play, Relay};
use super::sealed::{self, Part};
use super::wanted::Wanted;

/// A player that goes on elsewhere asks for what is left of a stream for so long, and takes the only connection for it.
const GONE_FOR: Duration = Duration::from_secs(10);

impl Relay {
    /// Fetches a part of an HLS stream; `link` makes the address of a sealed part.
    ///
    /// # Errors
    /// [`RelayError::Status`] for what the upstream refuses, else why it does not answer.
    pub async fn part(
        &self,
        credential: CredentialId,
        part: &Part,
        range: Option<String>,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        let key = (credential, part.address());
        if part.play != 0
            && let Some(line) = self.lines.get(&key, Instant::now())
        {
            return self.go_on(&key, &line, link).await;
        }
        let source = sources::of_part(&self.ctx, part.offer, &part.url)
            .await?
            .ok_or(RelayError::Status(404))?;
        let seen = self.seen(credential, part.wanted.content, part.offer);
        let visit = match self.polls.touch(seen) {
            Some(visit) => visit,
            None if part.play == 0 && source.max_connections.is_some() && self.is_gone(part.offer) => {
                return Err(RelayError::Status(410));
            }
            None => self.visit(credential, part.wanted.content, &source).await?,
        };
        if !visit.stream.is_shared() {
            return self
                .own_part(credential, part.wanted, &source, range, visit, link)
                .await;
        }
        if part.play != 0
            && let Some(variant) = visit.stream.variant(&part.url)
        {
            drop(visit);
            let (now, url) = (Instant::now(), part.url.clone());
            let line = Line::new(part.wanted, part.offer, url, Some(variant), now);
            let line = self.lines.enter(key.clone(), line, now);
            return self.go_on(&key, &line, link).await;
        }
        let stay = self.running.enter(credential);
        let reader = visit.stream.ask(&self.ctx.fetch, &source, range, credential)?;
        match reader.begun().await {
            Begun::Playlist(playlist) => {
                let (text, base) = (&playlist.text, &playlist.base);
                Ok(self.rewritten(credential, part.wanted, part.offer, text, base, link))
            }
            Begun::Media(head) => {
                let media = Media::shared(&head, reader, visit.into_busy(), stay);
                Ok(Answer::Media(Box::new(media)))
            }
            Begun::Failed(failure) => {
                if !matches!(failure, Failure::Left) && visit.stream.part_failed(&part.url) {
                    self.fall(part.offer);
                }
                Err(failure.into())
            }
        }
    }

    fn is_gone(&self, offer: Offer) -> bool {
        let lately = Instant::now().checked_sub(GONE_FOR);
        lately.is_some_and(|lately| self.lines.has_fallen(offer, lately))
    }

    fn seen(&self, credential: CredentialId, content: Content, offer: Offer) -> Seen {
        Seen {
            credential,
            content,
            offer,
            now_ms: self.ctx.clock.now_ms(),
        }
    }

    /// The stream in the hands of one who polls it, or polls it again after a while.
    pub(super) async fn visit(
        &self,
        credential: CredentialId,
        content: Content,
        source: &Source,
    ) -> Result<Visit, RelayError> {
        let seen = self.seen(credential, content, source.offer);
        if let Some(visit) = self.polls.touch(seen) {
            return Ok(visit);
        }
        let _turn = self.polls.turn(seen).await;
        if let Some(visit) = self.polls.touch(seen) {
            return Ok(visit);
        }
        let lease = self.lease(credential, source).await?;
        Ok(self.polls.keep(seen, self.polled_on(lease, source)))
    }

    /// A stream that is polled over this connection.
    pub(super) fn polled_on(&self, lease: Arc<Lease>, source: &Source) -> Arc<Polled> {
        let (limit, kept) = (source.max_connections, Arc::clone(&self.kept));
        Polled::new(source.offer, source.provider, limit, lease, kept)
    }

    /// A part of a film, which is sought in.
    async fn own_part(
        &self,
        credential: CredentialId,
        wanted: Wanted,
        source: &Source,
        range: Option<String>,
        visit: Visit,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        let stay = self.running.enter(credential);
        let film = self.films.enter((credential, source.offer), &stay);
        let mut opened = open(&self.ctx.fetch, source, &source.url, range, &film.end).await?;
        if !matches!(opened.upstream.status, 200..300 | 416) {
            return Err(RelayError::Status(opened.upstream.status));
        }
        if opened.is_playlist() {
            let text = opened.read_playlist().await?;
            let base = opened.upstream.final_url.clone();
            return Ok(self.rewritten(credential, wanted, source.offer, &text, &base, link));
        }
        let expected = part_type(&opened.upstream.final_url);
        if opened.is_text() && !opened.first.as_deref().is_some_and(is_subtitles) {
            return Err(cause(text_instead(&opened)));
        }
        let lease = Arc::clone(&visit.stream.lease);
        let media = Media::alone(opened, expected, lease, film, Some(visit), stay).await;
        Ok(Answer::Media(Box::new(media)))
    }

    /// The playlist of a stream that is polled already.
    ///
    /// # Errors
    /// If it does not come.
    pub(super) async fn poll<L: Fn(&str) -> String>(
        &self,
        play: &Play<L>,
        source: &Source,
        visit: Visit,
    ) -> Result<Answer, RelayError> {
        if !visit.stream.is_shared() {
            let lease = Arc::clone(&visit.stream.lease);
            drop(visit);
            return self.on_lease(play, source, lease, None).await;
        }
        let reader = visit.stream.ask(&self.ctx.fetch, source, None, play.credential)?;
        let error = match reader.begun().await {
            Begun::Playlist(playlist) if playlist.is_empty() => {
                cause(format!("{} lists nothing", host(&source.url)))
            }
            Begun::Playlist(playlist) => return Ok(self.begun(play, source, &playlist)),
            Begun::Media(_) => cause(format!("{} answered no playlist", host(&source.url))),
            Begun::Failed(Failure::Status(status)) => {
                cause(format!("{} answered {status}", host(&source.url)))
            }
            Begun::Failed(failure) => failure.into(),
        };
        drop(reader);
        // The next stream may be of the same provider, and this its only connection.
        self.polls.leave(play.credential, source.offer);
        visit.give_up().await;
        Err(error)
    }

    /// What a play begins with. Where that is a media playlist, it is polled at the link of the channel itself.
    pub(super) fn begun<L: Fn(&str) -> String>(
        &self,
        play: &Play<L>,
        source: &Source,
        playlist: &Playlist,
    ) -> Answer {
        let (credential, wanted) = (play.credential, play.wanted);
        if matches!(source.offer, Offer::Stream(_)) && playlist.is_live() {
            let now = Instant::now();
            let mut line = Line::new(wanted, source.offer, source.url.clone(), None, now);
            line.tell(playlist, now);
            self.lines.enter((credential, Address::Start(wanted)), line, now);
        }
        let (text, base) = (&playlist.text, &playlist.base);
        self.rewritten(credential, wanted, source.offer, text, base, &play.link)
    }

    /// A playlist whose addresses lead here, and open for this credential only. Those that a master playlist names are of one
    /// play: at each of them its player goes on whatever becomes of the source.
    pub(super) fn rewritten(
        &self,
        credential: CredentialId,
        wanted: Wanted,
        offer: Offer,
        text: &str,
        base: &Url,
        link: impl Fn(&str) -> String,
    ) -> Answer {
        let play = match offer {
            Offer::Stream(_) if is_master(text) => self.lines.new_play(self.ctx.clock.now_ms()),
            _ => 0,
        };
        let seal = |url: &Url| {
            let part = Part {
                wanted,
                play,
                offer,
                url: url.clone(),
            };
            link(&sealed::seal(&self.ctx.keys, credential, &part))
        };
        Answer::Playlist(rewrite(text, base, seal))
    }
}

impl Part {
    fn address(&self) -> Address {
        Address::Variant {
            play: self.play,
            offer: self.offer,
            url: self.url.to_string(),
        }
    }
}
