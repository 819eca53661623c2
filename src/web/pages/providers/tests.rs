use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::create::{about_fields, page};
use super::form_view::FormView;
use super::posted::Posted;
use crate::ctx::Ctx;
use crate::edge::{Admin, Body, Problem};
use crate::features::health::Overview;
use crate::features::providers::connection::{self, Tested};
use crate::features::providers::uploads::Checked;
use crate::features::providers::{Draft, Error, Uploaded, store};
use crate::support::ids::ProviderId;
use crate::support::validation::Invalid;
use crate::web::kit::format;
use crate::web::kit::respond::{self, Answer};

/// What a connection test found.
#[derive(Template)]
#[template(path = "providers/_tested.html")]
pub(super) struct TestResult {
    tested: Tested,
}

impl askama::filters::HtmlSafe for TestResult {}

/// That a form cannot be tested as it stands.
#[derive(Template)]
#[template(path = "providers/_untested.html")]
struct Untested {
    messages: Vec<String>,
}

/// POST /providers/tests: tests a form that is not saved yet.
pub(super) async fn of_new(req: HttpRequest, _: Admin, ctx: Data<Ctx>, body: Body) -> Answer {
    let Posted { form, file } = Posted::read(body, &ctx).await?;
    let draft = match described(file)? {
        Ok(file) => Draft::new(&form.sent(), file),
        Err(invalid) => Err(invalid),
    };
    answer(&req, &ctx, FormView::new(form, None).offering(&ctx.config), draft).await
}

/// POST /providers/{id}/tests: tests a stored provider, with what its form says now if it was sent along.
pub(super) async fn of_stored(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    overview: Data<Overview>,
    id: Path<ProviderId>,
    body: Body,
) -> Answer {
    let provider = store::get(&ctx.db, id.into_inner()).await?;
    let Posted { form, file } = Posted::read(body, &ctx).await?;
    if form.r#type.is_empty() {
        let tested = connection::test(&ctx, &provider).await?;
        return super::show::with_test(&req, &ctx, &overview, provider.id, TestResult { tested }).await;
    }
    let secrets = provider.secrets(&ctx.keys).unwrap_or_default();
    let draft = match described(file)? {
        Ok(file) => Draft::changed(&provider, &secrets, &form.sent(), file),
        Err(invalid) => Err(invalid),
    };
    answer(
        &req,
        &ctx,
        FormView::new(form, Some(provider)).offering(&ctx.config),
        draft,
    )
    .await
}

/// What is known of a file that was sent; the outer error is no matter of the form.
fn described(file: Result<Option<Checked>, Error>) -> Result<Result<Option<Uploaded>, Invalid>, Problem> {
    match file {
        Ok(file) => Ok(Ok(file.as_ref().map(Checked::described))),
        Err(error) => about_fields(error).map(Err),
    }
}

async fn answer(req: &HttpRequest, ctx: &Ctx, view: FormView, draft: Result<Draft, Invalid>) -> Answer {
    match draft {
        Ok(draft) => {
            let tested = connection::test_form(ctx, &draft).await?;
            let mut view = view;
            if !crate::web::kit::Htmx::of(req).fragment {
                // A page that is shown again forgets what holds a secret, as after a refusal.
                view.form.forget_secrets(&mut view.invalid);
                view.tested = Some(TestResult { tested });
                return respond::html(req, &page(req, &view));
            }
            respond::html(req, &TestResult { tested })
        }
        Err(invalid) => {
            let messages = invalid.fields().values().flatten().cloned().collect();
            let view = FormView::refused(view.form, invalid, view.provider).offering(&ctx.config);
            respond::invalid(req, &page(req, &view), &Untested { messages })
        }
    }
}
