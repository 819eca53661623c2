use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path, Query};

use super::streams::{self, Part};
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::catalogue::by_hand;
use crate::support::ids::{ChannelId, StreamId};
use crate::web::kit::respond::Answer;
use crate::web::kit::{Flash, Pairs};

/// POST /channels/{id}/streams/{stream}/activation
pub(super) async fn create(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(ChannelId, StreamId)>,
    part: Query<Part>,
    sent: Form<Pairs>,
) -> Answer {
    switch(&req, &admin, &ctx, ids.1, &part, &sent, true).await
}

/// POST /channels/{id}/streams/{stream}/deactivation
pub(super) async fn destroy(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(ChannelId, StreamId)>,
    part: Query<Part>,
    sent: Form<Pairs>,
) -> Answer {
    switch(&req, &admin, &ctx, ids.1, &part, &sent, false).await
}

async fn switch(
    req: &HttpRequest,
    admin: &Admin,
    ctx: &Ctx,
    stream: StreamId,
    part: &Part,
    sent: &Pairs,
    enabled: bool,
) -> Answer {
    let channel = by_hand::switch(ctx, &admin.user.actor(), stream, enabled).await?;
    let message = match enabled {
        true => Flash::success("The stream is played again."),
        false => Flash::success("The stream is off: it keeps its place, and nobody is sent to it."),
    };
    streams::answer(req, ctx, channel, part, Some(stream), sent, message).await
}
