use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use super::listing::{self, ROWS, parsed};
use super::picture::Picture;
use super::star::{Look, star};
use super::{MOVIES, SERIES, path_of};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::edge::{Member, Problem};
use crate::features::catalogue::browse::{
    self, Lists, MovieLine, Page as Found, Place, SeriesLine, TitleFilter, TitleSort,
};
use crate::features::catalogue::content::Content;
use crate::features::catalogue::favourites;
use crate::features::providers;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Htmx, Page, Paging, format};
use crate::web::ui;

/// What the lists of films and of series say differently.
struct Words {
    path: &'static str,
    title: &'static str,
    lead: &'static str,
    icon: &'static str,
    /// One and many, in the middle of a sentence.
    noun: (&'static str, &'static str),
    placeholder: &'static str,
}

const OF_MOVIES: Words = Words {
    path: MOVIES,
    title: "Films",
    lead: "Every film once, with the versions of all providers behind it.",
    icon: "film",
    noun: ("film", "films"),
    placeholder: "Title of a film",
};

const OF_SERIES: Words = Words {
    path: SERIES,
    title: "Series",
    lead: "Every series once, with the episodes that any provider has.",
    icon: "clapperboard",
    noun: ("series", "series"),
    placeholder: "Title of a series",
};

#[derive(Template)]
#[template(path = "catalogue/titles.html", blocks = ["results"])]
struct TitleIndex {
    page: Page,
    words: &'static Words,
    wanted: Wanted,
    rows: Vec<Row>,
    chips: ui::Chips,
    paging: Paging,
    empty: Option<ui::Empty>,
    genres: Vec<(String, String)>,
}

/// The value of `view` that shows rows.
const LIST: &str = "list";

struct Row {
    content: Content,
    title: String,
    year: Option<i64>,
    genre: Option<String>,
    rating: Option<i64>,
    cover_url: Option<String>,
    /// "3 versions", "2 seasons".
    extent: String,
    /// "24 episodes"; empty for films.
    episodes: String,
    is_marked: bool,
}

/// The list as the address describes it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
    genre: String,
    year: String,
    sort: String,
    /// `list`; posters otherwise.
    view: String,
    after: String,
    before: String,
}

/// GET /movies
pub(super) async fn movies(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    lists: Data<Lists>,
    wanted: Query<Wanted>,
) -> Answer {
    let (filter, sort, place) = wanted.read()?;
    let found = lists.movies(&filter, sort, &place, ROWS).await?;
    index(&req, &member, &ctx, wanted.into_inner(), &OF_MOVIES, found).await
}

/// GET /series
pub(super) async fn series(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    lists: Data<Lists>,
    wanted: Query<Wanted>,
) -> Answer {
    let (filter, sort, place) = wanted.read()?;
    let found = lists.series(&filter, sort, &place, ROWS).await?;
    index(&req, &member, &ctx, wanted.into_inner(), &OF_SERIES, found).await
}

async fn index<T>(
    req: &HttpRequest,
    member: &Member,
    ctx: &Ctx,
    wanted: Wanted,
    words: &'static Words,
    found: Found<T>,
) -> Answer
where
    Row: From<T>,
{
    let total = found.total;
    let paging = listing::paging(words.path, &wanted.query(), &found, words.noun.1);
    let mut rows: Vec<Row> = found.items.into_iter().map(Row::from).collect();
    let contents: Vec<Content> = rows.iter().map(|row| row.content).collect();
    let marked = favourites::marked(&ctx.db, member.user.id, &contents).await?;
    for row in &mut rows {
        row.is_marked = marked.contains(&row.content.id());
    }
    let empty = match total {
        0 => Some(empty(ctx, &wanted, words, member.user.is_admin()).await?),
        _ => None,
    };
    let view = TitleIndex {
        page: Page::new(req, words.title).lead(words.lead),
        chips: wanted.chips(words, total),
        paging,
        rows,
        empty,
        genres: genres(req, ctx, &wanted).await?,
        words,
        wanted,
    };
    respond::page_or(req, &view, &view.as_results())
}

impl Wanted {
    fn read(&self) -> Result<(TitleFilter, TitleSort, Place), Problem> {
        let mut invalid = Invalid::default();
        listing::check_search(&self.q, &mut invalid);
        let mut wrong = |field: &str, message: &str| invalid.add(field, message);
        let year = parsed(self.year.trim(), || wrong("year", "Use a year such as 1999."));
        let sort = parsed(&self.sort, || wrong("sort", "Use title, year, added or rating."));
        let place = listing::place(&self.after, &self.before, &mut invalid);
        listing::refuse(invalid)?;
        let filter = TitleFilter {
            q: self.q.clone(),
            genre: Some(self.genre.clone()).filter(|genre| !genre.is_empty()),
            year,
        };
        Ok((filter, sort.unwrap_or_default(), place))
    }

    fn query(&self) -> [(&str, &str); 5] {
        [
            ("q", &self.q),
            ("genre", &self.genre),
            ("year", &self.year),
            ("sort", &self.sort),
            ("view", if self.is_list() { LIST } else { "" }),
        ]
    }

