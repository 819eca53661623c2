use crate::db::DbError;

/// Why a play was not recorded or changed.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("there is no such channel, film, series or episode")]
    UnknownContent,
    /// The play does not exist or is another viewer's.
    #[error("there is no such play")]
    UnknownPlay,
    #[error("this play has ended; a new showing is a new play")]
    AlreadyEnded,
    #[error("the server stops")]
    Stopped,
    #[error(transparent)]
    Db(#[from] DbError),
}
