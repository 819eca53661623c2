use crate::db::DbError;
use crate::support::crypto::DecryptError;
use crate::support::validation::Invalid;

/// Why something about accounts was not done. No text holds a password or a token.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    #[error("{0}")]
    Invalid(#[from] Invalid),
    /// The value of this field belongs to another user.
    #[error("this {0} is taken")]
    Taken(&'static str),
    /// Name and password do not fit together, or the user may not sign in.
    #[error("the user name or the password is wrong")]
    SignInRefused,
    /// Name and password fit; the second factor is to follow.
    #[error("a code of the authenticator app is needed")]
    CodeDemanded,
    #[error("the code is wrong or was used before")]
    CodeRefused,
    /// The second step of a sign-in came too late, or for another password.
    #[error("the sign-in has to begin again")]
    TicketRefused,
    #[error("the second factor is on already")]
    SecondFactorOn,
    #[error("nobody changes the own role, deactivates or deletes the own account")]
    Oneself,
    #[error("at least one active administrator must remain")]
    LastAdministrator,
    #[error("this belongs to somebody else")]
    Forbidden,
    #[error("there is no such thing")]
    NotFound,
    #[error("a password could not be hashed")]
    Hashing,
    #[error("{0}")]
    Decrypt(#[from] DecryptError),
    /// The first password could not be written to its file.
    #[error("{path} cannot be written: {cause}")]
    PasswordFile { path: String, cause: std::io::Error },
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for AccountsError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NotFound => Self::NotFound,
            error if error.is_taken("username") => Self::Taken("username"),
            error if error.is_taken("email") => Self::Taken("email"),
            error => Self::Db(error),
        }
    }
}
