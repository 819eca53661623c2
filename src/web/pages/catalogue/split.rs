use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};

use super::regrouping::SplitDraft;
use super::streams::{Part, ticked};
use super::{CHANNELS, channel};
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::catalogue::by_hand::{self, Error};
use crate::features::history;
use crate::support::ids::ChannelId;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Pairs};

/// POST /channels/{id}/split: the streams that are ticked become a channel of their own.
pub(super) async fn create(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ChannelId>,
    part: Query<Part>,
    sent: Form<Pairs>,
) -> Answer {
    let ticked = ticked(&sent);
    let actor = admin.user.actor();
    let mut draft = SplitDraft {
        name: sent.text("name").to_owned(),
        ..SplitDraft::default()
    };
    let split = match &ticked {
        Some(ticked) => by_hand::split(&ctx, &actor, *id, ticked, &draft.name, history::follow).await,
        None => Err(Invalid::field("stream_ids", "Choose streams of this channel.").into()),
    };
    draft.ticked = ticked.unwrap_or_default();
    match split {
        Ok(new) => {
            let message = Flash::success("This is the new channel. It stays apart until you take that back.");
            respond::redirect(&req, &format!("{CHANNELS}/{new}"), Some(message))
        }
        Err(Error::Invalid(invalid)) => {
            draft.invalid = invalid;
            let view = channel::page(&req, &admin.user, &ctx, *id, &part, draft).await?;
            respond::with_status(&req, StatusCode::UNPROCESSABLE_ENTITY, &view)
        }
        Err(error) => Err(error.into()),
    }
}
