//! Who did what, for administrators.

use actix_web::web::{Data, Json, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Edge, Problem};
use crate::features::audit::{self, Filter, Line};
use crate::support::days::days;
use crate::support::ids::UserId;

/// One act.
#[derive(Serialize, ToSchema)]
pub struct LineView {
    id: i64,
    user_id: Option<i64>,
    /// The name at the time of the act; `(terminal)` and `(system)` are no users.
    user: String,
    /// Such as `user.created`.
    action: String,
    /// Such as `user:7`.
    resource: String,
    at: Option<String>,
    #[schema(value_type = Object)]
    details: serde_json::Value,
}

impl From<Line> for LineView {
    fn from(line: Line) -> Self {
        Self {
            id: line.id,
            user_id: line.user_id.map(i64::from),
            user: line.actor,
            action: line.action,
            resource: line.resource,
            at: rfc3339(line.at_ms),
            details: line.details,
        }
    }
}

/// Which lines are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilterParams {
    user_id: Option<i64>,
    action: Option<String>,
    /// First day, of the installation's zone.
    #[param(format = Date)]
    from: Option<String>,
    /// Last day, of the installation's zone.
    #[param(format = Date)]
    to: Option<String>,
}

/// The lines, newest first.
#[utoipa::path(get, path = "/api/audit", tag = "audit", params(FilterParams, WindowParams), responses(
    (status = 200, body = List<LineView>), (status = 403, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn index(
    _: Admin,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    filter: Query<FilterParams>,
    window: Window,
) -> Result<Json<List<LineView>>, Problem> {
    let FilterParams {
        user_id,
        action,
        from,
        to,
    } = filter.into_inner();
    let (from_ms, until_ms) = days(
        from.as_deref().unwrap_or_default(),
        to.as_deref().unwrap_or_default(),
        &edge.zone(),
    )?;
    let filter = Filter {
        user_id: user_id.map(UserId),
        action,
        from_ms,
        until_ms,
    };
    let listed = audit::list(&ctx.db, &filter, window.0).await?;
    Ok(envelope(listed, window, LineView::from))
}
