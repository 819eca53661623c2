//! The database engine itself.

mod schema;
mod statements;
