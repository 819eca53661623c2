use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::sync::{Figures, Syncs};
use super::tests::TestResult;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::health::Overview;
use crate::features::health::maintenance::{self, Phase, Window};
use crate::features::providers::{self, Expiry, Shown, store};
use crate::features::sync::schedule::{self, Choice, Rhythm};
use crate::support::ids::ProviderId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Htmx, Page, format, urls};
use crate::web::live::{Live, Part, Scene};
use crate::web::pages::health::StreamsOf;
use crate::web::ui;

#[derive(Template)]
#[template(path = "providers/show.html")]
struct Show {
    page: Page,
    shown: Shown,
    tested: Option<TestResult>,
    syncs: Syncs,
    health: StreamsOf,
    rhythm: Rhythm,
    maintenance: Vec<Window>,
    /// The names of the parts that change by themselves.
    parts: [String; 4],
}

/// GET /providers/{id}.
pub(super) async fn show(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    overview: Data<Overview>,
    id: Path<ProviderId>,
) -> Answer {
    respond::html(&req, &view(&req, &ctx, &overview, id.into_inner(), None).await?)
}

/// GET /providers/{id}/events
pub(super) async fn events(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    live: Data<Live>,
    overview: Data<Overview>,
    id: Path<ProviderId>,
) -> Result<HttpResponse, Problem> {
    let id = store::get(&ctx.db, id.into_inner()).await?.id;
    let overview = overview.get_ref().clone();
    Ok(live.watch(&req, &admin, move |Scene { ctx, now }| {
        let overview = overview.clone();
        Box::pin(async move {
            let provider = &store::get(&ctx.db, id).await?;
            let syncs = Syncs::read(&ctx, &now, id).await?;
            let health = StreamsOf::read(&ctx, &overview, now.clone(), id).await?;
            let [figures, work, checks, last] = parts(id);
            Ok(vec![
                Part::new(figures, &Figures { now: &now, provider })?,
                Part::new(work, &syncs.work(&now, provider))?,
                Part::new(checks, &health)?,
                Part::new(last, &syncs.last(provider))?,
            ])
        })
    }))
}

fn parts(id: ProviderId) -> [String; 4] {
    ["provider", "provider-sync", "provider-checks", "provider-syncs"].map(|noun| urls::dom_id(noun, id))
}

/// The page with what a test found; under htmx that alone.
pub(super) async fn with_test(
    req: &HttpRequest,
    ctx: &Ctx,
    overview: &Overview,
    id: ProviderId,
    tested: TestResult,
) -> Answer {
    if Htmx::of(req).fragment {
        return respond::html(req, &tested);
    }
    respond::html(req, &view(req, ctx, overview, id, Some(tested)).await?)
}

async fn view(
    req: &HttpRequest,
    ctx: &Ctx,
    overview: &Overview,
    id: ProviderId,
    tested: Option<TestResult>,
) -> Result<Show, Problem> {
    let shown = providers::show(ctx, id).await?;
    let mut page = Page::new(req, &shown.provider.name).under("Providers", super::INDEX);
    page.path = super::path(id);
    Ok(Show {
        syncs: Syncs::read(ctx, &page.now, id).await?,
        health: StreamsOf::read(ctx, overview, page.now.clone(), id).await?,
        rhythm: schedule::of(ctx, id).await?,
        maintenance: maintenance::list(ctx, id).await?,
        parts: parts(id),
        page,
        shown,
        tested,
    })
}

impl Show {
    fn expiry_notice(&self, sentence: &str) -> ui::Notice {
        match self.shown.provider.expiry(self.page.now.now_ms) {
            Some(Expiry::Soon) | None => ui::Notice::warning(sentence),
            Some(Expiry::Urgent | Expiry::Over) => ui::Notice::danger(sentence),
        }
    }

    /// The window that the provider is in.
    fn now_in(&self) -> Option<&Window> {
        let now = self.page.now.now_ms;
        self.maintenance
            .iter()
            .rfind(|window| window.phase(now) == Phase::Running)
    }

    /// The next window that has not begun.
    fn next_window(&self) -> Option<&Window> {
        let now = self.page.now.now_ms;
        let planned = self
            .maintenance
            .iter()
            .filter(|window| window.phase(now) == Phase::Planned);
        planned.min_by_key(|window| window.from_at)
    }

    fn test_label(&self) -> &'static str {
        match self.shown.provider.source.path() {
            Some(_) => "Look at the file",
            None => "Test connection",
        }
    }

    fn figures(&self) -> Figures<'_> {
        Figures {
            now: &self.page.now,
            provider: &self.shown.provider,
        }
    }
}
