//! The table `provider_groups`.

use super::Offered;
use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::support::ids::ProviderId;

const LIST: &str =
    "select name, streams, films, episodes from provider_groups where provider_id = $1 order by name";

/// The groups that a provider's list held when it was last read, by name.
pub async fn list(db: &Db, provider: ProviderId) -> Result<Vec<Offered>, DbError> {
    db.all(LIST, args![provider]).await
}

/// Notes what a list held, in place of what the one before held; writes nothing if that was the same.
pub async fn replace(tx: &mut Tx, provider: ProviderId, offered: &[Offered]) -> Result<(), DbError> {
    let mut before: Vec<Offered> = tx.all(LIST, args![provider]).await?;
    let mut now: Vec<&Offered> = offered.iter().collect();
    before.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    now.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    if before.iter().eq(now) {
        return Ok(());
    }
    remove(tx, provider).await?;
    let values: Vec<Value> = offered
        .iter()
        .flat_map(|group| args![provider, &group.name, group.streams, group.films, group.episodes])
        .collect();
    tx.insert_many(
        "insert into provider_groups (provider_id, name, streams, films, episodes)",
        5,
        values,
        "",
    )
    .await?;
    Ok(())
}

/// Forgets what a provider offered.
pub async fn remove(tx: &mut Tx, provider: ProviderId) -> Result<(), DbError> {
    tx.execute(
        "delete from provider_groups where provider_id = $1",
        args![provider],
    )
    .await?;
    Ok(())
}
