use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path, Query};

use super::streams::{self, Part};
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::by_hand;
use crate::support::ids::{ChannelId, StreamId};
use crate::web::kit::respond::Answer;
use crate::web::kit::{Flash, Pairs};

/// POST /channels/{id}/streams/{stream}/place: a stream moves by one place.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(ChannelId, StreamId)>,
    part: Query<Part>,
    sent: Form<Pairs>,
) -> Answer {
    let (id, stream) = ids.into_inner();
    let direction = sent.text("move").parse();
    let direction = direction.map_err(|()| Problem::invalid_field("move", "Use up or down."))?;
    let channel = by_hand::move_one(&ctx, &admin.user.actor(), id, stream, direction).await?;
    let message = Flash::success("The order is yours now, and no sync changes it.");
    streams::answer(&req, &ctx, channel, &part, Some(stream), &sent, message).await
}

/// POST /channels/{id}/order/removal: the streams stand by their own merit again.
pub(super) async fn destroy(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ChannelId>,
    part: Query<Part>,
    sent: Form<Pairs>,
) -> Answer {
    let channel = by_hand::give_back(&ctx, &admin.user.actor(), *id).await?;
    let message = Flash::success("The streams are played by their own merit again.");
    streams::answer(&req, &ctx, channel, &part, None, &sent, message).await
}
