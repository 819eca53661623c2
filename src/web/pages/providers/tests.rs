use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};
use askama::Template;

use super::create::page;
use super::form::{FormView, ProviderForm};
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::providers::connection::{self, Tested};
use crate::features::providers::{Draft, store};
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
pub(super) async fn of_new(req: HttpRequest, _: Admin, ctx: Data<Ctx>, form: Form<ProviderForm>) -> Answer {
    let form = form.into_inner();
    let draft = Draft::new(&form.sent());
    answer(&req, &ctx, FormView::new(form, None), draft).await
}

/// POST /providers/{id}/tests: tests a stored provider, with what its form says now if it was sent along.
pub(super) async fn of_stored(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    form: Form<ProviderForm>,
) -> Answer {
    let provider = store::get(&ctx.db, id.into_inner()).await?;
    let form = form.into_inner();
    if form.r#type.is_empty() {
        let tested = connection::test(&ctx, &provider).await?;
        return super::show::with_test(&req, &ctx, provider.id, TestResult { tested }).await;
    }
    let secrets = provider.secrets(&ctx.keys).unwrap_or_default();
    let draft = Draft::changed(&provider, &secrets, &form.sent());
    answer(&req, &ctx, FormView::new(form, Some(provider)), draft).await
}

async fn answer(req: &HttpRequest, ctx: &Ctx, view: FormView, draft: Result<Draft, Invalid>) -> Answer {
    match draft {
        Ok(draft) => {
            let tested = connection::test_draft(&ctx.fetch, &draft, ctx.clock.now_ms()).await;
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
            let view = FormView::refused(view.form, invalid, view.provider);
            respond::invalid(req, &page(req, &view), &Untested { messages })
        }
    }
}
