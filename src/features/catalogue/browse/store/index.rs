use std::collections::HashMap;

use crate::args;
use crate::db::{Db, DbError, FromRow, Row, Value};
use crate::features::catalogue::browse::Placed;
use crate::features::catalogue::browse::index::{ENABLED, Facts, HAS_GUIDE, HAS_YEAR, Index};

/// What has lists.
#[derive(Debug, Clone, Copy)]
pub enum Table {
    Channels,
    Movies,
    Series,
}

/// The state of the catalogue: another one after every change that shows.
pub async fn version(db: &Db) -> Result<i64, DbError> {
    let (version,) = db
        .one("select version from catalogue_state where id = 1", args![])
        .await?;
    Ok(version)
}

/// Reads what a whole list is searched and sorted by; None if that is too much for an index.
pub async fn index(db: &Db, table: Table) -> Result<Option<Index>, DbError> {
    let sql = match table {
        Table::Channels => {
            "/* scan: the index holds them all */ select id, name_key, category, lineup_number, stream_count, \
             active_stream_count, enabled, epg_id is not null from channels where listed order by sort_key, id"
        }
        Table::Movies => {
            "/* scan: the index holds them all */ select id, name_key, genre, coalesce(year, 0), created_at, year is not null, \
             coalesce(rating, 0) from vod_movies where version_count > 0 order by sort_key, id"
        }
        Table::Series => {
            "/* scan: the index holds them all */ select id, name_key, genre, coalesce(year, 0), created_at, year is not null, \
             coalesce(rating, 0) from vod_series where episode_count > 0 order by sort_key, id"
        }
    };
    let mut index = Index::default();
    let mut fits = true;
    db.each(sql, args![], |row| {
        let facts = match table {
            Table::Channels => channel(row)?,
            Table::Movies | Table::Series => title(row)?,
        };
        let group: Option<String> = row.get(2)?;
        fits = fits && row.with_text(1, |name| index.push(name, group.as_deref(), facts))?;
        Ok(())
    })
    .await?;
    index.close();
    if matches!(table, Table::Channels) && fits {
        let positions = index.positions();
        offers(db, &mut index, &positions).await?;
        tags(db, &mut index, &positions).await?;
    }
    Ok(Some(index).filter(|_| fits))
}

async fn offers(db: &Db, index: &mut Index, positions: &HashMap<i64, usize>) -> Result<(), DbError> {
    let sql = "/* scan: the index holds them all */ select provider_id, channel_id from channel_streams \
               where missing_since is null";
    db.each(sql, args![], |row| {
        // Channels that are in no list have streams, too.
        if let Some(at) = positions.get(&row.get(1)?) {
            index.offer(row.get(0)?, *at);
        }
        Ok(())
    })
    .await
}

async fn tags(db: &Db, index: &mut Index, positions: &HashMap<i64, usize>) -> Result<(), DbError> {
    let sql = "/* scan: the index holds them all */ select tag_key, channel_id from channel_tags";
    db.each(sql, args![], |row| {
        if let Some(at) = positions.get(&row.get(1)?) {
            row.with_text(0, |tag| index.tag(tag, *at))?;
        }
        Ok(())
    })
    .await
}

fn channel(row: &Row<'_>) -> Result<Facts, DbError> {
    let mark = |column, mark| row.get(column).map(|is_set| if is_set { mark } else { 0 });
    Ok(Facts {
        id: row.get(0)?,
        numbers: [row.get(3)?, row.get(4)?, row.get(5)?],
        marks: mark(6, ENABLED)? | mark(7, HAS_GUIDE)?,
    })
}

fn title(row: &Row<'_>) -> Result<Facts, DbError> {
    Ok(Facts {
        id: row.get(0)?,
        numbers: [row.get(3)?, row.get(4)?, row.get(6)?],
        marks: if row.get(5)? { HAS_YEAR } else { 0 },
    })
}

/// The rows of these ids with their leads, in the same order; those that are gone are left out.
pub async fn rows<T: FromRow + Placed>(
    db: &Db,
    table: Table,
    entries: &[(i64, i64)],
) -> Result<Vec<T>, DbError> {
    let sql = match table {
        Table::Channels => {
            "select id, name, category, country, logo_url, epg_id, enabled, lineup_number, stream_count, \
             active_stream_count, best_resolution, sort_key, cast(0 as bigint) from channels where id in"
        }
        Table::Movies => {
            "select id, title, year, genre, rating, cover_url, version_count, sort_key, cast(0 as bigint) \
             from vod_movies where id in"
        }
        Table::Series => {
            "select id, title, year, genre, rating, cover_url, season_count, episode_count, sort_key, cast(0 as bigint) \
             from vod_series where id in"
        }
    };
    let mut found: HashMap<i64, T> = HashMap::with_capacity(entries.len());
    let ids = entries.iter().map(|(id, _)| Value::from(*id));
    db.each_in(sql, ids, "", |row| {
        found.insert(row.get(0)?, T::from_row(row)?);
        Ok(())
    })
    .await?;
    let rows = entries.iter().filter_map(|(id, lead)| {
        let mut row = found.remove(id)?;
        row.lead_with(*lead);
        Some(row)
    });
    Ok(rows.collect())
}
