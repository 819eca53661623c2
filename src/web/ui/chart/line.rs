use askama::Template;
use askama::filters::HtmlSafe;

use super::axis::{Mark, Scale};
use super::{FOOT, HEIGHT, TOP, TimeAxis, Unit, Words, coordinate};

/// Lines are drawn in so many parts of the width.
const WIDTH: f64 = 1000.0;
/// Pixels between the labels of two lines.
const APART: f64 = 15.0;

/// One to four lines over time. A value that is not known is a gap; lines differ by dash as well as by colour, and each has
/// its name at its end.
#[derive(Template)]
#[template(path = "ui/chart/line.html")]
pub struct Line {
    words: Words,
    unit: Unit,
    axis: TimeAxis,
    scale: Scale,
    instants: Vec<Instant>,
    series: Vec<Series>,
}

impl HtmlSafe for Line {}

/// When something was measured, or the middle of the time for which a value stands.
#[derive(Debug, Clone)]
pub struct Instant {
    /// Milliseconds since the epoch, UTC.
    pub at_ms: i64,
    /// As it is printed.
    pub label: String,
}

/// One line: a value for each instant, where it is known.
#[derive(Debug, Clone)]
pub struct Series {
    pub name: String,
    pub values: Vec<Option<f64>>,
}

/// The name of a line, where it ends.
struct Label<'a> {
    name: &'a str,
    x: f64,
    y: f64,
}

impl Line {
    /// The axis of values begins at nought.
    pub fn new(
        words: Words,
        unit: Unit,
        axis: TimeAxis,
        instants: Vec<Instant>,
        series: Vec<Series>,
    ) -> Self {
        let most = known(&series).fold(0.0, f64::max);
        Self {
            scale: Scale::from_nought(most, unit.finest()),
            words,
            unit,
            axis,
            instants,
            series,
        }
    }

    /// The axis of values fits them and ends at `limit` at most: where all are high, what differs can be told.
    pub fn close_up(mut self, limit: f64) -> Self {
        self.scale = Scale::around(known(&self.series), self.unit.finest(), limit);
        self
    }

    fn marks(&self) -> &[Mark] {
        &self.axis.marks
    }

    fn ticks(&self) -> impl Iterator<Item = (String, String)> {
        self.scale
            .ticks
            .iter()
            .map(|tick| (coordinate(self.scale.y(*tick)), self.unit.tick(*tick)))
    }

    fn is_empty(&self) -> bool {
        known(&self.series).next().is_none()
    }

    /// What a line's path is: a stretch for each run of known values, a dot for one that stands alone.
    fn path(&self, series: &Series) -> String {
        let mut path = String::new();
        let mut before = None;
        for (place, instant) in self.instants.iter().enumerate() {
            let value = series.values.get(place).copied().flatten();
            if let Some(value) = value {
                let x = coordinate(self.axis.place(instant.at_ms) * WIDTH);
                let y = coordinate(self.scale.y(value));
                let next = series.values.get(place + 1).copied().flatten();
                path.push_str(&match (before, next) {
                    (Some(_), _) => format!("L{x} {y}"),
                    (None, Some(_)) => format!("M{x} {y}"),
                    (None, None) => format!("M{x} {y}h0"),
                });
            }
            before = value;
        }
        path
    }

    /// Where each line ends, none on top of another.
    fn labels(&self) -> Vec<Label<'_>> {
        let mut labels: Vec<Label<'_>> = Vec::new();
        if self.series.len() < 2 {
            return labels;
        }
        for series in &self.series {
            let last = series.values.iter().rposition(Option::is_some);
            let value = last.and_then(|place| series.values[place]);
            if let Some((instant, value)) = last.and_then(|place| self.instants.get(place)).zip(value) {
                labels.push(Label {
                    name: &series.name,
                    x: self.axis.place(instant.at_ms) * 100.0,
                    y: self.scale.y(value) - 6.0,
                });
            }
        }
        labels.sort_by(|one, other| one.y.total_cmp(&other.y));
        let mut free_from = TOP + 2.0;
        for label in &mut labels {
            label.y = label.y.max(free_from);
            free_from = label.y + APART;
        }
        labels
    }

    /// What is read where the pointer is: from, how wide (percent), and the words.
    fn hits(&self) -> Vec<(String, String, String)> {
        let places: Vec<f64> = self
            .instants
            .iter()
            .map(|instant| self.axis.place(instant.at_ms))
            .collect();
        let between = |one: f64, other: f64| (one + other) / 2.0;
        let hit = |(at, instant): (usize, &Instant)| {
            let place = places[at];
            let from = at
                .checked_sub(1)
                .map_or(0.0, |before| between(places[before], place));
            let to = places.get(at + 1).map_or(1.0, |after| between(place, *after));
            let values = self.series.iter().map(|series| {
                let value = series.values.get(at).copied().flatten();
                format!("{} {}", series.name, self.unit.words_or_dash(value))
            });
            let words: Vec<String> = values.collect();
            let words = format!("{}: {}", instant.label, words.join(", "));
            (coordinate(from * 100.0), coordinate((to - from) * 100.0), words)
        };
        self.instants.iter().enumerate().map(hit).collect()
    }

    /// The newest first, as a table is read.
    fn rows(&self) -> impl Iterator<Item = (&str, Vec<(&str, String)>)> {
        self.instants.iter().enumerate().rev().map(|(at, instant)| {
            let values = self.series.iter().map(|series| {
                let value = series.values.get(at).copied().flatten();
                (series.name.as_str(), self.unit.words_or_dash(value))
            });
            (instant.label.as_str(), values.collect())
        })
    }
}

