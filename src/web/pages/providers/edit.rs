use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};

use super::create::{NAME_TAKEN, about_fields, message, page};
use super::form::ProviderForm;
use super::form_view::{FormDialog, FormFragment, FormView};
use super::posted::Posted;
use crate::ctx::Ctx;
use crate::edge::{Admin, Body};
use crate::features::catalogue::line_up;
use crate::features::providers::{self, Draft, Source, Wish, store};
use crate::support::ids::ProviderId;
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};

/// GET /providers/{id}/edit: the form, in a dialog where scripts run.
pub(super) async fn edit(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Answer {
    let shown = providers::show(&ctx, id.into_inner()).await?;
    let view = FormView::new(ProviderForm::of(&shown), Some(shown.provider)).offering(&ctx.config);
    respond::page_or(&req, &page(&req, &view), &FormDialog { view: &view })
}

/// POST /providers/{id}: changes a provider.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    body: Body,
) -> Answer {
    let id = id.into_inner();
    let before = store::get(&ctx.db, id).await?;
    let Posted { form, file } = Posted::read(body, &ctx).await?;
    let fields = form.sent();
    let saved = match file {
        Ok(file) => {
            let wish = Wish {
                fields: &fields,
                file,
            };
            line_up::update(&ctx, &admin.user.actor(), id, wish).await
        }
        Err(error) => Err(error),
    };
    let invalid = match saved {
        Ok(provider) => {
            let next = if provider.source != before.source && provider.source != Source::Address {
                " Its next sync reads the new file."
            } else if provider.reading != before.reading {
                " Its next sync reads the list so."
            } else {
                ""
            };
            let message = format!("“{}” is saved.{next}", provider.name);
            return respond::redirect(&req, &super::path(id), Some(Flash::success(message)));
        }
        Err(error) => about_fields(error)?,
    };
    let view = FormView::refused(form, invalid, Some(before)).offering(&ctx.config);
    respond::invalid(&req, &page(&req, &view), &FormFragment { view: &view })
}

/// POST /providers/{id}/checks: the message of the one field that was left.
pub(super) async fn check(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    form: Form<ProviderForm>,
) -> Answer {
    let provider = store::get(&ctx.db, id.into_inner()).await?;
    let secrets = provider.secrets(&ctx.keys).unwrap_or_default();
    let mut invalid = Draft::changed(&provider, &secrets, &form.sent(), None)
        .err()
        .unwrap_or_default();
    if form.field == "name" {
        let holder = store::find_by_name(&ctx.db, form.name.trim()).await?;
        if holder.is_some_and(|holder| holder.id != provider.id) {
            invalid.add("name", NAME_TAKEN);
        }
    }
    message(&req, &form.field, &invalid)
}
