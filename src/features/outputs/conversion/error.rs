use crate::db::DbError;
use crate::features::outputs::one_shot::FetchedError;
use crate::features::outputs::tree::TreeError;
use crate::features::providers;
use crate::jobs::JobError;
use crate::support::crypto::DecryptError;
use crate::support::ids::JobId;
use crate::support::validation::Invalid;

/// Why a playlist was not taken, or did not become files.
#[derive(Debug, thiserror::Error)]
pub enum ConversionError {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Another playlist is being written to the same folder.
    #[error("this folder is being written to already")]
    Busy(JobId),
    #[error(transparent)]
    Playlist(#[from] FetchedError),
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error("what the job was given cannot be read")]
    Payload,
    #[error(transparent)]
    Sealed(#[from] DecryptError),
    /// A file that came along cannot be kept.
    #[error(transparent)]
    File(#[from] providers::Error),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the writer of the files ended without an answer")]
    WriterGone,
}

impl From<ConversionError> for JobError {
    fn from(error: ConversionError) -> Self {
        match error {
            ConversionError::Playlist(FetchedError::Fetch(error)) => {
                Self::failed("fetch_failed", error.to_string())
            }
            ConversionError::Playlist(error) => Self::failed("not_a_playlist", error.to_string()),
            ConversionError::Tree(error) => Self::failed("not_writable", error.to_string()),
            ConversionError::Db(error) => error.into(),
            error => Self::failed("conversion_failed", error.to_string()),
        }
    }
}
