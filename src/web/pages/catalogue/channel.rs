use actix_web::http::header;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::picture::Picture;
use super::regrouping::{Regrouping, SplitDraft};
use super::star::{Look, star};
use super::streams::{Part, Streams};
use super::{CHANNELS, play_link};
use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::accounts::User;
use crate::features::catalogue::content::Content;
use crate::features::catalogue::detail::{self, ChannelDetail};
use crate::features::catalogue::favourites;
use crate::features::catalogue::number::ChannelNumber;
use crate::support::ids::ChannelId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, format};
use crate::web::ui;

#[derive(Template)]
#[template(path = "catalogue/channel.html")]
pub(super) struct ChannelShow {
    page: Page,
    channel: ChannelDetail,
    tags: Vec<String>,
    star: ui::Button,
    link: Option<String>,
    streams: Streams,
    regrouping: Option<Regrouping>,
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
    let now = detail::resolve(&ctx.db, id).await?.ok_or_else(missing)?;
    if now != id {
        return Ok(moved(now));
    }
    let view = page(&req, &member.user, &ctx, id, &part, SplitDraft::default()).await?;
    respond::page_or(&req, &view, &view.streams)
}

/// The page of a channel, with a split as it was sent.
pub(super) async fn page(
    req: &HttpRequest,
    user: &User,
    ctx: &Ctx,
    id: ChannelId,
    part: &Part,
    split: SplitDraft,
) -> Result<ChannelShow, Problem> {
    let channel = detail::channel(&ctx.db, id).await?.ok_or_else(missing)?;
    let streams = Streams::load(ctx, id, part, user.is_admin())
        .await?
        .ticked(&split.ticked);
    let content = Content::Channel(id);
    let is_marked = favourites::find_id(&ctx.db, user.id, content).await?.is_some();
    let page = Page::new(req, channel.name.clone()).under("Channels", CHANNELS);
    let regrouping = match user.is_admin() {
        true => Some(Regrouping::load(ctx, page.now.clone(), id, streams.total, split).await?),
        false => None,
    };
    Ok(ChannelShow {
        link: play_link(req, ctx, user.id, &format!("channel/{id}")).await?,
        star: star(content, is_marked, Look::Words),
        page,
        tags: detail::tags(&ctx.db, id).await?,
        channel,
        streams,
        regrouping,
    })
}

fn missing() -> Problem {
    Problem::not_found("This channel").with_recovery("See all channels", CHANNELS)
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

    /// What a person set, in words.
    fn by_hand(&self) -> Option<String> {
        let words = self.channel.by_hand().into_iter().map(|field| match field {
            "enabled" => "switched on or off",
            "logo_url" => "logo",
            "epg_id" => "guide id",
            other => other,
        });
        Some(words.collect::<Vec<_>>().join(", ")).filter(|words| !words.is_empty())
    }
}
