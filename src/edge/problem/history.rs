use super::Problem;
use crate::features::history::HistoryError;

impl From<HistoryError> for Problem {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::UnknownContent => Self::not_found("What was played"),
            HistoryError::UnknownPlay => Self::not_found("This play"),
            HistoryError::AlreadyEnded => {
                Self::invalid_field("ended", "This play has ended; a new showing is a new play.")
            }
            error @ HistoryError::Stopped => Self::unavailable("The server stops.", error),
            HistoryError::Db(error) => error.into(),
        }
    }
}
