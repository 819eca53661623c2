//! What players get who poll an HLS stream.

use std::sync::Arc;

use url::Url;

use crate::features::catalogue::content::Content;
use crate::features::catalogue::sources::opening::host;
use crate::features::catalogue::sources::{Source, part_type};
use crate::features::providers::Offer;
use crate::support::hls::is_subtitles;
use crate::support::ids::CredentialId;

use super::error::RelayError;
use super::hls::rewrite::rewrite;
use super::hls::{Begun, Failure, Playlist, Polled, Seen, Visit};
use super::media::Media;
use super::opening::{cause, open, text_instead};
use super::relay::{Answer, Play, Relay};
use super::sealed::{self, Part};

impl Relay {
    /// Fetches a part of an HLS stream; `source` is the way to it, `link` makes the address of a sealed part.
    ///
    /// # Errors
    /// [`RelayError::Status`] for what the upstream refuses, else why it does not answer.
    pub async fn part(
        &self,
        credential: CredentialId,
        content: Content,
        source: &Source,
        range: Option<String>,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        let visit = self.visit(credential, content, source).await?;
        if !visit.stream.is_shared() {
            return self
                .own_part(credential, content, source, range, visit, link)
                .await;
        }
        let stay = self.running.enter(credential);
        let reader = visit.stream.ask(&self.ctx.fetch, source, range, credential)?;
        match reader.begun().await {
            Begun::Playlist(playlist) => Ok(self.rewritten(credential, content, source, &playlist, link)),
            Begun::Media(head) => Ok(Answer::Media(Box::new(Media::shared(&head, reader, visit, stay)))),
            Begun::Failed(failure) => Err(failure.into()),
        }
    }

    /// The stream in the hands of one who polls it, or polls it again after a while.
    async fn visit(
        &self,
        credential: CredentialId,
        content: Content,
        source: &Source,
    ) -> Result<Visit, RelayError> {
        let seen = Seen {
            credential,
            content,
            offer: source.offer,
            now_ms: self.ctx.clock.now_ms(),
        };
        if let Some(visit) = self.polls.touch(seen) {
            return Ok(visit);
        }
        let _turn = self.polls.turn(seen).await;
        if let Some(visit) = self.polls.touch(seen) {
            return Ok(visit);
        }
        let lease = self.lease(credential, source).await?;
        let limit = source.max_connections;
        let stream = Polled::new(
            source.offer,
            source.provider,
            limit,
            lease,
            Arc::clone(&self.kept),
        );
        Ok(self.polls.keep(seen, stream))
    }

    /// A part of a film, which is sought in.
    async fn own_part(
        &self,
        credential: CredentialId,
        content: Content,
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
            let playlist = Playlist::new(text, opened.upstream.final_url.clone(), std::time::Instant::now());
            return Ok(self.rewritten(credential, content, source, &playlist, link));
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
            Begun::Playlist(playlist) => {
                let content = play.wanted.content;
                return Ok(self.rewritten(play.credential, content, source, &playlist, &play.link));
            }
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

    /// A playlist whose addresses lead here, and open for this credential only.
    pub(super) fn rewritten(
        &self,
        credential: CredentialId,
        content: Content,
        source: &Source,
        playlist: &Playlist,
        link: impl Fn(&str) -> String,
    ) -> Answer {
        let offer: Offer = source.offer;
        let seal = |url: &Url| {
            let part = Part {
                content,
                offer,
                url: url.clone(),
            };
            link(&sealed::seal(&self.ctx.keys, credential, &part))
        };
        Answer::Playlist(rewrite(&playlist.text, &playlist.base, seal))
    }
}
