use crate::db::DbError;
use crate::features::accounts::AccountsError;
use crate::features::outputs::tree::TreeError;
use crate::jobs::JobError;

/// Why the library was not written or a file not brought back.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error(
        "The public URL is not confirmed yet. Links in files need it: one that leads to a loopback address plays nowhere."
    )]
    NoPublicUrl,
    #[error("this file is no longer in the trash")]
    NotInTrash,
    #[error("another file stands at {0} now; move it away first")]
    PlaceTaken(String),
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error("cancelled")]
    Cancelled,
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the library's writer ended without an answer")]
    WriterGone,
    #[error("what providers tell of films and series could not be read any more")]
    ReaderGone,
}

impl From<LibraryError> for JobError {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::Cancelled => Self::Cancelled,
            LibraryError::NoPublicUrl => Self::failed("no_public_url", error.to_string()),
            LibraryError::Tree(_) => Self::failed("not_writable", error.to_string()),
            LibraryError::Db(error) => error.into(),
            error => Self::failed("library_failed", error.to_string()),
        }
    }
}
