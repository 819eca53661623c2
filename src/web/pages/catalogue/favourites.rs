use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use super::listing::{self, ROWS};
use super::picture::Picture;
use super::star::{Look, star};
use super::{CHANNELS, FAVOURITES, path_of};
use crate::ctx::Ctx;
use crate::edge::Member;
use crate::features::catalogue::content::Content;
use crate::features::catalogue::favourites::{self, Favourite};
use crate::support::ids::{ChannelId, MovieId, SeriesId};
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, Paging, format};
use crate::web::ui;

#[derive(Template)]
#[template(path = "catalogue/favourites.html", blocks = ["results"])]
struct FavouriteIndex {
    page: Page,
    rows: Vec<Row>,
    summary: String,
    paging: Paging,
}

struct Row {
    favourite: Favourite,
    content: Content,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Part {
    after: String,
}

/// GET /favourites
pub(super) async fn index(req: HttpRequest, member: Member, ctx: Data<Ctx>, part: Query<Part>) -> Answer {
    let mut invalid = Invalid::default();
    let after: Option<u32> = listing::parsed(&part.after, || {
        invalid.add("after", "This is no place in the list.")
    });
    listing::refuse(invalid)?;
    let skip = i64::from(after.unwrap_or(0));
    let (rows, total) = favourites::list(&ctx, member.user.id, skip, ROWS).await?;
    let next = (skip + ROWS < total).then(|| (skip + ROWS).to_string());
    let began = (skip > 0).then(|| skip.to_string());
    let view = FavouriteIndex {
        page: Page::new(&req, "Favourites")
            .lead("What you marked with a star, the latest first. Only you see it."),
        rows: rows.into_iter().map(Row::from).collect(),
        summary: format::count(total, "favourite", "favourites"),
        paging: Paging::new(FAVOURITES, &[], began.as_deref(), next.as_deref()).target("results"),
    };
    respond::page_or(&req, &view, &view.as_results())
}

impl From<Favourite> for Row {
    fn from(favourite: Favourite) -> Self {
        let id = favourite.content_id;
        Self {
            content: match favourite.kind.as_str() {
                "channel" => Content::Channel(ChannelId(id)),
                "movie" => Content::Movie(MovieId(id)),
                _ => Content::Series(SeriesId(id)),
            },
            favourite,
        }
    }
}

impl Row {
    fn picture(&self) -> Picture {
        let favourite = &self.favourite;
        Picture::of(self.content, &favourite.title, favourite.picture_url.as_deref())
    }

    fn path(&self) -> String {
        path_of(self.content)
    }

    fn kind(&self) -> ui::Badge {
        match self.content {
            Content::Channel(_) => ui::Badge::neutral("Channel").icon("tv"),
            Content::Movie(_) => ui::Badge::neutral("Film").icon("film"),
            Content::Series(_) | Content::Episode(_) => ui::Badge::neutral("Series").icon("clapperboard"),
        }
    }

    fn star(&self) -> ui::Button {
        star(self.content, true, Look::Icon)
    }
}
