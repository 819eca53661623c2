//! Which streams are to be measured; how they were is in the catalogue.

use crate::args;
use crate::db::{Db, DbError};
use crate::features::catalogue::sources::Scope;
use crate::support::ids::{ProviderId, StreamId};

const DAY_MS: i64 = 86_400_000;

/// A stream is due so many days after it was tried last as its place in its channel says, at most a week. What was never tried was
/// due long ago, the first of each channel for longest.
macro_rules! wanted {
    ($condition:literal) => {
        concat!(
            "/* scan: a run looks for what is due among all streams, once */ select s.id, s.provider_id
             from channel_streams s join providers p on p.id = s.provider_id join channels c on c.id = s.channel_id
             left join stream_health h on h.stream_id = s.id left join stream_quality q on q.stream_id = s.id
             where s.missing_since is null and s.enabled and p.enabled and p.deleted_at is null and c.enabled and ",
            $condition,
            " order by coalesce(q.tried_at, 0) + (1 + case when s.backup_order < 6 then s.backup_order else 6 end) * $2,
             s.id limit $3"
        )
    };
}

/// At most so many streams that work and are due by an instant, those first that have been for longest.
pub async fn due(db: &Db, by_ms: i64, limit: i64) -> Result<Vec<(StreamId, ProviderId)>, DbError> {
    db.all(
        wanted!(
            "s.is_active and h.state in ('up', 'degraded') and h.failing_since is null
             and coalesce(q.tried_at, 0) + (1 + case when s.backup_order < 6 then s.backup_order else 6 end) * $2 <= $1"
        ),
        args![by_ms, DAY_MS, limit],
    )
    .await
}

/// At most so many streams that a person means, but for those known not to work; in the same order.
pub async fn of_scope(db: &Db, scope: Scope, limit: i64) -> Result<Vec<(StreamId, ProviderId)>, DbError> {
    let (sql, key) = match scope {
        Scope::Provider(id) => (
            wanted!("(h.state is null or h.state <> 'down') and s.provider_id = $1"),
            id.0,
        ),
        Scope::Channel(id) => (
            wanted!("(h.state is null or h.state <> 'down') and s.channel_id = $1"),
            id.0,
        ),
        _ => (wanted!("(h.state is null or h.state <> 'down') and $1 = 0"), 0),
    };
    db.all(sql, args![key, DAY_MS, limit]).await
}
