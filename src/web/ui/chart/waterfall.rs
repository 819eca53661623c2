use askama::Template;
use askama::filters::HtmlSafe;

use super::{Words, coordinate};

/// Pixels of a step: its words, and the bar below them.
const STEP: f64 = 44.0;
const WORDS: f64 = 14.0;
const BAR: f64 = 14.0;

/// How one number becomes another: what it begins with, each thing that adds or takes away, and what is left. From nought.
#[derive(Template)]
#[template(path = "ui/chart/waterfall.html")]
pub struct Waterfall {
    words: Words,
    steps: Vec<Step>,
}

impl HtmlSafe for Waterfall {}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    pub name: String,
    /// What stands beside it, such as "− 20".
    pub note: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// What there is at this point.
    Total(f64),
    /// What is added, or with a minus taken away.
    Change(f64),
}

impl Step {
    pub fn total(name: &str, value: f64, note: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            note: note.into(),
            kind: Kind::Total(value),
        }
    }

    pub fn change(name: impl Into<String>, by: f64, note: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            note: note.into(),
            kind: Kind::Change(by),
        }
    }
}

/// Where a bar stands.
struct Drawn<'a> {
    step: &'a Step,
    class: &'static str,
    x: String,
    width: String,
    words_y: f64,
    y: f64,
}

impl Waterfall {
    pub fn new(words: Words, steps: Vec<Step>) -> Self {
        Self { words, steps }
    }

    fn height(&self) -> f64 {
        self.steps.len() as f64 * STEP
    }

    fn drawn(&self) -> Vec<Drawn<'_>> {
        let spans = self.spans();
        let most = spans.iter().map(|(_, to)| *to).fold(0.0, f64::max);
        let percent = |value: f64| if most > 0.0 { value * 100.0 / most } else { 0.0 };
        let steps = self.steps.iter().zip(spans).enumerate();
        steps
            .map(|(at, (step, (from, to)))| Drawn {
                step,
                class: match step.kind {
                    Kind::Total(_) => "fall-total",
                    Kind::Change(by) if by < 0.0 => "fall-less",
                    Kind::Change(_) => "fall-more",
                },
                x: coordinate(percent(from)),
                width: coordinate(percent(to - from)),
                words_y: at as f64 * STEP + WORDS,
                y: at as f64 * STEP + WORDS + 6.0,
            })
            .collect()
    }

    /// From and to of each step, never below nought.
    fn spans(&self) -> Vec<(f64, f64)> {
        let mut now = 0.0_f64;
        let span = |step: &Step| match step.kind {
            Kind::Total(value) => {
                now = value.max(0.0);
                (0.0, now)
            }
            Kind::Change(by) => {
                let before = now;
                now = (now + by).max(0.0);
                (before.min(now), before.max(now))
            }
        };
        self.steps.iter().map(span).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fall(steps: Vec<Step>) -> Waterfall {
        Waterfall::new(Words::new("w", "Why?", "Because."), steps)
    }

    #[test]
    fn each_step_begins_where_the_one_before_ended() {
        let chart = fall(vec![
            Step::total("Begin", 100.0, "100"),
            Step::change("Failures", -30.0, "− 30"),
            Step::change("Found", 10.0, "+ 10"),
            Step::change("Nothing", 0.0, "0"),
            Step::total("Left", 80.0, "80"),
        ]);
        assert_eq!(
            chart.spans(),
            [
                (0.0, 100.0),
                (70.0, 100.0),
                (70.0, 80.0),
                (80.0, 80.0),
                (0.0, 80.0)
            ]
        );
        let drawn = chart.drawn();
        let classes: Vec<&str> = drawn.iter().map(|drawn| drawn.class).collect();
        assert_eq!(
            classes,
            ["fall-total", "fall-less", "fall-more", "fall-more", "fall-total"]
        );
        assert_eq!(
            (drawn[1].x.as_str(), drawn[1].width.as_str(), drawn[1].y),
            ("70", "30", 64.0)
        );
    }

    #[test]
    fn nothing_and_too_much_taken_away_stay_within_the_drawing() {
        assert!(fall(Vec::new()).drawn().is_empty());
        let chart = fall(vec![
            Step::total("Begin", 50.0, ""),
            Step::change("Less", -4e9, ""),
        ]);
        assert_eq!(chart.spans(), [(0.0, 50.0), (0.0, 50.0)]);
        let nought = fall(vec![Step::total("Begin", 0.0, "")]);
        assert_eq!(nought.drawn()[0].width, "0");
    }

    #[test]
    fn what_is_drawn_stands_in_a_table_too() {
        let html = fall(vec![Step::change("Failures", -30.0, "− 30")])
            .render()
            .unwrap();
        for part in ["role=\"img\"", "<desc", "<details", "Failures", "− 30"] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
