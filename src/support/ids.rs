//! Typed row ids, so that a channel's id is never passed for a provider's.

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }
    )+};
}

id! {
    ProviderId,
    ChannelId,
    StreamId,
    /// What a person decided of which streams are one channel.
    DecisionId,
    MergeRuleId,
    MaintenanceId,
    MovieId,
    SeriesId,
    EpisodeId,
    UserId,
    SessionId,
    CredentialId,
    ApiTokenId,
    SyncId,
    JobId,
    FavouriteId,
    PlayId,
    TrashId,
    /// A device that players take for an HDHomeRun.
    HdhomerunId,
    /// What one provider offers of a film or an episode.
    VersionId,
}
