use askama::Template;
use askama::filters::HtmlSafe;

use super::{Words, coordinate};
use crate::web::kit::format;

/// A bar for each of a few things, lying, each of one to four parts. Parts differ by pattern as well as by colour.
#[derive(Template)]
#[template(path = "ui/chart/rows.html")]
pub struct Rows {
    words: Words,
    /// What the rows are.
    of: String,
    names: Vec<String>,
    rows: Vec<Row>,
    /// Whether each bar is as long as any other, so that shares can be compared.
    is_of_shares: bool,
}

impl HtmlSafe for Rows {}

/// One bar with its name.
#[derive(Debug, Clone)]
pub struct Row {
    pub name: String,
    /// Where its name leads.
    pub href: Option<String>,
    /// How many of each part.
    pub parts: Vec<i64>,
    /// What stands beside the bar.
    pub note: String,
}

impl Rows {
    /// `of` is the heading of the rows, `names` are those of the parts. The longest bar is that of the greatest sum.
    pub fn new(words: Words, of: &str, names: &[&str], rows: Vec<Row>) -> Self {
        Self {
            words,
            of: of.to_owned(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            rows,
            is_of_shares: false,
        }
    }

    /// Each bar is a whole, whatever it counts.
    pub fn of_shares(mut self) -> Self {
        self.is_of_shares = true;
        self
    }

    fn has_many_parts(&self) -> bool {
        self.names.len() > 1
    }

    /// Fill, percent from the left, percent of the width.
    fn parts(&self, row: &Row) -> Vec<(usize, String, String)> {
        let sum = |row: &Row| row.parts.iter().map(|part| (*part).max(0)).sum::<i64>();
        let longest = match self.is_of_shares {
            true => sum(row),
            false => self.rows.iter().map(sum).max().unwrap_or(0),
        };
        let share = |count: i64| count as f64 * 100.0 / longest.max(1) as f64;
        let mut before = 0;
        let parts = row.parts.iter().enumerate().filter(|(_, count)| **count > 0);
        let drawn = parts.map(|(at, count)| {
            let from = share(before);
            before += count;
            (at + 1, coordinate(from), coordinate(share(*count)))
        });
        drawn.collect()
    }

    fn told(&self, row: &Row) -> String {
        let parts = self.names.iter().zip(&row.parts);
        let words: Vec<String> = parts
            .map(|(name, count)| format!("{name} {}", format::number(*count)))
            .collect();
        format!("{}: {}", row.name, words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(parts: &[&[i64]]) -> Rows {
        let row = |parts: &&[i64]| Row {
            name: "A <name>".to_owned(),
            href: None,
            parts: parts.to_vec(),
            note: "beside".to_owned(),
        };
        Rows::new(
            Words::new("r", "Which?", "This."),
            "Provider",
            &["Up", "Down"],
            parts.iter().map(row).collect(),
        )
    }

    fn drawn(chart: &Rows, at: usize) -> Vec<(usize, String, String)> {
        chart.parts(&chart.rows[at])
    }

    #[test]
    fn bars_are_as_long_as_they_count_or_all_of_them_whole() {
        let of = |fill, from: &str, wide: &str| (fill, from.to_owned(), wide.to_owned());
        let counted = rows(&[&[6, 2], &[1, 3], &[0, 0]]);
        assert_eq!(drawn(&counted, 0), [of(1, "0", "75"), of(2, "75", "25")]);
        assert_eq!(drawn(&counted, 1), [of(1, "0", "12.5"), of(2, "12.5", "37.5")]);
        assert!(drawn(&counted, 2).is_empty());
        let shares = counted.of_shares();
        assert_eq!(drawn(&shares, 1), [of(1, "0", "25"), of(2, "25", "75")]);
        assert!(drawn(&shares, 2).is_empty());
        let huge = rows(&[&[4_000_000_000_000, 1]]);
        assert_eq!(drawn(&huge, 0)[0], of(1, "0", "100"));
    }

    #[test]
    fn what_is_drawn_is_said_and_stands_in_a_table_too() {
        let html = rows(&[&[1_600, 2]]).render().unwrap();
        for part in [
            "role=\"img\"",
            "<desc",
            "<details",
            "A &#60;name&#62;: Up 1,600, Down 2",
            "beside",
            "url(#r-fill-2)",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(rows(&[]).render().unwrap().contains("nothing to show"));
    }
}
