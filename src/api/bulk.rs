//! One change to many channels.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::channels::ChannelQuery;
use super::jobs::Queued;
use super::openapi::ApiError;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::editing::bulk;

/// What is to become of which channels: either `ids` or `filter`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never read")]
pub struct BulkBody {
    /// 1 to 1,000 channels, in the order in which they are numbered.
    ids: Option<Vec<i64>>,
    /// All that this finds when the work begins; an empty object: every channel in the lists.
    filter: Option<ChannelQuery>,
    /// `enable`, `disable`, `set_category`, `add_tag`, `remove_tag`, `renumber` or `give_back`: all that a person set,
    /// except tags.
    action: String,
    /// For `set_category`.
    category: Option<String>,
    /// For `add_tag` and `remove_tag`.
    tag: Option<String>,
    /// For `renumber`: the first number. Numbers of other channels are passed over.
    from: Option<i64>,
}

/// Changes many channels in the background. The job's result holds how many were `matched` and `changed`, and how many
/// were `left_out` because they have all the tags that a channel can have.
#[utoipa::path(post, path = "/api/channels/bulk", tag = "catalogue", request_body = BulkBody, responses(
    (status = 202, body = Queued), (status = 403, body = ApiError),
    (status = 409, body = ApiError, description = "Another such change is queued or running"),
    (status = 422, body = ApiError)))]
pub(super) async fn create(
    admin: Admin,
    ctx: Data<Ctx>,
    sent: Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let job = bulk::start(&ctx, &admin.user.actor(), &sent).await?;
    Ok(Queued::accepted(job))
}
