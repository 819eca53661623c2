use crate::args;
use crate::db::Value;
use crate::features::catalogue::store::streams;

use super::partition::Verdict;

/// Where a stream stands in its channel, and why.
pub(super) struct Merge<'a> {
    pub channel: i64,
    pub place: i64,
    pub verdict: Verdict,
    pub reason: &'a str,
}

impl Merge<'_> {
    /// Whether a stored stream stands otherwise.
    pub(super) fn differs(&self, row: &streams::StreamRow) -> bool {
        row.channel_id != self.channel
            || row.backup_order != self.place
            || row.merge_method.as_deref() != Some(self.verdict.method.name())
            || row.merge_confidence != Some(i64::from(self.verdict.confidence))
            || row.merge_reason.as_deref() != Some(self.reason)
    }

    /// The values of a stored stream's new place.
    pub(super) fn values(&self, id: i64) -> Vec<Value> {
        args![
            id,
            self.channel,
            self.place,
            self.verdict.method.name(),
            self.verdict.confidence,
            self.reason
        ]
    }
}
