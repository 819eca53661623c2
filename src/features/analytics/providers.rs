//! Providers side by side: who is to blame.

use std::collections::BTreeMap;
use std::ops::Range;

use super::reliability::Parts;
use super::store;
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::catalogue::quality::Tier;
use crate::features::health::performance::store as hours;
use crate::features::health::uptime::Tally;
use crate::features::providers;
use crate::features::sync::store as syncs;
use crate::support::ids::ProviderId;

const HOUR_MS: f64 = 3_600_000.0;
/// The word for streams of which nobody knows the tier.
pub const UNKNOWN: &str = "unknown";

/// A provider over some days.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderSummary {
    pub id: ProviderId,
    pub name: String,
    /// Of all its streams together.
    pub time: Tally,
    pub checks: u64,
    pub syncs: Option<syncs::RunSum>,
    pub reliability: Parts,
}

impl ProviderSummary {
    /// 0 to 1: runs that failed, of all that came to an end; none without any.
    pub fn error_rate(&self) -> Option<f64> {
        self.syncs.as_ref().and_then(error_rate)
    }
}

/// 0 to 1; none without runs.
pub fn error_rate(sum: &syncs::RunSum) -> Option<f64> {
    (sum.runs > 0).then(|| sum.failed as f64 / sum.runs as f64)
}

/// How old a list is, in hours; none of a provider that was never synced.
pub fn freshness_hours(last_sync_ms: Option<i64>, now_ms: i64) -> Option<f64> {
    last_sync_ms.map(|at_ms| (now_ms - at_ms).max(0) as f64 / HOUR_MS)
}

/// Every provider over a window, by name.
///
/// # Errors
/// Whatever the database says.
pub async fn summary(ctx: &Ctx, window_ms: &Range<i64>) -> Result<Vec<ProviderSummary>, DbError> {
    let now_ms = ctx.clock.now_ms();
    let mut hours: BTreeMap<ProviderId, hours::Sum> =
        by_id(hours::sums(&ctx.db, window_ms).await?, |sum| sum.provider_id);
    let mut syncs: BTreeMap<ProviderId, syncs::RunSum> =
        by_id(syncs::sums(&ctx.db, window_ms).await?, |sum| sum.provider_id);
    let known = providers::store::synced(&ctx.db).await?;
    let one = |(id, name, last_sync): (ProviderId, String, Option<i64>)| {
        let hours = hours.remove(&id);
        let time = hours
            .as_ref()
            .map(|sum| sum.time(window_ms, now_ms))
            .unwrap_or_default();
        let syncs = syncs.remove(&id);
        ProviderSummary {
            reliability: Parts {
                availability: time.uptime().filter(|_| time.is_sufficient()),
                syncs: syncs.as_ref().and_then(error_rate).map(|rate| 1.0 - rate),
                freshness_hours: freshness_hours(last_sync, now_ms),
            },
            time,
            checks: hours.map_or(0, |sum| sum.checks.unsigned_abs()),
            syncs,
            id,
            name,
        }
    };
    Ok(known.into_iter().map(one).collect())
}

/// How many streams of each provider have each tier, the best first, at last those of which nobody knows it.
///
/// # Errors
/// Whatever the database says.
pub async fn qualities(ctx: &Ctx) -> Result<BTreeMap<ProviderId, Vec<(String, i64)>>, DbError> {
    let mut tiers: BTreeMap<ProviderId, Vec<(Option<String>, i64)>> = BTreeMap::new();
    for (provider, tier, count) in store::tiers(&ctx.db).await? {
        tiers.entry(provider).or_default().push((tier, count));
    }
    Ok(tiers
        .into_iter()
        .map(|(id, counts)| (id, by_tier(counts)))
        .collect())
}

/// As [`qualities`], of one provider.
///
/// # Errors
/// Whatever the database says.
pub async fn quality(ctx: &Ctx, provider: ProviderId) -> Result<Vec<(String, i64)>, DbError> {
    Ok(by_tier(store::tiers_of(&ctx.db, provider).await?))
}

fn by_id<T>(rows: Vec<T>, id: fn(&T) -> ProviderId) -> BTreeMap<ProviderId, T> {
    rows.into_iter().map(|row| (id(&row), row)).collect()
}

fn by_tier(mut counts: Vec<(Option<String>, i64)>) -> Vec<(String, i64)> {
    let rank = |tier: &Option<String>| {
        let tier = tier.as_deref()?;
        Tier::ALL.iter().position(|known| known.name() == tier)
    };
    counts.sort_by_key(|(tier, _)| rank(tier).unwrap_or(usize::MAX));
    let named = counts.into_iter();
    named
        .map(|(tier, count)| (tier.unwrap_or_else(|| UNKNOWN.to_owned()), count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_told_the_best_first_and_the_unknown_last() {
        let counts =
            [("720p", 3), ("4K", 1), ("1080p", 2)].map(|(tier, count)| (Some(tier.to_owned()), count));
        let mut counts = counts.to_vec();
        counts.insert(0, (None, 9));
        let told: Vec<(String, i64)> = by_tier(counts);
        let names: Vec<&str> = told.iter().map(|(tier, _)| tier.as_str()).collect();
        assert_eq!(names, ["4K", "1080p", "720p", "unknown"]);
    }
}
