use crate::args;
use crate::db::{Db, DbError, Sql, Tx};
use crate::features::sync::log::{Counts, Decision, Outcome};
use crate::record;
use crate::support::ids::{JobId, ProviderId, SyncId};

record! {
    /// One run.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SyncRow {
        pub id: SyncId,
        pub provider_id: ProviderId,
        pub job_id: JobId,
        pub by_hand: bool,
        pub started_at: i64,
        pub finished_at: Option<i64>,
        pub outcome: Outcome,
        pub decision: Option<Decision>,
        pub error_code: Option<String>,
        pub error_message: Option<String>,
        /// JSON list of sentences.
        pub held_reasons: Option<String>,
        pub entries: i64,
        pub streams: i64,
        pub films: i64,
        pub episodes: i64,
        pub refused: i64,
        pub stray_lines: i64,
        pub unchanged: i64,
        pub added: i64,
        pub changed: i64,
        pub renamed: i64,
        pub removed: i64,
        pub returned: i64,
        pub bytes_read: i64,
        pub excluded: i64,
        pub newly_excluded: i64,
    }
}

/// A run whose job has ended without a word was cancelled or interrupted.
pub(super) const SELECT: &str = "select l.id, l.provider_id, l.job_id, l.by_hand, l.started_at, \
    coalesce(l.finished_at, case when l.outcome = 'running' then j.finished_at end), \
    case when l.outcome <> 'running' then l.outcome when j.state = 'cancelled' then 'cancelled' \
    when j.state in ('queued', 'running') then 'running' else 'interrupted' end, \
    l.decision, l.error_code, l.error_message, l.held_reasons, l.entries, l.streams, l.films, l.episodes, l.refused, \
    l.stray_lines, l.unchanged, l.added, l.changed, l.renamed, l.removed, l.returned, l.bytes_read, \
    l.excluded, l.newly_excluded \
    from provider_sync_log l left join jobs j on j.id = l.job_id";

fn select(rest: &'static str) -> Sql {
    Sql::built(format!("{SELECT} {rest}"))
}

/// One run.
pub async fn find(db: &Db, id: SyncId) -> Result<Option<SyncRow>, DbError> {
    db.optional(select("where l.id = $1"), args![id]).await
}

/// The run of a job.
pub async fn of_job(db: &Db, job: JobId) -> Result<Option<SyncRow>, DbError> {
    db.optional(select("where l.job_id = $1"), args![job]).await
}

/// Runs of a provider, newest first.
pub async fn list(db: &Db, provider: ProviderId, skip: i64, limit: i64) -> Result<Vec<SyncRow>, DbError> {
    db.all(
        select("where l.provider_id = $1 order by l.started_at desc, l.id desc limit $2 offset $3"),
        args![provider, limit, skip],
    )
    .await
}

/// How many runs of a provider are known.
pub async fn count(db: &Db, provider: ProviderId) -> Result<i64, DbError> {
    let (count,) = db
        .one(
            "select count(*) from provider_sync_log where provider_id = $1",
            args![provider],
        )
        .await?;
    Ok(count)
}

/// The last runs of all providers, newest first.
pub async fn latest(db: &Db, limit: i64) -> Result<Vec<SyncRow>, DbError> {
    db.all(
        select("order by l.started_at desc, l.id desc limit $1"),
        args![limit],
    )
    .await
}

/// Opens the log of a run.
pub async fn begin(
    tx: &mut Tx,
    provider: ProviderId,
    job: JobId,
    by_hand: bool,
    now_ms: i64,
) -> Result<SyncId, DbError> {
    let (id,): (i64,) = tx
        .one(
            "insert into provider_sync_log (provider_id, job_id, by_hand, started_at, outcome) \
             values ($1, $2, $3, $4, 'running') returning id",
            args![provider, job, by_hand, now_ms],
        )
        .await?;
    Ok(SyncId(id))
}

/// Closes the logs of a provider's runs that ended without a word; of a new run there is none open.
pub async fn settle_ended(tx: &mut Tx, provider: ProviderId, own: JobId, now_ms: i64) -> Result<(), DbError> {
    tx.execute(
        "update provider_sync_log set finished_at = $3, outcome = case when exists (select 1 from jobs j \
         where j.id = provider_sync_log.job_id and j.state = 'cancelled') then 'cancelled' else 'interrupted' end \
         where provider_id = $1 and outcome = 'running' and job_id <> $2",
        args![provider, own, now_ms],
    )
    .await?;
    Ok(())
}

/// Closes the log of a run.
pub async fn finish(
    tx: &mut Tx,
    id: SyncId,
    outcome: Outcome,
    counts: &Counts,
    error: Option<(&str, &str)>,
    held_reasons: Option<&str>,
    now_ms: i64,
) -> Result<(), DbError> {
    tx.execute(
        "update provider_sync_log set outcome = $2, finished_at = $3, error_code = $4, error_message = $5, \
         held_reasons = $6, entries = $7, streams = $8, films = $9, episodes = $10, refused = $11, stray_lines = $12, \
         unchanged = $13, added = $14, changed = $15, renamed = $16, removed = $17, returned = $18, bytes_read = $19, \
         decision = $20, excluded = $21, newly_excluded = $22 where id = $1",
        args![
            id,
            outcome.as_str(),
            now_ms,
            error.map(|(code, _)| code),
            error.map(|(_, message)| message),
            held_reasons,
            counts.entries,
            counts.streams,
            counts.films,
            counts.episodes,
            counts.refused,
            counts.stray_lines,
            counts.unchanged,
            counts.added,
            counts.changed,
            counts.renamed,
            counts.removed,
            counts.returned,
            counts.bytes_read,
            (outcome == Outcome::Held).then_some(Decision::Pending.as_str()),
            counts.excluded,
            counts.newly_excluded,
        ],
    )
    .await?;
    Ok(())
}

/// Decides a held run whose decision is still `from`; false if somebody was quicker.
pub async fn decide(tx: &mut Tx, id: SyncId, from: Decision, to: Decision) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "update provider_sync_log set decision = $3 where id = $1 and outcome = 'held' and decision = $2",
            args![id, from.as_str(), to.as_str()],
        )
        .await?;
    Ok(touched > 0)
}

/// The runs of a provider whose staging is kept, with what was decided about each.
pub async fn held(tx: &mut Tx, provider: ProviderId) -> Result<Vec<(SyncId, Decision)>, DbError> {
    let rows: Vec<(i64, Decision)> = tx
        .all(
            "select id, decision from provider_sync_log where provider_id = $1 and outcome = 'held' \
             and decision in ('pending', 'approved')",
            args![provider],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, decision)| (SyncId(id), decision))
        .collect())
}

const APPLIED: &str = "select count(*) from provider_sync_log where provider_id = $1 and outcome = 'applied'";

/// How many runs of a provider were applied: whoever compared a list notices by it that another run came first.
pub async fn applied_count(db: &Db, provider: ProviderId) -> Result<i64, DbError> {
    let (count,) = db.one(APPLIED, args![provider]).await?;
    Ok(count)
}

/// As [`applied_count`], within a transaction.
pub async fn applied_count_in(tx: &mut Tx, provider: ProviderId) -> Result<i64, DbError> {
    let (count,) = tx.one(APPLIED, args![provider]).await?;
    Ok(count)
}

/// A held run that was approved is applied now; false if its staging is void.
pub async fn approved(tx: &mut Tx, id: SyncId) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "update provider_sync_log set outcome = 'applied' where id = $1 and outcome = 'held' \
             and decision = 'approved'",
            args![id],
        )
        .await?;
    Ok(touched > 0)
}
