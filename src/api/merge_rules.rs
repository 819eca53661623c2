use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::rules::{self, Draft, MergeRule, Preview};
use crate::support::ids::{JobId, MergeRuleId};
use crate::support::paging::Listed;

use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;

/// A merge rule as it is sent; a PATCH has only the fields that change.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described: what is sent is read field by field")]
pub struct MergeRuleBody {
    /// never_merge, always_merge or custom
    rule_type: String,
    /// A regular expression that is looked for in the names of streams, whatever their case. Of a custom rule the texts
    /// in brackets have to be equal.
    #[schema(max_length = 300)]
    pattern1: String,
    /// What never_merge keeps apart from what the first finds; without it, that is apart from everything else. The others
    /// join what either finds.
    #[schema(max_length = 300)]
    pattern2: Option<String>,
    /// The code of the country that a stream must be of for the first expression.
    region1: Option<String>,
    /// The same for the second.
    region2: Option<String>,
    /// The provider whose streams it concerns; of all without.
    provider_id: Option<i64>,
    /// 1 to 100, 50 if not given: the higher has the last word, of equal ones the older.
    #[schema(minimum = 1, maximum = 100)]
    priority: Option<i64>,
    enabled: Option<bool>,
    reason: Option<String>,
}

/// A merge rule to be tried.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described: what is sent is read field by field")]
pub struct PreviewBody {
    /// The rule that it would take the place of; none for a new one.
    id: Option<i64>,
    #[schema(inline)]
    #[serde(flatten)]
    rule: MergeRuleBody,
}

/// A merge rule.
#[derive(Serialize, ToSchema)]
pub struct MergeRuleJson {
    id: i64,
    rule_type: &'static str,
    pattern1: String,
    pattern2: Option<String>,
    region1: Option<String>,
    region2: Option<String>,
    provider_id: Option<i64>,
    priority: i64,
    enabled: bool,
    reason: Option<String>,
    /// Who made it.
    author: String,
    created_at: Option<String>,
    /// The job that groups the streams by it, in the answer to a change.
    job_id: Option<i64>,
}

/// What a rule would change.
#[derive(Serialize, ToSchema)]
pub struct PreviewJson {
    /// Streams that the first and the second expression find; of a rule that joins, all in the first number.
    streams_found: [usize; 2],
    /// It finds more than 1,000 streams that would be one channel, and therefore does not join them.
    too_broad: bool,
    /// Channels that would be one with others: how many, and into how many.
    merged: MergedJson,
    parted: PartedJson,
}

/// Channels that would be one with others.
#[derive(Serialize, ToSchema)]
pub struct MergedJson {
    channels: usize,
    into: usize,
    samples: Vec<MergedSampleJson>,
}

/// Some channels that would be one.
#[derive(Serialize, ToSchema)]
pub struct MergedSampleJson {
    channels: Vec<NamedChannelJson>,
    channel_count: usize,
    stream_count: usize,
}

/// A channel by name.
#[derive(Serialize, ToSchema)]
pub struct NamedChannelJson {
    id: i64,
    name: String,
}

/// Channels that would be several.
#[derive(Serialize, ToSchema)]
pub struct PartedJson {
    channels: usize,
    into: usize,
    samples: Vec<PartedSampleJson>,
}

/// A channel that would be several.
#[derive(Serialize, ToSchema)]
pub struct PartedSampleJson {
    channel: NamedChannelJson,
    parts: Vec<PartJson>,
    part_count: usize,
}

/// The streams that would be one of its parts.
#[derive(Serialize, ToSchema)]
pub struct PartJson {
    streams: Vec<String>,
    stream_count: usize,
}

