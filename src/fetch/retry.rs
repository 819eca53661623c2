//! When to ask again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use http::{HeaderMap, header};

use super::error::Cause;

/// Rounds over all hosts at most.
pub(super) const ROUNDS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A host that asks for a longer wait is not asked again within the request.
const LONGEST_WISH: Duration = Duration::from_secs(60);

/// The pauses between rounds.
pub(super) struct Pauses(ExponentialBackoff);

impl Pauses {
    pub(super) fn new() -> Self {
        let builder = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE);
        Self(builder.with_jitter().without_max_times().build())
    }

    /// Two to ten seconds, longer only where a host wishes so.
    pub(super) fn next(&mut self, wish: Option<Duration>) -> Duration {
        let pause = self.0.next().unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
        pause.max(wish.unwrap_or_default())
    }
}

/// Whether a host may be asked in the next round.
pub(super) fn again(cause: &Cause) -> bool {
    cause.is_transient() && wish(cause).is_none_or(|wait| wait <= LONGEST_WISH)
}

/// The wait that the host asked for.
pub(super) fn wish(cause: &Cause) -> Option<Duration> {
    match cause {
        Cause::Status { retry_after, .. } => *retry_after,
        _ => None,
    }
}

/// Reads Retry-After: seconds, or an HTTP date.
pub(super) fn retry_after(headers: &HeaderMap, now_ms: i64) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(value)
        .ok()?
        .timestamp()
        .as_millisecond();
    Some(Duration::from_millis(
        u64::try_from(until.saturating_sub(now_ms)).unwrap_or(0),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::RETRY_AFTER, value.parse().unwrap())])
    }

    #[test]
    fn pauses_grow_from_two_seconds_and_never_pass_ten() {
        for _ in 0..100 {
            let mut pauses = Pauses::new();
            let (first, second) = (pauses.next(None), pauses.next(None));
            assert!((FIRST_PAUSE..=2 * FIRST_PAUSE).contains(&first), "{first:?}");
            assert!(
                (2 * FIRST_PAUSE..=4 * FIRST_PAUSE).contains(&second),
                "{second:?}"
            );
            for _ in 0..5 {
                assert!(pauses.next(None) <= LONGEST_PAUSE);
            }
        }
    }

    #[test]
    fn a_wish_lengthens_a_pause_and_never_shortens_it() {
        assert_eq!(
            Pauses::new().next(Some(Duration::from_secs(45))),
            Duration::from_secs(45)
        );
        assert!(Pauses::new().next(Some(Duration::ZERO)) >= FIRST_PAUSE);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now_ms = 1_445_412_480_000;
        assert_eq!(
            retry_after(&headers("120"), now_ms),
            Some(Duration::from_secs(120))
        );
        let date = "Wed, 21 Oct 2015 07:28:30 GMT";
        assert_eq!(retry_after(&headers(date), now_ms), Some(Duration::from_secs(30)));
        assert_eq!(
            retry_after(&headers("Wed, 21 Oct 2015 07:00:00 GMT"), now_ms),
            Some(Duration::ZERO)
        );
        assert_eq!(retry_after(&headers("soon"), now_ms), None);
    }

    #[test]
    fn only_what_may_heal_is_asked_again() {
        let status = |code| Cause::Status {
            code,
            retry_after: None,
        };
        for code in [429, 500, 502, 503, 509, 599] {
            assert!(again(&status(code)), "{code}");
        }
        for code in [400, 401, 403, 404, 408, 410, 454, 884, 304] {
            assert!(!again(&status(code)), "{code}");
        }
        assert!(!again(&Cause::Status {
            code: 429,
            retry_after: Some(Duration::from_secs(3_600))
        }));
        assert!(again(&Cause::Refused) && !again(&Cause::BadRedirect));
    }
}
