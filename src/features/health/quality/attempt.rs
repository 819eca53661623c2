//! One measurement: a place, then a connection, and both given back whatever happens.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{ARRIVAL, Measurer};
use crate::ctx::Ctx;
use crate::features::catalogue::sources::{self, Scope, SourceError};
use crate::features::health::Error;
use crate::features::health::checker::is_refusal;
use crate::features::health::ffprobe::{Measured, Measurement};
use crate::features::health::maintenance;
use crate::features::health::probe::{Cancelled, Reason};
use crate::features::providers::leases::{Connection, LeaseError, Purpose};
use crate::support::ids::{ProviderId, StreamId};

/// What a stream failed for whose provider turned the connection away although it was the only one.
pub(super) const REFUSED: &str = "its provider refused the connection";

/// How it ended.
pub(super) enum Ended {
    Measured(Measured),
    Failed(String),
    /// Nothing can be said of it in this format.
    Unmeasurable(String),
    /// Turned away as one connection too many; `beside` others of the account, which says nothing of the stream.
    Refused {
        beside: bool,
    },
    /// Its provider is in maintenance and left alone.
    Maintenance,
    /// The account has no free connection.
    Full,
    /// Somebody else wanted the connection.
    CalledOff,
    /// The stream is there no more.
    Gone,
    /// There is no ffprobe.
    Missing,
}

impl Measurer {
    /// Measures a stream within `limit`; nothing is stored.
    ///
    /// # Errors
    /// [`Error::Cancelled`] once `cancel` is, or whatever the database says.
    pub(super) async fn attempt(
        &self,
        ctx: &Ctx,
        (provider, stream): (ProviderId, StreamId),
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Ended, Error> {
        let place = tokio::select! {
            place = self.ffprobe.place() => place,
            () = cancel.cancelled() => return Err(Error::Cancelled),
        };
        let Some(place) = place else {
            return Ok(Ended::Missing);
        };
        if maintenance::until(&ctx.db, provider, ctx.clock.now_ms())
            .await?
            .is_some()
        {
            return Ok(Ended::Maintenance);
        }
        let page = sources::page(ctx, Scope::Stream(stream), provider, StreamId(0), 1).await?;
        let source = match page.into_iter().next() {
            Some((_, Ok(source))) => source,
            Some((_, Err(SourceError::Db(error)))) => return Err(error.into()),
            Some((_, Err(error))) => return Ok(Ended::Unmeasurable(error.to_string())),
            None => return Ok(Ended::Gone),
        };
        let connection = Connection {
            provider,
            purpose: Purpose::Measure(stream),
        };
        let lease = match self.leases.acquire(connection, source.max_connections).await {
            Ok(lease) => lease,
            Err(LeaseError::AllInUse { .. }) => return Ok(Ended::Full),
            Err(LeaseError::Db(error)) => return Err(error.into()),
        };
        let measured = tokio::select! {
            biased;
            () = lease.called_off().cancelled() => None,
            measured = place.measure(&ctx.fetch, &source, limit, cancel) => Some(measured),
        };
        drop(place);
        let in_use = match &measured {
            Some(Ok(Measurement::Failed(failure))) if is_refused(&failure.reason) => {
                self.leases.in_use(provider).await?.total()
            }
            _ => 1,
        };
        if measured.is_none() {
            // The provider has to see the end of it before whoever wished for it begins.
            tokio::time::sleep(ARRIVAL).await;
        }
        lease.give_back().await;
        Ok(match measured {
            None => Ended::CalledOff,
            Some(Err(Cancelled)) => return Err(Error::Cancelled),
            Some(Ok(Measurement::Measured(measured))) => Ended::Measured(measured),
            Some(Ok(Measurement::Unmeasurable(reason))) => Ended::Unmeasurable(reason.to_owned()),
            Some(Ok(Measurement::Failed(failure))) if is_refused(&failure.reason) => {
                Ended::Refused { beside: in_use > 1 }
            }
            Some(Ok(Measurement::Failed(failure))) => Ended::Failed(failure.reason.to_string()),
        })
    }
}

fn is_refused(reason: &Reason) -> bool {
    matches!(reason, Reason::Status(status) if is_refusal(Some(*status)))
}
