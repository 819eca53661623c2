use crate::support::ids::{StreamId, VersionId};

/// What a provider offers to play: a stream of a channel, or a version of a film or an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Offer {
    Stream(StreamId),
    Version(VersionId),
}
