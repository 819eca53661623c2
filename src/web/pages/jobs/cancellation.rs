use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use crate::ctx::Ctx;
use crate::edge::{Admin, cancel};
use crate::jobs::State;
use crate::support::ids::JobId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, urls};

/// POST /jobs/{id}/cancellation: leads back to where it was asked for.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<JobId>) -> Answer {
    let job = cancel(&ctx, &admin.user.actor(), id.into_inner()).await?;
    let message = match job.state {
        State::Queued => "It is cancelled.",
        _ => "It is told to stop.",
    };
    respond::redirect(&req, &urls::back(&req), Some(Flash::success(message)))
}
