use crate::db::DbError;
use crate::support::validation::Invalid;

/// Why something about a provider cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("There is no such provider.")]
    NotFound,
    #[error("Nothing is reserved for this credential.")]
    NoReservation,
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("Another provider has this name.")]
    NameTaken,
    /// What is stored encrypted cannot be read.
    #[error(
        "The provider's addresses cannot be read with this key file; put back the one that belongs to the database."
    )]
    Sealed,
    /// A file that was sent.
    #[error("The file is larger than {} MiB, unpacked: that is the largest playlist by the settings.", max_bytes / (1024 * 1024))]
    TooLarge { max_bytes: u64 },
    #[error("The data folder cannot hold the file: {0}.")]
    Folder(std::io::Error),
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NotFound => Self::NotFound,
            error if error.is_taken("providers_name") || error.is_taken("providers.name") => Self::NameTaken,
            error => Self::Db(error),
        }
    }
}
