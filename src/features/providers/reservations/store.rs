//! The table `connection_reservations`.

use super::{Choice, Line};
use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::support::ids::{CredentialId, ProviderId};

/// More holders of one provider's connections are not listed.
const LISTED: i64 = 1_000;

/// For whom connections are reserved, the older reservation first; then who only uses some, by a lease that was confirmed at
/// `since_ms` or later.
pub(super) async fn list(db: &Db, provider: ProviderId, since_ms: i64) -> Result<Vec<Line>, DbError> {
    db.all(
        "select c.id, c.name, u.username, coalesce(r.connections, 0), cast(0 as bigint),
             (select count(*) from connection_leases l
              where l.provider_id = $1 and l.credential_id = c.id and l.confirmed_at >= $2)
         from (select credential_id from connection_reservations where provider_id = $1
               union select credential_id from connection_leases where provider_id = $1 and confirmed_at >= $2) as known
             join output_credentials c on c.id = known.credential_id
             left join users u on u.id = c.user_id
             left join connection_reservations r on r.provider_id = $1 and r.credential_id = c.id
         order by case when r.id is null then 1 else 0 end, r.id, c.id limit $3",
        args![provider, since_ms, LISTED],
    )
    .await
}

/// The credentials for which connections can be reserved, at most a thousand, by user and name.
pub(super) async fn choices(db: &Db) -> Result<Vec<Choice>, DbError> {
    db.all(
        "/* scan: the credentials of a household */
         select c.id, c.name, u.username from output_credentials c left join users u on u.id = c.user_id
         order by u.username, c.name, c.id limit $1",
        args![LISTED],
    )
    .await
}

/// The name of a credential; `None` if there is none.
pub(super) async fn name_of(tx: &mut Tx, credential: CredentialId) -> Result<Option<String>, DbError> {
    let sql = "select name from output_credentials where id = $1";
    let found: Option<(String,)> = tx.optional(sql, args![credential]).await?;
    Ok(found.map(|(name,)| name))
}

/// Whose connections are reserved at a provider, and how many.
pub(super) async fn reserved(tx: &mut Tx, provider: ProviderId) -> Result<Vec<(CredentialId, i64)>, DbError> {
    let sql = "select credential_id, connections from connection_reservations where provider_id = $1";
    tx.all(sql, args![provider]).await
}

pub(super) async fn put(
    tx: &mut Tx,
    provider: ProviderId,
    (credential, connections): (CredentialId, i64),
    now_ms: i64,
) -> Result<(), DbError> {
    tx.execute(
        "insert into connection_reservations (provider_id, credential_id, connections, created_at)
         values ($1, $2, $3, $4)
         on conflict (provider_id, credential_id) do update set connections = excluded.connections",
        args![provider, credential, connections, now_ms],
    )
    .await?;
    Ok(())
}

pub(super) async fn remove(
    tx: &mut Tx,
    provider: ProviderId,
    credential: CredentialId,
) -> Result<(), DbError> {
    tx.execute(
        "delete from connection_reservations where provider_id = $1 and credential_id = $2",
        args![provider, credential],
    )
    .await?;
    Ok(())
}

/// Forgets whatever is reserved at a provider.
pub async fn remove_all(tx: &mut Tx, provider: ProviderId) -> Result<(), DbError> {
    tx.execute(
        "delete from connection_reservations where provider_id = $1",
        args![provider],
    )
    .await?;
    Ok(())
}
