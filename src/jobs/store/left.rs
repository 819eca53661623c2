//! What nodes leave behind, what is old, and leases.

use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::jobs::job::Failure;
use crate::support::ids::JobId;

/// Nodes with a running job whose heartbeat is older than `before`.
pub(in crate::jobs) async fn silent_nodes(db: &Db, before: i64) -> Result<Vec<String>, DbError> {
    let running: Vec<(String,)> = db
        .all(
            "select distinct node from jobs where state = 'running' and heartbeat_at < $1",
            args![before],
        )
        .await?;
    let waiting: Vec<(String,)> = db
        .all(
            "select distinct node from jobs where state = 'queued' and node is not null and due_at < $1",
            args![before],
        )
        .await?;
    Ok(running.into_iter().chain(waiting).map(|(node,)| node).collect())
}

/// Jobs of a node that is gone, those it alone might have begun included; their attempts and allowed attempts.
pub(in crate::jobs) async fn of_node(tx: &mut Tx, node: &str) -> Result<Vec<(JobId, u32, u32)>, DbError> {
    let mut left = tx
        .all(
            "select id, attempt, attempts from jobs where state = 'running' and node = $1",
            args![node],
        )
        .await?;
    left.extend(
        tx.all::<(JobId, u32, u32)>(
            "select id, attempts, attempts from jobs where state = 'queued' and node = $1",
            args![node],
        )
        .await?,
    );
    Ok(left)
}

pub(in crate::jobs) async fn interrupt(
    tx: &mut Tx,
    id: JobId,
    node: &str,
    failure: &Failure,
    now: i64,
) -> Result<(), DbError> {
    tx.execute(
        "update jobs set state = 'failed', error_code = $3, error_message = $4, finished_at = $5 \
         where id = $1 and node = $2 and state in ('queued', 'running')",
        args![id, node, failure.code.as_str(), failure.message.as_str(), now],
    )
    .await?;
    Ok(())
}

/// Removes up to `at_most` jobs that ended before an instant.
pub(in crate::jobs) async fn prune(db: &Db, before: i64, at_most: u32) -> Result<u64, DbError> {
    db.execute(
        "delete from jobs where id in \
         (select id from jobs where finished_at is not null and finished_at < $1 order by finished_at limit $2)",
        args![before, at_most],
    )
    .await
}

/// As [`prune`], of one kind.
pub(in crate::jobs) async fn prune_kind(
    db: &Db,
    kind: &'static str,
    before: i64,
    at_most: u32,
) -> Result<u64, DbError> {
    db.execute(
        "delete from jobs where id in (select id from jobs where kind = $1 and finished_at is not null \
         and finished_at < $2 order by id limit $3)",
        args![kind, before, at_most],
    )
    .await
}

/// Takes or renews a lease; false while another holds it.
pub(in crate::jobs) async fn lease(
    db: &Db,
    name: &str,
    holder: &str,
    expires_at: i64,
    now: i64,
) -> Result<bool, DbError> {
    let touched = db
        .execute(
            "insert into leases (name, holder, expires_at) values ($1, $2, $3) on conflict (name) do update \
             set holder = excluded.holder, expires_at = excluded.expires_at \
             where leases.expires_at <= $4 or leases.holder = excluded.holder",
            args![name, holder, expires_at, now],
        )
        .await?;
    Ok(touched == 1)
}

pub(in crate::jobs) async fn release(db: &Db, name: &str, holder: &str) -> Result<(), DbError> {
    db.execute(
        "delete from leases where name = $1 and holder = $2",
        args![name, holder],
    )
    .await?;
    Ok(())
}
