use actix_web::HttpRequest;
use actix_web::web::{Data, Form};

use super::form::{FORM, ProviderForm};
use super::form_view::{FormDialog, FormFragment, FormPage, FormView};
use super::posted::Posted;
use crate::ctx::Ctx;
use crate::edge::{Admin, Body, Problem};
use crate::features::providers::{self, Draft, Error, Wish, store, uploads};
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page};
use crate::web::ui;

const LEAD: &str =
    "A provider is one subscription: a playlist behind an address, or an Xtream Codes account.";

/// GET /providers/new: the form, in a dialog where scripts run.
pub(super) async fn new(req: HttpRequest, _: Admin, ctx: Data<Ctx>) -> Answer {
    let view = FormView::new(ProviderForm::new(), None).offering(&ctx.config);
    respond::page_or(&req, &page(&req, &view), &FormDialog { view: &view })
}

/// POST /providers: makes a provider. The same form sent again answers as it did the first time.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, body: Body) -> Answer {
    let Posted { form, file } = Posted::read(body, &ctx).await?;
    let key = Some(form.form_key.as_str()).filter(|key| !key.is_empty());
    let fields = form.sent();
    let made = match file {
        Ok(file) => {
            let wish = Wish {
                fields: &fields,
                file,
            };
            providers::create(&ctx, &admin.user.actor(), wish, key).await
        }
        Err(error) => Err(error),
    };
    let invalid = match made {
        Ok(id) => {
            let message = format!("“{}” is added. Sync it to fetch its channels.", form.name.trim());
            return respond::redirect(&req, &super::path(id), Some(Flash::success(message)));
        }
        Err(error) => about_fields(error)?,
    };
    let view = FormView::refused(form, invalid, None).offering(&ctx.config);
    respond::invalid(&req, &page(&req, &view), &FormFragment { view: &view })
}

/// POST /providers/checks: the message of the one field that was left.
pub(super) async fn check(req: HttpRequest, _: Admin, ctx: Data<Ctx>, form: Form<ProviderForm>) -> Answer {
    let mut invalid = Draft::new(&form.sent(), None).err().unwrap_or_default();
    if form.field == "name" && store::find_by_name(&ctx.db, form.name.trim()).await?.is_some() {
        invalid.add("name", NAME_TAKEN);
    }
    message(&req, &form.field, &invalid)
}

/// The message of one field.
pub(super) fn message(req: &HttpRequest, field: &str, invalid: &Invalid) -> Answer {
    let field = ui::Field::text(field, "", "").in_form(FORM).errors(invalid);
    respond::html(req, &field.message())
}

pub(super) const NAME_TAKEN: &str = "Another provider has this name.";

/// What a refusal says about the form's fields; other errors are no matter of the form.
pub(super) fn about_fields(error: Error) -> Result<Invalid, Problem> {
    match error {
        Error::Invalid(invalid) => Ok(invalid),
        error @ Error::TooLarge { .. } => Ok(Invalid::field(uploads::FIELD, error.to_string())),
        Error::NameTaken => Ok(Invalid::field("name", NAME_TAKEN)),
        error => Err(error.into()),
    }
}

pub(super) fn page<'v>(req: &HttpRequest, view: &'v FormView) -> FormPage<'v> {
    let page = Page::new(req, view.title()).under("Providers", super::INDEX);
    let page = match &view.provider {
        Some(provider) => page.under(&provider.name, super::path(provider.id)),
        None => page.lead(LEAD),
    };
    FormPage { page, view }
}
