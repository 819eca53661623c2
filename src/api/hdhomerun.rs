use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::outputs::hdhomerun::{self, Device, Draft, Error};
use crate::support::ids::HdhomerunId;
use crate::support::paging::Listed;

use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;

/// A device as it is sent; a PATCH has only the fields that change.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described: what is sent is read field by field")]
pub struct HdhomerunDeviceBody {
    /// As players show it.
    #[schema(max_length = 60)]
    name: String,
    /// How many may watch with it at once, 2 if not given.
    #[schema(minimum = 1, maximum = 32)]
    tuner_count: Option<i64>,
    /// best, 4k, hd or sd: which streams of a channel come first; best if not given.
    quality: Option<String>,
    /// The categories that its line-up is narrowed to; every channel if there are none.
    categories: Option<Vec<String>>,
    /// Whether it answers at the root of the server too, where one device does. The first one made does by itself.
    is_first: Option<bool>,
}

/// A device that players take for an HDHomeRun.
#[derive(Serialize, ToSchema)]
pub struct HdhomerunDeviceJson {
    id: i64,
    /// Eight hexadecimal digits by which players know it, the same for good.
    device_id: String,
    name: String,
    tuner_count: i64,
    quality: String,
    categories: Vec<String>,
    is_first: bool,
    /// Behind the address of this server: what to type into Plex or Jellyfin.
    path: String,
    /// Channels of its line-up now.
    channels: i64,
    /// Whether it has a credential to play with: false once that was revoked.
    has_access: bool,
    created_at: Option<String>,
}

/// The devices, the oldest first.
#[utoipa::path(get, path = "/api/hdhomerun/devices", tag = "outputs", params(WindowParams), responses(
    (status = 200, body = List<HdhomerunDeviceJson>), (status = 403, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn index(
    _admin: Admin,
    window: Window,
    ctx: web::Data<Ctx>,
) -> Result<Json<List<HdhomerunDeviceJson>>, Problem> {
    let listed = Listed::cut(hdhomerun::list(&ctx.db).await?, window.0);
    let categories = hdhomerun::categories(&ctx.db).await?;
    Ok(envelope(listed, window, |device| json(device, &categories)))
}

/// One device.
#[utoipa::path(get, path = "/api/hdhomerun/devices/{id}", tag = "outputs", params(("id" = i64, Path)), responses(
    (status = 200, body = HdhomerunDeviceJson), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn show(
    _admin: Admin,
    id: web::Path<i64>,
    ctx: web::Data<Ctx>,
) -> Result<Json<HdhomerunDeviceJson>, Problem> {
    let device = hdhomerun::find(&ctx.db, HdhomerunId(*id)).await?;
    counted(&ctx, device.ok_or(Error::Unknown)?).await
}

/// Makes a device with a credential of its own; players find it from now on.
#[utoipa::path(post, path = "/api/hdhomerun/devices", tag = "outputs", request_body = HdhomerunDeviceBody,
    responses((status = 201, body = HdhomerunDeviceJson), (status = 403, body = ApiError),
        (status = 422, body = ApiError)))]
pub(super) async fn create(
    admin: Admin,
    body: Json<Map<String, Value>>,
    ctx: web::Data<Ctx>,
) -> Result<HttpResponse, Problem> {
    let draft = Draft::new(&body)?;
    let device = hdhomerun::create(&ctx, &admin.user.actor(), &draft).await?;
    Ok(HttpResponse::Created().json(counted(&ctx, device).await?.into_inner()))
}

/// Changes a device; its device id and the numbers of its channels stay.
#[utoipa::path(patch, path = "/api/hdhomerun/devices/{id}", tag = "outputs", params(("id" = i64, Path)),
    request_body = HdhomerunDeviceBody,
    responses((status = 200, body = HdhomerunDeviceJson), (status = 403, body = ApiError),
        (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn update(
    admin: Admin,
    id: web::Path<i64>,
    body: Json<Map<String, Value>>,
    ctx: web::Data<Ctx>,
) -> Result<Json<HdhomerunDeviceJson>, Problem> {
    let device = hdhomerun::update(&ctx, &admin.user.actor(), HdhomerunId(*id), &body).await?;
    counted(&ctx, device).await
}

/// Gives a device whose credential was revoked a new one.
#[utoipa::path(post, path = "/api/hdhomerun/devices/{id}/access", tag = "outputs", params(("id" = i64, Path)),
    responses((status = 200, body = HdhomerunDeviceJson), (status = 403, body = ApiError),
        (status = 404, body = ApiError)))]
pub(super) async fn restore_access(
    admin: Admin,
    id: web::Path<i64>,
    ctx: web::Data<Ctx>,
) -> Result<Json<HdhomerunDeviceJson>, Problem> {
    let device = hdhomerun::restore_access(&ctx, &admin.user.actor(), HdhomerunId(*id)).await?;
    counted(&ctx, device).await
}

/// Removes a device and ends what it plays.
#[utoipa::path(delete, path = "/api/hdhomerun/devices/{id}", tag = "outputs", params(("id" = i64, Path)),
    responses((status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn delete(
    admin: Admin,
    id: web::Path<i64>,
    ctx: web::Data<Ctx>,
) -> Result<HttpResponse, Problem> {
    hdhomerun::remove(&ctx, &admin.user.actor(), HdhomerunId(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn counted(ctx: &Ctx, device: Device) -> Result<Json<HdhomerunDeviceJson>, Problem> {
    let categories = hdhomerun::categories(&ctx.db).await?;
    Ok(Json(json(device, &categories)))
}

fn json(device: Device, categories: &[(String, i64)]) -> HdhomerunDeviceJson {
    HdhomerunDeviceJson {
        id: device.id.0,
        path: device.path(),
        channels: hdhomerun::channel_count(&device, categories),
        device_id: device.device_id.to_string(),
        name: device.name,
        tuner_count: device.tuner_count,
        quality: device.quality.to_string(),
        categories: device.categories,
        is_first: device.is_first,
        has_access: device.credential.is_some(),
        created_at: rfc3339(device.created_at),
    }
}
