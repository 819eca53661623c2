use super::Problem;
use crate::features::outputs::conversion::ConversionError;
use crate::features::outputs::library::LibraryError;

impl From<LibraryError> for Problem {
    fn from(error: LibraryError) -> Self {
        let message = error.to_string();
        match error {
            LibraryError::NoPublicUrl => {
                Self::conflict("no_public_url", message).with_recovery("Confirm the public URL", "/library")
            }
            LibraryError::NotInTrash => Self::not_found("This file in the trash"),
            LibraryError::PlaceTaken(_) => Self::conflict("place_taken", sentence(&message)),
            LibraryError::Tree(_) => Self::unavailable(sentence(&message), "the output folder"),
            LibraryError::Accounts(error) => error.into(),
            LibraryError::Db(error) => error.into(),
            LibraryError::Cancelled | LibraryError::WriterGone | LibraryError::ReaderGone => {
                Self::internal(message)
            }
        }
    }
}

impl From<ConversionError> for Problem {
    fn from(error: ConversionError) -> Self {
        match error {
            ConversionError::Invalid(invalid) => invalid.into(),
            ConversionError::Busy(job) => {
                Self::conflict("job_running", "This folder is being written to already.")
                    .with_extra("job_id", job.0)
            }
            ConversionError::Db(error) => error.into(),
            error => Self::internal(error),
        }
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect::<String>() + ".")
        .unwrap_or_default()
}
