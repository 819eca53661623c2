//! Instants as programs read them.

use jiff::Timestamp;

/// Milliseconds since the epoch as RFC 3339 in UTC; null outside of the years that can be written.
pub fn rfc3339(at_ms: i64) -> Option<String> {
    Timestamp::from_millisecond(at_ms).ok().map(|at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn instants_are_written_in_utc() {
        assert_eq!(rfc3339(0).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(
            rfc3339(1_767_225_600_250).as_deref(),
            Some("2026-01-01T00:00:00.25Z")
        );
        assert_eq!(rfc3339(i64::MAX), None);
    }
}
