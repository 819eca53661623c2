use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::web::Data;
use askama::Template;

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::catalogue::rules::{self, MergeRule, RuleType};
use crate::features::providers;
use crate::support::ids::ProviderId;
use crate::web::kit::Page;
use crate::web::kit::respond::{self, Answer};
use crate::web::ui;

#[derive(Template)]
#[template(path = "merge_rules/index.html")]
struct RuleIndex {
    page: Page,
    rules: Vec<MergeRule>,
    providers: HashMap<ProviderId, String>,
}

/// GET /merge-rules
pub(super) async fn index(req: HttpRequest, _: Admin, ctx: Data<Ctx>) -> Answer {
    let page = Page::new(&req, "Merge rules").lead(
        "What is always, or never, one channel. Rules outweigh names and guide ids; what you split or merge by hand outweighs rules.",
    );
    let rules = rules::list(&ctx.db).await?;
    let providers = providers::store::names(&ctx.db).await?;
    let view = RuleIndex {
        page,
        rules,
        providers: providers.into_iter().collect(),
    };
    respond::html(&req, &view)
}

impl RuleIndex {
    fn provider(&self, rule: &MergeRule) -> &str {
        let name = |id: ProviderId| {
            self.providers
                .get(&id)
                .map_or("A removed provider", String::as_str)
        };
        rule.provider_id.map_or("All", name)
    }

    fn switch(&self, rule: &MergeRule) -> ui::Button {
        let (label, icon, act) = match rule.enabled {
            true => ("Switch off", "pause", "deactivation"),
            false => ("Switch on", "play", "activation"),
        };
        ui::Button::ghost(format!("{label} rule {}", rule.id))
            .small()
            .icon(icon)
            .icon_only()
            .post(format!("{}/{act}", super::path(rule.id)))
    }

    fn remove(&self, rule: &MergeRule) -> ui::Button {
        ui::Button::ghost(format!("Remove rule {}", rule.id))
            .small()
            .icon("trash-2")
            .icon_only()
            .dialog(format!("{}/removal", super::path(rule.id)))
    }
}

pub(super) fn kind_words(kind: &RuleType) -> &'static str {
    match kind {
        RuleType::AlwaysMerge => "Always one channel",
        RuleType::NeverMerge => "Never one channel",
        RuleType::Custom => "One channel where the text in brackets is equal",
    }
}
