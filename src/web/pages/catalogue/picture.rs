use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use askama::filters::HtmlSafe;
use serde::Deserialize;

use super::monogram::{Monogram, letters};
use crate::edge::{Member, Problem, picture};
use crate::features::catalogue::content::Content;
use crate::features::catalogue::pictures::{self, Found, Pictures};
use crate::support::ids::{ChannelId, MovieId, SeriesId};
use crate::web::kit::respond::Answer;

/// A browser that waits longer holds one of its few connections from what people ask for.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// The logo or poster of something, with letters of its name where there is none. It says nothing that the name beside it
/// does not.
#[derive(Template)]
#[template(
    source = r#"{% if let Some(url) = url %}<img class="picture{{ self.class() }}" src="{{ url }}" alt="" width="{{ self.width() }}" height="{{ self.height() }}" loading="lazy" decoding="async">{% else %}{{ monogram }}{% endif %}"#,
    ext = "html"
)]
pub(super) struct Picture {
    url: Option<String>,
    monogram: Monogram,
    place: Place,
    is_poster: bool,
}

/// Where a picture stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Row,
    Card,
    Page,
    Backdrop,
}

impl HtmlSafe for Picture {}

impl Picture {
    /// In a list.
    pub(super) fn of(content: Content, name: &str, source: Option<&str>) -> Self {
        Self::at(Place::Row, content, name, source)
    }

    /// In a grid of posters.
    pub(super) fn card(content: Content, name: &str, source: Option<&str>) -> Self {
        Self::at(Place::Card, content, name, source)
    }

    /// On a page of its own.
    pub(super) fn large(content: Content, name: &str, source: Option<&str>) -> Self {
        Self::at(Place::Page, content, name, source)
    }

    /// The wide picture of a film or series; none where there is none.
    pub(super) fn backdrop(content: Content, name: &str, source: Option<&str>) -> Option<Self> {
        source.map(|source| Self::at(Place::Backdrop, content, name, Some(source)))
    }

    fn at(place: Place, content: Content, name: &str, source: Option<&str>) -> Self {
        let word = match place {
            Place::Row | Place::Card => "small",
            Place::Page => "large",
            Place::Backdrop => "backdrop",
        };
        let url = source.filter(|source| !source.is_empty()).map(|source| {
            let version = pictures::version(source);
            format!("/pictures/{}/{}/{word}/{version}", content.kind(), content.id())
        });
        let monogram = Monogram::of(name);
        let is_poster = !matches!(content, Content::Channel(_));
        Self {
            url,
            monogram: match (place, is_poster) {
                (Place::Row, _) => monogram,
                (Place::Card, _) => monogram.card(),
                (Place::Page | Place::Backdrop, true) => monogram.poster(),
                (Place::Page | Place::Backdrop, false) => monogram.large(),
            },
            place,
            is_poster,
        }
    }

    fn class(&self) -> &'static str {
        match self.place {
            Place::Row => "",
            Place::Card => " picture-card",
            Place::Page => " picture-large",
            Place::Backdrop => " picture-backdrop",
        }
    }

    fn width(&self) -> u32 {
        match (self.place, self.is_poster) {
            (Place::Row, _) => 36,
            (Place::Card, _) => 160,
            (Place::Page, false) => 84,
            (Place::Page, true) => 120,
            (Place::Backdrop, _) => 400,
        }
    }

    fn height(&self) -> u32 {
        match (self.place, self.is_poster) {
            (Place::Row, _) => 28,
            (Place::Card, _) => 240,
            (Place::Page, false) => 64,
            (Place::Page, true) => 180,
            (Place::Backdrop, _) => 225,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Channel,
    Movie,
    Series,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Large,
    Backdrop,
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    kind: Kind,
    id: i64,
    size: Size,
    /// Only part of the address, so that a browser may keep what it got.
    #[expect(dead_code, reason = "nothing depends on it")]
    version: String,
}

/// GET /pictures/{kind}/{id}/{size}/{version}: the picture, or a drawing of the name's letters where there is none.
pub(super) async fn show(
    req: HttpRequest,
    _member: Member,
    pictures: Data<Pictures>,
    wanted: Path<Wanted>,
) -> Answer {
    let content = match wanted.kind {
        Kind::Channel => Content::Channel(ChannelId(wanted.id)),
        Kind::Movie => Content::Movie(MovieId(wanted.id)),
        Kind::Series => Content::Series(SeriesId(wanted.id)),
    };
    let size = match wanted.size {
        Size::Small => pictures::Size::Small,
        Size::Large => pictures::Size::Large,
        Size::Backdrop => pictures::Size::Backdrop,
    };
    let found = pictures.find(content, size, PATIENCE).await?;
    Ok(match found.ok_or_else(|| Problem::not_found("This picture"))? {
        Found::Picture { bytes, hash } => picture::jpeg(&req, bytes, &hash),
        Found::Name { name, is_final } => {
            let kept = if is_final {
                "private, max-age=3600"
            } else {
                "no-store"
            };
            HttpResponse::Ok()
                .content_type("image/svg+xml")
                .insert_header((header::CACHE_CONTROL, kept))
                .body(match size {
                    pictures::Size::Backdrop => PLAIN.to_owned(),
                    _ => drawing(&name, !matches!(content, Content::Channel(_))),
                })
        }
    })
}

/// What stands in place of a wide picture: its title is beside it anyhow.
const PLAIN: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><rect width="16" height="9" fill="#5b6b70"/></svg>"##;

/// The letters of a name on a ground that both themes bear, in the shape of a poster or of a logo.
fn drawing(name: &str, is_poster: bool) -> String {
    let (height, foot) = if is_poster { (108, 62) } else { (56, 36) };
    // Letters and digits only, so nothing in them is markup.
    let letters = letters(name);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 {height}"><rect width="72" height="{height}" fill="#5b6b70"/><text x="36" y="{foot}" text-anchor="middle" font-family="system-ui,sans-serif" font-size="24" font-weight="650" fill="#fff">{letters}</text></svg>"##
    )
}
