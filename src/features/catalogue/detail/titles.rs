use crate::db::{Db, DbError};
use crate::support::ids::{EpisodeId, MovieId, ProviderId, SeriesId, VersionId};

use super::store;

crate::record! {
    /// A film by itself.
    #[derive(Debug, Clone)]
    pub struct MovieDetail {
        pub id: MovieId,
        pub title: String,
        pub year: Option<i64>,
        pub genre: Option<String>,
        pub cover_url: Option<String>,
        pub version_count: i64,
    }
}

crate::record! {
    /// What a provider offers of a film.
    #[derive(Debug, Clone)]
    pub struct VersionDetail {
        pub id: VersionId,
        pub provider_id: ProviderId,
        pub provider_name: String,
        pub original_name: String,
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
    /// In order, each with its present episodes in order.
    pub seasons: Vec<SeasonDetail>,
}

/// A season of a series.
#[derive(Debug, Clone)]
pub struct SeasonDetail {
    pub season: i64,
    pub episodes: Vec<EpisodeDetail>,
}

crate::record! {
    /// An episode by itself.
    #[derive(Debug, Clone)]
    pub struct EpisodeDetail {
        pub id: EpisodeId,
        pub season: i64,
        pub episode: i64,
        pub title: Option<String>,
        pub version_count: i64,
    }
}

/// The film; `None` if there is none.
///
/// # Errors
/// Whatever the database says.
pub async fn movie(db: &Db, id: MovieId) -> Result<Option<MovieDetail>, DbError> {
    store::movie(db, id).await
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
    let mut seasons: Vec<SeasonDetail> = Vec::new();
    for episode in store::episodes(db, id).await? {
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
        seasons,
    }))
}
