//! M3U-STRM-Processor: the catalogues of many IPTV providers in, one clean list of channels and one library out.
//!
//! The floor plan, from the roof to the ground. A room may use the rooms below it, never one beside or above it:
//!
//! - [`cli`] and [`app`]: the composition root; the only places that see everything.
//! - [`web`] (pages for people), [`api`] (JSON for programs), [`players`] (protocols of players): never each other.
//! - [`edge`]: what the three faces share: who asks, what they may, limits, origin, event streams.
//! - [`features`]: rules, SQL and jobs of each area; they know no HTTP server and stand on floors of their own.
//! - [`ctx`], [`db`], [`jobs`], [`events`], [`fetch`], [`config`]: engines and plumbing; they know no feature.
//! - [`support`]: pure helpers that import nothing of ours. [`simulator`] pretends to be a provider and uses only these.

pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod ctx;
pub mod db;
pub mod edge;
pub mod events;
pub mod features;
pub mod fetch;
pub mod jobs;
pub mod players;
pub mod simulator;
pub mod support;
pub mod web;
