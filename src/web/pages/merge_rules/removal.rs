use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::INDEX;
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::catalogue::rules::{self, Error, MergeRule};
use crate::support::ids::MergeRuleId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page};
use crate::web::ui;

#[derive(Template)]
#[template(path = "merge_rules/removal.html")]
struct RemovalPage<'a> {
    page: Page,
    rule: &'a MergeRule,
}

#[derive(Template)]
#[template(path = "merge_rules/_removal_dialog.html")]
struct RemovalDialog<'a> {
    rule: &'a MergeRule,
}

/// GET /merge-rules/{id}/removal: names what becomes otherwise and what stays.
pub(super) async fn new(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<MergeRuleId>) -> Answer {
    let rule = &rules::find(&ctx.db, *id).await?.ok_or(Error::Unknown)?;
    let page = Page::new(&req, format!("Remove rule {}", rule.id)).under("Merge rules", INDEX);
    respond::page_or(&req, &RemovalPage { page, rule }, &RemovalDialog { rule })
}

/// POST /merge-rules/{id}/removal: removes it.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<MergeRuleId>) -> Answer {
    let (rule, job) = rules::remove(&ctx, &admin.user.actor(), *id).await?;
    let message = match job {
        Some(_) => format!(
            "Rule {} is gone. The streams are being grouped without it.",
            rule.id
        ),
        None => format!("Rule {} is gone. It was off, so nothing else changes.", rule.id),
    };
    respond::redirect(&req, INDEX, Some(Flash::success(message)))
}
