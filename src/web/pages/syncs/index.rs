use std::collections::HashMap;

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::{Run, Runs};
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::{providers, sync};
use crate::support::ids::ProviderId;
use crate::support::paging::Slice;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Moment, Page, Paging, format, urls};
use crate::web::live::{Live, Part, Scene};
use crate::web::ui;

/// Rows of one page.
const ROWS: u32 = 50;
/// The part that changes by itself.
const PART: &str = "syncs";

#[derive(Template)]
#[template(path = "syncs/index.html", blocks = ["results"])]
struct Index {
    page: Page,
    wanted: Wanted,
    providers: Vec<(String, String)>,
    events: String,
    list: List,
}

/// The list, as it is now.
#[derive(Template)]
#[template(path = "syncs/_list.html")]
struct List {
    runs: Runs,
    total: i64,
    chips: ui::Chips,
    paging: Paging,
    has_provider: bool,
}

impl askama::filters::HtmlSafe for List {}

#[derive(Deserialize, Clone, Default)]
#[serde(default)]
pub(super) struct Wanted {
    provider_id: String,
    /// How many rows come before.
    after: u32,
}

/// GET /syncs
pub(super) async fn index(req: HttpRequest, _: Admin, ctx: Data<Ctx>, wanted: Query<Wanted>) -> Answer {
    let wanted = wanted.into_inner();
    let page =
        Page::new(&req, "Syncs").lead("Each time a provider's list was fetched, and what that changed.");
    let names = providers::store::names(&ctx.db).await?;
    let choices = names.iter().map(|(id, name)| (id.to_string(), name.clone()));
    let view = Index {
        providers: std::iter::once((String::new(), "All".to_owned()))
            .chain(choices)
            .collect(),
        list: list(&ctx, page.now.clone(), &wanted, names).await?,
        events: format!("/syncs/events?{}", req.query_string()),
        wanted,
        page,
    };
    respond::page_or(&req, &view, &view.as_results())
}

/// GET /syncs/events
pub(super) async fn events(
    req: HttpRequest,
    admin: Admin,
    live: Data<Live>,
    wanted: Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let wanted = wanted.into_inner();
    wanted.provider()?;
    Ok(live.watch(&req, &admin, move |Scene { ctx, now }| {
        let wanted = wanted.clone();
        Box::pin(async move {
            let names = providers::store::names(&ctx.db).await?;
            Ok(vec![Part::new(PART, &list(&ctx, now, &wanted, names).await?)?])
        })
    }))
}

async fn list(
    ctx: &Ctx,
    now: Moment,
    wanted: &Wanted,
    names: Vec<(ProviderId, String)>,
) -> Result<List, Problem> {
    let slice = Slice {
        skip: i64::from(wanted.after),
        limit: ROWS,
    };
    let found = sync::store::page(&ctx.db, wanted.provider()?, slice).await?;
    let names: HashMap<ProviderId, String> = names.into_iter().collect();
    let name_of = |id: ProviderId| Some((id, names.get(&id)?.clone()));
    let runs = found.items.into_iter().map(|row| Run {
        provider: name_of(row.provider_id),
        row,
    });
    let query = [("provider_id", wanted.provider_id.as_str())];
    let after = (wanted.after > 0).then(|| wanted.after.to_string());
    let next = slice.skip + i64::from(ROWS);
    let next = (next < found.total).then(|| next.to_string());
    let chosen = wanted
        .provider()?
        .and_then(name_of)
        .map(|(_, name)| name)
        .unwrap_or_default();
    let summary = format::count(found.total, "sync", "syncs");
    Ok(List {
        runs: Runs::of_many(now, runs.collect()),
        total: found.total,
        chips: ui::Chips::new(
            super::INDEX,
            &query,
            summary,
            &[("provider_id", "Provider", chosen)],
        ),
        paging: Paging::new(super::INDEX, &query, after.as_deref(), next.as_deref()),
        has_provider: !names.is_empty(),
    })
}

impl Wanted {
    fn provider(&self) -> Result<Option<ProviderId>, Problem> {
        match self.provider_id.as_str() {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| Problem::invalid_field("provider_id", "Choose a provider.")),
        }
    }
}

impl List {
    fn empty(&self) -> ui::Empty {
        let empty = ui::Empty::new(
            "history",
            "No syncs yet",
            "A sync fetches a provider's list. Each one stands here with what it found and changed.",
        );
        let way = match self.has_provider {
            true => ui::Button::primary("See providers")
                .icon("server")
                .href(urls::PROVIDERS),
            false => ui::Button::primary("Add provider")
                .icon("plus")
                .href(urls::NEW_PROVIDER),
        };
        empty.action(way)
    }
}
