//! Behaviour through the product's own doors: the command line, real HTTP, real databases.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod accounts;
mod api;
mod app;
mod catalogue;
mod db;
mod edge;
mod fetch;
mod health;
mod jobs;
mod leases;
mod m3u;
mod matching;
mod outputs;
mod panel;
mod players;
mod providers;
mod settings;
mod strm_from;
mod support;
mod sync;
mod system;
mod tree;
mod url_parts;
mod web;
