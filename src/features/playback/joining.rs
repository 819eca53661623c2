//! Places at streams that all who watch share, and connections for them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::features::catalogue::sources::Source;
use crate::features::providers::Offer;
use crate::features::providers::leases::{Connection, Lease, Purpose};
use crate::support::ids::{CredentialId, ProviderId};

use super::error::RelayError;
use super::feed::{Begun, End, Seat, Start, Unshared};
use super::hls::Orphan;
use super::opening::cause;
use super::relay::Relay;

/// A viewer whose stream failed waits no longer for one that may go on.
const FOLLOW_WITHIN: Duration = Duration::from_secs(5);
/// A connection that was only kept a moment is back within this time.
pub(super) const LET_GO_WITHIN: Duration = Duration::from_secs(1);

/// What became of asking for a place at a stream.
pub(super) enum Joined {
    Seat(Seat, Arc<str>),
    Unshared(Box<Unshared>),
    /// It cannot be shared, and another viewer has it.
    Taken,
}

impl Relay {
    /// A place at a stream that goes on where another failed.
    ///
    /// # Errors
    /// If it does not start soon, or cannot be joined.
    pub(super) async fn follow(
        &self,
        credential: CredentialId,
        source: &Source,
        content_type: &str,
    ) -> Result<Seat, RelayError> {
        let unfit = || RelayError::NotRelayable("it cannot go on where another ended".to_owned());
        if !is_live(source) {
            return Err(unfit());
        }
        let joined = tokio::time::timeout(FOLLOW_WITHIN, self.join(credential, source)).await;
        match joined {
            Ok(Ok(Joined::Seat(seat, same))) if *same == *content_type => Ok(seat),
            Ok(Ok(_)) => Err(unfit()),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(cause(format!("nothing within {} s", FOLLOW_WITHIN.as_secs()))),
        }
    }

    /// A place at a stream, which is opened if nobody watches it yet.
    pub(super) async fn join(&self, credential: CredentialId, source: &Source) -> Result<Joined, RelayError> {
        self.insisting(source.provider, async || {
            let start = || Start {
                fetcher: self.ctx.fetch.clone(),
                leases: self.leases.clone(),
                source: source.clone(),
                connection: connection(credential, source),
            };
            let sit = || self.feeds.sit(start, source.offer, source.provider, credential);
            let mut seat = sit();
            let mut begun = seat.begun().await;
            // That whoever came first may not have a connection says nothing of who came with him.
            if !seat.has_opened() && matches!(begun, Begun::Over(End::AllInUse | End::Reserved)) {
                seat = sit();
                begun = seat.begun().await;
            }
            match begun {
                Begun::Running { content_type } => Ok(Joined::Seat(seat, content_type)),
                Begun::Unshared(unshared) => Ok(Joined::Unshared(unshared)),
                Begun::Taken => Ok(Joined::Taken),
                Begun::Over(end) => Err(end.into()),
            }
        })
        .await
    }

    /// Asks again where a connection comes back that was only kept a moment.
    async fn insisting<T>(
        &self,
        provider: ProviderId,
        ask: impl AsyncFn() -> Result<T, RelayError>,
    ) -> Result<T, RelayError> {
        let began = Instant::now();
        loop {
            match ask().await {
                Err(error) if error.is_full() && began.elapsed() < LET_GO_WITHIN => {
                    if !self.let_go(provider).await {
                        return Err(error);
                    }
                    self.leases.freed().await;
                }
                answer => return answer,
            }
        }
    }

    /// Lets go of the provider's connections that nobody uses any more but that were kept, and of those that others than whom
    /// they are reserved for go on with; whether one comes back in a moment.
    async fn let_go(&self, provider: ProviderId) -> bool {
        let of_feeds = self.feeds.let_go(provider);
        let now = self.ctx.clock.now_ms();
        let of_quiet = self.polls.let_go(provider, now);
        let orphans = self.polls.orphans(|holder, stream| {
            stream.provider == provider && holder.is_none_or(|seen| now - seen.now_ms > stream.quiet_ms())
        });
        self.hand_on(orphans).await || of_quiet || of_feeds
    }

    /// Lets the connections of streams that are polled count for those who poll on, and gives up those that may not; whether
    /// there were any of those.
    pub(super) async fn hand_on(&self, orphans: Vec<Orphan>) -> bool {
        let mut comes_back = false;
        for Orphan { stream, heirs } in orphans {
            match stream.lease.pass_on(&heirs).await {
                Ok(Some(_)) => {}
                Ok(None) => {
                    self.polls.abandon(stream.offer);
                    comes_back = true;
                }
                Err(error) => tracing::warn!(%error, "a connection could not be passed on"),
            }
        }
        comes_back
    }

    /// A connection for one viewer alone.
    ///
    /// # Errors
    /// [`RelayError::AllInUse`] or [`RelayError::Reserved`] if none is free for it.
    pub(super) async fn lease(
        &self,
        credential: CredentialId,
        source: &Source,
    ) -> Result<Arc<Lease>, RelayError> {
        self.insisting(source.provider, async || {
            let connection = connection(credential, source);
            let lease = self.leases.acquire(connection, source.max_connections).await?;
            Ok(Arc::new(lease))
        })
        .await
    }
}

fn connection(credential: CredentialId, source: &Source) -> Connection {
    Connection {
        provider: source.provider,
        purpose: Purpose::Play {
            offer: source.offer,
            credential,
        },
    }
}

/// Whether it is said to be a stream that all who watch can share, which only its bytes prove.
pub(super) fn is_live(source: &Source) -> bool {
    matches!(source.offer, Offer::Stream(_)) && source.format != "hls"
}
