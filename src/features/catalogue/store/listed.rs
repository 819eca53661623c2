//! What a provider listed at its last good run, for comparing the next list with it.

use std::collections::HashSet;

use crate::args;
use crate::db::{Db, DbError, Row, Value};
use crate::features::catalogue::entry::EntryKind;
use crate::record;
use crate::support::ids::ProviderId;

/// The texts of a stored entry that tell whether another one is the same.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'a> {
    pub id: i64,
    pub name: &'a str,
    /// What its provider listed in place of that name.
    pub listed_name: Option<&'a str>,
    pub group: &'a str,
    pub url_template: &'a str,
    pub headers: Option<&'a str>,
}

impl<'a> Texts<'a> {
    /// The name that its provider listed.
    pub fn listed(&self) -> &'a str {
        self.listed_name.unwrap_or(self.name)
    }
}

/// Hands the texts of these rows to `take`.
pub async fn each_text(
    db: &Db,
    kind: EntryKind,
    ids: impl IntoIterator<Item = i64>,
    mut take: impl FnMut(Texts<'_>) + Send,
) -> Result<(), DbError> {
    let sql = match kind {
        EntryKind::Live => {
            "select id, original_name, group_name, url_template, headers, listed_name from channel_streams where id in"
        }
        EntryKind::Movie | EntryKind::Episode => {
            "select id, original_name, group_name, url_template, headers, listed_name from vod_versions where id in"
        }
    };
    db.each_in(sql, ids.into_iter().map(Value::from), "", |row: &Row<'_>| {
        let id = row.get(0)?;
        let headers: Option<String> = row.get(4)?;
        let listed_name: Option<String> = row.get(5)?;
        row.with_text(1, |name| {
            row.with_text(2, |group| {
                row.with_text(3, |url_template| {
                    take(Texts {
                        id,
                        name,
                        listed_name: listed_name.as_deref(),
                        group,
                        url_template,
                        headers: headers.as_deref(),
                    });
                })
            })
        })???;
        Ok(())
    })
    .await
}

/// The groups of a provider's streams that are there.
pub async fn groups_of_streams(db: &Db, provider: ProviderId) -> Result<HashSet<String>, DbError> {
    let sql =
        "select distinct group_name from channel_streams where provider_id = $1 and missing_since is null";
    let rows: Vec<(String,)> = db.all(sql, args![provider]).await?;
    Ok(rows.into_iter().map(|(group,)| group).collect())
}

/// The groups of a provider's films that are there.
pub async fn groups_of_films(db: &Db, provider: ProviderId) -> Result<HashSet<String>, DbError> {
    let sql = "select distinct group_name from vod_versions where provider_id = $1 and missing_since is null \
               and movie_id is not null";
    let rows: Vec<(String,)> = db.all(sql, args![provider]).await?;
    Ok(rows.into_iter().map(|(group,)| group).collect())
}

/// Whether rules name anything of a provider otherwise than it is listed.
pub async fn is_any_renamed(db: &Db, provider: ProviderId) -> Result<bool, DbError> {
    let (found,) = db
        .one(
            "select exists (select 1 from channel_streams where provider_id = $1 and listed_name is not null) \
             or exists (select 1 from vod_versions where provider_id = $1 and listed_name is not null)",
            args![provider],
        )
        .await?;
    Ok(found)
}

record! {
    /// What an entry is called.
    #[derive(Debug, Clone)]
    pub struct Name {
        pub id: i64,
        pub name: String,
        pub listed_name: Option<String>,
        /// Of what is no live stream, whether it is a film.
        pub is_film: bool,
    }
}

/// Which names are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    Streams,
    Films,
    /// Films and episodes.
    Vod,
}

/// What a provider's entries that are there are called, by id behind `after`.
pub async fn names(
    db: &Db,
    provider: ProviderId,
    wanted: Names,
    after: i64,
    limit: i64,
) -> Result<Vec<Name>, DbError> {
    let sql = match wanted {
        Names::Streams => {
            "select id, original_name, listed_name, false from channel_streams \
             where provider_id = $1 and id > $2 and missing_since is null order by id limit $3"
        }
        Names::Films => {
            "select id, original_name, listed_name, true from vod_versions \
             where provider_id = $1 and id > $2 and missing_since is null and movie_id is not null order by id limit $3"
        }
        Names::Vod => {
            "select id, original_name, listed_name, movie_id is not null from vod_versions \
             where provider_id = $1 and id > $2 and missing_since is null order by id limit $3"
        }
    };
    db.all(sql, args![provider, after, limit]).await
}
