use crate::db::DbError;
use crate::support::validation::Invalid;

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The channel, provider or stream is not there, or its provider is switched off.
    #[error("there is no stream to check")]
    NothingToCheck,
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("the input is not valid")]
    Invalid(Invalid),
    #[error("it was told to stop")]
    Cancelled,
    #[error(transparent)]
    Db(#[from] DbError),
}
