//! The SQL of jobs, their logs and leases.

mod left;
mod read;
mod schedules;

use serde_json::Value as Json;

pub(super) use left::{interrupt, lease, of_node, prune, prune_kind, release, silent_nodes};
use read::COLUMNS;
pub(super) use read::{find, list, logs};
pub(super) use schedules::{begin_schedule, claim_fire, end_schedule, fired, fired_last};

use super::job::{Failure, Job, LogLine, NewJob, Snapshot, State};
use crate::args;
use crate::db::{Db, DbError, Sql, Tx, Value, dialect};
use crate::support::ids::JobId;

pub(super) async fn insert(
    tx: &mut Tx,
    job: &NewJob,
    node: Option<&str>,
    now: i64,
) -> Result<Option<JobId>, DbError> {
    let inserted: Option<(JobId,)> = tx
        .optional(
            "insert into jobs (kind, payload, dedupe_key, state, by_hand, attempts, due_at, node, created_at) \
             values ($1, $2, $3, 'queued', $4, $5, $6, $7, $6) \
             on conflict (kind, dedupe_key) where state in ('queued', 'running') do nothing returning id",
            args![
                job.kind,
                job.payload.to_string(),
                job.dedupe_key.clone(),
                job.by_hand,
                job.attempts,
                now,
                node.map(str::to_owned)
            ],
        )
        .await?;
    Ok(inserted.map(|(id,)| id))
}

const ACTIVE: &str =
    "select id from jobs where kind = $1 and dedupe_key = $2 and state in ('queued', 'running')";

pub(super) async fn active_in(tx: &mut Tx, kind: &str, key: &str) -> Result<Option<JobId>, DbError> {
    let found: Option<(JobId,)> = tx.optional(ACTIVE, args![kind, key]).await?;
    Ok(found.map(|(id,)| id))
}

pub(super) async fn active(db: &Db, kind: &str, key: &str) -> Result<Option<JobId>, DbError> {
    let found: Option<(JobId,)> = db.optional(ACTIVE, args![kind, key]).await?;
    Ok(found.map(|(id,)| id))
}

pub(super) async fn is_any_active(db: &Db, kind: &str) -> Result<bool, DbError> {
    let sql = "select id from jobs where kind = $1 and state in ('queued', 'running') limit 1";
    let found: Option<(JobId,)> = db.optional(sql, args![kind]).await?;
    Ok(found.is_some())
}

/// Jobs asked for by hand with this key since an instant, and when the first of them was.
pub(super) async fn count_by_hand(
    db: &Db,
    kind: &str,
    key: &str,
    since: i64,
) -> Result<(u64, Option<i64>), DbError> {
    db.one(
        "select count(*), min(created_at) from jobs \
         where by_hand and kind = $1 and dedupe_key = $2 and created_at >= $3",
        args![kind, key, since],
    )
    .await
}

