//! Few round numbers, and few round times of the installation's zone.

use std::ops::Range;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

use super::{HEIGHT, TOP, coordinate};

/// Marks of an axis of values, both ends included.
const MARKS: f64 = 4.0;
/// Marks of an axis of time at most, but for one more: on a phone there is no room for more of them.
const TIMES: usize = 4;
const HOUR_MS: i64 = 3_600_000;

/// An axis of values, between two round numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub from: f64,
    pub to: f64,
    pub ticks: Vec<f64>,
}

impl Scale {
    /// From nought to a round number that nothing exceeds; `finest` is the least step.
    pub fn from_nought(most: f64, finest: f64) -> Self {
        Self::between(0.0, most.max(0.0), finest)
    }

    /// Around values that need not begin at nought; never beyond `limit`.
    pub fn around(values: impl Iterator<Item = f64>, finest: f64, limit: f64) -> Self {
        let (least, most) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| {
                (least.min(value), most.max(value))
            });
        if least > most {
            return Self::from_nought(limit.min(1.0), finest);
        }
        // Hardly any difference is not to look like a great one.
        let least = least.min((most - 100.0 * finest).max(0.0));
        let mut scale = Self::between(least, most, finest);
        if scale.to > limit {
            scale.to = limit;
            scale.ticks.retain(|tick| *tick <= limit + finest / 2.0);
        }
        scale
    }

    fn between(least: f64, most: f64, finest: f64) -> Self {
        let (least, most) = match least.is_finite() && most.is_finite() {
            true => (least, most),
            false => (0.0, 1.0),
        };
        let step = step((most - least) / MARKS).max(finest);
        let first = (least / step + 1e-9).floor();
        let last = ((most / step - 1e-9).ceil()).max(first + 1.0);
        let ticks = (0..=(last - first) as usize).map(|place| (first + place as f64) * step);
        Self {
            from: first * step,
            to: last * step,
            ticks: ticks.collect(),
        }
    }

    /// From the upper edge of the drawing, in pixels.
    pub fn y(&self, value: f64) -> f64 {
        let share = (value - self.from) / (self.to - self.from);
        TOP + HEIGHT * (1.0 - share.clamp(0.0, 1.0))
    }
}

/// The next of 1, 2 and 5 times a power of ten.
pub(super) fn step(least: f64) -> f64 {
    if !least.is_finite() || least <= 0.0 {
        return 0.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    let rounds = [1.0, 2.0, 5.0].map(|round| round * power);
    let fits = |round: &&f64| **round >= least * (1.0 - 1e-9);
    rounds.iter().find(fits).copied().unwrap_or(10.0 * power)
}

/// A mark at a place from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    pub place: f64,
    pub label: String,
}

impl Mark {
    pub fn percent(&self) -> String {
        coordinate(self.place * 100.0)
    }

    /// How its words stand to its place, so that none leave the drawing.
    pub fn anchor(&self) -> &'static str {
        match self.place {
            place if place < 0.06 => "start",
            place if place > 0.94 => "end",
            _ => "middle",
        }
    }
}

/// A window of time (milliseconds since the epoch), in which the installation's days and hours are marked.
#[derive(Debug, Clone)]
pub struct TimeAxis {
    window_ms: Range<i64>,
    pub(super) marks: Vec<Mark>,
}

impl TimeAxis {
    pub fn new(window_ms: Range<i64>, zone: &TimeZone) -> Self {
        let mut axis = Self {
            window_ms,
            marks: Vec::new(),
        };
        axis.marks = axis.marked(zone);
        axis
    }

    /// 0 at the beginning, 1 at the end.
    pub(super) fn place(&self, at_ms: i64) -> f64 {
        let length = (self.window_ms.end - self.window_ms.start).max(1) as f64;
        ((at_ms - self.window_ms.start) as f64 / length).clamp(0.0, 1.0)
    }

