use crate::db::DbError;
use crate::features::catalogue::ApplyError;
use crate::features::providers::m3u::NotAPlaylist;
use crate::features::providers::url_values::ValuesError;
use crate::features::providers::xtream::{Entered, PanelError};
use crate::features::providers::{self, Status};
use crate::fetch::{Cause, FetchError};
use crate::jobs::JobError;
use crate::support::ids::JobId;

use super::diff::DiffError;
use super::staging::StagingError;

/// Why a run cannot be started, or ended without a new catalogue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("There is no such sync.")]
    NotFound,
    /// A run or an approval of the provider is queued or running.
    #[error("A sync of this provider is running.")]
    Running(JobId),
    #[error("This provider is disabled; enable it to sync it.")]
    Disabled,
    /// People asked for too many runs of the provider within an hour.
    #[error("This provider was synced by hand ten times within an hour; that is the most.")]
    TooOften { wait_seconds: u64 },
    /// The run is not held, or somebody has decided about it, or a later run came first.
    #[error("This sync does not wait for approval any more.")]
    Decided,
    #[error("The list could not be fetched: {0}.")]
    Fetch(FetchError),
    #[error("The panel could not be read: {0}.")]
    Panel(PanelError),
    /// The panel does not serve the account, and says so.
    #[error("{sentence}")]
    Account { sentence: String, entered: Box<Entered> },
    #[error("The list was not there in {0} s.")]
    TimedOut(u64),
    #[error("The list was not taken: {0}.")]
    NotAPlaylist(NotAPlaylist),
    #[error("The playlist's file could not be read: {0}.")]
    File(String),
    #[error("The list was cut: its last entry has no address.")]
    Cut,
    #[error("The list holds nothing usable: all of its {0} entries were refused.")]
    NothingUsable(u64),
    #[error(
        "The choice of groups leaves nothing: all of the {0} entries are in groups that are left out. The catalogue stays as it is."
    )]
    NothingChosen(u64),
    #[error("The catalogue was changed by another run meanwhile; sync again.")]
    Overtaken,
    #[error("What was kept of the run cannot be read.")]
    Staging,
    #[error("The data folder cannot hold the list: {0}.")]
    Folder(std::io::Error),
    #[error("cancelled")]
    Cancelled,
    #[error(transparent)]
    Provider(#[from] providers::Error),
    #[error("The stored addresses cannot be read with this key file.")]
    Sealed,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Error {
    /// The code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Running(_) => "sync_running",
            Self::Disabled => "provider_disabled",
            Self::TooOften { .. } => "too_many_requests",
            Self::Decided => "already_decided",
            Self::Fetch(error) => fetch_code(error),
            Self::Panel(error) => error.code(),
            Self::Account { entered, .. } if entered.account.is_over() => "account_expired",
            Self::Account { .. } => "account_refused",
            Self::TimedOut(_) => "timed_out",
            Self::NotAPlaylist(NotAPlaylist::Empty) => "empty",
            Self::NotAPlaylist(NotAPlaylist::TooLarge { .. }) => "too_large",
            Self::NotAPlaylist(_) => "not_a_playlist",
            Self::File(_) => "file",
            Self::Cut => "truncated",
            Self::NothingUsable(_) => "nothing_usable",
            Self::NothingChosen(_) => "nothing_chosen",
            Self::Overtaken => "overtaken",
            Self::Staging | Self::Folder(_) => "staging",
            Self::Cancelled => "cancelled",
            Self::Provider(_) => "provider",
            Self::Sealed => "key_file",
            Self::Db(DbError::Busy) => "database_busy",
            Self::Db(_) => "database",
        }
    }

    /// How the provider is shown after it.
    pub(super) fn status(&self) -> Status {
        match self {
            Self::Account { entered, .. } if entered.account.is_over() => Status::Expired,
            _ => Status::Failing,
        }
    }

    /// The error of a job; the sentence never holds an address.
    pub(super) fn into_job(self) -> JobError {
        match self {
            Self::Cancelled | Self::Fetch(FetchError::Cancelled) => JobError::Cancelled,
            Self::Db(error) => error.into(),
            other => JobError::failed(other.code(), other.to_string()),
        }
    }
}

fn fetch_code(error: &FetchError) -> &'static str {
    let cause = match error {
        FetchError::Cancelled => return "cancelled",
        FetchError::File(_) => return "staging",
        FetchError::Body(failure) => Some(&failure.cause),
        FetchError::Hosts(failures) => failures.last().map(|failure| &failure.cause),
    };
    match cause {
        Some(Cause::Truncated { .. } | Cause::Unfinished { .. }) => "truncated",
        Some(Cause::TooLarge { .. }) => "too_large",
        Some(Cause::Corrupt) => "corrupt",
        Some(Cause::TimedOut { .. }) => "timed_out",
        Some(Cause::Status { .. }) => "http_status",
        _ => "unreachable",
    }
}

impl From<PanelError> for Error {
    fn from(error: PanelError) -> Self {
        match error {
            PanelError::Cancelled => Self::Cancelled,
            other => Self::Panel(other),
        }
    }
}

impl From<FetchError> for Error {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Cancelled => Self::Cancelled,
            other => Self::Fetch(other),
        }
    }
}

impl From<StagingError> for Error {
    fn from(error: StagingError) -> Self {
        match error {
            StagingError::Folder(error) => Self::Folder(error),
            StagingError::Malformed(_) => Self::Staging,
        }
    }
}

impl From<ValuesError> for Error {
    fn from(error: ValuesError) -> Self {
        match error {
            ValuesError::Db(error) => Self::Db(error),
            ValuesError::Sealed(_) | ValuesError::Malformed(_) => Self::Sealed,
        }
    }
}

impl From<DiffError> for Error {
    fn from(error: DiffError) -> Self {
        match error {
            DiffError::Db(error) => Self::Db(error),
            DiffError::Values(error) => error.into(),
            DiffError::Staging(error) => error.into(),
        }
    }
}

impl From<ApplyError> for Error {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Db(error) => Self::Db(error),
            ApplyError::Staging(error) => Self::Folder(error),
            ApplyError::Malformed(_) => Self::Staging,
        }
    }
}
