//! The tables `providers`, `provider_breakers` and `provider_series`.

mod breakers;
pub mod films;
pub mod series;

pub use breakers::{Breakers, KnownHost, all_breakers, breakers};

use super::provider::{Provider, Status, Summary, Totals};
use super::xtream::Account;
use super::{Draft, Error, Secrets, Source, expiry, groups, reservations};
use crate::args;
use crate::db::{Db, DbError, Sql, Tx, dialect};
use crate::record;
use crate::support::crypto::Keys;
use crate::support::ids::ProviderId;
use crate::support::paging::{Listed, Slice};
use crate::support::text::folded;

const SELECT: &str = "select id, name, type, enabled, priority, max_connections, user_agent, secrets, status, \
    status_message, total_channels, active_channels, total_vod_movies, total_vod_series, last_sync, account_status, \
    expires_at, account_connections, account_active, panel_host, panel_https_port, created_at, updated_at, reading, source from providers where deleted_at is null";

macro_rules! select {
    ($rest:literal) => {
        crate::db::Sql::built(format!("{SELECT} {}", $rest))
    };
}

pub async fn find(db: &Db, id: ProviderId) -> Result<Option<Provider>, DbError> {
    db.optional(select!("and id = $1"), args![id]).await
}

/// # Errors
/// [`Error::NotFound`] if it is not there or was removed.
pub async fn get(db: &Db, id: ProviderId) -> Result<Provider, Error> {
    find(db, id).await?.ok_or(Error::NotFound)
}

/// As [`get`], within a transaction.
pub async fn get_in(tx: &mut Tx, id: ProviderId) -> Result<Provider, Error> {
    Ok(tx.one(select!("and id = $1"), args![id]).await?)
}

/// Keeps a provider's row from others until the transaction ends; false if the provider was removed.
pub async fn lock(tx: &mut Tx, id: ProviderId) -> Result<bool, DbError> {
    let sql = format!(
        "select deleted_at from providers where id = $1{}",
        dialect::for_update(tx.engine())
    );
    let row: Option<(Option<i64>,)> = tx.optional(Sql::built(sql), args![id]).await?;
    Ok(row == Some((None,)))
}

pub async fn find_by_name(db: &Db, name: &str) -> Result<Option<Provider>, DbError> {
    db.optional(select!("and name = $1"), args![name]).await
}

/// A page of providers, those preferred first.
pub async fn list(db: &Db, slice: Slice) -> Result<Listed<Provider>, DbError> {
    let sql = select!("order by priority desc, name, id limit $1 offset $2");
    Ok(Listed {
        items: db.all(sql, args![slice.limit, slice.skip]).await?,
        total: count(db).await?,
    })
}

/// How many there are, those switched off too.
pub async fn count(db: &Db) -> Result<i64, DbError> {
    let sql = "select count(*) from providers where deleted_at is null";
    let (count,) = db.one(sql, args![]).await?;
    Ok(count)
}

record! {
    /// What all providers have together.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Sum {
        pub providers: i64,
        pub enabled: i64,
        pub channels: i64,
        pub active_channels: i64,
        pub movies: i64,
        pub series: i64,
    }
}

/// Whether a provider other than `except` has this name, however it is written: "Alpha" is "ALPHA".
pub async fn is_name_taken(tx: &mut Tx, name: &str, except: Option<ProviderId>) -> Result<bool, DbError> {
    let named: Vec<(ProviderId, String)> = tx
        .all("select id, name from providers where deleted_at is null", args![])
        .await?;
    let wanted = folded(name);
    let same = |(id, other): &(ProviderId, String)| Some(*id) != except && folded(other) == wanted;
    Ok(named.iter().any(same))
}

