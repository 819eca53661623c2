use actix_web::http::header;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::picture::Picture;
use super::star::{Look, star};
use super::{CHANNELS, is_playable, listing, play_link};
use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::catalogue::content::Content;
use crate::features::catalogue::detail::{self, ChannelDetail, StreamDetail};
use crate::features::catalogue::favourites;
use crate::features::catalogue::matching::Method;
use crate::features::catalogue::number::ChannelNumber;
use crate::support::ids::ChannelId;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, Paging, format};
use crate::web::ui;

/// Streams of a page; few channels have more.
const STREAMS: usize = 50;

#[derive(Template)]
#[template(path = "catalogue/channel.html", blocks = ["streams"])]
struct ChannelShow {
    page: Page,
    channel: ChannelDetail,
    star: ui::Button,
    link: Option<String>,
    rows: Vec<Row>,
    total: usize,
    paging: Paging,
}

struct Row {
    /// From 1 on: the first is played first.
    place: usize,
    stream: StreamDetail,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Part {
    after: String,
}

/// GET /channels/{id}
pub(super) async fn show(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    id: Path<ChannelId>,
    part: Query<Part>,
) -> Answer {
    let id = id.into_inner();
    let missing = || Problem::not_found("This channel").with_recovery("See all channels", CHANNELS);
    let now = detail::resolve(&ctx.db, id).await?.ok_or_else(missing)?;
    if now != id {
        return Ok(moved(now));
    }
    let mut invalid = Invalid::default();
    let after: Option<usize> = listing::parsed(&part.after, || {
        invalid.add("after", "This is no place in the list.")
    });
    listing::refuse(invalid)?;
    let channel = detail::channel(&ctx.db, id).await?.ok_or_else(missing)?;
    let streams = detail::streams(&ctx.db, id).await?;
    let content = Content::Channel(id);
    let is_marked = favourites::find_id(&ctx.db, member.user.id, content)
        .await?
        .is_some();
    let total = streams.len();
    let streams = streams
        .into_iter()
        .enumerate()
        .map(|(at, stream)| Row {
            place: at + 1,
            stream,
        })
        .collect();
    let (rows, next) = listing::cut(streams, after.unwrap_or(0), STREAMS);
    let began = after.filter(|after| *after > 0).map(|after| after.to_string());
    let path = format!("{CHANNELS}/{id}");
    let view = ChannelShow {
        page: Page::new(&req, channel.name.clone()).under("Channels", CHANNELS),
        link: play_link(&req, &ctx, member.user.id, &format!("channel/{id}")).await?,
        star: star(content, is_marked, Look::Words),
        paging: Paging::new(&path, &[], began.as_deref(), next.as_deref()).target("streams"),
        channel,
        rows,
        total,
    };
    respond::page_or(&req, &view, &view.as_streams())
}

/// For good: the channel's streams are another's now.
fn moved(to: ChannelId) -> HttpResponse {
    HttpResponse::MovedPermanently()
        .insert_header((header::LOCATION, format!("{CHANNELS}/{to}")))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::VARY, "HX-Request"))
        .finish()
}

impl ChannelShow {
    fn picture(&self) -> Picture {
        let channel = &self.channel;
        Picture::large(
            Content::Channel(channel.id),
            &channel.name,
            channel.logo_url.as_deref(),
        )
    }

    fn number(&self) -> Option<ChannelNumber> {
        ChannelNumber::from_stored(self.channel.lineup_number)
    }

    /// Whether any stream can be played through the product.
    fn is_playable(&self) -> bool {
        self.rows.iter().any(|row| is_playable(&row.stream.format))
    }
}

impl Row {
    fn is_playable(&self) -> bool {
        is_playable(&self.stream.format)
    }

    /// How it came to be in this channel.
    fn method(&self) -> &'static str {
        if self.stream.manual {
            return "By hand";
        }
        let method = self.stream.merge_method.as_deref().and_then(Method::from_name);
        match method {
            Some(Method::ManualMerge) => "Merged by hand",
            Some(Method::ManualSplit) => "Split by hand",
            Some(Method::Rule) => "By a rule",
            Some(Method::TvgId) => "Guide id",
            Some(Method::ExactMatch) => "Same name",
            Some(Method::FuzzyMatch) => "Similar name",
            Some(Method::LogoMatch) => "Same logo",
            None => "Alone",
        }
    }

    fn confidence(&self) -> Option<String> {
        self.stream
            .merge_confidence
            .map(|confidence| format!("{confidence} %"))
    }

    /// A sentence of its own.
    fn reason(&self) -> String {
        sentence(
            self.stream
                .merge_reason
                .as_deref()
                .unwrap_or("no reason was stored"),
        )
    }

    fn order(&self) -> String {
        sentence(&self.stream.order_reason)
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
