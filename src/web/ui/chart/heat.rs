use askama::Template;
use askama::filters::HtmlSafe;

use super::axis::step;
use super::{Unit, Words, coordinate};

/// Pixels of a row, and of the square in it.
const ROW: f64 = 22.0;
const SQUARE: f64 = 20.0;
/// Steps of the one hue.
const STEPS: usize = 9;

/// A table of values as squares, the higher the darker (or in the dark, the lighter): rows such as days, columns such as
/// hours. The lowest step is nought alone.
#[derive(Template)]
#[template(path = "ui/chart/heat.html")]
pub struct Heat {
    words: Words,
    unit: Unit,
    columns: Vec<String>,
    rows: Vec<(String, Vec<Cell>)>,
    bounds: Vec<f64>,
}

impl HtmlSafe for Heat {}

/// One square.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// None where nothing is known.
    pub value: Option<f64>,
    /// Of how much it is, in words.
    pub note: String,
}

impl Heat {
    /// Each row has a cell for each column.
    pub fn new(words: Words, unit: Unit, columns: Vec<String>, rows: Vec<(String, Vec<Cell>)>) -> Self {
        let values = rows
            .iter()
            .flat_map(|(_, cells)| cells.iter().filter_map(|cell| cell.value));
        let most = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
        Self {
            bounds: bounds(most, unit.finest()),
            words,
            unit,
            columns,
            rows,
        }
    }

    fn is_empty(&self) -> bool {
        self.rows
            .iter()
            .all(|(_, cells)| cells.iter().all(|cell| cell.value.is_none()))
    }

    fn height(&self) -> f64 {
        self.rows.len() as f64 * ROW
    }

    /// Which step of the hue, from 1 to 9; nothing of what is not known.
    fn step(&self, cell: &Cell) -> Option<usize> {
        let value = cell.value?;
        let above = self.bounds.iter().filter(|bound| value > **bound).count();
        Some((above + 1).min(STEPS))
    }

    fn class(&self, cell: &Cell) -> String {
        self.step(cell)
            .map_or_else(|| "heat-unknown".to_owned(), |step| format!("heat-{step}"))
    }

    fn x(&self, column: usize) -> String {
        coordinate(column as f64 * 100.0 / self.columns.len().max(1) as f64)
    }

    fn width(&self) -> String {
        coordinate(92.0 / self.columns.len().max(1) as f64)
    }

    /// Every sixth column has its name below it.
    fn marks(&self) -> impl Iterator<Item = (String, &str)> {
        let named = self.columns.iter().enumerate().step_by(6);
        named.map(|(at, name)| (self.x(at), name.as_str()))
    }

    fn told(&self, row: &str, column: usize, cell: &Cell) -> String {
        let column = self.columns.get(column).map_or("", String::as_str);
        let value = cell
            .value
            .map_or_else(|| "not known".to_owned(), |value| self.unit.words(value));
        let note = if cell.note.is_empty() {
            String::new()
        } else {
            format!(", {}", cell.note)
        };
        format!("{row}, {column}: {value}{note}")
    }

    fn words_of(&self, value: &f64) -> String {
        self.unit.words(*value)
    }

    /// Each step with the numbers that it stands for.
    fn legend(&self) -> Vec<(String, String)> {
        let tick = |value: f64| self.unit.tick(value);
        let steps = self.bounds.iter().enumerate().map(|(at, bound)| {
            let words = match at {
                0 => tick(*bound),
                _ => format!("to {}", tick(*bound)),
            };
            (format!("heat-{}", at + 1), words)
        });
        steps.collect()
    }
}

/// Where each step ends: nought, and eight round and equal steps, fewer where numbers are too few for them.
fn bounds(most: f64, finest: f64) -> Vec<f64> {
    let width = step(most / (STEPS - 1) as f64).max(finest);
    let steps = if most > 0.0 {
        (most / width - 1e-9).ceil() as usize
    } else {
        0
    };
    (0..=steps.min(STEPS - 1)).map(|at| at as f64 * width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heat(values: &[&[Option<f64>]], unit: Unit) -> Heat {
        let cell = |value: &Option<f64>| Cell {
            value: *value,
            note: "of 10 checks".to_owned(),
        };
        let rows = values.iter().enumerate();
        let rows = rows.map(|(at, row)| (format!("row {at}"), row.iter().map(cell).collect()));
        let columns = (0..values.first().map_or(0, |row| row.len())).map(|at| format!("{at:02}:00"));
        Heat::new(
            Words::new("h", "When?", "Then."),
            unit,
            columns.collect(),
            rows.collect(),
        )
    }

    fn steps(chart: &Heat) -> Vec<Option<usize>> {
        chart
            .rows
            .iter()
            .flat_map(|(_, row)| row.iter().map(|cell| chart.step(cell)))
            .collect()
    }

    #[test]
    fn nought_is_a_step_of_its_own_and_what_is_not_known_none() {
        let chart = heat(&[&[Some(0.0), Some(0.001), Some(0.4), None]], Unit::Share);
        assert_eq!(steps(&chart), [Some(1), Some(2), Some(9), None]);
        assert_eq!(chart.bounds.len(), STEPS);
        assert_eq!(chart.legend()[0].1, "0 %");
        assert_eq!(chart.legend()[8].1, "to 40 %");
        assert_eq!(chart.class(&Cell::default()), "heat-unknown");
    }

    #[test]
    fn every_value_has_the_step_that_the_legend_says() {
        let few = Unit::Count("play", "plays");
        let chart = heat(&[&[Some(0.0), Some(1.0), Some(2.0), Some(3.0)]], few);
        assert_eq!(steps(&chart), [Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(chart.legend().len(), 4);
        let huge = heat(&[&[Some(1e12), Some(1.0)]], few);
        assert!(huge.bounds.last().copied() >= Some(1e12) && huge.bounds.len() <= STEPS);
    }

    #[test]
    fn equal_values_one_value_and_none_are_drawn_too() {
        let equal = heat(&[&[Some(5.0), Some(5.0)]], Unit::Count("play", "plays"));
        assert_eq!(steps(&equal), [Some(6), Some(6)]);
        assert_eq!(steps(&heat(&[&[Some(0.0)]], Unit::Share)), [Some(1)]);
        assert!(heat(&[], Unit::Share).is_empty() && heat(&[&[None]], Unit::Share).is_empty());
        assert!(
            heat(&[&[None]], Unit::Share)
                .render()
                .unwrap()
                .contains("Nothing is known")
        );
    }

    #[test]
    fn what_is_drawn_stands_in_a_table_too() {
        let html = heat(&[&[Some(0.5), None]], Unit::Share).render().unwrap();
        for part in [
            "role=\"img\"",
            "<desc",
            "<details",
            "row 0, 00:00: 50.0 %, of 10 checks",
            "heat-unknown",
            "legend",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
