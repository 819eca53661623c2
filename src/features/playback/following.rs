//! Where a player of an HLS stream goes on when the stream fails that it polls.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::time::timeout;
use url::Url;

use crate::features::catalogue::sources::opening::host;
use crate::features::catalogue::sources::{self, Source};
use crate::features::providers::Offer;
use crate::support::ids::CredentialId;

use super::attempts::Attempts;
use super::error::RelayError;
use super::hls::{Address, Begun, Key, Line, Playlist, nearest, variants};
use super::opening::cause;
use super::relay::{Answer, Relay};
use super::wanted::Wanted;

/// A player waits no longer for one stream that may go on.
const FOLLOW_WITHIN: Duration = Duration::from_secs(5);
/// Nor for all of them together: it has a few segments in store.
const ALL_WITHIN: Duration = Duration::from_secs(12);

/// A stream that goes on: its media playlist, and where that is.
struct Follower {
    offer: Offer,
    url: Url,
    playlist: Arc<Playlist>,
}

/// Gives up the poll of a stream that does not go on, since the next may be of the same account; also where nobody waits for
/// it any more.
struct Trial<'r> {
    relay: &'r Relay,
    credential: CredentialId,
    offer: Offer,
    goes_on: bool,
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if !self.goes_on {
            self.relay.polls.leave(self.credential, self.offer);
        }
    }
}

/// Nothing is wrong with it, but it cannot go on where another ended.
fn unfit(reason: String) -> RelayError {
    RelayError::NotRelayable(reason)
}

impl Relay {
    /// The next of a media playlist that a player polls, whichever source it comes from now.
    ///
    /// # Errors
    /// If no source goes on: the player has to open the channel anew.
    pub(super) async fn go_on(
        &self,
        key: &Key,
        line: &Mutex<Line>,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        let credential = key.0;
        let mut line = line.lock().await;
        let told = self.tell(credential, &mut line, link).await;
        if told.is_err() && matches!(key.1, Address::Start(_)) {
            // Who asks again begins anew.
            self.lines.leave(key);
        }
        told
    }

    async fn tell(
        &self,
        credential: CredentialId,
        line: &mut Line,
        link: impl Fn(&str) -> String,
    ) -> Result<Answer, RelayError> {
        if line.is_resting(Instant::now()) {
            return Err(cause("its streams failed a moment ago".to_owned()));
        }
        if !self.lines.has_fallen(line.offer, line.served) {
            match self.listed(credential, line.wanted, line.offer, &line.url).await {
                Err(error @ RelayError::Db(_)) => return Err(error),
                Err(error) if error.is_of_the_stream() => {
                    tracing::info!(stream = ?line.offer, %error, "a stream failed");
                    self.fall(line.offer);
                }
                // Others may go on with it.
                Err(error) => {
                    tracing::info!(stream = ?line.offer, %error, "a player cannot go on with a stream");
                    self.polls.leave(credential, line.offer);
                }
                Ok(playlist) => match line.tell(&playlist, Instant::now()) {
                    Some(text) => {
                        return Ok(self.rewritten(
                            credential,
                            line.wanted,
                            line.offer,
                            &text,
                            &playlist.base,
                            link,
                        ));
                    }
                    None => {
                        tracing::info!(stream = ?line.offer, "a stream began anew");
                        self.fall(line.offer);
                    }
                },
            }
        }
        if !line.can_follow() {
            return Err(cause(
                "nothing goes on where sound and picture come apart".to_owned(),
            ));
        }
        let Follower { offer, url, playlist } = self.successor(credential, line).await?;
        line.go_on(offer, url, &playlist, Instant::now());
        let text = line
            .tell(&playlist, Instant::now())
            .ok_or_else(|| cause("it lists nothing new".to_owned()))?;
        Ok(self.rewritten(credential, line.wanted, offer, &text, &playlist.base, link))
    }

    /// Lets go of a stream that failed; who polls it goes on with another.
    pub(super) fn fall(&self, offer: Offer) {
        self.lines.fall(offer, Instant::now());
        self.polls.abandon(offer);
        self.showings.fell(offer);
    }

