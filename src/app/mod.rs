//! The composition root: builds the parts, wires routes, jobs, schedules and listeners, runs and ends the server.

mod build;
mod health;
mod jobs;
mod listeners;
mod metrics;
mod playing;
mod request_log;
mod routes;
pub mod schedule;
mod server;
pub mod shutdown;
pub mod telemetry;

pub use build::{App, StartError};
pub use jobs::handlers;
pub use server::Server;
