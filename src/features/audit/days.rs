use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::support::validation::Invalid;

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
