use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use super::path_of;
use crate::ctx::Ctx;
use crate::edge::Member;
use crate::features::catalogue::content::Content;
use crate::features::catalogue::favourites::{self, FavouriteError};
use crate::support::ids::{ChannelId, MovieId, SeriesId};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Htmx, urls};
use crate::web::ui::Button;

/// How a star looks: an icon in a row, or a button with words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Look {
    #[default]
    Icon,
    Words,
}

#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    look: Look,
}

#[derive(Deserialize)]
pub(super) struct Mark {
    mark: Switch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Switch {
    On,
    Off,
}

/// The button that marks `content`, or takes the mark away: a form of its own, so it works without scripts.
pub(super) fn star(content: Content, is_marked: bool, look: Look) -> Button {
    let (label, icon, mark) = match (is_marked, look) {
        (true, Look::Icon) => ("Remove from favourites", "star-filled", "off"),
        (true, Look::Words) => ("In favourites", "star-filled", "off"),
        (false, Look::Icon) => ("Add to favourites", "star", "on"),
        (false, Look::Words) => ("Add to favourites", "star", "on"),
    };
    let path = format!("{}/favourite", path_of(content));
    let button = match look {
        Look::Icon => Button::ghost(label).small().icon_only().post(path),
        Look::Words => Button::secondary(label).post(format!("{path}?look=words")),
    };
    let button = button.icon(icon).swap("this", "outerHTML");
    let id = urls::dom_id("star", format!("{}-{}", content.kind(), content.id()));
    let button = button.attr("name", "mark").attr("value", mark).attr("id", id);
    match (is_marked, look) {
        (true, Look::Words) => button.attr("title", "Remove from favourites"),
        _ => button,
    }
}

/// POST /channels/{id}/favourite
pub(super) async fn mark_channel(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    id: Path<ChannelId>,
    shown: Query<Shown>,
    mark: Form<Mark>,
) -> Answer {
    turn(&req, &member, &ctx, Content::Channel(*id), &shown, &mark).await
}

/// POST /movies/{id}/favourite
pub(super) async fn mark_movie(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    id: Path<MovieId>,
    shown: Query<Shown>,
    mark: Form<Mark>,
) -> Answer {
    turn(&req, &member, &ctx, Content::Movie(*id), &shown, &mark).await
}

/// POST /series/{id}/favourite
pub(super) async fn mark_series(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    id: Path<SeriesId>,
    shown: Query<Shown>,
    mark: Form<Mark>,
) -> Answer {
    turn(&req, &member, &ctx, Content::Series(*id), &shown, &mark).await
}

/// Sent twice, it says the same twice: what is marked stays marked.
async fn turn(
    req: &HttpRequest,
    member: &Member,
    ctx: &Ctx,
    content: Content,
    shown: &Shown,
    wish: &Mark,
) -> Answer {
    let user = member.user.id;
    match wish.mark {
        Switch::On => match favourites::mark(ctx, user, content).await {
            Ok(_) | Err(FavouriteError::AlreadyMarked) => {}
            Err(error) => return Err(error.into()),
        },
        Switch::Off => {
            if let Some(id) = favourites::find_id(&ctx.db, user, content).await? {
                favourites::remove(&ctx.db, user, id).await?;
            }
        }
    }
    if Htmx::of(req).fragment {
        respond::html(req, &star(content, wish.mark == Switch::On, shown.look))
    } else {
        respond::redirect(req, &urls::back(req), None)
    }
}
