use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::facts::{About, day, minutes};
use super::picture::Picture;
use super::star::{Look, star};
use super::{SERIES, listing};
use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::catalogue::content::Content;
use crate::features::catalogue::detail::{self, EpisodeDetail, SeasonDetail, SeriesDetail};
use crate::features::catalogue::favourites;
use crate::support::ids::SeriesId;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, Paging, format};
use crate::web::ui;

/// Episodes of a page: daily shows have hundreds in a season.
const EPISODES: usize = 100;

#[derive(Template)]
#[template(path = "catalogue/series.html", blocks = ["episodes"])]
struct SeriesShow {
    page: Page,
    series: SeriesDetail,
    about: About,
    star: ui::Button,
    tabs: ui::Tabs,
    season: Option<i64>,
    rows: Vec<EpisodeDetail>,
    paging: Paging,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Part {
    season: String,
    after: String,
}

/// GET /series/{id}: one season at a time, the first unless one is asked for.
pub(super) async fn show(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    id: Path<SeriesId>,
    part: Query<Part>,
) -> Answer {
    let id = id.into_inner();
    let (wanted, after) = part.read()?;
    let mut series = detail::series(&ctx.db, id)
        .await?
        .ok_or_else(|| Problem::not_found("This series").with_recovery("See all series", SERIES))?;
    let content = Content::Series(id);
    let is_marked = favourites::find_id(&ctx.db, member.user.id, content)
        .await?
        .is_some();
    let path = format!("{SERIES}/{id}");
    let seasons = std::mem::take(&mut series.seasons);
    let season = match wanted {
        Some(season) if seasons.iter().any(|known| known.season == season) => Some(season),
        Some(_) => return Err(Problem::not_found("This season").with_recovery("See the first season", path)),
        None => first(&seasons),
    };
    let tabs = tabs(&path, &seasons, season);
    let shown = seasons.into_iter().find(|known| Some(known.season) == season);
    let (rows, next) = listing::cut(
        shown.map_or_else(Vec::new, |shown| shown.episodes),
        after,
        EPISODES,
    );
    let number = season.map_or_else(String::new, |season| season.to_string());
    let began = (after > 0).then(|| after.to_string());
    let query = [("season", number.as_str())];
    let view = SeriesShow {
        page: Page::new(&req, series.title.clone()).under("Series", SERIES),
        star: star(content, is_marked, Look::Words),
        paging: Paging::new(&path, &query, began.as_deref(), next.as_deref()).target("episodes"),
        about: About::of(&series.facts, series.genre.as_deref(), series.year),
        series,
        tabs,
        season,
        rows,
    };
    respond::page_or(&req, &view, &view.as_episodes())
}

impl Part {
    fn read(&self) -> Result<(Option<i64>, usize), Problem> {
        let mut invalid = Invalid::default();
        let season = listing::parsed(&self.season, || {
            invalid.add("season", "Use the number of a season.")
        });
        let after = listing::parsed(&self.after, || {
            invalid.add("after", "This is no place in the list.")
        });
        listing::refuse(invalid)?;
        Ok((season, after.unwrap_or(0)))
    }
}

/// Season 0 holds specials: it is the first only where there is no other.
fn first(seasons: &[SeasonDetail]) -> Option<i64> {
    let regular = seasons.iter().find(|season| season.season > 0);
    regular.or(seasons.first()).map(|season| season.season)
}

fn tabs(path: &str, seasons: &[SeasonDetail], current: Option<i64>) -> ui::Tabs {
    let place = |season: i64| format!("{path}?season={season}");
    let tabs = ui::Tabs::new("Seasons", current.map_or_else(String::new, place));
    seasons.iter().fold(tabs, |tabs, season| {
        let count = i64::try_from(season.episodes.len()).unwrap_or(i64::MAX);
        tabs.counted(&name(season.season), place(season.season), count)
    })
}

fn name(season: i64) -> String {
    match season {
        0 => "Specials".to_owned(),
        season => format!("Season {season}"),
    }
}

impl SeriesShow {
    fn picture(&self) -> Picture {
        let series = &self.series;
        Picture::large(
            Content::Series(series.id),
            &series.title,
            series.cover_url.as_deref(),
        )
    }

    fn backdrop(&self) -> Option<Picture> {
        let (series, url) = (&self.series, self.series.facts.backdrop_url.as_deref());
        Picture::backdrop(Content::Series(series.id), &series.title, url)
    }

    fn heading(&self) -> String {
        self.season.map_or_else(|| "Episodes".to_owned(), name)
    }
}

/// The episode's title, or its number where it has none.
fn title(episode: &EpisodeDetail) -> String {
    match episode.title.as_deref() {
        Some(title) if !title.is_empty() => title.to_owned(),
        _ => format!("Episode {}", episode.episode),
    }
}
