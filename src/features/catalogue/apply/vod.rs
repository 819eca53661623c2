//! Films and series: what the providers list are versions of titles.

mod episodes;
mod moves;
mod movies;
mod renamed;

use std::collections::{BTreeSet, HashMap};

use crate::args;
use crate::db::{DbError, Tx, Value};
use crate::features::catalogue::entry::{Entry, EntryKind};
use crate::features::catalogue::names::name_key;
use crate::features::catalogue::quality;
use crate::features::catalogue::store::facts;
use crate::features::catalogue::store::state;
use crate::features::catalogue::store::vod::{self, VersionRow};
use crate::features::catalogue::vod::Told;
use crate::support::ids::ProviderId;

use super::member::tier_of;
use super::{Applied, ApplyError, Changes, Staged};

/// Entries that are held at a time.
const BATCH: usize = 2_048;

/// Titles whose counts are stale.
#[derive(Default)]
struct Stale {
    movies: BTreeSet<i64>,
    episodes: BTreeSet<i64>,
    /// Series with a new episode.
    series: BTreeSet<i64>,
    /// Films of whose rating a list told something.
    rated: BTreeSet<i64>,
    /// Films that lost or gained a version: another one may rate them.
    reranked: BTreeSet<i64>,
}

/// One staged entry on its way to its row.
struct Pending {
    staged: u32,
    bytes: Vec<u8>,
    row: Option<VersionRow>,
}

struct Shelf {
    movies: movies::Movies,
    episodes: episodes::Episodes,
    stale: Stale,
    moves: moves::Moves,
}

pub(super) async fn apply(
    tx: &mut Tx,
    provider: ProviderId,
    changes: &Changes,
    staged: &mut dyn Staged,
    next: &mut state::Next,
    applied: &mut Applied,
) -> Result<(), ApplyError> {
    let mut shelf = Shelf {
        movies: movies::Movies::default(),
        episodes: episodes::Episodes::default(),
        stale: Stale::default(),
        moves: moves::Moves::default(),
    };
    set_missing(tx, changes, &mut shelf.stale).await?;
    let added = changes.added.iter().map(|number| (*number, None));
    let updated = changes.updated.iter().map(|(number, id)| (*number, Some(*id)));
    let is_vod = |number: u32| staged.kind(number) != EntryKind::Live;
    let work: Vec<(u32, Option<i64>)> = added
        .chain(updated)
        .filter(|(number, _)| is_vod(*number))
        .collect();
    for batch in work.chunks(BATCH) {
        let pending = read(tx, batch, staged).await?;
        write(
            tx,
            provider,
            changes.now_ms,
            &pending,
            staged,
            next,
            &mut shelf,
            applied,
        )
        .await?;
    }
    count(tx, shelf.stale).await?;
    applied.titles.extend(shelf.moves.settle(tx).await?);
    Ok(())
}

async fn set_missing(tx: &mut Tx, changes: &Changes, stale: &mut Stale) -> Result<(), DbError> {
    for (list, since) in [
        (&changes.removed, Some(changes.now_ms)),
        (&changes.returned, None),
    ] {
        let ids: Vec<i64> = list
            .iter()
            .filter(|(kind, _)| *kind != EntryKind::Live)
            .map(|(_, id)| *id)
            .collect();
        for row in vod::versions(tx, ids.iter().copied()).await? {
            stale.movies.extend(row.movie_id);
            stale.reranked.extend(row.movie_id);
            stale.episodes.extend(row.episode_id);
        }
        vod::set_missing(tx, ids.iter().flat_map(|id| args![*id, since]).collect()).await?;
    }
    Ok(())
}

async fn read(
    tx: &mut Tx,
    batch: &[(u32, Option<i64>)],
    staged: &mut dyn Staged,
) -> Result<Vec<Pending>, ApplyError> {
    let rows = vod::versions(tx, batch.iter().filter_map(|(_, id)| *id)).await?;
    let mut rows: HashMap<i64, VersionRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    batch
        .iter()
        .map(|(number, id)| {
            let mut bytes = Vec::new();
            staged.read(*number, &mut bytes)?;
            let row = id.and_then(|id| rows.remove(&id));
            Ok(Pending {
                staged: *number,
                bytes,
                row,
            })
        })
        .collect()
}

