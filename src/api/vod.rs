use actix_web::web::{self, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::catalogue::browse::{self, Lists, MovieLine, Place, SeriesLine, TitleFilter, TitleSort};
use crate::features::catalogue::detail::{self, EpisodeDetail, MovieDetail, SeasonDetail, SeriesDetail};
use crate::support::ids::{MovieId, SeriesId};
use crate::support::validation::Invalid;

use super::channels::parsed;
use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;

/// What a list of films or series is narrowed to and sorted by.
#[derive(Deserialize, IntoParams, Default)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct TitleQuery {
    /// Every word must occur in the title, case- and accent-blind.
    q: String,
    genre: Option<String>,
    year: Option<String>,
    /// title, year or added
    sort: Option<String>,
}

/// A film.
#[derive(Serialize, ToSchema)]
pub struct MovieJson {
    id: i64,
    title: String,
    year: Option<i64>,
    genre: Option<String>,
    rating: Option<f64>,
    cover_url: Option<String>,
    tmdb_id: Option<String>,
    imdb_id: Option<String>,
    version_count: i64,
}

/// A series in a list.
#[derive(Serialize, ToSchema)]
pub struct SeriesJson {
    id: i64,
    title: String,
    year: Option<i64>,
    genre: Option<String>,
    rating: Option<f64>,
    cover_url: Option<String>,
    tmdb_id: Option<String>,
    imdb_id: Option<String>,
    season_count: i64,
    episode_count: i64,
    /// Of one series by itself; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    seasons: Option<Vec<SeasonJson>>,
}

/// A season with its episodes, both in order.
#[derive(Serialize, ToSchema)]
pub struct SeasonJson {
    season: i64,
    episodes: Vec<EpisodeJson>,
}

/// An episode.
#[derive(Serialize, ToSchema)]
pub struct EpisodeJson {
    id: i64,
    episode: i64,
    title: Option<String>,
    air_date: Option<String>,
}

/// How much there is, in titles and episodes.
#[derive(Serialize, ToSchema)]
pub struct VodStats {
    total_movies: i64,
    total_series: i64,
    total_episodes: i64,
}

/// The films.
#[utoipa::path(get, path = "/api/vod/movies", tag = "catalogue", params(TitleQuery, WindowParams),
    responses((status = 200, body = List<MovieJson>), (status = 422, body = ApiError)))]
pub(super) async fn movies(
    _member: Member,
    query: web::Query<TitleQuery>,
    window: Window,
    lists: web::Data<Lists>,
) -> Result<Json<List<MovieJson>>, Problem> {
    let (filter, sort) = query.into_inner().read()?;
    let place = Place::Skip(window.0.skip);
    let page = lists
        .movies(&filter, sort, &place, i64::from(window.0.limit))
        .await?;
    Ok(envelope(page.listed(), window, MovieJson::from))
}

/// One film.
#[utoipa::path(get, path = "/api/vod/movies/{id}", tag = "catalogue", params(("id" = i64, Path)),
    responses((status = 200, body = MovieJson), (status = 404, body = ApiError)))]
pub(super) async fn movie(
    _member: Member,
    id: web::Path<i64>,
    ctx: web::Data<Ctx>,
) -> Result<Json<MovieJson>, Problem> {
    let movie = detail::movie(&ctx.db, MovieId(*id)).await?;
    Ok(Json(movie.ok_or_else(|| Problem::not_found("This film"))?.into()))
}

/// The series.
#[utoipa::path(get, path = "/api/vod/series", tag = "catalogue", params(TitleQuery, WindowParams),
    responses((status = 200, body = List<SeriesJson>), (status = 422, body = ApiError)))]
pub(super) async fn series_index(
    _member: Member,
    query: web::Query<TitleQuery>,
    window: Window,
    lists: web::Data<Lists>,
) -> Result<Json<List<SeriesJson>>, Problem> {
    let (filter, sort) = query.into_inner().read()?;
    let place = Place::Skip(window.0.skip);
    let page = lists
        .series(&filter, sort, &place, i64::from(window.0.limit))
        .await?;
    Ok(envelope(page.listed(), window, SeriesJson::from))
}

