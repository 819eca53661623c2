//! Whether there are films that a panel is still to be asked about.

use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::support::ids::ProviderId;

/// Says whether a provider's panel is to be asked about films.
pub async fn set_wanted(tx: &mut Tx, provider: ProviderId, are_wanted: bool) -> Result<(), DbError> {
    tx.execute(
        "update providers set films_wanted = $2 where id = $1 and films_wanted <> $2",
        args![provider, are_wanted],
    )
    .await?;
    Ok(())
}

/// The accounts of panels that are to be asked about films; at most a thousand. After a sync that failed none is asked until
/// one succeeds.
pub async fn wanted(db: &Db) -> Result<Vec<ProviderId>, DbError> {
    let sql = "select id from providers where films_wanted and enabled and type = 'xstream' \
               and deleted_at is null and status not in ('failing', 'expired') order by id limit 1000";
    let rows: Vec<(ProviderId,)> = db.all(sql, args![]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
