use super::Problem;
use crate::features::system::backup::BackupError;

impl From<BackupError> for Problem {
    fn from(error: BackupError) -> Self {
        match error {
            error @ BackupError::Postgres { .. } => Self::conflict("postgres", error.to_string()),
            BackupError::Db(error) => error.into(),
            error => Self::internal(error),
        }
    }
}
