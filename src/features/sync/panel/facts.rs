//! What panels tell of titles, on its way to the catalogue.

use std::collections::{BTreeMap, HashMap};

use crate::args;
use crate::db::{DbError, Tx, Value};
use crate::features::catalogue::store::{facts, state};
use crate::features::providers::Facts;
use crate::features::providers::store::series::ListedSeries;
use crate::features::providers::url_parts::ProviderSecrets;
use crate::features::providers::xtream::Details;
use crate::features::sync::intake;

use super::desk::Source;
use super::series_key;

/// Facts without anything that is the provider's secret.
pub(super) fn public(facts: &Facts, secrets: &ProviderSecrets) -> Facts {
    let one = |text: &Option<String>| text.as_deref().map(|text| secrets.masked(text).into_owned());
    let all = |texts: &[String]| {
        texts
            .iter()
            .map(|text| secrets.masked(text).into_owned())
            .collect()
    };
    let backdrop = facts.backdrop_url.as_deref();
    Facts {
        plot: one(&facts.plot),
        cast: all(&facts.cast),
        directors: all(&facts.directors),
        genres: all(&facts.genres),
        backdrop_url: backdrop
            .filter(|url| intake::is_public_picture(url, secrets))
            .map(str::to_owned),
        ..facts.clone()
    }
}

/// Keeps what was told of series and their episodes, which are in the catalogue by now; true if a list changed by it.
pub(super) async fn keep(
    tx: &mut Tx,
    source: &Source,
    told: &[(&ListedSeries, Details)],
    now_ms: i64,
) -> Result<bool, DbError> {
    let provider = source.provider;
    let under = |one: &ListedSeries| series_key(&source.hash, provider, one.series);
    let placed = facts::placed(tx, told.iter().map(|(one, _)| under(one))).await?;
    let series_of: HashMap<i64, i64> = placed.iter().map(|row| (row.under, row.series)).collect();
    let episode_of: HashMap<(i64, i64), i64> = placed
        .iter()
        .map(|row| ((row.under, row.url_key), row.episode))
        .collect();
    let (mut series, mut titles) = (Vec::new(), Vec::new());
    let mut episodes: BTreeMap<i64, String> = BTreeMap::new();
    for (one, details) in told {
        let key = under(one);
        let Some(id) = series_of.get(&key) else {
            continue;
        };
        let own = public(&details.facts, &source.secrets);
        titles.push(*id);
        series.extend(args![provider, one.series, *id, own.rating, own.stored()]);
        for episode in &details.episodes {
            let own = public(&episode.facts, &source.secrets);
            if let Some(id) = episode_of.get(&(key, source.own_key(episode.id)))
                && !own.is_empty()
            {
                episodes.entry(*id).or_insert_with(|| own.stored());
            }
        }
    }
    facts::write_series(tx, series).await?;
    let rows: Vec<Value> = episodes
        .into_iter()
        .flat_map(|(id, stored)| args![id, provider, stored])
        .collect();
    facts::write_episodes(tx, rows).await?;
    let misrated = facts::misrated_series(tx, titles.into_iter()).await?;
    if misrated.is_empty() {
        return Ok(false);
    }
    state::lock(tx, now_ms).await?;
    facts::rate_series(tx, misrated.into_iter()).await?;
    Ok(true)
}