    fn is_list(&self) -> bool {
        self.view == LIST
    }

    /// The same list as posters or as rows.
    fn viewed_as(&self, path: &str, view: &str) -> String {
        let query = self.query();
        let kept: Vec<_> = query.into_iter().filter(|(name, _)| *name != "view").collect();
        crate::web::kit::paging::link(path, &[kept.as_slice(), &[("view", view)]].concat(), None)
    }

    fn is_filtered(&self) -> bool {
        [&self.q, &self.genre, &self.year]
            .iter()
            .any(|value| !value.is_empty())
    }

    /// The same list in another order.
    fn sorted_by(&self, path: &str, sort: &str) -> String {
        let query = self.query();
        let kept: Vec<_> = query.into_iter().filter(|(name, _)| *name != "sort").collect();
        crate::web::kit::paging::link(path, &[kept.as_slice(), &[("sort", sort)]].concat(), None)
    }

    /// The order in force, as table heads name it.
    fn order(&self) -> &str {
        match self.sort.as_str() {
            "" if self.q.trim().is_empty() => "title",
            "year" => "-year",
            "rating" => "-rating",
            sort => sort,
        }
    }

    fn chips(&self, words: &Words, total: i64) -> ui::Chips {
        let filters = [
            ("q", "Search", self.q.clone()),
            ("genre", "Genre", self.genre.clone()),
            ("year", "Year", self.year.clone()),
        ];
        let summary = format::count(total, words.noun.0, words.noun.1);
        ui::Chips::new(words.path, &self.query(), summary, &filters)
    }
}

impl TitleIndex {
    fn views(&self) -> ui::Tabs {
        let path = |view| self.wanted.viewed_as(self.words.path, view);
        let current = if self.wanted.is_list() { LIST } else { "" };
        ui::Tabs::new("How they are shown", path(current))
            .tab("Posters", path(""))
            .tab("List", path(LIST))
    }

    fn search(&self) -> ui::Field {
        ui::Field::search("q", "Search", &self.wanted.q)
            .in_form("filter")
            .attr("placeholder", self.words.placeholder)
            .attr("autocomplete", "off")
            .attr("maxlength", 200)
    }

    fn genre(&self) -> ui::Field {
        ui::Field::select("genre", "Genre", &self.wanted.genre, &self.genres).in_form("filter")
    }

    fn year(&self) -> ui::Field {
        ui::Field::text("year", "Year", &self.wanted.year)
            .in_form("filter")
            .attr("inputmode", "numeric")
            .attr("maxlength", 4)
            .attr("pattern", "[0-9]{4}")
            .attr("placeholder", "Any")
            .attr("autocomplete", "off")
    }
}

impl Row {
    fn path(&self) -> String {
        path_of(self.content)
    }

    fn picture(&self) -> Picture {
        Picture::of(self.content, &self.title, self.cover_url.as_deref())
    }

    fn poster(&self) -> Picture {
        Picture::card(self.content, &self.title, self.cover_url.as_deref())
    }

    fn rating(&self) -> Option<String> {
        self.rating.map(super::rating)
    }

    fn star(&self) -> ui::Button {
        star(self.content, self.is_marked, Look::Icon)
    }
}

impl From<MovieLine> for Row {
    fn from(line: MovieLine) -> Self {
        Self {
            content: Content::Movie(line.id),
            title: line.title,
            year: line.year,
            genre: line.genre,
            rating: line.rating,
            cover_url: line.cover_url,
            extent: format::count(line.version_count, "version", "versions"),
            episodes: String::new(),
            is_marked: false,
        }
    }
}

impl From<SeriesLine> for Row {
    fn from(line: SeriesLine) -> Self {
        Self {
            content: Content::Series(line.id),
            title: line.title,
            year: line.year,
            genre: line.genre,
            rating: line.rating,
            cover_url: line.cover_url,
            extent: format::count(line.season_count, "season", "seasons"),
            episodes: format::count(line.episode_count, "episode", "episodes"),
            is_marked: false,
        }
    }
}

/// Only the page has the form; a fragment does without.
async fn genres(req: &HttpRequest, ctx: &Ctx, wanted: &Wanted) -> Result<Vec<(String, String)>, DbError> {
    if Htmx::of(req).fragment {
        return Ok(Vec::new());
    }
    let names = browse::genres(&ctx.db).await?;
    let names = names.into_iter().map(|name| (name.clone(), name));
    Ok(listing::choices("All", names, &wanted.genre))
}

async fn empty(ctx: &Ctx, wanted: &Wanted, words: &Words, is_admin: bool) -> Result<ui::Empty, DbError> {
    let many = words.noun.1;
    if wanted.is_filtered() {
        let text = "Try fewer or other words, or take a filter away.";
        let clear = ui::Button::secondary("Clear filters").icon("x").href(words.path);
        return Ok(ui::Empty::new("search", &format!("No {many} match"), text).action(clear));
    }
    let has_provider = providers::store::count(&ctx.db).await? > 0;
    let title = format!("No {many} yet");
    Ok(super::nothing_yet(words.icon, &title, has_provider, is_admin))
}
