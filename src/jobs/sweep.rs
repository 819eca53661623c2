//! What nodes that are gone have left behind, and what has been kept long enough.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::job::Failure;
use super::{Jobs, kinds, store};
use crate::db::DbError;
use crate::events::Event;

const TICK: Duration = Duration::from_secs(10);
/// Longer than any transaction that keeps a heartbeat waiting.
const SILENCE_OF_THE_DEAD_MS: i64 = 60_000;
const KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// Of a kind that comes again and again.
const FREQUENT_KEPT_MS: i64 = 24 * 3_600_000;
const PRUNED_AT_ONCE: u32 = 200;
const PRUNE_PAUSE_MS: i64 = 3_600_000;

/// Sweeps until `stop`. The first sweep is the caller's, before any work is claimed.
pub(super) async fn keep_sweeping(jobs: Jobs, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(TICK) => {}
        }
        if let Err(error) = sweep(&jobs).await {
            tracing::warn!(%error, "what other nodes left behind could not be looked at");
        }
        if let Err(error) = prune(&jobs).await {
            tracing::warn!(%error, "old jobs could not be removed");
        }
    }
}

/// Ends or requeues the jobs of nodes that are gone, before a command looks at what is running.
///
/// # Errors
/// Whatever the database says.
pub async fn settle(jobs: &Jobs) -> Result<(), DbError> {
    sweep(jobs).await
}

/// Ends or requeues the jobs of nodes that are gone.
pub(super) async fn sweep(jobs: &Jobs) -> Result<(), DbError> {
    let mut alive = vec![jobs.node_id().to_owned()];
    for other in jobs.node().others() {
        if other.is_dead() {
            bury(jobs, &other.id).await?;
            other.forget();
        } else {
            alive.push(other.id);
        }
    }
    let before = jobs.clock().now_ms() - SILENCE_OF_THE_DEAD_MS;
    for node in store::silent_nodes(jobs.db(), before).await? {
        if !alive.contains(&node) {
            bury(jobs, &node).await?;
        }
    }
    Ok(())
}

/// What is said about a job that was cut short.
pub(super) fn interrupted() -> Failure {
    Failure {
        code: "interrupted".to_owned(),
        message: "The process that ran it ended before it was done.".to_owned(),
    }
}

async fn bury(jobs: &Jobs, node: &str) -> Result<(), DbError> {
    let (now, failure) = (jobs.clock().now_ms(), interrupted());
    let mut tx = jobs.db().begin().await?;
    let left = store::of_node(&mut tx, node).await?;
    for &(id, attempt, attempts) in &left {
        if attempt < attempts {
            store::requeue(&mut tx, id, node, &failure, now).await?;
        } else {
            store::interrupt(&mut tx, id, node, &failure, now).await?;
        }
    }
    tx.commit().await?;
    for (id, ..) in left {
        tracing::warn!(job = %id, "was interrupted: its node is gone");
        jobs.events().publish(Event::JobChanged(id));
    }
    Ok(())
}

/// Removes jobs that ended a month ago, frequent ones after a day; at most once an hour over all nodes, for the lease is kept
/// until it ends.
///
/// # Errors
/// Whatever the database says.
pub async fn prune(jobs: &Jobs) -> Result<(), DbError> {
    if jobs.lease("jobs.prune", PRUNE_PAUSE_MS).await?.is_none() {
        return Ok(());
    }
    let before = jobs.clock().now_ms() - KEPT_MS;
    while store::prune(jobs.db(), before, PRUNED_AT_ONCE).await? == u64::from(PRUNED_AT_ONCE) {
        tokio::task::yield_now().await;
    }
    let before = jobs.clock().now_ms() - FREQUENT_KEPT_MS;
    for kind in kinds::FREQUENT {
        while store::prune_kind(jobs.db(), kind, before, PRUNED_AT_ONCE).await? == u64::from(PRUNED_AT_ONCE) {
            tokio::task::yield_now().await;
        }
    }
    Ok(())
}
