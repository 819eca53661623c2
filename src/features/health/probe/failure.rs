use std::fmt;
use std::time::Duration;

use crate::fetch::{Cause, FetchError, HostFailure};

/// Why a stream failed its test, and at which host. The words are for administrators: they hold no address, no credential
/// and nothing that the host said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Host, or `host:port`, that failed: the one that was redirected to, if any.
    pub host: String,
    pub reason: Reason,
}

/// Why, without the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No answer, or none that could be followed; never a status.
    Network(Cause),
    Status(u16),
    /// A web page came.
    Page,
    Picture,
    /// JSON or another text came.
    Text,
    /// Nothing came.
    Empty,
    /// What came is no media of the kind that was said, or none at all.
    NotMedia,
    /// The body was packed, and is no playlist.
    Encoding,
    /// A playlist without end, or one that leads to nothing that can be fetched.
    BadPlaylist,
    /// The playlist lists no segment.
    NoSegment,
    /// Media that ffprobe makes nothing of.
    Unreadable,
    /// It could not be measured within this time.
    Unmeasured(Duration),
    /// Too little of it could be decoded to say what it shows.
    Unseen,
}

impl Failure {
    /// The stable word of its reason.
    pub fn code(&self) -> &'static str {
        self.reason.code()
    }
}

impl Reason {
    /// The stable word of it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Network(cause) => network(cause),
            Self::Status(_) => "status",
            Self::Page => "page",
            Self::Picture => "picture",
            Self::Text => "text",
            Self::Empty => "empty",
            Self::NotMedia => "not_media",
            Self::Encoding => "encoding",
            Self::BadPlaylist => "bad_playlist",
            Self::NoSegment => "no_segment",
            Self::Unreadable => "unreadable",
            Self::Unmeasured(_) => "unmeasured",
            Self::Unseen => "unseen",
        }
    }
}

fn network(cause: &Cause) -> &'static str {
    match cause {
        Cause::Address(_) => "address_forbidden",
        Cause::TimedOut { .. } => "timed_out",
        Cause::Scheme | Cause::BadRedirect | Cause::TooManyRedirects { .. } => "bad_redirect",
        Cause::Certificate(_) => "certificate",
        Cause::Truncated { .. } | Cause::Unfinished { .. } => "cut_off",
        Cause::Status { .. } => "status",
        Cause::Corrupt | Cause::Encoding => "encoding",
        Cause::TooLarge { .. } => "bad_playlist",
        Cause::Unresolved
        | Cause::Refused
        | Cause::Reset
        | Cause::Unreachable
        | Cause::NoAnswer
        | Cause::BreakerOpen { .. } => "unreachable",
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.host, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Network(cause) => return cause.fmt(f),
            Self::Status(code) => return write!(f, "answered {code}"),
            Self::Page => "sent a web page instead of media",
            Self::Picture => "sent a picture instead of media",
            Self::Text => "sent text instead of media",
            Self::Empty => "sent nothing",
            Self::NotMedia => "sent bytes that are no media",
            Self::Encoding => "sent an encoding that was not asked for",
            Self::BadPlaylist => "sent a playlist that leads nowhere",
            Self::NoSegment => "sent a playlist without segments",
            Self::Unreadable => "sent media that cannot be read",
            Self::Unseen => "sent too little that can be seen",
            Self::Unmeasured(after) => {
                return write!(f, "could not be measured within {} s", after.as_secs());
            }
        })
    }
}

impl From<HostFailure> for Failure {
    fn from(failure: HostFailure) -> Self {
        Self {
            host: failure.redirected_to.unwrap_or(failure.host),
            reason: Reason::Network(failure.cause),
        }
    }
}

/// What ends a test early.
pub enum Stop {
    Cancelled,
    Failed(Failure),
    Untestable(&'static str),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<FetchError> for Stop {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Hosts(failures) => failures
                .into_iter()
                .next()
                .map_or(Self::Cancelled, |failure| Self::Failed(failure.into())),
            FetchError::Body(failure) => Self::Failed(failure.into()),
            // A test writes no file.
            FetchError::File(_) | FetchError::Cancelled => Self::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fetch::{Refusal, Waiting};

    use super::*;

    #[test]
    fn every_failure_has_a_stable_word_and_a_sentence() {
        let late = Cause::TimedOut {
            after: Duration::from_secs(10),
            waiting: Waiting::Answer,
        };
        for (reason, code, sentence) in [
            (
                Reason::Network(Cause::Refused),
                "unreachable",
                "line.example:80: connection refused",
            ),
            (
                Reason::Network(late),
                "timed_out",
                "line.example:80: timed out after 10 s waiting for an answer",
            ),
            (
                Reason::Network(Cause::Address(Refusal::Metadata)),
                "address_forbidden",
                "line.example:80: cloud metadata addresses are never fetched",
            ),
            (Reason::Status(404), "status", "line.example:80: answered 404"),
            (
                Reason::Page,
                "page",
                "line.example:80: sent a web page instead of media",
            ),
            (Reason::Empty, "empty", "line.example:80: sent nothing"),
        ] {
            let failure = Failure {
                host: "line.example:80".into(),
                reason,
            };
            assert_eq!((failure.code(), failure.to_string().as_str()), (code, sentence));
        }
    }
}
