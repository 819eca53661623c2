use super::room::Share;
use super::{Connection, InUse, Purpose};
use crate::args;
use crate::db::{Db, DbError, Sql, Tx, dialect};
use crate::features::providers::Offer;
use crate::support::ids::{CredentialId, ProviderId};

/// Lets only one node at a time count the provider's connections.
pub async fn lock_provider(tx: &mut Tx, provider: ProviderId) -> Result<(), DbError> {
    let sql = Sql::built(format!(
        "select id from providers where id = $1{}",
        dialect::for_update(tx.engine())
    ));
    tx.optional::<(i64,)>(sql, args![provider]).await?;
    Ok(())
}

pub async fn remove_expired(tx: &mut Tx, provider: ProviderId, before_ms: i64) -> Result<(), DbError> {
    tx.execute(
        "delete from connection_leases where provider_id = $1 and confirmed_at < $2",
        args![provider, before_ms],
    )
    .await?;
    Ok(())
}

/// What each holder has, then what is reserved for whom, the older reservation first.
pub async fn shares(tx: &mut Tx, provider: ProviderId) -> Result<Vec<Share>, DbError> {
    let rows: Vec<(Option<CredentialId>, i64, i64, i64)> = tx
        .all(
            "select credential_id, count(*), cast(0 as bigint), cast(0 as bigint)
             from connection_leases where provider_id = $1 group by credential_id
             union all
             select credential_id, cast(0 as bigint), connections, id
             from connection_reservations where provider_id = $1 order by 4",
            args![provider],
        )
        .await?;
    let share = |(holder, held, reserved, _)| Share {
        holder,
        held,
        reserved,
    };
    Ok(rows.into_iter().map(share).collect())
}

/// The credential that a lease counts for.
pub async fn holder(tx: &mut Tx, id: i64) -> Result<Option<CredentialId>, DbError> {
    let sql = "select credential_id from connection_leases where id = $1";
    let found: Option<(Option<CredentialId>,)> = tx.optional(sql, args![id]).await?;
    Ok(found.and_then(|(holder,)| holder))
}

pub async fn pass_on(tx: &mut Tx, id: i64, to: CredentialId) -> Result<(), DbError> {
    let sql = "update connection_leases set credential_id = $2 where id = $1";
    tx.execute(sql, args![id, to]).await?;
    Ok(())
}

pub async fn in_use(db: &Db, provider: ProviderId, since_ms: i64) -> Result<InUse, DbError> {
    db.one(
        "select count(*) filter (where purpose = 'play'), count(*) filter (where purpose = 'check'),
             count(*) filter (where purpose = 'sync')
         from connection_leases where provider_id = $1 and confirmed_at >= $2",
        args![provider, since_ms],
    )
    .await
}

pub async fn insert(tx: &mut Tx, connection: Connection, node: &str, now_ms: i64) -> Result<i64, DbError> {
    let (purpose, offer, credential) = match connection.purpose {
        Purpose::Play { offer, credential } => ("play", Some(offer), Some(credential)),
        Purpose::Check(stream) | Purpose::Measure(stream) => ("check", Some(Offer::Stream(stream)), None),
        Purpose::Sync => ("sync", None, None),
    };
    let (stream, version) = match offer {
        Some(Offer::Stream(id)) => (Some(id), None),
        Some(Offer::Version(id)) => (None, Some(id)),
        None => (None, None),
    };
    let (id,): (i64,) = tx
        .one(
            "insert into connection_leases (provider_id, purpose, stream_id, version_id, credential_id, node,
                 opened_at, confirmed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $7) returning id",
            args![
                connection.provider,
                purpose,
                stream,
                version,
                credential,
                node,
                now_ms
            ],
        )
        .await?;
    Ok(id)
}

/// Whether any node has a lease.
pub async fn is_any(db: &Db) -> Result<bool, DbError> {
    let found: Option<(i64,)> = db
        .optional("select id from connection_leases limit 1", args![])
        .await?;
    Ok(found.is_some())
}

/// The leases that a node opened before an instant.
pub async fn of_node(db: &Db, node: &str, before_ms: i64) -> Result<Vec<i64>, DbError> {
    let rows: Vec<(i64,)> = db
        .all(
            "select id from connection_leases where node = $1 and opened_at < $2",
            args![node, before_ms],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub async fn confirm(db: &Db, node: &str, now_ms: i64, expired_before_ms: i64) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    tx.execute(
        "update connection_leases set confirmed_at = $2 where node = $1",
        args![node, now_ms],
    )
    .await?;
    tx.execute(
        "delete from connection_leases where confirmed_at < $1",
        args![expired_before_ms],
    )
    .await?;
    tx.commit().await
}

pub async fn remove(db: &Db, id: i64) -> Result<(), DbError> {
    db.execute("delete from connection_leases where id = $1", args![id])
        .await?;
    Ok(())
}

pub async fn remove_node(db: &Db, node: &str) -> Result<(), DbError> {
    db.execute("delete from connection_leases where node = $1", args![node])
        .await?;
    Ok(())
}
