//! The catalogue's tables: `catalogue_state`, `channels`, `channel_tags`, `channel_streams`, `vod_*`. Only this folder writes
//! them.

pub mod channels;
pub mod checks;
pub mod choices;
pub mod decisions;
pub mod experience;
pub mod facts;
pub mod listed;
pub mod measured;
pub mod names;
pub mod provider;
pub mod recount;
pub mod rules;
pub mod state;
pub mod streams;
pub mod tags;
pub mod titles;
pub mod vod;
