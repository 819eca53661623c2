//! Rename rules: what becomes of the names that a provider lists, before anything is matched.
//!
//! A *rule* is a regular expression and what takes the place of all that it finds in a name. The rules of a provider apply
//! in their order, each to what those before it made of the name. A name as its provider lists it is called *listed*.

mod pattern;
mod renamer;
mod replacement;
mod rule;

pub use renamer::Renamer;
pub use rule::{Fault, Named, Rule, faults};

/// Rules of one provider.
pub const MOST_RULES: usize = 50;
/// Characters of a pattern, and of what takes the place of what it finds.
pub const LONGEST: usize = 500;
