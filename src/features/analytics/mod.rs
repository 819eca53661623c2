//! What the facts of several areas say together.
//!
//! - *portal*: whether a provider's portal answered, by its syncs.
//! - *reliability*: one number for how far a provider can be relied on.

pub mod portal;
pub mod providers;
pub mod reliability;
pub mod store;