/// The sums over all providers of what their last syncs counted.
pub async fn sum(db: &Db) -> Result<Sum, DbError> {
    let sql = "select count(*), count(*) filter (where enabled), \
               cast(coalesce(sum(total_channels), 0) as bigint), cast(coalesce(sum(active_channels), 0) as bigint), \
               cast(coalesce(sum(total_vod_movies), 0) as bigint), cast(coalesce(sum(total_vod_series), 0) as bigint) \
               from providers where deleted_at is null";
    db.one(sql, args![]).await
}

/// Id and name of each, by name; at most a thousand.
pub async fn names(db: &Db) -> Result<Vec<(ProviderId, String)>, DbError> {
    let sql = "select id, name from providers where deleted_at is null order by name, id limit 1000";
    db.all(sql, args![]).await
}

/// Every provider with its name and its last good sync, by name.
pub async fn synced(db: &Db) -> Result<Vec<(ProviderId, String, Option<i64>)>, DbError> {
    db.all(
        "select id, name, last_sync from providers where deleted_at is null order by name, id",
        args![],
    )
    .await
}

/// Id and name of each that is switched on, by name; at most a thousand.
pub async fn enabled_names(db: &Db) -> Result<Vec<(ProviderId, String)>, DbError> {
    let sql =
        "select id, name from providers where enabled and deleted_at is null order by name, id limit 1000";
    db.all(sql, args![]).await
}

/// Providers that are switched on and want somebody to look: those whose last run failed, then those that wait for somebody,
/// at last those whose account expires soon; each by name.
pub async fn troubled(db: &Db, now_ms: i64, limit: i64) -> Result<Vec<Provider>, DbError> {
    let sql = select!(
        "and enabled and (status in ('held', 'failing', 'expired') or expires_at < $1) \
         order by case status when 'failing' then 1 when 'expired' then 2 when 'held' then 3 else 4 end, name, id limit $2"
    );
    db.all(sql, args![now_ms + expiry::SOON_MS, limit]).await
}

/// How many there are and what they offer, in one look.
pub async fn summary(db: &Db) -> Result<Summary, DbError> {
    let sql =
        "select count(*), count(*) filter (where enabled), count(*) filter (where last_sync is not null),
             cast(coalesce(sum(total_channels) filter (where enabled), 0) as bigint),
             cast(coalesce(sum(active_channels) filter (where enabled), 0) as bigint)
         from providers where deleted_at is null";
    db.one(sql, args![]).await
}

/// The provider that a form with this one-use key made.
pub async fn made_by_form(tx: &mut Tx, form_key: &str) -> Result<Option<ProviderId>, DbError> {
    let made: Option<(i64,)> = tx
        .optional("select id from providers where form_key = $1", args![form_key])
        .await?;
    Ok(made.map(|(id,)| ProviderId(id)))
}

/// # Errors
/// [`Error::NameTaken`]; a form key that was used is a [`DbError::Unique`].
pub async fn insert(
    tx: &mut Tx,
    keys: &Keys,
    draft: &Draft,
    form_key: Option<&str>,
    now_ms: i64,
) -> Result<ProviderId, Error> {
    let (id,): (i64,) = tx
        .one(
            "insert into providers (name, type, enabled, priority, max_connections, user_agent, secrets, form_key, \
             created_at, updated_at, reading, source) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11) returning id",
            args![
                &draft.name,
                draft.kind.as_str(),
                draft.enabled,
                draft.priority,
                draft.max_connections,
                draft.user_agent.clone(),
                Vec::<u8>::new(),
                form_key,
                now_ms,
                draft.reading().stored(),
                draft.source.stored(),
            ],
        )
        .await?;
    let id = ProviderId(id);
    // The encryption is bound to the row, whose id is known only now.
    let sealed = Secrets::from(draft).seal(keys, id)?;
    tx.execute(
        "update providers set secrets = $2 where id = $1",
        args![id, sealed],
    )
    .await?;
    Ok(id)
}

