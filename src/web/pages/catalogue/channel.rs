use actix_web::http::header;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::CHANNELS;
use super::picture::Picture;
use super::regrouping::{Regrouping, SplitDraft};
use super::star::{Look, star};
use super::streams::{Part, Streams};
use super::watch::{Watch, channel_obstacle};
use crate::ctx::Ctx;
use crate::edge::{Admin, Member, Problem};
use crate::features::accounts::User;
use crate::features::catalogue::content::Content;
use crate::features::catalogue::detail::{self, ChannelDetail};
use crate::features::catalogue::favourites;
use crate::features::catalogue::number::ChannelNumber;
use crate::features::health::Target;
use crate::support::ids::ChannelId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Moment, Page, format};
use crate::web::live::{self, Live, Scene};
use crate::web::pages::health::Work;
use crate::web::ui;

#[derive(Template)]
#[template(path = "catalogue/channel.html")]
pub(super) struct ChannelShow {
    page: Page,
    channel: ChannelDetail,
    tags: Vec<String>,
    star: ui::Button,
    watch: Watch,
    streams: Streams,
    regrouping: Option<Regrouping>,
    /// The check of its streams that goes on, for administrators.
    work: Option<Work>,
    part: Part,
}

const CHECK: &str = "channel-check";

/// GET /channels/{id}/events
pub(super) async fn events(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    live: Data<Live>,
    id: Path<ChannelId>,
    part: Query<Part>,
) -> Result<HttpResponse, Problem> {
    let id = detail::resolve(&ctx.db, id.into_inner())
        .await?
        .ok_or_else(missing)?;
    let part = part.into_inner();
    Ok(live.watch(&req, &admin, move |Scene { ctx, now }| {
        let part = part.clone();
        Box::pin(async move {
            let work = Work::read(&ctx, now.clone(), Target::of_channel(id)).await?;
            let streams = Streams::part(detail::streams(&ctx.db, id).await?, id, &part, (true, now))?;
            let mut parts = vec![live::Part::new(CHECK, &work)?];
            for (id, state) in streams.states() {
                parts.push(live::Part::new(id, &state)?);
            }
            Ok(parts)
        })
    }))
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

/// The page of the channel that `id` leads to, with a split as it was sent.
pub(super) async fn page(
    req: &HttpRequest,
    user: &User,
    ctx: &Ctx,
    id: ChannelId,
    part: &Part,
    split: SplitDraft,
) -> Result<ChannelShow, Problem> {
    let channel = detail::channel(&ctx.db, id).await?.ok_or_else(missing)?;
    let id = channel.id;
    let streams = detail::streams(&ctx.db, id).await?;
    let obstacle = channel_obstacle(channel.enabled, &streams);
    let streams = Streams::part(streams, id, part, (user.is_admin(), Moment::of(req)))?.ticked(&split.ticked);
    let content = Content::Channel(id);
    let is_marked = favourites::find_id(&ctx.db, user.id, content).await?.is_some();
    let page = Page::new(req, channel.name.clone()).under("Channels", CHANNELS);
    let regrouping = match user.is_admin() {
        true => Some(Regrouping::load(ctx, page.now.clone(), id, (streams.total, part), split).await?),
        false => None,
    };
    let work = match user.is_admin() {
        true => Some(Work::read(ctx, page.now.clone(), Target::of_channel(id)).await?),
        false => None,
    };
    Ok(ChannelShow {
        work,
        part: part.clone(),
        watch: Watch::load(req, ctx, user.id, &format!("channel/{id}"), obstacle).await?,
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

/// For now: the channel's streams are another's until somebody takes the merge back.
fn moved(to: ChannelId) -> HttpResponse {
    HttpResponse::TemporaryRedirect()
        .insert_header((header::LOCATION, format!("{CHANNELS}/{to}")))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::VARY, "HX-Request"))
        .finish()
}

impl ChannelShow {
    /// Where its streams tell how they do.
    fn events(&self) -> String {
        format!("{CHANNELS}/{}/events{}", self.channel.id, self.part.query())
    }

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
        Some(super::by_hand_words(self.channel.by_hand())).filter(|words| !words.is_empty())
    }
}
