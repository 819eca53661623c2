use crate::features::catalogue::StoredStreams;
use crate::features::providers::groups::Offered;
use crate::features::providers::m3u::Summary;
use crate::features::providers::url_parts::ProviderSecrets;
use crate::features::providers::url_values::Collector;

use super::excluded::Unread;
use super::intake::Sample;
use super::panel::News;
use super::staging::Staging;

/// What a provider listed, staged.
pub(super) struct Found {
    pub staging: Staging,
    pub summary: Summary,
    pub samples: Vec<Sample>,
    /// The groups that the list holds.
    pub groups: Vec<Offered>,
    /// Entries of groups that are left out; the accepted ones include them.
    pub excluded: u64,
    /// Whether the choice of groups leaves nothing.
    pub is_nothing_left: bool,
    /// The values of its addresses, and what of them was known to be secret; none of a panel, whose account says all.
    pub values: Option<(Collector, ProviderSecrets)>,
    /// The stored streams, where they were read beside the list.
    pub ahead: Option<StoredStreams>,
    pub news: Option<News>,
    /// What of its kinds could not be read.
    pub unread: Vec<Unread>,
}
