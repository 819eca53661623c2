use super::Problem;
use crate::features::outputs::playlist::PlaylistError;

impl From<PlaylistError> for Problem {
    fn from(error: PlaylistError) -> Self {
        match error {
            PlaylistError::UnknownCategory => Self::not_found("This category"),
            PlaylistError::Folder(error) => Self::internal(error),
            PlaylistError::Db(error) => error.into(),
        }
    }
}
