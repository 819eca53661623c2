//! What is counted over the tables of others.

use crate::args;
use crate::db::{Db, DbError};
use crate::support::ids::ProviderId;

/// How many streams of each provider have which resolution; none of streams of which nobody knows it.
pub async fn tiers(db: &Db) -> Result<Vec<(ProviderId, Option<String>, i64)>, DbError> {
    db.all(
        "/* scan: counts the streams of all providers */
         select provider_id, resolution, count(*) from channel_streams where missing_since is null
         group by provider_id, resolution order by provider_id, resolution",
        args![],
    )
    .await
}

/// As [`tiers`], of one provider.
pub async fn tiers_of(db: &Db, provider: ProviderId) -> Result<Vec<(Option<String>, i64)>, DbError> {
    db.all(
        "select resolution, count(*) from channel_streams where provider_id = $1 and missing_since is null
         group by resolution order by resolution",
        args![provider],
    )
    .await
}
