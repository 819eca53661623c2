use askama::Template;
use askama::filters::HtmlSafe;

use super::{Words, coordinate};

/// A number from 0 to 100 on a half circle, with what it is made of.
#[derive(Template)]
#[template(path = "ui/chart/gauge.html")]
pub struct Gauge {
    words: Words,
    value: Option<f64>,
    /// Name, value and how it counts, of each part.
    parts: Vec<[String; 3]>,
}

impl HtmlSafe for Gauge {}

impl Gauge {
    /// `value` is 0 to 100; `parts` are name, value and how it counts.
    pub fn new(words: Words, value: Option<f64>, parts: Vec<[String; 3]>) -> Self {
        Self { words, value, parts }
    }

    /// Whole points, rounded down: more than that nobody can tell apart, and only what is whole reads 100.
    fn shown(&self) -> String {
        self.value.map_or_else(
            || "–".to_owned(),
            |value| format!("{:.0}", value.clamp(0.0, 100.0).floor()),
        )
    }

    /// How much of the arc is filled, of 100.
    fn filled(&self) -> Option<String> {
        let value = self.value.filter(|value| value.is_finite())?.clamp(0.0, 100.0);
        (value > 0.0).then(|| coordinate(value))
    }

    fn class(&self) -> &'static str {
        match self.value {
            Some(value) if value >= 90.0 => "gauge-good",
            Some(value) if value >= 70.0 => "gauge-fair",
            _ => "gauge-bad",
        }
    }

    fn verdict(&self) -> &'static str {
        match self.value {
            Some(value) if value >= 90.0 => "Good",
            Some(value) if value >= 70.0 => "Fair",
            Some(_) => "Poor",
            None => "Not known",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauge(value: Option<f64>) -> Gauge {
        let part = ["Availability".to_owned(), "99 %".to_owned(), "half".to_owned()];
        Gauge::new(Words::new("g", "How reliable?", "So."), value, vec![part])
    }

    #[test]
    fn the_arc_is_as_full_as_the_number_is_high() {
        for (value, filled, shown, verdict) in [
            (Some(0.0), None, "0", "Poor"),
            (Some(70.0), Some("70"), "70", "Fair"),
            (Some(99.9), Some("99.9"), "99", "Good"),
            (Some(4e9), Some("100"), "100", "Good"),
            (None, None, "–", "Not known"),
        ] {
            let gauge = gauge(value);
            assert_eq!(gauge.filled().as_deref(), filled, "{value:?}");
            assert_eq!((gauge.shown().as_str(), gauge.verdict()), (shown, verdict));
        }
    }

    #[test]
    fn what_it_is_made_of_stands_in_a_table() {
        let html = gauge(Some(80.0)).render().unwrap();
        for part in [
            "role=\"img\"",
            "<desc",
            "<details",
            "Availability",
            "half",
            "gauge-fair",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