    async fn successor(&self, credential: CredentialId, line: &mut Line) -> Result<Follower, RelayError> {
        let sources = line.wanted.sources(&self.ctx).await?;
        if let Some(pause) = line.fails(Instant::now(), |failed| sources.are_all(failed)) {
            // A provider is not asked again as fast as it answers.
            tokio::time::sleep(pause).await;
        }
        // Who failed last is tried last.
        let sources = sources.behind(&line.failed);
        let mut attempts = Attempts::new(&self.leases, &self.showings);
        let before: &Line = line;
        let follow = async |source: &Source| self.follower(credential, before, source).await;
        let found = timeout(ALL_WITHIN, attempts.run(sources, follow)).await;
        let failed = attempts.failed();
        failed.into_iter().for_each(|offer| line.note(offer));
        let error = match found {
            Ok(Ok(follower)) => return Ok(follower),
            Ok(Err(error @ (RelayError::Db(_) | RelayError::NoneStarted(_)))) => error,
            Ok(Err(error)) if error.is_full() => error,
            Ok(Err(error)) => cause(error.to_string()),
            Err(_) => cause(format!("nothing within {} s", ALL_WITHIN.as_secs())),
        };
        line.rest(Instant::now());
        Err(error)
    }

    async fn follower(
        &self,
        credential: CredentialId,
        line: &Line,
        source: &Source,
    ) -> Result<Follower, RelayError> {
        let is_hls = source.format == "hls" || self.polls.is_polled(source.offer);
        if !is_hls || !matches!(source.offer, Offer::Stream(_)) {
            return Err(unfit("it cannot go on where an HLS stream ended".to_owned()));
        }
        let mut trial = Trial {
            relay: self,
            credential,
            offer: source.offer,
            goes_on: false,
        };
        let found = match timeout(FOLLOW_WITHIN, self.media_of(credential, line, source)).await {
            Ok(found) => found,
            Err(_) => Err(cause(format!("nothing within {} s", FOLLOW_WITHIN.as_secs()))),
        };
        trial.goes_on = found.is_ok();
        found
    }

    /// The media playlist of a source that goes on where another failed.
    async fn media_of(
        &self,
        credential: CredentialId,
        line: &Line,
        source: &Source,
    ) -> Result<Follower, RelayError> {
        let (offer, wanted) = (source.offer, line.wanted);
        let mut url = match offer == line.offer {
            true => line.url.clone(),
            false => source.url.clone(),
        };
        let mut playlist = self.listed(credential, wanted, offer, &url).await?;
        if playlist.is_master() {
            let all = variants(&playlist.text, &playlist.base);
            let variant = nearest(&all, line.variant.as_ref())
                .ok_or_else(|| unfit(format!("{} sends sound and picture apart", host(&url))))?;
            url = variant.url.clone();
            playlist = self.listed(credential, wanted, offer, &url).await?;
        }
        line.fits(offer, &playlist)
            .map_err(|why| unfit(format!("{} {why}", host(&url))))?;
        Ok(Follower { offer, url, playlist })
    }

    /// A playlist of a stream as it is now.
    async fn listed(
        &self,
        credential: CredentialId,
        wanted: Wanted,
        offer: Offer,
        url: &Url,
    ) -> Result<Arc<Playlist>, RelayError> {
        let source = sources::of_part(&self.ctx, offer, url)
            .await?
            .ok_or(RelayError::Nothing)?;
        let visit = self.visit(credential, wanted.content, &source).await?;
        let reader = visit.stream.ask(&self.ctx.fetch, &source, None, credential)?;
        let patience = visit.stream.patience();
        match timeout(patience, reader.begun()).await {
            Ok(Begun::Playlist(_)) if visit.stream.is_stalled(url, Instant::now()) => {
                Err(cause(format!("{} stands still", host(url))))
            }
            Ok(Begun::Playlist(_)) if visit.stream.is_failing() => {
                Err(cause(format!("{} breaks its segments off", host(url))))
            }
            Ok(Begun::Playlist(playlist)) => Ok(playlist),
            Ok(Begun::Media(_)) => Err(cause(format!("{} answered no playlist", host(url)))),
            Ok(Begun::Failed(failure)) => Err(failure.into()),
            Err(_) => Err(cause(format!(
                "{} answered nothing within {} s",
                host(url),
                patience.as_secs()
            ))),
        }
    }
}
