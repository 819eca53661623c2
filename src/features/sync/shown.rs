//! Runs as people and programs see them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::ctx::Ctx;
use crate::features::providers;
use crate::features::providers::m3u::Refusal;
use crate::support::ids::{ProviderId, SyncId};
use crate::support::paging::{Listed, Slice};

use super::log::{ChangeLine, Difference, EXCLUDED};
use super::store::SyncRow;
use super::{Error, store};

/// A run with what it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub run: SyncRow,
    pub refused: Vec<Refused>,
}

/// Entries that were refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// A stable word, such as `no_url`.
    pub reason: String,
    pub count: i64,
    /// The first few of them.
    pub samples: Vec<Sample>,
}

/// One refused entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Of the list, counted from 1.
    pub line: u64,
    pub name: String,
}

/// One difference between two runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeShown {
    pub change: Difference,
    pub line: ChangeLine,
}

impl SyncRow {
    /// What kept it from being applied by itself, a sentence each.
    pub fn reasons(&self) -> Vec<String> {
        let reasons = self.held_reasons.as_deref();
        reasons
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default()
    }
}

impl Refused {
    /// Whether a person decided so, by the choice of groups.
    pub fn is_by_choice(&self) -> bool {
        self.reason == EXCLUDED
    }

    /// The reason in words.
    pub fn sentence(&self) -> &str {
        if self.is_by_choice() {
            return "in a group that is left out";
        }
        let mut known = Refusal::ALL.into_iter();
        let known = known.find(|reason| reason.as_str() == self.reason);
        known.map_or(self.reason.as_str(), |reason| reason.sentence())
    }
}

impl Shown {
    /// What kept the run from being applied by itself, a sentence each.
    pub fn held_reasons(&self) -> Vec<String> {
        self.run.reasons()
    }

    /// How long it took; none while it runs.
    pub fn duration_ms(&self) -> Option<i64> {
        let finished = self.run.finished_at?;
        Some((finished - self.run.started_at).max(0))
    }
}

/// The runs of a provider, newest first.
///
/// # Errors
/// [`Error::Provider`] if there is no such provider.
pub async fn list(ctx: &Ctx, provider: ProviderId, slice: Slice) -> Result<Listed<Shown>, Error> {
    providers::store::get(&ctx.db, provider).await?;
    let runs = store::list(&ctx.db, provider, slice.skip, i64::from(slice.limit)).await?;
    let total = store::count(&ctx.db, provider).await?;
    let mut refused: HashMap<SyncId, Vec<Refused>> = HashMap::new();
    for (sync, reason, count) in store::refusals_of(&ctx.db, runs.iter().map(|run| run.id)).await? {
        let samples = Vec::new();
        let one = Refused {
            reason,
            count,
            samples,
        };
        refused.entry(sync).or_default().push(one);
    }
    let shown = |run: SyncRow| Shown {
        refused: refused.remove(&run.id).unwrap_or_default(),
        run,
    };
    let items = runs.into_iter().map(shown).collect();
    Ok(Listed { items, total })
}

/// One run, with examples of what it refused.
///
/// # Errors
/// [`Error::NotFound`], also if its provider was removed.
pub async fn show(ctx: &Ctx, id: SyncId) -> Result<Shown, Error> {
    let run = store::find(&ctx.db, id).await?.ok_or(Error::NotFound)?;
    if providers::store::find(&ctx.db, run.provider_id).await?.is_none() {
        return Err(Error::NotFound);
    }
    let refused = store::refusals(&ctx.db, id).await?;
    let refused = refused
        .into_iter()
        .map(|(reason, count, samples)| Refused {
            reason,
            count,
            samples: serde_json::from_str(&samples).unwrap_or_default(),
        })
        .collect();
    Ok(Shown { run, refused })
}

/// The differences that a run found, all of one kind if `change` is given.
///
/// # Errors
/// [`Error::Db`].
pub async fn differences(
    ctx: &Ctx,
    id: SyncId,
    change: Option<Difference>,
    slice: Slice,
) -> Result<Listed<ChangeShown>, Error> {
    let word = change.map(Difference::as_str);
    let total = store::count_changes(&ctx.db, id, word).await?;
    let pages = store::changes(&ctx.db, id, word, slice.skip, i64::from(slice.limit)).await?;
    let mut items = Vec::new();
    let wanted = slice.skip..slice.skip + i64::from(slice.limit);
    for page in pages {
        let lines: Vec<ChangeLine> = serde_json::from_str(&page.body).unwrap_or_default();
        let placed = (page.first..).zip(lines);
        let inside = placed.filter(|(place, _)| wanted.contains(place));
        items.extend(inside.map(|(_, line)| ChangeShown {
            change: page.change,
            line,
        }));
    }
    Ok(Listed { items, total })
}
