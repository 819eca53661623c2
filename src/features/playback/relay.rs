use std::sync::Arc;

use url::Url;

use crate::features::providers::Offer;
use crate::features::providers::leases::{Connection, Lease, LeaseError, Leases, Purpose};
use crate::fetch::Fetcher;
use crate::support::clock::Clock;
use crate::support::crypto::Keys;
use crate::support::ids::CredentialId;

use super::attempts::Attempts;
use super::error::RelayError;
use super::hls::rewrite;
use super::media::Media;
use super::opening::{cause, open};
use super::polls::Polls;
use super::running::{Running, Stay};
use super::sealed::{self, Part};
use crate::features::catalogue::sources::opening::{Opened, host};
use crate::features::catalogue::sources::{Source, Sources, content_type, part_type};
use crate::support::hls::is_subtitles;

/// What a player gets.
pub enum Answer {
    /// A rewritten HLS playlist.
    Playlist(String),
    Media(Box<Media>),
}

/// Connects players to upstreams, one upstream a viewer; cheap to clone.
#[derive(Clone)]
pub struct Relay {
    fetcher: Fetcher,
    leases: Leases,
    polls: Arc<Polls>,
    running: Arc<Running>,
    keys: Arc<Keys>,
    clock: Clock,
}

impl Relay {
    pub fn new(fetcher: Fetcher, leases: Leases, keys: Arc<Keys>, clock: Clock) -> Self {
        Self {
            fetcher,
            leases,
            polls: Arc::default(),
            running: Arc::default(),
            keys,
            clock,
        }
    }

    pub(super) fn leases(&self) -> &Leases {
        &self.leases
    }

    /// Gives back the connections of HLS viewers who fell silent.
    pub fn sweep(&self) {
        self.polls.sweep(self.clock.now_ms());
    }

    /// Those who play something on this node now, each once.
    pub fn credentials(&self) -> Vec<CredentialId> {
        let mut credentials = self.polls.credentials();
        credentials.extend(self.running.credentials());
        credentials.sort_unstable();
        credentials.dedup();
        credentials
    }

    /// Ends whatever one credential plays.
    pub fn end(&self, credential: CredentialId) {
        self.running.end(credential);
        self.polls.end(credential);
    }

    /// Ends everything that plays, when the server stops.
    pub fn end_all(&self) {
        self.running.end_all();
        self.polls.end_all();
    }

    /// Starts the first of `sources` that plays; `link` makes the address of a sealed part.
    ///
    /// # Errors
    /// [`RelayError`] if none of them starts within half a minute.
    pub async fn start(
        &self,
        credential: CredentialId,
        sources: Sources,
        range: Option<String>,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        Attempts::new(self, credential, range, &link).run(sources).await
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
        let mut opened = open(&self.fetcher, source, &source.url, range, &stay.end).await?;
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
        Ok(media(opened, expected, lease, stay))
    }

    pub(super) async fn try_one(
        &self,
        credential: CredentialId,
        source: &Source,
        range: Option<String>,
        link: &impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        let poller = (credential, source.offer);
        let lease = match self.polls.touch(poller, self.clock.now_ms()) {
            Some(lease) => lease,
            None => self.lease(credential, source).await?,
        };
        let started = self
            .start_one(credential, source, range, link, Arc::clone(&lease))
            .await;
        if started.is_err()
            && let Some(lease) = Arc::into_inner(lease)
        {
            // The next stream may be of the same provider, and this its only connection.
            lease.give_back().await;
        }
        started
    }

    async fn start_one(
        &self,
        credential: CredentialId,
        source: &Source,
        range: Option<String>,
        link: &impl Fn(&str) -> String,
        lease: Arc<Lease>,
    ) -> Result<Answer, RelayError> {
        let poller = (credential, source.offer);
        let stay = self.running.enter(credential);
        let mut opened = open(&self.fetcher, source, &source.url, range, &stay.end).await?;
        let status = opened.upstream.status;
        if !matches!(status, 200 | 206 | 416) {
            return Err(cause(format!("{} answered {status}", host(&source.url))));
        }
        if opened.is_playlist() {
            let answer = self.playlist(credential, source.offer, &mut opened, link).await?;
            self.polls.keep(poller, lease, self.clock.now_ms());
            return Ok(answer);
        }
        match &opened.first {
            None if status != 416 => Err(cause(format!("{} answered nothing", host(&source.url)))),
            _ if opened.is_text() => Err(cause(text_instead(&opened))),
            // What was said to be HLS and is none is the stream itself.
            _ if source.format == "hls" => Ok(media(opened, content_type("ts"), lease, stay)),
            _ => Ok(media(opened, content_type(&source.format), lease, stay)),
        }
    }

    /// The lease of a viewer who polls, or a new one if he was gone for a while.
    async fn polled(&self, credential: CredentialId, source: &Source) -> Result<Arc<Lease>, RelayError> {
        let poller = (credential, source.offer);
        if let Some(lease) = self.polls.touch(poller, self.clock.now_ms()) {
            return Ok(lease);
        }
        let _turn = self.polls.turn(poller).await;
        if let Some(lease) = self.polls.touch(poller, self.clock.now_ms()) {
            return Ok(lease);
        }
        let lease = self.lease(credential, source).await?;
        Ok(self.polls.keep(poller, lease, self.clock.now_ms()))
    }

    async fn lease(&self, credential: CredentialId, source: &Source) -> Result<Arc<Lease>, LeaseError> {
        let connection = Connection {
            provider: source.provider,
            purpose: Purpose::Play {
                offer: source.offer,
                credential,
            },
        };
        let lease = self.leases.acquire(connection, source.max_connections).await?;
        Ok(Arc::new(lease))
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
            link(&sealed::seal(&self.keys, credential, &part))
        };
        Ok(Answer::Playlist(rewrite(&text, &opened.upstream.final_url, seal)))
    }
}

fn text_instead(opened: &Opened) -> String {
    let host = host(&opened.upstream.final_url);
    format!("{host} answered text instead of media")
}

fn media(opened: Opened, expected_type: &str, lease: Arc<Lease>, stay: Arc<Stay>) -> Answer {
    let Opened { upstream, first } = opened;
    Answer::Media(Box::new(Media::new(upstream, first, expected_type, lease, stay)))
}
