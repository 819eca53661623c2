//! What a feature needs to work.
