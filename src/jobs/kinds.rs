//! The names of all kinds of job. Handlers are registered in `app/jobs.rs`.

/// Brings a provider's catalogue up to date. Payload: `{provider_id}`. One attempt.
pub const SYNC: &str = "sync";
/// Applies the staging of a held sync. Payload: `{sync_id}`.
pub const SYNC_APPROVAL: &str = "sync_approval";
/// Removes what a deleted provider leaves. Payload: `{provider_id}`.
pub const PROVIDER_REMOVAL: &str = "provider_removal";
/// Reads the episodes of a panel's series that are new or have changed. Payload: `{provider_id}`.
pub const SERIES_DETAILS: &str = "series_details";
/// One change to many channels. Payload: `{selection, action}`. One attempt.
pub const CHANNELS: &str = "channels";
/// Asks a panel what it knows of films by themselves, a share of those of an hour. Payload: `{provider_id, movie_id?}`.
pub const FILM_DETAILS: &str = "film_details";
/// Groups all streams into channels as the merge rules say.
pub const MERGE_RULES: &str = "merge_rules";
/// Checks streams: those of a channel or provider, or all. Payload: `{provider_id?, channel_id?, by_hand}`. One attempt.
pub const HEALTH_CHECK: &str = "health_check";
/// Checks the streams that are due before the schedule. Payload: `{due: true}`. One attempt: what is left is still due.
pub const HEALTH_RECHECK: &str = "health_recheck";
/// Sums up the last hour of every provider.
pub const HEALTH_HOUR: &str = "health_hour";
/// Measures streams by ffprobe: those of a channel or provider, all, or those that are due. Payload:
/// `{provider_id?, channel_id?, due}`. One attempt: what is left is still due.
pub const QUALITY_MEASURE: &str = "quality_measure";
/// Writes down what name or address state of the picture of each stream.
pub const QUALITY_LOG: &str = "quality_log";
/// Looks at what streams show whose turn it is. One attempt: what is left is still due.
pub const CONTENT_TEST: &str = "content_test";
/// Forgets checks, hours, quality and looks that are old.
pub const HEALTH_RETENTION: &str = "health_retention";
/// Weighs what plays told of streams: of those that are due, or with `{all: true}` of all.
pub const EXPERIENCE: &str = "experience";
/// Writes the STRM and NFO library.
pub const LIBRARY: &str = "library";
/// Writes a backup into the data folder.
pub const BACKUP: &str = "backup";
/// The one-shot tool on a playlist of the web. Payload: `{sealed}`, what is wanted, encrypted.
pub const STRM_FROM_PLAYLIST: &str = "strm_from_playlist";

/// Kinds that may come every few seconds: those that have ended are not kept for long.
pub const FREQUENT: [&str; 5] = [
    HEALTH_RECHECK,
    HEALTH_HOUR,
    QUALITY_MEASURE,
    CONTENT_TEST,
    EXPERIENCE,
];

/// Kinds that may take hours.
pub const LONG: [&str; 2] = [HEALTH_CHECK, QUALITY_MEASURE];
/// Of these one node runs so many at a time, so that there is room for others.
pub const MOST_LONG: usize = 2;