/// One series with its seasons and episodes.
#[utoipa::path(get, path = "/api/vod/series/{id}", tag = "catalogue", params(("id" = i64, Path)),
    responses((status = 200, body = SeriesJson), (status = 404, body = ApiError)))]
pub(super) async fn series(
    _member: Member,
    id: web::Path<i64>,
    ctx: web::Data<Ctx>,
) -> Result<Json<SeriesJson>, Problem> {
    let series = detail::series(&ctx.db, SeriesId(*id)).await?;
    Ok(Json(
        series.ok_or_else(|| Problem::not_found("This series"))?.into(),
    ))
}

/// How many films, series and episodes there are.
#[utoipa::path(get, path = "/api/vod/stats", tag = "catalogue", responses((status = 200, body = VodStats)))]
pub(super) async fn stats(_member: Member, ctx: web::Data<Ctx>) -> Result<Json<VodStats>, Problem> {
    let totals = browse::title_totals(&ctx.db).await?;
    Ok(Json(VodStats {
        total_movies: totals.movies,
        total_series: totals.series,
        total_episodes: totals.episodes,
    }))
}

impl TitleQuery {
    fn read(self) -> Result<(TitleFilter, TitleSort), Problem> {
        let mut invalid = Invalid::default();
        let mut wrong = |field: &str, message: &str| invalid.add(field, message);
        let year = parsed(self.year.as_deref(), || wrong("year", "Use a year such as 1999."));
        let sort = parsed(self.sort.as_deref(), || {
            wrong("sort", "Use title, year or added.")
        });
        if self.q.chars().count() > 200 {
            wrong("q", "Use at most 200 characters.");
        }
        invalid.into_result()?;
        let genre = self.genre.filter(|genre| !genre.is_empty());
        Ok((
            TitleFilter {
                q: self.q,
                genre,
                year,
            },
            sort.unwrap_or_default(),
        ))
    }
}

impl From<MovieLine> for MovieJson {
    fn from(line: MovieLine) -> Self {
        Self {
            id: line.id.0,
            title: line.title,
            year: line.year,
            genre: line.genre,
            rating: None,
            cover_url: line.cover_url,
            tmdb_id: None,
            imdb_id: None,
            version_count: line.version_count,
        }
    }
}

impl From<MovieDetail> for MovieJson {
    fn from(movie: MovieDetail) -> Self {
        Self {
            id: movie.id.0,
            title: movie.title,
            year: movie.year,
            genre: movie.genre,
            rating: None,
            cover_url: movie.cover_url,
            tmdb_id: None,
            imdb_id: None,
            version_count: movie.version_count,
        }
    }
}

impl From<SeriesLine> for SeriesJson {
    fn from(line: SeriesLine) -> Self {
        Self {
            id: line.id.0,
            title: line.title,
            year: line.year,
            genre: line.genre,
            rating: None,
            cover_url: line.cover_url,
            tmdb_id: None,
            imdb_id: None,
            season_count: line.season_count,
            episode_count: line.episode_count,
            seasons: None,
        }
    }
}

impl From<SeriesDetail> for SeriesJson {
    fn from(series: SeriesDetail) -> Self {
        Self {
            id: series.id.0,
            title: series.title,
            year: series.year,
            genre: series.genre,
            rating: None,
            cover_url: series.cover_url,
            tmdb_id: None,
            imdb_id: None,
            season_count: series.season_count,
            episode_count: series.episode_count,
            seasons: Some(series.seasons.into_iter().map(SeasonJson::from).collect()),
        }
    }
}

impl From<SeasonDetail> for SeasonJson {
    fn from(season: SeasonDetail) -> Self {
        let episodes = season.episodes.into_iter().map(EpisodeJson::from).collect();
        Self {
            season: season.season,
            episodes,
        }
    }
}

impl From<EpisodeDetail> for EpisodeJson {
    fn from(episode: EpisodeDetail) -> Self {
        Self {
            id: episode.id.0,
            episode: episode.episode,
            title: episode.title,
            air_date: None,
        }
    }
}