/// The merge rules, the one with the last word first.
#[utoipa::path(get, path = "/api/merge-rules", tag = "catalogue", params(WindowParams), responses(
    (status = 200, body = List<MergeRuleJson>), (status = 403, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn index(
    _admin: Admin,
    window: Window,
    ctx: web::Data<Ctx>,
) -> Result<Json<List<MergeRuleJson>>, Problem> {
    let listed = Listed::cut(rules::list(&ctx.db).await?, window.0);
    Ok(envelope(listed, window, |rule| json(rule, None)))
}

/// Makes a rule; a job groups the streams by it, and every sync does.
#[utoipa::path(post, path = "/api/merge-rules", tag = "catalogue", request_body = MergeRuleBody,
    responses((status = 201, body = MergeRuleJson), (status = 403, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn create(
    admin: Admin,
    body: Json<Map<String, Value>>,
    ctx: web::Data<Ctx>,
) -> Result<HttpResponse, Problem> {
    let draft = Draft::new(&body)?;
    let (rule, job) = rules::create(&ctx, &admin.user.actor(), &draft).await?;
    Ok(HttpResponse::Created().json(json(rule, job)))
}

/// Changes a rule, likewise.
#[utoipa::path(patch, path = "/api/merge-rules/{id}", tag = "catalogue", params(("id" = i64, Path)),
    request_body = MergeRuleBody,
    responses((status = 200, body = MergeRuleJson), (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 422, body = ApiError)))]
pub(super) async fn update(
    admin: Admin,
    id: web::Path<i64>,
    body: Json<Map<String, Value>>,
    ctx: web::Data<Ctx>,
) -> Result<Json<MergeRuleJson>, Problem> {
    let (rule, job) = rules::update(&ctx, &admin.user.actor(), MergeRuleId(*id), &body).await?;
    Ok(Json(json(rule, job)))
}

/// Removes a rule; a job groups the streams without it.
#[utoipa::path(delete, path = "/api/merge-rules/{id}", tag = "catalogue", params(("id" = i64, Path)),
    responses((status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn delete(
    admin: Admin,
    id: web::Path<i64>,
    ctx: web::Data<Ctx>,
) -> Result<HttpResponse, Problem> {
    rules::remove(&ctx, &admin.user.actor(), MergeRuleId(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a rule would change if it were kept, or took the place of the one that `id` names. Changes nothing.
#[utoipa::path(post, path = "/api/merge-rules/preview", tag = "catalogue", request_body = PreviewBody,
    responses((status = 200, body = PreviewJson), (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 422, body = ApiError)))]
pub(super) async fn preview(
    _admin: Admin,
    body: Json<Map<String, Value>>,
    ctx: web::Data<Ctx>,
) -> Result<Json<PreviewJson>, Problem> {
    let draft = Draft::new(&body)?;
    let id = match body.get("id") {
        None | Some(Value::Null) => None,
        Some(id) => {
            let id = id.as_i64().map(MergeRuleId);
            Some(id.ok_or_else(|| Problem::invalid_field("id", "Use a rule's id."))?)
        }
    };
    Ok(Json(rules::preview(&ctx, &draft, id).await?.into()))
}

fn json(rule: MergeRule, job: Option<JobId>) -> MergeRuleJson {
    MergeRuleJson {
        id: rule.id.0,
        rule_type: rule.rule_type.name(),
        pattern1: rule.pattern1,
        pattern2: rule.pattern2,
        region1: rule.region1,
        region2: rule.region2,
        provider_id: rule.provider_id.map(|id| id.0),
        priority: rule.priority,
        enabled: rule.enabled,
        reason: rule.reason,
        author: rule.author,
        created_at: rfc3339(rule.created_at),
        job_id: job.map(|job| job.0),
    }
}

impl From<Preview> for PreviewJson {
    fn from(preview: Preview) -> Self {
        let merged = preview.merged_samples.into_iter().map(|sample| MergedSampleJson {
            channels: sample
                .channels
                .into_iter()
                .map(|(id, name)| NamedChannelJson { id: id.0, name })
                .collect(),
            channel_count: sample.count,
            stream_count: sample.streams,
        });
        let parted = preview.parted_samples.into_iter().map(|sample| PartedSampleJson {
            channel: NamedChannelJson {
                id: sample.channel.0,
                name: sample.name,
            },
            parts: sample
                .parts
                .into_iter()
                .map(|part| PartJson {
                    streams: part.names,
                    stream_count: part.streams,
                })
                .collect(),
            part_count: sample.count,
        });
        Self {
            streams_found: preview.found,
            too_broad: preview.is_too_broad,
            merged: MergedJson {
                channels: preview.merged.0,
                into: preview.merged.1,
                samples: merged.collect(),
            },
            parted: PartedJson {
                channels: preview.parted.0,
                into: preview.parted.1,
                samples: parted.collect(),
            },
        }
    }
}
