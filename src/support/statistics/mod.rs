//! Numbers about many measurements: percentiles, means, how sure a share is, and histograms that can be added up.

pub mod histogram;
pub mod rank;
pub mod share;
