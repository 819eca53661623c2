use crate::db::DbError;
use crate::features::catalogue::ApplyError;
use crate::features::settings;
use crate::support::validation::Invalid;

/// Why a rule was not kept, or what it would do is not known.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such rule")]
    Unknown,
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error(transparent)]
    Settings(#[from] settings::Error),
    #[error(transparent)]
    Apply(#[from] ApplyError),
    #[error(transparent)]
    Db(#[from] DbError),
}
