use super::Problem;
use crate::features::outputs::hdhomerun;
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

impl From<hdhomerun::Error> for Problem {
    fn from(error: hdhomerun::Error) -> Self {
        match error {
            hdhomerun::Error::Unknown => Self::not_found("This device"),
            hdhomerun::Error::Invalid(invalid) => invalid.into(),
            hdhomerun::Error::Accounts(error) => error.into(),
            hdhomerun::Error::Db(error) => error.into(),
        }
    }
}
