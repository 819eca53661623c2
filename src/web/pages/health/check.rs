use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::detail;
use crate::features::health::checker::Payload;
use crate::features::health::start;
use crate::features::providers;
use crate::support::ids::{ChannelId, ProviderId};
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};
use crate::web::pages::{catalogue, providers as provider_pages};

/// POST /stream-health/checks: begins to check every stream, or leads to the check that runs.
pub(super) async fn all(req: HttpRequest, admin: Admin, ctx: Data<Ctx>) -> Answer {
    begin(&req, &admin, &ctx, Payload::default(), super::INDEX).await
}

/// POST /providers/{id}/stream-checks
pub(super) async fn of_provider(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
) -> Answer {
    let id = providers::store::get(&ctx.db, id.into_inner()).await?.id;
    let wanted = Payload {
        provider_id: Some(id),
        ..Payload::default()
    };
    begin(&req, &admin, &ctx, wanted, &provider_pages::path(id)).await
}

/// POST /channels/{id}/stream-checks
pub(super) async fn of_channel(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ChannelId>,
) -> Answer {
    let found = detail::resolve(&ctx.db, id.into_inner()).await?;
    let id = found.ok_or_else(|| Problem::not_found("This channel"))?;
    let wanted = Payload {
        channel_id: Some(id),
        ..Payload::default()
    };
    let back = format!("{}/{id}#streams", catalogue::CHANNELS);
    begin(&req, &admin, &ctx, wanted, &back).await
}

async fn begin(req: &HttpRequest, admin: &Admin, ctx: &Ctx, wanted: Payload, back: &str) -> Answer {
    let started = start::start(ctx, &admin.user.actor(), wanted).await;
    let queued = started.map_err(|error| Problem::from(error).with_recovery("Go back", back))?;
    let message = match queued.is_new() {
        true => Flash::success("The check has begun."),
        false => Flash::info("These streams are being checked already."),
    };
    respond::redirect(req, back, Some(message))
}
