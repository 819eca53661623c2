//! Titles that their providers call otherwise now. Where nothing has the new title yet and no version stays behind, the
//! film or series goes on under it: its number, links, favourites and plays stay. All others lose their versions to the
//! title that has the name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::args;
use crate::db::{DbError, Tx, Value};
use crate::features::catalogue::entry::{Content, Entry};
use crate::features::catalogue::names::{name_key, sort_key};
use crate::features::catalogue::store::titles::{self, TitleRow};
use crate::features::catalogue::store::vod::{self, VersionRow};

use super::movies::Title;

/// What its versions call a title now, one way of writing each, and how many do that were listed until now.
#[derive(Default)]
struct Called {
    names: BTreeMap<Title, String>,
    versions: i64,
}

/// Renames films; the answer is the titles that they had.
pub(super) async fn movies(
    tx: &mut Tx,
    entries: &[Entry<'_>],
    rows: &[Option<&VersionRow>],
) -> Result<Vec<Title>, DbError> {
    let mut called: BTreeMap<i64, Called> = BTreeMap::new();
    for (entry, row) in entries.iter().zip(rows) {
        if let (Content::Movie { title, year }, Some(row)) = (entry.content, row)
            && let Some(id) = row.movie_id
        {
            note(&mut called, id, row, title, year);
        }
    }
    if called.is_empty() {
        return Ok(Vec::new());
    }
    let stored = titles::movies(tx, called.keys().copied()).await?;
    let wanted = renamed(called, stored);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let present = titles::movie_versions(tx, wanted.keys().copied()).await?;
    let names = wanted.values().map(|one| one.title.0.clone());
    let taken = vod::movies_titled(tx, names.collect::<BTreeSet<_>>().into_iter()).await?;
    let (rows, gone) = settled(wanted, &present, taken);
    titles::rename_movies(tx, rows).await?;
    Ok(gone)
}

/// Renames series; the answer is the titles that they had.
pub(super) async fn series(
    tx: &mut Tx,
    entries: &[Entry<'_>],
    rows: &[Option<&VersionRow>],
) -> Result<Vec<Title>, DbError> {
    let episodes = rows.iter().filter_map(|row| row.and_then(|row| row.episode_id));
    let episodes: Vec<i64> = episodes.collect();
    if episodes.is_empty() {
        return Ok(Vec::new());
    }
    let series_of = titles::series_of(tx, episodes.into_iter()).await?;
    let mut called: BTreeMap<i64, Called> = BTreeMap::new();
    for (entry, row) in entries.iter().zip(rows) {
        if let (Content::Episode { series, year, .. }, Some(row)) = (entry.content, row)
            && let Some(id) = row.episode_id.and_then(|id| series_of.get(&id))
        {
            note(&mut called, *id, row, series, year);
        }
    }
    let stored = titles::series(tx, called.keys().copied()).await?;
    let wanted = renamed(called, stored);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let present = titles::series_versions(tx, wanted.keys().copied()).await?;
    let names = wanted.values().map(|one| one.title.0.clone());
    let taken = vod::series_titled(tx, names.collect::<BTreeSet<_>>().into_iter()).await?;
    let (rows, gone) = settled(wanted, &present, taken);
    titles::rename_series(tx, rows).await?;
    Ok(gone)
}

fn note(called: &mut BTreeMap<i64, Called>, id: i64, row: &VersionRow, title: &str, year: Option<i64>) {
    let one = called.entry(id).or_default();
    one.versions += i64::from(!row.is_missing);
    one.names
        .entry((name_key(title), year))
        .or_insert_with(|| title.to_owned());
}

/// A title that all of its versions here call otherwise.
struct Renamed {
    title: Title,
    name: String,
    before: Title,
    versions: i64,
}

fn renamed(mut called: BTreeMap<i64, Called>, stored: Vec<TitleRow>) -> BTreeMap<i64, Renamed> {
    let rename = |row: TitleRow| {
        let Called { names, versions } = called.remove(&row.id)?;
        let before = (row.normalized_title, row.year);
        let is_one = names.len() == 1;
        let (title, name) = names.into_iter().next().filter(|_| is_one)?;
        let renamed = Renamed {
            title,
            name,
            before,
            versions,
        };
        (renamed.title != renamed.before).then_some((row.id, renamed))
    };
    stored.into_iter().filter_map(rename).collect()
}

/// The rows of those that go on under their new title, and the titles they had.
fn settled(
    wanted: BTreeMap<i64, Renamed>,
    present: &HashMap<i64, i64>,
    taken: Vec<vod::Titled>,
) -> (Vec<Value>, Vec<Title>) {
    let mut taken: BTreeSet<Title> = taken.into_iter().map(|(_, title, year)| (title, year)).collect();
    let (mut rows, mut gone) = (Vec::new(), Vec::new());
    for (id, one) in wanted {
        let stays = present.get(&id).is_some_and(|present| *present > one.versions);
        if stays || !taken.insert(one.title.clone()) {
            continue;
        }
        let (key, year) = one.title;
        let sort = sort_key(&key);
        rows.extend(args![id, one.name, key, sort, year]);
        gone.push(one.before);
    }
    (rows, gone)
}
