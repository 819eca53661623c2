//! Ranges of whole days of the installation's zone.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::support::validation::Invalid;

/// The longest period that can be asked for.
const MOST_DAYS: i64 = 365;

/// Days that somebody asks about, the last of them not over yet maybe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    first: Date,
    last: Date,
}

impl Period {
    /// From `from` to `to`, where either is given: an open end is today, an open beginning `days` before the end. Else the
    /// last `days` days, today included; `usual` where nobody says how many.
    ///
    /// # Errors
    /// Names what is no day, a `to` before `from`, and a number of days outside 1 to 365.
    pub fn read(
        days: Option<i64>,
        (from, to): (Option<&str>, Option<&str>),
        usual: i64,
        now_ms: i64,
        zone: &TimeZone,
    ) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let count = days.unwrap_or(usual);
        if !(1..=MOST_DAYS).contains(&count) {
            invalid.add("days", "Choose 1 to 365 days.");
        }
        let mut read = |field: &str, text: Option<&str>| -> Option<Date> {
            let text = text.map(str::trim).filter(|text| !text.is_empty())?;
            let date = text.parse().ok();
            if date.is_none() {
                invalid.add(field, "Use a day such as 2026-11-28.");
            }
            date
        };
        let (first, last) = (read("from", from), read("to", to));
        let today = || {
            let now = Timestamp::from_millisecond(now_ms).unwrap_or_default();
            now.to_zoned(zone.clone()).date()
        };
        let last = last.unwrap_or_else(today);
        let first = first.unwrap_or_else(|| last.saturating_sub((count.clamp(1, MOST_DAYS) - 1).days()));
        if last < first {
            invalid.add("to", "Choose a day that is not before the first one.");
        }
        let period = Self { first, last };
        if period.days() > MOST_DAYS {
            invalid.add("from", "Choose at most 365 days.");
        }
        invalid.into_result()?;
        Ok(period)
    }

    pub fn days(self) -> i64 {
        let span = self.first.until(self.last);
        span.map_or(1, |span| i64::from(span.get_days()) + 1)
    }

    /// As many days, right before these.
    pub fn previous(self) -> Self {
        let days = self.days().days();
        Self {
            first: self.first.saturating_sub(days),
            last: self.last.saturating_sub(days),
        }
    }

    /// From its first instant to the first that is no longer its own, in milliseconds.
    pub fn window_ms(self, zone: &TimeZone) -> Range<i64> {
        let begin = |date: Date| {
            let zoned = date.to_zoned(zone.clone());
            zoned.map_or(0, |zoned| zoned.timestamp().as_millisecond())
        };
        begin(self.first)..begin(self.last.saturating_add(1.day()))
    }
}

/// From the first instant of `from` to the last of `to`, both days of the installation's zone and both optional: begin,
/// and end that no longer belongs to it, in milliseconds.
///
/// # Errors
/// Names each that is no day such as 2026-11-28, and a `to` before `from`.
pub fn days(from: &str, to: &str, zone: &TimeZone) -> Result<(Option<i64>, Option<i64>), Invalid> {
    let mut invalid = Invalid::default();
    let mut read = |field: &str, text: &str| -> Option<Date> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let date = text.parse().ok();
        if date.is_none() {
            invalid.add(field, "Use a day such as 2026-11-28.");
        }
        date
    };
    let (first, last) = (read("from", from), read("to", to));
    if let (Some(first), Some(last)) = (first, last)
        && last < first
    {
        invalid.add("to", "Choose a day that is not before the first one.");
    }
    invalid.into_result()?;
    let begin = |date: Date| {
        let zoned = date.to_zoned(zone.clone()).ok()?;
        Some(zoned.timestamp().as_millisecond())
    };
    Ok((
        first.and_then(begin),
        last.and_then(|last| last.tomorrow().ok()).and_then(begin),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_zone_and_whole() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let (from, until) = days("2026-03-29", "2026-03-29", &zone).unwrap();
        // The day on which clocks go forward has 23 hours.
        assert_eq!(until.unwrap() - from.unwrap(), 23 * 3_600_000);
        assert_eq!(from, Some(1_774_738_800_000));
        assert_eq!(days("", " ", &zone).unwrap(), (None, None));
        assert_eq!(days("9999-12-31", "9999-12-31", &zone).unwrap().1, None);
    }

    #[test]
    fn the_last_days_include_today_and_those_before_them_are_as_many() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        // Shortly after midnight there, the day before in UTC.
        let now = 1_774_738_800_000 + 60_000;
        let week = Period::read(None, (None, None), 7, now, &zone).unwrap();
        assert_eq!(week.days(), 7);
        let window = week.window_ms(&zone);
        // The last of them has 23 hours.
        assert_eq!(window.end - window.start, (7 * 24 - 1) * 3_600_000);
        assert!(window.contains(&now) && !window.contains(&(now + 23 * 3_600_000)));
        assert_eq!(week.previous().window_ms(&zone).end, window.start);
        let both = Period::read(None, (Some("2026-01-31"), Some("2026-02-01")), 7, now, &zone).unwrap();
        assert_eq!((both.days(), both.previous().days()), (2, 2));
    }

    #[test]
    fn a_period_that_is_none_is_refused_by_name() {
        for (days, from, to, field) in [
            (Some(0), None, None, "days"),
            (Some(366), None, None, "days"),
            (None, Some("x"), None, "from"),
            (None, Some("2026-02-02"), Some("2026-02-01"), "to"),
            (None, Some("2024-02-02"), Some("2026-02-01"), "from"),
        ] {
            let invalid = Period::read(days, (from, to), 7, 1_774_738_800_000, &TimeZone::UTC).unwrap_err();
            assert!(invalid.fields().contains_key(field), "{days:?} {from:?} {to:?}");
        }
    }

    #[test]
    fn what_is_no_day_is_named() {
        for (from, to, field) in [
            ("yesterday", "", "from"),
            ("2026-02-30", "", "from"),
            ("", "1", "to"),
            ("2026-01-02", "2026-01-01", "to"),
        ] {
            let invalid = days(from, to, &TimeZone::UTC).unwrap_err();
            assert!(invalid.fields().contains_key(field), "{from} {to}");
        }
    }
}
