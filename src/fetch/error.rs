//! What goes wrong when fetching: always a host and a cause, never a path, query, user info or header.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use rustls::CertificateError;

use super::address::Refusal;
use super::resolver::{Refused, Unresolved};

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchError {
    /// No host gave an answer; each with its last cause, in the order asked.
    Hosts(Vec<HostFailure>),
    /// The answer began well and its body failed.
    Body(HostFailure),
    /// The file to save to could not be written.
    File(io::ErrorKind),
    Cancelled,
}

/// A host and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostFailure {
    /// `host:port` that was asked.
    pub host: String,
    /// `host:port` that it redirected to, if it failed there.
    pub redirected_to: Option<String>,
    pub cause: Cause,
}

/// Why a host gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The URL is neither http nor https, or has no host.
    Scheme,
    Address(Refusal),
    Unresolved,
    Refused,
    Reset,
    Unreachable,
    /// The certificate is not trusted, and why.
    Certificate(&'static str),
    TimedOut {
        after: Duration,
        waiting: Waiting,
    },
    Status {
        code: u16,
        retry_after: Option<Duration>,
    },
    TooManyRedirects {
        limit: usize,
    },
    /// A redirect without a usable target.
    BadRedirect,
    BreakerOpen {
        until_ms: i64,
    },
    /// The connection ended before a whole head had come, or spoke no HTTP.
    NoAnswer,
    Truncated {
        declared: u64,
        got: u64,
    },
    /// The body stopped before its own end mark (last chunk, gzip trailer).
    Unfinished {
        got: u64,
    },
    /// The gzip data are damaged.
    Corrupt,
    /// A content encoding other than gzip, which was not asked for.
    Encoding,
    TooLarge {
        max_bytes: u64,
    },
}

/// What was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    Connection,
    Answer,
    Body,
}

impl Cause {
    /// Whether asking again may help: network errors, time-outs, 429 and 5xx.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Status { code, .. } => *code == 429 || (500..600).contains(code),
            Self::Unresolved
            | Self::Refused
            | Self::Reset
            | Self::Unreachable
            | Self::TimedOut { .. }
            | Self::NoAnswer
            | Self::Truncated { .. }
            | Self::Unfinished { .. } => true,
            Self::Scheme
            | Self::Address(_)
            | Self::Certificate(_)
            | Self::TooManyRedirects { .. }
            | Self::BadRedirect
            | Self::BreakerOpen { .. }
            | Self::Corrupt
            | Self::Encoding
            | Self::TooLarge { .. } => false,
        }
    }

    /// Reads the cause of a failed request from the chain of errors, whose texts hold the URL.
    pub(super) fn of_request(error: &reqwest::Error, connect_timeout: Duration) -> Self {
        if error.is_connect() && error.is_timeout() {
            return Self::TimedOut {
                after: connect_timeout,
                waiting: Waiting::Connection,
            };
        }
        let mut next: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = next {
            if let Some(cause) = known(error) {
                return cause;
            }
            next = error.source();
        }
        if error.is_dns() {
            Self::Unresolved
        } else {
            Self::NoAnswer
        }
    }
}

fn known(error: &(dyn Error + 'static)) -> Option<Cause> {
    if let Some(Refused(refusal)) = error.downcast_ref() {
        return Some(Cause::Address(*refusal));
    }
    if error.is::<Unresolved>() {
        return Some(Cause::Unresolved);
    }
    if let Some(rustls::Error::InvalidCertificate(certificate)) = error.downcast_ref() {
        return Some(Cause::Certificate(distrust(certificate)));
    }
    let error = error.downcast_ref::<io::Error>()?;
    if let Some(cause) = error.get_ref().and_then(|inner| known(inner)) {
        return Some(cause);
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(Cause::Refused),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted => {
            Some(Cause::Reset)
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
            Some(Cause::Unreachable)
        }
        _ => None,
    }
}

/// What is wrong with a certificate, in words that hold nothing of it.
fn distrust(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "not valid yet",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "issued for another host"
        }
        CertificateError::UnknownIssuer => "unknown issuer",
        CertificateError::Revoked => "revoked",
        CertificateError::Other(_) => "self-signed or malformed",
        _ => "invalid",
    }
}

impl FetchError {
    /// The causes by host; none where no host is to blame.
    pub fn failures(&self) -> &[HostFailure] {
        match self {
            Self::Hosts(failures) => failures,
            Self::Body(failure) => std::slice::from_ref(failure),
            Self::File(_) | Self::Cancelled => &[],
        }
    }
}

impl HostFailure {
    pub(super) fn new(host: String, cause: Cause) -> Self {
        Self {
            host,
            redirected_to: None,
            cause,
        }
    }
}

impl From<HostFailure> for FetchError {
    fn from(failure: HostFailure) -> Self {
        Self::Hosts(vec![failure])
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => return f.write_str("cancelled"),
            Self::File(kind) => return write!(f, "the download could not be stored: {kind}"),
            Self::Hosts(_) | Self::Body(_) => {}
        }
        for (index, failure) in self.failures().iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{failure}")?;
        }
        Ok(())
    }
}

impl Error for FetchError {}

impl fmt::Display for HostFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        if let Some(target) = &self.redirected_to {
            write!(f, " (redirected to {target})")?;
        }
        write!(f, ": {}", self.cause)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("only http and https addresses are fetched"),
            Self::Address(refusal) => refusal.fmt(f),
            Self::Unresolved => f.write_str("name not found"),
            Self::Refused => f.write_str("connection refused"),
            Self::Reset => f.write_str("connection reset"),
            Self::Unreachable => f.write_str("host unreachable"),
            Self::Certificate(why) => write!(f, "certificate not trusted ({why})"),
            Self::TimedOut { after, waiting } => write!(f, "timed out after {} {waiting}", Seconds(*after)),
            Self::Status {
                code,
                retry_after: None,
            } => write!(f, "answered {code}"),
            Self::Status {
                code,
                retry_after: Some(after),
            } => {
                write!(f, "answered {code} and asks to wait {}", Seconds(*after))
            }
            Self::TooManyRedirects { limit } => write!(f, "redirected more than {limit} times"),
            Self::BadRedirect => f.write_str("redirected to no usable address"),
            Self::BreakerOpen { until_ms } => match jiff::Timestamp::from_millisecond(*until_ms) {
                Ok(until) => write!(f, "breaker open until {until:.0}"),
                Err(_) => f.write_str("breaker open"),
            },
            Self::NoAnswer => f.write_str("gave no HTTP answer"),
            Self::Truncated { declared, got } => write!(f, "sent {got} of {declared} bytes"),
            Self::Unfinished { got } => write!(f, "stopped in the middle of the body, after {got} bytes"),
            Self::Corrupt => f.write_str("sent damaged gzip data"),
            Self::Encoding => f.write_str("sent a content encoding that was not asked for"),
            Self::TooLarge { max_bytes } => write!(f, "sent more than {max_bytes} bytes"),
        }
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "connecting",
            Self::Answer => "waiting for an answer",
            Self::Body => "waiting for the next bytes",
        })
    }
}

struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_millis() {
            0 => write!(f, "{} s", self.0.as_secs()),
            _ => write!(f, "{} ms", self.0.as_millis()),
        }
    }
}
