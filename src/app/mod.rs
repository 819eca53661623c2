//! The composition root: builds the parts, wires routes, jobs and listeners, runs and ends the server.

mod build;
mod health;
mod jobs;
mod listeners;
mod playing;
mod request_log;
mod routes;
mod server;
pub mod shutdown;
pub mod telemetry;

pub use build::{App, StartError};
pub use jobs::handlers;
pub use server::Server;
