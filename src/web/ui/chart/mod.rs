//! Charts: one description of a series yields geometry, a sentence and a table. Geometry is pure; templates draw.

mod strip;

pub use strip::{Day, Strip};
