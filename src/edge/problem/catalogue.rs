use super::Problem;
use crate::features::catalogue::favourites::FavouriteError;

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
