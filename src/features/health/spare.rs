//! A connection that nobody else wants, for as long as nobody does.

use std::time::Duration;

use super::checker::is_refusal;
use super::probe::Reason;
use super::{Error, maintenance};
use crate::ctx::Ctx;
use crate::features::catalogue::sources::{self, Scope, Source, SourceError};
use crate::features::providers::leases::{Connection, Lease, LeaseError, Leases, Purpose};
use crate::support::ids::{ProviderId, StreamId};

/// How long the end of a connection takes to arrive at the provider.
const ARRIVAL: Duration = Duration::from_millis(20);

/// The connection for one stream of a provider.
pub(super) struct Spare {
    pub source: Source,
    provider: ProviderId,
    lease: Lease,
}

/// Why there is none.
pub(super) enum Lack {
    /// The provider is in maintenance and left alone.
    Maintenance,
    /// The account has no free connection.
    Full,
    /// The stream is there no more.
    Gone,
    /// Its stored address cannot be read: why, in words.
    Unreadable(String),
}

impl Spare {
    /// Takes it, if the account has one free.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(super) async fn take(
        ctx: &Ctx,
        leases: &Leases,
        (provider, stream): (ProviderId, StreamId),
    ) -> Result<Result<Self, Lack>, Error> {
        if maintenance::until(&ctx.db, provider, ctx.clock.now_ms())
            .await?
            .is_some()
        {
            return Ok(Err(Lack::Maintenance));
        }
        let page = sources::page(ctx, Scope::Stream(stream), provider, StreamId(0), 1).await?;
        let source = match page.into_iter().next() {
            Some((_, Ok(source))) => source,
            Some((_, Err(SourceError::Db(error)))) => return Err(error.into()),
            Some((_, Err(error))) => return Ok(Err(Lack::Unreadable(error.to_string()))),
            None => return Ok(Err(Lack::Gone)),
        };
        let connection = Connection {
            provider,
            purpose: Purpose::Measure(stream),
        };
        match leases.acquire(connection, source.max_connections).await {
            Ok(lease) => Ok(Ok(Self {
                source,
                provider,
                lease,
            })),
            Err(LeaseError::AllInUse { .. } | LeaseError::Reserved { .. }) => Ok(Err(Lack::Full)),
            Err(LeaseError::Db(error)) => Err(error.into()),
        }
    }

    /// What comes of `work`; none if somebody else wanted the connection before it ended.
    pub(super) async fn unless_wanted<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.lease.called_off().cancelled() => None,
            done = work => Some(done),
        }
    }

    /// Whether others have connections of the account too.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(super) async fn is_beside(&self, leases: &Leases) -> Result<bool, Error> {
        Ok(leases.in_use(self.provider).await?.total() > 1)
    }

    /// Gives it back, after whoever `wanted` it meanwhile can have it at the provider too.
    pub(super) async fn give_back(self, wanted: bool) {
        if wanted {
            // The provider has to see the end of it before whoever wished for it begins.
            tokio::time::sleep(ARRIVAL).await;
        }
        self.lease.give_back().await;
    }
}

/// Whether the provider turned the connection away as one too many.
pub(super) fn is_refused(reason: &Reason) -> bool {
    matches!(reason, Reason::Status(status) if is_refusal(Some(*status)))
}
