//! Channels with their streams, films, series; how streams are matched to them; favourites.
//!
//! A *channel* is what viewers see; its *streams* are what providers list of it, in *play order*. A film or episode has
//! *versions* likewise. A stream that its provider no longer lists is *missing*: it keeps its place and comes back.

mod apply;
pub mod browse;
pub mod by_hand;
pub mod checks;
pub mod content;
pub mod defect;
pub mod detail;
pub mod editing;
pub mod entry;
pub mod experience;
pub mod favourites;
pub mod health_score;
pub mod line_up;
pub mod matching;
pub mod measured;
pub mod names;
pub mod number;
pub mod pictures;
pub mod play_order;
pub mod quality;
pub mod rules;
pub mod sources;
pub mod store;
mod succession;
pub mod vod;

pub use apply::{
    Applied, ApplyError, Changes, ChannelMoved, Staged, StoredStreams, TitleMoved, apply, facts, settle,
};
pub use number::ChannelNumber;
