//! How the quality of streams was over time.

use actix_web::web::{Data, Json, Path, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::ApiError;
use super::stream_days::{DaysParams, MOST};
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Edge, Problem};
use crate::features::health::quality::history::store::{self, Line};
use crate::support::ids::StreamId;

/// A stream over some days.
#[derive(Serialize, ToSchema)]
pub struct QualityView {
    stream_id: i64,
    period_days: i64,
    /// In order of time; each measurement, and what name or address state once a day.
    data: Vec<QualityLine>,
}

/// What its quality was found to be; what was not measured is null.
#[derive(Serialize, ToSchema)]
pub struct QualityLine {
    timestamp: Option<String>,
    /// `1080p`.
    resolution: Option<String>,
    bitrate_kbps: Option<i64>,
    /// Of its picture, such as `h264`.
    codec: Option<String>,
    fps: Option<f64>,
    /// 0–1000.
    quality_score: Option<i64>,
    /// `name`, `url` or `ffprobe`.
    detection_method: String,
    /// What it was before by the same method, where it fell by 100 points or to a smaller picture.
    regression: Option<RegressionView>,
}

/// What a stream was before it became worse.
#[derive(Serialize, ToSchema)]
pub struct RegressionView {
    from_resolution: Option<String>,
    from_score: Option<i64>,
}

impl From<Line> for QualityLine {
    fn from(line: Line) -> Self {
        Self {
            timestamp: rfc3339(line.at),
            resolution: line.resolution,
            bitrate_kbps: line.bitrate_kbps,
            codec: line.codec,
            fps: line.fps,
            quality_score: line.score,
            detection_method: line.detection_method,
            regression: line.fell.then_some(RegressionView {
                from_resolution: line.before_resolution,
                from_score: line.before_score,
            }),
        }
    }
}

/// How good a stream was over some days, by its name, its address and what was measured.
#[utoipa::path(get, path = "/api/analytics/streams/{id}/quality", tag = "health",
    params(("id" = i64, Path), DaysParams),
    responses((status = 200, body = QualityView), (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 422, body = ApiError)))]
pub(super) async fn show(
    _admin: Admin,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    id: Path<i64>,
    wanted: Query<DaysParams>,
) -> Result<Json<QualityView>, Problem> {
    let id = StreamId(*id);
    let days = wanted.of_stream(&ctx, &edge, id).await?;
    let lines = store::within(&ctx.db, id, &days.window_ms, MOST).await?;
    Ok(Json(QualityView {
        stream_id: id.0,
        period_days: days.count,
        data: lines.into_iter().map(QualityLine::from).collect(),
    }))
}
