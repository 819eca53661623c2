use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};

use super::regrouping::SplitDraft;
use super::streams::Part;
use super::{CHANNELS, channel};
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::by_hand::{self, Error};
use crate::features::history;
use crate::support::ids::{ChannelId, StreamId};
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};

/// POST /channels/{id}/split: the streams that are ticked become a channel of their own.
pub(super) async fn create(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ChannelId>,
    sent: Form<Vec<(String, String)>>,
) -> Answer {
    let mut draft = read(sent.into_inner())?;
    let actor = admin.user.actor();
    let split = by_hand::split(&ctx, &actor, *id, &draft.ticked, &draft.name, history::follow).await;
    match split {
        Ok(new) => {
            let message = Flash::success("This is the new channel. It stays apart until you take that back.");
            respond::redirect(&req, &format!("{CHANNELS}/{new}"), Some(message))
        }
        Err(Error::Invalid(invalid)) => {
            draft.invalid = invalid;
            let view = channel::page(&req, &admin.user, &ctx, *id, &Part::default(), draft).await?;
            respond::with_status(&req, StatusCode::UNPROCESSABLE_ENTITY, &view)
        }
        Err(error) => Err(error.into()),
    }
}

fn read(pairs: Vec<(String, String)>) -> Result<SplitDraft, Problem> {
    let mut draft = SplitDraft::default();
    for (name, value) in pairs {
        match name.as_str() {
            "name" => draft.name = value,
            "stream" => {
                let id: Result<StreamId, _> = value.parse();
                let wrong = |_| Problem::invalid_field("stream_ids", "Choose streams of this channel.");
                draft.ticked.push(id.map_err(wrong)?);
            }
            _ => {}
        }
    }
    Ok(draft)
}