fn kind_list(first: usize, kinds: usize) -> String {
    (first..first + kinds)
        .map(|at| format!("${at}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The kind is made an expression so that SQLite takes the index of the queue, not that of the kinds.
fn claimable(kinds: &[&'static str]) -> String {
    format!(
        "from jobs where state = 'queued' and due_at <= $1 and (node is null or node = $2) and kind || '' in ({})",
        kind_list(3, kinds.len())
    )
}

fn claim_args(kinds: &[&'static str], node: &str, now: i64) -> Vec<Value> {
    let mut values = args![now, node];
    values.extend(kinds.iter().map(|kind| Value::from(*kind)));
    values
}

/// Whether a claim would find something; asked of a reader, so that idle nodes leave the writer alone.
pub(super) async fn has_claimable(
    db: &Db,
    kinds: &[&'static str],
    node: &str,
    now: i64,
) -> Result<bool, DbError> {
    let text = format!("select exists (select 1 {})", claimable(kinds));
    let (found,): (bool,) = db.one(Sql::built(text), claim_args(kinds, node, now)).await?;
    Ok(found)
}

pub(super) async fn next_claimable(
    tx: &mut Tx,
    kinds: &[&'static str],
    node: &str,
    now: i64,
) -> Result<Option<JobId>, DbError> {
    let text = format!(
        "select id {} order by due_at, id limit 1{}",
        claimable(kinds),
        dialect::skip_locked(tx.engine())
    );
    let found: Option<(JobId,)> = tx
        .optional(Sql::built(text), claim_args(kinds, node, now))
        .await?;
    Ok(found.map(|(id,)| id))
}

/// Makes a queued job a running one of `node`; `None` if another was quicker.
pub(super) async fn claim(tx: &mut Tx, id: JobId, node: &str, now: i64) -> Result<Option<Job>, DbError> {
    let text = format!(
        "update jobs set state = 'running', node = $2, attempt = attempt + 1, \
         started_at = coalesce(started_at, $3), heartbeat_at = $3, error_code = null, error_message = null \
         where id = $1 and state = 'queued' and (node is null or node = $2) returning {COLUMNS}"
    );
    tx.optional(Sql::built(text), args![id, node, now]).await
}

/// Stores progress and heartbeat; false if the job is no longer this node's.
pub(super) async fn beat(
    tx: &mut Tx,
    id: JobId,
    node: &str,
    progress: &Snapshot,
    now: i64,
) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "update jobs set heartbeat_at = $3, done = $4, total = $5, message = $6 \
             where id = $1 and node = $2 and state = 'running'",
            args![
                id,
                node,
                now,
                stored(progress.done),
                progress.total.map(stored),
                progress.message.as_str()
            ],
        )
        .await?;
    Ok(touched == 1)
}

/// The running jobs of a node that someone has asked to cancel.
pub(super) async fn cancel_requests(db: &Db, node: &str) -> Result<Vec<JobId>, DbError> {
    let asked: Vec<(JobId,)> = db
        .all(
            "select id from jobs where state = 'running' and node = $1 and cancel_requested",
            args![node],
        )
        .await?;
    Ok(asked.into_iter().map(|(id,)| id).collect())
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Whether a job is still this node's; PostgreSQL keeps it so until the transaction ends.
pub(super) async fn hold(tx: &mut Tx, id: JobId, node: &str) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "update jobs set heartbeat_at = heartbeat_at where id = $1 and node = $2 and state = 'running'",
            args![id, node],
        )
        .await?;
    Ok(touched == 1)
}

pub(super) async fn count_logs(db: &Db, id: JobId) -> Result<u64, DbError> {
    let (count,): (u64,) = db
        .one("select count(*) from job_logs where job_id = $1", args![id])
        .await?;
    Ok(count)
}

pub(super) async fn insert_logs(
    tx: &mut Tx,
    id: JobId,
    first: u64,
    lines: &[LogLine],
) -> Result<(), DbError> {
    let values = (first..)
        .zip(lines)
        .flat_map(|(at, line)| args![id, stored(at), line.at, line.text.as_str()])
        .collect();
    tx.insert_many("insert into job_logs (job_id, line, at, text)", 4, values, "")
        .await?;
    Ok(())
}

/// Ends a running job of `node`; false if it was no longer that node's.
pub(super) async fn finish(
    tx: &mut Tx,
    id: JobId,
    node: &str,
    state: State,
    result: Option<&Json>,
    failure: Option<&Failure>,
    now: i64,
) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "update jobs set state = $3, result = $4, error_code = $5, error_message = $6, finished_at = $7 \
             where id = $1 and node = $2 and state = 'running'",
            args![
                id,
                node,
                state.as_str(),
                result.map(Json::to_string),
                failure.map(|failure| failure.code.clone()),
                failure.map(|failure| failure.message.clone()),
                now
            ],
        )
        .await?;
    Ok(touched == 1)
}

/// Puts a running job of `node` back into the queue for its next attempt.
pub(super) async fn requeue(
    tx: &mut Tx,
    id: JobId,
    node: &str,
    failure: &Failure,
    due_at: i64,
) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "update jobs set state = 'queued', node = null, due_at = $3, error_code = $4, error_message = $5 \
             where id = $1 and node = $2 and state = 'running'",
            args![id, node, due_at, failure.code.as_str(), failure.message.as_str()],
        )
        .await?;
    Ok(touched == 1)
}

pub(super) async fn cancel_queued(tx: &mut Tx, id: JobId, now: i64) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "update jobs set state = 'cancelled', finished_at = $2 where id = $1 and state = 'queued'",
            args![id, now],
        )
        .await?;
    Ok(touched == 1)
}

pub(super) async fn request_cancel(tx: &mut Tx, id: JobId) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "update jobs set cancel_requested = true where id = $1 and state = 'running'",
            args![id],
        )
        .await?;
    Ok(touched == 1)
}
