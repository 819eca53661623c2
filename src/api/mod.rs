//! JSON for programs: the contract under `/api`.
//!
//! One file a resource; a handler says whom it serves by the principal it takes ([`crate::edge::Member`],
//! [`crate::edge::Admin`]). Every route stands once in [`routes`], from which the description of the API is made too.

mod audit;
mod auth;
pub mod list;
pub mod openapi;
mod output_credentials;
mod routes;
pub mod time;
mod users;

pub use routes::{Document, ROUTES, routes};
