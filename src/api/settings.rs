//! Settings, for administrators.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::settings::{self, Kind, Setting};
use crate::support::paging::Listed;

/// A setting as it is in force.
#[derive(Serialize, ToSchema)]
pub struct SettingView {
    key: &'static str,
    value: Value,
    /// `boolean`, `integer` or `string`.
    r#type: &'static str,
    category: &'static str,
    title: &'static str,
    help: &'static str,
    default: Value,
    minimum: Option<i64>,
    maximum: Option<i64>,
    options: Option<Vec<&'static str>>,
    /// The configuration decides it: it cannot be changed here.
    locked: bool,
    /// `file`, `environment` or `flag`, where it is locked.
    locked_by: Option<&'static str>,
    /// Whether somebody set it.
    changed: bool,
    changed_by: Option<String>,
    changed_at: Option<String>,
}

/// A new value.
#[derive(Deserialize, ToSchema)]
pub struct SettingValue {
    #[schema(value_type = Value)]
    value: Value,
}

/// Several new values by key.
#[derive(Deserialize, ToSchema)]
pub struct SettingValues {
    #[schema(value_type = BTreeMap<String, Value>)]
    settings: Map<String, Value>,
}

/// Several settings as they are in force.
#[derive(Serialize, ToSchema)]
pub struct SettingList {
    items: Vec<SettingView>,
}

impl From<Setting> for SettingView {
    fn from(setting: Setting) -> Self {
        let rules = setting.rules();
        let (minimum, maximum) = match rules.kind {
            Kind::Number { min, max, .. } => (Some(min), Some(max)),
            _ => (None, None),
        };
        Self {
            key: rules.name,
            r#type: rules.type_name(),
            category: rules.category,
            title: rules.title,
            help: rules.help,
            default: setting.default,
            minimum,
            maximum,
            options: match rules.kind {
                Kind::Choice { options, .. } => Some(options.iter().map(|(option, _)| *option).collect()),
                _ => None,
            },
            locked: setting.locked_by.is_some(),
            locked_by: setting.locked_by.map(|source| source.name()),
            changed: setting.changed,
            value: setting.value,
            changed_by: setting.changed_by,
            changed_at: setting.changed_at.and_then(rfc3339),
        }
    }
}

/// Every setting.
#[utoipa::path(get, path = "/api/settings", tag = "settings", params(WindowParams), responses(
    (status = 200, body = List<SettingView>), (status = 403, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn index(
    _: Admin,
    ctx: Data<Ctx>,
    window: Window,
) -> Result<Json<List<SettingView>>, Problem> {
    let all = settings::list(&ctx).await?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from(window.0.skip).unwrap_or(usize::MAX);
    let items = all.into_iter().skip(skip).take(window.0.limit as usize).collect();
    Ok(envelope(Listed { items, total }, window, SettingView::from))
}

/// One setting.
#[utoipa::path(get, path = "/api/settings/{key}", tag = "settings", params(("key" = String, Path)), responses(
    (status = 200, body = SettingView), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn show(_: Admin, ctx: Data<Ctx>, key: Path<String>) -> Result<Json<SettingView>, Problem> {
    Ok(Json(settings::get(&ctx, &key).await?.into()))
}

/// Changes a setting; it counts at once.
#[utoipa::path(put, path = "/api/settings/{key}", tag = "settings", params(("key" = String, Path)),
    request_body = SettingValue, responses(
    (status = 200, body = SettingView), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError, description = "Fixed by the configuration"), (status = 422, body = ApiError)))]
pub(super) async fn update(
    admin: Admin,
    ctx: Data<Ctx>,
    key: Path<String>,
    sent: Json<SettingValue>,
) -> Result<Json<SettingView>, Problem> {
    let values = Map::from_iter([(key.to_string(), sent.into_inner().value)]);
    settings::set(&ctx, &admin.user.actor(), &values)
        .await
        .map_err(about_value)?;
    Ok(Json(settings::get(&ctx, &key).await?.into()))
}

/// Gives a setting its default back; it counts at once.
#[utoipa::path(delete, path = "/api/settings/{key}", tag = "settings", params(("key" = String, Path)), responses(
    (status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError, description = "Fixed by the configuration")))]
pub(super) async fn delete(admin: Admin, ctx: Data<Ctx>, key: Path<String>) -> Result<HttpResponse, Problem> {
    settings::reset_one(&ctx, &admin.user.actor(), &key).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whoever sends one value calls it `value`.
fn about_value(error: settings::Error) -> Problem {
    let mut problem = Problem::from(error);
    let messages: Vec<String> = std::mem::take(&mut problem.fields)
        .into_values()
        .flatten()
        .collect();
    if !messages.is_empty() {
        problem.fields.insert("value".to_owned(), messages);
    }
    problem
}

/// Changes several settings, all or none.
#[utoipa::path(post, path = "/api/settings/bulk-update", tag = "settings", request_body = SettingValues, responses(
    (status = 200, body = SettingList), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError, description = "Fixed by the configuration"), (status = 422, body = ApiError)))]
pub(super) async fn bulk_update(
    admin: Admin,
    ctx: Data<Ctx>,
    sent: Json<SettingValues>,
) -> Result<Json<SettingList>, Problem> {
    settings::set(&ctx, &admin.user.actor(), &sent.settings).await?;
    let all = settings::list(&ctx).await?.into_iter();
    let changed = all.filter(|setting| sent.settings.contains_key(setting.key));
    Ok(Json(SettingList {
        items: changed.map(SettingView::from).collect(),
    }))
}

/// Gives every setting its default back.
#[utoipa::path(post, path = "/api/settings/reset-defaults", tag = "settings", responses(
    (status = 200, body = SettingList), (status = 403, body = ApiError)))]
pub(super) async fn reset_defaults(admin: Admin, ctx: Data<Ctx>) -> Result<Json<SettingList>, Problem> {
    settings::reset(&ctx, &admin.user.actor()).await?;
    let all = settings::list(&ctx).await?;
    Ok(Json(SettingList {
        items: all.into_iter().map(SettingView::from).collect(),
    }))
}

/// The keys of each category.
#[utoipa::path(get, path = "/api/settings/categories", tag = "settings", responses(
    (status = 200, body = BTreeMap<String, Vec<String>>), (status = 403, body = ApiError)))]
pub(super) async fn categories(_: Admin) -> Json<BTreeMap<&'static str, Vec<&'static str>>> {
    Json(settings::categories())
}
