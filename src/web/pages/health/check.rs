use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::asked::Asked;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::health::start;
use crate::support::ids::{ChannelId, ProviderId};
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};

/// POST /stream-health/checks: begins to check every stream, or leads to the check that runs.
pub(super) async fn all(req: HttpRequest, admin: Admin, ctx: Data<Ctx>) -> Answer {
    begin(&req, &admin, &ctx, Asked::all()).await
}

/// POST /providers/{id}/stream-checks
pub(super) async fn of_provider(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
) -> Answer {
    let asked = Asked::of_provider(&ctx, id.into_inner()).await?;
    begin(&req, &admin, &ctx, asked).await
}

/// POST /channels/{id}/stream-checks
pub(super) async fn of_channel(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ChannelId>,
) -> Answer {
    let asked = Asked::of_channel(&ctx, id.into_inner()).await?;
    begin(&req, &admin, &ctx, asked).await
}

async fn begin(req: &HttpRequest, admin: &Admin, ctx: &Ctx, asked: Asked) -> Answer {
    let Asked { target, back } = asked;
    let started = start::start(ctx, &admin.user.actor(), target).await;
    let queued = started.map_err(|error| Problem::from(error).with_recovery("Go back", &back))?;
    let message = match queued.is_new() {
        true => Flash::success("The check has begun."),
        false => Flash::info("These streams are being checked already."),
    };
    respond::redirect(req, &back, Some(message))
}
