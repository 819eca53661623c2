use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::picture::Picture;
use super::star::{Look, star};
use super::{MOVIES, is_playable, play_link};
use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::catalogue::content::Content;
use crate::features::catalogue::detail::{self, MovieDetail, VersionDetail};
use crate::features::catalogue::favourites;
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
    versions: Vec<VersionDetail>,
    star: ui::Button,
    link: Option<String>,
}

/// GET /movies/{id}
pub(super) async fn show(req: HttpRequest, member: Member, ctx: Data<Ctx>, id: Path<MovieId>) -> Answer {
    let id = id.into_inner();
    let movie = detail::movie(&ctx.db, id)
        .await?
        .ok_or_else(|| Problem::not_found("This film").with_recovery("See all films", MOVIES))?;
    let mut versions = detail::versions(&ctx.db, id).await?;
    versions.truncate(VERSIONS);
    let content = Content::Movie(id);
    let is_marked = favourites::find_id(&ctx.db, member.user.id, content)
        .await?
        .is_some();
    let playable = versions.iter().find(|version| is_playable(&version.format));
    let link = match playable {
        Some(version) => {
            let path = format!("movie/{id}.{}", super::extension(&version.format));
            play_link(&req, &ctx, member.user.id, &path).await?
        }
        None => None,
    };
    let page = MovieShow {
        page: Page::new(&req, movie.title.clone()).under("Films", MOVIES),
        star: star(content, is_marked, Look::Words),
        movie,
        versions,
        link,
    };
    respond::html(&req, &page)
}

impl MovieShow {
    fn picture(&self) -> Picture {
        let movie = &self.movie;
        Picture::large(Content::Movie(movie.id), &movie.title, movie.cover_url.as_deref())
    }
}
