use askama::Template;
use askama::filters::HtmlSafe;

use super::axis::{Mark, Scale};
use super::{FOOT, HEIGHT, TOP, TimeAxis, Unit, Words, coordinate};

/// How much of its place a bar fills; the rest parts it from the next.
const FILLED: f64 = 0.84;

/// Bars over time, each of one to four parts on top of each other, from nought. Parts differ by pattern as well as by colour.
#[derive(Template)]
#[template(path = "ui/chart/bars.html")]
pub struct Bars {
    words: Words,
    unit: Unit,
    axis: TimeAxis,
    scale: Scale,
    names: Vec<String>,
    bars: Vec<Bar>,
}

impl HtmlSafe for Bars {}

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Milliseconds since the epoch, UTC.
    pub from_ms: i64,
    pub to_ms: i64,
    /// As its time is printed.
    pub label: String,
    /// From the bottom up; none of a time of which nothing is known.
    pub parts: Option<Vec<f64>>,
}

/// Where a part of a bar stands: percent of the width, pixels of the height.
struct Part {
    fill: usize,
    x: String,
    width: String,
    y: String,
    height: String,
}

impl Bars {
    /// `names` are those of the parts.
    pub fn new(words: Words, unit: Unit, axis: TimeAxis, names: &[&str], bars: Vec<Bar>) -> Self {
        let sums = bars.iter().filter_map(|bar| bar.parts.as_ref());
        let most = sums.map(|parts| parts.iter().sum()).fold(0.0, f64::max);
        Self {
            scale: Scale::from_nought(most, unit.finest()),
            words,
            unit,
            axis,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            bars,
        }
    }

    fn is_empty(&self) -> bool {
        self.bars.iter().all(|bar| bar.parts.is_none())
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

    /// Nothing of a bar of which nothing is known, nor of a part that is nought.
    fn parts(&self, bar: &Bar) -> Vec<Part> {
        let (from, to) = (
            self.axis.place(bar.from_ms) * 100.0,
            self.axis.place(bar.to_ms) * 100.0,
        );
        let gap = (to - from) * (1.0 - FILLED) / 2.0;
        let mut below = 0.0;
        let parts = bar.parts.iter().flatten().enumerate();
        let drawn = parts.filter_map(|(at, value)| {
            let bottom = self.scale.y(below);
            below += value.max(0.0);
            let top = self.scale.y(below);
            (*value > 0.0).then(|| Part {
                fill: at + 1,
                x: coordinate(from + gap),
                width: coordinate(to - from - 2.0 * gap),
                y: coordinate(top),
                height: coordinate(bottom - top),
            })
        });
        drawn.collect()
    }

    /// Percent from the left, and of the width.
    fn place(&self, bar: &Bar) -> (String, String) {
        let (from, to) = (
            self.axis.place(bar.from_ms) * 100.0,
            self.axis.place(bar.to_ms) * 100.0,
        );
        (coordinate(from), coordinate(to - from))
    }

    fn told(&self, bar: &Bar) -> String {
        let values: Vec<String> = self
            .values(bar)
            .into_iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        match bar.parts {
            Some(_) => format!("{}: {}", bar.label, values.join(", ")),
            None => format!("{}: not known", bar.label),
        }
    }

    fn values<'a>(&'a self, bar: &Bar) -> Vec<(&'a str, String)> {
        let value = |at: usize| bar.parts.as_ref().and_then(|parts| parts.get(at).copied());
        let named = self.names.iter().enumerate();
        named
            .map(|(at, name)| {
                (
                    name.as_str(),
                    value(at).map_or_else(|| "–".to_owned(), |value| self.unit.number(value)),
                )
            })
            .collect()
    }

    /// The newest first, as a table is read.
    fn rows(&self) -> impl Iterator<Item = &Bar> {
        self.bars.iter().rev()
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn bars(parts: &[Option<&[f64]>]) -> Bars {
        let axis = TimeAxis::new(0..parts.len() as i64 * 100, &TimeZone::UTC);
        let bar = |(at, parts): (usize, &Option<&[f64]>)| Bar {
            from_ms: at as i64 * 100,
            to_ms: at as i64 * 100 + 100,
            label: format!("hour {at}"),
            parts: parts.map(<[f64]>::to_vec),
        };
        let words = Words::new("b", "How many?", "So many.");
        let all = parts.iter().enumerate().map(bar).collect();
        Bars::new(
            words,
            Unit::Count("stream", "streams"),
            axis,
            &["In use", "Failed"],
            all,
        )
    }

    fn drawn(chart: &Bars, at: usize) -> Vec<(usize, String, String, String)> {
        let parts = chart.parts(&chart.bars[at]).into_iter();
        parts
            .map(|part| (part.fill, part.x, part.y, part.height))
            .collect()
    }

    #[test]
    fn parts_stand_on_each_other_from_nought() {
        let chart = bars(&[Some(&[60.0, 40.0]), None, Some(&[0.0, 50.0]), Some(&[0.0, 0.0])]);
        let of = |fill, x: &str, y: &str, height: &str| (fill, x.to_owned(), y.to_owned(), height.to_owned());
        assert_eq!(drawn(&chart, 0), [of(1, "2", "74", "96"), of(2, "2", "10", "64")]);
        assert!(drawn(&chart, 1).is_empty() && drawn(&chart, 3).is_empty());
        assert_eq!(drawn(&chart, 2), [of(2, "52", "90", "80")]);
        assert_eq!(chart.scale.from, 0.0);
        assert_eq!(chart.told(&chart.bars[1]), "hour 1: not known");
        assert_eq!(chart.told(&chart.bars[0]), "hour 0: In use 60, Failed 40");
    }

    #[test]
    fn nothing_at_all_is_said_and_one_huge_bar_fits() {
        assert!(bars(&[]).is_empty() && bars(&[None]).is_empty());
        assert!(bars(&[None]).render().unwrap().contains("Nothing is known"));
        let chart = bars(&[Some(&[3e12, 1.0])]);
        let heights: f64 = drawn(&chart, 0)
            .iter()
            .map(|part| part.3.parse::<f64>().unwrap())
            .sum();
        assert!(heights <= HEIGHT, "{heights}");
    }

    #[test]
    fn what_is_drawn_stands_in_a_table_too() {
        let html = bars(&[Some(&[6.0, 4.0]), None]).render().unwrap();
        for part in [
            "role=\"img\"",
            "<desc",
            "<details",
            "url(#b-fill-2)",
            "b-fill-1\"",
            "hour 1: not known",
            "In use",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
