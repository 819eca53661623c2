use std::collections::HashMap;

use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::support::ids::{CredentialId, TrashId};

use super::names::{Kind, Known, Name};
use super::trash::Trashed;

crate::record! {
    pub struct ChannelItem {
        pub id: i64,
        pub name: String,
        pub category: String,
        pub country: Option<String>,
        pub feed: Option<String>,
    }
}

crate::record! {
    /// A film or a series; a series has no format.
    pub struct TitleItem {
        pub id: i64,
        pub title: String,
        pub year: Option<i64>,
        pub genre: Option<String>,
        pub format: Option<String>,
    }
}

crate::record! {
    pub struct EpisodeItem {
        pub id: i64,
        pub series_id: i64,
        pub season: i64,
        pub episode: i64,
        pub title: Option<String>,
        pub format: Option<String>,
    }
}

pub async fn channels(db: &Db) -> Result<Vec<ChannelItem>, DbError> {
    db.all(
        "/* scan: the library holds them all */ select id, plain_name, category, country, feed from channels
         where enabled and listed order by id",
        args![],
    )
    .await
}

pub async fn movies(db: &Db) -> Result<Vec<TitleItem>, DbError> {
    db.all(
        "/* scan: the library holds them all */
         select id, title, year, genre, cast(null as text) from vod_movies where version_count > 0 order by id",
        args![],
    )
    .await
}

pub async fn series(db: &Db) -> Result<Vec<TitleItem>, DbError> {
    db.all(
        "/* scan: the library holds them all */
         select id, title, year, genre, cast(null as text) from vod_series where episode_count > 0 order by id",
        args![],
    )
    .await
}

pub async fn episodes(db: &Db) -> Result<Vec<EpisodeItem>, DbError> {
    db.all(
        "/* scan: the library holds them all */
         select id, series_id, season, episode, title, cast(null as text) from vod_episodes
         where version_count > 0 order by id",
        args![],
    )
    .await
}

/// The formats of films by their ids: of the version that came first.
pub async fn movie_formats(db: &Db, ids: Vec<i64>) -> Result<HashMap<i64, String>, DbError> {
    let head = "select v.movie_id, v.format from vod_versions v join providers p on p.id = v.provider_id
                where v.missing_since is null and p.enabled and p.deleted_at is null and v.movie_id in";
    formats(db, head, ids).await
}

/// As [`movie_formats`], of episodes.
pub async fn episode_formats(db: &Db, ids: Vec<i64>) -> Result<HashMap<i64, String>, DbError> {
    let head = "select v.episode_id, v.format from vod_versions v join providers p on p.id = v.provider_id
                where v.missing_since is null and p.enabled and p.deleted_at is null and v.episode_id in";
    formats(db, head, ids).await
}

async fn formats(db: &Db, head: &'static str, ids: Vec<i64>) -> Result<HashMap<i64, String>, DbError> {
    let mut formats = HashMap::new();
    db.each_in(head, ids.into_iter().map(Value::from), "order by v.id", |row| {
        let format: String = row.get(1)?;
        formats.entry(row.get(0)?).or_insert(format);
        Ok(())
    })
    .await?;
    Ok(formats)
}

pub async fn names(db: &Db) -> Result<Known, DbError> {
    let mut known = Known::new();
    db.each(
        "select kind, content_id, source, folder, name, extension from library_names",
        args![],
        |row| {
            if let Some(kind) = row.with_text(0, Kind::parse)? {
                let name = Name {
                    source: row.get(2)?,
                    folder: row.get(3)?,
                    name: row.get(4)?,
                    extension: row.get(5)?,
                };
                known.insert((kind, row.get(1)?), name);
            }
            Ok(())
        },
    )
    .await?;
    Ok(known)
}

