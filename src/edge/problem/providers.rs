use actix_web::http::StatusCode;

use super::{Fields, Problem};
use crate::features::{providers, settings};

impl From<providers::Error> for Problem {
    fn from(error: providers::Error) -> Self {
        match error {
            providers::Error::NotFound => Self::not_found("This provider"),
            providers::Error::NoReservation => Self::not_found("This reservation"),
            providers::Error::Invalid(invalid) => invalid.into(),
            providers::Error::NameTaken => {
                let message = "Another provider has this name.";
                let fields = Fields::from([("name".to_owned(), vec![message.to_owned()])]);
                Self::conflict("taken", message).with_fields(fields)
            }
            error @ providers::Error::TooLarge { .. } => {
                let message = error.to_string();
                let fields = Fields::from([(providers::uploads::FIELD.to_owned(), vec![message.clone()])]);
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message).with_fields(fields)
            }
            providers::Error::Folder(error) => Self::unavailable(
                "The data folder cannot hold the file; look at its free space.",
                error,
            ),
            providers::Error::Db(error) => error.into(),
            error @ providers::Error::Sealed => Self::internal(error),
        }
    }
}

impl From<settings::Error> for Problem {
    fn from(error: settings::Error) -> Self {
        match error {
            settings::Error::Unknown(_) => Self::not_found("This setting"),
            settings::Error::Invalid(invalid) => invalid.into(),
            error @ settings::Error::Fixed(_) => Self::conflict("fixed", format!("{error}.")),
            settings::Error::Db(error) => error.into(),
        }
    }
}
