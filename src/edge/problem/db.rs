use super::Problem;
use crate::db::DbError;

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NotFound => Self::not_found("What you asked for"),
            DbError::Busy => Self::unavailable("The database is busy. Try again in a moment.", "busy"),
            error => Self::internal(error),
        }
    }
}
