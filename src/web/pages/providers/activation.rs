use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use serde_json::{Map, json};

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::catalogue::line_up;
use crate::support::ids::ProviderId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, urls};

/// POST /providers/{id}/activation: switches a provider on.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Answer {
    switch(&req, &admin, &ctx, id.into_inner(), true).await
}

/// POST /providers/{id}/deactivation: switches it off; nothing of it is lost.
pub(super) async fn destroy(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Answer {
    switch(&req, &admin, &ctx, id.into_inner(), false).await
}

async fn switch(req: &HttpRequest, admin: &Admin, ctx: &Ctx, id: ProviderId, enabled: bool) -> Answer {
    let change = Map::from_iter([("enabled".to_owned(), json!(enabled))]);
    let provider = line_up::update(ctx, &admin.user.actor(), id, &change).await?;
    let message = match enabled {
        true => format!("“{}” is enabled.", provider.name),
        false => format!(
            "“{}” is disabled. Its channels are kept and come back when you enable it.",
            provider.name
        ),
    };
    respond::redirect(req, &urls::back(req), Some(Flash::success(message)))
}