#[expect(clippy::too_many_arguments, reason = "the parts of one transaction")]
async fn write(
    tx: &mut Tx,
    provider: ProviderId,
    now_ms: i64,
    pending: &[Pending],
    staged: &dyn Staged,
    next: &mut state::Next,
    shelf: &mut Shelf,
    applied: &mut Applied,
) -> Result<(), ApplyError> {
    let entries = pending
        .iter()
        .map(|pending| Entry::decode(&pending.bytes))
        .collect::<Result<Vec<_>, _>>()?;
    let rows: Vec<Option<&VersionRow>> = pending.iter().map(|pending| pending.row.as_ref()).collect();
    for gone in renamed::movies(tx, &entries, &rows).await? {
        shelf.movies.forget(&gone);
    }
    for gone in renamed::series(tx, &entries, &rows).await? {
        shelf.episodes.forget(&gone);
    }
    let movies = shelf
        .movies
        .place(tx, &entries, now_ms, next, &mut shelf.stale)
        .await?;
    let episodes = shelf
        .episodes
        .place(tx, &entries, now_ms, next, &mut shelf.stale)
        .await?;
    let mut rows: Vec<Value> = Vec::with_capacity(entries.len() * vod::VERSION_WIDTH);
    let mut covers = Vec::new();
    for (at, (entry, pending)) in entries.iter().zip(pending).enumerate() {
        let (movie, episode) = (movies[at], episodes[at]);
        let id = match &pending.row {
            Some(row) => {
                shelf.moves.note(row, movie, episode);
                shelf.stale.movies.extend(row.movie_id.into_iter().chain(movie));
                shelf
                    .stale
                    .episodes
                    .extend(row.episode_id.into_iter().chain(episode));
                if movie.is_some() && row.logo_url.as_deref() != entry.logo_url {
                    covers.extend(args![movie, entry.logo_url, row.logo_url.clone()]);
                }
                row.id
            }
            None => {
                let id = state::take(&mut next.version);
                applied.ids.push((pending.staged, id));
                id
            }
        };
        if let Some(before) = pending.row.as_ref().and_then(|row| row.movie_id)
            && movie != Some(before)
        {
            shelf.stale.reranked.extend([before].into_iter().chain(movie));
        }
        let told = Told::read(entry.metadata);
        if told != Told::default() {
            let before = pending.row.as_ref().and_then(|row| row.movie_id);
            shelf.stale.rated.extend(before.into_iter().chain(movie));
        }
        let (keys, tier) = (staged.keys(pending.staged), tier_of(entry));
        rows.extend(args![
            id,
            provider,
            movie,
            episode,
            keys.identity,
            keys.url,
            keys.tvg,
            keys.digest,
            quality::score(tier, None),
            tier.map(|tier| tier.name()),
            entry.name,
            entry.group,
            entry.tvg_id,
            entry.logo_url,
            entry.url_template,
            entry.format,
            entry.headers,
            told.rating,
            told.tmdb_id,
            told.added,
            now_ms,
            entry.listed_name,
        ]);
    }
    vod::write_versions(tx, rows).await?;
    vod::recover(tx, covers).await?;
    Ok(())
}

async fn count(tx: &mut Tx, mut stale: Stale) -> Result<(), DbError> {
    let of = |set: &BTreeSet<i64>| set.iter().copied().collect::<Vec<_>>();
    let (movies, episodes) = (of(&stale.movies), of(&stale.episodes));
    stale
        .series
        .extend(vod::series_of(tx, episodes.iter().copied()).await?);
    vod::count_movies(tx, &movies).await?;
    // A new film has the rating that it came with.
    let rated = stale.rated.iter().filter(|id| stale.movies.contains(id));
    facts::rate_movies(tx, rated.copied()).await?;
    let reranked = stale.reranked.iter().filter(|id| !stale.rated.contains(id));
    let misrated = facts::misrated_movies(tx, reranked.copied()).await?;
    facts::rate_movies(tx, misrated.into_iter()).await?;
    vod::count_episodes(tx, &episodes).await?;
    vod::count_series(tx, &of(&stale.series)).await
}

/// What a group title says of the genre: `VOD | Action` is Action, `Movies` says nothing.
pub(super) fn genre(group: &str) -> Option<&str> {
    const NO_GENRE: [&str; 12] = [
        "vod",
        "movie",
        "movies",
        "film",
        "films",
        "series",
        "tv series",
        "tv shows",
        "shows",
        "box sets",
        "cinema",
        "uncategorized",
    ];
    let last = group
        .rsplit(['|', '┃', '▎', '»', '◉', ':'])
        .map(str::trim)
        .find(|part| !part.is_empty())?;
    let key = name_key(last);
    (!NO_GENRE.contains(&key.as_str())).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::genre;

    #[test]
    fn a_group_names_a_genre_only_where_it_says_more_than_film() {
        assert_eq!(genre("VOD | Action"), Some("Action"));
        assert_eq!(genre("Science fiction"), Some("Science fiction"));
        assert_eq!(genre("EN: Movies"), None);
        assert_eq!(genre("SERIES"), None);
        assert_eq!(genre(" | "), None);
        assert_eq!(genre(""), None);
    }
}
