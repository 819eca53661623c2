use crate::db::{Db, DbError};
use crate::features::catalogue::store::facts;
use crate::features::providers::Facts;
use crate::support::ids::{EpisodeId, MovieId, ProviderId, SeriesId, VersionId};

use super::store;

/// A film by itself.
#[derive(Debug, Clone)]
pub struct MovieDetail {
    pub id: MovieId,
    pub title: String,
    pub year: Option<i64>,
    pub genre: Option<String>,
    pub cover_url: Option<String>,
    pub version_count: i64,
    pub facts: Facts,
    /// A panel was not asked about it so far.
    pub is_unasked: bool,
}

crate::record! {
    /// What a provider offers of a film.
    #[derive(Debug, Clone)]
    pub struct VersionDetail {
        pub id: VersionId,
        pub provider_id: ProviderId,
        pub provider_name: String,
        pub provider_priority: i64,
        pub original_name: String,
        /// What its provider lists, where rules name it otherwise.
        pub listed_name: Option<String>,
        pub group_name: String,
        pub format: String,
        pub resolution: Option<String>,
        pub quality_score: Option<i64>,
    }
}

/// A series with its seasons.
#[derive(Debug, Clone)]
pub struct SeriesDetail {
    pub id: SeriesId,
    pub title: String,
    pub year: Option<i64>,
    pub genre: Option<String>,
    pub cover_url: Option<String>,
    pub season_count: i64,
    pub episode_count: i64,
    pub facts: Facts,
    /// In order, each with its present episodes in order.
    pub seasons: Vec<SeasonDetail>,
}

/// A season of a series.
#[derive(Debug, Clone)]
pub struct SeasonDetail {
    pub season: i64,
    pub episodes: Vec<EpisodeDetail>,
}

/// An episode by itself.
#[derive(Debug, Clone)]
pub struct EpisodeDetail {
    pub id: EpisodeId,
    pub season: i64,
    pub episode: i64,
    pub title: Option<String>,
    pub version_count: i64,
    pub facts: Facts,
}

/// The film; `None` if there is none.
///
/// # Errors
/// Whatever the database says.
pub async fn movie(db: &Db, id: MovieId, now_ms: i64) -> Result<Option<MovieDetail>, DbError> {
    let Some(row) = store::movie(db, id).await? else {
        return Ok(None);
    };
    let (facts, is_unasked) = facts::of_movie(db, id, now_ms).await?;
    Ok(Some(MovieDetail {
        id: row.id,
        title: row.title,
        year: row.year,
        genre: row.genre,
        cover_url: row.cover_url,
        version_count: row.version_count,
        facts,
        is_unasked,
    }))
}

/// The film's present versions, the best picture first.
///
/// # Errors
/// Whatever the database says.
pub async fn versions(db: &Db, id: MovieId) -> Result<Vec<VersionDetail>, DbError> {
    store::movie_versions(db, id).await
}

/// The series with its episodes; `None` if there is none.
///
/// # Errors
/// Whatever the database says.
pub async fn series(db: &Db, id: SeriesId) -> Result<Option<SeriesDetail>, DbError> {
    let Some(row) = store::series(db, id).await? else {
        return Ok(None);
    };
    let (known, mut of_episodes, rows) = futures_util::try_join!(
        facts::of_series(db, id),
        facts::of_episodes(db, id),
        store::episodes(db, id),
    )?;
    let mut seasons: Vec<SeasonDetail> = Vec::new();
    for row in rows {
        let episode = EpisodeDetail {
            facts: of_episodes.remove(&row.id).unwrap_or_default(),
            id: row.id,
            season: row.season,
            episode: row.episode,
            title: row.title,
            version_count: row.version_count,
        };
        match seasons
            .last_mut()
            .filter(|season| season.season == episode.season)
        {
            Some(season) => season.episodes.push(episode),
            None => seasons.push(SeasonDetail {
                season: episode.season,
                episodes: vec![episode],
            }),
        }
    }
    Ok(Some(SeriesDetail {
        id: row.id,
        title: row.title,
        year: row.year,
        genre: row.genre,
        cover_url: row.cover_url,
        season_count: row.season_count,
        episode_count: row.episode_count,
        facts: known,
        seasons,
    }))
}
