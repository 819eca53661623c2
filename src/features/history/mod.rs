//! Plays: who watched what, from when to when.
//!
//! - *play*: one showing of one channel, film or episode to one viewer.
//! - *report*: a sign of life of a play; a client sends one every 15 s.
//! - *measurement*: how a play is known; here `heartbeat`, a client that reports through the API.

mod error;
mod play;
mod store;

pub use error::HistoryError;
pub use play::{NewPlay, Play, PlayReport, Reported, list, record, report};
pub use store::move_channel;
