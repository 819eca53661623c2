//! What looks at a stream found: black, still, a sign, silent, hardly any bits.

use actix_web::web::{Data, Json, Path, Query};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::openapi::ApiError;
use super::stream_days::{DaysParams, MOST};
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Edge, Problem};
use crate::features::catalogue::defect::Defect;
use crate::features::health::Tester;
use crate::features::health::content::Outcome;
use crate::features::health::content::store::{self, Line};
use crate::support::ids::StreamId;

/// A stream over some days.
#[derive(Serialize, ToSchema)]
pub struct LooksView {
    stream_id: i64,
    period_days: i64,
    /// In order of time.
    data: Vec<LookLine>,
}

/// One look at a stream. Durations are milliseconds.
#[derive(Serialize, ToSchema)]
pub struct LookLine {
    timestamp: Option<String>,
    /// `slate`, `black`, `frozen`, `silent` or `low_bitrate`; null of a good one.
    defect: Option<String>,
    /// What was seen, in words.
    evidence: String,
    /// Whether the look before it found it too, so that it counts.
    confirmed: bool,
    picture_ms: i64,
    black_ms: i64,
    still_ms: i64,
    sound_ms: i64,
    silent_ms: i64,
    bitrate_kbps: Option<i64>,
    /// Whether a person asked for it.
    by_hand: bool,
}

impl From<Line> for LookLine {
    fn from(line: Line) -> Self {
        Self {
            timestamp: rfc3339(line.at),
            defect: line.defect,
            evidence: line.evidence,
            confirmed: line.is_confirmed,
            picture_ms: line.picture_ms,
            black_ms: line.black_ms,
            still_ms: line.still_ms,
            sound_ms: line.sound_ms,
            silent_ms: line.silent_ms,
            bitrate_kbps: line.bitrate_kbps,
            by_hand: line.by_hand,
        }
    }
}

/// What a look at one stream found.
#[derive(Serialize, ToSchema)]
pub struct LookView {
    stream_id: i64,
    /// `good` or `bad`; `unseen` where too little came to say; `skipped` where the account had no free connection;
    /// `maintenance` where its provider is at work; `missing` where there is no ffmpeg.
    outcome: &'static str,
    tested_at: Option<String>,
    /// `slate`, `black`, `frozen`, `silent` or `low_bitrate`; null unless it is bad.
    defect: Option<&'static str>,
    /// Whether the look before it found it too, so that it counts.
    confirmed: bool,
    /// What was seen, or why nothing was, in words.
    evidence: Option<String>,
}

/// How a stream was seen and heard over some days.
#[utoipa::path(get, path = "/api/analytics/streams/{id}/content", tag = "health",
    params(("id" = i64, Path), DaysParams),
    responses((status = 200, body = LooksView), (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 422, body = ApiError)))]
pub(super) async fn show(
    _admin: Admin,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    id: Path<i64>,
    wanted: Query<DaysParams>,
) -> Result<Json<LooksView>, Problem> {
    let id = StreamId(*id);
    let days = wanted.of_stream(&ctx, &edge, id).await?;
    let lines = store::within(&ctx.db, id, &days.window_ms, MOST).await?;
    Ok(Json(LooksView {
        stream_id: id.0,
        period_days: days.count,
        data: lines.into_iter().map(LookLine::from).collect(),
    }))
}

/// Looks at one stream for some seconds now and answers with what was seen; what two looks in a row find makes it degraded.
#[utoipa::path(post, path = "/api/streams/{id}/content-tests", tag = "health", params(("id" = i64, Path)), responses(
    (status = 200, body = LookView), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn create(
    admin: Admin,
    ctx: Data<Ctx>,
    tester: Data<Tester>,
    id: Path<i64>,
) -> Result<Json<LookView>, Problem> {
    let cancel = CancellationToken::new();
    let _gone = cancel.clone().drop_guard();
    let outcome = tester
        .one(&ctx, &admin.user.actor(), StreamId(*id), cancel)
        .await?;
    let none = |outcome| LookView {
        stream_id: *id,
        outcome,
        tested_at: None,
        defect: None,
        confirmed: false,
        evidence: None,
    };
    Ok(Json(match outcome {
        Outcome::Told(finding) => LookView {
            tested_at: rfc3339(finding.at_ms),
            defect: finding.defect.map(Defect::as_str),
            confirmed: finding.is_confirmed,
            evidence: Some(finding.evidence),
            ..none(if finding.defect.is_some() { "bad" } else { "good" })
        },
        Outcome::Failed(reason) => LookView {
            evidence: Some(reason),
            ..none("unseen")
        },
        Outcome::Skipped => none("skipped"),
        Outcome::Maintenance => none("maintenance"),
        Outcome::Missing => none("missing"),
    }))
}
