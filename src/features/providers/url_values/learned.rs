//! Parts of URLs that turned out to be tokens.

use crate::db::{Db, DbError, Tx};
use crate::features::providers::url_parts::Learned;
use crate::support::ids::ProviderId;

use super::store;

/// What earlier runs learned of a provider's hosts.
///
/// # Errors
/// Whatever the database says.
pub async fn learned(db: &Db, provider: ProviderId) -> Result<Vec<Learned>, DbError> {
    let rows = store::tokens(db, provider).await?;
    let parsed = rows.into_iter().filter_map(|(host, part)| {
        let part = serde_json::from_str(&part).ok()?;
        Some(Learned { host, part })
    });
    Ok(parsed.collect())
}

/// Keeps what a run learned.
///
/// # Errors
/// Whatever the database says.
pub async fn remember(
    tx: &mut Tx,
    provider: ProviderId,
    learned: &[Learned],
    now_ms: i64,
) -> Result<(), DbError> {
    for learned in learned {
        if let Ok(part) = serde_json::to_string(&learned.part) {
            store::insert_token(tx, provider, learned, &part, now_ms).await?;
        }
    }
    Ok(())
}
