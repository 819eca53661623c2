//! How a provider has done over any time.

mod charts;
mod facts;
mod figures;
mod range;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use askama::Template;

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::analytics::providers::error_rate;
use crate::features::health::Overview;
use crate::features::health::incidents::store::Past;
use crate::features::providers;
use crate::features::sync::store::RunSum;
use crate::support::ids::ProviderId;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, format};
use crate::web::pages::providers as provider_pages;
use crate::web::ui;
use facts::{Facts, SYNC_DAYS};
use range::{Asked, Shown};

const FORM: &str = "time";

#[derive(Template)]
#[template(path = "health/performance/show.html")]
struct Show {
    page: Page,
    id: ProviderId,
    asked: Asked,
    invalid: Invalid,
    facts: Facts,
}

/// The page of a provider's performance.
pub fn path(id: ProviderId) -> String {
    format!("{}/performance", provider_pages::path(id))
}

/// GET /providers/{id}/performance?days=&from=&to=&hours=
pub(super) async fn show(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    overview: Data<Overview>,
    id: Path<ProviderId>,
    asked: Query<Asked>,
) -> Answer {
    let provider = providers::store::get(&ctx.db, id.into_inner()).await?;
    let page = Page::new(&req, format!("Performance of {}", provider.name))
        .lead("How its streams and its portal have done: what the checks found, hour by hour.")
        .under("Providers", provider_pages::INDEX)
        .under(&provider.name, provider_pages::path(provider.id));
    let (shown, invalid) = match Shown::read(&asked, &page.now) {
        Ok(shown) => (shown, Invalid::default()),
        Err(invalid) => (Shown::usual(&page.now), invalid),
    };
    let status = match invalid.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let view = Show {
        facts: Facts::read(&ctx, &overview, &page.now, &provider, shown).await?,
        id: provider.id,
        asked: asked.into_inner(),
        invalid,
        page,
    };
    respond::with_status(&req, status, &view)
}

impl Show {
    fn links(&self) -> ui::Tabs {
        self.facts.shown.links(&path(self.id))
    }

    fn fields(&self) -> [ui::Field; 3] {
        self.asked.fields(&self.invalid)
    }

    fn has_hours(&self) -> bool {
        !self.facts.hours.is_empty()
    }

    /// Rows of label and value about the syncs of the last days.
    fn syncs(&self, sum: &RunSum) -> [(&'static str, String); 5] {
        let rate = error_rate(sum).unwrap_or_default();
        [
            ("Syncs", format::number(sum.runs)),
            (
                "Failed",
                format!("{} ({})", format::number(sum.failed), format::percent(rate)),
            ),
            (
                "Took on average",
                sum.mean_ms
                    .map_or_else(|| "–".to_owned(), |ms| format::duration(ms.round() as i64)),
            ),
            (
                "Entries added · removed",
                format!("{} · {}", format::number(sum.added), format::number(sum.removed)),
            ),
            ("Entries changed", format::number(sum.changed)),
        ]
    }

    /// Rows of label and value about how long streams took to come back.
    fn recovery(&self) -> [(&'static str, String); 5] {
        let recovery = &self.facts.recovery;
        let count = |count: usize| format::number(i64::try_from(count).unwrap_or(i64::MAX));
        let time = |ms: Option<i64>| ms.map_or_else(|| "–".to_owned(), format::duration);
        [
            ("Times a stream came back", count(recovery.resolved)),
            ("On average after", time(recovery.mean_ms)),
            ("Half of them within", time(recovery.median_ms)),
            ("Nine in ten within", time(recovery.p90_ms)),
            ("Still out of use", count(recovery.open)),
        ]
    }

    fn lasted(&self, outage: &Past) -> String {
        let end = outage.resolved_at.unwrap_or(self.page.now.now_ms);
        format::duration((end - outage.opened_at).max(0))
    }

    fn ended(&self, outage: &Past) -> ui::Badge {
        match outage.ending.as_deref() {
            None => ui::Badge::danger("Goes on"),
            Some("lasted") => ui::Badge::warning("Each stream judged alone"),
            Some(_) => ui::Badge::success("Over"),
        }
    }
}
