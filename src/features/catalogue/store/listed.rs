//! What a provider listed at its last good run, for comparing the next list with it.

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

/// A provider's groups with at least `least` entries that are there: kind, name, entries. A group of films and one of
/// episodes are apart.
pub async fn groups(
    db: &Db,
    provider: ProviderId,
    least: i64,
) -> Result<Vec<(EntryKind, String, i64)>, DbError> {
    let live: Vec<(String, i64)> = db
        .all(
            "select group_name, count(*) from channel_streams where provider_id = $1 and missing_since is null \
             group by group_name having count(*) >= $2",
            args![provider, least],
        )
        .await?;
    let vod: Vec<(String, bool, i64)> = db
        .all(
            "select group_name, movie_id is not null, count(*) from vod_versions where provider_id = $1 \
             and missing_since is null group by group_name, movie_id is not null having count(*) >= $2",
            args![provider, least],
        )
        .await?;
    let live = live
        .into_iter()
        .map(|(name, count)| (EntryKind::Live, name, count));
    let vod = vod.into_iter().map(|(name, is_movie, count)| {
        let kind = if is_movie {
            EntryKind::Movie
        } else {
            EntryKind::Episode
        };
        (kind, name, count)
    });
    Ok(live.chain(vod).collect())
}
