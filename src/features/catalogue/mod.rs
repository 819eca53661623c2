//! Channels with their streams, films, series; how streams are matched to them; favourites.

pub mod browse;
pub mod content;
pub mod detail;
pub mod favourites;
pub mod matching;
pub mod number;
pub mod play_order;
pub mod quality;
pub mod vod;
