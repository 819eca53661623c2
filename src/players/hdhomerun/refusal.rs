//! Why nothing plays, as an HDHomeRun says it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;

use crate::features::playback::RelayError;

const HEADER: &str = "X-HDHomeRun-Error";

/// What a device answers in place of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    UnknownChannel,
    TunerInUse,
    AllTunersInUse,
    TuneFailed,
    NoVideoData,
}

impl Refusal {
    /// What becomes of a channel that does not start; none if the server itself is at fault.
    pub(super) fn of(error: &RelayError) -> Option<Self> {
        Some(match error {
            // Every connection of the provider is a tuner to whoever wants to watch.
            RelayError::AllInUse | RelayError::Reserved => Self::AllTunersInUse,
            RelayError::NotRelayable(_) => Self::NoVideoData,
            RelayError::Nothing
            | RelayError::NoneStarted(_)
            | RelayError::Interrupted(_)
            | RelayError::Status(_)
            | RelayError::Stopped => Self::TuneFailed,
            RelayError::Db(_) => return None,
        })
    }

    fn words(self) -> &'static str {
        match self {
            Self::UnknownChannel => "801 Unknown Channel",
            Self::TunerInUse => "804 Tuner In Use",
            Self::AllTunersInUse => "805 All Tuners In Use",
            Self::TuneFailed => "806 Tune Failed",
            Self::NoVideoData => "807 No Video Data",
        }
    }

    /// The answer; `reason` is for people and holds nothing of the provider.
    pub(super) fn answer(self, reason: &str) -> HttpResponse {
        let status = match self {
            Self::UnknownChannel => StatusCode::NOT_FOUND,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        HttpResponse::build(status)
            .insert_header((HEADER, self.words()))
            .insert_header((CACHE_CONTROL, "no-store"))
            .content_type("text/plain; charset=utf-8")
            .body(format!("{}: {reason}\n", self.words()))
    }
}
