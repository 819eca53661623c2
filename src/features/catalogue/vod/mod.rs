//! Films and series: telling them from channels, and their versions.
