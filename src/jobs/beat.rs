//! Heartbeats: progress and log lines of this node's runs go to the database, requests to cancel come back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::run::{Running, Stop};
use super::{Jobs, store};
use crate::db::{DbError, Tx};
use crate::events::Event;
use crate::support::ids::JobId;

const TICK: Duration = Duration::from_secs(1);
/// A run that has nothing new to tell still says that it is alive this often.
const LONGEST_SILENCE: Duration = Duration::from_secs(5);

/// Beats for every run of this node until `stop`. While a long transaction keeps the writer, ticks wait in memory.
pub(super) async fn beat(jobs: Jobs, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let running: Vec<(JobId, Arc<Running>)> = jobs
            .running()
            .iter()
            .map(|(id, running)| (*id, Arc::clone(running)))
            .collect();
        if running.is_empty() {
            continue;
        }
        if let Err(error) = pass_on_cancellations(&jobs).await {
            tracing::warn!(%error, "requests to cancel could not be read");
        }
        for (id, running) in running {
            if !is_due(&running) {
                continue;
            }
            match beat_once(&jobs, id, &running).await {
                Ok(()) => jobs.events().publish(Event::JobChanged(id)),
                Err(error) => tracing::warn!(job = %id, %error, "a heartbeat was not stored"),
            }
        }
    }
}

/// What other nodes were asked to cancel here; read, so that it does not wait for the writer.
async fn pass_on_cancellations(jobs: &Jobs) -> Result<(), DbError> {
    for id in store::cancel_requests(jobs.db(), jobs.node_id()).await? {
        if let Some(running) = jobs.running().get(&id) {
            running.stop(Stop::Cancelled);
        }
    }
    Ok(())
}

fn is_due(running: &Running) -> bool {
    let live = running.live();
    live.is_changed || live.beaten.elapsed() >= LONGEST_SILENCE
}

async fn beat_once(jobs: &Jobs, id: JobId, running: &Running) -> Result<(), DbError> {
    let _storing = running.storing.lock().await;
    let mut tx = jobs.db().begin().await?;
    let (is_ours, lines) = store_live(jobs, &mut tx, id, running).await?;
    tx.commit().await?;
    running.forget_lines(lines);
    if !is_ours {
        running.stop(Stop::Lost);
    }
    Ok(())
}

/// Stores what a run has to tell within the caller's transaction: whether the job is still this node's, and how many log
/// lines may be forgotten once it is committed. The caller holds `storing`.
pub(super) async fn store_live(
    jobs: &Jobs,
    tx: &mut Tx,
    id: JobId,
    running: &Running,
) -> Result<(bool, usize), DbError> {
    let (snapshot, lines, first) = {
        let mut live = running.live();
        live.is_changed = false;
        live.beaten = Instant::now();
        (live.snapshot.clone(), live.lines.clone(), live.stored_lines)
    };
    let is_ours = store::beat(tx, id, jobs.node_id(), &snapshot, jobs.clock().now_ms()).await?;
    if !is_ours || lines.is_empty() {
        return Ok((is_ours, 0));
    }
    store::insert_logs(tx, id, first, &lines).await?;
    Ok((is_ours, lines.len()))
}
