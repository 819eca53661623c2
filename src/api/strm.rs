//! The one-shot tool: a playlist to STRM files.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::jobs::Queued;
use super::openapi::ApiError;
use super::uploads::Sent;
use crate::ctx::Ctx;
use crate::edge::problem::extract;
use crate::edge::{Admin, Body, Problem};
use crate::features::outputs::conversion::{self, Draft};
use crate::features::settings;

/// A playlist, and how it is to become files.
#[derive(Deserialize, ToSchema)]
pub struct ConversionBody {
    /// Needed, unless a file comes as the part `m3u_file`.
    m3u_url: Option<String>,
    /// A folder below the output folder.
    output_path: Option<String>,
    /// True if absent.
    merge_duplicates: Option<bool>,
    /// `best` (if absent), `4k`, `hd`, `sd` or `all`.
    prefer_quality: Option<String>,
    organize_by_category: Option<bool>,
    /// 0 to 1; the setting if absent.
    #[schema(minimum = 0, maximum = 1)]
    fuzzy_match_threshold: Option<f64>,
    /// Also removes what earlier runs wrote there and this one does not.
    clean_output_first: Option<bool>,
}

/// A playlist as a part of a form, beside the fields that JSON has, each a part of its own.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never read")]
pub struct ConversionParts {
    /// A playlist, gzip or not, in place of `m3u_url`. It is forgotten once it became files.
    #[schema(format = Binary)]
    m3u_file: Option<String>,
}

/// Writes STRM files from a playlist, with its own links and the credentials in them. The job's result holds the counts.
#[utoipa::path(post, path = "/api/strm/process-m3u", tag = "outputs", 
    request_body(content((ConversionBody = "application/json"), (ConversionParts = "multipart/form-data"))), responses(
    (status = 202, body = Queued), (status = 403, body = ApiError), (status = 409, body = ApiError),
    (status = 413, body = ApiError, description = "The file is too large"), (status = 422, body = ApiError)))]
pub(super) async fn create(admin: Admin, ctx: Data<Ctx>, body: Body) -> Result<HttpResponse, Problem> {
    let sent = Sent::read(body, &ctx).await?;
    let body = Value::from(sent.fields);
    let body: ConversionBody = serde_json::from_value(body).map_err(|_| extract::wrong_shape())?;
    let draft = Draft {
        m3u_url: body.m3u_url.unwrap_or_default().trim().to_owned(),
        output_path: body.output_path.unwrap_or_default().trim().to_owned(),
        merge_duplicates: body.merge_duplicates.unwrap_or(true),
        prefer_quality: body.prefer_quality.unwrap_or_else(|| "best".to_owned()),
        organize_by_category: body.organize_by_category.unwrap_or(false),
        fuzzy_match_threshold: match body.fuzzy_match_threshold {
            Some(threshold) => threshold,
            None => f64::from(settings::load(&ctx).await?.fuzzy_match_threshold) / 100.0,
        },
        clean_output_first: body.clean_output_first.unwrap_or(false),
        upload: None,
    };
    let job = conversion::start(&ctx, &admin.user.actor(), draft, sent.file).await?;
    Ok(Queued::accepted(job))
}
