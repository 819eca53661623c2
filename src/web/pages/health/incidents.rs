use askama::Template;
use askama::filters::HtmlSafe;

use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::health::incidents::{self, store, store::Incident};
use crate::features::health::outage::LONGEST_MS;
use crate::features::health::recovery::Recovery;
use crate::web::kit::{Moment, format};
use crate::web::ui;

/// How far back it is told how long streams took to come back.
const DAYS: i64 = 30;
const DAY_MS: i64 = 24 * 60 * 60_000;

/// Providers that fail as a whole just now, and how long streams take to come back.
#[derive(Template)]
#[template(path = "health/_incidents.html")]
pub(super) struct Incidents {
    now: Moment,
    outages: Vec<Incident>,
    recovery: Recovery,
}

impl HtmlSafe for Incidents {}

impl Incidents {
    pub(super) async fn read(ctx: &Ctx, now: Moment) -> Result<Self, Problem> {
        let window_ms = now.now_ms - DAYS * DAY_MS..now.now_ms + 1;
        Ok(Self {
            outages: store::outages_now(&ctx.db).await?,
            recovery: incidents::recovery(&ctx.db, None, &window_ms).await?,
            now,
        })
    }

    fn notice(&self, outage: &Incident) -> ui::Notice {
        let for_ms = (self.now.now_ms - outage.opened_at).max(0);
        let left_ms = (LONGEST_MS - for_ms).max(0);
        let why = outage.reason.as_deref().map(format::capital);
        let text = format!(
            "{} began to fail within ten minutes, {} ago.{} None of its streams goes out of use unless this lasts for another {}.",
            format::count(outage.streams, "stream", "streams"),
            format::duration(for_ms),
            why.map(|why| format!(" One of them: {why}.")).unwrap_or_default(),
            format::duration(left_ms),
        );
        ui::Notice::warning(text).title(format!("{} fails as a whole", outage.provider))
    }
}

/// How long streams took to come back, in words; nothing where none did.
fn words(recovery: &Recovery) -> Option<String> {
    let (median, p90) = (recovery.median_ms?, recovery.p90_ms?);
    let count = i64::try_from(recovery.resolved).unwrap_or(i64::MAX);
    Some(format!(
        "{} out of use and back within the last {DAYS} days: half of the times within {}, nine in ten within {}.",
        format::count(count, "stream was", "times a stream was"),
        format::duration(median),
        format::duration(p90),
    ))
}
