//! What a provider listed at its last good run, for comparing the next list with it.

use std::collections::HashSet;

use crate::args;
use crate::db::{Db, DbError, Row, Value};
use crate::features::catalogue::entry::EntryKind;
use crate::support::ids::ProviderId;

/// The texts of a stored entry that tell whether another one is the same.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'a> {
    pub id: i64,
    pub name: &'a str,
    pub group: &'a str,
    pub url_template: &'a str,
    pub headers: Option<&'a str>,
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
            "select id, original_name, group_name, url_template, headers from channel_streams where id in"
        }
        EntryKind::Movie | EntryKind::Episode => {
            "select id, original_name, group_name, url_template, headers from vod_versions where id in"
        }
    };
    db.each_in(sql, ids.into_iter().map(Value::from), "", |row: &Row<'_>| {
        let id = row.get(0)?;
        let headers: Option<String> = row.get(4)?;
        row.with_text(1, |name| {
            row.with_text(2, |group| {
                row.with_text(3, |url_template| {
                    take(Texts {
                        id,
                        name,
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
