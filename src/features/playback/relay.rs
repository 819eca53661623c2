use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use url::Url;

use crate::features::providers::Offer;
use crate::features::providers::leases::{Connection, LeaseError, Leases};
use crate::fetch::{Fetcher, Upstream};
use crate::support::clock::Clock;
use crate::support::crypto::Keys;
use crate::support::ids::CredentialId;

use super::hls;
use super::media::{Held, Media, is_page};
use super::polls::Polls;
use super::sealed::{self, Part};
use super::source::Source;

/// However many streams a channel has, a viewer is told within this time that none starts.
const START_WITHIN: Duration = Duration::from_secs(30);

/// What a player gets.
pub enum Answer {
    /// A rewritten HLS playlist.
    Playlist(String),
    Media(Box<Media>),
}

/// Why nothing plays. The words hold hosts and causes, never an address.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    #[error("there is nothing to play")]
    Nothing,
    #[error("{0}")]
    NotRelayable(String),
    #[error("every connection of the provider is in use")]
    AllInUse,
    /// Each stream that was tried, with what became of it.
    #[error("no stream started: {}", .0.join("; "))]
    NoneStarted(Vec<String>),
    /// The upstream answered a part of a stream with this status.
    #[error("the provider answered {0}")]
    Status(u16),
    #[error(transparent)]
    Db(#[from] crate::db::DbError),
}

/// Connects players to upstreams, one upstream a viewer; cheap to clone.
#[derive(Clone)]
pub struct Relay {
    fetcher: Fetcher,
    leases: Leases,
    polls: Arc<Polls>,
    keys: Arc<Keys>,
    clock: Clock,
}

impl Relay {
    pub fn new(fetcher: Fetcher, leases: Leases, keys: Arc<Keys>, clock: Clock) -> Self {
        Self {
            fetcher,
            leases,
            polls: Arc::default(),
            keys,
            clock,
        }
    }

    /// The leases of HLS viewers.
    pub fn polls(&self) -> &Polls {
        &self.polls
    }

