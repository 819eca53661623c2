use sqlx::error::ErrorKind;

/// What went wrong between us and the database. Its text never holds a bound value.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("there is no such row")]
    NotFound,
    /// A unique constraint or index refused the row; `on` names it (SQLite: table and columns).
    #[error("already taken: {on}")]
    Unique { on: String },
    #[error("the row refers to something that is not there")]
    ForeignKey,
    /// No connection or lock came free in time.
    #[error("the database is busy")]
    Busy,
    /// A column did not hold what the code expects.
    #[error("column {column} does not hold what was expected: {cause}")]
    Column { column: usize, cause: String },
    #[error("a migration failed: {0}")]
    Migration(String),
    /// No server answers at the address, or it lets nobody in; the cause names neither host nor password.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    #[error("the database address is not usable: {0}")]
    Address(String),
    #[error("database: {0}")]
    Other(String),
}

impl DbError {
    /// Whether a unique constraint whose name or columns contain `part` refused the row.
    pub fn is_taken(&self, part: &str) -> bool {
        matches!(self, Self::Unique { on } if on.contains(part))
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Database(cause) => match cause.kind() {
                ErrorKind::UniqueViolation => Self::Unique {
                    on: cause
                        .constraint()
                        .map_or_else(|| cause.message().to_owned(), str::to_owned),
                },
                ErrorKind::ForeignKeyViolation => Self::ForeignKey,
                _ if matches!(
                    cause.code().as_deref(),
                    Some("5" | "6" | "55P03" | "40001" | "40P01")
                ) =>
                {
                    Self::Busy
                }
                _ => Self::Other(cause.message().to_owned()),
            },
            _ => Self::Other(error.to_string()),
        }
    }
}
