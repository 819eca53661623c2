//! Providers, their credentials and what they send.

pub mod m3u;
