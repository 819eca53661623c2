use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::CHANNELS;
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::catalogue::by_hand;
use crate::features::history;
use crate::support::ids::{ChannelId, DecisionId};
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};

/// POST /channels/{id}/decisions/{decision}/removal: takes it back.
pub(super) async fn destroy(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(ChannelId, DecisionId)>,
) -> Answer {
    let (channel, id) = ids.into_inner();
    let taken = by_hand::take_back(&ctx, &admin.user.actor(), channel, id, history::follow).await?;
    let message = match taken.kind.as_str() {
        "split" => format!("The split of “{}” is taken back.", taken.other_name),
        _ => format!(
            "The merge of “{}” is taken back. Its favourites and plays stay with this channel.",
            taken.other_name
        ),
    };
    respond::redirect(
        &req,
        &format!("{CHANNELS}/{}", taken.kept),
        Some(Flash::success(message)),
    )
}
