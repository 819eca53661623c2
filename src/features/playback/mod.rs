//! A stream on its way from a provider to a player.

pub mod hls;
pub mod sealed;
