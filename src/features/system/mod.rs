//! The installation itself: how it is doing, measured when it is asked.
//!
//! A *measurement* is taken anew each time; what a platform does not tell is absent, never made up. A *backup* is one file: the
//! database and the key file.

pub mod backup;
mod measured;

pub use measured::{Disk, Measured, disk, measure, uptime};
