use actix_web::web::{self, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::catalogue::browse::{Lists, MovieLine, Place, SeriesLine, TitleFilter, TitleSort};
use crate::features::catalogue::detail::{self, EpisodeDetail, MovieDetail, SeasonDetail, SeriesDetail};
use crate::features::catalogue::store::facts;
use crate::features::providers::Facts;
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
    /// title, year, added or rating
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
    /// Of one film by itself; absent in lists.
    #[serde(flatten)]
    facts: Option<FactsJson>,
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
    #[serde(flatten)]
    facts: Option<FactsJson>,
    /// Of one series by itself; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    seasons: Option<Vec<SeasonJson>>,
}

/// What its providers tell of a film or a series.
#[derive(Serialize, ToSchema)]
pub struct FactsJson {
    plot: Option<String>,
    cast: Vec<String>,
    director: Vec<String>,
    /// As its providers tell; `genre` is what lists are narrowed by.
    genres: Vec<String>,
    runtime_minutes: Option<i64>,
    release_date: Option<String>,
    backdrop_url: Option<String>,
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
    plot: Option<String>,
    runtime_minutes: Option<i64>,
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
    ctx: web::Data<Ctx>,
    lists: web::Data<Lists>,
) -> Result<Json<List<MovieJson>>, Problem> {
    let (filter, sort) = query.into_inner().read()?;
    let place = Place::Skip(window.0.skip);
    let page = lists
        .movies(&filter, sort, &place, i64::from(window.0.limit))
        .await?;
    let mut known = facts::of_movies(&ctx.db, page.items.iter().map(|line| line.id)).await?;
    let shown = |line: MovieLine| {
        let facts = known.remove(&line.id).unwrap_or_default();
        MovieJson::listed(line, facts)
    };
    Ok(envelope(page.listed(), window, shown))
}

/// One film.
#[utoipa::path(get, path = "/api/vod/movies/{id}", tag = "catalogue", params(("id" = i64, Path)),
    responses((status = 200, body = MovieJson), (status = 404, body = ApiError)))]
pub(super) async fn movie(
    _member: Member,
    id: web::Path<i64>,
    ctx: web::Data<Ctx>,
) -> Result<Json<MovieJson>, Problem> {
    let movie = detail::movie(&ctx.db, MovieId(*id), ctx.clock.now_ms()).await?;
    Ok(Json(movie.ok_or_else(|| Problem::not_found("This film"))?.into()))
}

/// The series.
#[utoipa::path(get, path = "/api/vod/series", tag = "catalogue", params(TitleQuery, WindowParams),
    responses((status = 200, body = List<SeriesJson>), (status = 422, body = ApiError)))]
pub(super) async fn series_index(
    _member: Member,
    query: web::Query<TitleQuery>,
    window: Window,
    ctx: web::Data<Ctx>,
    lists: web::Data<Lists>,
) -> Result<Json<List<SeriesJson>>, Problem> {
    let (filter, sort) = query.into_inner().read()?;
    let place = Place::Skip(window.0.skip);
    let page = lists
        .series(&filter, sort, &place, i64::from(window.0.limit))
        .await?;
    let mut known = facts::of_many_series(&ctx.db, page.items.iter().map(|line| line.id)).await?;
    let shown = |line: SeriesLine| {
        let facts = known.remove(&line.id).unwrap_or_default();
        SeriesJson::listed(line, facts)
    };
    Ok(envelope(page.listed(), window, shown))
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
pub(super) async fn stats(_member: Member, lists: web::Data<Lists>) -> Result<Json<VodStats>, Problem> {
    let totals = lists.totals().await?.titles;
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
            wrong("sort", "Use title, year, added or rating.")
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

impl MovieJson {
    fn listed(line: MovieLine, facts: Facts) -> Self {
        Self {
            id: line.id.0,
            title: line.title,
            year: line.year,
            genre: line.genre,
            rating: of_ten(line.rating),
            cover_url: line.cover_url,
            tmdb_id: facts.tmdb_id,
            imdb_id: facts.imdb_id,
            version_count: line.version_count,
            facts: None,
        }
    }
}

impl From<MovieDetail> for MovieJson {
    fn from(movie: MovieDetail) -> Self {
        let facts = movie.facts;
        Self {
            id: movie.id.0,
            title: movie.title,
            year: movie.year,
            genre: movie.genre,
            rating: of_ten(facts.rating),
            cover_url: movie.cover_url,
            tmdb_id: facts.tmdb_id.clone(),
            imdb_id: facts.imdb_id.clone(),
            version_count: movie.version_count,
            facts: Some(facts.into()),
        }
    }
}

impl SeriesJson {
    fn listed(line: SeriesLine, facts: Facts) -> Self {
        Self {
            id: line.id.0,
            title: line.title,
            year: line.year,
            genre: line.genre,
            rating: of_ten(line.rating),
            cover_url: line.cover_url,
            tmdb_id: facts.tmdb_id,
            imdb_id: facts.imdb_id,
            season_count: line.season_count,
            episode_count: line.episode_count,
            facts: None,
            seasons: None,
        }
    }
}

impl From<SeriesDetail> for SeriesJson {
    fn from(series: SeriesDetail) -> Self {
        let facts = series.facts;
        Self {
            id: series.id.0,
            title: series.title,
            year: series.year,
            genre: series.genre,
            rating: of_ten(facts.rating),
            cover_url: series.cover_url,
            tmdb_id: facts.tmdb_id.clone(),
            imdb_id: facts.imdb_id.clone(),
            season_count: series.season_count,
            episode_count: series.episode_count,
            facts: Some(facts.into()),
            seasons: Some(series.seasons.into_iter().map(SeasonJson::from).collect()),
        }
    }
}

impl From<Facts> for FactsJson {
    fn from(facts: Facts) -> Self {
        Self {
            plot: facts.plot,
            cast: facts.cast,
            director: facts.directors,
            genres: facts.genres,
            runtime_minutes: facts.runtime_minutes,
            release_date: facts.released,
            backdrop_url: facts.backdrop_url,
        }
    }
}

/// 0.1 to 10, of the stored tenths.
fn of_ten(tenths: Option<i64>) -> Option<f64> {
    tenths.map(|tenths| tenths as f64 / 10.0)
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
            air_date: episode.facts.released,
            plot: episode.facts.plot,
            runtime_minutes: episode.facts.runtime_minutes,
        }
    }
}