    /// Starts the first of `sources` that plays; `link` makes the address of a sealed part.
    ///
    /// # Errors
    /// [`RelayError`] if none of them starts within half a minute.
    pub async fn start(
        &self,
        credential: CredentialId,
        sources: Vec<Source>,
        range: Option<String>,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        if sources.is_empty() {
            return Err(RelayError::Nothing);
        }
        let mut failures = Failures::default();
        let deadline = tokio::time::Instant::now() + START_WITHIN;
        for source in &sources {
            if let Some(refusal) = source.refusal() {
                failures.not_relayable.get_or_insert(refusal);
                continue;
            }
            let started = self.try_one(credential, source, range.clone(), &link);
            match tokio::time::timeout_at(deadline, started).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(Trouble::InUse)) => failures.in_use = true,
                Ok(Err(Trouble::Said(cause))) => failures.causes.push(cause),
                Ok(Err(Trouble::Db(error))) => return Err(error.into()),
                Err(_) => {
                    failures
                        .causes
                        .push(format!("nothing within {} s", START_WITHIN.as_secs()));
                    break;
                }
            }
        }
        Err(failures.into_error())
    }

    /// Fetches a part of an HLS stream that `source` is the way to.
    ///
    /// # Errors
    /// [`RelayError::Status`] for what the upstream refuses, else why it does not answer.
    pub async fn part(
        &self,
        credential: CredentialId,
        source: &Source,
        url: Url,
        range: Option<String>,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        let poller = (credential, source.offer);
        let lease = match self.polls.touch(poller, self.clock.now_ms()) {
            Some(lease) => lease,
            None => {
                let lease = self
                    .lease(credential, source)
                    .await
                    .map_err(|error| match error {
                        LeaseError::AllInUse { .. } => RelayError::AllInUse,
                        LeaseError::Db(error) => error.into(),
                    })?;
                self.polls.keep(poller, lease, self.clock.now_ms())
            }
        };
        let cause = |error: crate::fetch::FetchError| RelayError::NoneStarted(vec![error.to_string()]);
        let mut upstream = self
            .fetcher
            .open(source.request(url, range))
            .await
            .map_err(cause)?;
        if !(200..300).contains(&upstream.status) {
            return Err(RelayError::Status(upstream.status));
        }
        let first = upstream.next().await.transpose().map_err(cause)?;
        if first.as_deref().is_some_and(hls::is_playlist) {
            let text = read_playlist(&mut upstream, first)
                .await
                .map_err(|cause| RelayError::NoneStarted(vec![cause]))?;
            return Ok(Answer::Playlist(self.rewritten(
                credential,
                source.offer,
                &text,
                &upstream.final_url,
                link,
            )));
        }
        let expected = part_type(&upstream.final_url);
        Ok(Answer::Media(Box::new(Media::new(
            upstream,
            first,
            expected,
            Held::Polled(lease),
        ))))
    }

    async fn try_one(
        &self,
        credential: CredentialId,
        source: &Source,
        range: Option<String>,
        link: &impl Fn(&str) -> String,
    ) -> Result<Answer, Trouble> {
        let poller = (credential, source.offer);
        let polled = self.polls.touch(poller, self.clock.now_ms());
        let own = match polled {
            Some(_) => None,
            None => Some(self.lease(credential, source).await?),
        };
        let said = |error: crate::fetch::FetchError| Trouble::Said(error.to_string());
        let mut upstream = self
            .fetcher
            .open(source.request(source.url.clone(), range))
            .await
            .map_err(said)?;
        if !matches!(upstream.status, 200 | 206 | 416) {
            return Err(Trouble::Said(format!(
                "{} answered {}",
                host(&source.url),
                upstream.status
            )));
        }
        let first = upstream.next().await.transpose().map_err(said)?;
        if first.as_deref().is_some_and(hls::is_playlist) {
            let text = read_playlist(&mut upstream, first).await.map_err(Trouble::Said)?;
            if let Some(lease) = own {
                self.polls.keep(poller, lease, self.clock.now_ms());
            }
            return Ok(Answer::Playlist(self.rewritten(
                credential,
                source.offer,
                &text,
                &upstream.final_url,
                link,
            )));
        }
        match &first {
            None if upstream.status != 416 => {
                return Err(Trouble::Said(format!("{} answered nothing", host(&source.url))));
            }
            Some(first) if is_page(first) => {
                return Err(Trouble::Said(format!(
                    "{} answered a page instead of media",
                    host(&source.url)
                )));
            }
            _ => {}
        }
        let held = match (own, polled) {
            (Some(lease), _) => Held::Own(lease),
            (None, Some(lease)) => Held::Polled(lease),
            (None, None) => return Err(Trouble::InUse),
        };
        Ok(Answer::Media(Box::new(Media::new(
            upstream,
            first,
            source.content_type(),
            held,
        ))))
    }

    async fn lease(
        &self,
        credential: CredentialId,
        source: &Source,
    ) -> Result<crate::features::providers::leases::Lease, LeaseError> {
        let connection = Connection {
            provider: source.provider,
            offer: source.offer,
            credential,
        };
        self.leases.acquire(connection, source.max_connections).await
    }

    fn rewritten(
        &self,
        credential: CredentialId,
        offer: Offer,
        text: &str,
        base: &Url,
        link: impl Fn(&str) -> String,
    ) -> String {
        hls::rewrite(text, base, |url| {
            let part = Part {
                offer,
                url: url.clone(),
            };
            link(&sealed::seal(&self.keys, credential, &part))
        })
    }
}

/// Why one source does not play.
enum Trouble {
    InUse,
    Said(String),
    Db(crate::db::DbError),
}

impl From<LeaseError> for Trouble {
    fn from(error: LeaseError) -> Self {
        match error {
            LeaseError::AllInUse { .. } => Self::InUse,
            LeaseError::Db(error) => Self::Db(error),
        }
    }
}

#[derive(Default)]
struct Failures {
    causes: Vec<String>,
    in_use: bool,
    not_relayable: Option<String>,
}

impl Failures {
    fn into_error(self) -> RelayError {
        match (self.causes.is_empty(), self.in_use, self.not_relayable) {
            (false, ..) => RelayError::NoneStarted(self.causes),
            (true, true, _) => RelayError::AllInUse,
            (true, false, Some(refusal)) => RelayError::NotRelayable(refusal),
            (true, false, None) => RelayError::Nothing,
        }
    }
}

async fn read_playlist(upstream: &mut Upstream, first: Option<Bytes>) -> Result<String, String> {
    let mut text = BytesMut::from(first.unwrap_or_default().as_ref());
    while let Some(bytes) = upstream.next().await {
        text.extend_from_slice(&bytes.map_err(|error| error.to_string())?);
        if text.len() > hls::MAX_PLAYLIST_BYTES {
            return Err(format!(
                "{} sent a playlist without end",
                host(&upstream.final_url)
            ));
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the provider")
}

fn part_type(url: &Url) -> &'static str {
    match url.path().rsplit_once('.').map(|(_, extension)| extension) {
        Some("m4s" | "mp4" | "cmfv" | "cmfa") => "video/mp4",
        Some("aac") => "audio/aac",
        Some("mp3") => "audio/mpeg",
        Some("vtt" | "webvtt") => "text/vtt",
        Some("key" | "bin") => "application/octet-stream",
        _ => "video/MP2T",
    }
}
