//! What people decide of streams; every decision outlives every sync until it is taken back.
//!
//! The *order by hand* of a channel counts before all else; a stream that is *switched off* is neither played nor listed. A
//! *split* takes streams out of a channel into a new one, a *merge* all of a channel's into another: both are *decisions*,
//! which the partition consults and which can be taken back, the later before the earlier.

mod decision;
mod error;
mod merge;
mod order;
mod regrouping;
mod split;
mod switch;

pub use super::store::decisions::{Decision, list as decisions};
pub use decision::take_back;
pub use error::Error;
pub use merge::merge;
pub use order::{Direction, give_back, move_one, order};
pub use regrouping::Follow;
pub(in crate::features::catalogue) use regrouping::Regrouping;
pub use split::split;
pub use switch::switch;
