//! Whether a provider's portal answered, by its syncs: each says whether it served its list, and holds until the next.

use std::ops::Range;

use crate::ctx::Ctx;
use crate::features::health::attendance;
use crate::features::health::course::State;
use crate::features::health::uptime::{Sighting, Tally, hold_ms, spans};
use crate::features::settings;
use crate::features::sync::{self, schedule, store};
use crate::support::cron::Cron;
use crate::support::ids::ProviderId;

const DAY_MS: i64 = 86_400_000;

/// How a portal fared within a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Portal {
    pub time: Tally,
    /// Syncs that say whether it answered.
    pub answers: u64,
}

impl Portal {
    /// 0 to 1; none where too little is known.
    pub fn uptime(&self) -> Option<f64> {
        self.time.uptime().filter(|_| self.time.is_sufficient())
    }
}

/// Reads how a portal fared in each of some windows, whose ends may lie ahead.
///
/// # Errors
/// [`sync::Error::Provider`] if there is no such provider, and whatever the database says.
pub async fn of_provider<const N: usize>(
    ctx: &Ctx,
    provider: ProviderId,
    windows_ms: [&Range<i64>; N],
) -> Result<[Portal; N], sync::Error> {
    let settings = settings::load(ctx).await?;
    let now_ms = ctx.clock.now_ms();
    let rhythm = schedule::of(ctx, provider).await?;
    let pause_ms = rhythm.expression.and_then(|expression| {
        let cron = Cron::parse(&expression).ok()?;
        let first = cron.next_after(now_ms, &settings.zone)?;
        Some(cron.next_after(first, &settings.zone)? - first)
    });
    let timeout_ms = i64::try_from(settings.sync_timeout.as_millis()).unwrap_or(i64::MAX);
    let hold_ms = hold_ms(pause_ms.unwrap_or(DAY_MS), timeout_ms);
    let first = windows_ms
        .iter()
        .map(|window| window.start)
        .min()
        .unwrap_or(now_ms);
    let last = windows_ms
        .iter()
        .map(|window| window.end)
        .max()
        .unwrap_or(now_ms)
        .min(now_ms + 1);
    let all = first.saturating_sub(hold_ms)..last;
    let endings = store::endings(&ctx.db, provider, &all).await?;
    let served = endings.iter().filter_map(|(at_ms, outcome, code)| {
        let state = match outcome.was_served(code.as_deref())? {
            true => State::Up,
            false => State::Down,
        };
        Some(Sighting { at_ms: *at_ms, state })
    });
    let sightings: Vec<Sighting> = served.collect();
    let away = attendance::away(&ctx.db, &(first..last)).await?;
    Ok(windows_ms.map(|window| {
        let window = window.start..window.end.min(now_ms);
        Portal {
            time: Tally::of(&spans(&sightings, hold_ms, &away, &window)),
            answers: sightings
                .iter()
                .filter(|sighting| window.contains(&sighting.at_ms))
                .count() as u64,
        }
    }))
}
