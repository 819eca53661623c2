use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::history::{self, Journal, NewPlay, Play, PlayReport};
use crate::support::ids::PlayId;
use crate::support::paging::Listed;
use crate::support::validation::Invalid;

use super::content::ContentBody;
use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;

/// The longest play that can be reported, in seconds: a year.
const LONGEST_SECONDS: i64 = 366 * 24 * 3600;
const LONGEST_DEVICE: usize = 200;

/// What begins to be watched, and on what.
#[derive(Deserialize, ToSchema)]
pub struct PlayBody {
    #[serde(flatten)]
    content: ContentBody,
    device: Option<String>,
}

/// A sign of life of a play.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
pub struct PlayChange {
    /// Watched so far.
    duration_seconds: Option<i64>,
    completed: Option<bool>,
    /// Nothing more is accepted of it afterwards.
    ended: Option<bool>,
    position_seconds: Option<i64>,
}

/// A play of one's own.
#[derive(Serialize, ToSchema)]
pub struct PlayJson {
    id: i64,
    /// channel, movie, series or episode
    kind: String,
    content_id: Option<i64>,
    title: String,
    device: Option<String>,
    measurement: String,
    /// Null without evidence of the relay.
    provider_name: Option<String>,
    started_at: Option<String>,
    ended_at: Option<String>,
    duration_seconds: i64,
    completed: bool,
}

impl From<Play> for PlayJson {
    fn from(play: Play) -> Self {
        Self {
            id: play.id.0,
            kind: play.kind,
            content_id: play.content_id,
            title: play.title,
            device: play.device,
            measurement: play.measurement,
            provider_name: play.provider_name,
            started_at: rfc3339(play.started_at),
            ended_at: play.ended_at.and_then(rfc3339),
            duration_seconds: play.duration_seconds,
            completed: play.completed,
        }
    }
}

/// Begins a play of its own.
#[utoipa::path(post, path = "/api/analytics/history", tag = "analytics", request_body = PlayBody,
    responses((status = 201, body = PlayJson), (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn create(
    member: Member,
    body: Json<PlayBody>,
    journal: web::Data<Journal>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let device = body
        .device
        .map(|device| device.trim().to_owned())
        .filter(|device| !device.is_empty());
    if device
        .as_ref()
        .is_some_and(|device| device.chars().count() > LONGEST_DEVICE)
    {
        return Err(Problem::invalid_field("device", "Use at most 200 characters."));
    }
    let new = NewPlay {
        content: body.content.read()?,
        device,
    };
    let play = journal.begin(member.user.id, new).await?;
    Ok(HttpResponse::Created().json(PlayJson::from(play)))
}

/// Reports how a play of one's own goes on.
#[utoipa::path(patch, path = "/api/analytics/history/{id}", tag = "analytics", params(("id" = i64, Path)),
    request_body = PlayChange, responses((status = 200, body = PlayJson), (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn update(
    member: Member,
    id: web::Path<i64>,
    body: Json<PlayChange>,
    journal: web::Data<Journal>,
) -> Result<Json<PlayJson>, Problem> {
    let report = body.into_inner().read()?;
    let play = journal.report(member.user.id, PlayId(*id), report).await?;
    Ok(Json(play.into()))
}

/// Every play of one's own, newest first.
#[utoipa::path(get, path = "/api/analytics/history", tag = "analytics", params(WindowParams),
    responses((status = 200, body = List<PlayJson>), (status = 422, body = ApiError)))]
pub(super) async fn index(
    member: Member,
    window: Window,
    ctx: web::Data<Ctx>,
) -> Result<Json<List<PlayJson>>, Problem> {
    let (plays, total) =
        history::list(&ctx, member.user.id, window.0.skip, i64::from(window.0.limit)).await?;
    Ok(envelope(Listed { items: plays, total }, window, PlayJson::from))
}

impl PlayChange {
    fn read(self) -> Result<PlayReport, Problem> {
        let mut invalid = Invalid::default();
        for (field, seconds) in [
            ("duration_seconds", self.duration_seconds),
            ("position_seconds", self.position_seconds),
        ] {
            if seconds.is_some_and(|seconds| !(0..=LONGEST_SECONDS).contains(&seconds)) {
                invalid.add(field, "Use whole seconds from 0 to a year.");
            }
        }
        invalid.into_result()?;
        Ok(PlayReport {
            duration_seconds: self.duration_seconds,
            completed: self.completed,
            ended: self.ended.unwrap_or(false),
            position_seconds: self.position_seconds,
        })
    }
}