/// # Errors
/// [`Error::NotFound`], [`Error::NameTaken`].
pub async fn update(
    tx: &mut Tx,
    keys: &Keys,
    id: ProviderId,
    draft: &Draft,
    now_ms: i64,
) -> Result<(), Error> {
    let sealed = Secrets::from(draft).seal(keys, id)?;
    let touched = tx
        .execute(
            "update providers set name = $2, type = $3, enabled = $4, priority = $5, max_connections = $6, \
             user_agent = $7, secrets = $8, updated_at = $9, reading = $10, source = $11 where id = $1 and deleted_at is null",
            args![
                id,
                &draft.name,
                draft.kind.as_str(),
                draft.enabled,
                draft.priority,
                draft.max_connections,
                draft.user_agent.clone(),
                sealed,
                now_ms,
                draft.reading().stored(),
                draft.source.stored(),
            ],
        )
        .await?;
    found(touched)
}

/// Hides a provider for good: it is gone everywhere, its name is free, and its credentials are forgotten. The row stays
/// for the plays that name it.
///
/// # Errors
/// [`Error::NotFound`] if it is not there or was removed before.
pub async fn remove(tx: &mut Tx, id: ProviderId, now_ms: i64) -> Result<(), Error> {
    let touched = tx
        .execute(
            "update providers set deleted_at = $2, enabled = $3, secrets = $4, source = $5, updated_at = $2 \
             where id = $1 and deleted_at is null",
            args![id, now_ms, false, Vec::<u8>::new(), Source::Address.stored()],
        )
        .await?;
    tx.execute("delete from provider_breakers where provider_id = $1", args![id])
        .await?;
    groups::store::remove(tx, id).await?;
    reservations::store::remove_all(tx, id).await?;
    found(touched)
}

/// How its last run left it. `message` is a sentence for people, without addresses.
pub async fn set_status(
    tx: &mut Tx,
    id: ProviderId,
    status: Status,
    message: Option<&str>,
) -> Result<(), DbError> {
    tx.execute(
        "update providers set status = $2, status_message = $3 where id = $1",
        args![id, status.as_str(), message],
    )
    .await?;
    Ok(())
}

pub async fn set_totals(tx: &mut Tx, id: ProviderId, totals: Totals) -> Result<(), DbError> {
    tx.execute(
        "update providers set total_channels = $2, active_channels = $3, total_vod_movies = $4, \
         total_vod_series = $5 where id = $1",
        args![
            id,
            totals.channels,
            totals.active_channels,
            totals.movies,
            totals.series
        ],
    )
    .await?;
    Ok(())
}

/// What a panel said of the account, and which of the hosts said it.
pub async fn set_account(tx: &mut Tx, id: ProviderId, host: usize, account: &Account) -> Result<(), DbError> {
    tx.execute(
        "update providers set account_status = $2, expires_at = $3, account_connections = $4, account_active = $5, \
         panel_host = $6, panel_https_port = $7 where id = $1",
        args![
            id,
            account.status.as_str(),
            account.expires_at_ms,
            account.max_connections,
            account.active_connections,
            i64::try_from(host).unwrap_or(0),
            account.https_port.map(i64::from),
        ],
    )
    .await?;
    Ok(())
}

/// Forgets what was said of an account that is another one now.
pub async fn forget_account(tx: &mut Tx, id: ProviderId) -> Result<(), DbError> {
    tx.execute(
        "update providers set account_status = null, expires_at = null, account_connections = null, \
         account_active = null, panel_host = 0, panel_https_port = null where id = $1",
        args![id],
    )
    .await?;
    Ok(())
}

/// When the last good run ended.
pub async fn set_last_sync(tx: &mut Tx, id: ProviderId, at_ms: i64) -> Result<(), DbError> {
    tx.execute(
        "update providers set last_sync = $2 where id = $1",
        args![id, at_ms],
    )
    .await?;
    Ok(())
}

fn found(touched: u64) -> Result<(), Error> {
    if touched == 0 {
        Err(Error::NotFound)
    } else {
        Ok(())
    }
}
