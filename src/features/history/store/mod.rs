pub mod live;
pub mod plays;
pub mod showings;

pub use plays::{move_channel, move_title};
