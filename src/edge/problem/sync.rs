use super::Problem;
use crate::features::sync;

impl From<sync::Error> for Problem {
    fn from(error: sync::Error) -> Self {
        let (code, message) = (error.code(), error.to_string());
        match error {
            sync::Error::NotFound => Self::not_found("This sync"),
            sync::Error::Running(job) => Self::conflict(code, message).with_extra("job_id", job.0),
            sync::Error::TooOften { wait_seconds } => Self::too_many(wait_seconds, message),
            sync::Error::Decided | sync::Error::Disabled => Self::conflict(code, message),
            sync::Error::Provider(error) => error.into(),
            sync::Error::Db(error) => error.into(),
            _ => Self::internal(message),
        }
    }
}
