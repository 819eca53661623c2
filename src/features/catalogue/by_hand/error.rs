use crate::db::DbError;
use crate::features::catalogue::ApplyError;
use crate::features::settings;
use crate::support::validation::Invalid;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such channel")]
    UnknownChannel,
    #[error("there is no such stream")]
    UnknownStream,
    #[error("there is no such decision")]
    UnknownDecision,
    #[error("a later decision moved the same streams: take that one back first")]
    BuiltUpon,
    #[error(transparent)]
    Settings(#[from] settings::Error),
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error(transparent)]
    Apply(#[from] ApplyError),
    #[error(transparent)]
    Db(#[from] DbError),
}
