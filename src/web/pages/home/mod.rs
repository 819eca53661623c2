//! The start page: the first step, then what there is and how it is doing.

use actix_web::HttpRequest;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;

use crate::ctx::Ctx;
use crate::db::DbError;
use crate::edge::Member;
use crate::features::catalogue::browse::{Lists, Totals};
use crate::features::catalogue::favourites;
use crate::features::providers::{self, Provider, Status, Summary};
use crate::features::sync;
use crate::features::sync::store::SyncRow;
use crate::support::paging::Slice;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, format, urls};
use crate::web::pages::syncs::{Run, Runs};
use crate::web::ui;

pub fn routes(config: &mut ServiceConfig) {
    config.route(urls::HOME, web::get().to(show));
}

#[derive(Template)]
#[template(path = "home/welcome.html")]
struct Welcome {
    page: Page,
    /// Where the first sync is started, once there is a provider: path and name.
    next: Option<(String, String)>,
}

const LAST_RUNS: i64 = 5;
const MOST_TROUBLED: i64 = 10;
const ONE: Slice = Slice { skip: 0, limit: 1 };

#[derive(Template)]
#[template(path = "home/show.html")]
struct HomeShow {
    page: Page,
    providers: Summary,
    totals: Totals,
    favourites: i64,
    /// For administrators.
    runs: Option<Runs>,
    /// Providers that somebody has to look at, for administrators.
    troubled: Vec<Provider>,
}

/// GET /
async fn show(req: HttpRequest, member: Member, ctx: Data<Ctx>, lists: Data<Lists>) -> Answer {
    let providers = providers::store::summary(&ctx.db).await?;
    if providers.synced == 0 {
        let page = Page::new(&req, "Welcome").lead("Two steps, and there is something to watch.");
        let first = providers::store::list(&ctx.db, ONE).await?;
        let next = match (first.total, first.items.into_iter().next()) {
            (1, Some(only)) => Some((format!("{}/{}", urls::PROVIDERS, only.id), only.name)),
            (2.., _) => Some((urls::PROVIDERS.to_owned(), "your providers".to_owned())),
            _ => None,
        };
        return respond::html(&req, &Welcome { page, next });
    }
    let page = Page::new(&req, "Dashboard").lead("What there is to watch, and where it comes from.");
    let page = HomeShow {
        runs: match page.is_admin() {
            true => last_runs(&ctx, &page).await?,
            false => None,
        },
        troubled: match page.is_admin() {
            true => providers::store::troubled(&ctx.db, page.now.now_ms, MOST_TROUBLED).await?,
            false => Vec::new(),
        },
        page,
        providers,
        totals: lists.totals().await?,
        favourites: favourites::count(&ctx.db, member.user.id).await?,
    };
    respond::html(&req, &page)
}

async fn last_runs(ctx: &Ctx, page: &Page) -> Result<Option<Runs>, DbError> {
    let names = providers::store::names(&ctx.db).await?;
    let named = |row: SyncRow| {
        let provider = names.iter().find(|(id, _)| *id == row.provider_id)?;
        Some(Run {
            provider: Some(provider.clone()),
            row,
        })
    };
    let rows = sync::store::latest(&ctx.db, LAST_RUNS).await?;
    let runs: Vec<Run> = rows.into_iter().filter_map(named).collect();
    Ok((!runs.is_empty()).then(|| Runs::of_many(page.now.clone(), runs)))
}

impl HomeShow {
    /// What is the matter with a provider, in a sentence.
    fn trouble(&self, provider: &Provider) -> String {
        let now_ms = self.page.now.now_ms;
        match provider.last_status {
            Status::Held => "A sync would remove a large part of it and waits for your decision.".to_owned(),
            Status::Failing | Status::Expired => {
                let message = provider.status_message.as_deref();
                message.unwrap_or("Its last sync failed.").to_owned()
            }
            Status::NeverSynced | Status::Ok | Status::Disabled => {
                provider.expiry_sentence(now_ms).unwrap_or_default()
            }
        }
    }

    /// What a provider of the list of troubles is marked with.
    fn mark(&self, provider: &Provider) -> ui::Badge {
        let is_well = matches!(provider.last_status, Status::NeverSynced | Status::Ok);
        let expiry = provider.expiry(self.page.now.now_ms).filter(|_| is_well);
        expiry.map_or_else(
            || ui::Badge::provider(provider.status().as_str()),
            |near| ui::Badge::expiry(near.as_str()),
        )
    }

    fn active_providers(&self) -> ui::Tile {
        let Summary { total, enabled, .. } = self.providers;
        let note = match total - enabled {
            0 => "none is switched off".to_owned(),
            off => format!(
                "of {}; {} switched off",
                format::number(total),
                format::number(off)
            ),
        };
        ui::Tile::new("Active providers", format::number(enabled))
            .note(note)
            .href(urls::PROVIDERS)
            .help("Providers that are switched on")
    }

    fn active_streams(&self) -> ui::Tile {
        let Summary {
            streams,
            active_streams,
            ..
        } = self.providers;
        let tile = ui::Tile::new("Active streams", format::number(active_streams))
            .help("Streams of channels that are in use, of all providers that are switched on");
        match streams - active_streams {
            0 => tile,
            out => tile.note(format!("{} more are out of use", format::number(out))),
        }
    }
}
