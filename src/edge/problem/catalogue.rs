use super::{Fields, Problem};
use crate::features::catalogue::by_hand;
use crate::features::catalogue::editing::bulk::BulkError;
use crate::features::catalogue::editing::{EditError, number_taken};
use crate::features::catalogue::favourites::FavouriteError;
use crate::features::catalogue::rules;

impl From<FavouriteError> for Problem {
    fn from(error: FavouriteError) -> Self {
        match error {
            FavouriteError::UnknownContent => Self::not_found("What you want to mark"),
            FavouriteError::UnknownFavourite => Self::not_found("This favourite"),
            FavouriteError::AlreadyMarked => Self::conflict("already_marked", "This is a favourite already."),
            FavouriteError::NotMarkable => {
                Self::invalid_field("", "An episode cannot be a favourite; its series can.")
            }
            FavouriteError::Db(error) => error.into(),
        }
    }
}

impl From<by_hand::Error> for Problem {
    fn from(error: by_hand::Error) -> Self {
        match error {
            by_hand::Error::UnknownChannel => Self::not_found("This channel"),
            by_hand::Error::UnknownStream => Self::not_found("This stream"),
            by_hand::Error::UnknownDecision => Self::not_found("This decision"),
            by_hand::Error::BuiltUpon => Self::conflict(
                "built_upon",
                "A later decision moved the same streams. Take that one back first.",
            ),
            by_hand::Error::Settings(error) => error.into(),
            by_hand::Error::Invalid(invalid) => invalid.into(),
            by_hand::Error::Db(error) => error.into(),
            by_hand::Error::Apply(error) => Self::internal(error),
        }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        match error {
            EditError::NotFound => Self::not_found("This channel"),
            EditError::Invalid(invalid) => invalid.into(),
            EditError::NumberTaken(holder) => {
                let message = number_taken(&holder);
                let fields = Fields::from([("number".to_owned(), vec![message.clone()])]);
                Self::conflict("taken", message).with_fields(fields)
            }
            EditError::Db(error) => error.into(),
        }
    }
}

impl From<BulkError> for Problem {
    fn from(error: BulkError) -> Self {
        match error {
            BulkError::Invalid(invalid) => invalid.into(),
            BulkError::Busy(job) => {
                let message = "Many channels are being changed already; wait until that has ended.";
                Self::conflict("running", message).with_extra("job_id", job.0)
            }
            BulkError::Db(error) => error.into(),
        }
    }
}

impl From<rules::Error> for Problem {
    fn from(error: rules::Error) -> Self {
        match error {
            rules::Error::Unknown => Self::not_found("This rule"),
            rules::Error::Invalid(invalid) => invalid.into(),
            rules::Error::Settings(error) => error.into(),
            rules::Error::Db(error) => error.into(),
            rules::Error::Apply(error) => Self::internal(error),
        }
    }
}
