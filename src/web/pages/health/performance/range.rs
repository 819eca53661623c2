use std::ops::Range;

use serde::Deserialize;

use crate::support::days::Period;
use crate::support::validation::Invalid;
use crate::web::kit::Moment;
use crate::web::ui;

const HOUR_MS: i64 = 3_600_000;
/// Days if nobody says how many.
const USUAL_DAYS: i64 = 7;

/// Which time an address asks about, as it was typed.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    /// 24, for the last hours instead of days.
    hours: String,
    days: String,
    from: String,
    to: String,
}

/// Which time is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The last 24 hours.
    Day,
    /// So many last days, today included.
    Last(Period),
    Between(Period),
}

impl Shown {
    pub fn usual(now: &Moment) -> Self {
        Period::read(None, (None, None), USUAL_DAYS, now.now_ms, &now.zone).map_or(Self::Day, Self::Last)
    }

    /// # Errors
    /// Names each field that is wrong.
    pub fn read(asked: &Asked, now: &Moment) -> Result<Self, Invalid> {
        let typed = |text: &str| {
            Some(text.trim())
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        match typed(&asked.hours).as_deref() {
            None => {}
            Some("24") => return Ok(Self::Day),
            Some(_) => {
                return Err(Invalid::field(
                    "days",
                    "Hours can only be the last 24; choose days for more.",
                ));
            }
        }
        let days = typed(&asked.days).map(|days| days.parse::<i64>());
        let days = match days.transpose() {
            Ok(days) => days,
            Err(_) => return Err(Invalid::field("days", "Choose 1 to 365 days.")),
        };
        let (from, to) = (typed(&asked.from), typed(&asked.to));
        let is_between = from.is_some() || to.is_some();
        let ends = (from.as_deref(), to.as_deref());
        let period = Period::read(days, ends, USUAL_DAYS, now.now_ms, &now.zone)?;
        Ok(if is_between {
            Self::Between(period)
        } else {
            Self::Last(period)
        })
    }

    /// In milliseconds; its end may lie ahead.
    pub fn window_ms(self, now: &Moment) -> Range<i64> {
        match self {
            Self::Day => {
                // From hour to hour, as they are summed up.
                let end = now.now_ms.div_euclid(HOUR_MS) * HOUR_MS;
                end - 24 * HOUR_MS..end + HOUR_MS
            }
            Self::Last(period) | Self::Between(period) => period.window_ms(&now.zone),
        }
    }

    /// As much time before it.
    pub fn before_ms(self, now: &Moment) -> Range<i64> {
        match self {
            Self::Day => {
                let begin = self.window_ms(now).start;
                begin - 24 * HOUR_MS..begin
            }
            Self::Last(period) | Self::Between(period) => period.previous().window_ms(&now.zone),
        }
    }

    /// "the last 7 days".
    pub fn words(self, now: &Moment) -> String {
        match self {
            Self::Day => "the last 24 hours".to_owned(),
            Self::Last(period) if period.days() == 1 => "today".to_owned(),
            Self::Last(period) => format!("the last {} days", period.days()),
            Self::Between(_) => {
                let window = self.window_ms(now);
                let (first, last) = (now.day(window.start), now.day(window.end - 1));
                if first == last {
                    first
                } else {
                    format!("{first} to {last}")
                }
            }
        }
    }

    /// "the 7 days before".
    pub fn before_words(self) -> String {
        match self {
            Self::Day => "the 24 hours before".to_owned(),
            Self::Last(period) | Self::Between(period) if period.days() == 1 => "the day before".to_owned(),
            Self::Last(period) | Self::Between(period) => format!("the {} days before", period.days()),
        }
    }

    /// Links to the usual times of a page.
    pub fn links(self, path: &str) -> ui::Tabs {
        let days = [7, 30, 90];
        let of = |days: i64| format!("{path}?days={days}");
        let current = match self {
            Self::Day => format!("{path}?hours=24"),
            Self::Last(period) => of(period.days()),
            Self::Between(_) => String::new(),
        };
        let begun = ui::Tabs::new("Time", current).tab("24 hours", format!("{path}?hours=24"));
        days.into_iter()
            .fold(begun, |tabs, days| tabs.tab(&format!("{days} days"), of(days)))
    }
}

impl Asked {
    /// The fields of the form, as they were filled in.
    pub fn fields(&self, invalid: &Invalid) -> [ui::Field; 3] {
        [
            ui::Field::number("days", "Last days", &self.days)
                .attr("min", 1)
                .attr("max", 365)
                .in_form(super::FORM)
                .errors(invalid),
            ui::Field::date("from", "or from", &self.from)
                .in_form(super::FORM)
                .errors(invalid),
            ui::Field::date("to", "to", &self.to)
                .in_form(super::FORM)
                .errors(invalid),
        ]
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn now() -> Moment {
        Moment {
            now_ms: 1_796_083_200_000 + 90 * 60_000,
            zone: TimeZone::UTC,
        }
    }

    fn read(hours: &str, days: &str, from: &str, to: &str) -> Result<Shown, Invalid> {
        let [hours, days, from, to] = [hours, days, from, to].map(str::to_owned);
        Shown::read(
            &Asked {
                hours,
                days,
                from,
                to,
            },
            &now(),
        )
    }

    #[test]
    fn a_time_and_the_time_before_it_are_as_long_and_touch() {
        for shown in [
            read("24", "", "", ""),
            read("", "", "", ""),
            read("", "1", "", ""),
            read("", "", "2026-11-02", "2026-11-08"),
        ] {
            let shown = shown.unwrap();
            let (window, before) = (shown.window_ms(&now()), shown.before_ms(&now()));
            assert_eq!(before.end, window.start, "{shown:?}");
            assert!(
                (window.end - window.start - (before.end - before.start)).abs() <= HOUR_MS,
                "{shown:?}"
            );
        }
        assert_eq!(Shown::usual(&now()), read("", "7", "", "").unwrap());
    }

    #[test]
    fn it_is_told_in_words() {
        let words = |shown: Result<Shown, Invalid>| {
            shown
                .map(|shown| (shown.words(&now()), shown.before_words()))
                .unwrap()
        };
        assert_eq!(words(read("24", "", "", "")).0, "the last 24 hours");
        assert_eq!(
            words(read("", "7", "", "")),
            ("the last 7 days".to_owned(), "the 7 days before".to_owned())
        );
        let both = words(read("", "", "2026-11-02", "2026-11-08"));
        assert_eq!(
            both,
            (
                "2 Nov 2026 to 8 Nov 2026".to_owned(),
                "the 7 days before".to_owned()
            )
        );
        assert_eq!(words(read("", "1", "", "")).1, "the day before");
    }

    #[test]
    fn what_is_no_time_is_named() {
        for (asked, field) in [
            (read("5", "", "", ""), "days"),
            (read("", "x", "", ""), "days"),
            (read("", "366", "", ""), "days"),
            (read("", "", "x", ""), "from"),
            (read("", "", "2026-11-08", "2026-11-02"), "to"),
        ] {
            assert!(asked.unwrap_err().fields().contains_key(field), "{field}");
        }
    }
}
