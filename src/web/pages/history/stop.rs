use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::WATCHING;
use crate::edge::Admin;
use crate::features::history::{HistoryError, Journal};
use crate::support::ids::PlayId;
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};

/// POST /watching/{id}/stop
pub(super) async fn create(
    req: HttpRequest,
    admin: Admin,
    journal: Data<Journal>,
    id: Path<PlayId>,
) -> Answer {
    let told = match journal.stop(&admin.user.actor(), *id).await {
        Ok(()) => Flash::success("It is stopped."),
        // What ended by itself meanwhile is what was wanted.
        Err(HistoryError::UnknownPlay) => Flash::success("It had ended already."),
        Err(error) => return Err(error.into()),
    };
    respond::redirect(&req, WATCHING, Some(told))
}