    fn marked(&self, zone: &TimeZone) -> Vec<Mark> {
        let hours = (self.window_ms.end - self.window_ms.start).max(0) / HOUR_MS;
        let at = |ms: i64| {
            Timestamp::from_millisecond(ms)
                .unwrap_or_default()
                .to_zoned(zone.clone())
        };
        let begin = at(self.window_ms.start);
        let Ok(midnight) = begin.with().time(Time::midnight()).build() else {
            return Vec::new();
        };
        const STEPS: [i64; 13] = [
            1,
            2,
            3,
            6,
            12,
            24,
            48,
            7 * 24,
            14 * 24,
            28 * 24,
            56 * 24,
            84 * 24,
            112 * 24,
        ];
        // Days take more room than times of day.
        let fits = |step: &&i64| hours < **step * TIMES as i64 + i64::from(**step < 24);
        let step = STEPS.iter().find(fits).copied().unwrap_or(112 * 24);
        // By days of the calendar, so that midnight stays midnight where the clocks are changed.
        let (days, hours) = (step / 24, step % 24);
        let mark = |time: &Zoned| {
            let ms = time.timestamp().as_millisecond();
            let pattern = match days == 0 && time.time() != Time::midnight() {
                true => "%H:%M",
                false => "%-d %b",
            };
            let label = time.strftime(pattern).to_string();
            self.window_ms.contains(&ms).then(|| Mark {
                place: self.place(ms),
                label,
            })
        };
        let times = std::iter::successors(Some(midnight), |time| {
            let next = time
                .checked_add(days.days())
                .ok()?
                .checked_add(hours.hours())
                .ok()?;
            (next.timestamp().as_millisecond() < self.window_ms.end).then_some(next)
        });
        times
            .take(4 * TIMES + 30)
            .filter_map(|time| mark(&time))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], finest: f64, limit: f64) -> (f64, f64, usize) {
        let scale = Scale::around(values.iter().copied(), finest, limit);
        (scale.from, scale.to, scale.ticks.len())
    }

    #[test]
    fn an_axis_ends_at_round_numbers() {
        let scale = Scale::from_nought(87.0, 1.0);
        assert_eq!(scale.ticks, [0.0, 50.0, 100.0]);
        assert_eq!(
            Scale::from_nought(380.0, 1.0).ticks,
            [0.0, 100.0, 200.0, 300.0, 400.0]
        );
        assert_eq!(
            (scale.y(0.0), scale.y(100.0), scale.y(50.0)),
            (TOP + HEIGHT, TOP, TOP + HEIGHT / 2.0)
        );
        // Nobody is counted by halves.
        assert_eq!(Scale::from_nought(1.0, 1.0).ticks, [0.0, 1.0]);
        assert_eq!(Scale::from_nought(0.0, 1.0).ticks, [0.0, 1.0]);
    }

    #[test]
    fn an_axis_of_one_value_of_none_and_of_huge_ones_is_an_axis_all_the_same() {
        let (from, to, _) = of(&[0.97], 0.0001, 1.0);
        assert!(from < 0.965 && (0.969..=1.0).contains(&to), "{from} {to}");
        let (from, to, marks) = of(&[1.0, 1.0], 0.0001, 1.0);
        assert!(to == 1.0 && from <= 1.0 && marks >= 1, "{from} {to}");
        assert_eq!(of(&[], 1.0, f64::INFINITY), (0.0, 1.0, 2));
        assert_eq!(of(&[f64::NAN], 1.0, f64::INFINITY), (0.0, 1.0, 2));
        let huge = Scale::from_nought(9e15, 1.0);
        assert!(huge.to >= 9e15 && huge.ticks.len() <= 6, "{huge:?}");
        let wide = Scale::from_nought(f64::INFINITY, 1.0);
        assert_eq!(wide.to, 1.0);
    }

    fn window(from: &str, to: &str) -> Range<i64> {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        at(from)..at(to)
    }

    fn labels(window: Range<i64>, zone: &str) -> Vec<String> {
        let axis = TimeAxis::new(window, &TimeZone::get(zone).unwrap());
        axis.marks.into_iter().map(|mark| mark.label).collect()
    }

    #[test]
    fn times_are_round_in_the_zone_and_few() {
        let day = window("2026-11-28T10:30:00Z", "2026-11-29T10:30:00Z");
        assert_eq!(
            labels(day.clone(), "Europe/Berlin"),
            ["12:00", "18:00", "29 Nov", "06:00"]
        );
        // Half past in UTC is the whole hour there.
        assert_eq!(labels(day, "Asia/Kolkata"), ["18:00", "29 Nov", "06:00", "12:00"]);
        // The clocks go back on the 25th: a day of 25 hours.
        let week = window("2026-10-22T22:00:00Z", "2026-10-29T23:00:00Z");
        assert_eq!(
            labels(week, "Europe/Berlin"),
            ["23 Oct", "25 Oct", "27 Oct", "29 Oct"]
        );
        for days in 1..=365_i64 {
            let window = window("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
            let marks = labels(window.start..window.start + days * 24 * HOUR_MS, "UTC");
            assert!((2..=TIMES + 1).contains(&marks.len()), "{days}: {marks:?}");
        }
    }

    #[test]
    fn a_window_of_nothing_has_a_place_for_nothing() {
        let axis = TimeAxis::new(5..5, &TimeZone::UTC);
        assert_eq!((axis.place(5), axis.marks.len()), (0.0, 0));
    }
}
