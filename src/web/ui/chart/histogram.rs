use askama::Template;
use askama::filters::HtmlSafe;

use super::axis::{Mark, Scale};
use super::{FOOT, HEIGHT, TOP, Unit, Words, coordinate};
use crate::support::statistics::histogram::Histogram;

/// Buckets that make one bar, and how many bars there are at most before each takes more.
const TOGETHER: usize = 5;
const BARS: usize = 40;
/// How much of its place a bar fills.
const FILLED: f64 = 0.88;
/// Marks of the axis below.
const MARKS: usize = 6;

/// How often which latency came: bars over a logarithmic axis, from nought, with some percentiles marked.
#[derive(Template)]
#[template(path = "ui/chart/histogram.html")]
pub struct Distribution {
    words: Words,
    scale: Scale,
    bars: Vec<Bar>,
    /// Name and place of each percentile.
    marked: Vec<Mark>,
}

impl HtmlSafe for Distribution {}

/// Latencies above `from_ms` and up to `to_ms`.
#[derive(Debug, Clone, PartialEq)]
struct Bar {
    from_ms: f64,
    to_ms: f64,
    count: u64,
}

impl Distribution {
    /// `percentiles` are marked, each with its name.
    pub fn new(words: Words, histogram: &Histogram, percentiles: &[(f64, &str)]) -> Self {
        let bars = bars(histogram);
        let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0);
        let mut chart = Self {
            scale: Scale::from_nought(most as f64, 1.0),
            words,
            bars,
            marked: Vec::new(),
        };
        let marked = percentiles.iter().filter_map(|(percent, name)| {
            let at = f64::from(histogram.percentile_ms(*percent)?);
            Some(Mark {
                place: chart.place(at),
                label: format!("{name} {}", Unit::Milliseconds.words(at)),
            })
        });
        chart.marked = marked.collect();
        chart
    }

    fn ends(&self) -> Option<(f64, f64)> {
        let (first, last) = (self.bars.first()?, self.bars.last()?);
        Some((first.from_ms.max(0.5).ln(), last.to_ms.ln()))
    }

    /// 0 to 1.
    fn place(&self, ms: f64) -> f64 {
        let share = |(from, to): (f64, f64)| (ms.max(0.5).ln() - from) / (to - from).max(1e-9);
        self.ends().map_or(0.0, share).clamp(0.0, 1.0)
    }

    fn ticks(&self) -> impl Iterator<Item = (String, String)> {
        let unit = Unit::Count("", "");
        self.scale
            .ticks
            .iter()
            .map(move |tick| (coordinate(self.scale.y(*tick)), unit.tick(*tick)))
    }

    /// Round latencies within the bars.
    fn marks(&self) -> Vec<Mark> {
        let Some((from, to)) = self.ends() else {
            return Vec::new();
        };
        let powers = (0..10).map(|power| 10_f64.powi(power));
        let rounds: Vec<f64> = powers
            .flat_map(|power| [1.0, 2.0, 5.0].map(|round| round * power))
            .filter(|round| (from..=to).contains(&round.ln()))
            .collect();
        let every = rounds.len().div_ceil(MARKS).max(1);
        let mark = |ms: &f64| Mark {
            place: self.place(*ms),
            label: Unit::Milliseconds.tick(*ms),
        };
        rounds.iter().step_by(every).map(mark).collect()
    }

    /// Percent from the left, percent of the width, pixels from above, pixels of the height.
    fn drawn(&self, bar: &Bar) -> [String; 4] {
        let (from, to) = (self.place(bar.from_ms) * 100.0, self.place(bar.to_ms) * 100.0);
        let gap = (to - from) * (1.0 - FILLED) / 2.0;
        let top = self.scale.y(bar.count as f64);
        [from + gap, to - from - 2.0 * gap, top, TOP + HEIGHT - top].map(coordinate)
    }

    fn label(bar: &Bar) -> String {
        let ms = |value: f64| Unit::Milliseconds.words(value);
        format!("{} to {}", ms(bar.from_ms), ms(bar.to_ms))
    }

    fn count(bar: &Bar) -> String {
        Unit::Count("check", "checks").words(bar.count as f64)
    }
}

/// Neighbouring buckets together, those between that hold nothing too.
fn bars(histogram: &Histogram) -> Vec<Bar> {
    let grid: Vec<(f64, f64)> = Histogram::grid().collect();
    let held: Vec<(f64, f64, u64)> = histogram.buckets().collect();
    let at = |from: f64| grid.partition_point(|(begin, _)| *begin < from);
    let (Some(first), Some(last)) = (held.first(), held.last()) else {
        return Vec::new();
    };
    let (first, last) = (at(first.0), at(last.0));
    let together = [1, 2, 4, 8].map(|times| times * TOGETHER);
    let fits = |together: &usize| (last - first) / *together < BARS;
    let together = together.into_iter().find(fits).unwrap_or(16 * TOGETHER);
    let begin = first / together * together;
    let places = (begin..=last).step_by(together).filter_map(|place| {
        let end = (place + together - 1).min(grid.len() - 1);
        let (from_ms, to_ms) = (grid.get(place)?.0, grid.get(end)?.1);
        let within = held
            .iter()
            .filter(|(from, _, _)| *from >= from_ms && *from < to_ms);
        Some(Bar {
            from_ms,
            to_ms,
            count: within.map(|(_, _, count)| count).sum(),
        })
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(latencies: &[u32]) -> Distribution {
        let histogram: Histogram = latencies.iter().copied().collect();
        Distribution::new(
            Words::new("d", "How long?", "So long."),
            &histogram,
            &[(50.0, "half")],
        )
    }

    #[test]
    fn every_latency_is_in_one_bar_and_bars_touch() {
        let latencies: Vec<u32> = (1..=3_000).collect();
        let chart = of(&latencies);
        let sum: u64 = chart.bars.iter().map(|bar| bar.count).sum();
        assert_eq!(sum, 3_000);
        assert!(chart.bars.windows(2).all(|two| two[0].to_ms == two[1].from_ms));
        assert!(chart.bars.len() <= BARS + 1, "{}", chart.bars.len());
        assert!(
            chart
                .bars
                .iter()
                .any(|bar| bar.from_ms <= 1_500.0 && bar.to_ms >= 1_500.0)
        );
    }

    #[test]
    fn one_latency_equal_ones_and_huge_ones_are_bars_within_the_drawing() {
        for latencies in [&[250][..], &[250; 9], &[1, u32::MAX], &[0]] {
            let chart = of(latencies);
            let sum: u64 = chart.bars.iter().map(|bar| bar.count).sum();
            assert_eq!(sum, latencies.len() as u64, "{latencies:?}");
            for bar in &chart.bars {
                let numbers = chart.drawn(bar).map(|number| number.parse::<f64>().unwrap());
                assert!(
                    numbers.iter().all(|number| (0.0..=170.0).contains(number)),
                    "{numbers:?}"
                );
                assert!(numbers[0] + numbers[1] <= 100.01, "{numbers:?}");
            }
            assert!(chart.marked.iter().all(|mark| (0.0..=1.0).contains(&mark.place)));
            assert!(chart.marks().len() <= MARKS, "{:?}", chart.marks());
        }
    }

    #[test]
    fn nothing_at_all_is_said_and_what_is_drawn_stands_in_a_table_too() {
        assert!(of(&[]).render().unwrap().contains("Nothing is known"));
        let html = of(&[200, 210, 900]).render().unwrap();
        for part in ["role=\"img\"", "<desc", "<details", "half 2", "1 check<"] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
