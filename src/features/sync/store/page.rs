use super::log::{SELECT, SyncRow};
use crate::args;
use crate::db::{Db, DbError, Sql};
use crate::support::ids::ProviderId;
use crate::support::paging::{Listed, Slice};

/// Runs of a provider that was removed are gone with it.
const PRESENT: &str = "join providers p on p.id = l.provider_id and p.deleted_at is null";

/// Runs, newest first, of all providers or of one.
pub async fn page(db: &Db, provider: Option<ProviderId>, slice: Slice) -> Result<Listed<SyncRow>, DbError> {
    if let Some(provider) = provider {
        return Ok(Listed {
            items: super::list(db, provider, slice.skip, i64::from(slice.limit)).await?,
            total: super::count(db, provider).await?,
        });
    }
    let sql = format!("{SELECT} {PRESENT} order by l.started_at desc, l.id desc limit $1 offset $2");
    let (total,) = db.one("select count(*) from provider_sync_log l join providers p on p.id = l.provider_id and p.deleted_at is null", args![]).await?;
    Ok(Listed {
        items: db.all(Sql::built(sql), args![slice.limit, slice.skip]).await?,
        total,
    })
}

/// The run of a provider that waits for a decision.
pub async fn pending(db: &Db, provider: ProviderId) -> Result<Option<SyncRow>, DbError> {
    let sql = format!("{SELECT} where l.provider_id = $1 and l.outcome = 'held' and l.decision = 'pending'");
    db.optional(Sql::built(sql), args![provider]).await
}
