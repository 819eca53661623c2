use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};

use super::INDEX;
use super::form::{FormView, RuleForm};
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::catalogue::rules::{self, Error};
use crate::support::ids::MergeRuleId;
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};

/// GET /merge-rules/{id}/edit
pub(super) async fn edit(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<MergeRuleId>) -> Answer {
    let rule = rules::find(&ctx.db, *id).await?.ok_or(Error::Unknown)?;
    let view = FormView::of(RuleForm::of(&rule), Some(rule.id));
    respond::html(&req, &view.page(&req, &ctx).await?)
}

/// POST /merge-rules/{id}: changes it.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<MergeRuleId>,
    form: Form<RuleForm>,
) -> Answer {
    let view = FormView::of(form.into_inner(), Some(*id));
    match rules::update(&ctx, &admin.user.actor(), *id, &view.form.sent()).await {
        Ok((rule, job)) => {
            let message = match job {
                Some(_) => format!("Rule {} is saved. The streams are being grouped anew.", rule.id),
                None => format!("Rule {} is saved; no stream is grouped otherwise.", rule.id),
            };
            respond::redirect(&req, INDEX, Some(Flash::success(message)))
        }
        Err(Error::Invalid(invalid)) => view.refused(&req, &ctx, invalid).await,
        Err(error) => Err(error.into()),
    }
}
