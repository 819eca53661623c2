use crate::db::DbError;
use crate::support::validation::Invalid;

/// Why a device was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such device")]
    Unknown,
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error(transparent)]
    Accounts(#[from] crate::features::accounts::AccountsError),
    #[error(transparent)]
    Db(#[from] DbError),
}
