use std::borrow::Cow;

use actix_web::http::StatusCode;

use super::Problem;
use crate::features::catalogue::sources::SourceError;
use crate::features::playback::RelayError;

/// When a connection may have become free: an HLS viewer's is given back half a minute after the last poll.
const BUSY_SECONDS: u64 = 10;

impl From<RelayError> for Problem {
    fn from(error: RelayError) -> Self {
        match error {
            RelayError::Nothing => Self::not_found("What you want to play"),
            RelayError::NotRelayable(reason) => not_relayable(&reason),
            error @ RelayError::AllInUse => {
                let message = "All connections of the provider are in use. Try again in a moment.";
                full("all_in_use", message, &error)
            }
            error @ RelayError::Reserved => {
                let message = "The free connections of the provider are reserved for others, and the rest are in use. \
                               Try again in a moment.";
                full("reserved", message, &error)
            }
            RelayError::Status(404 | 410) => Self::not_found("This part of the stream"),
            error @ RelayError::Status(_) => {
                bad_gateway("The provider refused this part of the stream.", &error)
            }
            error @ (RelayError::NoneStarted(_) | RelayError::Interrupted(_)) => {
                bad_gateway("No stream of it starts. The server's log says why.", &error)
            }
            RelayError::Stopped => Self::forbidden(),
            RelayError::Db(error) => error.into(),
        }
    }
}

impl From<SourceError> for Problem {
    fn from(error: SourceError) -> Self {
        RelayError::from(error).into()
    }
}

/// 503 until a connection is free.
fn full(code: &'static str, message: &'static str, cause: &RelayError) -> Problem {
    let mut problem = Problem::unavailable(message, cause);
    problem.code = Cow::from(code);
    problem.retry_after = Some(BUSY_SECONDS);
    problem
}

fn not_relayable(reason: &str) -> Problem {
    let mut problem = Problem::internal(reason).with_status(StatusCode::NOT_IMPLEMENTED);
    problem.code = Cow::from("not_relayable");
    problem.message = Cow::from(format!("This cannot be played here: {reason}."));
    problem
}

/// 502: the words for the player name nothing of the provider, the log says which host did what.
fn bad_gateway(message: &'static str, cause: &RelayError) -> Problem {
    let mut problem = Problem::internal(cause).with_status(StatusCode::BAD_GATEWAY);
    problem.code = Cow::from("no_stream");
    problem.message = Cow::from(message);
    problem
}
