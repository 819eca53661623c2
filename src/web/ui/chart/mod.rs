//! Charts: one description of a series yields geometry, a sentence and a table. Geometry is pure; templates draw.
//!
//! Heights are pixels and widths shares of whatever room there is, so text keeps its size on a phone. What has no number is a
//! gap or an empty place, never nought.

mod axis;
mod bars;
mod gauge;
mod heat;
mod histogram;
mod line;
mod rows;
mod strip;
mod unit;
mod waterfall;

pub use axis::TimeAxis;
pub use bars::{Bar, Bars};
pub use gauge::Gauge;
pub use heat::{Cell, Heat};
pub use histogram::Distribution;
pub use line::{Instant, Line, Series};
pub use rows::{Row, Rows};
pub use strip::{Day, Strip};
pub use unit::Unit;
pub use waterfall::{Step, Waterfall};

/// What a chart says of itself: an id that is unique on its page, the question or the finding, and the figures in a sentence.
#[derive(Debug, Clone)]
pub struct Words {
    id: String,
    title: String,
    caption: String,
}

impl Words {
    pub fn new(id: &str, title: impl Into<String>, caption: impl Into<String>) -> Self {
        Self {
            id: id.to_owned(),
            title: title.into(),
            caption: caption.into(),
        }
    }
}

/// Pixels above the plot, of the plot, and for the words below it.
const TOP: f64 = 10.0;
const HEIGHT: f64 = 160.0;
const FOOT: f64 = 24.0;

/// A coordinate with at most two digits behind the point.
fn coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
