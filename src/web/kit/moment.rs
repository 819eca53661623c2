//! Instants in words: relative, with the absolute time of the installation's zone in reach.

use std::borrow::Borrow;

use actix_web::{HttpRequest, web};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::edge::Edge;
use crate::support::clock::Clock;
use crate::web::ui::Time;

/// The present instant and the zone in which people read times.
#[derive(Debug, Clone)]
pub struct Moment {
    pub now_ms: i64,
    pub zone: TimeZone,
}

impl Moment {
    pub fn of(req: &HttpRequest) -> Self {
        match req.app_data::<web::Data<Edge>>() {
            Some(edge) => Self {
                now_ms: edge.clock.now_ms(),
                zone: edge.zone(),
            },
            None => Self {
                now_ms: Clock::System.now_ms(),
                zone: TimeZone::UTC,
            },
        }
    }

    /// `<time>` with "3 min ago" or "in 2 h", the absolute time as its title.
    pub fn ago(&self, at_ms: impl Borrow<i64>) -> Time {
        let at_ms = *at_ms.borrow();
        self.time(at_ms, self.relative(at_ms))
    }

    /// Like [`Self::ago`]; `never` where there is no instant.
    pub fn ago_or(&self, at_ms: impl Borrow<Option<i64>>, never: &str) -> Time {
        match *at_ms.borrow() {
            Some(at_ms) => self.ago(at_ms),
            None => Time::never(never),
        }
    }

    /// Like [`Self::ago_or`], of what is to come: what is overdue is "due now".
    pub fn due_or(&self, at_ms: impl Borrow<Option<i64>>, never: &str) -> Time {
        match *at_ms.borrow() {
            Some(at_ms) if at_ms <= self.now_ms => self.time(at_ms, "due now".to_owned()),
            at_ms => self.ago_or(at_ms, never),
        }
    }

    /// `<time>` with date and time.
    pub fn at(&self, at_ms: impl Borrow<i64>) -> Time {
        let at_ms = *at_ms.borrow();
        self.time(at_ms, self.absolute(at_ms))
    }

    /// "20 Nov 2026, 17:38".
    pub fn absolute(&self, at_ms: i64) -> String {
        self.format(at_ms, "%-d %b %Y, %H:%M")
    }

    /// The day of an instant: "20 Nov 2026".
    pub fn day(&self, at_ms: i64) -> String {
        self.format(at_ms, "%-d %b %Y")
    }

    /// As the browser's field for date and time has it: "2026-11-20T17:38".
    pub fn typed(&self, at_ms: i64) -> String {
        self.format(at_ms, "%Y-%m-%dT%H:%M")
    }

    /// Milliseconds since the epoch of date and time as they are typed, in this zone; none of what cannot be read.
    pub fn read(&self, text: &str) -> Option<i64> {
        let typed: DateTime = text.trim().parse().ok()?;
        let at = typed.to_zoned(self.zone.clone()).ok()?;
        Some(at.timestamp().as_millisecond())
    }

    fn time(&self, at_ms: i64, text: String) -> Time {
        let machine = Timestamp::from_millisecond(at_ms).map_or_else(|_| String::new(), |at| at.to_string());
        Time::new(machine, self.format(at_ms, "%A, %-d %B %Y, %H:%M:%S %Z"), text)
    }

    fn relative(&self, at_ms: i64) -> String {
        let seconds = (self.now_ms - at_ms) / 1_000;
        let (amount, unit) = match seconds.unsigned_abs() {
            0..45 => return if seconds < 0 { "in a moment" } else { "just now" }.to_owned(),
            size @ 45..5_400 => ((size + 30) / 60, "min"),
            size @ 5_400..129_600 => ((size + 1_800) / 3_600, "h"),
            size if size < 30 * 86_400 => ((size + 43_200) / 86_400, "days"),
            _ => return self.format(at_ms, "%-d %b %Y"),
        };
        let unit = if amount == 1 && unit == "days" {
            "day"
        } else {
            unit
        };
        if seconds < 0 {
            format!("in {amount} {unit}")
        } else {
            format!("{amount} {unit} ago")
        }
    }

    fn format(&self, at_ms: i64, pattern: &str) -> String {
        Timestamp::from_millisecond(at_ms)
            .map(|at| at.to_zoned(self.zone.clone()).strftime(pattern).to_string())
            .unwrap_or_else(|_| "—".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(seconds_ago: i64) -> String {
        let now_ms = 1_795_000_000_000;
        let moment = Moment {
            now_ms,
            zone: TimeZone::UTC,
        };
        moment.relative(now_ms - seconds_ago * 1_000)
    }

    #[test]
    fn the_past_and_the_future_are_told_in_round_words() {
        for (seconds, expected) in [
            (0, "just now"),
            (-5, "in a moment"),
            (60, "1 min ago"),
            (3_000, "50 min ago"),
            (7_200, "2 h ago"),
            (86_400 * 2, "2 days ago"),
            (-86_400 * 2, "in 2 days"),
            (-7_200, "in 2 h"),
            (86_400 * 90, "20 Aug 2026"),
        ] {
            assert_eq!(words(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let moment = Moment {
            now_ms: 0,
            zone: TimeZone::get("Europe/Berlin").unwrap(),
        };
        assert_eq!(moment.absolute(0), "1 Jan 1970, 01:00");
        assert_eq!(moment.typed(0), "1970-01-01T01:00");
    }

    #[test]
    fn what_is_typed_is_of_the_zone() {
        let moment = Moment {
            now_ms: 0,
            zone: TimeZone::get("Europe/Berlin").unwrap(),
        };
        assert_eq!(moment.read("1970-01-01T01:00"), Some(0));
        assert_eq!(moment.read(" 1970-01-01T01:00:01 "), Some(1_000));
        for text in ["", "soon", "2026-13-01T00:00", "9999999-01-01T00:00"] {
            assert_eq!(moment.read(text), None, "{text}");
        }
    }
}
