use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};

use super::INDEX;
use super::form::{DeviceForm, FormView};
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::outputs::hdhomerun::{self, Error};
use crate::support::ids::HdhomerunId;
use crate::web::kit::respond::{self, Answer};

/// GET /hdhomerun/{id}/edit
pub(super) async fn edit(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<HdhomerunId>) -> Answer {
    let device = hdhomerun::find(&ctx.db, *id).await?.ok_or(Error::Unknown)?;
    let view = FormView::of(DeviceForm::of(&device), Some(device));
    respond::html(&req, &view.page(&req, &ctx).await?)
}

/// POST /hdhomerun/{id}: changes it.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<HdhomerunId>,
    form: Form<Vec<(String, String)>>,
) -> Answer {
    let device = hdhomerun::find(&ctx.db, *id).await?.ok_or(Error::Unknown)?;
    let view = FormView::of(DeviceForm::read(form.into_inner()), Some(device));
    match hdhomerun::update(&ctx, &admin.user.actor(), *id, &view.form.sent()).await {
        Ok(device) => {
            let categories = hdhomerun::categories(&ctx.db).await?;
            let message = super::told(&device, "is saved", &categories);
            respond::redirect(&req, INDEX, Some(message))
        }
        Err(Error::Invalid(invalid)) => view.refused(&req, &ctx, invalid).await,
        Err(error) => Err(error.into()),
    }
}
