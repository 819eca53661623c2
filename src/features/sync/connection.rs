//! The connection that fetching a provider's lists takes.

use std::time::Duration;

use tokio::time::Instant;

use crate::features::providers::leases::{Connection, Lease, LeaseError, Leases, Purpose};
use crate::features::providers::{Provider, Source};
use crate::jobs::JobRun;

use super::Error;

/// How long a run that somebody waits for lets players finish.
const BY_HAND: Duration = Duration::from_secs(30);
/// How long a scheduled one does.
const SCHEDULED: Duration = Duration::from_secs(600);

/// One of the connections of a provider that counts them, once one is free. Panels count who watches, not who reads their
/// lists: where players hold all of them for long, or all are reserved for some, the run goes on without one rather than let
/// the catalogue grow old.
///
/// # Errors
/// [`Error::Cancelled`], or whatever the database says.
pub(super) async fn of(
    leases: &Leases,
    job: &JobRun,
    provider: &Provider,
    by_hand: bool,
) -> Result<Option<Lease>, Error> {
    let limit = provider.connection_limit();
    if !matches!(provider.source, Source::Address) || limit.is_none() {
        return Ok(None);
    }
    let until = Instant::now() + if by_hand { BY_HAND } else { SCHEDULED };
    let wanted = Connection {
        provider: provider.id,
        purpose: Purpose::Sync,
    };
    loop {
        match leases.acquire(wanted, limit).await {
            Ok(lease) => return Ok(Some(lease)),
            Err(LeaseError::Db(error)) => return Err(error.into()),
            Err(LeaseError::Reserved { .. }) if leases.in_use(provider.id).await?.total() == 0 => {
                job.progress
                    .log("All connections are reserved; the lists are fetched beside them.");
                return Ok(None);
            }
            Err(LeaseError::AllInUse { .. } | LeaseError::Reserved { .. }) if Instant::now() >= until => {
                job.progress
                    .log("All connections were in use; the lists are fetched beside them.");
                return Ok(None);
            }
            Err(LeaseError::AllInUse { .. } | LeaseError::Reserved { .. }) => {}
        }
        job.check().map_err(|_| Error::Cancelled)?;
        job.progress.set(0, None, "Waiting for a free connection");
        leases.freed().await;
    }
}

/// Gives it back and waits until that is written.
pub(super) async fn close(connection: Option<Lease>) {
    if let Some(connection) = connection {
        connection.give_back().await;
    }
}
