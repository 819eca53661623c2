use crate::db::{Db, DbError};
use crate::support::ids::{MovieId, SeriesId};

use super::store::{self, Listing};
use super::{Cursor, Page, Place, Placed};

/// What a list of films or series is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TitleFilter {
    /// Every word of it occurs in the title.
    pub q: String,
    pub genre: Option<String>,
    pub year: Option<i64>,
}

/// What a list of films or series is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TitleSort {
    /// How well the title fits the search; by title where nothing is searched.
    #[default]
    Fit,
    Title,
    /// The newest first.
    Year,
    /// The latest arrival first.
    Added,
    /// The best rated first.
    Rating,
}

impl std::str::FromStr for TitleSort {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "title" | "name" => Self::Title,
            "year" => Self::Year,
            "added" => Self::Added,
            "rating" => Self::Rating,
            _ => return Err(()),
        })
    }
}

crate::record! {
    /// A film in a list.
    #[derive(Debug, Clone)]
    pub struct MovieLine {
        pub id: MovieId,
        pub title: String,
        pub year: Option<i64>,
        pub genre: Option<String>,
        /// Tenths: 1 to 100.
        pub rating: Option<i64>,
        pub cover_url: Option<String>,
        pub version_count: i64,
        pub sort_key: String,
        pub lead: i64,
    }
}

crate::record! {
    /// A series in a list.
    #[derive(Debug, Clone)]
    pub struct SeriesLine {
        pub id: SeriesId,
        pub title: String,
        pub year: Option<i64>,
        pub genre: Option<String>,
        /// Tenths: 1 to 100.
        pub rating: Option<i64>,
        pub cover_url: Option<String>,
        pub season_count: i64,
        pub episode_count: i64,
        pub sort_key: String,
        pub lead: i64,
    }
}

impl Placed for MovieLine {
    fn cursor(&self) -> Cursor {
        Cursor {
            lead: self.lead,
            sort_key: self.sort_key.clone(),
            id: self.id.0,
        }
    }

    fn lead_with(&mut self, lead: i64) {
        self.lead = lead;
    }
}

impl Placed for SeriesLine {
    fn cursor(&self) -> Cursor {
        Cursor {
            lead: self.lead,
            sort_key: self.sort_key.clone(),
            id: self.id.0,
        }
    }

    fn lead_with(&mut self, lead: i64) {
        self.lead = lead;
    }
}

/// A page of the films that have a version.
///
/// # Errors
/// Whatever the database says.
pub async fn movies(
    db: &Db,
    filter: &TitleFilter,
    sort: TitleSort,
    place: &Place,
    limit: i64,
) -> Result<Page<MovieLine>, DbError> {
    store::page(db, &Listing::of_movies(filter, sort), place, limit).await
}

/// A page of the series that have an episode.
///
/// # Errors
/// Whatever the database says.
pub async fn series(
    db: &Db,
    filter: &TitleFilter,
    sort: TitleSort,
    place: &Place,
    limit: i64,
) -> Result<Page<SeriesLine>, DbError> {
    store::page(db, &Listing::of_series(filter, sort), place, limit).await
}

/// How many films, series and episodes can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TitleTotals {
    pub movies: i64,
    pub series: i64,
    pub episodes: i64,
}

/// Counts titles, not versions.
///
/// # Errors
/// Whatever the database says.
pub async fn title_totals(db: &Db) -> Result<TitleTotals, DbError> {
    let (movies, series, episodes) = store::title_totals(db).await?;
    Ok(TitleTotals {
        movies,
        series,
        episodes,
    })
}

/// The genres of films and series in use, in natural order.
///
/// # Errors
/// Whatever the database says.
pub async fn genres(db: &Db) -> Result<Vec<String>, DbError> {
    store::genres(db).await
}
