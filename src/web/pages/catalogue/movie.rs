use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::facts::About;
use super::picture::Picture;
use super::star::{Look, star};
use super::watch::{Watch, movie_obstacle};
use super::{MOVIES, is_playable};
use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::catalogue::content::Content;
use crate::features::catalogue::detail::{self, MovieDetail, VersionDetail};
use crate::features::catalogue::favourites;
use crate::features::sync;
use crate::support::ids::MovieId;
use crate::web::kit::Page;
use crate::web::kit::respond::{self, Answer};
use crate::web::ui;

/// Versions of a page; no film has as many.
const VERSIONS: usize = 100;

#[derive(Template)]
#[template(path = "catalogue/movie.html")]
struct MovieShow {
    page: Page,
    movie: MovieDetail,
    about: About,
    versions: Vec<Version>,
    star: ui::Button,
    watch: Watch,
}

/// A version, and why it stands where it stands.
struct Version {
    detail: VersionDetail,
    why: &'static str,
}

/// GET /movies/{id}
pub(super) async fn show(req: HttpRequest, member: Member, ctx: Data<Ctx>, id: Path<MovieId>) -> Answer {
    let id = id.into_inner();
    let movie = detail::movie(&ctx.db, id, ctx.clock.now_ms())
        .await?
        .ok_or_else(|| Problem::not_found("This film").with_recovery("See all films", MOVIES))?;
    let mut versions = detail::versions(&ctx.db, id).await?;
    let content = Content::Movie(id);
    let is_marked = favourites::find_id(&ctx.db, member.user.id, content)
        .await?
        .is_some();
    if movie.is_unasked {
        sync::want_film(&ctx, id).await?;
    }
    let playable = versions.iter().find(|version| is_playable(&version.format));
    let format = playable.map_or("", |version| version.format.as_str());
    let path = format!("movie/{id}.{}", super::extension(format));
    let obstacle = movie_obstacle(&versions);
    let watch = Watch::load(&req, &ctx, member.user.id, &path, obstacle).await?;
    let watch = watch.asked(movie.is_unasked);
    versions.truncate(VERSIONS);
    let page = MovieShow {
        page: Page::new(&req, movie.title.clone()).under("Films", MOVIES),
        star: star(content, is_marked, Look::Words),
        about: About::of(&movie.facts, movie.genre.as_deref(), movie.year),
        movie,
        versions: explained(versions),
        watch,
    };
    respond::html(&req, &page)
}

/// The versions with the reason of their order: picture, then the provider's priority, then which came first.
fn explained(versions: Vec<VersionDetail>) -> Vec<Version> {
    let mut before: Option<(Option<i64>, i64)> = None;
    let is_only = versions.len() == 1;
    let explain = |detail: VersionDetail| {
        let now = (detail.quality_score, detail.provider_priority);
        let why = match before {
            None if is_only => "The only one",
            None if now.0.is_none() => "No picture is known; its provider comes first",
            None => "The best picture",
            Some((score, _)) if score != now.0 && now.0.is_none() => "Its picture is not known",
            Some((score, _)) if score != now.0 => "A smaller picture",
            Some((_, priority)) if priority != now.1 => "The same picture of a provider that comes later",
            Some(_) => "The same picture, but it came later",
        };
        before = Some(now);
        Version { detail, why }
    };
    versions.into_iter().map(explain).collect()
}

impl MovieShow {
    fn backdrop(&self) -> Option<Picture> {
        let (movie, url) = (&self.movie, self.movie.facts.backdrop_url.as_deref());
        Picture::backdrop(Content::Movie(movie.id), &movie.title, url)
    }

    fn picture(&self) -> Picture {
        let movie = &self.movie;
        Picture::large(Content::Movie(movie.id), &movie.title, movie.cover_url.as_deref())
    }
}
