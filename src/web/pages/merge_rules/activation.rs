use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use serde_json::{Map, json};

use super::INDEX;
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::catalogue::rules;
use crate::support::ids::MergeRuleId;
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};

/// POST /merge-rules/{id}/activation
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<MergeRuleId>) -> Answer {
    switch(&req, &admin, &ctx, *id, true).await
}

/// POST /merge-rules/{id}/deactivation
pub(super) async fn destroy(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<MergeRuleId>) -> Answer {
    switch(&req, &admin, &ctx, *id, false).await
}

async fn switch(req: &HttpRequest, admin: &Admin, ctx: &Ctx, id: MergeRuleId, enabled: bool) -> Answer {
    let change = Map::from_iter([("enabled".to_owned(), json!(enabled))]);
    rules::update(ctx, &admin.user.actor(), id, &change).await?;
    let message = match enabled {
        true => format!("Rule {id} is on. The streams are being grouped by it."),
        false => format!("Rule {id} is off. The streams are being grouped without it."),
    };
    respond::redirect(req, INDEX, Some(Flash::success(message)))
}
