//! JSON for programs: the contract under `/api`.
//!
//! One file a resource; a handler says whom it serves by the principal it takes ([`crate::edge::Member`],
//! [`crate::edge::Admin`]). Every route stands once in [`routes`], from which the description of the API is made too.

mod audit;
mod auth;
mod bulk;
mod channels;
mod content;
mod decisions;
mod favourites;
mod hdhomerun;
mod health;
mod jobs;
mod library;
pub mod list;
mod live;
mod maintenance;
mod merge_rules;
pub mod openapi;
mod output_credentials;
mod performance;
mod plays;
mod providers;
mod renaming;
mod reservations;
mod routes;
mod schedules;
mod second_factor;
mod settings;
mod stream_content;
mod stream_days;
mod stream_quality;
mod streams;
mod strm;
mod syncs;
mod system;
pub mod time;
mod tokens;
mod uploads;
mod users;
mod vod;

pub use routes::{Document, ROUTES, routes};
