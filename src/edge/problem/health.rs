use super::Problem;
use crate::features::health::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NothingToCheck => Self::conflict(
                "nothing_to_check",
                "There is no stream to check: nothing is listed yet, or its provider is switched off.",
            ),
            Error::NotFound(what) => Self::not_found(&format!("This {what}")),
            Error::Invalid(invalid) => invalid.into(),
            Error::Cancelled => Self::unavailable("The check was stopped before it ended.", "the checker"),
            Error::Db(error) => error.into(),
        }
    }
}
