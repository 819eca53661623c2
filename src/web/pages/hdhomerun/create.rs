use actix_web::HttpRequest;
use actix_web::web::{Data, Form};

use super::INDEX;
use super::form::{DeviceForm, FormView};
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::outputs::hdhomerun::{self, Draft, Error};
use crate::web::kit::respond::{self, Answer};

/// GET /hdhomerun/new
pub(super) async fn new(req: HttpRequest, _: Admin, ctx: Data<Ctx>) -> Answer {
    let view = FormView::of(DeviceForm::new(), None);
    respond::html(&req, &view.page(&req, &ctx).await?)
}

/// POST /hdhomerun: makes a device.
pub(super) async fn create(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    form: Form<Vec<(String, String)>>,
) -> Answer {
    let view = FormView::of(DeviceForm::read(form.into_inner()), None);
    let made = async {
        let draft = Draft::new(&view.form.sent())?;
        hdhomerun::create(&ctx, &admin.user.actor(), &draft).await
    };
    match made.await {
        Ok(device) => {
            let categories = hdhomerun::categories(&ctx.db).await?;
            let message = super::told(&device, "is made", &categories);
            respond::redirect(&req, INDEX, Some(message))
        }
        Err(Error::Invalid(invalid)) => view.refused(&req, &ctx, invalid).await,
        Err(error) => Err(error.into()),
    }
}
