//! Times that come again and again, as cron writes them: minute, hour, day of the month, month, weekday.

use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// An expression of five fields whose times come at least [`SHORTEST_PAUSE_MS`] apart.
#[derive(Debug, Clone)]
pub struct Cron {
    text: String,
    parsed: croner::Cron,
}

/// What is scheduled asks strangers' servers or rewrites files: more often does nobody any good.
pub const SHORTEST_PAUSE_MS: i64 = 15 * 60_000;

const LONGEST: usize = 100;
const FORM: &str = "Write five fields: minute, hour, day of the month, month, weekday, such as 0 */6 * * * for every six hours.";
/// What each field holds.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12 or JAN to DEC"),
    ("weekday", "0 to 7 or SUN to SAT, 0 and 7 being Sunday"),
];
/// How many pauses are measured; every pattern of a day shows within.
const MEASURED: usize = 100;

impl Cron {
    /// # Errors
    /// A sentence that names the field which cannot stand.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        if fields.len() != FIELDS.len() || text.len() > LONGEST {
            return Err(FORM.to_owned());
        }
        for (at, (name, range)) in FIELDS.iter().enumerate() {
            let mut alone = ["*"; 5];
            alone[at] = fields[at];
            if parsed(&alone.join(" ")).is_none() {
                return Err(format!(
                    "The {name} is not understood: it is {range}, a list (1,3), a range (1-5), a step (*/2) or *."
                ));
            }
        }
        let text = fields.join(" ");
        let cron = Self {
            parsed: parsed(&text).ok_or(FORM)?,
            text,
        };
        cron.check_pauses()?;
        Ok(cron)
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first time after an instant.
    pub fn next_after(&self, at_ms: i64, zone: &TimeZone) -> Option<i64> {
        let found = self.parsed.find_next_occurrence(&zoned(at_ms, zone)?, false);
        Some(found.ok()?.timestamp().as_millisecond())
    }

    /// The last time that is not after an instant.
    pub fn last_until(&self, at_ms: i64, zone: &TimeZone) -> Option<i64> {
        let found = self.parsed.find_previous_occurrence(&zoned(at_ms, zone)?, true);
        Some(found.ok()?.timestamp().as_millisecond())
    }

    fn check_pauses(&self) -> Result<(), String> {
        let mut before = self
            .next_after(0, &TimeZone::UTC)
            .ok_or("This never comes: there is no such day.")?;
        for _ in 0..MEASURED {
            let Some(next) = self.next_after(before, &TimeZone::UTC) else {
                break;
            };
            if next - before < SHORTEST_PAUSE_MS {
                let minutes = SHORTEST_PAUSE_MS / 60_000;
                return Err(format!(
                    "This comes too often: leave at least {minutes} minutes between."
                ));
            }
            before = next;
        }
        Ok(())
    }
}

fn parsed(text: &str) -> Option<croner::Cron> {
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build();
    parser.parse(text).ok()
}

fn zoned(at_ms: i64, zone: &TimeZone) -> Option<Zoned> {
    Some(Timestamp::from_millisecond(at_ms).ok()?.to_zoned(zone.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-28T12:00:00Z, the day before clocks go forward in Berlin.
    const NOON: i64 = 1_774_699_200_000;
    const HOUR: i64 = 3_600_000;

    #[test]
    fn times_come_by_the_clock_of_the_zone() {
        let daily = Cron::parse(" 0  4 * * * ").unwrap();
        assert_eq!(daily.as_str(), "0 4 * * *");
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(daily.next_after(NOON, &TimeZone::UTC), Some(NOON + 16 * HOUR));
        assert_eq!(
            daily.next_after(NOON, &berlin),
            Some(NOON + 14 * HOUR),
            "summer time begins"
        );
        assert_eq!(daily.last_until(NOON, &berlin), Some(NOON - 9 * HOUR));
        assert_eq!(
            daily.last_until(NOON + 16 * HOUR, &TimeZone::UTC),
            Some(NOON + 16 * HOUR)
        );
    }

    #[test]
    fn what_cannot_stand_is_named() {
        for (text, part) in [
            ("", "five fields"),
            ("0 4 * *", "five fields"),
            ("0 0 4 * * *", "five fields"),
            ("@daily", "five fields"),
            ("60 4 * * *", "The minute is"),
            ("0 25 * * *", "The hour is"),
            ("0 4 0 * *", "The day of the month is"),
            ("0 4 * 13 *", "The month is"),
            ("0 4 * * 9", "The weekday is"),
            ("0 4 * * someday", "The weekday is"),
            ("0 4 30 2 *", "never comes"),
            ("* * * * *", "too often"),
            ("*/10 4 * * *", "too often"),
        ] {
            let message = Cron::parse(text).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
        }
        for good in [
            "*/15 * * * *",
            "0 */6 * * *",
            "30 3 * * MON-FRI",
            "0 4 29 2 *",
            "0 0 1 JAN *",
        ] {
            assert!(Cron::parse(good).is_ok(), "{good}");
        }
    }
}
