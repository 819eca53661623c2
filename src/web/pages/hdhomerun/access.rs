use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::INDEX;
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::outputs::hdhomerun;
use crate::support::ids::HdhomerunId;
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};

/// POST /hdhomerun/{id}/access: a new credential in place of one that was revoked.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<HdhomerunId>) -> Answer {
    let device = hdhomerun::restore_access(&ctx, &admin.user.actor(), *id).await?;
    let message = format!("“{}” plays again.", device.name);
    respond::redirect(&req, INDEX, Some(Flash::success(message)))
}
