use std::ops::Range;

use super::range::Shown;
use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::analytics::portal::{self, Portal};
use crate::features::analytics::providers as analysed;
use crate::features::analytics::reliability::Parts;
use crate::features::health::incidents::{self, store::Past};
use crate::features::health::performance::slot::{Slot, slots};
use crate::features::health::performance::store::{self as hours, Hour};
use crate::features::health::recovery::Recovery;
use crate::features::health::{Overview, States};
use crate::features::providers::Provider;
use crate::features::sync::store::{self as syncs, RunSum};
use crate::support::ids::ProviderId;
use crate::web::kit::Moment;
use crate::web::pages::syncs::Runs;

/// Runs and outages that are listed.
const ROWS: i64 = 10;
/// Days that the summary of syncs is about.
pub const SYNC_DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;

/// All that the page says of a provider.
pub struct Facts {
    pub now: Moment,
    pub shown: Shown,
    pub window_ms: Range<i64>,
    pub hours: Vec<Hour>,
    pub slots: Vec<Slot>,
    pub whole: Slot,
    pub before: Slot,
    /// Now and before; none where its list is a file.
    pub portal: Option<[Portal; 2]>,
    /// None of a provider that is switched off.
    pub states: Option<States>,
    pub reliability: Parts,
    pub last_sync: Option<i64>,
    pub month: Option<RunSum>,
    pub runs: Runs,
    pub has_runs: bool,
    pub recovery: Recovery,
    pub outages: Vec<Past>,
    pub quality: Vec<(String, i64)>,
}

impl Facts {
    /// The statements are as many whatever the time is.
    pub async fn read(
        ctx: &Ctx,
        overview: &Overview,
        now: &Moment,
        provider: &Provider,
        shown: Shown,
    ) -> Result<Self, Problem> {
        let (window_ms, before_ms) = (shown.window_ms(now), shown.before_ms(now));
        let id = provider.id;
        let all = hours::of_provider(&ctx.db, id, &(before_ms.start..window_ms.end)).await?;
        let split = all.partition_point(|hour| hour.hour < window_ms.start);
        let mut earlier = all;
        let later = earlier.split_off(split);
        let whole = Slot::of(&later, &window_ms, now.now_ms);
        let own = |sums: Vec<RunSum>| sums.into_iter().find(|sum| sum.provider_id == id);
        let month_ms = now.now_ms - SYNC_DAYS * DAY_MS..now.now_ms + 1;
        let within = own(syncs::sums(&ctx.db, &window_ms).await?);
        let runs = syncs::list(&ctx.db, id, 0, ROWS).await?;
        let has_portal = provider.source.uploaded().is_none() && provider.source.path().is_none();
        let states = overview.providers(ctx).await?;
        let states = states.iter().find(|states| states.id == id);
        Ok(Self {
            slots: slots(&later, &window_ms, now.now_ms),
            before: Slot::of(&earlier, &before_ms, now.now_ms),
            portal: match has_portal {
                true => Some(portal::of_provider(ctx, id, [&window_ms, &before_ms]).await?),
                false => None,
            },
            states: states.map(|states| States::of(std::slice::from_ref(states))),
            reliability: Parts {
                availability: whole.availability(),
                syncs: within
                    .as_ref()
                    .and_then(analysed::error_rate)
                    .map(|rate| 1.0 - rate),
                freshness_hours: analysed::freshness_hours(provider.last_sync, now.now_ms),
            },
            last_sync: provider.last_sync,
            month: own(syncs::sums(&ctx.db, &month_ms).await?),
            has_runs: !runs.is_empty(),
            runs: Runs::of_one(now.clone(), runs),
            recovery: incidents::recovery(&ctx.db, Some(id), &window_ms).await?,
            outages: incidents::store::outages_of(&ctx.db, id, &window_ms, ROWS).await?,
            quality: analysed::quality(ctx, ProviderId(id.0)).await?,
            now: now.clone(),
            shown,
            window_ms,
            hours: later,
            whole,
        })
    }

    /// Up to now where the window reaches beyond.
    pub fn until_ms(&self) -> i64 {
        self.window_ms.end.min(self.now.now_ms)
    }
}
