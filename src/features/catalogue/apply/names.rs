//! No two channels that are shown have the same name.

use std::collections::HashSet;

use crate::args;
use crate::db::{DbError, Tx};
use crate::features::catalogue::names::{Marks, name_key, sort_key, told_apart};
use crate::features::catalogue::store::channels::hand;
use crate::features::catalogue::store::names::{self, Namesake};

/// Names that are looked up at a time.
const BATCH: usize = 2_000;

/// Names anew the channels that share one of these normalised names.
pub(in crate::features::catalogue) async fn tell_apart(
    tx: &mut Tx,
    stale: HashSet<String>,
) -> Result<(), DbError> {
    let mut stale: Vec<String> = stale.into_iter().collect();
    stale.sort_unstable();
    for batch in stale.chunks(BATCH) {
        let namesakes = names::with_names(tx, batch.to_vec()).await?;
        let groups = namesakes.chunk_by(|one, other| one.normalized_name == other.normalized_name);
        let renamed = groups.flat_map(renamed).flat_map(|(id, name)| {
            let key = name_key(&name);
            let sort = sort_key(&key);
            args![id, name, key, sort]
        });
        names::rename(tx, renamed.collect()).await?;
    }
    Ok(())
}

fn renamed(namesakes: &[Namesake]) -> Vec<(i64, String)> {
    let free: Vec<&Namesake> = namesakes
        .iter()
        .filter(|namesake| namesake.hand_edited & hand::NAME == 0)
        .collect();
    let marked: Vec<(&str, Marks<'_>)> = free
        .iter()
        .map(|namesake| {
            let marks = Marks {
                country: namesake.country.as_deref(),
                feed: namesake.feed.as_deref(),
            };
            (namesake.plain_name.as_str(), marks)
        })
        .collect();
    free.iter()
        .zip(told_apart(&marked))
        .filter(|(namesake, name)| namesake.name != *name)
        .map(|(namesake, name)| (namesake.id, name))
        .collect()
}
