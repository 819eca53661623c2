use actix_web::HttpRequest;
use actix_web::web::{Data, Form};

use super::INDEX;
use super::form::{FormView, RuleForm};
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::catalogue::rules::{self, Draft, Error};
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};

/// GET /merge-rules/new
pub(super) async fn new(req: HttpRequest, _: Admin, ctx: Data<Ctx>) -> Answer {
    let view = FormView::of(RuleForm::new(), None);
    respond::html(&req, &view.page(&req, &ctx).await?)
}

/// POST /merge-rules: keeps a new rule.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, form: Form<RuleForm>) -> Answer {
    let view = FormView::of(form.into_inner(), None);
    let made = async {
        let draft = Draft::new(&view.form.sent())?;
        rules::create(&ctx, &admin.user.actor(), &draft).await
    };
    match made.await {
        Ok((rule, job)) => {
            let message = match job {
                Some(_) => format!("Rule {} is kept. The streams are being grouped by it.", rule.id),
                None => format!("Rule {} is kept, and is off.", rule.id),
            };
            respond::redirect(&req, INDEX, Some(Flash::success(message)))
        }
        Err(Error::Invalid(invalid)) => view.refused(&req, &ctx, invalid).await,
        Err(error) => Err(error.into()),
    }
}
