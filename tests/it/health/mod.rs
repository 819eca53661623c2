//! Testing streams.

mod probe;
