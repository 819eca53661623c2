use crate::db::DbError;
use crate::support::validation::Invalid;

/// Why a setting cannot be shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no setting {0}")]
    Unknown(String),
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The configuration decides it from outside.
    #[error("{0} is fixed by the configuration of this server and can be changed only there")]
    Fixed(&'static str),
    #[error(transparent)]
    Db(#[from] DbError),
}
