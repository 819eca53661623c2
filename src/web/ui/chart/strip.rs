use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::kit::format;

/// Of each day's place; the rest parts it from the next.
const WIDTH: usize = 8;
const BAR: usize = 6;
const HEIGHT: usize = 40;

/// A strip of days, each a bar: as high as the share of its known time in which all was well, on a ground that says how
/// much of it is known.
#[derive(Template)]
#[template(path = "ui/chart/strip.html")]
pub struct Strip {
    id: String,
    title: String,
    caption: String,
    days: Vec<Day>,
}

impl HtmlSafe for Strip {}

/// One day of a strip.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    pub label: String,
    /// 0 to 1; none of a day of which nothing is known.
    pub share: Option<f64>,
    /// 0 to 1: how much of the day is known.
    pub coverage: f64,
    /// The share as it is printed.
    pub words: String,
}

impl Strip {
    /// `id` is unique on its page; `title` the question or the finding, `caption` the figures in a sentence.
    pub fn new(id: &str, title: impl Into<String>, caption: impl Into<String>, days: Vec<Day>) -> Self {
        Self {
            id: id.to_owned(),
            title: title.into(),
            caption: caption.into(),
            days,
        }
    }

    fn width(&self) -> usize {
        self.days.len() * WIDTH
    }

    fn bars(&self) -> impl Iterator<Item = Bar<'_>> {
        self.days
            .iter()
            .enumerate()
            .map(|(at, day)| Bar { x: at * WIDTH, day })
    }

    /// The newest first, as a table is read.
    fn rows(&self) -> impl Iterator<Item = &Day> {
        self.days.iter().rev()
    }
}

/// Where the bar of a day stands.
struct Bar<'a> {
    x: usize,
    day: &'a Day,
}

impl Bar<'_> {
    /// Never nothing where something is known: a day that failed throughout is a mark too.
    fn height(&self) -> usize {
        match self.day.share {
            Some(share) => ((share.clamp(0.0, 1.0) * HEIGHT as f64).round() as usize).max(3),
            None => 0,
        }
    }

    fn y(&self) -> usize {
        HEIGHT - self.height()
    }

    fn class(&self) -> &'static str {
        match self.day.share {
            None => "strip-unknown",
            Some(share) if share >= 0.99 => "strip-good",
            Some(share) if share >= 0.9 => "strip-fair",
            Some(_) => "strip-bad",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(share: Option<f64>) -> Day {
        Day {
            label: "1 Nov 2026".to_owned(),
            share,
            coverage: 1.0,
            words: "x".to_owned(),
        }
    }

    #[test]
    fn a_bar_is_as_high_as_its_share_and_never_missing_where_something_is_known() {
        let strip = Strip::new(
            "a",
            "Title",
            "Caption",
            [Some(1.0), Some(0.5), Some(0.0), None].map(day).to_vec(),
        );
        let drawn: Vec<(usize, usize, usize)> =
            strip.bars().map(|bar| (bar.x, bar.y(), bar.height())).collect();
        assert_eq!(drawn, [(0, 0, 40), (8, 20, 20), (16, 37, 3), (24, 40, 0)]);
        assert_eq!(strip.width(), 32);
        let classes: Vec<&str> = strip.bars().map(|bar| bar.class()).collect();
        assert_eq!(classes, ["strip-good", "strip-bad", "strip-bad", "strip-unknown"]);
    }

    #[test]
    fn what_is_drawn_stands_in_a_table_too() {
        let html = Strip::new("a", "Does it <work>?", "All of it.", vec![day(Some(1.0))])
            .render()
            .unwrap();
        assert!(
            html.contains("Does it &#60;work&#62;?") && html.contains("role=\"img\""),
            "{html}"
        );
        assert!(html.contains("<details") && html.contains("1 Nov 2026"), "{html}");
    }
}
