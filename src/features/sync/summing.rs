//! What a run says of the list it read.

use crate::args;
use crate::db::Value;
use crate::features::providers::m3u::{NotAPlaylist, Summary};
use crate::features::providers::url_values;
use crate::support::ids::SyncId;

use super::Error;
use super::intake::Sample;
use super::log::EXCLUDED;
use super::plan::owner;
use super::staging::Staging;

/// Whether a list was read to its end and holds anything.
pub(super) fn judge(summary: &Summary, had_length: bool) -> Result<(), Error> {
    if summary.last_entry_lacks_url && !had_length {
        return Err(Error::Cut);
    }
    match (summary.entries, summary.accepted) {
        (0, _) => Err(Error::NotAPlaylist(NotAPlaylist::Empty)),
        (entries, 0) => Err(Error::NothingUsable(entries)),
        _ => Ok(()),
    }
}

/// Rows that were found as they are, with the place of their record.
pub(super) fn settled(staging: &Staging) -> Vec<(url_values::Owner, u32)> {
    let of = |(row, record): &(u32, u32)| {
        let index = &staging.index;
        (owner(index.kind(*row), index.id(*row)), *record)
    };
    staging.settled.iter().map(of).collect()
}

/// The refusals of a run as they are stored, a choice of groups among them.
pub(super) fn refusals(sync: SyncId, summary: &Summary, excluded: u64, samples: &[Sample]) -> Vec<Value> {
    let excluded = (excluded > 0).then_some((EXCLUDED, excluded));
    let refused = summary.refusals();
    refused
        .map(|(reason, entries)| (reason.as_str(), entries))
        .chain(excluded)
        .flat_map(|(reason, entries)| {
            let samples = samples.iter();
            let samples: Vec<&Sample> = samples.filter(|sample| sample.reason == reason).collect();
            let samples = serde_json::to_string(&samples).unwrap_or_else(|_| "[]".to_owned());
            args![sync, reason, i64::try_from(entries).unwrap_or(i64::MAX), samples]
        })
        .collect()
}
