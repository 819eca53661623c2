//! The database engine itself.

mod schema;
mod snapshot;
mod statements;