impl Label<'_> {
    fn x(&self) -> String {
        coordinate(self.x)
    }

    /// Words grow towards the middle.
    fn anchor(&self) -> &'static str {
        if self.x < 40.0 { "start" } else { "end" }
    }
}

fn known(series: &[Series]) -> impl Iterator<Item = f64> {
    series
        .iter()
        .flat_map(|series| series.values.iter().flatten().copied())
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn line(lines: &[&[Option<f64>]]) -> Line {
        let axis = TimeAxis::new(0..4_000, &TimeZone::UTC);
        let instants = [500, 1_500, 2_500, 3_500].map(|at_ms| Instant {
            at_ms,
            label: format!("at {at_ms}"),
        });
        let series = lines.iter().enumerate().map(|(at, values)| Series {
            name: format!("line {at}"),
            values: values.to_vec(),
        });
        let words = Words::new("a", "How <long>?", "So long.");
        Line::new(
            words,
            Unit::Milliseconds,
            axis,
            instants.to_vec(),
            series.collect(),
        )
    }

    #[test]
    fn what_is_not_known_is_a_gap_and_what_stands_alone_a_dot() {
        let chart = line(&[&[Some(100.0), Some(50.0), None, Some(0.0)]]);
        assert_eq!(chart.path(&chart.series[0]), "M125 10L375 90M875 170h0");
        let none = line(&[&[None, None, None, None]]);
        assert!(none.is_empty() && none.path(&none.series[0]).is_empty() && none.labels().is_empty());
        assert!(none.render().unwrap().contains("Nothing is known"));
        assert!(line(&[]).is_empty());
    }

    #[test]
    fn equal_and_huge_values_stay_within_the_drawing() {
        for value in [0.0, 7.0, 4e9] {
            let chart = line(&[&[Some(value); 4]]);
            let y = chart.scale.y(value);
            assert!((TOP..=TOP + HEIGHT).contains(&y), "{value}: {y}");
            assert!(chart.scale.ticks.len() <= 6, "{:?}", chart.scale);
        }
        let near = line(&[&[Some(4_700.0), Some(4_800.0), Some(4_990.0), None]]).close_up(5_000.0);
        assert!(
            near.scale.from >= 4_500.0 && near.scale.to == 5_000.0,
            "{:?}",
            near.scale
        );
    }

    #[test]
    fn no_label_stands_on_another_and_one_line_needs_none() {
        let chart = line(&[
            &[Some(100.0); 4],
            &[Some(99.0); 4],
            &[Some(98.0), None, None, None],
        ]);
        let places: Vec<f64> = chart.labels().iter().map(|label| label.y).collect();
        assert!(
            places.windows(2).all(|two| two[1] - two[0] >= APART),
            "{places:?}"
        );
        let anchors: Vec<&str> = chart.labels().iter().map(Label::anchor).collect();
        assert_eq!(anchors, ["end", "end", "start"]);
        assert!(line(&[&[Some(1.0); 4]]).labels().is_empty());
    }

    #[test]
    fn what_is_drawn_stands_in_a_table_too_and_the_pointer_reads_all_of_it() {
        let chart = line(&[
            &[Some(100.0), None, Some(50.0), Some(1_500.0)],
            &[None, None, Some(60.0), None],
        ]);
        let hits = chart.hits();
        assert_eq!(hits[0].2, "at 500: line 0 100 ms, line 1 –");
        let wide: f64 = hits.iter().map(|(_, wide, _)| wide.parse::<f64>().unwrap()).sum();
        assert!((wide - 100.0).abs() < 0.1, "{wide}");
        let html = chart.render().unwrap();
        for part in [
            "How &#60;long&#62;?",
            "role=\"img\"",
            "<desc",
            "<details",
            "1.5 s",
            "at 3500",
            "line-2",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
