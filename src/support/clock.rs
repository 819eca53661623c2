//! The time of day as a part that tests can hold still.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the present instant comes from. Instants are milliseconds since the epoch, UTC.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    #[default]
    System,
    /// Stands still until it is moved.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now_ms`.
    pub fn manual(now_ms: i64) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(now_ms)))
    }

    /// The present instant in milliseconds since the epoch.
    pub fn now_ms(&self) -> i64 {
        match self {
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
            Self::Manual(now) => now.load(Ordering::SeqCst),
        }
    }

    /// Moves a manual clock forward; the system's clock is not moved.
    pub fn advance_ms(&self, by_ms: i64) {
        if let Self::Manual(now) = self {
            now.fetch_add(by_ms, Ordering::SeqCst);
        }
    }
}

/// An instant as RFC 3339 in UTC, such as `2026-11-20T17:45:00.5Z`; one outside the calendar is the epoch.
pub fn rfc3339(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms)
        .unwrap_or_default()
        .to_string()
}

/// For `#[serde(serialize_with)]` of an instant in milliseconds.
pub fn serialize_instant<S: serde::Serializer>(at_ms: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*at_ms))
}

/// For `#[serde(serialize_with)]` of an instant in milliseconds that may be unknown.
pub fn serialize_instant_option<S: serde::Serializer>(
    at_ms: &Option<i64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at_ms {
        Some(at_ms) => serialize_instant(at_ms, serializer),
        None => serializer.serialize_none(),
    }
}