pub async fn keep_names(tx: &mut Tx, names: &[(Kind, i64, Name)]) -> Result<(), DbError> {
    let mut values = Vec::with_capacity(names.len() * 6);
    for (kind, id, name) in names {
        values.extend(args![
            kind.as_str(),
            *id,
            &name.source,
            &name.folder,
            &name.name,
            &name.extension
        ]);
    }
    tx.insert_many(
        "insert into library_names (kind, content_id, source, folder, name, extension)",
        6,
        values,
        "on conflict (kind, content_id) do update set source = excluded.source, folder = excluded.folder,
             name = excluded.name, extension = excluded.extension",
    )
    .await?;
    Ok(())
}

/// The name of a provider whose last run failed or is held, so that nobody knows what it still has.
pub async fn uncertain_provider(db: &Db) -> Result<Option<String>, DbError> {
    let found: Option<(String,)> = db
        .optional(
            "select name from providers
             where deleted_at is null and enabled and status in ('failing', 'held') order by name limit 1",
            args![],
        )
        .await?;
    Ok(found.map(|(name,)| name))
}

/// What of providers decides which of them tell something, and who goes first.
pub async fn providers(db: &Db) -> Result<Vec<(i64, i64, bool, String)>, DbError> {
    db.all(
        "select id, priority, enabled, type from providers where deleted_at is null order by id",
        args![],
    )
    .await
}

pub async fn credential(db: &Db) -> Result<Option<CredentialId>, DbError> {
    let (id,): (Option<CredentialId>,) = db
        .one("select credential_id from library_state where id = 1", args![])
        .await?;
    Ok(id)
}

pub async fn set_credential(tx: &mut Tx, id: CredentialId) -> Result<(), DbError> {
    tx.execute(
        "update library_state set credential_id = $1 where id = 1",
        args![id],
    )
    .await?;
    Ok(())
}

/// Locks the row that says which credential the library has; it may have got one meanwhile.
pub async fn lock_credential(tx: &mut Tx) -> Result<Option<CredentialId>, DbError> {
    tx.execute("update library_state set id = 1 where id = 1", args![])
        .await?;
    let (id,): (Option<CredentialId>,) = tx
        .one("select credential_id from library_state where id = 1", args![])
        .await?;
    Ok(id)
}

pub async fn insert_trash(
    tx: &mut Tx,
    root: &str,
    files: &[(String, Vec<u8>)],
    now_ms: i64,
) -> Result<(), DbError> {
    let mut values = Vec::with_capacity(files.len() * 4);
    for (path, bytes) in files {
        values.extend(args![root, path, bytes.as_slice(), now_ms]);
    }
    tx.insert_many(
        "insert into library_trash (root, path, bytes, trashed_at)",
        4,
        values,
        "",
    )
    .await?;
    Ok(())
}

/// Takes back the entries of files that stayed where they are.
pub async fn forget_trash(db: &Db, root: &str, paths: &[String], now_ms: i64) -> Result<(), DbError> {
    for path in paths {
        db.execute(
            "delete from library_trash where root = $1 and path = $2 and trashed_at = $3",
            args![root, path, now_ms],
        )
        .await?;
    }
    Ok(())
}

pub async fn prune_trash(db: &Db, before_ms: i64) -> Result<(), DbError> {
    db.execute(
        "delete from library_trash where trashed_at < $1",
        args![before_ms],
    )
    .await?;
    Ok(())
}

pub async fn trash(db: &Db, skip: i64, limit: i64) -> Result<(Vec<Trashed>, i64), DbError> {
    let (total,): (i64,) = db.one("select count(*) from library_trash", args![]).await?;
    let sql =
        "select id, path, trashed_at from library_trash order by trashed_at desc, id limit $1 offset $2";
    Ok((db.all(sql, args![limit, skip]).await?, total))
}

pub async fn trashed_file(db: &Db, id: TrashId) -> Result<Option<(String, String, Vec<u8>)>, DbError> {
    db.optional(
        "select root, path, bytes from library_trash where id = $1",
        args![id],
    )
    .await
}

pub async fn remove_trash(tx: &mut Tx, id: TrashId) -> Result<bool, DbError> {
    Ok(tx
        .execute("delete from library_trash where id = $1", args![id])
        .await?
        > 0)
}
