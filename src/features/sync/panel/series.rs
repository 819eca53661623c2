//! The list of series against the one of the last run.

use std::collections::HashMap;

use crate::db::{Db, DbError, Tx};
use crate::features::providers::store::series::{self, ListedSeries, Wanted};
use crate::support::ids::ProviderId;

const DAY_MS: i64 = 86_400_000;

/// How the list of series differs from what is stored.
#[derive(Default)]
pub(in crate::features::sync) struct SeriesChanges {
    /// New, changed, or back.
    pub listed: Vec<ListedSeries>,
    /// Not listed any more.
    pub gone: Vec<i64>,
    /// Of those listed, the ones that rules name otherwise than before: their episodes are those that are stored.
    pub retitled: Vec<Retitled>,
}

/// A series that has another title or year, and the one that it had.
pub(in crate::features::sync) struct Retitled {
    pub now: ListedSeries,
    pub before: ListedSeries,
}

/// Compares a whole list.
pub(super) async fn compare(
    db: &Db,
    provider: ProviderId,
    listed: Vec<ListedSeries>,
) -> Result<SeriesChanges, DbError> {
    let mut open: HashMap<i64, ListedSeries> = listed.into_iter().map(|one| (one.series, one)).collect();
    let (mut gone, mut retitled) = (Vec::new(), Vec::new());
    series::each(db, provider, |stored, is_missing| {
        match open.get(&stored.series) {
            Some(same) if *same == stored && !is_missing => drop(open.remove(&stored.series)),
            Some(now) if !is_missing && now.is_listed_as(&stored) => {
                if (&now.title, now.year) != (&stored.title, stored.year) {
                    retitled.push(Retitled {
                        now: now.clone(),
                        before: stored,
                    });
                }
            }
            Some(_) => {}
            None if is_missing => {}
            None => gone.push(stored.series),
        }
    })
    .await?;
    let mut listed: Vec<ListedSeries> = open.into_values().collect();
    listed.sort_unstable_by_key(|one| one.series);
    Ok(SeriesChanges {
        listed,
        gone,
        retitled,
    })
}

/// The series that are stored and there, of the groups that are wanted.
pub(super) async fn stored_in(
    db: &Db,
    provider: ProviderId,
    is_wanted: impl Fn(&str) -> bool + Send + Sync,
) -> Result<Vec<ListedSeries>, DbError> {
    let mut found = Vec::new();
    series::each(db, provider, |stored, is_missing| {
        if !is_missing && is_wanted(&stored.group_name) {
            found.push(stored);
        }
    })
    .await?;
    Ok(found)
}

/// Whether any series of a provider is stored that is not missing.
pub(super) async fn is_any_stored(db: &Db, provider: ProviderId) -> Result<bool, DbError> {
    let mut found = false;
    series::each(db, provider, |_, is_missing| found |= !is_missing).await?;
    Ok(found)
}

impl SeriesChanges {
    pub(in crate::features::sync) async fn write(
        &self,
        tx: &mut Tx,
        provider: ProviderId,
        now_ms: i64,
    ) -> Result<(), DbError> {
        series::write(tx, provider, &self.listed).await?;
        series::set_missing(tx, provider, &self.gone, now_ms).await
    }
}

/// All series whose episodes are to be read, of a job that began now.
pub(in crate::features::sync) fn wanted(now_ms: i64) -> Wanted {
    Wanted {
        after: -1,
        asked_before_ms: now_ms,
        read_before_ms: now_ms - DAY_MS,
    }
}
