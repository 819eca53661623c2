//! Films and series: telling them from channels, and their versions.
//!
//! Words: a *title* is a film's or series' name without year, numbering and decoration.

pub mod classify;
mod decoration;
mod listed;
mod numbering;
mod title;
mod told;

pub use classify::{Facts, Kind, classify, renamed};
pub use listed::{episode, film, series};
pub use told::Told;
